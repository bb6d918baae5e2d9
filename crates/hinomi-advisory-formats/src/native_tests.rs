// SPDX-License-Identifier: Apache-2.0
//! The native databases, each by a record of its form.

use crate::{Advisory, Event, Format, read};

/// Events of every range, as `>1 <2 =3`, ranges separated by `|`.
fn shown(advisory: &Advisory) -> String {
    let event = |event: &Event| match event {
        Event::Introduced(version) => format!(">{version}"),
        Event::Fixed(version) => format!("<{version}"),
        Event::LastAffected(version) => format!("={version}"),
        Event::Limit(version) => format!("!{version}"),
    };
    let ranges = advisory.affected.iter().flat_map(|affected| &affected.ranges);
    let texts: Vec<String> =
        ranges.map(|range| range.events.iter().map(event).collect::<Vec<_>>().join(" ")).collect();
    texts.join(" | ")
}

fn one(text: &str, path: &str) -> Advisory {
    let mut advisories = read(text.as_bytes(), path).unwrap();
    assert_eq!(advisories.len(), 1);
    advisories.remove(0)
}

#[test]
fn alpine_says_which_version_repairs_what() {
    let text = "---\ndistroversion: v3.11\nreponame: main\npackages:\n  - pkg:\n      name: demo\n      secfixes:\n        \
        1.10-r0:\n          - CVE-2020-1\n          - CVE-2020-2 CVE-2020-3 (+ regression)\n        '0':\n          \
        - CVE-2020-9\n  - pkg:\n      name: other\n      secfixes:\n        2.0-r1:\n          - CVE-2020-1\n          - XSA-7\n";
    let advisories = read(text.as_bytes(), "main.yaml").unwrap();
    let ids: Vec<&str> = advisories.iter().map(|advisory| advisory.id.as_str()).collect();
    let expected = ["CVE-2020-1", "CVE-2020-2", "CVE-2020-3", "CVE-2020-9", "XSA-7"]
        .map(|name| format!("ALPINE-{name}-v3.11-main"));
    assert_eq!(ids, expected);
    assert_eq!(shown(&advisories[0]), ">0 <1.10-r0 | >0 <2.0-r1");
    assert_eq!(advisories[0].source, Format::AlpineSecdb);
    assert_eq!(shown(&advisories[3]), ">0 <0", "never affected");
    assert_eq!(advisories[0].aliases, ["CVE-2020-1"]);
    assert_eq!(advisories[0].affected[1].package.ecosystem.as_deref(), Some("Alpine:v3.11"));
}

#[test]
fn php_branches_are_ranges() {
    let text = "title: T\nlink: https://example.org/\ncve: CVE-2014-1\nbranches:\n    2.0.x:\n        \
        time: 2014-04-29 11:30:00\n        versions: ['>=2.0.0', '<2.4.8']\n    1.3.x:\n        time: ~\n        \
        versions: ['<=1.3.18']\n    odd:\n        versions: ['sometimes']\nreference: composer://demo/core\n";
    let advisory = one(text, "demo/core/2014-04-29.yaml");
    assert_eq!((advisory.id.as_str(), advisory.source), ("FOP-demo/core-2014-04-29", Format::FriendsOfPhp));
    assert_eq!(advisory.aliases, ["CVE-2014-1"]);
    assert_eq!(advisory.published, Some(1_398_771_000_000_000));
    assert_eq!(shown(&advisory), ">0 =1.3.18 | >2.0.0 <2.4.8");
    assert_eq!(advisory.warnings[0].place, "branches.odd.versions");
    let wrong = text.replace("composer://", "pear://");
    assert!(read(wrong.as_bytes(), "x.yaml").unwrap_err().to_string().contains("composer://"));
}

fn ruby(unaffected: &[&str], patched: &[&str]) -> String {
    let list = |items: &[&str]| items.iter().map(|item| format!("\n  - \"{item}\"")).collect::<String>();
    let text = format!(
        "---\ngem: demo\ncve: 2026-1\nghsa: aaaa\ntitle: T\ndate: 2026-01-02\ncvss_v3: 6.9\nrelated: {{}}\n\
         unaffected_versions:{}\npatched_versions:{}\n",
        list(unaffected),
        list(patched)
    );
    let advisory = one(&text, "gems/demo/CVE-2026-1.yml");
    assert_eq!(advisory.id, "RUBYSEC-demo-CVE-2026-1");
    assert_eq!(advisory.aliases, ["CVE-2026-1", "GHSA-aaaa"]);
    assert_eq!(
        (advisory.source_severity.as_deref(), &advisory.extra["cvss_v3"]),
        (Some("medium"), &"6.9".into())
    );
    shown(&advisory)
}

#[test]
fn ruby_lists_what_is_not_affected() {
    assert_eq!(ruby(&[], &[">= 3.0.4"]), ">0 <3.0.4");
    assert_eq!(ruby(&[], &["~> 2.3.11", ">= 3.0.4"]), ">0 <2.3.11 | >2.4 <3.0.4");
    assert_eq!(ruby(&["< 2.0"], &[">= 3.0.4"]), ">2.0 <3.0.4");
    assert_eq!(ruby(&["< 2.0"], &[]), ">2.0");
    assert_eq!(ruby(&[], &[]), ">0");
    assert_eq!(ruby(&[], &["> 1.5"]), ">0 =1.5");
    assert_eq!(ruby(&[], &["~> 1.2, >= 1.2.5", ">= 2.1"]), ">0 <1.2.5 | >2 <2.1");
    assert_eq!(ruby(&["< 1.0", "< 2.0"], &[">= 1.5"]), "", "nothing is left");
}

#[test]
fn node_ranges_are_npm_comparisons() {
    let text = r#"{"id": 155, "title": "T", "module_name": "demo", "publish_date": "2017-04-14", "cves": ["CVE-2017-1"],
        "vulnerable_versions": "<  1.2.2 || >= 2.0.0 <=2.1.0", "patched_versions": "x", "cvss_vector": "CVSS:3.0/AV:N"}"#;
    let advisory = one(text, "155.json");
    assert_eq!((advisory.id.as_str(), advisory.source), ("NSWG-155", Format::NodeWorkingGroup));
    assert_eq!(advisory.aliases, ["CVE-2017-1"]);
    assert_eq!(shown(&advisory), ">0 <1.2.2 | >2.0.0 =2.1.0");
    assert_eq!(shown(&one(&text.replace("<  1.2.2 || >= 2.0.0 <=2.1.0", "*"), "155.json")), ">0");
    let all = format!("{{\"155\": {text}}}");
    assert_eq!(one(&all, "index.json").id, "NSWG-155");
    let core = br#"{"cve": ["CVE-2023-1"], "vulnerable": "16.x || 0.12.x || <= 4.1.0", "patched": "^16.20.2", "severity": "high"}"#;
    let record = read(core, "core/17.json").unwrap().remove(0);
    assert_eq!((record.id.as_str(), record.source), ("NSWG-CORE-17", Format::NodeCore));
    let ranges: Vec<_> = record.configurations[0].nodes[0]
        .matches
        .iter()
        .map(|one| {
            (one.start_including.as_deref(), one.end_excluding.as_deref(), one.end_including.as_deref())
        })
        .collect();
    let expected = [
        (Some("16.0.0"), Some("16.20.2"), None),
        (Some("0.12.0"), Some("0.13.0"), None),
        (None, None, Some("4.1.0")),
    ];
    assert_eq!(ranges, expected);
}

#[test]
fn haskell_has_toml_before_its_text() {
    let text = "```toml\n[advisory]\nid = \"HSEC-2023-0001\"\ncwe = [20]\naliases = [\"CVE-2023-1\"]\n\n[[affected]]\npackage = \"demo\"\n\
        cvss = \"CVSS:3.1/AV:N\"\n[[affected.versions]]\nintroduced = \"0.1\"\nfixed = \"0.2\"\n```\n\n# Title here\n\nText.\n";
    let record = one(text, "HSEC-2023-0001.md");
    assert_eq!(
        (record.id.as_str(), record.source, record.summary.as_deref()),
        ("HSEC-2023-0001", Format::Haskell, Some("Title here"))
    );
    assert_eq!((shown(&record).as_str(), record.cwes[0].as_str()), (">0.1 <0.2", "CWE-20"));
    assert_eq!(record.affected[0].package.ecosystem.as_deref(), Some("Hackage"));
    assert!(read(b"```toml\n[advisory]\nid = 7\n```\n", "x.md").is_err());
}

#[test]
fn alpine_is_read_from_json_too() {
    let text = r#"{"apkurl": "x", "distroversion": "v3.20", "reponame": "main", "packages": [{"pkg": {"name": "demo", "secfixes": {"1.0-r1": ["CVE-2024-1"]}}}]}"#;
    let record = one(text, "main.json");
    assert_eq!((record.id.as_str(), shown(&record).as_str()), ("ALPINE-CVE-2024-1-v3.20-main", ">0 <1.0-r1"));
}
