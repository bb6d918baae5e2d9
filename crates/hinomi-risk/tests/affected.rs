// SPDX-License-Identifier: Apache-2.0
//! "Which systems carry …?" over HTTP, on both engines: by purl as people write it, by a name that many contain, and as
//! it was on a past day.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

#[expect(dead_code, reason = "the scene serves other tests, too")]
#[path = "support/scene.rs"]
mod support;

use hinomi_core::{Clock, Grant, Scope, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_org::model::sheet::SheetKind;
use serde_json::{Value, json};
use support::{SETS, Scene, bom, host, openssl, scene};

const OLD: &str = "3.0.11-1~deb12u1";
const FIXED: &str = "3.0.14-1~deb12u2";

/// How many systems and assets answer.
async fn answer(scene: &Scene, question: &str) -> (usize, i64) {
    let question = question.replace('?', "%3F").replace('&', "%26").replace('#', "%23");
    let answer = scene.ciso.get(&format!("/api/v1/affected?q={question}")).await.ok();
    assert_eq!(answer["cut"], false, "{answer}");
    (answer["systems"].as_array().unwrap().len(), answer["assets_total"].as_i64().unwrap())
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().filter_map(|row| row["asset"]["name"].as_str()).collect()
}

both_engines! { SETS;
    async fn a_purl_finds_who_has_it_without_version_and_qualifiers(db: Db) {
        let scene = scene(db).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.30.0")).await;
        scene.inventory("web-2", "SHOP", "", &host(OLD, "2.31.0")).await;
        scene.inventory("mill-1", "WORKS", "", &host(FIXED, "2.32.0")).await;
        for (question, expected) in [
            ("pkg:pypi/requests", (2, 3)),
            ("pkg:PyPI/Requests", (2, 3)),
            ("pkg:pypi/requests@2.31.0", (1, 1)),
            ("pkg:pypi/requests@2.31", (1, 1)),
            ("pkg:pypi/requests@9", (0, 0)),
            ("pkg:deb/debian/libssl3", (2, 3)),
            ("pkg:deb/debian/openssl", (2, 3)),
            ("pkg:deb/debian/libssl3@3.0.11-1~deb12u1", (1, 2)),
            ("pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12", (1, 2)),
            ("pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=arm64", (0, 0)),
            ("pkg:deb/debian/libssl3?distro=debian-11", (0, 0)),
            ("pkg:deb/ubuntu/libssl3", (0, 0)),
            ("LibSSL3", (2, 3)),
            ("openssl", (2, 3)),
            ("libssl", (0, 0)),
        ] {
            assert_eq!(answer(&scene, question).await, expected, "{question}");
        }
        scene.ciso.get("/api/v1/affected?q=pkg:nothing").await.problem(422);
        let manager = scene.manager("D2").await;
        let own = manager.get("/api/v1/affected?q=pkg:pypi/requests").await.ok();
        assert_eq!((own["assets_total"].as_i64(), own["systems"][0]["system_name"].as_str()), (Some(1), Some("WORKS")));
    }

    async fn the_package_itself_is_found_among_thousands_that_contain_its_name(db: Db) {
        let scene = scene(db).await;
        let mut many: Vec<Value> = (0..6_000).map(|number| json!({"type": "library", "version": "1.0.0",
            "name": format!("@a/react-{number:04}"), "purl": format!("pkg:npm/%40a/react-{number:04}@1.0.0")})).collect();
        many.push(json!({"type": "library", "name": "react", "version": "18.2.0", "purl": "pkg:npm/react@18.2.0"}));
        scene.inventory("web-1", "SHOP", "", &bom(many)).await;
        assert_eq!(answer(&scene, "react").await, (1, 1));
        assert_eq!(answer(&scene, "pkg:npm/react").await, (1, 1));
    }

    async fn the_assets_of_an_answer_are_listed_page_by_page(db: Db) {
        let scene = scene(db).await;
        for name in ["web-1", "web-2", "web-3"] {
            scene.inventory(name, "SHOP", "", &host(OLD, "2.30.0")).await;
        }
        scene.inventory("web-4", "SHOP", "", &bom(Vec::new())).await;
        scene.inventory("mill-1", "WORKS", "", &host(OLD, "2.30.0")).await;
        let system = scene.ciso.get("/api/v1/affected?q=requests").await.ok()["systems"].as_array().unwrap().iter()
            .find(|row| row["system_name"] == "SHOP").unwrap()["system_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/affected/assets?q=pkg:pypi/requests&system={system}&limit=2");
        let first = scene.ciso.get(&path).await.ok();
        assert_eq!((names(&first), first["total"].as_i64()), (vec!["web-1", "web-2"], Some(3)));
        assert_eq!(first["items"][0]["components"], json!(["requests 2.30.0"]));
        let next = first["next"].as_str().unwrap();
        let second = scene.ciso.get(&format!("{path}&after={next}")).await.ok();
        assert_eq!((names(&second), &second["next"]), (vec!["web-3"], &Value::Null));
        let all = scene.ciso.get("/api/v1/affected/assets?q=requests").await.ok();
        assert_eq!(names(&all), ["mill-1", "web-1", "web-2", "web-3"]);
        let manager = scene.manager("D2").await;
        let own = manager.get("/api/v1/affected/assets?q=requests").await.ok();
        assert_eq!((names(&own), own["total"].as_i64()), (vec!["mill-1"], Some(1)));
    }

    async fn the_affected_assets_of_a_past_day_are_those_of_that_day(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        for name in ["web-1", "web-2", "web-3"] {
            scene.inventory(name, "SHOP", "", &host(OLD, "2.32.0")).await;
        }
        let then = scene.today();
        scene.pass_days(3).await;
        // One is put right, one goes out of use, one goes to the other department.
        scene.inventory("web-1", "SHOP", "", &host(FIXED, "2.32.0")).await;
        let assets = scene.ciso.get("/api/v1/assets?limit=200").await.ok();
        let id = |name: &str| assets["items"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()["id"]
            .as_str().unwrap().to_owned();
        scene.ciso.post(&format!("/api/v1/assets/{}/retire", id("web-2")), &json!({})).await.ok();
        let works = scene.ciso.get("/api/v1/systems?limit=200").await.ok()["items"].as_array().unwrap().iter()
            .find(|row| row["code"] == "WORKS").unwrap()["id"].as_str().unwrap().to_owned();
        scene.ciso.post("/api/v1/assets/assign", &json!({"asset_ids": [id("web-3")], "system_id": works})).await.ok();
        scene.reconcile().await;
        scene.pass_days(1).await;
        let path = "/api/v1/vulnerabilities/DEMO-1/affected";
        let now = scene.ciso.get(path).await.ok();
        assert_eq!((names(&now), now["total"].as_i64()), (vec!["web-3"], Some(1)));
        let past = scene.ciso.get(&format!("{path}?at={then}")).await.ok();
        assert_eq!((names(&past), past["total"].as_i64()), (vec!["web-1", "web-2", "web-3"], Some(3)));
        assert_eq!(past["items"][2]["system"]["name"], "SHOP");
        let page = scene.ciso.get(&format!("{path}?at={then}&limit=2")).await.ok();
        let rest = scene.ciso.get(&format!("{path}?at={then}&limit=2&after={}", page["next"].as_str().unwrap())).await.ok();
        assert_eq!(names(&rest), ["web-3"]);
        let manager = scene.manager("D2").await;
        assert!(names(&manager.get(&format!("{path}?at={then}")).await.ok()).is_empty());
    }

    async fn the_cases_of_a_department_that_is_gone_stay_on_the_map(db: Db) {
        let mut scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        scene.inventory("mill-1", "WORKS", "", &host(OLD, "2.32.0")).await;
        let then = scene.today();
        let (hq, jp, d1) = (scene.unit("HQ").await, scene.unit("JP").await, scene.unit("D1").await);
        scene.pass_days(1).await;
        // A day to come is a plan: nobody has taken the shop over when it comes.
        let tomorrow = scene.server.test.clock.now().plus_days(1).day().to_string();
        let closed = scene.ciso.post(&format!("/api/v1/units/{d1}/close"), &json!({"valid_to": tomorrow})).await;
        assert_eq!(closed.status.as_u16(), 204, "{}", closed.text());
        scene.pass_days(1).await;
        let map = |unit: String| {
            let client = &scene.ciso;
            async move { client.get(&format!("/api/v1/risk/heatmap?unit={unit}")).await.ok() }
        };
        let group = map(hq.to_string()).await;
        assert_eq!(group["totals"]["total"], 2, "{group}");
        let region = map(jp.to_string()).await;
        let row = region["rows"].as_array().unwrap().iter().find(|row| row["unit_id"] == d1.to_string()).unwrap();
        assert_eq!((&row["gone"], &row["name"], &row["total"]), (&json!(true), &json!("Sales"), &json!(1)));
        assert_eq!(region["totals"]["total"], 1);
        // Every number opens its tickets, and the other figures agree.
        for (unit, expected) in [(hq, 2), (jp, 1), (d1, 1)] {
            assert_eq!(scene.tickets(&format!("unit={unit}")).await.len(), expected);
            let residual = scene.ciso.get(&format!("/api/v1/risk/residual?unit={unit}")).await.ok();
            assert_eq!(residual["open"].as_i64(), Some(expected as i64), "{residual}");
        }
        let alone = map(d1.to_string()).await;
        assert_eq!((alone["totals"]["total"].as_i64(), alone["rows"].as_array().unwrap().len()), (Some(1), 1));
        let past = scene.ciso.get(&format!("/api/v1/risk/heatmap?unit={jp}&at={then}")).await.ok();
        assert!(past["rows"].as_array().unwrap().iter().all(|row| row["gone"] == false), "{past}");
    }

    async fn a_region_sees_of_a_past_day_what_was_its_own_then(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let then = scene.today();
        let (jp, eu, d1) = (scene.unit("JP").await, scene.unit("EU").await, scene.unit("D1").await);
        scene.pass_days(1).await;
        let moved = json!({"parent_id": eu, "valid_from": format!("{}T00:00:00Z", scene.today())});
        let answer = scene.ciso.patch(&format!("/api/v1/units/{d1}"), &moved).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        scene.pass_days(1).await;
        let tree = hinomi_org::tree_at(&db, scene.server.test.clock.now()).await.unwrap();
        for (code, unit, before, now) in [("jp", jp, 1, 0), ("eu", eu, 0, 1)] {
            let grant = Grant::new(SeatKind::RegionalCiso, tree.subtree(unit)).of_unit(unit);
            let reader = scene.server.signed_in(&format!("regional-{code}"), vec![grant]).await;
            for (at, expected) in [(format!("?at={then}"), before), (String::new(), now)] {
                let map = reader.get(&format!("/api/v1/risk/heatmap{at}")).await.ok();
                assert_eq!(map["totals"]["total"], expected, "{code} {at}: {map}");
                let residual = reader.get(&format!("/api/v1/risk/residual{at}")).await.ok();
                assert_eq!(residual["open"], expected, "{code} {at}");
                let listed = reader.get(&format!("/api/v1/tickets{at}")).await.ok();
                assert_eq!(listed["items"].as_array().unwrap().len(), expected, "{code} {at}");
            }
        }
    }

    async fn a_ticket_is_given_to_whoever_answers_for_it(db: Db) {
        let scene = scene(db.clone()).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let ticket = scene.tickets("").await[0]["id"].clone();
        let console = hinomi_platform::testing::console();
        let act = hinomi_org::Act::new(&scene.server.test.app, &console, Scope::all());
        let people = "code,name,email,unit_code,left_on\nOWN,Aiko,,D1,\nLEFT,Ren,,D1,2026-01-01\nOTHER,Yui,,D2,\nABOVE,Mei,,JP,\n\
            REGION,Sora,,HQ,\nSTAND,Kai,,D2,\nELSE,Rio,,HQ,\n";
        let seats = "unit_code,kind,required,holder_code,deputy_code\nJP,regional_ciso,true,REGION,STAND\nEU,regional_ciso,true,ELSE,\n";
        for (kind, sheet) in [(SheetKind::People, people), (SheetKind::Seats, seats)] {
            hinomi_org::org_import(&act, kind, sheet.as_bytes(), false).await.unwrap();
        }
        // In the ticket's unit, or with a seat above it; nobody who has left, nobody of elsewhere.
        for (code, is_fit) in [("OWN", true), ("LEFT", false), ("OTHER", false), ("ABOVE", false), ("REGION", true),
            ("STAND", true), ("ELSE", false)] {
            let person = hinomi_org::person_by_code(&db, code).await.unwrap().unwrap().id;
            let answer = scene.ciso.patch(&format!("/api/v1/tickets/{ticket}"), &json!({"assignee_id": person})).await;
            assert_eq!(answer.status.is_success(), is_fit, "{code}: {}", answer.text());
        }
        let detail = scene.ticket(&ticket).await;
        assert_eq!(detail["assignee"]["name"], "Kai", "{detail}");
        let nobody = scene.ciso.patch(&format!("/api/v1/tickets/{ticket}"), &json!({"assignee_id": null})).await.ok();
        assert!(nobody["assignee"].is_null(), "{nobody}");
    }

    async fn work_begins_towards_a_version_that_closes_something(db: Db) {
        let scene = scene(db).await;
        scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
        scene.inventory("web-1", "SHOP", "", &host(OLD, "2.32.0")).await;
        let ticket = scene.tickets("").await[0]["id"].clone();
        let detail = scene.ciso.get(&format!("/api/v1/tickets/{ticket}")).await.ok();
        assert_eq!((&detail["assets_total"], &detail["assets"][0]["name"]), (&json!(1), &json!("web-1")));
        let path = format!("/api/v1/tickets/{ticket}");
        for wrong in ["0", "3.0.13-1", &"9".repeat(201)] {
            scene.ciso.patch(&path, &json!({"target_version": wrong})).await.problem(422);
        }
        scene.ciso.patch(&path, &json!({"target_version": "3.0.15-1"})).await.ok();
    }
}
