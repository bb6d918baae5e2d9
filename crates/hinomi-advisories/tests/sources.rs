// SPDX-License-Identifier: Apache-2.0
//! Several sources that call their records by the same CVE name: each keeps its own, and together they are one
//! vulnerability.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::import::Progress;
use hinomi_advisories::{ImportReport, Importer, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_match::{ComponentQuery, resolve};
use serde_json::{Value, json};
use std::sync::Arc;

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];

fn nvd(id: &str, product: &str, modified: &str) -> Value {
    json!({"cve": {
        "id": id, "published": "2026-01-01T00:00:00.000", "lastModified": modified, "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": format!("a flaw of {product}")}],
        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
            "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "baseScore": 9.8, "baseSeverity": "CRITICAL"}}]},
        "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{
            "vulnerable": true, "criteria": format!("cpe:2.3:a:demo:{product}:*:*:*:*:*:*:*:*"),
            "versionEndExcluding": "2.0", "matchCriteriaId": "00000000-0000-0000-0000-000000000001"}]}]}]
    }})
}

fn page(records: &[Value]) -> Value {
    json!({"resultsPerPage": records.len(), "startIndex": 0, "totalResults": records.len(),
        "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-02-01T00:00:00.000",
        "vulnerabilities": records})
}

fn cve(id: &str) -> Value {
    json!({"dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": id, "assignerOrgId": "00000000-0000-4000-8000-000000000000", "state": "PUBLISHED",
            "datePublished": "2026-01-01T00:00:00Z", "dateUpdated": "2026-03-01T00:00:00Z"},
        "containers": {"cna": {"providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000000"},
            "title": "Told by who found it",
            "descriptions": [{"lang": "en", "value": "a flaw"}],
            "affected": [{"vendor": "demo", "product": "widget", "defaultStatus": "unaffected",
                "versions": [{"version": "0", "lessThan": "2.0", "status": "affected", "versionType": "semver"}]}],
            "references": [{"url": "https://demo.example/advisory"}]}}})
}

async fn import(db: &Db, name: &str, document: &Value) -> ImportReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, document.to_string()).unwrap();
    let mut importer =
        Importer::open(db, Time::from_micros(1_800_000_000_000_000), "test", "file").await.unwrap();
    importer.import_path(&path, &Arc::new(Progress::default())).await.unwrap();
    let report = importer.finish().await.unwrap();
    assert_eq!(report.refusals, []);
    report
}

both_engines! { SETS;
    async fn one_name_from_two_sources_is_one_vulnerability_of_two_records(db: Db) {
        let year = page(&[nvd("CVE-2026-0001", "widget", "2026-02-01T00:00:00.000"),
            nvd("CVE-2026-0002", "gadget", "2026-02-01T00:00:00.000")]);
        assert_eq!(import(&db, "year.json", &year).await.added, 2);
        assert_eq!(import(&db, "cve.json", &cve("CVE-2026-0001")).await.added, 1);
        let row = read::vulnerability(&db, "CVE-2026-0001").await.unwrap();
        let mut ids: Vec<String> = read::records_of_vulnerability(&db, row.id).await.unwrap()
            .into_iter().map(|record| record.advisory.id).collect();
        ids.sort();
        assert_eq!(ids, ["CVE-2026-0001", "nvd:CVE-2026-0001"]);
        assert_eq!((row.canonical.as_str(), row.severity.as_str()), ("CVE-2026-0001", "critical"));
        let other = read::vulnerability(&db, "CVE-2026-0002").await.unwrap();
        assert_ne!(other.id, row.id);
    }

    async fn a_record_of_a_page_is_kept_and_changes_by_itself(db: Db) {
        let first = nvd("CVE-2026-0001", "widget", "2026-02-01T00:00:00.000");
        let second = nvd("CVE-2026-0002", "gadget", "2026-02-01T00:00:00.000");
        import(&db, "year.json", &page(&[first.clone(), second])).await;
        let kept = read::original(&db, "nvd:CVE-2026-0001").await.unwrap();
        let kept: Value = serde_json::from_slice(&kept).unwrap();
        assert_eq!(kept, json!({"vulnerabilities": [first]}));
        let later = nvd("CVE-2026-0002", "gadget", "2026-03-01T00:00:00.000");
        let report = import(&db, "year.json", &page(&[first, later])).await;
        assert_eq!((report.read, report.changed, report.unchanged), (2, 1, 1));
    }

    async fn a_record_is_found_by_the_product_it_configures(db: Db) {
        import(&db, "year.json", &page(&[nvd("CVE-2026-0001", "widget", "2026-02-01T00:00:00.000"),
            nvd("CVE-2026-0002", "gadget", "2026-02-01T00:00:00.000")])).await;
        let component = ComponentQuery {
            cpe: Some("cpe:2.3:a:demo:gadget:1.5:*:*:*:*:*:*:*"), name: "gadget", version: Some("1.5"),
            ..ComponentQuery::default()
        };
        let found = read::records_of_keys(&db, &resolve(&component).keys).await.unwrap();
        let ids: Vec<&str> = found.iter().map(|record| record.advisory.id.as_str()).collect();
        assert_eq!(ids, ["nvd:CVE-2026-0002"]);
    }
}
