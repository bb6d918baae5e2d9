// SPDX-License-Identifier: Apache-2.0
//! Tickets under the one clock: calendars, pauses, reminders and escalation as of everything else that is owed.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_review::duties::duties_remind;
use hinomi_score::policy::SHIPPED_POLICY;
use hinomi_testkit::fixtures::{debian_host as host, openssl_record as openssl};
use hinomi_web::testing::prints;
use serde_json::{Value, json};
use support::{SETS, Scene, scene_at};

const OLD: &str = "3.0.14-1~deb12u1";
const NEW: &str = "3.0.15-1~deb12u1";

/// A gap at Sales that was seen on 2 November.
async fn with_a_ticket(db: Db) -> (Scene, i64) {
    let mut scene = scene_at(db, "2026-11-01T00:00:00Z").await;
    scene.go_to("2026-11-02T01:00:00Z").await;
    scene.record(&openssl("CVE-2026-1", NEW)).await;
    scene.inventory("web-1", "SHOP", &host(OLD)).await;
    scene.reconcile().await;
    let tickets = scene.ciso.get("/api/v1/tickets").await.ok();
    let id = tickets["items"][0]["id"].as_i64().unwrap();
    (scene, id)
}

async fn due(scene: &Scene, id: i64) -> String {
    scene.ciso.get(&format!("/api/v1/tickets/{id}")).await.ok()["due_at"].as_str().unwrap().to_owned()
}

fn days(from: &str, to: &str) -> i64 {
    let at = |text: &str| text.parse::<hinomi_core::Time>().unwrap().as_micros();
    (at(to) - at(from)) / 86_400_000_000
}

both_engines! { SETS;
    async fn a_tickets_pause_is_asked_approved_and_moves_its_date(db: Db) {
        let (mut scene, id) = with_a_ticket(db.clone()).await;
        let before = due(&scene, id).await;
        let manager = scene.manager("D1").await;
        let path = format!("/api/v1/obligations/ticket:{id}/pauses");
        let ask = |until: &str| json!({"reason": "stocktaking", "until": until});
        manager.post(&path, &json!({"reason": "stocktaking"})).await.problem(422);
        manager.post(&path, &json!({"reason": " ", "until": "2026-11-12T01:00:00Z"})).await.problem(422);
        manager.post(&path, &ask("2027-11-12T01:00:00Z")).await.problem(422);
        scene.manager("D2").await.post(&path, &ask("2026-11-12T01:00:00Z")).await.problem(404);
        let pause = manager.post(&path, &ask("2026-11-12T01:00:00Z")).await.ok()["pause"].as_str().unwrap().to_owned();
        let approve = format!("/api/v1/obligation-pauses/{pause}/approve");
        manager.post(&approve, &json!({})).await.problem(403);
        scene.reconcile().await;
        assert_eq!(due(&scene, id).await, before, "asked is not approved");
        let waiting = scene.ciso.get("/api/v1/obligations?kind=ticket&state=paused").await.ok();
        assert_eq!((&waiting["items"][0]["paused"], &waiting["items"][0]["pause_asked"]["id"]), (&json!(false), &json!(pause)));

        let answer = scene.ciso.post(&approve, &json!({})).await.ok();
        scene.reconcile().await;
        let moved = due(&scene, id).await;
        assert_eq!((answer["due_at"].as_str().unwrap(), days(&before, &moved)), (moved.as_str(), 10));
        let shown = scene.ciso.get(&format!("/api/v1/tickets/{id}")).await.ok();
        assert_eq!(shown["paused_until"], "2026-11-12T01:00:00Z");
        assert_eq!(scene.ciso.get("/api/v1/tickets/counts").await.ok()["paused"], 1);
        let owed = scene.ciso.get("/api/v1/obligations?kind=ticket&state=paused").await.ok();
        assert_eq!((&owed["items"][0]["paused"], &owed["items"][0]["pause"]["reason"]), (&json!(true), &json!("stocktaking")));
        let history = scene.ciso.get(&format!("/api/v1/tickets/{id}/history")).await.ok();
        let kinds: Vec<&str> = history["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"pause_asked") && kinds.contains(&"paused"), "{kinds:?}");
        let audited: i64 = db
            .scalar("SELECT COUNT(*) FROM audit_event WHERE action LIKE 'obligation.pause%'", values![])
            .await
            .unwrap();
        assert_eq!(audited, 2);

        // Ended after four of ten days: the other six are given back.
        scene.go_to("2026-11-06T01:00:00Z").await;
        scene.ciso.post(&format!("/api/v1/obligation-pauses/{pause}/end"), &json!({})).await.ok();
        scene.reconcile().await;
        assert_eq!(days(&before, &due(&scene, id).await), 4);
        assert_eq!(scene.ciso.get("/api/v1/tickets/counts").await.ok()["paused"], 0);

        // What is late has nothing to wait for.
        scene.go_to("2027-06-01T00:00:00Z").await;
        let refused = scene.manager("D1").await.post(&path, &ask("2027-06-10T01:00:00Z")).await.problem(409);
        assert!(refused.to_string().contains("late already"), "{refused}");
    }

    async fn one_list_holds_tickets_and_everything_else(db: Db) {
        let (scene, id) = with_a_ticket(db.clone()).await;
        hinomi_review::department::departments_keep(&scene.server.test.app).await.unwrap();
        let kinds = async |query: &str| {
            let list = scene.ciso.get(&format!("/api/v1/obligations{query}")).await.ok();
            let items = list["items"].as_array().unwrap().clone();
            items.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(kinds("").await, ["ticket", "self-check", "self-check"], "by due date");
        assert_eq!(kinds("?kind=self-check").await, ["self-check", "self-check"]);
        assert_eq!(kinds("?kind=ticket").await, ["ticket"]);
        assert!(kinds("?state=overdue").await.is_empty());
        let list = scene.ciso.get("/api/v1/obligations?kind=ticket").await.ok();
        assert_eq!((&list["items"][0]["href"], &list["items"][0]["unit_name"]), (&json!(format!("/tickets/{id}")), &json!("Sales")));
        scene.inventory("web-1", "SHOP", &host(NEW)).await;
        scene.reconcile().await;
        let open: Value = scene.ciso.get("/api/v1/obligations?kind=ticket").await.ok();
        assert!(open["items"].as_array().unwrap().is_empty());
        let all = scene.ciso.get("/api/v1/obligations?kind=ticket&state=all").await.ok();
        assert!(all["items"][0]["done_at"].is_string());
        assert_eq!(scene.ciso.get("/api/v1/obligations?state=never").await.status, 422);
    }

    async fn business_days_follow_the_units_calendar_and_its_change(db: Db) {
        let (scene, id) = with_a_ticket(db.clone()).await;
        // High priority: seven days from Monday 2 November.
        assert_eq!(due(&scene, id).await, "2026-11-09T01:00:00Z");
        let text = SHIPPED_POLICY.replacen("days = 7", "days = 7\ncount = \"business-days\"", 1);
        scene.ciso.put("/api/v1/policy", &json!({"toml": text, "reason": "our people rest"})).await.ok();
        scene.reconcile().await;
        assert_eq!(due(&scene, id).await, "2026-11-11T23:59:59.999999Z");
        let region = scene.unit("JP").await;
        scene.ciso.put(&format!("/api/v1/calendars/{region}"), &json!({"calendar": "jp"})).await.ok();
        scene.reconcile().await;
        assert_eq!(due(&scene, id).await, "2026-11-12T14:59:59.999999Z", "Culture Day does not count");
        let sales = scene.unit("D1").await;
        let path = format!("/api/v1/calendars/{sales}/days/2026-11-10");
        scene.ciso.put(&path, &json!({"off": true, "name": "founding day"})).await.ok();
        scene.reconcile().await;
        assert_eq!(due(&scene, id).await, "2026-11-13T14:59:59.999999Z");
    }

    async fn tickets_are_told_of_by_the_same_plan_and_brought_up_the_tree(db: Db) {
        let (mut scene, id) = with_a_ticket(db.clone()).await;
        let app = scene.server.test.app.clone();
        scene.account("P1", "ja").await;
        scene.account("P2", "en").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 1, "a week ahead, as it is opened");
        let due_at: hinomi_core::Time = due(&scene, id).await.parse().unwrap();
        let mut told = Vec::new();
        for days in [-6, -1, 0, 2, 3] {
            scene.go_to(&due_at.plus_days(days).to_string()).await;
            told.push(duties_remind(&app).await.unwrap().mails);
            assert_eq!(duties_remind(&app).await.unwrap().mails, 0, "once");
        }
        // A day before it is due; once it is late, the region is told.
        assert_eq!(told, [0, 1, 0, 1, 0]);
        let payloads: Vec<String> =
            db.column("SELECT payload FROM outbox ORDER BY created_at, id", values![]).await.unwrap();
        let mails: Vec<Value> = payloads.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        let to: Vec<&str> = mails.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
        assert_eq!(to, ["aiko@example.test", "aiko@example.test", "ren@example.test"]);
        assert!(mails[0]["text"].as_str().unwrap().contains("営業：期限超過 0 件、期限間近 1 件"), "{}", mails[0]["text"]);
        assert!(mails[2]["text"].as_str().unwrap().contains("Sales: 1 tickets overdue"), "{}", mails[2]["text"]);
        if prints() {
            assert_eq!(mails[2]["pictures"][0]["alt"], "Tickets. Sales: overdue 1, due soon 0, paused 0");
        }
    }
}
