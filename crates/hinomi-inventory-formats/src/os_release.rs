// SPDX-License-Identifier: Apache-2.0
//! os-release(5): `KEY=value`, values quoted as in a shell.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, HostFacts, Inventory, Subject};

/// An os-release file alone is an inventory of one component: the operating system.
pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::OsRelease);
    inventory.host = facts(text);
    let Some(component) = component(text) else {
        return Err(ReadError::new(path, Place::Document, "os-release has no ID"));
    };
    inventory.subject = Some(Subject {
        id: component.id.clone(),
        kind: component.kind,
        name: component.name.clone(),
        version: component.version.clone(),
        purl: None,
    });
    inventory.components.push(component);
    Ok(inventory)
}

/// The operating system as a component.
pub fn component(text: &str) -> Option<Component> {
    let name = value(text, "ID")?;
    Some(Component {
        id: Some("operating-system".to_owned()),
        kind: ComponentKind::OperatingSystem,
        cpe: value(text, "CPE_NAME"),
        version: value(text, "VERSION_ID"),
        distro: facts(text).distro(),
        name,
        ..Component::default()
    })
}

/// What it says about the host. Debian's testing and unstable have no `VERSION_ID`.
pub fn facts(text: &str) -> HostFacts {
    HostFacts {
        os_id: value(text, "ID"),
        os_version_id: value(text, "VERSION_ID"),
        os_name: value(text, "PRETTY_NAME"),
        ..HostFacts::default()
    }
}

fn value(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
    let unquoted = unquote(line.trim());
    if unquoted.is_empty() { None } else { Some(unquoted) }
}

fn unquote(value: &str) -> String {
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(literal) = inner('\'') {
        return literal.to_owned();
    }
    let mut unquoted = String::with_capacity(value.len());
    let mut characters = inner('"').unwrap_or(value).chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unquoted.extend(characters.next()),
            _ => unquoted.push(character),
        }
    }
    unquoted
}
