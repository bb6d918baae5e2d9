// SPDX-License-Identifier: Apache-2.0
//! The choice rule, step by step, and the words of the sources.
use hinomi_score::Severity;
use hinomi_score::choice::{GivenSeverity, Origin, RecordSeverity, choose};

const V2_HIGH: &str = "AV:N/AC:L/Au:N/C:C/I:C/A:C";
const V31_CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const V31_MEDIUM: &str = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N";
const V40_HIGH: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N";

fn record<'a>(id: &'a str, vectors: &[&'a str], word: Option<&'a str>) -> RecordSeverity<'a> {
    let given = vectors.iter().map(|value| GivenSeverity { kind: "CVSS_V3", value }).collect();
    RecordSeverity { id, given, word }
}

#[test]
fn own_vector_wins_over_a_higher_one_of_the_group() {
    let own = record("A", &[V31_MEDIUM], Some("CRITICAL"));
    let choice = choose(&own, &[record("B", &[V31_CRITICAL], None)]);
    assert_eq!((choice.severity, choice.origin), (Severity::Medium, Origin::RecordVector));
    assert_eq!(choice.to_string(), "medium: CVSS v3.1 score 5.9 of A itself");
}

#[test]
fn newest_version_then_highest_score() {
    let choice = choose(&record("A", &[V2_HIGH, V31_MEDIUM, V31_CRITICAL], None), &[]);
    assert_eq!(choice.vector.as_deref(), Some(V31_CRITICAL));
    let choice = choose(&record("A", &[V31_CRITICAL, V40_HIGH, V2_HIGH], None), &[]);
    assert_eq!((choice.vector.as_deref(), choice.severity), (Some(V40_HIGH), Severity::High));
}

#[test]
fn a_vector_of_the_group_wins_over_the_own_word() {
    let own = record("A", &[], Some("low"));
    let group = [record("C", &[V31_CRITICAL], None), own.clone(), record("B", &[V31_CRITICAL], None)];
    let choice = choose(&own, &group);
    assert_eq!((choice.severity, choice.origin), (Severity::Critical, Origin::AliasGroupVector));
    assert_eq!(choice.record.as_deref(), Some("B"), "equals are settled by record id");
    assert_eq!(choice.to_string(), "critical: CVSS v3.1 score 9.8 of its alias B");
}

#[test]
fn words_come_after_vectors_and_before_unrated() {
    let own = record("A", &[], Some("MODERATE"));
    let choice = choose(&own, &[record("B", &[], Some("critical"))]);
    assert_eq!((choice.severity, choice.origin), (Severity::Medium, Origin::RecordWord));
    let bare = record("A", &[], None);
    let choice = choose(&bare, &[record("B", &[], Some("Important"))]);
    assert_eq!((choice.severity, choice.origin), (Severity::High, Origin::AliasGroupWord));
    let choice = choose(&bare, &[record("B", &[], None)]);
    assert_eq!((choice.severity, choice.origin), (Severity::Unrated, Origin::Unrated));
    assert_eq!(choice.to_string(), "unrated: no record of the alias group gives a severity");
}

#[test]
fn a_word_in_the_severity_list_counts() {
    let given = vec![GivenSeverity { kind: "Ubuntu", value: "negligible" }];
    let choice = choose(&RecordSeverity { id: "UBUNTU-1", given, word: None }, &[]);
    assert_eq!((choice.severity, choice.word.as_deref()), (Severity::Low, Some("negligible")));
}

#[test]
fn what_cannot_be_used_is_kept_with_its_cause() {
    let own = record("A", &["CVSS:3.1/AV:N", "9.8"], Some("very bad"));
    let choice = choose(&own, &[]);
    assert_eq!(choice.severity, Severity::Unrated);
    let told: Vec<String> = choice
        .unusable
        .iter()
        .map(|entry| format!("{} {}: {}", entry.record, entry.value, entry.cause))
        .collect();
    assert_eq!(
        told,
        [
            "A 9.8: part 1 \"9.8\" is not METRIC:VALUE",
            "A CVSS:3.1/AV:N: mandatory metric AC of v3.1 is missing",
            "A very bad: not a known severity word",
        ]
    );
}

#[test]
fn order_of_input_never_matters() {
    let records = [
        record("A", &[], Some("low")),
        record("B", &[V31_MEDIUM, V31_CRITICAL], None),
        record("C", &[V31_CRITICAL, "bad"], Some("high")),
        record("D", &[V2_HIGH], None),
    ];
    let forward = choose(&records[0], &records);
    let mut backward = records.clone();
    backward.reverse();
    for entry in &mut backward {
        entry.given.reverse();
    }
    assert_eq!(choose(&records[0], &backward), forward);
    assert_eq!(forward.record.as_deref(), Some("B"));
}

#[test]
fn words_of_the_sources() {
    let table = [
        ("GHSA", ["CRITICAL", "HIGH", "MODERATE", "LOW"]),
        ("Red Hat, AlmaLinux, SUSE", ["Critical", "Important", "Moderate", "Low"]),
        ("Ubuntu", ["critical", "high", "medium", "negligible"]),
        ("Debian", ["critical", "high**", "medium", "unimportant"]),
    ];
    for (source, words) in table {
        let mapped = words.map(Severity::from_word);
        let expected = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(Some);
        assert_eq!(mapped, expected, "{source}");
    }
    for unknown in ["", "not yet assigned", "end-of-life", "untriaged", "unknown", "**", "10"] {
        assert_eq!(Severity::from_word(unknown), None, "{unknown:?}");
    }
    for severity in Severity::ALL {
        assert_eq!(severity.as_str().parse(), Ok(severity));
    }
}
