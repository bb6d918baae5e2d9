// SPDX-License-Identifier: Apache-2.0
//! A programme whose completion nobody says: regions complete as their inventories come.

use hinomi_core::SeatKind;
use hinomi_db::{Db, both_engines, values};
use hinomi_review::pack::packs_keep;
use serde_json::{Value, json};

use crate::scene::{SETS, scene};

const FIXED: &str = "3.0.15-1~deb12u1";

fn states(programme: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    programme["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["name"]), text(&one["state"])))
        .collect()
}

both_engines! { SETS;
    async fn a_region_is_complete_when_its_rows_say_so(db: Db) {
        let mut scene = scene(db.clone()).await;
        for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
            scene.inventory(asset, system, FIXED).await.ok();
        }
        scene.settle().await;
        scene.go_to("2026-10-20T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        let new = json!({
            "name": "Inventories everywhere", "name_ja": "資産情報の全社展開", "fiscal_year": 2026,
            "steps": [
                {"name": "Fresh lists", "measure": {"kind": "fresh_inventories"}, "target": 95.0},
                {"name": "Seats", "measure": {"kind": "vacant_seats"}, "target": 0.0}
            ],
            "regions": [
                {"unit_id": scene.unit("JP").await, "planned_on": "2026-10-31"},
                {"unit_id": scene.unit("EU").await, "planned_on": "2026-11-30"}
            ]
        });
        let started = scene.ciso.post("/api/v1/programmes", &new).await.ok();
        let id = started["id"].as_str().unwrap().to_owned();
        let pairs = |one: &str, other: &str| vec![("Japan".to_owned(), one.to_owned()), ("Europe".to_owned(), other.to_owned())];
        assert_eq!(states(&started), pairs("complete", "planned"));
        assert_eq!(started["regions"][1]["cells"][0]["newest"]["value"].as_f64(), Some(0.0));
        // Europe is late, then its list comes.
        scene.go_to("2026-11-04T01:00:00Z").await;
        scene.settle().await;
        scene.go_to("2026-12-02T09:00:00Z").await;
        let path = format!("/api/v1/programmes/{id}");
        assert_eq!(states(&scene.ciso.get(&path).await.ok()), pairs("complete", "late"));
        scene.inventory("plant-1", "WORKS", FIXED).await.ok();
        let measured = scene.ciso.post(&format!("{path}/measure"), &json!({})).await.ok();
        assert_eq!(states(&measured), pairs("late", "complete"), "Japan's list is old by now");
        let course = measured["regions"][1]["cells"][0]["course"].as_array().unwrap();
        assert_eq!(course.iter().filter(|point| point["month"] == "2026-10").count(), 1);
        let rows = format!("/api/v1/measurements/{}/rows", course.last().unwrap()["id"].as_str().unwrap());
        assert_eq!(scene.ciso.get(&rows).await.ok()["items"][0]["name"], "plant-1");
        // Who sees Japan sees Japan.
        let manager = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        let seen = manager.get(&path).await.ok();
        assert_eq!((seen["regions"].as_array().unwrap().len(), seen["hidden_regions"].as_i64()), (1, Some(1)));
        let ended = scene.ciso.post(&format!("{path}/end"), &json!({"reason": "Done"})).await.ok();
        assert!(ended["ended_at"].is_string());
        scene.ciso.post(&format!("{path}/end"), &json!({"reason": "Done"})).await.problem(404);
    }

    async fn what_cannot_be_measured_is_not_started_and_stops_nothing_else(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.settle().await;
        let region = scene.unit("JP").await;
        let new = |name: &str, measure: Value| json!({"name": name, "fiscal_year": 2026,
            "steps": [{"name": "Seats", "measure": {"kind": "vacant_seats"}, "target": 0.0}, {"name": "Gap", "measure": measure, "target": 0.0}],
            "regions": [{"unit_id": region, "planned_on": "2026-10-31"}]});
        let mistyped = json!({"kind": "vulnerability", "vulnerability": "CVE-2026-99999"});
        scene.ciso.post("/api/v1/programmes", &new("Mistyped", mistyped.clone())).await.problem(404);
        for count in ["SELECT COUNT(*) FROM programme", "SELECT COUNT(*) FROM review_measurement"] {
            let written: i64 = db.scalar(count, values![]).await.unwrap();
            assert_eq!(written, 0, "{count}");
        }
        // One that an earlier release let in, and a directive of the kind: everything else is measured all the same.
        scene.ciso.post("/api/v1/programmes", &new("Sound", json!({"kind": "open_tickets"}))).await.ok();
        scene.ciso.post("/api/v1/programmes", &new("Broken", json!({"kind": "open_tickets"}))).await.ok();
        let directive = |title: &str| json!({"title": title, "units": [{"unit_id": region, "subtree": true}],
            "measure": {"kind": "fresh_inventories"}, "target": 95.0, "due_on": "2026-12-20"});
        scene.ciso.post("/api/v1/directives", &directive("Sound")).await.ok();
        scene.ciso.post("/api/v1/directives", &directive("Broken")).await.ok();
        let broken = mistyped.to_string();
        db.execute("UPDATE programme_step SET measure = $1 WHERE programme_id = 2 AND no = 2", values![&broken]).await.unwrap();
        db.execute("UPDATE directive SET measure = $1 WHERE id = 2", values![&broken]).await.unwrap();
        scene.go_to("2026-10-04T01:00:00Z").await;
        scene.settle().await;
        let months = "SELECT subject FROM review_measurement WHERE month = '2026-09' ORDER BY subject";
        let measured: Vec<String> = db.column(months, values![]).await.unwrap();
        let wanted = [
            "directive/1".to_owned(),
            format!("programme/1/1/{region}"),
            format!("programme/1/2/{region}"),
            format!("programme/2/1/{region}"),
        ];
        assert_eq!(measured, wanted);
        scene.go_to("2026-10-05T09:00:00Z").await;
        assert_eq!(packs_keep(&scene.server.test.app).await.unwrap().made.len(), 1, "the body gets its pack");
    }

    async fn a_month_counts_the_lists_that_had_been_seen_by_its_end(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.inventory("web-2", "SHOP", FIXED).await.ok();
        scene.settle().await;
        let new = json!({"name": "Fresh lists", "fiscal_year": 2026,
            "steps": [{"name": "Lists", "measure": {"kind": "fresh_inventories"}, "target": 95.0}],
            "regions": [{"unit_id": scene.unit("JP").await, "planned_on": "2026-12-31"}]});
        scene.ciso.post("/api/v1/programmes", &new).await.ok();
        // One host says the same thing again and again, the other is silent for more than a month.
        for day in ["2026-09-25", "2026-10-12", "2026-10-27"] {
            scene.go_to(&format!("{day}T09:00:00Z")).await;
            scene.inventory("web-1", "SHOP", FIXED).await.ok();
        }
        // Both lists come, unchanged, after the month's end and before its close.
        scene.go_to("2026-11-02T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.inventory("web-2", "SHOP", FIXED).await.ok();
        scene.go_to("2026-11-04T01:00:00Z").await;
        scene.settle().await;
        let course = scene.ciso.get("/api/v1/programmes/1").await.ok()["regions"][0]["cells"][0]["course"].clone();
        let october = course.as_array().unwrap().iter().find(|point| point["month"] == "2026-10").unwrap().clone();
        assert_eq!((&october["counted"], &october["among"]), (&json!(1), &json!(2)), "{october}");
        let rows = format!("/api/v1/measurements/{}/rows", october["id"].as_str().unwrap());
        let rows = scene.ciso.get(&rows).await.ok();
        let counted: Vec<&Value> =
            rows["items"].as_array().unwrap().iter().filter(|row| row["counts"] == true).map(|row| &row["name"]).collect();
        assert_eq!(counted, ["web-1"]);
    }

    async fn a_month_counts_the_assets_that_were_a_regions_at_its_end(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        scene.go_to("2026-10-20T09:00:00Z").await;
        let new = json!({"name": "Fresh lists", "fiscal_year": 2026,
            "steps": [{"name": "Lists", "measure": {"kind": "fresh_inventories"}, "target": 95.0}],
            "regions": [{"unit_id": scene.unit("JP").await, "planned_on": "2026-12-31"}]});
        scene.ciso.post("/api/v1/programmes", &new).await.ok();
        // A new owner after the month's end and before its close.
        scene.go_to("2026-11-02T09:00:00Z").await;
        let systems = scene.ciso.get("/api/v1/systems?q=SHOP").await.ok();
        let path = format!("/api/v1/systems/{}", systems["items"][0]["id"].as_str().unwrap());
        let works = scene.unit("D2").await;
        scene.ciso.patch(&path, &json!({"unit_id": works, "reason": "Works runs it."})).await.ok();
        scene.go_to("2026-11-04T01:00:00Z").await;
        scene.settle().await;
        let course = scene.ciso.get("/api/v1/programmes/1").await.ok()["regions"][0]["cells"][0]["course"].clone();
        let october = course.as_array().unwrap().iter().find(|point| point["month"] == "2026-10").unwrap();
        assert_eq!(october["among"], 1, "{october}");
    }
}
