// SPDX-License-Identifier: Apache-2.0
//! Every real document of the shared set, counted against an independent walk over a generic tree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]
#![expect(clippy::print_stdout, reason = "says which data is absent and what was counted")]

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_archive::{Limits, walk};
use hinomi_inventory_formats::{Inventory, ReadError, read};
use serde_json::Value;

/// The data folder, or `None` with a plain notice.
fn data_file(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HINOMI_DATA_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let file = folder.join(name);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: {} is absent (set HINOMI_DATA_DIR)", file.display());
    None
}

fn each_document(name: &str, visit: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Some(file) = data_file(name) else { return false };
    walk(&file, &Limits::default(), &mut |entry| {
        let path = entry.path.split_once('!').map_or(entry.path.clone(), |(_, inner)| inner.to_owned());
        match entry.bytes {
            Ok(bytes) => visit(&path, &bytes),
            Err(error) => panic!("{error}"),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    true
}

fn strip_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)
}

/// Names in document order, by a generic tree walk.
fn expected_names(document: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    if document.get("spdxVersion").is_some() {
        let packages = document["packages"].as_array().cloned().unwrap_or_default();
        return Some(packages.iter().map(text).collect());
    }
    if let (Some(graph), true) =
        (document["@graph"].as_array(), document["@context"].to_string().contains("spdx.org/rdf/3"))
    {
        let is_package = |one: &&Value| one["type"].as_str().is_some_and(|class| class.ends_with("Package"));
        return Some(graph.iter().filter(is_package).map(text).collect());
    }
    document.get("bomFormat")?;
    fn descend(component: &Value, names: &mut Vec<String>) {
        names.push(component["name"].as_str().unwrap_or_default().to_owned());
        for nested in component["components"].as_array().into_iter().flatten() {
            descend(nested, names);
        }
    }
    let mut names = Vec::new();
    for (key, value) in document.as_object()? {
        match key.as_str() {
            "metadata" if value["component"].is_object() => descend(&value["component"], &mut names),
            "components" => value.as_array().into_iter().flatten().for_each(|one| descend(one, &mut names)),
            _ => {}
        }
    }
    Some(names)
}

/// Names of `component` elements that lie in nothing but components, by the plain event stream.
fn expected_xml_names(bytes: &[u8]) -> Option<Vec<String>> {
    use quick_xml::events::Event;
    let text = str::from_utf8(bytes).ok()?;
    if !text.contains("http://cyclonedx.org/schema/bom/") || !text.trim_start().starts_with('<') {
        return None;
    }
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<String> = Vec::new();
    let mut names: Vec<(usize, String)> = Vec::new();
    fn add(open: &[String], names: &mut [(usize, String)], text: &str) {
        let [.., parent, name] = open else { return };
        let is_aside = |one: &String| ["pedigree", "tools", "formulation", "declarations"].contains(&&**one);
        let owner = names.iter_mut().rev().find(|(depth, _)| *depth == open.len() - 1);
        if let (true, false, Some((_, owner))) =
            (parent == "component" && name == "name", open.iter().any(is_aside), owner)
        {
            owner.push_str(text);
        }
    }
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.local_name().into_inner().to_owned());
                let is_part =
                    open.iter().all(|name| ["bom", "metadata", "components", "component"].contains(&&**name));
                if is_part && open.last().is_some_and(|name| name == "component") {
                    names.push((open.len(), String::new()));
                }
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) => add(&open, &mut names, text.trim()),
            Event::CData(text) => add(&open, &mut names, text.xml10_content().trim()),
            Event::Eof => return Some(names.into_iter().map(|(_, name)| name).collect()),
            _ => {}
        }
    }
}

/// Lines that open a package, outside of `<text>`.
fn expected_tag_value_names(bytes: &[u8]) -> Option<Vec<String>> {
    let text = str::from_utf8(bytes).ok()?.replace('\r', "\n");
    if !text.lines().any(|line| line.starts_with("SPDXVersion:")) {
        return None;
    }
    let names = text.lines().filter_map(|line| line.strip_prefix("PackageName:"));
    Some(names.map(|name| name.trim().to_owned()).collect())
}

fn is_declared_invalid(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    path.contains("cyclonedx-spec-tests/") && file.contains("invalid-")
}

/// Not declared invalid by their place, but by their content: each breaks the schema that it names.
const REFUSED: [&str; 4] = [
    "sboms/guac/invalid-cyclonedx.json: bomFormat: is \"CDX\", expected \"CycloneDX\"",
    "sboms/guac/invalid-spdx-identifier-spdx.json: SPDXID: is \"\", expected \"SPDXRef-DOCUMENT\"",
    "sboms/guac/invalid-spdx.json: line 2, column 18: invalid type: integer `2`, expected a string",
    "sboms/in-the-wild/spdx/istio-source.spdx: line 59827, column 1: <text> is not closed",
];

#[test]
fn every_sbom_is_read_completely() {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut unnoticed = Vec::new();
    let opened = each_document("sboms.tar.zst", &mut |path, bytes| {
        if path.ends_with(".xsd") {
            return;
        }
        let names = match serde_json::from_slice::<Value>(strip_mark(bytes)) {
            Ok(document) => expected_names(&document),
            Err(_) => expected_xml_names(bytes).or_else(|| expected_tag_value_names(bytes)),
        };
        let Some(names) = names else { return };
        let result: Result<Inventory, ReadError> = read(bytes, path);
        match result {
            _ if is_declared_invalid(path) => {
                if result.is_ok_and(|inventory| inventory.warnings.is_empty()) {
                    unnoticed.push(path.to_owned());
                }
            }
            Ok(inventory) => {
                let found: Vec<&str> = inventory.components.iter().map(|one| one.name.as_str()).collect();
                assert_eq!(found, names, "{path}");
                let version = inventory.format_version.unwrap_or_default();
                let count = counts.entry(format!("{} {version}", inventory.format)).or_default();
                count.0 += 1;
                count.1 += inventory.components.len() as u64;
            }
            Err(error) => refused.push(error.to_string()),
        }
    });
    if !opened {
        return;
    }
    for (format, (documents, components)) in &counts {
        println!("{format}: {documents} documents, {components} components");
    }
    refused.sort();
    assert_eq!(refused, REFUSED, "documents refused");
    assert_eq!(unnoticed, Vec::<String>::new(), "invalid documents read without a word");
}

#[test]
fn a_real_dpkg_status_is_read_completely() {
    let mut documents = 0;
    let opened = each_document("inventory-cmdb.tar.zst", &mut |path, bytes| {
        if !path.ends_with(".status") {
            return;
        }
        documents += 1;
        let text = str::from_utf8(bytes).unwrap();
        let expected: Vec<&str> = text
            .split("\n\n")
            .filter(|paragraph| paragraph.contains("\nStatus: install ok installed"))
            .filter_map(|paragraph| paragraph.trim_start().strip_prefix("Package: ")?.lines().next())
            .collect();
        let inventory = read(bytes, path).unwrap();
        assert_eq!(inventory.components.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), expected);
        assert!(inventory.components.iter().all(|one| one.distro.as_deref() == Some("debian-12")));
        assert!(inventory.components.iter().all(|one| one.source_version.is_some()));
    });
    assert!(!opened || documents > 0);
}

/// How many findings a report has, by a generic tree walk that knows nothing of the readers.
fn expected_findings(path: &str, document: &Value) -> Option<usize> {
    fn total(value: &Value, key: &str) -> usize {
        match value {
            Value::Array(items) => items.iter().map(|item| total(item, key)).sum(),
            Value::Object(map) => map
                .iter()
                .map(|(name, inner)| match inner.as_array() {
                    Some(items)
                        if name == key
                            && items.iter().all(|item| item.is_object() && item.get("Results").is_none()) =>
                    {
                        items.len()
                    }
                    _ => total(inner, key),
                })
                .sum(),
            _ => 0,
        }
    }
    if path.contains("/anchore_grype/") {
        return Some(total(document, "matches"));
    }
    if path.ends_with(".sarif") {
        let runs = document["runs"].as_array()?;
        return Some(runs.iter().map(|run| run["results"].as_array().map_or(0, Vec::len)).sum());
    }
    let is_trivy = path.contains("/trivy/")
        || (path.contains("/trivy-golden/") && document.get("ArtifactName").is_some());
    let kinds = ["Vulnerabilities", "Misconfigurations", "Secrets", "Licenses"];
    is_trivy.then(|| kinds.iter().map(|kind| total(document, kind)).sum())
}

#[test]
fn every_scanner_report_is_read_completely() {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut refused = Vec::new();
    let opened = each_document("scanner-reports.tar.zst", &mut |path, bytes| {
        let is_nmap = path.contains("/nmap/") && path.ends_with(".xml");
        let expected = match serde_json::from_slice::<Value>(strip_mark(bytes)) {
            Ok(document) => expected_findings(path, &document),
            Err(_) if is_nmap => {
                let text = str::from_utf8(bytes).unwrap();
                Some(text.matches("<port ").count() + text.matches("<script ").count())
            }
            Err(_) => None,
        };
        // Whatever else lies there, reading it never panics.
        let result = read(bytes, path);
        let Some(expected) = expected else { return };
        match result {
            Ok(found) => {
                assert_eq!(found.observations.len(), expected, "{path}");
                let known: HashSet<_> = found.components.iter().map(|one| one.id.as_deref()).collect();
                let mut about = found.observations.iter().filter(|one| one.component.is_some());
                assert!(about.all(|one| known.contains(&one.component.as_deref())), "{path}");
                let count = counts.entry(found.format.name()).or_default();
                count.0 += 1;
                count.1 += expected as u64;
            }
            Err(error) => refused.push(error.to_string()),
        }
    });
    for (format, (documents, findings)) in &counts {
        println!("{format}: {documents} reports, {findings} findings");
    }
    // The file holds the word `null` and nothing that says what it is.
    let null =
        "scanner-reports/defectdojo/trivy/legacy_no_vuln.json: line 1, column 1: no known inventory format";
    let expected: &[&str] = if opened { &[null] } else { &[] };
    assert_eq!(refused, expected);
}

/// Counted by a script of its own, since each tool has its own shape.
const FINDINGS: &str = include_str!("data/scanner-findings.tsv");

#[test]
fn every_described_report_is_read_completely() {
    let rows = FINDINGS.lines().filter(|line| !line.starts_with('#'));
    let mut expected: BTreeMap<&str, (&str, usize)> = rows
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|row| (row[0], (row[1], row[2].parse().unwrap())))
        .collect();
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let opened = each_document("scanner-reports.tar.zst", &mut |path, bytes| {
        let name = path.strip_prefix("scanner-reports/").unwrap_or(path);
        let Some((format, findings)) = expected.remove(name) else { return };
        let found = read(bytes, path).unwrap();
        assert_eq!((found.format.name(), found.observations.len()), (format, findings), "{path}");
        let components: HashSet<_> = found.components.iter().map(|one| one.id.as_deref()).collect();
        let assets: HashSet<_> = found.assets.iter().map(|one| Some(one.id.as_str())).collect();
        assert_eq!(assets.len(), found.assets.len(), "{path}");
        for one in &found.observations {
            assert!(one.component.is_none() || components.contains(&one.component.as_deref()), "{path}");
            assert!(one.asset.is_none() || assets.contains(&one.asset.as_deref()), "{path}");
            assert!(
                one.id.is_some() || one.text.is_some() || one.evidence.is_some() || findings < 10,
                "{path}"
            );
        }
        let count = counts.entry(format.to_owned()).or_default();
        count.0 += 1;
        count.1 += findings as u64;
    });
    for (format, (documents, findings)) in &counts {
        println!("{format}: {documents} reports, {findings} findings");
    }
    assert!(!opened || expected.is_empty(), "not met: {expected:?}");
}

#[test]
fn the_netbox_dump_is_read_completely() {
    each_document("inventory-cmdb.tar.zst", &mut |path, bytes| {
        if path.ends_with(".csv") && path.contains("/netbox-demo/") {
            let rows = str::from_utf8(bytes).unwrap().trim_end().lines().count() - 1;
            assert_eq!(read(bytes, path).unwrap().assets.len(), rows, "{path}");
        }
        if !path.ends_with("netbox-demo-v3.6-no-users.json") {
            return;
        }
        let document: Value = serde_json::from_slice(bytes).unwrap();
        let rows = document.as_array().unwrap();
        let of = |model: &str| rows.iter().filter(|row| row["model"] == model).collect::<Vec<_>>();
        let found = read(bytes, path).unwrap();
        let names =
            |rows: &[&Value]| rows.iter().map(|row| row["fields"]["name"].clone()).collect::<Vec<_>>();
        let expected: Vec<Value> =
            [names(&of("dcim.device")), names(&of("virtualization.virtualmachine"))].concat();
        let mut read_names: Vec<Value> =
            found.assets.iter().map(|one| Value::from(one.name.clone())).collect();
        let mut expected_names = expected;
        read_names.sort_by_key(Value::to_string);
        expected_names.sort_by_key(Value::to_string);
        assert_eq!(read_names, expected_names);
        let addresses = of("ipam.ipaddress");
        let assigned: HashSet<String> = addresses
            .iter()
            .filter(|row| !row["fields"]["assigned_object_id"].is_null())
            .map(|row| row["fields"]["address"].to_string())
            .collect();
        let free = addresses.iter().filter(|row| row["fields"]["assigned_object_id"].is_null()).count();
        assert_eq!(found.networks.len(), of("ipam.prefix").len() + free);
        assert_eq!(found.assets.iter().map(|one| one.identifiers.ips.len()).sum::<usize>(), assigned.len());
        let sites = of("dcim.site").len();
        let places: HashSet<_> =
            found.assets.iter().filter_map(|one| one.location.as_deref()?.split(',').next()).collect();
        assert!(places.len() <= sites && places.len() > 5);
        println!("netbox: {} assets, {} networks", found.assets.len(), found.networks.len());
    });
}

#[test]
fn every_glpi_inventory_is_read_completely() {
    let mut counts = (0, 0);
    let mut refused = Vec::new();
    each_document("inventory-cmdb.tar.zst", &mut |path, bytes| {
        if !path.contains("/glpi-agent/") || path.ends_with("schema.json") {
            return;
        }
        let expected = match serde_json::from_slice::<Value>(bytes) {
            Ok(document) => document["content"]["softwares"].as_array().map_or(0, Vec::len),
            Err(_) => String::from_utf8_lossy(bytes).matches("<SOFTWARES>").count(),
        };
        match read(bytes, path) {
            Ok(found) => {
                let software = found.components.iter().filter(|one| one.id.is_none()).count();
                let nameless = found.warnings.iter().filter(|warning| warning.text == "has no name").count();
                assert_eq!(software + nameless, expected, "{path}");
                counts.0 += 1;
                counts.1 += expected;
            }
            Err(error) => refused.push(error.to_string()),
        }
    });
    println!("glpi: {} inventories, {} software entries", counts.0, counts.1);
    assert_eq!(refused, Vec::<String>::new());
}
