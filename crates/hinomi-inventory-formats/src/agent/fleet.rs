// SPDX-License-Identifier: Apache-2.0
//! Fleet, the server of osquery: hosts with their software as its API answers (`/hosts/{id}`,
//! `/hosts?populate_software=true`, Fleet 4.x) and as `fleetctl get hosts --json` prints them.
//!
//! Its vulnerabilities come along as observations: what Fleet says, beside what is matched here.

use super::osquery::system;
use crate::Format;
use crate::context::distro_name;
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{
    AssetClass, AssetRecord, Component, ComponentKind, Inventory, Observation, Subject, Warning,
};
use crate::text::non_empty;
use crate::tree::{self, Node};

/// Only Fleet has hosts with these facts under these keys.
pub(crate) fn is_document(keys: &[&str], text: &str) -> bool {
    let has = |key: &str| keys.contains(&key);
    let is_one = has("host") || has("hosts") || (has("kind") && has("apiVersion") && has("spec"));
    is_one
        && ["\"osquery_version\"", "\"hardware_serial\"", "\"primary_mac\""]
            .iter()
            .any(|fact| text.contains(fact))
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document = tree::read_json(text, path).or_else(|error| match error.cause.as_str() {
        // One host a line, or one document after another.
        "trailing characters" => tree::read_json_lines(text, path),
        _ => Err(error),
    })?;
    let mut inventory = Inventory::new(Format::Fleet);
    for list in ["host", "hosts", "spec"] {
        let mut index = 0usize;
        document.visit(list, &mut |node, _| {
            let place = if list == "hosts" { format!("hosts[{index}]") } else { list.to_owned() };
            host(node, place, &mut inventory);
            index += 1;
            true
        });
    }
    if inventory.assets.is_empty() {
        return Err(ReadError::new(path, Place::Document, "names no host"));
    }
    if let [only] = inventory.assets.as_slice() {
        let name = only.name.clone().unwrap_or_default();
        inventory.host.hostname = Some(name.clone());
        inventory.subject = Some(Subject { name, kind: ComponentKind::Device, ..Subject::default() });
    }
    Ok(inventory)
}

fn host(node: &Node<'_>, place: String, inventory: &mut Inventory) {
    let text = |path: &str| node.first(path).and_then(non_empty);
    let names = ["hostname", "computer_name", "display_name"].map(text);
    let Some(name) = names.iter().flatten().next().cloned() else {
        inventory.warnings.push(Warning { place, text: "is a host without a name".to_owned() });
        return;
    };
    let id = text("id").map_or_else(|| format!("fleet:{name}"), |id| format!("fleet:{id}"));
    let mut record = AssetRecord::new(id.clone(), AssetClass::Host, place.clone());
    record.name = Some(name);
    let known = &mut record.identifiers;
    known.add_agent("osquery", &text("osquery_host_id").or_else(|| text("uuid")).unwrap_or_default());
    known.set_uuid(&text("uuid").unwrap_or_default());
    known.set_serial(&text("hardware_serial").unwrap_or_default());
    known.set_vendor(&text("hardware_vendor").unwrap_or_default());
    known.add_mac(&text("primary_mac").unwrap_or_default());
    known.add_ip(&text("primary_ip").unwrap_or_default());
    names.iter().flatten().for_each(|name| known.add_name(name));
    record.os.name = text("os_version");
    record.os.arch = text("cpu_type");
    record.add_attribute("model", text("hardware_model").unwrap_or_default(), "hardware_model");
    record.organisation = text("team_name");
    record.last_seen = text("seen_time").or_else(|| text("detail_updated_at"));
    inventory.observed_at = inventory.observed_at.take().max(text("detail_updated_at"));
    let distro = distro(text("platform").as_deref(), text("os_version").as_deref());
    // Without the list nothing may be concluded from what is absent.
    inventory.partial |= !matches!(node.get("software"), Some(Node::List(_)));
    let mut index = 0usize;
    node.visit("software", &mut |software, _| {
        match component(software, distro.as_deref()) {
            Some(mut found) => {
                found.asset = Some(id.clone());
                found.id = Some(format!("{id}/{}", software.first("id").unwrap_or(&found.name)));
                vulnerabilities(software, &found, &id, inventory);
                inventory.components.push(found);
            }
            None if matches!(software, Node::Null) => {}
            None => {
                let text = "is software without a name".to_owned();
                let place = format!("{place}.software[{index}]");
                inventory.warnings.push(Warning { place, text });
            }
        }
        index += 1;
        true
    });
    inventory.assets.push(record);
}

/// `rhel` stands for all that is like it; the release's own name tells which.
fn distro(platform: Option<&str>, os_version: Option<&str>) -> Option<String> {
    let version = os_version?;
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let first = version.split_whitespace().next().unwrap_or_default();
    let id = match (platform?, first) {
        ("rhel", "Red") => "rhel",
        ("rhel", first) => first,
        (platform, _) => platform,
    };
    distro_name(id, number)
}

fn component(node: &Node<'_>, distro: Option<&str>) -> Option<Component> {
    let text = |path: &str| node.first(path).and_then(non_empty);
    let name = text("name")?;
    let version = text("version");
    let mut found = match text("source").as_deref() {
        Some("deb_packages") => {
            let mut found = system("deb", &name, version.as_deref(), text("arch"), None);
            found.distro = distro.map(str::to_owned);
            found
        }
        Some("rpm_packages") => {
            let full = match (version, text("release")) {
                (Some(version), Some(release)) => Some(format!("{version}-{release}")),
                (version, _) => version,
            };
            let mut found = system("rpm", &name, full.as_deref(), text("arch"), None);
            found.distro = distro.map(str::to_owned);
            found
        }
        Some("python_packages") => language::python(&name, version, None),
        Some("npm_packages") => language::component("npm", None, &name, &name, version, None),
        _ => Component { kind: ComponentKind::Application, name, version, ..Component::default() },
    };
    found.supplier = text("vendor");
    found.cpe = text("generated_cpe");
    node.visit("installed_paths", &mut |path, _| {
        found.locations.extend(path.text().map(str::to_owned));
        true
    });
    Some(found)
}

fn vulnerabilities(node: &Node<'_>, component: &Component, asset: &str, inventory: &mut Inventory) {
    // Nothing in place of a list: nobody has looked.
    inventory.judged |= matches!(node.get("vulnerabilities"), Some(Node::List(_)));
    node.visit("vulnerabilities", &mut |found, _| {
        let Some(id) = found.first("cve").and_then(non_empty) else { return true };
        inventory.observations.push(Observation {
            kind: "vulnerability".to_owned(),
            id: Some(id.clone()),
            component: component.id.clone(),
            asset: Some(asset.to_owned()),
            target: component.locations.first().cloned(),
            text: found.first("cve_description").and_then(non_empty),
            fixed: found.first("resolved_in_version").and_then(non_empty),
            scores: found.first("cvss_score").map(|score| format!("CVSS {score}")).into_iter().collect(),
            vulnerabilities: vec![id],
            ..Observation::default()
        });
        true
    });
}
