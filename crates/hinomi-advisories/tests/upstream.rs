// SPDX-License-Identifier: Apache-2.0
//! What is known of a CVE holds for the advisories of distributions that are about it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{Importer, VulnerabilityRow, read, spoken};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use serde_json::{Value, json};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];
const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

fn osv(id: &str, relation: &str, cves: &[&str], more: Value) -> String {
    let mut record = json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-01-02T00:00:00Z", "summary": id,
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "versions": ["3.0.11-1"]}]
    });
    record[relation] = json!(cves);
    for (key, value) in more.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    record.to_string()
}

/// What is known of `CVE-2026-0001` on its own: an entry of a catalogue, a score, a record with a vector.
fn facts() -> [String; 3] {
    let kev = json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.01.05",
        "dateReleased": "2026-01-05T00:00:00.0000Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2026-0001", "vendorProject": "Demo", "product": "Demo", "vulnerabilityName": "Demo",
            "dateAdded": "2026-01-05", "shortDescription": "Demo", "requiredAction": "Update.",
            "dueDate": "2026-01-26", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []}]
    });
    let scores = "#model_version:v1,score_date:2026-01-05T00:00:00+0000\ncve,epss,percentile\n\
                  CVE-2026-0001,0.97,0.99\nCVE-2026-0002,0.2,0.5\n";
    let severity = json!({"severity": [{"type": "CVSS_V3", "score": CRITICAL}]});
    [kev.to_string(), scores.to_owned(), osv("GHSA-one", "aliases", &["CVE-2026-0001"], severity)]
}

async fn import(db: &Db, texts: &[String]) {
    let now = Time::from_micros(1_800_000_000_000_000);
    let mut importer = Importer::open(db, now, "test", "upload").await.unwrap();
    for (number, text) in texts.iter().enumerate() {
        let name = if text.starts_with('#') { "epss.csv".to_owned() } else { format!("{number}.json") };
        importer.take(vec![Document { path: name, bytes: Ok(text.clone().into_bytes()) }]).await.unwrap();
    }
    let report = importer.finish().await.unwrap();
    assert_eq!(report.refused, 0, "{report:?}");
}

async fn of(db: &Db, name: &str) -> VulnerabilityRow {
    read::vulnerability(db, name).await.unwrap()
}

fn told(row: &VulnerabilityRow) -> (bool, bool, i64, &str, Option<f64>) {
    (row.known_exploited, row.kev_due.is_some(), row.epss_band, &row.severity, row.score)
}

const WORST: (bool, bool, i64, &str, Option<f64>) = (true, true, 4, "critical", Some(9.8));

fn advisories() -> [String; 2] {
    [
        osv("DSA-5600-1", "upstream", &["CVE-2026-0001", "CVE-2026-0002"], json!({})),
        osv("ALSA-2026:1", "related", &["CVE-2026-0001"], json!({})),
    ]
}

both_engines! { SETS;
    async fn facts_reach_advisories_that_came_before_them_and_after_them(db: Db) {
        import(&db, &advisories()).await;
        assert_eq!(told(&of(&db, "DSA-5600-1").await), (false, false, 0, "unrated", None));
        import(&db, &facts()).await;
        import(&db, &[osv("USN-1-1", "upstream", &["CVE-2026-0001"], json!({}))]).await;
        for name in ["DSA-5600-1", "ALSA-2026:1", "USN-1-1"] {
            let row = of(&db, name).await;
            assert_eq!((told(&row), row.canonical.as_str()), (WORST, name));
            assert_eq!(row.severity_reason, "CVSS_V3 vector of GHSA-one", "who said it");
            assert!(read::likelihood_of(&db, &row.about).await.unwrap().unwrap().0.score.value() > 0.9);
        }
        assert_eq!(of(&db, "DSA-5600-1").await.about, "CVE-2026-0001 CVE-2026-0002");
    }

    async fn a_rating_of_its_own_stands_and_what_is_withdrawn_tells_nothing(db: Db) {
        import(&db, &facts()).await;
        let low = json!({"database_specific": {"severity": "LOW"}});
        import(&db, &[osv("DSA-5601-1", "upstream", &["CVE-2026-0001"], low)]).await;
        let row = of(&db, "DSA-5601-1").await;
        assert_eq!((row.severity.as_str(), row.known_exploited), ("low", true));
        let gone = json!({"withdrawn": "2026-01-03T00:00:00Z", "modified": "2026-01-03T00:00:00Z"});
        import(&db, &[osv("DSA-5601-1", "upstream", &["CVE-2026-0001"], gone)]).await;
        assert!(!of(&db, "DSA-5601-1").await.known_exploited);
    }

    async fn a_cve_leads_to_the_advisories_about_it_and_not_the_other_way(db: Db) {
        import(&db, &advisories()).await;
        import(&db, &facts()).await;
        let (cve, debian, alma) =
            (of(&db, "CVE-2026-0001").await.id, of(&db, "DSA-5600-1").await.id, of(&db, "ALSA-2026:1").await.id);
        let mut ids = read::ids_about(&db, "cve-2026-0001").await.unwrap();
        ids.sort_unstable();
        let mut wanted = vec![cve, debian, alma];
        wanted.sort_unstable();
        assert_eq!(ids, wanted);
        assert_eq!(spoken::with_followers(&db, debian).await.unwrap(), [debian]);
    }
}
