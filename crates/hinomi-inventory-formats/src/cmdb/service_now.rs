// SPDX-License-Identifier: Apache-2.0
//! ServiceNow's `cmdb_ci` and the tables that extend it: the table interface (JSON, XML), exported XML and CSV.
//!
//! Values come as they are stored, as they are displayed, or as both; references come as `sys_id` or as name.

pub(super) mod relations;

use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::AssetRecord;
use crate::tree::Node;

const FIELDS: &[(F, &[&str])] = &[
    (F::Id, &["sys_id.value", "sys_id", "Sys ID"]),
    (F::Name, &["name", "Name", "u_name"]),
    (F::Hostname, &["host_name", "Host name", "fqdn", "Fully qualified domain name", "FQDN", "name", "Name"]),
    (F::IpAddress, &["ip_address", "IP Address"]),
    (F::MacAddress, &["mac_address", "MAC Address"]),
    (F::SerialNumber, &["serial_number", "Serial number", "Serial Number"]),
    (F::AssetTag, &["asset_tag", "Asset tag", "Asset Tag"]),
    (F::Vendor, &["manufacturer", "Manufacturer", "vendor", "Vendor"]),
    (F::Model, &["model_id", "Model ID", "Model", "model_number"]),
    (F::Class, &["sys_class_name.value", "sys_class_name", "Class"]),
    (F::OsName, &["os", "Operating System", "OS"]),
    (F::OsVersion, &["os_version", "OS Version"]),
    (F::Kernel, &["kernel_release"]),
    (F::Uuid, &["bios_uuid", "uuid"]),
    (F::Location, &["location", "Location"]),
    (F::Owner, &["owned_by", "Owned by", "assigned_to", "Assigned to", "managed_by", "Managed by"]),
    (F::Organisation, &["company", "Company", "department", "Department", "support_group", "Support group"]),
    (F::Environment, &["used_for", "Used for", "environment", "Environment"]),
    (
        F::State,
        &[
            "install_status",
            "Status",
            "Install Status",
            "operational_status",
            "Operational status",
            "hardware_status",
        ],
    ),
    (F::FirstSeen, &["first_discovered", "First discovered"]),
    (F::LastSeen, &["last_discovered", "Most recent discovery", "sys_updated_on", "Updated"]),
    (F::RunsOn, &["virtual_host", "vcenter_host"]),
    (F::Comment, &["short_description", "Description"]),
];

const TABLE: Source = Source { format: Format::ServiceNow, fields: FIELDS, finish: Some(details), ..SOURCE };

pub(super) const JSON: [Source; 3] = [
    Source { marks: &["result.sys_id", "result.name"], records: &["result"], ..TABLE },
    Source { marks: &["records.sys_id", "records.name"], records: &["records"], ..TABLE },
    Source { marks: &["sys_id", "sys_class_name"], ..TABLE },
];

/// `<unload>` of the form's export, `<response><result>` of the interface, `<xml>` of the old one.
pub(super) const XML: [Source; 3] = [
    Source { marks: &["unload"], records: &["*"], only_if: Some(has_items), ..TABLE },
    Source { marks: &["response", "result.sys_id"], records: &["result"], ..TABLE },
    Source { marks: &["xml"], records: &["*"], only_if: Some(has_items), ..TABLE },
];

pub(super) const CSV: [Source; 5] = [
    Source { marks: &["sys_id", "name"], ..TABLE },
    Source { marks: &["name", "sys_class_name"], ..TABLE },
    Source { marks: &["Name", "Class", "Asset tag", "Serial number"], ..TABLE },
    Source { marks: &["Name", "Class", "Operational status"], ..TABLE },
    Source { marks: &["Name", "Class", "IP Address", "Serial number"], ..TABLE },
];

fn has_items(node: &Node<'_>) -> bool {
    node.has("*.sys_id") && node.has("*.name")
}

fn details(node: &Node<'_>, record: &mut AssetRecord) {
    for name in [
        "category",
        "subcategory",
        "ram",
        "cpu_count",
        "disk_space",
        "dns_domain",
        "object_id",
        "business_criticality",
    ] {
        if let Some(value) = super::field::first(node, name) {
            record.add_attribute(name, value, name);
        }
    }
    if let Some(object) = super::field::first(node, "object_id").filter(|id| id.starts_with("i-")) {
        record.identifiers.cloud_id = Some(format!("aws:{object}"));
    }
    let domain = super::field::first(node, "dns_domain");
    let host = record.identifiers.hostnames.first().cloned();
    if let (Some(host), Some(domain)) = (host, domain) {
        record.identifiers.add_name(&format!("{host}.{domain}"));
    }
}
