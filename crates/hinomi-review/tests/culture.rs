// SPDX-License-Identifier: Apache-2.0
//! What the axis of culture counts of the two loops: improvements that more than a word says were done, and who was there.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_db::{Db, both_engines};
use hinomi_maturity::maturity_keep;
use hinomi_review::bodies::bodies_ensure;
use hinomi_review::department::departments_keep;
use hinomi_testkit::fixtures::{debian_host as host, openssl_record as openssl};
use serde_json::{Value, json};
use support::{SETS, Scene, scene, scene_at};

async fn keep(scene: &Scene) {
    departments_keep(&scene.server.test.app).await.unwrap();
    maturity_keep(&scene.db, scene.now()).await.unwrap();
}

async fn indicator(scene: &Scene, unit: &str, month: &str, code: &str) -> Value {
    let unit = scene.unit(unit).await;
    let view = scene.ciso.get(&format!("/api/v1/maturity?unit={unit}&month={month}")).await.ok();
    let axes = view["axes"].as_array().unwrap().clone();
    let culture = axes.into_iter().find(|axis| axis["axis"] == "culture").unwrap();
    let found = culture["indicators"].as_array().unwrap().iter().find(|one| one["code"] == code);
    found.cloned().unwrap_or_else(|| culture["awaits"].clone())
}

/// Departments of ten and more, so that axes that speak of persons are shown.
async fn people(scene: &Scene) {
    let rows: String = (0..24)
        .map(|no| format!("X{no},Person {no},x{no}@example.test,{}\n", if no % 2 == 0 { "D1" } else { "D2" }))
        .collect();
    let sheet = format!("code,name,email,unit_code\n{rows}");
    let actor = hinomi_platform::testing::console();
    let act = hinomi_org::Act::new(&scene.server.test.app, &actor, hinomi_core::Scope::all());
    hinomi_org::org_import(&act, hinomi_org::model::sheet::SheetKind::People, sheet.as_bytes(), false)
        .await
        .unwrap();
}

both_engines! { SETS;
    async fn an_improvement_counts_when_its_measure_moved_or_somebody_else_says_so(db: Db) {
        let mut scene = scene(db.clone()).await;
        people(&scene).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        let sales = scene.unit("D1").await;
        let manager = scene.manager("D1").await;
        let mut ids = Vec::new();
        for kind in ["open_tickets", "vacant_seats", "vacant_seats"] {
            let new = json!({"unit_id": sales, "month": "2026-11", "title": "Better", "measure": {"kind": kind},
                "target": 0.0, "due_on": "2026-11-28"});
            ids.push(manager.post("/api/v1/department/improvements", &new).await.ok()["id"].as_str().unwrap().to_owned());
        }
        keep(&scene).await;
        let c4 = async |scene: &Scene, unit: &str| indicator(scene, unit, "2026-11", "C4").await;
        // One of two departments opened some; none that came due is done yet.
        let own = c4(&scene, "D1").await;
        assert_eq!((&own["state"], &own["score"]), (&json!("scored"), &json!(0.5)), "{own}");
        assert_eq!(c4(&scene, "D2").await["score"], 0.5, "nothing came due there, and nothing was opened");
        assert_eq!(c4(&scene, "HQ").await["score"], 0.25, "half of the departments, none of three in time");
        // All three are called done; only the first moved what it measures.
        scene.go_to("2026-11-24T00:00:00Z").await;
        let manager = scene.manager("D1").await;
        scene.inventory("web-1", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.reconcile().await;
        for id in &ids {
            let done = json!({"state": "done", "result": "well"});
            manager.post(&format!("/api/v1/department/improvements/{id}/close"), &done).await.ok();
        }
        keep(&scene).await;
        let after = c4(&scene, "D1").await["score"].as_f64().unwrap();
        assert!((after - (0.5 + 0.5 / 3.0)).abs() < 1e-9, "{after}");
        let c6 = indicator(&scene, "D1", "2026-11", "C6").await;
        assert_eq!((&c6["counted"], &c6["in_scope"]), (&json!(1.0), &json!(3)), "{c6}");
        // Nobody confirms their own; the office does.
        let confirm = |no: usize| format!("/api/v1/department/improvements/{}/confirm", ids[no]);
        assert_eq!(manager.post(&confirm(1), &json!({})).await.problem(403)["code"], "improvement-own");
        assert_eq!(scene.manager("D2").await.post(&confirm(1), &json!({})).await.status, 404);
        scene.ciso.post(&confirm(1), &json!({})).await.ok();
        assert_eq!(scene.ciso.post(&confirm(1), &json!({})).await.status, 409);
        assert_eq!(scene.ciso.post(&confirm(0), &json!({})).await.status, 409, "its measure has said so");
        let view = manager.get(&format!("/api/v1/department?unit={sales}&month=2026-11")).await.ok();
        let mut proofs: Vec<String> = view["improvements"].as_array().unwrap().iter()
            .map(|one| one["proven_by"].as_str().unwrap_or("nobody").to_owned()).collect();
        proofs.sort();
        assert_eq!((proofs[1].as_str(), proofs.contains(&"measure".to_owned())), ("measure", true), "{proofs:?}");
        keep(&scene).await;
        let after = c4(&scene, "D1").await["score"].as_f64().unwrap();
        assert!((after - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-9, "{after}");
        // What stood at the month's end stays, and opens its rows.
        scene.go_to("2026-12-04T01:00:00Z").await;
        keep(&scene).await;
        scene.ciso.post(&confirm(2), &json!({})).await.ok();
        keep(&scene).await;
        assert_eq!(c4(&scene, "D1").await["score"].as_f64(), Some(after));
        let rows = scene.ciso.get(&format!("/api/v1/maturity/rows?unit={sales}&month=2026-11&indicator=C4")).await.ok();
        let kinds: Vec<&Value> = rows["items"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
        assert_eq!(kinds, [&json!("duty"), &json!("duty"), &json!("duty"), &json!("unit")], "{rows}");
        assert_eq!((&rows["rows_for"], &rows["rows_against"]), (&json!(3), &json!(1)));
    }

    async fn who_was_there_counts_for_their_unit(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        people(&scene).await;
        bodies_ensure(&scene.server.test.app).await.unwrap();
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let committee = bodies["items"].as_array().unwrap().iter().find(|body| body["code"] == "risk-committee").unwrap().clone();
        scene.go_to("2026-11-10T00:00:00Z").await;
        keep(&scene).await;
        let c5 = async |scene: &Scene| indicator(scene, "HQ", "2026-11", "C5").await;
        assert_eq!(c5(&scene).await["state"], "not_in_scope", "nothing was held yet");
        for (day, state) in [("05", "present"), ("06", "represented"), ("07", "absent")] {
            let new = json!({"body_id": committee["id"], "month": "2026-10", "starts_at": format!("2026-11-{day}T01:00:00Z"), "place": "A-1"});
            let meeting = scene.ciso.post("/api/v1/meetings", &new).await.ok();
            let path = format!("/api/v1/meetings/{}", meeting["id"].as_str().unwrap());
            scene.ciso.post(&format!("{path}/state"), &json!({"version": meeting["version"], "state": "held"})).await.ok();
            let marks = json!([{"person_id": meeting["attendance"][0]["person_id"], "state": state}]);
            scene.ciso.put(&format!("{path}/attendance"), &marks).await.ok();
        }
        keep(&scene).await;
        let found = c5(&scene).await;
        assert_eq!((&found["counted"], &found["in_scope"]), (&json!(2.0), &json!(3)), "{found}");
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-11&indicator=C5&side=against").await.ok();
        let row = &rows["items"][0];
        assert!(row["href"].as_str().unwrap().starts_with("/review/meetings/"), "{rows}");
        assert!(row["name"].as_str().unwrap().contains("Ren"), "{rows}");
        // A department's own month counts when one who answers for it hands it in.
        let check = scene.ciso.get(&format!("/api/v1/self-checks?unit={}", scene.unit("D1").await)).await.ok();
        let questions = check["questions"].as_array().unwrap().iter();
        let answers = questions.map(|one| (one["code"].as_str().unwrap().to_owned(), json!({"answer": "yes", "text": "seen on the third", "links": []})));
        let whole = json!({"revision": check["revision"], "answers": answers.collect::<serde_json::Map<_, _>>()});
        let id = check["id"].as_str().unwrap();
        scene.ciso.post(&format!("/api/v1/self-checks/{id}/hand-in"), &whole).await.ok();
        keep(&scene).await;
        let found = indicator(&scene, "D1", "2026-11", "C5").await;
        assert_eq!((&found["counted"], &found["in_scope"]), (&json!(0.0), &json!(1)), "the office did it for them: {found}");
    }
}
