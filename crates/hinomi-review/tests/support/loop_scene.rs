// SPDX-License-Identifier: Apache-2.0
//! A group of two departments with a system each, a clock to turn, inventories and records to bring in.

use std::sync::Arc;

use hinomi_core::{Actor, Clock, Grant, PersonId, Scope, SeatKind, Time};
use hinomi_db::{Db, Migration};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import, tree_at};
use hinomi_platform::testing::TestApp;
use hinomi_tickets::service::Settler;
use hinomi_web::testing::{Answer, TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};

pub(crate) const SETS: &[&[Migration]] = &[
    hinomi_platform::MIGRATIONS,
    hinomi_obligations::MIGRATIONS,
    hinomi_org::MIGRATIONS,
    hinomi_assets::MIGRATIONS,
    hinomi_inventory::MIGRATIONS,
    hinomi_advisories::MIGRATIONS,
    hinomi_findings::MIGRATIONS,
    hinomi_tickets::MIGRATIONS,
    hinomi_maturity::MIGRATIONS,
    hinomi_review::MIGRATIONS,
];

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\n\
    HQ,group,Head Office,本社,,2025-01-01\nJP,region,Japan,日本,HQ,2025-01-01\nEU,region,Europe,欧州,HQ,2025-01-01\n\
    D1,department,Sales,営業,JP,2025-01-01\nD2,department,Works,工場,EU,2025-01-01\n";
const PEOPLE: &str = "code,name,email,unit_code\nP1,Aiko,aiko@example.test,D1\nP2,Ren,ren@example.test,JP\n";
const SEATS: &str = "unit_code,kind,required,holder_code\nD1,system_security_manager,true,P1\n\
    D2,system_security_manager,true,\nJP,regional_ciso,true,P2\n";

pub(crate) struct Scene {
    pub(crate) server: TestServer,
    pub(crate) db: Db,
    pub(crate) ciso: TestClient,
    session: u64,
}

async fn admin(server: &TestServer, session: u64) -> TestClient {
    let grants = vec![Grant::everywhere(SeatKind::Administrator), Grant::everywhere(SeatKind::Ciso)];
    server.signed_in(&format!("admin-{session}"), grants).await
}

pub(crate) async fn scene(db: Db) -> Scene {
    scene_at(db, "2026-11-23T00:00:00Z").await
}

/// Founded at that time.
pub(crate) async fn scene_at(db: Db, at: &str) -> Scene {
    scene_of(db, at, PEOPLE, SEATS).await
}

/// With these people in these seats.
pub(crate) async fn scene_of(db: Db, at: &str, people: &str, seats: &str) -> Scene {
    let mut test = TestApp::new(db.clone());
    test.clock.set(at.parse().unwrap());
    test.app = test.app.with_settings(
        [
            hinomi_assets::settings::settings(),
            hinomi_advisories::settings(),
            hinomi_maturity::settings(),
            hinomi_review::settings(),
            hinomi_obligations::settings::settings(),
        ]
        .concat(),
    );
    test.app = test
        .app
        .with_estates(vec![Arc::new(hinomi_assets::AssetEstate), Arc::new(hinomi_review::ReviewEstate)]);
    let risk = hinomi_risk::RiskState::default();
    let domains = vec![
        hinomi_org::api(),
        hinomi_assets::api(),
        hinomi_advisories::api::api(),
        hinomi_tickets::api::api(risk.open_tickets().clone()),
        hinomi_risk::api::api(risk),
        hinomi_maturity::api(),
        hinomi_review::api(),
    ];
    let server = TestServer::start(test, domains).await;
    let actor: Actor = hinomi_platform::testing::console();
    let act = Act::new(&server.test.app, &actor, Scope::all());
    for (kind, sheet) in [(SheetKind::Units, UNITS), (SheetKind::People, people), (SheetKind::Seats, seats)] {
        org_import(&act, kind, sheet.as_bytes(), false).await.unwrap();
    }
    let ciso = admin(&server, 0).await;
    let scene = Scene { server, db, ciso, session: 0 };
    scene.system("SHOP", "D1").await;
    scene.system("WORKS", "D2").await;
    scene
}

impl Scene {
    pub(crate) fn now(&self) -> Time {
        self.server.test.clock.now()
    }

    pub(crate) async fn unit(&self, code: &str) -> String {
        tree_at(&self.db, self.now()).await.unwrap().by_code(code).unwrap().id.to_string()
    }

    pub(crate) async fn manager(&self, code: &str) -> TestClient {
        let tree = tree_at(&self.db, self.now()).await.unwrap();
        let subtree = tree.subtree(tree.by_code(code).unwrap().id);
        let grant = Grant::new(SeatKind::SystemSecurityManager, subtree);
        self.server.signed_in(&format!("manager-{}-{}", code.to_lowercase(), self.session), vec![grant]).await
    }

    pub(crate) async fn person(&self, code: &str) -> PersonId {
        hinomi_org::person_by_code(&self.db, code).await.unwrap().unwrap().id
    }

    /// Somebody who can be written to.
    pub(crate) async fn account(&self, code: &str, locale: &str) {
        let person = hinomi_org::person_by_code(&self.db, code).await.unwrap().unwrap();
        let new = hinomi_platform::accounts::NewAccount {
            person_id: person.id,
            email: person.email.clone().unwrap(),
            name: person.name.clone(),
            locale: locale.to_owned(),
        };
        let mut tx = self.db.begin().await.unwrap();
        let actor = hinomi_platform::testing::console();
        hinomi_platform::accounts::create(&mut tx, &self.server.test.app, &actor, new).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody with this seat over the unit and what is below it.
    pub(crate) async fn reader(&mut self, seat: SeatKind, code: &str) -> TestClient {
        let tree = tree_at(&self.db, self.now()).await.unwrap();
        let grant = match code {
            "HQ" => Grant::everywhere(seat),
            _ => Grant::new(seat, tree.subtree(tree.by_code(code).unwrap().id)),
        };
        self.session += 1;
        self.server.signed_in(&format!("{seat}-{code}-{}", self.session).to_lowercase(), vec![grant]).await
    }

    async fn system(&self, code: &str, unit: &str) {
        let new = json!({
            "code": code, "name": code, "name_ja": "店", "unit_id": self.unit(unit).await, "reachability": "internet",
            "importance": {"confidentiality": "high", "integrity": "low", "availability": "moderate"},
            "sensitive_data": true, "sensitive_kinds": []
        });
        self.ciso.post("/api/v1/systems", &new).await.ok();
    }

    /// Sessions end with the days, so that each day has its own.
    pub(crate) async fn go_to(&mut self, time: &str) {
        self.server.test.clock.set(time.parse().unwrap());
        self.session += 1;
        self.ciso = admin(&self.server, self.session).await;
    }

    pub(crate) async fn pass_days(&mut self, days: i64) {
        let later = self.now().plus_days(days).to_string();
        self.go_to(&later).await;
    }

    pub(crate) async fn record(&self, record: &Value) {
        let path = "/api/v1/feeds/import?name=test";
        self.ciso.send(Method::POST, path, &[], record.to_string().as_bytes()).await.ok();
    }

    pub(crate) async fn inventory(&self, asset: &str, system: &str, bom: &Value) -> Answer {
        let now = self.now().to_string();
        self.inventory_at(asset, system, bom, &now).await
    }

    pub(crate) async fn inventory_at(&self, asset: &str, system: &str, bom: &Value, at: &str) -> Answer {
        let path =
            format!("/api/v1/inventory/imports?asset={asset}&system={system}&source=agent&observed_at={at}");
        self.ciso.send(Method::POST, &path, &[], bom.to_string().as_bytes()).await
    }

    pub(crate) async fn reconcile(&self) {
        hinomi_findings::reconcile(&self.db, self.now(), false).await.unwrap();
        Settler::default().settle(&self.db, self.now(), false).await.unwrap();
    }
}
