// SPDX-License-Identifier: Apache-2.0
//! SARIF 2.1.0 (OASIS): results of static analysis; one observation per result.

use std::collections::HashMap;

use serde::Deserialize;

use super::shape::words;
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
    #[serde(default)]
    invocations: Vec<Invocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    end_time_utc: Option<String>,
    start_time_utc: Option<String>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Option<Driver>,
    #[serde(default)]
    extensions: Vec<Driver>,
}

#[derive(Deserialize)]
struct Driver {
    name: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    name: Option<String>,
    short_description: Option<Message>,
    help: Option<Message>,
    default_configuration: Option<Configuration>,
    properties: Option<Properties>,
    /// In a reference to a rule: which of the tool's components it is of.
    tool_component: Option<ComponentReference>,
    index: Option<i64>,
}

#[derive(Deserialize)]
struct ComponentReference {
    index: Option<i64>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<String>,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    tags: Vec<serde_json::Value>,
    #[serde(rename = "security-severity")]
    security_severity: Option<serde_json::Value>,
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
    properties: Option<Properties>,
    suppressions: Option<Vec<Suppression>>,
    baseline_state: Option<String>,
    provenance: Option<Provenance>,
}

/// SARIF 3.35: without a status, it was accepted.
#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    first_detection_time_utc: Option<String>,
    last_detection_time_utc: Option<String>,
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
        let tool = run.tool.unwrap_or(Tool { driver: None, extensions: Vec::new() });
        let name = tool.driver.as_ref().and_then(|driver| driver.name.clone());
        if inventory.subject.is_none() {
            inventory.subject =
                name.map(|name| Subject { name, kind: ComponentKind::Other, ..Subject::default() });
        }
        let mut times = run.invocations.into_iter().filter_map(|one| one.end_time_utc.or(one.start_time_utc));
        inventory.observed_at = inventory.observed_at.take().or_else(|| times.next_back());
        let rules = Rules::of(&tool);
        let findings = run.results.into_iter().flatten();
        inventory.observations.extend(findings.map(|finding| observation(finding, &rules)));
    }
    Ok(inventory)
}

/// The rules of a tool and of its extensions.
struct Rules<'r> {
    tool: &'r Tool,
    by_id: HashMap<&'r str, &'r Rule>,
}

impl<'r> Rules<'r> {
    fn of(tool: &'r Tool) -> Self {
        let rules = tool.driver.iter().chain(&tool.extensions).flat_map(|component| &component.rules);
        let by_id = rules.filter_map(|rule| Some((rule.id.as_deref()?, rule))).collect();
        Rules { tool, by_id }
    }

    /// Named by its place in the list of a component, or by its identifier (SARIF 3.27.5 to 3.27.7, 3.52).
    fn find(&self, finding: &Finding) -> Option<&'r Rule> {
        let reference = finding.rule.as_ref();
        let extension = reference.and_then(|rule| rule.tool_component.as_ref()).and_then(|one| one.index);
        let list = match extension.and_then(|index| usize::try_from(index).ok()) {
            Some(index) => self.tool.extensions.get(index).map(|one| &one.rules),
            None => self.tool.driver.as_ref().map(|one| &one.rules),
        };
        let index = finding.rule_index.or_else(|| reference.and_then(|rule| rule.index));
        let listed = index.and_then(|index| list?.get(usize::try_from(index).ok()?));
        let id = finding.rule_id.as_deref().or_else(|| reference.and_then(|rule| rule.id.as_deref()));
        // `CA1000/1` is a sub-rule of `CA1000`.
        let named = |id: &str| self.by_id.get(id).or_else(|| self.by_id.get(id.rsplit_once('/')?.0)).copied();
        listed.or_else(|| id.and_then(named))
    }
}

fn observation(mut finding: Finding, rules: &Rules<'_>) -> Observation {
    let rule = rules.find(&finding);
    let id = finding
        .rule_id
        .or_else(|| finding.rule.and_then(|rule| rule.id))
        .or_else(|| rule.and_then(|rule| rule.id.clone()));
    let place = finding.locations.into_iter().find_map(|location| {
        let physical = location.physical_location?;
        let uri = physical.artifact_location?.uri?;
        Some(match physical.region.and_then(|region| region.start_line) {
            Some(line) => format!("{uri}:{line}"),
            None => uri,
        })
    });
    let text = finding.message.and_then(|message| message.text);
    let all = [finding.properties.as_ref(), rule.and_then(|rule| rule.properties.as_ref())];
    let properties = || all.into_iter().flatten();
    let (mut vulnerabilities, mut weaknesses) = (Vec::new(), Vec::new());
    for source in [id.as_deref(), rule.and_then(|rule| rule.name.as_deref()), text.as_deref()] {
        words::vulnerability_ids(source.unwrap_or_default(), &mut vulnerabilities);
    }
    for tag in properties().flat_map(|one| &one.tags).filter_map(|tag| tag.as_str()) {
        words::vulnerability_ids(tag, &mut vulnerabilities);
        if tag.to_ascii_lowercase().contains("cwe") {
            words::weaknesses(tag, &mut weaknesses);
        }
    }
    let score = properties().filter_map(|one| one.security_severity.as_ref()).map(|score| match score {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let default_level = rule.and_then(|rule| rule.default_configuration.as_ref()?.level.clone());
    let is_accepted = |one: &Suppression| one.status.as_deref().is_none_or(|status| status == "accepted");
    // One that is under review or rejected leaves the result as it is (SARIF 3.27.23).
    let is_suppressed =
        finding.suppressions.is_some_and(|list| !list.is_empty() && list.iter().all(is_accepted));
    let seen = finding.provenance;
    let kind = if vulnerabilities.is_empty() { "finding" } else { "vulnerability" };
    Observation {
        kind: kind.to_owned(),
        id,
        severity: finding.level.or(default_level),
        state: if is_suppressed {
            Some("suppressed".to_owned())
        } else {
            // What the run before showed and this one does not is no longer there (3.27.24).
            let gone = finding.baseline_state.take_if(|state| state == "absent");
            gone.or(finding.kind).or(finding.baseline_state)
        },
        text: text.or_else(|| rule.and_then(|rule| rule.short_description.as_ref()?.text.clone())),
        target: place,
        scores: score.take(1).collect(),
        solution: rule.and_then(|rule| rule.help.as_ref()?.text.clone()),
        first_seen: seen.as_ref().and_then(|seen| seen.first_detection_time_utc.clone()),
        last_seen: seen.and_then(|seen| seen.last_detection_time_utc),
        vulnerabilities,
        weaknesses,
        ..Observation::default()
    }
}
