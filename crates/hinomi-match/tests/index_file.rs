// SPDX-License-Identifier: Apache-2.0
//! The index file answers as the index that wrote it, and a damaged one is an error or loses rows, never more.

#![cfg(test)]

use std::sync::Arc;

use hinomi_advisory_formats::read;
use hinomi_match::{ComponentQuery, Index, IndexFileError, MatchSet, Note, UnknownReason};
use proptest::prelude::*;
use serde_json::json;

fn sample() -> Index {
    let mut builder = Index::builder();
    for number in 0..40 {
        let record = json!({"id": format!("R-{number}"), "affected": [
            {"package": {"ecosystem": "PyPI", "name": format!("p{}", number % 7)}, "versions": ["9.9"],
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": format!("1.{number}")}]}]},
            {"package": {"ecosystem": "Debian:12", "name": "demo"},
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": format!("2:{number}")}]}]}]});
        builder.add(&read(record.to_string().as_bytes(), "r.json").unwrap()[0]);
    }
    let nvd = json!({"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "vulnerabilities": [{"cve": {"id": "CVE-2026-1000", "vulnStatus": "Analyzed", "descriptions": [],
        "configurations": [{"operator": "AND", "nodes": [
            {"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "versionEndExcluding": "2",
                "criteria": "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*"}]},
            {"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": false,
                "criteria": "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"}]}]}]}}]});
    builder.add(&read(nvd.to_string().as_bytes(), "nvd.json").unwrap()[0]);
    let vex = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "V", "author": "a", "version": 1,
        "timestamp": "2026-01-01T00:00:00Z", "statements": [{"vulnerability": {"name": "R-3"},
        "products": [{"@id": "pkg:pypi/p3"}], "status": "not_affected", "justification": "component_not_present"}]});
    builder.add(&read(vex.to_string().as_bytes(), "vex.json").unwrap()[0]);
    let mut index = builder.finish();
    index.set_notes([("R-3", "CVE-2026-3", "high"), ("R-1", "CVE-2026-1", "low")]);
    index
}

fn answers(index: &Index) -> Vec<MatchSet> {
    let purls =
        ["pkg:pypi/p3@1.5", "pkg:pypi/p0@9.9.0", "pkg:deb/debian/demo@2:7?distro=debian-12", "pkg:npm/x@1"];
    let ask = |purl: &&str| index.match_component(&ComponentQuery { purl: Some(purl), ..Default::default() });
    let by_cpe = ComponentQuery { cpe: Some("cpe:/a:acme:app:1.0"), ..Default::default() };
    std::iter::once(index.match_component(&by_cpe)).chain(purls.iter().map(ask)).collect()
}

/// Bytes as a mapping gives them: at an aligned place.
fn aligned(bytes: &[u8]) -> Arc<impl AsRef<[u8]> + Send + Sync + use<>> {
    struct Aligned(Vec<u64>, usize);
    impl AsRef<[u8]> for Aligned {
        fn as_ref(&self) -> &[u8] {
            &bytemuck::cast_slice(&self.0)[..self.1]
        }
    }
    let mut words = vec![0_u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
    Arc::new(Aligned(words, bytes.len()))
}

#[test]
fn a_file_answers_as_the_index_that_wrote_it() {
    let index = sample();
    let file = index.to_file();
    Index::verify(&file).unwrap();
    let opened = Index::open(aligned(&file)).unwrap();
    assert_eq!(answers(&opened), answers(&index));
    assert!(answers(&opened).iter().any(|found| !found.matches.is_empty()));
    assert_eq!(opened.note("R-3"), Some(Note { vulnerability: "CVE-2026-3", severity: "high" }));
    assert_eq!(opened.note("R-2"), None);
    assert_eq!(opened.coverage(), index.coverage());
    assert_eq!(opened.to_file(), file, "the same index is the same file");
}

#[test]
fn other_and_shortened_files_are_refused() {
    let file = sample().to_file();
    let open = |bytes: &[u8]| Index::open(aligned(bytes)).map(|_| ()).unwrap_err();
    assert_eq!(open(b""), IndexFileError::NotAnIndex);
    assert_eq!(open(b"{\"id\": 1}"), IndexFileError::NotAnIndex);
    for length in 8..file.len() {
        assert!(Index::open(aligned(&file[..length])).is_err(), "{length} bytes");
    }
    let mut newer = file.clone();
    newer[8] = 99;
    assert_eq!(open(&newer), IndexFileError::Format { found: 99 });
    let mut longer = file.clone();
    longer.push(0);
    assert!(matches!(open(&longer), IndexFileError::Damaged(_)));
}

/// Every number of a section led astray in turn: what is asked then says so, and names the section.
#[test]
fn offsets_that_lead_nowhere_are_errors() {
    let file = sample().to_file();
    let sections = Index::sections(&file).unwrap();
    let mut offset = 64 + sections.len() * 32;
    let mut seen = Vec::new();
    for section in sections {
        let start = offset.next_multiple_of(64);
        offset = start + usize::try_from(section.bytes).unwrap();
        if !["texts.ends", "packages.slots", "packages.entries", "names", "records"].contains(&section.name) {
            continue;
        }
        let mut harmed = file.clone();
        for word in harmed[start..offset].chunks_exact_mut(4) {
            // Far behind the end of every section, and not the mark of an absent value.
            word.copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
        }
        let index = Index::open(aligned(&harmed)).unwrap();
        let answers = answers(&index);
        let Some(error) = index.damaged() else { panic!("{} is used without a check", section.name) };
        assert!(matches!(error, IndexFileError::Damaged(_)), "{error}");
        assert_eq!(answers.last().unwrap().unknown.as_ref().unwrap().code(), "index-damaged");
        assert!(answers.last().unwrap().matches.is_empty());
        seen.push(error.to_string());
    }
    assert!(seen.iter().any(|text| text.contains("packages.slots")), "{seen:?}");
}

proptest! {
    #[test]
    fn a_flipped_bit_is_found_by_verify_and_harms_nobody(position in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut file = sample().to_file();
        let position = position.index(file.len());
        file[position] ^= 1 << bit;
        let verified = Index::verify(&file);
        if let Ok(index) = Index::open(aligned(&file)) {
            let answers = answers(&index);
            // A number that leads nowhere is never silence: the answer, and the index, say so.
            if index.damaged().is_some() {
                let unknown = answers.last().and_then(|last| last.unknown.clone());
                prop_assert!(matches!(unknown, Some(UnknownReason::IndexDamaged { .. })), "{unknown:?}");
                prop_assert!(verified.is_err());
            }
            let _note = index.note("R-3");
        }
        // Padding between sections is the only place that no checksum covers.
        if verified.is_ok() {
            prop_assert_eq!(answers(&Index::open(aligned(&file)).unwrap()), answers(&sample()));
        }
    }
}
