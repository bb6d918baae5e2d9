// SPDX-License-Identifier: Apache-2.0
//! A roster says the same as its components one by one.

#![cfg(test)]

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_match::{Answer, ComponentQuery, Index, MatchSet, Resolved, Roster, resolve};

fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut documents = Vec::new();
    walk(folder, &Limits::default(), &mut |entry| {
        documents.push((entry.path, entry.bytes.unwrap().into_owned()));
        ControlFlow::Continue(())
    })
    .unwrap();
    documents
}

fn components(folder: &Path) -> Vec<Resolved> {
    let mut found = Vec::new();
    for (path, bytes) in documents(folder) {
        let inventory = hinomi_inventory_formats::read(&bytes, &path).unwrap();
        let distro = inventory.host.distro();
        found.extend(inventory.components.iter().map(|component| {
            resolve(&ComponentQuery {
                purl: component.purl.as_deref(),
                cpe: component.cpe.as_deref(),
                more: &component.more_identities,
                name: &component.name,
                version: component.version.as_deref(),
                source_name: component.source_name.as_deref(),
                source_version: component.source_version.as_deref(),
                distro: component.distro.as_deref().or(distro.as_deref()),
                kernel_running: component.kernel_running,
                supplier: component.supplier.as_deref(),
            })
        }));
    }
    found
}

fn told(index: &Index, roster: &Roster, range: Range<usize>) -> Vec<(usize, Answer)> {
    let mut told = Vec::new();
    index.match_roster(roster, range, |number, answer| told.push((number, answer)));
    told
}

#[test]
fn a_roster_says_what_its_components_say() {
    let scenarios = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios"));
    let mut folders: Vec<PathBuf> = std::fs::read_dir(scenarios)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    // Every scenario's components are asked of every scenario's advisories: most are of other ecosystems.
    let all: Vec<Resolved> =
        folders.iter().flat_map(|folder| components(&folder.join("inventory"))).collect();
    let roster: Roster = all.iter().cloned().collect();
    assert!(roster.len() > 150, "{}", roster.len());
    let (mut matches, mut unknown) = (0, 0);
    for folder in &folders {
        let mut builder = Index::builder();
        for (path, bytes) in documents(&folder.join("advisories")) {
            let records = hinomi_advisory_formats::read(&bytes, &path).unwrap();
            records.iter().for_each(|record| drop(builder.add(record)));
        }
        let index = builder.finish();
        let expected: Vec<(usize, Answer)> = all
            .iter()
            .map(|resolved| index.match_resolved(resolved.clone()))
            .map(|MatchSet { matches, unknown, undecided, .. }| Answer { matches, unknown, undecided })
            .enumerate()
            .filter(|(_, answer)| !answer.matches.is_empty() || answer.unknown.is_some())
            .collect();
        assert_eq!(told(&index, &roster, 0..roster.len()), expected, "{}", folder.display());
        let halves = [0..roster.len() / 2, roster.len() / 2..usize::MAX];
        let by_halves: Vec<_> = halves.into_iter().flat_map(|half| told(&index, &roster, half)).collect();
        assert_eq!(by_halves, expected, "{}", folder.display());
        let mut some = Vec::new();
        let numbers: Vec<u32> = (0..roster.len() as u32).rev().step_by(3).collect();
        index.match_numbers(&roster, &numbers, |number, answer| some.push((number, answer)));
        let wanted: Vec<_> = expected
            .iter()
            .rev()
            .filter(|(number, _)| numbers.contains(&(*number as u32)))
            .cloned()
            .collect();
        assert_eq!(some, wanted, "{}", folder.display());
        matches += expected.iter().map(|(_, answer)| answer.matches.len()).sum::<usize>();
        unknown += expected.iter().filter(|(_, answer)| answer.unknown.is_some()).count();
    }
    assert!(matches > 100 && unknown > 1_000, "{matches} matches, {unknown} unknown");
}
