// SPDX-License-Identifier: Apache-2.0
//! What becomes known of a vulnerability decides its tickets anew, those alone, and their history says why.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod support;

use hinomi_core::Clock;
use hinomi_db::{Db, both_engines, values};
use hinomi_tickets::service::Settler;
use serde_json::{Value, json};
use support::{SETS, Scene, bom, host, openssl, requests, scene};

const CVE: &str = "CVE-2026-0007";

fn epss(day: u32, scores: &[(&str, &str)]) -> String {
    let mut text =
        format!("#model_version:v1,score_date:2026-11-{day:02}T00:00:00+0000\ncve,epss,percentile\n");
    for (cve, score) in scores {
        text.push_str(&format!("{cve},{score},0.5\n"));
    }
    text
}

/// A CVE record with CISA's container; `exploitation` is what the coordinator decided.
fn cve(exploitation: Option<&str>, updated: &str) -> String {
    let points = exploitation.map(|word| {
        json!([{"other": {"type": "ssvc", "content": {"id": CVE, "role": "CISA Coordinator", "version": "2.0.3",
            "timestamp": updated, "options": [{"Exploitation": word}, {"Automatable": "no"}, {"Technical Impact": "total"}]}}}])
    });
    let container = json!({"providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP",
        "dateUpdated": updated}, "title": "CISA ADP Vulnrichment", "metrics": points.unwrap_or_else(|| json!([]))});
    json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": CVE, "state": "PUBLISHED",
            "assignerOrgId": "00000000-0000-4000-8000-000000000000", "dateUpdated": updated, "datePublished": "2026-01-01T00:00:00.000Z"},
        "containers": {"cna": {"providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000000", "dateUpdated": updated},
            "descriptions": [{"lang": "en", "value": "a flaw in requests"}], "affected": [{"vendor": "v", "product": "p",
            "versions": [{"version": "1", "status": "affected"}]}], "references": [{"url": "https://example.org/"}]},
            "adp": [container]}})
    .to_string()
}

impl Scene {
    async fn brings(&self, document: &str) {
        let path = "/api/v1/feeds/import?name=test";
        let report = self.ciso.send(http::Method::POST, path, &[], document.as_bytes()).await.ok();
        assert_eq!(report["refused"], 0, "{report}");
        self.reconcile().await;
    }

    /// The reasons that the newest decision anew gives, with what it was before and after.
    async fn told(&self, id: &Value) -> Value {
        let history = self.ciso.get(&format!("/api/v1/tickets/{id}/history")).await.ok();
        let events = history["items"].as_array().unwrap();
        events
            .iter()
            .find(|event| event["kind"] == "item_rated")
            .map_or(Value::Null, |event| event["data"].clone())
    }
}

/// Everything about tickets, as text.
async fn rows(db: &Db) -> Vec<String> {
    let queries = [
        "SELECT CAST(id AS TEXT) || ' ' || CAST(criticality AS TEXT) || ' ' || CAST(due_at AS TEXT) || ' ' || severity || ' ' \
         || CAST(items_open AS TEXT) || ' ' || CAST(assets AS TEXT) || ' ' || COALESCE(target_version, '-') FROM ticket",
        "SELECT CAST(ticket_id AS TEXT) || ' ' || CAST(vulnerability_id AS TEXT) || ' ' || CAST(criticality AS TEXT) || ' ' || \
         CAST(due_at AS TEXT) FROM ticket_item",
        "SELECT CAST(case_id AS TEXT) || ' ' || CAST(from_at AS TEXT) || ' ' || CAST(to_at AS TEXT) FROM case_interval",
        "SELECT CAST(id AS TEXT) FROM ticket_event",
    ];
    let mut all = Vec::new();
    for query in queries {
        let mut rows: Vec<String> = db.column(query, values![]).await.unwrap();
        rows.sort();
        all.extend(rows);
    }
    all
}

/// A works in whose host a library without a severity lies, and a second library of another vulnerability.
async fn exposed(db: Db) -> (Scene, Value) {
    let scene = scene(db).await;
    let mut other = requests("DEMO-8", &["CVE-2026-0008"], "9.0");
    other["affected"][0]["package"]["name"] = json!("urllib3");
    scene.records(&[requests("DEMO-7", &[CVE], "2.33.0"), other]).await;
    let host = bom(vec![
        json!({"type": "library", "name": "requests", "version": "2.32.0", "purl": "pkg:pypi/requests@2.32.0"}),
        json!({"type": "library", "name": "urllib3", "version": "2.0", "purl": "pkg:pypi/urllib3@2.0"}),
    ]);
    scene.inventory("plc-1", "WORKS", "", &host).await;
    let open = scene.tickets("").await;
    let id = open.iter().find(|ticket| ticket["package"] == "requests").unwrap()["id"].clone();
    assert_eq!(scene.ticket(&id).await["criticality"], "high");
    (scene, id)
}

both_engines! { SETS;
    async fn a_day_of_scores_moves_the_tickets_that_crossed_a_bound_and_no_others(db: Db) {
        let (mut scene, id) = exposed(db.clone()).await;
        scene.brings(&epss(1, &[(CVE, "0.04"), ("CVE-2026-0008", "0.01"), ("CVE-2020-0001", "0.9")])).await;
        let before = rows(&db).await;
        scene.brings(&epss(2, &[(CVE, "0.09"), ("CVE-2026-0008", "0.02"), ("CVE-2020-0001", "0.7")])).await;
        assert_eq!(rows(&db).await, before, "nothing crossed a bound");
        scene.pass_days(1).await;
        scene.brings(&epss(3, &[(CVE, "0.62"), ("CVE-2026-0008", "0.03")])).await;
        let ticket = scene.ticket(&id).await;
        assert_eq!((&ticket["criticality"], &ticket["decision"]["row"]), (&json!("critical"), &json!("likely-important")), "{ticket}");
        assert_eq!(ticket["decision"]["inputs"]["epss_score"], 0.62);
        let told = scene.told(&id).await;
        assert_eq!((&told["from"], &told["to"], &told["vulnerability"]), (&json!("high"), &json!("critical"), &json!(CVE)), "{told}");
        assert_eq!(told["because"][0], json!({"what": "epss_score", "from": null, "to": 0.62}), "no bound was near when it was decided");
        let moved = rows(&db).await;
        let other = |rows: &[String]| rows.iter().filter(|row| !moved.contains(row)).count();
        // The ticket, its item and the interval that ended; the new interval and two events are new.
        assert_eq!((other(&before), moved.len() - before.len()), (3, 3), "{before:#?} {moved:#?}");
        let now = scene.server.test.clock.now();
        Settler::default().settle(&db, now, true).await.unwrap();
        assert_eq!(rows(&db).await, moved, "all of it again says the same");
        scene.pass_days(1).await;
        scene.brings(&epss(4, &[(CVE, "0.3"), ("CVE-2026-0008", "0.03")])).await;
        assert_eq!(scene.ticket(&id).await["criticality"], "high");
        assert_eq!(scene.told(&id).await["because"][0], json!({"what": "epss_score", "from": 0.62, "to": 0.3}));
    }

    async fn what_becomes_urgent_is_due_from_then_and_says_so_when_it_falls_again(db: Db) {
        let mut scene = scene(db.clone()).await;
        let mut record = requests("DEMO-7", &[CVE], "2.33.0");
        record["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}]);
        scene.records(&[record]).await;
        let library = json!({"type": "library", "name": "requests", "version": "2.32.0", "purl": "pkg:pypi/requests@2.32.0"});
        scene.inventory("plc-1", "WORKS", "", &bom(vec![library])).await;
        let id = scene.tickets("").await[0]["id"].clone();
        let seen = scene.server.test.clock.now();
        let day = |days: i64| json!(seen.plus_days(days).to_string());
        let stands = |ticket: &Value| (ticket["criticality"].clone(), ticket["due_at"].clone());
        assert_eq!(stands(&scene.ticket(&id).await), (json!("medium"), day(90)));
        scene.brings(&epss(1, &[(CVE, "0.04")])).await;
        // Nobody had a reason to have it done within fifteen days of the first sight.
        scene.pass_days(40).await;
        scene.brings(&epss(2, &[(CVE, "0.62")])).await;
        let ticket = scene.ticket(&id).await;
        assert_eq!(stands(&ticket), (json!("critical"), day(40 + 15)), "{ticket}");
        let why = ticket["decision"]["reasons"].to_string();
        assert!(why.contains("counted from when it became so urgent"), "{ticket}");
        let kept: Vec<String> = db.column("SELECT standing FROM ticket_item", values![]).await.unwrap();
        let kept: Value = serde_json::from_str(&kept[0]).unwrap();
        let rose = seen.plus_days(40).as_micros();
        assert_eq!(kept, json!({"high": rose, "critical": rose}));
        // Later looks count from the same moment.
        scene.pass_days(3).await;
        scene.reconcile().await;
        assert_eq!(scene.ticket(&id).await["due_at"], day(40 + 15));
        // It falls: its own date holds again, and the history says from what to what and why.
        scene.brings(&epss(3, &[(CVE, "0.01")])).await;
        assert_eq!(stands(&scene.ticket(&id).await), (json!("medium"), day(90)));
        let told = scene.told(&id).await;
        let dates = (seen.plus_days(55).as_micros(), seen.plus_days(90).as_micros());
        assert_eq!((&told["due_before"], &told["due_at"]), (&json!(dates.0), &json!(dates.1)), "{told}");
        assert_eq!(told["because"][0]["what"], "epss_score", "{told}");
        // Near its own date it rises again: it gets no more time than it had.
        scene.pass_days(42).await;
        scene.brings(&epss(4, &[(CVE, "0.7")])).await;
        assert_eq!(stands(&scene.ticket(&id).await), (json!("critical"), day(90)));
    }

    async fn what_a_coordinator_decided_and_what_a_catalogue_lists_count_and_are_told(db: Db) {
        let (mut scene, id) = exposed(db.clone()).await;
        scene.pass_days(1).await;
        scene.brings(&cve(Some("active"), "2026-11-02T00:00:00.000Z")).await;
        let ticket = scene.ticket(&id).await;
        assert_eq!((&ticket["criticality"], &ticket["decision"]["row"]), (&json!("critical"), &json!("seen-exploited-important")), "{ticket}");
        assert_eq!(ticket["decision"]["inputs"]["exploitation"], "active");
        let told = scene.told(&id).await;
        assert_eq!(told["because"], json!([{"what": "ssvc", "from": "", "to": "active/no/total"}]), "{told}");
        let page = scene.ciso.get(&format!("/api/v1/vulnerabilities/{CVE}")).await.ok();
        assert_eq!(page["ssvc"][0]["points"][0], json!(["Exploitation", "active"]), "{page}");
        scene.pass_days(1).await;
        scene.brings(&cve(None, "2026-11-03T00:00:00.000Z")).await;
        assert_eq!(scene.ticket(&id).await["criticality"], "high");
        scene.pass_days(1).await;
        let kev = json!({"title": "t", "catalogVersion": "1", "dateReleased": "2026-11-04T00:00:00Z", "count": 1, "vulnerabilities": [
            {"cveID": CVE, "vulnerabilityName": "x", "dateAdded": "2026-11-04", "requiredAction": "patch", "dueDate": "2026-11-25",
             "knownRansomwareCampaignUse": "Unknown", "vendorProject": "v", "product": "p", "shortDescription": "s"}]});
        scene.brings(&kev.to_string()).await;
        let told = scene.told(&id).await;
        assert_eq!(told["because"][0], json!({"what": "known_exploited", "from": false, "to": true}), "{told}");
        assert_eq!(scene.ticket(&id).await["known_exploited"], true);
    }

    async fn what_is_known_of_a_cve_holds_for_the_distributions_advisory_about_it(db: Db) {
        let scene = scene(db).await;
        let mut advisory = openssl("DSA-5600-1", Some("3.0.11-1~deb12u2"), "2026-01-02T00:00:00Z");
        advisory["upstream"] = json!([CVE]);
        advisory["severity"] = json!([]);
        scene.record(&advisory).await;
        scene.inventory("plc-1", "WORKS", "", &host("3.0.11-1~deb12u1", "2.33.0")).await;
        let id = scene.tickets("").await[0]["id"].clone();
        assert_eq!(scene.ticket(&id).await["known_exploited"], false);
        let kev = json!({"title": "t", "catalogVersion": "1", "dateReleased": "2026-11-04T00:00:00Z", "count": 1, "vulnerabilities": [
            {"cveID": CVE, "vulnerabilityName": "x", "dateAdded": "2026-11-04", "requiredAction": "patch", "dueDate": "2026-11-25",
             "knownRansomwareCampaignUse": "Unknown", "vendorProject": "v", "product": "p", "shortDescription": "s"}]});
        scene.brings(&kev.to_string()).await;
        scene.brings(&epss(3, &[(CVE, "0.62")])).await;
        let ticket = scene.ticket(&id).await;
        assert_eq!((&ticket["known_exploited"], &ticket["decision"]["inputs"]["epss_score"]), (&json!(true), &json!(0.62)), "{ticket}");
        // No record bears the CVE's name; it is asked for all the same.
        assert_eq!(scene.tickets(&format!("vulnerability={CVE}")).await[0]["id"], id);
        let answer = scene.ciso.get(&format!("/api/v1/affected?q={CVE}")).await.ok();
        assert_eq!((&answer["assets_total"], &answer["matched"][0]["label"]), (&json!(1), &json!("DSA-5600-1")), "{answer}");
    }

    async fn a_cve_shows_what_distributions_say_is_affected_by_it(db: Db) {
        let scene = scene(db).await;
        let mut advisory = openssl("DSA-5600-1", Some("3.0.11-1~deb12u2"), "2026-01-02T00:00:00Z");
        advisory["upstream"] = json!([CVE]);
        scene.record(&advisory).await;
        scene.brings(&cve(None, "2026-11-02T00:00:00.000Z")).await;
        scene.inventory("plc-1", "WORKS", "", &host("3.0.11-1~deb12u1", "2.33.0")).await;
        let affected = scene.ciso.get(&format!("/api/v1/vulnerabilities/{CVE}/affected")).await.ok();
        let row = &affected["items"][0];
        assert_eq!((&row["asset"]["name"], &row["fixed_version"]), (&json!("plc-1"), &json!("3.0.11-1~deb12u2")), "{affected}");
        assert_eq!(row["ticket_id"], scene.tickets("").await[0]["id"], "{row}");
        assert_eq!(scene.tickets(&format!("vulnerability={CVE}")).await.len(), 1);
        let answer = scene.ciso.get(&format!("/api/v1/affected?q={CVE}")).await.ok();
        assert_eq!(answer["assets_total"], 1, "{answer}");
    }

    async fn a_draft_of_the_policy_is_tried_on_likelihoods(db: Db) {
        let (scene, _) = exposed(db).await;
        scene.brings(&epss(1, &[(CVE, "0.04"), ("CVE-2026-0008", "0.01")])).await;
        let policy = scene.ciso.get("/api/v1/policy").await.ok()["current"]["toml"].as_str().unwrap().to_owned();
        // The bound of every row that lies at one half falls to three hundredths.
        let draft = policy.replace("epss_score_at_least = 0.5", "epss_score_at_least = 0.03")
            .replace("epss_score_at_least = 0.1", "epss_score_at_least = 0.02");
        let preview = scene.ciso.post("/api/v1/policy/preview", &json!({"toml": draft})).await.ok();
        assert_eq!(preview["criticality"], json!([{"from": "high", "to": "critical", "tickets": 1}]), "{preview}");
        scene.ciso.put("/api/v1/policy", &json!({"toml": draft, "reason": "test"})).await.ok();
        scene.reconcile().await;
        assert_eq!(scene.tickets("criticality=critical").await.len(), 1);
    }
}
