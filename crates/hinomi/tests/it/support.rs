// SPDX-License-Identifier: Apache-2.0
//! A small organisation, made-up records, and what a database says of itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hinomi_testkit::Hinomi;
use serde_json::{Value, json};

pub(crate) fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn kit(name: &str) -> String {
    hinomi_testkit::fixtures::path(name).display().to_string()
}

pub(crate) fn empty() -> Hinomi {
    Hinomi::on_sqlite(env!("CARGO_BIN_EXE_hinomi"))
}

/// With units, people, seats and the system `beacon`.
pub(crate) fn organised() -> Hinomi {
    organise(empty())
}

/// The same on a database of the caller's.
pub(crate) fn organise(hinomi: Hinomi) -> Hinomi {
    for kind in ["units", "people", "seats"] {
        let _ = hinomi.run(["org", "import", kind, &fixture(&format!("{kind}.csv"))]).expect_code(0);
    }
    let create = ["system", "create", "beacon", "--name", "Beacon", "--unit", "lights"];
    let _ = hinomi.run(create.into_iter().chain(["--reachability", "internet"])).expect_code(0);
    hinomi
}

/// `count` records of `count` packages, every one affected below 2.0.
pub(crate) fn records(count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| {
            json!({ "schema_version": "1.6.0", "id": format!("HNM-2027-{number:04}"),
                "modified": "2026-03-01T00:00:00Z", "published": "2026-02-01T00:00:00Z",
                "aliases": [format!("CVE-2027-{:05}", 10_000 + number)], "summary": format!("fault {number}"),
                "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
                "affected": [{ "package": { "ecosystem": "PyPI", "name": format!("thing-{number}") },
                    "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }] }] })
        })
        .collect()
}

pub(crate) fn write_records(folder: &Path, records: &[Value]) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    for (number, record) in records.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:05}.json")), record.to_string()).unwrap();
    }
    folder.to_owned()
}

/// An inventory of `count` of those packages at a version, as of a day of March 2026.
pub(crate) fn inventory(file: &Path, asset: &str, count: usize, version: &str, day: u32) -> PathBuf {
    let components: Vec<Value> = (0..count)
        .map(|number| {
            json!({ "type": "library", "name": format!("thing-{number}"), "version": version,
                "purl": format!("pkg:pypi/thing-{number}@{version}") })
        })
        .collect();
    let document = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "timestamp": format!("2026-03-{day:02}T00:00:00Z"),
            "component": { "type": "device", "name": asset } }, "components": components });
    std::fs::write(file, document.to_string()).unwrap();
    file.to_owned()
}

/// The current state, without what differs from run to run: numbers, times.
pub(crate) fn state(hinomi: &Hinomi) -> String {
    let mut lines = Vec::new();
    let tickets = hinomi.run(["ticket", "list", "--state", "all", "--format", "jsonl"]).expect_code(0);
    for line in tickets.stdout.lines() {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let fields = row.as_object_mut().unwrap();
        fields.remove("number");
        fields.remove("due");
        lines.push(row.to_string());
    }
    let found = ["vulnerability", "search", "", "--limit", "100000", "--format", "jsonl"];
    lines.extend(hinomi.run(found).expect_code(0).stdout.lines().map(str::to_owned));
    let assets = hinomi.run(["asset", "list", "--format", "jsonl"]).expect_code(0);
    lines.extend(assets.stdout.lines().map(str::to_owned));
    lines.sort();
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
    text
}
