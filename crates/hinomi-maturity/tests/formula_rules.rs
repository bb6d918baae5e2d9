// SPDX-License-Identifier: Apache-2.0
//! From when a formula set may count: a fiscal year, or three closed months stored with both sets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_web::testing::Answer;
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

async fn close(scene: &mut Scene, at: &str) {
    scene.go_to(at).await;
    assert_eq!(maturity_keep(&scene.db, scene.now()).await.unwrap().closed.len(), 1);
}

/// A house's own set; the fourth gate of weight falls so that scores differ.
fn set(version: &str, from: &str) -> String {
    hinomi_score::maturity::SHIPPED_FORMULAS
        .replace("version = \"2026.3\"", &format!("version = \"{version}\""))
        .replace("valid_from = \"2000-01\"", &format!("valid_from = \"{from}\""))
        .replace(
            "weight = 20\nshape = { kind = \"ratio\" }\ncounts = \"remediation",
            "weight = 90\nshape = { kind = \"ratio\" }\ncounts = \"remediation",
        )
}

async fn send(scene: &Scene, path: &str, text: String) -> Answer {
    scene.ciso.post(&format!("/api/v1/maturity/{path}"), &json!({"text": text, "reason": "our own"})).await
}

async fn started(db: &Db) -> Scene {
    let mut scene = scene(db.clone()).await;
    scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
    scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
    scene.reconcile().await;
    close(&mut scene, "2026-12-04T00:00:00Z").await;
    scene
}

fn system(axes: &Value) -> f64 {
    axes.as_array().unwrap().iter().find(|axis| axis["axis"] == "system").unwrap()["score"].as_f64().unwrap()
}

both_engines! { SETS;
    async fn a_set_counts_from_a_fiscal_year_or_is_refused_with_the_first_month_that_may(db: Db) {
        let scene = started(&db).await;
        let refused = async |from: &str| {
            let answer = send(&scene, "formula-sets", set("house.1", from)).await;
            assert_eq!(answer.status, 409, "{}", answer.text());
            answer.text()
        };
        // December runs; the fiscal year begins in April.
        for from in ["2026-11", "2026-12", "2027-01", "2027-03"] {
            let told = refused(from).await;
            assert!(told.contains("2027-04") && told.contains("formula-too-soon"), "{told}");
        }
        scene.ciso.put("/api/v1/settings/fiscal-year-begins", &json!({"value": "02"})).await.ok();
        assert!(refused("2027-04").await.contains("2027-02"));
        send(&scene, "formula-sets", set("house.1", "2027-02")).await.ok();
        let told: Vec<String> =
            db.column("SELECT subject_id FROM audit_event WHERE action = 'maturity.formulas'", values![]).await.unwrap();
        assert_eq!(told, ["house.1"], "what was refused left no trace, what was filed did");
    }

    async fn after_three_closed_months_stored_with_both_sets_it_counts_from_the_next(db: Db) {
        let mut scene = started(&db).await;
        assert_eq!(scene.ciso.get("/api/v1/maturity/dual-runs").await.ok()["items"], json!([]));
        send(&scene, "dual-runs", set("house.1", "2027-04")).await.ok();
        assert_eq!(send(&scene, "dual-runs", set("house.1", "2027-04")).await.status, 409);
        let told = send(&scene, "formula-sets", set("house.1", "2027-02")).await.text();
        assert!(told.contains("three closed months") && told.contains("2027-04"), "{told}");
        for at in ["2027-01-04T00:00:00Z", "2027-02-04T00:00:00Z"] {
            close(&mut scene, at).await;
            assert_eq!(send(&scene, "formula-sets", set("house.1", "2027-05")).await.status, 409);
        }
        scene.ciso.put("/api/v1/settings/fiscal-year-begins", &json!({"value": "10"})).await.ok();
        close(&mut scene, "2027-03-04T00:00:00Z").await;
        let run = scene.ciso.get("/api/v1/maturity/dual-runs").await.ok()["items"][0].clone();
        let months: Vec<&Value> = run["months"].as_array().unwrap().iter().map(|month| &month["month"]).collect();
        assert_eq!((months, &run["done"]), (vec![&json!("2026-12"), &json!("2027-01"), &json!("2027-02")], &json!(true)));
        let month = &run["months"][1];
        let counted = scene.ciso.get("/api/v1/maturity?month=2027-01").await.ok();
        let axis = counted["axes"].as_array().unwrap().iter().find(|axis| axis["axis"] == "system").unwrap().clone();
        assert_eq!(system(&month["counted"]), axis["score"].as_f64().unwrap(), "the month keeps the set that counts");
        // Another text under the name that ran is another set.
        let other = set("house.1", "2027-04").replace("least_weight = 50", "least_weight = 20");
        assert_eq!(send(&scene, "formula-sets", other).await.status, 409);
        assert_eq!(send(&scene, "formula-sets", set("house.1", "2027-03")).await.status, 409, "March has begun");
        send(&scene, "formula-sets", set("house.1", "2027-04")).await.ok();
        close(&mut scene, "2027-04-04T00:00:00Z").await;
        assert_eq!(scene.ciso.get("/api/v1/maturity?month=2027-03").await.ok()["month"]["formula"], "2026.3");
        close(&mut scene, "2027-05-04T00:00:00Z").await;
        assert_eq!(scene.ciso.get("/api/v1/maturity?month=2027-04").await.ok()["month"]["formula"], "house.1");
    }
}
