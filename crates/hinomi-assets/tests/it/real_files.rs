// SPDX-License-Identifier: Apache-2.0
//! Real reports of scanners and real exports, through the import that a server offers.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_assets::files::{FilesImported, files_import};
use hinomi_assets::import::{Document, ImportRequest};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;

use crate::company::{SETS, company, console, everything};

/// Nessus, OpenVAS, Nmap, Trivy, Grype; NetBox, GLPI.
const SCANS: [&str; 8] = [
    "tenable/nessus/nessus_with_cvssv3.nessus",
    "tenable/nessus/nessus_many_vuln.xml",
    "openvas/many_vuln.xml",
    "openvas/report_detail_v2.csv",
    "nmap/nmap_multiple_port.xml",
    "trivy-golden/alpine-310.json.golden",
    "trivy-golden/debian-buster-ignore-unfixed.json.golden",
    "anchore_grype/many_vulns3.json",
];
const LISTS: [&str; 3] = [
    "netbox-demo/cmdb-devices.csv",
    "netbox-demo/cmdb-virtual-machines.csv",
    "glpi-agent/examples/computer_3.json",
];

#[expect(clippy::print_stdout, reason = "says which data is absent")]
fn archive(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HINOMI_DATA_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if !path.is_file() {
        println!("{} is absent: nothing is tested", path.display());
        return None;
    }
    Some(path)
}

/// The documents of an archive whose paths end so.
fn documents(archive: &Path, wanted: &[&str]) -> Vec<Document> {
    let mut found = Vec::new();
    hinomi_archive::walk(archive, &hinomi_archive::Limits::default(), &mut |entry| {
        if wanted.iter().any(|end| entry.path.ends_with(end)) {
            let bytes = entry.bytes.unwrap().into_owned();
            let inventory = hinomi_inventory_formats::read(&bytes, &entry.path).unwrap();
            found.push(Document { path: entry.path, bytes, inventory });
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

async fn bring(app: &hinomi_platform::App, document: &Document) -> FilesImported {
    let actor = console();
    let act = everything(app, &actor);
    files_import(&act, vec![Ok(document.clone())], &ImportRequest::default(), None).await.unwrap()
}

async fn rows(db: &Db) -> (i64, i64, i64) {
    let count = async |sql: &'static str| db.scalar::<i64>(sql, ()).await.unwrap();
    (
        count("SELECT count(*) FROM v_scan_observation").await,
        count("SELECT COALESCE(max(sequence), 0) FROM v_scan_observation").await,
        count("SELECT count(*) FROM v_snapshot").await,
    )
}

both_engines! { SETS;
    async fn what_real_scanners_saw_is_kept_and_the_same_again_writes_nothing(db: Db) {
        let Some(archive) = archive("scanner-reports.tar.zst") else { return };
        let test = TestApp::new(db.clone());
        company(&test.app).await;
        let reports = documents(&archive, &SCANS);
        assert_eq!(reports.len(), SCANS.len());
        for report in &reports {
            let before = rows(&db).await.0;
            let done = bring(&test.app, report).await;
            let file = &done.files[0];
            assert_ne!(file.outcome, "failed", "{}: {}", report.path, file.message);
            let scan = file.contents.map(|contents| contents.scans).or_else(|| file.inventory.as_ref()?.scan);
            let scan = scan.unwrap_or_default();
            let said = report.inventory.observations.len();
            assert_eq!(scan.observations, said, "{}", report.path);
            assert!(said > 0 && scan.new > 0 && scan.new <= said, "{}: {scan:?}", report.path);
            let kept = rows(&db).await;
            assert_eq!(kept.0 - before, i64::try_from(scan.new).unwrap(), "{}", report.path);
            let again = bring(&test.app, report).await;
            assert_ne!(again.files[0].outcome, "failed");
            assert_eq!(rows(&db).await, kept, "{}: the same again", report.path);
        }
        let named: i64 = db.scalar("SELECT count(DISTINCT name) FROM v_scan_vulnerability", ()).await.unwrap();
        let said: BTreeSet<String> = reports
            .iter()
            .flat_map(|report| &report.inventory.observations)
            .flat_map(|seen| hinomi_inventory::scans::Seen::from_read(seen, None).vulnerabilities)
            .collect();
        assert_eq!(usize::try_from(named).unwrap(), said.len());
    }

    async fn every_thing_of_a_real_export_is_an_asset(db: Db) {
        let Some(archive) = archive("inventory-cmdb.tar.zst") else { return };
        let test = TestApp::new(db.clone());
        company(&test.app).await;
        let exports = documents(&archive, &LISTS);
        assert_eq!(exports.len(), LISTS.len());
        for export in &exports {
            let done = bring(&test.app, export).await;
            let file = &done.files[0];
            assert_ne!(file.outcome, "failed", "{}: {}", export.path, file.message);
            if let Some(records) = file.records {
                let dropped = file.warnings.iter().filter(|text| text.contains("found again")).count();
                assert_eq!(dropped, 0, "{}: {:?}", export.path, file.warnings);
                assert_eq!(records.new, export.inventory.assets.len(), "{}", export.path);
            }
        }
        let assets: i64 = db.scalar("SELECT count(*) FROM asset", ()).await.unwrap();
        let said: usize = exports.iter().map(|export| export.inventory.assets.len()).sum();
        assert_eq!(usize::try_from(assets).unwrap(), said, "one each");
    }
}
