// SPDX-License-Identifier: Apache-2.0
//! Java archives made here: plain, shaded, nested, stored and compressed, damaged.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::jar::{Jar, packages};
use proptest::prelude::*;

/// A zip file of our own: what stands in it, stored as it is or deflated.
fn zip(members: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let (mut file, mut table) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut packed = content.to_vec();
        if deflated {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut encoder, content).unwrap();
            packed = encoder.finish().unwrap();
        }
        let at = u32::try_from(file.len()).unwrap();
        let mut common = vec![20, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        common.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(&packed);
        table.extend(b"PK\x01\x02\x14\0");
        table.extend(&common);
        table.extend([0; 10]);
        table.extend(at.to_le_bytes());
        table.extend(name.as_bytes());
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let (table_at, table_bytes) = (u32::try_from(file.len()).unwrap(), u32::try_from(table.len()).unwrap());
    file.extend(table);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].concat());
    file.extend(table_bytes.to_le_bytes());
    file.extend(table_at.to_le_bytes());
    file.extend([0, 0]);
    file
}

fn read(bytes: &[u8], name: &str) -> Option<Jar> {
    let mut read_at = |offset: u64, count: usize| {
        let offset = usize::try_from(offset).ok()?;
        bytes.get(offset..offset.checked_add(count)?).map(<[u8]>::to_vec)
    };
    packages(&mut read_at, bytes.len() as u64, name)
}

fn shown(jar: &Jar) -> Vec<(&str, &str)> {
    jar.packages
        .iter()
        .map(|(place, one)| (place.as_str(), one.purl.as_deref().unwrap_or_default()))
        .collect()
}

const PROPERTIES: &[u8] = b"groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n";
const INSIDE: &str = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties";

#[test]
fn archives_inside_archives_are_read() {
    let library = zip(&[(INSIDE, PROPERTIES), ("org/A.class", b"x")], true);
    let old = zip(&[("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")], true);
    for deflated in [false, true] {
        let war = zip(
            &[
                (
                    "META-INF/MANIFEST.MF",
                    b"Implementation-Version: 5\nImplementation-Vendor-Id: com.example\n",
                ),
                ("WEB-INF/lib/log4j-core-2.14.1.jar", &library),
                ("WEB-INF/lib/commons-io-2.4.jar", &old),
                ("WEB-INF/lib/broken.jar", b"no archive"),
            ],
            deflated,
        );
        // A launcher script stands before the archive of an executable application.
        for file in [war.clone(), [b"#!/bin/sh\nexec java\n".to_vec(), war].concat()] {
            let jar = read(&file, "shop.war").unwrap();
            let core = "WEB-INF/lib/log4j-core-2.14.1.jar";
            assert_eq!(
                shown(&jar),
                [
                    ("", "pkg:maven/com.example/shop@5"),
                    (core, "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"),
                    ("WEB-INF/lib/commons-io-2.4.jar", "pkg:maven/commons-io/commons-io@2.4"),
                ]
            );
            assert_eq!(jar.unread, ["WEB-INF/lib/broken.jar"]);
        }
    }
}

#[test]
fn shaded_packages_and_lone_poms_count_each() {
    let pom = b"<project><parent><version>3.1</version></parent><artifactId>b</artifactId></project>";
    let file = zip(&[(INSIDE, PROPERTIES), ("META-INF/maven/org.a/b/pom.xml", pom)], true);
    let jar = read(&file, "log4j-core-2.14.1.jar").unwrap();
    assert_eq!(
        shown(&jar),
        [("", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"), ("", "pkg:maven/org.a/b@3.1")]
    );
}

#[test]
fn an_archive_of_itself_ends() {
    let mut inner = zip(&[(INSIDE, PROPERTIES)], true);
    for _ in 0..8 {
        inner = zip(&[("a.jar", &inner)], true);
    }
    let jar = read(&inner, "a.jar").unwrap();
    assert!(jar.packages.iter().all(|(_, one)| one.purl.is_none()) && jar.unread.len() == 1, "{jar:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_archives_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let library = zip(&[(INSIDE, PROPERTIES)], true);
        let mut bytes = zip(&[("META-INF/MANIFEST.MF", b"A: b\n c\n"), ("l/x-1.jar", &library)], false);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _outcome = read(&bytes, "x.jar");
    }
}
