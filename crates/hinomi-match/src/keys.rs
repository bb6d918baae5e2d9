// SPDX-License-Identifier: Apache-2.0
//! The other direction: which package keys a record touches.

use hinomi_advisory_formats::{Advisory, Affected};
use hinomi_version::ecosystem;
use hinomi_version::purl::Purl;

use crate::distro::{EcosystemParts, parse_ecosystem};
use crate::query::PackageKey;

/// The package keys of a record, sorted, each once; a withdrawn record keeps its keys, so that what it matched can
/// be found and retracted.
#[must_use]
pub fn advisory_keys(advisory: &Advisory) -> Vec<PackageKey> {
    let mut keys: Vec<PackageKey> =
        advisory.affected.iter().filter_map(package_of).map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The key of one entry, and its ecosystem taken apart. An entry without an ecosystem may still have a purl.
pub(crate) fn package_of(affected: &Affected) -> Option<(PackageKey, EcosystemParts)> {
    let package = &affected.package;
    if let Some(ecosystem) = &package.ecosystem {
        if package.name.trim().is_empty() {
            return None;
        }
        let parts = parse_ecosystem(ecosystem);
        let name = ecosystem::normalise_name(&parts.base, package.name.trim()).into_owned();
        return Some((PackageKey { ecosystem: parts.base.clone(), name }, parts));
    }
    let purl = Purl::parse(package.purl.as_deref()?).ok()?;
    let (base, name) = ecosystem::for_purl(&purl)?;
    let parts = EcosystemParts { base: base.to_owned(), release: None, channel: None };
    Some((PackageKey { ecosystem: base.to_owned(), name }, parts))
}
