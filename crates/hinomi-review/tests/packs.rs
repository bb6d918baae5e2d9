// SPDX-License-Identifier: Apache-2.0
//! Bodies, a month's pack, a meeting with its decision: what they say, to whom, and that it stays.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use base64::Engine as _;
use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_org::tree_at;
use hinomi_platform::mail::{self, MailServer, Mailer};
use hinomi_platform::outbox::{self, Deliverers};
use hinomi_platform::testing::smtp_server;
use hinomi_review::pack::packs_keep;
use hinomi_testkit::fixtures::{debian_host as host, openssl_record as openssl};
use hinomi_web::testing::{TestClient, prints};
use serde_json::{Value, json};
use support::{SETS, Scene, scene};

const OLD: &str = "3.0.14-1~deb12u1";
const NEW: &str = "3.0.15-1~deb12u1";

/// November ends with a gap at both departments; in December Works fixes its own; both months are closed.
async fn two_months(scene: &mut Scene) {
    scene.record(&openssl("CVE-2026-1", NEW)).await;
    scene.inventory("web-1", "SHOP", &host(OLD)).await;
    scene.inventory("plc-1", "WORKS", &host(OLD)).await;
    scene.reconcile().await;
    scene.go_to("2026-12-04T01:00:00Z").await;
    keep(scene).await;
    scene.go_to("2026-12-12T00:00:00Z").await;
    scene.inventory("plc-1", "WORKS", &host(NEW)).await;
    scene.reconcile().await;
    scene.go_to("2027-01-04T01:00:00Z").await;
    keep(scene).await;
}

async fn keep(scene: &Scene) {
    maturity_keep(&scene.db, scene.now()).await.unwrap();
}

async fn packs(client: &TestClient) -> Vec<Value> {
    client.get("/api/v1/packs").await.ok()["items"].as_array().unwrap().clone()
}

async fn pack(client: &TestClient, id: &Value) -> Value {
    client.get(&format!("/api/v1/packs/{}", id.as_str().unwrap())).await.ok()
}

async fn reader(scene: &Scene, name: &str, seat: SeatKind, unit: Option<&str>) -> TestClient {
    let grant = match unit {
        None => Grant::everywhere(seat),
        Some(code) => {
            let tree = tree_at(&scene.db, scene.now()).await.unwrap();
            Grant::new(seat, tree.subtree(tree.by_code(code).unwrap().id))
        }
    };
    scene.server.signed_in(name, vec![grant]).await
}

/// The picture that a mail carries under this name.
fn inline(letter: &str, name: &str) -> Vec<u8> {
    let (_, part) = letter.split_once(&format!("Content-ID: <{name}.")).unwrap();
    let (_, body) = part.split_once("\n\n").unwrap();
    let text: String = body.lines().take_while(|line| !line.starts_with("--")).collect();
    base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap()
}

/// What a PDF says, without the spaces that typesetting puts between letters.
fn text_of(pdf: &[u8]) -> String {
    let text = pdf_extract::extract_text_from_mem(pdf).unwrap();
    text.split_whitespace().collect()
}

fn together(text: &str) -> String {
    text.split_whitespace().collect()
}

both_engines! { SETS;
    async fn a_pack_is_made_the_day_after_the_close_once_and_stays(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.account("P2", "ja").await;
        two_months(&mut scene).await;
        let app = scene.server.test.app.clone();
        assert!(packs_keep(&app).await.unwrap().made.is_empty(), "the month was closed today");
        assert_eq!(scene.ciso.get("/api/v1/bodies").await.ok()["items"].as_array().unwrap().len(), 2);
        scene.go_to("2027-01-05T00:10:00Z").await;
        let kept = packs_keep(&app).await.unwrap();
        assert_eq!((kept.made.len(), kept.mails), (1, 1), "{kept:?}");
        let again = packs_keep(&app).await.unwrap();
        assert_eq!((again.made.len(), again.mails), (0, 0), "once");

        let listed = packs(&scene.ciso).await;
        assert_eq!(listed.len(), 1);
        let made = pack(&scene.ciso, &listed[0]["id"]).await;
        let document = &made["document"];
        assert_eq!((&document["month"], &document["unit"]["name"]), (&json!("2026-12"), &json!("Head Office")));
        assert_eq!(document["close"]["revision"], 1);
        let moved = &document["moved"];
        assert_eq!((&moved["before"], &moved["closed_fixed"], &moved["after"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!((&moved["opened"], &moved["moved_in"]), (&json!(0), &json!(0)));
        assert_eq!(document["open"]["now"]["overdue"], 1);
        assert_eq!(document["units"].as_array().unwrap().len(), 2, "Japan and Europe");
        assert_eq!(document["axes"].as_array().unwrap().len(), 6);
        assert_eq!(document["trend"].as_array().unwrap().len(), 2);
        assert_eq!(document["exploited"]["open"], 0);
        let axes = document["axes"].as_array().unwrap();
        for (index, axis) in axes.iter().enumerate() {
            assert_eq!(document["trend"][1]["scores"][index], axis["score"], "{}", axis["axis"]);
        }
        assert!(axes.iter().any(|axis| axis["axis"] == "system" && axis["score"].is_number()));

        // The figure opens the row that it counted.
        let id = listed[0]["id"].as_str().unwrap();
        let rows = scene.ciso.get(&format!("/api/v1/packs/{id}/rows?figure=moved.closed_fixed")).await.ok();
        assert_eq!((&rows["total"], &rows["items"][0]["system_name"]), (&json!(1), &json!("WORKS")));
        assert_eq!(rows["items"][0]["closure"], "fixed");

        // What happens later changes nothing of it.
        scene.inventory("web-1", "SHOP", &host(NEW)).await;
        scene.reconcile().await;
        packs_keep(&app).await.unwrap();
        let later = pack(&scene.ciso, &listed[0]["id"]).await;
        assert_eq!(later, made);
        let mails: i64 = db.scalar("SELECT COUNT(*) FROM outbox", values![]).await.unwrap();
        assert_eq!(mails, 1);
    }

    async fn months_that_were_closed_together_have_their_packs_each(db: Db) {
        let mut scene = scene(db.clone()).await;
        let app = scene.server.test.app.clone();
        hinomi_review::bodies::bodies_ensure(&app).await.unwrap();
        scene.account("P2", "ja").await;
        scene.record(&openssl("CVE-2026-1", NEW)).await;
        scene.inventory("web-1", "SHOP", &host(OLD)).await;
        scene.reconcile().await;
        // Down from November until January: two months are closed in one run.
        scene.go_to("2027-01-05T01:00:00Z").await;
        keep(&scene).await;
        scene.go_to("2027-01-06T01:00:00Z").await;
        let kept = packs_keep(&app).await.unwrap();
        assert_eq!((kept.made.len(), kept.mails), (2, 2), "{kept:?}");
        assert!(kept.made[0].starts_with("2026-11") && kept.made[1].starts_with("2026-12"), "in order: {kept:?}");
        assert_eq!(packs_keep(&app).await.unwrap().made.len(), 0, "once");
        let months: Vec<Value> = packs(&scene.ciso).await.iter().map(|pack| pack["month"].clone()).collect();
        assert_eq!(months, ["2026-12", "2026-11"]);
    }

    async fn page_paper_and_mail_say_the_same(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.account("P2", "ja").await;
        two_months(&mut scene).await;
        scene.go_to("2027-01-05T00:10:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let listed = packs(&scene.ciso).await;
        let made = pack(&scene.ciso, &listed[0]["id"]).await;
        let document = &made["document"];
        let mail: String = db.scalar("SELECT payload FROM outbox", values![]).await.unwrap();
        let system = document["axes"].as_array().unwrap().iter().find(|axis| axis["axis"] == "system").unwrap();
        let score = system["score"].as_f64().unwrap().to_string();
        assert!(mail.contains(&format!("システムセキュリティ：{score}")), "{mail}");
        assert!(mail.contains("未完了の案件：1"), "{mail}");
        if !prints() {
            return;
        }
        let id = listed[0]["id"].as_str().unwrap();
        for (lang, title, before, fixed) in [
            ("en", "Monthly review: December 2026", "Open a month ago", "Closed: fixed, a newer version was seen"),
            ("ja", "月次報告：2026年12月", "1 か月前の未完了", "完了：修正済み（新しい版を確認）"),
        ] {
            let answer = scene.ciso.get(&format!("/api/v1/packs/{id}/pdf?lang={lang}")).await;
            assert_eq!(answer.header("content-type"), Some("application/pdf"));
            let text = text_of(&answer.body);
            assert!(text.contains(&together(title)), "{lang}: {text}");
            let moved = &document["moved"];
            assert!(text.contains(&format!("{}{}", together(before), moved["before"])), "{lang}: {text}");
            assert!(text.contains(&format!("{}−{}", together(fixed), moved["closed_fixed"])), "{lang}: {text}");
            assert!(text.contains(&score), "{lang}: {score} is not in {text}");
            for unit in document["units"].as_array().unwrap() {
                let name = &unit["unit"][if lang == "ja" { "name_ja" } else { "name" }];
                let now = &unit["now"];
                let open: i64 = ["critical", "high", "medium", "low"].iter().map(|key| now[key].as_i64().unwrap()).sum();
                let wanted = format!("{}{open}{}{}", together(name.as_str().unwrap()), now["overdue"], unit["before"]["overdue"]);
                assert!(text.contains(&wanted), "{lang}: {wanted} is not in {text}");
            }
            let parsed = pdf_extract::Document::load_mem(&answer.body).unwrap();
            assert!(parsed.catalog().unwrap().has(b"StructTreeRoot"), "the PDF is tagged");
            let same = scene.ciso.get(&format!("/api/v1/packs/{id}/pdf?lang={lang}")).await;
            assert_eq!(same.body, answer.body, "the same pack gives the same bytes");
        }
        for name in ["radar", "heat", "trend"] {
            let answer = scene.ciso.get(&format!("/api/v1/packs/{id}/picture?name={name}&lang=ja")).await;
            assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
            assert!(answer.text().starts_with("<svg"), "{name}");
        }
    }

    async fn pictures_travel_with_the_mail_and_are_those_of_the_page(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.account("P2", "ja").await;
        two_months(&mut scene).await;
        scene.go_to("2027-01-05T00:10:00Z").await;
        let app = scene.server.test.app.clone();
        packs_keep(&app).await.unwrap();
        if !prints() {
            return;
        }
        let (port, taken) = smtp_server(0).await;
        let mut server: MailServer = format!("smtp://127.0.0.1:{port}").parse().unwrap();
        server.from = "hinomi@example.test".to_owned();
        let deliverers = Deliverers::default().with(mail::KIND, Mailer::new(&server).unwrap());
        assert_eq!(outbox::deliver_due(&app, &deliverers).await.unwrap(), 1);
        let letter = taken.lock().unwrap()[0].clone();
        let id = packs(&scene.ciso).await[0]["id"].as_str().unwrap().to_owned();
        let stored: String = db.scalar("SELECT payload FROM outbox", values![]).await.unwrap();
        let stored: Value = serde_json::from_str(&stored).unwrap();
        for (name, picture) in ["radar", "heat", "trend"].iter().zip(stored["pictures"].as_array().unwrap()) {
            // What the page shows, drawn, is what the mail carries, dot by dot.
            let page = scene.ciso.get(&format!("/api/v1/packs/{id}/picture?name={name}&lang=ja")).await.text();
            let drawn = hinomi_pdf::png(&page, hinomi_web::fonts(), 960).unwrap();
            assert!(drawn.png == inline(&letter, name), "{name} differs");
            // And in words, for whoever does not see it: every figure of the picture.
            let words = hinomi_charts::in_words(&page);
            assert_eq!(picture["alt"], words.as_str());
            assert!(words.chars().any(|letter| letter.is_ascii_digit()), "{words}");
        }
        let made = pack(&scene.ciso, &json!(id)).await;
        let open: i64 = ["critical", "high", "medium", "low"]
            .iter()
            .map(|key| made["document"]["units"][1]["now"][key].as_i64().unwrap())
            .sum();
        let heat = stored["pictures"][1]["alt"].as_str().unwrap();
        let counted: i64 = heat.split(';').next_back().unwrap().split([' ', ',', '、', '：', ':']).filter_map(|word| word.parse::<i64>().ok()).sum();
        assert_eq!(counted, open, "{heat}");
        assert!(letter.contains("multipart/alternative") && letter.contains("text/plain"), "{letter}");
    }

    async fn a_department_that_moves_takes_its_cases_along(db: Db) {
        let mut scene = scene(db.clone()).await;
        two_months(&mut scene).await;
        // Sales goes from Japan to Europe in January; nothing else happens.
        scene.go_to("2027-01-10T00:00:00Z").await;
        let (unit, parent) = (scene.unit("D1").await, scene.unit("EU").await);
        scene.ciso.patch(&format!("/api/v1/units/{unit}"), &json!({ "parent_id": parent })).await.ok();
        scene.go_to("2027-02-04T01:00:00Z").await;
        keep(&scene).await;
        let app = scene.server.test.app.clone();
        let month: hinomi_maturity::model::Month = "2027-01".parse().unwrap();
        for (code, figure) in [("JP", "moved_out"), ("EU", "moved_in")] {
            let unit = scene.unit(code).await.parse().unwrap();
            let id = hinomi_review::pack::pack_make(&app, unit, month).await.unwrap().unwrap();
            let made = scene.ciso.get(&format!("/api/v1/packs/{id}")).await.ok();
            assert_eq!(made["document"]["moved"][figure], 1, "{code}: {}", made["document"]["moved"]);
            let rows = scene.ciso.get(&format!("/api/v1/packs/{id}/rows?figure=moved.{figure}")).await.ok();
            assert_eq!(rows["items"][0]["system_name"], "SHOP");
        }
    }

    async fn a_meeting_is_planned_held_decided_and_closed(db: Db) {
        let mut scene = scene(db.clone()).await;
        two_months(&mut scene).await;
        scene.go_to("2027-01-05T00:10:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let committee = bodies["items"].as_array().unwrap().iter().find(|body| body["code"] == "risk-committee").unwrap();
        assert_eq!(committee["places"][0]["role"], "ceo");
        assert!(committee["vacant"].as_i64().unwrap() > 0, "nobody is named CRMO");
        let new = json!({"body_id": committee["id"], "month": "2026-12", "starts_at": "2027-01-08T01:00:00Z", "place": "A-1"});
        let meeting = scene.ciso.post("/api/v1/meetings", &new).await.ok();
        let id = meeting["id"].as_str().unwrap();
        let path = format!("/api/v1/meetings/{id}");
        let sections: Vec<&str> =
            meeting["agenda"].as_array().unwrap().iter().map(|item| item["section"].as_str().unwrap()).collect();
        assert!(sections.contains(&"overdue") && !sections.contains(&"exploited"), "{sections:?}");
        assert!(meeting["pack_id"].is_string());
        let people: Vec<&str> =
            meeting["attendance"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(people, ["Ren"], "the regional CISO");

        let decision = json!({"text": "Europe updates its controllers by January", "figure": "moved.after"});
        scene.ciso.post(&format!("{path}/decisions"), &decision).await.problem(409);
        let state = |version: &Value, state: &str| json!({"version": version, "state": state});
        let held = scene.ciso.post(&format!("{path}/state"), &state(&meeting["version"], "held")).await.ok();
        scene.ciso.post(&format!("{path}/state"), &state(&meeting["version"], "closed")).await.problem(409);
        let first = scene.ciso.post(&format!("{path}/decisions"), &decision).await.ok();
        assert_eq!(first["number"], 1);
        let second = json!({"text": "By February", "replaces_id": first["id"]});
        let second = scene.ciso.post(&format!("{path}/decisions"), &second).await.ok();
        let replaced = scene.ciso.get(&format!("/api/v1/decisions/{}", first["id"].as_str().unwrap())).await.ok();
        assert_eq!(replaced["replaced_by_id"], second["id"]);
        let twice = json!({"text": "By March", "replaces_id": first["id"]});
        scene.ciso.post(&format!("{path}/decisions"), &twice).await.problem(409);

        scene.ciso.post(&format!("{path}/state"), &state(&held["version"], "closed")).await.problem(409);
        let marks = json!([{"person_id": meeting["attendance"][0]["person_id"], "state": "present"}]);
        scene.ciso.put(&format!("{path}/attendance"), &marks).await.ok();
        let minutes = json!({"version": held["version"], "agenda": held["agenda"], "minutes": "As decided."});
        let written = scene.ciso.put(&path, &minutes).await.ok();
        scene.ciso.put(&path, &minutes).await.problem(409);
        let closed = scene.ciso.post(&format!("{path}/state"), &state(&written["version"], "closed")).await.ok();
        assert_eq!((&closed["present"], &closed["decisions"]), (&json!(1), &json!(2)));
        for (answer, what) in [
            (scene.ciso.put(&format!("{path}/attendance"), &marks).await, "attendance"),
            (scene.ciso.post(&format!("{path}/decisions"), &decision).await, "decision"),
        ] {
            assert_eq!(answer.status.as_u16(), 409, "{what} of a closed meeting");
        }
        // The next meeting of the body begins with what this one decided.
        scene.go_to("2027-02-08T00:00:00Z").await;
        let next = json!({"body_id": committee["id"], "month": "2027-01", "starts_at": "2027-02-09T01:00:00Z"});
        let next = scene.ciso.post("/api/v1/meetings", &next).await.ok();
        assert_eq!(next["decisions_before"].as_array().unwrap().len(), 2);
    }

    async fn members_and_oversight_read_others_are_told_nothing(db: Db) {
        let mut scene = scene(db.clone()).await;
        two_months(&mut scene).await;
        scene.go_to("2027-01-05T00:10:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let id = packs(&scene.ciso).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/packs/{id}");
        for (name, seat) in [("auditor", SeatKind::Auditor), ("ceo", SeatKind::Management)] {
            let client = reader(&scene, name, seat, None).await;
            client.get(&path).await.ok();
            client.post("/api/v1/meetings", &json!({})).await.problem(403);
        }
        // Who has a right in a part of the group only, and no place at the table, is not told that there is a pack.
        let elsewhere = reader(&scene, "europe", SeatKind::RegionalCiso, Some("EU")).await;
        elsewhere.get(&path).await.problem(404);
        elsewhere.get(&format!("{path}/rows?figure=moved.after")).await.problem(404);
        elsewhere.get(&format!("{path}/pdf")).await.problem(404);
        elsewhere.get(&format!("{path}/picture")).await.problem(404);
        assert!(packs(&elsewhere).await.is_empty());
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let body = bodies["items"][0]["id"].as_str().unwrap();
        elsewhere.get(&format!("/api/v1/bodies/{body}")).await.problem(404);
        let new = json!({"body_id": body, "month": "2026-12", "starts_at": "2027-01-08T01:00:00Z"});
        elsewhere.post("/api/v1/meetings", &new).await.problem(404);
        let manager = scene.manager("D1").await;
        manager.get(&path).await.problem(404);

        // A body of one's own region: its own pack, its own readers.
        let europe = scene.unit("EU").await;
        let own = json!({"code": "eu-board", "unit_id": europe, "name": "European board", "cadence": "monthly",
            "places": [{"role": "chair", "chair": true, "filled_by": "person"}]});
        let made = elsewhere.post("/api/v1/bodies", &own).await.ok();
        assert_eq!(made["vacant"], 1);
        let foreign = json!({"code": "jp-board", "unit_id": scene.unit("JP").await, "name": "x", "cadence": "monthly",
            "places": [{"role": "chair", "chair": true, "filled_by": "person"}]});
        elsewhere.post("/api/v1/bodies", &foreign).await.problem(404);
        let kept = packs_keep(&scene.server.test.app).await.unwrap();
        assert_eq!(kept.made.len(), 1, "{kept:?}");
        let seen = packs(&elsewhere).await;
        assert_eq!((seen.len(), &seen[0]["unit"]["name"]), (1, &json!("Europe")));
    }
}
