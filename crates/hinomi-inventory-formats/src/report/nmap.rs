// SPDX-License-Identifier: Apache-2.0
//! Nmap XML (`nmap -oX`): hosts, their ports, and the products that answered on them.

use crate::Format;
use crate::error::ReadError;
use crate::model::{Component, ComponentKind, Inventory, Observation, Warning};
use crate::xml::{Element, Xml, list};

type Read<T> = Result<T, ReadError>;

pub(crate) fn read(text: &str, path: &str) -> Read<Inventory> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut inventory = Inventory::new(Format::Nmap);
    inventory.partial = true;
    inventory.format_version = root.attribute("xmloutputversion");
    inventory.observed_at = root
        .attribute("start")
        .and_then(|seconds| jiff::Timestamp::from_second(seconds.parse().ok()?).ok())
        .map(|time| time.to_string());
    let mut finished = false;
    xml.children(&root, &mut |xml, element| {
        match element.name.as_str() {
            "host" => host(xml, &element, &mut inventory)?,
            "runstats" => finished = true,
            _ => {}
        }
        Ok(())
    })?;
    if !finished {
        let text = "the scan was not finished".to_owned();
        inventory.warnings.push(Warning { place: "runstats".to_owned(), text });
    }
    Ok(inventory)
}

#[derive(Default)]
struct Host {
    addresses: Vec<(String, String)>,
    names: Vec<String>,
    ports: Vec<Port>,
}

#[derive(Default)]
struct Port {
    id: String,
    state: String,
    service: Option<String>,
    product: Option<String>,
    version: Option<String>,
    cpes: Vec<String>,
}

fn host(xml: &mut Xml<'_>, element: &Element, inventory: &mut Inventory) -> Read<()> {
    let mut found = Host::default();
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
            "ports" => found.ports.append(&mut list(xml, &child, "port", port)?),
            _ => {}
        }
        Ok(())
    })?;
    report(found, inventory);
    Ok(())
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
    let hardware = host.addresses.iter().filter(|(kind, _)| kind == "mac");
    inventory.components.push(Component {
        id: Some(address.clone()),
        kind: ComponentKind::Device,
        name: host.names.first().cloned().unwrap_or_else(|| address.clone()),
        more_identities: hardware
            .map(|(_, mac)| format!("mac:{mac}"))
            .chain(host.names.into_iter().skip(1))
            .collect(),
        ..Component::default()
    });
    for port in host.ports {
        let id = format!("{address}/{}", port.id);
        if let Some(product) = port.product.clone() {
            let mut cpes = port.cpes.into_iter();
            inventory.components.push(Component {
                id: Some(id),
                kind: ComponentKind::Application,
                name: product,
                version: port.version.clone(),
                cpe: cpes.next(),
                more_identities: cpes.collect(),
                parent: Some(address.clone()),
                ..Component::default()
            });
        }
        let product = [port.service, port.product, port.version];
        let text = product.into_iter().flatten().collect::<Vec<_>>().join(" ");
        inventory.observations.push(Observation {
            kind: "port".to_owned(),
            id: Some(port.id),
            component: Some(address.clone()),
            state: Some(port.state),
            text: crate::text::non_empty(text),
            target: Some(address.clone()),
            ..Observation::default()
        });
    }
}
