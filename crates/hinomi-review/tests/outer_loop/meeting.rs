// SPDX-License-Identifier: Apache-2.0
//! Who is expected at a meeting: whoever sits in its body on its day, not when it was planned.

use hinomi_core::Scope;
use hinomi_db::{Db, both_engines};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import};
use hinomi_review::pack::packs_keep;
use serde_json::{Value, json};

use crate::scene::{SETS, Scene, scene};

async fn ciso_is(scene: &Scene, person: &str) {
    let actor = hinomi_platform::testing::console();
    let act = Act::new(&scene.server.test.app, &actor, Scope::all());
    let sheet = format!("unit_code,kind,required,holder_code\nHQ,ciso,true,{person}\n");
    org_import(&act, SheetKind::Seats, sheet.as_bytes(), false).await.unwrap();
}

fn names(meeting: &Value) -> Vec<&str> {
    meeting["attendance"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect()
}

both_engines! { SETS;
    async fn who_takes_a_seat_before_the_day_is_expected(db: Db) {
        let mut scene = scene(db).await;
        scene.settle().await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let with_ciso = |body: &&Value| {
            body["places"].as_array().unwrap().iter().any(|place| place["seat_kind"] == "ciso")
        };
        let body = bodies["items"].as_array().unwrap().iter().find(with_ciso).unwrap()["id"].clone();
        let new = json!({"body_id": body, "month": "2026-08", "starts_at": "2026-09-10T01:00:00Z"});
        let planned = scene.ciso.post("/api/v1/meetings", &new).await.ok();
        assert!(names(&planned).contains(&"Chie") && !names(&planned).contains(&"Botan"), "{planned}");

        scene.go_to("2026-09-05T01:00:00Z").await;
        ciso_is(&scene, "P2").await;
        scene.go_to("2026-09-10T01:00:00Z").await;
        let path = format!("/api/v1/meetings/{}", planned["id"].as_str().unwrap());
        let seen = scene.ciso.get(&path).await.ok();
        assert!(names(&seen).contains(&"Botan") && !names(&seen).contains(&"Chie"), "{seen}");
        let marks = json!([{"person_id": scene.person("P2").await, "state": "present"}]);
        scene.ciso.put(&format!("{path}/attendance"), &marks).await.ok();
        let held = json!({"version": seen["version"], "state": "held"});
        let held = scene.ciso.post(&format!("{path}/state"), &held).await.ok();
        let present = held["attendance"].as_array().unwrap().iter().find(|one| one["name"] == "Botan").unwrap();
        assert_eq!(present["state"], "present", "what was said before it was opened stays");

        // From then on it is the meeting's own.
        scene.go_to("2026-09-11T01:00:00Z").await;
        ciso_is(&scene, "P3").await;
        assert_eq!(names(&scene.ciso.get(&path).await.ok()), names(&held));
    }

    async fn guests_are_on_the_list_with_a_mark_and_are_no_members(db: Db) {
        let scene = scene(db).await;
        scene.settle().await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let bodies = scene.ciso.get("/api/v1/bodies").await.ok();
        let new = json!({"body_id": bodies["items"][0]["id"], "month": "2026-08", "starts_at": "2026-09-10T01:00:00Z"});
        let planned = scene.ciso.post("/api/v1/meetings", &new).await.ok();
        let path = format!("/api/v1/meetings/{}", planned["id"].as_str().unwrap());
        let guests = format!("{path}/guests");
        let members = planned["members"].as_i64().unwrap();
        let aiko = json!({"person_id": scene.person("P1").await, "role": "reports"});
        scene.ciso.post(&guests, &aiko).await.ok();
        scene.ciso.post(&guests, &aiko).await.problem(409);
        scene.ciso.post(&guests, &json!({"name": " "})).await.problem(422);
        let seen = scene.ciso.post(&guests, &json!({"name": "Outside counsel"})).await.ok();
        assert_eq!(seen["members"], members);
        let member = seen["attendance"][0]["person_id"].clone();
        scene.ciso.post(&guests, &json!({"person_id": member})).await.problem(409);
        scene.ciso.post(&format!("{guests}/remove"), &json!({"person_id": member})).await.problem(404);

        // Opened, the guests stay; who comes in then is there.
        let held = json!({"version": seen["version"], "state": "held"});
        let held = scene.ciso.post(&format!("{path}/state"), &held).await.ok();
        let late = scene.ciso.post(&guests, &json!({"name": "Late guest"})).await.ok();
        let guest = |meeting: &Value, name: &str| {
            let all = meeting["attendance"].as_array().unwrap();
            all.iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
        };
        assert_eq!((&guest(&held, "Aiko")["guest"], &guest(&held, "Aiko")["state"]), (&json!(true), &json!("expected")));
        assert_eq!(guest(&late, "Late guest")["state"], "present");
        assert_eq!((late["members"].as_i64(), late["present"].as_i64()), (Some(members), Some(0)));
        let off = json!({"person_id": guest(&late, "Outside counsel")["person_id"]});
        let left = scene.ciso.post(&format!("{guests}/remove"), &off).await.ok();
        assert_eq!(guest(&left, "Outside counsel"), Value::Null);
        let listed = scene.ciso.get("/api/v1/meetings").await.ok();
        assert_eq!(listed["items"][0]["members"].as_i64(), Some(members));
    }
}
