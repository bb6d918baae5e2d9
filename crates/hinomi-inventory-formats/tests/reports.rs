// SPDX-License-Identifier: Apache-2.0
//! Scanner reports and agents: packages once, findings each.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{ComponentKind, Format, Inventory, read};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes(), "report").unwrap()
}

const TRIVY: &str = r#"{"SchemaVersion":2,"ArtifactName":"img:1","ArtifactType":"container_image","CreatedAt":"2026-01-01T00:00:00Z",
    "Metadata":{"OS":{"Family":"debian","Name":"12.5"}},"Results":[{"Target":"img (debian 12.5)","Class":"os-pkgs","Type":"debian",
    "Packages":[{"ID":"libc6@2.36-9","Name":"libc6","Identifier":{"PURL":"pkg:deb/debian/libc6@2.36-9"},"Version":"2.36","Release":"9",
      "Epoch":1,"SrcName":"glibc","SrcVersion":"2.36","SrcRelease":"9","Arch":"amd64","Licenses":["LGPL-2.1-only"]}],
    "Vulnerabilities":[{"VulnerabilityID":"CVE-2026-1","PkgID":"libc6@2.36-9","PkgName":"libc6","PkgIdentifier":{"PURL":"pkg:deb/debian/libc6@2.36-9"},
      "InstalledVersion":"1:2.36-9","FixedVersion":"1:2.36-10","Severity":"HIGH","Status":"fixed"},
      {"VulnerabilityID":"CVE-2026-2","PkgID":"libc6@2.36-9","PkgName":"libc6","PkgIdentifier":{"PURL":"pkg:deb/debian/libc6@2.36-9"},
      "InstalledVersion":"1:2.36-9","FixedVersion":"","Severity":"LOW"}]},
    {"Target":"Dockerfile","Type":"dockerfile","Misconfigurations":[{"ID":"DS001","Severity":"LOW","Status":"FAIL"}],
     "Secrets":[{"RuleID":"aws-key","Severity":"CRITICAL"}]}]}"#;

#[test]
fn trivy_findings_point_to_their_packages() {
    let found = inventory(TRIVY);
    assert_eq!((found.format, found.partial), (Format::Trivy, false));
    assert_eq!(found.components.len(), 1);
    let package = &found.components[0];
    assert_eq!(package.version.as_deref(), Some("1:2.36-9"));
    assert_eq!(
        (package.source_name.as_deref(), package.source_version.as_deref()),
        (Some("glibc"), Some("2.36-9"))
    );
    assert_eq!(package.distro.as_deref(), Some("debian-12"));
    assert_eq!(found.observations.len(), 4);
    assert_eq!(found.observations[0].component, package.id);
    assert_eq!(found.observations[0].fixed.as_deref(), Some("1:2.36-10"));
    assert_eq!(found.observations[1].fixed, None);
    assert_eq!(found.observations[3].kind, "secret");
    assert_eq!(found.subject.unwrap().kind, ComponentKind::Container);
}

#[test]
fn older_trivy_reports_name_the_ecosystem_only() {
    let found = inventory(
        r#"[{"Target":"app/yarn.lock","Type":"yarn","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"@s/a","InstalledVersion":"1.0.0"},
        {"VulnerabilityID":"CVE-2","PkgName":"@s/a","InstalledVersion":"1.0.0"}]},{"Target":"x","Vulnerabilities":null}]"#,
    );
    assert!(found.partial);
    let purls: Vec<_> = found.components.iter().map(|one| one.purl.as_deref()).collect();
    assert_eq!(purls, [Some("pkg:npm/%40s/a@1.0.0")]);
    assert_eq!(found.observations.len(), 2);
}

#[test]
fn grype_matches_keep_the_source_package() {
    let found = inventory(
        r#"{"matches":[{"vulnerability":{"id":"CVE-1","severity":"High","fix":{"versions":["1.2"],"state":"fixed"}},
          "artifact":{"id":"x","name":"libssl3","version":"1.1","purl":"pkg:deb/debian/libssl3@1.1","cpes":["cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"],
            "upstreams":[{"name":"openssl"}],"locations":[{"path":"/var/lib/dpkg/status"}],"licenses":["MIT"]}},
          {"vulnerability":{"id":"CVE-2"},"artifact":{"id":"x","name":"libssl3","version":"1.1"}}],
          "source":{"type":"image","target":{"userInput":"img:1"}},"distro":{"name":"debian","version":"12"},"descriptor":{"name":"grype"}}"#,
    );
    assert_eq!((found.format, found.components.len(), found.observations.len()), (Format::Grype, 1, 2));
    assert_eq!(found.components[0].source_name.as_deref(), Some("openssl"));
    assert_eq!(found.components[0].source_version.as_deref(), Some("1.1"));
    assert_eq!(found.components[0].distro.as_deref(), Some("debian-12"));
    assert_eq!(found.observations[0].fixed.as_deref(), Some("1.2"));
}

#[test]
fn sarif_results_name_rule_and_line() {
    let found = inventory(
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"tool","rules":[{"id":"R0"},{"id":"R1"}]}},"results":[
          {"ruleIndex":1,"level":"error","message":{"text":"bad"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":7}}}]},
          {"ruleId":"X","message":{"id":"m"}}]}]}"#,
    );
    assert_eq!(found.observations[0].id.as_deref(), Some("R1"));
    assert_eq!(found.observations[0].target.as_deref(), Some("a.c:7"));
    assert_eq!(found.observations[1].id.as_deref(), Some("X"));
}

#[test]
fn nmap_hosts_ports_and_products() {
    let found = inventory(
        r#"<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" start="1767225600" xmloutputversion="1.05"><host><status state="up"/>
          <address addr="192.0.2.1" addrtype="ipv4"/><address addr="00:00:5E:00:53:01" addrtype="mac"/>
          <hostnames><hostname name="web.example"/></hostnames><ports><extraports state="closed" count="9"/>
          <port protocol="tcp" portid="443"><state state="open"/><service name="https" product="nginx" version="1.18.0"><cpe>cpe:/a:igor_sysoev:nginx:1.18.0</cpe></service></port>
          <port protocol="udp" portid="53"><state state="open|filtered"/></port></ports></host></nmaprun>"#,
    );
    assert_eq!(found.observed_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(found.components[0].name, "web.example");
    assert_eq!(found.components[1].cpe.as_deref(), Some("cpe:/a:igor_sysoev:nginx:1.18.0"));
    assert_eq!(found.components[1].parent.as_deref(), Some("192.0.2.1"));
    let ports: Vec<_> =
        found.observations.iter().map(|one| (one.id.as_deref(), one.state.as_deref())).collect();
    assert_eq!(ports, [(Some("tcp/443"), Some("open")), (Some("udp/53"), Some("open|filtered"))]);
    assert_eq!(found.warnings[0].text, "the scan was not finished");
}

#[test]
fn glpi_json_and_xml_agree() {
    let json = inventory(
        r#"{"deviceid":"d","action":"inventory","itemtype":"Computer","content":{"hardware":{"name":"pc1"},
          "operatingsystem":{"name":"Debian GNU/Linux","version":"12 (bookworm)","kernel_version":"6.1.0-30-amd64","arch":"x86_64"},
          "softwares":[{"name":"bash","version":"5.2.15-2+b2","arch":"amd64","from":"deb","publisher":"Debian"},{"name":"Own","version":"1"},{"version":"2"}]}}"#,
    );
    let xml = inventory(
        "<REQUEST><CONTENT><HARDWARE><NAME>pc1</NAME></HARDWARE><OPERATINGSYSTEM><NAME>Debian GNU/Linux</NAME><VERSION>12 (bookworm)</VERSION>\
         <KERNEL_VERSION>6.1.0-30-amd64</KERNEL_VERSION><ARCH>x86_64</ARCH></OPERATINGSYSTEM><SOFTWARES><NAME>bash</NAME><VERSION>5.2.15-2+b2</VERSION>\
         <ARCH>amd64</ARCH><FROM>deb</FROM><PUBLISHER>Debian</PUBLISHER></SOFTWARES><SOFTWARES><NAME>Own</NAME><VERSION>1</VERSION></SOFTWARES>\
         <SOFTWARES><VERSION>2</VERSION></SOFTWARES></CONTENT><DEVICEID>d</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>",
    );
    assert_eq!((json.format, xml.format), (Format::GlpiJson, Format::GlpiXml));
    assert_eq!(json.components, xml.components);
    assert_eq!(json.host, xml.host);
    assert_eq!(
        json.components[2].purl.as_deref(),
        Some("pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12")
    );
    assert_eq!(json.components[2].distro.as_deref(), Some("debian-12"));
    assert_eq!(json.components[3].kind, ComponentKind::Application);
    assert_eq!(json.warnings[0].place, "content.softwares[2]");
}

#[test]
fn osquery_rows_are_known_by_their_columns() {
    let deb = inventory(
        r#"[{"name":"libssl3","version":"3.0.11-1","source":"openssl (3.0.10-1)","arch":"amd64","revision":"1","status":"install ok installed"},
          {"name":"old","version":"1","source":"","arch":"all","revision":"1","status":"deinstall ok config-files"}]"#,
    );
    assert_eq!((deb.format, deb.components.len()), (Format::Osquery, 1));
    assert_eq!(deb.components[0].source_version.as_deref(), Some("3.0.10-1"));
    let rpm = inventory(
        r#"{"name":"pack","hostIdentifier":"web1","unixTime":1767225600,"snapshot":[{"name":"bash","version":"5.1.8","release":"6.el9","epoch":"1",
          "arch":"x86_64","source":"bash-5.1.8-6.el9.src.rpm"}]}"#,
    );
    assert_eq!(rpm.components[0].version.as_deref(), Some("1:5.1.8-6.el9"));
    assert_eq!(rpm.subject.unwrap().name, "web1");
    let windows = inventory(
        r#"[{"name":"7-Zip","version":"23.01","install_location":"C:\\","identifying_number":"{AB}","publisher":"Igor Pavlov"}]"#,
    );
    assert_eq!(windows.components[0].swid.as_deref(), Some("{AB}"));
    let python = inventory(r#"[{"name":"Django","version":"4.2","author":"x","path":"/usr/lib/python3"}]"#);
    assert_eq!(python.components[0].purl.as_deref(), Some("pkg:pypi/django@4.2"));
}
