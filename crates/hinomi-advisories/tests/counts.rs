// SPDX-License-Identifier: Apache-2.0
//! As many records are read of each folder of the shared archives as a script counts that does not know the readers. Counts of
//! the archives of OSV, CVE and NVD records stand beside their readers' tests.

#![cfg(test)]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_advisory_formats::{Document, by_vulnerability, read_document, split_each};
use hinomi_archive::Limits;

fn data_dir() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("HINOMI_DATA_DIR").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

fn records(bytes: &[u8], path: &str) -> usize {
    let mut parts = Vec::new();
    if !split_each(bytes, path, &mut |part| parts.push(part)).unwrap_or(false) {
        parts.push(bytes.to_vec());
    }
    let counts = parts.iter().map(|part| match read_document(part, path) {
        Ok(Document::Advisories(advisories)) => advisories.into_iter().flat_map(by_vulnerability).count(),
        _ => 0,
    });
    counts.sum()
}

#[test]
fn as_many_records_are_read_as_scripts_count() {
    let Some(dir) = data_dir() else { return };
    let table = include_str!("data/record-counts.tsv");
    let rows: Vec<Vec<&str>> =
        table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        let [archive, folder, counted, read, why] = row[..] else { panic!("{row:?}") };
        assert_eq!(counted == read, why.is_empty(), "{folder}: a difference has a reason");
        expected.insert(format!("{archive} {folder}"), read.parse().unwrap());
    }
    let mut seen: BTreeMap<String, usize> = expected.keys().map(|key| (key.clone(), 0)).collect();
    for archive in ["advisories-distro", "advisories-more", "csaf-vex"] {
        let path = dir.join(format!("{archive}.tar.zst"));
        let inside = format!("{}!", path.display());
        hinomi_archive::walk(&path, &Limits::default(), &mut |entry| {
            let Ok(bytes) = &entry.bytes else { return ControlFlow::Continue(()) };
            let name = entry.path.strip_prefix(&inside).unwrap_or(&entry.path).to_owned();
            let count = records(bytes, &name);
            let folder = rows.iter().find(|row| row[0] == archive && name.contains(&format!("{}/", row[1])));
            match folder {
                Some(row) => *seen.get_mut(&format!("{archive} {}", row[1])).unwrap() += count,
                None => assert_eq!(count, 0, "{name} is in no folder of the table"),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    }
    assert_eq!(seen, expected);
}
