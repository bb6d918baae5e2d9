// SPDX-License-Identifier: Apache-2.0
//! Every CVSS vector of the shared data, with zero differences: scores on which two independent libraries agree, and
//! the NVD's own. The header lines of the files name the columns.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "helpers of tests may fail loudly")]

use hinomi_score::cvss::{Scores, Vector};
use std::io::Read as _;
use std::path::PathBuf;

/// `HINOMI_DATA_DIR`, or the shared folder beside the workspace.
fn data_dir() -> Option<PathBuf> {
    let configured = std::env::var_os("HINOMI_DATA_DIR").map(PathBuf::from);
    let dir = configured.unwrap_or_else(|| {
        let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        workspace.join("../shared/data")
    });
    if dir.is_dir() {
        Some(dir)
    } else {
        eprintln!("shared data is absent ({}), nothing tested", dir.display());
        None
    }
}

fn tables(dir: &std::path::Path) -> Vec<(String, String)> {
    let file = std::fs::File::open(dir.join("vectors.tar.zst")).expect("vectors.tar.zst opens");
    let mut decoder = zstd::Decoder::new(file).expect("zstd");
    decoder.window_log_max(27).expect("window");
    let mut archive = tar::Archive::new(decoder);
    let mut found = Vec::new();
    for entry in archive.entries().expect("tar") {
        let mut entry = entry.expect("entry");
        let path = entry.path().expect("path").display().to_string();
        if path.contains("/cvss/") && path.ends_with(".tsv") {
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("UTF-8");
            found.push((path, text));
        }
    }
    found
}

/// `None` when the column is empty: the reference gives nothing there.
fn tenths(column: Option<&&str>) -> Option<u8> {
    let value: f64 = column.filter(|text| !text.is_empty())?.parse().expect("a number");
    Some((value * 10.0).round() as u8)
}

fn check(header: &[&str], row: &[&str], scores: &Scores) -> Vec<String> {
    let column = |name: &str| header.iter().position(|title| *title == name).and_then(|index| row.get(index));
    let mut wrong = Vec::new();
    let mut compare = |name: &str, expected: Option<u8>, got: Option<u8>| {
        if expected.is_some() && expected != got {
            wrong.push(format!("{name}: expected {expected:?} got {got:?}"));
        }
    };
    let is_v4 = row.first() == Some(&"4.0");
    let v4_score = if is_v4 { scores.score } else { scores.base };
    compare("base_score", tenths(column("base_score")), Some(scores.base.tenths()));
    compare("base_or_v4_score", tenths(column("base_or_v4_score")), Some(v4_score.tenths()));
    compare("temporal", tenths(column("temporal")), scores.temporal.map(|score| score.tenths()));
    compare(
        "environmental",
        tenths(column("environmental_if_agreed")),
        scores.environmental.map(|score| score.tenths()),
    );
    if let Some(severity) = column("severity")
        && !severity.eq_ignore_ascii_case(scores.severity.as_str())
    {
        wrong.push(format!("severity: expected {severity} got {}", scores.severity));
    }
    if row.first() != Some(&scores.version.as_str()) {
        wrong.push(format!("version: got {}", scores.version));
    }
    wrong
}

#[test]
fn every_vector_scores_as_the_references_say() {
    let Some(dir) = data_dir() else { return };
    let mut count = 0;
    let mut differences = Vec::new();
    for (path, text) in tables(&dir) {
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let header = lines.next().expect("a header line");
        for row in lines {
            count += 1;
            match Vector::parse(row[1]) {
                Ok(vector) => {
                    let wrong = check(&header, &row, &vector.scores());
                    differences.extend(wrong.into_iter().map(|wrong| format!("{path}: {}: {wrong}", row[1])));
                }
                Err(error) => differences.push(format!("{path}: {}: {error}", row[1])),
            }
        }
    }
    assert!(count >= 2000, "only {count} vectors found");
    assert!(differences.is_empty(), "{} of {count}:\n{}", differences.len(), differences.join("\n"));
}
