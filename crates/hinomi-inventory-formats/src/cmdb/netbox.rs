// SPDX-License-Identifier: Apache-2.0
//! NetBox 3 and 4: answers of its interface and exported tables of devices, virtual machines, addresses, prefixes.

use super::field::{first, place_of, value_text};
use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::{AssetClass, AssetRecord, AssetReference, Inventory, NetworkRecord, RelationKind};
use crate::tree::Node;

const FIELDS: &[(F, &[&str])] = &[
    (F::Name, &["name", "Name", "display"]),
    (F::Hostname, &["name", "Name"]),
    (
        F::IpAddress,
        &[
            "primary_ip4.address",
            "primary_ip6.address",
            "primary_ip.address",
            "oob_ip.address",
            "primary_ip4",
            "primary_ip6",
            "IP Address",
            "IPv4 Address",
            "IPv6 Address",
        ],
    ),
    (F::SerialNumber, &["serial", "Serial number", "Serial"]),
    (F::AssetTag, &["asset_tag", "Asset tag"]),
    (F::Vendor, &["device_type.manufacturer", "manufacturer", "Manufacturer"]),
    (F::Model, &["device_type.model", "device_type", "model", "Type"]),
    (F::Class, &["role", "device_role", "Role"]),
    (F::OsName, &["platform", "Platform"]),
    (F::Location, &["site", "Site"]),
    (F::Organisation, &["tenant", "Tenant"]),
    (F::State, &["status", "Status"]),
    (F::Tag, &["tags", "Tags"]),
    (F::RunsOn, &["device", "virtual_chassis.master"]),
    (F::LastSeen, &["last_updated"]),
    (F::Comment, &["comments", "Comments"]),
];

pub(super) const JSON: [Source; 6] = [
    // Answers of GraphQL have the fields that were asked for.
    Source {
        marks: &["data.device_list"],
        records: &["data.device_list", "data.virtual_machine_list"],
        class: AssetClass::NetworkDevice,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
    Source {
        marks: &["data.virtual_machine_list"],
        records: &["data.virtual_machine_list"],
        class: AssetClass::VirtualMachine,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
    Source {
        marks: &["results.device_type", "results.site"],
        records: &["results"],
        class: AssetClass::NetworkDevice,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
    Source {
        marks: &["results.cluster", "results.vcpus"],
        records: &["results"],
        class: AssetClass::VirtualMachine,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
    Source {
        marks: &["device_type", "site", "rack"],
        class: AssetClass::NetworkDevice,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
    Source {
        marks: &["cluster", "vcpus", "display"],
        class: AssetClass::VirtualMachine,
        fields: FIELDS,
        attribute_maps: &["custom_fields"],
        finish: Some(api),
        ..SOURCE
    },
];

pub(super) const CSV: [Source; 4] = [
    Source {
        marks: &["name", "role", "manufacturer", "model", "site"],
        class: AssetClass::NetworkDevice,
        fields: FIELDS,
        finish: Some(row),
        ..SOURCE
    },
    Source {
        marks: &["name", "status", "cluster", "vcpus"],
        class: AssetClass::VirtualMachine,
        fields: FIELDS,
        finish: Some(row),
        ..SOURCE
    },
    Source {
        marks: &["Name", "Status", "Site", "Rack", "Role", "Type"],
        class: AssetClass::NetworkDevice,
        fields: FIELDS,
        finish: Some(row),
        ..SOURCE
    },
    Source {
        marks: &["Name", "Status", "Cluster", "VCPUs"],
        class: AssetClass::VirtualMachine,
        fields: FIELDS,
        finish: Some(row),
        ..SOURCE
    },
];

fn api(node: &Node<'_>, record: &mut AssetRecord) {
    let is_machine = node.has("cluster") && node.has("vcpus");
    let kind = if is_machine { "vm" } else { "device" };
    if let Some(id) = node.first("id") {
        record.id = format!("{kind}:{id}");
    }
    if let Some(site) = first(node, "site") {
        let parts = [Some(site), first(node, "location"), first(node, "rack")];
        record.location = Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
    common(node, record, is_machine);
}

fn row(node: &Node<'_>, record: &mut AssetRecord) {
    let is_machine = record.class == AssetClass::VirtualMachine;
    for column in ["id", "ID"] {
        if let Some(id) = node.first(column) {
            record.id = format!("{}:{id}", if is_machine { "vm" } else { "device" });
        }
    }
    let rack = node.first("rack").or_else(|| node.first("Rack"));
    if let (Some(location), Some(rack)) = (&record.location, rack) {
        record.location = Some(format!("{location}, {rack}"));
    }
    common(node, record, is_machine);
}

fn common(node: &Node<'_>, record: &mut AssetRecord, is_machine: bool) {
    if is_machine {
        // A role such as "Application Server" says what the machine is for, not what it is.
        record.class = AssetClass::VirtualMachine;
    }
    for name in ["role", "device_role", "vcpus", "memory", "memory_mb", "disk", "disk_gb", "description"] {
        if let Some(value) = first(node, name) {
            record.add_attribute(name, value, name);
        }
    }
    for path in ["cluster", "Cluster"] {
        if let Some(cluster) = first(node, path) {
            record.add_attribute("cluster", cluster.clone(), path);
            if is_machine {
                record.relate(RelationKind::RunsOn, AssetReference::Name(cluster));
            }
        }
    }
}

/// Addresses and prefixes.
pub(super) fn is_networks(node: &Node<'_>) -> bool {
    node.has("results.prefix") || (node.has("results.address") && node.has("results.assigned_object_type"))
}

pub(super) fn read_networks(node: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(Format::NetBox);
    let mut index = 0;
    node.visit("results", &mut |record, _| {
        add_network(&mut inventory, record, place_of(record, "results", index));
        index += 1;
        true
    });
    merge(&mut inventory);
    inventory
}

pub(super) fn is_network_header(cells: &[String]) -> bool {
    let has = |name: &str| cells.iter().any(|cell| cell.eq_ignore_ascii_case(name));
    (has("prefix") && has("vrf")) || (has("address") && has("vrf")) || (has("IP Address") && has("VRF"))
}

pub(super) fn read_network_rows(rows: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(Format::NetBox);
    let mut index = 0;
    rows.visit("", &mut |row, _| {
        add_network(&mut inventory, row, place_of(row, "", index));
        index += 1;
        true
    });
    merge(&mut inventory);
    inventory
}

/// An address that belongs to a device or machine is part of that asset; any other is a network of one.
fn add_network(inventory: &mut Inventory, node: &Node<'_>, place: String) {
    let any = |paths: &[&str]| paths.iter().find_map(|path| first(node, path));
    let owner = any(&[
        "assigned_object.device.name",
        "assigned_object.virtual_machine.name",
        "device",
        "virtual_machine",
        "Parent",
    ]);
    let address = any(&["address", "IP Address"]);
    let dns_name = any(&["dns_name", "DNS Name", "DNS name"]);
    if let (Some(address), Some(name)) = (&address, owner.or(dns_name.clone())) {
        let is_machine = node.has("assigned_object.virtual_machine") || node.has("virtual_machine");
        let class = if is_machine { AssetClass::VirtualMachine } else { AssetClass::Host };
        let mut record = AssetRecord::new(name.clone(), class, place);
        record.identifiers.add_ip(address);
        record.identifiers.add_name(&name);
        dns_name.iter().for_each(|name| record.identifiers.add_name(name));
        record.organisation = any(&["tenant", "Tenant"]);
        record.name = Some(name);
        inventory.assets.push(record);
        return;
    }
    let Some(cidr) = any(&["prefix", "Prefix"]).or(address) else { return };
    inventory.networks.push(NetworkRecord {
        cidr,
        name: any(&["description", "Description", "role"]).or(dns_name),
        organisation: any(&["tenant", "Tenant"]),
        location: any(&["site", "scope", "Site", "Scope"]),
        state: node.get("status").or_else(|| node.get("Status")).and_then(value_text).map(str::to_owned),
        place,
    });
}

/// Several addresses of one device are one asset.
fn merge(inventory: &mut Inventory) {
    let mut merged: Vec<AssetRecord> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for record in std::mem::take(&mut inventory.assets) {
        let at = *places.entry(record.id.clone()).or_insert(merged.len());
        match merged.get_mut(at) {
            Some(known) => {
                for ip in &record.identifiers.ips {
                    known.identifiers.add_ip(&ip.to_string());
                }
                record.identifiers.fqdns.iter().for_each(|name| known.identifiers.add_name(name));
            }
            None => merged.push(record),
        }
    }
    inventory.assets = merged;
}
