// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::RwLock;

use hinomi_match::eol::Day;
use hinomi_match::{Catalogue, Index};

use super::*;
use crate::cmd::match_::once::Keys;
use crate::cmd::match_::row::Matcher;

/// What was said of a document: its lines, what is unknown, whether anything fails the run.
#[derive(Debug, PartialEq)]
struct Heard {
    lines: String,
    unknowns: Unknowns,
    at_or_above: bool,
}

fn record(id: &str, ecosystem: &str, name: &str, fixed: &str) -> String {
    format!(
        r#"{{"id": "{id}", "severity": [{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
            "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    )
}

const VEX: &str = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.test/1", "author": "a",
    "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
    {"vulnerability": {"name": "DEMO-1"}, "status": "not_affected",
     "justification": "vulnerable_code_not_present",
     "products": [{"@id": "pkg:deb/debian/demo@2-1?distro=debian-12"}]},
    {"vulnerability": {"name": "CVE-2026-7"}, "status": "affected", "products": [{"@id": "pkg:deb/debian/spoken"}]}]}"#;

fn index(records: &[String]) -> Index {
    let mut builder = Index::builder();
    for text in records {
        for record in hinomi_advisory_formats::read(text.as_bytes(), "own").unwrap() {
            builder.add(&record);
        }
    }
    builder.finish()
}

/// Advisories of which the package names below make use; some ask for the host.
fn indexes() -> Vec<Index> {
    let plain = vec![
        record("DEMO-1", "Debian:12", "demo", "3"),
        record("DEMO-2", "Debian:12", "demo", "2.5~rc1-1"),
        record("DEMO-3", "Debian:11", "demo", "9"),
        record("DEMO-4", "Debian:12", "Up\u{e9}r", "2"),
        record("DEMO-5", "Ubuntu:22.04:LTS", "demo", "3"),
        record("DEMO-6", "Debian:12", "fixed", "1"),
    ];
    let with_statements = [plain.clone(), vec![VEX.to_owned()]].concat();
    let other = vec![record("DEMO-9", "PyPI", "demo", "3")];
    let statements_alone = vec![VEX.to_owned()];
    [plain, with_statements, other, statements_alone].map(|records| index(&records)).into()
}

fn paragraph(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let _written = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    text
}

fn package(name: &str, source: &str, version: &str) -> String {
    let status = ("Status", "install ok installed");
    let mut fields = vec![("Package", name), status, ("Architecture", "amd64"), ("Version", version)];
    if !source.is_empty() {
        fields.push(("Source", source));
    }
    paragraph(&fields)
}

fn base(version: &str, maintainer: &str) -> String {
    let status = ("Status", "install ok installed");
    paragraph(&[("Package", "base-files"), status, ("Version", version), ("Maintainer", maintainer)])
}

/// Says what there is to say; false where nobody could.
type Saying<'a> = dyn Fn(&mut Emit<'_, Result<Piece, String>>) -> bool + 'a;

/// What is said of a text in place (if anything), from memory and from a file, and of its whole inventory.
fn both_ways(index: &Index, text: &str, lines: bool) -> (Option<Heard>, Option<Heard>) {
    let catalogue = Catalogue::default();
    let today = "2026-11-23".parse::<Day>().unwrap();
    let matcher = Matcher { index, catalogue: &catalogue, today, severities: RwLock::default() };
    let fail_on = Some(hinomi_score::Severity::High);
    let answering = Answering { matcher: &matcher, lines, listed: false, fail_on, keys: Keys::default() };
    let heard = |say: &Saying<'_>| {
        let mut heard = Heard { lines: String::new(), unknowns: Unknowns::new(), at_or_above: false };
        let is_said = say(&mut |piece| {
            let piece = piece.unwrap();
            heard.lines.push_str(&String::from_utf8(piece.lines).unwrap());
            piece.rows.iter().for_each(|row| heard.lines.push_str(&serde_json::to_string(row).unwrap()));
            add(&mut heard.unknowns, &piece.unknowns, 1);
            heard.at_or_above |= piece.at_or_above;
            ControlFlow::Continue(())
        });
        is_said.then_some(heard)
    };
    let held = heard(&|emit| answering.status_file("status", &Text::Held(text), emit));
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let file = Text::File { file, bytes: text.len() as u64 };
    assert_eq!(heard(&|emit| answering.status_file("status", &file, emit)), held);
    let whole = heard(&|emit| {
        let inventory = hinomi_inventory_formats::read(text.as_bytes(), "status");
        inventory.is_ok_and(|inventory| {
            answering.inventory("status", &inventory, None, emit);
            true
        })
    });
    (held, whole)
}

/// In place it says what the whole inventory says; `rows`: how many lines.
fn same(text: &str) -> Vec<usize> {
    let mut rows = Vec::new();
    for index in indexes() {
        for lines in [true, false] {
            let (in_place, whole) = both_ways(&index, text, lines);
            assert!(in_place.is_some(), "{text}");
            assert_eq!(in_place, whole, "{text}");
            if lines {
                rows.push(in_place.unwrap().lines.lines().count());
            }
        }
    }
    rows
}

const DEBIAN: &str = "Santiago Vila <sanvila@debian.org>";

#[test]
fn every_kind_of_package_is_told_of_as_the_whole_inventory_does() {
    let mut text = package("a-first", "", "1");
    text += &base("12.4+deb12u5", DEBIAN);
    text += &package("demo", "", "2-1");
    text += &package("demo-rebuilt", "demo", "2-1+b3");
    text += &package("demo-versioned", "demo (2.5~rc1-1)", "7");
    text += &package("demo-fixed", "demo (3)", "3+b1");
    text += &package("demo.g++", "demo", "1:0-1");
    text += &package("demo_odd name/\u{e9}\"\\", "demo ( 1 )", "1%");
    text += &package("e", "Up\u{e9}r (1)", "1");
    text += &package("fixed", "", "1");
    text += &package("nodejs", "demo", "1-1nodesource1");
    text += &package("of-a-vendor", "demo", "1~bookworm");
    text += &package("other", "", "1-1.pgdg120+1");
    text += &package("spoken", "", "1");
    text += &package("uncomparable", "demo (1 2)", "1");
    text += &package("unknown", "demo", "unknown");
    text += &package("without-source", "(1)", "2");
    text += &package("worded", "demo ()", "1");
    text += &package("zero", "demo (0~0)", "0~0");
    // Half the packages below are no more installed.
    text += &paragraph(&[
        ("Package", "zz1"),
        ("Status", "deinstall ok config-files"),
        ("Source", "demo"),
        ("Version", "1"),
    ]);
    text += &paragraph(&[("Package", "zz2"), ("Status", "purge ok not-installed")]);
    text += &paragraph(&[
        ("Package", "zz3"),
        ("Status", "install ok half-configured"),
        ("Source", "demo"),
        ("Version", "1"),
    ]);
    text += &paragraph(&[
        ("Package", "zz4"),
        ("Status", "what"),
        ("Source", "demo"),
        ("Version", "1"),
        ("Maintainer", "Docker <a@b>"),
    ]);
    text += "Package: zz5\nStatus: install ok installed\nMaintainer:\nDescription: x\n demo\n .\nConffiles:\n /etc/x 0\nVersion: 1\nSource: demo\n";
    let rows = same(&text);
    assert!(rows[0] > 12 && rows[1] > 12, "{rows:?}");
    assert_eq!(rows[2], 0);
    // The same on systems of which nothing, or only the name, is known.
    let release = base("12.4+deb12u5", DEBIAN);
    for other in [
        String::new(),
        base("12ubuntu4", "Ubuntu Developers <d@lists.ubuntu.com>"),
        base("12", "somebody"),
        base("sid", DEBIAN),
        base("10.3", DEBIAN),
    ] {
        same(&text.replace(&release, &other));
    }
}

#[test]
fn many_packages_in_pieces_are_told_of_in_their_order() {
    let mut text = base("12", DEBIAN);
    let mut names = BTreeSet::new();
    for number in 0..6_000_u32 {
        names.insert(format!("p{number:06}"));
    }
    for (number, name) in names.iter().enumerate() {
        let source =
            if number % 7 == 0 { format!("demo ({}.{})", number % 4, number % 3) } else { String::new() };
        text += &package(name, &source, "1-1");
    }
    let rows = same(&text);
    assert!(rows[0] > 1_200, "{rows:?}");
    // In another order nothing is known to stand there once before all names were seen.
    let (first, second) = text.split_at(text.len() / 2 + text[text.len() / 2..].find("Package:").unwrap());
    assert_eq!(same(&format!("{second}{first}\n")), rows);
    // Some of them twice: asked about once. Others only look alike.
    let mut twice = text + &package("p000007", "demo (3.1)", "1-1") + &package("p000008", "demo (1)", "1-1");
    twice += &package("p000009", "", "1-1");
    twice += &(package("p000014", "demo (2.2)", "1-1") + &package("p000014", "demo (2.2)", "1-1"));
    assert_eq!(same(&twice)[0], rows[0] + 2);
    // Beyond some it takes the whole.
    let many: String = (0..300).map(|number| package(&format!("p{number:06}"), "", "1-1")).collect();
    assert_eq!(both_ways(&indexes()[0], &(twice + &many), true).0, None);
}

#[test]
fn where_anything_is_wrong_nothing_is_said() {
    let good = base("12", DEBIAN) + &package("demo", "", "1");
    for wrong in [
        "Package: a\n\n",
        "Version: 1\n\n",
        "Package: b\nVersion: 1\nno field\n\n",
        "Package: b\n\nVersion: 1",
    ] {
        for text in [format!("{good}{wrong}"), format!("{wrong}{good}")] {
            let (in_place, _) = both_ways(&indexes()[0], &text, true);
            assert_eq!(in_place, None, "{text}");
        }
    }
}

#[test]
fn more_than_can_be_kept_is_told_of_all_the_same() {
    let records: Vec<String> =
        (0..300).map(|number| record(&format!("DEMO-{number:04}"), "Debian:12", "demo", "9999")).collect();
    let index = index(&records);
    let mut text = base("12", DEBIAN);
    for number in 0..400 {
        text += &package(&format!("p{number:04}"), &format!("demo ({number})"), "1");
    }
    let (in_place, whole) = both_ways(&index, &text, true);
    assert!(in_place.as_ref().is_some_and(|heard| heard.lines.len() > SAID_BYTES_MAX));
    assert_eq!(in_place, whole);
}

/// The packages of a whole release as a status file, and Debian's advisories; one source in ten is old.
#[test]
fn a_whole_release_is_told_of_as_the_whole_inventory_does() {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("HINOMI_DATA_DIR").unwrap_or_else(|_| fallback.to_owned());
    let folder = Path::new(&folder);
    if !folder.is_dir() {
        println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", folder.display());
        return;
    }
    let leaves = |archive: &str, ends: &[&str]| {
        let mut found: Vec<(String, Vec<u8>)> = Vec::new();
        let mut visit = |entry: hinomi_archive::Entry<'_>| {
            if ends.iter().any(|end| entry.path.ends_with(end)) {
                found.push((entry.path, entry.bytes.unwrap().into_owned()));
            }
            ControlFlow::Continue(())
        };
        hinomi_archive::walk(&folder.join(archive), &hinomi_archive::Limits::default(), &mut visit).unwrap();
        found
    };
    let mut builder = Index::builder();
    for (path, bytes) in leaves("advisories-distro.tar.zst", &["DSA/list", "DLA/list"]) {
        for record in hinomi_advisory_formats::read(&bytes, &path).unwrap() {
            builder.add(&record);
        }
    }
    let index = builder.finish();
    let tables = leaves("inventory-cmdb.tar.zst", &["debian-package-universe/bullseye.tsv"]);
    let mut text = String::new();
    // A development build takes its time.
    const EVERY: usize = 4;
    for line in String::from_utf8(tables[0].1.clone()).unwrap().lines().skip(1) {
        let [name, version, architecture, source, source_version, ..] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let sum = source.bytes().map(usize::from).sum::<usize>();
        let is_base = name == "base-files";
        if sum % EVERY != 0 && !is_base {
            continue;
        }
        let is_old = sum % 10 == 0 && !is_base;
        let (version, source_version) = if is_old { ("0~0", "0~0") } else { (version, source_version) };
        let source = format!("{source} ({source_version})");
        let mut fields =
            vec![("Package", name), ("Status", "install ok installed"), ("Architecture", architecture)];
        fields.extend([("Source", source.as_str()), ("Version", version), ("Maintainer", DEBIAN)]);
        text += &paragraph(&fields);
    }
    let (in_place, whole) = both_ways(&index, &text, true);
    assert!(in_place.as_ref().is_some_and(|heard| heard.lines.lines().count() > 500));
    assert_eq!(in_place, whole);
}
