// SPDX-License-Identifier: Apache-2.0
//! CycloneDX 1.6 (ECMA-424) with the matched components, their vulnerabilities and the state of each.

use std::collections::BTreeMap;

use hinomi_match::State;
use hinomi_score::Severity;
use serde_json::{Value, json};

use super::row::Row;

pub(super) fn document(rows: &[Row]) -> Value {
    let mut components: BTreeMap<&str, Value> = BTreeMap::new();
    // One entry for each vulnerability and state: the analysis stands beside the components it is about.
    let mut vulnerabilities: BTreeMap<(&str, State), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let Some(vulnerability) = row.vulnerability.as_deref() else { continue };
        components.entry(&row.component).or_insert_with(|| component(&row.component));
        vulnerabilities.entry((vulnerability, row.state)).or_default().push(row);
    }
    let entries = vulnerabilities.iter().map(|((id, state), rows)| vulnerability(id, *state, rows));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"tools": {"components": [
            {"type": "application", "name": "hinomi", "version": env!("CARGO_PKG_VERSION")},
        ]}},
        "components": components.values().collect::<Vec<_>>(),
        "vulnerabilities": entries.collect::<Vec<_>>(),
    })
}

fn component(shown: &str) -> Value {
    let identity = if shown.starts_with("pkg:") {
        Some("purl")
    } else if shown.starts_with("cpe:") {
        Some("cpe")
    } else {
        None
    };
    let mut component = json!({"type": "library", "bom-ref": shown, "name": shown});
    if let Some(key) = identity {
        component[key] = json!(shown);
    }
    component
}

fn vulnerability(id: &str, state: State, rows: &[&Row]) -> Value {
    let analysis = match state {
        State::Affected => "exploitable",
        State::NotAffected => "not_affected",
        State::Unknown => "in_triage",
    };
    let severity = rows.iter().find_map(|row| row.severity).unwrap_or(Severity::Unrated);
    let rating = if severity == Severity::Unrated { "unknown" } else { severity.as_str() };
    let mut advisories: Vec<&str> = rows.iter().filter_map(|row| row.advisory.as_deref()).collect();
    advisories.sort_unstable();
    advisories.dedup();
    let references: Vec<Value> = advisories
        .iter()
        .filter(|advisory| **advisory != id)
        .map(|advisory| json!({"id": advisory, "source": {"name": "advisory"}}))
        .collect();
    let mut fixes: Vec<String> = rows
        .iter()
        .filter_map(|row| row.fixed.as_ref().map(|fixed| format!("{}: update to {fixed}", row.component)))
        .collect();
    fixes.sort_unstable();
    fixes.dedup();
    let mut affects: Vec<&str> = rows.iter().map(|row| row.component.as_str()).collect();
    affects.sort_unstable();
    affects.dedup();
    json!({
        "bom-ref": format!("{id}/{}", state.as_str()),
        "id": id,
        "references": references,
        "ratings": [{"severity": rating}],
        "recommendation": fixes.join("\n"),
        "analysis": {"state": analysis, "detail": rows.iter().find_map(|row| row.reason.clone())},
        "affects": affects.iter().map(|component| json!({"ref": component})).collect::<Vec<_>>(),
    })
}
