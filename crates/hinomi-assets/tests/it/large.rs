// SPDX-License-Identifier: Apache-2.0
//! Uploads that are larger than memory should hold: the same result, from little memory.

use std::fmt::Write as _;
use std::io::{Seek as _, Write as _};

use hinomi_assets::documents::{Documents, Found};
use hinomi_assets::files::{FilesImported, files_import};
use hinomi_assets::import::ImportRequest;
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;

use crate::company::{SETS, company, console, everything};

/// A report of so many hosts with so many findings each.
fn nessus(hosts: usize, findings: usize) -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<NessusClientData_v2><Report name=\"weekly\">\n".to_owned();
    for host in 0..hosts {
        let _ = writeln!(
            text,
            "<ReportHost name=\"h{host}.example\"><HostProperties><tag name=\"host-fqdn\">h{host}.example</tag>\
             <tag name=\"host-ip\">192.0.2.{}</tag></HostProperties>",
            host % 250
        );
        for finding in 0..findings {
            let _ = writeln!(
                text,
                "<ReportItem port=\"443\" svc_name=\"www\" protocol=\"tcp\" severity=\"2\" pluginID=\"{finding}\" \
                 pluginName=\"Weak {finding}\"><cve>CVE-2024-{finding:04}</cve><solution>Update it</solution>\
                 <plugin_output>{}</plugin_output></ReportItem>",
                digits(host * findings + finding)
            );
        }
        text.push_str("</ReportHost>\n");
    }
    text.push_str("</Report></NessusClientData_v2>\n");
    text
}

/// 300 that no compression makes much shorter than half.
fn digits(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let mut text = String::new();
    while text.len() < 300 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(text, "{:012x}", state >> 16);
    }
    text
}

fn scratch(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

async fn bring(app: &hinomi_platform::App, bytes: &[u8], large_bytes: u64) -> FilesImported {
    let actor = console();
    let act = everything(app, &actor);
    let documents = Documents::of_file("upload".to_owned(), scratch(bytes), large_bytes);
    files_import(&act, documents, &ImportRequest::default(), None).await.unwrap()
}

async fn seen(db: &Db) -> Vec<(i64, i64)> {
    let sql = "SELECT carrier_id, id FROM v_scan_observation ORDER BY carrier_id, id";
    db.all(sql, ()).await.unwrap()
}

both_engines! { SETS;
    /// Cut into pieces on the way, wherever it lies, a report says what it says as a whole.
    async fn a_report_that_comes_in_pieces_is_the_same(db: Db) {
        let app = TestApp::new(db.clone());
        company(&app.app).await;
        let report = nessus(30, 12);
        let packed = zstd::bulk::compress(report.as_bytes(), 3).unwrap();
        let cut = bring(&app.app, &packed, 20_000).await;
        assert_eq!(cut.files.len(), 1, "{cut:?}");
        assert_eq!((cut.files[0].outcome.as_str(), cut.files[0].format.as_str()), ("assets", "nessus"));
        let contents = cut.files[0].contents.unwrap();
        assert_eq!((contents.scans.scans, contents.scans.observations), (30, 360));
        let before = seen(&db).await;
        assert_eq!(before.len(), 360);
        // The same report whole: nothing is new, nothing has ended.
        let whole = bring(&app.app, report.as_bytes(), 64 << 20).await;
        let again = whole.files[0].contents.unwrap().scans;
        assert_eq!((again.new, again.ended, again.scans), (0, 0, 30), "{again:?}");
        assert_eq!(seen(&db).await, before);
        // What is broken far inside is told as of the whole.
        let broken = report.replace("pluginID=\"11\"", "pluginID=11");
        let done = bring(&app.app, broken.as_bytes(), 20_000).await;
        assert_eq!(done.files[0].outcome, "failed");
        assert!(done.files[0].message.starts_with("upload: line "), "{}", done.files[0].message);
    }
}

/// The most memory that this process ever held, in bytes.
#[cfg(target_os = "linux")]
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// 40 MB of report, compressed inside an archive, in less than half its size.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_is_that_of_a_piece() {
    let report = {
        let text = nessus(1_000, 80);
        let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
        packed.write_all(text.as_bytes()).unwrap();
        assert!(text.len() > 40_000_000, "{}", text.len());
        packed.finish().unwrap()
    };
    // Memory that was given back counts no longer from here on.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak_bytes();
    let mut documents = Documents::of_file("report".to_owned(), scratch(&report), 1 << 20);
    let large = match documents.next().await {
        Some(Ok(Found::Large(large))) => large,
        other => panic!("not in pieces: {other:?}"),
    };
    assert_eq!(large.head.assets.len(), 1_000);
    let held = peak_bytes().saturating_sub(before);
    assert!(held < 20 << 20, "{held} bytes held at once");
    assert!(documents.next().await.is_none());
}
