// SPDX-License-Identifier: Apache-2.0
//! Real records of the NVD, of CVE issuers and of makers (CSAF, OpenVEX) in one index, against a list of products whose
//! answers were worked out by hand, each with its reason.
//!
//! All year files of the NVD are read; of the sets with a file for each CVE, those of the CVEs on the list: reading the
//! others takes minutes without optimisation and changes no answer.

#![cfg(test)]

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_archive::{Limits, walk};
use hinomi_match::{ComponentQuery, Index};

const MAKERS: &str = "csaf-vex.tar.zst";

/// Of the makers' documents, those on products of the list; most others are examples of what is no CSAF.
const FOLDERS: [&str; 3] =
    ["redhat-vex-claircore/", "redhat-csaf-vunnel/advisories/", "openvex-misc/chainguard-libraries/"];

fn data_dir() -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let dir = PathBuf::from(std::env::var("HINOMI_DATA_DIR").unwrap_or_else(|_| fallback.to_owned()));
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

#[test]
fn real_records_answer_as_argued_by_hand() {
    let Some(dir) = data_dir() else { return };
    let mut builder = Index::builder();
    let (mut records, mut bad) = (0, 0);
    let answers: Vec<&str> =
        include_str!("nvd_expected.tsv").lines().filter(|line| !line.starts_with('#')).collect();
    let asked: HashSet<&str> = answers.iter().filter_map(|line| line.split('\t').nth(1)).collect();
    for set in ["nvd.tar.zst", "cve5-vulnrichment.tar.zst", MAKERS] {
        walk(&dir.join(set), &Limits::default(), &mut |entry| {
            let name = entry.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
            let is_other = set == MAKERS && !FOLDERS.iter().any(|folder| entry.path.contains(folder));
            if is_other || (name.starts_with("CVE-") && !asked.contains(name)) {
                return ControlFlow::Continue(());
            }
            let bytes = entry.bytes.unwrap();
            // Beside the records lie lists of where they come from.
            let _refused = hinomi_advisory_formats::read_each(&bytes, &entry.path, &mut |record| {
                if let Ok(advisory) = record {
                    records += 1;
                    bad += builder.add(&advisory).len();
                }
            });
            ControlFlow::Continue(())
        })
        .unwrap();
    }
    assert!(records > 55_000, "{records} records");
    assert!(bad < 800, "{bad} bounds have no place");
    let index = builder.finish();
    let mut wrong = Vec::new();
    for line in &answers {
        let parts: Vec<&str> = line.split('\t').collect();
        let [component, cve, expected, why] = parts[..] else { panic!("{line}") };
        assert!(why.len() > 8, "an answer needs its reason: {line}");
        let (purl, cpe) = match component.starts_with("pkg:") {
            true => (Some(component), None),
            false => (None, Some(component)),
        };
        let set = index.match_component(&ComponentQuery { purl, cpe, ..ComponentQuery::default() });
        let found = set.matches.iter().find(|found| found.advisory == cve);
        let state = found.map_or("-", |found| found.state.as_str());
        if state != expected {
            wrong.push(format!(
                "{line}\n    is {state} by {:?}",
                found.map(|found| (found.rule, &found.reason))
            ));
        }
    }
    assert!(answers.len() >= 87, "{} answers", answers.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
