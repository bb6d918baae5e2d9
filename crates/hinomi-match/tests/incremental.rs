// SPDX-License-Identifier: Apache-2.0
//! An index of just a component's records answers as the index of all records does, in whatever order they come.

#![cfg(test)]

use hinomi_advisory_formats::{Advisory, read};
use hinomi_match::{ComponentQuery, Index, MatchSet, advisory_keys, resolve};
use proptest::prelude::*;
use serde_json::json;

const ECOSYSTEMS: [&str; 8] = [
    "PyPI",
    "npm",
    "Debian:12",
    "Debian:11",
    "AlmaLinux:8",
    "Ubuntu:22.04:LTS",
    "Ubuntu:Pro:22.04:LTS",
    "Maven",
];

const PURLS: [&str; 6] = [
    "pkg:pypi/{}@{v}",
    "pkg:npm/{}@{v}",
    "pkg:deb/debian/x@{v}?upstream={}&distro=debian-12",
    "pkg:rpm/almalinux/{}@{v}?distro=almalinux-8",
    "pkg:deb/ubuntu/{}@{v}?distro=jammy",
    "pkg:maven/g/{}@{v}",
];

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0u8..4, 0u8..4, 0u8..3).prop_map(|(a, b, c)| format!("{a}.{b}.{c}")),
        1 => Just("1.0.0-rc.1".to_owned()),
        1 => Just("not a version".to_owned()),
        1 => Just("0".to_owned()),
    ]
}

fn affected() -> impl Strategy<Value = serde_json::Value> {
    let event = (0usize..4, version());
    let events = proptest::collection::vec(event, 0..5);
    let versions = proptest::collection::vec(version(), 0..3);
    (0usize..ECOSYSTEMS.len(), 0u8..3, events, versions).prop_map(|(ecosystem, name, events, versions)| {
        let ecosystem = ECOSYSTEMS[ecosystem];
        let name = if ecosystem == "Maven" { format!("g:p{name}") } else { format!("p{name}") };
        let kinds = ["introduced", "fixed", "last_affected", "limit"];
        let events: Vec<_> =
            events.into_iter().map(|(kind, version)| json!({kinds[kind]: version})).collect();
        json!({"package": {"ecosystem": ecosystem, "name": name}, "versions": versions,
            "ranges": [{"type": "ECOSYSTEM", "events": events}]})
    })
}

fn advisory() -> impl Strategy<Value = Advisory> {
    // Few identifiers and times, so that records replace each other.
    (0u8..12, 1u8..4, any::<bool>(), proptest::collection::vec(affected(), 0..4)).prop_map(
        |(id, day, withdrawn, affected)| {
            let mut record =
                json!({"id": format!("R-{id}"), "modified": format!("2026-01-0{day}"), "affected": affected});
            if withdrawn && day == 3 {
                record["withdrawn"] = json!("2026-01-03");
            }
            read(record.to_string().as_bytes(), "r.json").unwrap().remove(0)
        },
    )
}

fn answer(index: &Index, purl: &str) -> MatchSet {
    index.match_component(&ComponentQuery { purl: Some(purl), ..Default::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_small_index_answers_as_the_full_one(
        records in proptest::collection::vec(advisory(), 0..24),
        kind in 0usize..PURLS.len(),
        name in 0u8..3,
        version in version(),
    ) {
        let purl = PURLS[kind].replace("{v}", &version.replace(' ', "%20")).replace("{}", &format!("p{name}"));
        let mut full = Index::builder();
        let mut backward = Index::builder();
        for record in &records {
            full.add(record);
        }
        for record in records.iter().rev() {
            backward.add(record);
        }
        let full = full.finish();
        let expected = answer(&full, &purl);
        prop_assert_eq!(&answer(&backward.finish(), &purl), &expected);

        // A store keeps one record of each identifier: the one that changed last.
        let keys = resolve(&ComponentQuery { purl: Some(&purl), ..Default::default() }).keys;
        let newest = |record: &&Advisory| {
            !records.iter().any(|other| other.id == record.id && other.modified > record.modified)
        };
        let touches = |record: &&Advisory| advisory_keys(record).iter().any(|key| keys.contains(key));
        let mut small = Index::builder().with_coverage(full.coverage().clone());
        let same_time = |record: &&Advisory| {
            records.iter().any(|other| {
                other.id == record.id && other.modified == record.modified && other != *record
            })
        };
        // Two records of one identifier and one time are for the store to tell apart; both then go in.
        prop_assume!(!records.iter().filter(newest).any(|record| same_time(&record)));
        for record in records.iter().filter(newest).filter(touches) {
            small.add(record);
        }
        prop_assert_eq!(&answer(&small.finish(), &purl), &expected);
    }
}
