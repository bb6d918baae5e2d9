// SPDX-License-Identifier: Apache-2.0
//! A registry that points at an upstream, records to serve, and what the database knows afterwards.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use hinomi_advisories::read;
use hinomi_core::Time;
use hinomi_db::{Db, Migration};
use hinomi_feeds::{Common, FeedError, Kind, Override, Registry, Synced, Syncer};
use hinomi_testkit::Upstream;
use serde_json::{Value, json};

pub(crate) const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];

pub(crate) fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub(crate) fn now() -> Time {
    at("2026-06-01T12:00:00Z")
}

pub(crate) struct Scene {
    pub(crate) upstream: Upstream,
    pub(crate) syncer: Syncer,
    folder: tempfile::TempDir,
    registry: Arc<Registry>,
}

/// A feed of this kind at a path of a new upstream, as the configuration would have it.
pub(crate) fn scene(kind: Kind, path: &str, change: impl FnOnce(&mut Override)) -> Scene {
    let upstream = Upstream::start();
    let mut feed = Override {
        kind: Some(kind),
        url: Some(upstream.url(path)),
        enabled: Some(true),
        pause_ms: Some(0),
        ..Override::default()
    };
    change(&mut feed);
    scene_of(upstream, BTreeMap::from([("test".to_owned(), feed)]), &["127.0.0.1"])
}

pub(crate) fn scene_of(upstream: Upstream, feeds: BTreeMap<String, Override>, allowed: &[&str]) -> Scene {
    scene_with(upstream, feeds, common(allowed))
}

pub(crate) fn common(allowed: &[&str]) -> Common {
    Common {
        allow_private: allowed.iter().map(|&entry| entry.to_owned()).collect(),
        attempts: Some(3),
        first_wait_ms: Some(1),
        ..Common::default()
    }
}

pub(crate) fn scene_with(upstream: Upstream, feeds: BTreeMap<String, Override>, common: Common) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let registry = Arc::new(Registry::new(&common, &feeds).unwrap());
    let syncer = Syncer::new(Arc::clone(&registry), folder.path().join("staging"));
    Scene { upstream, syncer, folder, registry }
}

impl Scene {
    pub(crate) async fn sync(&self, db: &Db) -> Result<Synced, FeedError> {
        self.syncer.run(db, "test", now()).await
    }

    /// The same feeds, with nothing fetched before.
    pub(crate) fn syncer_anew(&self) -> Syncer {
        Syncer::new(Arc::clone(&self.registry), self.folder.path().join("anew"))
    }

    /// Counts of a run that went well: read, added, changed, unchanged, refused, held.
    pub(crate) async fn counts(&self, db: &Db) -> [u64; 6] {
        let report = self.sync(db).await.unwrap().report;
        [report.read, report.added, report.changed, report.unchanged, report.refused, report.held]
    }
}

/// An OSV record.
pub(crate) fn record(id: &str, modified: &str, package: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": modified, "summary": format!("{id} as of {modified}"),
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, "versions": ["1.0"]}]
    })
}

/// A CVE record.
pub(crate) fn cve(id: &str, updated: &str) -> Value {
    json!({
        "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": id, "assignerOrgId": "00000000-0000-4000-9000-000000000000", "state": "PUBLISHED",
            "datePublished": "2026-01-01T00:00:00.000Z", "dateUpdated": updated},
        "containers": {"cna": {
            "providerMetadata": {"orgId": "00000000-0000-4000-9000-000000000000"},
            "descriptions": [{"lang": "en", "value": format!("{id} as of {updated}")}],
            "affected": [{"vendor": "demo", "product": "demo", "versions": [{"version": "1", "status": "affected"}]}],
            "references": [{"url": "https://example.com/"}]}}
    })
}

pub(crate) fn kev(entries: &[(&str, &str)]) -> Value {
    let list: Vec<Value> = entries
        .iter()
        .map(|(cve, day)| json!({"cveID": cve, "vulnerabilityName": cve, "dateAdded": day, "requiredAction": "Update."}))
        .collect();
    json!({"title": "Demo", "catalogVersion": "1", "dateReleased": "2026-01-01T00:00:00Z", "vulnerabilities": list})
}

pub(crate) fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Each record that counts: id, and the title that tells which state of it.
pub(crate) async fn records(db: &Db) -> Vec<(String, String)> {
    let rows: Vec<(String, String)> = db.all("SELECT id, title FROM advisory ORDER BY id", ()).await.unwrap();
    rows
}

pub(crate) async fn ids(db: &Db) -> Vec<String> {
    records(db).await.into_iter().map(|(id, _)| id).collect()
}

/// What the list of feeds says of the one under test.
pub(crate) async fn health(db: &Db) -> hinomi_advisories::sync::FeedHealthRow {
    let rows = hinomi_advisories::sync::feed_health(db).await.unwrap();
    rows.into_iter().find(|row| row.name == "test").unwrap()
}

pub(crate) async fn refusals(db: &Db) -> Vec<String> {
    let rows = read::refusal_list(db, None, ("", ""), 100).await.unwrap();
    rows.into_iter().map(|row| format!("{}: {}", row.path, row.reason)).collect()
}
