// SPDX-License-Identifier: Apache-2.0
//! The same input in any order, twice, or in part and then whole, ends in the same current state.

use crate::history::{Chance, machine, record};
use crate::support::{SETS, Scene, scene};
use hinomi_advisories::Importer;
use hinomi_advisories::service::prepare::Document;
use hinomi_core::Clock;
use hinomi_db::testing::TestDb;
use hinomi_db::{Db, Engine, both_engines, values};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A new database for each order costs more on PostgreSQL, and the order is no matter of the engine.
fn orders(engine: Engine) -> u64 {
    match engine {
        Engine::Sqlite => 12,
        Engine::Postgres => 2,
    }
}

/// One thing that comes in.
#[derive(Clone)]
enum Input {
    Record(Value),
    Inventory { asset: &'static str, system: &'static str, day: u64, partial: bool, versions: [usize; 5] },
}

fn named(mut record: Value, aliases: &[&str]) -> Value {
    record["aliases"] = json!(aliases);
    record
}

/// Records that contradict, revise, rename, tie and withdraw.
fn records() -> Vec<Value> {
    let (early, late) = ("2026-01-02T00:00:00Z", "2026-03-02T00:00:00Z");
    let never = "0001-01-01T00:00:00Z";
    let mut withdrawn = record("R-5", 4, Some(9), late, 0);
    withdrawn["withdrawn"] = json!(late);
    let mut tie = record("R-3", 2, Some(6), early, 2);
    tie["summary"] = json!("another text of the same instant");
    let mut untimed = record("R-4", 3, Some(5), never, 1);
    untimed["summary"] = json!("a text without a time");
    vec![
        named(record("R-1", 0, Some(5), early, 3), &["CVE-2026-0001"]),
        // A later word about the same record: another fix, another severity.
        named(record("R-1", 0, Some(8), late, 1), &["CVE-2026-0001"]),
        named(record("GHSA-aaaa-bbbb-cccc", 0, Some(7), early, 0), &["CVE-2026-0001"]),
        // Two further members of that group rate it and name it differently.
        named(record("A-1", 0, Some(6), early, 9), &["CVE-2026-0001"]),
        named(record("B-1", 0, Some(6), early, 0), &["CVE-2026-0001"]),
        // R-2 first claims a name and later no longer does; its companion keeps it.
        named(record("R-2", 1, Some(4), early, 2), &["CVE-2026-0002"]),
        record("R-2", 1, Some(4), late, 2),
        named(record("Z-2", 1, Some(7), early, 1), &["CVE-2026-0002"]),
        // Without CVE: a chain of aliases whose middle goes.
        named(record("X-1", 4, Some(3), early, 1), &["X-2"]),
        named(record("X-2", 4, Some(8), early, 2), &["X-3"]),
        record("X-2", 4, Some(8), late, 2),
        named(record("X-3", 4, None, early, 3), &[]),
        tie,
        record("R-3", 2, Some(3), early, 1),
        untimed,
        record("R-4", 3, Some(9), never, 1),
        record("R-5", 4, Some(9), early, 0),
        withdrawn,
        record("R-6", 2, None, early, 0),
        record("R-6", 2, Some(9), never, 0),
    ]
}

fn inventories() -> Vec<Input> {
    let shop =
        |day, partial, versions| Input::Inventory { asset: "web-1", system: "SHOP", day, partial, versions };
    let works =
        |day, partial, versions| Input::Inventory { asset: "plc-1", system: "WORKS", day, partial, versions };
    vec![
        shop(1, false, [1, 1, 1, 1, 1]),
        shop(4, false, [6, 5, 0, 4, 2]),
        // In part after the whole: adds, and takes nothing away.
        shop(6, true, [0, 0, 2, 0, 0]),
        shop(2, true, [0, 0, 9, 9, 0]),
        works(3, true, [2, 0, 0, 0, 0]),
        works(5, false, [2, 3, 4, 5, 6]),
        works(3, false, [9, 9, 9, 9, 9]),
        // The same part seen twice, with a whole list between the two.
        shop(3, true, [0, 0, 0, 9, 0]),
        shop(5, true, [0, 0, 0, 9, 0]),
        // Two whole lists of one instant: one of them counts, always the same.
        works(5, false, [3, 3, 4, 5, 6]),
    ]
}

async fn take(scene: &Scene, input: &Input) {
    let now = scene.server.test.clock.now();
    match input {
        Input::Record(record) => bring(scene, std::slice::from_ref(record)).await,
        Input::Inventory { asset, system, day, partial, versions } => {
            let observed = now.day().to_string();
            assert!(observed.starts_with("2026-12") || observed.starts_with("2027-01"), "{observed}");
            let path = format!(
                "/api/v1/inventory/imports?asset={asset}&system={system}&source=agent&partial={partial}\
                 &observed_at=2026-11-{:02}T00:00:00Z",
                20 + day
            );
            let bom = machine(versions).to_string();
            scene.ciso.send(http::Method::POST, &path, &[], bom.as_bytes()).await.ok();
        }
    }
}

async fn bring(scene: &Scene, records: &[Value]) {
    let now = scene.server.test.clock.now();
    let documents: Vec<Document> = records
        .iter()
        .enumerate()
        .map(|(place, record)| Document {
            path: format!("{place}.json"),
            bytes: Ok(record.to_string().into_bytes()),
        })
        .collect();
    let mut importer = Importer::open(&scene.db, now, "test", "upload").await.unwrap();
    importer.take(documents).await.unwrap();
    let report = importer.finish().await.unwrap();
    assert_eq!((report.read, report.refused), (records.len() as u64, 0), "{:?}", report.refusals);
}

/// What holds now, in names instead of numbers, without when it became so.
async fn current(db: &Db) -> BTreeMap<&'static str, Vec<String>> {
    let lines = async |sql: &'static str| -> Vec<String> {
        let mut rows: Vec<String> = db.column(sql, values![]).await.unwrap();
        rows.sort();
        rows
    };
    let mut state = BTreeMap::new();
    state.insert(
        "records",
        lines(
            "SELECT a.id || ' ' || a.hash || ' in ' || v.canonical || ' ' || a.severity || ' ' || a.title \
             FROM advisory a JOIN vulnerability v ON v.id = a.vulnerability_id",
        )
        .await,
    );
    state.insert(
        "vulnerabilities",
        lines(
            "SELECT canonical || ' | ' || title || ' | ' || severity || ' | ' || severity_reason || ' | ' \
             || COALESCE(CAST(score AS TEXT), '-') || ' | ' || COALESCE(CAST(published AS TEXT), '-') || ' | ' \
             || COALESCE(CAST(modified AS TEXT), '-') || ' | ' || COALESCE(CAST(withdrawn AS TEXT), '-') \
             FROM vulnerability WHERE merged_into IS NULL",
        )
        .await,
    );
    state.insert(
        "matches",
        lines(
            "SELECT c.purl || ' ' || a.id || ' ' || v.canonical || ' ' || m.state || ' ' || COALESCE(m.fixed, '-') \
             || ' ' || m.rule || ' ' || m.evidence || ' ' || COALESCE(m.reason, '-') FROM component_match m \
             JOIN component c ON c.id = m.component_id JOIN advisory a ON a.no = m.advisory_no \
             JOIN vulnerability v ON v.id = m.vulnerability_id WHERE m.to_at = 9223372036854775807",
        )
        .await,
    );
    state.insert(
        "unknowns",
        lines(
            "SELECT c.purl || ' ' || u.code || ' ' || u.text FROM component_unknown u \
             JOIN component c ON c.id = u.component_id WHERE u.to_at = 9223372036854775807",
        )
        .await,
    );
    state.insert(
        "tickets",
        lines(
            "SELECT s.code || ' ' || o.code || ' ' || t.ecosystem || ' ' || t.release || ' ' || t.package || ' ' \
             || v.canonical || ' fixed ' || COALESCE(i.fixed, '-') || ' severity ' || t.severity || ' criticality ' \
             || CAST(t.criticality AS TEXT) || ' target ' || COALESCE(t.target_version, '-') FROM ticket t \
             JOIN ticket_item i ON i.ticket_id = t.id JOIN system s ON s.id = t.system_id \
             JOIN unit o ON o.id = t.unit_id \
             JOIN vulnerability v ON v.id = i.vulnerability_id WHERE t.is_open AND i.closed_at IS NULL",
        )
        .await,
    );
    state
}

async fn with_components(scene: &Scene) -> BTreeMap<&'static str, Vec<String>> {
    let mut state = current(&scene.db).await;
    let mut carried = Vec::new();
    let assets = scene.ciso.get("/api/v1/assets?limit=200").await.ok();
    for asset in assets["items"].as_array().unwrap() {
        let path = format!("/api/v1/assets/{}/components?limit=200", asset["id"].as_str().unwrap());
        for component in scene.ciso.get(&path).await.ok()["items"].as_array().unwrap() {
            carried.push(format!("{} carries {} {}", asset["name"], component["name"], component["version"]));
        }
    }
    carried.sort();
    state.insert("components", carried);
    state
}

fn assert_alike(first: &BTreeMap<&str, Vec<String>>, other: &BTreeMap<&str, Vec<String>>, what: &str) {
    for (name, rows) in first {
        let lost: Vec<&String> = rows.iter().filter(|row| !other[name].contains(row)).collect();
        let new: Vec<&String> = other[name].iter().filter(|row| !rows.contains(row)).collect();
        assert!(lost.is_empty() && new.is_empty(), "{what}: {name}:\n- {lost:#?}\n+ {new:#?}");
        assert_eq!(rows.len(), other[name].len(), "{what}: {name}");
    }
}

/// A scene some weeks after every observation.
async fn fresh(db: Db) -> Scene {
    let mut scene = scene(db).await;
    scene.pass_days(20).await;
    scene
}

async fn shuffled(engine: Engine, seed: u64) -> BTreeMap<&'static str, Vec<String>> {
    let database = TestDb::new(engine, SETS).await;
    let scene = fresh(database.db()).await;
    let mut chance = Chance::new(seed);
    let mut inputs: Vec<Input> = records().into_iter().map(Input::Record).collect();
    inputs.extend(inventories());
    for _ in 0..8 {
        let again = chance.of(&inputs).clone();
        inputs.push(again);
    }
    chance.shuffle(&mut inputs);
    for input in &inputs {
        take(&scene, input).await;
        if chance.below(3) == 0 {
            scene.reconcile().await;
        }
        scene.server.test.clock.advance(Duration::from_secs(chance.below(3) as u64 * 60));
    }
    scene.reconcile().await;
    let state = with_components(&scene).await;
    drop(scene);
    database.drop_database().await;
    state
}

both_engines! { SETS;
    async fn any_order_ends_in_the_same_state(db: Db) {
        let engine = db.engine();
        let scene = fresh(db).await;
        bring(&scene, &records()).await;
        for input in inventories() {
            take(&scene, &input).await;
        }
        scene.reconcile().await;
        let first = with_components(&scene).await;
        for (name, at_least) in [("records", 12), ("vulnerabilities", 8), ("matches", 10), ("tickets", 4), ("components", 40)] {
            assert!(first[name].len() >= at_least, "{name}: {:#?}", first[name]);
        }
        for seed in 1..=orders(engine) {
            assert_alike(&first, &shuffled(engine, seed).await, &format!("order {seed}"));
        }
    }

    async fn a_part_and_then_the_whole_end_as_the_whole(db: Db) {
        let engine = db.engine();
        let scene = fresh(db).await;
        let all = records();
        bring(&scene, &all).await;
        for input in inventories() {
            take(&scene, &input).await;
        }
        scene.reconcile().await;
        let whole = with_components(&scene).await;
        for seed in 1..=orders(engine).min(3) {
            let database = TestDb::new(engine, SETS).await;
            let scene = fresh(database.db()).await;
            let mut chance = Chance::new(100 + seed);
            let part: Vec<Value> = all.iter().filter(|_| chance.below(2) == 0).cloned().collect();
            bring(&scene, &part).await;
            for input in inventories().iter().filter(|_| chance.below(2) == 0).collect::<Vec<_>>() {
                take(&scene, input).await;
            }
            scene.reconcile().await;
            bring(&scene, &all).await;
            for input in inventories() {
                take(&scene, &input).await;
            }
            scene.reconcile().await;
            assert_alike(&whole, &with_components(&scene).await, &format!("part {seed}"));
            // And once more: not a content row moves.
            let before = crate::dump::dump(&scene.db).await;
            bring(&scene, &all).await;
            scene.reconcile().await;
            let after = crate::dump::dump(&scene.db).await;
            for table in ["advisory", "advisory_original", "advisory_name", "vulnerability", "vulnerability_change",
                "component_match", "component_unknown", "ticket", "ticket_item", "ticket_event", "case_interval"] {
                assert_eq!(before[table], after[table], "{table} after the same again");
            }
            drop(scene);
            database.drop_database().await;
        }
    }
}
