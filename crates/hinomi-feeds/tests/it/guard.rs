// SPDX-License-Identifier: Apache-2.0
//! A poisoned feed: held back, shown, decided by a person.

use std::time::Duration;

use hinomi_advisories::held::{Decision, held_decide, held_list};
use hinomi_db::{Db, both_engines};
use hinomi_feeds::Kind;
use hinomi_platform::testing::{TestApp, console};
use serde_json::{Value, json};

use crate::scene::*;

/// More than any run of these tests takes.
const PATIENCE: Duration = Duration::from_secs(600);

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
        let held = held_list(&db, None, 0, 100).await.unwrap();
        let told: Vec<_> = held.iter().map(|row| (row.advisory_id.as_str(), row.reason.as_str())).collect();
        assert_eq!(told, [("ALL-1", "everything"), ("ALL-2", "everything"), ("FUTURE-1", "future-date")]);
        assert_eq!(held_list(&db, Some(&held[0].feed), held[0].id, 100).await.unwrap().len(), 2);
        assert!(held_list(&db, Some("another"), 0, 100).await.unwrap().is_empty());

        let app = TestApp::new(db.clone());
        let last_success = health(&db).await.last_success;
        decide(&app, held[2].id, Decision::Accept).await;
        decide(&app, held[0].id, Decision::Refuse).await;
        assert_eq!(ids(&db).await, ["FUTURE-1", "OK-1"]);
        assert_eq!(health(&db).await.last_success, last_success, "a decision makes no feed fresher");
        assert!(held_decide(&app.app, &console(), held[0].id, (Decision::Accept, false), PATIENCE).await.is_err());
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
        let first = held_list(&db, None, 0, 1).await.unwrap()[0].id;
        assert_eq!(held_decide(&app.app, &console(), first, (Decision::Accept, true), PATIENCE).await.unwrap(), 57);
        assert_eq!((standing(&db).await, health(&db).await.held), (40, 0));
    }

    async fn a_decision_does_not_wait_for_a_long_run(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |_| {});
        scene.upstream.put("/all.zip", archive(&[record("FUTURE-1", "2099-01-01T00:00:00Z", "f")]));
        scene.sync(&db).await.unwrap();
        let app = TestApp::new(db.clone());
        let held = held_list(&db, None, 0, 1).await.unwrap()[0].id;
        let accept = async |patience: Duration| {
            held_decide(&app.app, &console(), held, (Decision::Accept, false), patience).await
        };
        let run = hinomi_advisories::Importer::open(&db, now(), "another", "file").await.unwrap();
        let error = accept(Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(hinomi_core::DomainError::code(&error), "feed-import-running");
        drop(run);
        assert_eq!(ids(&db).await, Vec::<String>::new(), "nothing is decided later");
        assert_eq!((health(&db).await.held, accept(PATIENCE).await.unwrap()), (1, 1));
    }

    async fn scores_and_listings_that_are_still_to_come_keep_nothing_true_out(db: Db) {
        let scene = scene(Kind::File, "/{part}", |feed| {
            feed.only = Some(["kev.json", "epss.csv"].map(str::to_owned).into());
            feed.complete = Some(true);
        });
        let scores = |day: &str, score: &str| {
            format!("#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,{score},0.9\n")
        };
        let score = async || db.all::<(i64, i64)>("SELECT score, day FROM epss_score", ()).await.unwrap();
        scene.upstream.put("/kev.json", kev(&[("CVE-2026-0001", "2026-05-01"), ("CVE-2026-0002", "2062-11-20")]).to_string());
        scene.upstream.put("/epss.csv", scores("2062-11-20", "0.5"));
        let report = scene.sync(&db).await.unwrap().report;
        assert_eq!((report.refused, report.added, score().await), (2, 1, vec![]));
        let told = refusals(&db).await.join("\n");
        assert!(told.contains("2062-11-20, which is still to come") && told.contains("dateAdded \"2062-11-20\""), "{told}");
        let listed: Vec<(String,)> = db.all("SELECT cve FROM known_exploited", ()).await.unwrap();
        assert_eq!(listed, [("CVE-2026-0001".to_owned(),)]);
        // A day that was believed before the rule was there gives way to the first true one.
        let day = 33_926; // 2062-11-20
        db.execute("INSERT INTO epss_day (day, model, scores, feed_id) VALUES ($1, 'v1', 1, 1)", hinomi_db::values![day]).await.unwrap();
        db.execute("INSERT INTO epss_score (cve, score, day) VALUES (2026000000001, 250000000, $1)", hinomi_db::values![day]).await.unwrap();
        for (at, told, wanted) in [("2026-05-01", "0.25", 250_000_000), ("2026-05-02", "0.75", 750_000_000)] {
            scene.upstream.put("/epss.csv", scores(at, told));
            scene.sync(&db).await.unwrap();
            let rows = score().await;
            assert_eq!((rows.len(), rows[0].0), (1, wanted), "{at}");
            assert!(rows[0].1 < day, "{at}");
        }
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

    async fn what_is_missing_where_not_all_could_be_read_waits_for_somebody(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |feed| feed.complete = Some(true));
        let all = many(100, "2026-05-01T00:00:00Z", 0);
        let cut = |from: usize| {
            let mut files: Vec<(String, String)> =
                (from..100).map(|number| (format!("{number}.json"), all[number].to_string())).collect();
            files.push(("0.json".to_owned(), "{\"id\": ".to_owned()));
            zip(&files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect::<Vec<_>>())
        };
        scene.upstream.put("/all.zip", archive(&all));
        scene.sync(&db).await.unwrap();
        // D-001 came in a form that nobody can read: it is not gone.
        scene.upstream.put("/all.zip", cut(1));
        let report = scene.sync(&db).await.unwrap().report;
        assert_eq!((report.refused, report.held, standing(&db).await), (1, 1, 100));
        let held = held_list(&db, None, 0, 10).await.unwrap();
        assert_eq!((held[0].reason.as_str(), held[0].advisory_id.as_str()), ("unread-absence", "D-001"));
        assert!(held[0].detail.contains("0.json"), "{}", held[0].detail);
        // It reads well again, and nobody needs to decide.
        scene.upstream.put("/all.zip", archive(&all));
        scene.sync(&db).await.unwrap();
        assert_eq!((standing(&db).await, held_list(&db, None, 0, 10).await.unwrap().len()), (100, 0));
        scene.upstream.put("/all.zip", cut(1));
        scene.sync(&db).await.unwrap();
        let app = TestApp::new(db.clone());
        decide(&app, held_list(&db, None, 0, 1).await.unwrap()[0].id, Decision::Accept).await;
        assert_eq!(standing(&db).await, 99);
    }

    async fn what_was_refused_for_good_never_counts(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |feed| feed.complete = Some(true));
        let all = many(100, "2026-05-01T00:00:00Z", 0);
        scene.upstream.put("/all.zip", archive(&all));
        scene.sync(&db).await.unwrap();
        scene.upstream.put("/all.zip", archive(&all[60..]));
        scene.sync(&db).await.unwrap();
        let app = TestApp::new(db.clone());
        let first = held_list(&db, None, 0, 1).await.unwrap()[0].id;
        held_decide(&app.app, &console(), first, (Decision::Refuse, true), PATIENCE).await.unwrap();
        // Few of them missing would be believed; these were not.
        scene.upstream.put("/all.zip", archive(&[&all[..57], &all[60..]].concat()));
        scene.sync(&db).await.unwrap();
        assert_eq!((standing(&db).await, health(&db).await.held), (100, 0));
        // D-001 was here meanwhile: its next absence is another one.
        scene.upstream.put("/all.zip", archive(&all[1..]));
        scene.sync(&db).await.unwrap();
        assert_eq!(standing(&db).await, 99);

        let ahead = record("FUTURE-1", "2026-06-20T00:00:00Z", "f");
        scene.upstream.put("/all.zip", archive(&[&all[1..], &[ahead]].concat()));
        scene.sync(&db).await.unwrap();
        decide(&app, held_list(&db, None, 0, 1).await.unwrap()[0].id, Decision::Refuse).await;
        let later = now().plus(Duration::from_secs(60 * 86_400));
        scene.syncer_anew().run(&db, "test", later).await.unwrap();
        assert!(!ids(&db).await.contains(&"FUTURE-1".to_owned()), "refused is not forgotten when the day has come");
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
        let first = held_list(&db, None, 0, 1).await.unwrap()[0].id;
        held_decide(&app.app, &console(), first, (Decision::Accept, true), PATIENCE).await.unwrap();
        assert_eq!(standing(&db).await, 40);
    }
}

async fn decide(app: &TestApp, id: i64, decision: Decision) {
    assert_eq!(held_decide(&app.app, &console(), id, (decision, false), PATIENCE).await.unwrap(), 1);
}
