// SPDX-License-Identifier: Apache-2.0
//! What an inventory says of the host as a whole: its system, what it is an inventory of, the analyses it carries,
//! and which of its components lie in files of distribution packages.
//!
//! ```text
//!   /usr/lib/python3/dist-packages/jinja2  PyPI/jinja2 3.1.2 ─┐ one thing, two names:
//!   dpkg                                   python3-jinja2 3.1.2-1+deb12u1 ─┘ the distribution repairs it
//! ```
//!
//! A component belongs to a distribution package when the inventory says so (overlap of files), or when its file
//! lies where only the package manager writes and the package of its name has its version. Without a file both
//! name and version must be those of the package.

use std::collections::{HashMap, HashSet};

use hinomi_inventory_formats::{Component, ComponentKind, HostFacts, Inventory};
use hinomi_match::{ComponentQuery, Host, Index, Said};
use hinomi_version::purl::Purl;

/// Directories that a distribution's package manager alone writes to.
const MANAGED: [&str; 7] = [
    "usr/lib/python",
    "usr/lib64/python",
    "usr/share/ruby",
    "usr/lib/ruby",
    "usr/share/nodejs/",
    "usr/share/java/",
    "usr/share/perl",
];

/// Facts for the components of one inventory.
pub(crate) fn host_of<'a>(
    index: &Index,
    inventory: &'a Inventory,
    query_of: impl Fn(&'a Component) -> ComponentQuery<'a>,
) -> Host {
    let mut host = Host::default();
    let facts = &inventory.host;
    set_system(&mut host, facts, || inventory.components.iter().find_map(|one| one.distro.as_deref()));
    let subject = inventory.subject.as_ref();
    if let Some(purl) = subject.and_then(|subject| subject.purl.as_deref()) {
        host.add_subject(purl);
    }
    let subject_id = subject.and_then(|subject| subject.id.as_deref());
    let asked = index.asks_for_host();
    for component in &inventory.components {
        let is_subject = subject_id.is_some() && component.id.as_deref() == subject_id;
        if is_subject && let Some(identity) = component.purl.as_deref().or(component.cpe.as_deref()) {
            host.add_subject(identity);
        }
        if component.kind == ComponentKind::OperatingSystem && facts.os_id.is_none() {
            host.set_system(&component.name, component.version.as_deref(), None);
        }
        if asked {
            host.add_component(&query_of(component));
        }
    }
    for one in inventory.observations.iter().filter(|one| one.kind == "vulnerability") {
        if let (Some(component), Some(id), Some(state)) = (&one.component, &one.id, &one.state) {
            let said = Said { vulnerability: id.clone(), state: state.clone(), text: one.text.clone() };
            host.add_said(component, said);
        }
    }
    add_owners(&mut host, inventory);
    host
}

/// The system that the inventory names, else the one that its first package of a distribution is for.
pub(super) fn set_system<'a>(
    host: &mut Host,
    facts: &HostFacts,
    first_distro: impl FnOnce() -> Option<&'a str>,
) {
    match &facts.os_id {
        Some(id) => host.set_system(id, facts.os_version_id.as_deref(), facts.kernel_release.as_deref()),
        None => first_distro().into_iter().for_each(|distro| host.set_distro(distro)),
    }
}

fn add_owners(host: &mut Host, inventory: &Inventory) {
    let packages = Packages::of(inventory);
    if packages.by_name.is_empty() {
        return;
    }
    let by_overlap = overlaps(inventory);
    // A component that also lies elsewhere is asked about once, for both: then nobody owns it.
    let mut elsewhere: HashSet<&str> = HashSet::new();
    let mut owned: Vec<(&str, &str, String, String)> = Vec::new();
    for component in &inventory.components {
        let (Some(id), Some(text)) = (component.id.as_deref(), component.purl.as_deref()) else { continue };
        if is_distribution_purl(text) {
            continue;
        }
        let overlap = by_overlap.get(id).map(|package| {
            let file = component.locations.first().map_or("its files", String::as_str);
            ((*package).to_owned(), file.to_owned())
        });
        match overlap.or_else(|| packages.owner(component, text)) {
            Some((package, file)) => owned.push((id, text, package, file)),
            None => {
                elsewhere.insert(text);
            }
        }
    }
    for (id, purl, package, file) in owned {
        if !elsewhere.contains(purl) {
            host.add_owner(id, &package, &file);
        }
    }
}

/// Component → the distribution package that claims its files.
fn overlaps(inventory: &Inventory) -> HashMap<&str, &str> {
    let of_distribution: HashMap<&str, &str> = inventory
        .components
        .iter()
        .filter_map(|one| {
            Some((one.id.as_deref()?, one.purl.as_deref().filter(|purl| is_distribution_purl(purl))?))
        })
        .collect();
    let claims = inventory.relationships.iter().filter(|one| one.kind.contains("ownership-by-file-overlap"));
    claims.filter_map(|one| Some((one.to.as_str(), *of_distribution.get(one.from.as_str())?))).collect()
}

pub(super) fn is_distribution_purl(purl: &str) -> bool {
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"].iter().any(|start| purl.starts_with(start))
}

/// The distribution's packages by name.
struct Packages<'a> {
    by_name: HashMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Packages<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let by_name = inventory
            .components
            .iter()
            .filter_map(|one| {
                let purl = one.purl.as_deref().filter(|purl| is_distribution_purl(purl))?;
                Some((one.name.as_str(), (one.version.as_deref()?, purl)))
            })
            .collect();
        Self { by_name }
    }

    /// The package and the file, or what stands for it.
    fn owner(&self, component: &Component, purl: &str) -> Option<(String, String)> {
        let file = component.locations.iter().find(|location| is_managed(location));
        if file.is_none() && !component.locations.is_empty() {
            return None;
        }
        let parsed = Purl::parse(purl).ok()?;
        let version = parsed.version.as_deref().or(component.version.as_deref())?;
        let (package_version, package) =
            package_names(&parsed).iter().find_map(|name| self.by_name.get(name.as_str()).copied())?;
        let same = upstream(package_version) == upstream(version);
        same.then(|| {
            let file = file.cloned().unwrap_or_else(|| format!("{} {version}", parsed.name));
            (package.to_owned(), file)
        })
    }
}

fn is_managed(location: &str) -> bool {
    let path = location.trim_start_matches('/');
    MANAGED.iter().any(|start| path.starts_with(start))
}

/// What distributions call the package of a language's package.
fn package_names(purl: &Purl) -> Vec<String> {
    let name = purl.name.to_ascii_lowercase();
    match purl.ty.as_str() {
        "pypi" => {
            let bare = name.strip_prefix("python-").unwrap_or(&name);
            [format!("python3-{bare}"), format!("py3-{bare}"), format!("python-{bare}"), name.clone()]
                .to_vec()
        }
        "gem" => [format!("ruby-{name}"), format!("rubygem-{name}")].to_vec(),
        "npm" => [format!("node-{name}"), format!("nodejs-{name}")].to_vec(),
        "maven" => [format!("lib{name}-java"), name.clone()].to_vec(),
        "cpan" => [format!("lib{}-perl", name.replace("::", "-"))].to_vec(),
        _ => Vec::new(),
    }
}

/// The upstream part of a package's version: no epoch, no revision, no mark of repackaging.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let end = version.find(['-', '+', '~']).unwrap_or(version.len());
    &version[..end]
}
