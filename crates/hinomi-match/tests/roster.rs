// SPDX-License-Identifier: Apache-2.0
//! A roster says the same as its components one by one.

#![cfg(test)]

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_match::{Answer, ComponentQuery, Index, Match, MatchSet, Resolved, Roster, Rule, Told, resolve};
use proptest::prelude::*;
use serde_json::json;

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

/// What the packages of an index tell, per component, in parts of two packages.
fn by_package(index: &Index, roster: &Roster) -> BTreeMap<usize, Vec<Match>> {
    let components = roster.by_package();
    let mut told: BTreeMap<usize, Vec<Match>> = BTreeMap::new();
    for start in (0..index.sizes().packages).step_by(2) {
        index.match_packages(&components, start..start + 2, |number, what| match what {
            Told::Hit(hit) => told.entry(number).or_default().push(hit.to_match()),
            Told::Answer(answer) => {
                let before = told.insert(number, answer.matches);
                assert_eq!(before, None, "component {number} is told twice");
            }
        });
    }
    told.retain(|_, matches| !matches.is_empty());
    for matches in told.values_mut() {
        matches.sort_by(|left, right| {
            (&left.advisory, &left.vulnerability).cmp(&(&right.advisory, &right.vulnerability))
        });
    }
    told
}

/// The same, of each component by itself.
fn by_number(index: &Index, roster: &Roster) -> BTreeMap<usize, Vec<Match>> {
    let answers = (0..roster.len()).map(|number| (number, index.answer(roster.get(number).unwrap()).matches));
    answers.filter(|(_, matches)| !matches.is_empty()).collect()
}

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => (0u8..4, 0u8..4).prop_map(|(a, b)| format!("{a}.{b}")),
        1 => (0u8..4).prop_map(|a| format!("{a}.0+local1")),
        1 => (0u8..4).prop_map(|a| format!("{a}.0.module+el8.6.0")),
        1 => Just("1.0.0-rc.1".to_owned()),
        1 => Just("not a version".to_owned()),
        1 => Just("0".to_owned()),
    ]
}

fn affected() -> impl Strategy<Value = serde_json::Value> {
    let places = [
        "PyPI",
        "npm",
        "Debian:12",
        "Debian",
        "AlmaLinux:8",
        "Ubuntu:22.04:LTS",
        "Ubuntu:Pro:22.04:LTS",
        "Maven",
    ];
    let event = (0usize..4, version());
    let events = proptest::collection::vec(event, 0..5);
    let versions = proptest::collection::vec(version(), 0..4);
    (0usize..places.len(), 0u8..2, events, versions).prop_map(move |(place, name, events, versions)| {
        let name = if places[place] == "Maven" { format!("g:p{name}") } else { format!("p{name}") };
        let kinds = ["introduced", "fixed", "last_affected", "limit"];
        let events: Vec<_> =
            events.into_iter().map(|(kind, version)| json!({kinds[kind]: version})).collect();
        json!({"package": {"ecosystem": places[place], "name": name}, "versions": versions,
            "ranges": [{"type": "ECOSYSTEM", "events": events}]})
    })
}

fn component() -> impl Strategy<Value = Resolved> {
    let kinds = [
        "pkg:pypi/{}@{v}",
        "pkg:npm/{}@{v}",
        "pkg:deb/debian/x@{v}?upstream={}&distro=debian-12",
        "pkg:deb/debian/{}@{v}?distro=debian-11",
        "pkg:rpm/almalinux/{}@{v}?distro=almalinux-8",
        "pkg:rpm/almalinux/{}@{v}?distro=almalinux-8&rpmmod=m:1",
        "pkg:deb/ubuntu/{}@{v}?distro=jammy",
        "pkg:maven/g/{}@{v}",
    ];
    (0usize..kinds.len(), 0u8..2, version()).prop_map(move |(kind, name, version)| {
        let version = version.replace(' ', "%20").replace('+', "%2B");
        let purl = kinds[kind].replace("{v}", &version).replace("{}", &format!("p{name}"));
        resolve(&ComponentQuery { purl: Some(&purl), ..ComponentQuery::default() })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn packages_tell_what_their_components_do(
        records in proptest::collection::vec(proptest::collection::vec(affected(), 1..4), 0..12),
        components in proptest::collection::vec(component(), 0..40),
    ) {
        let mut builder = Index::builder();
        for (number, affected) in records.into_iter().enumerate() {
            let record = json!({"id": format!("R-{number}"), "affected": affected}).to_string();
            builder.add(&hinomi_advisory_formats::read(record.as_bytes(), "r.json").unwrap()[0]);
        }
        let index = builder.finish();
        let roster: Roster = components.into_iter().collect();
        prop_assert_eq!(by_package(&index, &roster), by_number(&index, &roster));
    }
}

#[test]
fn a_version_is_found_in_its_package_alone() {
    let record = json!({"id": "R-1", "affected": [{"package": {"ecosystem": "crates.io", "name": "a"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.2.0"}]},
                   {"type": "SEMVER", "events": [{"introduced": "1.1.0"}, {"fixed": "1.3.0"}]}]}]});
    let mut builder = Index::builder();
    builder.add(&hinomi_advisory_formats::read(record.to_string().as_bytes(), "r.json").unwrap()[0]);
    let index = builder.finish();
    let purls = ["a@0.9.0", "a@1.0.0", "a@1.2.5", "a@1.3.0", "b@1.1.0", "a@1.0.0"];
    let roster: Roster = purls
        .iter()
        .map(|name| {
            resolve(&ComponentQuery { purl: Some(&format!("pkg:cargo/{name}")), ..Default::default() })
        })
        .collect();
    let components = roster.by_package();
    let mut told = Vec::new();
    index.match_packages(&components, 0..usize::MAX, |number, what| match what {
        Told::Hit(hit) => told.push((number, hit.advisory(), hit.installed(), hit.fixed(), hit.rule())),
        Told::Answer(answer) => panic!("{answer:?}"),
    });
    told.sort_unstable_by_key(|hit| hit.0);
    let hit = |number, installed| (number, "R-1", installed, Some("1.3.0"), Rule::SemverRange);
    assert_eq!(told, [hit(1, "1.0.0"), hit(2, "1.2.5"), hit(5, "1.0.0")]);
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
        assert_eq!(by_package(&index, &roster), by_number(&index, &roster), "{}", folder.display());
        matches += expected.iter().map(|(_, answer)| answer.matches.len()).sum::<usize>();
        unknown += expected.iter().filter(|(_, answer)| answer.unknown.is_some()).count();
    }
    assert!(matches > 100 && unknown > 1_000, "{matches} matches, {unknown} unknown");
}
