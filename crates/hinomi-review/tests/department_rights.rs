// SPDX-License-Identifier: Apache-2.0
//! Every operation of a department's own loop and of what is owed × every seat × the whole group, the own department, another
//! one; and what is refused changes nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of the loop")]
mod support;

use std::sync::atomic::{AtomicI64, Ordering};

use hinomi_core::{Grant, Permission, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_org::tree_at;
use hinomi_review::department::departments_keep;
use hinomi_web::openapi::{self, OperationRight};
use hinomi_web::testing::{Answer, TestClient};
use http::Method;
use serde_json::{Value, json};
use support::{SETS, Scene, scene};

const TAGS: [&str; 9] = [
    "/api/v1/department",
    "/api/v1/departments",
    "/api/v1/self-checks",
    "/api/v1/self-check-sets",
    "/api/v1/obligations",
    "/api/v1/obligation-pauses",
    "/api/v1/me/obligations",
    "/api/v1/calendars",
    "/api/v1/department/",
];

/// Each operation with the permission it needs and what it is about.
const TABLE: &[(&str, &str, About)] = &[
    ("GET /api/v1/calendars", "OrgRead", About::Unit),
    ("GET /api/v1/department", "RiskRead", About::Unit),
    ("GET /api/v1/departments", "RiskRead", About::Own),
    ("GET /api/v1/me/obligations", "ProfileRead", About::Own),
    ("GET /api/v1/obligations", "RiskRead", About::Own),
    ("GET /api/v1/self-check-sets", "RiskRead", About::Own),
    ("GET /api/v1/self-checks", "RiskRead", About::Unit),
    ("POST /api/v1/department/causes", "DepartmentWrite", About::Unit),
    ("POST /api/v1/department/improvements", "DepartmentWrite", About::Unit),
    ("POST /api/v1/department/improvements/{id}/close", "DepartmentWrite", About::Missing),
    ("POST /api/v1/department/improvements/{id}/confirm", "DepartmentWrite", About::Missing),
    ("POST /api/v1/obligation-pauses/{id}/approve", "ReviewWrite", About::Missing),
    ("POST /api/v1/obligation-pauses/{id}/end", "ReviewWrite", About::Missing),
    ("POST /api/v1/obligations/{id}/pauses", "DepartmentWrite", About::Unit),
    ("POST /api/v1/self-check-sets", "PolicyWrite", About::Whole),
    ("POST /api/v1/self-checks/{id}/hand-in", "DepartmentWrite", About::Wrong),
    ("PUT /api/v1/calendars/{unit}", "PolicyWrite", About::Unit),
    ("PUT /api/v1/calendars/{unit}/days/{day}", "PolicyWrite", About::Unit),
    ("PUT /api/v1/self-checks/{id}", "DepartmentWrite", About::Unit),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A unit or what is its own: others are not told that it exists.
    Unit,
    /// Whatever the reader sees.
    Own,
    /// Something that is not there.
    Missing,
    /// A unit's own; what this test sends is not whole.
    Wrong,
    /// Every unit at once; what this test sends is no set.
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Whole,
    Own,
    Other,
}

fn operations() -> Vec<(OperationRight, About)> {
    let mut rights = openapi::operations(&openapi::document(vec![hinomi_review::api()]));
    rights.retain(|right| {
        TAGS.iter().any(|tag| {
            right.path == *tag || right.path.starts_with(&format!("{}/", tag.trim_end_matches('/')))
        })
    });
    rights.sort_by_key(|right| format!("{} {}", right.method, right.path));
    let named: Vec<(String, String)> = rights
        .iter()
        .map(|right| {
            (format!("{} {}", right.method, right.path), right.permission.clone().unwrap_or_default())
        })
        .collect();
    let table: Vec<(String, String)> =
        TABLE.iter().map(|(name, permission, _)| ((*name).to_owned(), (*permission).to_owned())).collect();
    assert_eq!(named, table, "the API document and the table of this test differ");
    rights.into_iter().zip(TABLE).map(|(right, (_, _, about))| (right, *about)).collect()
}

/// What this test asks about: the unit, its self-check, what it owes for it.
struct Known {
    unit: String,
    check: String,
    /// How often the self-check was written.
    changes: AtomicI64,
    owed: String,
}

async fn ask(client: &TestClient, right: &OperationRight, known: &Known) -> Answer {
    let id = match right.path.as_str() {
        path if path.starts_with("/api/v1/self-checks") => &known.check,
        path if path.starts_with("/api/v1/obligations/") => &known.owed,
        _ => "00000000-0000-7000-8000-000000000000",
    };
    let path = right.path.replace("{id}", id).replace("{unit}", &known.unit).replace("{day}", "2026-12-30");
    let query = match right.path.as_str() {
        "/api/v1/calendars" | "/api/v1/department" => format!("?unit={}", known.unit),
        "/api/v1/self-checks" => format!("?unit={}", known.unit),
        _ => String::new(),
    };
    let body: Value = match right.path.trim_start_matches("/api/v1") {
        _ if right.method == "GET" => Value::Null,
        "/department/causes" => {
            json!({"unit_id": known.unit, "month": "2026-10", "figure": "tickets-open", "cause": "capacity"})
        }
        "/department/improvements" => json!({"unit_id": known.unit, "month": "2026-10", "title": "Better",
            "measure": {"kind": "open_tickets"}, "target": 0.0, "due_on": "2026-12-24"}),
        "/department/improvements/{id}/close" => json!({"state": "done", "result": "well"}),
        "/obligations/{id}/pauses" => json!({"reason": "stocktaking"}),
        "/self-check-sets" => json!({"text": "version = 1", "reason": "test"}),
        "/self-checks/{id}" | "/self-checks/{id}/hand-in" => {
            json!({"revision": known.changes.load(Ordering::Relaxed), "answers": {}})
        }
        "/calendars/{unit}" => json!({"calendar": "jp"}),
        "/calendars/{unit}/days/{day}" => json!({"off": true, "name": "year's end"}),
        _ => json!({}),
    };
    let method: Method = right.method.parse().unwrap();
    let text = if body.is_null() { String::new() } else { body.to_string() };
    client
        .send(method, &format!("{path}{query}"), &[("content-type", "application/json")], text.as_bytes())
        .await
}

async fn reader(scene: &Scene, seat: SeatKind, reach: Reach) -> TestClient {
    let tree = tree_at(&scene.db, scene.now()).await.unwrap();
    let subtree = |code: &str| tree.subtree(tree.by_code(code).unwrap().id);
    let grant = match reach {
        Reach::Whole => Grant::everywhere(seat),
        Reach::Own => Grant::new(seat, subtree("D1")),
        Reach::Other => Grant::new(seat, subtree("D2")),
    };
    scene.server.signed_in(&format!("{seat}-{reach:?}").to_lowercase(), vec![grant]).await
}

async fn written(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM department_cause",
        "SELECT COUNT(*) FROM improvement",
        "SELECT COUNT(*) FROM obligation_pause",
        "SELECT COUNT(*) FROM self_check_set",
        "SELECT COUNT(*) FROM calendar_unit",
        "SELECT COUNT(*) FROM calendar_day",
        "SELECT COUNT(*) FROM self_check WHERE changed_at IS NOT NULL",
    ] {
        counts.push(db.scalar(sql, values![]).await.unwrap());
    }
    counts
}

both_engines! { SETS;
    async fn every_seat_may_do_what_the_table_says_and_nothing_else(db: Db) {
        let scene = scene(db.clone()).await;
        departments_keep(&scene.server.test.app).await.unwrap();
        let unit = scene.unit("D1").await;
        let check = scene.ciso.get(&format!("/api/v1/self-checks?unit={unit}")).await.ok();
        let owed = scene.ciso.get(&format!("/api/v1/obligations?unit={unit}")).await.ok();
        let known = Known {
            check: check["id"].as_str().unwrap().to_owned(),
            changes: AtomicI64::new(0),
            owed: owed["items"][0]["id"].as_str().unwrap().to_owned(),
            unit,
        };
        let operations = operations();
        let stranger = scene.server.client();
        for (right, _) in &operations {
            ask(&stranger, right, &known).await.problem(401);
        }
        for &seat in SeatKind::ALL {
            for reach in [Reach::Whole, Reach::Own, Reach::Other] {
                let client = reader(&scene, seat, reach).await;
                for (right, about) in &operations {
                    let before = written(&db).await;
                    let answer = ask(&client, right, &known).await;
                    let place = format!("{} {} for {seat} of {reach:?}: {}", right.method, right.path, answer.text());
                    let permission: Permission = right.permission.as_deref().unwrap().parse().unwrap();
                    let may = seat.permissions().contains(permission)
                        && (*about != About::Whole || reach == Reach::Whole);
                    let wanted = match (reach, about) {
                        _ if !may => 403,
                        (_, About::Missing) => 404,
                        (Reach::Other, About::Unit | About::Wrong) => 404,
                        (_, About::Wrong | About::Whole) => 422,
                        _ => 200,
                    };
                    assert_eq!(answer.status.as_u16(), wanted, "{place}");
                    if right.method == "PUT" && right.path.contains("/self-checks/") {
                        known.changes.fetch_add(i64::from(wanted == 200), Ordering::Relaxed);
                    }
                    if wanted != 200 {
                        assert_eq!(written(&db).await, before, "{place}");
                    }
                    if reach == Reach::Other {
                        assert!(!answer.text().contains("Sales") && !answer.text().contains("web-1"), "{place}");
                    }
                }
            }
        }
    }
}
