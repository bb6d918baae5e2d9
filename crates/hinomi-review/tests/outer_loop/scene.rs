// SPDX-License-Identifier: Apache-2.0
//! A company of two regions with a department each, a clock to turn, hosts and records to bring in.

use hinomi_core::{Actor, Clock, Grant, PersonId, Scope, SeatKind, Time};
use hinomi_db::{Db, Migration, values};
use hinomi_maturity::maturity_keep;
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import, tree_at};
use hinomi_platform::testing::TestApp;
use hinomi_review::{directives_keep, hazards_keep, programmes_keep};
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
const PEOPLE: &str = "code,name,email,unit_code\nP1,Aiko,aiko@example.test,D1\nP2,Botan,botan@example.test,D2\n\
    P3,Chie,chie@example.test,HQ\nP4,Daigo,daigo@example.test,HQ\n";
const SEATS: &str = "unit_code,kind,required,holder_code\nD1,system_security_manager,true,P1\n\
    D2,system_security_manager,true,P2\nHQ,ciso,true,P3\nHQ,management,true,P4\n";

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
    let mut test = TestApp::new(db.clone());
    test.app =
        test.app.with_settings([hinomi_assets::settings::settings(), hinomi_advisories::settings()].concat());
    let domains = vec![
        hinomi_org::api(),
        hinomi_assets::api(),
        hinomi_advisories::api::api(),
        hinomi_tickets::api::api(),
        hinomi_maturity::api(),
        hinomi_review::api(),
    ];
    // The company is there before the story begins.
    test.clock.set("2026-09-01T00:00:00Z".parse().unwrap());
    let server = TestServer::start(test, domains).await;
    let actor: Actor = hinomi_platform::testing::console();
    let act = Act::new(&server.test.app, &actor, Scope::all());
    for (kind, sheet) in [(SheetKind::Units, UNITS), (SheetKind::People, PEOPLE), (SheetKind::Seats, SEATS)] {
        org_import(&act, kind, sheet.as_bytes(), false).await.unwrap();
    }
    let ciso = admin(&server, 0).await;
    let mut scene = Scene { server, db, ciso, session: 0 };
    scene.go_to("2026-09-02T09:00:00Z").await;
    for (code, locale) in [("P1", "ja"), ("P2", "en"), ("P3", "en"), ("P4", "ja")] {
        scene.account(code, locale).await;
    }
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

    pub(crate) async fn person(&self, code: &str) -> PersonId {
        hinomi_org::person_by_code(&self.db, code).await.unwrap().unwrap().id
    }

    async fn account(&self, code: &str, locale: &str) {
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

    pub(crate) async fn record(&self, record: &Value) {
        let path = "/api/v1/feeds/import?name=test";
        self.ciso.send(Method::POST, path, &[], record.to_string().as_bytes()).await.ok();
    }

    /// CISA's catalogue with one entry.
    pub(crate) async fn exploited(&self, cve: &str) {
        let catalogue = json!({
            "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.09.01",
            "dateReleased": "2026-09-01T00:00:00.0000Z", "count": 1, "vulnerabilities": [{
                "cveID": cve, "vendorProject": "OpenSSL", "product": "OpenSSL", "vulnerabilityName": "A gap",
                "dateAdded": "2026-09-01", "shortDescription": "A gap", "requiredAction": "Update.",
                "dueDate": "2026-09-22", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []
            }]
        });
        let path = "/api/v1/feeds/import?name=kev";
        self.ciso.send(Method::POST, path, &[], catalogue.to_string().as_bytes()).await.ok();
    }

    /// What this host has, as its agent saw it now.
    pub(crate) async fn inventory(&self, asset: &str, system: &str, openssl: &str) -> Answer {
        let path = format!(
            "/api/v1/inventory/imports?asset={asset}&system={system}&source=agent&observed_at={}",
            self.now()
        );
        self.ciso.send(Method::POST, &path, &[], host(openssl).to_string().as_bytes()).await
    }

    /// Everything that runs in the background, once.
    pub(crate) async fn settle(&self) {
        let app = &self.server.test.app;
        hinomi_findings::reconcile(&self.db, self.now(), false).await.unwrap();
        Settler::default().settle(&self.db, self.now(), false).await.unwrap();
        maturity_keep(&self.db, self.now()).await.unwrap();
        hazards_keep(app).await.unwrap();
        directives_keep(app).await.unwrap();
        programmes_keep(app).await.unwrap();
    }

    /// Mails so far as (to, subject, text), in the order in which they were written.
    pub(crate) async fn mails(&self) -> Vec<(String, String, String)> {
        let sql = "SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY created_at, id";
        let payloads: Vec<String> = self.db.column(sql, values![]).await.unwrap();
        let text = |mail: &Value, field: &str| mail[field].as_str().unwrap().to_owned();
        payloads
            .iter()
            .map(|payload| serde_json::from_str::<Value>(payload).unwrap())
            .map(|mail| (text(&mail, "to"), text(&mail, "subject"), text(&mail, "text")))
            .collect()
    }
}

/// A Debian 12 host with an openssl of this version and enough others to be a host.
fn host(openssl: &str) -> Value {
    let mut components = vec![
        json!({"type": "operating-system", "name": "debian", "version": "12"}),
        json!({"type": "library", "name": "libssl3", "version": openssl,
            "purl": format!("pkg:deb/debian/libssl3@{openssl}?arch=amd64&distro=debian-12&upstream=openssl")}),
    ];
    for number in 0..30 {
        components.push(json!({"type": "library", "name": format!("pad{number}"), "version": "1.0-1",
            "purl": format!("pkg:deb/debian/pad{number}@1.0-1?arch=amd64&distro=debian-12")}));
    }
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components})
}

/// A record about Debian 12's openssl, fixed in this version.
pub(crate) fn openssl(id: &str, fixed: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "aliases": [], "summary": format!("{id} in openssl"),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]
    })
}
