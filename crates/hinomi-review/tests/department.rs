// SPDX-License-Identifier: Apache-2.0
//! A department's two months under a clock: figures, causes, an improvement and its effect, the self-check, the clock's mails.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/loop_scene.rs"]
#[expect(dead_code, reason = "the scene of all tests of this crate")]
mod support;

use hinomi_core::Scope;
use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_platform::mail::{self, MailServer, Mailer};
use hinomi_platform::outbox::{self, Deliverers};
use hinomi_platform::testing::smtp_server;
use hinomi_review::department::departments_keep;
use hinomi_review::duties::duties_remind;
use hinomi_testkit::fixtures::{debian_host as host, openssl_record as openssl};
use serde_json::{Value, json};
use support::{SETS, Scene, scene, scene_at};

/// Answers that are whole.
fn answers(check: &Value) -> Value {
    let questions = check["questions"].as_array().unwrap().iter();
    let answer = json!({"answer": "yes", "text": "seen on the third", "links": []});
    json!({"revision": check["revision"], "answers": questions.map(|one| (one["code"].as_str().unwrap().to_owned(), answer.clone()))
        .collect::<serde_json::Map<_, _>>()})
}

fn figure<'a>(view: &'a Value, name: &str) -> &'a Value {
    view["figures"].as_array().unwrap().iter().find(|one| one["figure"] == name).unwrap()
}

async fn check_of(scene: &Scene, unit: &str) -> Value {
    let unit = scene.unit(unit).await;
    scene.ciso.get(&format!("/api/v1/self-checks?unit={unit}")).await.ok()
}

async fn mails(db: &Db) -> Vec<Value> {
    let payloads: Vec<String> =
        db.column("SELECT payload FROM outbox ORDER BY created_at, id", values![]).await.unwrap();
    payloads.iter().map(|payload| serde_json::from_str(payload).unwrap()).collect()
}

both_engines! { SETS;
    async fn next_month_a_department_sees_what_its_improvement_did(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        departments_keep(&scene.server.test.app).await.unwrap();
        scene.go_to("2026-12-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        departments_keep(&scene.server.test.app).await.unwrap();

        let sales = scene.unit("D1").await;
        let manager = scene.manager("D1").await;
        let view = manager.get(&format!("/api/v1/department?unit={sales}")).await.ok();
        assert_eq!((&view["month"], &view["running"], &view["owes_check"]), (&json!("2026-11"), &json!(false), &json!(true)));
        let overdue = figure(&view, "tickets-overdue");
        assert_eq!((&overdue["value"], &overdue["before"], &overdue["worse"]), (&json!(1.0), &json!(0.0), &json!(true)));
        assert!(figure(&view, "axis-system")["value"].is_number());
        assert_eq!(figure(&view, "tickets-opened")["value"], 1.0);

        let cause = json!({"unit_id": sales, "month": "2026-11", "figure": "tickets-overdue", "cause": "capacity",
            "text": "one person for three shops", "responsible_id": scene.person("P1").await});
        let view = manager.post("/api/v1/department/causes", &cause).await.ok();
        assert_eq!(view["causes"][0]["responsible_name"], "Aiko");
        let mut wrong = cause.clone();
        wrong["figure"] = json!("luck");
        assert_eq!(manager.post("/api/v1/department/causes", &wrong).await.status, 422);

        let new = json!({"unit_id": sales, "month": "2026-11", "title": "A day a week for updates",
            "measure": {"kind": "overdue_tickets"}, "target": 0.0, "due_on": "2026-12-25"});
        let id = manager.post("/api/v1/department/improvements", &new).await.ok()["id"].as_str().unwrap().to_owned();
        let mut past = new.clone();
        past["due_on"] = json!("2026-12-01");
        assert_eq!(manager.post("/api/v1/department/improvements", &past).await.status, 422);

        // The gap is closed by a fresh inventory; the next month measures it.
        scene.inventory("web-1", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.reconcile().await;
        scene.go_to("2027-01-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let kept = departments_keep(&scene.server.test.app).await.unwrap();
        assert_eq!(kept.measured, 1);
        assert_eq!(departments_keep(&scene.server.test.app).await.unwrap().measured, 0, "once");
        let manager = scene.manager("D1").await;
        let view = manager.get(&format!("/api/v1/department?unit={sales}")).await.ok();
        let improvement = &view["improvements"][0];
        assert_eq!((&improvement["then"]["value"], &improvement["now"]["value"]), (&json!(1.0), &json!(0.0)));
        assert_eq!((&improvement["reached"], &improvement["overdue"]), (&json!(true), &json!(true)));
        let rows = format!("/api/v1/measurements/{}/rows", improvement["then"]["id"].as_str().unwrap());
        assert_eq!(manager.get(&rows).await.ok()["items"].as_array().unwrap().len(), 1);
        let close = format!("/api/v1/department/improvements/{id}/close");
        assert_eq!(manager.post(&close, &json!({"state": "done", "result": " "})).await.status, 422);
        manager.post(&close, &json!({"state": "done", "result": "it works"})).await.ok();
        assert_eq!(manager.post(&close, &json!({"state": "dropped", "result": "no"})).await.status, 409);
        let owed = manager.get(&format!("/api/v1/obligations?unit={sales}&kind=improvement")).await.ok();
        assert!(owed["items"].as_array().unwrap().is_empty());
    }

    async fn a_self_check_is_owed_once_handed_in_once_and_counts_for_governance(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        let app = scene.server.test.app.clone();
        scene.go_to("2026-11-02T01:00:00Z").await;
        assert_eq!(departments_keep(&app).await.unwrap().checks, 2);
        assert_eq!(departments_keep(&app).await.unwrap().checks, 0, "once a month");
        let check = check_of(&scene, "D1").await;
        // Ten business days from Monday 2 November, in UTC.
        assert_eq!(check["due_at"], "2026-11-16T23:59:59.999999Z");
        let manager = scene.manager("D1").await;
        let id = check["id"].as_str().unwrap();
        let (save, hand_in) = (format!("/api/v1/self-checks/{id}"), format!("/api/v1/self-checks/{id}/hand-in"));
        let draft = |revision: i64, word: &str| json!({"revision": revision, "answers": {"seats": {"answer": word, "text": "x"}}});
        assert_eq!(manager.put(&save, &draft(0, "yes")).await.ok()["answers"]["seats"]["answer"], "yes");
        // The deputy had the page open all the while: what the manager wrote stays.
        let overtaken = manager.put(&save, &draft(0, "no")).await.problem(409);
        assert_eq!(overtaken["code"], "self-check-changed");
        assert!(overtaken["detail"].as_str().unwrap().contains("manager-d1"), "{overtaken}");
        let check = check_of(&scene, "D1").await;
        assert_eq!((&check["answers"]["seats"]["answer"], &check["revision"]), (&json!("yes"), &json!(1)));
        let draft = draft(1, "yes");
        assert_eq!(manager.post(&hand_in, &draft).await.status, 422, "not whole");
        let whole = answers(&check);
        let done = manager.post(&hand_in, &whole).await.ok();
        assert_eq!(done["late"], false);
        assert!(done["handed_in_by"].as_str().unwrap().starts_with("manager-d1"));
        assert_eq!(manager.put(&save, &draft).await.problem(409)["code"], "self-check-handed-in", "it stays as it is");
        let others = scene.manager("D2").await;
        assert_eq!(others.post(&hand_in, &whole).await.status, 404, "another department is not told that it exists");

        scene.go_to("2026-12-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let month = |unit: String| {
            let ciso = scene.ciso.clone();
            async move {
                let view = ciso.get(&format!("/api/v1/maturity?unit={unit}&month=2026-11")).await.ok();
                let axis = view["axes"].as_array().unwrap().iter().find(|axis| axis["axis"] == "governance").unwrap().clone();
                let g6 = axis["indicators"].as_array().unwrap().iter().find(|one| one["code"] == "G6").unwrap().clone();
                (g6["counted"].clone(), g6["in_scope"].clone())
            }
        };
        assert_eq!(month(scene.unit("D1").await).await, (json!(1.0), json!(1)));
        assert_eq!(month(scene.unit("D2").await).await, (json!(0.0), json!(1)));
        assert_eq!(month(scene.unit("HQ").await).await, (json!(1.0), json!(2)));
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-11&indicator=G6&side=against").await.ok();
        assert_eq!(rows["items"][0]["detail"], "self-check");
        assert!(rows["items"][0]["href"].as_str().unwrap().starts_with("/department/check?unit="));
        let list = scene.ciso.get("/api/v1/departments").await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
    }

    async fn the_clock_tells_each_once_in_their_language_and_goes_up_the_tree(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        let app = scene.server.test.app.clone();
        scene.account("P1", "ja").await;
        scene.account("P2", "en").await;
        scene.go_to("2026-11-02T01:00:00Z").await;
        departments_keep(&app).await.unwrap();
        assert_eq!(duties_remind(&app).await.unwrap().mails, 0, "nothing is near");
        // The self-check is due on the 16th: the first reminder a week before.
        scene.go_to("2026-11-10T01:00:00Z").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 1);
        assert_eq!(duties_remind(&app).await.unwrap().mails, 0, "once");
        scene.go_to("2026-11-11T01:00:00Z").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 0, "once a step, not once a day");
        scene.go_to("2026-11-16T01:00:00Z").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 1, "the last reminder");
        scene.go_to("2026-11-18T01:00:00Z").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 1, "the region is told");
        let told = mails(&db).await;
        let to: Vec<&str> = told.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
        assert_eq!(to, ["aiko@example.test", "aiko@example.test", "ren@example.test"]);
        assert!(told[0]["subject"].as_str().unwrap().contains("期限のある仕事"));
        assert!(told[0]["text"].as_str().unwrap().contains("自己点検 2026-11（営業）の期限は 2026-11-16"), "{}", told[0]["text"]);
        assert!(told[2]["text"].as_str().unwrap().contains("Self-check 2026-11 (Sales) was due on 2026-11-16"), "{}", told[2]["text"]);
        // A crash before the server has them all: what was taken is not sent again, the rest goes out later.
        let (port, taken) = smtp_server(1).await;
        let mut server: MailServer = format!("smtp://127.0.0.1:{port}").parse().unwrap();
        server.from = "hinomi@example.test".to_owned();
        let deliverers = Deliverers::default().with(mail::KIND, Mailer::new(&server).unwrap());
        assert_eq!(outbox::deliver_due(&app, &deliverers).await.unwrap(), 1);
        scene.server.test.clock.advance(std::time::Duration::from_secs(61));
        assert_eq!(outbox::deliver_due(&app, &deliverers).await.unwrap(), 1);
        assert_eq!(outbox::deliver_due(&app, &deliverers).await.unwrap(), 0);
        assert_eq!(taken.lock().unwrap().len(), 2, "the first was written too long ago to be of use");
        // What is done or paused reminds nobody.
        db.execute("DELETE FROM obligation_step", values![]).await.unwrap();
        db.execute("DELETE FROM outbox", values![]).await.unwrap();
        scene.go_to("2026-11-19T01:00:00Z").await;
        let manager = scene.manager("D1").await;
        let check = check_of(&scene, "D1").await;
        manager.post(&format!("/api/v1/self-checks/{}/hand-in", check["id"].as_str().unwrap()), &answers(&check)).await.ok();
        assert_eq!(duties_remind(&app).await.unwrap().mails, 0);
    }

    async fn a_pause_is_asked_by_the_department_and_approved_by_the_office(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        scene.go_to("2026-11-02T01:00:00Z").await;
        departments_keep(&scene.server.test.app).await.unwrap();
        let sales = scene.unit("D1").await;
        let manager = scene.manager("D1").await;
        let owed = manager.get(&format!("/api/v1/obligations?unit={sales}")).await.ok();
        let id = owed["items"][0]["id"].as_str().unwrap().to_owned();
        let asked = manager.post(&format!("/api/v1/obligations/{id}/pauses"), &json!({"reason": "the office moves"})).await.ok();
        let pause = asked["pause"].as_str().unwrap().to_owned();
        assert_eq!(manager.post(&format!("/api/v1/obligation-pauses/{pause}/approve"), &json!({})).await.status, 403);
        scene.ciso.post(&format!("/api/v1/obligation-pauses/{pause}/approve"), &json!({})).await.ok();
        scene.pass_days(3).await;
        let list = scene.ciso.get(&format!("/api/v1/obligations?unit={sales}")).await.ok();
        assert_eq!((&list["items"][0]["paused"], &list["items"][0]["pause"]["reason"]), (&json!(true), &json!("the office moves")));
        let due = scene.ciso.post(&format!("/api/v1/obligation-pauses/{pause}/end"), &json!({})).await.ok();
        assert_eq!(due["due_at"], "2026-11-19T23:59:59.999999Z");
        let other = scene.manager("D2").await;
        assert_eq!(other.post(&format!("/api/v1/obligations/{id}/pauses"), &json!({"reason": "x"})).await.status, 404);
    }

    async fn a_units_calendar_moves_what_is_owed_from_then_on(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        scene.go_to("2026-11-02T01:00:00Z").await;
        let (region, sales) = (scene.unit("JP").await, scene.unit("D1").await);
        scene.ciso.put(&format!("/api/v1/calendars/{region}"), &json!({"calendar": "jp"})).await.ok();
        let path = format!("/api/v1/calendars/{sales}/days/2026-11-13");
        scene.ciso.put(&path, &json!({"off": true, "name": "founding day"})).await.ok();
        let view = scene.ciso.get(&format!("/api/v1/calendars?unit={sales}&year=2026")).await.ok();
        assert_eq!((&view["calendar"], &view["chosen_at"]), (&json!("jp"), &json!(region)));
        assert!(view["holidays"].as_array().unwrap().contains(&json!("2026-11-23")));
        assert_eq!(view["own_days"][0]["name"], "founding day");
        assert_eq!(scene.ciso.put(&format!("/api/v1/calendars/{region}"), &json!({"calendar": "mars"})).await.status, 422);
        departments_keep(&scene.server.test.app).await.unwrap();
        // Culture Day and the founding day do not count.
        assert_eq!(check_of(&scene, "D1").await["due_at"], "2026-11-18T14:59:59.999999Z");
        assert_eq!(check_of(&scene, "D2").await["due_at"], "2026-11-16T23:59:59.999999Z");
    }

    async fn a_directive_is_owed_by_its_units_and_counts_for_governance(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        let app = scene.server.test.app.clone();
        let (sales, works) = (scene.unit("D1").await, scene.unit("D2").await);
        let directive = json!({"title": "Close the gaps", "text": "Every one.", "units": [
            {"unit_id": sales, "subtree": true}, {"unit_id": works, "subtree": true}],
            "measure": {"kind": "open_tickets"}, "target": 0.0, "due_on": "2026-12-20"});
        scene.ciso.post("/api/v1/directives", &directive).await.ok();
        let owed = scene.ciso.get("/api/v1/obligations?kind=directive").await.ok();
        assert_eq!(owed["items"].as_array().unwrap().len(), 2);
        assert!(owed["items"][0]["href"].as_str().unwrap().starts_with("/directives/"));
        scene.inventory("web-1", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.reconcile().await;
        scene.pass_days(1).await;
        hinomi_review::directives_keep(&app).await.unwrap();
        let id = owed["items"][0]["href"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        scene.ciso.post(&format!("/api/v1/directives/{id}/measure"), &json!({})).await.ok();
        scene.go_to("2027-01-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-12&indicator=G5").await.ok();
        assert_eq!((&rows["rows_for"], &rows["rows_against"]), (&json!(2), &json!(0)));
    }

    async fn a_directive_that_its_rows_reached_in_time_counts_in_its_month_though_nobody_measured(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        let app = scene.server.test.app.clone();
        let sales = scene.unit("D1").await;
        let directive = json!({"title": "Close the gaps", "text": "", "units": [{"unit_id": sales, "subtree": true}],
            "measure": {"kind": "open_tickets"}, "target": 0.0, "due_on": "2026-12-31"});
        scene.ciso.post("/api/v1/directives", &directive).await.ok();
        scene.go_to("2026-12-30T00:00:00Z").await;
        scene.inventory("web-1", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.reconcile().await;
        // What is reported late is waited for; then the month is measured, and closed with what was reached in it.
        scene.go_to("2027-01-02T01:00:00Z").await;
        assert_eq!(hinomi_review::directives_keep(&app).await.unwrap().measured, 0);
        scene.go_to("2027-01-03T01:00:00Z").await;
        assert_eq!(hinomi_review::directives_keep(&app).await.unwrap().measured, 1);
        assert_eq!(hinomi_review::directives_keep(&app).await.unwrap().measured, 0, "once");
        scene.go_to("2027-01-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-12&indicator=G5").await.ok();
        assert_eq!((&rows["rows_for"], &rows["rows_against"]), (&json!(1), &json!(0)));
    }

    async fn what_a_unit_that_ended_owed_is_nobody_elses(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        let app = scene.server.test.app.clone();
        scene.go_to("2026-11-02T01:00:00Z").await;
        departments_keep(&app).await.unwrap();
        scene.go_to("2026-11-10T01:00:00Z").await;
        let actor = hinomi_platform::testing::console();
        let act = hinomi_org::Act::new(&app, &actor, Scope::all());
        let works = scene.unit("D2").await;
        let heir = Some(scene.unit("D1").await.parse().unwrap());
        let closing = hinomi_org::UnitClosing { at: None, hand_over_to: heir };
        hinomi_org::unit_close(&act, works.parse().unwrap(), closing).await.unwrap();
        // Even where nothing has withdrawn it yet, the group does not answer for it.
        scene.go_to("2026-12-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        for indicator in ["G3", "G6"] {
            let path = format!("/api/v1/maturity/rows?month=2026-11&indicator={indicator}");
            let rows = scene.ciso.get(&path).await.ok();
            let units: Vec<&Value> = rows["items"].as_array().unwrap().iter().map(|row| &row["unit_id"]).collect();
            assert_eq!(units, [&json!(scene.unit("D1").await)], "{indicator}");
        }
        assert_eq!(departments_keep(&app).await.unwrap().withdrawn, 1);
        assert_eq!(departments_keep(&app).await.unwrap().withdrawn, 0, "once");
        let owed = scene.ciso.get("/api/v1/obligations?kind=self-check").await.ok();
        let units: Vec<&Value> = owed["items"].as_array().unwrap().iter().map(|row| &row["unit_id"]).collect();
        assert!(units.len() == 2 && !units.contains(&&json!(works)), "two months of Sales: {units:?}");
    }

    async fn dropping_an_improvement_is_no_doing_and_needs_somebody_else(db: Db) {
        let mut scene = scene(db.clone()).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
        scene.reconcile().await;
        scene.go_to("2026-12-04T01:00:00Z").await;
        let manager = scene.manager("D1").await;
        let new = json!({"unit_id": scene.unit("D1").await, "month": "2026-11", "title": "A day a week for updates",
            "measure": {"kind": "open_tickets"}, "target": 0.0, "due_on": "2026-12-25"});
        let (mut ids, mut closes) = (Vec::new(), Vec::new());
        for opener in [&manager, &manager, &scene.ciso] {
            let opened = opener.post("/api/v1/department/improvements", &new).await.ok();
            let id = opened["id"].as_str().unwrap().to_owned();
            closes.push(format!("/api/v1/department/improvements/{id}/close"));
            ids.push(id);
        }
        let (dropped, done) = (json!({"state": "dropped", "result": "no time"}), json!({"state": "done", "result": "well"}));
        assert_eq!(manager.post(&closes[0], &dropped).await.problem(403)["code"], "improvement-own");
        assert_eq!(scene.ciso.post(&closes[2], &dropped).await.status, 403, "who set it");
        scene.ciso.post(&closes[0], &dropped).await.ok();
        manager.post(&closes[1], &done).await.ok();
        let mut ends: Vec<(bool, bool)> = Vec::new();
        for id in &ids {
            let end = "SELECT done_at IS NOT NULL, withdrawn_at IS NOT NULL FROM obligation WHERE subject = $1";
            ends.extend(db.all::<(bool, bool)>(end, values![id]).await.unwrap());
        }
        assert_eq!(ends, [(false, true), (true, false), (false, false)]);
    }

    async fn each_count_of_tickets_opens_the_tickets_that_it_counts(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-09-30T00:00:00Z").await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        let (old, new) = (host("3.0.14-1~deb12u1"), host("3.0.15-1~deb12u1"));
        // At Works it is never closed; at the shop it is closed in October, opened again and closed in November.
        for (day, asset, system, bom) in [
            ("2026-10-02T09:00:00Z", "plant-1", "WORKS", &old),
            ("2026-10-03T09:00:00Z", "web-1", "SHOP", &old),
            ("2026-10-20T09:00:00Z", "web-1", "SHOP", &new),
            ("2026-11-05T09:00:00Z", "web-1", "SHOP", &old),
            ("2026-11-06T09:00:00Z", "web-1", "SHOP", &new),
            ("2026-11-07T09:00:00Z", "web-1", "SHOP", &old),
            ("2026-11-08T09:00:00Z", "web-1", "SHOP", &new),
        ] {
            scene.go_to(day).await;
            scene.inventory(asset, system, bom).await;
            scene.reconcile().await;
        }
        scene.go_to("2026-11-20T09:00:00Z").await;
        // Works went over to the other region with the month.
        let (works, japan) = (scene.unit("D2").await, scene.unit("JP").await);
        let move_on = json!({"parent_id": japan, "valid_from": "2026-11-01T00:00:00Z", "reason": "reorganisation"});
        scene.ciso.patch(&format!("/api/v1/units/{works}"), &move_on).await.ok();
        let wanted = [("HQ", "2026-10", [1, 2, 1]), ("HQ", "2026-11", [1, 1, 1]), ("D1", "2026-10", [0, 1, 1]), ("D1", "2026-11", [0, 1, 1]),
            ("JP", "2026-10", [0, 1, 1]), ("EU", "2026-10", [1, 1, 0]), ("JP", "2026-11", [1, 1, 1]), ("EU", "2026-11", [0, 0, 0])];
        // Asked, then from what the month that ended was counted as.
        for (counted, (unit, month, counts)) in [false, true].into_iter().flat_map(|counted| wanted.map(|one| (counted, one))) {
            if counted {
                departments_keep(&scene.server.test.app).await.unwrap();
            }
            let unit_id = scene.unit(unit).await;
            let view = scene.ciso.get(&format!("/api/v1/department?unit={unit_id}&month={month}")).await.ok();
            let values = ["tickets-open", "tickets-opened", "tickets-closed"].map(|name| figure(&view, name)["value"].as_f64().unwrap() as i64);
            assert_eq!(values, counts, "{unit} in {month}");
            for name in ["tickets-open", "tickets-overdue", "tickets-exploited", "tickets-opened", "tickets-closed"] {
                let one = figure(&view, name);
                let href = one["href"].as_str().unwrap().replace("/tickets?view=flat&", "/api/v1/tickets?");
                let listed = scene.ciso.get(&href).await.ok()["items"].as_array().unwrap().len();
                assert_eq!(Some(listed as f64), one["value"].as_f64(), "{name} of {unit} in {month}: {href}");
            }
        }
        let months: Vec<String> = db.column("SELECT month FROM month_counted", values![]).await.unwrap();
        assert_eq!(months, ["2026-10"], "what still runs is asked");
        db.execute("UPDATE month_tickets SET closed = 70", values![]).await.unwrap();
        let view = scene.ciso.get(&format!("/api/v1/department?unit={}&month=2026-11", scene.unit("D1").await)).await.ok();
        let closed = figure(&view, "tickets-closed");
        assert_eq!((&closed["before"], &closed["value"]), (&json!(70.0), &json!(1.0)), "what ended is not counted again");
        for wrong in ["opened_from=2026-10-01", "closed_from=2026-10-01&closed_to=x", "at=2026-10-01&opened_from=2026-10-01&opened_to=2026-10-02"] {
            scene.ciso.get(&format!("/api/v1/tickets?{wrong}")).await.problem(422);
        }
    }

    async fn a_mail_names_the_day_that_ends_by_the_units_calendar(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        let app = scene.server.test.app.clone();
        scene.account("P1", "en").await;
        scene.go_to("2026-11-02T06:00:00Z").await;
        let region = scene.unit("JP").await;
        scene.ciso.put(&format!("/api/v1/calendars/{region}"), &json!({"calendar": "us"})).await.ok();
        departments_keep(&app).await.unwrap();
        // Veterans Day does not count.
        assert_eq!(check_of(&scene, "D1").await["due_at"], "2026-11-18T04:59:59.999999Z");
        scene.go_to("2026-11-17T09:00:00Z").await;
        assert_eq!(duties_remind(&app).await.unwrap().mails, 1);
        let text = mails(&db).await[0]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("is due on 2026-11-17"), "{text}");
    }

    async fn what_stands_still_is_not_late_until_its_clock_goes_on(db: Db) {
        let mut scene = scene_at(db.clone(), "2026-11-01T00:00:00Z").await;
        scene.go_to("2026-11-02T01:00:00Z").await;
        departments_keep(&scene.server.test.app).await.unwrap();
        let (sales, works) = (scene.unit("D1").await, scene.unit("D2").await);
        let manager = scene.manager("D1").await;
        let owed = manager.get(&format!("/api/v1/obligations?unit={sales}")).await.ok();
        let pauses = format!("/api/v1/obligations/{}/pauses", owed["items"][0]["id"].as_str().unwrap());
        let asked = manager.post(&pauses, &json!({"reason": "the office moves"})).await.ok();
        let approve = |pause: &Value| format!("/api/v1/obligation-pauses/{}/approve", pause.as_str().unwrap());
        scene.ciso.post(&approve(&asked["pause"]), &json!({})).await.ok();
        // Another one that nobody looks at before the check is handed in.
        let later = manager.post(&pauses, &json!({"reason": "and again"})).await.ok();

        scene.go_to("2026-11-25T01:00:00Z").await;
        let view = scene.ciso.get(&format!("/api/v1/department?unit={sales}")).await.ok();
        assert_eq!((&view["overdue"], &view["checks"][0]["late"]), (&json!(0), &json!(false)));
        let late = scene.ciso.get("/api/v1/obligations?state=overdue").await.ok();
        let units: Vec<&Value> = late["items"].as_array().unwrap().iter().map(|one| &one["unit_id"]).collect();
        assert_eq!(units, [&json!(works)]);
        let list = scene.ciso.get("/api/v1/departments").await.ok();
        let line = list["items"].as_array().unwrap().iter().find(|one| one["unit"]["id"] == sales.as_str()).unwrap();
        assert_eq!((&line["overdue"], &line["check"]["late"]), (&json!(0), &json!(false)));

        scene.go_to("2026-12-04T01:00:00Z").await;
        maturity_keep(&db, scene.now()).await.unwrap();
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2026-11&indicator=G6").await.ok();
        let units: Vec<&Value> = rows["items"].as_array().unwrap().iter().map(|row| &row["unit_id"]).collect();
        assert_eq!(units, [&json!(works)], "it fell due on no day of November");
        let manager = scene.manager("D1").await;
        let check = manager.get(&format!("/api/v1/self-checks?unit={sales}&month=2026-11")).await.ok();
        let hand_in = format!("/api/v1/self-checks/{}/hand-in", check["id"].as_str().unwrap());
        manager.post(&hand_in, &answers(&check)).await.ok();
        scene.ciso.post(&approve(&later["pause"]), &json!({})).await.problem(409);
    }
}
