// SPDX-License-Identifier: Apache-2.0
//! What a directive tells whom: each the part that they see, and the day that their calendar ends.

use hinomi_core::SeatKind;
use hinomi_db::{Db, both_engines};
use hinomi_review::pack::{pack_of, packs_keep};
use hinomi_web::testing::{TestClient, prints};
use serde_json::{Value, json};

use crate::scene::{SETS, Scene, openssl, scene};

const OLD: &str = "3.0.14-1~deb12u1";
const FIXED: &str = "3.0.15-1~deb12u1";

async fn directive(scene: &Scene, units: &[&str], calendar: &str) {
    let mut addressed = Vec::new();
    for code in units {
        addressed.push(json!({"unit_id": scene.unit(code).await, "subtree": true}));
    }
    let new = json!({"title": "Close the gaps", "text": "Update openssl.", "units": addressed,
        "measure": {"kind": "open_tickets"}, "target": 0.0, "due_on": "2026-11-30", "calendar": calendar});
    scene.ciso.post("/api/v1/directives", &new).await.ok();
}

async fn gaps(scene: &mut Scene) {
    scene.record(&openssl("CVE-2026-1", FIXED)).await;
    for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
        scene.inventory(asset, system, OLD).await.ok();
    }
    scene.settle().await;
}

/// The values that the log names, with the measurements that open their rows.
async fn told(reader: &TestClient, id: i64) -> Vec<(String, String)> {
    let seen = reader.get(&format!("/api/v1/directives/{id}")).await.ok();
    let events = seen["events"].as_array().unwrap();
    let values = events
        .iter()
        .filter(|event| matches!(event["kind"].as_str(), Some("issued" | "measured" | "reached")));
    let mut found = Vec::new();
    for event in values {
        let rows = format!("/api/v1/measurements/{}/rows", event["measurement_id"].as_str().unwrap());
        let counted = &reader.get(&rows).await.ok()["counted"];
        let text = event["text"].as_str().unwrap().to_owned();
        assert_eq!(counted.to_string(), text, "{event}");
        found.push((event["kind"].as_str().unwrap().to_owned(), text));
    }
    found
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(kind, text)| ((*kind).to_owned(), (*text).to_owned())).collect()
}

both_engines! { SETS;
    async fn a_log_and_a_mail_tell_a_department_its_own_part(db: Db) {
        let mut scene = scene(db).await;
        gaps(&mut scene).await;
        directive(&scene, &["HQ"], "utc").await;
        directive(&scene, &["D1"], "utc").await;
        for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
            scene.pass_days(1).await;
            scene.inventory(asset, system, FIXED).await.ok();
            scene.settle().await;
            scene.ciso.post("/api/v1/directives/1/measure", &json!({})).await.ok();
        }
        let sales = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        let whole = pairs(&[("issued", "2"), ("measured", "1"), ("measured", "0"), ("reached", "0")]);
        assert_eq!(told(&scene.ciso, 1).await, whole);
        let part = pairs(&[("issued", "1"), ("measured", "0"), ("measured", "0"), ("reached", "0")]);
        assert_eq!(told(&sales, 1).await, part);

        let mails = scene.mails().await;
        let of = |to: &str, number: &str| {
            mails.iter().find(|mail| mail.0 == to && mail.1.contains(number)).unwrap_or_else(|| panic!("{mails:?}")).2.clone()
        };
        // Botan reads English, Aiko Japanese.
        let botan = of("botan@example.test", "D-1");
        assert!(botan.contains("Target: 0, by 2026-11-30") && !botan.contains("Measured: 2"), "{botan}");
        assert!(!of("aiko@example.test", "D-1").contains("測定値："), "the group's");
        assert!(of("aiko@example.test", "D-2").contains("測定値：1"), "the unit's own");
        // So with the picture: who does not see the whole gets none.
        if prints() {
            assert_eq!(scene.pictures("botan@example.test", "D-1").await, [""; 0]);
            let own = scene.pictures("aiko@example.test", "D-2").await;
            assert_eq!(own, ["Close the gaps：測定値の推移. 2026-09-02: 1; 目標: 0"]);
        }
    }

    async fn a_day_is_named_by_the_calendar_that_ends_it(db: Db) {
        let mut scene = scene(db.clone()).await;
        gaps(&mut scene).await;
        scene.go_to("2026-10-06T09:00:00Z").await;
        directive(&scene, &["D2"], "us").await;
        let issued = scene.ciso.get("/api/v1/directives/1").await.ok();
        assert_eq!(issued["due_at"], "2026-12-01T04:59:59.999999Z");
        scene.go_to("2026-11-28T09:00:00Z").await;
        scene.settle().await;
        let mails: Vec<_> = scene.mails().await.into_iter().filter(|mail| mail.0 == "botan@example.test").collect();
        assert!(mails.iter().any(|mail| mail.1.starts_with("Due on 2026-11-30")), "{mails:?}");
        assert!(!mails.iter().any(|mail| mail.2.contains("2026-12-01")), "{mails:?}");
        scene.go_to("2026-12-04T01:00:00Z").await;
        scene.settle().await;
        scene.go_to("2026-12-05T09:00:00Z").await;
        packs_keep(&scene.server.test.app).await.unwrap();
        let group = scene.unit("HQ").await.parse().unwrap();
        let pack = pack_of(&db, group, "2026-11").await.unwrap().unwrap();
        let document: Value = serde_json::to_value(&pack.document).unwrap();
        assert_eq!(document["directives"][0]["due"], "2026-11-30");
    }
}
