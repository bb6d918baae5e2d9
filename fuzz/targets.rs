// SPDX-License-Identifier: Apache-2.0
//! What is done with hostile bytes: one function a reader or comparator.
//!
//! ```text
//!   libFuzzer ──────────────► fuzz_targets/NAME.rs ─┐
//!   corpus, in every test run ──────────────────────┼─► run(NAME, bytes): no panic, no broken law
//!   corpus, changed at random for some seconds ─────┘
//! ```
//! A target asserts the laws of what it calls (antisymmetry, keys order as the comparator, a canonical form reads back
//! as itself); everything else that can go wrong is a panic, a hang or an exhausted memory.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;

use hinomi_advisory_formats::{epss, kev, lifecycle, ssvc, threat};
use hinomi_archive::Limits;
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_inventory_formats::pieces::read_pieces;
use hinomi_inventory_formats::{Outline, binary, jar, language, os_release, pacman, pe, runtime};
use hinomi_match::{ComponentQuery, Index, advisory_keys};
use hinomi_score::maturity::FormulaSet;
use hinomi_score::policy::Policy;
use hinomi_version::cpe::Cpe;
use hinomi_version::purl::Purl;
use hinomi_version::range::{VersRange, native_contains, vers_from_native};
use hinomi_version::{Scheme, compare, encode};

/// Every target; the corpus has a folder for each.
pub(crate) const TARGETS: [&str; 18] = [
    "version",
    "contains",
    "vers",
    "purl",
    "cpe",
    "cvss",
    "archive",
    "advisory",
    "inventory",
    "index",
    "policy",
    "lists",
    "threat",
    "split",
    "program",
    "metadata",
    "pieces",
    "table",
];

/// Runs one target. Panics when a law is broken.
pub(crate) fn run(target: &str, data: &[u8]) {
    match target {
        "version" => version(data),
        "contains" => contains(data),
        "vers" => vers(data),
        "purl" => purl(data),
        "cpe" => cpe(data),
        "cvss" => cvss(data),
        "archive" => archive(data),
        "advisory" => advisory(data),
        "inventory" => inventory(data),
        "index" => index(data),
        "policy" => policy(data),
        "lists" => lists(data),
        "threat" => threat(data),
        "split" => split(data),
        "program" => program(data),
        "metadata" => metadata(data),
        "pieces" => pieces(data),
        "table" => table(data),
        other => panic!("no target named {other:?}"),
    }
}

/// The first line names a scheme (or its first byte counts one off); the others are texts.
fn scheme_and_lines(data: &[u8]) -> (Scheme, Vec<String>) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let name = lines.next().unwrap_or_default();
    let counted = usize::from(name.bytes().next().unwrap_or(0)) % Scheme::all().count();
    let scheme = Scheme::from_name(name).or_else(|| Scheme::all().nth(counted)).unwrap_or(Scheme::Generic);
    (scheme, lines.take(3).map(str::to_owned).collect())
}

fn version(data: &[u8]) {
    let (scheme, texts) = scheme_and_lines(data);
    for left in &texts {
        for right in &texts {
            let there = compare(scheme, left, right).ok();
            let back = compare(scheme, right, left).ok();
            assert_eq!(
                there,
                back.map(Ordering::reverse),
                "{scheme:?} {left:?} {right:?}: not antisymmetric"
            );
            if let (true, Ok(left_key), Ok(right_key)) =
                (scheme.is_totally_ordered(), encode(scheme, left), encode(scheme, right))
                && let Some(order) = there
            {
                assert_eq!(order, left_key.cmp(&right_key), "{scheme:?} {left:?} {right:?}: keys disagree");
            }
        }
    }
}

fn contains(data: &[u8]) {
    let (scheme, texts) = scheme_and_lines(data);
    let [range, version, ..] = texts.as_slice() else { return };
    let _ = native_contains(scheme, range, version);
    if let Ok(range) = vers_from_native(scheme.name(), range) {
        let _ = range.contains(version);
    }
}

fn vers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (range, version) = text.split_once('\n').unwrap_or((&text, ""));
    let Ok(parsed) = VersRange::parse(range) else { return };
    let answer = parsed.contains(version).ok();
    let written = parsed.to_string();
    let again = VersRange::parse(&written).unwrap_or_else(|error| panic!("{written:?} is refused: {error}"));
    assert_eq!(answer, again.contains(version).ok(), "{range:?} and {written:?} differ about {version:?}");
}

fn purl(data: &[u8]) {
    let Ok(parsed) = Purl::parse(&String::from_utf8_lossy(data)) else { return };
    let written = parsed.to_string();
    let again = Purl::parse(&written).unwrap_or_else(|error| panic!("{written:?} is refused: {error}"));
    assert_eq!(parsed, again, "{written:?}");
}

fn cpe(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let names: Vec<Cpe> = text.split('\n').take(2).filter_map(|line| Cpe::parse(line).ok()).collect();
    for name in &names {
        let written = name.to_string();
        let again = Cpe::parse(&written).unwrap_or_else(|error| panic!("{written:?} is refused: {error}"));
        assert_eq!(*name, again, "{written:?}");
        let _ = (name.to_uri(), name.folded_version());
        for other in &names {
            let _ = name.relation(other);
        }
    }
}

fn cvss(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(vector) = text.parse::<hinomi_score::cvss::Vector>() else { return };
    assert!((0.0..=10.0).contains(&vector.scores().score.value()), "{text:?}");
}

/// Bounds under which one input is quick, whatever it unpacks to.
fn narrow() -> Limits {
    let mut limits = Limits::strict();
    limits.max_input_bytes = 1 << 20;
    limits.max_expanded_bytes = 8 << 20;
    limits.max_entry_bytes = 1 << 20;
    limits.max_entries = 1_000;
    limits
}

fn archive(data: &[u8]) {
    let limits = narrow();
    let mut produced = 0_u64;
    let _ = hinomi_archive::walk_bytes("input", data, &limits, &mut |entry| {
        if let Ok(bytes) = &entry.bytes {
            assert!(bytes.len() as u64 <= limits.max_entry_bytes, "{}: larger than allowed", entry.path);
            produced += bytes.len() as u64;
        }
        ControlFlow::Continue(())
    });
    assert!(produced <= limits.max_expanded_bytes.max(data.len() as u64), "{produced} bytes produced");
}

fn advisory(data: &[u8]) {
    let Ok(records) = hinomi_advisory_formats::read(data, "input") else { return };
    let mut builder = Index::builder();
    for record in &records {
        let _ = advisory_keys(record);
        let _ = builder.add(record);
    }
    ask(&builder.finish());
}

fn inventory(data: &[u8]) {
    let whole = hinomi_inventory_formats::read(data, "input");
    if let Some(outline) = Outline::of(data, "input")
        && let Some(parts) = outline.read(0..outline.len())
    {
        let names =
            whole.as_ref().map(|whole| whole.components.iter().map(|one| one.name.as_str()).collect());
        assert_eq!(Ok(parts.iter().map(|one| &*one.name).collect::<Vec<_>>()), names);
    }
    let Ok(found) = whole else { return };
    let index = small_index();
    for component in found.components.iter().take(100) {
        let query = ComponentQuery {
            purl: component.purl.as_deref(),
            cpe: component.cpe.as_deref(),
            name: &component.name,
            version: component.version.as_deref(),
            source_name: component.source_name.as_deref(),
            source_version: component.source_version.as_deref(),
            distro: component.distro.as_deref(),
            supplier: component.supplier.as_deref(),
            ..ComponentQuery::default()
        };
        let _ = index.match_component(&query);
    }
    let _ = found.split_by_asset();
}

const RECORDS: [&str; 3] = [
    r#"{"id": "PYSEC-1", "aliases": ["CVE-2030-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}], "versions": ["2.0"]}]}"#,
    r#"{"id": "DSA-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:2.0-3"}]}]}]}"#,
    r#"{"id": "GHSA-1", "affected": [{"package": {"ecosystem": "Maven", "name": "org.demo:demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"last_affected": "3.0-rc1"}]}]}]}"#,
];

fn small_index() -> Index {
    let mut builder = Index::builder();
    for text in RECORDS {
        for record in hinomi_advisory_formats::read(text.as_bytes(), "own").unwrap_or_default() {
            let _ = builder.add(&record);
        }
    }
    let mut index = builder.finish();
    index.set_notes([("PYSEC-1", "CVE-2030-1", "high"), ("DSA-1", "DSA-1", "unrated")]);
    index
}

/// Bytes in groups of five change a whole index file: where (four bytes) and to what. So damage gets past the checks
/// of the header, which random bytes never would.
fn index(data: &[u8]) {
    let _ = Index::open(Arc::new(data.to_vec())).map(|index| ask(&index));
    let mut file = small_index().to_file();
    for change in data.chunks_exact(5) {
        let place = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize % file.len();
        file[place] = change[4];
    }
    let _ = Index::verify(&file);
    if let Ok(index) = Index::open(Arc::new(file)) {
        ask(&index);
    }
}

fn ask(index: &Index) {
    for purl in [
        "pkg:pypi/demo@1.1",
        "pkg:pypi/demo@2.0",
        "pkg:deb/debian/demo@1.0-1?distro=debian-12",
        "pkg:maven/org.demo/demo@2.1",
        "pkg:cargo/none@1.0.0",
    ] {
        let query = ComponentQuery { purl: Some(purl), name: "demo", ..ComponentQuery::default() };
        let _ = index.match_component(&query);
        let _ = index.explain(&query, "PYSEC-1");
    }
    let _ = (index.note("PYSEC-1"), index.sizes(), index.ecosystems().count());
}

/// What an organisation writes: ticket policies and formula sets.
fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Policy::parse(text, "input");
    let _ = FormulaSet::parse(text, "input");
}

/// What says more of vulnerabilities than their records do: exploited ones, probabilities, decisions, ends of life.
fn lists(data: &[u8]) {
    let _ = (kev::looks_like_catalogue(data), kev::looks_like_table(data), kev::read(data, "input"));
    let _ = (lifecycle::looks_like(data), lifecycle::read(data, "input"));
    let _ = (ssvc::looks_like(data), ssvc::read(data, "input"));
    let _ = epss::looks_like_scores(data);
    let Ok(scores) = epss::read(data, "input") else { return };
    for entry in &scores.entries {
        assert!((0.0..=1.0).contains(&entry.epss), "{}: {}", entry.cve, entry.epss);
    }
}

fn threat(data: &[u8]) {
    let _ = threat::looks_like(data);
    let _ = threat::read(data, "input");
}

/// Documents of many records: each part is a document of its own.
fn split(data: &[u8]) {
    let _ = hinomi_advisory_formats::split_each(data, "input", &mut |part| {
        let _ = hinomi_advisory_formats::read(&part, "part");
    });
    let Ok(parts) = hinomi_advisory_formats::split(data, "input") else { return };
    for part in parts.iter().take(100) {
        let Ok(document) = hinomi_advisory_formats::read_document(part, "part") else { continue };
        drop(document);
        for record in hinomi_advisory_formats::read(part, "part").unwrap_or_default() {
            let _ = hinomi_advisory_formats::by_vulnerability(record);
        }
    }
}

/// Executables, libraries and Java archives, of which only some places are read.
fn program(data: &[u8]) {
    let mut read_at = |place: u64, length: usize| {
        let start = usize::try_from(place).ok()?;
        let end = start.checked_add(length)?.min(data.len());
        data.get(start..end).map(<[u8]>::to_vec)
    };
    let _ = binary::packages(&mut read_at);
    let _ = pe::product(&mut read_at);
    let _ = jar::packages(&mut read_at, data.len() as u64, "a.war");
    for name in ["python3.11", "node", "ruby", "java"] {
        let _ = runtime::of_program(name, data);
    }
}

/// The small files beside installed packages.
fn metadata(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let host = os_release::facts(&text);
    let _ = (os_release::component(&text), pacman::package(&text, "desc", &host));
    let _ = (language::python_metadata(&text), language::gemspec(&text));
    let _ = (language::node_package(&text, "package.json"), language::cargo_lock(&text, "Cargo.lock"));
    let _ = (runtime::erlang_application(&text, false), runtime::erlang_application(&text, true));
    for name in ["release", "VERSION", "version.php", "go.version", "build_options"] {
        let _ = runtime::of_file(name, &text);
    }
}

/// The first byte says how large a piece is; the others are a report.
fn pieces(data: &[u8]) {
    let Some((size, report)) = data.split_first() else { return };
    let mut names = 0;
    let mut open = || Ok(Box::new(std::io::Cursor::new(report.to_vec())) as Box<dyn std::io::Read>);
    let outcome = read_pieces(&mut open, "input", usize::from(*size) * 16 + 1, &mut |piece| {
        names += piece.components.len() + piece.observations.len();
        if names < 10_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let _ = outcome;
}

/// The first line says what the columns mean, or leaves it to their names; the others are a table of assets.
fn table(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (said, table) = data.split_at(end);
    let table = table.strip_prefix(b"\n").unwrap_or(table);
    let mut mapping: Mapping = serde_json::from_slice(said).unwrap_or_default();
    if mapping.columns.is_empty()
        && let Ok(preview) = mapping.preview(table, "input", 0)
    {
        mapping.columns = preview.suggested;
    }
    let whole = mapping.read(table, "input");
    let preview = mapping.preview(table, "input", usize::MAX);
    // The preview shows what an import would take.
    match (&whole, &preview) {
        (Ok(whole), Ok(preview)) => {
            assert_eq!(whole.assets, preview.assets);
            assert_eq!(whole.warnings.len(), preview.errors.len());
            assert!(whole.assets.len() <= preview.rows);
        }
        (Err(whole), Err(preview)) => assert_eq!(whole.to_string(), preview.to_string()),
        _ => panic!("read and preview differ: {whole:?} {preview:?}"),
    }
    // Whatever a mapping is, it can be saved.
    let written = serde_json::to_vec(&mapping).unwrap_or_default();
    assert_eq!(serde_json::from_slice::<Mapping>(&written).ok(), Some(mapping));
}
