// SPDX-License-Identifier: Apache-2.0
//! The applicability language of the NVD as CVE 5 (`cpeApplicability`), the API 2.0 and the 1.1 feeds write it.

use serde::Deserialize;

use crate::json::or_default;
use crate::model::{Configuration, ConfigurationNode, CpeMatch, Operator};

/// Deepest nesting of nodes that is kept; real feeds have one level of children.
const MAX_DEPTH: usize = 8;

#[derive(Deserialize)]
pub(crate) struct RawConfiguration {
    #[serde(default, deserialize_with = "or_default")]
    operator: RawOperator,
    #[serde(default, deserialize_with = "or_default")]
    negate: bool,
    #[serde(default, deserialize_with = "or_default")]
    nodes: Vec<RawNode>,
}

#[derive(Deserialize)]
pub(crate) struct RawNode {
    #[serde(default, deserialize_with = "or_default")]
    operator: RawOperator,
    #[serde(default, deserialize_with = "or_default")]
    negate: bool,
    #[serde(default, deserialize_with = "or_default", alias = "cpe_match")]
    #[serde(rename = "cpeMatch")]
    matches: Vec<RawMatch>,
    #[serde(default, deserialize_with = "or_default")]
    children: Vec<RawNode>,
}

#[derive(Default, Deserialize)]
enum RawOperator {
    #[serde(rename = "AND", alias = "and")]
    And,
    #[default]
    #[serde(rename = "OR", alias = "or")]
    Or,
}

impl From<RawOperator> for Operator {
    fn from(raw: RawOperator) -> Self {
        match raw {
            RawOperator::And => Self::And,
            RawOperator::Or => Self::Or,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMatch {
    vulnerable: bool,
    #[serde(alias = "cpe23Uri")]
    criteria: String,
    version_start_including: Option<String>,
    version_start_excluding: Option<String>,
    version_end_including: Option<String>,
    version_end_excluding: Option<String>,
}

pub(crate) fn configuration(raw: RawConfiguration) -> Configuration {
    Configuration { operator: raw.operator.into(), negate: raw.negate, nodes: nodes(raw.nodes) }
}

pub(crate) fn nodes(raw: Vec<RawNode>) -> Vec<ConfigurationNode> {
    raw.into_iter().map(|raw| node(raw, 0)).collect()
}

fn node(raw: RawNode, depth: usize) -> ConfigurationNode {
    let children = if depth < MAX_DEPTH { raw.children } else { Vec::new() };
    ConfigurationNode {
        operator: raw.operator.into(),
        negate: raw.negate,
        matches: raw.matches.into_iter().map(cpe_match).collect(),
        children: children.into_iter().map(|child| node(child, depth + 1)).collect(),
    }
}

fn cpe_match(raw: RawMatch) -> CpeMatch {
    CpeMatch {
        vulnerable: raw.vulnerable,
        criteria: raw.criteria,
        start_including: raw.version_start_including,
        start_excluding: raw.version_start_excluding,
        end_including: raw.version_end_including,
        end_excluding: raw.version_end_excluding,
    }
}
