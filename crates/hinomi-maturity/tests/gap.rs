// SPDX-License-Identifier: Apache-2.0
//! The tickets worth most points are worth what they say: each is closed by a fresh inventory and the month evaluated anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_maturity::service::{gaps_keep, gaps_keep_of};
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

const FIXED: &str = "3.0.15-1~deb12u1";
const OLD: &str = "3.0.14-1~deb12u1";

/// The system axis of the group in the running month, not rounded.
async fn index(scene: &Scene) -> f64 {
    let unit = scene.unit("HQ").await;
    let view = scene.ciso.get(&format!("/api/v1/maturity?unit={unit}&month=2026-11")).await.ok();
    assert_eq!(view["month"]["preview"], true);
    let axes = view["axes"].as_array().unwrap();
    let system = axes.iter().find(|axis| axis["axis"] == "system").unwrap();
    let scored = system["indicators"].as_array().unwrap().iter().filter(|one| one["score"].is_number());
    let (mut sum, mut weight) = (0.0, 0.0);
    for one in scored {
        sum += one["weight"].as_f64().unwrap() * one["score"].as_f64().unwrap();
        weight += one["weight"].as_f64().unwrap();
    }
    100.0 * sum / weight
}

async fn tickets_of_gap(scene: &Scene) -> Vec<Value> {
    let rows = scene.ciso.get("/api/v1/maturity/gap?axis=system").await.ok();
    let rows = rows["items"].as_array().unwrap().clone();
    assert!(rows.len() <= 40);
    rows.into_iter().filter(|row| row["kind"] == "ticket").collect()
}

/// Systems with a gap each, begun on these days: left over from October, late in November, due in November, due later.
const BEGUN: [(&str, &str); 6] = [
    ("LEFT", "2026-10-05T00:00:00Z"),
    ("OVER", "2026-10-20T00:00:00Z"),
    ("LATE", "2026-11-05T00:00:00Z"),
    ("SOON", "2026-11-21T00:00:00Z"),
    ("DUE", "2026-11-22T00:00:00Z"),
    ("YOUNG", "2026-11-25T00:00:00Z"),
];

both_engines! { SETS;
    async fn closing_a_ticket_brings_the_points_that_it_promised(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.go_to("2026-10-01T00:00:00Z").await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("calm-1", "SHOP", &host(OLD)).await;
        scene.reconcile().await;
        scene.go_to("2026-10-03T00:00:00Z").await;
        scene.inventory("calm-1", "SHOP", &host(FIXED)).await;
        scene.reconcile().await;
        for (at, (system, day)) in BEGUN.iter().enumerate() {
            scene.go_to(day).await;
            // A feed that is older than 35 days would make everything blind.
            scene.record(&openssl("CVE-2026-1", FIXED)).await;
            scene.system(system, if at % 2 == 0 { "D1" } else { "D2" }).await;
            scene.inventory(&format!("{}-1", system.to_lowercase()), system, &host(OLD)).await;
            scene.reconcile().await;
        }
        scene.go_to("2026-11-27T00:00:00Z").await;
        // Every host is heard of, so that a fresh list brings nothing but its ticket's end.
        scene.inventory("calm-1", "SHOP", &host(FIXED)).await;
        for (system, _) in BEGUN {
            scene.inventory(&format!("{}-1", system.to_lowercase()), system, &host(OLD)).await;
        }
        // One that was closed in the month, so that there is a median to move.
        scene.inventory("late-1", "LATE", &host(FIXED)).await;
        scene.reconcile().await;
        maturity_keep(&db, scene.now()).await.unwrap();

        let mut closed = Vec::new();
        loop {
            let listed = tickets_of_gap(&scene).await;
            let Some(dearest) = listed.first() else { break };
            let system = dearest["detail"].as_str().unwrap().to_owned();
            let promised = dearest["points"].as_f64().unwrap();
            let before = index(&scene).await;
            scene.inventory(&format!("{}-1", system.to_lowercase()), &system, &host(FIXED)).await;
            scene.reconcile().await;
            maturity_keep(&db, scene.now()).await.unwrap();
            let gained = index(&scene).await - before;
            assert!((gained - promised).abs() < 1e-6, "{system}: promised {promised}, gained {gained}, {listed:?}");
            closed.push(system);
        }
        assert!(closed.len() >= 4, "{closed:?}");
        assert!(!closed.contains(&"LATE".to_owned()), "it is closed already");
    }

    async fn of_a_closed_month_it_says_what_would_have_been(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("web-1", "SHOP", &host(OLD)).await;
        scene.reconcile().await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let points = async |query: &str| {
            let rows = scene.ciso.get(&format!("/api/v1/maturity/gap?axis=system{query}")).await.ok();
            let ticket = rows["items"].as_array().unwrap().iter().find(|row| row["kind"] == "ticket").cloned();
            ticket.unwrap_or(json!(null))
        };
        let then = points("&month=2026-11").await;
        assert!(then["indicators"].as_array().unwrap().contains(&json!("S3")), "{then}");
        let now = points("").await;
        assert_ne!(then["points"], now["points"], "December asks for something else than November");

        // Kept beforehand, as of large units: the same answers.
        let whole = async |query: &str| scene.ciso.get(&format!("/api/v1/maturity/gap?axis=system{query}")).await.ok();
        let asked = [whole("&month=2026-11").await, whole("").await];
        assert_eq!(gaps_keep(&db, scene.now()).await.unwrap(), 0, "nothing is large here");
        let found = gaps_keep_of(&db, scene.now(), 1).await.unwrap();
        assert!(found > 0 && gaps_keep_of(&db, scene.now(), 1).await.unwrap() == 0, "once a day");
        assert_eq!([whole("&month=2026-11").await, whole("").await], asked);
        // Of the running month they are there with the evaluation itself: nobody who looks waits for them.
        hinomi_maturity::service::preview_of(&db, scene.now(), 1).await.unwrap();
        let kept = "SELECT COUNT(*) FROM maturity_gap g JOIN maturity_close c ON c.id = g.close_id WHERE c.revision = 0";
        assert!(db.scalar::<i64>(kept, values![]).await.unwrap() > 0);
        assert_eq!(whole("").await["items"], asked[1]["items"]);
        // What is closed by now is left out of what was kept.
        scene.inventory("web-1", "SHOP", &host(FIXED)).await;
        scene.reconcile().await;
        assert_eq!(points("&month=2026-11").await, json!(null));
        db.execute("UPDATE maturity_gap SET data = '[]'", values![]).await.unwrap();
        assert_eq!(whole("&month=2026-11").await["items"], json!([]), "it is what was kept");
    }
}
