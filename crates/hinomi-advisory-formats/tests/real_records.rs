// SPDX-License-Identifier: Apache-2.0
//! Every OSV record of the data set is read, and nothing else in the archive is taken for one.

#![cfg(test)]

use std::io::Read;
use std::path::PathBuf;

use hinomi_advisory_formats::{Format, kev, read};

fn data_dir() -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let dir = PathBuf::from(std::env::var("HINOMI_DATA_DIR").unwrap_or_else(|_| fallback.to_owned()));
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
        visit(&path, &bytes);
    }
}

#[test]
fn every_osv_record_is_read() {
    if data_dir().is_none() {
        return;
    }
    let (mut json, mut yaml) = (0, 0);
    let mut others = Vec::new();
    let mut failures = Vec::new();
    each_file("advisories-osv.tar.zst", |path, bytes| match read(bytes, path) {
        Ok(advisories) => {
            for advisory in advisories {
                match advisory.source {
                    Format::OsvJson => json += 1,
                    Format::OsvYaml => yaml += 1,
                    other => panic!("{path} was read as {other:?}"),
                }
            }
        }
        Err(error) if error.is_unrecognised() => others.push(path.to_owned()),
        Err(error) => failures.push(error.to_string()),
    });
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(others, ["advisories-osv/pypa-osv/.id-allocator", "advisories-osv/schema/schema.json"]);
    assert_eq!((json, yaml, json + yaml), (17_296, 5_983, 23_279));
}

#[test]
fn the_kev_catalogue_is_read() {
    if data_dir().is_none() {
        return;
    }
    let mut counts = Vec::new();
    each_file("kev-epss-ssvc.tar.zst", |path, bytes| {
        if kev::looks_like_catalogue(bytes) {
            let catalogue = kev::read(bytes, path).unwrap();
            assert!(catalogue.entries.iter().all(|entry| entry.added_micros().is_some()));
            counts.push(catalogue.entries.len());
        }
    });
    counts.sort_unstable();
    assert_eq!(counts, [1_382, 1_404]);
}

#[test]
fn the_debian_lists_are_read() {
    if data_dir().is_none() {
        return;
    }
    let mut counts = std::collections::BTreeMap::new();
    each_file("advisories-distro.tar.zst", |path, bytes| {
        if path.contains("debian-tracker") && path.ends_with("A/list") {
            let advisories = read(bytes, path).unwrap();
            let heads = bytes.split(|byte| *byte == b'\n').filter(|line| line.first() == Some(&b'[')).count();
            assert_eq!(advisories.len(), heads, "{path}");
            assert!(advisories.iter().all(|advisory| advisory.published.is_some()), "{path}");
            let kind = path.split('/').nth_back(1).unwrap().to_owned();
            counts.insert(kind, advisories.len());
        }
    });
    let seen: Vec<_> = counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(seen, [("DLA", 3_534), ("DSA", 5_406), ("DTSA", 208)]);
}

#[test]
fn the_native_databases_are_read() {
    if data_dir().is_none() {
        return;
    }
    let mut files = std::collections::BTreeMap::new();
    let mut failures = Vec::new();
    let mut count = |path: &str, bytes: &[u8]| match read(bytes, path) {
        Ok(advisories) => {
            let source = advisories.first().map_or_else(String::new, |first| format!("{:?}", first.source));
            *files.entry(source).or_insert(0) += 1;
        }
        Err(error) if error.is_unrecognised() => {}
        Err(error) => failures.push(error.to_string()),
    };
    each_file("advisories-distro.tar.zst", &mut count);
    each_file("advisories-more.tar.zst", &mut count);
    assert_eq!(failures, Vec::<String>::new());
    let seen: Vec<_> = files.iter().map(|(source, count)| (source.as_str(), *count)).collect();
    // One repository of the oldest release names no package yet; forty Haskell identifiers are reserved: empty files.
    assert_eq!(
        seen,
        [
            ("", 1),
            ("AlpineSecdb", 17),
            ("DebianList", 3),
            ("FriendsOfPhp", 1_424),
            ("Haskell", 34),
            ("NodeCore", 157),
            ("NodeWorkingGroup", 406),
            ("RubyAdvisoryDb", 1_196)
        ]
    );
}
