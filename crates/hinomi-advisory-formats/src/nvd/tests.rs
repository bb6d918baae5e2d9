// SPDX-License-Identifier: Apache-2.0
//! The NVD's forms, each by a small record of it.

use crate::{Format, Operator, read, read_each};

#[test]
fn an_api_page_gives_its_records_one_by_one() {
    let text = r#"{"resultsPerPage": 2, "format": "NVD_CVE", "version": "2.0", "vulnerabilities": [
      {"cve": {"id": "CVE-2024-0001", "published": "2024-01-02T03:04:05.000", "lastModified": null, "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "es", "value": "hola"}, {"lang": "en", "value": "hello"}],
        "metrics": {"cvssMetricV2": [{"source": "a", "type": "Primary", "cvssData": {"vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}, "baseSeverity": "HIGH"}],
                    "cvssMetricV31": [{"source": "b", "type": "Secondary", "cvssData": {"vectorString": "CVSS:3.1/AV:N", "baseSeverity": "LOW"}}]},
        "weaknesses": [{"description": [{"lang": "en", "value": "CWE-22"}, {"lang": "en", "value": "NVD-CWE-Other"}]}],
        "configurations": [{"operator": "AND", "nodes": [
          {"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:o:a:fw:*:*:*:*:*:*:*:*", "versionEndExcluding": "2"}]},
          {"operator": "OR", "negate": true, "cpeMatch": [{"vulnerable": false, "criteria": "cpe:2.3:h:a:hw:-:*:*:*:*:*:*:*"}]}]}],
        "references": [{"url": "https://example.org/", "source": "c", "tags": ["Vendor Advisory"]}]}},
      {"cve": {"id": 7}},
      {"cve": {"id": "CVE-2024-0002", "vulnStatus": "Rejected", "lastModified": "2024-01-02T03:04:05.000"}}]}"#;
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    read_each(text.as_bytes(), "page.json", &mut |record| match record {
        Ok(record) => records.push(record),
        Err(error) => errors.push(error.to_string()),
    })
    .unwrap();
    assert_eq!(records.len(), 2);
    let first = &records[0];
    assert_eq!(
        (first.id.as_str(), first.source, first.details.as_deref()),
        ("CVE-2024-0001", Format::Nvd, Some("hello"))
    );
    assert_eq!(first.database_specific["descriptions"]["es"], "hola");
    assert_eq!(first.cwes, ["CWE-22"]);
    assert_eq!(first.severity[0].kind, "CVSS_V3");
    assert_eq!(
        (first.severity[1].kind.as_str(), &first.severity[1].extra["primary"]),
        ("CVSS_V2", &true.into())
    );
    assert_eq!(first.references[0].kind, "ADVISORY");
    let configuration = &first.configurations[0];
    assert_eq!(configuration.operator, Operator::And);
    assert_eq!(configuration.nodes[0].matches[0].end_excluding.as_deref(), Some("2"));
    assert!(configuration.nodes[1].negate && !configuration.nodes[1].matches[0].vulnerable);
    assert_eq!(records[1].withdrawn, records[1].modified);
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].starts_with("page.json:11:") && errors[0].contains("vulnerabilities[1].cve.id"),
        "{}",
        errors[0]
    );
    assert!(read(text.as_bytes(), "page.json").is_err(), "all or nothing when asked for a list");
}

#[test]
fn a_feed_item_keeps_its_tree() {
    let text = r#"{"CVE_data_type": "CVE", "CVE_Items": [{"cve": {"CVE_data_meta": {"ID": "CVE-2022-0001", "ASSIGNER": "x"},
      "problemtype": {"problemtype_data": [{"description": [{"lang": "en", "value": "CWE-79"}]}]},
      "description": {"description_data": [{"lang": "en", "value": "** REJECT ** no"}]}},
      "configurations": {"nodes": [{"operator": "AND", "children": [
        {"operator": "OR", "children": [], "cpe_match": [{"vulnerable": true, "cpe23Uri": "cpe:2.3:o:a:fw:1:*:*:*:*:*:*:*"}]},
        {"operator": "OR", "children": [], "cpe_match": [{"vulnerable": false, "cpe23Uri": "cpe:2.3:h:a:hw:-:*:*:*:*:*:*:*"}]}], "cpe_match": []}]},
      "impact": {"baseMetricV3": {"cvssV3": {"vectorString": "CVSS:3.1/AV:N", "baseSeverity": "HIGH"}}},
      "publishedDate": "2022-01-02T03:04Z", "lastModifiedDate": "2022-01-03T03:04Z"}]}"#;
    let record = read(text.as_bytes(), "feed.json").unwrap().remove(0);
    assert_eq!((record.source, record.source_severity.as_deref()), (Format::NvdFeed, Some("HIGH")));
    assert_eq!(record.published, Some(1_641_092_640_000_000));
    assert_eq!(record.withdrawn, record.modified);
    let node = &record.configurations[0].nodes[0];
    assert_eq!((node.operator, node.matches.len(), node.children.len()), (Operator::And, 0, 2));
    assert_eq!(node.children[0].matches[0].criteria, "cpe:2.3:o:a:fw:1:*:*:*:*:*:*:*");
}

#[test]
fn an_override_names_its_cve_in_the_annotation() {
    let text = r#"{"_annotation": {"cve_id": "CVE-2024-0001", "modified": "2024-09-26T15:33:42.318000+00:00"}, "cve": {"configurations": [
      {"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:a:b:*:*:*:*:*:*:*:*"}]}]}]}}"#;
    let record = read(text.as_bytes(), "o.json").unwrap().remove(0);
    assert_eq!(
        (record.id.as_str(), record.source, record.configurations.len()),
        ("CVE-2024-0001", Format::NvdOverride, 1)
    );
    let error = read(&text.replace("CVE-2024-0001", "x").into_bytes(), "o.json").unwrap_err();
    assert!(error.to_string().contains("`x` is no CVE identifier"), "{error}");
}
