// SPDX-License-Identifier: Apache-2.0
//! CVE records, JSON 5.0 to 5.2, with the containers that others add (CISA's ADP container: SSVC, KEV, scores).
//!
//! ```text
//!   containers.cna ─┐                      ┌─ a known package collection ─► affected[] with ranges
//!   containers.adp ─┴─ affected[], cpes ───┼─ cpes, cpeApplicability      ─► configurations[]
//!                                          └─ vendor and product alone    ─► affected[] without ecosystem
//!   metrics.other: ssvc, kev ─► database_specific.ssvc, .kev
//! ```
//!
//! (CVE JSON schema 5.1.1 and 5.2.0; its "Version status decision" for `affected[].versions`.)

mod collection;
mod raw;
mod versions;
mod wording;

use serde_json::{Map, Value, json};

use crate::configurations::configuration;
use crate::error::{Cause, ReadError};
use crate::json::{parse, wrong};
use crate::model::{
    Advisory, Affected, Configuration, ConfigurationNode, CpeMatch, Credit, Format, Operator, Package,
};
use crate::nvd::{add_weakness, descriptions, is_cve_id, reference, severity};
use crate::time::micros;

use collection::Target;
use raw::{Container, Product};

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Advisory, ReadError> {
    let raw: raw::Record = parse(bytes, path)?;
    if raw.data_type != "CVE_RECORD" {
        return Err(wrong(path, "dataType", "it must be `CVE_RECORD`"));
    }
    if !raw.data_version.starts_with("5.") {
        let cause =
            format!("version `{}` of the CVE record format is not read, only 5.x", shown(&raw.data_version));
        return Err(wrong(path, "dataVersion", cause));
    }
    let meta = raw.meta;
    if !is_cve_id(&meta.id) {
        return Err(wrong(path, "cveMetadata.cveId", format!("`{}` is no CVE identifier", shown(&meta.id))));
    }
    let rejected = match meta.state.as_str() {
        "PUBLISHED" => false,
        "REJECTED" => true,
        other => {
            return Err(wrong(
                path,
                "cveMetadata.state",
                format!("`{}` is no state of a record", shown(other)),
            ));
        }
    };
    let Some(cna) = raw.containers.cna else {
        return Err(ReadError::new(path, Cause::Missing("containers.cna")));
    };
    let modified = meta.updated.as_deref().and_then(micros);
    let published = meta.published.as_deref().and_then(micros);
    let rejected_at = meta.rejected.as_deref().and_then(micros);
    let mut record = Advisory {
        id: meta.id,
        source: Format::Cve,
        schema_version: Some(raw.data_version),
        modified,
        published,
        withdrawn: rejected.then(|| rejected_at.or(modified).or(published).unwrap_or(0)),
        ..Advisory::default()
    };
    let mut specific = Map::new();
    specific.extend(meta.assigner.map(|name| ("assigner".to_owned(), Value::String(name))));
    specific.insert("state".to_owned(), Value::String(meta.state));
    container(cna, true, &mut record, &mut specific);
    for adp in raw.containers.adp {
        container(adp, false, &mut record, &mut specific);
    }
    record.database_specific = Value::Object(specific);
    Ok(record)
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Adds what one organisation says; the CNA comes first and has the first word.
fn container(raw: Container, is_cna: bool, record: &mut Advisory, specific: &mut Map<String, Value>) {
    let source = raw.provider.short_name;
    if is_cna {
        record.summary = raw.title;
        record.related.extend(raw.replaced_by);
        let texts = raw.descriptions.into_iter().chain(raw.rejected_reasons);
        let (details, languages) = descriptions(texts.map(|text| (text.lang, text.value)));
        record.details = details;
        if !languages.is_empty() {
            specific.insert("descriptions".to_owned(), Value::Object(languages));
        }
        record.credits.extend(raw.credits.into_iter().map(|credit| Credit {
            name: credit.value,
            kind: credit.kind,
            contact: Vec::new(),
            extra: Map::new(),
        }));
        for (name, texts) in [
            ("solutions", raw.solutions),
            ("workarounds", raw.workarounds),
            ("exploits", raw.exploits),
            ("configurations", raw.configurations),
        ] {
            if !texts.is_empty() {
                let list = texts.into_iter().map(|text| json!({"lang": text.lang, "value": text.value}));
                specific.insert(name.to_owned(), list.collect());
            }
        }
        if !raw.tags.is_empty() {
            specific.insert("tags".to_owned(), Value::from(raw.tags));
        }
        specific.extend(raw.date_public.map(|day| ("date_public".to_owned(), Value::String(day))));
    }
    for problem in raw.problem_types.iter().flat_map(|problem| &problem.descriptions) {
        let described = problem.description.split([' ', ':']).next().unwrap_or_default();
        add_weakness(&mut record.cwes, problem.cwe_id.as_deref().unwrap_or(described));
    }
    for link in raw.references {
        if !record.references.iter().any(|known| known.url == link.url) {
            record.references.push(reference(link.url, link.tags, source.clone()));
        }
    }
    for metric in raw.metrics {
        let [v4, v31, v30, v2] = [metric.v4, metric.v31, metric.v30, metric.v2];
        for data in [v4, v31, v30, v2].into_iter().flatten() {
            record.source_severity = record.source_severity.take().or(data.base_severity);
            if !data.vector_string.is_empty() {
                record.severity.push(severity(data.vector_string, source.clone(), is_cna));
            }
        }
        if let Some(other) = metric.other {
            other_metric(other, source.as_deref(), specific);
        }
    }
    let stated: Vec<Configuration> = raw.cpe_applicability.into_iter().map(configuration).collect();
    let from_cpes = stated.is_empty();
    record.configurations.extend(stated);
    for product in raw.affected {
        affected(product, source.as_deref(), from_cpes, record);
    }
}

/// SSVC decision points and the mark of the known-exploited catalogue.
fn other_metric(other: raw::Other, source: Option<&str>, specific: &mut Map<String, Value>) {
    match other.kind.as_str() {
        "ssvc" => {
            let mut points = Map::new();
            for option in other.content.get("options").and_then(Value::as_array).into_iter().flatten() {
                points.extend(
                    option
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
            }
            let entry = json!({
                "source": source,
                "role": other.content.get("role"),
                "version": other.content.get("version"),
                "timestamp": other.content.get("timestamp"),
                "options": points,
            });
            let list = specific.entry("ssvc").or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().into_iter().for_each(|list| list.push(entry.clone()));
        }
        "kev" => {
            specific.entry("kev").or_insert(other.content);
        }
        _ => {
            let entry = json!({"source": source, "type": other.kind, "content": other.content});
            let list = specific.entry("metrics").or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().into_iter().for_each(|list| list.push(entry.clone()));
        }
    }
}

fn affected(raw: Product, source: Option<&str>, from_cpes: bool, record: &mut Advisory) {
    let target = collection::target(&raw);
    let place = format!("affected {}", shown(raw.package_name.as_deref().unwrap_or(&raw.product)));
    let found = versions::affected(&raw, &place, &mut record.warnings);
    match target {
        Target::Packages(packages) => {
            for package in packages {
                record.affected.push(entry(package, &raw, &found, source));
            }
        }
        Target::Products => {
            if from_cpes && !raw.cpes.is_empty() {
                let matches: Vec<CpeMatch> = raw.cpes.iter().flat_map(|cpe| found.cpe_matches(cpe)).collect();
                if !matches.is_empty() {
                    let node = ConfigurationNode { matches, ..ConfigurationNode::default() };
                    let whole = Configuration { operator: Operator::Or, negate: false, nodes: vec![node] };
                    if !record.configurations.contains(&whole) {
                        record.configurations.push(whole);
                    }
                }
            }
            let name = raw.package_name.clone().unwrap_or_else(|| raw.product.clone());
            let package = Package { ecosystem: None, name, purl: raw.package_url.clone(), extra: Map::new() };
            record.affected.push(entry(package, &raw, &found, source));
        }
    }
}

fn entry(package: Package, raw: &Product, found: &versions::Found, source: Option<&str>) -> Affected {
    let mut specific = Map::new();
    let texts = [
        ("source", source),
        ("vendor", Some(raw.vendor.as_str())),
        ("product", Some(raw.product.as_str())),
        ("collection", raw.collection_url.as_deref()),
        ("default_status", raw.default_status.as_deref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            specific.insert(name.to_owned(), Value::String(text.to_owned()));
        }
    }
    for (name, list) in [
        ("cpes", &raw.cpes),
        ("platforms", &raw.platforms),
        ("modules", &raw.modules),
        ("program_files", &raw.program_files),
    ] {
        if !list.is_empty() {
            specific.insert(name.to_owned(), Value::from(list.clone()));
        }
    }
    Affected {
        package,
        ranges: found.ranges(raw.repo.as_deref()),
        versions: found.versions.clone(),
        database_specific: Value::Object(specific),
        ..Affected::default()
    }
}

#[cfg(test)]
#[path = "cve/tests.rs"]
mod tests;
