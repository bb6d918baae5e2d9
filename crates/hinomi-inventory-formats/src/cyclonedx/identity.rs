// SPDX-License-Identifier: Apache-2.0
//! Who the subject is, in `hinomi:` properties of the metadata: written by the collector, read by the server. CycloneDX
//! has no fields for serial numbers, addresses and the like.

use serde_json::{Value, json};

use crate::model::{AssetClass, AssetOs, AssetRecord, Inventory};

const PREFIX: &str = "hinomi:asset:";

/// One property per value, in a fixed order.
pub(super) fn properties(record: &AssetRecord) -> Vec<Value> {
    let ids = &record.identifiers;
    let many = |name: &'static str, values: &[String]| -> Vec<(String, String)> {
        values.iter().map(|value| (name.to_owned(), value.clone())).collect()
    };
    let one = |name: &str, value: &Option<String>| value.clone().map(|value| (name.to_owned(), value));
    let mut pairs = vec![("class".to_owned(), record.class.name().to_owned())];
    pairs.extend(many("agent-id", &ids.agent_ids));
    let single = [
        one("cloud-id", &ids.cloud_id),
        one("serial", &ids.serial),
        one("vendor", &ids.vendor),
        one("uuid", &ids.uuid),
        one("asset-tag", &ids.asset_tag),
    ];
    pairs.extend(single.into_iter().flatten());
    pairs.extend(many("mac", &ids.macs));
    pairs.extend(many("fqdn", &ids.fqdns));
    pairs.extend(many("hostname", &ids.hostnames));
    pairs.extend(ids.ips.iter().map(|ip| ("ip".to_owned(), ip.to_string())));
    pairs.extend(record.attributes.iter().map(|one| (format!("attribute:{}", one.name), one.value.clone())));
    pairs.iter().map(|(name, value)| json!({"name": format!("{PREFIX}{name}"), "value": value})).collect()
}

/// Takes what belongs to the subject's record; `false` for every other property.
pub(super) fn read_property(record: &mut AssetRecord, name: &str, value: &str) -> bool {
    let Some(name) = name.strip_prefix(PREFIX) else { return false };
    let ids = &mut record.identifiers;
    match name {
        "class" => record.class = class(value),
        "agent-id" => match value.split_once(':') {
            Some((kind, id)) => ids.add_agent(kind, id),
            None => ids.add_agent("agent", value),
        },
        "cloud-id" => ids.cloud_id = Some(value.to_owned()),
        "serial" => ids.set_serial(value),
        "vendor" => ids.set_vendor(value),
        "uuid" => ids.set_uuid(value),
        "asset-tag" => ids.set_asset_tag(value),
        "mac" => ids.add_mac(value),
        "fqdn" | "hostname" => ids.add_name(value),
        "ip" => ids.add_ip(value),
        name => {
            if let Some(name) = name.strip_prefix("attribute:") {
                record.add_attribute(name, value, "hinomi");
            }
        }
    }
    true
}

fn class(name: &str) -> AssetClass {
    let known = [AssetClass::VirtualMachine, AssetClass::NetworkDevice, AssetClass::ContainerImage];
    known.into_iter().find(|class| class.name() == name).unwrap_or(AssetClass::Host)
}

/// The finished record: only a document of our own collector says who its subject is.
pub(super) fn finish(mut record: AssetRecord, inventory: &mut Inventory) {
    if record.identifiers.is_empty() {
        return;
    }
    let host = &inventory.host;
    record.name.clone_from(&host.hostname);
    record.os = AssetOs {
        name: host.os_name.clone(),
        version: host.os_version_id.clone(),
        kernel: host.kernel_release.clone(),
        arch: host.arch.clone(),
        cpe: None,
    };
    inventory.assets.push(record);
}
