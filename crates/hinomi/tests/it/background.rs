// SPDX-License-Identifier: Apache-2.0
//! Several processes beside one another: a worker, an import that somebody breaks off, imports at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hinomi_testkit::Hinomi;
use serde_json::Value;

use crate::support::{empty, inventory, kit, organised, records, state, write_records};

const PATIENCE: Duration = Duration::from_secs(60);

fn start(hinomi: &Hinomi, arguments: &[&str]) -> Child {
    let mut command = hinomi.command(arguments.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "cannot send {name}");
}

#[test]
fn what_a_server_leaves_to_do_a_worker_process_does() {
    let hinomi = organised();
    let _ = hinomi.run(["feed", "import", &kit("advisories")]).expect_code(0);
    let _ = hinomi.run(["admin", "create-user", "ben@harbour.example"]).expect_code(0);
    let server = hinomi.serve_with(&["--no-worker"]);
    let link = hinomi.run(["admin", "sign-in-link", "ben@harbour.example", "--url", server.base_url()]);
    let mut client = server.client();
    client.sign_in_by_link(link.expect_code(0).stdout.trim());
    let file = std::fs::read(kit("inventories/host-before.cdx.json")).unwrap();
    let path = "/api/v1/inventory/imports?asset=lighthouse-1&system=beacon";
    let _ = client.send("POST", path, "application/octet-stream", file).expect_status(200);
    let open = || client.get("/api/v1/tickets").expect_status(200).json()["items"].as_array().unwrap().len();
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(open(), 0, "nobody works yet");

    let mut worker = start(&hinomi, &["worker", "--jobs", "1"]);
    let started = Instant::now();
    while open() < 3 {
        assert!(started.elapsed() < PATIENCE, "{} of 3 tickets", open());
        assert!(worker.try_wait().unwrap().is_none(), "the worker ended");
        std::thread::sleep(Duration::from_millis(50));
    }
    signal(&worker, "-TERM");
    let ended = worker.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    server.stop();
}

#[test]
fn an_import_that_somebody_breaks_off_keeps_what_it_read_and_goes_on_when_started_again() {
    let scratch = empty();
    let feed = write_records(&scratch.folder().join("feed"), &records(4_000)).display().to_string();
    let import = ["feed", "import", &feed, "--name", "feed"];
    let on_host = |hinomi: &Hinomi| {
        let sbom = inventory(&hinomi.folder().join("host.json"), "host", 50, "1.0", 1).display().to_string();
        let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    };
    let reference = organised();
    on_host(&reference);
    let began = Instant::now();
    let _ = reference.run(import).expect_code(0);
    let usual = began.elapsed();

    let mut interrupted = 0;
    for sixth in 1..6 {
        let hinomi = organised();
        on_host(&hinomi);
        let child = start(&hinomi, &import);
        std::thread::sleep(usual * sixth / 6);
        signal(&child, "-INT");
        let ended = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        // The last moments may come when everything has been read.
        if !ended.status.success() {
            assert_eq!(ended.status.code(), Some(1), "{stderr}");
            assert!(
                stderr.contains("interrupted") && stderr.contains("hint: what was read is kept"),
                "{stderr}"
            );
            interrupted += 1;
        }
        let again = hinomi.run(import).expect_code(0).last_json();
        let sum = again["added"].as_i64().unwrap() + again["unchanged"].as_i64().unwrap();
        assert_eq!((again["read"].as_i64(), sum), (Some(4_000), 4_000), "{again}");
        let _ = hinomi.run(["admin", "reconcile"]).expect_code(0);
        assert_eq!(state(&hinomi), state(&reference), "broken off after {sixth} sixths");
        let _ = hinomi.run(["feed", "status"]).expect_code(0);
    }
    assert!(interrupted > 0, "no import was interrupted");
}

#[test]
fn an_upload_and_an_import_by_command_line_at_once_both_come_in() {
    let hinomi = organised();
    let all = records(600);
    let feed = write_records(&hinomi.folder().join("feed"), &all[..500]).display().to_string();
    let sbom = inventory(&hinomi.folder().join("host.json"), "host", 600, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    let _ = hinomi.run(["admin", "create-user", "ada@harbour.example"]).expect_code(0);
    let server = hinomi.serve();
    let link = hinomi.run(["admin", "sign-in-link", "ada@harbour.example", "--url", server.base_url()]);
    let mut client = server.client();
    client.sign_in_by_link(link.expect_code(0).stdout.trim());

    let child = start(&hinomi, &["feed", "import", &feed, "--name", "files"]);
    let mut uploads = 0;
    for record in &all[500..] {
        let body = record.to_string().into_bytes();
        let path = "/api/v1/feeds/import?name=uploads";
        let report = client.send("POST", path, "application/octet-stream", body).expect_status(200).json();
        assert_eq!(report["added"], 1, "{report}");
        uploads += 1;
    }
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    server.stop();
    let list = hinomi.run(["feed", "list", "--format", "json"]).expect_code(0);
    let feeds: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    let records_of = |name: &str| feeds.iter().find(|feed| feed["name"] == name).unwrap()["records"].clone();
    assert_eq!((records_of("files"), records_of("uploads")), ("500".into(), uploads.to_string().into()));
    let _ = hinomi.run(["admin", "reconcile"]).expect_code(0);
    let tickets = hinomi.run(["ticket", "list", "--format", "jsonl"]).expect_code(0);
    assert_eq!(tickets.stdout.lines().count(), 600, "one ticket for each affected package");
}

#[test]
fn settings_are_listed_changed_and_refused_by_command_line_too() {
    let hinomi = organised();
    let get = |name: &str| hinomi.run(["admin", "setting", "get", name]).expect_code(0).stdout;
    assert_eq!((get("asset-stale-days").as_str(), get("default-locale").as_str()), ("30\n", "en\n"));
    let _ = hinomi.run(["admin", "setting", "set", "asset-stale-days", "7"]).expect_code(0);
    assert_eq!(get("asset-stale-days"), "7\n");
    for (name, value, cause) in [
        ("asset-stale-days", "0", "whole number from 1 to 3650"),
        ("asset-stale-days", "soon", "whole number"),
        ("default-locale", "fr", "one of en, ja"),
        ("no-such-setting", "1", "no setting"),
    ] {
        let refused = hinomi.run(["admin", "setting", "set", name, value]).expect_code(1);
        assert!(refused.stderr.contains(cause), "{refused:?}");
    }
    let list = hinomi.run(["admin", "setting", "list", "--format", "json"]).expect_code(0);
    let rows: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    let stale = rows.iter().find(|row| row["name"] == "asset-stale-days").unwrap();
    assert_eq!((&stale["value"], &stale["default"]), (&"7".into(), &"30".into()));

    // Seen on the first of March 2026, eight months before the present: stale whatever the setting, until it is long.
    let sbom = inventory(&hinomi.folder().join("host.json"), "host", 3, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    let stale = || {
        hinomi
            .run(["asset", "list", "--list", "stale", "--format", "jsonl"])
            .expect_code(0)
            .stdout
            .lines()
            .count()
    };
    assert_eq!(stale(), 1);
    let _ = hinomi.run(["admin", "setting", "set", "asset-stale-days", "3650"]).expect_code(0);
    assert_eq!(stale(), 0);
    let _ = hinomi.run(["admin", "setting", "set", "default-locale", "ja"]).expect_code(0);
    let _ = hinomi.run(["admin", "create-user", "ben@harbour.example"]).expect_code(0);
    let verified = hinomi.run(["admin", "audit", "verify"]).expect_code(0).last_json();
    assert_eq!(verified["sound"], true);
}
