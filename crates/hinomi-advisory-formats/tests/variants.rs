// SPDX-License-Identifier: Apache-2.0
//! Forms in which sources publish the same thing, and what stands beside records in their folders: each is read, or refused by a
//! reason that says what it is.

#![cfg(test)]

use hinomi_advisory_formats::{Document, read_document};
use serde_json::{Value, json};

fn kind(document: &Document) -> String {
    match document {
        Document::Advisories(list) => {
            list.iter().map(|record| record.id.as_str()).collect::<Vec<_>>().join(" ")
        }
        Document::KnownExploited(catalogue) => {
            catalogue.entries.iter().map(|entry| format!("{}@{}", entry.cve, entry.date_added)).collect()
        }
        Document::Scores(scores) => {
            scores.entries.iter().map(|row| format!("{}={}", row.cve, row.epss)).collect()
        }
        Document::Ssvc(_) => "ssvc".to_owned(),
        Document::Lifecycles(list) => format!("{} products", list.len()),
        Document::Threats(threats) => format!("{} threats", threats.threats.len()),
    }
}

fn is_read(text: &str, path: &str, as_what: &str) {
    let document = read_document(text.as_bytes(), path);
    assert_eq!(kind(&document.unwrap_or_else(|error| panic!("{error}"))), as_what, "{path}");
}

fn is_refused(document: &Value, reason: &str) {
    let error = read_document(document.to_string().as_bytes(), "x.json").unwrap_err();
    assert!(error.is_unrecognised() && error.to_string().contains(reason), "{error}");
}

#[test]
fn lists_of_what_is_exploited_are_read_in_every_form() {
    let columns = ["cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "shortDescription"];
    let row = "CVE-2026-9107,V,P,N,2026-01-01,\"d, e\"\r\n";
    is_read(&format!("{}\r\n{row}", columns.join(",")), "kev.csv", "CVE-2026-9107@2026-01-01");
    let quoted = columns.map(|name| format!("\"{name}\"")).join(",");
    is_read(&format!("{quoted}\r\n{row}"), "kev.csv", "CVE-2026-9107@2026-01-01");
    let other = json!([{"vendorProject": "V", "vulnerabilityName": "n", "required_action": "a",
        "cve": ["CVE-2026-9119", "CVE-2026-9118"], "date_added": "2026-01-01T00:00:00Z"}]);
    is_read(
        &other.to_string(),
        "other.json",
        "CVE-2026-9119@2026-01-01T00:00:00ZCVE-2026-9118@2026-01-01T00:00:00Z",
    );
    let wrong = json!([{"cveID": "GHSA-1", "dateAdded": "2026-01-01"}]).to_string();
    assert!(
        read_document(wrong.as_bytes(), "x.json").unwrap_err().to_string().contains("`GHSA-1` is no CVE")
    );
    let Document::KnownExploited(list) = read_document(other.to_string().as_bytes(), "o.json").unwrap()
    else {
        panic!("no list")
    };
    assert_eq!(list.entries[1].required_action, "a");
    assert!(list.entries[1].added_micros().is_some());
}

#[test]
fn scores_are_read_as_table_and_as_answer() {
    is_read("cve,epss\nCVE-2021-9001,0.5\n", "epss-2021.csv", "CVE-2021-9001=0.5");
    let answer = json!({"status": "OK", "status-code": 200, "version": "1.0", "total": 1, "offset": 0, "limit": 100,
        "data": [{"cve": "CVE-2026-9107", "epss": "0.6", "percentile": "0.9", "date": "2026-08-17"}]});
    // Whatever the order of its fields.
    is_read(&answer.to_string(), "epss.json", "CVE-2026-9107=0.6");
}

#[test]
fn statements_on_products_are_read_in_every_wrapping() {
    let statement = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://e.example/1", "author": "A",
        "timestamp": "2026-01-01T00:00:00Z", "version": 1,
        "statements": [{"vulnerability": {"name": "CVE-2026-9106"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "fixed"}]});
    is_read(&statement.to_string(), "vex.json", "https://e.example/1");
    let attested = json!({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns/v0.2.0",
        "subject": [{"name": "x", "digest": {"sha256": "00"}}], "predicate": statement});
    is_read(&attested.to_string(), "attestation.json", "https://e.example/1");
    let csaf = |version: &str| {
        json!({"document": {"category": "csaf_vex", "csaf_version": version, "title": "T",
            "publisher": {"category": "vendor", "name": "E", "namespace": "https://e.example"},
            "distribution": {"tlp": {"label": if version == "2.1" { "CLEAR" } else { "WHITE" }}},
            "tracking": {"id": format!("E-{version}"), "status": "final", "version": "1",
                "current_release_date": "2026-01-02T00:00:00Z", "initial_release_date": "2026-01-01T00:00:00Z",
                "revision_history": [{"date": "2026-01-02T00:00:00Z", "number": "1", "summary": "i"}]}},
            "product_tree": {"full_product_names": [{"name": "P 1", "product_id": "P1"}]},
            "vulnerabilities": [{"cve": "CVE-2026-9103", "notes": [{"category": "description", "text": "d"}], "product_status": {"known_not_affected": ["P1"]},
                "flags": [{"label": "component_not_present", "product_ids": ["P1"]}]}]})
    };
    is_read(&csaf("2.0").to_string(), "csaf20.json", "E-2.0");
    is_read(&csaf("2.1").to_string(), "csaf21.json", "E-2.1");
}

#[test]
fn pages_without_anything_hold_nothing_and_are_no_fault() {
    let page = json!({"resultsPerPage": 0, "startIndex": 0, "totalResults": 0, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-01-01T00:00:00.000", "vulnerabilities": []});
    is_read(&page.to_string(), "nvd.json", "");
    is_read(r#"{"more": false, "objects": []}"#, "taxii.json", "0 threats");
}

#[test]
fn what_stands_beside_records_is_called_by_its_name() {
    let changes =
        json!({"fetchTime": "2026-01-01T00:00:00.000Z", "numberOfChanges": 1, "new": [], "updated": []});
    is_refused(&changes, "log of changes of the CVE list");
    is_refused(&json!([changes]), "log of changes of the CVE list");
    is_refused(
        &json!({"data_type": "CVE", "data_version": "4.0", "CVE_data_meta": {"ID": "CVE-2010-0001"}}),
        "format 4.0",
    );
    is_refused(
        &json!({"canonical_url": "https://e", "metadata_version": "2.0", "distributions": []}),
        "CSAF provider",
    );
    is_refused(&json!({"feed": {"id": "x", "entry": []}}), "ROLIE");
    is_refused(&json!([{"ghsa_id": "GHSA-a", "severity": "high", "details": []}]), "GitHub's API");
    is_refused(&json!({"results": [{"vulns": [{"id": "D"}]}]}), "query of many packages");
    is_refused(
        &json!({"threat_severity": "Important", "details": ["x"], "name": "CVE-2026-9118"}),
        "Red Hat's API",
    );
    is_refused(
        &json!({"resultsPerPage": 1, "format": "NVD_CVEHistory", "cveChanges": []}),
        "history of records",
    );
    is_refused(&json!({"resultsPerPage": 1, "format": "NVD_CPE", "products": []}), "on products");
    let event = json!({"5f0c1e00-0000-4000-8000-000000000001": {"info": "x", "Orgc": {"name": "o"}, "timestamp": "1"}});
    is_refused(&event, "manifest of MISP");
    for (text, reason) in [
        (r#"<oval_definitions xmlns="o"><definitions/></oval_definitions>"#, "OVAL"),
        (r#"<s:STIX_Package xmlns:s="s" version="1.2"/>"#, "STIX 1"),
        (r#"<Result version="3.3" xmlns="r"><VendorInfo/></Result>"#, "MyJVN"),
        (r#"<other/>"#, "neither CVRF nor of JVN nor of CycloneDX"),
    ] {
        let error = read_document(text.as_bytes(), "x.xml").unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
