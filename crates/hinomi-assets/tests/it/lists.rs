// SPDX-License-Identifier: Apache-2.0
//! What stands around the list of assets: facets, files, named filters; and what is wrong with the inventory.

use crate::company::{SETS, below, company, console, everything};
use crate::hosts::{host, take};
use hinomi_assets::reconcile::Origin;
use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};

async fn server(db: &Db) -> (TestServer, TestClient) {
    let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
    company(&server.test.app).await;
    let ciso = server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
    for (name, kind) in [("web-1", "host"), ("web-2", "host"), ("switch-1", "network_device")] {
        ciso.post("/api/v1/assets", &json!({ "name": name, "kind": kind })).await.ok();
    }
    (server, ciso)
}

async fn import(client: &TestClient, name: &str, day: u32, components: Value) {
    let document = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": { "component": { "bom-ref": "host", "type": "device", "name": name },
            "properties": [{ "name": "hinomi:host:os-id", "value": "debian" },
                { "name": "hinomi:host:os-version-id", "value": "12" }] },
        "components": components });
    let headers = [("content-type", "application/json")];
    let path = format!("/api/v1/inventory/imports?asset={name}&observed_at=2026-03-{day:02}T00:00:00Z");
    client.send(Method::POST, &path, &headers, document.to_string().as_bytes()).await.ok();
}

fn values(facet: &Value) -> Vec<(String, i64)> {
    let one = |one: &Value| (one["value"].as_str().unwrap().to_owned(), one["count"].as_i64().unwrap());
    facet.as_array().unwrap().iter().map(one).collect()
}

fn pairs(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

both_engines! { SETS;
    async fn facets_count_what_the_filter_shows_and_each_leaves_itself_out(db: Db) {
        let (_server, ciso) = server(&db).await;
        import(&ciso, "web-1", 1, json!([])).await;
        let facets = ciso.get("/api/v1/assets/facets").await.ok();
        assert_eq!(values(&facets["kind"]), pairs(&[("host", 2), ("network_device", 1)]));
        assert_eq!(values(&facets["os"]), pairs(&[("", 2), ("debian", 1)]));
        assert_eq!((&facets["unit"][0]["name"], &facets["unit"][0]["count"]), (&json!("Head Office"), &json!(3)));
        let unassigned = &facets["system"][0];
        assert_eq!((&unassigned["name"], &unassigned["name_ja"]), (&json!("Unassigned assets"), &json!("未割り当ての資産")));
        let facets = ciso.get("/api/v1/assets/facets?kind=host&os=debian").await.ok();
        assert_eq!(values(&facets["kind"]), pairs(&[("host", 1)]));
        assert_eq!(values(&facets["os"]), pairs(&[("", 1), ("debian", 1)]));
        assert_eq!(ciso.get("/api/v1/assets?os=debian").await.ok()["total"], 1);
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let server = &_server;
        let stranger = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        assert_eq!(values(&stranger.get("/api/v1/assets/facets").await.ok()["kind"]), []);
    }

    async fn a_list_longer_than_a_page_is_sent_while_it_is_read(db: Db) {
        let (server, ciso) = server(&db).await;
        let actor = console();
        let act = everything(&server.test.app, &actor);
        let rows = (0..5_100).map(|at: usize| (at.to_string(), host(&format!("vm-{at:04}"))));
        take(&act, "pool", Origin::Cmdb, rows.collect()).await;
        hinomi_assets::assets_reconcile(&act).await.unwrap();
        let csv = ciso.get("/api/v1/assets/export?columns=name").await;
        assert_eq!(csv.text().lines().count(), 1 + 3 + 5_100);
        assert_eq!(csv.text().lines().last(), Some("web-2"));
        let parquet = ciso.get("/api/v1/assets/export?format=parquet&columns=name,carrier").await;
        assert!(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"));
        for file in [csv, parquet] {
            let says = |name: &str| file.headers.iter().any(|(known, _)| known == name);
            assert!(says("content-disposition") && !says("content-length"), "{:?}", file.headers);
        }
    }

    async fn the_list_is_a_file_with_the_same_filter_scope_and_columns(db: Db) {
        let (server, ciso) = server(&db).await;
        ciso.post("/api/v1/assets", &json!({ "name": "=cmd()", "kind": "host" })).await.ok();
        let csv = ciso.get("/api/v1/assets/export?kind=host&columns=name,kind,unassigned").await;
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.text(), "name,kind,unassigned\r\n'=cmd(),host,true\r\nweb-1,host,true\r\nweb-2,host,true\r\n");
        let whole = ciso.get("/api/v1/assets/export").await;
        assert_eq!(whole.text().lines().count(), 5);
        let packed = ciso.send(Method::GET, "/api/v1/assets/export", &[("accept-encoding", "gzip")], b"").await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        // It ends with the length of what was packed (RFC 1952, section 2.3.1): nothing was cut off.
        let length = packed.body.last_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize);
        assert_eq!(length, Some(whole.body.len()));
        let parquet = ciso.get("/api/v1/assets/export?format=parquet").await;
        assert_eq!(parquet.header("content-type"), Some("application/vnd.apache.parquet"));
        let bytes = parquet.body.as_slice();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        assert!(bytes.windows(8).any(|window| window == b"switch-1"));
        ciso.get("/api/v1/assets/export?columns=name,secret").await.problem(422);
        ciso.get("/api/v1/assets/export?format=exe").await.problem(422);
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let stranger = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        assert_eq!(stranger.get("/api/v1/assets/export?columns=name").await.text(), "name\r\n");
    }

    async fn filters_are_a_persons_own_until_they_are_shared(db: Db) {
        let (server, ciso) = server(&db).await;
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let other = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        let put = async |client: &TestClient, body: Value| client.post("/api/v1/saved-filters", &body).await;
        let body = |name: &str, query: &str, shared: bool| json!({ "list": "assets", "name": name, "query": query, "shared": shared });
        assert_eq!(put(&ciso, body("Old", "list=stale", false)).await.status.as_u16(), 204);
        assert_eq!(put(&ciso, body("Hosts", "kind=host", true)).await.status.as_u16(), 204);
        assert_eq!(put(&ciso, body("Old", "list=stale&kind=host", false)).await.status.as_u16(), 204);
        let list = "/api/v1/saved-filters?list=assets";
        let own = ciso.get(list).await.ok();
        let names: Vec<&str> = own.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Hosts", "Old"]);
        assert_eq!((&own[1]["query"], &own[1]["own"]), (&json!("list=stale&kind=host"), &json!(true)));
        let seen = other.get(list).await.ok();
        assert_eq!((seen.as_array().unwrap().len(), &seen[0]["name"], &seen[0]["own"]), (1, &json!("Hosts"), &json!(false)));
        let id = seen[0]["id"].as_str().unwrap();
        other.delete(&format!("/api/v1/saved-filters/{id}")).await.problem(404);
        assert_eq!(ciso.delete(&format!("/api/v1/saved-filters/{id}")).await.status.as_u16(), 204);
        assert_eq!(other.get(list).await.ok(), json!([]));
        put(&ciso, body("  ", "x", false)).await.problem(422);
        put(&ciso, json!({ "list": "secrets", "name": "x", "query": "" })).await.problem(422);
    }

    async fn a_host_is_no_package_of_an_unknown_ecosystem(db: Db) {
        let (_server, ciso) = server(&db).await;
        let part = json!([{ "bom-ref": "p", "type": "library", "name": "requests", "version": "2", "purl": "pkg:pypi/requests@2",
            "components": [{ "bom-ref": "q", "type": "library", "name": "vendored", "version": "1" }] }]);
        import(&ciso, "web-1", 1, part).await;
        let unknown = async || ciso.get("/api/v1/data-quality").await.ok()["total"]["unknown_ecosystem"].clone();
        assert_eq!(unknown().await, 0);
        import(&ciso, "web-2", 1, json!([{ "type": "library", "name": "mystery", "version": "1" }])).await;
        assert_eq!(unknown().await, 1, "the index follows");
        import(&ciso, "web-2", 2, json!([])).await;
        assert_eq!(unknown().await, 0);
    }
}
