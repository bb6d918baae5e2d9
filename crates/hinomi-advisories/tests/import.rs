// SPDX-License-Identifier: Apache-2.0
//! Records in: what counts, what is kept, how they are grouped, and what a break leaves behind.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer, VulnerabilityRow, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_advisories::MIGRATIONS];

fn now() -> Time {
    Time::from_micros(1_800_000_000_000_000)
}

fn record(id: &str, aliases: &[&str], day: u32, severity: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": format!("2026-01-{day:02}T00:00:00Z"), "aliases": aliases,
        "summary": format!("{id} of day {day}"), "database_specific": {"severity": severity},
        "affected": [{"package": {"ecosystem": "PyPI", "name": id.to_lowercase()}, "versions": ["1.0"]}]
    })
}

fn kev(cve: &str) -> Value {
    json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.01.05",
        "dateReleased": "2026-01-05T00:00:00.0000Z", "count": 1,
        "vulnerabilities": [{"cveID": cve, "vendorProject": "Demo", "product": "Demo", "vulnerabilityName": "Demo",
            "dateAdded": "2026-01-05", "shortDescription": "Demo", "requiredAction": "Update.",
            "dueDate": "2026-01-26", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []}]
    })
}

fn documents(values: &[Value]) -> Vec<Document> {
    let document = |(index, value): (usize, &Value)| Document {
        path: format!("{index}.json"),
        bytes: Ok(value.to_string().into_bytes()),
    };
    values.iter().enumerate().map(document).collect()
}

async fn import(db: &Db, values: &[Value]) -> ImportReport {
    let mut importer = Importer::open(db, now(), "test", "upload").await.unwrap();
    importer.take(documents(values)).await.unwrap();
    importer.finish().await.unwrap()
}

async fn of(db: &Db, name: &str) -> VulnerabilityRow {
    read::vulnerability(db, name).await.unwrap()
}

/// Names of the standing vulnerabilities with the records of each.
async fn groups(db: &Db) -> Vec<(String, Vec<String>)> {
    let mut groups = Vec::new();
    for row in read::vulnerabilities_all(db).await.unwrap() {
        let records = read::records_of_vulnerability(db, row.id).await.unwrap();
        let ids: Vec<String> = records.into_iter().map(|record| record.advisory.id).collect();
        if !ids.is_empty() {
            groups.push((row.canonical, ids));
        }
    }
    groups.sort();
    groups
}

fn group(name: &str, records: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), records.iter().map(|id| (*id).to_owned()).collect())
}

both_engines! { SETS;
    async fn the_same_again_writes_nothing(db: Db) {
        let records = [record("A-1", &["CVE-2026-1"], 2, "HIGH"), record("B-1", &[], 2, "LOW")];
        let first = import(&db, &records).await;
        assert_eq!((first.read, first.added, first.changed, first.unchanged), (2, 2, 0, 0));
        let marks = (read::records_changed_since(&db, 0).await.unwrap().1, of(&db, "A-1").await.sequence);
        let again = import(&db, &records).await;
        assert_eq!((again.read, again.added, again.changed, again.unchanged), (2, 0, 0, 2));
        assert_eq!((read::records_changed_since(&db, 0).await.unwrap().1, of(&db, "A-1").await.sequence), marks);
    }

    async fn the_later_record_counts_in_any_order_and_the_loser_is_kept(db: Db) {
        import(&db, &[record("A-1", &[], 5, "HIGH")]).await;
        let older = import(&db, &[record("A-1", &[], 3, "LOW")]).await;
        assert_eq!((older.changed, older.unchanged), (0, 1));
        assert_eq!((of(&db, "A-1").await.title.as_str(), of(&db, "A-1").await.severity.as_str()), ("A-1 of day 5", "high"));
        let originals: i64 = db.scalar("SELECT count(*) FROM advisory_original", ()).await.unwrap();
        assert_eq!(originals, 2);
        import(&db, &[record("A-1", &[], 9, "LOW")]).await;
        assert_eq!(of(&db, "A-1").await.severity, "low");
        let inside = [record("C-1", &[], 2, "LOW"), record("C-1", &[], 4, "HIGH"), record("C-1", &[], 3, "LOW")];
        import(&db, &inside).await;
        assert_eq!(of(&db, "C-1").await.title, "C-1 of day 4");
    }

    async fn a_corrected_alias_leaves_the_others_where_they_are(db: Db) {
        import(&db, &[record("GHSA-a", &["CVE-2026-5"], 2, "HIGH"), record("GHSA-b", &["CVE-2026-5"], 2, "LOW")]).await;
        let old = of(&db, "CVE-2026-5").await.id;
        assert_eq!(groups(&db).await, [group("CVE-2026-5", &["GHSA-a", "GHSA-b"])]);
        import(&db, &[record("GHSA-a", &["CVE-2026-3"], 3, "HIGH")]).await;
        assert_eq!(groups(&db).await, [group("CVE-2026-3", &["GHSA-a"]), group("CVE-2026-5", &["GHSA-b"])]);
        assert_eq!((of(&db, "CVE-2026-5").await.id, of(&db, "CVE-2026-5").await.severity.as_str()), (old, "low"));
        import(&db, &[record("GHSA-a", &["CVE-2026-5"], 4, "HIGH")]).await;
        assert_eq!(groups(&db).await, [group("CVE-2026-5", &["GHSA-a", "GHSA-b"])]);
        assert_eq!(of(&db, "CVE-2026-3").await.id, old, "an old name leads to what stands for it now");
    }

    async fn a_bridge_merges_two_and_the_old_number_follows(db: Db) {
        import(&db, &[record("GHSA-a", &[], 2, "HIGH"), record("PYSEC-b", &[], 2, "LOW")]).await;
        let (left, right) = (of(&db, "GHSA-a").await.id, of(&db, "PYSEC-b").await.id);
        assert_ne!(left, right);
        import(&db, &[record("PYSEC-b", &["GHSA-a"], 3, "LOW")]).await;
        assert_eq!(groups(&db).await.len(), 1);
        for id in [left, right] {
            let row = read::vulnerability_by_id(&db, id).await.unwrap().unwrap();
            assert_eq!((row.merged_into, row.severity.as_str()), (None, "high"));
        }
    }

    async fn known_exploited_meets_records_before_and_after(db: Db) {
        import(&db, &[record("GHSA-a", &["CVE-2026-1"], 2, "HIGH")]).await;
        import(&db, &[kev("CVE-2026-1"), kev("CVE-2026-2")]).await;
        assert!(of(&db, "GHSA-a").await.known_exploited);
        import(&db, &[record("GHSA-b", &["CVE-2026-2"], 2, "HIGH")]).await;
        let row = of(&db, "GHSA-b").await;
        assert!(row.known_exploited && row.kev_due.is_some());
        assert_eq!(import(&db, &[kev("CVE-2026-1")]).await.unchanged, 1);
    }

    async fn a_run_that_breaks_off_loses_nothing(db: Db) {
        import(&db, &[record("GHSA-a", &["CVE-2026-1"], 2, "LOW")]).await;
        let mut broken = Importer::open(&db, now(), "test", "upload").await.unwrap();
        let values = [record("GHSA-a", &["CVE-2026-1"], 3, "HIGH"), record("NEW-1", &[], 2, "LOW"), kev("CVE-2026-1")];
        broken.take(documents(&values)).await.unwrap();
        drop(broken);
        assert_eq!(of(&db, "GHSA-a").await.severity, "low");
        read::group_pending(&db, now()).await.unwrap();
        let row = of(&db, "GHSA-a").await;
        assert_eq!((row.severity.as_str(), row.known_exploited), ("high", true));
        assert_eq!(of(&db, "NEW-1").await.severity, "low");
        let waiting: i64 = db.scalar("SELECT count(*) FROM advisory_pending", ()).await.unwrap();
        assert_eq!(waiting, 0);
    }

    async fn imports_at_once_end_as_one_after_the_other(db: Db) {
        let run = |from: u32| {
            let db = db.clone();
            tokio::spawn(async move {
                let records: Vec<Value> = (from..from + 40)
                    .map(|number| record(&format!("X-{number}"), &[&format!("CVE-2026-{}", number % 30)], 1 + from % 9, "LOW"))
                    .collect();
                import(&db, &records).await
            })
        };
        for run in [run(0), run(20), run(10), run(5)] {
            run.await.unwrap();
        }
        let orphans: i64 = db
            .scalar("SELECT count(*) FROM advisory_name WHERE advisory_no NOT IN (SELECT no FROM advisory)", ())
            .await
            .unwrap();
        assert_eq!(orphans, 0);
        let groups = groups(&db).await;
        assert_eq!((groups.len(), groups.iter().map(|(_, ids)| ids.len()).sum::<usize>()), (30, 60));
        assert!(groups.iter().all(|(_, ids)| ids.len() == 2), "{groups:?}");
        // The greatest day among 0, 20, 10 and 5 that brought it counts.
        assert_eq!(of(&db, "X-25").await.title, "X-25 of day 6");
    }
}
