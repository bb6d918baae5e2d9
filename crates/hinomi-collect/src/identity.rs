// SPDX-License-Identifier: Apache-2.0
//! Who this host is: what reconciliation compares with other sources, from files that everybody may read.
//!
//! Serial number and UUID of the firmware are for root only on most systems; without them the rest still tells hosts
//! apart.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use hinomi_inventory_formats::{AssetClass, AssetOs, AssetRecord, HostFacts, Identifiers};

/// The record of the host; its id is that of the device among the components.
pub(crate) fn record(root: &Path, is_running: bool, host: &HostFacts) -> AssetRecord {
    let mut record = AssetRecord::new("host", AssetClass::Host, "host");
    record.name.clone_from(&host.hostname);
    record.os = AssetOs {
        name: host.os_name.clone(),
        version: host.os_version_id.clone(),
        kernel: host.kernel_release.clone(),
        arch: host.arch.clone(),
        cpe: None,
    };
    let line = |path: &str| first_line(&root.join(path));
    if let Some(id) = line("etc/machine-id").or_else(|| line("var/lib/dbus/machine-id")) {
        record.identifiers.add_agent("machine-id", &id);
    }
    cloud(root, &mut record);
    let names = hosts_names(root, host.hostname.as_deref().unwrap_or_default());
    for name in host.hostname.iter().chain(&names) {
        record.identifiers.add_name(name);
    }
    if is_running {
        firmware(&mut record);
        network(&mut record.identifiers);
    }
    record
}

fn first_line(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// SMBIOS as the kernel shows it (`Documentation/ABI/testing/sysfs-firmware-dmi-entries`), or the device tree.
fn firmware(record: &mut AssetRecord) {
    let value = |name: &str| first_line(&Path::new("/sys/class/dmi/id").join(name));
    let vendor = value("sys_vendor");
    let product = value("product_name");
    for serial in ["product_serial", "chassis_serial", "board_serial"].into_iter().filter_map(value) {
        record.identifiers.set_serial(&serial);
    }
    if let Some(vendor) = &vendor {
        record.identifiers.set_vendor(vendor);
    }
    for (name, set) in [
        ("product_uuid", Identifiers::set_uuid as fn(&mut Identifiers, &str)),
        ("chassis_asset_tag", Identifiers::set_asset_tag),
    ] {
        if let Some(value) = value(name) {
            set(&mut record.identifiers, &value);
        }
    }
    let model = product.or_else(|| {
        let text = std::fs::read_to_string("/sys/firmware/devicetree/base/model").ok()?;
        Some(text.trim_end_matches('\0').to_owned())
    });
    // EC2 writes the instance into the firmware as well (AWS, "Detect whether a host is an EC2 instance").
    if let Some(instance) = value("board_asset_tag").filter(|tag| tag.starts_with("i-")) {
        record.identifiers.cloud_id.get_or_insert(format!("aws:{instance}"));
    }
    let kinds =
        ["KVM", "QEMU", "VMware", "VirtualBox", "Virtual Machine", "HVM domU", "Google Compute Engine"];
    let is_virtual =
        [&vendor, &model].into_iter().flatten().any(|text| kinds.iter().any(|kind| text.contains(kind)));
    if is_virtual || record.identifiers.cloud_id.is_some() {
        record.class = AssetClass::VirtualMachine;
    }
    record.add_attribute("model", model.unwrap_or_default(), "dmi/product_name");
    record.add_attribute("bios_version", value("bios_version").unwrap_or_default(), "dmi/bios_version");
}

/// cloud-init keeps what the provider said at the first start (`/run/cloud-init/instance-data.json`, schema version 1).
fn cloud(root: &Path, record: &mut AssetRecord) {
    let folder = root.join("run/cloud-init");
    let text = std::fs::read_to_string(folder.join("instance-data.json")).unwrap_or_default();
    let data: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let word = |key: &str| data["v1"][key].as_str().map(str::to_owned);
    let id = word("instance_id")
        .or_else(|| first_line(&folder.join(".instance-id")))
        .or_else(|| first_line(&root.join("var/lib/cloud/data/instance-id")));
    let provider = word("cloud_name").or_else(|| first_line(&folder.join("cloud-id"))).unwrap_or_default();
    let Some(id) = id else { return };
    let provider = match provider.as_str() {
        "aws" => "aws",
        "azure" => "azure-vm",
        "gce" => "gcp-id",
        // Without a cloud the id is only a name that cloud-init made up.
        "" | "none" | "nocloud" | "configdrive" => return,
        other => other,
    };
    record.identifiers.cloud_id = Some(format!("{provider}:{id}"));
    record.add_attribute("cloud_region", word("region").unwrap_or_default(), "cloud-init");
}

/// Names with a domain that `/etc/hosts` gives to this host.
fn hosts_names(root: &Path, hostname: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("etc/hosts")).unwrap_or_default();
    let prefix = format!("{hostname}.");
    let lines = text.lines().filter_map(|line| line.split('#').next());
    let words = lines.flat_map(|line| line.split_whitespace().skip(1)).map(str::to_owned);
    words.filter(|name| !hostname.is_empty() && name.starts_with(&prefix)).collect()
}

/// Addresses of the interfaces that stand for hardware or for the host's own network; bridges of containers do not.
fn network(identifiers: &mut Identifiers) {
    let mut entries: Vec<_> = std::fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort_unstable();
    for interface in entries {
        let name = interface.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_made_up =
            ["lo", "docker", "veth", "br-", "virbr", "cni", "flannel", "cali", "tun", "tap", "dummy", "wg"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
        // Type 1 is Ethernet (`if_arp.h`).
        if is_made_up || first_line(&interface.join("type")).as_deref() != Some("1") {
            continue;
        }
        if let Some(mac) = first_line(&interface.join("address")) {
            identifiers.add_mac(&mac);
        }
    }
    for address in local_addresses() {
        identifiers.add_ip(&address);
    }
}

/// `/proc/net/fib_trie` lists the host's own addresses as `/32 host LOCAL`, `/proc/net/if_inet6` those of IPv6.
fn local_addresses() -> Vec<String> {
    let mut found = Vec::new();
    let trie = std::fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let mut last: Option<Ipv4Addr> = None;
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse().ok();
        } else if line == "/32 host LOCAL"
            && let Some(address) = last.filter(|one| !one.is_loopback())
        {
            // Docker's default bridge is the same on every host.
            let is_bridge = address.octets()[..2] == [172, 17];
            let text = address.to_string();
            if !is_bridge && !found.contains(&text) {
                found.push(text);
            }
        }
    }
    let six = std::fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    for line in six.lines() {
        let digits = line.split(' ').next().unwrap_or_default();
        if let Ok(bits) = u128::from_str_radix(digits, 16) {
            found.push(Ipv6Addr::from(bits).to_string());
        }
    }
    found
}
