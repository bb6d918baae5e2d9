// SPDX-License-Identifier: Apache-2.0
//! A poisoned feed: held back, shown, decided by a person.

use hinomi_advisories::held::{Decision, held_decide, held_list};
use hinomi_db::{Db, both_engines};
use hinomi_feeds::Kind;
use hinomi_platform::testing::{TestApp, console};
use serde_json::{Value, json};

use crate::scene::*;

fn archive(records: &[Value]) -> Vec<u8> {
    let files: Vec<(String, String)> = records
        .iter()
        .enumerate()
        .map(|(number, record)| (format!("{number}.json"), record.to_string()))
        .collect();
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    zip(&files)
}

fn many(count: u32, modified: &str, withdrawn: u32) -> Vec<Value> {
    (1..=count)
        .map(|number| {
            let mut record = record(&format!("D-{number:03}"), modified, "demo");
            if number <= withdrawn {
                record["withdrawn"] = json!(modified);
            }
            record
        })
        .collect()
}

async fn standing(db: &Db) -> i64 {
    db.scalar("SELECT count(*) FROM advisory WHERE withdrawn IS NULL", ()).await.unwrap()
}

both_engines! { SETS;
    async fn dates_in_the_future_and_records_about_everything_wait_for_somebody(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |_| {});
        let mut everything = record("ALL-1", "2026-05-01T00:00:00Z", "*");
        let packages: Vec<Value> = (0..4_000).map(|number| json!({"package": {"ecosystem": "PyPI", "name": format!("p{number}")},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]})).collect();
        let mut wide = record("ALL-2", "2026-05-01T00:00:00Z", "x");
        wide["affected"] = json!(packages);
        everything["affected"][0]["versions"] = json!([]);
        let future = record("FUTURE-1", "2099-01-01T00:00:00Z", "f");
        let honest = record("OK-1", "2026-06-01T13:00:00Z", "o");
        scene.upstream.put("/all.zip", archive(&[everything, wide, future.clone(), honest]));
        assert_eq!(scene.counts(&db).await, [1, 1, 0, 0, 0, 3]);
        assert_eq!(ids(&db).await, ["OK-1"]);
        assert_eq!(health(&db).await.held, 3);
        let held = held_list(&db, 0, 100).await.unwrap();
        let told: Vec<_> = held.iter().map(|row| (row.advisory_id.as_str(), row.reason.as_str())).collect();
        assert_eq!(told, [("ALL-1", "everything"), ("ALL-2", "everything"), ("FUTURE-1", "future-date")]);

        let app = TestApp::new(db.clone());
        let last_success = health(&db).await.last_success;
        decide(&app, held[2].id, Decision::Accept).await;
        decide(&app, held[0].id, Decision::Refuse).await;
        assert_eq!(ids(&db).await, ["FUTURE-1", "OK-1"]);
        assert_eq!(health(&db).await.last_success, last_success, "a decision makes no feed fresher");
        assert!(held_decide(&app.app, &console(), held[0].id, Decision::Accept, false).await.is_err());
        let audited: i64 = db.scalar("SELECT count(*) FROM audit_event WHERE action LIKE 'feed.held.%'", ()).await.unwrap();
        assert_eq!(audited, 2);
        // What was decided stays decided when the feed says it again.
        scene.upstream.put("/all.zip", archive(&[future, record("ALL-1", "2026-05-01T00:00:00Z", "*")]));
        scene.sync(&db).await.unwrap();
        assert_eq!(health(&db).await.held, 2, "only another state of the record asks again");
    }

    async fn few_withdrawals_count_and_a_mass_of_them_waits(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |_| {});
        scene.upstream.put("/all.zip", archive(&many(100, "2026-05-01T00:00:00Z", 0)));
        scene.sync(&db).await.unwrap();
        scene.upstream.put("/all.zip", archive(&many(100, "2026-05-02T00:00:00Z", 3)));
        assert_eq!(scene.counts(&db).await, [100, 0, 100, 0, 0, 0]);
        assert_eq!(standing(&db).await, 97);
        scene.upstream.put("/all.zip", archive(&many(100, "2026-05-03T00:00:00Z", 60)));
        let report = scene.sync(&db).await.unwrap().report;
        assert_eq!((report.changed, report.held, standing(&db).await), (43, 57, 97));
        let app = TestApp::new(db.clone());
        let first = held_list(&db, 0, 1).await.unwrap()[0].id;
        assert_eq!(held_decide(&app.app, &console(), first, Decision::Accept, true).await.unwrap(), 57);
        assert_eq!((standing(&db).await, health(&db).await.held), (40, 0));
    }

    async fn a_list_that_is_suddenly_short_strikes_nothing_off(db: Db) {
        let scene = scene(Kind::File, "/kev.json", |feed| feed.complete = Some(true));
        let names: Vec<String> = (1..=100).map(|number| format!("CVE-2026-{number:04}")).collect();
        let entries: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "2026-05-01")).collect();
        let listed = async || db.scalar::<i64>("SELECT count(*) FROM known_exploited", ()).await.unwrap();
        scene.upstream.put("/kev.json", kev(&entries).to_string());
        scene.sync(&db).await.unwrap();
        scene.upstream.put("/kev.json", kev(&entries[90..]).to_string());
        let report = scene.sync(&db).await.unwrap().report;
        assert_eq!((report.refused, listed().await), (1, 100));
        assert!(refusals(&db).await[0].contains("90 of 100 entries are missing at once"));
        scene.upstream.put("/kev.json", kev(&entries[5..]).to_string());
        assert_eq!((scene.sync(&db).await.unwrap().report.refused, listed().await), (0, 95));
        assert!(refusals(&db).await.is_empty());
    }

    async fn what_a_complete_list_lacks_is_withdrawn_unless_it_is_a_mass(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |feed| feed.complete = Some(true));
        let all = many(100, "2026-05-01T00:00:00Z", 0);
        scene.upstream.put("/all.zip", archive(&all));
        scene.sync(&db).await.unwrap();
        scene.upstream.put("/all.zip", archive(&all[2..]));
        scene.sync(&db).await.unwrap();
        assert_eq!(standing(&db).await, 98);
        let back = hinomi_advisories::read::record(&db, "D-001").await.unwrap();
        assert_eq!(back.advisory.withdrawn, Some(now().as_micros()));
        // It comes back as it was.
        scene.upstream.put("/all.zip", archive(&all));
        scene.sync(&db).await.unwrap();
        assert_eq!(standing(&db).await, 100);
        scene.upstream.put("/all.zip", archive(&all[60..]));
        assert_eq!((scene.sync(&db).await.unwrap().report.held, standing(&db).await), (60, 100));
        let app = TestApp::new(db.clone());
        let first = held_list(&db, 0, 1).await.unwrap()[0].id;
        held_decide(&app.app, &console(), first, Decision::Accept, true).await.unwrap();
        assert_eq!(standing(&db).await, 40);
    }
}

async fn decide(app: &TestApp, id: i64, decision: Decision) {
    assert_eq!(held_decide(&app.app, &console(), id, decision, false).await.unwrap(), 1);
}
