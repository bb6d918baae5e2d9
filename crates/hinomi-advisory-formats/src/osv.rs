// SPDX-License-Identifier: Apache-2.0
//! OSV records, as JSON and as YAML (schema 1.0 to 1.7).
//!
//! A JSON document is one record, an array of records, one record a line, or an answer of the OSV API
//! (`{"vulns": […]}`). A YAML document is one record. Versions in YAML keep the text as written: `1.10`
//! never becomes the number 1.1.

mod raw;

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Cause, Place, ReadError};
use crate::model::{
    Advisory, Affected, Credit, Event, Format, Package, Range, RangeKind, Reference, Severity, Warning,
};
use crate::place::place_at;
use crate::time::micros;

/// Longest identifier that a record may have.
const MAX_ID_BYTES: usize = 256;

pub(crate) fn read_json(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let mut advisories = Vec::new();
    let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Document>();
    for document in documents.by_ref() {
        let records = match document.map_err(|error| json_error(bytes, path, &error))? {
            Document::One(record) if record.id.is_empty() && record.extra.contains_key("vulns") => {
                wrapped(*record, path)?
            }
            Document::One(record) => vec![*record],
            Document::Many(records) => records,
        };
        for record in records {
            advisories.push(advisory(record, Format::OsvJson, path)?);
        }
    }
    Ok(advisories)
}

/// The records inside an answer of the OSV API.
fn wrapped(mut answer: raw::Record, path: &str) -> Result<Vec<raw::Record>, ReadError> {
    let vulns = answer.extra.remove("vulns").unwrap_or_default();
    let place = Some(Place { value: "vulns".to_owned(), line: 1, column: 1 });
    Vec::deserialize(vulns).map_err(|error| ReadError::at(path, place, Cause::Malformed(error.to_string())))
}

pub(crate) fn read_yaml(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let record: raw::Record = serde_yaml_ng::from_slice(bytes).map_err(|error| {
        let place = error.location().map(|location| Place {
            value: String::new(),
            line: location.line(),
            column: location.column(),
        });
        ReadError::at(path, place, Cause::Malformed(error.to_string()))
    })?;
    Ok(vec![advisory(record, Format::OsvYaml, path)?])
}

/// A YAML record names its `id` at the start of a line, near the top or the end of the file.
pub(crate) fn looks_like_yaml(bytes: &[u8]) -> bool {
    bytes.starts_with(b"id:") || bytes.windows(4).any(|window| window == b"\nid:")
}

enum Document {
    One(Box<raw::Record>),
    Many(Vec<raw::Record>),
}

/// A record, an array of them, or an object whose `vulns` are records; told apart without reading twice.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DocumentVisitor;
        impl<'de> serde::de::Visitor<'de> for DocumentVisitor {
            type Value = Document;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an advisory record or an array of them")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Document, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Document::Many)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Document, A::Error> {
                let deserializer = serde::de::value::MapAccessDeserializer::new(map);
                raw::Record::deserialize(deserializer).map(|record| Document::One(Box::new(record)))
            }
        }
        deserializer.deserialize_any(DocumentVisitor)
    }
}

fn json_error(bytes: &[u8], path: &str, error: &serde_json::Error) -> ReadError {
    let place = place_at(bytes, error.line(), error.column());
    let mut cause = error.to_string();
    // The position is said once, by the place.
    if let Some(end) = cause.rfind(" at line ") {
        cause.truncate(end);
    }
    ReadError::at(path, Some(place), Cause::Malformed(cause))
}

fn advisory(mut record: raw::Record, format: Format, path: &str) -> Result<Advisory, ReadError> {
    if record.id.trim().is_empty() {
        let like_osv = !record.affected.is_empty() || !record.modified.is_empty();
        let cause = if like_osv {
            Cause::Missing("id")
        } else {
            Cause::Unrecognised("a document without an advisory's `id`")
        };
        return Err(ReadError::new(path, cause));
    }
    if record.id.len() > MAX_ID_BYTES {
        return Err(ReadError::new(
            path,
            Cause::Malformed(format!("the id is longer than {MAX_ID_BYTES} bytes")),
        ));
    }
    let mut warnings = Vec::new();
    let modified = instant(&record.modified, "modified", &mut warnings);
    let published = instant(&record.published, "published", &mut warnings);
    let withdrawn = match instant(&record.withdrawn, "withdrawn", &mut warnings) {
        // A record that says it was taken back, however badly it writes the time, was taken back.
        None if !record.withdrawn.trim().is_empty() => Some(modified.or(published).unwrap_or(0)),
        other => other,
    };
    let cwes = weaknesses(&record);
    let source_severity = own_word(&record);
    Ok(Advisory {
        id: record.id.trim().to_owned(),
        source: format,
        schema_version: non_empty(record.schema_version),
        modified,
        published,
        withdrawn,
        aliases: names(record.aliases),
        upstream: names(record.upstream),
        related: names(record.related),
        summary: non_empty(record.summary),
        details: non_empty(record.details),
        severity: record.severity.into_iter().map(severity).collect(),
        affected: std::mem::take(&mut record.affected).into_iter().map(affected).collect(),
        references: record
            .references
            .into_iter()
            .map(|raw| Reference { kind: raw.kind, url: raw.url, extra: raw.extra })
            .collect(),
        credits: record
            .credits
            .into_iter()
            .map(|raw| Credit { name: raw.name, kind: raw.kind, contact: raw.contact, extra: raw.extra })
            .collect(),
        cwes,
        source_severity,
        database_specific: record.database_specific,
        extra: record.extra,
        warnings,
        ..Advisory::default()
    })
}

fn instant(text: &str, place: &str, warnings: &mut Vec<Warning>) -> Option<i64> {
    if text.trim().is_empty() {
        return None;
    }
    let value = micros(text);
    if value.is_none() {
        let shown: String = text.chars().take(40).collect();
        warnings.push(Warning { place: place.to_owned(), cause: format!("`{shown}` is not a time") });
    }
    value
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn names(raw: Vec<String>) -> Vec<String> {
    raw.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn severity(raw: raw::Severity) -> Severity {
    Severity { kind: raw.kind, score: raw.score, extra: raw.extra }
}

fn affected(raw: raw::Affected) -> Affected {
    Affected {
        package: Package {
            ecosystem: non_empty(raw.package.ecosystem),
            name: raw.package.name,
            purl: non_empty(raw.package.purl),
            extra: raw.package.extra,
        },
        ranges: raw.ranges.into_iter().map(range).collect(),
        versions: raw.versions,
        severity: raw.severity.into_iter().map(severity).collect(),
        ecosystem_specific: raw.ecosystem_specific,
        database_specific: raw.database_specific,
        extra: raw.extra,
    }
}

fn range(raw: raw::Range) -> Range {
    let mut extra = raw.extra;
    let kind = match raw.kind.as_str() {
        "SEMVER" => RangeKind::Semver,
        "ECOSYSTEM" => RangeKind::Ecosystem,
        "GIT" => RangeKind::Git,
        other => {
            if !other.is_empty() {
                extra.insert("type".to_owned(), Value::String(other.to_owned()));
            }
            RangeKind::Other
        }
    };
    let mut events = Vec::with_capacity(raw.events.len());
    let mut unknown = Vec::new();
    for event in raw.events {
        events.extend(event.introduced.map(Event::Introduced));
        events.extend(event.fixed.map(Event::Fixed));
        events.extend(event.last_affected.map(Event::LastAffected));
        events.extend(event.limit.map(Event::Limit));
        if !event.extra.is_empty() {
            unknown.push(Value::Object(event.extra));
        }
    }
    if !unknown.is_empty() {
        extra.insert("events".to_owned(), Value::Array(unknown));
    }
    Range { kind, repo: non_empty(raw.repo), events, database_specific: raw.database_specific, extra }
}

/// Weakness identifiers where sources put them: `database_specific.cwe_ids` (GitHub) and
/// `affected[].database_specific.cwes[].cweId` (npm).
fn weaknesses(record: &raw::Record) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |id: Option<&str>| {
        if let Some(id) = id
            && id.starts_with("CWE-")
            && !found.iter().any(|known| known == id)
        {
            found.push(id.to_owned());
        }
    };
    for id in array(&record.database_specific, "cwe_ids") {
        add(id.as_str());
    }
    for package in &record.affected {
        for weakness in array(&package.database_specific, "cwes") {
            add(weakness.as_str().or_else(|| weakness.get("cweId").and_then(Value::as_str)));
        }
    }
    found
}

fn array<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The source's own word: `database_specific.severity`, an `affected[]`'s, a severity whose score is a word
/// (Ubuntu), or the first word of an enterprise Linux erratum's summary ("Important: …").
fn own_word(record: &raw::Record) -> Option<String> {
    let word_in = |object: &Value| object.get("severity").and_then(Value::as_str).map(str::to_owned);
    word_in(&record.database_specific)
        .or_else(|| {
            record.affected.iter().find_map(|package| {
                word_in(&package.ecosystem_specific).or_else(|| word_in(&package.database_specific))
            })
        })
        .or_else(|| {
            let words = record.severity.iter().find(|severity| !severity.kind.starts_with("CVSS"));
            words.map(|severity| severity.score.clone()).filter(|score| !score.is_empty())
        })
        .or_else(|| {
            let (word, _) = record.summary.split_once(':')?;
            let known = ["Critical", "Important", "Moderate", "Low"];
            known.contains(&word).then(|| word.to_owned())
        })
}

#[cfg(test)]
#[path = "osv_tests.rs"]
mod tests;
