// SPDX-License-Identifier: Apache-2.0
//! Months under a clock: preview, close, what stays as it was, what the rows say.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

#[path = "support/scene.rs"]
mod support;

use hinomi_db::{Db, both_engines, values};
use hinomi_maturity::maturity_keep;
use hinomi_maturity::model::Month;
use hinomi_maturity::service::{month_close, month_verify};
use serde_json::{Value, json};
use support::{SETS, Scene, host, openssl, scene};

/// Two departments with a host each and one gap: due in the month, never closed at Sales, fixed at Works.
async fn november(scene: &mut Scene) {
    scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
    scene.inventory("web-1", "SHOP", &host("3.0.14-1~deb12u1")).await;
    scene.inventory("plc-1", "WORKS", &host("3.0.14-1~deb12u1")).await;
    scene.reconcile().await;
    scene.pass_days(2).await;
    scene.inventory("plc-1", "WORKS", &host("3.0.15-1~deb12u1")).await;
    scene.reconcile().await;
}

fn axis<'a>(view: &'a Value, code: &str) -> &'a Value {
    view["axes"].as_array().unwrap().iter().find(|axis| axis["axis"] == code).unwrap()
}

fn indicator<'a>(view: &'a Value, code: &str) -> &'a Value {
    let axes = view["axes"].as_array().unwrap().iter();
    axes.flat_map(|axis| axis["indicators"].as_array().unwrap()).find(|one| one["code"] == code).unwrap()
}

async fn month(scene: &Scene, unit: &str, month: &str) -> Value {
    let unit = scene.unit(unit).await;
    scene.ciso.get(&format!("/api/v1/maturity?unit={unit}&month={month}")).await.ok()
}

async fn keep(scene: &Scene) -> hinomi_maturity::service::Kept {
    maturity_keep(&scene.db, scene.now()).await.unwrap()
}

both_engines! { SETS;
    async fn a_month_is_previewed_closed_and_then_stays(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        let kept = keep(&scene).await;
        assert_eq!((kept.closed, kept.previewed.as_deref()), (vec![], Some("2026-11")));
        assert_eq!(month(&scene, "D1", "2026-11").await["month"]["preview"], true);
        // A ticket of seven days is due on 30 November.
        scene.go_to("2026-12-01T00:30:00Z").await;
        assert!(keep(&scene).await.closed.is_empty(), "late rows still come in");
        scene.go_to("2026-12-04T00:00:00Z").await;
        assert_eq!(keep(&scene).await.closed, ["2026-11"]);
        assert!(keep(&scene).await.closed.is_empty(), "once");
        assert!(month_close(&db, "2026-11".parse().unwrap(), scene.now()).await.unwrap().is_none());

        let group = month(&scene, "HQ", "2026-11").await;
        assert_eq!(group["month"]["revision"], 1);
        let s3 = indicator(&group, "S3");
        assert_eq!((&s3["counted"], &s3["in_scope"], &s3["score"]), (&json!(1.0), &json!(2), &json!(0.5)));
        let sales = month(&scene, "D1", "2026-11").await;
        assert_eq!(indicator(&sales, "S3")["score"], 0.0);
        assert_eq!(indicator(&sales, "S8")["state"], "scored");
        assert_eq!(indicator(&sales, "S6")["state"], "awaited");
        assert_eq!(axis(&sales, "human")["score"], Value::Null);
        assert_eq!(axis(&sales, "human")["awaits"], json!(["accounts", "drills", "people", "training"]));
        let works = month(&scene, "D2", "2026-11").await;
        assert_eq!(indicator(&works, "S3")["score"], 1.0);
        assert_eq!(indicator(&works, "S11")["in_scope"], 1);
        assert!(axis(&works, "system")["score"].as_f64() > axis(&sales, "system")["score"].as_f64());

        // What comes late, what is closed later, and a new organisation change nothing of it.
        let before = [group, sales, works];
        scene.inventory_at("web-1", "SHOP", &host("3.0.15-1~deb12u1"), "2026-11-28T00:00:00Z").await;
        scene.inventory("old-1", "SHOP", &host("3.0.10-1~deb12u1")).await;
        scene.reconcile().await;
        let (unit, parent) = (scene.unit("D1").await, scene.unit("EU").await);
        scene.ciso.patch(&format!("/api/v1/units/{unit}"), &json!({"parent_id": parent})).await.ok();
        scene.pass_days(3).await;
        for (code, before) in ["HQ", "D1", "D2"].iter().zip(&before) {
            assert_eq!(&month(&scene, code, "2026-11").await, before, "{code}");
        }
        let november: Month = "2026-11".parse().unwrap();
        let verified = month_verify(&db, november).await.unwrap();
        assert_eq!((verified.units, verified.differences), (5, vec![]));

        // Evaluated anew from the sources, under the tree of then, it is the same month.
        let body = json!({"reason": "checked"});
        let path = "/api/v1/maturity/months/2026-11/correct";
        let corrected = scene.ciso.post(path, &body).await.ok();
        assert_eq!(corrected["revision"], 2);
        assert_eq!(corrected["rows_hash"], before[0]["month"]["rows_hash"]);
        assert_eq!(indicator(&month(&scene, "JP", "2026-11").await, "S3")["in_scope"], 1);
        let months = scene.ciso.get("/api/v1/maturity/months").await.ok();
        let revisions: Vec<_> = months["items"].as_array().unwrap().iter()
            .filter(|close| close["month"] == "2026-11").map(|close| close["revision"].clone()).collect();
        assert_eq!(revisions, [json!(2), json!(1)]);
        assert_eq!(scene.ciso.post(path, &json!({"reason": " "})).await.status, 422);
    }

    async fn ranks_are_there_only_where_the_group_wants_them(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        let off = scene.ciso.get("/api/v1/maturity/ranks").await;
        assert_eq!((off.status.as_u16(), off.problem(404)["code"].clone()), (404, json!("ranks-off")));
        scene.ciso.put("/api/v1/settings/maturity-ranks", &json!({"value": "on"})).await.ok();
        let ranks = scene.ciso.get("/api/v1/maturity/ranks?axis=system").await.ok();
        let order: Vec<_> = ranks["items"].as_array().unwrap().iter()
            .map(|row| (row["rank"].clone(), row["unit"]["name"].clone())).collect();
        assert_eq!(order, [(json!(1), json!("Works")), (json!(2), json!("Sales"))]);
        let manager = scene.manager("D1").await;
        let own = manager.get("/api/v1/maturity/ranks?axis=system").await.ok();
        assert_eq!(own["items"].as_array().unwrap().len(), 1, "nobody is compared with what they may not see");
    }

    async fn an_approved_procedure_lifts_the_gate_and_a_revoked_one_only_from_then_on(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        let gate = |view: &Value| {
            let gates = axis(view, "system")["gates"].as_array().unwrap().clone();
            gates.iter().find(|gate| gate["subject"] == "procedure-approved").unwrap()["state"].clone()
        };
        let body = json!({"unit_id": scene.unit("JP").await, "axis": "system", "title": "How we patch",
            "link": "https://intra.example.test/patch", "approved_on": "2026-11-20", "approved_by": "CISO",
            "expires_on": "2027-03-31"});
        let wrong = |field: &str, value: Value| {
            let mut body = body.clone();
            body[field] = value;
            body
        };
        for (field, value) in [("axis", json!("x")), ("approved_on", json!("2027-01-01")), ("title", json!(" ")),
            ("link", json!("javascript:alert(1)")), ("expires_on", json!("2026-01-01"))] {
            let answer = scene.ciso.post("/api/v1/maturity/approvals", &wrong(field, value)).await;
            assert_eq!(answer.status, 422, "{field}");
        }
        let approval = scene.ciso.post("/api/v1/maturity/approvals", &body).await.ok();
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        assert_eq!(gate(&month(&scene, "D1", "2026-11").await), "met", "it holds below");
        assert_eq!(gate(&month(&scene, "D2", "2026-11").await), "not_met");
        let path = format!("/api/v1/maturity/approvals/{}/revoke", approval["id"].as_str().unwrap());
        scene.ciso.post(&path, &json!({"reason": "superseded"})).await.ok();
        assert_eq!(scene.ciso.post(&path, &json!({"reason": "again"})).await.status, 404);
        scene.go_to("2027-01-04T00:00:00Z").await;
        keep(&scene).await;
        assert_eq!(gate(&month(&scene, "D1", "2026-12").await), "not_met");
        let corrected = scene.ciso.post("/api/v1/maturity/months/2026-11/correct", &json!({"reason": "look"})).await;
        corrected.ok();
        assert_eq!(gate(&month(&scene, "D1", "2026-11").await), "met", "the past keeps what held then");
        assert!(month_verify(&db, "2026-11".parse().unwrap()).await.unwrap().differences.is_empty());
    }

    async fn a_filed_formula_set_scores_from_its_month_on(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        let shipped = hinomi_score::maturity::SHIPPED_FORMULAS;
        let set = |from: &str| shipped.replace("2026.3", "house.1")
            .replace("valid_from = \"2000-01\"", &format!("valid_from = \"{from}\""))
            .replace("least_weight = 50", "least_weight = 40");
        let file = |text: String| {
            let body = json!({"text": text, "reason": "our own"});
            let client = scene.ciso.clone();
            async move { client.post("/api/v1/maturity/formula-sets", &body).await }
        };
        assert_eq!(file(set("2026-10")).await.status, 409, "what is over keeps its own");
        assert_eq!(file(set("2026-12").replace("weight = 15", "weight = 0")).await.status, 422);
        file(set("2026-12")).await.ok();
        assert_eq!(file(set("2026-12")).await.status, 409);
        let sheet = scene.ciso.get("/api/v1/maturity/formula-sets/house.1").await.ok();
        assert_eq!((&sheet["valid_from"], &sheet["least_weight"]), (&json!("2026-12"), &json!(40)));
        let system = sheet["axes"].as_array().unwrap().iter().find(|axis| axis["axis"] == "system").unwrap();
        let s4 = system["indicators"].as_array().unwrap().iter().find(|one| one["code"] == "S4").unwrap();
        assert_eq!((&s4["formula"], &s4["weight"]), (&json!("(5 − 100 · n / d) / (5 − 0)"), &json!(15)));
        assert_eq!(scene.ciso.get("/api/v1/maturity/formula-sets/nobody.1").await.status, 404);
        let filed = scene.ciso.get("/api/v1/maturity/formula-sets").await.ok();
        assert_eq!(filed["items"].as_array().unwrap().len(), 2);
        for (now, closed, version) in [("2026-12-04T00:00:00Z", "2026-11", "2026.3"), ("2027-01-04T00:00:00Z", "2026-12", "house.1")] {
            scene.go_to(now).await;
            keep(&scene).await;
            assert_eq!(month(&scene, "HQ", closed).await["month"]["formula"], version);
        }
    }

    async fn another_set_is_tried_on_the_closed_month_and_nothing_is_written(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        let shipped = hinomi_score::maturity::SHIPPED_FORMULAS;
        let count = async || db.scalar::<i64>("SELECT COUNT(*) FROM maturity_close", values![]).await.unwrap();
        let before = (month(&scene, "HQ", "2026-11").await, count().await);
        let client = scene.ciso.clone();
        let tried = async |text: &str| {
            client.post("/api/v1/maturity/formula-sets/preview", &json!({"text": text})).await
        };
        let same = tried(shipped).await.ok();
        assert_eq!((&same["month"], &same["changed"]), (&json!("2026-11"), &json!(0)));
        // Remediation in time weighs five times as much: Sales, which was late, falls.
        let other = tried(&shipped.replace("weight = 20\nshape = { kind = \"ratio\" }\ncounts = \"remediation", "weight = 100\nshape = { kind = \"ratio\" }\ncounts = \"remediation")).await.ok();
        assert!(other["changed"].as_i64() > Some(1), "{other}");
        let group = &other["units"][0];
        let system = |axes: &Value| {
            axes.as_array().unwrap().iter().find(|axis| axis["axis"] == "system").unwrap()["score"].as_f64().unwrap()
        };
        assert_eq!(system(&group["before"]), axis(&before.0, "system")["score"].as_f64().unwrap());
        assert!(system(&group["after"]) < system(&group["before"]));
        assert_eq!(tried("version = 1").await.status, 422);
        assert_eq!((month(&scene, "HQ", "2026-11").await, count().await), before);
    }

    async fn a_changed_row_of_a_closed_month_is_found(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        let november: Month = "2026-11".parse().unwrap();
        assert!(month_verify(&db, november).await.unwrap().differences.is_empty());
        db.execute("UPDATE maturity_indicator SET score = 1.0 WHERE indicator = 'S3' AND score < 1.0", values![])
            .await.unwrap();
        assert!(!month_verify(&db, november).await.unwrap().differences.is_empty());
    }

    async fn every_figure_opens_its_rows_within_the_scope(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        for code in ["S1", "S2", "S3", "S8", "S9", "S10", "S11", "G1", "G5", "G6"] {
            let path = format!("/api/v1/maturity/rows?month=2026-11&indicator={code}");
            let rows = scene.ciso.get(&path).await.ok();
            let items = rows["items"].as_array().unwrap();
            let group = month(&scene, "HQ", "2026-11").await;
            let figure = indicator(&group, code);
            let in_scope = items.iter().filter(|row| row["in_scope"] == true).count();
            assert_eq!(Some(in_scope as i64), figure["in_scope"].as_i64(), "{code}");
            if code != "S11" {
                let sum: f64 = items.iter().map(|row| row["amount"].as_f64().unwrap()).sum();
                assert_eq!(Some(sum), figure["counted"].as_f64(), "{code}");
            }
            let sides = rows["rows_for"].as_i64().unwrap() + rows["rows_against"].as_i64().unwrap();
            assert_eq!(sides as usize, items.len(), "{code}");
            assert!(items.iter().all(|row| row["id"].is_string() && row["name"].is_string()), "{code}: {rows}");
        }
        let against = scene.ciso.get("/api/v1/maturity/rows?month=2026-11&indicator=S3&side=against").await.ok();
        assert_eq!(against["items"].as_array().unwrap().len(), 1);
        assert_eq!(against["items"][0]["name"], "openssl");

        let manager = scene.manager("D2").await;
        let own = manager.get("/api/v1/maturity?month=2026-11").await.ok();
        assert_eq!(own["unit"]["name"], "Works");
        assert_eq!(own["path"].as_array().unwrap().len(), 1);
        let rows = manager.get("/api/v1/maturity/rows?month=2026-11&indicator=S3&side=against").await.ok();
        assert!(rows["items"].as_array().unwrap().is_empty());
        let other = scene.unit("D1").await;
        assert_eq!(manager.get(&format!("/api/v1/maturity?unit={other}")).await.status, 404);
        assert_eq!(manager.get(&format!("/api/v1/maturity/trend?unit={other}")).await.status, 404);
        let body = json!({"unit_id": other, "axis": "system", "score": 80.0, "month": "2027-03"});
        assert_eq!(manager.post("/api/v1/maturity/targets", &body).await.status, 403);
    }

    async fn a_target_is_inherited_and_its_gap_names_the_rows(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        let (group, japan, sales) = (scene.unit("HQ").await, scene.unit("JP").await, scene.unit("D1").await);
        let set = async |unit: &str, score: Value, month: &str| {
            let body = json!({"unit_id": unit, "axis": "system", "score": score, "month": month, "reason": "plan"});
            scene.ciso.post("/api/v1/maturity/targets", &body).await
        };
        set(&group, json!(95.0), "2027-03").await.ok();
        let target = async || axis(&month(&scene, "D1", "2026-11").await, "system")["target"].clone();
        assert_eq!((target().await["score"].clone(), target().await["unit_id"].clone()), (json!(95.0), json!(group)));
        set(&japan, json!(99.0), "2027-03").await.ok();
        set(&japan, json!(97.5), "2026-12").await.ok();
        assert_eq!(target().await["score"], 97.5, "the next one of the nearest unit");
        set(&japan, Value::Null, "2026-12").await.ok();
        assert_eq!(target().await["score"], 99.0);
        set(&sales, json!(1.0), "2026-01").await.ok();
        assert_eq!(target().await["score"], 1.0, "the last one when all have passed");
        set(&sales, Value::Null, "2026-01").await.ok();
        assert_eq!(set(&sales, json!(101.0), "2027-03").await.status, 422);
        assert_eq!(set(&sales, json!(50.0), "2027-3").await.status, 422);
        let view = month(&scene, "D1", "2026-11").await;
        let system = axis(&view, "system");
        let gap = system["gap"].as_f64().unwrap();
        assert!((gap - (99.0 - system["score"].as_f64().unwrap())).abs() < 1e-9);
        let path = format!("/api/v1/maturity/gap?unit={sales}&month=2026-11&axis=system");
        let rows = scene.ciso.get(&path).await.ok();
        let first = &rows["items"][0];
        assert_eq!((&first["kind"], &first["name"]), (&json!("ticket"), &json!("openssl")));
        assert!(first["indicators"].as_array().unwrap().contains(&json!("S3")));
        assert!(first["points"].as_f64().unwrap() > 10.0, "{first}");
        let points: Vec<f64> =
            rows["items"].as_array().unwrap().iter().map(|row| row["points"].as_f64().unwrap()).collect();
        assert!(points.windows(2).all(|pair| pair[0] >= pair[1]) && points.iter().all(|points| *points > 0.0));
    }

    async fn months_follow_one_another_and_moved_denominators_are_told(db: Db) {
        let mut scene = scene(db.clone()).await;
        november(&mut scene).await;
        scene.go_to("2026-12-04T00:00:00Z").await;
        keep(&scene).await;
        scene.inventory("web-1", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.record(&openssl("CVE-2026-1", "3.0.15-1~deb12u1")).await;
        scene.inventory("web-2", "SHOP", &host("3.0.15-1~deb12u1")).await;
        scene.reconcile().await;
        scene.go_to("2027-01-01T00:10:00Z").await;
        keep(&scene).await;
        scene.go_to("2027-01-04T00:10:00Z").await;
        keep(&scene).await;
        let december = month(&scene, "D1", "2026-12").await;
        let s2 = indicator(&december, "S2");
        assert_eq!((&s2["in_scope_before"], &s2["in_scope"], &s2["moved"]), (&json!(1), &json!(2), &json!(true)));
        assert_eq!(indicator(&december, "S3")["state"], "not_in_scope", "closed late, it is no longer due");
        let system = axis(&december, "system");
        assert!(system["score"].as_f64() > system["before"].as_f64(), "{system}");
        let unit = scene.unit("D1").await;
        let trend = scene.ciso.get(&format!("/api/v1/maturity/trend?unit={unit}&months=12")).await.ok();
        let months: Vec<&Value> = trend["items"].as_array().unwrap().iter().map(|point| &point["month"]).collect();
        assert_eq!(months, ["2026-11", "2026-12", "2027-01"]);
        assert_eq!(trend["items"][2]["preview"], true);
        // An asset that is taken out of use is told beside the score.
        let assets = scene.ciso.get("/api/v1/assets?q=web-2").await.ok();
        let id = assets["items"][0]["id"].as_str().unwrap().to_owned();
        scene.ciso.post(&format!("/api/v1/assets/{id}/retire"), &json!({"reason": "sold"})).await.ok();
        scene.pass_days(1).await;
        keep(&scene).await;
        assert_eq!(month(&scene, "D1", "2027-01").await["beside"]["retired"], 1);
        let rows = scene.ciso.get("/api/v1/maturity/rows?month=2027-01&indicator=retired").await.ok();
        assert_eq!((&rows["items"][0]["name"], &rows["rows_against"]), (&json!("web-2"), &json!(1)));
    }

    async fn outside_ratings_are_taken_whole_or_not_at_all(db: Db) {
        let scene = scene(db).await;
        let path = "/api/v1/maturity/external-ratings";
        let file = |rows: &str| format!("unit,provider,rated_on,value,scale\n{rows}");
        let send = async |text: String| {
            let path = format!("{path}/import");
            scene.ciso.send(http::Method::POST, &path, &[("content-type", "text/csv")], text.as_bytes()).await
        };
        let wrong = send(file("HQ,Watch,2026-11-01,A,A to F\nNOPE,Watch,2026-11-01,B,A to F\n")).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("line 3: unit"), "{}", wrong.text());
        let list = async || scene.ciso.get(path).await.ok()["items"].as_array().unwrap().clone();
        assert!(list().await.is_empty());
        send(file("HQ,Watch,2026-11-01,A,A to F\nD1,Watch,2026-11-01,B,A to F\n")).await.ok();
        let again = json!({"unit": "D1", "provider": "Watch", "rated_on": "2026-11-01", "value": "C"});
        scene.ciso.post(path, &again).await.ok();
        let mut values: Vec<String> =
            list().await.iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect();
        values.sort();
        assert_eq!(values, ["A", "C"]);
        let seen = scene.manager("D2").await.get(path).await.ok();
        assert!(seen["items"].as_array().unwrap().is_empty());
    }
}
