// SPDX-License-Identifier: Apache-2.0
//! `hinomi match` from outside: every output, every way of handing files over, and how it ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use hinomi_testkit::Hinomi;
use serde_json::{Value, json};

use crate::support::empty;

const COMPONENT: &str = "pkg:pypi/demo@1.0";

/// A folder of advisories and one of inventories: two records on one package, an answered one, an unknown one.
fn scene(hinomi: &Hinomi) -> (PathBuf, PathBuf) {
    let (advisories, inventories) = (hinomi.folder().join("advisories"), hinomi.folder().join("inventories"));
    let record = |id: &str, cve: &str, fixed: &str, vector: &str| {
        json!({"schema_version": "1.7.0", "id": id, "modified": "2026-01-01T00:00:00Z", "aliases": [cve],
            "severity": [{"type": "CVSS_V3", "score": vector}], "affected": [{
            "package": {"ecosystem": "PyPI", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
    };
    let worst = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let low = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
    let statement = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex",
        "author": "demo", "timestamp": "2026-01-02T00:00:00Z", "version": 1, "statements": [{
        "vulnerability": {"name": "CVE-2026-0002"}, "products": [{"@id": "pkg:pypi/demo"}],
        "status": "not_affected", "justification": "vulnerable_code_not_present"}]});
    let sbom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
        {"type": "library", "name": "demo", "version": "1.0", "purl": COMPONENT},
        {"type": "library", "name": "other", "version": "1", "purl": "pkg:npm/other@1"}]});
    std::fs::create_dir_all(&advisories).unwrap();
    std::fs::create_dir_all(&inventories).unwrap();
    for (name, document) in [
        ("a.json", record("DEMO-1", "CVE-2026-0001", "1.4", worst)),
        ("b.json", record("DEMO-2", "CVE-2026-0002", "2.0", worst)),
        ("c.json", record("DEMO-3", "CVE-2026-0003", "1.2", low)),
        ("vex.json", statement),
    ] {
        std::fs::write(advisories.join(name), document.to_string()).unwrap();
    }
    std::fs::write(inventories.join("host one.cdx.json"), sbom.to_string()).unwrap();
    (advisories, inventories)
}

/// Exit status, standard output and standard error of a match.
fn matched(hinomi: &Hinomi, paths: [&PathBuf; 2], more: &[&str], code: i32) -> (String, String) {
    let [advisories, inventory] = paths.map(|path| path.display().to_string());
    let fixed = ["match", "--advisories", &advisories, "--inventory", &inventory];
    let ended = hinomi.run(fixed.into_iter().chain(more.iter().copied())).expect_code(code);
    (ended.stdout, ended.stderr)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn jsonl_has_a_row_for_each_match_with_all_its_fields() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let (out, err) = matched(&hinomi, [&advisories, &inventories], &["--format", "jsonl"], 0);
    let rows = lines(&out);
    let states: BTreeSet<(&str, &str)> = rows
        .iter()
        .map(|row| (row["vulnerability"].as_str().unwrap(), row["state"].as_str().unwrap()))
        .collect();
    let expected =
        [("CVE-2026-0001", "affected"), ("CVE-2026-0002", "not_affected"), ("CVE-2026-0003", "affected")];
    assert_eq!(states, BTreeSet::from(expected));
    for row in &rows {
        for field in ["inventory", "component", "advisory", "state", "severity", "rule", "evidence"] {
            assert!(!row[field].is_null(), "{field} of {row}");
        }
        assert!(row.get("fixed").is_some() && row.get("reason").is_some(), "{row}");
        assert_eq!(row["component"], COMPONENT);
        assert_eq!(row["state"] == "affected", row["reason"].is_null(), "{row}");
    }
    assert!(err.contains("1 unknown"), "unknowns are counted on standard error: {err}");
}

#[test]
fn unknowns_are_listed_counted_or_left_out_as_asked() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let paths = [&advisories, &inventories];
    let (out, err) = matched(&hinomi, paths, &["--format", "jsonl", "--unknown", "list"], 0);
    let unknown: Vec<Value> = lines(&out).into_iter().filter(|row| row["advisory"].is_null()).collect();
    assert_eq!(unknown.len(), 1, "{out}");
    assert_eq!(
        (&unknown[0]["component"], &unknown[0]["state"]),
        (&json!("pkg:npm/other@1"), &json!("unknown"))
    );
    assert!(unknown[0]["reason"].as_str().unwrap().contains("npm"));
    assert!(err.is_empty(), "{err}");
    let (out, err) = matched(&hinomi, paths, &["--format", "jsonl", "--unknown", "none"], 0);
    assert!(err.is_empty() && !out.contains("npm"), "{err}{out}");
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let (out, _) = matched(&hinomi, [&advisories, &inventories], &["--format", "sarif"], 0);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "hinomi");
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len(), "an id names one rule");
    let results = run["results"].as_array().unwrap();
    let kinds: BTreeSet<&str> = results.iter().map(|result| result["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(["fail", "pass"]));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        // SARIF 2.1.0, 3.27.10: what is no failure has no level.
        assert_eq!(result["kind"] == "fail", result["level"] != "none", "{result}");
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.contains(' ') && uri.contains("host%20one"), "an address has no spaces: {uri}");
    }
}

fn no_nulls(value: &Value, place: &str) {
    match value {
        Value::Null => panic!("{place} is null, which no CycloneDX field may be"),
        Value::Array(items) => items.iter().for_each(|item| no_nulls(item, &format!("{place}[]"))),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| no_nulls(value, &format!("{place}.{name}")));
        }
        _ => {}
    }
}

#[test]
fn cyclonedx_vex_reads_back_as_the_same_states() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let (out, _) = matched(&hinomi, [&advisories, &inventories], &["--format", "cyclonedx-vex"], 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    no_nulls(&document, "$");
    let record = hinomi_advisory_formats::read(out.as_bytes(), "out.cdx.json").unwrap().remove(0);
    let said: BTreeSet<(String, String)> = record
        .statements
        .iter()
        .map(|statement| {
            let status = serde_json::to_value(statement.status).unwrap();
            (statement.vulnerability.clone(), status.as_str().unwrap().to_owned())
        })
        .collect();
    let pair = |id: &str, state: &str| (id.to_owned(), state.to_owned());
    let expected = BTreeSet::from([
        pair("CVE-2026-0001", "affected"),
        pair("CVE-2026-0002", "not_affected"),
        pair("CVE-2026-0003", "affected"),
    ]);
    assert_eq!(said, expected);
    let harmless = &document["vulnerabilities"].as_array().unwrap()[1]["analysis"];
    assert_eq!(
        (&harmless["state"], &harmless["justification"]),
        (&json!("not_affected"), &json!("code_not_present"))
    );
}

#[test]
fn it_ends_as_documented() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let paths = [&advisories, &inventories];
    let _worst = matched(&hinomi, paths, &["--fail-on", "critical"], 1);
    let lesser = inventories.join("lesser.json");
    let fixed = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "demo", "version": "1.4", "purl": "pkg:pypi/demo@1.4"}]});
    std::fs::write(&lesser, fixed.to_string()).unwrap();
    let _none = matched(&hinomi, [&advisories, &lesser], &["--fail-on", "critical"], 0);
    // One that cannot be read is named, and the others go on.
    std::fs::write(inventories.join("broken.cdx.json"), "{\"bomFormat\": \"CycloneDX\"").unwrap();
    let (out, err) = matched(&hinomi, paths, &["--format", "jsonl"], 2);
    assert!(lines(&out).len() >= 3 && err.contains("broken.cdx.json"), "{err}");
}

#[test]
fn every_format_ends_alike() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let paths = [&advisories, &inventories];
    let formats = ["table", "jsonl", "json", "sarif", "cyclonedx-vex"];
    let in_format = |format: &str, fail_on: Option<&str>, code: i32| {
        let more: Vec<&str> = ["--format", format]
            .into_iter()
            .chain(fail_on.into_iter().flat_map(|at| ["--fail-on", at]))
            .collect();
        matched(&hinomi, paths, &more, code).0
    };
    for format in formats {
        // What is not affected counts for nothing; something is affected as badly as critical, so at low too.
        let all = in_format(format, None, 0);
        assert!(all.contains("CVE-2026-0001"), "{format}: {all}");
        for severity in ["critical", "low", "unrated"] {
            assert_eq!(in_format(format, Some(severity), 1).len(), all.len(), "{format} {severity}");
        }
    }
    // An input that cannot be read weighs more, and the others are still printed whole.
    std::fs::write(inventories.join("broken.cdx.json"), "{\"bomFormat\": \"CycloneDX\"").unwrap();
    for format in formats {
        assert!(in_format(format, Some("critical"), 2).contains("CVE-2026-0001"), "{format}");
    }
    let missing = hinomi.folder().join("missing.json");
    let (_, err) = matched(&hinomi, [&advisories, &missing], &[], 2);
    assert!(err.contains("missing.json"), "{err}");
}

#[test]
fn explain_prints_the_steps_and_whether_it_matched() {
    let hinomi = empty();
    let (advisories, _) = scene(&hinomi);
    let path = advisories.display().to_string();
    let explain = |component: &str, advisory: &str, code: i32| {
        hinomi
            .run(["match", "--advisories", &path, "--explain", component, advisory])
            .expect_code(code)
            .stdout
    };
    let steps = explain(COMPONENT, "DEMO-1", 0);
    for part in ["PyPI/demo", "1.0", "verdict", "affected", "1.4"] {
        assert!(steps.contains(part), "{part}: {steps}");
    }
    assert!(explain("pkg:pypi/demo@1.4", "DEMO-1", 1).contains("1.4"));
    assert!(!explain(COMPONENT, "NO-SUCH-RECORD", 1).is_empty());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |state, byte| {
        (0..8).fold(state ^ u32::from(*byte), |state, _| {
            (state >> 1) ^ (0xEDB8_8320 & (0u32.wrapping_sub(state & 1)))
        })
    })
}

/// One stored file in a ZIP archive (PKWARE APPNOTE 6.3).
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let common = [
        &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5a][..],
        &crc32(bytes).to_le_bytes(),
        &size,
        &size,
        &length,
        &[0, 0],
    ];
    let mut file = [b"PK\x03\x04".as_slice(), &common.concat(), name.as_bytes(), bytes].concat();
    let start = u32::try_from(file.len()).unwrap().to_le_bytes();
    let central =
        [b"PK\x01\x02\x14\x00".as_slice(), &common.concat(), &[0; 10], &[0; 4], name.as_bytes()].concat();
    let central_size = u32::try_from(central.len()).unwrap().to_le_bytes();
    file.extend(central);
    file.extend([b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(), &central_size, &start, &[0, 0]].concat());
    file
}

/// One file in a tar archive (POSIX ustar).
fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut head = [0u8; 512];
    head[..name.len()].copy_from_slice(name.as_bytes());
    head[100..108].copy_from_slice(b"0000644\0");
    head[108..116].copy_from_slice(b"0000000\0");
    head[116..124].copy_from_slice(b"0000000\0");
    head[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    head[136..148].copy_from_slice(b"00000000000\0");
    head[148..156].copy_from_slice(b"        ");
    head[156] = b'0';
    head[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = vec![0; (512 - bytes.len() % 512) % 512 + 1024];
    [&head[..], bytes, &padding].concat()
}

/// Stored in one block (RFC 1952, RFC 1951).
fn gz(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [&head[..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &crc32(bytes).to_le_bytes(), &size]
        .concat()
}

#[test]
fn files_may_come_in_folders_and_archives() {
    let hinomi = empty();
    let (advisories, inventories) = scene(&hinomi);
    let sbom = std::fs::read(inventories.join("host one.cdx.json")).unwrap();
    let packed = hinomi.folder().join("packed");
    std::fs::create_dir_all(&packed).unwrap();
    let zstd = zstd::encode_all(tar("sbom.cdx.json", &sbom).as_slice(), 3).unwrap();
    for (name, bytes) in [
        ("a.zip", zip("sbom.cdx.json", &sbom)),
        ("a.tar.zst", zstd),
        ("sbom.cdx.json.gz", gz(&sbom)),
        ("plain", sbom.clone()),
    ] {
        std::fs::write(packed.join(name), bytes).unwrap();
    }
    let answers = |path: &PathBuf| -> Vec<(String, String)> {
        let (out, _) = matched(&hinomi, [&advisories, path], &["--format", "jsonl"], 0);
        let rows = lines(&out);
        rows.iter().map(|row| (row["advisory"].to_string(), row["state"].to_string())).collect()
    };
    let expected = answers(&inventories);
    assert_eq!(expected.len(), 4, "three records and the statement itself");
    for name in ["a.zip", "a.tar.zst", "sbom.cdx.json.gz", "plain"] {
        assert_eq!(answers(&packed.join(name)), expected, "{name}");
    }
    assert_eq!(answers(&packed).len(), 4 * expected.len(), "a folder is all of its files");
}
