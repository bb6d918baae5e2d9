// SPDX-License-Identifier: Apache-2.0
//! What reconciliation and enrolment know of Sales: a question, a decision, a token, a host, a rule, a mapping.

use std::collections::BTreeMap;

use hinomi_advisories::service::prepare::Document;
use hinomi_assets::reconcile::{Origin, SourceRecord};
use hinomi_assets::{Act, Incoming, SourceName, assets_reconcile, records_put};
use serde_json::{Value, json};

use crate::support::Scene;

/// Hosts of two domains that bear one name; a scan that names no domain fits both.
const NAMES: [&str; 2] = ["kasa", "shio"];

fn said(key: &str, name: &str, domain: Option<&str>, act: &Act<'_>) -> Incoming {
    let mut record = SourceRecord { name: name.to_owned(), ..SourceRecord::default() };
    record.identifiers.hostnames.push(name.to_owned());
    record.identifiers.fqdns.extend(domain.map(|domain| format!("{name}.{domain}")));
    Incoming { key: key.to_owned(), record, observed_at: act.now }
}

/// A feed, and the number of the record that is held back of it.
pub(crate) const FEED: &str = "1";

/// A feed that is known to the configuration, and a record of it that waits for a decision.
async fn held(act: &Act<'_>) {
    let db = &act.app.db;
    let plan = hinomi_advisories::sync::SyncPlan {
        name: FEED.to_owned(),
        kind: "file".to_owned(),
        url: "https://example.test/".to_owned(),
        licence: String::new(),
        enabled: false,
        every_minutes: 60,
    };
    hinomi_advisories::sync::plans_put(db, &[plan], act.now).await.unwrap();
    let guard = hinomi_advisories::Guard::read(db, act.now).await.unwrap();
    let record = json!({"id": "FUTURE-1", "modified": "2099-01-01T00:00:00Z"}).to_string();
    let document = Document { path: "future.json".to_owned(), bytes: Ok(record.into_bytes()) };
    let importer = hinomi_advisories::Importer::open(db, act.now, FEED, "file").await.unwrap();
    let mut importer = importer.guarded(Some(guard));
    importer.take(vec![document]).await.unwrap();
    assert_eq!(importer.finish().await.unwrap().held, 1);
    let held = hinomi_advisories::held::held_list(db, None, 0, 9).await.unwrap();
    assert_eq!(held[0].id.to_string(), FEED);
}

/// Ids by the collection in the path.
pub(crate) async fn things(
    scene: &Scene,
    act: &Act<'_>,
    unit: &str,
    system: &str,
) -> BTreeMap<&'static str, String> {
    held(act).await;
    let agents = NAMES.iter().flat_map(|name| {
        ["a.example", "b.example"].map(|domain| said(&format!("{name}.{domain}"), name, Some(domain), act))
    });
    let agent = SourceName { name: "agents", kind: Origin::Agent };
    records_put(act, agent, agents.collect()).await.unwrap();
    assets_reconcile(act).await.unwrap();
    let mut ids = Vec::new();
    for name in NAMES {
        let page = scene.ciso.get(&format!("/api/v1/assets?q={name}")).await.ok();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
    }
    scene.ciso.post("/api/v1/assets/assign", &json!({"asset_ids": ids, "system_id": system})).await.ok();
    let scans = NAMES.iter().map(|name| said(name, name, None, act));
    records_put(act, SourceName { name: "scan", kind: Origin::Scanner }, scans.collect()).await.unwrap();
    assets_reconcile(act).await.unwrap();
    let asked = scene.ciso.get("/api/v1/asset-questions").await.ok();
    let questions: Vec<&Value> = asked["items"].as_array().unwrap().iter().collect();
    assert_eq!(questions.len(), 2, "{asked}");
    let decide = format!("/api/v1/asset-questions/{}/decide", questions[1]["id"]);
    let decided =
        scene.ciso.post(&decide, &json!({"same_as": questions[1]["candidates"][0]["record_id"]})).await.ok();
    let token = json!({"name": "servers", "unit_id": unit});
    let token = scene.ciso.post("/api/v1/enrolment-tokens", &token).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    hinomi_assets::enrolment::host_enrol(act.app, &text(&token["secret"]), "machine").await.unwrap();
    let hosts = format!("/api/v1/enrolment-tokens/{}/hosts", text(&token["id"]));
    let host = scene.ciso.get(&hosts).await.ok();
    let rule = json!({"position": 9, "name_pattern": "nothing-*", "unit_id": unit});
    let rule = scene.ciso.post("/api/v1/assignment-rules", &rule).await.ok();
    let mapped = scene.ciso.put("/api/v1/import-mappings/ours", &json!({"columns": {}})).await;
    assert!(mapped.status.is_success(), "{}", mapped.text());
    BTreeMap::from([
        ("asset-questions", questions[0]["id"].to_string()),
        ("asset-decisions", text(&decided["id"])),
        ("enrolment-tokens", text(&token["id"])),
        ("enrolled-hosts", text(&host[0]["id"])),
        ("assignment-rules", text(&rule["id"])),
        ("import-mappings", "ours".to_owned()),
        ("asset-sources", "scan".to_owned()),
        ("other-asset", text(&ids[0])),
    ])
}
