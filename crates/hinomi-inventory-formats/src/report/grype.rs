// SPDX-License-Identifier: Apache-2.0
//! Grype's JSON report: one match per vulnerability and artifact.

use serde::Deserialize;
use serde_json::Value;

use super::Packages;
use super::shape::words;
use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::ReadError;
use crate::model::{Component, ComponentKind, Inventory, Observation, Subject};
use crate::text::non_empty;

#[derive(Deserialize)]
struct Report {
    matches: Option<Vec<Match>>,
    source: Option<Source>,
    distro: Option<Distro>,
    descriptor: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Source {
    target: Option<Value>,
}

#[derive(Deserialize)]
struct Distro {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
struct Descriptor {
    timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    vulnerability: Vulnerability,
    #[serde(default)]
    related_vulnerabilities: Vec<Vulnerability>,
    artifact: Artifact,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: Option<String>,
    severity: Option<String>,
    description: Option<String>,
    fix: Option<Fix>,
    #[serde(rename = "fixedInVersion")]
    fixed_in_version: Option<String>,
    #[serde(default)]
    cvss: Vec<Value>,
    #[serde(default)]
    cwes: Vec<Value>,
}

#[derive(Deserialize)]
struct Fix {
    versions: Option<Vec<String>>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Artifact {
    id: Option<String>,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    cpes: Option<Vec<Value>>,
    licenses: Option<Vec<Value>>,
    locations: Option<Vec<Location>>,
    upstreams: Option<Vec<Upstream>>,
}

#[derive(Deserialize)]
struct Location {
    path: Option<String>,
}

#[derive(Deserialize)]
struct Upstream {
    name: Option<String>,
    version: Option<String>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let report: Report = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = Inventory::new(Format::Grype);
    inventory.partial = true;
    inventory.observed_at = report.descriptor.and_then(|descriptor| descriptor.timestamp);
    inventory.subject = report.source.and_then(|source| source.target).and_then(|target| subject(&target));
    if let Some(distro) = report.distro {
        inventory.host.os_id = distro.name.and_then(non_empty);
        inventory.host.os_version_id = distro.version.and_then(non_empty);
    }
    let mut packages = Packages::default();
    for found in report.matches.into_iter().flatten() {
        let (component, hints) = component(found.artifact);
        let about = component.id.clone();
        packages.add(&mut inventory, component, hints);
        let vulnerability = found.vulnerability;
        let related = &found.related_vulnerabilities;
        let (mut ids, mut weaknesses, mut scores) = (Vec::new(), Vec::new(), Vec::new());
        for one in std::iter::once(&vulnerability).chain(related) {
            words::vulnerability_ids(one.id.as_deref().unwrap_or_default(), &mut ids);
            let cwes = one.cwes.iter().filter_map(|cwe| cwe["cwe"].as_str().or(cwe.as_str()));
            cwes.for_each(|cwe| words::weaknesses(cwe, &mut weaknesses));
            for vector in one.cvss.iter().filter_map(|cvss| cvss["vector"].as_str()) {
                if !scores.iter().any(|known| known == vector) {
                    scores.push(vector.to_owned());
                }
            }
        }
        let text =
            vulnerability.description.or_else(|| related.iter().find_map(|one| one.description.clone()));
        let (versions, state) =
            vulnerability.fix.map_or((None, None), |fix| (fix.versions, fix.state.and_then(non_empty)));
        inventory.observations.push(Observation {
            kind: "vulnerability".to_owned(),
            id: vulnerability.id,
            component: about,
            severity: vulnerability.severity,
            state,
            text,
            vulnerabilities: ids,
            weaknesses,
            scores,
            fixed: versions
                .map(|versions| versions.join(", "))
                .and_then(non_empty)
                .or(vulnerability.fixed_in_version),
            ..Observation::default()
        });
    }
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

/// An image's description, or the path of a folder or file.
fn subject(target: &Value) -> Option<Subject> {
    if let Some(path) = target.as_str() {
        return Some(Subject { name: path.to_owned(), kind: ComponentKind::Other, ..Subject::default() });
    }
    let name = target["userInput"].as_str()?.to_owned();
    let version = target["manifestDigest"].as_str().map(str::to_owned);
    Some(Subject { name, version, kind: ComponentKind::Container, ..Subject::default() })
}

fn component(artifact: Artifact) -> (Component, ToolHints) {
    let locations: Vec<String> =
        artifact.locations.into_iter().flatten().filter_map(|location| location.path).collect();
    let version = artifact.version.and_then(non_empty);
    let place = locations.first().map_or("", String::as_str);
    let id = artifact
        .id
        .and_then(non_empty)
        .unwrap_or_else(|| format!("{}@{}#{place}", artifact.name, version.as_deref().unwrap_or_default()));
    // Newer reports write CPEs as text, older ones as objects of no use.
    let mut cpes = artifact.cpes.into_iter().flatten().filter_map(|cpe| match cpe {
        Value::String(text) => Some(text),
        other => other["cpe"].as_str().map(str::to_owned),
    });
    let upstream = artifact.upstreams.into_iter().flatten().next();
    let hints = ToolHints {
        source_name: upstream.as_ref().and_then(|upstream| upstream.name.clone()).and_then(non_empty),
        source_version: upstream.and_then(|upstream| upstream.version).and_then(non_empty),
        ..ToolHints::default()
    };
    let licenses = artifact.licenses.into_iter().flatten();
    let component = Component {
        id: Some(id),
        purl: artifact.purl.and_then(non_empty),
        cpe: cpes.next(),
        more_identities: cpes.collect(),
        name: artifact.name,
        version,
        licenses: licenses.filter_map(|license| license.as_str().map(str::to_owned)).collect(),
        locations,
        ..Component::default()
    };
    (component, hints)
}
