// SPDX-License-Identifier: Apache-2.0
//! From the raw form to an [`Inventory`]: one component per package, in document order.

use std::collections::HashSet;

use super::raw;
use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, Hash, Inventory, Relationship, Subject, Warning};
use crate::text::{has_control, non_empty};
use crate::trail::Trail;

const DOCUMENT_ID: &str = "SPDXRef-DOCUMENT";
const WARNINGS_MAX: usize = 200;

pub(super) fn inventory(document: raw::Document, format: Format, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(format);
    let version = document.spdx_version.unwrap_or_default();
    let Some(number) = version.strip_prefix("SPDX-") else {
        let place = Place::Path("spdxVersion".to_owned());
        return Err(ReadError::new(
            path,
            place,
            format!("is {version:?}, expected \"SPDX-2.3\" or an earlier 2.x"),
        ));
    };
    if !matches!(number, "2.0" | "2.1" | "2.2" | "2.2.1" | "2.2.2" | "2.3" | "2.3.1") {
        let place = Place::Path("spdxVersion".to_owned());
        return Err(ReadError::new(path, place, format!("version {number:.40?} is not known")));
    }
    // Some tools leave it out or name the document after its subject.
    let document_id = document.id.unwrap_or_else(|| DOCUMENT_ID.to_owned());
    if !document_id.starts_with("SPDXRef-") {
        let cause = format!("is {document_id:?}, expected {DOCUMENT_ID:?}");
        return Err(ReadError::new(path, Place::Path("SPDXID".to_owned()), cause));
    }
    inventory.format_version = Some(number.to_owned());
    inventory.observed_at = document.creation_info.and_then(|info| info.created);
    let packages = document.packages.unwrap_or_default();
    inventory.components.reserve(packages.len());
    let mut seen: HashSet<String> = HashSet::with_capacity(packages.len());
    let trail = Trail::Root;
    let list = trail.key("packages");
    for (index, package) in packages.into_iter().enumerate() {
        let trail = list.index(index);
        let component = component(package, &trail, path)?;
        if has_control(&component.name) || component.version.as_deref().is_some_and(has_control) {
            warn(&mut inventory, &trail, "name or version has control characters");
        }
        if component.name.trim().is_empty() {
            warn(&mut inventory, &trail.key("name"), "is missing or empty");
        }
        let id = component.id.clone().unwrap_or_default();
        if let Some(id) = seen.replace(id) {
            warn(&mut inventory, &trail, format!("SPDXID {id:?} is used more than once"));
        }
        inventory.components.push(component);
    }
    let mut described = document.document_describes.unwrap_or_default();
    relations(&mut inventory, document.relationships.unwrap_or_default(), &document_id, &mut described);
    inventory.subject = subject(&inventory, described, document.name);
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

fn warn(inventory: &mut Inventory, trail: &Trail<'_>, text: impl Into<String>) {
    if inventory.warnings.len() < WARNINGS_MAX {
        inventory.warnings.push(Warning { place: trail.to_string(), text: text.into() });
    }
}

fn component(package: raw::Package, trail: &Trail<'_>, path: &str) -> Result<Component, ReadError> {
    let missing =
        |key: &str| ReadError::new(path, Place::Path(trail.key(key).to_string()), "is missing or empty");
    let id = package.id.and_then(non_empty).ok_or_else(|| missing("SPDXID"))?;
    let name = package.name.unwrap_or_default();
    let mut component = Component {
        kind: kind_of(&id, package.primary_package_purpose.as_deref()),
        name,
        version: package.version_info.filter(|version| is_stated(version)),
        supplier: [package.supplier, package.originator].into_iter().flatten().find_map(organisation),
        licenses: licenses(package.license_concluded, package.license_declared),
        hashes: package.checksums.into_iter().flatten().filter_map(hash).collect(),
        id: Some(id),
        ..Component::default()
    };
    identities(&mut component, package.external_refs.unwrap_or_default());
    let mut hints = ToolHints::default();
    if let Some((name, version)) = package.source_info.as_deref().and_then(context::source_of_spdx) {
        hints.source_name = Some(name.to_owned());
        hints.source_version = version.map(str::to_owned);
    }
    context::fill(&mut component, hints);
    Ok(component)
}

/// `NOASSERTION` and `NONE` state the absence of a value (SPDX 2.3, clause 7).
fn is_stated(value: &str) -> bool {
    !value.trim().is_empty() && value != "NOASSERTION" && value != "NONE"
}

/// `Organization: Red Hat` → `Red Hat`
fn organisation(text: String) -> Option<String> {
    if !is_stated(&text) {
        return None;
    }
    let name = text.split_once(':').filter(|(kind, _)| matches!(*kind, "Organization" | "Person" | "Tool"));
    non_empty(name.map_or(text.as_str(), |(_, name)| name.trim()))
}

fn licenses(concluded: Option<String>, declared: Option<String>) -> Vec<String> {
    let mut licenses: Vec<String> =
        [concluded, declared].into_iter().flatten().filter(|license| is_stated(license)).collect();
    licenses.dedup();
    licenses
}

fn hash(checksum: raw::Checksum) -> Option<Hash> {
    let algorithm = match checksum.algorithm?.as_str() {
        "SHA1" => "SHA-1".to_owned(),
        "SHA256" => "SHA-256".to_owned(),
        "SHA384" => "SHA-384".to_owned(),
        "SHA512" => "SHA-512".to_owned(),
        other => other.to_owned(),
    };
    Some(Hash { algorithm, value: checksum.checksum_value? })
}

fn kind_of(id: &str, purpose: Option<&str>) -> ComponentKind {
    match purpose {
        Some("APPLICATION" | "INSTALL") => ComponentKind::Application,
        Some("FRAMEWORK") => ComponentKind::Framework,
        Some("CONTAINER") => ComponentKind::Container,
        Some("OPERATING-SYSTEM" | "OPERATING_SYSTEM") => ComponentKind::OperatingSystem,
        Some("DEVICE") => ComponentKind::Device,
        Some("FIRMWARE") => ComponentKind::Firmware,
        Some("FILE" | "ARCHIVE") => ComponentKind::File,
        Some("OTHER" | "SOURCE") => ComponentKind::Other,
        // Trivy says it in the identifier alone before SPDX 2.3.
        None if id.starts_with("SPDXRef-OperatingSystem") => ComponentKind::OperatingSystem,
        None if id.starts_with("SPDXRef-ContainerImage") => ComponentKind::Container,
        _ => ComponentKind::Library,
    }
}

/// The first purl and CPE identify; every further one is kept beside them.
fn identities(component: &mut Component, references: Vec<raw::ExternalRef>) {
    for reference in references {
        let (Some(kind), Some(locator)) = (reference.reference_type, reference.reference_locator) else {
            continue;
        };
        let slot = match kind.rsplit('/').next().unwrap_or_default() {
            "purl" => &mut component.purl,
            "cpe23Type" | "cpe22Type" => &mut component.cpe,
            "swid" => &mut component.swid,
            _ => continue,
        };
        match slot {
            None => *slot = non_empty(locator),
            Some(first) if *first == locator => {}
            Some(_) => component.more_identities.push(locator),
        }
    }
}

fn relations(
    inventory: &mut Inventory,
    relations: Vec<raw::Relation>,
    document_id: &str,
    described: &mut Vec<String>,
) {
    inventory.relationships.reserve(relations.len());
    for relation in relations {
        let (Some(from), Some(kind), Some(to)) =
            (relation.spdx_element_id, relation.relationship_type, relation.related_spdx_element)
        else {
            continue;
        };
        if kind == "DESCRIBES" && from == document_id && !described.contains(&to) {
            described.push(to.clone());
        } else if kind == "DESCRIBED_BY" && to == document_id && !described.contains(&from) {
            described.push(from.clone());
        }
        let kind = kind.to_ascii_lowercase().replace('_', "-");
        let kind = said_kind(relation.comment.as_deref()).filter(|_| kind == "other").unwrap_or(kind);
        inventory.relationships.push(Relationship { from, to, kind });
    }
}

/// syft writes kinds that SPDX has no word for into the comment: `ownership-by-file-overlap: indicates that …`.
fn said_kind(comment: Option<&str>) -> Option<String> {
    let word = comment?.split(':').next()?.trim();
    let is_word = word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_word.then(|| word.to_owned())
}

/// One described package is the subject; otherwise the document's name stands for it.
fn subject(inventory: &Inventory, described: Vec<String>, name: Option<String>) -> Option<Subject> {
    if let [only] = described.as_slice()
        && let Some(component) =
            inventory.components.iter().find(|component| component.id.as_deref() == Some(only.as_str()))
    {
        return Some(Subject {
            id: component.id.clone(),
            kind: component.kind,
            name: component.name.clone(),
            version: component.version.clone(),
            purl: component.purl.clone(),
        });
    }
    name.map(|name| Subject { name, kind: ComponentKind::Other, ..Subject::default() })
}
