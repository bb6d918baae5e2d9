// SPDX-License-Identifier: Apache-2.0
//! CycloneDX 1.6 (ECMA-424) with the matched components, their vulnerabilities and the state of each.

use std::collections::BTreeMap;

use hinomi_match::State;
use hinomi_score::Severity;
use serde_json::{Value, json};

use super::row::Row;

pub(super) fn document(rows: &[Row<'_>]) -> Value {
    let mut components: BTreeMap<&str, Value> = BTreeMap::new();
    // One entry for each vulnerability and state: the analysis stands beside the components it is about.
    // What closes it differs from component to component, so each reason has an entry of its own.
    let mut vulnerabilities: BTreeMap<(&str, State, &str, Option<&str>), Vec<&Row<'_>>> = BTreeMap::new();
    for row in rows {
        let Some(vulnerability) = row.vulnerability.as_deref() else { continue };
        components.entry(&row.component).or_insert_with(|| component(&row.component));
        let closed = row.state == State::NotAffected;
        let (rule, reason) = if closed { (row.rule, row.reason.as_deref()) } else { ("", None) };
        vulnerabilities.entry((vulnerability, row.state, rule, reason)).or_default().push(row);
    }
    let entries = vulnerabilities
        .iter()
        .enumerate()
        .map(|(number, ((id, state, _, _), rows))| vulnerability(number, id, *state, rows));
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

/// CycloneDX's word for a reason in the words of OpenVEX and CSAF; `None` where it has none.
fn justification(label: &str) -> Option<&'static str> {
    Some(match label {
        "component_not_present" | "vulnerable_code_not_present" | "code_not_present" => "code_not_present",
        "vulnerable_code_not_in_execute_path" | "code_not_reachable" => "code_not_reachable",
        "vulnerable_code_cannot_be_controlled_by_adversary" => "requires_environment",
        "inline_mitigations_already_exist" => "protected_by_mitigating_control",
        _ => return None,
    })
}

/// A fix that is there is *resolved*, anything else that closes is *not affected*.
fn analysis(state: State, rows: &[&Row<'_>]) -> Value {
    let rule = rows.first().map_or("", |row| row.rule);
    let word = match state {
        State::Affected => "exploitable",
        State::NotAffected if matches!(rule, "vex-fixed" | "fixed-in-update-line") => "resolved",
        State::NotAffected => "not_affected",
        State::Unknown => "in_triage",
    };
    let mut analysis = json!({"state": word});
    // A field without a value is left out: the schema knows no null.
    if let Some(reason) = rows.iter().find_map(|row| row.reason.clone()) {
        analysis["detail"] = json!(reason);
    }
    let stated =
        rows.iter().filter_map(|row| row.evidence.as_ref()).flat_map(|evidence| &evidence.statements);
    let label = stated.filter_map(|one| one.justification.as_deref()).find_map(justification);
    if let Some(label) = label.filter(|_| word == "not_affected") {
        analysis["justification"] = json!(label);
    }
    analysis
}

fn vulnerability(number: usize, id: &str, state: State, rows: &[&Row<'_>]) -> Value {
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
    let mut affects: Vec<&str> = rows.iter().map(|row| &*row.component).collect();
    affects.sort_unstable();
    affects.dedup();
    json!({
        "bom-ref": format!("{id}/{}/{number}", state.as_str()),
        "id": id,
        "references": references,
        "ratings": [{"severity": rating}],
        "recommendation": fixes.join("\n"),
        "analysis": analysis(state, rows),
        "affects": affects.iter().map(|component| json!({"ref": component})).collect::<Vec<_>>(),
    })
}
