// SPDX-License-Identifier: Apache-2.0
//! The catalogue of known exploited vulnerabilities.

#![cfg(test)]

use hinomi_advisory_formats::kev;

#[test]
fn reads_an_entry_with_its_dates() {
    let text = br#"{"title": "T", "catalogVersion": "2026.01.02", "dateReleased": "2026-01-02T00:00:00Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2026-0001", "vendorProject": "V", "product": "P",
        "vulnerabilityName": "N", "dateAdded": "2026-01-02", "shortDescription": "S", "requiredAction": "R",
        "dueDate": "2026-01-23", "knownRansomwareCampaignUse": "Known", "notes": "", "cwes": ["CWE-79"],
        "later": true}]}"#;
    assert!(kev::looks_like_catalogue(text));
    let catalogue = kev::read(text, "kev.json").unwrap();
    let entry = &catalogue.entries[0];
    assert_eq!((entry.cve.as_str(), entry.in_ransomware()), ("CVE-2026-0001", true));
    assert_eq!(entry.added_micros(), Some(1_767_312_000_000_000));
    assert_eq!(entry.due_micros(), Some(1_769_126_400_000_000));
    assert_eq!(entry.extra["later"], true);
}

#[test]
fn an_entry_without_a_cve_is_an_error_with_its_place() {
    let text =
        br#"{"catalogVersion": "1", "dateReleased": "x", "vulnerabilities": [{"dateAdded": "2026-01-02"}]}"#;
    let error = kev::read(text, "kev.json").unwrap_err();
    assert!(error.to_string().contains("cveID"), "{error}");
    assert!(error.to_string().contains("vulnerabilities[0]"), "{error}");
}
