// SPDX-License-Identifier: Apache-2.0
//! What a walk visits, and what it says about damaged and hostile input.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use hinomi_archive::{ArchiveError, Kind, Limits, sniff, walk, walk_bytes, walk_reader};

type Seen = Vec<(String, Result<Vec<u8>, ArchiveError>)>;

fn visit_all(bytes: &[u8], limits: &Limits) -> Seen {
    let mut seen = Seen::new();
    walk_bytes("in", bytes, limits, &mut |entry| {
        seen.push((entry.path, entry.bytes.map(|bytes| bytes.into_owned())));
        ControlFlow::Continue(())
    })
    .unwrap();
    seen
}

fn seen(bytes: &[u8]) -> Seen {
    visit_all(bytes, &Limits::default())
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // append_data refuses `..`; hostile names go into the header as they are.
        if name.len() < 100 {
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        } else {
            builder.append_data(&mut header, name, *content).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 3);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn ok(seen: &Seen) -> Vec<(&str, &[u8])> {
    seen.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref().unwrap().as_slice())).collect()
}

/// Incompressible, so that cutting it in the middle cuts real data.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

#[test]
fn every_container_is_opened_by_content() {
    let plain: &[u8] = b"{\"a\":1}";
    assert_eq!(ok(&seen(plain)), [("in", plain)]);
    for (kind, packed) in
        [(Kind::Gzip, gz(plain)), (Kind::Zstd, zst(plain)), (Kind::Xz, xz(plain)), (Kind::Bzip2, bz2(plain))]
    {
        assert_eq!(sniff(&packed), kind);
        assert_eq!(ok(&seen(&packed)), [("in", plain)]);
    }
    let members: &[(&str, &[u8])] = &[("b.json", plain), ("a/c.json", b"x"), ("empty", b"")];
    let expected: Vec<(&str, &[u8])> = vec![("in!b.json", plain), ("in!a/c.json", b"x"), ("in!empty", b"")];
    for packed in
        [tar_of(members), zip_of(members), zst(&tar_of(members)), xz(&tar_of(members)), gz(&zip_of(members))]
    {
        assert_eq!(ok(&seen(&packed)), expected);
    }
}

#[test]
fn archives_inside_archives_join_their_names() {
    let inner = zst(&tar_of(&[("x/leaf.json", b"leaf")]));
    let outer = zip_of(&[("one.tar.zst", &inner), ("two.gz", &gz(b"two"))]);
    let result = seen(&tar_of(&[("outer.zip", &outer)]));
    assert_eq!(
        ok(&result),
        [("in!outer.zip!one.tar.zst!x/leaf.json", &b"leaf"[..]), ("in!outer.zip!two.gz", &b"two"[..])]
    );
}

#[test]
fn long_hostile_and_pax_names_are_only_labels() {
    let long = format!("{}/leaf", "d".repeat(150));
    let result = seen(&tar_of(&[("../../etc/passwd", b"1"), ("/abs\u{1b}[31m<b>", b"2"), (&long, b"3")]));
    assert_eq!(
        ok(&result),
        [
            ("in!../../etc/passwd", &b"1"[..]),
            ("in!/abs\u{1b}[31m<b>", &b"2"[..]),
            (format!("in!{long}").as_str(), &b"3"[..])
        ]
    );
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("path", "pax/näme.json".as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(1);
    header.set_path("short").unwrap();
    header.set_cksum();
    builder.append(&header, &b"p"[..]).unwrap();
    assert_eq!(ok(&seen(&builder.into_inner().unwrap())), [("in!pax/näme.json", &b"p"[..])]);
}

#[test]
fn truncation_is_one_error_with_its_place_and_keeps_what_was_whole() {
    let content = noise(400_000);
    let whole = tar_of(&[("first", b"first"), ("second", &content)]);
    for packed in [gz(&whole), zst(&whole), xz(&whole)] {
        let result = seen(&packed[..packed.len() - 3000]);
        let errors: Vec<_> = result.iter().filter_map(|(_, bytes)| bytes.as_ref().err()).collect();
        assert_eq!(errors.len(), 1, "{result:?}");
        assert!(
            matches!(errors[0], ArchiveError::Corrupt { place, offset, .. } if place == "in" && *offset > 0)
        );
        assert!(result.iter().all(|(path, bytes)| bytes.is_err() || path == "in!first"));
    }
    let result = seen(&whole[..whole.len() - 30_000]);
    assert_eq!(result.len(), 2);
    assert!(
        matches!(&result[1].1, Err(ArchiveError::Corrupt { place, kind: Kind::Tar, .. }) if place == "in!second")
    );
    let zipped = zip_of(&[("second", &content)]);
    assert!(matches!(&seen(&zipped[..20_000])[0].1, Err(ArchiveError::Corrupt { kind: Kind::Zip, .. })));
}

#[test]
fn a_broken_member_does_not_end_the_walk() {
    let broken = {
        let mut bytes = gz(&noise(5000));
        let middle = bytes.len() / 2;
        bytes.truncate(middle);
        bytes
    };
    for packed in [tar_of(&[("a.gz", &broken), ("b", b"b")]), zip_of(&[("a.gz", &broken), ("b", b"b")])] {
        let result = seen(&packed);
        assert_eq!(result.len(), 2, "{result:?}");
        let message = result[0].1.as_ref().unwrap_err().to_string();
        assert!(message.starts_with("in!a.gz: gzip data is damaged or cut off at byte "), "{message}");
        assert_eq!(result[1], ("in!b".to_owned(), Ok(b"b".to_vec())));
    }
}

#[test]
fn bombs_end_in_a_limit() {
    let zeros = vec![0u8; 64 << 20];
    let result = seen(&zst(&zeros));
    assert!(matches!(&result[0].1, Err(ArchiveError::Limit { what: "compression ratio", .. })), "{result:?}");

    let small = Limits { max_expanded_bytes: 1 << 20, ..Limits::default() };
    let result = visit_all(&gz(&zeros[..4 << 20]), &small);
    assert!(matches!(&result[0].1, Err(ArchiveError::Limit { what: "expanded size in bytes", .. })));
    // Many members share one budget, and crossing it is said once.
    let members: Vec<(String, Vec<u8>)> = (0..10).map(|n| (format!("{n}"), vec![n; 400_000])).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    let result = visit_all(&zip_of(&members), &small);
    assert_eq!(result.iter().filter(|(_, bytes)| bytes.is_err()).count(), 1);
    assert_eq!(result.len(), 3);

    let result = visit_all(&tar_of(&members), &Limits { max_entry_bytes: 1000, ..Limits::default() });
    assert_eq!(result.len(), 10);
    assert!(result.iter().all(|(_, bytes)| matches!(
        bytes,
        Err(ArchiveError::Limit { what: "document size in bytes", limit: 1000, .. })
    )));
    let result = visit_all(&tar_of(&members), &Limits { max_entries: 4, ..Limits::default() });
    assert_eq!(result.iter().filter(|(_, bytes)| bytes.is_err()).count(), 1);
    assert!(result.len() <= 5);
}

#[test]
fn nesting_is_bounded() {
    let mut packed = b"x".to_vec();
    for _ in 0..40 {
        packed = gz(&packed);
    }
    let result = seen(&packed);
    assert_eq!(result.len(), 1);
    assert!(matches!(&result[0].1, Err(ArchiveError::Limit { what: "nesting of archives", .. })));
}

#[test]
fn an_endless_name_record_is_refused() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(8 << 20);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(vec![b'a'; 8 << 20]);
    assert!(matches!(&seen(&bytes)[0].1, Err(ArchiveError::Corrupt { kind: Kind::Tar, .. })));
}

#[test]
fn the_visitor_may_stop() {
    let packed = tar_of(&[("a", b"1"), ("b", b"2")]);
    let mut count = 0;
    walk_bytes("in", &packed, &Limits::default(), &mut |_| {
        count += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(count, 1);
}

#[test]
fn folders_are_sorted_and_links_do_not_loop() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("b/sub")).unwrap();
    std::fs::write(folder.path().join("b/sub/2.json"), "2").unwrap();
    std::fs::write(folder.path().join("b/1.json.gz"), gz(b"1")).unwrap();
    std::fs::write(folder.path().join("a.json"), "0").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", folder.path().join("b/sub/loop")).unwrap();
    let mut paths = Vec::new();
    walk(folder.path(), &Limits::default(), &mut |entry| {
        entry.bytes.unwrap();
        paths.push(entry.path.replace(folder.path().to_str().unwrap(), ""));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(paths, ["/a.json", "/b/1.json.gz", "/b/sub/2.json"]);
    let absent = walk(&folder.path().join("none"), &Limits::default(), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(absent, Err(ArchiveError::Open { .. })));
}

#[test]
fn readers_and_files_agree_with_bytes() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let members: &[(&str, &[u8])] = &[("a", b"1"), ("b", b"2")];
    for packed in [zip_of(members), zst(&tar_of(members)), b"plain".to_vec()] {
        std::fs::write(file.path(), &packed).unwrap();
        let expected: Vec<_> = seen(&packed).into_iter().map(|(_, bytes)| bytes.unwrap()).collect();
        let mut found = Vec::new();
        let mut collect = |entry: hinomi_archive::Entry<'_>| {
            found.push(entry.bytes.unwrap().into_owned());
            ControlFlow::Continue(())
        };
        walk(file.path(), &Limits::default(), &mut collect).unwrap();
        walk_reader("in", &mut &packed[..], &Limits::default(), &mut collect).unwrap();
        assert_eq!(found, [expected.clone(), expected].concat());
    }
}

#[test]
fn office_documents_stay_whole() {
    let packed = zip_of(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>")]);
    assert_eq!(ok(&seen(&packed)), [("in", packed.as_slice())]);
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    fn packed() -> Vec<Vec<u8>> {
        let members: &[(&str, &[u8])] = &[("a.json", b"{\"k\":[1,2,3]}"), ("b/c", &[7; 3000]), ("d", b"")];
        let tar = tar_of(members);
        vec![tar.clone(), zip_of(members), gz(&tar), zst(&tar), xz(&tar), zip_of(&[("t", &zst(&tar))])]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mutated_input_never_panics_and_stays_bounded(
            which in 0usize..6,
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = packed().swap_remove(which);
            for (at, value) in flips {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(cut.index(bytes.len() + 1));
            let limits = Limits { max_expanded_bytes: 1 << 20, max_entry_bytes: 1 << 20, ..Limits::default() };
            let result = visit_all(&bytes, &limits);
            prop_assert!(result.len() < 1000);
        }
    }
}
