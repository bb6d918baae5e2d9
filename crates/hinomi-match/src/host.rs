// SPDX-License-Identifier: Apache-2.0
//! What is known of the machine, image or product that components were found on.
//!
//! ```text
//!   operating system  debian-12, kernel 6.1   ─► cpe:2.3:o:debian:debian_linux:12, …linux_kernel:6.1
//!   other components  their CPE names         ─► "running on", "running with"
//!   subject, wholes   what the inventory is of, and what contains a component: products whose makers may have spoken
//! ```
//!
//! That two packages lie on one host makes neither a part of the other, so it says nothing of statements on parts.
//!
//! Absence is no fact. That a host has another operating system than a record asks for is one, because a host
//! has one; that it lacks an application is not, because inventories name applications by other names.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hinomi_version::cpe::{Attribute, Cpe, Value};

use crate::distro;
use crate::query::{ComponentQuery, PackageKey};
use crate::resolve::resolve;

/// Facts about a host; an empty one knows nothing. A copy shares the names until one of the two learns another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Host {
    names: Arc<Names>,
    knows_system: bool,
    knows_hardware: bool,
    pub(crate) subjects: Vec<Identity>,
    /// By a component's reference: what it is a part of.
    wholes: HashMap<String, Vec<Identity>>,
    pub(crate) said: HashMap<String, Vec<Said>>,
    owners: HashMap<String, (String, String)>,
    /// The document that the references are of.
    document: Option<String>,
    /// By a component's reference: under which link it stands, where that is not its reference in the document.
    links: HashMap<String, String>,
}

/// CPE names by product: a record asks for one product, and a host may have a hundred thousand names.
#[derive(Debug, Clone, Default, PartialEq)]
struct Names {
    all: Vec<Cpe>,
    known: HashSet<Cpe>,
    by_product: HashMap<(Value, Value), Vec<usize>>,
    /// Operating systems, which may be of the family that is asked for.
    systems: Vec<usize>,
    /// Names that leave vendor or product open.
    open: Vec<usize>,
}

impl Names {
    fn push(&mut self, cpe: Cpe) {
        if !self.known.insert(cpe.clone()) {
            return;
        }
        let number = self.all.len();
        match product_of(&cpe) {
            Some(product) => self.by_product.entry(product).or_default().push(number),
            None => self.open.push(number),
        }
        if cpe.part() == Some('o') {
            self.systems.push(number);
        }
        self.all.push(cpe);
    }

    /// The names that `criteria` may mean; the same one may come twice.
    fn candidates(&self, criteria: &Cpe) -> impl Iterator<Item = &Cpe> {
        let product = product_of(criteria);
        let whole = if product.is_none() { &self.all[..] } else { &[] };
        let same = product.and_then(|product| self.by_product.get(&product)).map_or(&[][..], Vec::as_slice);
        let systems = if criteria.part() == Some('o') { &self.systems[..] } else { &[] };
        let numbers = same.iter().chain(&self.open).chain(systems);
        whole.iter().chain(numbers.filter_map(|number| self.all.get(*number)))
    }
}

/// Vendor and product, where both are said without wildcards.
fn product_of(cpe: &Cpe) -> Option<(Value, Value)> {
    let said = |attribute| {
        let value = cpe.get(attribute);
        (matches!(value, Value::Text(_)) && !value.has_wildcard()).then(|| value.clone())
    };
    Some((said(Attribute::Vendor)?, said(Attribute::Product)?))
}

/// A product: the keys it is known by, and its version.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Identity {
    pub(crate) keys: Vec<PackageKey>,
    pub(crate) version: Option<String>,
}

/// What the inventory itself says of one of its components (CycloneDX `analysis`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The vulnerability's identifier, as written.
    pub vulnerability: String,
    /// `not_affected`, `resolved`, `false_positive`, …
    pub state: String,
    /// In the source's words.
    pub text: Option<String>,
}

/// `os-release` identifiers, and the name of the whole system as the NVD writes it.
const SYSTEMS: &[(&str, &str, &str)] = &[
    ("debian", "debian", "debian_linux"),
    ("ubuntu", "canonical", "ubuntu_linux"),
    ("alpine", "alpinelinux", "alpine_linux"),
    ("rhel", "redhat", "enterprise_linux"),
    ("centos", "centos", "centos"),
    ("fedora", "fedoraproject", "fedora"),
    ("almalinux", "almalinux", "almalinux"),
    ("rocky", "rockylinux", "rocky_linux"),
    ("ol", "oracle", "linux"),
    ("amzn", "amazon", "linux"),
    ("sles", "suse", "linux_enterprise_server"),
    ("opensuse-leap", "opensuse", "leap"),
    ("opensuse-tumbleweed", "opensuse", "tumbleweed"),
    ("arch", "archlinux", "arch_linux"),
    ("windows", "microsoft", "windows"),
    ("macos", "apple", "macos"),
    ("darwin", "apple", "macos"),
    ("freebsd", "freebsd", "freebsd"),
    ("android", "google", "android"),
];

impl Host {
    /// Names the operating system as `os-release` does: `debian` and `12`, and the kernel that runs.
    pub fn set_system(&mut self, id: &str, version: Option<&str>, kernel: Option<&str>) {
        let id = id.trim().to_ascii_lowercase();
        if id.is_empty() {
            return;
        }
        let known = SYSTEMS.iter().find(|(known, _, _)| *known == id);
        let linux = known.is_some_and(|(_, vendor, _)| !matches!(*vendor, "microsoft" | "apple" | "freebsd"))
            || distro::base_of_id(&id).is_some();
        if known.is_none() && !linux {
            return;
        }
        if let Some((_, vendor, product)) = known {
            self.push("o", vendor, product, version);
        }
        if linux {
            self.push("o", "linux", "linux_kernel", kernel);
        }
        self.knows_system = true;
    }

    /// Names the system as package inventories do: `debian-12`, `ubuntu-22.04`.
    pub fn set_distro(&mut self, hint: &str) {
        let lower = hint.trim().to_ascii_lowercase();
        let longest = SYSTEMS
            .iter()
            .filter(|(id, _, _)| {
                lower
                    .strip_prefix(id)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ':', ' ']))
            })
            .max_by_key(|(id, _, _)| id.len());
        if let Some((id, _, _)) = longest {
            let version = lower[id.len()..].trim_matches(['-', ':', ' ']);
            self.set_system(id, (!version.is_empty()).then_some(version), None);
        } else if distro::parse_hint(hint).is_some() {
            self.push("o", "linux", "linux_kernel", None);
            self.knows_system = true;
        }
    }

    /// What the inventory is an inventory of: its purl or CPE.
    pub fn add_subject(&mut self, identity: &str) {
        if let Some(identity) = identity_of(identity) {
            self.subjects.push(identity);
        }
    }

    /// The component with that reference is a part of a product: its purl or CPE.
    pub fn add_whole(&mut self, component: &str, identity: &str) {
        if let Some(identity) = identity_of(identity) {
            self.wholes.entry(component.to_owned()).or_default().push(identity);
        }
    }

    /// A component of the host, by its CPE names.
    pub fn add_component(&mut self, query: &ComponentQuery<'_>) {
        let names = query.cpe.into_iter().chain(query.more.iter().map(String::as_str));
        for cpe in names.filter_map(|text| Cpe::parse(text).ok()) {
            self.knows_system |= cpe.part() == Some('o') && !is_firmware(&cpe);
            self.knows_hardware |= cpe.part() == Some('h');
            Arc::make_mut(&mut self.names).push(cpe);
        }
    }

    /// Keeps what the inventory says of the component with that reference.
    pub fn add_said(&mut self, component: &str, said: Said) {
        self.said.entry(component.to_owned()).or_default().push(said);
    }

    /// The component with that reference lies in `file`, which belongs to a package of the distribution: its purl.
    pub fn add_owner(&mut self, component: &str, package: &str, file: &str) {
        self.owners.insert(component.to_owned(), (package.to_owned(), file.to_owned()));
    }

    /// The document that components are referred to in, `SERIAL/VERSION`, and the reference of what it is about.
    pub fn set_document(&mut self, document: &str, subject: Option<&str>) {
        let own = subject.map(|subject| link_key(&format!("{document}#{subject}")));
        let keys = std::iter::once(link_key(document)).chain(own).collect();
        self.subjects.push(Identity { keys, version: None });
        self.document = Some(document.to_owned());
    }

    /// The component with that reference stands in a document under that link, `SERIAL/VERSION#REF`.
    pub fn add_link(&mut self, component: &str, link: &str) {
        self.links.insert(component.to_owned(), link.to_owned());
    }

    /// Whether anything around the component with that reference is about it alone.
    pub(crate) fn is_apart(&self, component: &str) -> bool {
        self.said.contains_key(component) || self.owners.contains_key(component)
    }

    /// The key of statements that refer to the component where it stands.
    pub(crate) fn link(&self, component: &str) -> Option<PackageKey> {
        let known = self.links.get(component).map(|link| link_key(link));
        known.or_else(|| Some(link_key(&format!("{}#{component}", self.document.as_deref()?))))
    }

    pub(crate) fn owner(&self, component: &str) -> Option<(&str, &str)> {
        self.owners.get(component).map(|(package, file)| (package.as_str(), file.as_str()))
    }

    /// The names that `criteria` may mean.
    pub(crate) fn names_for(&self, criteria: &Cpe) -> impl Iterator<Item = &Cpe> {
        self.names.candidates(criteria)
    }

    /// True when the absence of a system (`o`) or a device (`h`) from the names is a fact.
    pub(crate) fn knows(&self, part: Option<char>) -> bool {
        match part {
            Some('o') => self.knows_system,
            Some('h') => self.knows_hardware,
            _ => false,
        }
    }

    /// True when the component is part of that product, a purl or CPE, in any version when it states none: the product
    /// is what the inventory is of, or what contains the component, or for `on_system` a name that the host bears.
    pub(crate) fn has(&self, identity: &str, reference: Option<&str>, on_system: bool) -> bool {
        let Some(wanted) = identity_of(identity) else { return false };
        let wholes = reference.and_then(|reference| self.wholes.get(reference)).into_iter().flatten();
        let is_whole = self.subjects.iter().chain(wholes).any(|whole| {
            (wanted.version.is_none() || whole.version == wanted.version)
                && whole.keys.iter().any(|key| wanted.keys.contains(key))
        });
        is_whole || (on_system && self.has_system(identity))
    }

    fn has_system(&self, identity: &str) -> bool {
        let Ok(wanted) = Cpe::parse(identity) else { return false };
        self.names.candidates(&wanted).any(|name| {
            let same = |attribute| wanted.get(attribute) == name.get(attribute);
            let version = wanted.get(Attribute::Version).plain();
            [Attribute::Part, Attribute::Vendor, Attribute::Product].into_iter().all(same)
                && (version.is_none() || version == name.get(Attribute::Version).plain())
        })
    }

    fn push(&mut self, part: &str, vendor: &str, product: &str, version: Option<&str>) {
        let mut cpe = Cpe::default();
        let parts = [
            (Attribute::Part, Some(part)),
            (Attribute::Vendor, Some(vendor)),
            (Attribute::Product, Some(product)),
            (Attribute::Version, version),
        ];
        for (attribute, text) in parts {
            if let Some(value) = text.and_then(|text| Value::literal(&text.to_ascii_lowercase()).ok()) {
                cpe.set(attribute, value);
            }
        }
        Arc::make_mut(&mut self.names).push(cpe);
    }
}

/// Firmware is filed as an operating system, but says nothing of the host's.
pub(crate) fn is_firmware(cpe: &Cpe) -> bool {
    cpe.part() == Some('o')
        && cpe.get(Attribute::Product).plain().is_some_and(|product| product.ends_with("_firmware"))
}

/// The key of what only a link names: a part of a document, or its whole.
pub(crate) fn link_key(link: &str) -> PackageKey {
    PackageKey { ecosystem: "urn:cdx".to_owned(), name: link.to_owned() }
}

pub(crate) fn identity_of(text: &str) -> Option<Identity> {
    let is_purl = text.trim_start().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("pkg:"));
    let query = match is_purl {
        true => ComponentQuery { purl: Some(text), ..ComponentQuery::default() },
        false => ComponentQuery { cpe: Some(text), ..ComponentQuery::default() },
    };
    let resolved = resolve(&query);
    (!resolved.keys.is_empty()).then_some(Identity { keys: resolved.keys, version: resolved.version })
}
