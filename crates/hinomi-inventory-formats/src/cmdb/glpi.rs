// SPDX-License-Identifier: Apache-2.0
//! GLPI 9 to 11: the list of computers from its interface and the table that a list exports. What its agents send is
//! read elsewhere, but for the identity of the device, which is read here.

use super::field;
use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::{AssetClass, AssetRecord};
use crate::tree::Node;

const FIELDS: &[(F, &[&str])] = &[
    (F::Id, &["id", "ID"]),
    (F::Name, &["name", "Name"]),
    (F::Hostname, &["name", "Name"]),
    (F::SerialNumber, &["serial", "Serial number"]),
    (F::AssetTag, &["otherserial", "Inventory number"]),
    (F::Uuid, &["uuid", "UUID"]),
    (F::Vendor, &["manufacturers_id", "Manufacturer", "Manufacturers"]),
    (F::Model, &["computermodels_id", "Model"]),
    (F::Class, &["computertypes_id", "Type", "Item type"]),
    (F::OsName, &["Operating System - Name", "Operating System", "Operating system"]),
    (F::OsVersion, &["Operating System - Version"]),
    (F::Kernel, &["Operating System - Kernel version"]),
    (F::Location, &["locations_id", "Location", "Locations"]),
    (F::Organisation, &["entities_id", "Entity"]),
    (F::Owner, &["users_id", "User", "contact", "Alternate username"]),
    (F::State, &["states_id", "Status"]),
    (F::IpAddress, &["Network - IP", "IP"]),
    (F::MacAddress, &["Network - MAC address", "MAC address"]),
    (F::LastSeen, &["last_inventory_update", "date_mod", "Last update", "Last inventory date"]),
    (F::Comment, &["comment", "Comments"]),
];

const GLPI: Source = Source { format: Format::GlpiExport, fields: FIELDS, ..SOURCE };

pub(super) const JSON: [Source; 1] = [Source { marks: &["entities_id", "otherserial", "serial"], ..GLPI }];

pub(super) const CSV: [Source; 2] = [
    Source { marks: &["Name", "Entity", "Serial number"], ..GLPI },
    Source { marks: &["Name", "Manufacturers", "Serial number", "Locations"], ..GLPI },
];

/// JSON writes the names in lower case, the older XML in upper case.
const AGENT: &[(F, &[&str])] = &[
    (F::Id, &["=device"]),
    (F::AgentId, &["glpi:{deviceid}", "glpi:{DEVICEID}"]),
    (
        F::Name,
        &[
            "content.hardware.name",
            "content.network_device.name",
            "CONTENT.HARDWARE.NAME",
            "CONTENT.DEVICE.INFO.NAME",
            "deviceid",
            "DEVICEID",
        ],
    ),
    (
        F::Hostname,
        &[
            "content.operatingsystem.fqdn",
            "content.hardware.name",
            "content.network_device.name",
            "CONTENT.OPERATINGSYSTEM.FQDN",
            "CONTENT.HARDWARE.NAME",
            "CONTENT.DEVICE.INFO.NAME",
        ],
    ),
    (
        F::SerialNumber,
        &[
            "content.bios.ssn",
            "content.network_device.serial",
            "CONTENT.BIOS.SSN",
            "CONTENT.DEVICE.INFO.SERIAL",
        ],
    ),
    (
        F::Vendor,
        &[
            "content.bios.smanufacturer",
            "content.network_device.manufacturer",
            "CONTENT.BIOS.SMANUFACTURER",
            "CONTENT.DEVICE.INFO.MANUFACTURER",
        ],
    ),
    (
        F::Model,
        &[
            "content.bios.smodel",
            "content.network_device.model",
            "CONTENT.BIOS.SMODEL",
            "CONTENT.DEVICE.INFO.MODEL",
        ],
    ),
    (F::AssetTag, &["content.bios.assettag", "CONTENT.BIOS.ASSETTAG"]),
    (F::Uuid, &["content.hardware.uuid", "CONTENT.HARDWARE.UUID"]),
    (
        F::Class,
        &["content.hardware.chassis_type", "content.network_device.type", "CONTENT.HARDWARE.CHASSIS_TYPE"],
    ),
    (
        F::OsName,
        &[
            "content.operatingsystem.full_name",
            "content.operatingsystem.name",
            "CONTENT.OPERATINGSYSTEM.FULL_NAME",
            "CONTENT.HARDWARE.OSNAME",
        ],
    ),
    (
        F::OsVersion,
        &["content.operatingsystem.version", "CONTENT.OPERATINGSYSTEM.VERSION", "CONTENT.HARDWARE.OSVERSION"],
    ),
    (F::Kernel, &["content.operatingsystem.kernel_version", "CONTENT.OPERATINGSYSTEM.KERNEL_VERSION"]),
    (F::Architecture, &["content.operatingsystem.arch", "CONTENT.OPERATINGSYSTEM.ARCH"]),
    (F::Owner, &["content.hardware.lastloggeduser", "CONTENT.HARDWARE.LASTLOGGEDUSER"]),
    (F::Organisation, &["tag", "content.accountinfo.keyvalue"]),
];

const ADDRESSES: [&str; 10] = [
    "content.networks.ipaddress",
    "content.networks.ipaddress6",
    "content.network_device.ips",
    "content.networks.mac",
    "content.network_device.mac",
    "CONTENT.NETWORKS.IPADDRESS",
    "CONTENT.NETWORKS.IPADDRESS6",
    "CONTENT.NETWORKS.MACADDR",
    "CONTENT.DEVICE.INFO.MAC",
    "CONTENT.DEVICE.INFO.IPS.IP",
];

/// The device that an agent describes. Addresses of virtual interfaces are not its own: containers and tunnels
/// everywhere have the same ones.
pub(crate) fn of_agent(node: &Node<'_>) -> AssetRecord {
    let class = match node.first("itemtype") {
        Some("NetworkEquipment") => AssetClass::NetworkDevice,
        Some("Printer") => AssetClass::Printer,
        Some("Phone") => AssetClass::EndUserDevice,
        _ => AssetClass::Host,
    };
    let mut record = field::record(AGENT, class, node, "content".to_owned());
    for path in ADDRESSES {
        let (list, name) = path.rsplit_once('.').unwrap_or(("", path));
        node.visit(list, &mut |interface, _| {
            let is_virtual = ["virtualdev", "VIRTUALDEV"]
                .iter()
                .any(|flag| matches!(interface.first(flag), Some("1" | "true")));
            if !is_virtual {
                interface.visit(name, &mut |value, _| {
                    if let Some(value) = value.text() {
                        record.identifiers.add_ip(value);
                        record.identifiers.add_mac(value);
                    }
                    true
                });
            }
            true
        });
    }
    record
}
