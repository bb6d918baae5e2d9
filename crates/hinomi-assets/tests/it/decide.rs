// SPDX-License-Identifier: Apache-2.0
//! What people decide about assets, over HTTP; and hosts that send their own inventory.

use crate::company::{below, company, console, everything, unit};
use crate::hosts::{host, take, with};
use hinomi_assets::assets_reconcile;
use hinomi_assets::reconcile::{Origin, SourceRelation};
use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};

const SETS: &[&[hinomi_db::Migration]] = &[
    hinomi_org::MIGRATIONS,
    hinomi_assets::MIGRATIONS,
    hinomi_inventory::MIGRATIONS,
    hinomi_platform::MIGRATIONS,
];

async fn server(db: &Db) -> TestServer {
    let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
    company(&server.test.app).await;
    server
}

async fn ciso(server: &TestServer) -> TestClient {
    server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await
}

/// Two hosts that agents tell apart by their serial numbers, and a scan that fits both.
async fn torn(server: &TestServer) {
    let app = &server.test.app;
    let actor = console();
    let act = everything(app, &actor);
    let agent = |serial: &str| {
        with(host("web-1"), |record| {
            record.identifiers.serial = Some(serial.to_owned());
            record.identifiers.vendor = Some("Dell".to_owned());
        })
    };
    // The same name in two domains: two hosts, and nobody asks.
    let other = |serial: &str, domain: &str| {
        with(agent(serial), |record| record.identifiers.fqdns.push(format!("web-1.{domain}")))
    };
    let agents = vec![("a".into(), other("S1", "tokyo.example")), ("b".into(), other("S2", "osaka.example"))];
    take(&act, "glpi", Origin::Agent, agents).await;
    take(&act, "scan", Origin::Scanner, vec![("host:web-1".into(), host("web-1"))]).await;
    assets_reconcile(&act).await.unwrap();
}

async fn names(client: &TestClient) -> Vec<String> {
    let page = client.get("/api/v1/assets").await.ok();
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

both_engines! { SETS;
    async fn a_question_is_answered_and_the_answer_taken_back(db: Db) {
        let server = server(&db).await;
        torn(&server).await;
        let ciso = ciso(&server).await;
        assert_eq!(names(&ciso).await, ["web-1.osaka.example", "web-1.tokyo.example"]);
        let page = ciso.get("/api/v1/asset-questions").await.ok();
        assert_eq!(page["total"], 1, "{page}");
        let question = &page["items"][0];
        assert_eq!((question["kind"].as_str(), question["rule"].as_str()), (Some("ambiguous"), Some("hostname")));
        let candidates = question["candidates"].as_array().unwrap();
        assert_eq!(candidates.len(), 2, "{question}");
        let quality = ciso.get("/api/v1/data-quality").await.ok();
        assert_eq!((&quality["total"]["assets"], &quality["total"]["in_question"]), (&json!(2), &json!(1)));

        let path = format!("/api/v1/asset-questions/{}/decide", question["id"]);
        ciso.post(&path, &json!({"same_as": 999})).await.problem(422);
        let chosen = &candidates[0];
        let decided = ciso.post(&path, &json!({"same_as": chosen["record_id"], "reason": "seen on site"})).await.ok();
        assert_eq!(ciso.get("/api/v1/asset-questions").await.ok()["total"], 0);
        let sources = ciso.get(&format!("/api/v1/assets/{}/sources", chosen["asset_id"].as_str().unwrap())).await.ok();
        assert_eq!(sources["records"].as_array().unwrap().len(), 2, "{sources}");
        assert_eq!(sources["decisions"][0]["reason"], "seen on site");

        let undo = format!("/api/v1/asset-decisions/{}/revoke", decided["id"].as_str().unwrap());
        ciso.post(&undo, &json!({})).await.ok();
        assert_eq!(ciso.get("/api/v1/asset-questions").await.ok()["total"], 1);
        ciso.post(&undo, &json!({})).await.problem(404);
        let separate = ciso.post(&path, &json!({})).await.ok();
        assert_eq!(separate["reconciled"]["questions_closed"], 1, "{separate}");
        assert_eq!(names(&ciso).await.len(), 3);
    }

    async fn assets_are_merged_split_and_come_back(db: Db) {
        let server = server(&db).await;
        torn(&server).await;
        let ciso = ciso(&server).await;
        let page = ciso.get("/api/v1/assets").await.ok();
        let ids: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        let merged = ciso.post(&format!("/api/v1/assets/{}/merge", ids[0]), &json!({"asset_ids": [ids[1]]})).await.ok();
        assert_eq!(merged["reconciled"]["merged"], 1, "{merged}");
        assert_eq!(names(&ciso).await.len(), 1);
        let gone = ciso.get(&format!("/api/v1/assets/{}", ids[1])).await.ok();
        assert!(gone["retired_at"].is_string(), "{gone}");
        let undo = format!("/api/v1/asset-decisions/{}/revoke", merged["id"].as_str().unwrap());
        ciso.post(&undo, &json!({})).await.ok();
        assert_eq!(names(&ciso).await, ["web-1.osaka.example", "web-1.tokyo.example"]);
        let back = ciso.get(&format!("/api/v1/assets/{}", ids[1])).await.ok();
        assert!(back["retired_at"].is_null(), "{back}");

        let again = ciso.post(&format!("/api/v1/assets/{}/merge", ids[0]), &json!({"asset_ids": [ids[1]]})).await.ok();
        assert_eq!(again["reconciled"]["merged"], 1);
        let sources = ciso.get(&format!("/api/v1/assets/{}/sources", ids[0])).await.ok();
        let records = sources["records"].as_array().unwrap();
        let agents: Vec<&Value> = records.iter().filter(|record| record["source"] == "glpi").collect();
        let path = format!("/api/v1/assets/{}/split", ids[0]);
        ciso.post(&path, &json!({"record_ids": []})).await.problem(422);
        ciso.post(&path, &json!({"record_ids": [agents[1]["record_id"]]})).await.ok();
        assert_eq!(names(&ciso).await.len(), 2);
        let mut stranger = below(&db, "D2").await.unit_ids().unwrap().to_vec();
        stranger.sort();
        let other = server.signed_in("other", vec![Grant::new(SeatKind::SystemSecurityManager, stranger)]).await;
        other.post(&path, &json!({"record_ids": [1]})).await.problem(404);
        other.get(&format!("/api/v1/assets/{}/sources", ids[0])).await.problem(404);
        assert_eq!(other.get("/api/v1/asset-questions").await.ok()["total"], 0);
    }

    async fn nobody_decides_over_what_another_unit_has(db: Db) {
        let server = server(&db).await;
        let app = &server.test.app;
        let actor = console();
        let act = everything(app, &actor);
        let ciso = ciso(&server).await;
        let manager = async |code: &str| {
            let mine = below(&db, code).await.unit_ids().unwrap().to_vec();
            server.signed_in(code, vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await
        };
        let (sales, works) = (manager("D1").await, manager("D2").await);
        let mut ids = Vec::new();
        for (name, code) in [("web-a", "D1"), ("web-b", "D2")] {
            let system = json!({"code": name, "name": name, "unit_id": unit(&db, code).await});
            let system = ciso.post("/api/v1/systems", &system).await.ok()["id"].clone();
            let asset = json!({"name": name, "kind": "host", "system_id": system});
            ids.push(ciso.post("/api/v1/assets", &asset).await.ok()["id"].as_str().unwrap().to_owned());
        }
        assets_reconcile(&act).await.unwrap();
        // Management says that they are one: it belongs to Sales, and Sales alone cannot take it back.
        let merged = ciso.post(&format!("/api/v1/assets/{}/merge", ids[0]), &json!({"asset_ids": [ids[1]]})).await.ok();
        let undo = format!("/api/v1/asset-decisions/{}/revoke", merged["id"].as_str().unwrap());
        let refused = sales.post(&undo, &json!({})).await.problem(403);
        assert_eq!(refused["code"], "decision-of-others");
        works.post(&undo, &json!({})).await.problem(404);
        ciso.post(&undo, &json!({})).await.ok();

        // What Works has fits what Sales has: Sales is asked, but it is not for Sales alone to say.
        let asset_of = async |name: &str| ciso.get(&format!("/api/v1/assets?q={name}")).await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(asset_of("web-b").await, ids[1]);
        let record = async |id: &str| -> i64 {
            db.scalar("SELECT id FROM asset_record WHERE asset_id = $1 ORDER BY id LIMIT 1", hinomi_db::values![id]).await.unwrap()
        };
        let (left, right) = (record(&ids[0]).await, record(&ids[1]).await);
        let sql = "INSERT INTO asset_question (record_id, kind, rule, shared, against, candidates, unit_id, opened_at)
            VALUES ($1, 'contradiction', 'serial', '[]', '', $2, $3, 0)";
        let mut tx = db.begin().await.unwrap();
        tx.execute(sql, hinomi_db::values![right, format!("[{left}]"), unit(&db, "D1").await]).await.unwrap();
        tx.commit().await.unwrap();
        let path = format!("/api/v1/asset-questions/{right}/decide");
        let refused = sales.post(&path, &json!({"same_as": left})).await.problem(403);
        assert_eq!(refused["code"], "question-of-others");
        assert_eq!(asset_of("web-b").await, ids[1]);
        ciso.post(&path, &json!({"same_as": left})).await.ok();
    }

    async fn relations_are_walked(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        let mut ids = Vec::new();
        for name in ["hypervisor", "database", "shop"] {
            let made = ciso.post("/api/v1/assets", &json!({"name": name, "kind": "host"})).await.ok();
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let path = |at: usize| format!("/api/v1/assets/{}/relations", ids[at]);
        ciso.post(&path(1), &json!({"kind": "runs_on", "to_asset_id": ids[0]})).await.ok();
        ciso.post(&path(2), &json!({"kind": "depends_on", "to_asset_id": ids[1]})).await.ok();
        ciso.post(&path(2), &json!({"kind": "likes", "to_asset_id": ids[1]})).await.problem(422);
        let hit = ciso.get(&format!("/api/v1/assets/{}/impact", ids[0])).await.ok();
        let hits: Vec<(&str, i64)> = hit["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| (hit["name"].as_str().unwrap(), hit["steps"].as_i64().unwrap()))
            .collect();
        assert_eq!(hits, [("database", 1), ("shop", 2)]);
        let seen = ciso.get(&path(0)).await.ok();
        assert_eq!((&seen["items"][0]["name"], &seen["items"][0]["outgoing"]), (&json!("database"), &json!(false)));
        ciso.post(&path(2), &json!({"kind": "depends_on", "to_asset_id": ids[1], "holds": false})).await.ok();
        let hit = ciso.get(&format!("/api/v1/assets/{}/impact", ids[0])).await.ok();
        assert_eq!((hit["items"].as_array().unwrap().len(), &hit["total"], &hit["cut"]), (1, &json!(1), &json!(false)));
    }

    async fn relations_of_a_part_are_those_of_the_whole(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        let mut ids = Vec::new();
        for name in ["whole", "part", "shop"] {
            let made = ciso.post("/api/v1/assets", &json!({"name": name, "kind": "host"})).await.ok();
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let depends = json!({"kind": "depends_on", "to_asset_id": ids[1]});
        ciso.post(&format!("/api/v1/assets/{}/relations", ids[2]), &depends).await.ok();
        ciso.post(&format!("/api/v1/assets/{}/merge", ids[0]), &json!({"asset_ids": [ids[1]]})).await.ok();
        let hit = ciso.get(&format!("/api/v1/assets/{}/impact", ids[0])).await.ok();
        assert_eq!((&hit["total"], &hit["items"][0]["name"]), (&json!(1), &json!("shop")), "{hit}");
        let seen = ciso.get(&format!("/api/v1/assets/{}/relations", ids[2])).await.ok();
        assert_eq!(seen["items"][0]["asset_id"], json!(ids[0]), "{seen}");
    }

    async fn what_cannot_be_written_costs_the_others_nothing_and_is_told(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        let actor = console();
        let act = everything(&server.test.app, &actor);
        // One of two can never be written.
        db.execute("CREATE UNIQUE INDEX only_one ON asset (kind) WHERE name >= 'poison' AND name < 'poisoo'", ()).await.unwrap();
        let mut rows: Vec<_> = (0..30).map(|at: usize| (at.to_string(), host(&format!("web-{at:02}")))).collect();
        rows.extend(["poison-1", "poison-2"].map(|name| (name.to_owned(), host(name))));
        take(&act, "netbox", Origin::Cmdb, rows).await;
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.created, done.failed), (31, 1));
        let quality = ciso.get("/api/v1/data-quality").await.ok();
        assert_eq!((&quality["failed"], &quality["failures"][0]["source"]), (&json!(1), &json!("netbox")), "{quality}");
        assert!(quality["failures"][0]["message"].as_str().is_some_and(|text| text.to_lowercase().contains("unique")), "{quality}");
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let manager = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        assert_eq!(manager.get("/api/v1/data-quality").await.ok()["failures"], json!([]));
        // It is tried again, and others that come meanwhile go on.
        take(&act, "netbox", Origin::Cmdb, vec![("new".into(), host("web-99"))]).await;
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.created, done.failed), (1, 1));
        db.execute("DROP INDEX only_one", ()).await.unwrap();
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.created, done.failed), (1, 0));
        assert_eq!(ciso.get("/api/v1/data-quality").await.ok()["failed"], 0);
    }

    async fn more_relations_than_are_listed_are_counted(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        let actor = console();
        let act = everything(&server.test.app, &actor);
        let rows = (0..=2_100).map(|at: usize| {
            let runs_on = SourceRelation { kind: "runs_on".into(), by: "id".into(), to: "0".into() };
            let vm = host(&format!("vm-{at:04}"));
            (at.to_string(), with(vm, |record| record.relations.extend((at > 0).then_some(runs_on))))
        });
        take(&act, "pool", Origin::Cmdb, rows.collect()).await;
        assets_reconcile(&act).await.unwrap();
        let pool = ciso.get("/api/v1/assets?q=vm-0000").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        for what in ["impact", "relations"] {
            let seen = ciso.get(&format!("/api/v1/assets/{pool}/{what}")).await.ok();
            let listed = seen["items"].as_array().unwrap().len();
            assert_eq!((listed, &seen["total"], &seen["cut"]), (2_000, &json!(2_100), &json!(true)), "{what}");
        }
    }

    async fn what_was_made_from_an_image_is_hit_with_it(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        // As clouds say it: an instance names its image, the list of images comes in a file of its own.
        let instances = r#"{"Reservations": [{"OwnerId": "1", "Instances": [
            {"InstanceId": "i-1", "ImageId": "ami-7", "Tags": [{"Key": "Name", "Value": "shop-1"}]},
            {"InstanceId": "i-2", "ImageId": "ami-7", "Tags": [{"Key": "Name", "Value": "shop-2"}]},
            {"InstanceId": "i-3", "ImageId": "ami-8", "Tags": [{"Key": "Name", "Value": "other"}]}]}]}"#;
        let path = "/api/v1/inventory/files?name=aws.json";
        let done = ciso.send(http::Method::POST, path, &[], instances.as_bytes()).await.ok();
        assert_eq!(done["reconciled"]["created"], 3, "{done}");
        let image = json!({"name": "golden", "kind": "container_image", "identifiers": {"cloud_id": "aws:ami-7"}});
        let image = ciso.post("/api/v1/assets", &image).await.ok()["id"].as_str().unwrap().to_owned();
        hinomi_assets::jobs::assets_keep(&server.test.app).await.unwrap();
        let shop = ciso.get("/api/v1/assets?q=shop-1").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let monitor = ciso.post("/api/v1/assets", &json!({"name": "till", "kind": "host"})).await.ok();
        let monitor = monitor["id"].as_str().unwrap();
        let depends = json!({"kind": "depends_on", "to_asset_id": shop});
        ciso.post(&format!("/api/v1/assets/{monitor}/relations"), &depends).await.ok();
        let hit = ciso.get(&format!("/api/v1/assets/{image}/impact")).await.ok();
        let hits: Vec<(&str, i64, &str)> = hit["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| (hit["name"].as_str().unwrap(), hit["steps"].as_i64().unwrap(), hit["relation"].as_str().unwrap()))
            .collect();
        assert_eq!(hits, [("shop-1", 1, "image_of"), ("shop-2", 1, "image_of"), ("till", 2, "depends_on")]);
        let own = ciso.get(&format!("/api/v1/assets/{shop}/impact")).await.ok();
        assert_eq!((&own["total"], &own["items"][0]["name"]), (&json!(1), &json!("till")), "the image is not hit by what was made of it");
        let seen = ciso.get(&format!("/api/v1/assets/{shop}/relations")).await.ok()["items"].clone();
        assert_eq!((&seen[0]["kind"], &seen[0]["outgoing"], &seen[0]["asset_id"]), (&json!("depends_on"), &json!(false), &json!(monitor)));
        assert_eq!((&seen[1]["kind"], &seen[1]["outgoing"], &seen[1]["asset_id"]), (&json!("image_of"), &json!(true), &json!(image)));
    }

    async fn a_rule_assigns_what_nobody_has_claimed(db: Db) {
        let server = server(&db).await;
        torn(&server).await;
        let ciso = ciso(&server).await;
        let rule = json!({"position": 1, "name_pattern": "web-*", "unit_id": unit(&db, "D2").await});
        ciso.post("/api/v1/assignment-rules", &json!({"position": 1, "network": "everything", "unit_id": unit(&db, "D2").await})).await.problem(422);
        ciso.post("/api/v1/assignment-rules", &rule).await.ok();
        hinomi_assets::jobs::assets_keep(&server.test.app).await.unwrap();
        let page = ciso.get("/api/v1/assets").await.ok();
        for asset in page["items"].as_array().unwrap() {
            assert_eq!((&asset["unit_name"], &asset["unassigned"]), (&json!("Works"), &json!(false)), "{asset}");
        }
        let mine = below(&db, "D2").await.unit_ids().unwrap().to_vec();
        let manager = server.signed_in("d2", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        manager.post("/api/v1/assignment-rules", &rule).await.problem(403);
        assert_eq!(manager.get("/api/v1/assignment-rules").await.ok().as_array().unwrap().len(), 1);
    }

    async fn a_host_writes_its_own_inventory_and_no_other(db: Db) {
        let server = server(&db).await;
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let manager = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        let d2 = unit(&db, "D2").await;
        manager.post("/api/v1/enrolment-tokens", &json!({"name": "x", "unit_id": d2})).await.problem(422);
        let made = manager
            .post("/api/v1/enrolment-tokens", &json!({"name": "servers", "unit_id": unit(&db, "D1").await}))
            .await
            .ok();
        let token = made["secret"].as_str().unwrap();
        let client = server.client();
        let send = async |path: &str, bearer: &str, hash: &str, body: &[u8]| {
            let bearer = format!("Bearer {bearer}");
            let headers = [("authorization", bearer.as_str()), ("x-hinomi-document", hash), ("content-type", "application/json")];
            client.send(Method::POST, path, &headers, body).await
        };
        let enrol = "/api/v1/inventory/enrol";
        let host = json!({"host": "machine-1"}).to_string();
        send(enrol, "hinomi-enrol-guess", "", host.as_bytes()).await.problem(401);
        let secret = send(enrol, token, "", host.as_bytes()).await.ok()["secret"].as_str().unwrap().to_owned();
        send(enrol, token, "", host.as_bytes()).await.problem(409);

        let push = "/api/v1/inventory/push";
        let document = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"type": "device", "name": "web-9"}},
            "components": [{"type": "library", "name": "curl", "version": "1", "purl": "pkg:npm/curl@1"}]}).to_string();
        send(push, token, "h1", b"").await.problem(401);
        assert_eq!(send(push, &secret, "h1", b"").await.ok()["state"], "wanted");
        let taken = send(push, &secret, "h1", document.as_bytes()).await.ok();
        assert_eq!((&taken["state"], &taken["imported"]["asset"]), (&json!("taken"), &json!("web-9")));
        assert_eq!(send(push, &secret, "h1", b"").await.ok()["state"], "unchanged");
        assert_eq!(send(push, &secret, "h2", b"").await.ok()["state"], "wanted");
        let asset = manager.get("/api/v1/assets?q=web-9").await.ok();
        assert_eq!(asset["items"][0]["unit_name"], "Sales");

        // Another host that says it is the same one, and one that says another name later.
        let twin = send(enrol, token, "", json!({"host": "machine-2"}).to_string().as_bytes()).await.ok();
        send(push, twin["secret"].as_str().unwrap(), "h1", document.as_bytes()).await.problem(409);
        let renamed = document.replace("web-9", "plc-1");
        let again = send(push, &secret, "h3", renamed.as_bytes()).await.ok();
        assert_eq!(again["imported"]["asset"], "web-9");

        let hosts = manager.get(&format!("/api/v1/enrolment-tokens/{}/hosts", made["id"].as_str().unwrap())).await.ok();
        assert_eq!(hosts.as_array().unwrap().len(), 2);
        let revoke = format!("/api/v1/enrolment-tokens/{}/revoke", made["id"].as_str().unwrap());
        manager.post(&revoke, &json!({})).await.ok();
        send(enrol, token, "", host.as_bytes()).await.problem(401);
        assert_eq!(send(push, &secret, "h3", b"").await.ok()["state"], "unchanged", "its hosts go on");
        manager.post(&format!("{revoke}?hosts=true"), &json!({})).await.ok();
        send(push, &secret, "h3", b"").await.problem(401);
    }

    async fn each_file_has_its_own_result(db: Db) {
        let server = server(&db).await;
        let ciso = ciso(&server).await;
        let table = "Name,Serial,Vendor\nweb-1,ABC,Dell\nweb-2,DEF,Dell\n";
        let mapping = json!({"columns": {"Name": "name", "Serial": "serial_number", "Vendor": "vendor"}});
        let saved = ciso.put("/api/v1/import-mappings/ours", &mapping).await;
        assert_eq!(saved.status.as_u16(), 204, "{}", saved.text());
        ciso.put("/api/v1/import-mappings/bad", &json!({"columns": {"Name": "nonsense"}})).await.problem(422);
        let headers = [("content-type", "application/octet-stream")];
        let post = async |client: &TestClient, path: &str, body: &[u8]| client.send(Method::POST, path, &headers, body).await;
        let preview = post(&ciso, "/api/v1/inventory/preview", table.as_bytes()).await.ok();
        assert_eq!(preview["preview"]["columns"], json!(["Name", "Serial", "Vendor"]));
        let path = "/api/v1/inventory/files?mapping=ours&source=ours&name=ours.csv";
        let done = post(&ciso, path, table.as_bytes()).await.ok();
        assert_eq!((&done["files"][0]["outcome"], &done["reconciled"]["created"]), (&json!("assets"), &json!(2)), "{done}");
        let again = post(&ciso, path, table.as_bytes()).await.ok();
        assert_eq!((&again["files"][0]["records"]["unchanged"], &again["reconciled"]["created"]), (&json!(2), &json!(0)));
        let bad = post(&ciso, "/api/v1/inventory/files?name=x.bin", b"\0\0\0garbage").await.ok();
        assert_eq!(bad["files"][0]["outcome"], "failed", "{bad}");
        let mine = below(&db, "D1").await.unit_ids().unwrap().to_vec();
        let manager = server.signed_in("d1", vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await;
        let refused = post(&manager, path, table.as_bytes()).await.ok();
        assert_eq!(refused["files"][0]["code"], "asset-list-forbidden");
    }
}
