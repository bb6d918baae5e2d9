// SPDX-License-Identifier: Apache-2.0
//! The ways in which osquery writes rows: as they are (`osqueryi --json`), and the three kinds of lines of the daemon's
//! log, one document a line: snapshots, added and removed rows one by one (event format) or together (batch format).

use serde::Deserialize;
use serde_json::Value;

use super::Row;
use crate::error::ReadError;

/// Rows that were seen on one host.
pub(super) struct Rows {
    pub(super) host: Option<String>,
    pub(super) at: Option<jiff::Timestamp>,
    pub(super) rows: Vec<Row>,
    /// Those that were there before and are no longer.
    pub(super) removed: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    host_identifier: Option<String>,
    unix_time: Option<Value>,
    snapshot: Option<Vec<Row>>,
    columns: Option<Row>,
    action: Option<String>,
    diff_results: Option<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    /// A list of rows, or an empty text.
    added: Option<Value>,
    removed: Option<Value>,
}

pub(super) fn results(text: &str, path: &str) -> Result<Vec<Rows>, ReadError> {
    if text.trim_start().starts_with('[') {
        let rows = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
        return Ok(vec![Rows { host: None, at: None, rows, removed: Vec::new() }]);
    }
    let mut found = Vec::new();
    for line in serde_json::Deserializer::from_str(text).into_iter::<Line>() {
        let line = line.map_err(|error| ReadError::json(path, &error))?;
        found.push(rows_of(line));
    }
    Ok(found)
}

fn rows_of(line: Line) -> Rows {
    let seconds = line
        .unix_time
        .and_then(|time| time.as_i64().or_else(|| time.as_str().and_then(|text| text.parse().ok())));
    let list = |value: Option<Value>| -> Vec<Row> {
        let Some(Value::Array(rows)) = value else { return Vec::new() };
        let row = |row| match row {
            Value::Object(row) => Some(row),
            _ => None,
        };
        rows.into_iter().filter_map(row).collect()
    };
    let is_removed = line.action.as_deref() == Some("removed");
    let mut rows = line.snapshot.unwrap_or_default();
    let mut removed = Vec::new();
    if is_removed { &mut removed } else { &mut rows }.extend(line.columns);
    if let Some(difference) = line.diff_results {
        rows.extend(list(difference.added));
        removed.extend(list(difference.removed));
    }
    Rows {
        host: line.host_identifier,
        at: seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()),
        rows,
        removed,
    }
}
