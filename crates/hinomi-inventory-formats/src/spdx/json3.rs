// SPDX-License-Identifier: Apache-2.0
//! SPDX 3.0 JSON-LD (SPDX 3.0.1, "Serialization"): elements that refer to one another by identifier, usually in one flat
//! `@graph`. An element may also stand alone, or inside the property that refers to it.

use std::collections::HashMap;

use crate::context::{self, ToolHints};
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, Hash, Inventory, Relationship, Subject, Warning};
use crate::text::{has_control, non_empty};
use crate::tree::{self, Node};
use crate::{Format, trail::Trail};

/// The union of what the element classes carry that an inventory needs.
struct Element {
    /// `software_Package`, whichever way it is spelt.
    class: String,
    /// Where it stands in the graph, or nothing for an element inside another one.
    place: Option<usize>,
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
    package_version: Words,
    package_url: Words,
    primary_purpose: Words,
    source_info: Words,
    license_expression: Words,
    external_identifier: Vec<ExternalIdentifier>,
    verified_using: Vec<Hash>,
}

struct ExternalIdentifier {
    ty: String,
    identifier: String,
}

/// Objects of the graph that others refer to instead of holding them.
type Standing<'d, 'n> = HashMap<&'d str, &'d Node<'n>>;

/// External identifiers and hashes that stand as elements of their own.
fn standing<'d, 'n>(document: &'d Node<'n>) -> Standing<'d, 'n> {
    let Some(Node::List(graph)) = document.get("@graph") else { return Standing::new() };
    let found = graph.iter().filter(|node| {
        matches!(class_of(node).as_deref(), Some("ExternalIdentifier" | "Hash" | "PackageVerificationCode"))
    });
    found.filter_map(|node| Some((node.get("spdxId").or_else(|| node.get("@id"))?.text()?, node))).collect()
}

/// The object itself, where only its identifier stands.
fn meant<'d, 'n>(one: &'d Node<'n>, standing: &Standing<'d, 'n>) -> &'d Node<'n> {
    let Node::Text(id) = one else { return one };
    let id: &str = id;
    standing.get(id).copied().unwrap_or(one)
}

/// A property by its name, also with the profile before a colon: `software:packageVersion`.
fn property<'d, 'n>(node: &'d Node<'n>, key: &str) -> Option<&'d Node<'n>> {
    node.get(key).or_else(|| node.get(&key.replacen('_', ":", 1)))
}

impl Element {
    fn of<'d, 'n>(node: &'d Node<'n>, place: Option<usize>, standing: &Standing<'d, 'n>) -> Self {
        let words = |key: &str| Words::of(property(node, key));
        let nodes = |key: &str| {
            let own: Vec<&'d Node<'n>> = match node.get(key) {
                Some(Node::List(items)) => items.iter().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            own.into_iter().map(|one| meant(one, standing)).collect::<Vec<_>>()
        };
        let external = |node: &Node<'_>| {
            let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
            Some(ExternalIdentifier { ty: text("externalIdentifierType")?, identifier: text("identifier")? })
        };
        Element {
            class: class_of(node).unwrap_or_default(),
            place,
            spdx_id: Words::of(node.get("spdxId").or_else(|| node.get("@id"))),
            name: words("name"),
            spec_version: words("specVersion"),
            created: words("created"),
            root_element: words("rootElement"),
            from: words("from"),
            to: words("to"),
            relationship_type: words("relationshipType"),
            supplied_by: words("suppliedBy"),
            originated_by: words("originatedBy"),
            package_version: words("software_packageVersion"),
            package_url: words("software_packageUrl"),
            primary_purpose: words("software_primaryPurpose"),
            source_info: words("software_sourceInfo"),
            license_expression: words("simplelicensing_licenseExpression"),
            external_identifier: nodes("externalIdentifier").into_iter().filter_map(external).collect(),
            verified_using: nodes("verifiedUsing").into_iter().filter_map(hash).collect(),
        }
    }
}

/// `software_Package`, of `software:Package` and `https://spdx.org/rdf/3.0.1/terms/Software/Package` too.
fn class_of(node: &Node<'_>) -> Option<String> {
    let class = Words::of(node.get("type").or_else(|| node.get("@type"))).owned()?;
    let class = class.rsplit_once("/terms/").map_or(class.as_str(), |(_, class)| class);
    let Some((profile, name)) = class.split_once(['/', ':']) else { return Some(class.to_owned()) };
    let profile = profile.to_ascii_lowercase();
    Some(if profile == "core" { name.to_owned() } else { format!("{profile}_{name}") })
}

/// All elements in document order, those inside others after them.
fn elements(document: &Node<'_>) -> Vec<Element> {
    let mut found = Vec::new();
    let standing = &standing(document);
    match document.get("@graph") {
        Some(Node::List(graph)) => {
            for (index, node) in graph.iter().enumerate() {
                found.push(Element::of(node, Some(index), standing));
                inner(node, standing, &mut found);
            }
        }
        Some(node) => {
            found.push(Element::of(node, Some(0), standing));
            inner(node, standing, &mut found);
        }
        None => {
            found.push(Element::of(document, None, standing));
            inner(document, standing, &mut found);
        }
    }
    found
}

fn inner<'d, 'n>(node: &'d Node<'n>, standing: &Standing<'d, 'n>, found: &mut Vec<Element>) {
    let mut enter = |node: &'d Node<'n>| {
        if class_of(node).is_some() {
            found.push(Element::of(node, None, standing));
        }
        inner(node, standing, found);
    };
    match node {
        Node::Map(entries) => entries.iter().for_each(|(_, value)| match value {
            Node::List(items) => {
                items.iter().filter(|item| matches!(item, Node::Map(_))).for_each(&mut enter)
            }
            Node::Map(_) => enter(value),
            _ => {}
        }),
        Node::List(items) => items.iter().for_each(enter),
        _ => {}
    }
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document = tree::read_json(text, path)?;
    let elements = elements(&document);
    let mut inventory = Inventory::new(Format::Spdx3Json);
    let mut names = HashMap::new();
    let mut licenses = HashMap::new();
    let mut root = None;
    for element in &elements {
        let id = element.spdx_id.first().unwrap_or_default();
        match element.class.as_str() {
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
            "expandedlicensing_ListedLicense" | "expandedlicensing_CustomLicense" => {
                licenses.insert(id, listed_license(id).or(element.name.first()).unwrap_or(id));
            }
            "Organization" | "Person" | "SoftwareAgent" | "Agent" => {
                names.insert(id, element.name.first().unwrap_or_default());
            }
            _ => {}
        }
    }
    if inventory.format_version.is_none() {
        let place = "@graph".to_owned();
        let Some(version) = version_of_context(&document) else {
            let cause = "has no CreationInfo, so the SPDX version is not known";
            return Err(ReadError::new(path, Place::Path(place), cause));
        };
        let text = format!("has no CreationInfo; version {version} is that of the context");
        inventory.warnings.push(Warning { place, text });
        inventory.format_version = Some(version);
    }
    let mut positions = HashMap::new();
    for element in elements.iter().filter(|element| is_package(element)) {
        let graph = Trail::Key(&Trail::Root, "@graph");
        let trail = element.place.map_or(Trail::Root, |index| graph.index(index));
        let component = component(element, &names, &trail, path)?;
        if has_control(&component.name) {
            let text = "name has control characters".to_owned();
            inventory.warnings.push(Warning { place: trail.to_string(), text });
        }
        if let Some(id) = element.spdx_id.first() {
            positions.insert(id, inventory.components.len());
        }
        inventory.components.push(component);
    }
    let relations = elements.iter().filter(|element| element.relationship_type.first().is_some());
    for relation in relations {
        relate(&mut inventory, relation, &licenses, &positions);
    }
    inventory.subject = subject(&inventory, &elements, root.as_deref(), &positions);
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

/// `https://spdx.org/rdf/3.0.1/spdx-context.jsonld`
fn version_of_context(document: &Node<'_>) -> Option<String> {
    let contexts = Words::of(document.get("@context"));
    let (_, rest) = contexts.0.iter().find_map(|context| context.split_once("spdx.org/rdf/"))?;
    rest.split('/').next().and_then(non_empty)
}

/// `software_Package` and the classes derived from it (SPDX 3.0.1 model, Software, AI and Dataset profiles).
fn is_package(element: &Element) -> bool {
    matches!(
        element.class.as_str(),
        "software_Package" | "ai_AIPackage" | "dataset_DatasetPackage" | "dataset_Dataset" | "Package"
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
        hashes: element.verified_using.clone(),
        ..Component::default()
    };
    for identifier in &element.external_identifier {
        let value = identifier.identifier.clone();
        let slot = match identifier.ty.as_str() {
            "packageUrl" | "packageURL" | "purl" => &mut component.purl,
            "cpe23" | "cpe22" => &mut component.cpe,
            "swid" => &mut component.swid,
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
    match (element.class.as_str(), element.primary_purpose.first()) {
        ("ai_AIPackage", _) | (_, Some("model")) => ComponentKind::MachineLearningModel,
        ("dataset_DatasetPackage" | "dataset_Dataset", _) | (_, Some("data")) => ComponentKind::Data,
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

fn hash(integrity: &Node<'_>) -> Option<Hash> {
    let text = |key: &str| integrity.get(key).and_then(Node::text);
    let algorithm = match text("algorithm")? {
        "sha1" => "SHA-1",
        "sha256" => "SHA-256",
        "sha384" => "SHA-384",
        "sha512" => "SHA-512",
        "md5" => "MD5",
        other => other,
    };
    Some(Hash { algorithm: algorithm.to_owned(), value: text("hashValue")?.to_owned() })
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
            (stated, licenses.get(to.as_str()).copied().or(listed_license(to)), positions.get(from))
        {
            let license = license.to_owned();
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

/// `https://spdx.org/licenses/MIT` → `MIT`
fn listed_license(id: &str) -> Option<&str> {
    id.split_once("://spdx.org/licenses/").map(|(_, name)| name).filter(|name| !name.is_empty())
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
    fn of(node: Option<&Node<'_>>) -> Self {
        let mut words = Words::default();
        words.add(node);
        words
    }

    fn add(&mut self, node: Option<&Node<'_>>) {
        match node {
            // As it is: blanks around a name belong to it.
            Some(Node::Text(text)) => self.0.push(text.clone().into_owned()),
            Some(Node::List(items)) => items.iter().for_each(|item| self.add(Some(item))),
            // An element in place of its identifier.
            Some(node @ Node::Map(_)) => self.add(node.get("spdxId").or_else(|| node.get("@id"))),
            Some(Node::Null) | None => {}
        }
    }

    fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    fn owned(&self) -> Option<String> {
        self.0.first().cloned()
    }
}
