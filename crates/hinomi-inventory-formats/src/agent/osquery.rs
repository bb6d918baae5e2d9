// SPDX-License-Identifier: Apache-2.0
//! osquery: the rows of a package table, as `osqueryi --json` prints them or as the daemon logs a snapshot.
//!
//! Rows do not name their table; the columns do (schema of osquery 5).

mod log;

use std::collections::{HashMap, HashSet};

use crate::Format;
use crate::error::ReadError;
use crate::language;
use crate::model::{AssetClass, AssetRecord, Component, ComponentKind, Inventory, Service, Subject, Warning};
use crate::purl::PurlParts;
use crate::text::non_empty;

type Row = serde_json::Map<String, serde_json::Value>;

/// Whether the columns are those of a table that is read here.
pub(crate) fn is_row(columns: &[&str]) -> bool {
    let has = |wanted: &[&str]| wanted.iter().all(|column| columns.contains(column));
    has(&["name", "version"])
        && (has(&["revision"])
            || has(&["release", "arch"])
            || has(&["identifying_number"])
            || has(&["author"])
            || has(&["path"])
            || has(&["platform_like", "major"]))
        || has(&["hotfix_id"])
        || has(&["name", "bundle_identifier", "bundle_short_version"])
        || has(&["pid", "port", "protocol", "address", "family"])
}

/// Whether the keys are those of a line of the daemon's log.
pub(crate) fn is_log(keys: &[&str]) -> bool {
    let has = |key: &str| keys.contains(&key);
    has("hostIdentifier") && (has("snapshot") || has("diffResults") || (has("columns") && has("action")))
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let results = log::results(text, path)?;
    let mut inventory = Inventory::new(Format::Osquery);
    // One table is never everything that a host has.
    inventory.partial = true;
    let mut hosts: Vec<&str> = Vec::new();
    for host in results.iter().filter_map(|result| result.host.as_deref()) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let is_fleet = hosts.len() > 1;
    if let [name] = hosts.as_slice() {
        inventory.host.hostname = Some((*name).to_owned());
        inventory.subject =
            Some(Subject { name: (*name).to_owned(), kind: ComponentKind::Device, ..Subject::default() });
    }
    for (index, host) in hosts.iter().enumerate().filter(|_| is_fleet) {
        let mut record = AssetRecord::new(*host, AssetClass::Host, format!("host {index}"));
        record.name = Some((*host).to_owned());
        record.identifiers.add_name(host);
        inventory.assets.push(record);
    }
    inventory.observed_at = results.iter().filter_map(|result| result.at).max().map(|time| time.to_string());
    let mut gone: HashSet<usize> = HashSet::new();
    let mut known: HashMap<(Option<String>, String), Vec<usize>> = HashMap::new();
    for (index, result) in results.iter().enumerate() {
        let asset = result.host.clone().filter(|_| is_fleet);
        // What the log has seen come and go is not there; a version that replaces another comes beside it.
        for row in &result.removed {
            let Some(Some(component)) = component(row) else { continue };
            let place = known.get_mut(&(asset.clone(), identity(&component))).and_then(Vec::pop);
            gone.extend(place);
        }
        let before = inventory.components.len();
        for (place, row) in result.rows.iter().enumerate() {
            add(&mut inventory, row, asset.clone(), || match results.len() {
                1 => format!("[{place}]"),
                _ => format!("result {}, row {}", index + 1, place + 1),
            });
        }
        for (place, component) in inventory.components.iter().enumerate().skip(before) {
            known.entry((asset.clone(), identity(component))).or_default().push(place);
        }
    }
    if !gone.is_empty() {
        let mut place = 0;
        inventory.components.retain(|_| {
            place += 1;
            !gone.contains(&(place - 1))
        });
    }
    Ok(inventory)
}

fn identity(component: &Component) -> String {
    [component.purl.as_deref(), Some(component.name.as_str()), component.version.as_deref()]
        .map(Option::unwrap_or_default)
        .join("\u{1f}")
}

fn add(inventory: &mut Inventory, row: &Row, asset: Option<String>, place: impl FnOnce() -> String) {
    if let Some(service) = service(row) {
        inventory.services.push(Service { asset, ..service });
        return;
    }
    match component(row) {
        Some(Some(component)) => {
            if component.kind == ComponentKind::OperatingSystem && asset.is_none() {
                inventory.host.os_id = Some(component.name.clone());
                inventory.host.os_version_id = component.version.clone();
            }
            inventory.components.push(Component { asset, ..component });
        }
        Some(None) => {}
        None => {
            let text = "the row names no package".to_owned();
            inventory.warnings.push(Warning { place: place(), text });
        }
    }
}

/// A row of `listening_ports`; the protocol is a number of IANA's list. Sockets of a file have port 0.
fn service(row: &Row) -> Option<Service> {
    let text = |column: &str| row.get(column).and_then(|value| value.as_str()).and_then(non_empty);
    let (port, protocol, address) = (text("port")?, text("protocol")?, text("address")?);
    text("family")?;
    let protocol = match protocol.as_str() {
        "6" => "tcp",
        "17" => "udp",
        other => other,
    };
    let address = if address.contains(':') { format!("[{address}]") } else { address };
    Some(Service {
        id: Some(format!("service:{protocol}/{port}")),
        name: text("name").unwrap_or_else(|| format!("{protocol}/{port}")),
        endpoints: vec![format!("{protocol}://{address}:{port}")],
        ..Service::default()
    })
}

/// A row of `os_version`.
fn operating_system(row: &Row) -> Option<Component> {
    let text = |column: &str| row.get(column).and_then(|value| value.as_str()).and_then(non_empty);
    let (platform, major) = (text("platform")?, text("major")?);
    text("platform_like")?;
    // Ubuntu counts releases by year and month, the others by their major version.
    let version = match (platform.as_str(), text("minor")) {
        ("ubuntu" | "alpine", Some(minor)) => {
            format!("{major}.{minor:0>width$}", width = if platform == "ubuntu" { 2 } else { 1 })
        }
        _ => major,
    };
    let distro = crate::context::distro_name(&platform, &version);
    Some(Component {
        id: Some("operating-system".to_owned()),
        kind: ComponentKind::OperatingSystem,
        name: platform,
        version: Some(version),
        distro,
        arch: text("arch"),
        ..Component::default()
    })
}

/// `Some(None)`: a Debian package that is removed but still configured.
fn component(row: &Row) -> Option<Option<Component>> {
    let text = |column: &str| row.get(column).and_then(|value| value.as_str()).and_then(non_empty);
    if let Some(hotfix) = text("hotfix_id") {
        let kind = ComponentKind::Other;
        return Some(Some(Component {
            id: Some(hotfix.clone()),
            kind,
            name: hotfix,
            ..Component::default()
        }));
    }
    if let Some(system) = operating_system(row) {
        return Some(Some(system));
    }
    let name = text("name")?;
    let version = text("version").or_else(|| text("bundle_short_version")).or_else(|| text("bundle_version"));
    // A query may leave columns out; the source package and the architecture are Debian's where no release is.
    let is_debian = row.contains_key("arch") && row.contains_key("source") && !row.contains_key("release");
    let found = if is_debian || (row.contains_key("revision") && row.contains_key("status")) {
        let installed = text("status")
            .is_none_or(|status| !status.contains("config-files") && !status.contains("not-installed"));
        if !installed {
            return Some(None);
        }
        // `version` is the whole version with epoch and revision.
        let arch = text("arch");
        let mut found = system("deb", &name, version.as_deref(), arch, None);
        if let Some(source) = text("source") {
            let (source, source_version) =
                source.split_once(" (").map_or((source.as_str(), None), |(source, version)| {
                    (source, Some(version.trim_end_matches(')')))
                });
            found.source_name = Some(source.to_owned());
            found.source_version = source_version.map(str::to_owned).or_else(|| version.clone());
        } else {
            found.source_name = Some(name.clone());
            found.source_version = version.clone();
        }
        found
    } else if let (Some(release), Some(version), true) = (text("release"), &version, row.contains_key("arch"))
    {
        let epoch = text("epoch").filter(|epoch| epoch != "0");
        let mut found =
            system("rpm", &name, Some(&format!("{version}-{release}")), text("arch"), epoch.as_deref());
        if let Some((source, source_version)) = text("source").as_deref().and_then(crate::context::source_rpm)
        {
            found.source_name = Some(source.to_owned());
            found.source_version = Some(source_version.to_owned());
        }
        found
    } else if row.contains_key("identifying_number") || row.contains_key("install_location") {
        Component {
            kind: ComponentKind::Application,
            supplier: text("publisher"),
            swid: text("identifying_number"),
            name,
            version,
            ..Component::default()
        }
    } else if text("path").is_some_and(|path| path.contains("node_modules")) {
        language::component("npm", None, &name, &name, version, text("license"))
    } else if is_python(row) {
        language::python(&name, version, text("license"))
    } else {
        // Applications of macOS, Homebrew, extensions of browsers: no registry knows them by this name.
        Component {
            id: Some(format!("{name}@{}", version.as_deref().unwrap_or_default())),
            kind: ComponentKind::Application,
            name,
            version,
            ..Component::default()
        }
    };
    Some(Some(Component { locations: text("path").into_iter().collect(), ..found }))
}

fn is_python(row: &Row) -> bool {
    let path = row.get("path").and_then(|value| value.as_str()).unwrap_or_default();
    let is_installed = ["site-packages", "dist-packages"].iter().any(|folder| path.contains(folder));
    // Extensions of browsers have authors too, and an identifier.
    is_installed || (row.contains_key("author") && !row.contains_key("identifier"))
}

pub(crate) fn system(
    ty: &str,
    name: &str,
    version: Option<&str>,
    arch: Option<String>,
    epoch: Option<&str>,
) -> Component {
    let qualifiers = [("arch", arch.as_deref().unwrap_or_default()), ("epoch", epoch.unwrap_or_default())];
    let purl = PurlParts { ty, namespace: None, name, version, qualifiers: &qualifiers }.build();
    Component {
        id: Some(purl.clone()),
        purl: Some(purl),
        name: name.to_owned(),
        version: version
            .map(|version| epoch.map_or_else(|| version.to_owned(), |epoch| format!("{epoch}:{version}"))),
        arch,
        ..Component::default()
    }
}
