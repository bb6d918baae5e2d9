// SPDX-License-Identifier: Apache-2.0
//! CVE records, each rule by a small one.

use serde_json::{Value, json};

use crate::{Advisory, Event, Format, read};

fn record(affected: Value, adp: Value) -> Advisory {
    let text = json!({"dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2024-0001", "state": "PUBLISHED", "assignerShortName": "demo", "datePublished": "2024-01-02T00:00:00Z"},
        "containers": {"cna": {"providerMetadata": {"shortName": "demo"}, "title": "T",
            "descriptions": [{"lang": "ja", "value": "日本語"}, {"lang": "en-US", "value": "English"}],
            "problemTypes": [{"descriptions": [{"lang": "en", "cweId": "CWE-79", "description": "x"}, {"lang": "en", "description": "CWE-20 Input"}]}],
            "metrics": [{"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N", "baseSeverity": "HIGH"}}],
            "references": [{"url": "https://example.org/", "tags": ["patch"]}], "affected": affected}, "adp": adp}});
    read(text.to_string().as_bytes(), "c.json").unwrap().remove(0)
}

fn shown(advisory: &Advisory) -> Vec<String> {
    let event = |event: &Event| match event {
        Event::Introduced(version) => format!(">{version}"),
        Event::Fixed(version) => format!("<{version}"),
        Event::LastAffected(version) => format!("={version}"),
        Event::Limit(version) => format!("!{version}"),
    };
    let ranges = advisory.affected.iter().flat_map(|affected| &affected.ranges);
    ranges.map(|range| range.events.iter().map(event).collect::<Vec<_>>().join(" ")).collect()
}

fn ranges(product: Value) -> Vec<String> {
    shown(&record(json!([product]), json!([])))
}

#[test]
fn a_record_has_everything_that_its_containers_say() {
    let adp = json!([{"providerMetadata": {"shortName": "CISA-ADP"}, "metrics": [
        {"other": {"type": "ssvc", "content": {"role": "CISA Coordinator", "options": [{"Exploitation": "active"}, {"Automatable": "no"}]}}},
        {"other": {"type": "kev", "content": {"dateAdded": "2024-02-03"}}},
        {"cvssV3_1": {"vectorString": "CVSS:3.1/AV:L", "baseSeverity": "LOW"}}],
        "affected": [{"vendor": "v", "product": "p", "cpes": ["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"], "defaultStatus": "unknown",
            "versions": [{"version": "0", "status": "affected", "lessThan": "1.2", "versionType": "custom"}]}]}]);
    let record = record(json!([]), adp);
    assert_eq!((record.id.as_str(), record.source), ("CVE-2024-0001", Format::Cve));
    assert_eq!((record.details.as_deref(), record.summary.as_deref()), (Some("English"), Some("T")));
    assert_eq!(record.cwes, ["CWE-79", "CWE-20"]);
    assert_eq!(record.references[0].kind, "FIX");
    assert_eq!(record.source_severity.as_deref(), Some("HIGH"));
    assert_eq!(record.severity.len(), 2);
    assert_eq!(record.severity[1].extra["source"], "CISA-ADP");
    assert_eq!(record.database_specific["ssvc"][0]["options"]["Exploitation"], "active");
    assert_eq!(record.database_specific["kev"]["dateAdded"], "2024-02-03");
    assert_eq!(record.database_specific["descriptions"]["ja"], "日本語");
    let matched = &record.configurations[0].nodes[0].matches[0];
    assert_eq!((matched.start_including.as_deref(), matched.end_excluding.as_deref()), (None, Some("1.2")));
}

#[test]
fn versions_are_read_as_the_format_decides_them() {
    let entry = |default: &str, versions: Value| {
        ranges(json!({"vendor": "v", "product": "p", "defaultStatus": default, "versions": versions}))
    };
    let affected =
        json!([{"version": "1.0", "status": "affected", "lessThan": "1.4", "versionType": "semver"}]);
    assert_eq!(entry("unaffected", affected), [">1.0 <1.4"]);
    let open = json!([{"version": "n/a", "status": "affected", "lessThanOrEqual": "2.10", "changes": [{"at": "2.9", "status": "unaffected"}]}]);
    assert_eq!(entry("unaffected", open), [">0 <2.9"]);
    let again = json!([{"version": "1", "status": "affected", "lessThan": "5", "changes": [{"at": "2", "status": "unaffected"}, {"at": "3", "status": "affected"}]}]);
    assert_eq!(entry("unaffected", again), [">1 <2", ">3 <5"]);
    let linux = json!([{"version": "5.10", "status": "affected"}, {"version": "0", "status": "unaffected", "lessThan": "5.10"},
        {"version": "6.1.3", "status": "unaffected", "lessThanOrEqual": "6.1.*"}, {"version": "6.8", "status": "unaffected", "lessThanOrEqual": "*"}]);
    assert_eq!(entry("affected", linux), [">5.10 <6.1.3", ">6.2 <6.8"]);
    let git = json!([{"version": "aaa", "status": "affected", "lessThan": "bbb", "versionType": "git"}]);
    assert_eq!(entry("affected", git), [">aaa <bbb"]);
    assert_eq!(entry("unknown", json!([{"version": "n/a", "status": "affected"}])), Vec::<String>::new());
    assert_eq!(entry("affected", json!([])), [">0"]);
}

#[test]
fn collections_are_ecosystems() {
    let of = |collection: &str, name: &str, cpes: Value| {
        let product = json!({"vendor": "v", "product": "p", "collectionURL": collection, "packageName": name, "cpes": cpes, "defaultStatus": "affected",
            "versions": [{"version": "0:1.2-3.el8", "status": "unaffected", "lessThan": "*", "versionType": "rpm"}]});
        let record = record(json!([product]), json!([]));
        assert!(record.configurations.is_empty());
        assert_eq!(shown(&record)[0], ">0 <0:1.2-3.el8");
        record
            .affected
            .iter()
            .map(|affected| affected.package.ecosystem.clone().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("https://www.npmjs.com/package/x", "x", json!([])), ["npm"]);
    assert_eq!(of("https://repo.maven.apache.org/maven2/", "g:a", json!([])), ["Maven"]);
    assert_eq!(of("https://example.org/npmjs.com", "x", json!([])), [""]);
    let streams =
        json!(["cpe:/o:redhat:enterprise_linux:8::baseos", "cpe:/a:redhat:rhel_eus:8.6::appstream"]);
    let browser = "https://access.redhat.com/downloads/content/package-browser/";
    assert_eq!(
        of(browser, "x", streams),
        ["Red Hat:enterprise_linux:8::baseos", "Red Hat:rhel_eus:8.6::appstream"]
    );
}

#[test]
fn a_rejected_record_is_withdrawn_and_a_wrong_one_is_told() {
    let text = r#"{"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2024-0001", "state": "REJECTED", "dateRejected": "2024-01-02T00:00:00Z"},
        "containers": {"cna": {"rejectedReasons": [{"lang": "en", "value": "duplicate"}], "replacedBy": ["CVE-2024-0002"]}}}"#;
    let record = read(text.as_bytes(), "c.json").unwrap().remove(0);
    assert_eq!(
        (record.withdrawn, record.details.as_deref()),
        (Some(1_704_153_600_000_000), Some("duplicate"))
    );
    assert_eq!(record.related, ["CVE-2024-0002"]);
    for (from, to, told) in [
        ("CVE-2024-0001", "CVE-1", "`CVE-1` is no CVE identifier"),
        ("\"5.1\"", "\"4.0\"", "only 5.x"),
        ("REJECTED", "GONE", "`GONE` is no state"),
        ("\"containers\"", "\"contained\"", "containers.cna"),
        ("[\"CVE-2024-0002\"]", "7", "containers.cna.replacedBy"),
    ] {
        let error = read(text.replace(from, to).as_bytes(), "c.json").unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
