// SPDX-License-Identifier: Apache-2.0
//! CycloneDX 1.6 (ECMA-424) with the matched components, their vulnerabilities and the state of each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hinomi_match::State;
use hinomi_score::Severity;
use hinomi_version::cpe::Cpe;
use hinomi_version::purl::Purl;
use serde_json::{Value, json};

use super::row::Row;

pub(super) fn document(rows: &[Row<'_>]) -> Value {
    let mut components: BTreeMap<&str, usize> = BTreeMap::new();
    // One entry for each vulnerability and state: the analysis stands beside the components it is about.
    // What closes it differs from component to component, so each reason has an entry of its own.
    let mut vulnerabilities: BTreeMap<(&str, State, &str, Option<&str>), Vec<&Row<'_>>> = BTreeMap::new();
    for row in rows {
        let Some(vulnerability) = row.vulnerability.as_deref() else { continue };
        let number = components.len();
        components.entry(&row.component).or_insert(number);
        let closed = row.state == State::NotAffected;
        let (rule, reason) = if closed { (row.rule, row.reason.as_deref()) } else { ("", None) };
        vulnerabilities.entry((vulnerability, row.state, rule, reason)).or_default().push(row);
    }
    let entries = vulnerabilities.iter().enumerate().map(|(number, ((id, state, _, _), rows))| {
        let mut entry = vulnerability(id, *state, rows, &components);
        let mut reference = format!("{id}/{}/{number}", state.as_str());
        // Names come from strangers: one may look like a reference of ours.
        while components.contains_key(reference.as_str()) {
            reference.push('/');
        }
        entry["bom-ref"] = json!(reference);
        entry
    });
    let listed = components.iter().map(|(shown, number)| component(shown, *number));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"tools": {"components": [
            {"type": "application", "name": "hinomi", "version": env!("CARGO_PKG_VERSION")},
        ]}},
        "components": listed.collect::<Vec<_>>(),
        "vulnerabilities": entries.collect::<Vec<_>>(),
    })
}

/// How the document refers to a component: as it was given, where that can be no reference to another document.
fn reference(shown: &str, number: usize) -> Cow<'_, str> {
    match shown.is_empty() || shown.starts_with("urn:cdx:") {
        true => Cow::Owned(format!("component/{number}")),
        false => Cow::Borrowed(shown),
    }
}

/// A purl or a CPE that no reader would accept is a name and nothing more.
fn component(shown: &str, number: usize) -> Value {
    let mut component = json!({"type": "library", "bom-ref": reference(shown, number), "name": shown});
    if Purl::parse(shown).is_ok() {
        component["purl"] = json!(shown);
    } else if let Ok(cpe) = Cpe::parse(shown) {
        component["cpe"] = json!(cpe.to_string());
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

fn vulnerability(id: &str, state: State, rows: &[&Row<'_>], components: &BTreeMap<&str, usize>) -> Value {
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
    let number_of = |shown: &str| components.get(shown).copied().unwrap_or_default();
    let affects = affects.iter().map(|shown| json!({"ref": reference(shown, number_of(shown))}));
    json!({
        "id": id,
        "references": references,
        "ratings": [{"severity": rating}],
        "recommendation": fixes.join("\n"),
        "analysis": analysis(state, rows),
        "affects": affects.collect::<Vec<_>>(),
    })
}
