// SPDX-License-Identifier: Apache-2.0
//! Nmap XML (`nmap -oX`): hosts, their ports, the products that answered on them, and what scripts found out.

use super::shape::words;
use crate::Format;
use crate::error::ReadError;
use crate::model::{
    AssetClass, AssetOs, AssetRecord, Component, ComponentKind, Inventory, Observation, Service, Warning,
};
use crate::xml::{Element, Xml, list};

type Read<T> = Result<T, ReadError>;

pub(crate) fn read(text: &str, path: &str) -> Read<Inventory> {
    match finished_part(text) {
        Some(part) => {
            let mut inventory = document(&part, path)?;
            let text = "the scan was broken off before its end; its finished hosts are read".to_owned();
            inventory.warnings.push(Warning { place: "nmaprun".to_owned(), text });
            Ok(inventory)
        }
        None => document(text, path),
    }
}

/// Nmap writes host by host: what ends early is a scan that was broken off, and its last host may be half written.
fn finished_part(text: &str) -> Option<String> {
    const END: &str = "</nmaprun>";
    if text.contains(END) {
        return None;
    }
    let end = match text.rfind("</host>") {
        Some(at) => at + "</host>".len(),
        None => {
            let root = text.find("<nmaprun")?;
            root + text[root..].find('>')? + 1
        }
    };
    let is_empty_root = text[..end].ends_with("/>");
    (!is_empty_root).then(|| [&text[..end], END].concat())
}

fn document(text: &str, path: &str) -> Read<Inventory> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut inventory = Inventory::new(Format::Nmap);
    inventory.partial = true;
    inventory.format_version = root.attribute("xmloutputversion");
    inventory.observed_at = root
        .attribute("start")
        .and_then(|seconds| jiff::Timestamp::from_second(seconds.parse().ok()?).ok())
        .map(|time| time.to_string());
    let (mut finished, mut down) = (false, 0_usize);
    xml.children(&root, &mut |xml, element| {
        match element.name.as_str() {
            "host" => down += usize::from(!host(xml, &element, &mut inventory)?),
            "runstats" => finished = true,
            _ => {}
        }
        Ok(())
    })?;
    if down > 0 {
        let text = format!("{down} addresses at which nothing answered are no hosts");
        inventory.warnings.push(Warning { place: "host".to_owned(), text });
    }
    if !finished {
        let text = "the scan was not finished".to_owned();
        inventory.warnings.push(Warning { place: "runstats".to_owned(), text });
    }
    Ok(inventory)
}

#[derive(Default)]
struct Host {
    /// Nothing answered there: `-v` lists every address that was asked.
    is_down: bool,
    addresses: Vec<(String, String)>,
    names: Vec<String>,
    ports: Vec<Port>,
    scripts: Vec<Script>,
    os: AssetOs,
    start: Option<String>,
    end: Option<String>,
}

/// What a script of the scripting engine says, of a host or of one of its ports.
#[derive(Default)]
struct Script {
    id: String,
    output: String,
}

#[derive(Default)]
struct Port {
    id: String,
    state: String,
    service: Option<String>,
    product: Option<String>,
    version: Option<String>,
    cpes: Vec<String>,
    scripts: Vec<Script>,
}

/// False: nothing is there.
fn host(xml: &mut Xml<'_>, element: &Element, inventory: &mut Inventory) -> Read<bool> {
    let time = |name: &str| {
        let seconds = element.attribute(name)?.parse().ok()?;
        jiff::Timestamp::from_second(seconds).ok().map(|time| time.to_string())
    };
    let mut found = Host { start: time("starttime"), end: time("endtime"), ..Host::default() };
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "address" => {
                let kind = child.attribute("addrtype").unwrap_or_default();
                found.addresses.extend(child.attribute("addr").map(|address| (kind, address)));
            }
            "hostnames" => {
                let names = list(xml, &child, "hostname", |_, name| Ok(name.attribute("name")))?;
                found.names.extend(names.into_iter().flatten());
            }
            "status" => found.is_down = child.attribute("state").is_some_and(|state| state == "down"),
            "os" => found.os = os(xml, &child)?,
            "hostscript" => found.scripts.append(&mut list(xml, &child, "script", script)?),
            "ports" => found.ports.append(&mut list(xml, &child, "port", port)?),
            _ => {}
        }
        Ok(())
    })?;
    // What has an open port is there, whatever the status says.
    if found.is_down && found.ports.is_empty() {
        return Ok(false);
    }
    report(found, inventory);
    Ok(true)
}

fn script(_: &mut Xml<'_>, element: &Element) -> Read<Script> {
    let attribute = |name: &str| element.attribute(name).unwrap_or_default();
    Ok(Script { id: attribute("id"), output: attribute("output") })
}

/// The first match is the most likely one.
fn os(xml: &mut Xml<'_>, element: &Element) -> Read<AssetOs> {
    let mut found = AssetOs::default();
    xml.children(element, &mut |xml, child| {
        if child.name == "osmatch" && found.name.is_none() {
            found.name = child.attribute("name");
            let classes =
                list(xml, &child, "osclass", |xml, class| list(xml, class, "cpe", crate::xml::text))?;
            found.cpe = classes.into_iter().flatten().next();
        }
        Ok(())
    })?;
    Ok(found)
}

fn port(xml: &mut Xml<'_>, element: &Element) -> Read<Port> {
    let attribute = |name: &str| element.attribute(name).unwrap_or_default();
    let mut found =
        Port { id: format!("{}/{}", attribute("protocol"), attribute("portid")), ..Port::default() };
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "state" => found.state = child.attribute("state").unwrap_or_default(),
            "service" => {
                found.service = child.attribute("name");
                found.product = child.attribute("product");
                found.version = child.attribute("version");
                found.cpes = list(xml, &child, "cpe", crate::xml::text)?;
            }
            "script" => found.scripts.push(script(xml, &child)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}

/// A host is a component of its own: one report describes many.
fn report(host: Host, inventory: &mut Inventory) {
    let ip = host.addresses.iter().find(|(kind, _)| kind != "mac").or(host.addresses.first());
    let address = ip.map(|(_, address)| address.clone()).unwrap_or_default();
    let asset = Some(address.clone());
    let mut record = AssetRecord::new(address.clone(), AssetClass::Host, format!("host {address}"));
    for (kind, value) in &host.addresses {
        if kind == "mac" { record.identifiers.add_mac(value) } else { record.identifiers.add_ip(value) }
    }
    host.names.iter().for_each(|name| record.identifiers.add_name(name));
    record.name = host.names.first().cloned().or_else(|| asset.clone());
    record.os = host.os;
    record.first_seen = host.start;
    record.last_seen = host.end;
    let seen = record.last_seen.clone();
    inventory.assets.push(record);
    inventory.components.push(device(&address, &host.names, &host.addresses));
    for script in host.scripts {
        inventory.observations.push(said(script, &address, None, &seen));
    }
    for port in host.ports {
        let id = format!("{address}/{}", port.id);
        let is_open = port.state == "open";
        if let Some(product) = port.product.clone() {
            let mut cpes = port.cpes.into_iter();
            inventory.components.push(Component {
                id: Some(id.clone()),
                kind: ComponentKind::Application,
                name: product,
                version: port.version.clone(),
                cpe: cpes.next(),
                more_identities: cpes.collect(),
                parent: Some(address.clone()),
                asset: asset.clone(),
                ..Component::default()
            });
        }
        if is_open {
            inventory.services.push(Service {
                id: Some(id),
                group: None,
                name: port.service.clone().unwrap_or_else(|| port.id.clone()),
                version: port.version.clone(),
                endpoints: vec![port.id.replace('/', &format!("://{address}:"))],
                asset: asset.clone(),
            });
        }
        let product = [port.service.clone(), port.product, port.version];
        let text = product.into_iter().flatten().collect::<Vec<_>>().join(" ");
        inventory.observations.push(Observation {
            kind: "port".to_owned(),
            id: Some(port.id.clone()),
            component: Some(address.clone()),
            state: Some(port.state),
            text: crate::text::non_empty(text),
            target: Some(address.clone()),
            asset: asset.clone(),
            port: Some(port.id.clone()),
            service: port.service,
            last_seen: seen.clone(),
            ..Observation::default()
        });
        for script in port.scripts {
            inventory.observations.push(said(script, &address, Some(&port.id), &seen));
        }
    }
}

/// A script that names vulnerabilities means them, unless it says that the host is not affected.
fn said(script: Script, address: &str, port: Option<&String>, seen: &Option<String>) -> Observation {
    let mut vulnerabilities = Vec::new();
    let clear = script.output.contains("NOT VULNERABLE");
    if !clear {
        words::vulnerability_ids(&script.output, &mut vulnerabilities);
    }
    let kind = if vulnerabilities.is_empty() { "information" } else { "vulnerability" };
    Observation {
        kind: kind.to_owned(),
        id: Some(script.id),
        component: Some(address.to_owned()),
        state: clear.then(|| "not vulnerable".to_owned()),
        target: Some(address.to_owned()),
        asset: Some(address.to_owned()),
        port: port.cloned(),
        vulnerabilities,
        evidence: crate::text::non_empty(script.output),
        last_seen: seen.clone(),
        ..Observation::default()
    }
}

fn device(address: &str, names: &[String], addresses: &[(String, String)]) -> Component {
    let hardware = addresses.iter().filter(|(kind, _)| kind == "mac");
    Component {
        id: Some(address.to_owned()),
        kind: ComponentKind::Device,
        name: names.first().cloned().unwrap_or_else(|| address.to_owned()),
        more_identities: hardware
            .map(|(_, mac)| format!("mac:{mac}"))
            .chain(names.iter().skip(1).cloned())
            .collect(),
        asset: Some(address.to_owned()),
        ..Component::default()
    }
}
