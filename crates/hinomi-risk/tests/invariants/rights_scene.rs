// SPDX-License-Identifier: Apache-2.0
//! A company in which Sales and Works have one of everything, and how each operation is asked about what is Sales'.

use crate::support::{Scene, host, openssl, scene};
use hinomi_core::{Grant, Permission, Scope, SeatKind, UnitId};
use hinomi_db::Db;
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import, tree_at};
use hinomi_web::openapi::OperationRight;
use hinomi_web::testing::TestClient;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PEOPLE: &str =
    "code,name,email,unit_code\nP1,Aiko Uriba,aiko@example.test,D1\nP2,Bert Koba,bert@example.test,D2\n";
const SEATS: &str = "unit_code,kind,holder_code,holder_from\nD1,system_security_manager,P1,2026-01-01\n\
    D2,system_security_manager,P2,2026-01-01\n";

/// Whose part of the company a reader's seat covers, seen from what is asked for: a record of Sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Whole,
    Own,
    Other,
}

pub(crate) struct Company {
    pub(crate) scene: Scene,
    /// Ids of what is Sales', by the collection in the path.
    ids: BTreeMap<&'static str, String>,
    works_system: String,
    works_unit: String,
    job: String,
    policy: String,
    /// Texts that only stand in records of Sales, and only in records of Works.
    pub(crate) sales: Vec<String>,
    pub(crate) works: Vec<String>,
}

fn id_where(list: &Value, key: &str, value: &str) -> String {
    let row = list["items"].as_array().unwrap().iter().find(|row| row[key] == value);
    let id = &row.unwrap_or_else(|| panic!("no {key} {value} in {list}"))["id"];
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn with_own_package(mut host: Value, name: &str) -> Value {
    host["components"].as_array_mut().unwrap().push(json!({
        "type": "library", "name": name, "version": "1.0.0", "purl": format!("pkg:pypi/{name}@1.0.0")
    }));
    host
}

impl Company {
    pub(crate) async fn new(db: Db) -> Self {
        let scene = scene(db.clone()).await;
        let actor = hinomi_platform::testing::console();
        let act = Act::new(&scene.server.test.app, &actor, Scope::all());
        org_import(&act, SheetKind::People, PEOPLE.as_bytes(), false).await.unwrap();
        org_import(&act, SheetKind::Seats, SEATS.as_bytes(), false).await.unwrap();
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        let threat = json!({"type": "bundle", "id": "bundle--1", "objects": [{"type": "campaign", "id": "campaign--1",
            "name": "Paper Crane", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}]});
        let path = "/api/v1/feeds/import?name=crane";
        scene.ciso.send(http::Method::POST, path, &[], threat.to_string().as_bytes()).await.ok();
        let old = host("3.0.11-1~deb12u1", "2.32.0");
        let first = scene.inventory("web-1", "SHOP", "", &with_own_package(old.clone(), "uribaonly")).await;
        let second = scene.inventory("plc-1", "WORKS", "", &with_own_package(old, "kobaonly")).await;
        let get = async |path: &str| scene.ciso.get(&format!("/api/v1{path}")).await.ok();
        let systems = get("/systems").await;
        let people = get("/people").await;
        let seats = get("/seats").await;
        let tickets = get("/tickets").await;
        let components = get("/components?limit=200").await;
        let units = get("/units").await;
        let jobs = get("/jobs").await;
        let policy = get("/policy").await;
        let (sales_unit, works_unit) = (id_where(&units, "code", "D1"), id_where(&units, "code", "D2"));
        let ids = BTreeMap::from([
            ("units", sales_unit.clone()),
            ("people", id_where(&people, "name", "Aiko Uriba")),
            ("seats", id_where(&seats, "unit_id", &sales_unit)),
            ("systems", id_where(&systems, "code", "SHOP")),
            ("assets", first["asset_id"].as_str().unwrap().to_owned()),
            ("snapshots", first["snapshot_id"].to_string()),
            ("tickets", id_where(&tickets, "system_name", "SHOP")),
            ("components", id_where(&components, "name", "uribaonly")),
        ]);
        let mut ids = ids;
        ids.extend(crate::rights_things::things(&scene, &act, &sales_unit, &ids["systems"]).await);
        let texts =
            |of: [&str; 4], ids: [&str; 4]| of.iter().chain(&ids).map(|text| (*text).to_owned()).collect();
        let works_system = id_where(&systems, "code", "WORKS");
        let works_person = id_where(&people, "name", "Bert Koba");
        Self {
            sales: texts(
                ["Aiko Uriba", "aiko@example.test", "web-1", "uribaonly"],
                [&sales_unit, &ids["people"], &ids["systems"], &ids["assets"]],
            ),
            works: texts(
                ["Bert Koba", "bert@example.test", "plc-1", "kobaonly"],
                [&works_unit, &works_person, &works_system, second["asset_id"].as_str().unwrap()],
            ),
            job: jobs["items"][0]["id"].as_str().unwrap().to_owned(),
            policy: policy["current"]["toml"].as_str().unwrap().to_owned(),
            ids,
            works_system,
            works_unit,
            scene,
        }
    }

    pub(crate) async fn reader(&self, seat: SeatKind, reach: Reach) -> TestClient {
        let tree = tree_at(&self.scene.db, self.scene.server.test.app.now()).await.unwrap();
        let below = |code: &str| -> Vec<UnitId> { tree.subtree(tree.by_code(code).unwrap().id) };
        let grant = match reach {
            Reach::Whole => Grant::everywhere(seat),
            Reach::Own => Grant::new(seat, below("D1")),
            Reach::Other => Grant::new(seat, below("D2")),
        };
        self.scene.server.signed_in(&format!("{seat}-{reach:?}").to_lowercase(), vec![grant]).await
    }

    /// Does the operation ask for one record of Sales?
    pub(crate) fn is_of_sales(&self, right: &OperationRight) -> bool {
        self.ids.contains_key(collection(&right.path)) && right.path.contains("{id}")
    }

    /// The path with the ids of Sales' records and the parameters that the operation cannot do without.
    pub(crate) fn path(&self, right: &OperationRight) -> String {
        let id = match collection(&right.path) {
            "vulnerabilities" | "advisories" => "DEMO-1",
            "threats" => "campaign--1",
            "jobs" => &self.job,
            "feeds" => crate::rights_things::FEED,
            "settings" => "asset-stale-days",
            "me" | "saved-filters" => "00000000-0000-7000-8000-000000000000",
            known => self.ids.get(known).map_or("", String::as_str),
        };
        let path = right.path.replace("{id}", id).replace("{name}", id);
        assert!(
            !right.path.contains('{') || !id.is_empty() && !path.contains('{'),
            "say which record {path} is about"
        );
        let of_both = format!("?ids={},{}", self.ids["systems"], self.works_system);
        let asset_ids = format!("?ids={},{}", self.ids["assets"], self.ids["other-asset"]);
        let query = match (right.method, right.path.trim_start_matches("/api/v1")) {
            ("GET", "/affected" | "/affected/assets") => "?q=DEMO-1",
            ("GET", "/risk/systems") => &of_both,
            ("GET", "/risk/assets") => &asset_ids,
            ("GET", "/saved-filters") => "?list=assets",
            ("GET", "/search") => "?q=only",
            ("GET", "/org/export") | ("POST", "/org/import") => "?kind=people",
            ("GET", "/tickets/export") => "?sort=opened",
            ("POST", "/inventory/imports") => "?asset=web-1&source=agent",
            ("POST", "/inventory/files") => "?source=agent",
            ("POST", "/feeds/import") => "?name=test",
            _ => "",
        };
        format!("{path}{query}")
    }

    /// What changes something of Sales', or of the whole instance; `None` for an operation that nobody described here.
    pub(crate) fn body(&self, right: &OperationRight) -> Option<String> {
        let id = |name: &str| self.ids[name].as_str();
        let nothing = json!({});
        let body = match (right.method, right.path.trim_start_matches("/api/v1")) {
            ("POST", "/assets") => json!({"name": "new-1", "kind": "host", "system_id": id("systems")}),
            ("POST", "/assets/assign") => {
                json!({"asset_ids": [id("assets")], "system_id": self.works_system})
            }
            ("PATCH", "/assets/{id}") => json!({"name": "renamed"}),
            ("POST", "/assets/{id}/merge") => json!({"asset_ids": [id("other-asset")]}),
            ("POST", "/assets/{id}/split") => json!({"record_ids": [1]}),
            ("POST", "/assets/{id}/relations") => {
                json!({"kind": "runs_on", "to_asset_id": id("other-asset")})
            }
            ("POST", "/assignment-rules") => {
                json!({"position": 1, "name_pattern": "x", "unit_id": id("units")})
            }
            ("PUT", "/asset-sources/{name}") => json!({"rank": 1}),
            ("POST", "/saved-filters") => json!({"list": "assets", "name": "mine", "query": "kind=host"}),
            ("DELETE", "/saved-filters/{id}") => nothing,
            ("PUT", "/import-mappings/{name}") => json!({"columns": {}}),
            ("POST", "/enrolment-tokens") => json!({"name": "new", "unit_id": id("units")}),
            ("POST", "/asset-questions/{id}/decide" | "/asset-decisions/{id}/revoke") => nothing,
            ("POST", "/enrolment-tokens/{id}/revoke" | "/enrolled-hosts/{id}/revoke") => nothing,
            ("DELETE", "/assignment-rules/{id}" | "/import-mappings/{name}") => nothing,
            ("POST", "/inventory/preview") => return Some("Name\nweb-1\n".to_owned()),
            ("POST", "/inventory/files") => host("3.0.14-1~deb12u1", "2.33.0"),
            ("POST", "/feeds/{name}/sync") => nothing,
            ("POST", "/feeds/held/{id}/decide") => json!({"decision": "refuse"}),
            ("POST", "/feeds/import") => openssl("DEMO-2", None, "2026-01-02T00:00:00Z"),
            ("POST", "/inventory/imports") => host("3.0.14-1~deb12u1", "2.33.0"),
            ("POST", "/org/import") => {
                return Some("code,name,email,unit_code\nP1,Taken Over,aiko@example.test,D2\n".to_owned());
            }
            ("POST", "/people") => json!({"code": "P9", "name": "New", "unit_id": id("units")}),
            ("PATCH", "/people/{id}") => json!({"name": "Renamed", "unit_id": self.works_unit}),
            ("PUT", "/policy") => json!({"toml": format!("{}\n# changed\n", self.policy), "reason": "test"}),
            ("POST", "/policy/preview") => json!({"toml": self.policy}),
            ("POST", "/seats") => json!({"unit_id": id("units"), "kind": "auditor", "required": true}),
            ("POST", "/seats/{id}/assign") => json!({"person_id": id("people")}),
            ("PUT", "/settings/{name}") => json!({"value": 40, "version": 0}),
            ("POST", "/systems") => json!({"code": "NEW", "name": "New", "unit_id": id("units")}),
            ("PATCH", "/systems/{id}") => json!({"name": "Renamed", "unit_id": self.works_unit}),
            ("PATCH", "/tickets/{id}") => json!({"assignee_id": null}),
            ("POST", "/tickets/{id}/comments") => json!({"text": "mine"}),
            ("POST", "/tickets/bulk") => {
                json!({"action": "comment", "ticket_ids": [id("tickets").parse::<i64>().unwrap()], "text": "mine"})
            }
            ("POST", "/units") => {
                json!({"code": "S9", "kind": "section", "name": "New", "parent_id": id("units")})
            }
            ("PATCH", "/units/{id}") => json!({"name": "Renamed", "parent_id": self.works_unit}),
            ("PUT", "/me/preferences") => json!({"locale": "en", "theme": "dark"}),
            ("PUT", "/me/password") => json!({"new_password": "correct horse battery"}),
            (
                "POST",
                "/assets/{id}/retire"
                | "/assets/{id}/restore"
                | "/systems/{id}/retire"
                | "/systems/{id}/restore"
                | "/seats/{id}/vacate",
            ) => nothing,
            ("POST", "/units/{id}/close") => json!({"valid_to": "2030-01-01"}),
            ("POST", "/tickets/{id}/start" | "/snapshots/{id}/confirm" | "/snapshots/{id}/reject") => nothing,
            ("POST", "/jobs/{id}/cancel") | ("DELETE", "/session" | "/me/sessions" | "/me/sessions/{id}") => {
                nothing
            }
            _ => return None,
        };
        Some(body.to_string())
    }
}

/// `/api/v1/tickets/{id}/history` is about `tickets`.
fn collection(path: &str) -> &str {
    path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default()
}

pub(crate) fn holds(seat: SeatKind, right: &OperationRight) -> bool {
    let permission: Permission = right.permission.as_deref().unwrap().parse().unwrap();
    // Whoever is signed in has at least their own profile.
    permission == Permission::ProfileRead || seat.permissions().contains(permission)
}
