// SPDX-License-Identifier: Apache-2.0
//! Packages to furnish a fleet with: those that the loaded real records speak of, in affected and in fixed versions.
//!
//! ```text
//! records ─→ (ecosystem, package) with the versions they name ─→ judged by the index ─┬─→ affected versions
//!                                                                                    └─→ safe ones, and made-up later ones
//! ```

use std::collections::{BTreeMap, BTreeSet};

use hinomi_advisories::read;
use hinomi_advisory_formats::Event;
use hinomi_db::Db;
use hinomi_inventory::model::{NewComponent, PACKAGE};
use hinomi_match::{Index, State};
use rayon::prelude::*;

use crate::failure::Told;

/// A package with more open advisories than this in one version would be no typical one.
const MOST_MATCHES: usize = 8;
/// Versions of one package that are looked at; some have hundreds.
const MOST_VERSIONS: usize = 24;
const RECORD_PAGE: i64 = 4_000;

/// Where packages come from; an image takes them by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shelf {
    Rpm8,
    Rpm9,
    Python,
    Rust,
    Go,
}

/// One package of the stock.
pub(super) struct Package {
    pub(super) shelf: Shelf,
    pub(super) name: String,
    pub(super) affected: Vec<String>,
    safe: Vec<String>,
}

impl Package {
    /// The `number`-th version that no record speaks against: real ones first, then later than any.
    pub(super) fn safe(&self, number: usize) -> String {
        self.safe.get(number).cloned().unwrap_or_else(|| later(self.shelf, number))
    }
}

fn later(shelf: Shelf, number: usize) -> String {
    match shelf {
        Shelf::Rpm8 => format!("9999.{number}-1.el8"),
        Shelf::Rpm9 => format!("9999.{number}-1.el9"),
        Shelf::Go => format!("v9999.{number}.0"),
        Shelf::Python | Shelf::Rust => format!("9999.{number}.0"),
    }
}

pub(super) fn component(shelf: Shelf, name: &str, version: &str) -> NewComponent {
    let purl = match shelf {
        Shelf::Rpm8 | Shelf::Rpm9 => {
            let (epoch, plain) = version.split_once(':').unwrap_or(("0", version));
            let release = if shelf == Shelf::Rpm8 { "8" } else { "9" };
            format!("pkg:rpm/almalinux/{name}@{plain}?arch=x86_64&distro=almalinux-{release}&epoch={epoch}")
        }
        Shelf::Python => format!("pkg:pypi/{name}@{version}"),
        Shelf::Rust => format!("pkg:cargo/{name}@{version}"),
        Shelf::Go => format!("pkg:golang/{name}@{version}"),
    };
    NewComponent {
        kind: PACKAGE.to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        purl: Some(purl),
        arch: matches!(shelf, Shelf::Rpm8 | Shelf::Rpm9).then(|| "x86_64".to_owned()),
        ..NewComponent::default()
    }
}

fn shelf_of(ecosystem: &str) -> Option<Shelf> {
    match ecosystem {
        "AlmaLinux:8" => Some(Shelf::Rpm8),
        "AlmaLinux:9" => Some(Shelf::Rpm9),
        "PyPI" => Some(Shelf::Python),
        "crates.io" => Some(Shelf::Rust),
        "Go" => Some(Shelf::Go),
        _ => None,
    }
}

/// A component of an ecosystem that is in stock, in a version as records write it.
pub(super) fn component_of(ecosystem: &str, name: &str, version: &str) -> Option<NewComponent> {
    let shelf = shelf_of(ecosystem)?;
    Some(component(shelf, name, &in_purl(shelf, version)))
}

/// Reads every record once: the stock, by shelf and name.
pub(super) async fn gather(db: &Db) -> anyhow::Result<Vec<Package>> {
    let mut named: BTreeMap<(Shelf, String), BTreeSet<String>> = BTreeMap::new();
    let mut index = Index::builder();
    let mut after = 0;
    loop {
        let page = read::records_page(db, after, RECORD_PAGE).await.told()?;
        let Some(last) = page.last() else { break };
        after = last.no;
        for record in &page {
            index.add(&record.advisory);
            for affected in &record.advisory.affected {
                let Some(shelf) = affected.package.ecosystem.as_deref().and_then(shelf_of) else { continue };
                let versions = named.entry((shelf, affected.package.name.clone())).or_default();
                let events = affected.ranges.iter().flat_map(|range| &range.events);
                versions.extend(events.filter_map(|event| match event {
                    Event::Fixed(version) | Event::LastAffected(version) => Some(in_purl(shelf, version)),
                    _ => None,
                }));
                versions.extend(affected.versions.iter().take(4).map(|version| in_purl(shelf, version)));
            }
        }
    }
    let index = index.finish();
    Ok(named
        .into_par_iter()
        .filter_map(|((shelf, name), versions)| judge(&index, shelf, name, &versions))
        .collect())
}

fn in_purl(shelf: Shelf, version: &str) -> String {
    if shelf == Shelf::Go { format!("v{version}") } else { version.to_owned() }
}

/// Sorts a package's versions into affected and safe; one that cannot be judged is left out.
fn judge(index: &Index, shelf: Shelf, name: String, versions: &BTreeSet<String>) -> Option<Package> {
    let mut package = Package { shelf, name, affected: Vec::new(), safe: Vec::new() };
    let probe = later(shelf, 0);
    for version in std::iter::once(&probe).chain(versions.iter().rev().take(MOST_VERSIONS)) {
        let component = component(shelf, &package.name, version);
        let set = index.match_component(&component.query());
        if set.unknown.is_some() || set.matches.iter().any(|found| found.state == State::Unknown) {
            if *version == probe {
                return None;
            }
            continue;
        }
        match set.affected().count() {
            0 if *version == probe => {}
            0 => package.safe.push(version.clone()),
            1..=MOST_MATCHES if *version != probe => package.affected.push(version.clone()),
            // Affected for ever, or by more than is typical.
            _ if *version == probe => return None,
            _ => {}
        }
    }
    Some(package)
}
