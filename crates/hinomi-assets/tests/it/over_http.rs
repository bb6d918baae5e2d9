// SPDX-License-Identifier: Apache-2.0
//! Systems and assets over HTTP: what a department's manager and a stranger see and may do.

use crate::company::{SETS, below, company, unit};
use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use serde_json::{Value, json};

async fn server(db: &Db) -> TestServer {
    let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
    company(&server.test.app).await;
    server
}

async fn manager(server: &TestServer, db: &Db, code: &str) -> TestClient {
    let subtree = below(db, code).await.unit_ids().unwrap().to_vec();
    let grant = Grant::new(SeatKind::SystemSecurityManager, subtree);
    server.signed_in(&format!("manager-{}", code.to_lowercase()), vec![grant]).await
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

both_engines! { SETS;
    async fn a_manager_keeps_the_own_inventory_true(db: Db) {
        let server = server(&db).await;
        let mine = manager(&server, &db, "D1").await;
        let d1 = unit(&db, "D1").await;
        let new = json!({
            "code": "SHOP", "name": "Shop", "name_ja": "店", "unit_id": d1, "reachability": "internet",
            "importance": {"confidentiality": "high", "integrity": "low", "availability": "moderate"},
            "sensitive_data": true, "sensitive_kinds": ["personal"]
        });
        let shop = mine.post("/api/v1/systems", &new).await.ok();
        assert_eq!((shop["importance"]["overall"].as_str(), shop["unit_name"].as_str()), (Some("high"), Some("Sales")));
        mine.post("/api/v1/systems", &new).await.problem(409);
        let assets = "/api/v1/assets";
        let web = json!({"name": "web-1", "kind": "host", "system_id": id(&shop), "identifiers": {"ip": "192.0.2.1"}});
        let web = mine.post(assets, &web).await.ok();
        assert_eq!((web["identifiers"]["ip"].as_str(), web["stale"].as_bool()), (Some("192.0.2.1"), Some(false)));
        let stray = mine.post(assets, &json!({"name": "stray", "kind": "host"})).await.problem(422);
        assert_eq!((stray["code"].as_str(), stray["errors"][0]["pointer"].as_str()), (Some("system-needed"), Some("/system_id")));
        let wrong = mine.post(assets, &json!({"name": "x", "kind": "toaster"})).await.problem(422);
        assert_eq!(wrong["errors"][0]["pointer"], "/kind");
        let page = mine.get("/api/v1/assets?list=without_inventory&q=web").await.ok();
        assert_eq!((page["total"].as_i64(), page["items"][0]["system_name"].as_str()), (Some(1), Some("Shop")));
        mine.get("/api/v1/assets?list=lost").await.problem(422);
        let path = format!("/api/v1/systems/{}", id(&shop));
        let changed = mine.patch(&path, &json!({"reachability": "partner", "reason": "moved behind the proxy"})).await.ok();
        assert_eq!((changed["reachability"].as_str(), changed["asset_count"].as_i64()), (Some("partner"), Some(1)));
        let history = mine.get(&format!("{path}/history")).await.ok();
        let reasons: Vec<&str> = history["items"].as_array().unwrap().iter().filter_map(|item| item["reason"].as_str()).collect();
        assert!(reasons.contains(&"moved behind the proxy"), "{history}");
        mine.post(&format!("{path}/retire"), &json!({})).await.problem(409);
        mine.post(&format!("/api/v1/assets/{}/retire", id(&web)), &json!({})).await.ok();
        let retired = mine.post(&format!("{path}/retire"), &json!({"reason": "replaced"})).await.ok();
        assert_eq!(retired["retired_at"], "2026-11-23T00:00:00Z");
        let systems = mine.get("/api/v1/systems").await.ok();
        assert_eq!(systems["total"], 0);
    }

    async fn a_stranger_sees_and_changes_nothing(db: Db) {
        let server = server(&db).await;
        let mine = manager(&server, &db, "D1").await;
        let other = manager(&server, &db, "D2").await;
        let new = json!({"code": "SHOP", "name": "Shop", "unit_id": unit(&db, "S1").await});
        let shop = mine.post("/api/v1/systems", &new).await.ok();
        let web = json!({"name": "web-1", "kind": "host", "system_id": id(&shop)});
        let web = mine.post("/api/v1/assets", &web).await.ok();
        for path in ["/api/v1/systems", "/api/v1/systems?q=shop", "/api/v1/assets", "/api/v1/assets?q=web"] {
            let page = other.get(path).await.ok();
            assert_eq!((&page["total"], &page["items"]), (&json!(0), &json!([])), "{path}");
            assert_eq!(mine.get(path).await.ok()["total"], 1, "{path}");
        }
        let (system, asset) = (format!("/api/v1/systems/{}", id(&shop)), format!("/api/v1/assets/{}", id(&web)));
        for path in [&system, &asset, &format!("{system}/history"), &format!("{asset}/history")] {
            other.get(path).await.problem(404);
            mine.get(path).await.ok();
        }
        other.patch(&system, &json!({"name": "Mine"})).await.problem(404);
        other.patch(&asset, &json!({"name": "mine"})).await.problem(404);
        other.post(&format!("{asset}/retire"), &json!({})).await.problem(404);
        let theirs = json!({"code": "WORKS", "name": "Works", "unit_id": unit(&db, "D2").await});
        mine.post("/api/v1/systems", &theirs).await.problem(422);
        let works = other.post("/api/v1/systems", &theirs).await.ok();
        let grab = json!({"asset_ids": [id(&web)], "system_id": id(&works)});
        other.post("/api/v1/assets/assign", &grab).await.problem(404);
        mine.post("/api/v1/assets/assign", &grab).await.problem(404);
        let auditor = server.signed_in("auditor", vec![Grant::everywhere(SeatKind::Auditor)]).await;
        assert_eq!(auditor.get("/api/v1/systems").await.ok()["total"], 2);
        auditor.post("/api/v1/assets/assign", &grab).await.problem(403);
        let ciso = server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
        let done = ciso.post("/api/v1/assets/assign", &grab).await.ok();
        assert_eq!(done, json!({"assigned": 1, "unchanged": 0}));
        let employee = server.signed_in("employee", vec![Grant::everywhere(SeatKind::Employee)]).await;
        employee.get("/api/v1/assets").await.problem(403);
        server.client().get("/api/v1/assets").await.problem(401);
    }

    async fn two_units_may_give_one_name_and_neither_learns_of_the_other(db: Db) {
        let server = server(&db).await;
        let (mine, other) = (manager(&server, &db, "D1").await, manager(&server, &db, "D2").await);
        for (who, code, of) in [(&mine, "SHOP", "D1"), (&other, "WORKS", "D2")] {
            let system = json!({"code": code, "name": code, "unit_id": unit(&db, of).await});
            who.post("/api/v1/systems", &system).await.ok();
        }
        let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
            {"type": "library", "name": "demo", "version": "1", "purl": "pkg:pypi/demo@1"}]}).to_string();
        let bring = async |who: &TestClient, system: &str| {
            let path = format!("/api/v1/inventory/imports?asset=web-1&system={system}");
            who.send(http::Method::POST, &path, &[], bom.as_bytes()).await.ok()
        };
        let (first, second) = (bring(&mine, "SHOP").await, bring(&other, "WORKS").await);
        assert_eq!((&first["asset_created"], &second["asset_created"]), (&json!(true), &json!(true)));
        assert_ne!(first["asset_id"], second["asset_id"]);
        assert_eq!(bring(&other, "WORKS").await["asset_id"], second["asset_id"], "found again under its name");
        for who in [&mine, &other] {
            let page = who.get("/api/v1/assets?q=web-1").await.ok();
            assert_eq!((page["total"].as_i64(), page["items"][0]["name"].as_str()), (Some(1), Some("web-1")));
        }
        let new = json!({"name": "db-1", "kind": "host", "system_id": systems_id(&other).await});
        let db_1 = other.post("/api/v1/assets", &new).await.ok();
        other.post("/api/v1/assets", &new).await.problem(409);
        let renamed = mine.patch(&format!("/api/v1/assets/{}", first["asset_id"].as_str().unwrap()), &json!({"name": "db-1"})).await;
        assert_eq!(renamed.ok()["name"], "db-1");
        assert_eq!(other.get(&format!("/api/v1/assets/{}", id(&db_1))).await.ok()["name"], "db-1");
        let wrong = mine.send(http::Method::POST, "/api/v1/inventory/imports?name=broken.json&asset=a&system=SHOP", &[], b"{").await;
        let detail = wrong.problem(422)["detail"].to_string();
        assert!(detail.contains("broken.json"), "{detail}");
    }

    async fn what_was_retired_comes_back_with_its_number_and_history(db: Db) {
        let server = server(&db).await;
        let mine = manager(&server, &db, "D1").await;
        let shop = json!({"code": "SHOP", "name": "Shop", "unit_id": unit(&db, "D1").await});
        let shop = mine.post("/api/v1/systems", &shop).await.ok();
        let web = mine.post("/api/v1/assets", &json!({"name": "web-1", "kind": "host", "system_id": id(&shop)})).await.ok();
        let (system, asset) = (format!("/api/v1/systems/{}", id(&shop)), format!("/api/v1/assets/{}", id(&web)));
        mine.post(&format!("{asset}/restore"), &json!({})).await.problem(409);
        mine.post(&format!("{asset}/retire"), &json!({})).await.ok();
        mine.post(&format!("{system}/retire"), &json!({})).await.ok();
        server.test.clock.advance(std::time::Duration::from_secs(60));
        mine.post(&format!("{asset}/restore"), &json!({})).await.problem(409);
        let other = manager(&server, &db, "D2").await;
        other.post(&format!("{system}/restore"), &json!({})).await.problem(404);
        let back = mine.post(&format!("{system}/restore"), &json!({"reason": "by mistake"})).await.ok();
        assert_eq!(back["retired_at"], Value::Null);
        let back = mine.post(&format!("{asset}/restore"), &json!({"reason": "by mistake"})).await.ok();
        assert_eq!((&back["retired_at"], &back["id"]), (&Value::Null, &web["id"]));
        assert_eq!(mine.get("/api/v1/assets?q=web-1").await.ok()["total"], 1);
        let history = mine.get(&format!("{asset}/history")).await.ok().to_string();
        assert!(history.contains("restored") && history.contains("by mistake"), "{history}");
        mine.post(&format!("{system}/retire"), &json!({})).await.problem(409);
    }
}

/// The id of the reader's only system.
async fn systems_id(client: &TestClient) -> String {
    id(&client.get("/api/v1/systems").await.ok()["items"][0])
}

#[test]
fn every_operation_names_its_permission() {
    let rights = hinomi_web::openapi::operations(&hinomi_web::openapi::document(vec![hinomi_assets::api()]));
    let ours: Vec<_> = rights.iter().filter(|right| !right.is_public()).collect();
    assert!(ours.iter().all(|right| right.permission.is_some()), "{ours:?}");
    assert!(ours.iter().filter(|right| right.permission.as_deref() == Some("AssetWrite")).count() >= 7);
}
