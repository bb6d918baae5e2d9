// SPDX-License-Identifier: Apache-2.0
//! Every operation of this crate × every seat × the whole group, the own department, another one; and what is refused
//! changes nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_core::{Grant, Permission, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_org::tree_at;
use hinomi_web::openapi::{self, OperationRight};
use hinomi_web::testing::{Answer, TestClient};
use http::Method;
use serde_json::json;
use support::{SETS, Scene, host, openssl, scene};

/// Each operation with the permission it needs, and whether it is about one unit, all of them or neither.
const TABLE: &[(&str, &str, About)] = &[
    ("GET /api/v1/maturity", "RiskRead", About::Unit),
    ("GET /api/v1/maturity/approvals", "RiskRead", About::Own),
    ("GET /api/v1/maturity/dual-runs", "RiskRead", About::Own),
    ("GET /api/v1/maturity/external-ratings", "RiskRead", About::Own),
    ("GET /api/v1/maturity/formula-sets", "RiskRead", About::Own),
    ("GET /api/v1/maturity/formula-sets/{version}", "RiskRead", About::Own),
    ("GET /api/v1/maturity/formulas", "RiskRead", About::Own),
    ("GET /api/v1/maturity/gap", "RiskRead", About::Unit),
    ("GET /api/v1/maturity/months", "RiskRead", About::Own),
    ("GET /api/v1/maturity/ranks", "RiskRead", About::Switched),
    ("GET /api/v1/maturity/rows", "RiskRead", About::Unit),
    ("GET /api/v1/maturity/targets", "RiskRead", About::Unit),
    ("GET /api/v1/maturity/trend", "RiskRead", About::Unit),
    ("POST /api/v1/maturity/approvals", "PolicyWrite", About::Unit),
    ("POST /api/v1/maturity/approvals/{id}/revoke", "PolicyWrite", About::Switched),
    ("POST /api/v1/maturity/dual-runs", "PolicyWrite", About::Refused),
    ("POST /api/v1/maturity/external-ratings", "PolicyWrite", About::Sheet),
    ("POST /api/v1/maturity/external-ratings/import", "PolicyWrite", About::Sheet),
    ("POST /api/v1/maturity/formula-sets", "PolicyWrite", About::Refused),
    ("POST /api/v1/maturity/formula-sets/preview", "PolicyWrite", About::Refused),
    ("POST /api/v1/maturity/months/{id}/close", "PolicyWrite", About::Closed),
    ("POST /api/v1/maturity/months/{id}/correct", "PolicyWrite", About::Whole),
    ("POST /api/v1/maturity/targets", "PolicyWrite", About::Unit),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A unit: others are not told that it exists.
    Unit,
    /// Units named in a sheet: a line about another's is refused.
    Sheet,
    /// Whatever the reader sees.
    Own,
    /// Every unit at once.
    Whole,
    /// Every unit at once; what this test sends is no set.
    Refused,
    /// Every unit at once; the month of this test is closed already.
    Closed,
    /// Switched off, or not there.
    Switched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Whole,
    Own,
    Other,
}

fn operations() -> Vec<(OperationRight, About)> {
    let mut rights = openapi::operations(&openapi::document(vec![hinomi_maturity::api()]));
    rights.retain(|right| right.path.starts_with("/api/v1/maturity"));
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

async fn ask(client: &TestClient, right: &OperationRight, sales: &str) -> Answer {
    let path = right.path.replace("{id}", "2026-11").replace("{version}", "2026.3");
    let query = match right.path.trim_start_matches("/api/v1/maturity") {
        "/rows" => format!("?unit={sales}&indicator=S3"),
        "" | "/gap" | "/trend" | "/targets" if right.method == "GET" => format!("?unit={sales}"),
        _ => String::new(),
    };
    let rating = json!({"unit": "D1", "provider": "Watch", "rated_on": "2026-11-01", "value": "A"});
    let (kind, body) = match right.path.trim_start_matches("/api/v1/maturity") {
        _ if right.method == "GET" => ("application/json", String::new()),
        "/approvals" => {
            let body = json!({"unit_id": sales, "axis": "system", "title": "How we patch", "approved_on": "2026-10-01",
                "approved_by": "CISO"});
            ("application/json", body.to_string())
        }
        "/formula-sets" | "/dual-runs" => {
            ("application/json", json!({"text": "version = 1", "reason": "test"}).to_string())
        }
        "/formula-sets/preview" => ("application/json", json!({"text": "version = 1"}).to_string()),
        "/external-ratings" => ("application/json", rating.to_string()),
        "/external-ratings/import" => {
            ("text/csv", "unit,provider,rated_on,value,scale\nD1,Watch,2026-11-01,A,\n".to_owned())
        }
        "/targets" => (
            "application/json",
            json!({"unit_id": sales, "axis": "system", "score": 70.0, "month": "2027-03"}).to_string(),
        ),
        _ => ("application/json", json!({"reason": "test"}).to_string()),
    };
    let method: Method = right.method.parse().unwrap();
    client.send(method, &format!("{path}{query}"), &[("content-type", kind)], body.as_bytes()).await
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
        "SELECT COUNT(*) FROM maturity_close",
        "SELECT COUNT(*) FROM maturity_target",
        "SELECT COUNT(*) FROM external_rating",
        "SELECT COUNT(*) FROM procedure_approval",
        "SELECT COUNT(*) FROM maturity_formula",
    ] {
        counts.push(db.scalar(sql, values![]).await.unwrap());
    }
    counts
}

both_engines! { SETS;
    async fn every_seat_may_do_what_the_table_says_and_nothing_else(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let sales = scene.unit("D1").await;
        let operations = operations();
        let stranger = scene.server.client();
        for (right, _) in &operations {
            ask(&stranger, right, &sales).await.problem(401);
        }
        for &seat in SeatKind::ALL {
            for reach in [Reach::Whole, Reach::Own, Reach::Other] {
                let client = reader(&scene, seat, reach).await;
                for (right, about) in &operations {
                    let before = written(&db).await;
                    let answer = ask(&client, right, &sales).await;
                    let place = format!("{} {} for {seat} of {reach:?}: {}", right.method, right.path, answer.text());
                    let permission: Permission = right.permission.as_deref().unwrap().parse().unwrap();
                    let is_whole = matches!(about, About::Whole | About::Refused | About::Closed);
                    let may = seat.permissions().contains(permission) && (!is_whole || reach == Reach::Whole);
                    let wanted = match (reach, about) {
                        _ if !may => 403,
                        (Reach::Other, About::Unit) => 404,
                        (Reach::Other, About::Sheet) | (_, About::Refused) => 422,
                        (_, About::Closed) => 409,
                        (_, About::Switched) => 404,
                        _ => 200,
                    };
                    assert_eq!(answer.status.as_u16(), wanted, "{place}");
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
