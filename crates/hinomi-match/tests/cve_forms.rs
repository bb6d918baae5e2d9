// SPDX-License-Identifier: Apache-2.0
//! One fact in the forms in which it is published: the NVD's feeds 1.1 and answers 2.0, the issuer's configurations and
//! the issuer's products. Whoever says it, the answers are the same.

#![cfg(test)]

use hinomi_match::{ComponentQuery, Host, Index, State};
use serde_json::{Value, json};

const PRODUCT: &str = "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*";

fn index(document: &Value) -> Index {
    let mut builder = Index::builder();
    for record in hinomi_advisory_formats::read(document.to_string().as_bytes(), "c.json").unwrap() {
        assert_eq!(builder.add(&record), []);
    }
    builder.finish()
}

/// An NVD feed 1.1: nodes with children.
fn feed(nodes: &Value) -> Value {
    json!({"CVE_data_type": "CVE", "CVE_data_format": "MITRE", "CVE_data_version": "4.0", "CVE_Items": [{
        "cve": {"data_type": "CVE", "CVE_data_meta": {"ID": "CVE-2026-0001", "ASSIGNER": "cve@example.org"}},
        "configurations": {"CVE_data_version": "4.0", "nodes": nodes},
        "publishedDate": "2026-01-01T00:00Z", "lastModifiedDate": "2026-01-01T00:00Z"}]})
}

/// An answer of the NVD's API 2.0.
fn answer(configurations: &Value) -> Value {
    json!({"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "vulnerabilities": [{"cve": {"id": "CVE-2026-0001", "published": "2026-01-01T00:00:00.000",
            "lastModified": "2026-01-01T00:00:00.000", "vulnStatus": "Analyzed", "configurations": configurations}}]})
}

/// An issuer's record, format 5.
fn issued(container: Value) -> Value {
    json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2026-0001",
            "state": "PUBLISHED", "assignerOrgId": "00000000-0000-4000-8000-000000000000"},
        "containers": {"cna": container}})
}

fn state(index: &Index, version: &str, host: &Host) -> Option<State> {
    let name = format!("cpe:2.3:a:acme:app:{version}:*:*:*:*:*:*:*");
    let query = ComponentQuery { cpe: Some(&name), name: "app", ..ComponentQuery::default() };
    let found = index.match_on(host, &query, None).matches;
    assert!(found.len() <= 1, "{found:?}");
    found.first().map(|found| found.state)
}

/// A match as the NVD writes it, with its bounds.
fn with_bounds(bounds: &[(&str, &str)], name: (&str, &str)) -> Value {
    let mut one = json!({"vulnerable": true, name.0: name.1});
    bounds.iter().for_each(|(key, version)| one[*key] = json!(version));
    one
}

#[test]
fn a_range_is_one_range_in_every_form() {
    // Bounds of a match, the same as the issuer's `versions` where they can say it, and who is inside.
    let (from, after, before, to) =
        ("versionStartIncluding", "versionStartExcluding", "versionEndExcluding", "versionEndIncluding");
    let entry = |status: &str, version: &str, end: Option<(&str, &str)>| {
        let mut entry = json!({"version": version, "status": status, "versionType": "custom"});
        end.into_iter().for_each(|(key, version)| entry[key] = json!(version));
        entry
    };
    type Case<'c> =
        (&'c [(&'c str, &'c str)], &'c str, Option<(&'c str, Value)>, &'c [&'c str], &'c [&'c str]);
    let cases: [Case<'_>; 7] = [
        (
            &[(from, "1.0"), (before, "2.0")],
            "*",
            Some(("unaffected", json!([entry("affected", "1.0", Some(("lessThan", "2.0")))]))),
            &["1.0", "1.0.1", "1.10", "1.99"],
            &["0.9", "2.0", "2.1", "10"],
        ),
        (&[(after, "1.0"), (to, "2.0")], "*", None, &["1.0.1", "1.5", "2.0"], &["0.9", "1.0", "2.0.1"]),
        (
            &[(to, "3.2.1")],
            "*",
            Some(("unaffected", json!([entry("affected", "0", Some(("lessThanOrEqual", "3.2.1")))]))),
            &["0.1", "3.2", "3.2.1"],
            &["3.2.2", "3.10"],
        ),
        (
            &[],
            "1.2.3",
            Some(("unaffected", json!([entry("affected", "1.2.3", None)]))),
            &["1.2.3"],
            &["1.2", "1.2.4", "1.2.30"],
        ),
        (&[], "*", Some(("affected", json!([]))), &["0", "1.2", "99"], &[]),
        // What is affected but for what is repaired: the versions that are not named take the default.
        (
            &[(before, "4.1")],
            "*",
            Some(("affected", json!([entry("unaffected", "4.1", Some(("lessThanOrEqual", "*")))]))),
            &["0.1", "4.0.9"],
            &["4.1", "5"],
        ),
        // A repair within: the issuer's `changes`.
        (
            &[(from, "1.0"), (before, "1.7")],
            "*",
            Some((
                "unaffected",
                json!([{"version": "1.0", "status": "affected", "lessThan": "2.0", "versionType": "custom",
                    "changes": [{"at": "1.7", "status": "unaffected"}]}]),
            )),
            &["1.0", "1.6.9"],
            &["0.9", "1.7", "1.9", "2.0"],
        ),
    ];
    for (bounds, version, products, inside, outside) in cases {
        let name = PRODUCT.replacen('*', version, 1);
        let old = with_bounds(bounds, ("cpe23Uri", &name));
        let new = with_bounds(bounds, ("criteria", &name));
        let node = json!([{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [new]}]}]);
        let mut forms = vec![
            ("feed 1.1", feed(&json!([{"operator": "OR", "children": [], "cpe_match": [old]}]))),
            ("API 2.0", answer(&node)),
            ("cpeApplicability", issued(json!({"cpeApplicability": node}))),
        ];
        if let Some((default, versions)) = products {
            let product = json!([{"vendor": "Acme", "product": "App", "cpes": [PRODUCT],
                "defaultStatus": default, "versions": versions}]);
            forms.push(("affected", issued(json!({"affected": product}))));
        }
        for (form, document) in forms {
            let index = index(&document);
            for (versions, expected) in [(inside, Some(State::Affected)), (outside, None)] {
                for version in versions {
                    let told = state(&index, version, &Host::default());
                    assert_eq!(told, expected, "{form}: {bounds:?} {name} about {version}");
                }
            }
        }
    }
}

#[test]
fn what_runs_on_a_system_runs_there_in_every_form() {
    let system = "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*";
    let old = |vulnerable: bool, name: &str| json!({"operator": "OR", "children": [], "cpe_match": [{"vulnerable": vulnerable, "cpe23Uri": name}]});
    let new = |vulnerable: bool, name: &str| json!({"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": vulnerable, "criteria": name}]});
    let nodes = json!([{"operator": "AND", "nodes": [new(true, PRODUCT), new(false, system)]}]);
    let nested =
        json!([{"operator": "AND", "children": [old(true, PRODUCT), old(false, system)], "cpe_match": []}]);
    let host = |system: Option<&str>| {
        let mut host = Host::default();
        system.into_iter().for_each(|system| host.set_system(system, Some("10"), None));
        host
    };
    for document in [feed(&nested), answer(&nodes), issued(json!({"cpeApplicability": nodes}))] {
        let index = index(&document);
        let told = [Some("windows"), Some("debian"), None].map(|system| state(&index, "1.0", &host(system)));
        assert_eq!(told, [Some(State::Affected), None, Some(State::Unknown)], "{document}");
    }
}

#[test]
fn an_issuers_package_is_judged_in_its_ecosystems_order() {
    let record = issued(
        json!({"affected": [{"collectionURL": "https://pypi.org/project/demo", "packageName": "Demo_App",
        "defaultStatus": "unaffected", "versions": [
            {"version": "1.0", "status": "affected", "lessThan": "1.10", "versionType": "python"},
            {"version": "2.0rc1", "status": "affected", "versionType": "python"}]}]}),
    );
    let index = index(&record);
    for (version, expected) in [
        ("1.9", true),
        ("1.0", true),
        ("1.10", false),
        ("1.10rc1", true),
        ("2.0rc1", true),
        ("2.0c1", true),
        ("2.0", false),
    ] {
        let purl = format!("pkg:pypi/demo-app@{version}");
        let query = ComponentQuery { purl: Some(&purl), name: "demo-app", ..ComponentQuery::default() };
        let told = index.match_component(&query).matches.iter().any(|found| found.state == State::Affected);
        assert_eq!(told, expected, "{version}");
    }
}
