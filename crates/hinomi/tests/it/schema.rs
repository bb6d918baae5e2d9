// SPDX-License-Identifier: Apache-2.0
//! Upgrades, backups, and databases of another release.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use hinomi_db::{DatabaseUrl, Db, DbOptions, Migration, migrate};
use hinomi_testkit::Hinomi;

use crate::support::{empty, fixture, inventory, organised, records, state, write_records};

fn open(hinomi: &Hinomi, work: impl AsyncFnOnce(Db)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = DatabaseUrl::sqlite(&hinomi.folder().join("hinomi.db"));
        let db = Db::open(&url, &DbOptions::default()).await.unwrap();
        work(db.clone()).await;
        db.close().await;
    });
}

#[test]
fn an_earlier_schema_is_brought_up_to_date_with_its_data() {
    let hinomi = empty();
    // The first release knew accounts and the organisation only.
    let earlier: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_org::MIGRATIONS];
    open(&hinomi, async |db| {
        assert!(migrate::run(&db, earlier).await.unwrap().len() >= 3);
        db.execute("INSERT INTO id_sequence (name, last_id) VALUES ('kept', 7)", ()).await.unwrap();
    });
    let upgraded = hinomi.run(["admin", "migrate"]).expect_code(0);
    assert!(upgraded.stdout.contains("_tickets"), "{upgraded:?}");
    assert!(hinomi.run(["admin", "migrate"]).expect_code(0).stdout.is_empty());
    let _ = hinomi.run(["org", "import", "units", &fixture("units.csv")]).expect_code(0);
    open(&hinomi, async |db| {
        let kept: i64 = db.scalar("SELECT last_id FROM id_sequence WHERE name = 'kept'", ()).await.unwrap();
        assert_eq!(kept, 7);
    });
}

#[test]
fn a_database_of_a_newer_release_is_left_alone() {
    let hinomi = organised();
    open(&hinomi, async |db| {
        let sql =
            "INSERT INTO schema_migration (id, checksum, applied_at) VALUES ('209912310000_later', 'x', 0)";
        db.execute(sql, ()).await.unwrap();
    });
    let ended = hinomi.run(["ticket", "list"]).expect_code(1);
    assert!(
        ended.stderr.contains("newer release") && ended.stderr.contains("209912310000_later"),
        "{ended:?}"
    );
}

#[test]
fn a_backup_taken_while_an_import_writes_can_be_restored() {
    let hinomi = organised();
    let folder = write_records(&hinomi.folder().join("feed"), &records(400)).display().to_string();
    let sbom = inventory(&hinomi.folder().join("a.json"), "a", 200, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    let mut import =
        hinomi.command(["feed", "import", &folder]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let backup = hinomi.folder().join("copy.db").display().to_string();
    let _ = hinomi.run(["admin", "backup", &backup]).expect_code(0);
    assert!(import.wait().unwrap().success());
    let twice = hinomi.run(["admin", "backup", &backup]).expect_code(1);
    assert!(twice.stderr.contains("copy.db"), "{twice:?}");

    let other = empty();
    let _ = other.run(["admin", "restore", &backup]).expect_code(0);
    // Whatever moment the copy shows, the work goes on from there to the same end.
    let _ = other.run(["feed", "import", &folder]).expect_code(0);
    let _ = other.run(["admin", "reconcile"]).expect_code(0);
    assert_eq!(state(&other), state(&hinomi));

    let broken = hinomi.folder().join("broken.db");
    std::fs::write(&broken, b"SQLite format 3\0 and then nothing").unwrap();
    let before = state(&other);
    let refused = other.run(["admin", "restore", &broken.display().to_string()]).expect_code(1);
    assert!(refused.stderr.contains("broken.db"), "{refused:?}");
    assert_eq!(state(&other), before);
}
