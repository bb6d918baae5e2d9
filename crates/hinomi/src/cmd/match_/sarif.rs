// SPDX-License-Identifier: Apache-2.0
//! SARIF 2.1.0 (OASIS, 2020): a rule for each vulnerability, a result for each affected or unknown component.

use std::collections::BTreeMap;

use hinomi_match::State;
use hinomi_score::Severity;
use serde_json::{Value, json};

use super::row::Row;

pub(super) fn log(rows: &[Row<'_>]) -> Value {
    let mut rules: BTreeMap<&str, &Row<'_>> = BTreeMap::new();
    for row in rows {
        if let Some(vulnerability) = &row.vulnerability {
            rules.entry(vulnerability).or_insert(row);
        }
    }
    let index_of: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let rules: Vec<Value> = rules.iter().map(|(id, row)| rule(id, row)).collect();
    let results: Vec<Value> = rows.iter().filter_map(|row| result(row, &index_of)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "hinomi", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}

fn rule(id: &str, row: &Row<'_>) -> Value {
    let severity = row.severity.unwrap_or(Severity::Unrated);
    json!({
        "id": id,
        "shortDescription": {"text": id},
        "properties": {"severity": severity.as_str(), "tags": ["security", "vulnerability"]},
        "defaultConfiguration": {"level": level(severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unrated => "warning",
        Severity::Low | Severity::None => "note",
    }
}

fn result(row: &Row<'_>, index_of: &BTreeMap<&str, usize>) -> Option<Value> {
    let vulnerability = row.vulnerability.as_deref()?;
    let (kind, level) = match row.state {
        State::Affected => ("fail", level(row.severity.unwrap_or(Severity::Unrated))),
        State::Unknown => ("review", "none"),
        State::NotAffected => ("pass", "none"),
    };
    let fix = match &row.fixed {
        Some(fixed) => format!("fixed in {fixed}"),
        None => "no fixed version".to_owned(),
    };
    let fix = match (row.state, &row.reason) {
        (State::Affected, None) => fix,
        (State::Affected, Some(reason)) => format!("{fix}; {reason}"),
        (state, reason) => format!("{}: {}", state.as_str(), reason.as_deref().unwrap_or(row.rule)),
    };
    let advisory = row.advisory.as_deref().unwrap_or_default();
    Some(json!({
        "ruleId": vulnerability,
        "ruleIndex": index_of.get(vulnerability),
        "kind": kind,
        "level": level,
        "message": {"text": format!("{}: {vulnerability} ({advisory}), {fix}", row.component)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(&row.inventory)}},
            "logicalLocations": [{"fullyQualifiedName": row.component, "kind": "module"}],
        }],
        "partialFingerprints": {"match/v1": format!("{advisory}|{}", row.component)},
        "properties": {"advisory": advisory, "state": row.state.as_str(), "rule": row.rule, "fixed": row.fixed, "reason": row.reason, "evidence": row.evidence},
    }))
}

/// A file's name as a URI reference (RFC 3986, section 4.2): what may not stand in one is written by its number, a colon
/// too, which would end the name of a scheme.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
