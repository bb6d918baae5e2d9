// SPDX-License-Identifier: Apache-2.0
//! Outputs of `hinomi match` over names that want to break them, held against the published schema where it is at hand.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_testkit::Hinomi;
use serde_json::{Value, json};

use crate::support::empty;

fn record(id: &str) -> Value {
    json!({"schema_version": "1.7.0", "id": id, "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}]})
}

fn component(identity: &str) -> Value {
    let key = if identity.to_ascii_lowercase().contains("cpe:") { "cpe" } else { "purl" };
    json!({"type": "library", "name": "demo", "version": "", key: identity})
}

const IDENTITIES: [&str; 14] = [
    "pkg:pypi/demo@1.0",
    "pkg:pypi/demo@",
    "pkg:pypi/demo",
    "pkg:pypi/demo@1.0 \u{1}",
    "pkg:pypi/de\u{202e}mo@1",
    "pkg:pypi/demo@not a version",
    "pkg:",
    "pkg:npm/other@1",
    "pkg:deb/debian/demo@1.0",
    "cpe:/a:acme:app:1.0",
    "cpe:2.3:a:acme:app:1.0",
    "cpe:2.3:a:acme:app:1 0:*:*:*:*:*:*:*",
    "cpe:2.3:a:acme:app:1.0\u{1}:*:*:*:*:*:*:*",
    " cpe:2.3:a:acme:app:-:*:*:*:*:*:*:*",
];

/// Advisories and inventories with every name that a stranger may send.
fn scene(hinomi: &Hinomi) -> [PathBuf; 2] {
    let [advisories, inventories] = ["advisories", "inventories"].map(|name| hinomi.folder().join(name));
    std::fs::create_dir_all(&advisories).unwrap();
    std::fs::create_dir_all(&inventories).unwrap();
    let ids = ["ID with spaces", "control\u{1}\u{202e}\n", "pkg:pypi/demo@1.0", "urn:cdx:x/1", "日本-1"];
    for (number, id) in ids.iter().enumerate() {
        std::fs::write(advisories.join(format!("{number}.json")), record(id).to_string()).unwrap();
    }
    let cpe = json!({"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-01-01T00:00:00.000", "vulnerabilities": [{"cve": {"id": "CVE-2026-0009",
        "sourceIdentifier": "x", "published": "2026-01-01T00:00:00.000",
        "lastModified": "2026-01-01T00:00:00.000", "vulnStatus": "Analyzed", "metrics": {}, "references": [],
        "descriptions": [{"lang": "en", "value": "made up"}], "configurations": [{"nodes": [{"operator": "OR",
        "negate": false, "cpeMatch": [{"vulnerable": true, "versionEndExcluding": "2.0",
            "criteria": "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*"}]}]}]}}]});
    std::fs::write(advisories.join("nvd.json"), cpe.to_string()).unwrap();
    let vex = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex",
        "author": "demo", "timestamp": "2026-01-02T00:00:00Z", "version": 1, "statements": [
        {"vulnerability": {"name": "日本-1"}, "products": [{"@id": "pkg:pypi/demo"}], "status": "not_affected",
            "justification": "vulnerable_code_not_present"},
        {"vulnerability": {"name": "ID with spaces"}, "products": [{"@id": "pkg:pypi/demo"}],
            "status": "under_investigation"}]});
    std::fs::write(advisories.join("vex.json"), vex.to_string()).unwrap();
    let mut components: Vec<Value> = IDENTITIES.into_iter().map(component).collect();
    components.extend(["", "\u{1}", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1"].map(
        |name| json!({"type": "application", "name": name, "version": "1", "supplier": {"name": "acme"}}),
    ));
    components
        .push(json!({"type": "application", "name": "App", "version": "1.0", "supplier": {"name": "Acme"}}));
    let sbom =
        json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components});
    for name in ["1:b c.cdx.json", "http:é%41[].json"] {
        std::fs::write(inventories.join(name), sbom.to_string()).unwrap();
    }
    [advisories, inventories]
}

fn output(hinomi: &Hinomi, [advisories, inventories]: &[PathBuf; 2], format: &str, unknown: &str) -> Value {
    let paths = [advisories, inventories].map(|path| path.display().to_string());
    let args = ["match", "--advisories", &paths[0], "--inventory", &paths[1], "--format", format];
    let ended = hinomi.run(args.into_iter().chain(["--unknown", unknown])).expect_code(0);
    serde_json::from_str(&ended.stdout).unwrap()
}

const UNKNOWN: [&str; 3] = ["none", "count", "list"];

/// RFC 3986, 4.2: characters that may stand in a reference, and no colon before the first slash.
fn is_relative_reference(uri: &str) -> bool {
    let bytes = uri.as_bytes();
    let is_escape =
        |at: usize| bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let fits = |(at, byte): (usize, &u8)| match byte {
        b'%' => is_escape(at),
        _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/".contains(byte),
    };
    !uri.is_empty() && !uri.starts_with("//") && bytes.iter().enumerate().all(fits)
}

#[test]
fn sarif_keeps_its_rules_whatever_things_are_called() {
    let hinomi = empty();
    let scene = scene(&hinomi);
    for unknown in UNKNOWN {
        let log = output(&hinomi, &scene, "sarif", unknown);
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len());
        let results = run["results"].as_array().unwrap();
        assert!(results.len() >= 20, "{}", results.len());
        let mut files = BTreeSet::new();
        for result in results {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let uri = place.as_str().unwrap();
            assert!(is_relative_reference(uri), "{uri}");
            files.insert(uri);
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            assert!(["pass", "review", "fail"].contains(&result["kind"].as_str().unwrap()));
            assert!(ids.contains(result["ruleId"].as_str().unwrap()));
            let prints = result["partialFingerprints"].as_object().unwrap();
            assert!(prints.values().all(Value::is_string));
        }
        assert_eq!(files, BTreeSet::from(["1%3Ab%20c.cdx.json", "http%3A%C3%A9%2541%5B%5D.json"]));
    }
}

/// The schema of CycloneDX 1.6 with those that it refers to, from the data archive.
fn schemas(data: &Path) -> BTreeMap<String, Value> {
    let wanted = ["bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json"];
    let mut found = BTreeMap::new();
    walk(&data.join("sboms.tar.zst"), &Limits::default(), &mut |entry| {
        let name = entry.path.rsplit('/').next().unwrap().to_owned();
        if entry.path.contains("cyclonedx-spec-schema/") && wanted.contains(&name.as_str()) {
            found.insert(name, serde_json::from_slice(&entry.bytes.unwrap()).unwrap());
        }
        if found.len() == wanted.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(found.len(), wanted.len());
    found
}

#[test]
fn cyclonedx_is_valid_by_its_schema_whatever_things_are_called() {
    let data = std::env::var_os("HINOMI_DATA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if !data.is_dir() {
        println!("{} is absent: nothing is held against the schema", data.display());
        return;
    }
    let mut compiler = boon::Compiler::new();
    for (name, schema) in schemas(&data) {
        compiler.add_resource(&format!("http://cyclonedx.org/schema/{name}"), schema).unwrap();
    }
    compiler.enable_format_assertions();
    let mut known = boon::Schemas::new();
    let schema = compiler.compile("http://cyclonedx.org/schema/bom-1.6.schema.json", &mut known).unwrap();
    let hinomi = empty();
    let scene = scene(&hinomi);
    for unknown in UNKNOWN {
        let document = output(&hinomi, &scene, "cyclonedx-vex", unknown);
        let outcome = known.validate(&document, schema).map_err(|error| format!("{error:#}"));
        assert_eq!(outcome, Ok(()));
        let [components, vulnerabilities] = ["components", "vulnerabilities"].map(|list| &document[list]);
        let reference = |one: &Value| one["bom-ref"].as_str().unwrap().to_owned();
        let own: Vec<String> = components.as_array().unwrap().iter().map(reference).collect();
        let all: Vec<String> =
            own.iter().cloned().chain(vulnerabilities.as_array().unwrap().iter().map(reference)).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a reference names one thing");
        assert!(own.len() > 5, "{own:?}");
        for affected in
            vulnerabilities.as_array().unwrap().iter().flat_map(|one| one["affects"].as_array().unwrap())
        {
            assert!(own.iter().any(|one| affected["ref"] == one.as_str()), "{affected}");
        }
        // What no reader would take for a package URL or a CPE name is called neither.
        for component in components.as_array().unwrap() {
            let purl = component["purl"].as_str().is_none_or(|purl| purl.starts_with("pkg:pypi/"));
            let cpe = component["cpe"].as_str().is_none_or(|cpe| cpe.matches(':').count() == 12);
            assert!(purl && cpe, "{component}");
        }
    }
}

#[test]
fn excluded_components_are_told_of_and_not_matched() {
    let hinomi = empty();
    let [advisories, inventories] = scene(&hinomi);
    std::fs::remove_dir_all(&inventories).unwrap();
    std::fs::create_dir_all(&inventories).unwrap();
    let library = |reference: &str, version: &str, scope: &str| {
        json!({"type": "library", "name": "demo", "version": version, "bom-ref": reference, "scope": scope,
            "purl": format!("pkg:pypi/demo@{version}")})
    };
    let sbom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components":
        [library("a", "1.0", "excluded"), library("b", "1.1", "optional"), library("c", "1.2", "required")]});
    let file = inventories.join("sbom.cdx.json");
    std::fs::write(&file, sbom.to_string()).unwrap();
    let paths = [&advisories, &file].map(|path| path.display().to_string());
    let args = ["match", "--advisories", &paths[0], "--inventory", &paths[1]];
    let ended = hinomi.run(args.into_iter().chain(["--format", "jsonl"])).expect_code(0);
    assert!(
        !ended.stdout.contains(r#""component":"pkg:pypi/demo@1.0""#) && ended.stdout.contains("demo@1.1"),
        "{}",
        ended.stdout
    );
    assert!(ended.stderr.contains("1 components are for tests and development alone"), "{}", ended.stderr);
    let explain = |component: &str, code: i32| {
        let more = ["--explain", component, "日本-1"];
        hinomi.run(args.into_iter().chain(more)).expect_code(code).stdout
    };
    let left_out = explain("pkg:pypi/demo@1.0", 1);
    assert!(left_out.contains("sbom.cdx.json") && left_out.contains("excluded"), "{left_out}");
    assert!(explain("pkg:pypi/demo@1.1", 0).contains("verdict"));
    let nowhere =
        hinomi.run(args.into_iter().chain(["--explain", "pkg:pypi/demo@9", "日本-1"])).expect_code(1);
    assert!(nowhere.stderr.contains("no inventory has pkg:pypi/demo@9"), "{}", nowhere.stderr);
}
