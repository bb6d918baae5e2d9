// SPDX-License-Identifier: Apache-2.0
//! An outline says the same as the whole inventory, or there is none.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_archive::{Limits, walk};
use hinomi_inventory_formats::{Brief, Format, Outline, read};

/// The number of components, where there is an outline; it fails where the two disagree.
fn agreeing(bytes: &[u8], path: &str) -> Option<usize> {
    let whole = read(bytes, path);
    let outline = Outline::of(bytes, path)?;
    let found = outline.read(0..outline.len())?;
    let whole = whole.unwrap_or_else(|error| panic!("{path}: an outline of what cannot be read: {error}"));
    let own_references = whole.format == Format::DpkgStatus;
    let expected: Vec<Brief<'_>> = whole
        .components
        .iter()
        .cloned()
        .map(Brief::from)
        .map(|brief| Brief { id: brief.id.filter(|_| !own_references), ..brief })
        .collect();
    assert_eq!(found, expected, "{path}");
    let head = outline.head();
    assert!(head.components.is_empty());
    assert_eq!((&head.host, &head.subject), (&whole.host, &whole.subject), "{path}");
    assert_eq!(head.observations, whole.observations, "{path}");
    // Parts are as good as the whole.
    let parts: Vec<Brief<'_>> = (0..outline.len()).flat_map(|at| outline.read(at..at + 1).unwrap()).collect();
    assert_eq!(parts, expected, "{path}");
    Some(found.len())
}

fn cyclonedx(rest: &str) -> String {
    format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", {rest}}}"#)
}

#[test]
fn plain_documents_are_read_apart() {
    let both = cyclonedx(
        r#""metadata": {"component": {"type": "application", "name": "app", "bom-ref": "root"}},
        "components": [{"type": "library", "bom-ref": "a", "name": "a\u0031", "version": "1", "purl": "pkg:pypi/a1@1"},
        {"type": "library", "name": "b", "version": null, "purl": " ", "cpe": "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*",
         "author": "somebody", "externalReferences": [{"url": "x", "type": "vcs"}]},
        {"type": "library", "name": "d", "purl": "pkg:pypi/d@1", "scope": "excluded"},
        {"type": "library", "name": "c", "purl": "pkg:deb/debian/c@1-1?arch=amd64&distro=debian-12&upstream=d%401-2",
         "licenses": [{"license": {"id": "MIT"}}], "properties": [{"name": "syft:cpe23", "value": "x"}]}]"#,
    );
    assert_eq!(agreeing(both.as_bytes(), "both.json"), Some(5));
    let after = cyclonedx(
        r#""components": [{"type": "file", "name": "f"}], "metadata": {"component": {"type": "device", "name": "d"}}"#,
    );
    assert_eq!(agreeing(after.as_bytes(), "after.json"), Some(2));
    let marked = [b"\xef\xbb\xbf".as_slice(), both.as_bytes()].concat();
    assert_eq!(agreeing(&marked, "marked.json"), Some(5));
}

#[test]
fn what_depends_on_the_whole_has_no_outline() {
    let system = r#"{"type": "operating-system", "name": "debian", "version": "12"}"#;
    let bare = r#"{"type": "library", "name": "bash", "purl": "pkg:deb/debian/bash@5"}"#;
    let nested = r#"{"type": "library", "name": "a", "components": [{"type": "library", "name": "b"}]}"#;
    let qualified = r#"{"type": "library", "name": "bash", "purl": "pkg:rpm/centos/bash@5?arch=x86_64"}"#;
    for component in [system, bare, nested, qualified] {
        let text = cyclonedx(&format!(r#""components": [{component}]"#));
        assert!(read(text.as_bytes(), "one.json").is_ok());
        assert_eq!(agreeing(text.as_bytes(), "one.json"), None, "{component}");
        let text =
            cyclonedx(&format!(r#""metadata": {{"component": {component}}}, "components": [{component}]"#));
        assert_eq!(agreeing(text.as_bytes(), "subject.json"), None, "{component}");
    }
}

#[test]
fn what_is_wrong_is_left_to_the_whole() {
    for component in [
        r#"{"type": "library"}"#,
        r#"{"type": "thing", "name": "a"}"#,
        r#"{"name": "a"}"#,
        r#"{"type": "library", "name": "a", "bom-ref": ""}"#,
        r#"{"type": "library", "name": "a", "name": "b"}"#,
        r#"{"type": "library", "name": 1}"#,
        r#"{"type": "library", "name": "a", "version": 1}"#,
        r#"{"type": "library", "name": "a", "scope": "other"}"#,
        r#"{"type": "library", "name": "a", "hashes": [{"alg": "MD6", "content": "00"}]}"#,
        r#""text""#,
        "null",
        "[]",
    ] {
        let text = cyclonedx(&format!(r#""components": [{component}]"#));
        assert!(read(text.as_bytes(), "wrong.json").is_err(), "{component}");
        assert_eq!(agreeing(text.as_bytes(), "wrong.json"), None, "{component}");
    }
    for text in [
        cyclonedx(r#""components": [], "components": []"#),
        cyclonedx(r#""components": [{"type": "library", "name": "a"}]"#).replace("CycloneDX", "Other"),
        cyclonedx(r#""components": [{"type": "library", "name": "a"}], "serialNumber": "x""#),
        cyclonedx(r#""components": [{"type": "library", "name": "a"}]"#) + "x",
        "Package: a\nVersion 1\n".to_owned(),
        "Package: a\nStatus: install ok installed\n".to_owned(),
        "Package: a\nVersion: 1\n\nVersion: 1\n".to_owned(),
    ] {
        assert!(read(text.as_bytes(), "wrong").is_err(), "{text}");
        assert_eq!(agreeing(text.as_bytes(), "wrong"), None, "{text}");
    }
}

#[test]
fn a_status_file_is_read_by_paragraphs() {
    let text = "# comment\nPackage: base-files\nStatus: install ok installed\nMaintainer: A <a@debian.org>\n\
        Architecture: amd64\nVersion: 12.4+deb12u5\nDescription: long\n more: lines\n\n\n\
        Package: gone\nStatus: deinstall ok config-files\n\n\
        Package: libssl3\nStatus: install ok installed\nSource: openssl (3.0.11-1)\nVersion: 3.0.11-1+b1\n\n\
        Package: odd\nStatus: install reinstreq half-installed\nVersion: 1\tx\n";
    assert_eq!(agreeing(text.as_bytes(), "status"), Some(3));
    let outline = Outline::of(text.as_bytes(), "status").unwrap();
    let found = outline.read(1..2).unwrap();
    assert_eq!(found[0].distro.as_deref(), Some("debian-12"));
    assert_eq!(found[0].source_version.as_deref(), Some("3.0.11-1"));
    assert_eq!(outline.read(3..9), Some(Vec::new()));
}

#[test]
fn real_documents_agree() {
    let folder = std::env::var_os("HINOMI_DATA_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let archive = folder.join("sboms.tar.zst");
    if !archive.exists() {
        println!("skipped: {} is absent (set HINOMI_DATA_DIR)", archive.display());
        return;
    }
    let (mut documents, mut components) = (0, 0);
    walk(&archive, &Limits::default(), &mut |entry| {
        if let Some(count) = entry.bytes.ok().and_then(|bytes| agreeing(&bytes, &entry.path)) {
            documents += 1;
            components += count;
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    println!("{documents} documents with {components} components");
    assert!(documents > 20 && components > 1_000, "{documents} documents with {components} components");
}
