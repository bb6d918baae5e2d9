// SPDX-License-Identifier: Apache-2.0
//! What a field of a record can mean, and how a value gets there.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::words;
use crate::model::{AssetClass, AssetRecord, AssetReference, RelationKind};
use crate::tree::Node;

/// The meaning of a field or column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetField {
    /// The source's own key of the record.
    Id,
    Name,
    /// A name on the network, with or without domain. Several.
    Hostname,
    /// Several.
    IpAddress,
    /// Several.
    MacAddress,
    SerialNumber,
    Vendor,
    Uuid,
    AssetTag,
    /// `kind:value`, or the value alone.
    AgentId,
    /// With its prefix: `aws:i-…`.
    CloudId,
    Class,
    OsName,
    OsVersion,
    Kernel,
    Architecture,
    Location,
    Owner,
    Organisation,
    Environment,
    State,
    /// Several.
    Tag,
    FirstSeen,
    LastSeen,
    RunsOn,
    Hosts,
    ConnectsTo,
    DependsOn,
    ImageOf,
    Model,
    Comment,
    /// Kept under the name of its column.
    Attribute,
}

impl AssetField {
    /// Every field a column can be mapped to.
    pub const ALL: &[AssetField] = &[
        Self::Id,
        Self::Name,
        Self::Hostname,
        Self::IpAddress,
        Self::MacAddress,
        Self::SerialNumber,
        Self::Vendor,
        Self::Uuid,
        Self::AssetTag,
        Self::AgentId,
        Self::CloudId,
        Self::Class,
        Self::OsName,
        Self::OsVersion,
        Self::Kernel,
        Self::Architecture,
        Self::Location,
        Self::Owner,
        Self::Organisation,
        Self::Environment,
        Self::State,
        Self::Tag,
        Self::FirstSeen,
        Self::LastSeen,
        Self::RunsOn,
        Self::Hosts,
        Self::ConnectsTo,
        Self::DependsOn,
        Self::ImageOf,
        Self::Model,
        Self::Comment,
        Self::Attribute,
    ];

    /// Whether all alternatives count and a value may hold several.
    fn is_list(self) -> bool {
        matches!(
            self,
            Self::Hostname
                | Self::IpAddress
                | Self::MacAddress
                | Self::Tag
                | Self::AgentId
                | Self::RunsOn
                | Self::Hosts
                | Self::ConnectsTo
                | Self::DependsOn
                | Self::ImageOf
        )
    }
}

/// Puts a value where its field says; what is wrong with it, if it means nothing there.
pub(super) fn set(
    record: &mut AssetRecord,
    field: AssetField,
    value: &str,
    origin: &str,
) -> Result<(), &'static str> {
    use AssetField as F;
    let value = value.trim();
    if value.is_empty() {
        return Ok(());
    }
    let slot = match field {
        F::Id => {
            record.id = value.to_owned();
            return Ok(());
        }
        F::Name => &mut record.name,
        F::OsName => &mut record.os.name,
        F::OsVersion => &mut record.os.version,
        F::Kernel => &mut record.os.kernel,
        F::Architecture => &mut record.os.arch,
        F::Location => &mut record.location,
        F::Owner => &mut record.owner,
        F::Organisation => &mut record.organisation,
        F::Environment => &mut record.environment,
        F::FirstSeen => &mut record.first_seen,
        F::LastSeen => &mut record.last_seen,
        _ => return set_checked(record, field, value, origin),
    };
    if slot.is_none() {
        *slot = Some(value.to_owned());
    }
    Ok(())
}

/// Fields whose values have a shape.
fn set_checked(
    record: &mut AssetRecord,
    field: AssetField,
    value: &str,
    origin: &str,
) -> Result<(), &'static str> {
    use AssetField as F;
    let before = record.identifiers.clone();
    match field {
        F::Hostname => {
            record.identifiers.add_name(value);
            let is_new = record.identifiers != before;
            let is_known = is_new
                || before.hostnames.iter().chain(&before.fqdns).any(|one| one.eq_ignore_ascii_case(value));
            return if is_known { Ok(()) } else { Err("is no host name") };
        }
        F::IpAddress => {
            let parts = value.split([',', ';', ' ', '\n']).filter(|part| !part.is_empty());
            parts.for_each(|part| record.identifiers.add_ip(part));
            let is_valid =
                value.split([',', ';', ' ', '\n']).filter(|part| !part.is_empty()).all(words::is_address);
            return if is_valid { Ok(()) } else { Err("is no IP address") };
        }
        F::MacAddress => {
            let parts: Vec<&str> =
                value.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
            let is_valid = parts.iter().all(|part| words::is_mac(part));
            parts.iter().for_each(|part| record.identifiers.add_mac(part));
            return if is_valid { Ok(()) } else { Err("is no MAC address") };
        }
        F::SerialNumber => record.identifiers.set_serial(value),
        F::Vendor => record.identifiers.set_vendor(value),
        F::AssetTag => record.identifiers.set_asset_tag(value),
        F::Uuid => {
            record.identifiers.set_uuid(value);
            return if record.identifiers.uuid.is_some() { Ok(()) } else { Err("is no UUID") };
        }
        F::AgentId => {
            let (kind, id) = value.split_once(':').unwrap_or(("agent", value));
            record.identifiers.add_agent(kind, id);
        }
        F::CloudId => record.identifiers.cloud_id = Some(value.to_owned()),
        F::Class => match words::class(value) {
            Some(class) => record.class = class,
            None => record.add_attribute("class", value, origin),
        },
        F::State => {
            record.state = words::state(value);
            record.add_attribute("state", value, origin);
            return if record.state.is_some() { Ok(()) } else { Err("is a state that is not known") };
        }
        F::Tag => {
            for tag in value.split([',', ';']).map(str::trim).filter(|tag| !tag.is_empty()) {
                if !record.tags.iter().any(|known| known == tag) {
                    record.tags.push(tag.to_owned());
                }
            }
        }
        F::RunsOn | F::Hosts | F::ConnectsTo | F::DependsOn | F::ImageOf => {
            record.relate(relation(field), reference(value));
        }
        F::Model => record.add_attribute("model", value, origin),
        F::Comment => record.add_attribute("comment", value, origin),
        _ => record.add_attribute(origin, value, origin),
    }
    Ok(())
}

fn relation(field: AssetField) -> RelationKind {
    match field {
        AssetField::Hosts => RelationKind::Hosts,
        AssetField::ConnectsTo => RelationKind::ConnectsTo,
        AssetField::DependsOn => RelationKind::DependsOn,
        AssetField::ImageOf => RelationKind::ImageOf,
        _ => RelationKind::RunsOn,
    }
}

fn reference(value: &str) -> AssetReference {
    if let Some(id) = value.strip_prefix("id:") {
        AssetReference::Id(id.to_owned())
    } else if ["aws:", "azure:", "gcp:"].iter().any(|prefix| value.starts_with(prefix)) {
        AssetReference::CloudId(value.to_owned())
    } else {
        AssetReference::Name(value.to_owned())
    }
}

pub(super) fn record(
    fields: &'static [(AssetField, &'static [&'static str])],
    class: AssetClass,
    node: &Node<'_>,
    place: String,
) -> AssetRecord {
    let mut record = AssetRecord::new("", class, place);
    for (field, paths) in fields {
        for path in *paths {
            let mut found = false;
            each_value(node, path, &mut |value| {
                found = true;
                // A value that means nothing for its field is still something that the source says.
                if set(&mut record, *field, value, path).is_err() && !matches!(field, AssetField::State) {
                    record.add_attribute(path, value, path);
                }
                field.is_list()
            });
            if found && !field.is_list() {
                break;
            }
        }
    }
    record
}

/// Objects that stand for a value, as the interfaces of several sources write them.
const VALUE_KEYS: [&str; 7] = ["display_value", "label", "display", "name", "value", "formatted", "datetime"];

/// Calls with each text that the path leads to; `{…}` puts several together.
fn each_value(node: &Node<'_>, path: &str, visit: &mut dyn FnMut(&str) -> bool) {
    if let Some(literal) = path.strip_prefix('=') {
        visit(literal);
        return;
    }
    if path.contains('{') {
        if let Some(text) = template(node, path) {
            visit(&text);
        }
        return;
    }
    node.visit(path, &mut |found, _| match value_text(found) {
        Some(text) => visit(text),
        None => true,
    });
}

pub(super) fn value_text<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    // `<manufacturer display_value="Dell">4f1c…</manufacturer>`: the text is a key, the attribute what it means.
    if let Some(shown) = node.get("@display_value").and_then(Node::text) {
        return Some(shown);
    }
    node.text().or_else(|| VALUE_KEYS.iter().find_map(|key| node.get(key).and_then(Node::text)))
}

/// The first text that the path leads to, an object that stands for a value included.
pub(super) fn first(node: &Node<'_>, path: &str) -> Option<String> {
    let mut found = None;
    each_value(node, path, &mut |text| {
        found = Some(text.to_owned());
        false
    });
    found
}

fn template(node: &Node<'_>, template: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (path, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(&first(node, path)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// `results[3]`, or the line of a table.
pub(super) fn place_of(node: &Node<'_>, path: &str, index: usize) -> String {
    match node.first("#line") {
        Some(line) => format!("line {line}"),
        None => format!("{path}[{index}]"),
    }
}

/// Maps of names and values, and lists of `Key` and `Value`: attributes, and tags besides.
pub(super) fn attributes(paths: &[&str], node: &Node<'_>, record: &mut AssetRecord) {
    for path in paths {
        node.visit(path, &mut |map, _| {
            if let (Some(key), Some(value)) = (
                map.first("Key").or_else(|| map.first("key")).or_else(|| map.first("TagKey")),
                map.first("Value")
                    .or_else(|| map.first("value"))
                    .or_else(|| map.first("TagValue"))
                    .or(Some("")),
            ) {
                tag(record, path, key, value);
            } else if let Node::Map(entries) = map {
                for (key, value) in entries.iter().take(ENTRIES_MAX) {
                    if let Some(value) = value_text(value) {
                        tag(record, path, key, value);
                    }
                }
            }
            true
        });
    }
}

/// No record has more labels.
const ENTRIES_MAX: usize = 500;

fn tag(record: &mut AssetRecord, path: &str, key: &str, value: &str) {
    let origin = format!("{path}.{key}");
    let is_tag =
        path.to_ascii_lowercase().ends_with("tags") || path.ends_with("labels") || path.ends_with("tagSet");
    if is_tag {
        let tag = if value.is_empty() { key.to_owned() } else { format!("{key}={value}") };
        if !record.tags.contains(&tag) {
            record.tags.push(tag);
        }
        words::well_known_tag(record, key, value);
    } else {
        record.add_attribute(key, value, &origin);
    }
}

/// Gives each record a reference of its own.
#[derive(Default)]
pub(super) struct Ids {
    seen: HashSet<String>,
}

impl Ids {
    pub(super) fn give(&mut self, record: &mut AssetRecord) {
        if record.name.is_none() {
            let known = &record.identifiers;
            record.name = known.fqdns.first().or(known.hostnames.first()).cloned();
        }
        if record.id.is_empty() {
            record.shared_name = Some(record.name.clone().unwrap_or_default());
            record.id = record.name.clone().unwrap_or_else(|| record.place.clone());
        }
        if !self.seen.insert(record.id.clone()) {
            record.shared_name.get_or_insert_with(|| record.id.clone());
            record.id = format!("{} ({})", record.id, record.place);
            self.seen.insert(record.id.clone());
        }
    }
}
