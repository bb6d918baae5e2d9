// SPDX-License-Identifier: Apache-2.0
//! The Node.js working group's npm advisories: one JSON object each, affected versions as an npm range.
//!
//! Their files on Node.js itself name release lines and the version that repairs each: `vulnerable` `18.x`, `patched`
//! `^18.17.1` is 18.0.0 up to, not including, 18.17.1 of the CPE nodejs:node.js. A line without a repair is affected as a
//! whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Cause, ReadError};
use crate::model::{Advisory, Configuration, ConfigurationNode, CpeMatch, Format, Severity, Warning};
use crate::place::place_at;
use crate::span::{Side, Span};

#[derive(Deserialize)]
struct Record {
    id: u64,
    title: String,
    module_name: String,
    publish_date: Option<String>,
    updated_at: Option<String>,
    #[serde(default)]
    cves: Vec<String>,
    vulnerable_versions: Option<String>,
    overview: Option<String>,
    cvss_vector: Option<String>,
}

/// One record, or the index that has them all by number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    One(Box<Record>),
    Many(BTreeMap<String, Record>),
}

/// `None` when the document is nothing of the working group's.
pub(crate) fn read(bytes: &[u8], path: &str) -> Option<Result<Vec<Advisory>, ReadError>> {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    if has(b"\"vulnerable\"") && has(b"\"patched\"") && !has(b"\"affected\"") {
        return Some(core(bytes, path));
    }
    (has(b"\"module_name\"") && has(b"\"vulnerable_versions\"")).then(|| records(bytes, path))
}

fn records(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        let place = place_at(bytes, error.line(), error.column());
        ReadError::at(path, Some(place), Cause::Malformed(error.to_string()))
    })?;
    Ok(match document {
        Document::One(record) => vec![advisory(*record)],
        Document::Many(records) => records.into_values().map(advisory).collect(),
    })
}

fn advisory(record: Record) -> Advisory {
    let instant = |text: &Option<String>| text.as_deref().and_then(crate::time::micros);
    let published = instant(&record.publish_date);
    let mut advisory = super::advisory(format!("NSWG-{}", record.id), Format::NodeWorkingGroup, published);
    advisory.modified = instant(&record.updated_at).or(published);
    advisory.aliases = record.cves;
    advisory.summary = Some(record.title);
    advisory.details = record.overview;
    let vector = record.cvss_vector.filter(|vector| vector.starts_with("CVSS:3"));
    advisory.severity.extend(vector.map(|score| Severity {
        kind: "CVSS_V3".to_owned(),
        score,
        extra: serde_json::Map::new(),
    }));
    let mut intervals = Vec::new();
    let ranges = record.vulnerable_versions.unwrap_or_default();
    for range in ranges.split("||") {
        // "<  1.2", "< 1.2" and "<1.2" are one comparison.
        let single = range.split_whitespace().collect::<Vec<_>>().join(" ");
        let joined = single.replace("= ", "=").replace("< ", "<").replace("> ", ">");
        let comparisons: Vec<&str> = joined.split_whitespace().filter(|word| *word != "*").collect();
        match Span::of_comparisons(comparisons) {
            Some(span) => intervals.push(span.events("vulnerable_versions", &mut advisory.warnings)),
            None => {
                let cause = format!("`{range}` is no range that can be read");
                advisory.warnings.push(Warning { place: "vulnerable_versions".to_owned(), cause });
            }
        }
    }
    advisory.affected.push(super::affected("npm", &record.module_name, intervals));
    advisory
}

#[derive(Deserialize)]
struct Core {
    #[serde(default)]
    cve: Vec<String>,
    vulnerable: String,
    #[serde(default)]
    patched: String,
    #[serde(rename = "ref")]
    link: Option<String>,
    overview: Option<String>,
    severity: Option<String>,
}

/// One record, or the index that has them all by number.
fn core(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let index: BTreeMap<String, serde_json::Value> = crate::json::parse(bytes, path)?;
    if index.contains_key("vulnerable") {
        let file = path.rsplit(['/', '!']).next().unwrap_or(path);
        let number = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        return Ok(vec![core_record(number, crate::json::parse(bytes, path)?)]);
    }
    let records: BTreeMap<String, Core> = crate::json::parse(bytes, path)?;
    Ok(records.into_iter().map(|(number, record)| core_record(&number, record)).collect())
}

fn core_record(number: &str, record: Core) -> Advisory {
    let mut advisory = super::advisory(format!("NSWG-CORE-{number}"), Format::NodeCore, None);
    advisory.aliases = record.cve;
    advisory.summary = record.overview.as_deref().and_then(|text| text.lines().next()).map(str::to_owned);
    advisory.details = record.overview;
    advisory.source_severity = record.severity;
    advisory.references.extend(record.link.map(super::link));
    let patched: Vec<Vec<u64>> = record.patched.split("||").filter_map(numbers).collect();
    let mut matches = Vec::new();
    for part in record.vulnerable.split("||") {
        let Some(span) = line(part, &patched) else {
            let cause = format!("`{}` is no range that can be read", part.trim());
            advisory.warnings.push(Warning { place: "vulnerable".to_owned(), cause });
            continue;
        };
        let mut one = CpeMatch { vulnerable: true, criteria: NODE.to_owned(), ..CpeMatch::default() };
        match span.low {
            Some(side) if side.included => one.start_including = Some(side.version),
            Some(side) => one.start_excluding = Some(side.version),
            None => {}
        }
        match span.high {
            Some(side) if side.included => one.end_including = Some(side.version),
            Some(side) => one.end_excluding = Some(side.version),
            None => {}
        }
        matches.push(one);
    }
    if !matches.is_empty() {
        let node = ConfigurationNode { matches, ..ConfigurationNode::default() };
        advisory.configurations.push(Configuration { nodes: vec![node], ..Configuration::default() });
    }
    advisory
}

const NODE: &str = "cpe:2.3:a:nodejs:node.js:*:*:*:*:*:*:*:*";

/// The numbers of `^18.17.1`.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches(['^', '~', '>', '=', ' ', 'v']);
    text.split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<Vec<u64>>>()
        .filter(|parts| !parts.is_empty())
}

/// A release line (`18.x`, `0.12.x`) up to its repair, or comparisons as npm has them.
fn line(part: &str, patched: &[Vec<u64>]) -> Option<Span> {
    let part = part.trim();
    let Some(stem) = part.strip_suffix(".x").and_then(numbers) else {
        let joined = part.replace("= ", "=").replace("< ", "<").replace("> ", ">");
        return Span::of_comparisons(joined.split_whitespace()).filter(|_| !joined.is_empty());
    };
    let show = |parts: &[u64]| {
        let mut parts = parts.to_vec();
        parts.resize(parts.len().max(3), 0);
        parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    };
    let repair = patched.iter().filter(|repair| repair.starts_with(&stem)).min();
    let mut next = stem.clone();
    if let Some(last) = next.last_mut() {
        *last = last.checked_add(1)?;
    }
    let end = show(repair.unwrap_or(&next));
    Some(Span {
        low: Some(Side { version: show(&stem), included: true }),
        high: Some(Side { version: end, included: false }),
    })
}
