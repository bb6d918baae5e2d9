// SPDX-License-Identifier: Apache-2.0
//! The two months once more, in the browser: CISO, department manager and CEO, in both languages. Runs where
//! `HINOMI_BROWSER` is set (the step `e2e` of `cargo xtask test` does) and the pages are built.

use std::process::Command;

use hinomi_core::SeatKind;
use hinomi_db::{Db, Engine, both_engines};
use hinomi_review::pack::{pack_of, packs_keep};
use hinomi_web::testing::TestClient;
use serde_json::{Value, json};

use crate::scene::{SETS, Scene, openssl, scene};

const OLD: &str = "3.0.14-1~deb12u1";
const FIXED: &str = "3.0.15-1~deb12u1";

/// Plays one scene of `web/e2e/two-months.mjs` as this person.
async fn play(name: &'static str, client: &TestClient, story: Value) {
    let cookie = json!({"name": hinomi_web::SESSION_COOKIE, "value": client.cookie.clone().unwrap(),
        "domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": true, "secure": false, "sameSite": "Lax"});
    let storage = json!({"cookies": [cookie], "origins": []}).to_string();
    let base = format!("http://{}", client.address);
    let played = tokio::task::spawn_blocking(move || {
        Command::new("node")
            .args(["e2e/two-months.mjs", name])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web"))
            .env("HINOMI_BASE_URL", base)
            .env("HINOMI_STORAGE", storage)
            .env("HINOMI_STORY", story.to_string())
            .output()
            .unwrap()
    });
    let output = played.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "scene {name}: {said}");
}

/// The day after a month was closed: its pack, and how many cases it says are open.
async fn pack_day(scene: &mut Scene, closed: &str, day_after: &str, month: &str) -> (String, i64) {
    scene.go_to(closed).await;
    scene.settle().await;
    scene.go_to(day_after).await;
    packs_keep(&scene.server.test.app).await.unwrap();
    let group = scene.unit("HQ").await.parse().unwrap();
    let pack = pack_of(&scene.db, group, month).await.unwrap().unwrap();
    (pack.line.id, pack.document.open.now.total())
}

both_engines! { SETS;
    async fn two_months_in_the_browser(db: Db) {
        if std::env::var_os("HINOMI_BROWSER").is_none() || db.engine() != Engine::Sqlite {
            return;
        }
        let mut scene = scene(db).await;
        scene.record(&openssl("CVE-2026-1", FIXED)).await;
        for (asset, system) in [("web-1", "SHOP"), ("plant-1", "WORKS")] {
            scene.inventory(asset, system, OLD).await.ok();
        }
        scene.settle().await;
        pack_day(&mut scene, "2026-10-04T01:00:00Z", "2026-10-05T09:00:00Z", "2026-09").await;
        let ciso = scene.reader(SeatKind::Ciso, "HQ").await;
        play("look", &ciso, json!({"open": 2})).await;
        play("decide", &ciso, json!({})).await;
        let manager = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        play("look", &manager, json!({"open": 1})).await;
        play("answer", &manager, json!({})).await;

        scene.go_to("2026-10-20T09:00:00Z").await;
        scene.inventory("web-1", "SHOP", FIXED).await.ok();
        scene.settle().await;
        let (pack, open) = pack_day(&mut scene, "2026-11-04T01:00:00Z", "2026-11-05T09:00:00Z", "2026-10").await;
        assert_eq!(open, 1);
        let ceo = scene.reader(SeatKind::Management, "HQ").await;
        play("look", &ceo, json!({"open": 1})).await;
        play("pack", &ceo, json!({"pack": pack, "open": 1, "now": 1})).await;
        let manager = scene.reader(SeatKind::SystemSecurityManager, "D1").await;
        play("look", &manager, json!({"open": 0})).await;

        scene.go_to("2026-11-12T09:00:00Z").await;
        scene.inventory("plant-1", "WORKS", FIXED).await.ok();
        scene.settle().await;
        let works = scene.reader(SeatKind::SystemSecurityManager, "D2").await;
        play("measure", &works, json!({})).await;
        let (pack, open) = pack_day(&mut scene, "2026-12-04T01:00:00Z", "2026-12-05T09:00:00Z", "2026-11").await;
        assert_eq!(open, 0);
        let ceo = scene.reader(SeatKind::Management, "HQ").await;
        play("look", &ceo, json!({"open": 0})).await;
        play("pack", &ceo, json!({"pack": pack, "open": 0, "now": 0})).await;
    }
}
