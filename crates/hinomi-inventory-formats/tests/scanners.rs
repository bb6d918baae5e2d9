// SPDX-License-Identifier: Apache-2.0
//! Scanners' reports: findings with their host, port, component and identifiers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{Format, Inventory, read};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes(), "report").unwrap()
}

fn refusal(text: &str) -> String {
    read(text.as_bytes(), "report").unwrap_err().to_string()
}

const NESSUS: &str = r#"<?xml version="1.0"?><NessusClientData_v2><Report name="r"><ReportHost name="web.example.com"><HostProperties>
  <tag name="HOST_END">Tue Jun 25 10:39:42 2025</tag><tag name="operating-system">Linux 5</tag><tag name="host-ip">192.0.2.7</tag>
  <tag name="mac-address">00:50:56:00:00:01
00:50:56:00:00:02</tag><tag name="host-uuid">4f1c</tag></HostProperties>
  <ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="31649" pluginName="PHP &lt; 5.2"><cpe>cpe:/a:php:php</cpe>
  <cve>CVE-2006-1015</cve><cve>CVE-2006-1549</cve><cwe>94</cwe><risk_factor>High</risk_factor><solution>Upgrade</solution>
  <plugin_output>Version 5.1</plugin_output><cvss3_vector>CVSS:3.0/AV:N</cvss3_vector></ReportItem>
  <ReportItem port="0" svc_name="general" protocol="tcp" severity="0" pluginID="19506" pluginName="Info"><risk_factor>None</risk_factor>
  </ReportItem></ReportHost><ReportHost name="192.0.2.8"><HostProperties/></ReportHost></Report></NessusClientData_v2>"#;

#[test]
fn nessus_findings_name_host_port_component_and_solution() {
    let found = inventory(NESSUS);
    assert_eq!((found.format, found.partial, found.assets.len()), (Format::Nessus, true, 2));
    let host = &found.assets[0].identifiers;
    assert_eq!(
        (host.macs.len(), host.fqdns[0].as_str(), host.agent_ids[0].as_str()),
        (2, "web.example.com", "nessus:4f1c")
    );
    assert_eq!(found.assets[1].identifiers.ips[0].to_string(), "192.0.2.8");
    let finding = &found.observations[0];
    assert_eq!((finding.kind.as_str(), finding.port.as_deref()), ("vulnerability", Some("tcp/443")));
    assert_eq!(finding.vulnerabilities, ["CVE-2006-1015", "CVE-2006-1549"]);
    assert_eq!((finding.weaknesses[0].as_str(), finding.severity.as_deref()), ("CWE-94", Some("High")));
    assert_eq!(
        (finding.solution.as_deref(), finding.evidence.as_deref()),
        (Some("Upgrade"), Some("Version 5.1"))
    );
    assert_eq!(finding.component, found.components[0].id);
    assert_eq!(found.components[0].asset.as_deref(), Some("web.example.com"));
    assert_eq!(
        (found.observations[1].kind.as_str(), found.observations[1].port.as_deref()),
        ("information", None)
    );
}

#[test]
fn a_report_of_many_hosts_is_taken_apart() {
    let (parts, rest) = inventory(NESSUS).split_by_asset();
    assert_eq!((parts.len(), rest.observations.len(), rest.components.len()), (2, 0, 0));
    assert_eq!((parts[0].1.observations.len(), parts[0].1.components.len()), (2, 1));
    assert!(parts[0].1.partial && parts[1].1.observations.is_empty());
    assert_eq!(parts[0].1.host.hostname.as_deref(), Some("web.example.com"));
}

#[test]
fn openvas_results_are_read_in_each_envelope() {
    let result = r#"<results><result id="1"><host>192.0.2.1<hostname>db1</hostname></host><port>512/tcp</port><nvt oid="1.3.6">
      <name>rexec</name><tags>summary=x|solution=Disable it|impact=</tags><refs><ref id="CVE-1999-0618" type="cve"/></refs></nvt>
      <threat>High</threat><severity>10.0</severity><description>seen</description></result></results>
      <host><ip>192.0.2.1</ip><detail><name>best_os_cpe</name><value>cpe:/o:debian:debian_linux:11</value></detail>
      <detail><name>App</name><value>cpe:/a:openbsd:openssh:8.4p1</value></detail></host>"#;
    for text in [
        format!("<report id=\"a\"><report id=\"b\">{result}</report></report>"),
        format!("<report id=\"a\">{result}</report>"),
        format!(
            "<get_reports_response status=\"200\"><report><report>{result}</report></report></get_reports_response>"
        ),
    ] {
        let found = inventory(&text);
        assert_eq!((found.format, found.assets.len(), found.observations.len()), (Format::OpenVas, 1, 1));
        assert_eq!(found.assets[0].os.cpe.as_deref(), Some("cpe:/o:debian:debian_linux:11"));
        assert_eq!(found.components[0].name, "openssh");
        let finding = &found.observations[0];
        assert_eq!(
            (finding.port.as_deref(), finding.solution.as_deref()),
            (Some("tcp/512"), Some("Disable it"))
        );
        assert_eq!(finding.vulnerabilities, ["CVE-1999-0618"]);
        assert_eq!(found.assets[0].login(), None);
    }
}

#[test]
fn a_login_is_read_where_the_report_tells_it() {
    let openvas = |details: &[&str]| {
        let details: String = details
            .iter()
            .map(|name| format!("<detail><name>{name}</name><value>x</value></detail>"))
            .collect();
        inventory(&format!(
            "<report id=\"b\"><results><result id=\"1\"><host>192.0.2.1</host><port>general/tcp</port><nvt oid=\"1\">\
             <name>a</name></nvt><threat>Log</threat></result></results><host><ip>192.0.2.1</ip>{details}</host></report>"
        ))
        .assets[0]
            .login()
    };
    assert_eq!(openvas(&["Auth-SSH-Success"]), Some(true));
    assert_eq!(openvas(&["Auth-SMB-Failure"]), Some(false));
    assert_eq!(openvas(&["Auth-SMB-Failure", "Auth-SSH-Success"]), Some(true));
    assert_eq!(openvas(&["best_os_txt"]), None);
    let nexpose = |software: &str| {
        inventory(&format!(
            "<NexposeReport version=\"2.0\"><nodes><node address=\"192.0.2.4\" status=\"alive\">{software}<tests>\
             <test id=\"a\" status=\"vulnerable-version\"/></tests></node></nodes><VulnerabilityDefinitions/></NexposeReport>"
        ))
    };
    assert_eq!(nexpose("").assets[0].login(), None);
    let inside = nexpose(
        "<software><fingerprint certainty=\"1.00\" vendor=\"OpenBSD\" product=\"OpenSSH\" version=\"8.4\"/></software>",
    );
    assert_eq!(inside.assets[0].login(), Some(true));
    assert_eq!(
        (inside.components[0].name.as_str(), inside.components[0].version.as_deref()),
        ("OpenSSH", Some("8.4"))
    );
}

#[test]
fn qualys_detections_join_their_glossary() {
    let found = inventory(
        "<!DOCTYPE ASSET_DATA_REPORT SYSTEM \"https://qualys.example/asset_data_report.dtd\"><ASSET_DATA_REPORT><HOST_LIST><HOST><IP>192.0.2.3</IP>\
         <DNS>a.example</DNS><VULN_INFO_LIST><VULN_INFO><QID id=\"qid_7\">7</QID><TYPE>Vuln</TYPE><PORT>22</PORT><PROTOCOL>tcp</PROTOCOL>\
         <LAST_FOUND>2026-01-01</LAST_FOUND></VULN_INFO><VULN_INFO><QID id=\"qid_6\">6</QID><TYPE>Ig</TYPE></VULN_INFO></VULN_INFO_LIST></HOST>\
         </HOST_LIST><GLOSSARY><VULN_DETAILS_LIST><VULN_DETAILS id=\"qid_7\"><QID id=\"qid_7\">7</QID><TITLE>SSH</TITLE><SEVERITY>4</SEVERITY>\
         <SOLUTION>Update</SOLUTION><CVE_ID_LIST><CVE_ID><ID>CVE-2020-1</ID></CVE_ID><CVE_ID><ID>CVE-2020-14145</ID></CVE_ID></CVE_ID_LIST>\
         </VULN_DETAILS></VULN_DETAILS_LIST></GLOSSARY></ASSET_DATA_REPORT>",
    );
    let finding = &found.observations[0];
    assert_eq!(
        (found.format, finding.text.as_deref(), finding.severity.as_deref()),
        (Format::Qualys, Some("SSH"), Some("4"))
    );
    assert_eq!(
        (finding.vulnerabilities.as_slice(), finding.port.as_deref()),
        (&["CVE-2020-14145".to_owned()][..], Some("tcp/22"))
    );
    assert_eq!(found.observations[1].kind, "information");
    let detections = inventory(
        "<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><HOST_LIST><HOST><ID>5</ID><IP>192.0.2.9</IP><DETECTION_LIST><DETECTION><QID>38170</QID>\
         <STATUS>Active</STATUS></DETECTION></DETECTION_LIST></HOST></HOST_LIST></RESPONSE></HOST_LIST_VM_DETECTION_OUTPUT>",
    );
    assert_eq!(
        (detections.observations[0].id.as_deref(), detections.assets[0].id.as_str()),
        (Some("38170"), "5")
    );
}

#[test]
fn nexpose_tests_are_findings_only_when_something_is_wrong() {
    let found = inventory(
        "<NexposeReport version=\"2.0\"><nodes><node address=\"192.0.2.4\" status=\"alive\" hardware-address=\"005056000003\"><names><name>n4.example\
         </name></names><tests><test id=\"ssl-weak\" status=\"not-vulnerable\"/></tests><endpoints><endpoint protocol=\"tcp\" port=\"443\" status=\"open\">\
         <services><service name=\"HTTPS\"><tests><test id=\"ssl-weak\" status=\"vulnerable-version\"><Paragraph>old</Paragraph></test></tests></service>\
         </services></endpoint></endpoints></node></nodes><VulnerabilityDefinitions><vulnerability id=\"SSL-WEAK\" title=\"Weak\" severity=\"7\">\
         <references><reference source=\"CVE\">CVE-2014-3566</reference></references><solution><p>Disable it</p></solution></vulnerability>\
         </VulnerabilityDefinitions></NexposeReport>",
    );
    let kinds: Vec<_> = found.observations.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["vulnerability", "port"]);
    let finding = &found.observations[0];
    assert_eq!((finding.port.as_deref(), finding.text.as_deref()), (Some("tcp/443"), Some("Weak")));
    assert_eq!((finding.evidence.as_deref(), finding.solution.as_deref()), (Some("old"), Some("Disable it")));
    assert_eq!(found.assets[0].identifiers.macs, ["00:50:56:00:00:03"]);
}

#[test]
fn nuclei_is_read_as_lines_and_as_list() {
    let finding = r#"{"template-id":"CVE-2021-44228","info":{"name":"Log4j","severity":"critical","classification":{"cwe-id":["cwe-502"]}},
      "type":"http","host":"https://a.example:8443","matched-at":"https://a.example:8443/x","ip":"192.0.2.5"}"#
        .replace('\n', " ");
    for text in [finding.clone(), format!("{finding}\n{finding}\n"), format!("[{finding},{finding}]")] {
        let found = inventory(&text);
        assert_eq!((found.format, found.assets.len()), (Format::Nuclei, 1));
        assert_eq!(found.observations[0].vulnerabilities, ["CVE-2021-44228"]);
        assert_eq!(found.observations[0].weaknesses, ["CWE-502"]);
        assert_eq!(found.assets[0].identifiers.fqdns, ["a.example"]);
    }
}

#[test]
fn nuclei_tells_of_templates_that_found_nothing() {
    let line = |status: &str| {
        format!(
            r#"{{"template-id":"CVE-2021-44228","info":{{"name":"Log4j","severity":"critical"}},"host":"a.example",{status}"type":"http"}}"#
        )
    };
    let text = [line(""), line(r#""matcher-status":true,"#), line(r#""matcher-status":false,"#)].join("\n");
    let found = inventory(&text);
    let states: Vec<Option<&str>> = found.observations.iter().map(|one| one.state.as_deref()).collect();
    assert_eq!(states, [None, Some("matched true"), Some("matched false")]);
}

#[test]
fn a_sarif_result_says_whether_it_stands() {
    let result = |more: &str| format!(r#"{{"ruleId":"CVE-2026-1","message":{{"text":"t"}}{more}}}"#);
    let stands = [
        ("", None),
        (r#","kind":"pass""#, Some("pass")),
        (r#","kind":"fail","baselineState":"unchanged""#, Some("fail")),
        (r#","kind":"fail","baselineState":"absent""#, Some("absent")),
        (r#","baselineState":"new""#, Some("new")),
        (r#","suppressions":[]"#, None),
        (r#","suppressions":[{"kind":"inSource"}]"#, Some("suppressed")),
        (r#","suppressions":[{"kind":"external","status":"accepted"}],"kind":"fail""#, Some("suppressed")),
        (r#","suppressions":[{"kind":"external","status":"underReview"}],"kind":"fail""#, Some("fail")),
        (
            r#","suppressions":[{"kind":"inSource"},{"kind":"external","status":"rejected"}],"kind":"open""#,
            Some("open"),
        ),
    ];
    let results: Vec<String> = stands.iter().map(|(more, _)| result(more)).collect();
    let text = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"scan"}}}},"results":[{}]}}]}}"#,
        results.join(",")
    );
    let found = inventory(&text);
    let states: Vec<Option<&str>> = found.observations.iter().map(|one| one.state.as_deref()).collect();
    assert_eq!(states, stands.map(|(_, state)| state));
}

#[test]
fn snyk_and_dependency_check_name_their_packages() {
    let snyk = inventory(
        r#"{"vulnerabilities":[{"id":"SNYK-JAVA-A-1","title":"T","severity":"high","packageName":"a.b:c","version":"1.0","packageManager":
        "maven","identifiers":{"CVE":["CVE-2020-11111"],"CWE":["CWE-79"]},"fixedIn":["1.1"]}],"ok":false,"packageManager":"maven"}"#,
    );
    assert_eq!(snyk.components[0].purl.as_deref(), Some("pkg:maven/a.b/c@1.0"));
    assert_eq!(snyk.observations[0].vulnerabilities, ["SNYK-JAVA-A-1", "CVE-2020-11111"]);
    assert_eq!(snyk.observations[0].fixed.as_deref(), Some("1.1"));
    let check = inventory(
        r#"{"reportSchema":"1.1","scanInfo":{"engineVersion":"9.0"},"projectInfo":{"name":"p","reportDate":"2026-01-01T00:00:00Z"},"dependencies":[
        {"fileName":"c-1.0.jar","filePath":"/c-1.0.jar","packages":[{"id":"pkg:maven/a.b/c@1.0"}],"vulnerabilityIds":[{"id":"cpe:2.3:a:b:c:1.0:*:*:*:*:*:*:*"}],
        "vulnerabilities":[{"name":"CVE-2020-11111","severity":"HIGH","cwes":["CWE-79"]}]},{"fileName":"d.jar","filePath":"/d.jar"}]}"#,
    );
    assert_eq!(
        (check.format, check.components.len(), check.observations.len()),
        (Format::DependencyCheck, 2, 1)
    );
    assert_eq!(check.observations[0].component, check.components[0].id);
    assert_eq!(check.components[0].cpe.as_deref(), Some("cpe:2.3:a:b:c:1.0:*:*:*:*:*:*:*"));
}

#[test]
fn nmap_scripts_and_systems_are_kept() {
    let found = inventory(
        r#"<nmaprun><host starttime="1767225600" endtime="1767225601"><address addr="192.0.2.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="22">
        <state state="open"/><service name="ssh"/><script id="vulners" output="CVE-2023-38408 9.8"/></port></ports><os><osmatch name="Linux 5.4"><osclass>
        <cpe>cpe:/o:linux:linux_kernel:5.4</cpe></osclass></osmatch></os><hostscript><script id="smb-vuln-ms17-010" output="NOT VULNERABLE: CVE-2017-0143"/>
        </hostscript></host><runstats/></nmaprun>"#,
    );
    assert_eq!((found.assets.len(), found.services.len()), (1, 1));
    assert_eq!(found.services[0].endpoints, ["tcp://192.0.2.1:22"]);
    assert_eq!(found.assets[0].os.cpe.as_deref(), Some("cpe:/o:linux:linux_kernel:5.4"));
    assert_eq!(found.assets[0].last_seen.as_deref(), Some("2026-01-01T00:00:01Z"));
    let kinds: Vec<_> = found.observations.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["information", "port", "vulnerability"]);
    assert_eq!(found.observations[2].vulnerabilities, ["CVE-2023-38408"]);
}

#[test]
fn what_is_not_read_is_named() {
    assert_eq!(refusal("<!DOCTYPE html><html></html>"), "report: no known inventory format: an HTML page");
    assert_eq!(refusal("[]"), "report: the document holds nothing that says what it is");
    assert_eq!(
        refusal("{\"a\":1}\n{\"b\":2}\n"),
        "report: no known inventory format: several JSON documents"
    );
    assert_eq!(refusal("{\"a\":1}\n{\"b\":\n"), "report: line 3, column 0: EOF while parsing a value");
    let entities = "<!DOCTYPE x [<!ENTITY a \"b\">]><NessusClientData_v2>&a;</NessusClientData_v2>";
    assert_eq!(
        refusal(entities),
        "report: line 1, column 31: a document type that declares entities is not accepted"
    );
    let deep = format!("<NessusClientData_v2>{}", "<a>".repeat(200));
    assert!(refusal(&deep).ends_with("elements are nested deeper than 100"));
}

#[test]
fn rows_without_names_and_numbers_of_any_length_are_read() {
    let rows = r#"[{"sha256:1": {"image:tag": [{"policyId": "p", "status": "fail", "detail": {"result": {"result": {"i": {"result":
        {"rows": [["i", "image:tag", "CVE-2020-1234+x", "vulnerabilities", "package", "HIGH found", "stop", "", "p"]]}}}}}}]}}]"#;
    let found = inventory(rows);
    assert_eq!((found.format.name(), found.observations.len()), ("anchore-policy", 1));
    assert_eq!(found.observations[0].vulnerabilities, ["CVE-2020-1234"]);
    let digits = "9".repeat(700);
    let key = format!(
        r#"{{"date_scans_completed": "x", "server_scan_results": [{{"server_location": {{"hostname": "h", "port": 443}},
        "scan_result": {{"heartbleed": {{"status": "COMPLETED", "result": {{"is_vulnerable_to_heartbleed": true, "modulus": {digits}}}}}}}}}]}}"#
    );
    let found = inventory(&key);
    assert_eq!((found.format.name(), found.observations[0].evidence.as_deref()), ("sslyze", Some("true")));
}

#[test]
fn a_rule_that_passed_is_no_vulnerability() {
    let report = r#"<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2"><Group><Rule id="r1"><title>RHSA-2019:1 fix</title></Rule>
        <Rule id="r2"><title>other</title></Rule></Group><TestResult end-time="2026-01-01"><target>h.example</target>
        <rule-result idref="r1"><result>fail</result><ident system="cve">CVE-2019-1234</ident></rule-result>
        <rule-result idref="r2"><result>pass</result><ident system="cve">CVE-2019-9999</ident></rule-result></TestResult></Benchmark>"#;
    let found = inventory(report);
    let [failed, passed] = found.observations.as_slice() else { panic!("{:?}", found.observations) };
    assert!(
        failed.vulnerabilities.contains(&"CVE-2019-1234".to_owned())
            && failed.state.as_deref() == Some("fail")
    );
    assert_eq!((failed.text.as_deref(), passed.vulnerabilities.len()), (Some("RHSA-2019:1 fix"), 0));
}

#[test]
fn reports_for_people_keep_to_lines() {
    let clam = "/a/b: Eicar FOUND\n/a/c: OK\n\n----------- SCAN SUMMARY -----------\nEngine version: 1.2.2\nInfected files: 1\n";
    assert_eq!(
        (inventory(clam).format, inventory(clam).observations[0].kind.as_str()),
        (Format::ClamAv, "malware")
    );
    let hunter =
        "[05:01:52] Running Rootkit Hunter version 1.4.6 on h\n[05:04:43] Warning: No logging daemon\n";
    assert_eq!((inventory(hunter).format, inventory(hunter).observations.len()), (Format::RkHunter, 1));
    let bundler = "Name: rack\nVersion: 1.4.7\nAdvisory: CVE-2018-16471\nTitle: XSS\nSolution: upgrade\n\nVulnerabilities found!\n";
    assert_eq!(inventory(bundler).observations[0].vulnerabilities, ["CVE-2018-16471"]);
}

#[test]
fn addresses_at_which_nothing_answered_are_no_hosts() {
    let text = r#"<?xml version="1.0"?><nmaprun scanner="nmap" start="1700000000" xmloutputversion="1.05">
      <host><status state="down"/><address addr="192.0.2.1" addrtype="ipv4"/></host>
      <host><status state="up"/><address addr="192.0.2.2" addrtype="ipv4"/></host>
      <host><address addr="192.0.2.3" addrtype="ipv4"/></host>
      <runstats><finished time="1700000009"/></runstats></nmaprun>"#;
    let found = read(text.as_bytes(), "scan.xml").unwrap();
    let names: Vec<&str> = found.assets.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!((names, found.components.len()), (vec!["192.0.2.2", "192.0.2.3"], 2));
    assert!(
        found.warnings[0].text.starts_with("1 addresses at which nothing answered"),
        "{:?}",
        found.warnings
    );
}
