// SPDX-License-Identifier: Apache-2.0
//! The remediation loop over HTTP, on both engines: inventory in, ticket at the owning unit, fixed on the host,
//! closed on evidence, seen in the heat map of any day.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
mod support;

use hinomi_db::{Db, both_engines};
use serde_json::{Value, json};
use support::{SETS, bom, host, openssl, requests, scene};

const OLD: &str = "3.0.11-1~deb12u1";
const FIXED: &str = "3.0.14-1~deb12u2";

both_engines! { SETS;
    async fn a_gap_opens_a_ticket_and_a_fresh_inventory_closes_it(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let open = scene.tickets("").await;
        assert_eq!(open.len(), 1, "{open:?}");
        let row = &open[0];
        assert_eq!((row["package"].as_str(), row["release"].as_str(), row["ecosystem"].as_str()),
            (Some("openssl"), Some("12"), Some("Debian")));
        assert_eq!((row["criticality"].as_str(), row["high_priority"].as_bool()), (Some("critical"), Some(true)));
        assert_eq!((row["system_name"].as_str(), row["unit_name"].as_str()), (Some("SHOP"), Some("Sales")));
        assert_eq!(row["target_version"], "3.0.14-1~deb12u1");
        let ticket = scene.ticket(&row["id"]).await;
        let inputs = &ticket["decision"]["inputs"];
        assert_eq!(inputs, &json!({"severity": "critical", "known_exploited": false, "reachability": "internet",
            "importance": "high", "sensitive_data": true, "fix_available": true}));
        let why = &ticket["items"][0]["why"][0];
        assert_eq!((why["advisory"].as_str(), why["installed"].as_str()), (Some("DEMO-1"), Some(OLD)));
        assert!(why["steps"].as_array().unwrap().len() >= 3, "{why}");
        assert_eq!(ticket["assets"][0]["name"], "web-1");
        let opened = scene.today();
        let map = scene.ciso.get("/api/v1/risk/heatmap").await.ok();
        assert_eq!(map["totals"]["critical"], 1, "{map}");
        scene.pass_days(3).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        assert!(scene.tickets("").await.is_empty());
        let ticket = scene.ticket(&row["id"]).await;
        assert_eq!((ticket["state"].as_str(), ticket["closure"].as_str()), (Some("closed"), Some("fixed")));
        let evidence = &ticket["items"][0]["evidence"];
        assert_eq!(evidence["before"], format!("libssl3 {OLD}"));
        assert_eq!((&evidence["after"], &evidence["asset_name"]), (&json!(format!("libssl3 {FIXED}")), &json!("web-1")));
        assert_eq!(scene.ciso.get("/api/v1/risk/heatmap").await.ok()["totals"]["total"], 0);
        let past = scene.ciso.get(&format!("/api/v1/risk/heatmap?at={opened}")).await.ok();
        assert_eq!(past["totals"]["critical"], 1, "{past}");
        let then = scene.tickets(&format!("at={opened}&criticality=critical")).await;
        assert_eq!((then.len(), then[0]["state"].as_str()), (1, Some("open")));
        let counts = scene.ciso.get(&format!("/api/v1/tickets/counts?at={opened}")).await.ok();
        assert_eq!((&counts["open"], &counts["by_criticality"]["critical"]), (&json!(1), &json!(1)));
        // Flags are known of now: of a past day they are not told.
        let flags = ["high_priority", "known_exploited", "waiting_for_fix", "paused"].map(|flag| counts[flag].is_null());
        let now = scene.ciso.get("/api/v1/tickets/counts").await.ok();
        assert_eq!((flags, &now["known_exploited"]), ([true; 4], &json!(0)));
        let groups = scene.ciso.get(&format!("/api/v1/tickets/groups?at={opened}")).await.ok();
        assert_eq!(groups["items"][0]["tickets"], 1, "{groups}");
    }

    async fn a_regression_opens_the_same_ticket_again(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let id = scene.tickets("").await[0]["id"].clone();
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), &open[0]["id"], open[0]["reopened"].as_i64()), (1, &id, Some(1)));
        let history = scene.ciso.get(&format!("/api/v1/tickets/{id}/history")).await.ok();
        let kinds: Vec<&str> = history["items"].as_array().unwrap().iter().filter_map(|e| e["kind"].as_str()).collect();
        for kind in ["opened", "item_closed", "closed", "item_reopened", "reopened"] {
            assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
        }
    }

    async fn nothing_closes_by_accident(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.pass_days(10).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let only_python = bom(vec![json!({"type": "library", "name": "requests", "version": "2.32.0",
            "purl": "pkg:pypi/requests@2.32.0"})]);
        scene.pass_days(1).await;
        let partial = scene.inventory("web-1", "SHOP", "&partial=true", &only_python).await;
        assert_eq!(partial["removed"], 0, "{partial}");
        assert_eq!(scene.tickets("").await.len(), 1, "a partial inventory closes nothing");
        let older = scene.inventory("web-1", "SHOP", "&observed_at=2026-11-24T00:00:00Z", &host(FIXED, "2.32.0")).await;
        assert_eq!(older["state"], "older");
        assert_eq!(scene.tickets("").await.len(), 1, "an older observation closes nothing");
        scene.pass_days(1).await;
        let held = scene.inventory("web-1", "SHOP", "", &only_python).await;
        assert_eq!(held["state"], "held", "{held}");
        assert_eq!(scene.tickets("").await.len(), 1, "a held inventory closes nothing");
        scene.pass_days(1).await;
        let mut without = host(FIXED, "2.32.0");
        without["components"][0] = json!({"type": "library", "name": "libssl3",
            "purl": "pkg:deb/debian/libssl3?arch=amd64&distro=debian-12&upstream=openssl"});
        scene.inventory("web-1", "SHOP", "", &without).await;
        assert_eq!(scene.tickets("").await.len(), 1, "a version that cannot be judged closes nothing");
        let asset = held["asset_id"].as_str().unwrap();
        let snapshots = scene.ciso.get(&format!("/api/v1/assets/{asset}/snapshots")).await.ok();
        let states: Vec<&str> = snapshots["items"].as_array().unwrap().iter().filter_map(|s| s["state"].as_str()).collect();
        assert_eq!(states, ["applied", "held", "applied", "applied", "older"], "{snapshots}");
    }

    async fn a_held_inventory_counts_once_confirmed(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scene.pass_days(1).await;
        let small = bom(vec![json!({"type": "library", "name": "requests", "version": "2.32.0",
            "purl": "pkg:pypi/requests@2.32.0"})]);
        let held = scene.inventory("web-1", "SHOP", "", &small).await;
        let id = &held["snapshot_id"];
        let difference = scene.ciso.get(&format!("/api/v1/snapshots/{id}/difference")).await.ok();
        assert!(difference["removed"].as_array().unwrap().len() >= 30, "{difference}");
        scene.ciso.post(&format!("/api/v1/snapshots/{id}/confirm"), &json!({})).await.ok();
        scene.ciso.post(&format!("/api/v1/snapshots/{id}/confirm"), &json!({})).await.problem(409);
        scene.reconcile().await;
        let closed = scene.tickets("state=closed").await;
        assert_eq!((closed.len(), closed[0]["closure"].as_str()), (1, Some("gone")), "{closed:?}");
    }

    async fn a_withdrawn_record_retracts_its_item(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let mut withdrawn = openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-02-02T00:00:00Z");
        withdrawn["withdrawn"] = json!("2026-02-02T00:00:00Z");
        scene.pass_days(1).await;
        let report = scene.record(&withdrawn).await;
        assert_eq!((report["changed"].as_i64(), report["added"].as_i64()), (Some(1), Some(0)));
        let closed = scene.tickets("state=closed").await;
        assert_eq!((closed.len(), closed[0]["closure"].as_str()), (1, Some("retracted")), "{closed:?}");
        let evidence = scene.ticket(&closed[0]["id"]).await["items"][0]["evidence"].clone();
        let said = (&evidence["why"], &evidence["record"], &evidence["feed"], &evidence["said_at"]);
        let wanted = [json!("record-withdrawn"), json!("DEMO-1"), json!("test"), json!("2026-02-02T00:00:00Z")];
        assert_eq!(said, (&wanted[0], &wanted[1], &wanted[2], &wanted[3]), "{evidence}");
        let vulnerability = scene.ciso.get("/api/v1/vulnerabilities/DEMO-1").await.ok();
        assert!(vulnerability["changes"].to_string().contains("withdrawn"), "{vulnerability}");
    }

    async fn aliases_are_one_item_and_unrelated_records_another(db: Db) {
        let scene = scene(db).await;
        scene.records(&[
            requests("GHSA-aaaa-bbbb-cccc", &["CVE-2026-0001"], "2.31.0"),
            requests("PYSEC-2026-1", &["CVE-2026-0001", "GHSA-aaaa-bbbb-cccc"], "2.31.0"),
            requests("PYSEC-2026-2", &["CVE-2026-0002"], "2.32.0"),
        ]).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.30.0")).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), open[0]["items_open"].as_i64()), (1, Some(2)), "{open:?}");
        let ticket = scene.ticket(&open[0]["id"]).await;
        let mut names: Vec<&str> =
            ticket["items"].as_array().unwrap().iter().filter_map(|item| item["vulnerability"]["canonical"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["CVE-2026-0001", "CVE-2026-0002"]);
        assert_eq!(open[0]["target_version"], "2.32.0");
        let by_alias = scene.ciso.get("/api/v1/vulnerabilities/GHSA-aaaa-bbbb-cccc").await.ok();
        assert_eq!((by_alias["canonical"].as_str(), by_alias["affected_assets"].as_i64()), (Some("CVE-2026-0001"), Some(1)));
        let answer = scene.ciso.get("/api/v1/affected?q=cve-2026-0002").await.ok();
        assert_eq!((answer["kind"].as_str(), answer["assets_total"].as_i64()), (Some("vulnerability"), Some(1)));
        let by_name = scene.ciso.get("/api/v1/affected?q=requests").await.ok();
        assert_eq!((by_name["kind"].as_str(), by_name["systems"][0]["system_name"].as_str()), (Some("package"), Some("SHOP")));
        let by_purl = scene.ciso.get("/api/v1/affected?q=pkg:pypi/requests@2.30.0").await.ok();
        assert_eq!((by_purl["kind"].as_str(), by_purl["assets_total"].as_i64()), (Some("purl"), Some(1)));
    }

    async fn started_work_keeps_its_target_and_the_rest_opens_the_next_ticket(db: Db) {
        let scene = scene(db).await;
        scene.record(&requests("PYSEC-2026-1", &["CVE-2026-0001"], "2.31.0")).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.30.0")).await;
        let first = scene.tickets("").await[0]["id"].clone();
        let started = scene.ciso.post(&format!("/api/v1/tickets/{first}/start"), &json!({})).await.ok();
        assert_eq!(started["target_version"], "2.31.0");
        scene.records(&[
            requests("PYSEC-2026-2", &["CVE-2026-0002"], "2.30.9"),
            requests("PYSEC-2026-3", &["CVE-2026-0003"], "2.33.0"),
        ]).await;
        let open = scene.tickets("sort=opened").await;
        assert_eq!(open.len(), 2, "{open:?}");
        let of = |id: &Value| open.iter().find(|row| row["id"] == *id).unwrap().clone();
        assert_eq!(of(&first)["items_open"], 2, "what the target covers joins the started ticket");
        assert_eq!(of(&first)["target_version"], "2.31.0");
        let next = open.iter().find(|row| row["id"] != first).unwrap();
        assert_eq!((next["items_open"].as_i64(), next["target_version"].as_str()), (Some(1), Some("2.33.0")));
    }

    async fn waiting_for_a_fix_has_no_due_date_until_there_is_one(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-9", None, "2026-01-02T00:00:00Z")).await;
        scene.inventory("plc-1", "WORKS", "", &host(OLD, "2.32.0")).await;
        let open = scene.tickets("waiting=true").await;
        assert_eq!((open.len(), &open[0]["due_at"], &open[0]["target_version"]), (1, &Value::Null, &Value::Null), "{open:?}");
        scene.ciso.post(&format!("/api/v1/tickets/{}/start", open[0]["id"]), &json!({})).await.problem(409);
        scene.pass_days(5).await;
        scene.record(&openssl("DEMO-9", Some("3.0.15-1"), "2026-03-02T00:00:00Z")).await;
        let open = scene.tickets("").await;
        assert_eq!((open[0]["waiting_for_fix"].as_bool(), open[0]["target_version"].as_str()), (Some(false), Some("3.0.15-1")));
        assert!(open[0]["due_at"].is_string(), "{open:?}");
    }

    async fn a_release_past_its_end_of_life_is_unknown_and_a_finding_of_its_own(db: Db) {
        let scene = scene(db).await;
        let old = bom(vec![json!({"type": "library", "name": "openssl", "version": "1.1.1n-0+deb10u3",
            "purl": "pkg:deb/debian/openssl@1.1.1n-0+deb10u3?arch=amd64&distro=debian-10"})]);
        scene.inventory("legacy", "WORKS", "", &old).await;
        let open = scene.tickets("").await;
        assert_eq!((open.len(), open[0]["package"].as_str(), open[0]["release"].as_str()),
            (1, Some("end-of-life"), Some("10")), "{open:?}");
        let unknowns = scene.ciso.get("/api/v1/unknowns").await.ok();
        let reasons: Vec<&str> = unknowns["items"].as_array().unwrap().iter().filter_map(|row| row["reason"].as_str()).collect();
        assert_eq!(reasons, ["end-of-life"], "{unknowns}");
    }

    async fn another_department_sees_none_of_it(db: Db) {
        let scene = scene(db).await;
        scene.records(&[openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")]).await;
        let imported = scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let asset = imported["asset_id"].as_str().unwrap();
        let id = scene.tickets("").await[0]["id"].clone();
        let (mine, other) = (scene.manager("D1").await, scene.manager("D2").await);
        for (path, key) in [("/api/v1/tickets", "items"), ("/api/v1/tickets/groups", "items"), ("/api/v1/components", "items"),
            ("/api/v1/unknowns", "items"), ("/api/v1/vulnerabilities?affected=true", "items"),
            ("/api/v1/vulnerabilities/DEMO-1/affected", "items"), ("/api/v1/affected?q=DEMO-1", "systems")] {
            assert_eq!(other.get(path).await.ok()[key].as_array().unwrap().len(), 0, "{path}");
        }
        for path in ["/api/v1/tickets", "/api/v1/components", "/api/v1/vulnerabilities?affected=true", "/api/v1/vulnerabilities/DEMO-1/affected"] {
            assert!(!mine.get(path).await.ok()["items"].as_array().unwrap().is_empty(), "{path}");
        }
        assert_eq!(other.get("/api/v1/tickets/counts").await.ok()["open"], 0);
        assert_eq!(other.get("/api/v1/risk/heatmap").await.ok()["totals"]["total"], 0);
        assert_eq!(other.get("/api/v1/risk/residual").await.ok()["open"], 0);
        assert_eq!(other.get("/api/v1/risk/summary").await.ok()["vulnerabilities_affecting"], 0);
        assert_eq!(other.get("/api/v1/search?q=openssl").await.ok()["tickets"], json!([]));
        assert!(!other.get("/api/v1/tickets/export").await.text().contains("openssl"));
        assert!(mine.get("/api/v1/tickets/export").await.text().contains("openssl"));
        for path in [format!("/api/v1/tickets/{id}"), format!("/api/v1/tickets/{id}/history"), format!("/api/v1/assets/{asset}/findings"),
            format!("/api/v1/assets/{asset}/components"), format!("/api/v1/assets/{asset}/snapshots"), format!("/api/v1/assets/{asset}/overview"),
            format!("/api/v1/snapshots/{}/difference", imported["snapshot_id"])] {
            other.get(&path).await.problem(404);
            mine.get(&path).await.ok();
        }
        other.post(&format!("/api/v1/tickets/{id}/comments"), &json!({"text": "mine"})).await.problem(404);
        let bulk = other.post("/api/v1/tickets/bulk", &json!({"action": "comment", "ticket_ids": [id], "text": "x"})).await.ok();
        assert_eq!((bulk["done"].as_i64(), bulk["refused"].as_array().unwrap().len()), (Some(0), 1));
    }
}
