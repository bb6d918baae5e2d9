// SPDX-License-Identifier: Apache-2.0
//! Feeds by command line and by a running server, against a source on the loopback address.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use hinomi_testkit::{Fault, Hinomi, Upstream};
use serde_json::{Value, json};

use crate::support::{empty, inventory, organised, records};

const LIMIT: Duration = Duration::from_secs(180);

fn configured(hinomi: &Hinomi, upstream: &Upstream, feed: &str) -> String {
    let path = hinomi.folder().join("hinomi.toml");
    let text = format!(
        "[feeds]\nallow_private = [\"127.0.0.1\"]\nattempts = 2\nfirst_wait_ms = 1\n\n[feed.ours]\nkind = \"file\"\nurl = \"{}\"\n{feed}\n",
        upstream.url("/records.json")
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn future() -> Value {
    let mut record = records(1).remove(0);
    record["id"] = json!("HNM-2099-1");
    record["modified"] = json!("2199-01-01T00:00:00Z");
    record
}

fn key_of(hinomi: &Hinomi, folder: &Path) -> (String, String) {
    let file = folder.join("bundle.key").display().to_string();
    let public =
        hinomi.run(["feed", "bundle", "key", "--out", &file]).expect_code(0).stdout.trim().to_owned();
    (file, public)
}

#[test]
fn a_source_is_asked_by_name_and_what_no_honest_one_publishes_is_held() {
    let (hinomi, upstream) = (empty(), Upstream::start());
    let config = configured(&hinomi, &upstream, "");
    let run = |arguments: &[&str]| hinomi.run(arguments.iter().copied().chain(["--config", &config]));
    let _ = run(&["feed", "sync"]).expect_code(2);
    let _ = run(&["feed", "sync", "nope"]).expect_code(2);
    upstream.put("/records.json", json!([records(2)[0], records(2)[1], future()]).to_string());
    upstream.fault("/records.json", Fault::Status(503));
    let first = run(&["feed", "sync", "ours"]).expect_code(0).last_json();
    assert_eq!((&first["added"], &first["held"], &first["refused"]), (&json!(2), &json!(1), &json!(0)));
    let again = run(&["feed", "sync", "ours"]).expect_code(0).last_json();
    assert_eq!((&again["is_unchanged"], &again["read"]), (&json!(true), &json!(0)));
    let _ = run(&["feed", "status"]).expect_code(1);
    let held = run(&["feed", "held", "--format", "json"]).expect_code(0);
    let held: Vec<Value> = serde_json::from_str(&held.stdout).unwrap();
    assert_eq!(
        (held.len(), &held[0]["record"], &held[0]["reason"]),
        (1, &json!("HNM-2099-1"), &json!("future-date"))
    );
    let id = held[0]["id"].as_str().unwrap();
    let _ = run(&["feed", "accept", id]).expect_code(0);
    let _ = run(&["feed", "accept", id]).expect_code(1);
    let _ = run(&["vulnerability", "show", "HNM-2099-1"]).expect_code(0);
    let _ = run(&["feed", "status"]).expect_code(0);
    upstream.remove("/records.json");
    let broken = run(&["feed", "sync", "ours"]).expect_code(1);
    assert!(broken.stderr.contains("status 404"), "{broken:?}");
    let all = run(&["feed", "list", "--all", "--format", "json"]).expect_code(0);
    let all: Vec<Value> = serde_json::from_str(&all.stdout).unwrap();
    for name in ["ours", "osv", "cve", "nvd", "kev", "epss", "cisa-csaf"] {
        assert!(all.iter().any(|feed| feed["name"] == name), "{name}");
    }
}

#[test]
fn a_bundle_carries_feeds_to_where_no_network_is() {
    let (hinomi, closed) = (empty(), empty());
    let folder = hinomi.folder().to_owned();
    let source = folder.join("records.json").display().to_string();
    std::fs::write(&source, json!(records(3)).to_string()).unwrap();
    let _ = hinomi.run(["feed", "import", &source, "--name", "ours"]).expect_code(0);
    let (key, public) = key_of(&hinomi, &folder);
    let bundle = folder.join("feeds.bundle").display().to_string();
    let created =
        hinomi.run(["feed", "bundle", "create", "--out", &bundle, "--key", &key]).expect_code(0).last_json();
    assert_eq!((&created["documents"], &created["key"]), (&json!(1), &json!(public)));
    let verified = closed.run(["feed", "bundle", "verify", &bundle, "--key", &public]).expect_code(0);
    let manifest: Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(
        (&manifest["feeds"][0]["name"], &manifest["feeds"][0]["records"]),
        (&json!("ours"), &json!(3))
    );
    let imported =
        closed.run(["feed", "bundle", "import", &bundle, "--key", &public]).expect_code(0).last_json();
    assert_eq!((&imported["added"], &imported["refused"]), (&json!(3), &json!(0)));
    let (_, stranger) = key_of(&closed, closed.folder());
    let refused = closed.run(["feed", "bundle", "import", &bundle, "--key", &stranger]).expect_code(1);
    assert!(refused.stderr.contains("not signed with"), "{refused:?}");
    let _ = hinomi.run(["feed", "bundle", "key", "--out", &key]).expect_code(1);
}

#[test]
fn what_a_complete_import_lacks_counts_as_withdrawn() {
    let hinomi = empty();
    let source = hinomi.folder().join("records.json").display().to_string();
    let import = |count: usize, flag: &str| {
        std::fs::write(&source, json!(records(count)).to_string()).unwrap();
        hinomi.run(["feed", "import", &source, flag, "ours"]).expect_code(0).last_json()
    };
    let _ = import(4, "--name");
    let _ = import(3, "--name");
    let withdrawn = || {
        let shown = hinomi.run(["vulnerability", "show", "HNM-2027-0003", "--format", "json"]).expect_code(0);
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        !shown["withdrawn"].is_null()
    };
    assert!(!withdrawn(), "what an import lacks is not gone");
    let _ = import(3, "--complete");
    assert!(withdrawn());
    let _ = import(4, "--complete");
    assert!(!withdrawn());
}

#[test]
fn a_server_keeps_its_feeds_fresh_and_a_record_becomes_a_ticket() {
    let (hinomi, upstream) = (organised(), Upstream::start());
    let sbom = inventory(&hinomi.folder().join("host.json"), "host", 2, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    let config = configured(&hinomi, &upstream, "enabled = true\nevery_minutes = 1");
    upstream.put("/records.json", json!(records(1)).to_string());
    let server = hinomi.serve_with(&["--config", &config]);
    let started = Instant::now();
    loop {
        let tickets = hinomi.run(["ticket", "list", "--format", "jsonl"]).expect_code(0);
        if tickets.stdout.lines().count() == 1 {
            break;
        }
        assert!(started.elapsed() < LIMIT, "no ticket: {}", hinomi.run(["feed", "status"]).stdout);
        std::thread::sleep(Duration::from_millis(200));
    }
    let _ = hinomi.run(["feed", "status"]).expect_code(0);
    server.stop();
}
