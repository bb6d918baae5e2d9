// SPDX-License-Identifier: Apache-2.0
//! NetBox's database as `manage.py dumpdata` writes it: a list of rows that refer to one another by number.

use std::collections::HashMap;

use super::words;
use crate::Format;
use crate::model::{
    AssetClass, AssetRecord, AssetReference, Inventory, NetworkRecord, RelationKind, Warning,
};
use crate::text::non_empty;
use crate::tree::Node;

type Row<'n, 'a> = &'n Node<'a>;

/// Rows by model and number.
struct Tables<'n, 'a> {
    rows: HashMap<(&'n str, &'n str), Row<'n, 'a>>,
}

pub(super) fn is(node: &Node<'_>) -> bool {
    let mut found = false;
    node.visit("model", &mut |model, _| {
        found |=
            model.text().is_some_and(|text| text == "dcim.device" || text == "virtualization.virtualmachine");
        !found
    });
    found && node.has("pk") && node.has("fields")
}

pub(super) fn read(node: &Node<'_>) -> Inventory {
    let mut tables = Tables { rows: HashMap::new() };
    node.visit("", &mut |row, _| {
        if let (Some(model), Some(pk)) = (row.first("model"), row.first("pk")) {
            tables.rows.insert((model, pk), row);
        }
        true
    });
    let mut inventory = Inventory::new(Format::NetBox);
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut index = 0usize;
    node.visit("", &mut |row, _| {
        let place = format!("[{index}]");
        index += 1;
        let record = match row.first("model") {
            Some("dcim.device") => tables.device(row, place),
            Some("virtualization.virtualmachine") => tables.machine(row, place),
            Some("ipam.prefix") => {
                inventory.networks.extend(tables.prefix(row, place));
                None
            }
            _ => None,
        };
        if let Some(record) = record {
            places.insert(record.id.clone(), inventory.assets.len());
            inventory.assets.push(record);
        }
        true
    });
    node.visit("", &mut |row, _| {
        match row.first("model") {
            Some("ipam.ipaddress") => tables.address(row, &places, &mut inventory),
            Some(model @ ("dcim.interface" | "virtualization.vminterface" | "dcim.macaddress")) => {
                tables.mac(model, row, &places, &mut inventory);
            }
            Some("extras.taggeditem") => tables.tag(row, &places, &mut inventory),
            _ => {}
        }
        true
    });
    tables.cables(node, &places, &mut inventory);
    inventory
}

impl<'n, 'a> Tables<'n, 'a> {
    fn field(&self, row: Row<'n, 'a>, name: &str) -> Option<&'n str> {
        row.get("fields")?.get(name)?.text()
    }

    fn referred(&self, row: Row<'n, 'a>, name: &str, model: &'static str) -> Option<Row<'n, 'a>> {
        self.rows.get(&(model, self.field(row, name)?)).copied()
    }

    fn name_of(&self, row: Row<'n, 'a>, name: &str, model: &'static str) -> Option<String> {
        self.field(self.referred(row, name, model)?, "name").map(str::to_owned)
    }

    fn common(&self, row: Row<'n, 'a>, record: &mut AssetRecord) {
        if let Some(name) = self.field(row, "name") {
            record.name = Some(name.to_owned());
            record.identifiers.add_name(name);
        }
        record.os.name = self.name_of(row, "platform", "dcim.platform");
        record.organisation = self.name_of(row, "tenant", "tenancy.tenant");
        record.last_seen = self.field(row, "last_updated").map(str::to_owned);
        if let Some(status) = self.field(row, "status") {
            record.state = words::state(status);
            record.add_attribute("state", status, "status");
        }
        if let Some(role) = self.name_of(row, "role", "dcim.devicerole") {
            record.add_attribute("role", role, "role");
        }
        for name in ["description", "comments", "vcpus", "memory", "disk"] {
            record.add_attribute(name, self.field(row, name).unwrap_or_default(), name);
        }
        if let Some(Node::Map(custom)) = row.get("fields").and_then(|fields| fields.get("custom_field_data"))
        {
            for (key, value) in custom.iter().take(200) {
                record.add_attribute(key, value.text().unwrap_or_default(), "custom_field_data");
            }
        }
    }

    fn device(&self, row: Row<'n, 'a>, place: String) -> Option<AssetRecord> {
        let mut record =
            AssetRecord::new(format!("device:{}", row.first("pk")?), AssetClass::NetworkDevice, place);
        self.common(row, &mut record);
        record.class = record.attribute("role").and_then(words::class).unwrap_or(AssetClass::NetworkDevice);
        record.identifiers.set_serial(self.field(row, "serial").unwrap_or_default());
        record.identifiers.set_asset_tag(self.field(row, "asset_tag").unwrap_or_default());
        if let Some(kind) = self.referred(row, "device_type", "dcim.devicetype") {
            record.add_attribute("model", self.field(kind, "model").unwrap_or_default(), "device_type");
            let vendor = self.name_of(kind, "manufacturer", "dcim.manufacturer");
            record.identifiers.set_vendor(&vendor.unwrap_or_default());
        }
        let parts = [
            self.name_of(row, "site", "dcim.site"),
            self.name_of(row, "location", "dcim.location"),
            self.name_of(row, "rack", "dcim.rack"),
        ];
        record.location = non_empty(parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        if let Some(cluster) = self.name_of(row, "cluster", "virtualization.cluster") {
            record.add_attribute("cluster", cluster, "cluster");
        }
        Some(record)
    }

    fn machine(&self, row: Row<'n, 'a>, place: String) -> Option<AssetRecord> {
        let mut record =
            AssetRecord::new(format!("vm:{}", row.first("pk")?), AssetClass::VirtualMachine, place);
        self.common(row, &mut record);
        let cluster = self.referred(row, "cluster", "virtualization.cluster");
        if let Some(name) = cluster.and_then(|cluster| self.field(cluster, "name")) {
            record.add_attribute("cluster", name, "cluster");
            record.relate(RelationKind::RunsOn, AssetReference::Name(name.to_owned()));
        }
        if let Some(device) = self.field(row, "device") {
            record.relate(RelationKind::RunsOn, AssetReference::Id(format!("device:{device}")));
        }
        let site = cluster.and_then(|cluster| self.name_of(cluster, "site", "dcim.site"));
        record.location = self.name_of(row, "site", "dcim.site").or(site);
        Some(record)
    }

    fn prefix(&self, row: Row<'n, 'a>, place: String) -> Option<NetworkRecord> {
        Some(NetworkRecord {
            cidr: self.field(row, "prefix")?.to_owned(),
            name: self.field(row, "description").map(str::to_owned),
            organisation: self.name_of(row, "tenant", "tenancy.tenant"),
            location: self.name_of(row, "site", "dcim.site"),
            state: self.field(row, "status").map(str::to_owned),
            place,
        })
    }

    /// The asset whose interface it is.
    fn owner(&self, kind: &str, interface: &str) -> Option<String> {
        let model =
            if kind.ends_with("vminterface") { "virtualization.vminterface" } else { "dcim.interface" };
        let row = self.rows.get(&(model, interface)).copied()?;
        match model {
            "dcim.interface" => self.field(row, "device").map(|device| format!("device:{device}")),
            _ => self.field(row, "virtual_machine").map(|machine| format!("vm:{machine}")),
        }
    }

    fn address(&self, row: Row<'n, 'a>, places: &HashMap<String, usize>, inventory: &mut Inventory) {
        let Some(address) = self.field(row, "address") else { return };
        let kind =
            row.get("fields").and_then(|fields| fields.get("assigned_object_type")).map(Node::deep_text);
        let interface = self.field(row, "assigned_object_id");
        let owner = kind.zip(interface).and_then(|(kind, id)| self.owner(&kind, id));
        match owner.and_then(|owner| places.get(&owner).copied()).and_then(|at| inventory.assets.get_mut(at))
        {
            Some(asset) => {
                asset.identifiers.add_ip(address);
                asset.identifiers.add_name(self.field(row, "dns_name").unwrap_or_default());
            }
            None => inventory.networks.push(NetworkRecord {
                cidr: address.to_owned(),
                name: self.field(row, "dns_name").map(str::to_owned),
                organisation: self.name_of(row, "tenant", "tenancy.tenant"),
                location: None,
                state: self.field(row, "status").map(str::to_owned),
                place: "ipam.ipaddress".to_owned(),
            }),
        }
    }

    /// Before 4.2 an interface has its address itself, since then addresses are rows of their own.
    fn mac(&self, model: &str, row: Row<'n, 'a>, places: &HashMap<String, usize>, inventory: &mut Inventory) {
        let Some(mac) = self.field(row, "mac_address") else { return };
        let owner = if model == "dcim.macaddress" {
            let kind =
                row.get("fields").and_then(|fields| fields.get("assigned_object_type")).map(Node::deep_text);
            kind.zip(self.field(row, "assigned_object_id")).and_then(|(kind, id)| self.owner(&kind, id))
        } else {
            row.first("pk").and_then(|pk| self.owner(model, pk))
        };
        if let Some(asset) =
            owner.and_then(|owner| places.get(&owner).copied()).and_then(|at| inventory.assets.get_mut(at))
        {
            asset.identifiers.add_mac(mac);
        }
    }

    fn tag(&self, row: Row<'n, 'a>, places: &HashMap<String, usize>, inventory: &mut Inventory) {
        let kind = row.get("fields").and_then(|fields| fields.get("content_type")).map(Node::deep_text);
        let prefix = match kind.as_deref() {
            Some("dcim\ndevice") => "device",
            Some("virtualization\nvirtualmachine") => "vm",
            _ => return,
        };
        let Some(id) = self.field(row, "object_id") else { return };
        let (Some(at), Some(tag)) =
            (places.get(&format!("{prefix}:{id}")), self.name_of(row, "tag", "extras.tag"))
        else {
            return;
        };
        if let Some(asset) = inventory.assets.get_mut(*at) {
            asset.tags.push(tag);
        }
    }

    /// The two ends of a cable connect their devices.
    fn cables(&self, node: &'n Node<'a>, places: &HashMap<String, usize>, inventory: &mut Inventory) {
        let mut ends: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut order = Vec::new();
        node.visit("", &mut |row, _| {
            if row.first("model") == Some("dcim.cabletermination")
                && let (Some(cable), Some(device)) = (self.field(row, "cable"), self.field(row, "_device"))
            {
                ends.entry(cable)
                    .or_insert_with(|| {
                        order.push(cable);
                        Vec::new()
                    })
                    .push(device);
            }
            true
        });
        for cable in order {
            let Some([from, to]) = ends.get(cable).map(Vec::as_slice) else { continue };
            let Some(at) = places.get(&format!("device:{from}")).filter(|_| from != to) else { continue };
            let target = format!("device:{to}");
            match inventory.assets.get_mut(*at).filter(|_| places.contains_key(&target)) {
                Some(asset) => asset.relate(RelationKind::ConnectsTo, AssetReference::Id(target)),
                None => inventory.warnings.push(Warning {
                    place: format!("dcim.cable {cable}"),
                    text: "leads to a device that the dump lacks".to_owned(),
                }),
            }
        }
    }
}
