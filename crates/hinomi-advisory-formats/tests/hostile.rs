// SPDX-License-Identifier: Apache-2.0
//! Hostile documents of every JSON form end in an error or in few records, never in a panic.

#![cfg(test)]

use hinomi_advisory_formats::{epss, read};

const HEADS: [&str; 9] = [
    r#"{"dataType": "CVE_RECORD", "dataVersion": "5.1", "containers": "#,
    r#"{"resultsPerPage": 1, "vulnerabilities": "#,
    r#"{"CVE_Items": "#,
    r#"{"_annotation": {}, "cve": "#,
    r#"{"document": {"tracking": {"id": "x"}}, "product_tree": "#,
    r#"{"document": {"tracking": {"id": "x", "revision_history": [{"number": "99999999999999999999.0.0"}]}}, "vulnerabilities": "#,
    r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": "#,
    r#"{"bomFormat": "CycloneDX", "vulnerabilities": "#,
    r#"{"distroversion": "v3", "packages": "#,
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
        "cve,epss\n",
        "",
    ] {
        assert!(epss::read(text.as_bytes(), "e.csv").is_err(), "{text}");
    }
}
