// SPDX-License-Identifier: Apache-2.0
//! The CVE record as serde sees it; fields that are not named here are passed over.

use serde::Deserialize;
use serde_json::Value;

use crate::configurations::RawConfiguration;
use crate::json::or_default;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(default)]
    pub(super) data_type: String,
    #[serde(default)]
    pub(super) data_version: String,
    #[serde(rename = "cveMetadata")]
    pub(super) meta: Meta,
    #[serde(default)]
    pub(super) containers: Containers,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    #[serde(rename = "cveId")]
    pub(super) id: String,
    pub(super) state: String,
    #[serde(rename = "dateUpdated")]
    pub(super) updated: Option<String>,
    #[serde(rename = "datePublished")]
    pub(super) published: Option<String>,
    #[serde(rename = "dateRejected")]
    pub(super) rejected: Option<String>,
    #[serde(rename = "assignerShortName")]
    pub(super) assigner: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Containers {
    pub(super) cna: Option<Container>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) adp: Vec<Container>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    #[serde(rename = "providerMetadata", default, deserialize_with = "or_default")]
    pub(super) provider: Provider,
    pub(super) title: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) descriptions: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) rejected_reasons: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) replaced_by: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) affected: Vec<Product>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cpe_applicability: Vec<RawConfiguration>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) problem_types: Vec<Problem>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) references: Vec<Link>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) metrics: Vec<Metric>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) credits: Vec<Thanks>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) solutions: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) workarounds: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) exploits: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) configurations: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tags: Vec<String>,
    pub(super) date_public: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provider {
    pub(super) short_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Text {
    #[serde(default)]
    pub(super) lang: String,
    #[serde(default)]
    pub(super) value: String,
}

#[derive(Deserialize)]
pub(super) struct Thanks {
    pub(super) value: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    pub(super) descriptions: Vec<ProblemText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemText {
    pub(super) cwe_id: Option<String>,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) url: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tags: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Metric {
    #[serde(rename = "cvssV4_0")]
    pub(super) v4: Option<Cvss>,
    #[serde(rename = "cvssV3_1")]
    pub(super) v31: Option<Cvss>,
    #[serde(rename = "cvssV3_0")]
    pub(super) v30: Option<Cvss>,
    #[serde(rename = "cvssV2_0")]
    pub(super) v2: Option<Cvss>,
    pub(super) other: Option<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cvss {
    #[serde(default)]
    pub(super) vector_string: String,
    pub(super) base_severity: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Other {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) content: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) vendor: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product: String,
    #[serde(rename = "collectionURL")]
    pub(super) collection_url: Option<String>,
    pub(super) package_name: Option<String>,
    #[serde(rename = "packageURL")]
    pub(super) package_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cpes: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) modules: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) program_files: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) platforms: Vec<String>,
    pub(super) repo: Option<String>,
    pub(super) default_status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) status: String,
    pub(super) version_type: Option<String>,
    pub(super) less_than: Option<String>,
    pub(super) less_than_or_equal: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) changes: Vec<Change>,
}

#[derive(Deserialize)]
pub(super) struct Change {
    pub(super) at: String,
    pub(super) status: String,
}
