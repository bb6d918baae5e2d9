// SPDX-License-Identifier: Apache-2.0
//! One file carries everything to where no network is, and nobody can change it on the way.

use std::path::{Path, PathBuf};

use hinomi_db::testing::TestDb;
use hinomi_db::{Db, Engine, both_engines};
use hinomi_feeds::Kind;
use hinomi_feeds::bundle::{self, Older, PublicKey, SigningKey};
use serde_json::{Value, json};

use crate::scene::*;

struct Desk {
    folder: tempfile::TempDir,
    key: SigningKey,
}

impl Desk {
    fn new() -> Self {
        let key = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), key }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn public(&self) -> PublicKey {
        self.key.public()
    }

    async fn create(&self, db: &Db, name: &str, since: Option<&Path>) -> bundle::Created {
        bundle::create(db, now(), &self.key, &self.file(name), since).await.unwrap()
    }
}

/// Another database, where no network is.
async fn elsewhere() -> TestDb {
    TestDb::new(Engine::Sqlite, SETS).await
}

/// Records, an exploited and a likely vulnerability.
async fn filled(db: &Db) -> Scene {
    let scene = scene(Kind::File, "/{part}", |feed| {
        feed.only = Some(["a.zip", "kev.json", "epss.csv"].map(str::to_owned).into());
    });
    scene.upstream.put(
        "/a.zip",
        zip(&[
            ("1.json", record("CVE-2026-0001", "2026-05-01T00:00:00Z", "a").to_string()),
            ("2.json", record("A-2", "2026-05-01T00:00:00Z", "b").to_string()),
        ]),
    );
    scene.upstream.put("/kev.json", kev(&[("CVE-2026-0001", "2026-05-01")]).to_string());
    scene.upstream.put("/epss.csv", "#model_version:v1,score_date:2026-05-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.97,0.9\nCVE-2026-0009,0.01234,0.5\n");
    scene.sync(db).await.unwrap();
    scene
}

both_engines! { SETS;
    async fn a_bundle_carries_the_state_of_all_feeds(db: Db) {
        let _scene = filled(&db).await;
        let desk = Desk::new();
        let created = desk.create(&db, "all.bundle", None).await;
        assert_eq!((created.documents, created.state_documents, created.feeds), (2, 2, 1));
        let manifest = bundle::verify(&desk.file("all.bundle"), &desk.public()).unwrap();
        assert_eq!((manifest.feeds[0].name.as_str(), manifest.feeds[0].records), ("test", 5));
        assert!(manifest.feeds[0].source.starts_with("http://127.0.0.1"));

        let place = elsewhere().await;
        let other = place.db();
        let later = at("2026-09-01T00:00:00Z");
        let imported = bundle::import(&other, later, &desk.file("all.bundle"), &desk.public(), Older::PassOver).await.unwrap();
        assert_eq!((imported.report.read, imported.report.added, imported.report.refused), (5, 5, 0));
        assert_eq!(state(&other).await, state(&db).await);
        let feed = hinomi_advisories::feed_list(&other).await.unwrap().remove(0);
        assert_eq!(feed.last_success, Some(now().as_micros()), "it is as old as its source, however late it came");
        let again = bundle::import(&other, later, &desk.file("all.bundle"), &desk.public(), Older::PassOver).await.unwrap();
        assert_eq!((again.report.added, again.report.changed, again.report.unchanged), (0, 0, 5));
    }

    async fn a_delta_brings_what_is_new_and_needs_its_base(db: Db) {
        let scene = filled(&db).await;
        let desk = Desk::new();
        desk.create(&db, "base.bundle", None).await;
        scene.upstream.put("/a.zip", zip(&[
            ("1.json", record("CVE-2026-0001", "2026-05-01T00:00:00Z", "a").to_string()),
            ("2.json", record("A-2", "2026-05-09T00:00:00Z", "b").to_string()),
            ("3.json", record("A-3", "2026-05-09T00:00:00Z", "c").to_string()),
        ]));
        scene.sync(&db).await.unwrap();
        let delta = desk.create(&db, "delta.bundle", Some(&desk.file("base.bundle"))).await;
        assert_eq!((delta.documents, delta.state_documents), (2, 3));
        let place = elsewhere().await;
        let other = place.db();
        let early = bundle::import(&other, now(), &desk.file("delta.bundle"), &desk.public(), Older::PassOver).await.unwrap_err();
        assert!(early.to_string().contains("import that one first"), "{early}");
        assert_eq!(ids(&other).await, Vec::<String>::new());
        bundle::import(&other, now(), &desk.file("base.bundle"), &desk.public(), Older::PassOver).await.unwrap();
        bundle::import(&other, now(), &desk.file("delta.bundle"), &desk.public(), Older::PassOver).await.unwrap();
        assert_eq!(state(&other).await, state(&db).await);
    }

    async fn nothing_of_a_bundle_is_believed_before_it_is_checked(db: Db) {
        let _scene = filled(&db).await;
        let desk = Desk::new();
        desk.create(&db, "x.bundle", None).await;
        let whole = std::fs::read(desk.file("x.bundle")).unwrap();
        let place = elsewhere().await;
        let other = place.db();
        let stranger = Desk::new();
        let error = bundle::import(&other, now(), &desk.file("x.bundle"), &stranger.public(), Older::PassOver).await.unwrap_err();
        assert!(error.to_string().contains("not signed with"), "{error}");
        // Any byte changed, any end missing.
        for place in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            let mut bent = whole.clone();
            bent[place] ^= 1;
            std::fs::write(desk.file("bent"), &bent).unwrap();
            assert!(bundle::verify(&desk.file("bent"), &desk.public()).is_err(), "byte {place}");
            std::fs::write(desk.file("bent"), &whole[..place]).unwrap();
            assert!(bundle::verify(&desk.file("bent"), &desk.public()).is_err(), "cut at {place}");
        }
        assert_eq!(ids(&other).await, Vec::<String>::new());
    }
}

both_engines! { SETS;
    async fn reports_tables_ends_of_life_and_the_course_of_scores_are_carried_too(db: Db) {
        let scene = scene(Kind::File, "/{part}", |feed| {
            feed.only = Some(["threats.json", "point.json", "life.json", "kev.json", "epss.csv"].map(str::to_owned).into());
            feed.complete = Some(true);
        });
        let day = |number: u32, second: &str| {
            format!("#model_version:v1,score_date:2026-05-{number:02}T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.{number:02},0.9\n{second}")
        };
        let world = async |number: u32, second: &str| {
            scene.upstream.put("/threats.json", stix(number).to_string());
            scene.upstream.put("/point.json", json!({"namespace": "demo", "key": "E", "version": format!("{number}.0.0"), "schemaVersion": "2.0.0",
                "name": "E", "definition": "e", "values": [{"key": "N", "name": "No", "definition": "n"}, {"key": "Y", "name": "Yes", "definition": "y"}]}).to_string());
            scene.upstream.put("/life.json", json!([{"cycle": "12", "eol": format!("2026-06-{number:02}"), "releaseDate": "2023-06-10"}]).to_string());
            scene.upstream.put("/kev.json", kev(&[(&format!("CVE-2026-{number:04}"), "2026-05-01")]).to_string());
            scene.upstream.put("/epss.csv", day(number, second));
            let synced = scene.sync(&db).await.unwrap();
            assert_eq!(synced.report.refusals, []);
        };
        world(1, "CVE-2026-0009,0.01234,0.5\n").await;
        world(2, "CVE-2026-0009,0.01234,0.5\n").await;
        let desk = Desk::new();
        desk.create(&db, "base.bundle", None).await;
        // Until the delta a score changes twice, one goes, and the catalogue has another entry.
        world(3, "CVE-2026-0009,0.01234,0.5\n").await;
        world(4, "").await;
        desk.create(&db, "whole.bundle", None).await;
        let delta = desk.create(&db, "delta.bundle", Some(&desk.file("base.bundle"))).await;
        assert!(delta.documents > 0 && delta.documents < delta.state_documents, "{delta:?}");
        let wanted = carried(&db).await;
        assert!(wanted.len() >= 12, "{wanted:#?}");
        for files in [&["whole.bundle"][..], &["base.bundle", "delta.bundle"]] {
            let place = elsewhere().await;
            let other = place.db();
            for file in files {
                let imported = bundle::import(&other, now(), &desk.file(file), &desk.public(), Older::PassOver).await.unwrap();
                assert_eq!(imported.report.refusals, [], "{file}");
            }
            assert_eq!(carried(&other).await, wanted, "{files:?}");
            let again = bundle::import(&other, now(), &desk.file(files[files.len() - 1]), &desk.public(), Older::PassOver).await.unwrap();
            assert_eq!((again.report.added, again.report.changed), (0, 0), "{files:?}");
        }
    }
}

both_engines! { SETS;
    async fn an_older_bundle_takes_a_feed_back_only_when_somebody_says_so(db: Db) {
        let scene = filled(&db).await;
        let desk = Desk::new();
        desk.create(&db, "old.bundle", None).await;
        let old = state(&db).await;
        scene.upstream.put("/kev.json", kev(&[("CVE-2026-0001", "2026-05-01"), ("CVE-2026-0009", "2026-05-20")]).to_string());
        let later = at("2026-06-02T12:00:00Z");
        scene.syncer.run(&db, "test", later).await.unwrap();
        desk.create(&db, "new.bundle", None).await;
        let new = state(&db).await;
        assert_ne!(old, new);
        let place = elsewhere().await;
        let other = place.db();
        let take = async |file: &str, older: Older| {
            bundle::import(&other, later, &desk.file(file), &desk.public(), older).await.unwrap()
        };
        assert_eq!(take("new.bundle", Older::PassOver).await.older, Vec::<String>::new());
        let passed = take("old.bundle", Older::PassOver).await;
        assert_eq!((passed.feeds, passed.older.as_slice(), passed.report.read), (0, &["test".to_owned()][..], 0));
        assert_eq!(state(&other).await, new, "what was listed since is listed still");
        take("old.bundle", Older::Take).await;
        assert_eq!(state(&other).await, old);
    }

    async fn a_delta_gives_back_what_was_missing_once(db: Db) {
        let scene = scene(Kind::File, "/all.zip", |feed| feed.complete = Some(true));
        let files = |ids: &[&str]| {
            let texts: Vec<_> = ids.iter().map(|id| (format!("{id}.json"), record(id, "2026-05-01T00:00:00Z", "a").to_string())).collect();
            zip(&texts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect::<Vec<_>>())
        };
        let desk = Desk::new();
        let place = elsewhere().await;
        let other = place.db();
        let mut base = None;
        // Listed, missing for a day, listed again with the very bytes.
        for (step, ids) in [&["A-1", "A-2"][..], &["A-1"], &["A-1", "A-2"]].into_iter().enumerate() {
            scene.upstream.put("/all.zip", files(ids));
            scene.sync(&db).await.unwrap();
            let name = format!("{step}.bundle");
            desk.create(&db, &name, base.as_deref()).await;
            bundle::import(&other, now(), &desk.file(&name), &desk.public(), Older::PassOver).await.unwrap();
            assert_eq!(state(&other).await, state(&db).await, "step {step}");
            base = Some(desk.file(&name));
        }
        let standing: i64 = other.scalar("SELECT count(*) FROM advisory WHERE withdrawn IS NULL", ()).await.unwrap();
        assert_eq!(standing, 2);
    }
}

fn stix(number: u32) -> Value {
    let id = |kind: &str, number: u32| format!("{kind}--00000000-0000-4000-8000-{number:012}");
    let of = |number: u32, modified: u32| {
        json!({"type": "campaign", "spec_version": "2.1", "id": id("campaign", number), "name": format!("Crane {number}"),
        "created": "2026-01-01T00:00:00Z", "modified": format!("2026-05-{modified:02}T00:00:00Z")})
    };
    json!({"type": "bundle", "id": id("bundle", 1), "objects": [of(1, 1), of(2, number),
        {"type": "vulnerability", "spec_version": "2.1", "id": id("vulnerability", 1), "name": "CVE-2026-0001", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"},
        {"type": "relationship", "spec_version": "2.1", "id": id("relationship", 1), "relationship_type": "exploits", "source_ref": id("campaign", 1),
            "target_ref": id("vulnerability", 1), "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}]})
}

/// The current rows of every table that feeds fill.
async fn carried(db: &Db) -> Vec<String> {
    let queries = [
        "SELECT id || ' ' || source || ' ' || name || ' ' || hash || ' ' || document FROM threat",
        "SELECT cve || ' ' || threat_id FROM threat_cve",
        "SELECT kind || ' ' || id || ' ' || hash || ' ' || document FROM feed_document",
        "SELECT 'now ' || CAST(cve AS TEXT) || ' ' || CAST(score AS TEXT) || ' ' || CAST(day AS TEXT) FROM epss_score",
        "SELECT 'past ' || CAST(cve AS TEXT) || ' ' || CAST(day AS TEXT) || ' ' || CAST(score AS TEXT) FROM epss_past",
        "SELECT 'day ' || CAST(day AS TEXT) || ' ' || model || ' ' || CAST(scores AS TEXT) FROM epss_day",
    ];
    let mut lines = state(db).await;
    for query in queries {
        let rows: Vec<(String,)> = db.all(query, ()).await.unwrap();
        lines.extend(rows.into_iter().map(|row| row.0));
    }
    lines.sort_unstable();
    lines
}

/// Everything that counts, without numbers and times of arrival.
pub(crate) async fn state(db: &Db) -> Vec<String> {
    let queries = [
        "SELECT id || ' ' || hash || ' ' || COALESCE(CAST(modified AS TEXT), '') || ' ' || severity || ' ' || title || ' ' || \
         CASE WHEN withdrawn IS NULL THEN 'stands' ELSE 'withdrawn' END FROM advisory ORDER BY id",
        "SELECT v.canonical || ' ' || v.severity || ' ' || v.title || ' ' || COALESCE(CAST(v.kev_added AS TEXT), '') || ' ' || \
         CAST(v.epss_band AS TEXT) || ' ' || a.id FROM vulnerability v JOIN advisory a ON a.vulnerability_id = v.id \
         WHERE v.merged_into IS NULL ORDER BY v.canonical, a.id",
        "SELECT cve || ' ' || CAST(added_at AS TEXT) || ' ' || COALESCE(CAST(due_at AS TEXT), '') || ' ' || name FROM known_exploited ORDER BY cve",
        "SELECT CAST(cve AS TEXT) || ' ' || CAST(score AS TEXT) FROM epss_score ORDER BY cve",
        "SELECT k.ecosystem || ' ' || k.package || ' ' || a.id FROM advisory_key k JOIN advisory a ON a.no = k.advisory_no \
         ORDER BY k.ecosystem, k.package, a.id",
        "SELECT n.name || ' ' || CAST(n.relation AS TEXT) || ' ' || a.id FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
         ORDER BY n.name, n.relation, a.id",
        "SELECT CAST(count(*) AS TEXT) FROM advisory_pending",
        "SELECT t.id || ' ' || t.hash || ' ' || COALESCE(c.cve, '-') FROM threat t LEFT JOIN threat_cve c ON c.threat_id = t.id",
        "SELECT word || ' ' || threat_id FROM threat_word",
        "SELECT id || ' ' || hash || ' ' || CASE WHEN is_waiting THEN 'waits' ELSE '' END FROM threat_object",
    ];
    let mut lines = Vec::new();
    for query in queries {
        let rows: Vec<(String,)> = db.all(query, ()).await.unwrap();
        let mut rows: Vec<String> = rows.into_iter().map(|row| row.0).collect();
        // Engines order text differently.
        rows.sort_unstable();
        lines.extend(rows);
    }
    lines
}
