// SPDX-License-Identifier: Apache-2.0
//! Every document of the shared archives is read, or refused with a reason that was looked at by hand.
//!
//! Counts were made independently of these readers (`jq`, Python). The data lies outside the repository;
//! without it the tests say so and pass.

#![cfg(test)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use hinomi_advisory_formats::{Advisory, read_each};

fn data_dir() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("HINOMI_DATA_DIR").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

fn each_file(archive: &str, mut visit: impl FnMut(&str, &[u8])) {
    let Some(dir) = data_dir() else { return };
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
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            bytes = plain;
        }
        visit(&path, &bytes);
    }
}

#[derive(Default)]
struct Seen {
    records: BTreeMap<&'static str, usize>,
    unrecognised: Vec<String>,
    refused: Vec<String>,
}

fn read_all(archive: &str, mut visit: impl FnMut(&Advisory)) -> Seen {
    let mut seen = Seen::default();
    let started = std::time::Instant::now();
    let (mut bytes_read, mut spent) = (0, std::time::Duration::ZERO);
    each_file(archive, |path, bytes| {
        let mut each = |record: Result<Advisory, _>| match record {
            Ok(record) => {
                *seen.records.entry(record.source.name()).or_insert(0) += 1;
                visit(&record);
            }
            Err(error) => seen.refused.push(hinomi_advisory_formats::ReadError::to_string(&error)),
        };
        let begun = std::time::Instant::now();
        let outcome = read_each(bytes, path, &mut each);
        spent += begun.elapsed();
        bytes_read += bytes.len();
        match outcome {
            Ok(()) => {}
            Err(error) if error.is_unrecognised() => seen.unrecognised.push(path.to_owned()),
            Err(error) => seen.refused.push(error.to_string()),
        }
    });
    println!(
        "{archive}: {} MB, reading {spent:?} of {:?}, {:?}",
        bytes_read >> 20,
        started.elapsed(),
        seen.records
    );
    seen
}

#[test]
fn every_cve_record_is_read() {
    if data_dir().is_none() {
        return;
    }
    let (mut rejected, mut ssvc, mut known_exploited) = (0, 0, 0);
    let (mut configurations, mut ecosystems) = (0, BTreeMap::new());
    let seen = read_all("cve5-vulnrichment.tar.zst", |record| {
        rejected += usize::from(record.withdrawn.is_some());
        ssvc += usize::from(record.database_specific.get("ssvc").is_some());
        known_exploited += usize::from(record.database_specific.get("kev").is_some());
        configurations += usize::from(!record.configurations.is_empty());
        for affected in &record.affected {
            if let Some(ecosystem) = &affected.package.ecosystem {
                let base = ecosystem.split(':').next().unwrap_or_default().to_owned();
                *ecosystems.entry(base).or_insert(0) += 1;
            }
        }
    });
    println!(
        "rejected {rejected} ssvc {ssvc} kev {known_exploited} configurations {configurations} {ecosystems:?}"
    );
    assert_eq!(seen.refused, Vec::<String>::new());
    assert_eq!(seen.unrecognised, Vec::<String>::new());
    assert_eq!(seen.records, BTreeMap::from([("cve", 39_772)]));
    assert_eq!(rejected, 97);
}

#[test]
fn every_document_of_the_nvd_is_read() {
    if data_dir().is_none() {
        return;
    }
    let mut matches = BTreeMap::new();
    let seen = read_all("nvd.tar.zst", |record| {
        for configuration in &record.configurations {
            let nodes = configuration.nodes.iter();
            let count: usize = nodes
                .flat_map(|node| std::iter::once(node).chain(&node.children))
                .map(|node| node.matches.len())
                .sum();
            *matches.entry(record.source.name()).or_insert(0) += count;
        }
    });
    println!("matches {matches:?} unrecognised {:?}", seen.unrecognised);
    assert_eq!(seen.refused, Vec::<String>::new());
    assert_eq!(seen.unrecognised, ["nvd/nvd20-reconstructed/ORIGIN.tsv"]);
    assert_eq!(
        seen.records,
        BTreeMap::from([("nvd", 44_668), ("nvd-feed", 15_454), ("nvd-override", 28_877)])
    );
}

/// `(document, expected to be valid, why it was refused)` of the OASIS conformance set.
fn conformance() -> Vec<(String, bool, Option<String>)> {
    let mut verdicts = BTreeMap::new();
    let mut outcomes = BTreeMap::new();
    each_file("csaf-vex.tar.zst", |path, bytes| {
        let Some((root, name)) = path.split_once("/test/validator/data/") else { return };
        if name == "testcases.json" {
            let cases: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            for test in cases["tests"].as_array().unwrap() {
                for kind in ["failures", "valid"] {
                    for case in test[kind].as_array().into_iter().flatten() {
                        let key = format!("{root}/test/validator/data/{}", case["name"].as_str().unwrap());
                        // Whoever fails only a recommended or informative test is valid.
                        let valid = case["valid"].as_bool().unwrap();
                        verdicts.insert(key, (valid, test["id"].as_str().unwrap().to_owned()));
                    }
                }
            }
        } else if !name.ends_with(".result.json") && !name.starts_with("TEMPLATE") {
            let refused = hinomi_advisory_formats::read(bytes, path).err().map(|error| error.to_string());
            outcomes.insert(path.to_owned(), refused);
        }
    });
    let known = outcomes.into_iter().filter_map(|(path, refused)| {
        let (valid, test) = verdicts.get(&path)?;
        Some((format!("{test} {path}"), *valid, refused))
    });
    known.collect()
}

#[test]
fn csaf_conformance_documents_are_told_apart() {
    if data_dir().is_none() {
        return;
    }
    let table = include_str!("data/csaf-deviations.tsv");
    let told = table.lines().filter(|line| !line.starts_with('#'));
    let mut told: Vec<&str> = told.map(|line| line.rsplit_once('\t').unwrap().0).collect();
    told.sort_unstable();
    let all = conformance();
    let mut wrong = Vec::new();
    for (name, valid, refused) in &all {
        let (test, path) = name.split_once(' ').unwrap();
        let named = refused.as_ref().is_some_and(|reason| reason.contains(&format!("test {test}:")));
        if *valid == refused.is_none() && (*valid || named) {
            continue;
        }
        let ending = path.rsplit_once("oasis_csaf_tc-").unwrap().1.trim_end_matches(".json");
        let verdict = refused
            .as_ref()
            .map_or("read", |reason| reason.split_once(" test ").unwrap().1.split_once(':').unwrap().0);
        wrong.push(format!("{test}\t{}\t{verdict}", ending.replacen("csaf_2_", "csaf_2.", 1)));
    }
    wrong.sort_unstable();
    // Every other of the set is read where it is valid and refused by the very test that it is made for.
    assert_eq!((all.len(), wrong), (594, told.into_iter().map(str::to_owned).collect()));
}

#[test]
fn csaf_and_vex_documents_are_read_or_refused_by_their_rule() {
    if data_dir().is_none() {
        return;
    }
    let mut statements = 0;
    let seen = read_all("csaf-vex.tar.zst", |record| statements += record.statements.len());
    println!("statements {statements}\nunrecognised {:#?}\nrefused {:#?}", seen.unrecognised, seen.refused);
    let real: Vec<&String> = seen.refused.iter().filter(|reason| !reason.contains("/oasis-csaf/")).collect();
    // One is no document, two are another format (Red Hat's data API), four are test files that break a rule.
    assert_eq!(real.len(), 7, "{real:#?}");
    assert_eq!(statements, 8124);
}

#[test]
fn every_score_is_read() {
    if data_dir().is_none() {
        return;
    }
    let mut counts = Vec::new();
    each_file("kev-epss-ssvc.tar.zst", |path, bytes| {
        if hinomi_advisory_formats::epss::looks_like_scores(bytes) {
            counts.push(hinomi_advisory_formats::epss::read(bytes, path).unwrap().entries.len());
        }
    });
    assert_eq!(counts, [356_353, 360_142]);
}
