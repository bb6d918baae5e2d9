// SPDX-License-Identifier: Apache-2.0
//! What must stay true of reading OSV records.

use serde_json::json;

use crate::{Cause, Event, Format, RangeKind, read};

#[test]
fn keeps_every_field_that_the_model_does_not_name() {
    let text = json!({
        "id": "DEMO-1", "schema_version": "1.7.0", "modified": "2026-01-02T03:04:05Z",
        "colour": "red",
        "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-79", "CWE-79", "CWE-20"]},
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N", "weight": 1}],
        "affected": [{
            "package": {"ecosystem": "Debian:12", "name": "demo", "arch": "any"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"paused": "1"}], "note": 7}],
            "versions": null,
            "mood": "blue",
        }],
        "references": [{"type": "WEB", "url": "https://example.org/", "lang": "ja"}],
    });
    let advisory = read(text.to_string().as_bytes(), "a.json").unwrap().remove(0);
    assert_eq!(advisory.source, Format::OsvJson);
    assert_eq!(advisory.modified, Some(1_767_323_045_000_000));
    assert_eq!(advisory.extra["colour"], "red");
    assert_eq!(advisory.cwes, ["CWE-79", "CWE-20"]);
    assert_eq!(advisory.source_severity.as_deref(), Some("HIGH"));
    assert_eq!(advisory.severity[0].extra["weight"], 1);
    let affected = &advisory.affected[0];
    assert_eq!(affected.extra["mood"], "blue");
    assert_eq!(affected.package.extra["arch"], "any");
    assert_eq!(affected.package.ecosystem.as_deref(), Some("Debian:12"));
    assert_eq!(affected.ranges[0].events, [Event::Introduced("0".into())]);
    assert_eq!(affected.ranges[0].extra["events"], json!([{"paused": "1"}]));
    assert_eq!(affected.ranges[0].extra["note"], 7);
    assert_eq!(advisory.references[0].extra["lang"], "ja");
}

#[test]
fn yaml_versions_keep_their_text() {
    let text = "id: DEMO-2\nmodified: 2026-01-02T03:04:05Z\naffected:\n- package: {name: demo, ecosystem: PyPI}\n  \
        ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: 0\n    - fixed: 1.10\n  versions: [1.0, 1.10, 0x1]\n";
    let advisory = read(text.as_bytes(), "a.yaml").unwrap().remove(0);
    assert_eq!(advisory.source, Format::OsvYaml);
    let affected = &advisory.affected[0];
    assert_eq!(affected.versions, ["1.0", "1.10", "0x1"]);
    assert_eq!(affected.ranges[0].kind, RangeKind::Ecosystem);
    assert_eq!(affected.ranges[0].events, [Event::Introduced("0".into()), Event::Fixed("1.10".into())]);
}

#[test]
fn an_event_object_with_two_keys_is_two_events() {
    let text = r#"{"id": "D", "affected": [{"ranges": [{"type": "SEMVER", "events": [{"fixed": "2", "introduced": "1"}]}]}]}"#;
    let advisory = read(text.as_bytes(), "a.json").unwrap().remove(0);
    let events = &advisory.affected[0].ranges[0].events;
    assert_eq!(events, &[Event::Introduced("1".into()), Event::Fixed("2".into())]);
}

#[test]
fn a_document_may_hold_several_records() {
    let ids = |text: &str| -> Vec<String> {
        read(text.as_bytes(), "a.json").unwrap().into_iter().map(|advisory| advisory.id).collect()
    };
    assert_eq!(ids(r#"[{"id": "A"}, {"id": "B"}]"#), ["A", "B"]);
    assert_eq!(ids("{\"id\": \"A\"}\n{\"id\": \"B\"}\n"), ["A", "B"]);
    assert_eq!(ids(r#"{"vulns": [{"id": "A"}, {"id": "B"}]}"#), ["A", "B"]);
}

#[test]
fn an_unreadable_withdrawal_still_withdraws() {
    let text = br#"{"id": "D", "modified": "2026-01-01T00:00:00Z", "withdrawn": "last week"}"#;
    let advisory = read(text, "a.json").unwrap().remove(0);
    assert_eq!(advisory.withdrawn, advisory.modified);
    assert_eq!(advisory.warnings[0].place, "withdrawn");
}

#[test]
fn errors_name_file_place_and_cause() {
    let error = read(b"{\"id\": \"D\",\n \"affected\": [{\"ranges\": 7}]}", "feed/a.json").unwrap_err();
    let place = error.place.clone().unwrap();
    assert_eq!((place.line, place.value.as_str()), (2, "affected[0].ranges"));
    assert!(error.to_string().starts_with("feed/a.json:2:"), "{error}");
    assert!(error.to_string().contains("invalid type: integer `7`"), "{error}");

    let error = read(b"{\"id\": \"D\", \"aff", "b.json").unwrap_err();
    assert!(error.to_string().contains("EOF"), "{error}");

    let error = read(b"id: D\naffected:\n- ranges: 7\n", "c.yaml").unwrap_err();
    assert!(error.to_string().contains("affected[0].ranges"), "{error}");
    assert_eq!(error.place.unwrap().line, 3);

    assert_eq!(read(b"{\"affected\": [{}]}", "d.json").unwrap_err().cause, Cause::Missing("id"));
    assert!(read(b"{\"$schema\": 1}", "e.json").unwrap_err().is_unrecognised());
    assert!(read(b"1187\n", ".id-allocator").unwrap_err().is_unrecognised());
    assert!(read(b"", "f.json").unwrap_err().is_unrecognised());
}

#[test]
fn hostile_documents_are_refused() {
    let deep = format!("{{\"id\": \"D\", \"x\": {}", "[".repeat(100_000));
    assert!(read(deep.as_bytes(), "deep.json").is_err());
    let bomb = "id: D\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
        e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
        g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(read(bomb.as_bytes(), "bomb.yaml").is_err());
    let long = format!("{{\"id\": \"{}\"}}", "A".repeat(300));
    assert!(read(long.as_bytes(), "long.json").is_err());
    assert!(read(b"\xff\xfe\x00", "utf16.json").is_err());
    assert!(read(b"{\"id\": \"\xff\"}", "latin.json").is_err());
}
