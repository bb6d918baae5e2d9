// SPDX-License-Identifier: Apache-2.0
//! The other direction: which package keys a record touches.

use hinomi_advisory_formats::{Advisory, Affected, ConfigurationNode, Product};
use hinomi_version::cpe::Cpe;
use hinomi_version::ecosystem;
use hinomi_version::purl::Purl;

use crate::cpe;
use crate::distro::{EcosystemParts, parse_ecosystem};
use crate::host::{identity_of, link_key};
use crate::index::named_product;
use crate::query::PackageKey;

/// The package keys of a record, sorted, each once; a withdrawn record keeps its keys, so that what it matched can
/// be found and retracted.
#[must_use]
pub fn advisory_keys(advisory: &Advisory) -> Vec<PackageKey> {
    let mut keys: Vec<PackageKey> =
        advisory.affected.iter().filter_map(package_of).map(|(key, _)| key).collect();
    keys.extend(advisory.affected.iter().filter_map(|affected| named_product(advisory, affected)));
    for node in advisory.configurations.iter().flat_map(|configuration| &configuration.nodes) {
        node_keys(node, &mut keys, 0);
    }
    let products = advisory.statements.iter().flat_map(|statement| &statement.products);
    products.for_each(|product| product_keys(product, &mut keys, 0));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Deeper nesting than published records have is not read, here as in the index.
const MAX_DEPTH: usize = 32;

fn node_keys(node: &ConfigurationNode, keys: &mut Vec<PackageKey>, depth: usize) {
    let names =
        node.matches.iter().filter(|one| one.vulnerable).filter_map(|one| Cpe::parse(&one.criteria).ok());
    keys.extend(names.filter(|name| !cpe::is_distribution(name)).filter_map(|name| cpe::criteria_key(&name)));
    if depth < MAX_DEPTH {
        node.children.iter().for_each(|child| node_keys(child, keys, depth + 1));
    }
}

fn product_keys(product: &Product, keys: &mut Vec<PackageKey>, depth: usize) {
    let name = product.purl.as_deref().or(product.cpe.as_deref());
    keys.extend(name.and_then(identity_of).into_iter().flat_map(|identity| identity.keys));
    keys.extend(product.link.as_deref().filter(|_| name.is_none()).map(link_key));
    if depth < MAX_DEPTH {
        product.subcomponents.iter().for_each(|part| product_keys(part, keys, depth + 1));
    }
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
