// SPDX-License-Identifier: Apache-2.0
//! No text makes the engine panic or loop.

#![cfg(test)]

use hinomi_advisory_formats::read;
use hinomi_match::{ComponentQuery, Index, Scheme, alias, resolve, target_version};
use proptest::prelude::*;
use serde_json::json;

proptest! {
    #[test]
    fn any_text_is_taken(
        texts in proptest::collection::vec(".{0,40}", 6),
        ecosystem in prop_oneof![Just("PyPI".to_owned()), Just("Maven".to_owned()), Just("Debian:12".to_owned()), ".{0,20}"],
        distro in ".{0,20}",
    ) {
        let purl = format!("pkg:{}", texts[0]);
        let query = ComponentQuery {
            purl: Some(&purl), name: &texts[1], version: Some(&texts[2]), distro: Some(&distro),
            ..Default::default()
        };
        let _resolved = resolve(&query);
        let record = json!({"id": "R", "affected": [{"package": {"ecosystem": ecosystem, "name": texts[1]},
            "versions": [texts[2]],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": texts[3]}, {"fixed": texts[4]},
                {"introduced": texts[5]}, {"last_affected": texts[2]}, {"limit": texts[3]}]}]}]});
        let mut builder = Index::builder();
        builder.add(&read(record.to_string().as_bytes(), "r.json").unwrap()[0]);
        let index = builder.finish();
        let plain = ComponentQuery { name: &texts[1], version: Some(&texts[2]), distro: Some("debian-12"), ..query };
        let _found = (index.match_component(&query), index.match_component(&ComponentQuery { purl: None, ..plain }));
        let _target = target_version(Scheme::Maven, texts.iter().map(String::as_str));
    }

    #[test]
    fn bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _outcome = read(&bytes, "x");
    }

    #[test]
    fn groups_do_not_depend_on_the_order_of_records(
        records in proptest::collection::vec((0u8..9, proptest::collection::vec(0u8..9, 0..4)), 0..12),
    ) {
        let name = |number: u8| match number {
            0..=3 => format!("CVE-{number}"),
            4..=6 => format!("GHSA-{number}"),
            _ => format!("OTHER-{number}"),
        };
        let records: Vec<(String, Vec<String>)> = records
            .into_iter()
            .map(|(id, aliases)| (name(id), aliases.into_iter().map(name).collect()))
            .collect();
        let forward = alias::groups(records.iter().map(|(id, aliases)| (id, aliases)));
        let backward = alias::groups(records.iter().rev().map(|(id, aliases)| (id, aliases.iter().rev())));
        prop_assert_eq!(forward.iter().collect::<Vec<_>>(), backward.iter().collect::<Vec<_>>());
        for group in forward.iter() {
            prop_assert!(group.members.iter().filter(|id| id.starts_with("CVE-")).count() <= 1, "{group:?}");
        }
    }
}
