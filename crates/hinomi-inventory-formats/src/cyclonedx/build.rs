// SPDX-License-Identifier: Apache-2.0
//! From the checked raw form to an [`Inventory`]: flattened in document order, context filled.

use super::{identity, raw};
use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::ReadError;
use crate::model::{
    AssetClass, AssetRecord, Component, ComponentKind, Hash, Inventory, Observation, Relationship, Service,
    Subject, Warning,
};
use crate::text::non_empty;

pub(super) fn inventory(
    bom: raw::Bom,
    format: Format,
    warnings: Vec<Warning>,
    _path: &str,
) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(format);
    inventory.format_version = bom.spec_version;
    inventory.document = bom.serial_number.and_then(|serial| {
        let serial = serial.trim().to_ascii_lowercase();
        let serial = serial.strip_prefix("urn:uuid:")?;
        Some(format!("{serial}/{}", bom.version.unwrap_or(1)))
    });
    inventory.warnings = warnings;
    let metadata = bom.metadata.unwrap_or_default();
    inventory.observed_at = metadata.timestamp;
    let mut record = AssetRecord::new("host", AssetClass::Host, "metadata");
    for property in metadata.properties.iter().flatten() {
        host_property(&mut inventory, &mut record, property);
    }
    identity::finish(record, &mut inventory);
    if let Some(raw::Placed { component, .. }) = bom.subject.first() {
        inventory.subject = Some(Subject {
            id: component.bom_ref.clone(),
            kind: kind_of(component),
            name: component.name.clone().unwrap_or_default(),
            version: component.version.clone(),
            purl: component.purl.clone(),
        });
    }
    inventory.components.reserve(bom.components.len() + bom.subject.len());
    let (first, second) =
        if bom.metadata_first { (bom.subject, bom.components) } else { (bom.components, bom.subject) };
    add_all(&mut inventory, first);
    add_all(&mut inventory, second);
    for dependency in bom.dependencies {
        let from = dependency.reference.unwrap_or_default();
        for to in dependency.depends_on.unwrap_or_default() {
            inventory.relationships.push(Relationship {
                from: from.clone(),
                to,
                kind: "depends-on".to_owned(),
            });
        }
        for to in dependency.provides.unwrap_or_default() {
            inventory.relationships.push(Relationship {
                from: from.clone(),
                to,
                kind: "provides".to_owned(),
            });
        }
    }
    bom.services.into_iter().for_each(|service| flatten_service(&mut inventory, service));
    inventory.judged = bom.judged;
    bom.vulnerabilities.into_iter().for_each(|vulnerability| observe(&mut inventory, vulnerability));
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

fn kind_of(component: &raw::Component) -> ComponentKind {
    component.kind.as_deref().and_then(ComponentKind::from_name).unwrap_or(ComponentKind::Other)
}

/// Each names the one around it.
fn add_all(inventory: &mut Inventory, list: Vec<raw::Placed>) {
    let start = inventory.components.len();
    for placed in list {
        let around = placed.parent.and_then(|parent| inventory.components.get(start + parent));
        let parent = around.and_then(|around| around.id.clone());
        add(inventory, placed.component, parent);
    }
}

pub(super) fn add(inventory: &mut Inventory, raw: raw::Component, parent: Option<String>) {
    let kind = kind_of(&raw);
    let supplier = [raw.supplier, raw.manufacturer]
        .into_iter()
        .flatten()
        .find_map(|organisation| organisation.name)
        .or(raw.publisher)
        .or(raw.author)
        .or_else(|| raw.authors.into_iter().flatten().find_map(|author| author.name))
        .and_then(non_empty);
    let mut hints = ToolHints::default();
    let mut locations: Vec<String> = Vec::new();
    let mut more_identities = Vec::new();
    for property in raw.properties.into_iter().flatten() {
        let (Some(name), Some(value)) = (property.name, property.value) else { continue };
        if name.starts_with("syft:location:") && name.ends_with(":path") {
            locations.push(value);
        } else if name == "syft:cpe23" {
            more_identities.push(value);
        } else {
            if kind == ComponentKind::OperatingSystem {
                host_system_property(inventory, &name, &value);
            }
            hints.property(&name, &value);
        }
    }
    let occurrences = raw.evidence.and_then(|evidence| evidence.occurrences).unwrap_or_default();
    locations.extend(occurrences.into_iter().filter_map(|occurrence| occurrence.location));
    let mut component = Component {
        id: raw.bom_ref,
        kind,
        purl: raw.purl.and_then(non_empty),
        cpe: raw.cpe.and_then(non_empty),
        swid: raw.swid.and_then(|swid| swid.tag_id),
        more_identities,
        group: raw.group.and_then(non_empty),
        name: raw.name.unwrap_or_default(),
        version: raw.version.and_then(non_empty),
        supplier,
        licenses: raw.licenses.into_iter().flatten().filter_map(license_text).collect(),
        scope: raw.scope,
        hashes: raw.hashes.into_iter().flatten().filter_map(hash).collect(),
        locations,
        parent,
        ..Component::default()
    };
    context::fill(&mut component, hints);
    inventory.components.push(component);
}

fn license_text(choice: raw::LicenseChoice) -> Option<String> {
    let license = choice.license.and_then(|license| license.id.or(license.name).or(license.url));
    license.or(choice.expression).and_then(non_empty)
}

fn hash(raw: raw::Hash) -> Option<Hash> {
    Some(Hash { algorithm: raw.alg?, value: raw.content? })
}

/// What our own collector writes into `metadata.properties`.
fn host_property(inventory: &mut Inventory, record: &mut AssetRecord, property: &raw::Property) {
    let (Some(name), Some(value)) = (property.name.as_deref(), property.value.clone()) else { return };
    if identity::read_property(record, name, &value) {
        return;
    }
    let host = &mut inventory.host;
    match name {
        "hinomi:inventory:partial" => inventory.partial = value == "true",
        "hinomi:inventory:whole" => inventory.packages_whole = value == "packages",
        "hinomi:inventory:unread" => inventory.unread.push(value),
        "hinomi:host:os-id" => host.os_id = Some(value),
        "hinomi:host:os-version-id" => host.os_version_id = Some(value),
        "hinomi:host:os-name" => host.os_name = Some(value),
        "hinomi:host:kernel-release" => host.kernel_release = Some(value),
        "hinomi:host:arch" => host.arch = Some(value),
        "hinomi:host:hostname" => host.hostname = Some(value),
        _ => {}
    }
}

fn host_system_property(inventory: &mut Inventory, name: &str, value: &str) {
    match name {
        "syft:distro:id" => inventory.host.os_id = Some(value.to_owned()),
        "syft:distro:versionID" => inventory.host.os_version_id = Some(value.to_owned()),
        "syft:distro:prettyName" => inventory.host.os_name = Some(value.to_owned()),
        _ => {}
    }
}

fn flatten_service(inventory: &mut Inventory, raw: raw::Service) {
    inventory.services.push(Service {
        id: raw.bom_ref,
        group: raw.group,
        name: raw.name.unwrap_or_default(),
        version: raw.version,
        endpoints: raw.endpoints.unwrap_or_default(),
        asset: None,
    });
    for nested in raw.services.into_iter().flatten() {
        flatten_service(inventory, nested);
    }
}

/// One observation per affected component, so that each can be joined to its own.
fn observe(inventory: &mut Inventory, raw: raw::Vulnerability) {
    let ratings = raw.ratings.unwrap_or_default();
    let equal = raw.references.into_iter().flatten().filter_map(|equal| equal.id);
    let mut vulnerabilities: Vec<String> =
        raw.id.clone().into_iter().chain(equal).filter_map(non_empty).collect();
    vulnerabilities.sort_unstable();
    vulnerabilities.dedup();
    let observation = Observation {
        kind: "vulnerability".to_owned(),
        id: raw.id,
        component: None,
        severity: ratings.iter().find_map(|rating| rating.severity.clone()),
        scores: ratings.into_iter().filter_map(|rating| rating.vector.and_then(non_empty)).collect(),
        vulnerabilities,
        solution: raw.recommendation.and_then(non_empty),
        state: raw.analysis.and_then(|analysis| analysis.state),
        text: raw.description,
        ..Observation::default()
    };
    let affected: Vec<_> =
        raw.affects.into_iter().flatten().filter_map(|affects| affects.reference).collect();
    if affected.is_empty() {
        inventory.observations.push(observation);
        return;
    }
    for component in affected {
        inventory.observations.push(Observation { component: Some(component), ..observation.clone() });
    }
}
