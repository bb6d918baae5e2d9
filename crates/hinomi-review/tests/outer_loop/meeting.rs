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
}
