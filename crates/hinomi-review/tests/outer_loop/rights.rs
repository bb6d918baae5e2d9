// SPDX-License-Identifier: Apache-2.0
//! Every operation of the outer loop × every seat × the whole group, the department concerned, another one; and what is
//! refused changes nothing.

use hinomi_core::{Permission, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_web::openapi::{self, OperationRight};
use hinomi_web::testing::{Answer, TestClient};
use http::Method;
use serde_json::{Value, json};

use crate::scene::{SETS, openssl, scene};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// One of Sales: others are not told that it exists.
    Sales,
    /// Whatever the reader sees.
    Own,
    /// The whole group at once.
    Whole,
}

/// Each operation, the permission it needs, what it is about, and what it answers to whoever may.
const TABLE: &[(&str, &str, About, u16)] = &[
    ("GET /api/v1/directives", "RiskRead", About::Own, 200),
    ("GET /api/v1/directives/{id}", "RiskRead", About::Sales, 200),
    ("GET /api/v1/hazard-rule", "RiskRead", About::Own, 200),
    ("GET /api/v1/hazards", "RiskRead", About::Own, 200),
    ("GET /api/v1/hazards/{id}", "RiskRead", About::Sales, 200),
    ("GET /api/v1/measurements/{id}/rows", "RiskRead", About::Sales, 200),
    ("GET /api/v1/measures", "RiskRead", About::Own, 200),
    ("GET /api/v1/programmes", "RiskRead", About::Own, 200),
    ("GET /api/v1/programmes/{id}", "RiskRead", About::Sales, 200),
    ("POST /api/v1/directives", "ReviewWrite", About::Sales, 200),
    ("POST /api/v1/directives/{id}/answer", "TicketWrite", About::Sales, 200),
    ("POST /api/v1/directives/{id}/measure", "TicketWrite", About::Sales, 200),
    ("POST /api/v1/directives/{id}/withdraw", "ReviewWrite", About::Sales, 422),
    // It is under control already.
    ("POST /api/v1/hazards", "ReviewWrite", About::Whole, 409),
    ("POST /api/v1/hazards/{id}/decisions", "ReviewWrite", About::Sales, 200),
    ("POST /api/v1/hazards/{id}/lead", "ReviewWrite", About::Whole, 200),
    ("POST /api/v1/hazards/{id}/measures", "TicketWrite", About::Sales, 200),
    // Still there.
    ("POST /api/v1/hazards/{id}/release", "ReviewWrite", About::Whole, 409),
    ("POST /api/v1/hazards/{id}/tell", "ReviewWrite", About::Whole, 200),
    ("POST /api/v1/measures/preview", "RiskRead", About::Sales, 200),
    ("POST /api/v1/programmes", "ReviewWrite", About::Sales, 200),
    ("POST /api/v1/programmes/{id}/end", "ReviewWrite", About::Whole, 422),
    ("POST /api/v1/programmes/{id}/measure", "TicketWrite", About::Sales, 200),
];

fn is_ours(path: &str) -> bool {
    let rest = path.trim_start_matches("/api/v1/");
    ["directives", "hazard-rule", "hazards", "measures", "measurements", "programmes"]
        .iter()
        .any(|name| rest == *name || rest.starts_with(&format!("{name}/")))
}

fn operations() -> Vec<OperationRight> {
    let mut rights = openapi::operations(&openapi::document(vec![hinomi_review::api()]));
    rights.retain(|right| is_ours(&right.path));
    rights.sort_by_key(|right| format!("{} {}", right.method, right.path));
    let named: Vec<(String, String)> = rights
        .iter()
        .map(|right| {
            (format!("{} {}", right.method, right.path), right.permission.clone().unwrap_or_default())
        })
        .collect();
    let table: Vec<(String, String)> =
        TABLE.iter().map(|(name, permission, _, _)| ((*name).to_owned(), (*permission).to_owned())).collect();
    assert_eq!(named, table, "the API document and the table of this test differ");
    rights
}

async fn ask(client: &TestClient, right: &OperationRight, sales: &str, person: &str) -> Answer {
    let path = right.path.replace("{id}", "1");
    let unit = json!([{"unit_id": sales, "subtree": true}]);
    let words = json!({"text": "words"});
    let body: Value = match right.path.trim_start_matches("/api/v1/") {
        "directives" => {
            json!({"title": "T", "units": unit, "measure": {"kind": "open_tickets"}, "target": 0.0,
            "due_on": "2027-01-15"})
        }
        "directives/{id}/answer" => json!({"unit_id": sales, "text": "words"}),
        "directives/{id}/withdraw" | "programmes/{id}/end" => json!({"reason": ""}),
        "hazards" => json!({"vulnerability": "CVE-2026-1", "reason": "words"}),
        "hazards/{id}/lead" => json!({"person_id": person}),
        "measures/preview" => json!({"measure": {"kind": "open_tickets"}, "units": unit}),
        "programmes" => json!({"name": "N", "fiscal_year": 2026,
            "steps": [{"name": "S", "measure": {"kind": "open_tickets"}, "target": 0.0}],
            "regions": [{"unit_id": sales, "planned_on": "2027-01-15"}]}),
        _ => words,
    };
    let method: Method = right.method.parse().unwrap();
    let body = if method == Method::GET { String::new() } else { body.to_string() };
    client.send(method, &path, &[("content-type", "application/json")], body.as_bytes()).await
}

async fn written(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM directive",
        "SELECT COUNT(*) FROM directive_event",
        "SELECT COUNT(*) FROM hazard_event WHERE kind <> 'refused'",
        "SELECT COUNT(*) FROM programme",
        "SELECT COUNT(*) FROM review_measurement",
        "SELECT COUNT(*) FROM outbox",
    ] {
        counts.push(db.scalar(sql, values![]).await.unwrap());
    }
    counts
}

both_engines! { SETS;
    async fn every_seat_may_do_what_the_table_says_and_nothing_else(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", "3.0.14-1~deb12u1").await.ok();
        scene.exploited("CVE-2026-1").await;
        scene.settle().await;
        let (sales, person) = (scene.unit("D1").await, scene.person("P1").await.to_string());
        let operations = operations();
        let make = |name: &str| operations.iter().find(|right| right.method == "POST" && right.path == format!("/api/v1/{name}")).unwrap();
        ask(&scene.ciso, make("directives"), &sales, &person).await.ok();
        ask(&scene.ciso, make("programmes"), &sales, &person).await.ok();
        let stranger = scene.server.client();
        for right in &operations {
            ask(&stranger, right, &sales, &person).await.problem(401);
        }
        for &seat in SeatKind::ALL {
            for reach in ["HQ", "D1", "D2"] {
                let client = scene.reader(seat, reach).await;
                for (right, (_, _, about, good)) in operations.iter().zip(TABLE) {
                    let before = written(&db).await;
                    let answer = ask(&client, right, &sales, &person).await;
                    let place = format!("{} {} for {seat} of {reach}: {}", right.method, right.path, answer.text());
                    let permission: Permission = right.permission.as_deref().unwrap().parse().unwrap();
                    let may = seat.permissions().contains(permission) && (*about != About::Whole || reach == "HQ");
                    let wanted = match (reach, about) {
                        _ if !may => 403,
                        // What is asked is looked at before it is looked up.
                        ("D2", About::Sales) if *good != 422 => 404,
                        _ => *good,
                    };
                    assert_eq!(answer.status.as_u16(), wanted, "{place}");
                    if wanted != 200 {
                        assert_eq!(written(&db).await, before, "{place}");
                    }
                    if reach == "D2" {
                        assert!(!answer.text().contains("Sales") && !answer.text().contains("web-1"), "{place}");
                    }
                }
            }
        }
    }
}
