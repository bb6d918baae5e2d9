// SPDX-License-Identifier: Apache-2.0
//! The loop by command line: advisory, inventory, ticket, update, fresh inventory, closed on evidence.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use hinomi_db::testing::TestDb;
use hinomi_testkit::Hinomi;
use serde_json::Value;

use crate::support::{empty, kit, organise, organised, state};

#[test]
fn a_ticket_opens_and_a_fresh_inventory_closes_it_on_evidence() {
    walk_the_loop(&organised());
}

#[test]
fn the_loop_passes_on_postgresql() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = TestDb::postgres(&[]).await;
        let binary = env!("CARGO_BIN_EXE_hinomi");
        walk_the_loop(&organise(Hinomi::on_database(binary, &database.url().to_string())));
        database.drop_database().await;
    });
}

fn walk_the_loop(hinomi: &Hinomi) {
    let report = hinomi.run(["feed", "import", &kit("advisories")]).expect_code(0).last_json();
    assert_eq!((&report["read"], &report["added"], &report["refused"]), (&3.into(), &3.into(), &0.into()));

    let before = kit("inventories/host-before.cdx.json");
    let import = ["inventory", "import", &before, "--asset", "lighthouse-1", "--system", "beacon"];
    let ended = hinomi.run(import).expect_code(0);
    assert_eq!(ended.last_json()["tickets_opened"], 3, "{ended:?}");
    let list = hinomi.run(["ticket", "list", "--format", "jsonl"]).expect_code(0);
    let rows: Vec<Value> = list.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |package: &str| rows.iter().find(|row| row["package"] == package).unwrap();
    assert_eq!(
        (row("lantern")["state"].as_str(), row("lantern")["target"].as_str()),
        (Some("open"), Some("2.4.1-1+deb12u3"))
    );
    assert_eq!(row("lantern")["distribution"], "Debian 12");
    assert_eq!(row("paper-crane")["state"], "waiting for fix");
    let number = row("lantern")["number"].as_str().unwrap().to_owned();
    let affected =
        hinomi.run(["vulnerability", "affected", "CVE-2026-90001", "--format", "csv"]).expect_code(0);
    assert!(affected.stdout.contains("lighthouse-1,beacon"), "{affected:?}");

    let after = kit("inventories/host-after.cdx.json");
    let ended = hinomi.run(["inventory", "import", &after, "--asset", "lighthouse-1"]).expect_code(0);
    assert_eq!(ended.last_json()["tickets_closed"], 2, "{ended:?}");
    let shown = hinomi.run(["ticket", "show", &number]).expect_code(0);
    let ticket: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((ticket["state"].as_str(), ticket["closure"].as_str()), (Some("fixed"), Some("fixed")));
    let evidence = ticket["items"][0]["evidence"].to_string();
    assert!(evidence.contains("2.4.1-1+deb12u3"), "{evidence}");

    let again = state(hinomi);
    let _ = hinomi.run(["admin", "reconcile", "--full"]).expect_code(0);
    assert_eq!(state(hinomi), again, "a full run ends in the same state");
    let verified = hinomi.run(["admin", "audit", "verify"]).expect_code(0).last_json();
    assert_eq!(verified["sound"], true);
}

#[test]
fn an_older_inventory_changes_nothing_and_the_same_one_again_is_unchanged() {
    let hinomi = organised();
    let after = kit("inventories/host-after.cdx.json");
    let before = kit("inventories/host-before.cdx.json");
    let _ = hinomi.run(["inventory", "import", &after, "--asset", "a"]).expect_code(0);
    let older = hinomi.run(["inventory", "import", &before, "--asset", "a"]).expect_code(0);
    assert!(older.stdout.contains(r#""state":"older""#), "{older:?}");
    let same = hinomi.run(["inventory", "import", &after, "--asset", "a"]).expect_code(0);
    assert!(same.stdout.contains(r#""state":"unchanged""#), "{same:?}");
}

#[test]
fn an_inventory_without_an_organisation_says_what_to_do_first() {
    let hinomi = empty();
    let ended = hinomi.run(["inventory", "import", &kit("inventories/host-before.cdx.json")]).expect_code(1);
    assert!(ended.stderr.contains("hint: import the units first"), "{ended:?}");
}
