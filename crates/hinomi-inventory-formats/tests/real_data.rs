// SPDX-License-Identifier: Apache-2.0
//! Every real document of the shared set, counted against an independent walk over a generic tree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]
#![expect(clippy::print_stdout, reason = "says which data is absent and what was counted")]

use std::collections::BTreeMap;
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

fn is_declared_invalid(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    path.contains("cyclonedx-spec-tests/") && file.contains("invalid-")
}

/// Not declared invalid by their place, but by their content: each breaks the schema that it names.
const REFUSED: [&str; 3] = [
    "sboms/guac/invalid-cyclonedx.json: bomFormat: is \"CDX\", expected \"CycloneDX\"",
    "sboms/guac/invalid-spdx-identifier-spdx.json: SPDXID: is \"\", expected \"SPDXRef-DOCUMENT\"",
    "sboms/guac/invalid-spdx.json: line 2, column 18: invalid type: integer `2`, expected a string",
];

#[test]
fn every_json_sbom_is_read_completely() {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut unnoticed = Vec::new();
    let opened = each_document("sboms.tar.zst", &mut |path, bytes| {
        let Ok(document) = serde_json::from_slice::<Value>(strip_mark(bytes)) else { return };
        let Some(names) = expected_names(&document) else { return };
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
