// SPDX-License-Identifier: Apache-2.0
//! A server that runs for a month against sources that change, break and tell wrong times ends in the matches, open items and
//! tickets of one that starts on the last day.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod company;
#[path = "../../hinomi-feeds/tests/it/scene.rs"]
#[expect(dead_code, reason = "the tests of feeds use the rest of it")]
mod scene;
#[path = "../../hinomi-feeds/tests/it/world.rs"]
mod world;

use std::time::Duration;

use hinomi_core::{Clock, ManualClock, Time};
use hinomi_db::testing::TestDb;
use hinomi_db::{Db, Engine, both_engines};
use hinomi_testkit::Upstream;
use hinomi_tickets::service::Settler;
use serde_json::json;

use scene::*;
use world::{Dice, World, trouble, world_scene};

const DAYS: i64 = 30;

/// A company whose hosts carry the packages that the month speaks of.
async fn company(db: &Db) -> company::Scene {
    let scene = company::scene(db.clone()).await;
    for (asset, system, first) in [("web-1", "SHOP", 0), ("plc-1", "WORKS", 4)] {
        let components = (first..first + 5).map(|number| {
            let purl = format!("pkg:pypi/package-{number}@1.0");
            json!({"type": "library", "name": format!("package-{number}"), "version": "1.0", "purl": purl})
        });
        scene.inventory(asset, system, "", &company::bom(components.collect())).await;
    }
    scene
}

/// What follows from the state of feeds: matches, open items with their criticality, open tickets with theirs.
async fn gaps(db: &Db) -> Vec<String> {
    let queries = [
        "SELECT 'match ' || c.name || ' ' || a.id || ' ' || m.state || ' ' || COALESCE(m.fixed, '-') || ' ' || m.rule \
         FROM component_match m JOIN component c ON c.id = m.component_id JOIN advisory a ON a.no = m.advisory_no \
         WHERE m.to_at = 9223372036854775807",
        "SELECT 'item ' || t.system_id || ' ' || t.package || ' ' || v.canonical || ' ' || CAST(i.criticality AS TEXT) \
         FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id JOIN vulnerability v ON v.id = i.vulnerability_id \
         WHERE i.closed_at IS NULL",
        "SELECT 'ticket ' || package || ' ' || CAST(criticality AS TEXT) || ' ' || severity || ' ' || CAST(items_open AS TEXT) \
         || ' ' || COALESCE(target_version, '-') FROM ticket WHERE is_open",
    ];
    let systems: Vec<(String, String)> = db.all("SELECT id, code FROM system", ()).await.unwrap();
    let mut lines = Vec::new();
    for query in queries {
        let rows: Vec<(String,)> = db.all(query, ()).await.unwrap();
        lines.extend(
            rows.into_iter()
                .map(|(row,)| systems.iter().fold(row, |row, (id, code)| row.replace(id.as_str(), code))),
        );
    }
    lines.sort_unstable();
    lines
}

async fn reconcile(db: &Db, now: Time, full: bool) {
    hinomi_findings::reconcile(db, now, full).await.unwrap();
    Settler::default().settle(db, now, full).await.unwrap();
}

both_engines! { company::SETS;
    async fn after_a_month_matches_and_open_items_are_those_of_a_fresh_start(db: Db) {
        let (mut dice, mut world) = (Dice(7), World::default());
        let scene = world_scene(Upstream::start());
        let _company = company(&db).await;
        // Beyond the company's own clock, which stands.
        let start = at("2027-05-01T00:00:00Z");
        let clock = ManualClock::at(start);
        let (mut runs, mut failures) = (0, 0);
        for day in 0..DAYS {
            world.day(&mut dice, start.plus_days(day), &scene.upstream);
            for half in 0..2 {
                if day + 1 < DAYS {
                    trouble(&mut dice, &scene.upstream);
                }
                clock.set(start.plus_days(day).plus(Duration::from_secs(half * 43_200 + 60)));
                for (_, outcome) in scene.syncer.run_due(&db, &clock).await.unwrap() {
                    runs += 1;
                    failures += usize::from(outcome.is_err());
                }
                reconcile(&db, clock.now(), false).await;
            }
        }
        assert!(runs > 200 && failures > 10, "{failures} of {runs} runs failed");
        // The trouble ends; each feed is asked once more.
        scene.upstream.calm();
        clock.advance(Duration::from_secs(86_400));
        for (name, outcome) in scene.syncer.run_due(&db, &clock).await.unwrap() {
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
        }
        reconcile(&db, clock.now(), false).await;
        let place = TestDb::new(Engine::Sqlite, company::SETS).await;
        let fresh = (place.db(), place);
        for (name, outcome) in scene.syncer_anew().run_due(&fresh.0, &clock).await.unwrap() {
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
        }
                let _company = company(&fresh.0).await;
        reconcile(&fresh.0, clock.now(), false).await;
        let (came, loaded) = (gaps(&db).await, gaps(&fresh.0).await);
        assert!(loaded.iter().filter(|line| line.starts_with("item")).count() > 20, "{loaded:#?}");
        assert_eq!(came, loaded);
        reconcile(&db, clock.now(), true).await;
        assert_eq!(gaps(&db).await, loaded, "everything decided anew says the same");
        assert!(clock.now() > start);
    }
}
