// SPDX-License-Identifier: Apache-2.0
//! What a scanner sees beside what is matched: one truth, two evidences.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all loop tests")]
mod support;

use hinomi_core::Clock;
use hinomi_db::{Db, both_engines};
use http::Method;
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

const OLD: &str = "3.0.11-1~deb12u1";
const FIXED: &str = "3.0.14-1~deb12u2";

/// A plugin with its CVEs.
struct Plugin(&'static str, &'static str, &'static [&'static str]);

const OPENSSL: Plugin = Plugin("100", "OpenSSL 3.0 Demo", &["CVE-2026-1001"]);
const APPLIANCE: Plugin =
    Plugin("200", "Appliance < 7.2 Multiple Vulnerabilities", &["CVE-2026-2001", "CVE-2026-2002"]);
const BANNER: Plugin = Plugin("300", "Banner shows a version", &[]);

/// A report of Nessus on one host.
fn nessus(scene: &Scene, name: &str, plugins: &[Plugin]) -> String {
    let ended = scene.server.test.clock.now().to_string();
    let items: Vec<String> = plugins
        .iter()
        .map(|Plugin(id, title, cves)| {
            let cves: String = cves.iter().map(|cve| format!("<cve>{cve}</cve>")).collect();
            let severity = if cves.is_empty() { "0" } else { "3" };
            let title = title.replace('<', "&lt;");
            format!(
                "<ReportItem port=\"443\" svc_name=\"www\" protocol=\"tcp\" severity=\"{severity}\" pluginID=\"{id}\" \
                 pluginName=\"{title}\" pluginFamily=\"General\">{cves}<risk_factor>High</risk_factor>\
                 <solution>Upgrade.</solution><plugin_output>seen</plugin_output></ReportItem>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><NessusClientData_v2><Report name=\"weekly\"><ReportHost name=\"{name}\">\
         <HostProperties><tag name=\"HOST_END_TIMESTAMP\">{ended}</tag><tag name=\"hostname\">{name}</tag>\
         </HostProperties>{}</ReportHost></Report></NessusClientData_v2>",
        items.join("")
    )
}

/// Brings a scan of `web-1` in, made now.
async fn scanned(scene: &Scene, options: &str, plugins: &[Plugin]) -> Value {
    let observed = scene.server.test.clock.now().to_string();
    let path =
        format!("/api/v1/inventory/files?name=weekly.nessus&source=nessus&observed_at={observed}{options}");
    let body = nessus(scene, "web-1", plugins);
    let answer = scene.ciso.send(Method::POST, &path, &[], body.as_bytes()).await.ok();
    assert_eq!(answer["files"][0]["outcome"], "assets", "{answer}");
    scene.reconcile().await;
    answer
}

async fn asset(scene: &Scene, name: &str) -> String {
    let page = scene.ciso.get(&format!("/api/v1/assets?q={name}")).await.ok();
    assert_eq!(page["total"], 1, "{page}");
    page["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn findings(scene: &Scene) -> Vec<Value> {
    let id = asset(scene, "web-1").await;
    let page = scene.ciso.get(&format!("/api/v1/assets/{id}/findings")).await.ok();
    page["items"].as_array().unwrap().clone()
}

async fn observations(scene: &Scene, query: &str) -> Vec<Value> {
    let id = asset(scene, "web-1").await;
    let page = scene.ciso.get(&format!("/api/v1/assets/{id}/observations?{query}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

/// How each named vulnerability stands, in the order of names.
async fn standings(scene: &Scene) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> = observations(scene, "")
        .await
        .iter()
        .flat_map(|row| row["vulnerabilities"].as_array().unwrap().clone())
        .map(|one| (text(&one["name"]), text(&one["standing"])))
        .collect();
    found.sort();
    found
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, standing)| ((*name).to_owned(), (*standing).to_owned())).collect()
}

fn record() -> Value {
    let mut record = openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z");
    record["aliases"] = json!(["CVE-2026-1001"]);
    record
}

async fn scanner_tickets(scene: &Scene, query: &str) -> Vec<Value> {
    let all = scene.tickets(query).await;
    all.into_iter()
        .filter(|ticket| ticket["unit_key"]["ecosystem"] == "Scanner" || ticket["ecosystem"] == "Scanner")
        .collect()
}

both_engines! { SETS;
    async fn a_match_and_a_scanner_are_one_finding_and_a_scanner_alone_is_one_of_its_own(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&record()).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let answer = scanned(&scene, "", &[OPENSSL, APPLIANCE, BANNER]).await;
        assert_eq!(answer["files"][0]["contents"]["scans"]["new"], 3, "{answer}");

        let all = scene.tickets("").await;
        assert_eq!(all.len(), 2, "openssl by its version, the appliance by the scanner: {all:?}");
        let alone = scanner_tickets(&scene, "").await;
        assert_eq!(alone.len(), 1, "{all:?}");
        let ticket = scene.ticket(&alone[0]["id"]).await;
        assert_eq!(ticket["items"].as_array().unwrap().len(), 2, "one ticket for one thing to do: {ticket}");

        let found = findings(&scene).await;
        assert_eq!(found.len(), 3, "{found:?}");
        let of = |name: &str| found.iter().find(|one| one["vulnerability"].to_string().contains(name)).unwrap();
        let matched = of("CVE-2026-1001");
        assert_eq!(matched["component"]["name"], "libssl3");
        assert_eq!((matched["seen_by"][0]["scanner"].as_str(), matched["seen_by"][0]["check"].as_str()), (Some("nessus"), Some("100")));
        assert_eq!(of("CVE-2026-2001")["why"][0]["rule"], "scanner", "{found:?}");
        assert_eq!(of("CVE-2026-2001")["vulnerability"]["severity"], "high", "the scanner's word, as nobody else has one");

        let stand = [("CVE-2026-1001", "matched"), ("CVE-2026-2001", "alone"), ("CVE-2026-2002", "alone")];
        assert_eq!(standings(&scene).await, pairs(&stand));
        assert_eq!(observations(&scene, "standing=alone").await.len(), 1);
        assert_eq!(observations(&scene, "q=banner").await.len(), 1);
        let id = asset(&scene, "web-1").await;
        let page = scene.ciso.get(&format!("/api/v1/assets/{id}/observations?limit=1")).await.ok();
        assert_eq!((page["total"].as_i64(), page["items"].as_array().map(Vec::len)), (Some(3), Some(1)));
        let cursor = page["next"].as_str().unwrap();
        let next = scene.ciso.get(&format!("/api/v1/assets/{id}/observations?limit=1&after={cursor}")).await.ok();
        assert_ne!(next["items"][0]["id"], page["items"][0]["id"]);
        let scans = scene.ciso.get(&format!("/api/v1/assets/{id}/scans")).await.ok();
        assert_eq!((scans["open"].as_i64(), scans["scans"][0]["scanner"].as_str()), (Some(3), Some("nessus")));
        let carried = scene.ciso.get(&format!("/api/v1/assets/{id}/components?q=appliance")).await.ok();
        assert_eq!(carried["total"], 0, "a finding is nothing that is installed");
        let stranger = scene.manager("D2").await;
        stranger.get(&format!("/api/v1/assets/{id}/observations")).await.problem(404);

        let again = scanned(&scene, "", &[OPENSSL, APPLIANCE, BANNER]).await;
        let scans = &again["files"][0]["contents"]["scans"];
        assert_eq!((scans["unchanged"].as_i64(), scans["new"].as_i64(), scans["ended"].as_i64()), (Some(1), Some(0), Some(0)));

        scene.pass_days(7).await;
        scanned(&scene, "", &[OPENSSL, BANNER]).await;
        assert!(scanner_tickets(&scene, "").await.is_empty(), "the later scan no longer sees it");
        let closed = scanner_tickets(&scene, "state=closed").await;
        assert_eq!(closed[0]["closure"], "gone");
        let item = scene.ticket(&closed[0]["id"]).await["items"][0].clone();
        assert_eq!(item["evidence"]["why"], "absent-from-later-scan", "{item}");
        assert_eq!(scene.tickets("").await.len(), 1, "that of the installed package stays");
        assert_eq!(observations(&scene, "state=ended").await.len(), 1);

        scene.pass_days(7).await;
        scanned(&scene, "", &[OPENSSL, APPLIANCE, BANNER]).await;
        let back = scanner_tickets(&scene, "").await;
        assert_eq!(back[0]["id"], closed[0]["id"], "a regression opens the same ticket again");
    }

    async fn what_only_a_scanner_saw_is_told_by_the_inventory_once_it_can_be(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scanned(&scene, "", &[OPENSSL]).await;
        assert_eq!(standings(&scene).await, pairs(&[("CVE-2026-1001", "alone")]));
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1);
        scene.pass_days(1).await;
        scene.record(&record()).await;
        assert_eq!(standings(&scene).await, pairs(&[("CVE-2026-1001", "matched")]));
        let open = scene.tickets("").await;
        assert_eq!(open.len(), 1, "one finding, not two: {open:?}");
        assert_eq!(findings(&scene).await.len(), 1);
        let closed = scanner_tickets(&scene, "state=closed").await;
        assert_eq!(closed[0]["closure"], "retracted", "nobody has fixed anything");
        let item = scene.ticket(&closed[0]["id"]).await["items"][0].clone();
        assert_eq!(item["evidence"]["why"], "told-by-inventory", "{item}");

        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        assert_eq!(standings(&scene).await, pairs(&[("CVE-2026-1001", "contradicted")]));
        assert!(scene.tickets("").await.is_empty(), "a version was compared: an older scan is no second truth");
        assert!(findings(&scene).await.is_empty());
    }

    async fn a_partial_or_an_older_scan_and_one_of_another_host_end_nothing(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        let early = scene.server.test.clock.now().to_string();
        scene.pass_days(2).await;
        scanned(&scene, "", &[APPLIANCE]).await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1);
        let path = format!("/api/v1/inventory/files?name=old.nessus&source=nessus&observed_at={early}");
        let old = nessus(&scene, "web-1", &[BANNER]);
        let old = scene.ciso.send(Method::POST, &path, &[], old.as_bytes()).await.ok();
        assert_eq!(old["files"][0]["contents"]["scans"]["older"], 1, "{old}");
        scene.pass_days(1).await;
        scanned(&scene, "&partial=true", &[BANNER]).await;
        let other = nessus(&scene, "web-9", &[BANNER]);
        scene.ciso.send(Method::POST, "/api/v1/inventory/files?source=nessus", &[], other.as_bytes()).await.ok();
        scene.reconcile().await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1);
        let discovered = scene.ciso.get("/api/v1/assets?q=web-9&list=discovered").await.ok();
        assert_eq!(discovered["total"], 1, "{discovered}");
        let path = "/api/v1/inventory/files?name=openvas.xml&source=openvas";
        scene.ciso.send(Method::POST, path, &[], nessus(&scene, "web-1", &[BANNER]).as_bytes()).await.ok();
        scene.reconcile().await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1, "another scanner's silence says nothing");
    }

    async fn two_scanners_that_see_one_thing_make_one_finding(db: Db) {
        let mut scene = scene(db).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        scanned(&scene, "", &[APPLIANCE]).await;
        let other = Plugin("1.3.6", "Another name of it", &["CVE-2026-2001"]);
        let path = "/api/v1/inventory/files?name=b.xml&source=openvas";
        scene.ciso.send(Method::POST, path, &[], nessus(&scene, "web-1", &[other]).as_bytes()).await.ok();
        scene.reconcile().await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1);
        let found = findings(&scene).await;
        assert_eq!(found.len(), 2, "{found:?}");
        let both = found.iter().find(|one| one["seen_by"].as_array().unwrap().len() == 2);
        assert!(both.is_some(), "{found:?}");
        scene.pass_days(1).await;
        scanned(&scene, "", &[BANNER]).await;
        let left = findings(&scene).await;
        assert_eq!(left.len(), 1, "the other still sees it: {left:?}");
    }

    async fn a_list_of_many_hosts_says_what_is_wrong_with_each(db: Db) {
        let mut scene = scene(db).await;
        let host = |id: u32, vulnerabilities: Value| {
            json!({"id": id, "hostname": format!("desk-{id}"), "hardware_serial": format!("serial-{id}"), "osquery_host_id": format!("o-{id}"),
                "platform": "ubuntu", "os_version": "Ubuntu 24.04 LTS", "software": [
                    {"id": 7, "name": "viewer", "version": "1.0", "source": "apps", "vulnerabilities": vulnerabilities}]})
        };
        let listed = async |scene: &Scene, hosts: Value| {
            let path = "/api/v1/inventory/files?name=hosts.json&source=fleet&system=SHOP";
            let text = json!({"hosts": hosts}).to_string();
            let answer = scene.ciso.send(Method::POST, path, &[], text.as_bytes()).await.ok();
            scene.reconcile().await;
            answer
        };
        let wrong = json!([{"cve": "CVE-2026-3001", "cvss_score": 9.8, "resolved_in_version": "1.1"}]);
        let answer = listed(&scene, json!([host(1, wrong.clone()), host(2, json!([]))])).await;
        let open = scanner_tickets(&scene, "").await;
        assert_eq!(open.len(), 1, "{open:?} {answer}");
        let items = scene.ticket(&open[0]["id"]).await["items"].clone();
        assert_eq!(items[0]["vulnerability"]["canonical"], "CVE-2026-3001");
        scene.pass_days(1).await;
        listed(&scene, json!([host(1, wrong), host(2, json!([]))])).await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1, "the same again");
        // Nobody has looked: that ends nothing. Looked and found nothing: that does.
        scene.pass_days(1).await;
        listed(&scene, json!([host(1, Value::Null), host(2, Value::Null)])).await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1);
        scene.pass_days(1).await;
        listed(&scene, json!([host(1, json!([])), host(2, json!([]))])).await;
        assert!(scanner_tickets(&scene, "").await.is_empty());
    }

    async fn what_an_sbom_says_is_wrong_with_its_parts_is_a_finding_until_it_says_so_no_longer(db: Db) {
        let mut scene = scene(db).await;
        let told = |vulnerabilities: Value| {
            let mut bom = host(FIXED, "2.32.0");
            bom["components"][0]["bom-ref"] = json!("first");
            bom["vulnerabilities"] = vulnerabilities;
            bom
        };
        let name = host(FIXED, "2.32.0")["components"][0]["name"].as_str().unwrap().to_owned();
        let wrong = json!([
            {"id": "CVE-2026-2001", "ratings": [{"severity": "critical"}], "analysis": {"state": "exploitable"}, "affects": [{"ref": "first"}]},
            {"id": "CVE-2026-2002", "ratings": [{"severity": "high"}], "analysis": {"state": "not_affected"}, "affects": [{"ref": "first"}]},
        ]);
        let answer = scene.inventory("web-1", "SHOP", "", &told(wrong)).await;
        assert_eq!(answer["scan"]["observations"], 2, "{answer}");
        let open = scanner_tickets(&scene, "").await;
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!((open[0]["package"].as_str(), open[0]["severity"].as_str()), (Some(name.as_str()), Some("critical")));
        let items = scene.ticket(&open[0]["id"]).await["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "what its maker has cleared is no item: {items}");
        assert_eq!(items[0]["vulnerability"]["canonical"], "CVE-2026-2001");
        let found = findings(&scene).await;
        assert_eq!(found[0]["why"][0]["rule"], "scanner", "{found:?}");

        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        assert_eq!(scanner_tickets(&scene, "").await.len(), 1, "a list that says nothing of vulnerabilities clears none");
        scene.pass_days(1).await;
        scene.inventory("web-1", "SHOP", "", &told(json!([]))).await;
        assert!(scanner_tickets(&scene, "").await.is_empty(), "the next report has none left");
        let closed = scanner_tickets(&scene, "state=closed").await;
        assert_eq!(closed[0]["closure"], "gone", "{closed:?}");
    }
}
