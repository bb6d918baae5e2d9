// SPDX-License-Identifier: Apache-2.0
//! Broken, huge and hostile files over HTTP: a problem document that names file, place and cause, a database as it was,
//! and a server that answers on.

use crate::dump::{assert_same, dump};
use crate::history::Chance;
use crate::support::{SETS, Scene, bom, host, openssl, scene};
use hinomi_db::{Db, both_engines};
use hinomi_web::testing::Answer;
use http::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const INVENTORY: &str = "/api/v1/inventory/imports?asset=web-1&system=SHOP&source=agent";
const FEED: &str = "/api/v1/feeds/import?name=upload";
const PEOPLE: &str = "/api/v1/org/import?kind=people";

/// Far more than any refusal needs, far less than reading a bomb to its end would.
const LONGEST: Duration = Duration::from_secs(20);

struct Bad {
    what: &'static str,
    bytes: Vec<u8>,
    /// One of these words tells the cause.
    causes: &'static [&'static str],
}

fn bad_files() -> Vec<Bad> {
    let whole = host("3.0.11-1~deb12u1", "2.32.0").to_string().into_bytes();
    let truncated = whole[..whole.len() / 2].to_vec();
    let deep_objects = [b"{\"a\":".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat();
    let deep_document = {
        let inner = [
            br#"[{"type": "library", "name": "a", "components": "#.repeat(10_000),
            b"[]".to_vec(),
            b"}]".repeat(10_000),
        ]
        .concat();
        let head = br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": "#;
        [&head[..], &inner, b"}"].concat()
    };
    let latin = String::from_utf8(whole.clone()).unwrap().replace("pad3\"", "p\u{e4}d3\"");
    let latin: Vec<u8> = latin.chars().map(|letter| letter as u8).collect();
    let zeros = vec![0u8; 64 << 20];
    let bomb = zstd::bulk::compress(&zeros, 3).unwrap();
    assert!(bomb.len() < 64 << 10, "{}", bomb.len());
    let twice = zstd::bulk::compress(&bomb, 3).unwrap();
    let mut cut = zstd::bulk::compress(&whole, 3).unwrap();
    cut.truncate(cut.len() / 2);
    vec![
        Bad { what: "truncated", bytes: truncated, causes: &["EOF", "end", "truncated"] },
        Bad {
            what: "nested objects",
            bytes: deep_objects,
            causes: &["nest", "recursion", "deep", "no known"],
        },
        Bad { what: "nested components", bytes: deep_document, causes: &["nest", "recursion", "deep"] },
        Bad { what: "wrong encoding", bytes: latin, causes: &["UTF-8", "utf-8", "unicode"] },
        Bad { what: "bomb", bytes: bomb, causes: &["ratio", "times", "expand", "larger"] },
        Bad { what: "bomb in a bomb", bytes: twice, causes: &["ratio", "times", "expand", "larger"] },
        Bad { what: "cut archive", bytes: cut, causes: &["zstd", "incomplete", "frame", "end", "EOF"] },
        Bad {
            what: "garbage",
            bytes: Chance::new(5).bytes(5 << 20),
            causes: &["known", "UTF-8", "recogni", "format"],
        },
        Bad { what: "empty", bytes: Vec::new(), causes: &["empty", "nothing", "no ", "known"] },
    ]
}

async fn send(scene: &Scene, path: &str, bytes: &[u8]) -> Answer {
    let started = Instant::now();
    let answer = scene.ciso.send(Method::POST, path, &[], bytes).await;
    assert!(started.elapsed() < LONGEST, "{path} took {:?}", started.elapsed());
    answer
}

/// A problem document of the sender's doing that tells file and cause.
fn assert_told(answer: Answer, bad: &Bad, place: &str) {
    let status = answer.status.as_u16();
    assert!((400..500).contains(&status), "{place}: {status} {}", answer.text());
    let problem = answer.problem(status);
    let said = format!("{} {}", problem["detail"], problem["errors"]);
    assert!(said.contains("upload"), "{place} names the file: {said}");
    assert!(bad.causes.iter().any(|cause| said.contains(cause)), "{place} tells the cause: {said}");
    assert!(said.len() < 2_000, "{place} does not echo the file: {} characters", said.len());
}

async fn filled(db: Db) -> Scene {
    let scene = scene(db).await;
    scene.record(&openssl("DEMO-1", Some("3.0.14-1~deb12u1"), "2026-01-02T00:00:00Z")).await;
    scene.inventory("web-1", "SHOP", "", &host("3.0.11-1~deb12u1", "2.32.0")).await;
    scene
}

const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://example.test\")",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "bell\u{7}and\u{1b}[31m",
    "\u{202e}gnp.exe",
];

fn hostile_host() -> Value {
    let mut list: Vec<Value> = HOSTILE
        .iter()
        .map(|name| {
            json!({"type": "library", "name": name, "version": "=1+1", "supplier": {"name": name},
            "licenses": [{"license": {"name": name}}]})
        })
        .collect();
    list.push(
        json!({"type": "library", "name": "=cmd", "version": "1.0.0", "purl": "pkg:pypi/%3Dcmd@1.0.0"}),
    );
    bom(list)
}

both_engines! { SETS;
    async fn a_bad_file_is_told_apart_and_leaves_nothing_behind(db: Db) {
        let scene = filled(db.clone()).await;
        let before = dump(&db).await;
        for bad in bad_files() {
            for path in [INVENTORY, FEED] {
                let place = format!("{} to {path}", bad.what);
                assert_told(send(&scene, path, &bad.bytes).await, &bad, &place);
                assert_same(&before, &dump(&db).await, &place);
            }
            let answer = send(&scene, PEOPLE, &bad.bytes).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{}: {status} {}", bad.what, answer.text());
            answer.problem(status);
            assert_same(&before, &dump(&db).await, bad.what);
            assert_eq!(scene.ciso.get("/healthz").await.text(), "ok\n");
        }
        let of_tomorrow = host("3.0.14-1~deb12u2", "2.32.0").to_string();
        for query in ["asset=new-1&system=SHOP&observed_at=2099-01-01T00:00:00Z", "asset=new-2&system=NOWHERE", "system=SHOP"] {
            let path = format!("/api/v1/inventory/imports?{query}");
            let answer = send(&scene, &path, of_tomorrow.as_bytes()).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{query}: {status} {}", answer.text());
            answer.problem(status);
            assert_same(&before, &dump(&db).await, query);
        }
        assert_eq!(scene.tickets("").await.len(), 1, "and it answers on");
        scene.server.test.clock.advance(Duration::from_secs(3_600));
        scene.inventory("web-1", "SHOP", "", &host("3.0.14-1~deb12u2", "2.32.0")).await;
        assert!(scene.tickets("").await.is_empty(), "and works on");
    }

    async fn a_bad_record_among_good_ones_is_named_and_costs_only_itself(db: Db) {
        let scene = filled(db).await;
        let lines = format!(
            "{}\n{{\"id\": \"DEMO-3\", \"modified\": \n{}\n",
            openssl("DEMO-2", None, "2026-01-02T00:00:00Z"),
            openssl("DEMO-4", None, "2026-01-02T00:00:00Z"),
        );
        let answer = send(&scene, FEED, lines.as_bytes()).await;
        let refused = scene.ciso.get("/api/v1/feeds/refused").await.ok();
        let status = answer.status.as_u16();
        if status == 200 {
            assert_eq!(answer.ok()["refused"], 1);
            assert!(refused.to_string().contains("upload"), "{refused}");
        } else {
            let problem = answer.problem(status);
            assert!(problem["detail"].to_string().contains("upload"), "{problem}");
        }
    }

    async fn hostile_names_are_shown_as_data(db: Db) {
        let scene = filled(db).await;
        let record = json!({
            "schema_version": "1.7.0", "id": "DEMO-7", "modified": "2026-01-02T00:00:00Z",
            "summary": "<img src=x onerror=alert(1)>",
            "affected": [{"package": {"ecosystem": "PyPI", "name": "=cmd"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]
        });
        scene.record(&record).await;
        let imported = scene.inventory("odd-1", "SHOP", "", &hostile_host()).await;
        let asset = imported["asset_id"].as_str().unwrap();
        let path = format!("/api/v1/assets/{asset}/components?limit=200");
        let answer = scene.ciso.get(&path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("content-type").unwrap().starts_with("application/json"));
        // No raw control character reaches a page or a terminal.
        assert!(answer.body.iter().all(|byte| *byte >= 0x20), "{:?}", answer.text());
        let list = answer.json();
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
        for name in HOSTILE.into_iter().chain(["=cmd"]) {
            let shown: String = name.chars().filter(|letter| !letter.is_control()).collect();
            assert!(names.iter().any(|known| *known == name || *known == shown), "{name:?} in {names:?}");
        }
        let export = scene.ciso.get("/api/v1/tickets/export").await.text();
        assert!(export.contains(",'=cmd,"), "{export}");
        for line in export.lines() {
            for cell in line.split(',') {
                assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '@', '\t', '\r']), "{cell:?} in {line}");
            }
        }
        let original = scene.ciso.get("/api/v1/advisories/DEMO-7/original").await;
        assert!(original.header("content-type").unwrap().starts_with("text/plain"));
        assert_eq!(original.header("x-content-type-options"), Some("nosniff"));
        let people = "code,name,email,unit_code\nP9,\"=HYPERLINK(\"\"x\"\")\",p9@example.test,D1\n";
        let answer = scene.ciso.send(Method::POST, PEOPLE, &[], people.as_bytes()).await;
        assert!(answer.status.is_success() || answer.status.as_u16() == 422, "{}", answer.text());
        let export = scene.ciso.get("/api/v1/org/export?kind=people").await.text();
        assert!(!export.contains(",=") && !export.contains(",\"="), "{export}");
    }
}
