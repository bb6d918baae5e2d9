// SPDX-License-Identifier: Apache-2.0
//! SARIF 2.1.0 (OASIS): results of static analysis; one observation per result.

use serde::Deserialize;

use crate::Format;
use crate::error::ReadError;
use crate::model::{ComponentKind, Inventory, Observation, Subject};

#[derive(Deserialize)]
struct Log {
    version: Option<String>,
    #[serde(default)]
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Option<Tool>,
    results: Option<Vec<Finding>>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Option<Driver>,
}

#[derive(Deserialize)]
struct Driver {
    name: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<Rule>,
    level: Option<String>,
    kind: Option<String>,
    message: Option<Message>,
    #[serde(default)]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Message {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Option<ArtifactLocation>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u64>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let log: Log = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = Inventory::new(Format::Sarif);
    inventory.partial = true;
    inventory.format_version = log.version;
    for run in log.runs {
        let driver = run.tool.and_then(|tool| tool.driver);
        let (name, rules) = driver.map_or((None, Vec::new()), |driver| (driver.name, driver.rules));
        if inventory.subject.is_none() {
            inventory.subject =
                name.map(|name| Subject { name, kind: ComponentKind::Other, ..Subject::default() });
        }
        let findings = run.results.into_iter().flatten();
        inventory.observations.extend(findings.map(|finding| observation(finding, &rules)));
    }
    Ok(inventory)
}

/// The rule is named by its identifier or by its place in the tool's list (SARIF 3.27.5 to 3.27.7).
fn observation(finding: Finding, rules: &[Rule]) -> Observation {
    let listed = finding.rule_index.and_then(|index| rules.get(usize::try_from(index).ok()?));
    let id = finding
        .rule_id
        .or_else(|| finding.rule.and_then(|rule| rule.id))
        .or_else(|| listed.and_then(|rule| rule.id.clone()));
    let place = finding.locations.into_iter().find_map(|location| {
        let physical = location.physical_location?;
        let uri = physical.artifact_location?.uri?;
        Some(match physical.region.and_then(|region| region.start_line) {
            Some(line) => format!("{uri}:{line}"),
            None => uri,
        })
    });
    Observation {
        kind: "finding".to_owned(),
        id,
        severity: finding.level,
        state: finding.kind,
        text: finding.message.and_then(|message| message.text),
        target: place,
        ..Observation::default()
    }
}
