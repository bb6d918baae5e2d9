// SPDX-License-Identifier: Apache-2.0
//! Records in: what counts, what is kept, how they are grouped, and what a break leaves behind.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer, VulnerabilityRow, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];

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
    async fn a_severity_says_why_in_a_form_for_any_language(db: Db) {
        let mut vector = record("V-1", &[], 2, "LOW");
        vector["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]);
        let mut unrated = record("N-1", &[], 2, "LOW");
        unrated.as_object_mut().unwrap().remove("database_specific");
        import(&db, &[vector, record("W of-1", &[], 2, "HIGH"), unrated]).await;
        let why = async |name: &str| {
            let row = of(&db, name).await;
            let why = row.why_severity();
            (why.text_key, why.record.map(str::to_owned), why.cvss)
        };
        assert_eq!(why("V-1").await, ("severity-reason-vector", Some("V-1".to_owned()), Some("3")));
        assert_eq!(why("W of-1").await, ("severity-reason-word", Some("W of-1".to_owned()), None));
        assert_eq!(why("N-1").await, ("severity-reason-none", None, None));
    }

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

    async fn a_distributions_advisory_is_known_exploited_when_what_it_is_about_is(db: Db) {
        let about = |id: &str, field: &str, cves: &[&str]| {
            let mut record = record(id, &[], 2, "HIGH");
            record[field] = cves.into();
            record
        };
        let listed = async |id: &str| of(&db, id).await.known_exploited;
        import(&db, &[about("DSA-1-1", "upstream", &["CVE-2026-1", "CVE-2026-3"]), about("ALSA-2026:1", "related", &["CVE-2026-1"]),
            about("GHSA-r", "related", &["CVE-2026-1"])]).await;
        assert!(!listed("DSA-1-1").await);
        import(&db, &[kev("CVE-2026-1")]).await;
        // To be about it is enough; to be related is not, but where CVEs are named in no other way.
        assert_eq!((listed("DSA-1-1").await, listed("ALSA-2026:1").await, listed("GHSA-r").await), (true, true, false));
        assert!(of(&db, "DSA-1-1").await.kev_due.is_some());
        // A record that comes later, and one that is about something else now.
        let mut corrected = about("DSA-1-1", "upstream", &["CVE-2026-3"]);
        corrected["modified"] = "2026-01-09T00:00:00Z".into();
        import(&db, &[about("USN-1-1", "upstream", &["CVE-2026-1"]), corrected]).await;
        assert_eq!((listed("USN-1-1").await, listed("DSA-1-1").await), (true, false));
        assert_eq!(groups(&db).await.len(), 4, "nothing is merged for it");
        let empty = kev("CVE-2026-9");
        let mut importer = Importer::open(&db, now(), "test", "file").await.unwrap().complete(true);
        importer.take(documents(std::slice::from_ref(&empty))).await.unwrap();
        importer.fail("stopped").await.unwrap();
        assert!(!listed("USN-1-1").await && !listed("ALSA-2026:1").await);
    }

    async fn each_list_of_known_exploited_keeps_its_own_entries(db: Db) {
        import(&db, &[record("GHSA-a", &["CVE-2026-1"], 2, "HIGH")]).await;
        let day = |text: &str| text.parse::<Time>().unwrap().as_micros();
        let listed = |added: &str, due: &str, ransomware: &str| {
            let mut list = kev("CVE-2026-1");
            let entry = &mut list["vulnerabilities"][0];
            entry["dateAdded"] = added.into();
            entry["dueDate"] = due.into();
            entry["knownRansomwareCampaignUse"] = ransomware.into();
            entry["vulnerabilityName"] = format!("listed {added}").into();
            list
        };
        let empty = kev("CVE-2026-9");
        let take = async |name: &str, list: &Value| {
            let mut importer = Importer::open(&db, now(), name, "file").await.unwrap().complete(true);
            importer.take(documents(std::slice::from_ref(list))).await.unwrap();
            importer.finish().await.unwrap()
        };
        let (first, second) = (listed("2026-01-05", "2026-02-26", "Unknown"), listed("2026-01-08", "2026-01-20", "Known"));
        take("kev", &first).await;
        assert_eq!(take("our-kev", &second).await.added, 1);
        let row = read::known_exploited(&db, "CVE-2026-1").await.unwrap().unwrap();
        assert_eq!((row.added_at, row.due_at), (day("2026-01-05T00:00:00Z"), Some(day("2026-01-20T00:00:00Z"))));
        assert_eq!((row.ransomware, row.name.as_str()), (true, "listed 2026-01-05"));
        assert_eq!(read::known_exploited_by(&db, "CVE-2026-1").await.unwrap(), ["kev", "our-kev"]);
        // Said again by either: nothing to write, whoever spoke last.
        assert_eq!((take("kev", &first).await.unchanged, take("our-kev", &second).await.unchanged), (1, 1));
        assert_eq!(of(&db, "GHSA-a").await.kev_due, Some(day("2026-01-20T00:00:00Z")));
        // Struck off one list, it stands on the other.
        take("our-kev", &empty).await;
        let row = of(&db, "GHSA-a").await;
        assert_eq!((row.known_exploited, row.kev_due), (true, Some(day("2026-02-26T00:00:00Z"))));
        take("kev", &empty).await;
        assert!(!of(&db, "GHSA-a").await.known_exploited);
        assert!(read::known_exploited(&db, "CVE-2026-9").await.unwrap().is_some());
    }

    async fn a_feed_counts_its_own_entries_of_the_catalogue_and_lists_what_was_refused_until_it_reads_well(db: Db) {
        let feed = async |name: &str| {
            read::feed_list(&db).await.unwrap().into_iter().find(|row| row.name == name).unwrap()
        };
        let refused = async || read::refusal_list(&db, None, ("", ""), 10).await.unwrap();
        let mut catalogue = kev("CVE-2026-1");
        let mut second = catalogue["vulnerabilities"][0].clone();
        second["cveID"] = "CVE-2026-2".into();
        second["dateAdded"] = "soon".into();
        catalogue["vulnerabilities"].as_array_mut().unwrap().push(second);
        let take = async |name: &str, documents: Vec<Document>| {
            let mut importer = Importer::open(&db, now(), name, "file").await.unwrap();
            importer.take(documents).await.unwrap();
            importer.finish().await.unwrap()
        };
        let report = take("kev", documents(std::slice::from_ref(&catalogue))).await;
        assert_eq!((report.read, report.added, report.refused), (1, 1, 1));
        assert_eq!((feed("kev").await.records, feed("kev").await.refused), (1, 1));
        let listed = refused().await;
        assert_eq!((listed[0].path.as_str(), listed[0].reason.as_str()), ("0.json#CVE-2026-2", "dateAdded \"soon\" is no date"));

        let broken = |path: &str| Document { path: path.to_owned(), bytes: Ok(b"{ \"id\": ".to_vec()) };
        take("osv", vec![broken("0.json"), broken("C#.json")]).await;
        assert_eq!((feed("osv").await.refused, refused().await.len()), (2, 3));
        let of_osv = async |after: (&str, &str)| read::refusal_list(&db, Some("osv"), after, 1).await.unwrap();
        let first = of_osv(("", "")).await.remove(0);
        let second = of_osv((&first.feed, &first.path)).await.remove(0);
        assert_eq!((first.path.as_str(), second.path.as_str()), ("0.json", "C#.json"));
        assert!(of_osv((&second.feed, &second.path)).await.is_empty());
        assert!(read::refusal_list(&db, Some("nobody"), ("", ""), 9).await.unwrap().is_empty());
        // Of another feed, and another document: still refused.
        take("other", documents(&[record("A-1", &[], 2, "LOW")])).await;
        take("osv", vec![Document { path: "1.json".into(), bytes: Ok(record("A-2", &[], 2, "LOW").to_string().into_bytes()) }]).await;
        assert_eq!(feed("osv").await.refused, 2);
        take("osv", documents(&[record("A-3", &[], 2, "LOW")])).await;
        take("osv", vec![Document { path: "C#.json".into(), bytes: Ok(record("A-4", &[], 2, "LOW").to_string().into_bytes()) }]).await;
        catalogue["vulnerabilities"][1]["dateAdded"] = "2026-01-06".into();
        take("kev", documents(std::slice::from_ref(&catalogue))).await;
        assert!(refused().await.is_empty(), "{:?}", refused().await);
        assert_eq!((feed("osv").await.refused, feed("kev").await.refused, feed("kev").await.records), (0, 0, 2));
    }

    async fn facts_of_the_program_never_look_old_and_a_feed_does_after_what_the_company_allows(db: Db) {
        let mut importer = Importer::open(&db, now(), "end-of-life", "built-in").await.unwrap();
        importer.take(documents(&[record("E-1", &[], 2, "LOW")])).await.unwrap();
        importer.finish().await.unwrap();
        import(&db, &[record("A-1", &[], 2, "LOW")]).await;
        let later = now().plus_days(3);
        let old = async || {
            let oldest_fine = hinomi_advisories::settings::oldest_fine_seconds(&db).await.unwrap();
            let rows = read::feed_list(&db).await.unwrap();
            let old = |row: &hinomi_advisories::FeedRow| (row.name.clone(), row.age_seconds(later), row.is_old(later, oldest_fine));
            rows.iter().map(old).collect::<Vec<_>>()
        };
        let named = |name: &str, age, old| (name.to_owned(), age, old);
        assert_eq!(old().await, [named("end-of-life", None, false), named("test", Some(3 * 86_400), true)]);
        let app = hinomi_platform::testing::TestApp::new(db.clone()).app.with_settings(hinomi_advisories::settings());
        let console = hinomi_platform::testing::console();
        hinomi_platform::settings::put(&app, &console, "feed-old-hours", &72.into(), None).await.unwrap();
        assert_eq!(old().await[1], named("test", Some(3 * 86_400), false));
    }

    async fn one_import_waits_for_the_other(db: Db) {
        let held = Importer::open(&db, now(), "one", "upload").await.unwrap();
        let mut second = Box::pin(Importer::open(&db, now(), "two", "upload"));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), &mut second).await.is_err());
        held.finish().await.unwrap();
        second.await.unwrap().finish().await.unwrap();
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
