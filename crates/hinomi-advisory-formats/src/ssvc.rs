// SPDX-License-Identifier: Apache-2.0
//! Stakeholder-Specific Vulnerability Categorization: CERT/CC's decision points, decision tables and selections.
//!
//! ```text
//!   decision point   "ssvc:E:1.1.0"  Exploitation: None, Public PoC, Active
//!   decision table   points × mapping ─► outcome     every combination of values has exactly one row
//!   selections       what somebody chose for a vulnerability
//!   CSV              a table's rows in words: row,Exploitation v1.1.0,…,CISA Levels v1.1.0 (cisa)
//!   registry         all points and tables in one document
//! ```
//!
//! Schema 2.0.0 of `DecisionPoint`, `DecisionTable`, `SelectionList` and `SsvcObjectRegistry` (CERT/CC, `data/schema/v2`).
//! A table that is incomplete or contradicts itself is refused: it would leave decisions to chance.

mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Cause, Place, ReadError};
use crate::json;

pub(crate) use table::cells as csv_cells;
pub use table::{DecisionTable, TableRows};

/// A document of SSVC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SsvcDocument {
    /// One decision point.
    Point(DecisionPoint),
    /// One decision table.
    Table(DecisionTable),
    /// A table's rows as CSV, by the names of points and values.
    Rows(TableRows),
    /// Points and tables, each once.
    Registry {
        /// Every decision point in every version.
        points: Vec<DecisionPoint>,
        /// Every decision table in every version.
        tables: Vec<DecisionTable>,
    },
    /// What was selected for one or more vulnerabilities.
    Selections(Selections),
}

/// A question with its ordered answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionPoint {
    /// Who defines it: `ssvc`, `cisa`, `cvss`, …
    pub namespace: String,
    /// Short name, unique in the namespace.
    pub key: String,
    /// Of the point, as three numbers.
    pub version: String,
    /// For people.
    pub name: String,
    /// What it asks.
    #[serde(default)]
    pub definition: String,
    /// Answers, the least first.
    pub values: Vec<PointValue>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointValue {
    /// Short name, unique in the point.
    pub key: String,
    /// For people.
    #[serde(default)]
    pub name: String,
    /// What it means.
    #[serde(default)]
    pub definition: String,
}

impl DecisionPoint {
    /// How tables name it: `ssvc:E:1.1.0`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}:{}:{}", self.namespace, self.key, self.version)
    }

    fn fault(&self) -> Option<String> {
        for (name, text) in [("namespace", &self.namespace), ("key", &self.key), ("name", &self.name)] {
            if text.trim().is_empty() {
                return Some(format!("the decision point {} has no {name}", self.id()));
            }
        }
        if !is_version(&self.version) {
            return Some(format!("`{}` is no version of three numbers", shown(&self.version)));
        }
        if self.values.is_empty() {
            return Some(format!("the decision point {} has no values", self.id()));
        }
        let twice = self.values.iter().enumerate().find(|(at, value)| {
            self.values.get(..*at).is_some_and(|before| before.iter().any(|other| other.key == value.key))
        });
        twice.map(|(_, value)| {
            format!("the decision point {} has the value `{}` twice", self.id(), shown(&value.key))
        })
    }
}

/// Answers that somebody gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selections {
    /// The vulnerabilities that they are about.
    #[serde(default, alias = "target_ids")]
    pub targets: Vec<String>,
    /// When, as written.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// The answers; several values of one point are those that are not ruled out.
    pub selections: Vec<Selection>,
}

/// The answer to one decision point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Of the point.
    pub namespace: String,
    /// Of the point.
    pub key: String,
    /// Of the point.
    pub version: String,
    /// The point's name, when it is given.
    #[serde(default)]
    pub name: Option<String>,
    /// The values that remain.
    pub values: Vec<PointValue>,
}

/// True when the text begins like one of these documents.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => kind_of(text).is_some(),
        _ => table::looks_like_rows(text),
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Point,
    Table,
    Registry,
    Selections,
}

fn kind_of(bytes: &[u8]) -> Option<Kind> {
    let (mut namespace, mut version, mut found) = (false, false, None);
    json::top_keys(bytes, |key, _| {
        match key {
            b"$schema" | b"$defs" => {
                found = None;
                return std::ops::ControlFlow::Break(());
            }
            b"namespace" => namespace = true,
            b"schemaVersion" => version = true,
            b"values" => found = found.or(Some(Kind::Point)),
            b"mapping" | b"decision_points" => found = Some(Kind::Table),
            b"types" => found = Some(Kind::Registry),
            b"selections" => found = Some(Kind::Selections),
            _ => {}
        }
        std::ops::ControlFlow::Continue(())
    });
    found.filter(|kind| match kind {
        Kind::Point | Kind::Table => namespace,
        Kind::Registry | Kind::Selections => version,
    })
}

/// Reads any of the documents.
pub fn read(bytes: &[u8], path: &str) -> Result<SsvcDocument, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > crate::MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: crate::MAX_DOCUMENT_BYTES }));
    }
    let refuse = |fault: String| ReadError::new(path, Cause::Malformed(fault));
    match kind_of(bytes) {
        None if table::looks_like_rows(bytes) => table::read_rows(bytes, path).map(SsvcDocument::Rows),
        None => Err(ReadError::new(path, Cause::Unrecognised("no decision point, table or selection"))),
        Some(Kind::Point) => {
            let point: DecisionPoint = json::parse(bytes, path)?;
            point.fault().map_or(Ok(SsvcDocument::Point(point)), |fault| Err(refuse(fault)))
        }
        Some(Kind::Table) => {
            let table: DecisionTable = json::parse(bytes, path)?;
            table.fault().map_or(Ok(SsvcDocument::Table(table)), |fault| Err(refuse(fault)))
        }
        Some(Kind::Registry) => registry(bytes, path),
        Some(Kind::Selections) => {
            let selections: Selections = json::parse(bytes, path)?;
            match selections.selections.iter().find(|selection| selection.values.is_empty()) {
                Some(empty) => Err(refuse(format!("the selection of {} has no value", shown(&empty.key)))),
                None => Ok(SsvcDocument::Selections(selections)),
            }
        }
    }
}

#[derive(Deserialize)]
struct Registry {
    types: BTreeMap<String, RegistryType>,
}

#[derive(Deserialize)]
struct RegistryType {
    namespaces: BTreeMap<String, RegistryNamespace>,
}

#[derive(Deserialize)]
struct RegistryNamespace {
    keys: BTreeMap<String, RegistryKey>,
}

#[derive(Deserialize)]
struct RegistryKey {
    versions: BTreeMap<String, RegistryVersion>,
}

#[derive(Deserialize)]
struct RegistryVersion {
    obj: Value,
}

fn registry(bytes: &[u8], path: &str) -> Result<SsvcDocument, ReadError> {
    let registry: Registry = json::parse(bytes, path)?;
    let (mut points, mut tables) = (Vec::new(), Vec::new());
    for (kind, listed) in registry.types {
        for (namespace, keys) in listed.namespaces {
            for (key, versions) in keys.keys {
                for (version, entry) in versions.versions {
                    let place = format!("types.{kind}.{namespace}.{key}.{version}");
                    let refuse = |cause: String| {
                        let place = Place { value: place.clone(), line: 0, column: 0 };
                        ReadError::at(path, Some(place), Cause::Malformed(cause))
                    };
                    let fault = match kind.as_str() {
                        "DecisionPoint" => {
                            let point: DecisionPoint = serde_json::from_value(entry.obj)
                                .map_err(|error| refuse(error.to_string()))?;
                            let fault = point.fault();
                            points.push(point);
                            fault
                        }
                        "DecisionTable" => {
                            let table: DecisionTable = serde_json::from_value(entry.obj)
                                .map_err(|error| refuse(error.to_string()))?;
                            let fault = table.fault();
                            tables.push(table);
                            fault
                        }
                        // Groups and lists say nothing that points and tables do not.
                        _ => None,
                    };
                    if let Some(fault) = fault {
                        return Err(refuse(fault));
                    }
                }
            }
        }
    }
    Ok(SsvcDocument::Registry { points, tables })
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A text from outside, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests;
