// SPDX-License-Identifier: Apache-2.0
//! The facts of the demo company (`demo/`) fit together and have the promised size.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up must stop and say where"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use hinomi_version::purl::Purl;
use serde_json::Value;

fn demo(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(path)
}

fn company() -> Value {
    serde_json::from_slice(&std::fs::read(demo("company.json")).unwrap()).unwrap()
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list in {value}"))
}

fn words<'a>(values: &'a [Value], key: &str) -> Vec<&'a str> {
    values.iter().map(|value| value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))).collect()
}

/// The ids of all advisories, each checked to be readable and to name what it affects.
fn advisory_ids(aliases: &mut BTreeSet<String>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for entry in std::fs::read_dir(demo("advisories")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let read = hinomi_advisory_formats::read(&std::fs::read(&path).unwrap(), name).unwrap();
        for advisory in read {
            assert_eq!(format!("{}.json", advisory.id), name);
            assert!(!advisory.affected.is_empty(), "{name} affects nothing");
            assert!(
                advisory.affected.iter().all(|affected| affected.package.ecosystem.is_some()),
                "{name} names no ecosystem"
            );
            aliases.extend(advisory.aliases);
            assert!(ids.insert(advisory.id), "{name} is there twice");
        }
    }
    ids
}

#[test]
fn the_starter_set_is_readable_and_the_first_scene_is_in_it() {
    let ids = advisory_ids(&mut BTreeSet::new());
    assert!(ids.len() >= 60, "{} advisories", ids.len());
    assert!(ids.contains(company()["first_scene"]["advisory"].as_str().unwrap()));
}

#[test]
fn every_known_exploited_vulnerability_is_one_of_the_starter_set() {
    let mut aliases = BTreeSet::new();
    advisory_ids(&mut aliases);
    let bytes = std::fs::read(demo("kev.json")).unwrap();
    let catalogue = hinomi_advisory_formats::kev::read(&bytes, "kev.json").unwrap();
    assert!(!catalogue.entries.is_empty());
    for entry in &catalogue.entries {
        assert!(aliases.contains(&entry.cve), "{} is of no advisory", entry.cve);
        assert!(entry.added_micros().is_some(), "{} was added at no date", entry.cve);
    }
}

#[test]
fn the_company_has_the_promised_size_and_vacancies() {
    let company = company();
    let count = |kind: &str| array(&company, "units").iter().filter(|unit| unit["kind"] == kind).count();
    assert_eq!((count("group"), count("region"), count("department")), (1, 4, 24));
    assert_eq!(company["people"]["count"], 386);
    let seats = array(&company, "seats");
    let vacant = seats.iter().filter(|seat| seat["holder"].is_null()).count();
    assert_eq!(seats.len(), 72);
    assert!((1..=2).contains(&vacant), "{vacant} vacant seats");
    assert_eq!(array(&company, "systems").len(), 40);
    let staffed: i64 = array(&company, "units").iter().filter_map(|unit| unit["people"].as_i64()).sum();
    assert_eq!(staffed, 386, "the departments' people add up");
}

#[test]
fn names_point_at_what_is_there() {
    let company = company();
    let unit_ids: BTreeSet<&str> = words(array(&company, "units"), "id").into_iter().collect();
    for unit in array(&company, "units") {
        assert!(unit["parent"].is_null() || unit_ids.contains(unit["parent"].as_str().unwrap()), "{unit}");
    }
    for list in ["seats", "leadership_seats", "systems"] {
        for unit in words(array(&company, list), "unit") {
            assert!(unit_ids.contains(unit), "{list} name unit {unit}");
        }
    }
    let templates: BTreeSet<&str> = words(array(&company, "templates"), "id").into_iter().collect();
    let mut hostnames = BTreeSet::new();
    let assets = array(&company, "systems").iter().flat_map(|system| array(system, "assets"));
    for asset in assets.chain(array(&company, "unassigned_assets")) {
        assert!(templates.contains(asset["template"].as_str().unwrap()), "{asset}");
        assert!(hostnames.insert(asset["hostname"].as_str().unwrap()), "{asset} is there twice");
    }
}

#[test]
fn every_component_of_a_template_is_a_package_url_with_a_version() {
    for template in array(&company(), "templates") {
        let components = array(template, "components");
        assert!(!components.is_empty(), "{} has no components", template["id"]);
        for component in components {
            let text = component.as_str().or_else(|| component["purl"].as_str()).unwrap();
            let purl = Purl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(purl.version.is_some(), "{text} has no version");
        }
    }
}
