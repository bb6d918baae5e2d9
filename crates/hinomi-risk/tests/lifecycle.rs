// SPDX-License-Identifier: Apache-2.0
//! Tickets through the less usual turns of life: a kernel before its restart, vulnerabilities that merge and part,
//! systems that come back, and work that happens at the same moment.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all loop tests")]
mod support;

use hinomi_core::Clock;
use hinomi_db::{Db, both_engines};
use hinomi_tickets::service::Settler;
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, requests, scene};

const OLD: &str = "3.0.11-1~deb12u1";
const FIXED: &str = "3.0.14-1~deb12u2";

fn kernel(version: &str, running: bool) -> Value {
    let name = format!("linux-image-{version}");
    json!({"type": "library", "name": name, "version": version,
        "purl": format!("pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12&upstream=linux"),
        "properties": [{"name": "hinomi:kernel:running", "value": running.to_string()}]})
}

fn host_with(kernels: &[Value]) -> Value {
    let mut host = host(FIXED, "2.32.0");
    host["components"].as_array_mut().unwrap().extend_from_slice(kernels);
    host
}

async fn kinds(scene: &Scene, id: &Value) -> Vec<String> {
    let history = scene.ciso.get(&format!("/api/v1/tickets/{id}/history")).await.ok();
    history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

async fn code(scene: &Scene, name: &str) -> String {
    let systems = scene.ciso.get("/api/v1/systems?limit=100").await.ok();
    let found = systems["items"].as_array().unwrap().iter().find(|row| row["code"] == name).cloned();
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

both_engines! { SETS;
    async fn an_updated_kernel_that_does_not_run_yet_is_restart_pending_and_closes_when_it_runs(db: Db) {
        let mut scene = scene(db).await;
        let mut record = openssl("DEMO-K", Some("6.1.90-1"), "2026-01-02T00:00:00Z");
        record["affected"][0]["package"]["name"] = json!("linux");
        scene.record(&record).await;
        let (old, new) = ("6.1.85-1", "6.1.90-1");
        scene.inventory("web-1", "SHOP", "", &host_with(&[kernel(old, true)])).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["package"], &open[0]["restart_pending"]), (1, &json!("linux"), &json!(false)));
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host_with(&[kernel(old, true), kernel(new, false)])).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["restart_pending"]), (1, &json!(true)), "{open:?}");
        let id = &open[0]["id"];
        assert!(kinds(&scene, id).await.contains(&"restart_pending".to_owned()));
        scene.pass_days(1).await;
        // Back to the old kernel only: nothing pending any more, and nothing fixed.
        scene.inventory("web-1", "SHOP", "", &host_with(&[kernel(old, true)])).await;
        assert_eq!(scene.tickets("").await[0]["restart_pending"], false);
        assert!(kinds(&scene, id).await.contains(&"restarted".to_owned()));
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host_with(&[kernel(old, false), kernel(new, true)])).await;
        assert!(scene.tickets("").await.is_empty(), "an old kernel that no longer runs does not count");
        assert_eq!(scene.ticket(id).await["closure"], "fixed");
    }

    async fn items_follow_vulnerabilities_that_merge_and_part_again(db: Db) {
        let mut scene = scene(db).await;
        let dated = |mut record: Value, day: u32| {
            record["modified"] = format!("2026-01-{day:02}T00:00:00Z").into();
            record
        };
        scene.records(&[requests("GHSA-a", &[], "2.33.0"), requests("PYSEC-b", &[], "2.33.0")]).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["items_open"]), (1, &json!(2)), "{open:?}");
        let id = open[0]["id"].clone();
        scene.pass_days(1).await;
        scene.record(&dated(requests("PYSEC-b", &["GHSA-a"], "2.33.0"), 3)).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["id"], &open[0]["items_open"]), (1, &id, &json!(1)), "{open:?}");
        let ticket = scene.ticket(&id).await;
        let names: Vec<&str> = ticket["items"].as_array().unwrap().iter()
            .filter_map(|item| item["vulnerability"]["canonical"].as_str()).collect();
        assert_eq!(names, ["GHSA-a"], "{ticket}");
        scene.pass_days(1).await;
        scene.record(&dated(requests("PYSEC-b", &[], "2.33.0"), 4)).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["id"], &open[0]["items_open"]), (1, &id, &json!(2)), "{open:?}");
        let told = kinds(&scene, &id).await;
        assert!(!told.iter().any(|kind| kind.contains("closed") || kind.contains("reopened")), "{told:?}");
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.33.0")).await;
        let closed = scene.tickets("state=closed").await;
        assert_eq!((closed.len(), &closed[0]["closure"]), (1, &json!("fixed")), "{closed:?}");
        assert!(scene.ticket(&id).await["items"].as_array().unwrap().iter().all(|item| item["closure"] == "fixed"));
    }

    async fn a_retired_system_that_comes_back_is_looked_at_again(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let shop = code(&scene, "SHOP").await;
        // Retired as it is, with its asset, and restored so: what the stores must bear, whatever the API allows.
        let retire = async |at: Option<i64>| {
            db.execute("UPDATE system SET retired_at = $2 WHERE id = $1", hinomi_db::values![shop.as_str(), at]).await.unwrap();
        };
        retire(Some(scene.server.test.clock.now().as_micros())).await;
        scene.reconcile().await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        assert!(scene.tickets("").await.is_empty(), "nobody works on a retired system");
        retire(None).await;
        scene.reconcile().await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["package"]), (1, &json!("openssl")), "the record came while it was away");
        scene.pass_days(1).await;
        retire(Some(scene.server.test.clock.now().as_micros())).await;
        scene.reconcile().await;
        assert_eq!(scene.tickets("state=closed").await[0]["closure"], "gone");
        retire(None).await;
        scene.reconcile().await;
        let again = scene.tickets("").await;
        assert_eq!((again.len(), &again[0]["id"], &again[0]["reopened"]), (1, &open[0]["id"], &json!(1)), "{again:?}");
    }

    async fn two_settlers_at_once_end_as_one(db: Db) {
        let scene = scene(db).await;
        let names = ["GHSA-a", "GHSA-b", "GHSA-c"];
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.records(&names.map(|name| requests(name, &[], "2.33.0"))).await;
        let observed = scene.server.test.clock.now().to_string();
        for (asset, system) in [("web-1", "SHOP"), ("web-2", "SHOP"), ("plant-1", "WORKS")] {
            let path = format!("/api/v1/inventory/imports?asset={asset}&system={system}&source=agent&observed_at={observed}");
            scene.ciso.send(http::Method::POST, &path, &[], host(OLD, "2.32.0").to_string().as_bytes()).await.ok();
        }
        let now = scene.server.test.clock.now();
        hinomi_findings::reconcile(&scene.db, now, false).await.unwrap();
        let settle = || {
            let db = scene.db.clone();
            tokio::spawn(async move { Settler::default().settle(&db, now, false).await })
        };
        let mut opened = 0;
        for run in [settle(), settle(), settle()] {
            // One that is overtaken again and again may give way; what it left the others have done.
            match run.await.unwrap() {
                Ok(report) => opened += report.opened,
                Err(hinomi_tickets::model::TicketError::Overtaken) => {}
                Err(error) => assert_eq!(error.to_string(), ""),
            }
        }
        let open = scene.tickets("").await;
        assert_eq!((open.len(), opened), (4, 4), "{open:?}");
        let items: i64 = open.iter().filter_map(|ticket| ticket["items_open"].as_i64()).sum();
        assert_eq!(items, 8, "{open:?}");
        let intervals: i64 = scene.db.scalar("SELECT count(*) FROM case_interval", ()).await.unwrap();
        assert_eq!(intervals, 4, "one row of the heat map a ticket");
    }

    async fn work_that_starts_while_tickets_are_settled_keeps_its_target(db: Db) {
        let scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let id = scene.tickets("").await[0]["id"].clone();
        for round in 2..8 {
            // Each round brings a record that a newer version alone closes, and begins work at the same moment.
            let body = openssl(&format!("DEMO-{round}"), Some(&format!("3.0.{}-1", 14 + round)), "2026-01-03T00:00:00Z").to_string();
            scene.ciso.send(http::Method::POST, "/api/v1/feeds/import?name=test", &[], body.as_bytes()).await.ok();
            let now = scene.server.test.clock.now();
            hinomi_findings::reconcile(&scene.db, now, false).await.unwrap();
            let settle = {
                let db = scene.db.clone();
                tokio::spawn(async move { Settler::default().settle(&db, now, false).await.map(|_| ()) })
            };
            let started = scene.ciso.post(&format!("/api/v1/tickets/{id}/start"), &json!({})).await.ok();
            settle.await.unwrap().unwrap();
            let ticket = scene.ticket(&id).await;
            assert_eq!(ticket["target_version"], started["target_version"], "round {round}: {ticket}");
            assert!(ticket["work_started_at"].is_string(), "round {round}: {ticket}");
            // What the target does not close goes to the next ticket; together they hold every item once.
            scene.reconcile().await;
            let open = scene.tickets("").await;
            let items: i64 = open.iter().filter_map(|ticket| ticket["items_open"].as_i64()).sum();
            assert_eq!(items, round, "round {round}: {open:?}");
        }
    }

    async fn assets_are_counted_once_however_many_components_they_carry(db: Db) {
        let scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        let mut two = host(OLD, "2.32.0");
        two["components"].as_array_mut().unwrap().push(json!({"type": "library", "name": "openssl", "version": OLD,
            "purl": format!("pkg:deb/debian/openssl@{OLD}?arch=amd64&distro=debian-12")}));
        scene.inventory("web-1", "SHOP", "", &two).await;
        let ticket = scene.ticket(&scene.tickets("").await[0]["id"]).await;
        let rows: Vec<(&str, &str)> = ticket["assets"].as_array().unwrap().iter()
            .filter_map(|row| Some((row["name"].as_str()?, row["component"].as_str()?))).collect();
        assert_eq!(rows, [("web-1", "libssl3"), ("web-1", "openssl")], "a row a component");
        assert_eq!(ticket["assets_affected"], 1, "{ticket}");
    }
}
