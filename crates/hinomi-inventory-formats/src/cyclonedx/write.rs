// SPDX-License-Identifier: Apache-2.0
//! CycloneDX 1.6 JSON from an [`Inventory`]. Reading it back gives the same components, subject, host and
//! relationships; what CycloneDX has no field for travels in `hinomi:` properties.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::identity;
use crate::model::{Component, Inventory, Service};

/// What the writer cannot know: identity of the document and the tool.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// `urn:uuid:…`
    pub serial_number: Option<String>,
    pub tool_version: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    bom_format: &'static str,
    spec_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    version: u32,
    metadata: Value,
    components: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Value>,
}

pub fn write_cyclonedx(inventory: &Inventory, options: &WriteOptions) -> String {
    let subject_at = subject_position(inventory);
    let rest = inventory.components.iter().enumerate().filter(|(index, _)| Some(*index) != subject_at);
    let rest: Vec<&Component> = rest.map(|(_, component)| component).collect();
    let document = Document {
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: options.serial_number.clone(),
        version: 1,
        metadata: metadata(inventory, subject_at, options),
        components: nested(&rest),
        services: inventory.services.iter().map(service_value).collect(),
        dependencies: dependencies(inventory),
    };
    // Plain strings and numbers always serialise.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Deeper ones stand beside their parent: other readers, and writing itself, follow the nesting by recursion.
const NESTING_MAX: usize = 50;

/// A component whose parent stands before it is written inside: its text goes into the parent's when it is whole.
fn nested(components: &[&Component]) -> Vec<Value> {
    let mut whole: Vec<Value> = Vec::with_capacity(components.len());
    let mut open: Vec<(Option<&str>, Value)> = Vec::new();
    let close = |open: &mut Vec<(Option<&str>, Value)>, whole: &mut Vec<Value>| {
        let Some((_, value)) = open.pop() else { return };
        match open.last_mut() {
            Some((_, parent)) => {
                if let Some(list) = parent
                    .as_object_mut()
                    .map(|parent| parent.entry("components").or_insert_with(|| json!([])))
                    .and_then(Value::as_array_mut)
                {
                    list.push(value);
                }
            }
            None => whole.push(value),
        }
    };
    for component in components {
        let parent = component.parent.as_deref();
        while let Some((id, _)) = open.last() {
            if id.is_some() && *id == parent {
                break;
            }
            close(&mut open, &mut whole);
        }
        if open.len() >= NESTING_MAX {
            close(&mut open, &mut whole);
        }
        open.push((component.id.as_deref(), component_value(component)));
    }
    while !open.is_empty() {
        close(&mut open, &mut whole);
    }
    whole
}

/// The subject is one of the components when both stand first; then it is written once, in `metadata`.
fn subject_position(inventory: &Inventory) -> Option<usize> {
    let (subject, first) = (inventory.subject.as_ref()?, inventory.components.first()?);
    (subject.id == first.id && subject.name == first.name && subject.version == first.version).then_some(0)
}

fn metadata(inventory: &Inventory, subject_at: Option<usize>, options: &WriteOptions) -> Value {
    let mut metadata = Map::new();
    if let Some(observed_at) = &inventory.observed_at {
        metadata.insert("timestamp".into(), json!(observed_at));
    }
    let version = options.tool_version.as_deref().unwrap_or("0");
    metadata.insert(
        "tools".into(),
        json!({"components": [{"type": "application", "name": "hinomi", "version": version}]}),
    );
    if let Some(component) = subject_at.and_then(|at| inventory.components.get(at)) {
        metadata.insert("component".into(), component_value(component));
    } else if let Some(subject) = &inventory.subject {
        let component = Component {
            id: subject.id.clone(),
            kind: subject.kind,
            name: subject.name.clone(),
            version: subject.version.clone(),
            purl: subject.purl.clone(),
            ..Component::default()
        };
        metadata.insert("component".into(), component_value(&component));
    }
    let host = &inventory.host;
    let partial = inventory.partial.then(|| "true".to_owned());
    let whole = (inventory.partial && inventory.packages_whole).then(|| "packages".to_owned());
    let facts = [
        ("hinomi:inventory:partial", &partial),
        ("hinomi:inventory:whole", &whole),
        ("hinomi:host:os-id", &host.os_id),
        ("hinomi:host:os-version-id", &host.os_version_id),
        ("hinomi:host:os-name", &host.os_name),
        ("hinomi:host:kernel-release", &host.kernel_release),
        ("hinomi:host:arch", &host.arch),
        ("hinomi:host:hostname", &host.hostname),
    ];
    let mut properties: Vec<Value> = facts
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| json!({"name": name, "value": value})))
        .collect();
    let unread = inventory.unread.iter().filter(|_| inventory.partial);
    properties.extend(unread.map(|place| json!({"name": "hinomi:inventory:unread", "value": place})));
    if let Some(record) = inventory.assets.iter().find(|record| record.id == "host") {
        properties.extend(identity::properties(record));
    }
    if !properties.is_empty() {
        metadata.insert("properties".into(), Value::Array(properties));
    }
    Value::Object(metadata)
}

fn component_value(component: &Component) -> Value {
    let mut object = Map::new();
    let kind = if component.kind.name() == "other" { "library" } else { component.kind.name() };
    object.insert("type".into(), json!(kind));
    let mut text = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            object.insert(key.to_owned(), json!(value));
        }
    };
    text("bom-ref", &component.id.clone().filter(|id| !id.is_empty()));
    text("group", &component.group);
    text("name", &Some(component.name.clone()));
    text("version", &component.version);
    text("scope", &component.scope);
    text("cpe", &component.cpe);
    text("purl", &component.purl);
    if let Some(supplier) = &component.supplier {
        object.insert("supplier".into(), json!({"name": supplier}));
    }
    if let Some(tag_id) = &component.swid {
        object.insert("swid".into(), json!({"tagId": tag_id, "name": component.name}));
    }
    if !component.licenses.is_empty() {
        let licenses = component.licenses.iter().map(|license| license_value(license));
        object.insert("licenses".into(), licenses.collect());
    }
    if !component.hashes.is_empty() {
        let hashes = component.hashes.iter();
        let hashes = hashes.map(|hash| json!({"alg": hash.algorithm, "content": hash.value}));
        object.insert("hashes".into(), hashes.collect());
    }
    if !component.locations.is_empty() {
        let occurrences: Value =
            component.locations.iter().map(|location| json!({"location": location})).collect();
        object.insert("evidence".into(), json!({"occurrences": occurrences}));
    }
    let properties = properties(component);
    if !properties.is_empty() {
        object.insert("properties".into(), Value::Array(properties));
    }
    Value::Object(object)
}

fn service_value(service: &Service) -> Value {
    let mut object = Map::new();
    let texts = [("bom-ref", &service.id), ("group", &service.group), ("version", &service.version)];
    for (key, value) in texts {
        if let Some(value) = value {
            object.insert(key.to_owned(), json!(value));
        }
    }
    object.insert("name".into(), json!(service.name));
    if !service.endpoints.is_empty() {
        object.insert("endpoints".into(), json!(service.endpoints));
    }
    Value::Object(object)
}

fn license_value(license: &str) -> Value {
    if spdx::license_id(license).is_some_and(|known| known.name == license) {
        json!({"license": {"id": license}})
    } else {
        json!({"license": {"name": license}})
    }
}

fn properties(component: &Component) -> Vec<Value> {
    let kernel_running = component.kernel_running.map(|running| running.to_string());
    let facts = [
        ("hinomi:source:name", &component.source_name),
        ("hinomi:source:version", &component.source_version),
        ("hinomi:arch", &component.arch),
        ("hinomi:distro", &component.distro),
        ("hinomi:kernel:running", &kernel_running),
    ];
    let mut properties: Vec<Value> = facts
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| json!({"name": name, "value": value})))
        .collect();
    properties.extend(
        component.more_identities.iter().map(|identity| json!({"name": "syft:cpe23", "value": identity})),
    );
    properties
}

/// CycloneDX wants one entry per reference; relations keep the order of their first mention.
fn dependencies(inventory: &Inventory) -> Vec<Value> {
    let mut order: Vec<&str> = Vec::new();
    let mut targets: std::collections::HashMap<&str, Vec<&str>> = std::collections::HashMap::new();
    for relation in inventory.relationships.iter().filter(|relation| relation.kind == "depends-on") {
        let list = targets.entry(relation.from.as_str()).or_insert_with(|| {
            order.push(&relation.from);
            Vec::new()
        });
        list.push(&relation.to);
    }
    order.iter().map(|from| json!({"ref": from, "dependsOn": targets.get(from)})).collect()
}
