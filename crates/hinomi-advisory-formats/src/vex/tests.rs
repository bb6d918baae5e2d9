// SPDX-License-Identifier: Apache-2.0
//! OpenVEX and CycloneDX VEX, each by a small document.

use crate::{Format, Status, read};

#[test]
fn openvex_products_have_parts_and_names() {
    let text = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "A", "version": 1,
      "timestamp": "2024-01-02T00:00:00Z", "statements": [
      {"vulnerability": {"name": "CVE-2024-0001", "aliases": ["GHSA-a"]}, "status": "not_affected", "justification": "vulnerable_code_not_present",
       "products": [{"@id": "pkg:oci/x@sha256:1", "identifiers": {"cpe23": "cpe:2.3:a:a:b:1:*:*:*:*:*:*:*"}, "hashes": {"SHA-256": "ab"},
                     "subcomponents": [{"@id": "pkg:apk/alpine/y@1"}]}]},
      {"vulnerability": "CVE-2024-0002", "status": "fixed", "products": ["pkg:npm/a@1"], "subcomponents": ["pkg:npm/b@2"]}]}"#;
    let record = read(text.as_bytes(), "v.json").unwrap().remove(0);
    assert_eq!((record.source, record.schema_version.as_deref()), (Format::OpenVex, Some("0.2.0")));
    assert_eq!(record.upstream, ["CVE-2024-0001", "CVE-2024-0002"]);
    let first = &record.statements[0];
    assert_eq!((first.status, first.timestamp), (Status::NotAffected, record.modified));
    assert_eq!(first.products[0].cpe.as_deref(), Some("cpe:2.3:a:a:b:1:*:*:*:*:*:*:*"));
    assert_eq!(first.products[0].subcomponents[0].purl.as_deref(), Some("pkg:apk/alpine/y@1"));
    assert_eq!(record.statements[1].products[0].subcomponents[0].purl.as_deref(), Some("pkg:npm/b@2"));
    let error = read(text.replace("\"fixed\"", "\"cured\"").as_bytes(), "v.json").unwrap_err().to_string();
    assert!(error.contains("statements[1].status") && error.contains("`cured` is no status"), "{error}");
}

#[test]
fn cyclonedx_analyses_find_their_components() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:1", "version": 1,
      "components": [{"bom-ref": "x", "name": "x", "version": "1", "components": [{"bom-ref": "y", "name": "y", "purl": "pkg:npm/y@2"}]}],
      "vulnerabilities": [
        {"id": "CVE-2024-0001", "ratings": [{"method": "CVSSv31", "vector": "AV:N"}], "references": [{"id": "GHSA-a"}],
         "analysis": {"state": "false_positive", "justification": "code_not_reachable", "detail": "d", "response": ["will_not_fix"]},
         "affects": [{"ref": "y"}, {"ref": "urn:cdx:2/1#pkg:npm/z@3", "versions": [{"range": "vers:npm/<3", "status": "unaffected"}]}]},
        {"id": "CVE-2024-0002", "affects": [{"ref": "x"}]}]}"#;
    let record = read(text.as_bytes(), "b.json").unwrap().remove(0);
    assert_eq!((record.id.as_str(), record.source), ("urn:uuid:1", Format::CycloneDxVex));
    assert_eq!(record.severity[0].score, "CVSS:3.1/AV:N");
    let purls: Vec<_> =
        record.statements.iter().flat_map(|s| &s.products).map(|p| p.purl.clone().unwrap()).collect();
    assert_eq!(purls, ["pkg:npm/z@3", "pkg:npm/y@2"]);
    assert!(record.statements.iter().all(|statement| statement.status == Status::NotAffected));
    assert_eq!(record.statements[1].action.as_deref(), Some("will_not_fix"));
    assert_eq!(record.warnings[0].cause, "it has no analysis");
    assert!(
        read(br#"{"bomFormat": "CycloneDX", "components": []}"#, "b.json").unwrap_err().is_unrecognised()
    );
}

#[test]
fn cyclonedx_in_xml_says_what_its_json_says() {
    let text = r#"<?xml version="1.0"?>
      <bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:1" version="1">
        <metadata><timestamp>2026-01-02T00:00:00Z</timestamp></metadata>
        <components><component bom-ref="x" type="library"><name>x</name><version>1</version>
          <components><component bom-ref="y" type="library"><name>y</name><purl>pkg:npm/y@2</purl></component></components></component></components>
        <vulnerabilities>
          <vulnerability><id>CVE-2024-0001</id>
            <references><reference><id>GHSA-a</id></reference></references>
            <ratings><rating><source><name>A</name></source><method>CVSSv31</method><vector>AV:N</vector></rating></ratings>
            <analysis><state>not_affected</state><justification>code_not_reachable</justification>
              <responses><response>will_not_fix</response></responses><detail>d &amp; e</detail></analysis>
            <affects><target><ref>y</ref></target>
              <target><ref>urn:cdx:2/1#pkg:npm/z@3</ref><versions><version><range>vers:npm/&lt;3</range><status>unaffected</status></version></versions></target></affects>
          </vulnerability></vulnerabilities></bom>"#;
    let record = read(text.as_bytes(), "b.xml").unwrap().remove(0);
    assert_eq!((record.id.as_str(), record.source), ("urn:uuid:1", Format::CycloneDxVex));
    assert_eq!(record.modified, crate::time::micros("2026-01-02T00:00:00Z"));
    assert_eq!(record.severity[0].score, "CVSS:3.1/AV:N");
    let products: Vec<_> = record.statements.iter().flat_map(|statement| &statement.products).collect();
    assert_eq!(products[0].range.as_deref(), Some("vers:npm/<3"));
    assert_eq!(products[1].purl.as_deref(), Some("pkg:npm/y@2"));
    assert_eq!(record.statements[1].statement.as_deref(), Some("d & e"));
    assert_eq!(record.statements[1].action.as_deref(), Some("will_not_fix"));
    let none = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components/></bom>"#;
    assert!(read(none.as_bytes(), "b.xml").unwrap_err().is_unrecognised());
}
