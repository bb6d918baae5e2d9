// SPDX-License-Identifier: Apache-2.0
//! A small company with one shop and one works, records and inventories to bring in, and the reconcilers.

use hinomi_core::{Actor, Clock, Grant, Scope, SeatKind, UnitId};
use hinomi_db::{Db, Migration};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import, tree_at};
use hinomi_platform::App;
use hinomi_platform::testing::TestApp;
use hinomi_tickets::service::Settler;
use hinomi_web::OpenApiRouter;
use hinomi_web::testing::{TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const SETS: &[&[Migration]] = &[
    hinomi_platform::MIGRATIONS,
    hinomi_obligations::MIGRATIONS,
    hinomi_org::MIGRATIONS,
    hinomi_assets::MIGRATIONS,
    hinomi_inventory::MIGRATIONS,
    hinomi_advisories::MIGRATIONS,
    hinomi_findings::MIGRATIONS,
    hinomi_tickets::MIGRATIONS,
];

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\n\
    HQ,group,Head Office,本社,,2025-01-01\nJP,region,Japan,日本,HQ,2025-01-01\nEU,region,Europe,欧州,HQ,2025-01-01\n\
    D1,department,Sales,営業,JP,2025-01-01\nD2,department,Works,工場,EU,2025-01-01\n";

pub(crate) struct Scene {
    pub server: TestServer,
    pub db: Db,
    pub ciso: TestClient,
    session: u64,
}

/// Sessions end with the days, so that each day has its own.
async fn admin(server: &TestServer, session: u64) -> TestClient {
    let grants = vec![Grant::everywhere(SeatKind::Administrator), Grant::everywhere(SeatKind::Ciso)];
    server.signed_in(&format!("admin-{session}"), grants).await
}

/// The routes of every domain.
pub(crate) fn domains() -> Vec<OpenApiRouter<App>> {
    let risk = hinomi_risk::RiskState::default();
    vec![
        hinomi_org::api(),
        hinomi_assets::api(),
        hinomi_advisories::api::api(),
        hinomi_tickets::api::api(risk.open_tickets().clone()),
        hinomi_risk::api::api(risk),
    ]
}

pub(crate) async fn scene(db: Db) -> Scene {
    let mut test = TestApp::new(db.clone());
    test.app =
        test.app.with_settings([hinomi_assets::settings::settings(), hinomi_advisories::settings()].concat());
    test.app = test.app.with_estates(vec![std::sync::Arc::new(hinomi_assets::AssetEstate)]);
    let server = TestServer::start(test, domains()).await;
    let actor: Actor = hinomi_platform::testing::console();
    let act = Act::new(&server.test.app, &actor, Scope::all());
    org_import(&act, SheetKind::Units, UNITS.as_bytes(), false).await.unwrap();
    let ciso = admin(&server, 0).await;
    let scene = Scene { server, db, ciso, session: 0 };
    scene.system("SHOP", "D1", "internet", true).await;
    scene.system("WORKS", "D2", "internal", false).await;
    scene
}

impl Scene {
    pub(crate) async fn unit(&self, code: &str) -> UnitId {
        let now = self.server.test.clock.now();
        tree_at(&self.db, now).await.unwrap().by_code(code).unwrap().id
    }

    pub(crate) async fn manager(&self, code: &str) -> TestClient {
        let tree = tree_at(&self.db, self.server.test.clock.now()).await.unwrap();
        let subtree = tree.subtree(tree.by_code(code).unwrap().id);
        let grant = Grant::new(SeatKind::SystemSecurityManager, subtree);
        self.server.signed_in(&format!("manager-{}", code.to_lowercase()), vec![grant]).await
    }

    pub(crate) async fn system(&self, code: &str, unit: &str, reachability: &str, sensitive: bool) {
        let new = json!({
            "code": code, "name": code, "name_ja": "店", "unit_id": self.unit(unit).await, "reachability": reachability,
            "importance": {"confidentiality": "high", "integrity": "low", "availability": "moderate"},
            "sensitive_data": sensitive, "sensitive_kinds": []
        });
        self.ciso.post("/api/v1/systems", &new).await.ok();
    }

    pub(crate) async fn pass_days(&mut self, days: u64) {
        self.server.test.clock.advance(Duration::from_secs(days * 86_400));
        self.session += 1;
        self.ciso = admin(&self.server, self.session).await;
    }

    pub(crate) fn today(&self) -> String {
        self.server.test.clock.now().day().to_string()
    }

    pub(crate) async fn record(&self, record: &Value) -> Value {
        self.records(std::slice::from_ref(record)).await
    }

    /// Brings records in as one upload, then matches and settles.
    pub(crate) async fn records(&self, records: &[Value]) -> Value {
        let mut report = Value::Null;
        for record in records {
            let body = record.to_string();
            let path = "/api/v1/feeds/import?name=test";
            report = self.ciso.send(Method::POST, path, &[], body.as_bytes()).await.ok();
        }
        self.reconcile().await;
        report
    }

    /// Brings an inventory in, observed now, then matches and settles.
    pub(crate) async fn inventory(&self, asset: &str, system: &str, options: &str, bom: &Value) -> Value {
        let observed = self.server.test.clock.now().to_string();
        let options = if options.contains("observed_at") {
            options.to_owned()
        } else {
            format!("{options}&observed_at={observed}")
        };
        let path = format!("/api/v1/inventory/imports?asset={asset}&system={system}&source=agent{options}");
        let answer = self.ciso.send(Method::POST, &path, &[], bom.to_string().as_bytes()).await.ok();
        self.reconcile().await;
        answer
    }

    pub(crate) async fn reconcile(&self) {
        let now = self.server.test.clock.now();
        hinomi_findings::reconcile(&self.db, now, false).await.unwrap();
        Settler::default().settle(&self.db, now, false).await.unwrap();
    }

    pub(crate) async fn tickets(&self, query: &str) -> Vec<Value> {
        let page = self.ciso.get(&format!("/api/v1/tickets?limit=200&{query}")).await.ok();
        page["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn ticket(&self, id: &Value) -> Value {
        self.ciso.get(&format!("/api/v1/tickets/{id}")).await.ok()
    }
}

/// A Debian 12 host with an openssl of this version, a Python package and enough others to be a host.
pub(crate) fn host(openssl: &str, requests: &str) -> Value {
    let mut components = vec![
        json!({"type": "library", "name": "libssl3", "version": openssl,
            "purl": format!("pkg:deb/debian/libssl3@{openssl}?arch=amd64&distro=debian-12&upstream=openssl")}),
        json!({"type": "library", "name": "requests", "version": requests,
            "purl": format!("pkg:pypi/requests@{requests}")}),
    ];
    for number in 0..30 {
        components.push(json!({"type": "library", "name": format!("pad{number}"), "version": "1.0-1",
            "purl": format!("pkg:deb/debian/pad{number}@1.0-1?arch=amd64&distro=debian-12")}));
    }
    bom(components)
}

pub(crate) fn bom(components: Vec<Value>) -> Value {
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components})
}

/// A record about Debian 12's openssl, fixed in this version.
pub(crate) fn openssl(id: &str, fixed: Option<&str>, modified: &str) -> Value {
    let mut events = vec![json!({"introduced": "0"})];
    events.extend(fixed.map(|fixed| json!({"fixed": fixed})));
    json!({
        "schema_version": "1.7.0", "id": id, "modified": modified, "published": "2026-01-01T00:00:00Z",
        "aliases": [], "summary": format!("{id} in openssl"),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    })
}

/// A record about PyPI's requests.
pub(crate) fn requests(id: &str, aliases: &[&str], fixed: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-01-02T00:00:00Z", "aliases": aliases,
        "summary": format!("{id} in requests"),
        "affected": [{"package": {"ecosystem": "PyPI", "name": "requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]
    })
}
