// SPDX-License-Identifier: Apache-2.0
//! Every operation on bodies, meetings, decisions and packs × every seat × the whole group or a department; and whoever sits in a
//! body reads what it reads, without any seat that reads.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_core::{Grant, Permission, PersonId, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_review::pack::packs_keep;
use hinomi_web::openapi::{self, OperationRight};
use hinomi_web::testing::{Answer, TestClient, prints};
use http::Method;
use serde_json::{Value, json};
use support::{SETS, Scene, scene};

/// Each operation and the permission that its door asks for; readers are looked at behind it: by right, or by a place at the
/// table.
const TABLE: &[(&str, &str)] = &[
    ("GET /api/v1/bodies", "ProfileRead"),
    ("GET /api/v1/bodies/{id}", "ProfileRead"),
    ("GET /api/v1/decisions/{id}", "ProfileRead"),
    ("GET /api/v1/meetings", "ProfileRead"),
    ("GET /api/v1/meetings/{id}", "ProfileRead"),
    ("GET /api/v1/packs", "ProfileRead"),
    ("GET /api/v1/packs/{id}", "ProfileRead"),
    ("GET /api/v1/packs/{id}/pdf", "ProfileRead"),
    ("GET /api/v1/packs/{id}/picture", "ProfileRead"),
    ("GET /api/v1/packs/{id}/rows", "ProfileRead"),
    ("POST /api/v1/bodies", "ReviewWrite"),
    ("POST /api/v1/bodies/{id}/close", "ReviewWrite"),
    ("POST /api/v1/meetings", "ReviewWrite"),
    ("POST /api/v1/meetings/{id}/decisions", "ReviewWrite"),
    ("POST /api/v1/meetings/{id}/guests", "ReviewWrite"),
    ("POST /api/v1/meetings/{id}/guests/remove", "ReviewWrite"),
    ("POST /api/v1/meetings/{id}/state", "ReviewWrite"),
    ("PUT /api/v1/bodies/{id}", "ReviewWrite"),
    ("PUT /api/v1/meetings/{id}", "ReviewWrite"),
    ("PUT /api/v1/meetings/{id}/attendance", "ReviewWrite"),
];

fn operations() -> Vec<OperationRight> {
    let mut rights = openapi::operations(&openapi::document(vec![hinomi_review::api()]));
    let ours = ["bodies", "decisions", "meetings", "packs"];
    rights.retain(|right| {
        right.path.trim_start_matches("/api/v1/").split('/').next().is_some_and(|name| ours.contains(&name))
    });
    rights.sort_by_key(|right| format!("{} {}", right.method, right.path));
    let named: Vec<String> = rights
        .iter()
        .map(|right| {
            format!("{} {} {}", right.method, right.path, right.permission.clone().unwrap_or_default())
        })
        .collect();
    let table: Vec<String> = TABLE.iter().map(|(name, permission)| format!("{name} {permission}")).collect();
    assert_eq!(named, table, "the API document and the table of this test differ");
    rights
}

/// One of each, by the first word of its path.
struct Ids {
    body: String,
    meeting: String,
    decision: String,
    pack: String,
}

impl Ids {
    fn of(&self, path: &str) -> &str {
        match path.trim_start_matches("/api/v1/").split('/').next().unwrap() {
            "bodies" => &self.body,
            "meetings" => &self.meeting,
            "decisions" => &self.decision,
            _ => &self.pack,
        }
    }
}

/// A closed month with its pack, the committee's meeting and what it decided; P1 is named member of the committee.
async fn made(scene: &mut Scene) -> Ids {
    scene.account("P1", "en").await;
    scene.go_to("2026-12-04T01:00:00Z").await;
    maturity_keep(&scene.db, scene.now()).await.unwrap();
    scene.go_to("2026-12-05T01:00:00Z").await;
    packs_keep(&scene.server.test.app).await.unwrap();
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let board = founded(scene, scene.person("P1").await).await;
    let body = id(&scene.ciso.post("/api/v1/bodies", &board).await.ok());
    let new = json!({"body_id": body, "month": "2026-11", "starts_at": "2026-12-08T01:00:00Z"});
    let meeting = scene.ciso.post("/api/v1/meetings", &new).await.ok();
    let path = format!("/api/v1/meetings/{}", id(&meeting));
    let state = json!({"version": meeting["version"], "state": "held"});
    scene.ciso.post(&format!("{path}/state"), &state).await.ok();
    let decision = scene.ciso.post(&format!("{path}/decisions"), &json!({"text": "Mend it"})).await.ok();
    let packs = scene.ciso.get("/api/v1/packs").await.ok();
    Ids { body, meeting: id(&meeting), decision: id(&decision), pack: id(&packs["items"][0]) }
}

/// A body of the group with one place.
async fn founded(scene: &Scene, person: PersonId) -> Value {
    json!({"code": "board", "unit_id": scene.unit("HQ").await, "name": "Board", "cadence": "monthly",
        "places": [{"role": "chair", "chair": true, "filled_by": "person", "person_id": person}]})
}

async fn ask(client: &TestClient, right: &OperationRight, ids: &Ids) -> Answer {
    let mut path = right.path.replace("{id}", ids.of(&right.path));
    if path.ends_with("/rows") {
        path.push_str("?figure=moved.after");
    }
    let method: Method = right.method.parse().unwrap();
    // Nothing that is written: doors are looked at, and what lies behind them stays as it is.
    let body = if method == Method::GET { "" } else { "{}" };
    client.send(method, &path, &[("content-type", "application/json")], body.as_bytes()).await
}

async fn written(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM review_body",
        "SELECT COUNT(*) FROM review_meeting",
        "SELECT COUNT(*) FROM review_decision",
        "SELECT COUNT(*) FROM review_pack",
    ] {
        counts.push(db.scalar(sql, values![]).await.unwrap());
    }
    counts
}

both_engines! { SETS;
    async fn doors_and_what_lies_behind_them(db: Db) {
        let mut scene = scene(db.clone()).await;
        let ids = made(&mut scene).await;
        let operations = operations();
        let before = written(&db).await;
        let stranger = scene.server.client();
        for right in &operations {
            ask(&stranger, right, &ids).await.problem(401);
        }
        for &seat in SeatKind::ALL {
            for reach in ["HQ", "D1"] {
                let client = scene.reader(seat, reach).await;
                for right in &operations {
                    let has = |permission: Permission| seat.permissions().contains(permission);
                    // It asks for nothing more, so that whoever may closes.
                    if right.path.ends_with("/close") && has(Permission::ReviewWrite) {
                        continue;
                    }
                    let answer = ask(&client, right, &ids).await;
                    let place = format!("{} {} for {seat} of {reach}: {}", right.method, right.path, answer.text());
                    let status = answer.status.as_u16();
                    if right.method != "GET" {
                        let may = has(Permission::ReviewWrite);
                        assert_eq!(status == 403, !may, "{place}");
                        assert_ne!(status, 200, "{place}");
                        continue;
                    }
                    let reads = has(Permission::ReviewRead) && reach == "HQ";
                    let one = right.path.contains("{id}");
                    match (one, reads) {
                        _ if !has(Permission::ProfileRead) => assert_eq!(status, 403, "{place}"),
                        (true, false) => assert_eq!(status, 404, "{place}"),
                        (false, false) => assert_eq!(answer.ok()["items"], json!([]), "{place}"),
                        // A program without its pages has no fonts to print with.
                        (true, true) if right.path.ends_with("/pdf") && status != 200 => {
                            assert!(!prints(), "{place}");
                        }
                        (_, true) => assert_eq!(status, 200, "{place}"),
                    }
                }
            }
        }
        assert_eq!(written(&db).await, before);
    }

    async fn a_body_is_made_of_people_and_seats_that_its_maker_sees(db: Db) {
        let mut scene = scene(db.clone()).await;
        let (region, group) = (scene.unit("JP").await, scene.unit("HQ").await);
        let theirs = scene.person("P1").await;
        let stranger = {
            let person = json!({"code": "P9", "name": "Zoe", "email": "zoe@example.test", "unit_id": scene.unit("D2").await});
            scene.ciso.post("/api/v1/people", &person).await.ok()["id"].clone()
        };
        let regional = scene.reader(SeatKind::RegionalCiso, "JP").await;
        let new = |code: &str, place: Value| json!({"code": code, "unit_id": region, "name": "Board", "cadence": "monthly",
            "places": [{"role": "chair", "chair": true, "filled_by": "person", "person_id": theirs}, place]});
        let person = |id: &Value| json!({"role": "member", "filled_by": "person", "person_id": id});
        let seat = |filled: &str, unit: &str| json!({"role": "ciso", "filled_by": filled, "unit_id": unit, "seat_kind": "ciso"});
        for (code, place) in [("one", person(&stranger)), ("two", seat("seat", &group)), ("three", seat("seats_below", &group))] {
            let refused = regional.post("/api/v1/bodies", &new(code, place)).await;
            assert_eq!(refused.status, 422, "{code}: {}", refused.text());
            assert!(!refused.text().contains("Zoe"));
        }
        let made = regional.post("/api/v1/bodies", &new("four", seat("seats_below", &region))).await.ok();
        // What the group gave it stays when the region changes the rest.
        let path = format!("/api/v1/bodies/{}", made["id"].as_str().unwrap());
        let body = new("four", person(&stranger));
        scene.ciso.put(&path, &json!({"version": made["version"], "body": body})).await.ok();
        let version = regional.get(&path).await.ok()["version"].clone();
        let mut renamed = body.clone();
        renamed["name"] = json!("Regional board");
        regional.put(&path, &json!({"version": version, "body": renamed})).await.ok();
    }

    async fn a_place_at_the_table_reads_what_the_body_reads(db: Db) {
        let mut scene = scene(db.clone()).await;
        let ids = made(&mut scene).await;
        let person = scene.person("P1").await;
        // No seat but that of every employee.
        scene.server.test.grants.set(person, vec![Grant::everywhere(SeatKind::Employee)]);
        let session = scene.server.test.sign_in(person).await;
        let member = TestClient {
            address: scene.server.client().address,
            person: Some(person),
            cookie: Some(session.token),
            csrf: Some(session.session.csrf_token),
        };
        for right in operations() {
            let answer = ask(&member, &right, &ids).await;
            let place = format!("{} {}: {}", right.method, right.path, answer.text());
            match right.method {
                "GET" if right.path.ends_with("/pdf") && !prints() => {}
                "GET" => assert_eq!(answer.status.as_u16(), 200, "{place}"),
                _ => assert_eq!(answer.status.as_u16(), 403, "{place}"),
            }
        }
        let bodies = member.get("/api/v1/bodies").await.ok();
        let codes: Vec<&str> = bodies["items"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["board"], "the body that one sits in, and no other");
        let packs = member.get("/api/v1/packs").await.ok();
        assert_eq!(packs["items"].as_array().unwrap().len(), 1);
        // Whose place is given to somebody else reads no more.
        let path = format!("/api/v1/bodies/{}", ids.body);
        let board = scene.ciso.get(&path).await.ok();
        let mut change = founded(&scene, scene.person("P2").await).await;
        change = json!({"version": board["version"], "body": change});
        scene.ciso.put(&path, &change).await.ok();
        member.get(&path).await.problem(404);
        member.get(&format!("/api/v1/packs/{}", ids.pack)).await.problem(404);
    }
}
