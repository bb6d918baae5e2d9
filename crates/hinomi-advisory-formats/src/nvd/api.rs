// SPDX-License-Identifier: Apache-2.0
//! Records of the API 2.0, and overrides that give only some of their fields.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{add_weakness, descriptions, is_cve_id, reference, severity};
use crate::configurations::{RawConfiguration, configuration};
use crate::error::ReadError;
use crate::json::{or_default, wrong};
use crate::model::{Advisory, Format};
use crate::time::micros;

#[derive(Deserialize)]
pub(super) struct Item {
    pub(super) cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cve {
    #[serde(default)]
    id: String,
    source_identifier: Option<String>,
    published: Option<String>,
    last_modified: Option<String>,
    vuln_status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    cve_tags: Vec<Value>,
    #[serde(default, deserialize_with = "or_default")]
    descriptions: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    metrics: Metrics,
    #[serde(default, deserialize_with = "or_default")]
    weaknesses: Vec<Weakness>,
    #[serde(default, deserialize_with = "or_default")]
    configurations: Vec<RawConfiguration>,
    #[serde(default, deserialize_with = "or_default")]
    references: Vec<Link>,
    cisa_exploit_add: Option<String>,
    cisa_action_due: Option<String>,
    cisa_required_action: Option<String>,
    cisa_vulnerability_name: Option<String>,
    evaluator_comment: Option<String>,
    evaluator_impact: Option<String>,
    evaluator_solution: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    vendor_comments: Vec<Value>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(default, deserialize_with = "or_default")]
    lang: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct Metrics {
    #[serde(default, rename = "cvssMetricV40")]
    v40: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV31")]
    v31: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV30")]
    v30: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV2")]
    v2: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    cvss_data: CvssData,
    base_severity: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssData {
    vector_string: String,
    base_severity: Option<String>,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default, deserialize_with = "or_default")]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Link {
    url: String,
    source: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    tags: Vec<String>,
}

pub(super) fn advisory(cve: Cve, path: &str) -> Result<Advisory, ReadError> {
    if !is_cve_id(&cve.id) {
        let shown: String = cve.id.chars().take(40).collect();
        return Err(wrong(path, "cve.id", format!("`{shown}` is no CVE identifier")));
    }
    let modified = cve.last_modified.as_deref().and_then(micros);
    let published = cve.published.as_deref().and_then(micros);
    let rejected = cve.vuln_status.as_deref() == Some("Rejected");
    let (details, languages) = descriptions(cve.descriptions.into_iter().map(|text| (text.lang, text.value)));
    let mut record = Advisory {
        id: cve.id,
        source: Format::Nvd,
        schema_version: Some("2.0".to_owned()),
        modified,
        published,
        withdrawn: rejected.then(|| modified.or(published).unwrap_or(0)),
        details,
        configurations: cve.configurations.into_iter().map(configuration).collect(),
        ..Advisory::default()
    };
    for weakness in cve.weaknesses.iter().flat_map(|weakness| &weakness.description) {
        add_weakness(&mut record.cwes, &weakness.value);
    }
    record.references =
        cve.references.into_iter().map(|link| reference(link.url, link.tags, link.source)).collect();
    let Metrics { v40, v31, v30, v2 } = cve.metrics;
    for metric in v40.into_iter().chain(v31).chain(v30).chain(v2) {
        let word = metric.cvss_data.base_severity.or(metric.base_severity);
        record.source_severity = record.source_severity.take().or(word);
        let primary = metric.kind.as_deref() == Some("Primary");
        record.severity.push(severity(metric.cvss_data.vector_string, metric.source, primary));
    }
    let texts = [
        ("source", cve.source_identifier),
        ("vuln_status", cve.vuln_status),
        ("cisa_exploit_add", cve.cisa_exploit_add),
        ("cisa_action_due", cve.cisa_action_due),
        ("cisa_required_action", cve.cisa_required_action),
        ("cisa_vulnerability_name", cve.cisa_vulnerability_name),
        ("evaluator_comment", cve.evaluator_comment),
        ("evaluator_impact", cve.evaluator_impact),
        ("evaluator_solution", cve.evaluator_solution),
    ];
    let mut specific = Map::new();
    for (name, text) in texts {
        specific.extend(text.map(|text| (name.to_owned(), Value::String(text))));
    }
    for (name, list) in [("cve_tags", cve.cve_tags), ("vendor_comments", cve.vendor_comments)] {
        if !list.is_empty() {
            specific.insert(name.to_owned(), Value::Array(list));
        }
    }
    if !languages.is_empty() {
        specific.insert("descriptions".to_owned(), Value::Object(languages));
    }
    record.database_specific = Value::Object(specific);
    Ok(record)
}

#[derive(Deserialize)]
pub(super) struct Override {
    #[serde(rename = "_annotation", default)]
    annotation: Annotation,
    cve: OverrideCve,
}

#[derive(Default, Deserialize)]
struct Annotation {
    #[serde(default)]
    cve_id: String,
    modified: Option<String>,
    published: Option<String>,
    description: Option<String>,
    reason: Option<String>,
    cna: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    references: Vec<String>,
}

#[derive(Deserialize)]
struct OverrideCve {
    #[serde(default)]
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    configurations: Vec<RawConfiguration>,
    #[serde(default, deserialize_with = "or_default")]
    references: Vec<Link>,
}

pub(super) fn override_advisory(raw: Override, path: &str) -> Result<Advisory, ReadError> {
    let id = if raw.annotation.cve_id.is_empty() { raw.cve.id } else { raw.annotation.cve_id };
    if !is_cve_id(&id) {
        let shown: String = id.chars().take(40).collect();
        return Err(wrong(path, "_annotation.cve_id", format!("`{shown}` is no CVE identifier")));
    }
    let mut specific = Map::new();
    for (name, text) in [("reason", raw.annotation.reason), ("source", raw.annotation.cna)] {
        specific.extend(text.map(|text| (name.to_owned(), Value::String(text))));
    }
    let links = raw.annotation.references.into_iter().map(|url| reference(url, Vec::new(), None));
    let own = raw.cve.references.into_iter().map(|link| reference(link.url, link.tags, link.source));
    Ok(Advisory {
        id,
        source: Format::NvdOverride,
        modified: raw.annotation.modified.as_deref().and_then(micros),
        published: raw.annotation.published.as_deref().and_then(micros),
        details: raw.annotation.description,
        configurations: raw.cve.configurations.into_iter().map(configuration).collect(),
        references: own.chain(links).collect(),
        database_specific: Value::Object(specific),
        ..Advisory::default()
    })
}
