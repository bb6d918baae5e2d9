// SPDX-License-Identifier: Apache-2.0
//! The group of the other tests with somebody in every seat, and a story that begins in September.

use std::ops::{Deref, DerefMut};

use hinomi_db::{Db, values};
use hinomi_maturity::maturity_keep;
use hinomi_review::{directives_keep, hazards_keep, programmes_keep};
use hinomi_testkit::fixtures::debian_host;
use hinomi_tickets::service::Settler;
use hinomi_web::testing::Answer;
use http::Method;
use serde_json::{Value, json};

#[path = "../support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod group;

pub(crate) use group::SETS;
pub(crate) use hinomi_testkit::fixtures::openssl_record as openssl;

const PEOPLE: &str = "code,name,email,unit_code\nP1,Aiko,aiko@example.test,D1\nP2,Botan,botan@example.test,D2\n\
    P3,Chie,chie@example.test,HQ\nP4,Daigo,daigo@example.test,HQ\n";
const SEATS: &str = "unit_code,kind,required,holder_code\nD1,system_security_manager,true,P1\n\
    D2,system_security_manager,true,P2\nHQ,ciso,true,P3\nHQ,management,true,P4\n";

pub(crate) struct Scene(group::Scene);

impl Deref for Scene {
    type Target = group::Scene;

    fn deref(&self) -> &group::Scene {
        &self.0
    }
}

impl DerefMut for Scene {
    fn deref_mut(&mut self) -> &mut group::Scene {
        &mut self.0
    }
}

pub(crate) async fn scene(db: Db) -> Scene {
    // The company is there before the story begins.
    let mut scene = group::scene_of(db, "2026-09-01T00:00:00Z", PEOPLE, SEATS).await;
    scene.go_to("2026-09-02T09:00:00Z").await;
    for (code, locale) in [("P1", "ja"), ("P2", "en"), ("P3", "en"), ("P4", "ja")] {
        scene.account(code, locale).await;
    }
    Scene(scene)
}

impl Scene {
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
        self.0.inventory(asset, system, &debian_host(openssl)).await
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

    /// What the pictures of a mail say to those who do not see them.
    pub(crate) async fn pictures(&self, to: &str, subject: &str) -> Vec<String> {
        let sql = "SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY created_at, id";
        let payloads: Vec<String> = self.db.column(sql, values![]).await.unwrap();
        let mails = payloads.iter().map(|payload| serde_json::from_str::<Value>(payload).unwrap());
        let mail = mails
            .into_iter()
            .find(|mail| mail["to"] == to && mail["subject"].as_str().unwrap().contains(subject));
        let pictures = mail.unwrap()["pictures"].as_array().cloned().unwrap_or_default();
        pictures.iter().map(|picture| picture["alt"].as_str().unwrap().to_owned()).collect()
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
