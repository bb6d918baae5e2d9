// SPDX-License-Identifier: Apache-2.0
//! What counts as evidence when several hosts belong to one system.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all loop tests")]
mod support;

use hinomi_db::{Db, both_engines};
use serde_json::{Value, json};
use support::{SETS, bom, host, openssl, scene};

const OLD: &str = "3.0.11-1~deb12u1";
const FIXED: &str = "3.0.14-1~deb12u2";

fn without_openssl() -> Value {
    let mut host = host(OLD, "2.32.0");
    host["components"].as_array_mut().unwrap().remove(0);
    bom(host["components"].as_array().unwrap().clone())
}

both_engines! { SETS;
    async fn a_neighbours_version_proves_no_fix(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scene.inventory("web-2", "SHOP", "", &host(FIXED, "2.32.0")).await;
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &without_openssl()).await;
        let closed = scene.tickets("state=closed").await;
        assert_eq!(closed.len(), 1, "{closed:?}");
        assert_eq!(closed[0]["closure"], "gone", "web-1 removed it; that web-2 has a newer one says nothing");
        let item = scene.ticket(&closed[0]["id"]).await["items"][0].clone();
        assert_eq!(item["evidence"]["asset_name"], "web-1", "{item}");
    }

    async fn a_version_that_has_not_met_the_advisories_proves_nothing(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scene.pass_days(1).await;
        // The inventory arrives when matching is through and settling begins.
        let observed = hinomi_core::Clock::now(&*scene.server.test.clock).to_string();
        let path = format!("/api/v1/inventory/imports?asset=web-1&system=SHOP&source=agent&observed_at={observed}");
        let still_bad = host("3.0.12-1~deb12u1", "2.32.0").to_string();
        scene.ciso.send(http::Method::POST, &path, &[], still_bad.as_bytes()).await.ok();
        let now = hinomi_core::Clock::now(&*scene.server.test.clock);
        hinomi_tickets::service::Settler::default().settle(&scene.db, now, false).await.unwrap();
        assert_eq!(scene.tickets("").await.len(), 1, "closed before it was matched");
        scene.reconcile().await;
        let open = scene.tickets("").await;
        assert_eq!(open.len(), 1);
        let history = scene.ciso.get(&format!("/api/v1/tickets/{}/history", open[0]["id"])).await.ok();
        assert!(!history.to_string().contains("reopened"), "{history}");
    }

    async fn what_could_not_be_judged_closes_once_it_can(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scene.pass_days(1).await;
        let upgraded = host(FIXED, "2.32.0").to_string().replace("debian-12", "debian-13");
        let upgraded: Value = serde_json::from_str(&upgraded).unwrap();
        let held = scene.inventory("web-1", "SHOP", "", &upgraded).await;
        assert_eq!(held["state"], "held");
        let id = &held["snapshot_id"];
        scene.ciso.post(&format!("/api/v1/snapshots/{id}/confirm"), &json!({})).await.ok();
        scene.reconcile().await;
        assert_eq!(scene.tickets("").await.len(), 1, "no advisories for Debian 13: silence is no proof");
        let mut other = openssl("DEMO-2", Some("3.0.1-1"), "2026-01-02T00:00:00Z");
        other["affected"][0]["package"]["ecosystem"] = json!("Debian:13");
        scene.record(&other).await;
        assert!(scene.tickets("").await.is_empty());
        assert_eq!(scene.tickets("state=closed").await[0]["closure"], "fixed");
    }

    async fn an_asset_names_what_of_it_cannot_be_judged_and_is_not_itself_among_it(db: Db) {
        let scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        let mut named = host(FIXED, "2.32.0");
        named["metadata"]["component"] = json!({"type": "device", "name": "web-1", "bom-ref": "web-1"});
        named["components"].as_array_mut().unwrap().push(json!({"type": "library", "name": "vendor-blob"}));
        scene.inventory("web-1", "SHOP", "", &named).await;
        let assets = scene.ciso.get("/api/v1/assets?q=web-1").await.ok();
        let id = assets["items"][0]["id"].as_str().unwrap();
        let all = scene.ciso.get(&format!("/api/v1/assets/{id}/components")).await.ok();
        let names: Vec<&str> = all["items"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
        assert!(names.contains(&"web-1") && names.contains(&"vendor-blob"), "{all}");
        let unknown = scene.ciso.get(&format!("/api/v1/assets/{id}/components?state=unknown")).await.ok();
        let listed: Vec<(&str, &str)> = unknown["items"].as_array().unwrap().iter()
            .filter_map(|row| Some((row["name"].as_str()?, row["unknown"]["reason"].as_str()?))).collect();
        assert!(listed.contains(&("vendor-blob", "no-identity")), "{unknown}");
        assert!(!listed.iter().any(|(name, _)| *name == "web-1"), "the host is what they are parts of: {unknown}");
        let overview = scene.ciso.get(&format!("/api/v1/assets/{id}/overview")).await.ok();
        assert_eq!(overview["unknowns"], json!(listed.len()), "the count is the list's length");
        assert_eq!(unknown["total"], json!(listed.len()));
    }
}
