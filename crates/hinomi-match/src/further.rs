// SPDX-License-Identifier: Apache-2.0
//! One component under several names.
//!
//! ```text
//!   purl pkg:generic/openssl@3.0.1, CPE a:openssl:openssl:3.0.1, CPE a:openssl_project:openssl:3.0.1
//!        └► three identities, looked up all; what any of them finds is a finding of the one component
//!
//!   supplier "Mozilla Foundation", name "Mozilla Firefox (x64 en-US)", version 115.0, nothing else
//!        └► by name: mozilla:firefox, mozilla:mozilla_firefox     candidates that somebody must look at
//! ```
//!
//! - Where an ecosystem or a distribution names the component, CPE names beside it are passed over, as tools guess them.
//! - A CPE name of a system or a device beside one of an application is where it runs, and no name of it.
//! - Names of supplier and product alone decide nothing: what they find is *unknown*, and the component itself stays
//!   without an identity, since silence about a spelling proves nothing.

use hinomi_version::Scheme;
use hinomi_version::cpe::{Attribute, Cpe, Value};

use crate::cpe;
use crate::query::{ComponentQuery, Resolved, UnknownReason};
use crate::resolve::resolve_one;

/// Tools that guess names give a dozen; more than this is no inventory.
const MAX_NAMES: usize = 64;

/// Adds the component's further names to the first one, and puts one that can be judged in front.
pub(crate) fn join(query: &ComponentQuery<'_>, first: Resolved) -> Resolved {
    // Any repository is named so; few are actions, and a CPE name beside it is no guess at one.
    let is_repository = |one: &Resolved| one.unit.ecosystem == "GitHub Actions";
    let own = query.cpe.filter(|text| is_repository(&first) && Cpe::parse(text).is_ok());
    if query.more.is_empty() && own.is_none() {
        return first;
    }
    let part = |one: &Resolved| one.cpe.as_deref().and_then(Cpe::part);
    let own_part = part(&first);
    let mut all = vec![first];
    for text in own.into_iter().chain(query.more.iter().map(String::as_str)).take(MAX_NAMES) {
        let Some(one) = further(query, text) else { continue };
        let runs_on = own_part == Some('a') && matches!(part(&one), Some('o' | 'h'));
        let is_known = |known: &Resolved| known.keys == one.keys && known.version == one.version;
        if !one.keys.is_empty() && !runs_on && !all.iter().any(is_known) {
            all.push(one);
        }
    }
    let is_named = |one: &Resolved| one.cpe.is_none() && one.unknown.is_none() && !is_repository(one);
    if all.iter().any(is_named) {
        all.retain(|one| one.cpe.is_none());
    }
    let front = all.iter().position(|one| one.unknown.is_none()).unwrap_or(0);
    let mut front = all.remove(front);
    front.more = all;
    front
}

fn further(query: &ComponentQuery<'_>, text: &str) -> Option<Resolved> {
    let starts = |with: &str| text.trim_start().get(..4).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let bare = ComponentQuery { purl: None, cpe: None, more: &[], ..*query };
    if starts("pkg:") {
        Some(resolve_one(&ComponentQuery { purl: Some(text), ..bare }))
    } else if starts("cpe:") {
        Some(resolve_one(&ComponentQuery { cpe: Some(text), source_name: None, ..bare }))
    } else {
        None
    }
}

/// What only supplier and name say of a component that nothing identifies.
pub(crate) fn by_name(query: &ComponentQuery<'_>, unidentified: Resolved) -> Resolved {
    let (Some(supplier), Some(version)) = (query.supplier, query.version) else { return unidentified };
    let product = query.name;
    let vendors = vendors(supplier);
    let mut found: Vec<Resolved> = Vec::new();
    for vendor in &vendors {
        for product in products(product, &vendors, version) {
            if let Some(one) = candidate(&unidentified, vendor, &product, version)
                && !found.iter().any(|known| known.keys == one.keys)
            {
                found.push(one);
            }
        }
    }
    let mut found = found.into_iter();
    let Some(mut first) = found.next() else { return unidentified };
    first.more = found.collect();
    first
}

fn candidate(unidentified: &Resolved, vendor: &str, product: &str, version: &str) -> Option<Resolved> {
    let mut name = Cpe::default();
    let parts = [
        (Attribute::Part, "a"),
        (Attribute::Vendor, vendor),
        (Attribute::Product, product),
        (Attribute::Version, version),
    ];
    for (attribute, text) in parts {
        name.set(attribute, Value::literal(&text.to_lowercase()).ok()?);
    }
    let keys = cpe::keys_by_name(vendor, product);
    (!keys.is_empty()).then(|| Resolved {
        keys,
        version: Some(version.to_owned()),
        scheme: Some(Scheme::Generic),
        cpe: Some(Box::new(name)),
        by_name: true,
        unknown: Some(UnknownReason::NoIdentity),
        ..unidentified.clone()
    })
}

/// The supplier as it stands, and without what only registers of companies need.
fn vendors(supplier: &str) -> Vec<String> {
    const FORMS: [&str; 27] = [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "gmbh",
        "ag",
        "kg",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
        "as",
        "plc",
        "pty",
        "foundation",
        "project",
    ];
    let supplier = supplier.trim().trim_start_matches("Organization:").trim_start_matches("Person:");
    // A mail address is no part of a name.
    let supplier = supplier.split(['<', '(']).next().unwrap_or(supplier);
    let whole = cpe::plain_name(supplier);
    let mut words: Vec<&str> = whole.split('_').filter(|word| !word.is_empty()).collect();
    if words.first() == Some(&"the") {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|last| FORMS.contains(last)) {
        words.pop();
    }
    distinct([whole.clone(), words.join("_")])
}

/// The product as it stands, and without its vendor's name, its version, its language and its processor.
fn products(product: &str, vendors: &[String], version: &str) -> Vec<String> {
    let whole = cpe::plain_name(product);
    let bare = cpe::plain_name(product.split(['(', '[']).next().unwrap_or(product));
    let version = cpe::plain_name(version);
    let unversioned = bare.strip_suffix(&version).unwrap_or(&bare).trim_end_matches('_');
    let unversioned = unversioned.strip_suffix("_version").unwrap_or(unversioned);
    let without_vendor = |name: &str| {
        let rest = vendors.iter().find_map(|vendor| name.strip_prefix(vendor.as_str())?.strip_prefix('_'));
        rest.unwrap_or(name).to_owned()
    };
    let own = without_vendor(unversioned);
    distinct([whole, bare.clone(), unversioned.to_owned(), own])
}

fn distinct<const N: usize>(names: [String; N]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(N);
    for name in names {
        if !name.is_empty() && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve;

    fn keys(resolved: &Resolved) -> Vec<String> {
        resolved.every_key().map(|key| key.name.clone()).collect()
    }

    #[test]
    fn guessed_names_are_passed_over_where_an_ecosystem_names_the_component() {
        let more = ["cpe:2.3:a:demo:demo:1:*:*:*:*:*:*:*".to_owned(), "pkg:npm/demo@1".to_owned()];
        let query = ComponentQuery { purl: Some("pkg:pypi/demo@1"), more: &more, ..Default::default() };
        let names: Vec<String> = resolve(&query).every_key().map(ToString::to_string).collect();
        assert_eq!(names, ["PyPI/demo", "npm/demo"]);
    }

    #[test]
    fn what_can_be_judged_stands_in_front() {
        let more = ["mac:00:11".to_owned(), "pkg:pypi/demo@1".to_owned()];
        let query = ComponentQuery { purl: Some("pkg:generic/demo@1"), more: &more, ..Default::default() };
        let resolved = resolve(&query);
        assert_eq!((resolved.unit.to_string().as_str(), resolved.unknown), ("PyPI/demo", None));
    }

    #[test]
    fn a_system_beside_an_application_is_no_name_of_it() {
        let more = ["cpe:/o:linux:linux_kernel".to_owned(), "cpe:/a:open:ssh:8".to_owned()];
        let query =
            ComponentQuery { cpe: Some("cpe:/a:openbsd:openssh:8"), more: &more, ..Default::default() };
        let keys = keys(&resolve(&query));
        assert!(keys.iter().any(|key| key == "a:open:ssh") && !keys.iter().any(|key| key.contains("linux")));
    }

    #[test]
    fn a_supplier_and_a_name_are_candidates_only() {
        let query = ComponentQuery {
            supplier: Some("The Acme Corporation, Inc."),
            name: "Acme Forms 2.1 (x64 en-US)",
            version: Some("2.1"),
            ..Default::default()
        };
        let resolved = resolve(&query);
        assert!(keys(&resolved).contains(&"a:acme:forms".to_owned()), "{:?}", keys(&resolved));
        assert!(keys(&resolved).contains(&"name:acme:forms".to_owned()));
        assert_eq!(resolved.unknown, Some(UnknownReason::NoIdentity));
    }
}
