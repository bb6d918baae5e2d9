// SPDX-License-Identifier: Apache-2.0
//! A hazard from the rule to its release.

use hinomi_core::SeatKind;
use hinomi_db::{Db, both_engines, values};
use serde_json::{Value, json};

use crate::scene::{SETS, openssl, scene};

const OLD: &str = "3.0.14-1~deb12u1";
const FIXED: &str = "3.0.15-1~deb12u1";

fn kinds(hazard: &Value) -> Vec<&str> {
    hazard["events"].as_array().unwrap().iter().filter_map(|event| event["kind"].as_str()).collect()
}

both_engines! { SETS;
    async fn a_hazard_is_released_only_after_a_fresh_measurement(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        let none = scene.ciso.get("/api/v1/hazards").await.ok();
        assert_eq!(none["items"].as_array().unwrap().len(), 0, "nobody exploits it yet");
        scene.exploited("CVE-2026-1").await;
        scene.settle().await;
        let listed = scene.ciso.get("/api/v1/hazards?state=open").await.ok();
        let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(listed["items"][0]["name"], "CVE-2026-1");
        assert_eq!(listed["items"][0]["origin"], "rule");
        assert!(scene.mails().await.iter().any(|mail| mail.0 == "chie@example.test" && mail.1 == "Hazard H-1: CVE-2026-1"));

        // Nobody leads it, nobody tells management: the clock says so and does.
        scene.go_to("2026-09-02T14:00:00Z").await;
        scene.settle().await;
        scene.go_to("2026-09-03T10:00:00Z").await;
        scene.settle().await;
        let mails = scene.mails().await;
        assert!(mails.iter().any(|mail| mail.1.starts_with("Hazard H-1 has no lead")));
        let told: Vec<_> = mails.iter().filter(|mail| mail.0 == "daigo@example.test").collect();
        assert_eq!(told.len(), 1, "{mails:?}");
        assert!(told[0].1.starts_with("経営層への報告"), "in the reader's language");
        scene.settle().await;
        assert_eq!(scene.mails().await.len(), mails.len(), "told once");

        let lead = json!({"person_id": scene.person("P1").await});
        let path = |rest: &str| format!("/api/v1/hazards/{id}{rest}");
        let led = scene.ciso.post(&path("/lead"), &lead).await.ok();
        assert_eq!(led["lead_name"], "Aiko");
        scene.ciso.post(&path("/decisions"), &json!({"text": "Take the shop off the Internet tonight."})).await.ok();
        let gone = json!({"text": "It is gone."});
        let refused = scene.ciso.post(&path("/release"), &gone).await.problem(409);
        assert_eq!(refused["code"], "hazard-not-measured");

        // Fixed, seen, then a further measure: what was seen before it proves nothing.
        scene.go_to("2026-09-04T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        scene.go_to("2026-09-04T12:00:00Z").await;
        let manager = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        manager.post(&path("/measures"), &json!({"text": "Keys replaced."})).await.ok();
        let refused = scene.ciso.post(&path("/release"), &gone).await.problem(409);
        assert!(refused["detail"].as_str().unwrap().contains("web-1"), "{refused}");
        let shown = scene.ciso.get(&path("")).await.ok();
        assert_eq!(shown["obstacles"][0]["kind"], "not_measured");
        scene.go_to("2026-09-05T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        let released = scene.ciso.post(&path("/release"), &gone).await.ok();
        assert_eq!((released["state"].as_str(), released["tickets_open"].as_i64()), (Some("released"), Some(0)));
        for kind in ["opened", "no_lead", "told_by_clock", "lead", "decision", "measure", "refused", "released"] {
            assert!(kinds(&released).contains(&kind), "{kind} in {:?}", kinds(&released));
        }
        scene.ciso.post(&path("/decisions"), &gone).await.problem(409);
        scene.settle().await;
        let count: i64 = db.scalar("SELECT COUNT(*) FROM hazard", values![]).await.unwrap();
        assert_eq!(count, 1, "what is fixed is no hazard");

        // It comes back: a new one.
        scene.go_to("2026-09-06T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        let again = scene.ciso.get("/api/v1/hazards?state=open").await.ok();
        assert_eq!(again["items"][0]["number"], "H-2");
    }

    async fn a_hazard_by_hand_has_a_reason_and_a_ticket(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        let new = |reason: &str| json!({"vulnerability": "CVE-2026-1", "reason": reason});
        scene.ciso.post("/api/v1/hazards", &new("Feared")).await.problem(409);
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        scene.ciso.post("/api/v1/hazards", &new(" ")).await.problem(422);
        let opened = scene.ciso.post("/api/v1/hazards", &new("Feared")).await.ok();
        assert_eq!((opened["origin"].as_str(), opened["tickets"].as_i64()), (Some("hand"), Some(1)));
        assert_eq!(opened["items"][0]["assets"][0]["name"], "web-1");
        scene.ciso.post("/api/v1/hazards", &new("Feared")).await.problem(409);
        // What comes later is under control too; the other department sees its own part.
        scene.go_to("2026-09-03T09:00:00Z").await;
        scene.inventory("plant-1", "WORKS", OLD).await.ok();
        scene.settle().await;
        let works = scene.reader(SeatKind::SystemSecurityManager, "D2").await;
        let path = format!("/api/v1/hazards/{}", opened["id"].as_str().unwrap());
        let seen = works.get(&path).await.ok();
        assert_eq!((seen["tickets"].as_i64(), seen["hidden"].as_i64()), (Some(1), Some(1)));
        assert_eq!(seen["items"][0]["system_name"], "WORKS");
    }
}
