// SPDX-License-Identifier: Apache-2.0
//! A hazard from the rule to its release.

use hinomi_core::SeatKind;
use hinomi_db::{Db, both_engines, values};
use hinomi_web::testing::prints;
use serde_json::{Value, json};

use crate::scene::{SETS, Scene, openssl, scene};

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
        if prints() {
            let alt = scene.pictures("chie@example.test", "H-1").await;
            assert_eq!(alt, ["Where CVE-2026-1 stands: tickets by region. Japan: shows it 1, closed 0"]);
            let alt = scene.pictures("daigo@example.test", "H-1").await;
            assert_eq!(alt, ["CVE-2026-1 の状況：地域別のチケット. 日本: 該当 1, 完了 0"], "in the reader's language");
        }
        assert!(told[0].1.starts_with("経営層への報告"), "in the reader's language");
        let ends = "SELECT done_at IS NOT NULL, withdrawn_by FROM obligation WHERE kind = 'hazard-report' AND due_at < $1";
        let ends: Vec<(bool, String)> = db.all(ends, values![scene.now()]).await.unwrap();
        assert_eq!(ends, [(false, "hazard rule".to_owned())], "the clock's doing is not the CISO's");
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

    async fn the_rule_is_shown_with_the_time_for_which_it_was_valid(db: Db) {
        let mut scene = scene(db).await;
        scene.go_to("2026-09-04T09:00:00Z").await;
        let put = async |scene: &Scene, name: &str, value: Value| {
            scene.ciso.put(&format!("/api/v1/settings/{name}"), &json!({"value": value})).await.ok();
        };
        put(&scene, "hazard-lead-hours", json!(2)).await;
        scene.go_to("2026-09-06T09:00:00Z").await;
        put(&scene, "hazard-reach", json!("partner")).await;
        let shown = scene.ciso.get("/api/v1/hazard-rule").await.ok();
        let rules: Vec<(&Value, &Value, &Value)> =
            shown["rules"].as_array().unwrap().iter().map(|one| (&one["reach"], &one["lead_hours"], &one["to"])).collect();
        let (first, second) = (json!("2026-09-04T09:00:00Z"), json!("2026-09-06T09:00:00Z"));
        assert_eq!(rules, [
            (&json!("partner"), &json!(2), &Value::Null),
            (&json!("internet"), &json!(2), &second),
            (&json!("internet"), &json!(4), &first),
        ]);
        assert!(shown["rules"][0]["by"].as_str().unwrap().starts_with("admin"), "{shown}");
        assert_eq!((&shown["told"], &shown["reported_to"]), (&json!(["ciso", "regional_ciso"]), &json!(["management"])));
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
        let item = &seen["items"][0];
        assert_eq!((&item["system_name"], &item["system_name_ja"]), (&json!("WORKS"), &json!("店")));
        assert_eq!((&item["unit_name"], &item["unit_name_ja"]), (&json!("Works"), &json!("工場")));
    }

    async fn a_ticket_of_this_hour_keeps_a_hazard_that_seemed_over(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        let new = json!({"vulnerability": "CVE-2026-1", "reason": "Feared"});
        let id = scene.ciso.post("/api/v1/hazards", &new).await.ok()["id"].as_str().unwrap().to_owned();
        scene.go_to("2026-09-03T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        // The next hourly look has not come yet.
        scene.inventory("plant-1", "WORKS", OLD).await.ok();
        scene.reconcile().await;
        let release = format!("/api/v1/hazards/{id}/release");
        let refused = scene.ciso.post(&release, &json!({"text": "Over."})).await.problem(409);
        assert!(refused["detail"].as_str().unwrap().contains("WORKS"), "{refused}");
        scene.go_to("2026-09-04T09:00:00Z").await;
        scene.inventory("plant-1", "WORKS", FIXED).await.ok();
        scene.reconcile().await;
        let released = scene.ciso.post(&release, &json!({"text": "Over."})).await.ok();
        assert_eq!((&released["state"], &released["tickets"]), (&json!("released"), &json!(2)));
    }

    async fn a_hazard_follows_its_vulnerability_into_another(db: Db) {
        let mut scene = scene(db.clone()).await;
        let feared = ["GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff"];
        for name in feared.iter().chain(&["CVE-2026-2"]) {
            scene.record(&openssl(name, FIXED)).await;
        }
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        for name in feared {
            let new = json!({"vulnerability": name, "reason": "Feared"});
            scene.ciso.post("/api/v1/hazards", &new).await.ok();
        }
        // One turns out to be what nobody has under control, then the other as well.
        for (known, name) in feared.iter().enumerate() {
            let mut joined = openssl(name, FIXED);
            joined["aliases"] = json!(["CVE-2026-2"]);
            joined["modified"] = json!("2026-02-01T00:00:00Z");
            scene.record(&joined).await;
            scene.settle().await;
            scene.settle().await;
            let open: i64 = db
                .scalar(
                    "SELECT COUNT(*) FROM hazard h JOIN ticket_item i ON i.vulnerability_id = h.vulnerability_id \
                     WHERE h.state = 'open' AND i.closed_at IS NULL",
                    values![],
                )
                .await
                .unwrap();
            assert_eq!(open, 2 - known as i64, "each stands for what its ticket names");
        }
        let kept = scene.ciso.get("/api/v1/hazards/1").await.ok();
        assert_eq!((&kept["state"], &kept["tickets_open"]), (&json!("open"), &json!(1)));
        assert!(kinds(&kept).contains(&"renamed") && kinds(&kept).contains(&"merged"), "{kept}");
        let joined = scene.ciso.get("/api/v1/hazards/2").await.ok();
        assert_eq!(joined["state"], "released");
        assert_eq!(joined["events"].as_array().unwrap().last().unwrap()["text"], "H-1");
        scene.go_to("2026-09-03T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        let released = scene.ciso.post("/api/v1/hazards/1/release", &json!({"text": "Over."})).await.ok();
        assert_eq!(released["state"], "released");
    }

    async fn a_log_tells_nothing_of_units_that_its_reader_does_not_see(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
            scene.inventory(asset, system, OLD).await.ok();
        }
        scene.settle().await;
        let new = json!({"vulnerability": "CVE-2026-1", "reason": "Feared"});
        scene.ciso.post("/api/v1/hazards", &new).await.ok();
        let sales = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        sales.post("/api/v1/hazards/1/measures", &json!({"text": "SHOP's keys replaced."})).await.ok();
        scene.ciso.post("/api/v1/hazards/1/decisions", &json!({"text": "For all of us."})).await.ok();
        scene.ciso.post("/api/v1/hazards/1/release", &json!({"text": "Over."})).await.problem(409);
        let region = scene.reader(SeatKind::RegionalCiso, "JP").await;
        let works = scene.reader(SeatKind::SystemSecurityManager, "D2").await;
        for (reader, measure, refused) in [(&scene.ciso, true, true), (&sales, true, false), (&region, true, false), (&works, false, false)] {
            let seen = reader.get("/api/v1/hazards/1").await.ok();
            let told = kinds(&seen);
            assert_eq!((told.contains(&"measure"), told.contains(&"refused")), (measure, refused), "{told:?}");
            assert!(told.contains(&"opened") && told.contains(&"decision"), "{told:?}");
        }
    }

    async fn a_hazard_goes_with_a_system_that_is_handed_on(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("web-1", "SHOP", OLD).await.ok();
        scene.settle().await;
        let new = json!({"vulnerability": "CVE-2026-1", "reason": "Feared"});
        let opened = scene.ciso.post("/api/v1/hazards", &new).await.ok();
        scene.go_to("2026-09-03T09:00:00Z").await;
        let path = format!("/api/v1/systems/{}", opened["items"][0]["system_id"].as_str().unwrap());
        let works = scene.unit("D2").await;
        scene.ciso.patch(&path, &json!({"unit_id": works, "reason": "Works runs it."})).await.ok();
        scene.settle().await;
        let old = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        let new = scene.reader(SeatKind::SystemSecurityManager, "D2").await;
        old.get("/api/v1/hazards/1").await.problem(404);
        let seen = new.get("/api/v1/hazards/1").await.ok();
        assert_eq!((&seen["items"][0]["system_name"], &seen["unit_ids"]), (&json!("SHOP"), &json!([works])));
    }
}
