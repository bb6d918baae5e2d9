// SPDX-License-Identifier: Apache-2.0
//! The log of a vulnerability, reports of attackers, and what feeds bring beside records.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::read::{self, SearchIndex, VulnerabilityFilter, VulnerabilitySort};
use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer, threats};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];
const DAY: i64 = 86_400_000_000;
const START: i64 = 1_800_000_000_000_000;

async fn import(db: &Db, day: i64, documents: &[(&str, String)]) -> ImportReport {
    let now = Time::from_micros(START + day * DAY);
    let mut importer = Importer::open(db, now, "test", "file").await.unwrap();
    let documents = documents
        .iter()
        .map(|(path, text)| Document { path: (*path).to_owned(), bytes: Ok(text.clone().into_bytes()) });
    importer.take(documents.collect()).await.unwrap();
    let report = importer.finish().await.unwrap();
    assert_eq!(report.refusals, []);
    report
}

fn record(modified: &str, fixed: &str, vector: &str) -> String {
    json!({"id": "DEMO-1", "aliases": ["CVE-2026-0001"], "modified": modified, "summary": "a flaw of demo",
        "severity": [{"type": "CVSS_V3", "score": vector}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
    .to_string()
}

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

async fn log(db: &Db) -> Vec<(String, String, String, String)> {
    let row = read::vulnerability(db, "CVE-2026-0001").await.unwrap();
    let rows = read::changes_of(db, row.id).await.unwrap();
    rows.into_iter().rev().map(|row| (row.kind, row.old_value, row.new_value, row.record)).collect()
}

fn line(kind: &str, old: &str, new: &str, record: &str) -> (String, String, String, String) {
    (kind.to_owned(), old.to_owned(), new.to_owned(), record.to_owned())
}

fn bundle(modified: &str, revoked: bool) -> String {
    let id = |kind: &str| format!("{kind}--00000000-0000-4000-8000-000000000001");
    json!({"type": "bundle", "id": id("bundle"), "objects": [
        {"type": "campaign", "id": id("campaign"), "name": "Paper Crane", "created": "2026-01-01T00:00:00Z",
            "modified": modified, "revoked": revoked, "confidence": 80},
        {"type": "vulnerability", "id": id("vulnerability"), "name": "CVE-2026-0001",
            "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"},
        {"type": "relationship", "id": id("relationship"), "relationship_type": "exploits",
            "source_ref": id("campaign"), "target_ref": id("vulnerability"),
            "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}]})
    .to_string()
}

fn japanese() -> String {
    r#"<VULDEF-Document xmlns="http://jvn.jp/vuldef/" xml:lang="ja"><Vulinfo><VulinfoID>JVNDB-2026-000001</VulinfoID><VulinfoData>
    <Title>見本ソフトにおける認証不備の脆弱性</Title>
    <VulinfoDescription><Overview>ＤＥＭＯには、合言葉を確かめない欠陥があります。</Overview></VulinfoDescription>
    <Related><RelatedItem type="advisory"><VulinfoID>CVE-2026-0001</VulinfoID></RelatedItem></Related>
    </VulinfoData></Vulinfo></VULDEF-Document>"#.to_owned()
}

async fn found(db: &Db, text: &str) -> Vec<String> {
    let filter = VulnerabilityFilter { text: Some(text.to_owned()), ..VulnerabilityFilter::default() };
    let rows = SearchIndex::default().list(db, &filter, VulnerabilitySort::Severity, None, 10).await.unwrap();
    rows.into_iter().map(|row| row.canonical).collect()
}

both_engines! { SETS;
    async fn a_log_tells_what_changed_from_which_value_to_which(db: Db) {
        import(&db, 0, &[("a.json", record("2026-01-01T00:00:00Z", "1.2", HIGH))]).await;
        assert_eq!(log(&db).await, []);
        import(&db, 1, &[("a.json", record("2026-01-02T00:00:00Z", "1.3", CRITICAL))]).await;
        assert_eq!(log(&db).await, [
            line("severity", "high", "critical", "DEMO-1"),
            line("fixed", "PyPI demo 1.2", "PyPI demo 1.3", "DEMO-1"),
        ]);
        let mut gone: Value = serde_json::from_str(&record("2026-01-03T00:00:00Z", "1.3", CRITICAL)).unwrap();
        gone["withdrawn"] = json!("2026-01-03T00:00:00Z");
        import(&db, 2, &[("a.json", gone.to_string())]).await;
        let log = log(&db).await;
        assert_eq!(log[2..], [line("withdrawn", "", "", ""), line("withdrawn", "", "", "DEMO-1")]);
        let row = read::vulnerability(&db, "CVE-2026-0001").await.unwrap();
        let second = read::changes_within(&db, &[row.id], &read::Stretch::of_time(START + DAY, START + 2 * DAY)).await.unwrap();
        assert_eq!(second.len(), 2);
        assert_eq!(second[0].what, "DEMO-1: severity high → critical");
        assert_eq!(read::first_seen_within(&db, &[row.id], &read::Stretch::of_time(START, START + DAY)).await.unwrap(), [(row.id, START)]);
        assert_eq!(read::first_seen_within(&db, &[row.id], &read::Stretch::of_time(START + DAY, START + 9 * DAY)).await.unwrap(), []);
    }

    async fn a_report_stands_at_the_vulnerability_that_it_names(db: Db) {
        import(&db, 0, &[("a.json", record("2026-01-01T00:00:00Z", "1.2", HIGH))]).await;
        let report = import(&db, 1, &[("b.json", bundle("2026-01-02T00:00:00Z", false))]).await;
        assert_eq!((report.read, report.added), (3, 3));
        let named = ["CVE-2026-0001".to_owned()];
        let rows = threats::threats_of(&db, &named).await.unwrap();
        assert_eq!((rows[0].name.as_str(), rows[0].confidence, rows[0].feed.as_str()), ("Paper Crane", Some(80), "test"));
        assert_eq!(rows[0].threat().unwrap().cves, named);
        assert_eq!(log(&db).await, [line("threat", "", "Paper Crane", "")]);
        let again = import(&db, 2, &[("b.json", bundle("2026-01-02T00:00:00Z", false))]).await;
        assert_eq!((again.read, again.unchanged), (3, 3));
        // An older word does not beat a later one; a later one does.
        assert_eq!(import(&db, 3, &[("b.json", bundle("2026-01-01T00:00:00Z", true))]).await.unchanged, 3);
        assert_eq!(import(&db, 4, &[("b.json", bundle("2026-01-03T00:00:00Z", true))]).await.changed, 1);
        let row = threats::threat(&db, &rows[0].id).await.unwrap();
        assert!(row.revoked && !row.holds(Time::from_micros(START)));
        let filter = VulnerabilityFilter { reported: Some(true), ..VulnerabilityFilter::default() };
        let rows = SearchIndex::default().list(&db, &filter, VulnerabilitySort::Severity, None, 10).await.unwrap();
        assert!(rows.is_empty());
        assert!(threats::threat(&db, "campaign--x").await.is_err());
        assert_eq!(threats::threat_list(&db, "crane", true, None, 10).await.unwrap().len(), 1);
        // Full-width letters are the same letters.
        assert_eq!(threats::threat_list(&db, "Ｐａｐｅｒ　ＣＲＡＮＥ", true, None, 10).await.unwrap().len(), 1);
        assert_eq!(threats::threat_list(&db, "heron", false, None, 10).await.unwrap().len(), 0);
    }

    async fn an_object_that_cannot_be_read_is_listed_and_the_document_kept(db: Db) {
        let broken = bundle("2026-01-02T00:00:00Z", false).replacen("{\"type\":\"vulnerability\"", "{\"type\":\"campaign\",\"id\":7},{\"type\":\"vulnerability\"", 1);
        let now = Time::from_micros(START);
        let mut importer = Importer::open(&db, now, "test", "file").await.unwrap();
        let document = Document { path: "b.json".to_owned(), bytes: Ok(broken.clone().into_bytes()) };
        importer.take(vec![document]).await.unwrap();
        let report = importer.finish().await.unwrap();
        assert_eq!((report.added, report.refused), (3, 1));
        assert!(report.refusals[0].0.starts_with("b.json#"), "{:?}", report.refusals);
        let kept: i64 = db.scalar("SELECT size_bytes FROM advisory_original", ()).await.unwrap();
        assert_eq!(kept, broken.len() as i64);
    }

    async fn tables_and_ends_of_life_are_kept_once(db: Db) {
        let point = json!({"namespace": "demo", "key": "E", "version": "1.0.0", "name": "E", "schemaVersion": "2.0.0",
            "values": [{"key": "N", "name": "None"}, {"key": "A", "name": "Active"}]}).to_string();
        let documents = [("ssvc/e.json", point), ("table.csv", "row,A v1.0.0,B v1.0.0\n0,no,later\n1,yes,now\n".to_owned()),
            ("eol/demo-os.json", r#"[{"cycle": "12", "eol": "2026-06-10"}]"#.to_owned())];
        let first = import(&db, 0, &documents).await;
        assert_eq!((first.read, first.added), (3, 3));
        let again = import(&db, 1, &documents).await;
        assert_eq!((again.read, again.unchanged), (3, 3));
        assert_eq!(threats::documents_of(&db, "ssvc-point").await.unwrap()[0].id, "demo:E:1.0.0");
        assert!(threats::document(&db, "ssvc-rows", "table.csv").await.unwrap().is_some());
        assert!(threats::document(&db, "lifecycle", "demo-os").await.unwrap().unwrap().document.contains("\"12\""));
        assert_eq!(read::feed_list(&db).await.unwrap()[0].records, 3);
    }

    async fn japanese_words_find_the_vulnerability(db: Db) {
        import(&db, 0, &[("a.json", record("2026-01-01T00:00:00Z", "1.2", HIGH)), ("jvn.xml", japanese())]).await;
        for text in ["認証不備", "合言葉", "demoには", "ＤＥＭＯには", "DEMO-1", "flaw of", "ＦＬＡＷ　of", "ｄｅｍｏ-1", "ＣＶＥ-2026-0001"] {
            assert_eq!(found(&db, text).await, ["CVE-2026-0001"], "{text}");
        }
        assert_eq!(found(&db, "暗号").await, Vec::<String>::new());
        assert_eq!(found(&db, "%").await, Vec::<String>::new());
        let row = read::vulnerability(&db, "CVE-2026-0001").await.unwrap();
        let titles = threats::titles_in(&db, "ja", &[row.id]).await.unwrap();
        assert_eq!(titles, [(row.id, "見本ソフトにおける認証不備の脆弱性".to_owned())]);
        let facets = SearchIndex::default().facets(&db, &VulnerabilityFilter::default()).await.unwrap();
        assert_eq!((facets.total, facets.severities, facets.reported), (1, vec![("high".to_owned(), 1)], 0));
    }

    async fn a_part_of_any_name_finds_it_and_what_comes_later_is_found_by_the_same_index(db: Db) {
        let index = SearchIndex::default();
        let found = async |text: &str| {
            let filter = VulnerabilityFilter { text: Some(text.to_owned()), ..VulnerabilityFilter::default() };
            let rows = index.list(&db, &filter, VulnerabilitySort::Severity, None, 10).await.unwrap();
            rows.into_iter().map(|row| row.canonical).collect::<Vec<_>>()
        };
        let other = |modified: &str, aliases: &[&str], title: &str| json!({"id": "GHSA-jfh8-c2jp-5v3q", "aliases": aliases,
            "modified": modified, "summary": title, "affected": []}).to_string();
        assert_eq!(found("crane").await, Vec::<String>::new());
        import(&db, 0, &[("a.json", record("2026-01-01T00:00:00Z", "1.2", HIGH)), ("jvn.xml", japanese())]).await;
        import(&db, 0, &[("b.json", other("2026-01-01T00:00:00Z", &[], "Paper crane folds"))]).await;
        for (text, names) in [("jvndb-2026", vec!["CVE-2026-0001"]), ("demo-", vec!["CVE-2026-0001"]), ("2026-0001 flaw", vec!["CVE-2026-0001"]),
            ("JFH8-C2", vec!["GHSA-jfh8-c2jp-5v3q"]), ("crane", vec!["GHSA-jfh8-c2jp-5v3q"]), ("flaw crane", vec![])] {
            assert_eq!(found(text).await, names, "{text}");
        }
        // Another title and a name of its own; then a name that joins both.
        import(&db, 1, &[("b.json", other("2026-01-02T00:00:00Z", &["PYSEC-2026-77"], "Paper heron folds"))]).await;
        assert_eq!((found("crane").await.len(), found("heron").await.len(), found("pysec-2026").await.len()), (0, 1, 1));
        import(&db, 2, &[("b.json", other("2026-01-03T00:00:00Z", &["CVE-2026-0001"], "Paper heron folds"))]).await;
        assert_eq!((found("jfh8").await, found("pysec").await), (vec!["CVE-2026-0001".to_owned()], vec![]));
        assert_eq!(found("").await.len(), 1, "what was joined stands no more for itself");
        let filter = VulnerabilityFilter { severities: vec!["low".to_owned()], ..VulnerabilityFilter::default() };
        let facets = index.facets(&db, &filter).await.unwrap();
        assert_eq!((facets.total, facets.severities), (0, vec![("high".to_owned(), 1)]));
    }

    async fn a_name_in_any_case_leads_to_its_vulnerability(db: Db) {
        let mixed = json!({"id": "openSUSE-SU-2026:0001-1", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-0001"], "affected": []});
        let ghsa = json!({"id": "GHSA-jfh8-c2jp-5v3q", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-0001"], "affected": []});
        import(&db, 0, &[("a.json", mixed.to_string()), ("b.json", ghsa.to_string()), ("jvn.xml", japanese())]).await;
        for name in ["cve-2026-0001", "Cve-2026-0001 ", "ghsa-JFH8-c2jp-5V3Q", "GHSA-JFH8-C2JP-5V3Q", "jvndb-2026-000001",
            "OPENSUSE-su-2026:0001-1", "opensuse-SU-2026:0001-1"] {
            assert_eq!(read::vulnerability(&db, name).await.unwrap().canonical, "CVE-2026-0001", "{name}");
        }
        for unknown in ["cve-2026-000", "opensuse-su-2026:0001", "", "%"] {
            assert!(read::vulnerability(&db, unknown).await.is_err(), "{unknown}");
        }
    }
}
