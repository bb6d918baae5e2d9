// SPDX-License-Identifier: Apache-2.0
//! Hostile documents of every JSON form end in an error or in few records, never in a panic.

#![cfg(test)]

use hinomi_advisory_formats::{Document, epss, read, read_document};

const HEADS: [&str; 17] = [
    r#"{"dataType": "CVE_RECORD", "dataVersion": "5.1", "containers": "#,
    r#"{"resultsPerPage": 1, "vulnerabilities": "#,
    r#"{"CVE_Items": "#,
    r#"{"_annotation": {}, "cve": "#,
    r#"{"document": {"tracking": {"id": "x"}}, "product_tree": "#,
    r#"{"document": {"tracking": {"id": "x", "revision_history": [{"number": "99999999999999999999.0.0"}]}}, "vulnerabilities": "#,
    r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": "#,
    r#"{"bomFormat": "CycloneDX", "vulnerabilities": "#,
    r#"{"distroversion": "v3", "packages": "#,
    r#"{"demo": {"CVE-2026-0001": {"releases": {"sid": {"status": "open"}}}}, "other": "#,
    r#"{"namespace": "ssvc", "key": "E", "version": "1.0.0", "name": "E", "values": "#,
    r#"{"namespace": "ssvc", "decision_points": "#,
    r#"{"schemaVersion": "2.0.0", "types": "#,
    r#"{"schemaVersion": "2.0.0", "selections": "#,
    r#"{"type": "bundle", "objects": "#,
    r#"{"Event": {"uuid": "u", "info": "x"}, "Attribute": "#,
    r#"{"result": {"name": "x", "category": "os"}, "releases": "#,
];

#[test]
fn deep_wrong_and_truncated_documents_are_refused() {
    for head in HEADS {
        let deep = format!("{head}{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes(), "deep.json").is_err(), "{head}");
        assert!(read(head.as_bytes(), "cut.json").is_err(), "{head}");
        for value in ["7", "1e999", "\"x\"", "[7]", "[null]", "{\"a\": 1}", "[{\"cve\": {\"id\": 1e400}}]"] {
            let text = format!("{head}{value}}}");
            if let Ok(records) = read(text.as_bytes(), "wrong.json") {
                assert!(records.len() <= 1, "{text}");
            }
        }
    }
}

#[test]
fn one_door_refuses_the_same() {
    for head in HEADS {
        for value in ["", "7", "[7]", "[null]", "{\"a\": 1}", "\u{0}"] {
            let text = format!("{head}{value}}}");
            match read_document(text.as_bytes(), "wrong.json") {
                Ok(Document::Threats(threats)) => assert!(threats.threats.len() <= 1, "{text}"),
                Ok(Document::Advisories(records)) => assert!(records.len() <= 1, "{text}"),
                Ok(other) => assert!(matches!(other, Document::Lifecycles(_)), "{text}"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        let deep = format!("{head}{}{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        let outcome = read_document(deep.as_bytes(), "deep.json");
        // What is passed over without being understood is no danger, however deep.
        assert!(
            outcome.is_err() || matches!(outcome, Ok(Document::Threats(_) | Document::Lifecycles(_))),
            "{head}"
        );
    }
}

#[test]
fn xml_that_is_hostile_is_refused() {
    for root in ["cvrfdoc", "VULDEF-Document"] {
        for body in [
            "<!DOCTYPE x>".to_owned(),
            "<a>".repeat(100_000),
            "<Vulnerability>&bomb;</Vulnerability>".to_owned(),
            "<Vulnerability/><Vulinfo/>".to_owned(),
            "<Vulnerability".to_owned(),
        ] {
            let text = format!("<{root}>{body}</{root}>");
            assert!(read(text.as_bytes(), "x.xml").is_err(), "{}", &text[..text.len().min(80)]);
            let _ = hinomi_advisory_formats::split(text.as_bytes(), "x.xml");
        }
    }
    let lines = "CVE-2026-0001 (x)\n\t- demo\n".repeat(50_000);
    assert_eq!(read(lines.as_bytes(), "CVE/list").unwrap().len(), 50_000);
    assert!(read_document(b"cveID,dateAdded\n\"CVE-2026-0001,2026-01-01\n", "k.csv").is_err());
}

#[test]
fn a_product_that_runs_in_circles_ends() {
    let relation = |id: &str, part: &str| {
        format!(
            r#"{{"category": "installed_on", "full_product_name": {{"name": "n", "product_id": "{id}"}}, "product_reference": "{part}", "relates_to_product_reference": "{part}"}}"#
        )
    };
    let text = format!(
        r#"{{"document": {{"category": "csaf_base", "csaf_version": "2.0", "title": "t", "publisher": {{"category": "vendor", "name": "n", "namespace": "https://example.org"}},
        "tracking": {{"id": "x", "status": "final", "version": "1", "current_release_date": "2024-01-01T00:00:00Z", "initial_release_date": "2024-01-01T00:00:00Z",
        "revision_history": [{{"date": "2024-01-01T00:00:00Z", "number": "1", "summary": "s"}}]}}}},
        "product_tree": {{"relationships": [{}, {}]}}}}"#,
        relation("a", "b"),
        relation("b", "a")
    );
    let error = read(text.as_bytes(), "circle.json").unwrap_err().to_string();
    assert!(
        error.contains("CSAF mandatory test 6.1.3") && error.contains("product_tree.relationships"),
        "{error}"
    );
}

#[test]
fn scores_outside_their_scale_are_refused() {
    for text in [
        "cve,epss,percentile\nCVE-2024-0001,NaN,0\n",
        "cve,epss,percentile\nCVE-2024-0001\n",
        "cve,percentile\n",
        "",
    ] {
        assert!(epss::read(text.as_bytes(), "e.csv").is_err(), "{text}");
    }
}
