// SPDX-License-Identifier: Apache-2.0
//! Closing when something is wrong: a server that was down, a crash in the middle, a month that nothing closed; and in which zone.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_maturity::service::{Kept, month_close, month_verify};
use hinomi_platform::days::GROUP_ZONE;
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

async fn keep(scene: &Scene) -> Kept {
    maturity_keep(&scene.db, scene.now()).await.unwrap()
}

async fn view(scene: &Scene, month: &str) -> Value {
    scene.ciso.get(&format!("/api/v1/maturity?month={month}")).await.ok()
}

async fn one_gap(scene: &mut Scene) {
    scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
    scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
    scene.reconcile().await;
}

both_engines! { SETS;
    async fn a_server_that_was_down_closes_what_it_missed_in_order_and_says_late(db: Db) {
        let mut scene = scene(db.clone()).await;
        one_gap(&mut scene).await;
        keep(&scene).await;
        // Off from November until the twentieth of January: three months end, two of them could be closed.
        scene.go_to("2027-01-20T00:00:00Z").await;
        let kept = keep(&scene).await;
        assert_eq!((&kept.closed, &kept.late), (&vec!["2026-11".to_owned(), "2026-12".to_owned()], &kept.closed));
        for month in ["2026-11", "2026-12"] {
            let shown = view(&scene, month).await;
            assert_eq!((&shown["month"]["late"], &shown["month"]["preview"]), (&json!(true), &json!(false)), "{shown}");
            assert!(month_verify(&db, month.parse().unwrap()).await.unwrap().differences.is_empty());
        }
        assert!(view(&scene, "2026-12").await["axes"][0]["before"].is_number() || view(&scene, "2026-12").await["axes"][2]["before"].is_number());
        scene.go_to("2027-02-04T00:30:00Z").await;
        let kept = keep(&scene).await;
        assert_eq!((kept.closed, kept.late), (vec!["2027-01".to_owned()], vec![]));
        assert_eq!(view(&scene, "2027-01").await["month"]["late"], false);
    }

    async fn what_the_job_passed_by_is_closed_by_hand_once(db: Db) {
        let mut scene = scene(db.clone()).await;
        one_gap(&mut scene).await;
        scene.go_to("2027-01-04T00:00:00Z").await;
        month_close(&db, "2026-12".parse().unwrap(), scene.now()).await.unwrap().unwrap();
        assert!(keep(&scene).await.closed.is_empty(), "the newest closed month is behind it");
        let close = async |scene: &Scene, month: &str, reason: &str| {
            scene.ciso.post(&format!("/api/v1/maturity/months/{month}/close"), &json!({"reason": reason})).await
        };
        assert_eq!(close(&scene, "2026-11", " ").await.status, 422, "a reason is wanted");
        assert_eq!(close(&scene, "2026-10", "why").await.status, 404, "there was nothing then");
        assert_eq!(close(&scene, "2027-01", "why").await.status, 409, "it runs");
        let done = close(&scene, "2026-11", "the server was down").await.ok();
        assert_eq!(done["revision"], 1);
        let month = view(&scene, "2026-11").await["month"].clone();
        assert_eq!((&month["late"], &month["reason"]), (&json!(true), &json!("the server was down")));
        assert_eq!(close(&scene, "2026-11", "again").await.status, 409);
        let told: Vec<String> = db
            .column("SELECT subject_id FROM audit_event WHERE action = 'maturity.close'", values![]).await.unwrap();
        assert_eq!(told, ["2026-11"]);
        let manager = scene.manager("D1").await;
        assert_eq!(manager.post("/api/v1/maturity/months/2026-11/close", &json!({"reason": "why"})).await.status, 403);
    }

    async fn what_a_crash_left_half_written_goes_and_nothing_else(db: Db) {
        let mut scene = scene(db.clone()).await;
        one_gap(&mut scene).await;
        keep(&scene).await;
        let count = async || db.scalar::<i64>("SELECT COUNT(*) FROM maturity_unit", values![]).await.unwrap();
        let whole = count().await;
        // One of before it was kept when a writing began, one that was begun long ago, and one that is being written now.
        let now = scene.now();
        for (id, begun) in [(9_001_i64, None), (9_002, Some(now.plus_days(-3))), (9_003, Some(now))] {
            db.execute(
                "INSERT INTO maturity_unit (close_id, unit_no, unit_id, parent_no, people, facts, beside) \
                 VALUES ($1, 0, 'u', NULL, 0, '{}', '{}')",
                values![id],
            ).await.unwrap();
            if let Some(begun) = begun {
                db.execute("INSERT INTO maturity_begun (id, begun_at) VALUES ($1, $2)", values![id, begun]).await.unwrap();
            }
        }
        assert_eq!(keep(&scene).await.removed, 2);
        assert_eq!(count().await, whole + 1, "what is being written stays");
        assert_eq!(keep(&scene).await.removed, 0);
        let begun: Vec<i64> = db.column("SELECT id FROM maturity_begun", values![]).await.unwrap();
        assert_eq!(begun, [9_003], "an evaluation that is there is no longer being written");
    }

    async fn months_end_where_the_group_has_its_seat_from_the_next_month_on(db: Db) {
        let mut scene = scene(db.clone()).await;
        one_gap(&mut scene).await;
        let path = format!("/api/v1/settings/{}", GROUP_ZONE.name);
        assert_eq!(scene.ciso.put(&path, &json!({"value": "Mars/Olympus"})).await.status, 422);
        scene.ciso.put(&path, &json!({"value": "Asia/Tokyo"})).await.ok();
        keep(&scene).await;
        // November began in UTC and ends where December begins in Tokyo.
        scene.go_to("2026-11-30T14:59:59Z").await;
        assert_eq!(keep(&scene).await.previewed.as_deref(), Some("2026-11"));
        scene.go_to("2026-11-30T15:00:00Z").await;
        assert_eq!(keep(&scene).await.previewed.as_deref(), Some("2026-12"));
        // In Tokyo it is December: what comes now is December's.
        scene.inventory("web-2", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        scene.go_to("2026-12-03T14:59:59Z").await;
        assert!(keep(&scene).await.closed.is_empty());
        scene.go_to("2026-12-03T15:00:00Z").await;
        assert_eq!(keep(&scene).await.closed, ["2026-11"]);
        let month = view(&scene, "2026-11").await["month"].clone();
        assert_eq!((&month["from"], &month["to"]), (&json!("2026-11-01T00:00:00Z"), &json!("2026-11-30T15:00:00Z")));
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-11&indicator=S2").await.ok();
        assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{rows}");
        scene.go_to("2027-01-03T15:00:00Z").await;
        assert_eq!(keep(&scene).await.closed, ["2026-12"]);
        let december = view(&scene, "2026-12").await["month"].clone();
        assert_eq!((&december["zone"], &december["from"]), (&json!("Asia/Tokyo"), &json!("2026-11-30T15:00:00Z")));
        for month in ["2026-11", "2026-12"] {
            let verified = month_verify(&db, month.parse().unwrap()).await.unwrap();
            assert!(verified.differences.is_empty(), "{:?}", verified.differences);
        }
        // Tickets of a day are those of the group's day.
        let open = |answer: &Value| answer["items"].as_array().unwrap().len();
        let first = scene.ciso.get("/api/v1/tickets?at=2026-11-23").await.ok();
        assert_eq!(open(&first), 1);
        assert_eq!(open(&scene.ciso.get("/api/v1/tickets?state=all&opened_from=2026-12-01&opened_to=2026-12-31").await.ok()), 0);
    }
}
