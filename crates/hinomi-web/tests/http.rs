// SPDX-License-Identifier: Apache-2.0
//! The public face: a server on a free port, asked over HTTP, on both engines.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::time::Duration;

use axum::extract::State;
use hinomi_core::{Grant, Page, SeatKind, UnitId};
use hinomi_db::{Db, Migration, both_engines};
use hinomi_platform::accounts;
use hinomi_platform::jobs::NewJob;
use hinomi_platform::testing::{TestApp, console};
use hinomi_web::testing::TestServer;
use hinomi_web::{
    ApiResult, App, Csv, Json, OpenApiRouter, Paging, Path, Query, Require, openapi, perm, routes,
};
use http::Method;
use serde_json::json;

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS];

#[derive(Debug, serde::Deserialize, serde::Serialize, utoipa::ToSchema, utoipa::IntoParams)]
struct Thing {
    count: u32,
    #[serde(default)]
    inner: Vec<Inner>,
}

#[derive(Debug, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
struct Inner {
    name: String,
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
struct Filter {
    size: Option<u32>,
    open: Option<bool>,
}

#[utoipa::path(post, path = "/test/things", request_body = Thing, responses((status = 200, body = Thing)),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
async fn thing_create(_writer: Require<perm::TicketWrite>, Json(thing): Json<Thing>) -> ApiResult<Thing> {
    assert_ne!(thing.count, 13, "thirteen is unlucky");
    Ok(Json(thing))
}

#[utoipa::path(get, path = "/test/things", params(Filter), responses((status = 200, body = Page<u32>)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
async fn thing_list(
    reader: Require<perm::TicketRead>,
    Paging(page): Paging,
    Query(filter): Query<Filter>,
) -> ApiResult<Page<u32>> {
    let from = page.after_keys("things", 1)?.map_or(0, |keys| keys[0].as_u64().unwrap() + 1);
    let all = if reader.scope.is_all() { 10 } else { 3 };
    let size = filter.size.unwrap_or(all).min(if filter.open == Some(true) { 1 } else { all });
    let rows =
        (u32::try_from(from).unwrap()..size).take(usize::try_from(page.fetch_limit()).unwrap()).collect();
    Ok(Json(Page::from_rows(rows, &page, "things", |row| vec![json!(row)])))
}

#[utoipa::path(get, path = "/test/things/{id}", params(("id" = UnitId, Path)),
    responses((status = 200, body = UnitId)), extensions(("x-hinomi-permission" = json!("OrgRead"))))]
async fn thing_show(
    State(_app): State<App>,
    _reader: Require<perm::OrgRead>,
    Path(id): Path<UnitId>,
) -> ApiResult<UnitId> {
    Ok(Json(id))
}

#[utoipa::path(get, path = "/test/export", responses((status = 200, content_type = "text/csv", body = String)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
async fn thing_export(_reader: Require<perm::OrgRead>) -> Csv {
    let mut csv = Csv::new("things.csv", &["name"]);
    csv.row(["=cmd()"]);
    csv
}

fn domain() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(thing_create, thing_list))
        .routes(routes!(thing_show))
        .routes(routes!(thing_export))
}

async fn server(db: Db) -> TestServer {
    TestServer::start(TestApp::new(db), vec![domain()]).await
}

fn everywhere(seat: SeatKind) -> Vec<Grant> {
    vec![Grant::everywhere(seat)]
}

both_engines! { SETS;
    async fn signing_in_and_out(db: Db) {
        let server = server(db).await;
        let person = server.test.person("aoi", everywhere(SeatKind::Auditor)).await;
        let password = "correct horse battery".to_owned();
        accounts::set_password(&server.test.app, &console(), person, password).await.unwrap();
        let mut client = server.client();
        let problem = client.get("/api/v1/session").await.problem(401);
        assert_eq!(problem["code"], "not-signed-in");
        let wrong = json!({"email": "aoi@example.test", "password": "wrong"});
        let known = client.post("/api/v1/session", &wrong).await.problem(401);
        let wrong = json!({"email": "nobody@example.test", "password": "wrong"});
        let unknown = client.post("/api/v1/session", &wrong).await.problem(401);
        assert_eq!((&known["code"], &known["detail"]), (&unknown["code"], &unknown["detail"]));

        let right = json!({"email": "aoi@example.test", "password": "correct horse battery"});
        let answer = client.post("/api/v1/session", &right).await;
        let cookie = answer.header("set-cookie").unwrap().to_owned();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax; Path=/; Max-Age=604800"), "{cookie}");
        assert!(!cookie.contains("Secure"), "plain http in this test");
        let me = answer.ok();
        assert_eq!(me["person"]["email"], "aoi@example.test");
        assert_eq!(me["permissions"].as_array().unwrap().len(), 12);
        assert_eq!(me["instance"], json!({"name": "Hinomi", "demo": false, "version": "0.1.0"}));
        client.cookie = cookie.split(['=', ';']).nth(1).map(str::to_owned);
        client.csrf = me["csrf_token"].as_str().map(str::to_owned);
        assert_eq!(client.get("/api/v1/session").await.ok()["person"], me["person"]);

        let mut without_token = client.clone();
        without_token.csrf = Some("guess".to_owned());
        assert_eq!(without_token.delete("/api/v1/session").await.problem(403)["code"], "csrf-token-wrong");
        let answer = client.delete("/api/v1/session").await;
        assert_eq!(answer.status.as_u16(), 204);
        assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
        client.get("/api/v1/session").await.problem(401);
    }

    async fn a_link_signs_in_once(db: Db) {
        let server = server(db).await;
        let person = server.test.person("aoi", vec![]).await;
        let app = &server.test.app;
        let token = hinomi_platform::sign_in::create_link(app, &console(), person, None).await.unwrap();
        let client = server.client();
        let me = client.post("/api/v1/session/link", &json!({"token": token})).await.ok();
        assert_eq!(me["permissions"], json!(["ProfileRead"]));
        let problem = client.post("/api/v1/session/link", &json!({"token": token})).await.problem(401);
        assert_eq!(problem["hint"], "ask for a new link");
    }

    async fn too_many_tries_say_how_long_to_wait(db: Db) {
        let server = server(db).await;
        let body = json!({"email": "nobody@example.test", "password": "wrong"});
        for _ in 0..5 {
            server.client().post("/api/v1/session", &body).await.problem(401);
        }
        let answer = server.client().post("/api/v1/session", &body).await;
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.problem(429)["code"], "sign-in-throttled");
    }

    async fn own_sessions_and_preferences(db: Db) {
        let server = server(db).await;
        let client = server.signed_in("aoi", vec![]).await;
        let other = server.test.sign_in(client.person.unwrap()).await;
        let third = server.test.sign_in(client.person.unwrap()).await;
        let list = client.get("/api/v1/me/sessions").await.ok();
        let current: Vec<bool> =
            list["items"].as_array().unwrap().iter().map(|item| item["current"].as_bool().unwrap()).collect();
        assert_eq!((current.len(), current.iter().filter(|current| **current).count()), (3, 1));
        let end = format!("/api/v1/me/sessions/{}", other.session.id);
        assert_eq!(client.delete(&end).await.status.as_u16(), 204);
        assert_eq!(client.delete(&end).await.problem(404)["code"], "session-not-found");
        let stranger = server.signed_in("ren", vec![]).await;
        stranger.delete(&format!("/api/v1/me/sessions/{}", third.session.id)).await.problem(404);
        assert_eq!(client.delete("/api/v1/me/sessions").await.ok(), json!({"ended": 1}));

        client.put("/api/v1/me/preferences", &json!({"locale": "ja", "theme": "dark"})).await.ok();
        let me = client.get("/api/v1/session").await.ok();
        assert_eq!((&me["person"]["locale"], &me["person"]["theme"]), (&json!("ja"), &json!("dark")));
        let refused = client.put("/api/v1/me/preferences", &json!({"locale": "xx", "theme": "dark"})).await;
        assert_eq!(refused.problem(422)["errors"][0]["pointer"], "/locale");

        let fourth = server.test.sign_in(client.person.unwrap()).await;
        client.put("/api/v1/me/password", &json!({"new_password": "correct horse battery"})).await.ok();
        let wrong = json!({"password": "wrong", "new_password": "another long password"});
        assert_eq!(client.put("/api/v1/me/password", &wrong).await.problem(422)["errors"][0]["pointer"], "/password");
        let mut lost = client.clone();
        lost.cookie = Some(fourth.token);
        lost.get("/api/v1/session").await.problem(401);
    }

    async fn rights_decide_and_scope_reaches_the_handler(db: Db) {
        let server = server(db).await;
        let unit = UnitId::from_content(&["u"]);
        let own = server.signed_in("own", vec![Grant::new(SeatKind::SystemSecurityManager, vec![unit])]).await;
        let all = server.signed_in("all", everywhere(SeatKind::Auditor)).await;
        let none = server.signed_in("none", vec![Grant::new(SeatKind::Employee, vec![unit])]).await;
        assert_eq!(own.get("/api/v1/test/things").await.ok()["items"].as_array().unwrap().len(), 3);
        assert_eq!(all.get("/api/v1/test/things").await.ok()["items"].as_array().unwrap().len(), 10);
        let problem = none.get("/api/v1/test/things").await.problem(403);
        assert_eq!(problem["detail"], "none of your seats carries the permission TicketRead");
        own.post("/api/v1/test/things", &json!({"count": 1})).await.ok();
        all.post("/api/v1/test/things", &json!({"count": 1})).await.problem(403);
        server.client().post("/api/v1/test/things", &json!({"count": 1})).await.problem(401);
    }

    async fn wrong_requests_name_field_and_cause(db: Db) {
        let server = server(db).await;
        let client = server.signed_in("aoi", everywhere(SeatKind::Administrator)).await;
        let things = "/api/v1/test/things";
        let body = json!({"count": 1, "inner": [{"name": "a"}, {"name": 5}]});
        let problem = client.post(things, &body).await.problem(422);
        assert_eq!(problem["errors"][0]["pointer"], "/inner/1/name");
        assert_eq!(problem["type"], "urn:hinomi:problem:body-invalid");
        assert_eq!(problem["title"], "Unprocessable Entity");
        let json_type = [("content-type", "application/json")];
        let broken = client.send(Method::POST, things, &json_type, b"{\"count\": 1").await.problem(400);
        assert_eq!(broken["code"], "body-not-json");
        client.send(Method::POST, things, &json_type, b"{\"count\": 1} x").await.problem(400);
        client.send(Method::POST, things, &[("content-type", "text/plain")], b"{}").await.problem(415);
        let huge = format!("{{\"count\": 1, \"x\": \"{}\"}}", "x".repeat(3 << 20));
        client.send(Method::POST, things, &json_type, huge.as_bytes()).await.problem(413);

        let wrong = client.get("/api/v1/test/things?size=many").await.problem(422);
        assert_eq!(wrong["errors"][0]["pointer"], "?size");
        assert_eq!(client.get("/api/v1/test/things?size=&open=true&limit=").await.ok()["items"], json!([0]));
        for query in ["limit=0", "limit=201", "limit=x", "after=x"] {
            let problem = client.get(&format!("{things}?{query}")).await.problem(422);
            let name = query.split('=').next().unwrap();
            assert_eq!(problem["errors"][0]["pointer"], format!("?{name}"), "{query}");
        }
        let page = client.get("/api/v1/test/things?limit=4").await.ok();
        let next = page["next"].as_str().unwrap();
        let page = client.get(&format!("{things}?limit=200&after={next}")).await.ok();
        assert_eq!((&page["items"], &page["next"]), (&json!([4, 5, 6, 7, 8, 9]), &json!(null)));
        assert_eq!(client.get(&format!("/api/v1/audit?after={next}")).await.problem(422)["code"], "page-cursor-invalid");
        client.get("/api/v1/test/things/not-an-id").await.problem(404);
    }

    async fn every_failure_is_a_problem_with_the_requests_id(db: Db) {
        let server = server(db).await;
        let client = server.signed_in("aoi", everywhere(SeatKind::Administrator)).await;
        let answer = client.post("/api/v1/test/things", &json!({"count": 13})).await;
        let id = answer.header("x-request-id").unwrap().to_owned();
        let problem = answer.problem(500);
        assert_eq!((&problem["request_id"], &problem["code"]), (&json!(id), &json!("internal")));
        assert!(!problem.to_string().contains("unlucky"), "the cause is for the log: {problem}");
        assert_eq!(client.get("/api/v1/nothing").await.problem(404)["code"], "not-found");
        let wrong_method = client.send(Method::PUT, "/api/v1/test/things", &[], b"").await.problem(405);
        assert_eq!(wrong_method["code"], "method-not-allowed");
        assert_eq!(client.get("/api").await.problem(404)["code"], "not-found");
    }

    async fn headers_protect_api_and_pages(db: Db) {
        let server = server(db).await;
        let api = server.client().get("/api/v1/openapi.json").await;
        assert_eq!(api.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(api.header("cache-control"), Some("no-store"));
        let tag = api.header("etag").unwrap().to_owned();
        let again = server.client().send(Method::GET, "/api/v1/openapi.json", &[("if-none-match", &tag)], b"").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let page = server.client().get("/tickets/1").await;
        assert_eq!(page.status.as_u16(), 200);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("script-src 'unsafe"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(server.client().get("/_app/immutable/none.js").await.status.as_u16(), 404);
        let gzip = server.client().send(Method::GET, "/api/v1/openapi.json", &[("accept-encoding", "gzip")], b"").await;
        assert_eq!(gzip.header("content-encoding"), Some("gzip"));
        assert!(gzip.body.starts_with(&[0x1f, 0x8b]) && gzip.body.len() * 3 < api.body.len());
    }

    async fn watchers_are_answered(db: Db) {
        let server = server(db.clone()).await;
        assert_eq!(server.client().get("/healthz").await.text(), "ok\n");
        assert_eq!(server.client().get("/readyz").await.text(), "ready\n");
        server.client().get("/api/v1/session").await.problem(401);
        let metrics = server.client().get("/metrics").await.text();
        let wanted = "hinomi_http_requests_total{method=\"GET\",route=\"/session\",status=\"401\"}";
        assert!(metrics.contains(wanted), "{metrics}");
        db.close().await;
        assert_eq!(server.client().get("/readyz").await.status.as_u16(), 503);
    }

    async fn audit_jobs_and_settings_through_the_api(db: Db) {
        let server = server(db.clone()).await;
        let admin = server.signed_in("admin", everywhere(SeatKind::Administrator)).await;
        let unit = UnitId::from_content(&["u"]);
        let local = server.signed_in("local", vec![Grant::new(SeatKind::Administrator, vec![unit])]).await;
        let ciso = server.signed_in("ciso", everywhere(SeatKind::Ciso)).await;

        let path = "/api/v1/settings/session-idle-hours";
        let listed = ciso.get("/api/v1/settings").await.ok();
        let idle = &listed["items"].as_array().unwrap().iter().find(|row| row["name"] == "session-idle-hours").unwrap();
        assert_eq!((&idle["value"], &idle["default"], &idle["version"]), (&json!(12), &json!(12), &json!(0)));
        assert_eq!(idle["values"], json!({"kind": "whole", "unit": "hours", "least": 1, "most": 720}));
        let change = json!({"value": 3, "version": 0});
        ciso.put(path, &change).await.problem(403);
        local.put(path, &change).await.problem(403);
        assert_eq!(admin.put(path, &change).await.ok()["changed_by"], "admin");
        assert_eq!(admin.put(path, &change).await.problem(409)["code"], "setting-changed");
        for wrong in [json!(0), json!(721), json!(1.5), json!("3"), json!(null)] {
            let problem = admin.put(path, &json!({"value": wrong})).await.problem(422);
            assert_eq!(problem["errors"][0]["pointer"], "/value", "{problem}");
        }
        admin.put("/api/v1/settings/default-locale", &json!({"value": "fr"})).await.problem(422);
        admin.get("/api/v1/settings/none").await.problem(404);
        assert_eq!(ciso.get(&format!("{path}/history")).await.ok()["items"][0]["value"], json!(3));

        let events = ciso.get("/api/v1/audit?action=setting.change").await.ok();
        assert_eq!(events["items"][0]["after"], json!(3));
        assert_eq!(events["items"][0]["actor_name"], "admin");
        assert_eq!(local.get("/api/v1/audit").await.ok()["items"], json!([]));

        let mut tx = db.begin().await.unwrap();
        let later = server.test.app.now().plus(Duration::from_secs(3_600));
        let job = NewJob::new("x").payload(&json!({"secret": 1})).run_at(later);
        let id = server.test.app.jobs.enqueue(&mut tx, &job).await.unwrap();
        tx.commit().await.unwrap();
        let jobs = ciso.get("/api/v1/jobs?state=waiting&kind=x").await.ok();
        assert_eq!(jobs["items"][0]["id"], json!(id));
        assert!(!jobs.to_string().contains("secret"));
        assert_eq!(ciso.get("/api/v1/jobs?state=odd").await.problem(422)["errors"][0]["pointer"], "?state");
        ciso.post(&format!("/api/v1/jobs/{id}/cancel"), &json!({})).await.problem(403);
        let cancelled = admin.post(&format!("/api/v1/jobs/{id}/cancel"), &json!({})).await.ok();
        assert_eq!(cancelled["state"], "cancelled");
        admin.post(&format!("/api/v1/jobs/{id}/cancel"), &json!({})).await.problem(409);
        assert_eq!(ciso.get(&format!("/api/v1/jobs/{id}")).await.ok()["state"], "cancelled");
    }

    async fn a_file_for_spreadsheets_has_no_formulas(db: Db) {
        let server = server(db).await;
        let client = server.signed_in("aoi", everywhere(SeatKind::Auditor)).await;
        let answer = client.get("/api/v1/test/export").await;
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"things.csv\""));
        assert_eq!(answer.text(), "name\r\n'=cmd()\r\n");
    }
}

#[test]
fn every_operation_names_its_permission_or_is_public() {
    let document = openapi::document(vec![domain()]);
    let mut table = String::new();
    for right in openapi::operations(&document) {
        match &right.permission {
            Some(permission) => {
                assert!(permission.parse::<hinomi_core::Permission>().is_ok(), "{right:?}");
            }
            None => assert!(right.is_public(), "{right:?}"),
        }
        let permission = right.permission.as_deref().unwrap_or("public");
        table.push_str(&format!("{} {} {permission}\n", right.method, right.path));
    }
    insta::assert_snapshot!(table);
    let text = serde_json::to_value(&document).unwrap();
    let list = &text["paths"]["/api/v1/test/things"]["get"];
    assert_eq!(list["security"], json!([{"session": []}]));
    assert_eq!(text["paths"]["/api/v1/session"]["post"]["security"], json!([]));
    let failed = &list["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
    assert_eq!(failed, "#/components/schemas/Problem");
    assert!(text["components"]["schemas"]["FieldError"].is_object());
}
