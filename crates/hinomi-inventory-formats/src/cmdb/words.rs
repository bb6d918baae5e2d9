// SPDX-License-Identifier: Apache-2.0
//! Words of many databases for what an asset is and whether it still is.

use std::net::IpAddr;

use crate::model::{AssetClass, AssetRecord, AssetState};

/// From the more to the less specific: the first word that is contained decides.
const CLASSES: [(&str, AssetClass); 61] = [
    ("container_image", AssetClass::ContainerImage),
    ("container image", AssetClass::ContainerImage),
    ("docker_image", AssetClass::ContainerImage),
    ("kubernetes_cluster", AssetClass::Cluster),
    ("cluster", AssetClass::Cluster),
    ("vm_instance", AssetClass::VirtualMachine),
    ("virtual machine", AssetClass::VirtualMachine),
    ("virtualmachine", AssetClass::VirtualMachine),
    ("virtual server", AssetClass::VirtualMachine),
    ("virtual", AssetClass::VirtualMachine),
    ("container", AssetClass::Container),
    ("load balancer", AssetClass::LoadBalancer),
    ("load_balancer", AssetClass::LoadBalancer),
    ("loadbalancer", AssetClass::LoadBalancer),
    ("_lb", AssetClass::LoadBalancer),
    ("app_server", AssetClass::Application),
    ("database", AssetClass::Database),
    ("cmdb_ci_db", AssetClass::Database),
    ("sql", AssetClass::Database),
    ("firewall", AssetClass::NetworkDevice),
    ("router", AssetClass::NetworkDevice),
    ("switch", AssetClass::NetworkDevice),
    ("access point", AssetClass::NetworkDevice),
    ("wireless", AssetClass::NetworkDevice),
    ("netgear", AssetClass::NetworkDevice),
    ("network", AssetClass::NetworkDevice),
    ("vpn", AssetClass::NetworkDevice),
    ("modem", AssetClass::NetworkDevice),
    ("gateway", AssetClass::NetworkDevice),
    ("storage", AssetClass::Storage),
    ("san", AssetClass::Storage),
    ("nas", AssetClass::Storage),
    ("printer", AssetClass::Printer),
    ("laptop", AssetClass::EndUserDevice),
    ("notebook", AssetClass::EndUserDevice),
    ("desktop", AssetClass::EndUserDevice),
    ("workstation", AssetClass::EndUserDevice),
    ("tablet", AssetClass::EndUserDevice),
    ("phone", AssetClass::EndUserDevice),
    ("mobile", AssetClass::EndUserDevice),
    ("pc_hardware", AssetClass::EndUserDevice),
    ("thin client", AssetClass::EndUserDevice),
    ("hypervisor", AssetClass::Host),
    ("esx", AssetClass::Host),
    ("server", AssetClass::Host),
    ("サーバ", AssetClass::Host),
    ("ノート", AssetClass::EndUserDevice),
    ("プリンタ", AssetClass::Printer),
    ("ルータ", AssetClass::NetworkDevice),
    ("スイッチ", AssetClass::NetworkDevice),
    ("computer", AssetClass::Host),
    ("host", AssetClass::Host),
    ("function", AssetClass::Function),
    ("lambda", AssetClass::Function),
    ("camera", AssetClass::Appliance),
    ("ups", AssetClass::Appliance),
    ("pdu", AssetClass::Appliance),
    ("patch panel", AssetClass::Appliance),
    ("application", AssetClass::Application),
    ("cmdb_ci_appl", AssetClass::Application),
    ("service", AssetClass::Service),
];

pub(super) fn class(text: &str) -> Option<AssetClass> {
    let lower = text.trim().to_lowercase();
    CLASSES.iter().find(|(word, _)| contains_word(&lower, word)).map(|(_, class)| *class)
}

/// Short words must stand alone: `san` is not in `thousand`.
fn contains_word(text: &str, word: &str) -> bool {
    if word.len() > 3 || word.starts_with('_') {
        return text.contains(word);
    }
    text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

pub(super) fn state(text: &str) -> Option<AssetState> {
    let lower = text.trim().to_lowercase();
    // ServiceNow's install_status and Jamf's numbers come as numbers when names were not asked for.
    let state = match lower.as_str() {
        "1" | "active" | "in use" | "in_use" | "installed" | "operational" | "running" | "deployed"
        | "deployable" | "production" | "live" | "online" | "ready to deploy" | "in service"
        | "available" | "ready" | "up" | "vm running" | "powered on" | "poweredon" | "ok" | "enabled"
        | "succeeded" | "稼働中" | "使用中" => AssetState::InUse,
        "2" | "4" | "planned" | "on order" | "ordered" | "staged" | "pending" | "pending install"
        | "pipeline" | "in transit" | "build" | "provisioning" | "pending delivery" | "計画" => {
            AssetState::Planned
        }
        "3" | "5" | "6" | "offline" | "failed" | "inventory" | "stopped" | "stopping" | "spare"
        | "in stock" | "in maintenance" | "pending repair" | "non-operational" | "undeployable"
        | "powered off" | "poweredoff" | "vm deallocated" | "deallocated" | "suspended" | "inactive"
        | "on hold" | "down" | "disabled" | "out for repair" | "broken" | "予備" | "停止" => {
            AssetState::Inactive
        }
        "7" | "8" | "100" | "retired" | "decommissioning" | "decommissioned" | "disposed" | "absent"
        | "stolen" | "terminated" | "shutting-down" | "archived" | "lost" | "scrapped" | "deprecated"
        | "sold" | "lost/stolen" | "resourcedeleted" | "廃棄" | "廃止" => AssetState::Retired,
        _ => return None,
    };
    Some(state)
}

/// Tags that everybody uses for the same.
pub(super) fn well_known_tag(record: &mut AssetRecord, key: &str, value: &str) {
    if value.trim().is_empty() {
        return;
    }
    let slot = match key.to_ascii_lowercase().as_str() {
        "name" if record.name.is_none() => &mut record.name,
        "owner" | "owner-email" | "owner_email" | "contact" => &mut record.owner,
        "environment" | "env" | "stage" => &mut record.environment,
        "department" | "team" | "cost-center" | "costcenter" | "business-unit" => &mut record.organisation,
        _ => return,
    };
    if slot.is_none() {
        *slot = Some(value.trim().to_owned());
    }
}

pub(super) fn is_address(text: &str) -> bool {
    let bare = text.trim().trim_start_matches('[').split(['/', '%', ']']).next().unwrap_or_default();
    bare.parse::<IpAddr>().is_ok()
}

pub(super) fn is_mac(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| !matches!(byte, b':' | b'-' | b'.' | b' '));
    let mut count = 0;
    for byte in digits {
        if !byte.is_ascii_hexdigit() {
            return false;
        }
        count += 1;
    }
    count == 12
}
