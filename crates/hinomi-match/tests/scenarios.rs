// SPDX-License-Identifier: Apache-2.0
//! The specification by example: every folder of `tests/scenarios` is one rule.

#![cfg(test)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, walk};
use hinomi_inventory_formats::{Component, ComponentKind, Inventory};
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
    rule: Option<String>,
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

/// Where the tests and the command line make a host of an inventory: one place.
#[path = "../../hinomi/src/cmd/match_/host.rs"]
mod host;

fn query_of<'a>(component: &'a Component, distro: Option<&'a str>) -> ComponentQuery<'a> {
    let kinds = ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"];
    let of_system =
        component.purl.as_deref().is_some_and(|purl| kinds.iter().any(|kind| purl.starts_with(kind)));
    ComponentQuery {
        purl: component.purl.as_deref(),
        cpe: component.cpe.as_deref(),
        more: &component.more_identities,
        name: &component.name,
        version: component.version.as_deref(),
        source_name: component.source_name.as_deref(),
        source_version: component.source_version.as_deref(),
        distro: component.distro.as_deref().or_else(|| distro.filter(|_| of_system)),
        kernel_running: component.kernel_running,
        supplier: component.supplier.as_deref(),
    }
}

/// The subject of a document is no part of it, and a system without an identity no package.
fn is_asked(component: &Component) -> bool {
    use ComponentKind::{Container, OperatingSystem};
    let is_image = component.purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:oci/"));
    let named = component.purl.is_some() || component.cpe.is_some();
    !is_image && (named || !matches!(component.kind, Container | OperatingSystem))
}

/// Lines `component advisory state fixed vulnerability rule` and `component unknown reason`, sorted; vulnerability and
/// rule only where they are asked for.
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
        let distro = inventory.host.distro();
        let host = host::host_of(&index, &inventory, |component| query_of(component, distro.as_deref()));
        for component in inventory.present().filter(|component| is_asked(component)) {
            let shown = component.purl.as_deref().or(component.cpe.as_deref()).unwrap_or(&component.name);
            let query = query_of(component, distro.as_deref());
            let answer = index.match_on(&host, &query, component.id.as_deref());
            for found in &answer.matches {
                let named = found.vulnerability.as_deref().unwrap_or(&found.advisory);
                let vulnerability = catalogue.vulnerability(named);
                let wanted = expected.matches.iter().find(|wanted| {
                    let other = |text: &String| text.as_str() != vulnerability;
                    wanted.advisory == found.advisory
                        && wanted.component == shown
                        && !wanted.vulnerability.as_ref().is_some_and(other)
                });
                let asked = |text: Option<&String>| text.is_some();
                let vulnerability = match asked(wanted.and_then(|wanted| wanted.vulnerability.as_ref())) {
                    true => vulnerability,
                    false => "",
                };
                let rule = match asked(wanted.and_then(|wanted| wanted.rule.as_ref())) {
                    true => found.rule.as_str(),
                    false => "",
                };
                let fixed = found.fixed.as_deref().unwrap_or("-");
                let state = found.state.as_str();
                seen.push(format!("{shown} {} {state} {fixed} {vulnerability} {rule}", found.advisory));
                if state != "affected" && found.rule.as_str() != "kernel-not-running" {
                    assert!(found.reason.is_some(), "{found:?}");
                }
                let steps = index.explain_on(&host, &query, component.id.as_deref(), &found.advisory);
                assert!(steps.iter().any(|step| step.subject.starts_with("verdict")), "{steps:?}");
            }
            if let Some(reason) = &answer.unknown {
                seen.push(format!("{shown} unknown {}", reason.code()));
            }
        }
    }
    let mut wanted: Vec<String> = Vec::new();
    for found in &expected.matches {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let fixed = found.fixed.as_deref().unwrap_or("-");
        let (vulnerability, rule) = (text(&found.vulnerability), text(&found.rule));
        let (component, advisory) = (&found.component, &found.advisory);
        wanted.push(format!("{component} {advisory} {} {fixed} {vulnerability} {rule}", found.state));
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
    assert!(folders.len() >= 100, "only {} scenarios", folders.len());
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
