// SPDX-License-Identifier: Apache-2.0
//! The organisation over HTTP, with rights that come from its own seats.

#![expect(clippy::unwrap_used, reason = "test set-up: a failure is the test's failure")]

use std::sync::Arc;

use hinomi_core::{Grant, Scope, SeatKind};
use hinomi_db::{Db, Migration, both_engines};
use hinomi_org::SeatGrants;
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_org::MIGRATIONS, hinomi_platform::MIGRATIONS];

async fn server(db: Db) -> (TestServer, TestClient) {
    let server = TestServer::start(TestApp::new(db), vec![hinomi_org::api()]).await;
    let admin = server.signed_in("admin", vec![Grant::everywhere(SeatKind::Administrator)]).await;
    (server, admin)
}

async fn import(client: &TestClient, kind: &str, file: &str) -> Value {
    let path = format!("/api/v1/org/import?kind={kind}");
    client.send(Method::POST, &path, &[("content-type", "text/csv")], file.as_bytes()).await.ok()
}

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\n\
    HQ,group,Head Office,本社,,2025-01-01\nJP,region,Japan,,HQ,2025-01-01\nEU,region,Europe,,HQ,2025-01-01\n\
    D1,department,Sales,営業,JP,2025-01-01\n";

async fn id_of(client: &TestClient, code: &str) -> String {
    let tree = client.get("/api/v1/units").await.ok();
    let items = tree["items"].as_array().unwrap();
    let unit = items.iter().find(|unit| unit["code"] == code).unwrap();
    unit["id"].as_str().unwrap().to_owned()
}

both_engines! { SETS;
    async fn units_are_read_moved_and_seen_on_past_days(db: Db) {
        let (_server, admin) = server(db).await;
        assert_eq!(import(&admin, "units", UNITS).await, json!({"rows": 4, "added": 4, "changed": 0, "unchanged": 0}));
        let (d1, eu) = (id_of(&admin, "D1").await, id_of(&admin, "EU").await);
        let change = json!({"parent_id": eu, "valid_from": "2026-10-01", "reason": "reorganisation"});
        let page = admin.patch(&format!("/api/v1/units/{d1}"), &change).await.ok();
        let parents: Vec<&str> = page["parents"].as_array().unwrap().iter().filter_map(|unit| unit["code"].as_str()).collect();
        assert_eq!(parents, ["HQ", "EU"]);
        assert_eq!((page["name_ja"].as_str(), page["counts"]["people"].as_i64()), (Some("営業"), Some(0)));
        let past = admin.get("/api/v1/units?at=2026-09-30").await.ok();
        let unit = past["items"].as_array().unwrap().iter().find(|unit| unit["code"] == "D1").unwrap().clone();
        assert_ne!(unit["parent_id"], json!(eu));
        assert_eq!((unit["valid_to"].as_str(), unit["depth"].as_i64()), (Some("2026-10-01T00:00:00Z"), Some(2)));
        let wrong = admin.get("/api/v1/units?at=yesterday").await.problem(422);
        assert_eq!((wrong["code"].as_str(), wrong["errors"][0]["pointer"].as_str()), (Some("day-invalid"), Some("?at")));
        let new = json!({"code": "D9", "kind": "department", "name": "New", "parent_id": eu});
        let made = admin.post("/api/v1/units", &new).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text());
        let made = made.json()["id"].as_str().unwrap().to_owned();
        let closed = admin.post(&format!("/api/v1/units/{made}/close"), &json!({"valid_to": "2026-12-01"})).await;
        assert_eq!(closed.status.as_u16(), 204, "{}", closed.text());
        let again = admin.post(&format!("/api/v1/units/{made}/close"), &json!({})).await.problem(409);
        assert_eq!(again["code"], "unit-closed");
        admin.get("/api/v1/units/none").await.problem(404);
    }

    async fn a_wrong_file_is_a_problem_with_rows_and_columns(db: Db) {
        let (_server, admin) = server(db).await;
        import(&admin, "units", UNITS).await;
        let file = "code,kind,name,parent_code\nX,team,,HQ\nHQ,group,Other,\nY,section,Y,NOWHERE\n";
        let path = "/api/v1/org/import?kind=units";
        let headers = [("content-type", "text/csv")];
        let problem = admin.send(Method::POST, path, &headers, file.as_bytes()).await.problem(422);
        assert_eq!(problem["code"], "sheet-invalid");
        let first = json!({"pointer": "/2/kind", "message": "unknown unit kind: \"team\"", "row": 2, "column": "kind"});
        assert_eq!(problem["errors"][0], first);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
        let dry = format!("{path}&dry_run=true");
        let counts = admin.send(Method::POST, &dry, &headers, b"code,kind,name,parent_code\nHQ,group,Other,\n").await.ok();
        assert_eq!(counts["changed"], 1);
        let export = admin.get("/api/v1/org/export?kind=units").await;
        assert_eq!(export.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(export.text().contains("HQ,group,Head Office,本社,,2025-01-01,"), "{}", export.text());
        admin.get("/api/v1/org/export?kind=colours").await.problem(422);
    }

    async fn rights_come_from_seats(db: Db) {
        let mut test = TestApp::new(db.clone());
        test.app.grants = Arc::new(SeatGrants::new(db.clone()));
        let server = TestServer::start(test, vec![hinomi_org::api()]).await;
        let manager = server.signed_in("manager", Vec::new()).await;
        manager.get("/api/v1/units").await.problem(403);
        server.client().get("/api/v1/units").await.problem(401);

        let actor = hinomi_platform::testing::console();
        let act = hinomi_org::Act::new(&server.test.app, &actor, Scope::all());
        let import = async |kind, file: &str| {
            hinomi_org::org_import(&act, kind, file.as_bytes(), false).await.unwrap();
        };
        import(hinomi_org::model::sheet::SheetKind::Units, UNITS).await;
        import(
            hinomi_org::model::sheet::SheetKind::People,
            "code,name,email,unit_code\nM,Manager,m@example.test,D1\nE,Other,e@example.test,EU\n",
        )
        .await;
        let seats = "unit_code,kind,holder_code,holder_from\nJP,management,M,2026-01-01\nD1,auditor,,\n";
        import(hinomi_org::model::sheet::SheetKind::Seats, seats).await;
        let person = hinomi_org::person_by_code(&db, "M").await.unwrap().unwrap().id;
        let mut tx = db.begin().await.unwrap();
        let account = hinomi_platform::accounts::NewAccount {
            person_id: person,
            email: "m@example.test".into(),
            name: "Manager".into(),
            locale: "en".into(),
        };
        hinomi_platform::accounts::create(&mut tx, &server.test.app, &actor, account).await.unwrap();
        tx.commit().await.unwrap();
        let session = server.test.sign_in(person).await;
        let manager = TestClient {
            cookie: Some(session.token),
            csrf: Some(session.session.csrf_token),
            ..server.client()
        };
        let tree = manager.get("/api/v1/units").await.ok();
        let codes: Vec<&str> = tree["items"].as_array().unwrap().iter().filter_map(|unit| unit["code"].as_str()).collect();
        assert_eq!(codes, ["JP", "D1"]);
        assert_eq!(tree["items"][0]["parent_id"], Value::Null);
        let people = manager.get("/api/v1/people").await.ok();
        assert_eq!((people["total"].as_i64(), people["items"][0]["name"].as_str()), (Some(1), Some("Manager")));
        let eu = hinomi_org::tree_at(&db, server.test.app.now()).await.unwrap().by_code("EU").unwrap().id;
        manager.get(&format!("/api/v1/units/{eu}")).await.problem(404);
        let vacant = manager.get("/api/v1/seats?vacant=true").await.ok();
        assert_eq!(vacant["items"].as_array().unwrap().len(), 1);
        assert_eq!(vacant["items"][0]["kind"], "auditor");
        let other = hinomi_org::person_by_code(&db, "E").await.unwrap().unwrap().id;
        manager.get(&format!("/api/v1/people/{other}")).await.problem(404);
        let refused = manager.post("/api/v1/units", &json!({"code": "X", "kind": "section", "name": "X"})).await;
        refused.problem(403);
    }

    async fn seats_and_people_change_over_http(db: Db) {
        let (_server, admin) = server(db).await;
        import(&admin, "units", UNITS).await;
        let d1 = id_of(&admin, "D1").await;
        let new = json!({"code": "P1", "name": "Ann", "email": "Ann@Example.test", "unit_id": d1});
        let person = admin.post("/api/v1/people", &new).await.ok();
        assert_eq!((person["email"].as_str(), person["unit_name"].as_str()), (Some("ann@example.test"), Some("Sales")));
        let id = person["id"].as_str().unwrap();
        let seat = admin.post("/api/v1/seats", &json!({"unit_id": d1, "kind": "auditor"})).await.ok();
        let seat = seat["id"].as_str().unwrap();
        let assigned = admin.post(&format!("/api/v1/seats/{seat}/assign"), &json!({"person_id": id, "from": "2026-11-01"})).await;
        assert_eq!(assigned.status.as_u16(), 204, "{}", assigned.text());
        let page = admin.get(&format!("/api/v1/units/{d1}")).await.ok();
        assert_eq!(page["seats"][0]["holder"]["name"], "Ann");
        assert_eq!((page["counts"]["people"].as_i64(), page["seats"][0]["vacant_since"].clone()), (Some(1), Value::Null));
        let vacated = admin.post(&format!("/api/v1/seats/{seat}/vacate"), &json!({})).await;
        assert_eq!(vacated.status.as_u16(), 204);
        let seats = admin.get("/api/v1/seats?vacant=true").await.ok();
        assert_eq!(seats["items"][0]["vacant_since"], "2026-11-23T00:00:00Z");
        let changed = admin.patch(&format!("/api/v1/people/{id}"), &json!({"name": "Anne", "email": ""})).await.ok();
        assert_eq!((changed["name"].as_str(), changed["email"].clone()), (Some("Anne"), Value::Null));
        let unknown = admin.patch(&format!("/api/v1/people/{id}"), &json!({"colour": "red"})).await.problem(422);
        assert_eq!(unknown["code"], "body-invalid");
    }
}

#[test]
fn every_operation_names_its_permission() {
    let rights = hinomi_web::openapi::operations(&hinomi_web::openapi::document(vec![hinomi_org::api()]));
    let ours: Vec<_> = rights.iter().filter(|right| !right.is_public()).collect();
    assert!(ours.iter().all(|right| right.permission.is_some()), "{ours:?}");
    let writes = ours.iter().filter(|right| right.permission.as_deref() == Some("OrgWrite")).count();
    assert_eq!(writes, 10, "{ours:?}");
}
