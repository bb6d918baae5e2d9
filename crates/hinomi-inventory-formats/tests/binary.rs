// SPDX-License-Identifier: Apache-2.0
//! Executables that say what they were built from.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::io::Write;

use hinomi_inventory_formats::binary::packages;
use proptest::prelude::*;

/// A 64-bit ELF file with one section beside the table of names.
fn elf(name: &str, content: &[u8]) -> Vec<u8> {
    let names = format!("\0.shstrtab\0{name}\0");
    let (names_at, content_at) = (64, 64 + names.len());
    let table_at = content_at + content.len();
    let mut file = vec![0u8; 64];
    file[..6].copy_from_slice(b"\x7fELF\x02\x01");
    file[40..48].copy_from_slice(&(table_at as u64).to_le_bytes());
    file[58..60].copy_from_slice(&64u16.to_le_bytes());
    file[60..62].copy_from_slice(&3u16.to_le_bytes());
    file[62..64].copy_from_slice(&1u16.to_le_bytes());
    file.extend(names.as_bytes());
    file.extend(content);
    for (name_at, offset, size) in [(0, 0, 0), (1, names_at, names.len()), (11, content_at, content.len())] {
        let mut entry = [0u8; 64];
        entry[..4].copy_from_slice(&(name_at as u32).to_le_bytes());
        entry[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
        entry[32..40].copy_from_slice(&(size as u64).to_le_bytes());
        file.extend(entry);
    }
    file
}

fn purls(file: &[u8]) -> Vec<String> {
    let mut read_at = |offset: u64, count: usize| {
        let start = usize::try_from(offset).ok()?;
        file.get(start..start.checked_add(count)?).map(<[u8]>::to_vec)
    };
    packages(&mut read_at).into_iter().map(|one| one.purl.unwrap_or(one.name)).collect()
}

fn auditable() -> Vec<u8> {
    let list = r#"{"packages":[{"name":"app","version":"0.1.0","source":"local","root":true},
        {"name":"serde","version":"1.0.0","source":"crates.io"},{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"}]}"#;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(list.as_bytes()).unwrap();
    elf(".dep-v0", &encoder.finish().unwrap())
}

fn go() -> Vec<u8> {
    let modules = "path\tx/cmd\nmod\texample.com/x\t(devel)\t\ndep\tgolang.org/x/text\tv0.3.0\th1:a\n\
                   dep\tgithub.com/a/b\tv1.0.0\n=>\tgithub.com/fork/b\tv1.0.1\th1:c\nbuild\tCGO_ENABLED=0\n";
    let framed = format!("{0}{modules}{0}", "0123456789abcdef");
    let mut section = b"\xff Go buildinf:\x08\x02".to_vec();
    section.resize(32, 0);
    section.push(8);
    section.extend(b"go1.22.1");
    section.extend([(framed.len() & 0x7f) as u8 | 0x80, (framed.len() >> 7) as u8]);
    section.extend(framed.as_bytes());
    elf(".go.buildinfo", &section)
}

#[test]
fn rust_and_go_programs_list_their_modules() {
    assert_eq!(purls(&auditable()), ["app", "pkg:cargo/serde@1.0.0"]);
    assert_eq!(
        purls(&go()),
        [
            "pkg:golang/stdlib@1.22.1",
            "example.com/x",
            "pkg:golang/golang.org/x/text@v0.3.0",
            "pkg:golang/github.com/fork/b@v1.0.1"
        ]
    );
    assert!(purls(b"#!/bin/sh\n").is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_programs_never_panic(
        is_go in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = if is_go { go() } else { auditable() };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        prop_assert!(purls(&file).len() < 20);
    }
}
