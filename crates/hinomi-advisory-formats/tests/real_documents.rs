// SPDX-License-Identifier: Apache-2.0
//! Every file of the set of exploited, scored and decided things is read, or refused with a reason that was looked at by
//! hand; real threat intelligence gives what an independent count gives.
//!
//! The data lies outside the repository; without it the tests say so and pass.

#![cfg(test)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use hinomi_advisory_formats::ssvc::SsvcDocument;
use hinomi_advisory_formats::threat::{Threat, ThreatKind};
use hinomi_advisory_formats::{Document, read_document};

fn data_dir() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("HINOMI_DATA_DIR").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

fn each_file(dir: &Path, archive: &str, mut visit: impl FnMut(&str, &[u8])) {
    let mut decoder =
        zstd::stream::read::Decoder::new(std::fs::File::open(dir.join(archive)).unwrap()).unwrap();
    decoder.window_log_max(27).unwrap();
    let mut tar = tar::Archive::new(decoder);
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        visit(&path, &bytes);
    }
}

#[test]
fn every_file_on_exploitation_is_read_or_is_a_schema() {
    let Some(dir) = data_dir() else { return };
    let (mut counts, mut refused) = (BTreeMap::new(), Vec::new());
    let (mut catalogues, mut tables) = (Vec::new(), BTreeMap::new());
    each_file(&dir, "kev-epss-ssvc.tar.zst", |path, bytes| {
        let kind = match read_document(bytes, path) {
            Ok(Document::KnownExploited(catalogue)) => {
                catalogues.push((path.to_owned(), catalogue.entries));
                "catalogue"
            }
            Ok(Document::Scores(_)) => "scores",
            Ok(Document::Ssvc(document)) => match *document {
                SsvcDocument::Point(_) => "point",
                SsvcDocument::Table(table) => {
                    tables.insert(table.key.clone(), table);
                    "table"
                }
                SsvcDocument::Rows(_) => "rows",
                SsvcDocument::Registry { points, tables } => {
                    assert_eq!((points.len(), tables.len()), (148, 16));
                    "registry"
                }
                SsvcDocument::Selections(_) => "selections",
            },
            Ok(other) => panic!("{path}: {other:?}"),
            Err(error) => {
                refused.push(error.to_string());
                return;
            }
        };
        *counts.entry(kind).or_insert(0) += 1;
    });
    println!("{counts:?}");
    // Counted by hand: the thirteen schemas are what is refused, and nothing else.
    assert_eq!(refused.len(), 13, "{refused:#?}");
    assert!(refused.iter().all(|reason| reason.contains("a JSON schema")), "{refused:#?}");
    let expected =
        [("catalogue", 3), ("point", 147), ("registry", 1), ("rows", 16), ("scores", 2), ("table", 16)];
    assert_eq!(counts, BTreeMap::from(expected));
    let named = |name: &str| &catalogues.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
    let (json, csv) = (named("vulnerabilities.json"), named("vulnerabilities.csv"));
    assert_eq!((json.len(), named("2025-07-20.json").len()), (1_404, 1_382));
    assert!(json.iter().zip(csv).all(|(left, right)| {
        (&left.cve, left.added_micros(), left.due_micros(), left.in_ransomware(), &left.cwes)
            == (&right.cve, right.added_micros(), right.due_micros(), right.in_ransomware(), &right.cwes)
    }));
    assert_eq!(csv.len(), json.len());
    let deployer = &tables["DT_DP"];
    assert_eq!((deployer.mapping.len(), deployer.inputs().count()), (72, 4));
}

#[test]
fn real_threat_intelligence_is_read_whole() {
    let Some(dir) = data_dir() else { return };
    let mut threats: Vec<Threat> = Vec::new();
    each_file(&dir, "governance.tar.zst", |path, bytes| {
        if path.ends_with("attack/ics-attack.json") {
            let Ok(Document::Threats(read)) = read_document(bytes, path) else { panic!("{path}") };
            assert_eq!(read.warnings, []);
            threats = read.alone();
        }
    });
    let mut kinds: BTreeMap<ThreatKind, usize> = BTreeMap::new();
    for threat in &threats {
        *kinds.entry(threat.kind).or_default() += 1;
    }
    let links: usize = threats.iter().map(|threat| threat.techniques.len() - threat.reached.len()).sum();
    let revoked = threats.iter().filter(|threat| threat.revoked).count();
    // Counted by a script of its own: objects by type, relationships with a technique of ATT&CK at their end.
    let expected = [(ThreatKind::Campaign, 8), (ThreatKind::IntrusionSet, 16), (ThreatKind::Malware, 30)];
    assert_eq!(kinds, BTreeMap::from(expected));
    assert_eq!((links, revoked), (246, 10));
}
