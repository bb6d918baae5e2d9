// SPDX-License-Identifier: Apache-2.0
//! Items of the 1.1 feeds.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{add_weakness, descriptions, is_cve_id, reference, severity};
use crate::configurations::{RawNode, nodes};
use crate::error::ReadError;
use crate::json::{or_default, wrong};
use crate::model::{Advisory, Configuration, Format, Operator};
use crate::time::micros;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    cve: Cve,
    #[serde(default, deserialize_with = "or_default")]
    configurations: Configurations,
    #[serde(default, deserialize_with = "or_default")]
    impact: Impact,
    published_date: Option<String>,
    last_modified_date: Option<String>,
}

#[derive(Deserialize)]
struct Cve {
    #[serde(rename = "CVE_data_meta")]
    meta: Meta,
    #[serde(default, deserialize_with = "or_default")]
    problemtype: Problems,
    #[serde(default, deserialize_with = "or_default")]
    references: Links,
    #[serde(default, deserialize_with = "or_default")]
    description: Texts,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "ASSIGNER")]
    assigner: Option<String>,
}

#[derive(Default, Deserialize)]
struct Problems {
    #[serde(default)]
    problemtype_data: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    description: Vec<Text>,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    reference_data: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    url: String,
    refsource: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Texts {
    #[serde(default)]
    description_data: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(default)]
    lang: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct Configurations {
    #[serde(default)]
    nodes: Vec<RawNode>,
}

#[derive(Default, Deserialize)]
struct Impact {
    #[serde(rename = "baseMetricV3")]
    v3: Option<MetricV3>,
    #[serde(rename = "baseMetricV2")]
    v2: Option<MetricV2>,
}

#[derive(Deserialize)]
struct MetricV3 {
    #[serde(rename = "cvssV3")]
    data: Data,
}

#[derive(Deserialize)]
struct MetricV2 {
    #[serde(rename = "cvssV2")]
    data: Data,
    severity: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    vector_string: String,
    base_severity: Option<String>,
}

pub(super) fn advisory(item: Item, path: &str) -> Result<Advisory, ReadError> {
    let Item { cve, configurations, impact, published_date, last_modified_date } = item;
    if !is_cve_id(&cve.meta.id) {
        let shown: String = cve.meta.id.chars().take(40).collect();
        return Err(wrong(path, "cve.CVE_data_meta.ID", format!("`{shown}` is no CVE identifier")));
    }
    let texts = cve.description.description_data.into_iter().map(|text| (text.lang, text.value));
    let (details, languages) = descriptions(texts);
    let modified = last_modified_date.as_deref().and_then(micros);
    let published = published_date.as_deref().and_then(micros);
    let rejected = details.as_deref().is_some_and(|text| text.starts_with("** REJECT **"));
    let mut record = Advisory {
        id: cve.meta.id,
        source: Format::NvdFeed,
        schema_version: Some("1.1".to_owned()),
        modified,
        published,
        withdrawn: rejected.then(|| modified.or(published).unwrap_or(0)),
        details,
        ..Advisory::default()
    };
    // Each outermost node is an applicability statement of its own.
    record.configurations = nodes(configurations.nodes)
        .into_iter()
        .map(|node| Configuration { operator: Operator::Or, negate: false, nodes: vec![node] })
        .collect();
    for word in cve.problemtype.problemtype_data.iter().flat_map(|problem| &problem.description) {
        add_weakness(&mut record.cwes, &word.value);
    }
    record.references = cve
        .references
        .reference_data
        .into_iter()
        .map(|link| reference(link.url, link.tags, link.refsource))
        .collect();
    let nist = || Some("nvd@nist.gov".to_owned());
    if let Some(metric) = impact.v3 {
        record.source_severity = metric.data.base_severity;
        record.severity.push(severity(metric.data.vector_string, nist(), true));
    }
    if let Some(metric) = impact.v2 {
        record.source_severity = record.source_severity.take().or(metric.severity);
        record.severity.push(severity(metric.data.vector_string, nist(), true));
    }
    let mut specific = Map::new();
    specific.extend(cve.meta.assigner.map(|source| ("source".to_owned(), Value::String(source))));
    if !languages.is_empty() {
        specific.insert("descriptions".to_owned(), Value::Object(languages));
    }
    record.database_specific = Value::Object(specific);
    Ok(record)
}
