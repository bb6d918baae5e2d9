// SPDX-License-Identifier: Apache-2.0
//! Every command: a happy path, and bad input that is named and leaves the database as it was.

use serde_json::{Value, json};

use crate::support::{empty, fixture, inventory, kit, organised, records, state, write_records};

#[test]
fn wrong_use_ends_with_two_and_says_so() {
    let hinomi = empty();
    for arguments in [
        &["no-such-noun"][..],
        &["feed", "import"],
        &["inventory", "import", "x", "--observed-at", "yesterday"],
        &["org", "export", "cats"],
        &["ticket", "show", "twelve"],
        &["inventory", "import", "a", "b", "--asset", "one"],
    ] {
        let ended = hinomi.run(arguments.iter().copied()).expect_code(2);
        assert!(!ended.stderr.is_empty() && ended.stdout.is_empty(), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn reading_commands_do_not_make_a_database() {
    let hinomi = empty();
    for arguments in [&["ticket", "list"][..], &["asset", "list"], &["feed", "list"], &["admin", "reconcile"]]
    {
        let ended = hinomi.run(arguments.iter().copied()).expect_code(1);
        assert!(ended.stderr.starts_with("hinomi: ") && ended.stderr.contains("\nhint: "), "{ended:?}");
    }
    assert!(!hinomi.folder().join("hinomi.db").exists());
}

#[test]
fn commands_without_a_database_work() {
    let hinomi = empty();
    let compared = hinomi.run_with_input(["version", "compare", "--scheme", "deb"], b"1.0~rc1\t1.0\n");
    assert_eq!(compared.expect_code(0).stdout, "-1\n");
    let scored =
        hinomi.run_with_input(["cvss"], b"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n").expect_code(0);
    assert_eq!(scored.last_json()["base"], 9.8);
    let document: Value = serde_json::from_str(&hinomi.run(["openapi"]).expect_code(0).stdout).unwrap();
    assert!(document["paths"]["/api/v1/inventory/imports"]["post"].is_object());
    assert!(hinomi.run(["completions", "bash"]).expect_code(0).stdout.contains("_hinomi"));
    let read = hinomi.run(["inventory", "read", &kit("inventories/host-before.cdx.json")]).expect_code(0);
    assert!(read.stdout.contains("kitefly"), "{read:?}");
    let (advisories, before) = (kit("advisories"), kit("inventories/host-before.cdx.json"));
    let matched = hinomi.run(["match", "--advisories", &advisories, "--inventory", &before]).expect_code(0);
    assert!(matched.stdout.contains("HNM-2026-0001"), "{matched:?}");
}

#[test]
fn feeds_report_refuse_and_are_strict_when_asked() {
    let hinomi = empty();
    let folder = hinomi.folder().join("feed");
    write_records(&folder, &records(3));
    std::fs::write(folder.join("broken.json"), b"{ \"id\": \"X\", ").unwrap();
    let path = folder.display().to_string();
    let first = hinomi.run(["feed", "import", &path, "--name", "mine"]).expect_code(0);
    let report = first.last_json();
    assert_eq!(report["added"], 3, "{first:?}");
    assert_eq!(report["refused"], 1, "{first:?}");
    assert!(first.stderr.contains("refused: ") && first.stderr.contains("broken.json"), "{first:?}");
    let again = hinomi.run(["feed", "import", &path, "--name", "mine", "--strict"]).expect_code(1);
    assert_eq!((&again.last_json()["unchanged"], &again.last_json()["added"]), (&json!(3), &json!(0)));
    let missing = hinomi.run(["feed", "import", "/no/such/file", "--name", "other"]).expect_code(1);
    assert!(missing.stderr.contains("/no/such/file"), "{missing:?}");
    let list = hinomi.run(["feed", "list", "--format", "json"]).expect_code(0);
    let feeds: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    assert!(feeds.iter().any(|feed| feed["name"] == "mine" && feed["records"] == "3"), "{list:?}");
    let _ = hinomi.run(["feed", "status"]).expect_code(1);
}

#[test]
fn one_unreadable_inventory_is_named_and_the_rest_goes_on() {
    let hinomi = organised();
    let good = inventory(&hinomi.folder().join("good.cdx.json"), "good-1", 5, "1.0", 1);
    let bad = hinomi.folder().join("bad.cdx.json");
    std::fs::write(&bad, b"{\"bomFormat\": \"CycloneDX\", \"components\": [").unwrap();
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let ended = hinomi.run(["inventory", "import", &bad, &good]).expect_code(1);
    assert!(ended.stderr.contains("bad.cdx.json"), "{ended:?}");
    assert_eq!(ended.last_json()["imported"], 1, "{ended:?}");
    assert!(hinomi.run(["asset", "show", "good-1"]).expect_code(0).stdout.contains("good-1"));
}

#[test]
fn hostile_inventories_leave_the_database_as_it_was() {
    let hinomi = organised();
    let before = state(&hinomi);
    let file = hinomi.folder().join("hostile.json");
    let nested = format!("{{\"bomFormat\":\"CycloneDX\",\"x\":{}", "[".repeat(100_000));
    for bytes in [nested.as_bytes(), b"\xff\xfe\x00", b"", b"PK\x03\x04garbage", b"\x28\xb5\x2f\xfdbroken"] {
        std::fs::write(&file, bytes).unwrap();
        let ended = hinomi.run(["inventory", "import", &file.display().to_string(), "--asset", "x"]);
        let ended = ended.expect_code(1);
        assert!(ended.stderr.contains("hostile.json"), "{ended:?}");
        assert_eq!(state(&hinomi), before);
    }
}

#[test]
fn names_with_control_characters_and_formulas_are_harmless() {
    let hinomi = organised();
    let file = inventory(&hinomi.folder().join("i.json"), "x", 1, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &file, "--asset", "=cmd|' /C calc'!A0"]).expect_code(0);
    let csv = hinomi.run(["asset", "list", "--format", "csv"]).expect_code(0);
    assert!(csv.stdout.contains("'=cmd"), "{csv:?}");
    let refused = hinomi.run(["inventory", "import", &file, "--asset", "a\u{1b}[2Jb"]);
    assert!(!refused.stderr.contains('\u{1b}') && !refused.stdout.contains('\u{1b}'), "{refused:?}");
}

#[test]
fn the_organisation_goes_in_whole_or_not_at_all_and_comes_out_again() {
    let hinomi = organised();
    let export = hinomi.run(["org", "export", "units"]).expect_code(0);
    assert!(export.stdout.contains("lights,department"), "{export:?}");
    let broken = export.stdout.replace("lights,department", "lights,castle");
    let ended = hinomi.run_with_input(["org", "import", "units", "-"], broken.as_bytes()).expect_code(1);
    assert!(ended.stderr.contains("row ") && ended.stderr.contains("column kind"), "{ended:?}");
    let again =
        hinomi.run_with_input(["org", "import", "units", "-"], export.stdout.as_bytes()).expect_code(0);
    assert_eq!(again.last_json()["changed"], 0, "{again:?}");
    let dry = hinomi.run(["org", "import", "people", &fixture("people.csv"), "--dry-run"]).expect_code(0);
    assert_eq!(dry.last_json()["unchanged"], 2, "{dry:?}");
}

#[test]
fn a_unit_that_owns_a_system_ends_with_an_heir_only() {
    let hinomi = organised();
    let refused = hinomi.run(["org", "close", "lights"]).expect_code(1);
    assert!(refused.stderr.contains("unit lights still owns systems: 1"), "{refused:?}");
    assert!(refused.stderr.contains("hint: name the unit"), "{refused:?}");
    let unknown = hinomi.run(["org", "close", "lights", "--to", "nowhere"]).expect_code(1);
    assert!(unknown.stderr.contains("unit nowhere does not exist"), "{unknown:?}");
    let done = hinomi.run(["org", "close", "lights", "--to", "coast", "--reason", "merged"]).expect_code(0);
    assert_eq!(
        (&done.last_json()["closed"], &done.last_json()["hand_over_to"]),
        (&"lights".into(), &"coast".into())
    );
    let systems = hinomi.run(["system", "list", "--format", "json"]).expect_code(0);
    assert!(systems.stdout.contains("Coast") && !systems.stdout.contains("Lights"), "{systems:?}");
}

#[test]
fn assets_are_related_and_say_what_else_is_hit() {
    let hinomi = organised();
    for name in ["rack-1", "web-1", "shop"] {
        let _ = hinomi.run(["asset", "create", name, "--system", "beacon"]).expect_code(0);
    }
    for (from, kind, to) in [("web-1", "runs_on", "rack-1"), ("shop", "depends_on", "web-1")] {
        let said = hinomi.run(["asset", "relate", from, kind, to, "--reason", "drawn up"]).expect_code(0);
        assert_eq!(said.last_json()["holds"], true, "{said:?}");
    }
    let wrong = hinomi.run(["asset", "relate", "web-1", "stands_beside", "rack-1"]).expect_code(1);
    assert!(wrong.stderr.contains("is none of runs_on, hosts"), "{wrong:?}");
    let unknown = hinomi.run(["asset", "impact", "nowhere"]).expect_code(1);
    assert!(unknown.stderr.contains("nowhere"), "{unknown:?}");
    let relations = hinomi.run(["asset", "relations", "web-1", "--format", "csv"]).expect_code(0);
    assert!(relations.stdout.contains("runs_on,to,rack-1,host"), "{relations:?}");
    assert!(relations.stdout.contains("depends_on,from,shop,host"), "{relations:?}");
    let hit = hinomi.run(["asset", "impact", "rack-1", "--format", "csv"]).expect_code(0);
    assert!(hit.stdout.contains("web-1,host,1,runs_on,rack-1"), "{hit:?}");
    assert!(hit.stdout.contains("shop,host,2,depends_on,web-1"), "{hit:?}");
    let _ = hinomi.run(["asset", "relate", "web-1", "runs_on", "rack-1", "--remove"]).expect_code(0);
    let none = hinomi.run(["asset", "impact", "rack-1", "--format", "csv"]).expect_code(0);
    assert!(!none.stdout.contains("web-1"), "{none:?}");
}

#[test]
fn an_account_signs_in_once_with_its_link_and_sees_its_units() {
    let hinomi = organised();
    let unknown = hinomi.run(["admin", "create-user", "nobody@harbour.example"]).expect_code(1);
    assert!(unknown.stderr.contains("hint: "), "{unknown:?}");
    let _ = hinomi.run(["admin", "create-user", "ben@harbour.example"]).expect_code(0);
    let server = hinomi.serve();
    let link = hinomi.run(["admin", "sign-in-link", "ben@harbour.example", "--url", server.base_url()]);
    let link = link.expect_code(0).stdout.trim().to_owned();
    let mut client = server.client();
    client.sign_in_by_link(&link);
    let systems = client.get("/api/v1/systems").expect_status(200).json();
    assert_eq!(systems["items"][0]["code"], "beacon", "{systems}");
    let file = std::fs::read(kit("inventories/host-before.cdx.json")).unwrap();
    let path = "/api/v1/inventory/imports?asset=lighthouse-1&system=beacon";
    let imported = client.send("POST", path, "application/octet-stream", file).expect_status(200).json();
    assert_eq!(imported["state"], "applied", "{imported}");
    let refused = client.send("POST", path, "application/octet-stream", b"nonsense".to_vec());
    assert_eq!(refused.expect_status(422).json()["code"], "inventory-unreadable");
    server.stop();
}

#[test]
fn the_configuration_is_read_and_a_misspelt_key_is_named() {
    let hinomi = empty();
    let file = hinomi.folder().join("hinomi.toml");
    std::fs::write(&file, "instance_name = \"Harbour\"\npublic_urll = \"x\"\n").unwrap();
    let path = file.display().to_string();
    let ended = hinomi.run(["admin", "migrate", "--config", &path]).expect_code(2);
    assert!(ended.stderr.contains("line 2") && ended.stderr.contains("public_urll"), "{ended:?}");
}

#[test]
fn a_vulnerability_is_shown_and_found_by_words() {
    let hinomi = empty();
    let folder = hinomi.folder().join("feed");
    let mut all = records(2);
    all[1]["summary"] = json!("lamp 灯台の不具合");
    write_records(&folder, &all);
    let path = folder.display().to_string();
    let _ = hinomi.run(["feed", "import", &path, "--name", "mine"]).expect_code(0);
    all[0]["modified"] = json!("2026-04-01T00:00:00Z");
    all[0]["affected"][0]["ranges"][0]["events"][1]["fixed"] = json!("2.1");
    write_records(&folder, &all);
    let _ = hinomi.run(["feed", "import", &path, "--name", "mine"]).expect_code(0);
    let shown = hinomi.run(["vulnerability", "show", "CVE-2027-10000", "--format", "json"]).expect_code(0);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(
        (&shown["canonical"], &shown["fixes"]),
        (&json!("CVE-2027-10000"), &json!(["PyPI thing-0 2.1"]))
    );
    let change = &shown["changes"][0];
    assert_eq!(
        (&change["kind"], &change["old"], &change["new"]),
        (&json!("fixed"), &json!("PyPI thing-0 2.0"), &json!("PyPI thing-0 2.1"))
    );
    let table = hinomi.run(["vulnerability", "show", "HNM-2027-0000"]).expect_code(0);
    assert!(
        table.stdout.contains("severity        high 7.5") && table.stdout.contains("PyPI thing-0 2.1"),
        "{table:?}"
    );
    let unknown = hinomi.run(["vulnerability", "show", "CVE-1999-0001"]).expect_code(1);
    assert!(unknown.stderr.contains("no vulnerability CVE-1999-0001"), "{unknown:?}");
    let found = hinomi.run(["vulnerability", "search", "灯台", "--format", "json"]).expect_code(0);
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found[0]["id"], "CVE-2027-10001");
    let _ = hinomi.run(["vulnerability", "search", "灯台", "--severity", "low"]).expect_code(1);
    let _ = hinomi.run(["vulnerability", "search", "heron"]).expect_code(1);
    let _ = hinomi.run(["vulnerability", "search", "fault", "--severity", "high,low"]).expect_code(0);
    let _ = hinomi.run(["vulnerability", "show"]).expect_code(2);
}
