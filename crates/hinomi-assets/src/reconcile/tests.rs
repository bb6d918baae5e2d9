// SPDX-License-Identifier: Apache-2.0
//! Rules by example, and that no order matters.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// `agent`, `cmdb` and so on are sources 0, 1, …; `n` marks those that number their things.
fn record(source: i64, name: &str, keys: &[(Rule, &str)]) -> Candidate {
    let mut keys: Vec<Key> = keys.iter().map(|(rule, value)| Key::new(*rule, *value)).collect();
    keys.sort();
    keys.dedup();
    let id = name.bytes().fold(source, |sum, byte| sum * 257 + i64::from(byte));
    Candidate {
        id,
        name: format!("{source} {name}"),
        source,
        rank: source,
        numbered: source >= 2,
        beside: None,
        kind: Some(AssetKind::Host),
        place: None,
        keys,
    }
}

use Rule::{Address, Agent, Fqdn, Hostname, Mac, Serial};

/// Clusters as sets of names, those in question with a mark.
fn grouped(records: &[Candidate], decided: &[Decided]) -> (BTreeSet<String>, Vec<String>) {
    let outcome = identify(records, decided);
    let name = |id: &i64| records.iter().find(|record| record.id == *id).unwrap().name.clone();
    let cluster = |cluster: &Cluster| {
        let names: BTreeSet<String> = cluster.records.iter().map(name).collect();
        let mark = if cluster.in_question { "?" } else { "" };
        format!("{mark}{}", names.into_iter().collect::<Vec<_>>().join("+"))
    };
    let mut questions: Vec<String> = outcome
        .questions
        .iter()
        .map(|question| {
            let candidates: Vec<String> =
                question.candidates.iter().map(|index| cluster(&outcome.clusters[*index])).collect();
            format!(
                "{} {} by {} {:?} against {:?}: {}",
                cluster(&outcome.clusters[question.cluster]),
                question.kind.name(),
                question.rule.name(),
                question.values,
                question.against.map(Rule::name),
                candidates.join(", ")
            )
        })
        .collect();
    questions.sort();
    (outcome.clusters.iter().map(cluster).collect(), questions)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_same_host_from_three_sources_is_one() {
    let records = [
        record(0, "a", &[(Agent, "glpi:1"), (Serial, "dell 1"), (Hostname, "web-1")]),
        record(2, "7", &[(Serial, "dell 1"), (Hostname, "web-01")]),
        record(1, "scan", &[(Mac, "m1"), (Hostname, "web-1")]),
    ];
    assert_eq!(grouped(&records, &[]), (set(&["0 a+1 scan+2 7"]), vec![]));
}

#[test]
fn what_fits_two_is_asked_and_never_guessed() {
    let records = [
        record(0, "a", &[(Serial, "dell 1"), (Hostname, "web-1")]),
        record(0, "b", &[(Serial, "dell 2"), (Hostname, "web-1")]),
        record(1, "scan", &[(Hostname, "web-1")]),
    ];
    let (clusters, questions) = grouped(&records, &[]);
    assert_eq!(clusters, set(&["0 a", "?0 b", "?1 scan"]));
    assert_eq!(questions[0], "?0 b contradiction by hostname [\"web-1\"] against Some(\"serial\"): 0 a");
    assert_eq!(questions[1], "?1 scan ambiguous by hostname [\"web-1\"] against None: 0 a, ?0 b");
    // A person says which.
    let decided = [Decided::Same(records[2].id, records[1].id), Decided::Apart(records[0].id, records[1].id)];
    assert_eq!(grouped(&records, &decided), (set(&["0 a", "0 b+1 scan"]), vec![]));
}

#[test]
fn a_host_of_another_place_or_domain_is_another() {
    let mut records =
        [record(0, "a", &[(Serial, "dell 1"), (Hostname, "web-1")]), record(1, "b", &[(Hostname, "web-1")])];
    records[0].place = Some("tokyo".into());
    records[1].place = Some("osaka".into());
    assert_eq!(grouped(&records, &[]), (set(&["0 a", "1 b"]), vec![]));
    records[1].place = None;
    assert_eq!(grouped(&records, &[]), (set(&["0 a+1 b"]), vec![]));
    let domains = [
        record(0, "a", &[(Fqdn, "web-1.tokyo.example"), (Hostname, "web-1")]),
        record(1, "b", &[(Fqdn, "web-1.osaka.example"), (Hostname, "web-1")]),
        record(1, "c", &[(Hostname, "web-1")]),
    ];
    let (clusters, questions) = grouped(&domains, &[]);
    assert_eq!(clusters, set(&["0 a", "1 b", "?1 c"]));
    assert_eq!(questions.len(), 1, "{questions:?}");
}

#[test]
fn a_value_that_only_one_other_has_decides_over_a_shared_one() {
    let records = [
        record(0, "a", &[(Serial, "dell 1"), (Mac, "own-a"), (Mac, "dock")]),
        record(0, "b", &[(Serial, "dell 2"), (Mac, "own-b"), (Mac, "dock")]),
        record(1, "scan", &[(Mac, "own-a"), (Mac, "dock")]),
    ];
    assert_eq!(grouped(&records, &[]), (set(&["0 a+1 scan", "0 b"]), vec![]));
}

#[test]
fn an_address_speaks_only_for_what_has_nothing_else() {
    let records = [
        record(0, "a", &[(Serial, "dell 1"), (Address, "192.0.2.1")]),
        record(1, "b", &[(Serial, "dell 2"), (Address, "192.0.2.1")]),
        record(1, "scan", &[(Address, "192.0.2.9")]),
        record(0, "c", &[(Hostname, "c"), (Address, "192.0.2.9")]),
    ];
    assert_eq!(grouped(&records, &[]), (set(&["0 a", "1 b", "0 c+1 scan"]), vec![]));
}

#[test]
fn a_source_that_numbers_two_means_two() {
    let records = [
        record(2, "7", &[(Hostname, "switch")]),
        record(2, "8", &[(Hostname, "switch")]),
        record(2, "9", &[(Serial, "dell 1")]),
        record(2, "10", &[(Serial, "dell 1")]),
    ];
    let (clusters, questions) = grouped(&records, &[]);
    assert_eq!(clusters, set(&["2 7", "2 8", "2 10", "?2 9"]));
    assert_eq!(questions, ["?2 9 contradiction by serial [\"dell 1\"] against None: 2 10"]);
}

#[test]
fn the_most_trusted_stays_when_two_claim_to_be_it() {
    let records = [
        record(0, "agent", &[(Serial, "dell 1")]),
        record(2, "7", &[(Serial, "dell 1"), (Hostname, "web")]),
        record(2, "8", &[(Serial, "dell 1")]),
    ];
    let (clusters, questions) = grouped(&records, &[]);
    assert_eq!(clusters, set(&["0 agent", "?2 7", "?2 8"]));
    assert_eq!(questions.len(), 2, "{questions:?}");
    let decided = [Decided::Apart(records[0].id, records[2].id)];
    assert_eq!(grouped(&records, &decided).0, set(&["0 agent+2 7", "2 8"]));
}

#[test]
fn two_pairs_of_twins_leave_the_better_known_pair() {
    let hosts = [("a", "dell 1"), ("b", "dell 2")];
    let mut records: Vec<Candidate> =
        hosts.iter().map(|(name, serial)| record(0, name, &[(Serial, serial), (Mac, "shared")])).collect();
    records.extend(["7", "8"].iter().map(|name| record(2, name, &[(Mac, "shared")])));
    let (clusters, questions) = grouped(&records, &[]);
    assert_eq!(clusters, set(&["0 a", "0 b", "?2 7", "?2 8"]));
    assert_eq!(questions.len(), 2, "{questions:?}");
}

#[test]
fn a_value_that_too_many_share_identifies_nobody() {
    let many: Vec<Candidate> = (0..=MOST_SHARERS)
        .map(|at| record(0, &at.to_string(), &[(Agent, &format!("a:{at}")), (Hostname, "golden")]))
        .collect();
    assert_eq!(identify(&many, &[]).clusters.len(), MOST_SHARERS + 1);
    assert!(identify(&many, &[]).questions.is_empty());
}

#[test]
fn an_image_is_no_host_though_it_is_called_like_one() {
    let mut records = [record(0, "a", &[(Hostname, "web")]), record(1, "b", &[(Hostname, "web")])];
    records[1].kind = Some(AssetKind::ContainerImage);
    assert_eq!(grouped(&records, &[]), (set(&["0 a", "1 b"]), vec![]));
}

fn arbitrary_key() -> impl Strategy<Value = (Rule, String)> {
    let rule = prop::sample::select(Rule::ALL.to_vec());
    (rule, 0..4u8).prop_map(|(rule, value)| (rule, format!("{}:{value}", rule.name())))
}

fn arbitrary_records() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (0..4i64, prop::collection::vec(arbitrary_key(), 0..4), prop::option::of(0..2u8));
    prop::collection::vec(one, 1..14).prop_map(|records| {
        let made = records.into_iter().enumerate().map(|(at, (source, keys, place))| {
            let keys: Vec<(Rule, &str)> = keys.iter().map(|(rule, value)| (*rule, value.as_str())).collect();
            let mut made = record(source, &at.to_string(), &keys);
            made.place = place.map(|place| place.to_string());
            made
        });
        made.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn any_order_gives_the_same_clusters_and_questions(
        (records, shuffled) in arbitrary_records().prop_flat_map(|records| {
            (Just(records.clone()), Just(records).prop_shuffle())
        }),
        same in prop::collection::vec((0..14usize, 0..14usize), 0..3),
        apart in prop::collection::vec((0..14usize, 0..14usize), 0..3),
    ) {
        let id = |at: usize| records.get(at % records.len()).map(|record| record.id).unwrap();
        let mut decided: Vec<Decided> =
            same.iter().map(|(left, right)| Decided::Same(id(*left), id(*right))).collect();
        decided.extend(apart.iter().map(|(left, right)| Decided::Apart(id(*left), id(*right))));
        prop_assert_eq!(grouped(&records, &decided), grouped(&shuffled, &decided));
    }

    #[test]
    fn every_record_is_in_one_cluster_and_every_doubt_is_asked(records in arbitrary_records()) {
        let outcome = identify(&records, &[]);
        let mut all: Vec<i64> = outcome.clusters.iter().flat_map(|cluster| cluster.records.clone()).collect();
        all.sort_unstable();
        let mut wanted: Vec<i64> = records.iter().map(|record| record.id).collect();
        wanted.sort_unstable();
        prop_assert_eq!(all, wanted);
        let held: BTreeSet<usize> =
            (0..outcome.clusters.len()).filter(|at| outcome.clusters[*at].in_question).collect();
        let asked: BTreeSet<usize> = outcome.questions.iter().map(|question| question.cluster).collect();
        prop_assert_eq!(held, asked);
        prop_assert!(outcome.questions.iter().all(|question| !question.candidates.is_empty()));
    }

    /// Nothing that a stronger identifier tells apart is put together, unless a person says so.
    #[test]
    fn two_that_a_stronger_identifier_tells_apart_stay_two(records in arbitrary_records()) {
        for cluster in identify(&records, &[]).clusters {
            let members: Vec<&Candidate> =
                records.iter().filter(|record| cluster.records.contains(&record.id)).collect();
            let [left, right] = members.as_slice() else { continue };
            let shared = left.keys.iter().filter(|key| right.keys.contains(key)).map(|key| key.rule).min().unwrap();
            for rule in [Rule::Agent, Rule::Cloud, Rule::Serial, Rule::Uuid] {
                let has = |record: &Candidate| record.keys.iter().any(|key| key.rule == rule);
                prop_assert!(rule >= shared || !has(left) || !has(right), "{:?}", members);
            }
        }
    }
}

/// Each address leads to several hosts, each host has had several: they all hang together.
#[test]
fn thousands_that_hang_together_by_their_addresses_are_thought_out_in_time() {
    let mut records = Vec::new();
    let addresses: Vec<String> = (0..3_000).map(|at| format!("10.0.{}.{}", at / 256, at % 256)).collect();
    for (at, address) in addresses.iter().enumerate() {
        records.push(record(9, &format!("{at:06}"), &[(Address, address)]));
        let (serial, next) = (format!("S{at}"), &addresses[(at + 1) % addresses.len()]);
        records.push(record(
            0,
            &format!("{at:06}"),
            &[(Serial, &serial), (Address, address), (Address, next)],
        ));
    }
    for (at, record) in records.iter_mut().enumerate() {
        record.id = at as i64;
        record.numbered = false;
    }
    let outcome = identify(&records, &[]);
    let held = outcome.clusters.iter().filter(|cluster| cluster.in_question).count();
    assert_eq!((outcome.clusters.len(), held, outcome.questions.len()), (6_000, 3_000, 3_000));
}

/// Clusters compared while these records are thought out, and what came of it.
fn compared(records: &mut [Candidate]) -> (usize, Outcome) {
    for (at, record) in records.iter_mut().enumerate() {
        record.id = at as i64;
        record.numbered = false;
    }
    level::COMPARED.with(|count| count.set(0));
    let outcome = identify(records, &[]);
    (level::COMPARED.with(std::cell::Cell::get), outcome)
}

/// All pairs of 5,000 would be 12.5 million, and that at each step.
#[test]
fn five_thousand_that_hang_together_are_not_compared_all_with_all() {
    // A chain by names that nobody contradicts, so that it is one thing in the end.
    let name = |at: usize| format!("alias-{at:05}");
    let mut chain: Vec<Candidate> = (0..5_000)
        .map(|at| record(0, &format!("{at:06}"), &[(Hostname, &name(at)), (Hostname, &name(at + 1))]))
        .collect();
    let (count, outcome) = compared(&mut chain);
    assert_eq!((outcome.clusters.len(), outcome.questions.len()), (1, 0));
    assert!(count < 100_000, "{count} comparisons");

    // Hosts that have had six addresses each, of which a scanner saw every one.
    let address = |at: usize| format!("10.0.{}.{}", at % 2_500 / 256, at % 2_500 % 256);
    let mut leases: Vec<Candidate> =
        (0..2_500).map(|at| record(9, &format!("{at:06}"), &[(Address, &address(at))])).collect();
    leases.extend((0..2_500).map(|at| {
        let had: Vec<String> = (0..6).map(|step| address(at + step * 17)).collect();
        let serial = format!("S{at}");
        let mut keys = vec![(Serial, serial.as_str())];
        keys.extend(had.iter().map(|address| (Address, address.as_str())));
        record(0, &format!("{at:06}"), &keys)
    }));
    let (count, outcome) = compared(&mut leases);
    let held = outcome.clusters.iter().filter(|cluster| cluster.in_question).count();
    assert_eq!((outcome.clusters.len(), held), (5_000, 2_500));
    assert!(count < 1_000_000, "{count} comparisons");
}
