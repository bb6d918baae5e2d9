// SPDX-License-Identifier: Apache-2.0
//! The Node.js working group's npm advisories: one JSON object each, affected versions as an npm range.
//!
//! Their files on Node.js itself are passed over: they name release lines, not versions of a package.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Cause, ReadError};
use crate::model::{Advisory, Format, Severity, Warning};
use crate::place::place_at;
use crate::span::Span;

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
        let cause = Cause::Unrecognised("release lines of Node.js, not versions of a package");
        return Some(Err(ReadError::new(path, cause)));
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
        // "< 1.2" and "<1.2" are one comparison.
        let joined = range.replace("= ", "=").replace("< ", "<").replace("> ", ">");
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
