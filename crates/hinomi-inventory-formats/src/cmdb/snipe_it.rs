// SPDX-License-Identifier: Apache-2.0
//! Snipe-IT 5 to 8: `GET /api/v1/hardware` and the exported table of assets.

use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::{AssetClass, AssetRecord};
use crate::tree::Node;

const FIELDS: &[(F, &[&str])] = &[
    (F::Id, &["id", "ID"]),
    (F::Name, &["name", "Asset Name", "Name", "asset_tag", "Asset Tag"]),
    (F::Hostname, &["name", "Asset Name", "Name"]),
    (F::AssetTag, &["asset_tag", "Asset Tag"]),
    (F::SerialNumber, &["serial", "Serial"]),
    (F::Vendor, &["manufacturer", "Manufacturer"]),
    (F::Model, &["model", "Model", "Model No."]),
    (F::Class, &["category", "Category"]),
    (
        F::State,
        &["status_label.status_meta", "status_label.status_type", "status_label", "Status", "Status Type"],
    ),
    (F::Organisation, &["company", "Company", "department", "Department"]),
    (F::Location, &["location", "rtd_location", "Location", "Default Location"]),
    (
        F::Owner,
        &[
            "assigned_to.email",
            "assigned_to.username",
            "assigned_to.name",
            "Checked Out To",
            "Assigned To",
            "Checked Out",
            "Username",
        ],
    ),
    (F::MacAddress, &["custom_fields.MAC Address.value", "MAC Address"]),
    (F::IpAddress, &["custom_fields.IP Address.value", "IP Address"]),
    (F::OsName, &["custom_fields.Operating System.value", "Operating System", "OS"]),
    (F::LastSeen, &["updated_at.datetime", "updated_at", "last_audit_date.datetime"]),
    (F::Comment, &["notes", "Notes"]),
];

const SNIPE: Source = Source {
    format: Format::SnipeIt,
    class: AssetClass::EndUserDevice,
    fields: FIELDS,
    finish: Some(details),
    ..SOURCE
};

pub(super) const JSON: [Source; 2] = [
    Source { marks: &["rows.asset_tag", "rows.status_label"], records: &["rows"], ..SNIPE },
    Source { marks: &["asset_tag", "status_label"], ..SNIPE },
];

pub(super) const CSV: [Source; 2] = [
    Source { marks: &["Asset Tag", "Serial", "Model", "Category", "Status"], ..SNIPE },
    Source { marks: &["Asset Name", "Asset Tag", "Serial", "Model"], ..SNIPE },
];

fn details(node: &Node<'_>, record: &mut AssetRecord) {
    // Custom fields are objects with the name that people see as their key.
    if let Some(Node::Map(fields)) = node.get("custom_fields") {
        for (name, field) in fields.iter().take(200) {
            record.add_attribute(name, field.first("value").unwrap_or_default(), "custom_fields");
        }
    }
    for name in [
        "model_number",
        "order_number",
        "purchase_date",
        "warranty_expires",
        "eol",
        "Purchase Date",
        "Warranty Expires",
    ] {
        if let Some(value) = super::field::first(node, name) {
            record.add_attribute(name, value, name);
        }
    }
}
