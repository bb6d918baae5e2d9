// SPDX-License-Identifier: Apache-2.0
//! A past month evaluated anew: what moved on since changes nothing, what came late counts, and only in the correction.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_maturity::model::Month;
use hinomi_maturity::service::month_verify;
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

const FIXED: &str = "3.0.15-1~deb12u1";
const OLD: &str = "3.0.14-1~deb12u1";

fn november() -> Month {
    "2026-11".parse().unwrap()
}

async fn keep(scene: &Scene) {
    maturity_keep(&scene.db, scene.now()).await.unwrap();
}

async fn month(scene: &Scene, unit: &str) -> Value {
    let unit = scene.unit(unit).await;
    scene.ciso.get(&format!("/api/v1/maturity?unit={unit}&month=2026-11")).await.ok()
}

/// The figures without the head, whose revision, time and reason are its own.
async fn figures(scene: &Scene) -> Vec<Value> {
    let mut all = Vec::new();
    for code in ["HQ", "JP", "EU", "D1", "D2"] {
        let mut view = month(scene, code).await;
        view["month"] = json!(null);
        all.push(view);
    }
    all
}

fn indicator(view: &Value, code: &str) -> Value {
    let axes = view["axes"].as_array().unwrap().iter();
    axes.flat_map(|axis| axis["indicators"].as_array().unwrap())
        .find(|one| one["code"] == code)
        .unwrap()
        .clone()
}

async fn correct(scene: &Scene, reason: &str) -> Value {
    scene.ciso.post("/api/v1/maturity/months/2026-11/correct", &json!({"reason": reason})).await.ok()
}

/// A gap at Sales that stands, one at Works that was fixed in time, and both months' ends passed.
async fn closed_november(scene: &mut Scene) {
    scene.record(&openssl("CVE-2026-1", FIXED)).await;
    scene.inventory("web-1", "SHOP", &host(OLD)).await;
    scene.inventory("plc-1", "WORKS", &host(OLD)).await;
    scene.reconcile().await;
    scene.pass_days(2).await;
    scene.inventory("plc-1", "WORKS", &host(FIXED)).await;
    scene.reconcile().await;
    scene.go_to("2026-12-01T00:30:00Z").await;
    keep(scene).await;
    scene.go_to("2026-12-04T00:00:00Z").await;
    keep(scene).await;
}

async fn id_of(scene: &Scene, path: &str) -> String {
    scene.ciso.get(path).await.ok()["items"][0]["id"].as_str().unwrap().to_owned()
}

both_engines! { SETS;
    async fn whatever_moved_on_since_leaves_the_month_as_it_was(db: Db) {
        let mut scene = scene(db.clone()).await;
        closed_november(&mut scene).await;
        let (before, hash) = (figures(&scene).await, month(&scene, "HQ").await["month"]["rows_hash"].clone());
        assert!(indicator(&before[3], "S5")["in_scope"].as_i64() > Some(0), "there is something to lose");

        // The old version comes back at Works: its ticket and item open again, with another beginning.
        scene.inventory("plc-1", "WORKS", &host(OLD)).await;
        scene.reconcile().await;
        // The gap at Sales goes; the record turns out to be harmless; the shop leaves the Internet.
        scene.pass_days(3).await;
        scene.inventory("web-1", "SHOP", &host(FIXED)).await;
        let mut mild = openssl("CVE-2026-1", FIXED);
        mild["modified"] = json!("2026-12-05T00:00:00Z");
        mild["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}]);
        scene.record(&mild).await;
        let system = id_of(&scene, "/api/v1/systems?q=SHOP").await;
        scene.ciso.patch(&format!("/api/v1/systems/{system}"), &json!({"reachability": "internal"})).await.ok();
        scene.reconcile().await;
        // A host leaves and comes back, another comes, a seat is no longer asked for, and the tree is another.
        let asset = id_of(&scene, "/api/v1/assets?q=web-1").await;
        scene.ciso.post(&format!("/api/v1/assets/{asset}/retire"), &json!({"reason": "sold"})).await.ok();
        scene.pass_days(1).await;
        scene.ciso.post(&format!("/api/v1/assets/{asset}/restore"), &json!({"reason": "not sold"})).await.ok();
        scene.inventory("web-2", "SHOP", &host(OLD)).await;
        db.execute("UPDATE seat SET required = FALSE", values![]).await.unwrap();
        let (unit, parent) = (scene.unit("D1").await, scene.unit("EU").await);
        scene.ciso.patch(&format!("/api/v1/units/{unit}"), &json!({"parent_id": parent})).await.ok();
        scene.reconcile().await;
        scene.go_to("2027-01-20T00:00:00Z").await;
        keep(&scene).await;

        let corrected = correct(&scene, "looked at again").await;
        assert_eq!((&corrected["revision"], &corrected["rows_hash"]), (&json!(2), &hash));
        for (now, then) in figures(&scene).await.iter().zip(&before) {
            assert_eq!(now, then);
        }
        assert!(month_verify(&db, november()).await.unwrap().differences.is_empty());
    }

    async fn what_came_late_counts_in_the_correction_and_nowhere_before(db: Db) {
        let mut scene = scene(db.clone()).await;
        // Known since October, silent in November as far as anybody knew.
        scene.go_to("2026-10-10T00:00:00Z").await;
        scene.inventory("web-9", "SHOP", &host(FIXED)).await;
        scene.go_to("2026-11-23T00:00:00Z").await;
        closed_november(&mut scene).await;
        let s8 = async |scene: &Scene, unit: &str| {
            let one = indicator(&month(scene, unit).await, "S8");
            (one["counted"].as_f64().unwrap(), one["in_scope"].as_i64().unwrap())
        };
        assert_eq!(s8(&scene, "D1").await, (1.0, 2));
        let first = month(&scene, "HQ").await;
        // The list of 20 November arrives on 10 December, after one of December: no newer word, but late evidence. The
        // procedure was approved in November and is recorded now, and Sales has belonged to Europe since 15 November.
        scene.go_to("2026-12-09T00:00:00Z").await;
        scene.inventory("web-9", "SHOP", &host(FIXED)).await;
        scene.go_to("2026-12-10T00:00:00Z").await;
        scene.inventory_at("web-9", "SHOP", &host(OLD), "2026-11-20T00:00:00Z").await;
        let approval = json!({"unit_id": scene.unit("D1").await, "axis": "system", "title": "How we patch",
            "approved_on": "2026-11-20", "approved_by": "CISO"});
        scene.ciso.post("/api/v1/maturity/approvals", &approval).await.ok();
        let (unit, parent) = (scene.unit("D1").await, scene.unit("EU").await);
        let moved = json!({"parent_id": parent, "valid_from": "2026-11-15", "reason": "recorded late"});
        scene.ciso.patch(&format!("/api/v1/units/{unit}"), &moved).await.ok();
        keep(&scene).await;
        assert_eq!(month(&scene, "HQ").await, first, "nothing of it changes the closed month");

        let corrected = correct(&scene, "the agent of web-9 was cut off until 10 December").await;
        assert_ne!(corrected["rows_hash"], first["month"]["rows_hash"]);
        assert_eq!(s8(&scene, "D1").await, (2.0, 2));
        assert_eq!(s8(&scene, "EU").await, (3.0, 3), "under the organisation of then as it is known now");
        assert_eq!(s8(&scene, "JP").await, (0.0, 0));
        let view = month(&scene, "D1").await;
        let gates = view["axes"][2]["gates"].as_array().unwrap();
        let approved = gates.iter().find(|gate| gate["subject"] == "procedure-approved").unwrap();
        assert_eq!(approved["state"], "met");
        assert_eq!(view["month"]["reason"], "the agent of web-9 was cut off until 10 December");
        let months = scene.ciso.get("/api/v1/maturity/months").await.ok();
        let of_november: Vec<&Value> =
            months["items"].as_array().unwrap().iter().filter(|close| close["month"] == "2026-11").collect();
        assert_eq!(of_november.len(), 2, "the first stays beside its correction");
        assert_eq!(of_november[1]["rows_hash"], first["month"]["rows_hash"]);
        assert!(month_verify(&db, november()).await.unwrap().differences.is_empty());
    }

    async fn a_month_is_judged_by_the_months_before_as_they_stood_then(db: Db) {
        let mut scene = scene(db.clone()).await;
        closed_november(&mut scene).await;
        scene.go_to("2027-01-01T00:30:00Z").await;
        keep(&scene).await;
        scene.go_to("2027-01-04T00:00:00Z").await;
        keep(&scene).await;
        let december: Month = "2026-12".parse().unwrap();
        let unit = scene.unit("D1").await;
        let path = format!("/api/v1/maturity?unit={unit}&month=2026-12");
        let before = scene.ciso.get(&path).await.ok();
        scene.inventory_at("web-1", "SHOP", &host(OLD), "2026-11-29T00:00:00Z").await;
        db.execute("UPDATE maturity_capture SET work = NULL WHERE month = '2026-11'", values![]).await.unwrap();
        correct(&scene, "another November").await;
        assert_eq!(scene.ciso.get(&path).await.ok(), before, "the correction came after December's close");
        assert!(month_verify(&db, december).await.unwrap().differences.is_empty());
    }

    async fn found_assets_that_nobody_registered_count_against_the_department_that_they_are_of(db: Db) {
        let mut scene = scene(db.clone()).await;
        let rule = json!({"position": 1, "name_pattern": "lab-*", "unit_id": scene.unit("D1").await});
        scene.ciso.post("/api/v1/assignment-rules", &rule).await.ok();
        scene.inventory("web-1", "SHOP", &host(FIXED)).await;
        for name in ["lab-1", "lab-2"] {
            let at = scene.now();
            let path = format!("/api/v1/inventory/imports?asset={name}&source=agent&observed_at={at}");
            let bom = host(FIXED).to_string();
            scene.ciso.send(http::Method::POST, &path, &[], bom.as_bytes()).await.ok();
        }
        hinomi_assets::jobs::assets_keep(&scene.server.test.app).await.unwrap();
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        let sales = month(&scene, "D1").await;
        let s1 = indicator(&sales, "S1");
        assert_eq!((&s1["counted"], &s1["in_scope"]), (&json!(1.0), &json!(3)), "{s1}");
        assert_eq!(indicator(&sales, "S2")["counted"], 1.0);
        let unit = scene.unit("D1").await;
        let path = format!("/api/v1/maturity/rows?unit={unit}&month=2026-11&indicator=S1&side=against");
        let rows = scene.ciso.get(&path).await.ok();
        let mut names: Vec<&str> =
            rows["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["lab-1", "lab-2"]);
        let gates = sales["axes"][2]["gates"].as_array().unwrap();
        let gate = gates.iter().find(|gate| gate["subject"] == "S1").unwrap();
        assert_eq!(gate["state"], "not_met", "level 3 asks for nine of ten");
    }
}
