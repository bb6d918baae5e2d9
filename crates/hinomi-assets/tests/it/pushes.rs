// SPDX-License-Identifier: Apache-2.0
//! Hosts that send their own inventory: lists that wait, clocks that run ahead, hosts that come back, strangers.

use std::time::Duration;

use hinomi_assets::reconcile::Origin;
use hinomi_assets::{Incoming, SourceName, assets_age, assets_reconcile, records_put};
use hinomi_core::{Grant, PersonId, SeatKind, Time};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{Answer, TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::company::{SETS, company, console, everything, unit};
use crate::hosts::{host, take, with};

const PUSH: &str = "/api/v1/inventory/push";

struct Scene {
    server: TestServer,
    person: PersonId,
    token: String,
}

impl Scene {
    async fn new(db: &Db) -> Self {
        let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
        company(&server.test.app).await;
        let person = server.test.person("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
        let body = json!({"name": "servers", "unit_id": unit(db, "D1").await});
        let mut scene = Self { server, person, token: String::new() };
        let made = scene.ciso().await.post("/api/v1/enrolment-tokens", &body).await.ok();
        scene.token = made["secret"].as_str().unwrap().to_owned();
        scene
    }

    /// Signed in anew: a session does not last as long as some tests.
    async fn ciso(&self) -> TestClient {
        let new = self.server.test.sign_in(self.person).await;
        let (cookie, csrf) = (Some(new.token), Some(new.session.csrf_token));
        TestClient { address: self.server.address, person: Some(self.person), cookie, csrf }
    }

    async fn send(&self, path: &str, bearer: &str, hash: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {bearer}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("x-hinomi-document", hash),
            ("content-type", "application/json"),
        ];
        self.server.client().send(Method::POST, path, &headers, body).await
    }

    async fn enrol(&self, host: &str) -> String {
        let body = json!({"host": host}).to_string();
        let made = self.send("/api/v1/inventory/enrol", &self.token, "", body.as_bytes()).await.ok();
        made["secret"].as_str().unwrap().to_owned()
    }

    /// As the collector does: asks by the hash, and sends the document when it is wanted.
    async fn push(&self, secret: &str, document: &Document) -> Value {
        let hash = document.hash();
        let asked = self.send(PUSH, secret, &hash, b"").await.ok();
        match asked["state"].as_str() {
            Some("wanted") => self.send(PUSH, secret, &hash, document.text().as_bytes()).await.ok(),
            _ => asked,
        }
    }

    fn hours_later(&self, hours: i64) {
        let now = self.server.test.app.now();
        self.server.test.clock.set(Time::from_micros(now.as_micros() + hours * 3_600_000_000));
    }

    async fn asset(&self, name: &str) -> Value {
        let page = self.ciso().await.get(&format!("/api/v1/assets?q={name}")).await.ok();
        assert_eq!(page["total"], 1, "{page}");
        page["items"][0].clone()
    }
}

#[derive(Clone)]
struct Document {
    name: &'static str,
    at: Time,
    packages: usize,
}

/// As the collector writes it, with who the host is.
fn identified(document: &Document, serial: &str) -> String {
    let property = |name: &str, value: &str| json!({ "name": format!("hinomi:{name}"), "value": value });
    let mut text: Value = serde_json::from_str(&document.text()).unwrap();
    text["metadata"]["properties"] = json!([
        property("host:hostname", document.name),
        property("asset:hostname", document.name),
        property("asset:serial", serial),
        property("asset:vendor", "Dell")
    ]);
    text.to_string()
}

impl Document {
    /// Of what it says, not of when.
    fn hash(&self) -> String {
        format!("{} {}", self.name, self.packages)
    }

    fn text(&self) -> String {
        let package = |number: usize| json!({"type": "library", "name": format!("p{number}"), "version": "1", "purl": format!("pkg:npm/p{number}@1")});
        let packages: Vec<Value> = (0..self.packages).map(package).collect();
        json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": packages,
            "metadata": {"timestamp": self.at.to_string(), "component": {"type": "device", "name": self.name}}})
        .to_string()
    }
}

both_engines! { SETS;
    async fn a_document_that_goes_to_disk_is_taken_as_any(db: Db) {
        let scene = Scene::new(&db).await;
        let components: Vec<Value> = (0..9_000)
            .map(|at| {
                let name = format!("a-package-with-a-longer-name-{at:05}");
                json!({ "type": "library", "name": name, "version": "1.0.0", "purl": format!("pkg:npm/{name}@1.0.0") })
            })
            .collect();
        let text = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components,
            "metadata": { "component": { "type": "device", "name": "large-1" } } })
        .to_string();
        assert!(text.len() > 1 << 20, "{} bytes stay in memory", text.len());
        let secret = scene.enrol("machine-1").await;
        let taken = scene.send(PUSH, &secret, "h1", text.as_bytes()).await.ok();
        assert_eq!((&taken["state"], &taken["imported"]["components"]), (&json!("taken"), &json!(9_001)), "{taken}");
        let path = "/api/v1/inventory/imports?asset=large-2&name=large.json";
        let done = scene.ciso().await.send(Method::POST, path, &[], text.as_bytes()).await.ok();
        assert_eq!((&done["asset"], &done["components"]), (&json!("large-2"), &json!(9_001)));
        let cut = &text.as_bytes()[..text.len() - 100];
        let refused = scene.ciso().await.send(Method::POST, path, &[], cut).await.problem(422);
        assert!(refused["detail"].as_str().is_some_and(|text| text.starts_with("large.json: line 1")), "{refused}");
    }

    async fn a_list_that_waits_is_confirmed_and_counts_from_then(db: Db) {
        let scene = Scene::new(&db).await;
        let secret = scene.enrol("m1").await;
        let document = |scene: &Scene, packages| Document { name: "desk-1", at: scene.server.test.app.now(), packages };
        assert_eq!(scene.push(&secret, &document(&scene, 100)).await["state"], "taken");
        scene.hours_later(2);
        let held = scene.push(&secret, &document(&scene, 50)).await;
        assert_eq!((&held["state"], &held["imported"]["state"]), (&json!("held"), &json!("held")), "{held}");
        for _ in 0..2 {
            scene.hours_later(2);
            // What waits does not count: the host is never told that this is what is known of it.
            let again = scene.push(&secret, &document(&scene, 50)).await;
            assert_eq!((&again["state"], &again["imported"]["snapshot_id"]), (&json!("held"), &held["imported"]["snapshot_id"]));
        }
        let path = format!("/api/v1/snapshots/{}/confirm", held["imported"]["snapshot_id"]);
        scene.ciso().await.post(&path, &json!({})).await.ok();
        scene.hours_later(2);
        scene.push(&secret, &document(&scene, 50)).await;
        assert_eq!(scene.push(&secret, &document(&scene, 50)).await["state"], "unchanged");
        let one_more = scene.push(&secret, &document(&scene, 51)).await;
        assert_eq!((&one_more["state"], &one_more["imported"]["added"]), (&json!("taken"), &json!(1)), "{one_more}");
    }

    async fn a_clock_that_ran_ahead_does_not_silence_the_host(db: Db) {
        let scene = Scene::new(&db).await;
        let secret = scene.enrol("m1").await;
        let ahead = Time::from_micros(scene.server.test.app.now().as_micros() + 20 * 3_600_000_000);
        scene.push(&secret, &Document { name: "desk-1", at: ahead, packages: 10 }).await;
        scene.hours_later(1);
        let fixed = Document { name: "desk-1", at: scene.server.test.app.now(), packages: 11 };
        let taken = scene.push(&secret, &fixed).await;
        assert_eq!((&taken["imported"]["state"], &taken["imported"]["added"]), (&json!("applied"), &json!(1)), "{taken}");
        let too_far = Document { at: "2027-11-20T00:00:00Z".parse().unwrap(), packages: 12, ..fixed };
        scene.send(PUSH, &secret, "other", too_far.text().as_bytes()).await.problem(422);
    }

    async fn what_counts_as_older_is_wanted_again(db: Db) {
        let scene = Scene::new(&db).await;
        let secret = scene.enrol("m1").await;
        let now = scene.server.test.app.now();
        scene.push(&secret, &Document { name: "desk-1", at: now, packages: 10 }).await;
        let behind = Time::from_micros(now.as_micros() - 3_600_000_000);
        let late = Document { name: "desk-1", at: behind, packages: 11 };
        assert_eq!(scene.push(&secret, &late).await["imported"]["state"], "older");
        assert_eq!(scene.send(PUSH, &secret, &late.hash(), b"").await.ok()["state"], "wanted");
    }

    async fn a_host_that_was_long_unseen_comes_back_with_the_same_document(db: Db) {
        let scene = Scene::new(&db).await;
        let secret = scene.enrol("m1").await;
        let document = Document { name: "laptop-1", at: scene.server.test.app.now(), packages: 10 };
        scene.push(&secret, &document).await;
        let asset = scene.asset("laptop-1").await;
        scene.hours_later(24 * 40);
        let actor = console();
        let app = &scene.server.test.app;
        let act = everything(app, &actor);
        assert_eq!(assets_age(&act, 30).await.unwrap(), 1);
        assert_eq!(scene.ciso().await.get("/api/v1/assets?q=laptop-1").await.ok()["total"], 0);
        let back = Document { at: app.now(), ..document };
        assert_eq!(scene.push(&secret, &back).await["imported"]["asset_created"], false);
        assert_eq!(scene.asset("laptop-1").await["id"], asset["id"]);
        let history = scene.ciso().await.get(&format!("/api/v1/assets/{}/history", asset["id"].as_str().unwrap())).await.ok();
        assert!(history.to_string().contains("returned"), "{history}");
        assert_eq!(assets_age(&everything(app, &actor), 30).await.unwrap(), 0, "it was seen now");
    }

    async fn a_list_and_a_file_bring_back_what_was_long_unseen(db: Db) {
        let scene = Scene::new(&db).await;
        let app = &scene.server.test.app;
        let actor = console();
        let list = async |at: Time| {
            let incoming = vec![Incoming { key: "7".into(), record: host("rack-7"), observed_at: at }];
            let act = everything(app, &actor);
            records_put(&act, SourceName { name: "netbox", kind: Origin::Cmdb }, incoming).await.unwrap();
            assets_reconcile(&act).await.unwrap()
        };
        let file = async || {
            let document = Document { name: "till-1", at: app.now(), packages: 3 };
            scene.ciso().await.send(Method::POST, "/api/v1/inventory/imports", &[], document.text().as_bytes()).await.ok()
        };
        let first = app.now();
        list(first).await;
        file().await;
        let before = (scene.asset("rack-7").await["id"].clone(), scene.asset("till-1").await["id"].clone());
        scene.hours_later(24 * 40);
        assert_eq!(assets_age(&everything(app, &actor), 30).await.unwrap(), 2);
        assert_eq!(list(first).await.returned, 0, "the same list of old shows nothing new");
        assert_eq!(list(app.now()).await.returned, 1);
        file().await;
        assert_eq!((scene.asset("rack-7").await["id"].clone(), scene.asset("till-1").await["id"].clone()), before);
        assert_eq!(assets_age(&everything(app, &actor), 30).await.unwrap(), 0);
    }

    async fn a_host_that_says_it_is_its_neighbour_is_a_question_and_no_merge(db: Db) {
        let scene = Scene::new(&db).await;
        let app = &scene.server.test.app;
        let actor = console();
        let row = |name: &str, serial: &str| {
            with(host(name), |record| {
                record.identifiers.serial = Some(serial.into());
                record.identifiers.vendor = Some("Dell".into());
            })
        };
        take(&everything(app, &actor), "netbox", Origin::Cmdb, vec![("1".into(), row("desk-1", "S1")), ("2".into(), row("vault-2", "S2"))]).await;
        assets_reconcile(&everything(app, &actor)).await.unwrap();
        let (desk, vault) = (scene.asset("desk-1").await["id"].clone(), scene.asset("vault-2").await["id"].clone());
        let secret = scene.enrol("m1").await;
        let document = Document { name: "desk-1", at: app.now(), packages: 5 };
        let first = scene.send(PUSH, &secret, "1", identified(&document, "S1").as_bytes()).await.ok();
        assert_eq!(first["imported"]["asset_id"], desk);
        // The same secret with a neighbour's serial number and name.
        let stolen = Document { name: "vault-2", packages: 6, ..document };
        let again = scene.send(PUSH, &secret, "2", identified(&stolen, "S2").as_bytes()).await.ok();
        assert_eq!(again["imported"]["asset_id"], desk, "a host writes the asset that it was bound to");
        assert_eq!((scene.asset("desk-1").await["id"].clone(), scene.asset("vault-2").await["id"].clone()), (desk, vault.clone()));
        let ciso = scene.ciso().await;
        let asked = ciso.get("/api/v1/asset-questions").await.ok();
        assert_eq!(asked["total"], 1, "{asked}");
        let candidate = &asked["items"][0]["candidates"][0];
        assert_eq!((&candidate["asset_id"], &asked["items"][0]["rule"]), (&vault, &json!("serial")));
        let path = format!("/api/v1/asset-questions/{}/decide", asked["items"][0]["id"]);
        ciso.post(&path, &json!({})).await.ok();
        let third = Document { packages: 7, ..stolen };
        scene.send(PUSH, &secret, "3", identified(&third, "S2").as_bytes()).await.ok();
        assert_eq!(scene.asset("vault-2").await["id"], vault, "somebody has said that they are two");
    }

    async fn of_a_stranger_only_the_head_is_read(db: Db) {
        let scene = Scene::new(&db).await;
        let mut connection = TcpStream::connect(scene.server.address).await.unwrap();
        // Promises much and sends nothing: whoever waits for the body never answers.
        let head = format!("POST {PUSH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer hinomi-host-guess\r\n\
            content-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n", 200 << 20);
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        let read = tokio::time::timeout(Duration::from_secs(120), connection.read_exact(&mut answer)).await;
        read.expect("the server waits for a stranger's body").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 401");
    }
}
