// SPDX-License-Identifier: Apache-2.0
//! Reports of attackers whose parts come apart, and how they are found.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer, threats};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];
const START: i64 = 1_800_000_000_000_000;

async fn import(db: &Db, feed: &str, name: &str, objects: &[Value]) -> ImportReport {
    let bundle = json!({"type": "bundle", "id": format!("bundle--{name}"), "objects": objects}).to_string();
    let mut importer = Importer::open(db, Time::from_micros(START), feed, "taxii").await.unwrap();
    let document = Document { path: format!("{name}.json"), bytes: Ok(bundle.into_bytes()) };
    importer.take(vec![document]).await.unwrap();
    let report = importer.finish().await.unwrap();
    assert_eq!(report.refusals, []);
    report
}

/// The parts of one story, each of which may come by itself; ids end with `run`.
fn story(run: &str) -> Vec<Value> {
    let id = |kind: &str| format!("{kind}--{run}");
    let time = "2026-01-02T00:00:00Z";
    let named = |kind: &str, name: &str| json!({"type": kind, "id": id(kind), "name": name, "created": time, "modified": time});
    let link = |number: u8, word: &str, from: &str, to: &str| {
        json!({"type": "relationship", "id": format!("relationship--{number}-{run}"), "relationship_type": word,
            "source_ref": id(from), "target_ref": id(to), "created": time, "modified": time})
    };
    let mut technique = named("attack-pattern", "Exploit Public-Facing Application");
    technique["external_references"] = json!([{"source_name": "mitre-attack", "external_id": "T1190"}]);
    let mut indicator = named("indicator", "beacon");
    indicator["pattern"] = json!("[domain-name:value = 'cranes.example']");
    let mut campaign = named("campaign", "Paper Crane");
    campaign["created_by_ref"] = json!(id("identity"));
    let mut report = named("report", "折り鶴に関する報告");
    report["object_refs"] = json!([id("campaign"), id("vulnerability")]);
    vec![
        indicator,
        campaign,
        technique,
        named("vulnerability", "CVE-2026-0001"),
        named("identity", "Demo CERT"),
        named("intrusion-set", "Demo Group"),
        report,
        link(1, "indicates", "indicator", "campaign"),
        link(2, "uses", "campaign", "attack-pattern"),
        link(3, "targets", "attack-pattern", "vulnerability"),
        link(4, "attributed-to", "campaign", "intrusion-set"),
        json!({"type": "sighting", "id": id("sighting"), "sighting_of_ref": id("indicator"), "count": 3,
            "where_sighted_refs": [id("identity")], "created": time, "modified": time}),
    ]
}

/// Everything that is told of the story, as one text.
async fn told(db: &Db, run: &str) -> String {
    let rows = threats::threat_list(db, "", false, None, 1_000).await.unwrap();
    let own = rows.iter().filter(|row| row.id.ends_with(run));
    let mut lines: Vec<String> = own.map(|row| row.document.replace(run, "X")).collect();
    lines.sort();
    let cves: Vec<(String, String)> =
        db.all("SELECT cve, threat_id FROM threat_cve ORDER BY cve, threat_id", ()).await.unwrap();
    let own = cves.into_iter().filter(|(_, id)| id.ends_with(run));
    lines.extend(own.map(|(cve, id)| format!("{cve} {}", id.replace(run, "X"))));
    lines.join("\n")
}

async fn found(db: &Db, text: &str) -> Vec<String> {
    let rows = threats::threat_list(db, text, false, None, 100).await.unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}

both_engines! { SETS;
    async fn parts_are_joined_in_whatever_order_they_come(db: Db) {
        let whole = "run-whole";
        let report = import(&db, "one", whole, &story(whole)).await;
        assert_eq!((report.read, report.added), (12, 12));
        let expected = told(&db, whole).await;
        let indicator = threats::threat(&db, &format!("indicator--{whole}")).await.unwrap().threat().unwrap();
        assert_eq!(indicator.cves, ["CVE-2026-0001"]);
        assert_eq!((indicator.techniques[0].id.as_str(), indicator.campaigns.as_slice()), ("T1190", &["Paper Crane".to_owned()][..]));
        assert_eq!((indicator.sightings[0].count, indicator.sightings[0].by[0].as_str()), (3, "Demo CERT"));
        let ways: Vec<&[String]> = indicator.reached.iter().map(|one| one.way.as_slice()).collect();
        assert_eq!(ways, [&["Paper Crane".to_owned(), "T1190 Exploit Public-Facing Application".to_owned()][..], &["Paper Crane".to_owned()][..]]);
        let count = story("").len();
        for shift in 0..count * 2 {
            let run = format!("run-{shift:02}");
            let mut parts = story(&run);
            parts.rotate_left(shift % count);
            if shift >= count {
                parts.reverse();
            }
            // Neighbours in a page each, of two feeds in turn.
            for (number, page) in parts.chunks(1 + shift % 3).enumerate() {
                let feed = if number % 2 == 0 { "one" } else { "two" };
                import(&db, feed, &format!("{run}-{number}"), page).await;
            }
            assert_eq!(told(&db, &run).await, expected, "{run}");
        }
    }

    async fn a_link_that_moves_or_ends_leaves_nothing_behind(db: Db) {
        let mut parts = story("r");
        import(&db, "one", "a", &parts).await;
        // The link now ends elsewhere: both ends are told anew.
        let uses = parts.iter_mut().find(|part| part["id"] == "relationship--2-r").unwrap();
        uses["target_ref"] = json!("attack-pattern--other");
        uses["modified"] = json!("2026-02-01T00:00:00Z");
        let moved = uses.clone();
        let report = import(&db, "one", "b", std::slice::from_ref(&moved)).await;
        assert_eq!((report.read, report.changed), (1, 1));
        for kind in ["campaign", "indicator"] {
            let threat = threats::threat(&db, &format!("{kind}--r")).await.unwrap().threat().unwrap();
            assert_eq!((threat.cves.len(), threat.techniques.len()), (0, 0), "{kind}");
        }
        let rows: i64 = db.scalar("SELECT count(*) FROM threat_cve WHERE threat_id <> 'report--r'", ()).await.unwrap();
        assert_eq!(rows, 0);
        // An older word on it changes nothing, and nothing is written for what is the same.
        assert_eq!(import(&db, "one", "a", &story("r")).await.unchanged, 12);
        let waiting: i64 = db.scalar("SELECT count(*) FROM threat_object WHERE is_waiting", ()).await.unwrap();
        assert_eq!(waiting, 0);
    }

    async fn what_an_import_left_waiting_is_assembled_by_the_next(db: Db) {
        import(&db, "one", "a", &story("r")).await;
        let expected = told(&db, "r").await;
        // As if it had been broken off before anything was assembled.
        let mut tx = db.begin().await.unwrap();
        for sql in ["DELETE FROM threat", "DELETE FROM threat_cve", "UPDATE threat_object SET is_waiting = TRUE"] {
            tx.execute(sql, ()).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(import(&db, "one", "a", &story("r")).await.unchanged, 12);
        assert_eq!(told(&db, "r").await, expected);
    }

    async fn reports_are_found_by_words_japanese_ones_too(db: Db) {
        import(&db, "one", "a", &story("r")).await;
        for (text, kinds) in [("paper crane", vec!["campaign", "indicator", "report"]), ("折り", vec!["report"]), ("鶴", vec!["report"]),
            ("cranes.example", vec!["campaign", "indicator"]), ("T1190", vec!["campaign", "indicator"]), ("intrusion-set--r", vec!["intrusion-set"]),
            ("ＰＡＰＥＲ", vec!["campaign", "indicator", "report"]), ("rane", vec![]), ("鶴折", vec![]), ("%", vec![]), ("' OR 1=1", vec![])] {
            assert_eq!(found(&db, text).await, kinds, "{text}");
        }
        // The index of words, not a reading of every report.
        if db.engine() == hinomi_db::Engine::Sqlite {
            let plan: Vec<(i64, i64, i64, String)> = db.all("EXPLAIN QUERY PLAN SELECT threat_id FROM threat_word WHERE word >= 'a' AND word < 'b'", ()).await.unwrap();
            assert!(plan[0].3.contains("SEARCH threat_word USING PRIMARY KEY"), "{plan:?}");
        }
        // Rows of an older version are found as soon as a feed is read again.
        let mut tx = db.begin().await.unwrap();
        tx.execute("DELETE FROM threat_word", ()).await.unwrap();
        tx.execute("UPDATE threat SET is_indexed = FALSE", ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(&db, "crane").await, Vec::<String>::new());
        import(&db, "one", "empty", &[]).await;
        assert_eq!(found(&db, "crane").await, ["campaign", "indicator", "report"]);
    }
}
