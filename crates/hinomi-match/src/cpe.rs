// SPDX-License-Identifier: Apache-2.0
//! CPE names as lookup keys, and what a name says of the version.
//!
//! ```text
//!   record's criteria      cpe:2.3:a:openssl:openssl:*:…   filed under  CPE/a:openssl:openssl
//!                          cpe:2.3:a:*:openssl:*:…                      CPE/a:*:openssl
//!                          cpe:2.3:a:openssl:open*:*:…                  CPE/a:openssl:*
//!   component's name       cpe:2.3:a:openssl:openssl:1.1:… looks under all three
//! ```
//!
//! A name without a product names nothing: with it, one vendor's record would match everything of that
//! vendor. So criteria and components whose product is ANY or NA are refused, as are components whose vendor
//! is left open: relations of NISTIR 7696 would call them comparable with every vendor's product of the name.

use hinomi_version::cpe::{Attribute, Cpe, Relation, Value};

use crate::query::PackageKey;

/// Stands where an ecosystem does.
pub(crate) const ECOSYSTEM: &str = "CPE";

const PARTS: [&str; 3] = ["a", "o", "h"];

fn key(part: &str, vendor: &str, product: &str) -> PackageKey {
    PackageKey { ecosystem: ECOSYSTEM.to_owned(), name: format!("{part}:{vendor}:{product}") }
}

fn named(cpe: &Cpe, attribute: Attribute) -> Option<&str> {
    match cpe.get(attribute) {
        value @ Value::Text(text) if !value.has_wildcard() => Some(text),
        _ => None,
    }
}

/// Words that many vendors call a product.
fn is_generic(product: &str) -> bool {
    const GENERIC: [&str; 23] = [
        "agent",
        "api",
        "application",
        "base",
        "client",
        "common",
        "core",
        "data",
        "desktop",
        "firmware",
        "framework",
        "gateway",
        "library",
        "manager",
        "plugin",
        "portal",
        "router",
        "sdk",
        "server",
        "service",
        "system",
        "test",
        "utils",
    ];
    GENERIC.contains(&product)
}

/// Where the rows of a criteria name are filed; `None` when it names no product.
pub(crate) fn criteria_key(cpe: &Cpe) -> Option<PackageKey> {
    let part = named(cpe, Attribute::Part)?;
    let vendor = named(cpe, Attribute::Vendor);
    if vendor.is_none() && named(cpe, Attribute::Product).is_some_and(is_generic) {
        return None; // "Anybody's server" would be everybody's.
    }
    match (named(cpe, Attribute::Product), vendor) {
        (Some(product), vendor) => Some(key(part, vendor.unwrap_or("*"), product)),
        (None, Some(vendor)) if matches!(cpe.get(Attribute::Product), Value::Text(_)) => {
            Some(key(part, vendor, "*"))
        }
        _ => None,
    }
}

/// Where a component's name looks; empty when it names no product of a vendor.
pub(crate) fn component_keys(cpe: &Cpe) -> Vec<PackageKey> {
    let (Some(vendor), Some(product)) = (named(cpe, Attribute::Vendor), named(cpe, Attribute::Product))
    else {
        return Vec::new();
    };
    let parts = match named(cpe, Attribute::Part) {
        Some(part) => vec![part],
        None => PARTS.to_vec(),
    };
    let mut keys: Vec<PackageKey> = parts.iter().map(|part| key(part, vendor, product)).collect();
    for part in parts {
        keys.push(key(part, "*", product));
        keys.push(key(part, vendor, "*"));
    }
    let plain = |attribute| cpe.get(attribute).plain().unwrap_or_default();
    keys.extend(name_key(&plain(Attribute::Vendor), &plain(Attribute::Product)));
    keys
}

/// Where a product may be filed of which only the names are known.
pub(crate) fn keys_by_name(vendor: &str, product: &str) -> Vec<PackageKey> {
    let Some(named) = name_key(vendor, product) else { return Vec::new() };
    if is_generic(product) {
        return vec![named]; // As a name, "acme:server" may be any of them.
    }
    vec![key("a", vendor, product), named]
}

/// Where products are filed that are named by vendor and product alone; `None` where a name says nothing.
pub(crate) fn name_key(vendor: &str, product: &str) -> Option<PackageKey> {
    const NOBODY: [&str; 12] = [
        "",
        "n_a",
        "na",
        "unknown",
        "unspecified",
        "multiple",
        "various",
        "all",
        "none",
        "any",
        "other",
        "vendor",
    ];
    let (vendor, product) = (plain_name(vendor), plain_name(product));
    if NOBODY.contains(&vendor.as_str()) || NOBODY.contains(&product.as_str()) {
        return None;
    }
    Some(PackageKey { ecosystem: ECOSYSTEM.to_owned(), name: format!("name:{vendor}:{product}") })
}

/// Lower case, each run of anything but letters and digits one underscore.
pub(crate) fn plain_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}

/// `vendor:product`, as people say it.
pub(crate) fn unit_name(cpe: &Cpe) -> String {
    let plain = |attribute| cpe.get(attribute).plain().unwrap_or_else(|| "*".to_owned());
    format!("{}:{}", plain(Attribute::Vendor), plain(Attribute::Product))
}

/// What is known of the installed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Installed {
    /// With the update folded in.
    Version(String),
    /// The product has none (`-`).
    Versionless,
    /// It is not said.
    Unsaid,
}

pub(crate) fn installed(cpe: &Cpe) -> Installed {
    match cpe.get(Attribute::Version) {
        Value::NotApplicable => Installed::Versionless,
        Value::Any => Installed::Unsaid,
        Value::Text(_) => cpe.folded_version().map_or(Installed::Unsaid, Installed::Version),
    }
}

/// The version without its update.
pub(crate) fn bare_version(cpe: &Cpe) -> Option<String> {
    cpe.get(Attribute::Version).plain()
}

/// How a criteria name's attributes beside version and update fit a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// Every component of that name.
    Whole,
    /// Only one edition or variant, and the component does not say which it is.
    Narrower(Attribute),
    /// Another product or variant.
    None,
}

/// Language is passed over: no edition of a language is ever the only one repaired.
const VARIANTS: [Attribute; 5] =
    [Attribute::Edition, Attribute::SwEdition, Attribute::TargetSw, Attribute::TargetHw, Attribute::Other];

/// True when an attribute behind the update says something.
pub(crate) fn is_narrow(cpe: &Cpe) -> bool {
    VARIANTS.iter().any(|attribute| *cpe.get(*attribute) != Value::Any)
}

pub(crate) fn fit(criteria: &Cpe, component: &Cpe) -> Fit {
    let mut fit = Fit::Whole;
    for attribute in [Attribute::Part, Attribute::Vendor, Attribute::Product].into_iter().chain(VARIANTS) {
        match criteria.attribute_relation(component, attribute) {
            Relation::Equal | Relation::Superset => {}
            // "No edition" beside "edition not said": names leave it open out of habit.
            Relation::Subset if *criteria.get(attribute) == Value::NotApplicable => {}
            Relation::Subset | Relation::Undefined => fit = fit.min_with(attribute),
            Relation::Disjoint => return Fit::None,
        }
    }
    fit
}

impl Fit {
    fn min_with(self, attribute: Attribute) -> Self {
        if self == Self::Whole { Self::Narrower(attribute) } else { self }
    }
}

/// Distributions answer for their packages themselves. A record that names the whole distribution by CPE means
/// "a package in it": as a platform that is a fact, as something vulnerable it would match every host.
pub(crate) fn is_distribution(cpe: &Cpe) -> bool {
    if cpe.part() != Some('o') {
        return false;
    }
    let plain = |attribute| cpe.get(attribute).plain().unwrap_or_default();
    let (vendor, product) = (plain(Attribute::Vendor), plain(Attribute::Product));
    match vendor.as_str() {
        "debian" => product == "debian_linux",
        "canonical" => product == "ubuntu_linux",
        "fedoraproject" => product == "fedora",
        "redhat" => product.starts_with("enterprise_linux") || product.starts_with("linux"),
        "opensuse" | "suse" => true,
        "oracle" => product == "linux",
        "alpinelinux" => product == "alpine_linux",
        "almalinux" | "rockylinux" | "rocky" | "centos" | "archlinux" | "gentoo" => true,
        "amazon" => product.starts_with("linux") || product.starts_with("amazon_linux"),
        _ => false,
    }
}

/// The distribution release that a platform's CPE names, as `(base, release, channel)`.
///
/// Red Hat: `redhat:enterprise_linux:8` is the plain release, `redhat:rhel_eus:8.6` a line of updates for subscribers.
pub(crate) fn distribution_release(cpe: &Cpe) -> Option<(&'static str, String, Option<String>)> {
    let plain = |attribute| cpe.get(attribute).plain();
    let (vendor, product) = (plain(Attribute::Vendor)?, plain(Attribute::Product)?);
    let version = plain(Attribute::Version).unwrap_or_default();
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let release = match (vendor.as_str(), product.as_str()) {
        ("redhat", "enterprise_linux") => ("Red Hat", major(&version), None),
        ("redhat", line) if line.starts_with("rhel_") => {
            ("Red Hat", major(&version), Some(format!("{line}:{version}")))
        }
        ("debian", "debian_linux") => ("Debian", major(&version), None),
        ("canonical", "ubuntu_linux") => ("Ubuntu", version, None),
        ("almalinux", "almalinux") => ("AlmaLinux", major(&version), None),
        ("rocky" | "rockylinux", _) => ("Rocky Linux", major(&version), None),
        ("oracle", "linux") => ("Oracle Linux", major(&version), None),
        ("suse", "sles" | "linux_enterprise_server") => {
            let pack =
                plain(Attribute::Update).and_then(|update| Some(update.strip_prefix("sp")?.to_owned()));
            ("SUSE", pack.map_or(version.clone(), |pack| format!("{version}.{pack}")), None)
        }
        ("opensuse", "leap") => ("openSUSE", version, None),
        _ => return None,
    };
    (!release.1.is_empty()).then_some(release)
}

#[cfg(test)]
#[path = "cpe_tests.rs"]
mod tests;
