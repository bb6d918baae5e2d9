// SPDX-License-Identifier: Apache-2.0
//! A unit ends: what it owns is named, refused without an heir, and passes on whole.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod loop_scene;

use hinomi_core::SeatKind;
use hinomi_db::{Db, both_engines, values};
use http::Method;
use loop_scene::{SETS, Scene, scene};
use serde_json::{Value, json};

const OPENSSL: &str = "pkg:deb/debian/openssl@3.0.14-1~deb12u1?arch=amd64&distro=debian-12&epoch=0";

fn bom() -> Value {
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
        {"type": "library", "name": "openssl", "version": "3.0.14-1~deb12u1", "purl": OPENSSL}]})
}

fn record() -> Value {
    json!({"id": "CVE-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.15-1~deb12u1"}]}]}]})
}

/// Sales is given one of each thing that a unit can own.
async fn settled(scene: &Scene) {
    scene.record(&record()).await;
    scene.inventory("web-1", "SHOP", &bom()).await.ok();
    scene.reconcile().await;
    let (d1, d2) = (scene.unit("D1").await, scene.unit("D2").await);
    let ciso = &scene.ciso;
    ciso.post("/api/v1/enrolment-tokens", &json!({"name": "servers", "unit_id": d1})).await.ok();
    let rule = json!({"position": 1, "name_pattern": "web-*", "unit_id": d1});
    ciso.post("/api/v1/assignment-rules", &rule).await.ok();
    let directive = |title: &str, units: &[&String]| {
        let units: Vec<Value> = units.iter().map(|unit| json!({"unit_id": unit, "subtree": true})).collect();
        json!({"title": title, "text": "", "units": units, "measure": {"kind": "open_tickets"}, "target": 0.0,
            "due_on": "2026-12-31"})
    };
    ciso.post("/api/v1/directives", &directive("Alone", &[&d1])).await.ok();
    ciso.post("/api/v1/directives", &directive("Both", &[&d1, &d2])).await.ok();
    let improvement = json!({"unit_id": d1, "month": "2026-11", "title": "A day a week", "due_on": "2026-12-25",
        "measure": {"kind": "open_tickets"}, "target": 0.0});
    ciso.post("/api/v1/department/improvements", &improvement).await.ok();
    let programme = json!({"name": "Lists", "fiscal_year": 2026,
        "steps": [{"name": "Lists", "measure": {"kind": "fresh_inventories"}, "target": 95.0}],
        "regions": [{"unit_id": d1, "planned_on": "2026-12-31"}]});
    ciso.post("/api/v1/programmes", &programme).await.ok();
    let place = |unit: &String, chair: bool| json!({"chair": chair, "role": "member", "filled_by": "seat", "unit_id": unit, "seat_kind": "system_security_manager"});
    let body = |code: &str, unit: &String, places: Vec<Value>| json!({"code": code, "unit_id": unit, "name": code, "cadence": "monthly", "places": places});
    ciso.post("/api/v1/bodies", &body("sales", &d1, vec![place(&d1, true)])).await.ok();
    ciso.post("/api/v1/bodies", &body("works", &d2, vec![place(&d2, false), place(&d1, true)])).await.ok();
}

async fn count(db: &Db, sql: &'static str, unit: &str) -> i64 {
    db.scalar(sql, values![unit]).await.unwrap()
}

const OWNED: [(&str, &str); 9] = [
    ("systems", "SELECT COUNT(*) FROM system WHERE unit_id = $1"),
    ("assets", "SELECT COUNT(*) FROM asset WHERE unit_id = $1"),
    ("tokens", "SELECT COUNT(*) FROM enrolment_token WHERE unit_id = $1"),
    ("rules", "SELECT COUNT(*) FROM assignment_rule WHERE unit_id = $1"),
    ("directives", "SELECT COUNT(*) FROM directive_unit WHERE unit_id = $1"),
    ("improvements", "SELECT COUNT(*) FROM improvement WHERE unit_id = $1"),
    ("regions", "SELECT COUNT(*) FROM programme_region WHERE unit_id = $1"),
    ("bodies", "SELECT COUNT(*) FROM review_body WHERE unit_id = $1"),
    ("people", "SELECT COUNT(*) FROM person WHERE unit_id = $1"),
];

async fn owned(db: &Db, unit: &str) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for (name, sql) in OWNED {
        found.push((name, count(db, sql, unit).await));
    }
    found
}

both_engines! { SETS;
    async fn a_unit_that_owns_things_ends_with_an_heir_only(db: Db) {
        let mut scene = scene(db.clone()).await;
        settled(&scene).await;
        let (d1, d2) = (scene.unit("D1").await, scene.unit("D2").await);
        let held = scene.ciso.get(&format!("/api/v1/units/{d1}/holdings")).await.ok();
        let expected = json!({"owned": [{"kind": "systems", "count": 1}, {"kind": "enrolment-tokens", "count": 1},
            {"kind": "assignment-rules", "count": 1}, {"kind": "directives", "count": 2}, {"kind": "improvements", "count": 1},
            {"kind": "programmes", "count": 1}, {"kind": "bodies", "count": 1}, {"kind": "places", "count": 2}], "people": 1});
        assert_eq!(held, expected);
        let close = format!("/api/v1/units/{d1}/close");
        let before = owned(&db, &d1).await;

        let manager = scene.manager("D1").await;
        manager.get(&format!("/api/v1/units/{d1}/holdings")).await.problem(403);
        manager.post(&close, &json!({"hand_over_to": d2})).await.problem(403);
        let refused = scene.ciso.post(&close, &json!({"reason": "merged"})).await.problem(409);
        assert_eq!(refused["code"], "unit-owns");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("unit D1 still owns systems: 1, enrolment tokens: 1"), "{detail}");
        let ahead = json!({"hand_over_to": d2, "valid_to": "2027-01-01"});
        assert_eq!(scene.ciso.post(&close, &ahead).await.problem(422)["errors"][0]["pointer"], "/hand_over_to");
        scene.ciso.post(&close, &json!({"hand_over_to": d1})).await.problem(404);
        let nobody = "01940000-0000-7000-8000-000000000000";
        scene.ciso.post(&close, &json!({"hand_over_to": nobody})).await.problem(404);
        // Its system became its own today: it cannot have passed on before that.
        let early = json!({"hand_over_to": d2, "valid_to": "2026-11-01"});
        let early = scene.ciso.post(&close, &early).await.problem(409);
        assert_eq!(early["code"], "unit-handover-refused");
        assert!(early["detail"].as_str().unwrap().contains("system SHOP"), "{early}");
        assert_eq!(owned(&db, &d1).await, before, "nothing is half done");

        scene.pass_days(1).await;
        let done = scene.ciso.post(&close, &json!({"hand_over_to": d2, "reason": "merged"})).await;
        assert_eq!(done.status.as_u16(), 204, "{}", done.text());
        assert!(owned(&db, &d1).await.iter().all(|(_, count)| *count == 0), "{:?}", owned(&db, &d1).await);
        let heir = [("systems", 2), ("assets", 1), ("tokens", 1), ("rules", 1), ("directives", 2), ("improvements", 1),
            ("regions", 1), ("bodies", 2), ("people", 1)];
        assert_eq!(owned(&db, &d2).await, heir);
    }

    async fn what_passed_on_is_owed_measured_and_told_where_it_is_now(db: Db) {
        let mut scene = scene(db.clone()).await;
        settled(&scene).await;
        let (d1, d2) = (scene.unit("D1").await, scene.unit("D2").await);
        let of = |kind: &str| format!("/api/v1/obligations?kind={kind}");
        let due = |rows: &Value| -> Vec<Value> { rows["items"].as_array().unwrap().iter().map(|row| row["due_at"].clone()).collect() };
        let before = scene.ciso.get(&of("improvement")).await.ok();
        scene.pass_days(1).await;
        let closing = json!({"hand_over_to": d2, "reason": "merged"});
        assert_eq!(scene.ciso.post(&format!("/api/v1/units/{d1}/close"), &closing).await.status.as_u16(), 204);
        scene.reconcile().await;

        // Tickets follow their system.
        let tickets = scene.ciso.get("/api/v1/tickets").await.ok();
        assert_eq!((tickets["items"].as_array().unwrap().len(), &tickets["items"][0]["unit_id"]), (1, &json!(d2)), "{tickets}");
        // Each duty is owed once, to the day that was said.
        for kind in ["directive", "improvement"] {
            let owed = scene.ciso.get(&of(kind)).await.ok();
            let rows = owed["items"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["unit_id"] == json!(d2)), "{owed}");
            assert_eq!(rows.len(), if kind == "directive" { 2 } else { 1 }, "{owed}");
        }
        assert_eq!(due(&scene.ciso.get(&of("improvement")).await.ok()), due(&before));
        let href = scene.ciso.get(&of("improvement")).await.ok()["items"][0]["href"].clone();
        assert!(href.as_str().unwrap().contains(&d2), "{href}");
        let page = scene.ciso.get(&format!("/api/v1/department?unit={d2}&month=2026-11")).await.ok();
        assert_eq!(page["improvements"].as_array().unwrap().len(), 1, "{page}");
        for directive in [1, 2] {
            let found = scene.ciso.get(&format!("/api/v1/directives/{directive}")).await.ok();
            assert_eq!(found["units"].as_array().unwrap().len(), 1, "{found}");
            let log = found["events"].as_array().unwrap();
            assert!(log.iter().any(|entry| entry["kind"] == "passed" && entry["text"] == "D1 → D2"), "{found}");
        }
        // Who sat at the works' table for Sales sits there no more; the sales meeting is filled by the works' seat.
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let places = |code: &str| {
            let body = bodies["items"].as_array().unwrap().iter().find(|body| body["code"] == code).unwrap().clone();
            body["places"].as_array().unwrap().iter().map(|place| place["unit_id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((places("sales"), places("works")), (vec![json!(d2)], vec![json!(d2)]));
        let system = scene.ciso.get("/api/v1/systems?q=SHOP").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let history = scene.ciso.get(&format!("/api/v1/systems/{system}/history")).await.ok();
        let owner = history["items"].as_array().unwrap().iter().find(|one| one["action"] == "owner").unwrap();
        assert_eq!((&owner["after"]["unit_id"], &owner["reason"]), (&json!(d2), &json!("merged")));
    }

    async fn files_close_no_unit_that_owns_something(db: Db) {
        let mut scene = scene(db.clone()).await;
        settled(&scene).await;
        let import = "/api/v1/org/import?kind=units";
        let csv = [("content-type", "text/csv")];
        let file = |day: &str| format!("code,kind,name,name_ja,parent_code,valid_from,valid_to\nD1,department,Sales,営業,JP,2025-01-01,{day}\n");
        let today = scene.now().day().to_string();
        let refused = scene.ciso.send(Method::POST, import, &csv, file(&today).as_bytes()).await.problem(422);
        let error = &refused["errors"][0];
        assert_eq!((&error["row"], &error["column"]), (&json!(2), &json!("valid_to")), "{refused}");
        assert!(error["message"].as_str().unwrap().starts_with("unit D1 still owns systems: 1"), "{refused}");
        // A plan stands; when its day has come, what is left is named.
        let tomorrow = scene.now().plus_days(1).day().to_string();
        scene.ciso.send(Method::POST, import, &csv, file(&tomorrow).as_bytes()).await.ok();
        let quality = scene.ciso.get("/api/v1/data-quality").await.ok();
        assert_eq!(quality["ended_units"], json!([]), "it is still there");
        let d1 = scene.unit("D1").await;
        scene.pass_days(2).await;
        let quality = scene.ciso.get("/api/v1/data-quality").await.ok();
        let expected = json!([{"unit_id": d1, "unit_name": "Sales", "unit_name_ja": "営業", "systems": 1}]);
        assert_eq!(quality["ended_units"], expected);
        let systems = scene.ciso.get(&format!("/api/v1/systems?unit={d1}")).await.ok();
        assert_eq!(systems["items"].as_array().unwrap().len(), 1, "{systems}");
        let region = scene.reader(SeatKind::RegionalCiso, "EU").await;
        assert_eq!(region.get("/api/v1/data-quality").await.ok()["ended_units"], json!([]));
        let region = scene.reader(SeatKind::RegionalCiso, "JP").await;
        assert_eq!(region.get("/api/v1/data-quality").await.ok()["ended_units"], expected);
    }
}
