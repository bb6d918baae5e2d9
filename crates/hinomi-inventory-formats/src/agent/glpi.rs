// SPDX-License-Identifier: Apache-2.0
//! GLPI agent inventories: JSON (inventory format 0.1) and the older XML of FusionInventory and OCS.

use serde::Deserialize;

use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, Inventory, Subject, Warning};
use crate::purl::PurlParts;
use crate::text::{has_control, non_empty};
use crate::xml::{Element, Xml};
use crate::{Format, context};

#[derive(Default, Deserialize)]
struct Report {
    #[serde(default, deserialize_with = "text")]
    deviceid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    itemtype: Option<String>,
    #[serde(default)]
    content: Content,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    #[serde(deserialize_with = "or_default")]
    operatingsystem: OperatingSystem,
    #[serde(deserialize_with = "or_default")]
    hardware: Hardware,
    #[serde(deserialize_with = "or_default")]
    softwares: Vec<Software>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OperatingSystem {
    #[serde(deserialize_with = "text")]
    arch: Option<String>,
    #[serde(deserialize_with = "text")]
    full_name: Option<String>,
    #[serde(deserialize_with = "text")]
    kernel_version: Option<String>,
    #[serde(deserialize_with = "text")]
    name: Option<String>,
    #[serde(deserialize_with = "text")]
    version: Option<String>,
    #[serde(deserialize_with = "text")]
    fqdn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Hardware {
    #[serde(deserialize_with = "text")]
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Software {
    #[serde(deserialize_with = "text")]
    name: Option<String>,
    #[serde(deserialize_with = "text")]
    version: Option<String>,
    #[serde(deserialize_with = "text")]
    arch: Option<String>,
    #[serde(deserialize_with = "text")]
    from: Option<String>,
    #[serde(deserialize_with = "text")]
    publisher: Option<String>,
    #[serde(deserialize_with = "text")]
    guid: Option<String>,
}

/// The agent is written in Perl, where `1.5` may leave as a number.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// `null` stands for a section without content.
fn or_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

pub(crate) fn read_json(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let report: Report = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = inventory(report, Format::GlpiJson, path)?;
    inventory.assets.push(crate::cmdb::glpi_agent(&crate::tree::read_json(text, path)?));
    Ok(inventory)
}

pub(crate) fn read_xml(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut report = Report::default();
    xml.children(&root, &mut |xml, element| {
        match element.name.as_str() {
            "DEVICEID" => report.deviceid = Some(xml.text(&element)?),
            "CONTENT" => content(xml, &element, &mut report.content)?,
            _ => {}
        }
        Ok(())
    })?;
    let mut inventory = inventory(report, Format::GlpiXml, path)?;
    inventory.assets.push(crate::cmdb::glpi_agent(&crate::tree::read_xml(text, path)?.1));
    Ok(inventory)
}

fn content(xml: &mut Xml<'_>, element: &Element, content: &mut Content) -> Result<(), ReadError> {
    xml.children(element, &mut |xml, child| match child.name.as_str() {
        "OPERATINGSYSTEM" => fields(xml, &child, &mut |key, value| {
            let system = &mut content.operatingsystem;
            match key {
                "ARCH" => system.arch = Some(value),
                "FULL_NAME" => system.full_name = Some(value),
                "KERNEL_VERSION" => system.kernel_version = Some(value),
                "NAME" => system.name = Some(value),
                "VERSION" => system.version = Some(value),
                "FQDN" => system.fqdn = Some(value),
                _ => {}
            }
        }),
        "HARDWARE" => fields(xml, &child, &mut |key, value| {
            if key == "NAME" {
                content.hardware.name = Some(value);
            }
        }),
        "SOFTWARES" => {
            let mut software = Software::default();
            fields(xml, &child, &mut |key, value| match key {
                "NAME" => software.name = Some(value),
                "VERSION" => software.version = Some(value),
                "ARCH" => software.arch = Some(value),
                "FROM" => software.from = Some(value),
                "PUBLISHER" => software.publisher = Some(value),
                "GUID" => software.guid = Some(value),
                _ => {}
            })?;
            content.softwares.push(software);
            Ok(())
        }
        _ => Ok(()),
    })
}

fn fields(xml: &mut Xml<'_>, element: &Element, set: &mut dyn FnMut(&str, String)) -> Result<(), ReadError> {
    xml.children(element, &mut |xml, child| {
        let value = xml.text(&child)?;
        if !value.is_empty() {
            set(&child.name, value);
        }
        Ok(())
    })
}

fn inventory(report: Report, format: Format, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(format);
    let Content { operatingsystem: system, hardware, softwares } = report.content;
    let name = hardware.name.or_else(|| system.fqdn.clone()).or(report.deviceid).and_then(non_empty);
    let name = name.ok_or_else(|| ReadError::new(path, Place::Document, "the report names no device"))?;
    let subject = Subject {
        id: Some("device".to_owned()),
        kind: ComponentKind::Device,
        name: name.clone(),
        ..Subject::default()
    };
    let device =
        Component { id: subject.id.clone(), kind: subject.kind, name: name.clone(), ..Component::default() };
    inventory.subject = Some(subject);
    inventory.components.push(device);
    let host = &mut inventory.host;
    host.os_id = system.name.as_deref().map(os_id);
    host.os_version_id = system.version.as_deref().map(|version| {
        // "12 (bookworm)" names the release twice.
        version.split_whitespace().next().unwrap_or(version).to_owned()
    });
    host.os_name = system.full_name;
    host.kernel_release = system.kernel_version;
    host.arch = system.arch;
    host.hostname = Some(name);
    let distro = host.distro();
    if let Some(name) = system.name {
        inventory.components.push(Component {
            id: Some("operating-system".to_owned()),
            kind: ComponentKind::OperatingSystem,
            name,
            version: system.version,
            distro: distro.clone(),
            ..Component::default()
        });
    }
    // Partial reports carry only what changed.
    inventory.partial = report.itemtype.is_some() && inventory.host.os_id.is_none();
    let os_id = inventory.host.os_id.clone();
    for (index, software) in softwares.into_iter().enumerate() {
        let Some(component) = component(software, os_id.as_deref(), distro.as_deref()) else {
            let place = format!("content.softwares[{index}]");
            inventory.warnings.push(Warning { place, text: "has no name".to_owned() });
            continue;
        };
        if has_control(&component.name) {
            let place = format!("content.softwares[{index}]");
            inventory.warnings.push(Warning { place, text: "name has control characters".to_owned() });
        }
        inventory.components.push(component);
    }
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

/// "Debian GNU/Linux" → "debian", the identifier of os-release where the first word is it.
fn os_id(name: &str) -> String {
    let lower = name.to_lowercase();
    match lower.as_str() {
        text if text.starts_with("red hat") => "rhel".to_owned(),
        text if text.starts_with("opensuse") => "opensuse-leap".to_owned(),
        text => text.split_whitespace().next().unwrap_or(text).to_owned(),
    }
}

fn component(software: Software, os_id: Option<&str>, distro: Option<&str>) -> Option<Component> {
    let name = software.name.and_then(non_empty).or(software.guid)?;
    let arch = software.arch.and_then(non_empty);
    let version = software.version.and_then(non_empty);
    let ty = match software.from.as_deref().unwrap_or_default() {
        "deb" => Some("deb"),
        "rpm" => Some("rpm"),
        "apk" => Some("apk"),
        "pacman" => Some("alpm"),
        _ => None,
    };
    let purl = ty.map(|ty| {
        let qualifiers =
            [("arch", arch.as_deref().unwrap_or_default()), ("distro", distro.unwrap_or_default())];
        PurlParts { ty, namespace: os_id, name: &name, version: version.as_deref(), qualifiers: &qualifiers }
            .build()
    });
    let kind = if ty.is_some() { ComponentKind::Library } else { ComponentKind::Application };
    Some(Component {
        kind,
        purl,
        name,
        version,
        supplier: software.publisher.and_then(non_empty),
        arch,
        ..Component::default()
    })
}
