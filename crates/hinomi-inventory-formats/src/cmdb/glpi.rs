// SPDX-License-Identifier: Apache-2.0
//! GLPI 9 to 11: the list of computers from its interface and the table that a list exports. What its agents send is
//! read elsewhere.

use super::{F, SOURCE, Source};
use crate::Format;

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
