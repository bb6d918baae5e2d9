// SPDX-License-Identifier: Apache-2.0
//! SPDX 3.0 JSON-LD in its canonical form: one flat `@graph` of elements that refer to one another by identifier.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::context::{self, ToolHints};
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, Hash, Inventory, Relationship, Subject, Warning};
use crate::text::{has_control, non_empty};
use crate::{Format, trail::Trail};

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "@graph", default)]
    graph: Vec<Element>,
}

/// The union of what the element classes carry that an inventory needs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Element {
    #[serde(rename = "type", alias = "@type")]
    class: Words,
    #[serde(alias = "@id")]
    spdx_id: Words,
    name: Words,
    spec_version: Words,
    created: Words,
    root_element: Words,
    from: Words,
    to: Words,
    relationship_type: Words,
    supplied_by: Words,
    originated_by: Words,
    #[serde(rename = "software_packageVersion")]
    package_version: Words,
    #[serde(rename = "software_packageUrl")]
    package_url: Words,
    #[serde(rename = "software_primaryPurpose")]
    primary_purpose: Words,
    #[serde(rename = "software_sourceInfo")]
    source_info: Words,
    #[serde(rename = "simplelicensing_licenseExpression")]
    license_expression: Words,
    external_identifier: Vec<ExternalIdentifier>,
    verified_using: Vec<Integrity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExternalIdentifier {
    external_identifier_type: Words,
    identifier: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Integrity {
    algorithm: Words,
    hash_value: Words,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: Document = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = Inventory::new(Format::Spdx3Json);
    let mut names = HashMap::new();
    let mut licenses = HashMap::new();
    let mut root = None;
    for element in &document.graph {
        let id = element.spdx_id.first().unwrap_or_default();
        match element.class.first().unwrap_or_default() {
            "CreationInfo" => {
                inventory
                    .format_version
                    .get_or_insert_with(|| element.spec_version.owned().unwrap_or_default());
                inventory.observed_at = inventory.observed_at.take().or_else(|| element.created.owned());
            }
            "SpdxDocument" => root = element.root_element.owned(),
            "simplelicensing_LicenseExpression" => {
                licenses.insert(id, element.license_expression.first().unwrap_or_default());
            }
            "Organization" | "Person" | "SoftwareAgent" | "Agent" => {
                names.insert(id, element.name.first().unwrap_or_default());
            }
            _ => {}
        }
    }
    if inventory.format_version.is_none() {
        let place = Place::Path("@graph".to_owned());
        return Err(ReadError::new(path, place, "has no CreationInfo, so the SPDX version is not known"));
    }
    let mut positions = HashMap::new();
    for (index, element) in document.graph.iter().enumerate() {
        if !is_package(element) {
            continue;
        }
        let graph = Trail::Key(&Trail::Root, "@graph");
        let component = component(element, &names, &graph.index(index), path)?;
        if has_control(&component.name) {
            let text = "name has control characters".to_owned();
            inventory.warnings.push(Warning { place: graph.index(index).to_string(), text });
        }
        if let Some(id) = element.spdx_id.first() {
            positions.insert(id, inventory.components.len());
        }
        inventory.components.push(component);
    }
    let relations = document.graph.iter().filter(|element| element.relationship_type.first().is_some());
    for relation in relations {
        relate(&mut inventory, relation, &licenses, &positions);
    }
    inventory.subject = subject(&inventory, &document.graph, root.as_deref(), &positions);
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

/// `software_Package` and the classes derived from it (SPDX 3.0.1 model, Software, AI and Dataset profiles).
fn is_package(element: &Element) -> bool {
    matches!(
        element.class.first(),
        Some("software_Package" | "ai_AIPackage" | "dataset_DatasetPackage" | "Package" | "software:Package")
    )
}

fn component(
    element: &Element,
    names: &HashMap<&str, &str>,
    trail: &Trail<'_>,
    path: &str,
) -> Result<Component, ReadError> {
    let missing =
        |key: &str| ReadError::new(path, Place::Path(trail.key(key).to_string()), "is missing or empty");
    let agent = element.supplied_by.first().or(element.originated_by.first());
    let mut component = Component {
        id: Some(element.spdx_id.owned().ok_or_else(|| missing("spdxId"))?),
        kind: kind_of(element),
        purl: element.package_url.owned().and_then(non_empty),
        name: element.name.owned().unwrap_or_default(),
        version: element.package_version.owned().and_then(non_empty),
        supplier: agent.map(|id| names.get(id).copied().unwrap_or(id).to_owned()),
        hashes: element.verified_using.iter().filter_map(hash).collect(),
        ..Component::default()
    };
    for identifier in &element.external_identifier {
        let Some(value) = identifier.identifier.owned() else { continue };
        let slot = match identifier.external_identifier_type.first() {
            Some("packageUrl" | "packageURL" | "purl") => &mut component.purl,
            Some("cpe23" | "cpe22") => &mut component.cpe,
            Some("swid") => &mut component.swid,
            _ => continue,
        };
        match slot {
            None => *slot = Some(value),
            Some(first) if *first == value => {}
            Some(_) => component.more_identities.push(value),
        }
    }
    let mut hints = ToolHints::default();
    if let Some((name, version)) = element.source_info.first().and_then(context::source_of_spdx) {
        hints.source_name = Some(name.to_owned());
        hints.source_version = version.map(str::to_owned);
    }
    context::fill(&mut component, hints);
    Ok(component)
}

fn kind_of(element: &Element) -> ComponentKind {
    match (element.class.first(), element.primary_purpose.first()) {
        (Some("ai_AIPackage"), _) | (_, Some("model")) => ComponentKind::MachineLearningModel,
        (Some("dataset_DatasetPackage"), _) | (_, Some("data")) => ComponentKind::Data,
        (_, Some("application" | "executable" | "install")) => ComponentKind::Application,
        (_, Some("operatingSystem")) => ComponentKind::OperatingSystem,
        (_, Some("container")) => ComponentKind::Container,
        (_, Some("framework")) => ComponentKind::Framework,
        (_, Some("device")) => ComponentKind::Device,
        (_, Some("deviceDriver")) => ComponentKind::DeviceDriver,
        (_, Some("firmware")) => ComponentKind::Firmware,
        (_, Some("platform")) => ComponentKind::Platform,
        (_, Some("file" | "archive")) => ComponentKind::File,
        _ => ComponentKind::Library,
    }
}

fn hash(integrity: &Integrity) -> Option<Hash> {
    let algorithm = match integrity.algorithm.first()? {
        "sha1" => "SHA-1",
        "sha256" => "SHA-256",
        "sha384" => "SHA-384",
        "sha512" => "SHA-512",
        "md5" => "MD5",
        other => other,
    };
    Some(Hash { algorithm: algorithm.to_owned(), value: integrity.hash_value.owned()? })
}

fn relate(
    inventory: &mut Inventory,
    relation: &Element,
    licenses: &HashMap<&str, &str>,
    positions: &HashMap<&str, usize>,
) {
    let (Some(from), Some(kind)) = (relation.from.first(), relation.relationship_type.first()) else {
        return;
    };
    for to in &relation.to.0 {
        let stated = matches!(kind, "hasConcludedLicense" | "hasDeclaredLicense");
        if let (true, Some(license), Some(position)) =
            (stated, licenses.get(to.as_str()), positions.get(from))
        {
            let license = (*license).to_owned();
            let known = &mut inventory.components[*position].licenses;
            if !known.contains(&license) {
                known.push(license);
            }
        }
        inventory.relationships.push(Relationship {
            from: from.to_owned(),
            to: to.clone(),
            kind: kebab(kind),
        });
    }
}

/// `dependsOn` → `depends-on`, as the other formats have it.
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() {
            kebab.push('-');
        }
        kebab.extend(character.to_lowercase());
    }
    kebab
}

/// The root element is often a `software_Sbom`, whose own root elements are what it describes.
fn subject(
    inventory: &Inventory,
    graph: &[Element],
    root: Option<&str>,
    positions: &HashMap<&str, usize>,
) -> Option<Subject> {
    let root = root?;
    let described = graph
        .iter()
        .find(|element| element.spdx_id.first() == Some(root))
        .and_then(|element| element.root_element.first())
        .unwrap_or(root);
    let component = inventory.components.get(*positions.get(described)?)?;
    Some(Subject {
        id: component.id.clone(),
        kind: component.kind,
        name: component.name.clone(),
        version: component.version.clone(),
        purl: component.purl.clone(),
    })
}

/// JSON-LD lets one value stand alone or in a list, as text or as an object; the texts and identifiers are kept.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    fn owned(&self) -> Option<String> {
        self.0.first().cloned()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        struct WordsVisitor;
        impl<'de> Visitor<'de> for WordsVisitor {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, an element or a list of them")
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(vec![text.to_owned()]))
            }

            fn visit_unit<E>(self) -> Result<Words, E> {
                Ok(Words::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(inner) = list.next_element::<Words>()? {
                    words.extend(inner.0);
                }
                Ok(Words(words))
            }

            /// An element in place of its identifier.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Words, A::Error> {
                let mut words = Words::default();
                while let Some(key) = map.next_key::<String>()? {
                    if matches!(key.as_str(), "spdxId" | "@id") {
                        words = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(words)
            }
        }
        deserializer.deserialize_any(WordsVisitor)
    }
}
