// SPDX-License-Identifier: Apache-2.0
//! The tracker's JSON and its list of CVEs.

use crate::{Advisory, Event, Format, read, split};

const STATE: &str = r#"{"demo": {"CVE-2026-0001": {"description": "A flaw", "scope": "remote", "debianbug": 77, "releases": {
      "bookworm": {"status": "resolved", "repositories": {"bookworm": "1.2-1"}, "fixed_version": "1.1-1", "urgency": "low"},
      "bullseye": {"status": "resolved", "fixed_version": "0", "urgency": "not yet assigned"},
      "trixie": {"status": "open", "urgency": "unimportant", "nodsa": "Minor issue", "nodsa_reason": ""},
      "sid": {"status": "undetermined", "urgency": "not yet assigned"}}},
    "TEMP-0000001-ABCDEF": {"releases": {"sid": {"status": "open"}}}},
  "other": {"CVE-2026-0001": {"releases": {"bookworm": {"status": "open"}}}}}"#;

fn told(record: &Advisory) -> Vec<(String, String, Vec<String>)> {
    let events = |event: &Event| match event {
        Event::Introduced(version) => format!(">={version}"),
        Event::Fixed(version) => format!("<{version}"),
        other => format!("{other:?}"),
    };
    let one = |affected: &crate::Affected| {
        let ecosystem = affected.package.ecosystem.clone().unwrap();
        (ecosystem, affected.package.name.clone(), affected.ranges[0].events.iter().map(events).collect())
    };
    record.affected.iter().map(one).collect()
}

fn row(ecosystem: &str, package: &str, events: &[&str]) -> (String, String, Vec<String>) {
    (ecosystem.to_owned(), package.to_owned(), events.iter().map(|event| (*event).to_owned()).collect())
}

#[test]
fn a_state_becomes_one_record_a_flaw_over_all_packages() {
    let records = read(STATE.as_bytes(), "json").unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].id.as_str(), records[0].source), ("CVE-2026-0001", Format::DebianTracker));
    let mut rows = told(&records[0]);
    rows.sort();
    assert_eq!(
        rows,
        [
            row("Debian:11", "demo", &[">=0", "<0"]),
            row("Debian:12", "demo", &[">=0", "<1.1-1"]),
            row("Debian:12", "other", &[">=0"]),
            row("Debian:13", "demo", &[">=0"]),
        ]
    );
    let minor = records[0]
        .affected
        .iter()
        .find(|affected| affected.package.ecosystem.as_deref() == Some("Debian:13"));
    assert_eq!(minor.unwrap().ecosystem_specific["nodsa"], "Minor issue");
    let parts = split(STATE.as_bytes(), "json").unwrap();
    let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part").unwrap()).collect();
    assert_eq!(apart, records);
}

const LIST: &str = "CVE-2026-0002 (Another flaw [in brackets])\n\t{DSA-1-1}\n\t- demo 1.3-1 (bug #78)\n\t[bookworm] - demo <no-dsa> (Minor issue)\n\
    \t[bullseye] - demo <not-affected> (introduced later)\n\t- gone <removed>\n\tNOTE: https://demo.example/note\n\
    CVE-2026-0003\n\tREJECTED\nCVE-2026-XXXX [no number yet]\n\t- demo <unfixed>\nCVE-2026-0004\n\tRESERVED\n";

#[test]
fn the_list_is_read_line_by_line() {
    let records = read(LIST.as_bytes(), "CVE/list").unwrap();
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2026-0002", "CVE-2026-0003", "CVE-2026-0004"]);
    assert_eq!(
        told(&records[0]),
        [
            row("Debian:sid", "demo", &[">=0", "<1.3-1"]),
            row("Debian:12", "demo", &[">=0"]),
            row("Debian:11", "demo", &[">=0", "<0"]),
        ]
    );
    assert_eq!((records[0].related.as_slice(), records[1].withdrawn), (&["DSA-1-1".to_owned()][..], Some(0)));
    assert!(records[2].affected.is_empty());
    let parts = split(LIST.as_bytes(), "CVE/list").unwrap();
    let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part").unwrap()).collect();
    assert_eq!((parts.len(), apart), (4, records));
}

#[test]
fn what_is_no_flaw_is_told_with_its_line() {
    let text = format!("{LIST}nonsense\n");
    assert!(
        read(text.as_bytes(), "CVE/list").unwrap_err().to_string().starts_with("CVE/list:14:1: `nonsense`")
    );
    let wrong = STATE.replace("\"other\": {\"CVE-2026-0001\"", "\"other\": {\"x y\"");
    assert!(read(wrong.as_bytes(), "json").unwrap_err().to_string().contains("`x y` under other is no CVE"));
}

#[test]
fn a_mark_that_nobody_has_looked_is_no_note_and_a_note_stays_one() {
    let list = "CVE-2026-0005\n\tLATER: check\nCVE-2026-0006\n\tNOTE: what upstream says: check\n";
    let records = read(list.as_bytes(), "CVE/list").unwrap();
    assert!(!records[0].extra.contains_key("notes"), "{:?}", records[0].extra);
    assert!(records[1].extra.contains_key("notes"), "{:?}", records[1].extra);
}
