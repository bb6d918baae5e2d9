// SPDX-License-Identifier: Apache-2.0
//! A month of two vulnerabilities.

use crate::{Format, read, split};

const MONTH: &str = r#"<cvrf:cvrfdoc xmlns:vuln="urn:v" xmlns:prod="urn:p" xmlns:cvrf="urn:c">
  <cvrf:DocumentTitle>Demo updates</cvrf:DocumentTitle>
  <cvrf:DocumentTracking><cvrf:Identification><cvrf:ID>2026-Jan</cvrf:ID></cvrf:Identification>
    <cvrf:InitialReleaseDate>2026-01-13T08:00:00</cvrf:InitialReleaseDate></cvrf:DocumentTracking>
  <prod:ProductTree><prod:Branch Type="Vendor" Name="Demo"><prod:FullProductName ProductID="1">Demo OS</prod:FullProductName></prod:Branch>
    <prod:FullProductName ProductID="1" CPE="cpe:2.3:o:demo:demo_os:10.0.100.1:*:*:*:*:*:x64:*">Demo OS</prod:FullProductName>
    <prod:FullProductName ProductID="2">Demo App</prod:FullProductName></prod:ProductTree>
  <vuln:Vulnerability Ordinal="1"><vuln:Title>A flaw</vuln:Title>
    <vuln:Notes><vuln:Note Title="Description" Type="Description" Ordinal="0">&lt;p&gt;Bad &amp;amp; wrong.&lt;/p&gt;</vuln:Note></vuln:Notes>
    <vuln:CVE>CVE-2026-0001</vuln:CVE><vuln:CWE ID="CWE-416">Use After Free</vuln:CWE>
    <vuln:ProductStatuses><vuln:Status Type="Known Affected"><vuln:ProductID>1</vuln:ProductID><vuln:ProductID>2</vuln:ProductID></vuln:Status></vuln:ProductStatuses>
    <vuln:Threats><vuln:Threat Type="Severity"><vuln:Description>Important</vuln:Description></vuln:Threat>
      <vuln:Threat Type="Severity"><vuln:Description>Critical</vuln:Description></vuln:Threat>
      <vuln:Threat Type="Exploit Status"><vuln:Description>Publicly Disclosed:No;Exploited:Yes</vuln:Description></vuln:Threat></vuln:Threats>
    <vuln:CVSSScoreSets><vuln:ScoreSet><vuln:BaseScore>7.8</vuln:BaseScore><vuln:Vector>CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C</vuln:Vector></vuln:ScoreSet></vuln:CVSSScoreSets>
    <vuln:Remediations>
      <vuln:Remediation Type="Vendor Fix"><vuln:Description>5000002</vuln:Description><vuln:URL>https://demo.example/KB5000002</vuln:URL>
        <vuln:Supercedence>5000001</vuln:Supercedence><vuln:ProductID>1</vuln:ProductID><vuln:FixedBuild>10.0.100.900</vuln:FixedBuild></vuln:Remediation>
      <vuln:Remediation Type="Vendor Fix"><vuln:Description>5000003</vuln:Description><vuln:ProductID>1</vuln:ProductID>
        <vuln:SubType>SecurityHotpatchUpdate</vuln:SubType><vuln:FixedBuild>10.0.100.85</vuln:FixedBuild></vuln:Remediation>
      <vuln:Remediation Type="Known Issue"><vuln:Description>5000002</vuln:Description></vuln:Remediation></vuln:Remediations>
    <vuln:RevisionHistory><vuln:Revision><cvrf:Number>1.0</cvrf:Number><cvrf:Date>2026-01-13T08:00:00</cvrf:Date></vuln:Revision>
      <vuln:Revision><cvrf:Number>2.0</cvrf:Number><cvrf:Date>2026-01-20T08:00:00</cvrf:Date></vuln:Revision></vuln:RevisionHistory></vuln:Vulnerability>
  <vuln:Vulnerability Ordinal="2"><vuln:Title>Another</vuln:Title><vuln:CVE>CVE-2026-0002</vuln:CVE></vuln:Vulnerability>
</cvrf:cvrfdoc>"#;

#[test]
fn a_flaw_is_told_with_builds_and_superseded_articles() {
    let records = read(MONTH.as_bytes(), "month.xml").unwrap();
    assert_eq!(records.len(), 2);
    let first = &records[0];
    assert_eq!((first.id.as_str(), first.source), ("CVE-2026-0001", Format::MsrcCvrf));
    assert_eq!(first.details.as_deref(), Some("Bad & wrong."));
    assert_eq!(
        (first.source_severity.as_deref(), first.cwes.as_slice()),
        (Some("Critical"), &["CWE-416".to_owned()][..])
    );
    assert_eq!(first.severity[0].kind, "CVSS_V3");
    let matched = &first.configurations[0].nodes[0].matches[0];
    assert_eq!(matched.criteria, "cpe:2.3:o:demo:demo_os:*:*:*:*:*:*:x64:*");
    // The hotpatched build is the lower one, and already repaired.
    assert_eq!(matched.end_excluding.as_deref(), Some("10.0.100.85"));
    assert_eq!(first.statements[0].products[0].name.as_deref(), Some("Demo App"));
    let updates = &first.database_specific["updates"];
    assert_eq!(
        (updates[0]["kb"].as_str(), updates[0]["supersedes"][0].as_str()),
        (Some("KB5000002"), Some("KB5000001"))
    );
    assert_eq!(updates.as_array().unwrap().len(), 2);
    assert_eq!((first.published, first.modified), (Some(1_768_291_200_000_000), Some(1_768_896_000_000_000)));
    assert_eq!(records[1].modified, Some(1_768_291_200_000_000));
}

#[test]
fn a_month_falls_into_documents_that_read_as_it_did() {
    let whole = read(MONTH.as_bytes(), "month.xml").unwrap();
    let parts = split(MONTH.as_bytes(), "month.xml").unwrap();
    assert_eq!(parts.len(), 2);
    let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part.xml").unwrap()).collect();
    assert_eq!(apart, whole);
}

#[test]
fn a_flaw_without_a_name_is_refused() {
    let text = MONTH.replace("<vuln:CVE>CVE-2026-0002</vuln:CVE>", "");
    assert!(read(text.as_bytes(), "m.xml").unwrap_err().to_string().contains("`Another` has no CVE"));
}

#[test]
fn another_makers_document_on_the_same_flaw_is_a_record_of_its_own() {
    let other = |maker: &str, id: &str| {
        let publisher = format!(
            "<cvrf:DocumentPublisher Type=\"Vendor\"><cvrf:ContactDetails>psirt@{maker}.example</cvrf:ContactDetails></cvrf:DocumentPublisher>"
        );
        MONTH
            .replace("<cvrf:DocumentTracking>", &format!("{publisher}<cvrf:DocumentTracking>"))
            .replace("2026-Jan", id)
    };
    let mut ids = Vec::new();
    for text in [
        MONTH.to_owned(),
        other("first", "demo-sa-1"),
        other("second", "DSA:2026:1"),
        other("microsoft", "2026-Jan"),
    ] {
        let mut whole = read(text.as_bytes(), "m.xml").unwrap();
        let parts = split(text.as_bytes(), "m.xml").unwrap();
        let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part.xml").unwrap()).collect();
        assert_eq!((parts.len(), &apart), (2, &whole));
        let record = whole.remove(0);
        assert!(record.id == "CVE-2026-0001" || record.aliases == ["CVE-2026-0001"], "{record:?}");
        let is_theirs = record.source == Format::MsrcCvrf;
        assert_eq!(
            record.references.iter().any(|reference| reference.url.contains("msrc.microsoft.com")),
            is_theirs
        );
        ids.push(record.id);
    }
    assert_eq!(
        ids,
        ["CVE-2026-0001", "demo-sa-1::CVE-2026-0001", "DSA:2026:1::CVE-2026-0001", "CVE-2026-0001"]
    );
}
