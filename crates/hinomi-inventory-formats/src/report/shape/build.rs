// SPDX-License-Identifier: Apache-2.0
//! Reads a tree by its [`Shape`].

use std::collections::{HashMap, HashSet};

use super::field::View;
use super::{Asset, Join, Package, Part, Shape, words};
use crate::context::{self, ToolHints};
use crate::model::{AssetRecord, CREDENTIALED, Component, ComponentKind, Inventory, Observation, Subject};
use crate::text::non_empty;
use crate::tree::Node;

pub(in crate::report) fn read(shape: &Shape, root: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(shape.format);
    inventory.partial = true;
    let view = View { root, levels: vec![(root, "")], joined: None };
    inventory.observed_at = view.first(shape.observed);
    inventory.format_version = view.first(shape.version);
    inventory.subject = view.first(shape.subject).map(|name| Subject {
        name,
        kind: shape.subject_kind,
        ..Subject::default()
    });
    let mut reader = Reader { inventory, assets: HashMap::new(), components: HashSet::new() };
    for part in shape.parts {
        let index = part.join.as_ref().map(|join| index(join, root));
        descend(&mut reader, part, index.as_ref(), View { root, levels: Vec::new(), joined: None }, root);
    }
    context::inherit_distro(&mut reader.inventory);
    reader.inventory
}

struct Reader {
    inventory: Inventory,
    /// Place of each asset that was met, by its reference.
    assets: HashMap<String, usize>,
    components: HashSet<String>,
}

/// By the key in lower case: tools do not agree with themselves about it.
type Index<'n, 'a> = HashMap<String, &'n Node<'a>>;

fn index<'n, 'a>(join: &Join, root: &'n Node<'a>) -> Index<'n, 'a> {
    let mut index = HashMap::new();
    for table in join.table.split(',') {
        root.visit(table, &mut |record, key| {
            let by = if join.key == "#key" { Some(key) } else { record.first(join.key) };
            if let Some(by) = by {
                index.entry(by.to_ascii_lowercase()).or_insert(record);
            }
            true
        });
    }
    index
}

/// Walks the levels; at the last one stands a finding.
fn descend<'n, 'a>(
    reader: &mut Reader,
    part: &Part,
    index: Option<&Index<'n, 'a>>,
    view: View<'n, 'a>,
    node: &'n Node<'a>,
) {
    let Some(level) = part.levels.get(view.levels.len()) else {
        finding(reader, part, index, view);
        return;
    };
    let mut enter = |inner: &'n Node<'a>, key: &'n str| {
        if *inner != Node::Null {
            let mut levels = view.levels.clone();
            levels.push((inner, key));
            descend(reader, part, index, View { root: view.root, levels, joined: None }, inner);
        }
        true
    };
    match level.strip_suffix(".#rows") {
        Some(table) => node.visit_rows(table, &mut enter),
        None => node.visit(level, &mut enter),
    }
}

fn finding<'n, 'a>(reader: &mut Reader, part: &Part, index: Option<&Index<'n, 'a>>, mut view: View<'n, 'a>) {
    if let (Some(join), Some(index)) = (&part.join, index) {
        view.joined = view.first(&[join.by]).and_then(|by| index.get(&by.to_ascii_lowercase()).copied());
    }
    if let (Some(keep), Some((node, _))) = (part.keep, view.levels.last())
        && !keep(node)
    {
        return;
    }
    let asset = part.asset.as_ref().and_then(|asset| reader.asset(asset, &view));
    let component =
        part.package.as_ref().and_then(|package| reader.component(package, &view, asset.as_deref()));
    if part.listing {
        return;
    }
    let id = view.first(part.id);
    let mut vulnerabilities = Vec::new();
    for text in id.iter().chain(&view.all(part.vulnerabilities)) {
        words::vulnerability_ids(text, &mut vulnerabilities);
    }
    let mut weaknesses = Vec::new();
    view.all(part.weaknesses).iter().for_each(|text| words::weaknesses(text, &mut weaknesses));
    let severity = view.first(part.severity);
    let protocol = view.first(part.protocol);
    let stated = part.kinds.and_then(|(path, kinds)| {
        let word = view.first(&[path])?;
        kinds.iter().find(|(theirs, _)| word.eq_ignore_ascii_case(theirs)).map(|(_, ours)| *ours)
    });
    let kind = match stated.unwrap_or(part.kind) {
        "finding" | "information" if !vulnerabilities.is_empty() => "vulnerability",
        "finding" if severity.as_deref().is_some_and(is_nothing) => "information",
        kind => kind,
    };
    let observation = Observation {
        kind: kind.to_owned(),
        component,
        severity,
        state: view.first(part.state),
        text: view.first(part.text),
        fixed: non_empty(view.all(part.fixed).join(", ")),
        target: view.first(part.target).or_else(|| asset.clone()),
        asset,
        port: view.first(part.port).and_then(|port| words::port(&port, protocol.as_deref())),
        service: view.first(part.service),
        vulnerabilities,
        weaknesses,
        scores: view.all(part.scores),
        solution: view.first(part.solution),
        evidence: view.first(part.evidence),
        first_seen: view.first(part.first_seen),
        last_seen: view.first(part.last_seen),
        id,
    };
    reader.inventory.observations.push(observation);
}

/// Severities that say that nothing is wrong.
fn is_nothing(severity: &str) -> bool {
    matches!(
        severity.to_ascii_lowercase().as_str(),
        "0" | "0.0" | "none" | "info" | "information" | "informational" | "log" | "note" | "pass" | "ok"
    )
}

impl Reader {
    /// The reference of the asset, which is added when it is met for the first time.
    fn asset(&mut self, asset: &Asset, view: &View<'_, '_>) -> Option<String> {
        let view = view.above(asset.up);
        let names = [asset.id, asset.names, asset.ips];
        let id = names.iter().find_map(|field| view.first(field))?;
        if let Some(at) = self.assets.get(&id).copied() {
            // A table says the same of a host in each row; sometimes a later row knows more.
            if let (0, Some(known)) = (asset.up, self.inventory.assets.get_mut(at)) {
                view.first(asset.names).iter().for_each(|name| known.identifiers.add_name(name));
                view.first(asset.ips).iter().for_each(|ip| known.identifiers.add_ip(ip));
            }
            return Some(id);
        }
        let place = format!("{}", self.inventory.assets.len());
        let mut record = AssetRecord::new(id.clone(), asset.class, format!("asset {place}"));
        record.name = view.first(asset.names).or_else(|| view.first(asset.ips)).or_else(|| Some(id.clone()));
        for name in view.all(asset.names) {
            record.identifiers.add_name(host_of(&name));
        }
        for ip in view.all(asset.ips) {
            ip.split([',', ' ', '\n']).for_each(|ip| record.identifiers.add_ip(ip));
        }
        for mac in view.all(asset.macs) {
            mac.split([',', '\n']).for_each(|mac| record.identifiers.add_mac(mac));
        }
        record.os.name = view.first(asset.os);
        record.os.cpe = view.first(asset.os_cpe);
        record.organisation = view.first(asset.organisation);
        let login = match (view.first(asset.login), view.first(asset.no_login)) {
            (Some(_), _) => Some("yes"),
            (None, Some(_)) => Some("no"),
            (None, None) => None,
        };
        if let Some(login) = login {
            record.add_attribute(CREDENTIALED, login, "report");
        }
        if let Some((kind, path)) = asset.agent {
            let found = view.first(&[path]);
            found.iter().for_each(|id| record.identifiers.add_agent(kind, id));
        }
        if let Some((prefix, path)) = asset.cloud {
            record.identifiers.cloud_id = view.first(&[path]).map(|id| format!("{prefix}{id}"));
        }
        self.assets.insert(id.clone(), self.inventory.assets.len());
        self.inventory.assets.push(record);
        Some(id)
    }

    fn component(&mut self, package: &Package, view: &View<'_, '_>, asset: Option<&str>) -> Option<String> {
        let purl = view.first(package.purl).filter(|purl| purl.starts_with("pkg:"));
        let mut cpes = view.all(package.cpe).into_iter().filter(|cpe| cpe.starts_with("cpe:"));
        let cpe = cpes.next();
        let name = view.first(package.name).or_else(|| purl.as_deref().and_then(name_of_purl));
        let name = name.or_else(|| cpe.as_deref().and_then(name_of_cpe))?;
        let version = view.first(package.version);
        let group = view.first(package.group);
        let file = view.first(package.file);
        let ecosystem = view.first(package.ecosystem).unwrap_or_default();
        let purl = purl.or_else(|| words::purl(&ecosystem, group.as_deref(), &name, version.as_deref()));
        let identity = purl.as_deref().or(cpe.as_deref()).unwrap_or(&name);
        let version_text = version.as_deref().unwrap_or_default();
        let parts = [asset.unwrap_or_default(), identity, version_text, file.as_deref().unwrap_or_default()];
        let id = parts.join("|");
        if self.components.insert(id.clone()) {
            let mut component = Component {
                id: Some(id.clone()),
                kind: if cpe.is_some() && purl.is_none() {
                    ComponentKind::Application
                } else {
                    ComponentKind::Library
                },
                purl,
                cpe,
                more_identities: cpes.collect(),
                group,
                name,
                version,
                licenses: view.all(package.licenses),
                locations: file.into_iter().collect(),
                asset: asset.map(str::to_owned),
                ..Component::default()
            };
            context::fill(&mut component, ToolHints::default());
            self.inventory.components.push(component);
        }
        Some(id)
    }
}

/// The host inside a URL, or the name as it is.
fn host_of(name: &str) -> &str {
    let Some((_, rest)) = name.split_once("://") else { return name };
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    }
}

fn name_of_purl(purl: &str) -> Option<String> {
    let path = purl.split(['?', '#']).next()?;
    let path = path.rsplit_once('@').map_or(path, |(path, _)| path);
    path.rsplit_once('/').and_then(|(_, name)| non_empty(name))
}

/// The product of a CPE (2.2 URI or 2.3 formatted string).
fn name_of_cpe(cpe: &str) -> Option<String> {
    let mut parts = cpe.split(':');
    let at = if parts.nth(1)? == "2.3" { 2 } else { 1 };
    parts.nth(at).and_then(non_empty)
}
