// SPDX-License-Identifier: Apache-2.0
//! From a package collection's address, or a package URL, to the ecosystem that matching knows.

use hinomi_version::{ecosystem, purl::Purl};
use serde_json::Map;

use super::raw::Product;
use crate::model::Package;

/// How an entry of `affected` can be matched.
pub(super) enum Target {
    /// As packages; several when one entry names several streams of a distribution.
    Packages(Vec<Package>),
    /// By CPE, or not at all.
    Products,
}

/// Hosts of package collections and the OSV ecosystem of their packages.
const COLLECTIONS: &[(&str, &str)] = &[
    ("npmjs.com", "npm"),
    ("npmjs.org", "npm"),
    ("pypi.org", "PyPI"),
    ("pypi.python.org", "PyPI"),
    ("repo.maven.apache.org", "Maven"),
    ("repo1.maven.org", "Maven"),
    ("mvnrepository.com", "Maven"),
    ("central.sonatype.com", "Maven"),
    ("crates.io", "crates.io"),
    ("rubygems.org", "RubyGems"),
    ("packagist.org", "Packagist"),
    ("pkg.go.dev", "Go"),
    ("proxy.golang.org", "Go"),
    ("nuget.org", "NuGet"),
    ("hex.pm", "Hex"),
    ("pub.dev", "Pub"),
    ("hackage.haskell.org", "Hackage"),
    ("cran.r-project.org", "CRAN"),
];

pub(super) fn target(raw: &Product) -> Target {
    if let Some(text) = &raw.package_url
        && let Ok(purl) = Purl::parse(text)
        && let Some((ecosystem, name)) = ecosystem::for_purl(&purl)
        && !needs_release(ecosystem)
    {
        let extra = Map::new();
        let package =
            Package { ecosystem: Some(ecosystem.to_owned()), name, purl: Some(text.clone()), extra };
        return Target::Packages(vec![package]);
    }
    let (Some(url), Some(name)) = (&raw.collection_url, &raw.package_name) else { return Target::Products };
    let host = host(url);
    if host == "access.redhat.com" {
        let packages: Vec<Package> = raw
            .cpes
            .iter()
            .filter_map(|cpe| {
                cpe.strip_prefix("cpe:/o:redhat:").or_else(|| cpe.strip_prefix("cpe:/a:redhat:"))
            })
            .map(|stream| package(&format!("Red Hat:{stream}"), name))
            .collect();
        let is_list = url.contains("package-browser");
        return if is_list && !packages.is_empty() { Target::Packages(packages) } else { Target::Products };
    }
    let known = COLLECTIONS.iter().find(|(known, _)| {
        host == *known || host.strip_suffix(known).is_some_and(|before| before.ends_with('.'))
    });
    match known {
        Some((_, "Maven")) if !name.contains(':') => Target::Products,
        Some((_, ecosystem)) if !name.contains(' ') => Target::Packages(vec![package(ecosystem, name)]),
        _ => Target::Products,
    }
}

/// A distribution's package without its release is nothing that can be matched.
fn needs_release(ecosystem: &str) -> bool {
    const DISTRIBUTIONS: &[&str] = &[
        "Debian",
        "Ubuntu",
        "Alpine",
        "AlmaLinux",
        "Rocky Linux",
        "Red Hat",
        "SUSE",
        "openSUSE",
        "openEuler",
        "Mageia",
    ];
    DISTRIBUTIONS.contains(&ecosystem)
}

fn package(ecosystem: &str, name: &str) -> Package {
    Package { ecosystem: Some(ecosystem.to_owned()), name: name.to_owned(), ..Package::default() }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or_default()
}
