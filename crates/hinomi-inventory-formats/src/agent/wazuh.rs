// SPDX-License-Identifier: Apache-2.0
//! Wazuh's syscollector as its API answers (`/syscollector/{agent}/packages`, `/hotfixes`, `/os`, `/hardware`,
//! `/netiface`, `/ports`; API 4.x): rows of one table or of several, of one agent or of many.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::osquery::system;
use super::windows;
use crate::Format;
use crate::error::ReadError;
use crate::model::{AssetClass, AssetRecord, Component, ComponentKind, Inventory, Service, Warning};
use crate::text::non_empty;

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    affected_items: Vec<serde_json::Map<String, Value>>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let answer: Answer = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut inventory = Inventory::new(Format::WazuhInventory);
    // One table is never everything that a host has.
    inventory.partial = true;
    let mut assets: BTreeMap<String, AssetRecord> = BTreeMap::new();
    for (index, item) in answer.data.affected_items.iter().enumerate() {
        let place = format!("data.affected_items[{index}]");
        let row = Row(item);
        let agent = row.agent();
        let asset = agent.as_ref().map(|agent| format!("wazuh:{agent}"));
        let mut none = AssetRecord::default();
        let record = match (&asset, &agent) {
            (Some(id), Some(agent)) => assets.entry(id.clone()).or_insert_with(|| {
                let mut record = AssetRecord::new(id.clone(), AssetClass::Host, place.clone());
                record.identifiers.add_agent("wazuh", agent);
                record
            }),
            _ => &mut none,
        };
        if row.describes(record) {
            continue;
        }
        if let Some(service) = row.service() {
            inventory.services.push(Service { asset, ..service });
        } else if let Some(component) = row.component() {
            inventory.components.push(Component { asset, ..component });
        } else {
            let text = "is no package, hotfix, port or fact of a host".to_owned();
            inventory.warnings.push(Warning { place, text });
        }
    }
    inventory.assets.extend(assets.into_values());
    Ok(inventory)
}

struct Row<'a>(&'a serde_json::Map<String, Value>);

impl Row<'_> {
    /// A value by its path; numbers as text.
    fn text(&self, path: &str) -> Option<String> {
        let mut keys = path.split('.');
        let mut value = self.0.get(keys.next()?)?;
        for key in keys {
            value = value.get(key)?;
        }
        match value {
            Value::String(text) => non_empty(text.as_str()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Whose row it is; those of the list of agents are about the agents themselves.
    fn agent(&self) -> Option<String> {
        let is_agent = ["registerIP", "lastKeepAlive", "dateAdd"].iter().any(|key| self.0.contains_key(*key));
        self.text("agent_id").or_else(|| self.text("id").filter(|_| is_agent))
    }

    /// Rows of `os`, `hardware` and `netiface` say who the host is.
    fn describes(&self, record: &mut AssetRecord) -> bool {
        if let Some(name) = self.text("os.name") {
            record.os.name = Some(name);
            record.os.version = self.text("os.version");
            record.os.kernel = self.text("release");
            record.os.arch = self.text("architecture");
            let name = self.text("hostname").or_else(|| self.text("name"));
            if let Some(name) = name {
                record.identifiers.add_name(&name);
                record.name = Some(name);
            }
            self.text("ip").iter().for_each(|ip| record.identifiers.add_ip(ip));
            record.last_seen = record.last_seen.take().or_else(|| self.text("lastKeepAlive"));
            true
        } else if self.0.contains_key("board_serial") || self.0.contains_key("cpu") {
            record.identifiers.set_serial(&self.text("board_serial").unwrap_or_default());
            record.add_attribute("cpu", self.text("cpu.name").unwrap_or_default(), "cpu.name");
            true
        } else if let Some(mac) = self.text("mac") {
            record.identifiers.add_mac(&mac);
            true
        } else if self.0.contains_key("netmask") || self.0.contains_key("broadcast") {
            self.text("address").iter().for_each(|ip| record.identifiers.add_ip(ip));
            true
        } else if self.agent().is_some() && self.0.contains_key("dateAdd") {
            // An agent that has never connected has a name alone.
            record.name = self.text("name");
            true
        } else {
            false
        }
    }

    fn service(&self) -> Option<Service> {
        let (port, protocol) = (self.text("local.port")?, self.text("protocol")?);
        let address = self.text("local.ip").unwrap_or_default();
        let address = if address.contains(':') { format!("[{address}]") } else { address };
        Some(Service {
            id: Some(format!("service:{protocol}/{port}")),
            name: self.text("process").unwrap_or_else(|| format!("{protocol}/{port}")),
            endpoints: vec![format!("{protocol}://{address}:{port}")],
            ..Service::default()
        })
    }

    fn component(&self) -> Option<Component> {
        if let Some(article) = self.text("hotfix") {
            return Some(windows::hotfix(&article));
        }
        let (name, version) = (self.text("name")?, self.text("version"));
        let arch = self.text("architecture").filter(|arch| arch.trim() != "");
        let mut found = match self.text("format").as_deref() {
            Some("deb") => {
                let mut found = system("deb", &name, version.as_deref(), arch, None);
                found.source_name = self.text("source").or_else(|| Some(name.clone()));
                found.source_version.clone_from(&version);
                found
            }
            Some("rpm") => {
                let version = version.unwrap_or_default();
                let (epoch, plain) = match version.split_once(':') {
                    Some((epoch, plain)) => (Some(epoch), plain),
                    None => (None, version.as_str()),
                };
                system("rpm", &name, Some(plain), arch, epoch.filter(|epoch| *epoch != "0"))
            }
            Some("pypi") => crate::language::python(&name, version, None),
            Some("npm") => crate::language::component("npm", None, &name, &name, version, None),
            Some(_) => Component {
                id: Some(format!("{name}@{}", version.as_deref().unwrap_or_default())),
                kind: ComponentKind::Application,
                name,
                version,
                arch,
                ..Component::default()
            },
            None => return None,
        };
        found.supplier = self.text("vendor");
        found.locations = self.text("location").into_iter().collect();
        Some(found)
    }
}
