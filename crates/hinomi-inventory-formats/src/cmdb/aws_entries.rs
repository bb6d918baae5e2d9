// SPDX-License-Identifier: Apache-2.0
//! What Systems Manager knows of one instance: `aws ssm list-inventory-entries --type-name AWS:Application`, or
//! `AWS:WindowsUpdate`.

use crate::Format;
use crate::agent::{hotfix, system};
use crate::model::{AssetClass, AssetRecord, Component, ComponentKind, Inventory};
use crate::tree::Node;

pub(super) fn is(node: &Node<'_>) -> bool {
    node.has("TypeName") && node.has("InstanceId") && node.has("Entries")
}

pub(super) fn read(node: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(Format::AwsInventory);
    // One table is never everything that a host has.
    inventory.partial = true;
    inventory.observed_at = node.first("CaptureTime").map(str::to_owned);
    let instance = node.first("InstanceId").unwrap_or_default();
    let id = format!("aws:{instance}");
    let mut record = AssetRecord::new(id.clone(), AssetClass::VirtualMachine, "InstanceId");
    record.name = Some(instance.to_owned());
    record.identifiers.cloud_id = Some(id.clone());
    record.last_seen.clone_from(&inventory.observed_at);
    node.visit("Entries", &mut |entry, _| {
        if let Some(component) = component(entry) {
            inventory.components.push(Component { asset: Some(id.clone()), ..component });
        }
        true
    });
    inventory.assets.push(record);
    inventory
}

fn component(entry: &Node<'_>) -> Option<Component> {
    if let Some(article) = entry.first("HotFixId") {
        return Some(hotfix(article));
    }
    let text = |key: &str| entry.first(key).map(str::to_owned);
    let (name, version) = (text("Name")?, text("Version"));
    let source = entry.first("PackageId").unwrap_or_default();
    let arch = text("Architecture");
    let mut found = if source.ends_with(".deb") {
        system("deb", &name, version.as_deref(), arch, None)
    } else if source.ends_with(".rpm") {
        let version = match (&version, entry.first("Release")) {
            (Some(version), Some(release)) => Some(format!("{version}-{release}")),
            _ => version,
        };
        let epoch = entry.first("Epoch").filter(|epoch| *epoch != "0");
        system("rpm", &name, version.as_deref(), arch, epoch)
    } else {
        Component {
            id: Some(format!("{name}@{}", version.as_deref().unwrap_or_default())),
            kind: ComponentKind::Application,
            name,
            version,
            arch,
            ..Component::default()
        }
    };
    found.supplier = text("Publisher");
    Some(found)
}
