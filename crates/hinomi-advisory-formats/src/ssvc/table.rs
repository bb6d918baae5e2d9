// SPDX-License-Identifier: Apache-2.0
//! Decision tables: points, and an outcome for each combination of their values.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{DecisionPoint, is_version, shown};
use crate::error::{Cause, Place, ReadError};

/// More combinations than any table that a person decides by.
const COMBINATIONS_MAX: usize = 100_000;

/// A table that gives an outcome for every combination of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionTable {
    /// Who defines it.
    pub namespace: String,
    /// Short name, unique in the namespace.
    pub key: String,
    /// Of the table.
    pub version: String,
    /// For people.
    pub name: String,
    /// What it decides.
    #[serde(default)]
    pub definition: String,
    /// The points, the outcome's among them, by their ids.
    pub decision_points: BTreeMap<String, DecisionPoint>,
    /// The id of the point that is decided.
    pub outcome: String,
    /// Rows: the id of each point and the key of its value.
    pub mapping: Vec<BTreeMap<String, String>>,
}

impl DecisionTable {
    /// The outcome's key for the chosen values; `None` when one is missing or unknown.
    ///
    /// `chosen` gives the key of a value for the id of each point that is not the outcome.
    #[must_use]
    pub fn decide(&self, chosen: &BTreeMap<String, String>) -> Option<&str> {
        let row = self.mapping.iter().find(|row| {
            self.inputs().all(
                |id| matches!((row.get(id), chosen.get(id)), (Some(value), Some(wanted)) if value == wanted),
            )
        })?;
        row.get(&self.outcome).map(String::as_str)
    }

    /// The ids of the points that are asked.
    pub fn inputs(&self) -> impl Iterator<Item = &String> {
        self.decision_points.keys().filter(|id| **id != self.outcome)
    }

    pub(super) fn fault(&self) -> Option<String> {
        if !is_version(&self.version) {
            return Some(format!("`{}` is no version of three numbers", shown(&self.version)));
        }
        for (id, point) in &self.decision_points {
            if let Some(fault) = point.fault() {
                return Some(fault);
            }
            if *id != point.id() {
                return Some(format!("the decision point {} is listed as `{}`", point.id(), shown(id)));
            }
        }
        if !self.decision_points.contains_key(&self.outcome) {
            return Some(format!("the outcome `{}` is none of the decision points", shown(&self.outcome)));
        }
        let combinations = self
            .inputs()
            .filter_map(|id| self.decision_points.get(id))
            .try_fold(1_usize, |product, point| product.checked_mul(point.values.len()))
            .filter(|product| *product <= COMBINATIONS_MAX);
        let Some(combinations) = combinations else {
            return Some(format!("the table has more than {COMBINATIONS_MAX} combinations"));
        };
        let mut seen = HashSet::new();
        for (number, row) in self.mapping.iter().enumerate() {
            if let Some(fault) = self.row_fault(row) {
                return Some(format!("mapping[{number}]: {fault}"));
            }
            let combination: Vec<&String> = self.inputs().filter_map(|id| row.get(id)).collect();
            if !seen.insert(combination) {
                return Some(format!("mapping[{number}] decides a combination for the second time"));
            }
        }
        (seen.len() != combinations)
            .then(|| format!("the table decides {} of {combinations} combinations", seen.len()))
    }

    fn row_fault(&self, row: &BTreeMap<String, String>) -> Option<String> {
        for (id, point) in &self.decision_points {
            let Some(value) = row.get(id) else { return Some(format!("it has no value of {id}")) };
            if !point.values.iter().any(|known| known.key == *value) {
                return Some(format!("`{}` is no value of {id}", shown(value)));
            }
        }
        row.keys()
            .find(|id| !self.decision_points.contains_key(*id))
            .map(|id| format!("`{}` is none of the decision points", shown(id)))
    }
}

/// A table's rows in words; the last column is the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Names of the points with version and namespace, such as `CISA Levels v1.1.0 (cisa)`.
    pub columns: Vec<String>,
    /// The names of the values, lower case.
    pub rows: Vec<Vec<String>>,
}

/// `row,Automatable v2.0.0,…`
pub(super) fn looks_like_rows(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(head) = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("row,")) else {
        return false;
    };
    cells(head.trim_end()).is_some_and(|columns| {
        columns.len() >= 2 && columns.iter().all(|column| point_version(column).is_some_and(is_version))
    })
}

/// The version in `CISA Levels v1.1.0 (cisa)`.
fn point_version(column: &str) -> Option<&str> {
    column.rsplit_once(" v")?.1.split(' ').next()
}

pub(super) fn read_rows(bytes: &[u8], path: &str) -> Result<TableRows, ReadError> {
    let refuse = |line: usize, cause: String| {
        let place = Place { value: String::new(), line, column: 1 };
        ReadError::at(path, Some(place), Cause::Malformed(cause))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(1, "it is not UTF-8".to_owned()))?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let columns = lines.next().and_then(|(_, line)| cells(line.trim_end())).unwrap_or_default();
    let columns: Vec<String> = columns.into_iter().skip(1).collect();
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for (index, line) in lines {
        let number = index + 1;
        let row = cells(line.trim_end()).ok_or_else(|| refuse(number, "a quote is not closed".to_owned()))?;
        let row: Vec<String> = row.into_iter().skip(1).collect();
        if row.len() != columns.len() {
            return Err(refuse(number, format!("{} values stand under {} names", row.len(), columns.len())));
        }
        let combination = row.get(..row.len().saturating_sub(1)).unwrap_or_default().to_vec();
        if !seen.insert(combination) {
            return Err(refuse(number, "it decides a combination for the second time".to_owned()));
        }
        rows.push(row);
    }
    // As many rows as there are combinations of the values that occur.
    let inputs = columns.len().saturating_sub(1);
    let combinations = (0..inputs)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).collect::<HashSet<_>>().len())
        .try_fold(1_usize, usize::checked_mul)
        .unwrap_or(usize::MAX);
    if rows.is_empty() || combinations != rows.len() {
        let cause = format!("the table decides {} of {combinations} combinations", rows.len());
        return Err(refuse(1, cause));
    }
    Ok(TableRows { columns, rows })
}

/// The cells of a line of CSV (RFC 4180); `None` when a quote stays open.
pub(crate) fn cells(line: &str) -> Option<Vec<String>> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    (!quoted).then_some(cells)
}
