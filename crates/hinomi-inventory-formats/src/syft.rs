// SPDX-License-Identifier: Apache-2.0
//! Syft's own JSON (schemas 1 to 16): one component per artifact, in document order.

use serde::Deserialize;

use crate::context::{self, ToolHints};
use crate::error::ReadError;
use crate::model::{Component, ComponentKind, HostFacts, Inventory, Relationship, Subject};
use crate::text::non_empty;
use crate::{Format, context::distro_name};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    artifacts: Vec<Artifact>,
    #[serde(default)]
    artifact_relationships: Vec<Relation>,
    source: Option<Source>,
    distro: Option<Distro>,
    schema: Option<Schema>,
}

#[derive(Deserialize)]
struct Artifact {
    id: Option<String>,
    name: String,
    version: Option<String>,
    #[serde(rename = "type")]
    ty: Option<String>,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    licenses: Vec<License>,
    #[serde(default)]
    cpes: Vec<Cpe>,
    purl: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Location {
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum License {
    Text(String),
    Object { value: Option<String> },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cpe {
    Text(String),
    Object { cpe: String },
}

/// Of packages of distributions; fields of other kinds of packages are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    source: Option<serde_json::Value>,
    source_version: Option<serde_json::Value>,
    source_rpm: Option<serde_json::Value>,
    origin_package: Option<serde_json::Value>,
    architecture: Option<serde_json::Value>,
    maintainer: Option<serde_json::Value>,
    vendor: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Relation {
    parent: Option<String>,
    child: Option<String>,
    #[serde(rename = "type")]
    ty: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    name: Option<String>,
    version: Option<String>,
    #[serde(rename = "type")]
    ty: Option<String>,
    target: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Distro {
    id: Option<String>,
    name: Option<String>,
    #[serde(rename = "versionID")]
    version_id: Option<String>,
    version: Option<String>,
    #[serde(rename = "prettyName")]
    pretty_name: Option<String>,
}

#[derive(Deserialize)]
struct Schema {
    version: Option<String>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: Document = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = Inventory::new(Format::SyftJson);
    inventory.format_version = document.schema.and_then(|schema| schema.version);
    inventory.subject = document.source.as_ref().and_then(subject);
    if let Some(distro) = document.distro {
        inventory.host = HostFacts {
            os_id: distro.id.or(distro.name).and_then(non_empty),
            os_version_id: distro.version_id.or(distro.version).and_then(non_empty),
            os_name: distro.pretty_name.and_then(non_empty),
            ..HostFacts::default()
        };
    }
    let host = inventory.host.clone();
    let distro = host.os_id.as_deref().zip(host.os_version_id.as_deref());
    let distro = distro.and_then(|(id, version)| distro_name(id, version));
    inventory.components =
        document.artifacts.into_iter().map(|one| component(one, distro.as_deref())).collect();
    for relation in document.artifact_relationships {
        // Which files say so is kept at the component.
        if let (Some(from), Some(to), Some(ty)) = (relation.parent, relation.child, relation.ty)
            && matches!(ty.as_str(), "dependency-of" | "ownership-by-file-overlap")
        {
            inventory.relationships.push(Relationship { from, to, kind: ty });
        }
    }
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

fn component(artifact: Artifact, distro: Option<&str>) -> Component {
    let is_system = matches!(artifact.ty.as_deref(), Some("deb" | "rpm" | "apk" | "alpm"));
    let cpes = artifact.cpes.into_iter().map(|cpe| match cpe {
        Cpe::Text(text) | Cpe::Object { cpe: text } => text,
    });
    // Syft guesses CPEs for whatever has a purl; only what has none is known by them.
    let purl = artifact.purl.and_then(non_empty);
    let mut cpes: Vec<String> = if purl.is_some() { Vec::new() } else { cpes.collect() };
    let cpe = if cpes.is_empty() { None } else { Some(cpes.remove(0)) };
    let licenses = artifact.licenses.into_iter().filter_map(|license| match license {
        License::Text(text) => non_empty(text),
        License::Object { value } => value.and_then(non_empty),
    });
    let mut component = Component {
        id: artifact.id,
        kind: if artifact.ty.as_deref() == Some("binary") {
            ComponentKind::Application
        } else {
            ComponentKind::Library
        },
        purl,
        cpe,
        more_identities: cpes,
        name: artifact.name,
        version: artifact.version.and_then(non_empty),
        licenses: licenses.collect(),
        locations: artifact.locations.into_iter().filter_map(|location| location.path).collect(),
        distro: distro.filter(|_| is_system).map(str::to_owned),
        ..Component::default()
    };
    let mut hints = ToolHints::default();
    if let Some(metadata) = artifact.metadata.filter(|_| is_system) {
        let text =
            |value: Option<serde_json::Value>| value.and_then(|value| value.as_str().and_then(non_empty));
        component.arch = text(metadata.architecture);
        component.supplier = text(metadata.maintainer).or_else(|| text(metadata.vendor));
        let source_rpm = text(metadata.source_rpm);
        let source = source_rpm.as_deref().and_then(context::source_rpm);
        hints.source_name = text(metadata.source)
            .or_else(|| text(metadata.origin_package))
            .or_else(|| source.map(|(name, _)| name.to_owned()));
        hints.source_version =
            text(metadata.source_version).or_else(|| source.map(|(_, version)| version.to_owned()));
    }
    context::fill(&mut component, hints);
    component
}

fn subject(source: &Source) -> Option<Subject> {
    let target = source.target.as_ref().and_then(|target| match target {
        serde_json::Value::String(text) => Some(text.clone()),
        target => target.get("userInput").and_then(|input| input.as_str()).map(str::to_owned),
    });
    let kind = match source.ty.as_deref() {
        Some("image") => ComponentKind::Container,
        Some("file") => ComponentKind::File,
        _ => ComponentKind::Other,
    };
    let name = source.name.clone().or(target).and_then(non_empty)?;
    Some(Subject { name, version: source.version.clone().and_then(non_empty), kind, ..Subject::default() })
}
