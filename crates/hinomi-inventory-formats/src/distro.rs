// SPDX-License-Identifier: Apache-2.0
//! The distribution release of system packages that do not name it themselves.
//!
//! ```text
//!  operating system of the document ─→ `distro` of the neighbours ─→ a release package ─→ the package's own `.el9`
//!            surest                                                  (base-files 12.4)              last
//! ```
//!
//! The first one that speaks counts, and what was not stated by the document is told in a warning. Evidence that
//! contradicts itself (two releases of one distribution) decides nothing.

use std::collections::BTreeMap;

use crate::context::{PurlView, distro_name, os_id, version_id};
use crate::model::{Component, ComponentKind, Inventory, Warning};

/// Gives every system package without a release the one that its document tells.
pub(crate) fn inherit(inventory: &mut Inventory) {
    let is_needed = |component: &Component| component.distro.is_none() && family(component).is_some();
    let needed = inventory.components.iter().any(is_needed);
    learn_operating_system(inventory);
    if !needed {
        return;
    }
    let mut inferred: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let systems = operating_systems(inventory);
    let neighbours = neighbours(inventory);
    let releases = release_packages(inventory);
    for component in &mut inventory.components {
        let Some(family) = family(component) else { continue };
        if component.distro.is_some() {
            continue;
        }
        if let Some(distro) = stated(&systems, &family) {
            component.distro = Some(distro);
            continue;
        }
        let own = || dist_tag(component).map(|distro| (distro, "the releases of the packages".to_owned()));
        let known = [&neighbours, &releases].into_iter().find_map(|known| known.get(&family)?.clone());
        if let Some((distro, evidence)) = known.or_else(own) {
            component.distro = Some(distro.clone());
            inferred.entry(distro).or_insert((evidence, 0)).1 += 1;
        }
    }
    for (distro, (evidence, count)) in inferred {
        let text = format!("{count} packages name no distribution release; {distro} follows from {evidence}");
        inventory.warnings.push(Warning { place: "document".to_owned(), text });
    }
}

/// Package manager and vendor, such as (`deb`, `ubuntu`); nothing for what no distribution ships.
type Family = (String, String);

fn family(component: &Component) -> Option<Family> {
    let view = PurlView::of(component.purl.as_deref()?)?;
    view.is_system_package()
        .then(|| (view.ty.to_ascii_lowercase(), view.namespace().unwrap_or_default().to_ascii_lowercase()))
}

fn learn_operating_system(inventory: &mut Inventory) {
    if inventory.host.os_id.is_some() {
        return;
    }
    let mut systems =
        inventory.components.iter().filter(|component| component.kind == ComponentKind::OperatingSystem);
    // Two operating systems in one document leave it open which one is the host's.
    if let (Some(system), None) = (systems.next(), systems.next()) {
        let id = os_id(&system.name);
        // A system that no distribution is goes by its own name.
        let is_same = id.eq_ignore_ascii_case(system.name.trim());
        inventory.host.os_id = Some(if is_same { system.name.clone() } else { id });
        inventory.host.os_version_id = system.version.as_deref().map(|text| version_id(text).to_owned());
    }
}

fn operating_systems(inventory: &Inventory) -> Vec<String> {
    if let Some(distro) = inventory.host.distro() {
        return vec![distro];
    }
    let systems = inventory.components.iter().filter(|one| one.kind == ComponentKind::OperatingSystem);
    let mut names: Vec<String> =
        systems.filter_map(|one| distro_name(&one.name, one.version.as_deref()?)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The only operating system, or the only one of several that is the vendor's.
fn stated(systems: &[String], (_, vendor): &Family) -> Option<String> {
    if let [only] = systems {
        return Some(only.clone());
    }
    let id = if vendor == "redhat" { "rhel" } else { vendor };
    let mut fitting = systems.iter().filter(|system| system.rsplit_once('-').is_some_and(|(os, _)| os == id));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

type Known = BTreeMap<Family, Option<(String, String)>>;

fn agree(known: &mut Known, family: Family, distro: String, evidence: String) {
    use std::collections::btree_map::Entry;
    match known.entry(family) {
        Entry::Vacant(slot) => {
            slot.insert(Some((distro, evidence)));
        }
        Entry::Occupied(mut slot) => {
            if slot.get().as_ref().is_some_and(|(said, _)| *said != distro) {
                slot.insert(None);
            }
        }
    }
}

fn neighbours(inventory: &Inventory) -> Known {
    let mut known = Known::new();
    for component in &inventory.components {
        if let (Some(distro), Some(family)) = (&component.distro, family(component)) {
            agree(&mut known, family, distro.clone(), "the other packages of the same vendor".to_owned());
        }
    }
    known
}

fn release_packages(inventory: &Inventory) -> Known {
    let mut known = Known::new();
    for component in &inventory.components {
        let (Some(family), Some(version)) = (family(component), component.version.as_deref()) else {
            continue;
        };
        if let Some(distro) = release_of(&component.name, version) {
            agree(&mut known, family, distro, format!("{} {version}", component.name));
        }
    }
    known
}

/// The release that a distribution's own package of `/etc/os-release` stands for.
///
/// Debian's `base-files` has the release number as its major version (Debian Policy, `/etc/debian_version`); Ubuntu
/// keeps Debian's number of the day it branched, so its releases are listed.
fn release_of(package: &str, version: &str) -> Option<String> {
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    let id = match package {
        "base-files" => {
            if let Some((base, rest)) = version.split_once("ubuntu") {
                return ubuntu_release(base, rest).map(|release| format!("ubuntu-{release}"));
            }
            "debian"
        }
        "alpine-release" => "alpine",
        "centos-release" | "centos-linux-release" | "centos-stream-release" => "centos",
        "redhat-release" | "redhat-release-server" | "redhat-release-eula" => "rhel",
        "almalinux-release" => "almalinux",
        "rocky-release" => "rocky",
        "oraclelinux-release" => "ol",
        "fedora-release" | "fedora-release-common" | "fedora-release-container" => "fedora",
        _ => return None,
    };
    let upstream = version.split(['-', '+', '~']).next().unwrap_or(version);
    upstream.starts_with(|first: char| first.is_ascii_digit()).then(|| distro_name(id, upstream)).flatten()
}

/// Versions of `base-files` in Ubuntu's archive (launchpad.net/ubuntu/+source/base-files).
fn ubuntu_release(base: &str, rest: &str) -> Option<&'static str> {
    let number: u32 = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some(match (base, number) {
        ("7.2", 5) => "14.04",
        ("9.4", 4) => "16.04",
        ("10.1", 2) => "18.04",
        ("11", 5) => "20.04",
        ("12", 4) => "22.04",
        ("12.2", 3) => "22.10",
        ("12.3", 2) => "23.04",
        ("13", 2 | 3) => "23.10",
        ("13", 10) => "24.04",
        _ => return None,
    })
}

/// `kernel-4.18.0-553.el8_10` of the vendor `centos` → `centos-8`
fn dist_tag(component: &Component) -> Option<String> {
    let view = PurlView::of(component.purl.as_deref()?)?;
    if !view.ty.eq_ignore_ascii_case("rpm") {
        return None;
    }
    let id = view.namespace()?.to_ascii_lowercase();
    let id = if id == "redhat" { "rhel" } else { id.as_str() };
    let (mark, ids): (&str, &[&str]) = match id {
        "fedora" => ("fc", &["fedora"]),
        "amzn" => ("amzn", &["amzn"]),
        _ => ("el", &["rhel", "centos", "almalinux", "rocky", "ol", "oracle"]),
    };
    if !ids.contains(&id) {
        return None;
    }
    let release = component.version.as_deref()?.rsplit_once('-')?.1;
    let number = release.split('.').find_map(|part| {
        let number = part.strip_prefix(mark)?;
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        (end > 0).then(|| &number[..end])
    })?;
    distro_name(id, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn package(purl: &str, name: &str, version: &str) -> Component {
        Component {
            purl: Some(purl.to_owned()),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            ..Component::default()
        }
    }

    fn releases(components: Vec<Component>) -> (Vec<Option<String>>, usize) {
        let mut inventory = Inventory::new(Format::SpdxJson);
        inventory.components = components;
        inherit(&mut inventory);
        (inventory.components.into_iter().map(|one| one.distro).collect(), inventory.warnings.len())
    }

    #[test]
    fn a_release_package_tells_the_release_of_its_vendors_packages() {
        let (found, warnings) = releases(vec![
            package("pkg:deb/debian/base-files@11.1%2Bdeb11u6", "base-files", "11.1+deb11u6"),
            package("pkg:deb/debian/zlib1g@1", "zlib1g", "1"),
            package("pkg:deb/ubuntu/base-files@10.1ubuntu2.11", "base-files", "10.1ubuntu2.11"),
            package("pkg:deb/ubuntu/tar@1", "tar", "1"),
            package("pkg:rpm/centos/tar@1-2.el7_9", "tar", "1-2.el7_9"),
            package("pkg:apk/alpine/tar@1", "tar", "1"),
            package("pkg:npm/tar@1", "tar", "1"),
        ]);
        let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
        let (debian, ubuntu) = (Some("debian-11"), Some("ubuntu-18.04"));
        assert_eq!(found, [debian, debian, ubuntu, ubuntu, Some("centos-7"), None, None]);
        assert_eq!(warnings, 3);
    }

    #[test]
    fn evidence_that_contradicts_itself_decides_nothing() {
        let (found, warnings) = releases(vec![
            package("pkg:deb/debian/a@1?distro=debian-11", "a", "1"),
            package("pkg:deb/debian/b@1?distro=debian-12", "b", "1"),
            package("pkg:deb/debian/c@1", "c", "1"),
            package("pkg:deb/ubuntu/base-files@99ubuntu1", "base-files", "99ubuntu1"),
        ]);
        // The readers fill what the qualifiers say before; here nothing is filled, so nothing is known.
        assert_eq!((found, warnings), (vec![None; 4], 0));
        let mut stated =
            vec![package("pkg:deb/debian/a@1", "a", "1"), package("pkg:deb/debian/b@1", "b", "1")];
        stated[0].distro = Some("debian-11".to_owned());
        assert_eq!(releases(stated).0[1].as_deref(), Some("debian-11"));
        let mut torn = vec![
            package("pkg:deb/debian/a@1", "a", "1"),
            package("pkg:deb/debian/b@1", "b", "1"),
            package("pkg:deb/debian/c@1", "c", "1"),
        ];
        torn[0].distro = Some("debian-11".to_owned());
        torn[1].distro = Some("debian-12".to_owned());
        assert_eq!(releases(torn).0[2], None);
    }
}
