// SPDX-License-Identifier: Apache-2.0
//! Ends of life that a feed brings are findings like any other: for distributions and for products.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod support;

use hinomi_db::{Db, both_engines};
use serde_json::{Value, json};
use support::{SETS, Scene, bom, scene};

fn debian(extended: Option<&str>, changed: &str) -> Value {
    json!({"schema_version": "1.2.0", "last_modified": changed, "result": {"name": "debian", "label": "Debian", "category": "os",
        "identifiers": [{"id": "cpe:/o:debian:debian_linux", "type": "cpe"}], "releases": [
        {"name": "12", "codename": "Bookworm", "isEol": true, "eolFrom": "2026-06-10", "eoesFrom": extended}]}})
}

fn node(ends: &str, changed: &str) -> Value {
    json!({"schema_version": "1.2.0", "last_modified": changed, "result": {"name": "nodejs", "label": "Node.js", "category": "lang",
        "identifiers": [{"id": "cpe:2.3:a:nodejs:node.js", "type": "cpe"}, {"id": "pkg:deb/debian/nodejs", "type": "purl"}],
        "releases": [{"name": "16", "isEol": true, "eolFrom": ends}, {"name": "30", "isEol": false, "eolFrom": null}]}})
}

fn machine() -> Value {
    bom(vec![
        json!({"type": "library", "name": "zlib1g", "version": "1:1.2.13", "purl": "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12"}),
        json!({"type": "library", "name": "nodejs", "version": "16.1", "cpe": "cpe:2.3:a:nodejs:node.js:16.1:*:*:*:*:*:*:*",
            "purl": "pkg:deb/debian/nodejs@16.1?arch=amd64&distro=debian-12"}),
        json!({"type": "application", "name": "node", "version": "16.20.2", "cpe": "cpe:2.3:a:nodejs:node.js:16.20.2:*:*:*:*:*:*:*"}),
        json!({"type": "application", "name": "node", "version": "30.1.0", "cpe": "cpe:2.3:a:nodejs:node.js:30.1.0:*:*:*:*:*:*:*"}),
    ])
}

impl Scene {
    async fn brings(&self, document: &Value) {
        let path = "/api/v1/feeds/import?name=lives";
        let report =
            self.ciso.send(http::Method::POST, path, &[], document.to_string().as_bytes()).await.ok();
        assert_eq!(report["refused"], 0, "{report}");
        self.reconcile().await;
    }

    /// Open items about ends of life: vulnerability, package of the ticket, record and rule of the evidence.
    async fn ended(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for ticket in self.tickets("").await {
            let detail = self.ticket(&ticket["id"]).await;
            for item in detail["items"].as_array().unwrap().iter().filter(|item| item["state"] == "open") {
                let name = item["vulnerability"]["canonical"].as_str().unwrap().to_owned();
                found.push((name, ticket["package"].as_str().unwrap().to_owned()));
            }
        }
        found.sort();
        found
    }
}

both_engines! { SETS;
    async fn a_distribution_ends_when_the_feed_says_so_and_lives_on_when_it_is_prolonged(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("old", "WORKS", "", &machine()).await;
        assert_eq!(scene.ended().await, [], "the engine's own facts let Debian 12 live");
        scene.pass_days(1).await;
        scene.brings(&debian(None, "2026-11-01T00:00:00+00:00")).await;
        assert_eq!(scene.ended().await, [("EOL-Debian-12".to_owned(), "end-of-life".to_owned())]);
        let unknowns = scene.ciso.get("/api/v1/unknowns").await.ok();
        assert!(unknowns["items"].as_array().unwrap().iter().any(|row| row["reason"] == "end-of-life"), "{unknowns}");
        scene.pass_days(1).await;
        scene.brings(&debian(Some("2028-06-30"), "2026-11-02T00:00:00+00:00")).await;
        assert_eq!(scene.ended().await, [], "long-term support is for everybody");
        let unknowns = scene.ciso.get("/api/v1/unknowns").await.ok();
        assert!(unknowns["items"].as_array().unwrap().iter().all(|row| row["reason"] != "end-of-life"), "{unknowns}");
    }

    async fn a_product_past_its_end_is_a_finding_where_no_distribution_keeps_it(db: Db) {
        let mut scene = scene(db).await;
        scene.brings(&node("2023-09-11", "2026-11-01T00:00:00+00:00")).await;
        scene.inventory("old", "WORKS", "", &machine()).await;
        let ended = scene.ended().await;
        assert_eq!(ended.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["EOL-nodejs-16"], "{ended:?}");
        let page = scene.ciso.get("/api/v1/vulnerabilities/EOL-nodejs-16").await.ok();
        assert_eq!((&page["severity"], &page["title"]), (&json!("high"), &json!("Node.js 16 has reached its end of life on 2023-09-10")), "{page}");
        scene.pass_days(1).await;
        scene.brings(&node("2030-01-01", "2026-11-02T00:00:00+00:00")).await;
        assert_eq!(scene.ended().await, [], "the makers have changed their mind");
    }
}
