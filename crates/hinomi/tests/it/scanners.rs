// SPDX-License-Identifier: Apache-2.0
//! A report of each scanner through the command line: it is evidence on its asset, once.

use crate::support::organised;

/// The tool's format, and a report of its published form about something called `e-NAME`.
const REPORTS: [(&str, &str); 11] = [
    (
        "nmap",
        r#"<?xml version="1.0"?><nmaprun scanner="nmap" args="nmap -sV e-nmap" start="1767225600" version="7.94">
        <host><status state="up"/><address addr="192.0.2.11" addrtype="ipv4"/>
        <hostnames><hostname name="e-nmap.example" type="PTR"/></hostnames><ports><port protocol="tcp" portid="22">
        <state state="open"/><service name="ssh" product="OpenSSH" version="9.2p1"/></port></ports></host>
        <runstats><finished time="1767225700"/></runstats></nmaprun>"#,
    ),
    (
        "nessus",
        r#"<?xml version="1.0"?><NessusClientData_v2><Report name="w"><ReportHost name="e-nessus"><HostProperties>
        <tag name="hostname">e-nessus</tag></HostProperties><ReportItem port="443" svc_name="www" protocol="tcp" severity="3"
        pluginID="100" pluginName="Old server" pluginFamily="General"><cve>CVE-2024-0001</cve><risk_factor>High</risk_factor>
        </ReportItem></ReportHost></Report></NessusClientData_v2>"#,
    ),
    (
        "openvas",
        r#"<report id="a"><report id="b"><results><result id="1"><host>192.0.2.13<hostname>e-openvas</hostname></host>
        <port>512/tcp</port><nvt oid="1.3.6.1"><name>rexec</name><refs><ref id="CVE-1999-0618" type="cve"/></refs></nvt>
        <threat>High</threat><severity>10.0</severity><description>seen</description></result></results></report></report>"#,
    ),
    (
        "qualys",
        r#"<!DOCTYPE ASSET_DATA_REPORT SYSTEM "https://qualys.example/asset_data_report.dtd"><ASSET_DATA_REPORT><HOST_LIST><HOST>
        <IP>192.0.2.14</IP><DNS>e-qualys.example</DNS><VULN_INFO_LIST><VULN_INFO><QID id="qid_7">7</QID><TYPE>Vuln</TYPE>
        <PORT>22</PORT><PROTOCOL>tcp</PROTOCOL></VULN_INFO></VULN_INFO_LIST></HOST></HOST_LIST><GLOSSARY><VULN_DETAILS_LIST>
        <VULN_DETAILS id="qid_7"><QID id="qid_7">7</QID><TITLE>SSH</TITLE><SEVERITY>4</SEVERITY><CVE_ID_LIST><CVE_ID>
        <ID>CVE-2020-14145</ID></CVE_ID></CVE_ID_LIST></VULN_DETAILS></VULN_DETAILS_LIST></GLOSSARY></ASSET_DATA_REPORT>"#,
    ),
    (
        "nexpose",
        r#"<NexposeReport version="2.0"><nodes><node address="192.0.2.15" status="alive"><names><name>e-nexpose.example</name>
        </names><endpoints><endpoint protocol="tcp" port="443" status="open"><services><service name="HTTPS"><tests>
        <test id="ssl-weak" status="vulnerable-version"><Paragraph>old</Paragraph></test></tests></service></services></endpoint>
        </endpoints></node></nodes><VulnerabilityDefinitions><vulnerability id="SSL-WEAK" title="Weak" severity="7"><references>
        <reference source="CVE">CVE-2014-3566</reference></references></vulnerability></VulnerabilityDefinitions></NexposeReport>"#,
    ),
    (
        "nuclei",
        r#"{"template-id": "CVE-2021-44228", "info": {"name": "Log4j", "severity": "critical"}, "type": "http", "host": "https://e-nuclei.example:8443", "matched-at": "https://e-nuclei.example:8443/x", "ip": "192.0.2.16"}"#,
    ),
    (
        "trivy",
        r#"{"SchemaVersion": 2, "ArtifactName": "e-trivy", "ArtifactType": "container_image", "Results": [{"Target": "e-trivy",
        "Class": "os-pkgs", "Type": "alpine", "Vulnerabilities": [{"VulnerabilityID": "CVE-2019-14697", "PkgName": "musl",
        "InstalledVersion": "1.1.20-r4", "FixedVersion": "1.1.20-r5", "Severity": "CRITICAL"}]}]}"#,
    ),
    (
        "grype",
        r#"{"matches": [{"vulnerability": {"id": "CVE-2019-14697", "severity": "Critical", "fix": {"versions": ["1.1.20-r5"],
        "state": "fixed"}}, "artifact": {"id": "1", "name": "musl", "version": "1.1.20-r4", "type": "apk",
        "purl": "pkg:apk/alpine/musl@1.1.20-r4"}, "matchDetails": []}], "source": {"type": "image", "target": {"userInput": "e-grype"}},
        "descriptor": {"name": "grype", "version": "0.80.0"}}"#,
    ),
    (
        "snyk",
        r#"{"vulnerabilities": [{"id": "SNYK-JAVA-A-1", "title": "T", "severity": "high", "packageName": "a.b:c", "version": "1.0",
        "packageManager": "maven", "identifiers": {"CVE": ["CVE-2020-11111"], "CWE": ["CWE-79"]}, "fixedIn": ["1.1"]}], "ok": false,
        "projectName": "e-snyk", "packageManager": "maven"}"#,
    ),
    (
        "dependency-check",
        r#"{"reportSchema": "1.1", "scanInfo": {"engineVersion": "9.0"}, "projectInfo": {"name": "e-check", "reportDate": "2026-01-01T00:00:00Z"},
        "dependencies": [{"fileName": "c-1.0.jar", "filePath": "/c-1.0.jar", "packages": [{"id": "pkg:maven/a.b/c@1.0"}],
        "vulnerabilities": [{"name": "CVE-2020-11111", "severity": "HIGH", "cwes": ["CWE-79"]}]}]}"#,
    ),
    (
        "sarif",
        r#"{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{"tool": {"driver": {"name": "e-sarif",
        "rules": [{"id": "R1", "shortDescription": {"text": "a rule"}}]}}, "results": [{"ruleId": "R1", "level": "error",
        "message": {"text": "wrong"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.c"}}}]}]}]}"#,
    ),
];

/// What the report said, wherever the line holds it.
fn scans(line: &serde_json::Value) -> (u64, u64, u64) {
    let scans = if line["scan"].is_object() { &line["scan"] } else { &line["contents"]["scans"] };
    let count = |name: &str| scans[name].as_u64().unwrap_or_default();
    (count("observations"), count("new"), count("ended"))
}

#[test]
fn each_scanners_report_is_evidence_once() {
    let hinomi = organised();
    for (format, report) in REPORTS {
        let file = hinomi.folder().join(format!("report-of-{format}.txt"));
        std::fs::write(&file, report).unwrap();
        let file = file.display().to_string();
        let read = hinomi.run(["inventory", "read", &file, "--format", "json"]).expect_code(0);
        let read: serde_json::Value = serde_json::from_str(&read.stdout).unwrap();
        let said = read["observations"].as_array().unwrap().len() as u64;
        assert!(read["format"].as_str().unwrap().starts_with(format) && said > 0, "{format}: {read}");
        let lines = |ended: &hinomi_testkit::Ended| -> Vec<serde_json::Value> {
            ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let first = hinomi.run(["inventory", "import", &file]).expect_code(0);
        let taken = lines(&first).iter().map(scans).max().unwrap();
        assert_eq!((taken.0, taken.1), (said, said), "{format}: {first:?}");
        let again = hinomi.run(["inventory", "import", &file]).expect_code(0);
        let taken = lines(&again).iter().map(scans).max().unwrap();
        assert_eq!((taken.0, taken.1, taken.2), (said, 0, 0), "{format}: the same again: {again:?}");
    }
    let assets = hinomi.run(["asset", "list", "--format", "json"]).expect_code(0);
    let assets: Vec<serde_json::Value> = serde_json::from_str(&assets.stdout).unwrap();
    assert_eq!(assets.len(), REPORTS.len(), "one asset each: {assets:?}");
}
