// SPDX-License-Identifier: Apache-2.0
//! Real SBOMs of container images against real advisories: every match that independent comparators
//! computed is found, and within their scope nothing else, but for the listed deviations.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_match::{ComponentQuery, Index, State};

fn data_dir() -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let dir = PathBuf::from(std::env::var("HINOMI_DATA_DIR").unwrap_or_else(|_| fallback.to_owned()));
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

fn each(archive: &Path, mut visit: impl FnMut(&str, &[u8])) {
    walk(archive, &Limits::default(), &mut |entry| {
        visit(&entry.path, &entry.bytes.unwrap());
        ControlFlow::Continue(())
    })
    .unwrap();
}

/// Inventory, component, advisory.
type Triple = (String, String, String);

/// What the reference looked at: Debian's lists by source package, and each ecosystem's own database.
fn in_scope(component: &str, advisory: &str) -> bool {
    let pairs = [
        ("pkg:deb/debian/", "DSA-"),
        ("pkg:deb/debian/", "DLA-"),
        ("pkg:golang/", "GO-"),
        ("pkg:pypi/", "PYSEC-"),
        ("pkg:npm/", "GHSA-"),
        ("pkg:maven/", "GHSA-"),
    ];
    pairs.iter().any(|(purl, id)| component.starts_with(purl) && advisory.starts_with(id))
}

fn index(dir: &Path) -> Index {
    let mut builder = Index::builder();
    let mut add = |path: &str, bytes: &[u8]| {
        if let Ok(advisories) = hinomi_advisory_formats::read(bytes, path) {
            for advisory in advisories {
                builder.add(&advisory);
            }
        }
    };
    each(&dir.join("advisories-osv.tar.zst"), &mut add);
    each(&dir.join("advisories-distro.tar.zst"), |path, bytes| {
        if path.ends_with("DSA/list") || path.ends_with("DLA/list") {
            add(path, bytes);
        }
    });
    builder.finish()
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '!']).next().unwrap()
}

fn expected(dir: &Path) -> BTreeSet<Triple> {
    let mut rows = BTreeSet::new();
    each(&dir.join("sboms.tar.zst"), |path, bytes| {
        if file_name(path) != "expected-matches.jsonl" {
            return;
        }
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let row: serde_json::Value = serde_json::from_slice(line).unwrap();
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            rows.insert((text("sbom"), text("purl"), text("advisory")));
        }
    });
    rows
}

fn found(dir: &Path, index: &Index, sboms: &HashSet<&str>) -> BTreeSet<Triple> {
    let mut rows = BTreeSet::new();
    each(&dir.join("sboms.tar.zst"), |path, bytes| {
        let name = file_name(path);
        if !sboms.contains(name) {
            return;
        }
        let inventory = hinomi_inventory_formats::read(bytes, path).unwrap();
        for component in &inventory.components {
            let Some(purl) = component.purl.as_deref() else { continue };
            let query = ComponentQuery {
                purl: Some(purl),
                name: &component.name,
                version: component.version.as_deref(),
                source_name: component.source_name.as_deref(),
                source_version: component.source_version.as_deref(),
                distro: component.distro.as_deref(),
                ..Default::default()
            };
            for found in index.match_component(&query).matches {
                if found.state == State::Affected && in_scope(purl, &found.advisory) {
                    rows.insert((name.to_owned(), purl.to_owned(), found.advisory));
                }
            }
        }
    });
    rows
}

/// The purl without version and qualifiers.
fn package(purl: &str) -> &str {
    purl.split('@').next().unwrap()
}

#[test]
fn expected_matches_are_found_and_nothing_else() {
    let Some(dir) = data_dir() else { return };
    let expected = expected(&dir);
    assert_eq!(expected.len(), 19_299);
    let sboms: HashSet<&str> = expected.iter().map(|(sbom, _, _)| sbom.as_str()).collect();
    let found = found(&dir, &index(&dir), &sboms);

    let mut listed: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    for line in include_str!("ground_truth_deviations.tsv").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        assert_eq!(parts.len(), 4, "{line}");
        assert!(parts[3].len() > 20, "a deviation needs its reason: {line}");
        listed.insert((parts[0].to_owned(), parts[1].to_owned(), parts[2].to_owned()), 0);
    }
    let mut unexplained = Vec::new();
    let differences = expected
        .difference(&found)
        .map(|row| ("missing", row))
        .chain(found.difference(&expected).map(|row| ("extra", row)));
    for (side, row) in differences {
        match listed.get_mut(&(side.to_owned(), row.2.clone(), package(&row.1).to_owned())) {
            Some(count) => *count += 1,
            None => unexplained.push((side, row)),
        }
    }
    assert_eq!(unexplained, Vec::new());
    let stale: Vec<_> = listed.iter().filter(|(_, count)| **count == 0).collect();
    assert_eq!(stale, Vec::new(), "these deviations do not occur any more");
    println!("{} of {} expected matches found", expected.intersection(&found).count(), expected.len());
}
