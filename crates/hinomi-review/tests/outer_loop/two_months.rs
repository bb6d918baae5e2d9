// SPDX-License-Identifier: Apache-2.0
//! Two months of both loops: the figures are there, management decides, a directive goes out, the departments act, fresh
//! inventories close tickets, and the next month says what it brought. Each figure on the way opens its rows.

use hinomi_core::{Scope, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::model::Month;
use hinomi_review::directives_and_effect;
use hinomi_review::pack::{pack_of, packs_keep};
use serde_json::{Value, json};

use crate::scene::{SETS, Scene, openssl, scene};

const OLD: &str = "3.0.14-1~deb12u1";
const FIXED: &str = "3.0.15-1~deb12u1";

async fn directive(scene: &Scene, units: &[&str], target: f64) -> Value {
    let decision = decided(scene).await;
    let mut addressed = Vec::new();
    for code in units {
        addressed.push(json!({"unit_id": scene.unit(code).await, "subtree": true}));
    }
    let new = json!({
        "title": "Close what the Internet reaches", "text": "Update openssl.", "decision_id": decision,
        "units": addressed, "measure": {"kind": "open_tickets", "internet": true}, "target": target,
        "due_on": "2026-11-15", "calendar": "jp"
    });
    let mut other = new.clone();
    other["decision_id"] = json!("decision-1");
    scene.ciso.post("/api/v1/directives", &other).await.problem(404);
    scene.ciso.post("/api/v1/directives", &new).await.ok()
}

/// What a body of the group decided.
async fn decided(scene: &Scene) -> Value {
    let chair =
        json!({"role": "chair", "chair": true, "filled_by": "person", "person_id": scene.person("P4").await});
    let board = json!({"code": "board", "unit_id": scene.unit("HQ").await, "name": "Board", "cadence": "monthly", "places": [chair]});
    let body = scene.ciso.post("/api/v1/bodies", &board).await.ok();
    let new = json!({"body_id": body["id"], "month": "2026-09", "starts_at": scene.now()});
    let meeting = scene.ciso.post("/api/v1/meetings", &new).await.ok();
    let path = format!("/api/v1/meetings/{}", meeting["id"].as_str().unwrap());
    scene
        .ciso
        .post(&format!("{path}/state"), &json!({"version": meeting["version"], "state": "held"}))
        .await
        .ok();
    scene.ciso.post(&format!("{path}/decisions"), &json!({"text": "Mend it."})).await.ok()["id"].clone()
}

/// The rows behind a kept value, by ticket.
async fn rows(scene: &Scene, measurement: &Value) -> Value {
    let path = format!("/api/v1/measurements/{}/rows", measurement["id"].as_str().unwrap());
    let page = scene.ciso.get(&path).await.ok();
    assert_eq!(page["rows_hash"], measurement["rows_hash"]);
    assert_eq!(page["counted"], measurement["counted"]);
    for row in page["items"].as_array().unwrap() {
        let ticket = format!("/api/v1/tickets/{}", row["id"].as_str().unwrap());
        scene.ciso.get(&ticket).await.ok();
    }
    page
}

both_engines! { SETS;
    async fn a_directive_is_followed_from_the_decision_to_the_figures_it_changed(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
            scene.inventory(asset, system, OLD).await.ok();
        }
        scene.settle().await;

        // September is closed; the meeting of October decides.
        scene.go_to("2026-10-04T01:00:00Z").await;
        scene.settle().await;
        scene.go_to("2026-10-06T09:00:00Z").await;
        let issued = directive(&scene, &["HQ"], 0.0).await;
        let id = issued["id"].as_str().unwrap().to_owned();
        let decision = issued["decision_id"].as_str().unwrap().to_owned();
        assert_eq!(issued["standing"], "running");
        assert_eq!((issued["before"]["value"].as_f64(), issued["before"]["counted"].as_i64()), (Some(2.0), Some(2)));
        assert_eq!(rows(&scene, &issued["before"]).await["items"].as_array().unwrap().len(), 2);
        // Sunday 15 November: the next business day in Japan is Monday.
        assert_eq!(issued["due_at"], "2026-11-16T14:59:59.999999Z");
        let mails = scene.mails().await;
        let told = |to: &str| mails.iter().find(|mail| mail.0 == to && mail.1.contains("D-1")).map(|mail| mail.1.clone());
        assert_eq!(told("aiko@example.test").unwrap(), "指示 D-1：Close what the Internet reaches");
        assert_eq!(told("botan@example.test").unwrap(), "Directive D-1: Close what the Internet reaches");

        // A department sees its own part, and neither closes it by word nor sees the other's.
        let sales = scene.unit("D1").await;
        let manager = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        let own = manager.get(&format!("/api/v1/directives/{id}")).await.ok();
        assert_eq!((own["before"]["value"].as_f64(), own["before"]["part"].as_f64()), (None, Some(1.0)));
        let measurement = own["before"]["id"].as_str().unwrap();
        let seen = manager.get(&format!("/api/v1/measurements/{measurement}/rows")).await.ok();
        assert_eq!((seen["items"].as_array().unwrap().len(), seen["hidden"].as_i64()), (1, Some(1)));
        let answer = json!({"unit_id": sales, "text": "We update on Friday."});
        manager.post(&format!("/api/v1/directives/{id}/answer"), &answer).await.ok();
        let measured = manager.post(&format!("/api/v1/directives/{id}/measure"), &json!({})).await.ok();
        assert_eq!(measured["standing"], "running", "an answer closes nothing");

        // Sales acts; a fresh inventory closes its ticket.
        scene.go_to("2026-10-20T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        scene.go_to("2026-11-04T01:00:00Z").await;
        scene.settle().await;
        let october: Month = "2026-10".parse().unwrap();
        let effects = directives_and_effect(&db, &Scope::all(), october).await.unwrap();
        let one = &effects[0];
        assert_eq!((one.number.as_str(), one.standing.as_str()), ("D-1", "running"));
        assert_eq!((one.before, one.now, one.target), (Some(2.0), Some(1.0), 0.0));
        assert_ne!(one.before_measurement, one.now_measurement);
        let left = scene.ciso.get(&format!("/api/v1/measurements/{}/rows", one.now_measurement.clone().unwrap())).await.ok();
        assert_eq!(left["month"], "2026-10");
        assert_eq!(left["items"][0]["detail"], "WORKS");

        // The day after, the pack of the month says the same.
        scene.go_to("2026-11-05T01:00:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let group: hinomi_core::UnitId = scene.unit("HQ").await.parse().unwrap();
        let pack = pack_of(&db, group, "2026-10").await.unwrap().unwrap().document;
        let told = &pack.directives.unwrap()[0];
        assert_eq!((told.value_at_decision, told.value, told.target), (Some(2.0), Some(1.0), Some(0.0)));
        assert_eq!((told.state.as_str(), told.decision_id.as_deref()), ("running", Some(decision.as_str())));
        assert_eq!((pack.open.before.total(), pack.open.now.total()), (2, 1));

        // Reminded on the way; Works acts in time, and the measurement closes it.
        scene.go_to("2026-11-14T09:00:00Z").await;
        scene.settle().await;
        let reminded = scene.mails().await.iter().filter(|mail| mail.1.starts_with("Due on")).count();
        assert!(reminded >= 1, "botan is reminded");
        let chased: i64 =
            db.scalar("SELECT COUNT(*) FROM v_obligation WHERE kind = 'directive' AND reminded_at IS NOT NULL", values![]).await.unwrap();
        assert_eq!(chased, 1, "what is done from now on was asked for");
        scene.inventory("plant-1", "WORKS", FIXED).await.ok();
        scene.settle().await;
        let done = scene.ciso.post(&format!("/api/v1/directives/{id}/measure"), &json!({})).await.ok();
        assert_eq!(done["standing"], "reached");
        assert_eq!(done["closed_by"], done["newest"]["id"]);
        assert_eq!(done["newest"]["value"].as_f64(), Some(0.0));

        scene.go_to("2026-12-04T01:00:00Z").await;
        scene.settle().await;
        let november: Month = "2026-11".parse().unwrap();
        let effects = directives_and_effect(&db, &Scope::all(), november).await.unwrap();
        assert_eq!((effects[0].standing.as_str(), effects[0].now), ("reached", Some(0.0)));
        scene.go_to("2026-12-05T01:00:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let pack = pack_of(&db, group, "2026-11").await.unwrap().unwrap().document;
        let told = &pack.directives.unwrap()[0];
        assert_eq!((told.value, told.state.as_str()), (Some(0.0), "reached"));
        let of_decision = scene.ciso.get(&format!("/api/v1/directives?decision={decision}")).await.ok();
        assert_eq!(of_decision["items"][0]["number"], "D-1");
        let whole = scene.ciso.get(&format!("/api/v1/directives/{id}")).await.ok();
        let months: Vec<&str> = whole["course"].as_array().unwrap().iter().filter_map(|point| point["month"].as_str()).collect();
        assert_eq!(months, ["2026-10", "2026-11"]);
        let kinds: Vec<&str> = whole["events"].as_array().unwrap().iter().filter_map(|event| event["kind"].as_str()).collect();
        for kind in ["issued", "answered", "measured", "reminded", "reached"] {
            assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
        }
        // Running everything again measures, reminds and tells nothing twice.
        let before: (i64, i64) = counts(&db).await;
        scene.settle().await;
        assert_eq!(counts(&db).await, before);
    }

    async fn what_is_not_reached_in_time_is_missed_and_brought_up_the_tree(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        scene.inventory("plant-1", "WORKS", OLD).await.ok();
        scene.settle().await;
        scene.go_to("2026-10-06T09:00:00Z").await;
        let issued = directive(&scene, &["D2"], 0.0).await;
        let id = issued["id"].as_str().unwrap().to_owned();
        scene.go_to("2026-11-18T09:00:00Z").await;
        scene.settle().await;
        let missed = scene.ciso.get("/api/v1/directives?standing=missed").await.ok();
        assert_eq!(missed["items"][0]["id"], id.as_str());
        let escalated = scene.mails().await;
        assert!(escalated.iter().any(|mail| mail.0 == "chie@example.test" && mail.1.starts_with("Missed")), "{escalated:?}");
        let refused = scene.ciso.post(&format!("/api/v1/directives/{id}/withdraw"), &json!({"reason": " "})).await;
        refused.problem(422);
        let reason = json!({"reason": "The plant is sold."});
        let withdrawn = scene.ciso.post(&format!("/api/v1/directives/{id}/withdraw"), &reason).await.ok();
        assert_eq!(withdrawn["standing"], "withdrawn");
        scene.ciso.post(&format!("/api/v1/directives/{id}/withdraw"), &reason).await.problem(409);
        scene.ciso.post(&format!("/api/v1/directives/{id}/measure"), &json!({})).await.problem(409);
    }

    async fn what_cannot_be_measured_or_is_met_already_is_not_directed(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.go_to("2026-10-06T09:00:00Z").await;
        let unit = scene.unit("HQ").await;
        let new = |measure: Value, target: f64, due: &str| json!({
            "title": "T", "units": [{"unit_id": unit, "subtree": true}], "measure": measure, "target": target, "due_on": due
        });
        for (body, field) in [
            (new(json!({"kind": "open_tickets"}), 0.0, "2026-12-01"), "target"),
            (new(json!({"kind": "vacant_seats"}), -1.0, "2026-12-01"), "target"),
            (new(json!({"kind": "open_tickets"}), 0.0, "2026-10-01"), "due_on"),
            (new(json!({"kind": "axis_score"}), 70.0, "2026-12-01"), "measure"),
            (new(json!({"kind": "open_tickets", "criticalities": ["dire"]}), 0.0, "2026-12-01"), "measure"),
        ] {
            let problem = scene.ciso.post("/api/v1/directives", &body).await.problem(422);
            assert!(problem["detail"].as_str().unwrap().starts_with(field), "{field}: {problem}");
        }
        let counted: i64 = db.scalar("SELECT COUNT(*) FROM directive", values![]).await.unwrap();
        assert_eq!(counted, 0);
        let asked = json!({"measure": {"kind": "vacant_seats"}, "units": [{"unit_id": unit, "subtree": true}]});
        let preview = scene.ciso.post("/api/v1/measures/preview", &asked).await.ok();
        assert_eq!(preview["value"].as_f64(), Some(0.0));
        let sales = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        sales.post("/api/v1/measures/preview", &asked).await.problem(404);
    }
}

async fn counts(db: &Db) -> (i64, i64) {
    let measured = db.scalar("SELECT COUNT(*) FROM review_measurement", values![]).await.unwrap();
    (measured, db.scalar("SELECT COUNT(*) FROM outbox", values![]).await.unwrap())
}
