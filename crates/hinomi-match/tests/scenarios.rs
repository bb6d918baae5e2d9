// SPDX-License-Identifier: Apache-2.0
//! The specification by example: every folder of `tests/scenarios` is one rule.

#![cfg(test)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_inventory_formats::Inventory;
use hinomi_match::{CatalogueBuilder, ComponentQuery, Index};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    matches: Vec<ExpectedMatch>,
    unknown: Vec<ExpectedUnknown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedMatch {
    component: String,
    advisory: String,
    state: String,
    fixed: Option<String>,
    vulnerability: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedUnknown {
    component: String,
    reason: String,
}

fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut documents = Vec::new();
    walk(folder, &Limits::default(), &mut |entry| {
        documents.push((entry.path, entry.bytes.unwrap().into_owned()));
        ControlFlow::Continue(())
    })
    .unwrap();
    documents
}

/// Lines `component advisory state fixed vulnerability` and `component unknown reason`, sorted.
fn outcome(folder: &Path, expected: &Expected) -> (Vec<String>, Vec<String>) {
    let mut builder = Index::builder();
    let mut catalogue = CatalogueBuilder::default();
    for (path, bytes) in documents(&folder.join("advisories")) {
        for advisory in hinomi_advisory_formats::read(&bytes, &path).unwrap() {
            builder.add(&advisory);
            catalogue.add(&advisory);
        }
    }
    let (index, catalogue) = (builder.finish(), catalogue.finish());
    let mut seen = Vec::new();
    for (path, bytes) in documents(&folder.join("inventory")) {
        let inventory: Inventory = hinomi_inventory_formats::read(&bytes, &path).unwrap();
        for component in &inventory.components {
            let shown = component.purl.as_deref().unwrap_or(&component.name);
            let query = ComponentQuery {
                purl: component.purl.as_deref(),
                cpe: component.cpe.as_deref(),
                name: &component.name,
                version: component.version.as_deref(),
                source_name: component.source_name.as_deref(),
                source_version: component.source_version.as_deref(),
                distro: component.distro.as_deref(),
                kernel_running: component.kernel_running,
                supplier: component.supplier.as_deref(),
            };
            let answer = index.match_component(&query);
            assert_eq!(index.match_resolved(hinomi_match::resolve(&query)), answer);
            for found in &answer.matches {
                let asked = expected
                    .matches
                    .iter()
                    .any(|wanted| wanted.advisory == found.advisory && wanted.vulnerability.is_some());
                let vulnerability = if asked { catalogue.vulnerability(&found.advisory) } else { "" };
                let fixed = found.fixed.as_deref().unwrap_or("-");
                let state = found.state.as_str();
                seen.push(format!("{shown} {} {state} {fixed} {vulnerability}", found.advisory));
                let steps = index.explain(&query, &found.advisory);
                assert!(steps.last().unwrap().outcome.starts_with(state), "{steps:?}");
            }
            if let Some(reason) = &answer.unknown {
                seen.push(format!("{shown} unknown {}", reason.code()));
            }
        }
    }
    let mut wanted: Vec<String> = Vec::new();
    for found in &expected.matches {
        let fixed = found.fixed.as_deref().unwrap_or("-");
        let vulnerability = found.vulnerability.as_deref().unwrap_or_default();
        wanted
            .push(format!("{} {} {} {fixed} {vulnerability}", found.component, found.advisory, found.state));
    }
    wanted.extend(expected.unknown.iter().map(|one| format!("{} unknown {}", one.component, one.reason)));
    wanted.sort_unstable();
    seen.sort_unstable();
    (wanted, seen)
}

#[test]
fn every_scenario_comes_out_as_written() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios"));
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 60, "only {} scenarios", folders.len());
    let listed = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut failures = Vec::new();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let expected: Expected =
            serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
        assert!(
            listed.contains(&format!("| [{name}]({name}) | {} |", expected.rule)),
            "{name} is not in the README"
        );
        let (wanted, seen) = outcome(folder, &expected);
        if wanted != seen {
            failures.push(format!("{name}: {}\n  wanted {wanted:#?}\n  seen {seen:#?}", expected.rule));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
