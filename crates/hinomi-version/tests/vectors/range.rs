// SPDX-License-Identifier: Apache-2.0
//! Range vectors: node-semver, packaging, RubyGems, and the VERS specification.

use hinomi_version::Scheme;
use hinomi_version::range::{VersRange, native_contains, vers_from_native};
use serde_json::Value;

use crate::archive::for_each_member;
use crate::exceptions::Differences;

/// `range<TAB>version<TAB>true|false`
fn check_table(suite: &'static str, member: &str, scheme: Scheme) {
    let mut differences = Differences::new(suite);
    let present = for_each_member(member, |_, text| {
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let ours = native_contains(scheme, fields[0], fields[1]);
            differences.check(&format!("{} @ {}", fields[0], fields[1]), ours, Ok(fields[2] == "true"));
        }
    });
    if present {
        differences.finish();
    }
}

#[test]
fn node_semver_ranges() {
    check_table("node_semver_ranges", "reference-tools/npm-range-satisfies.tsv", Scheme::Npm);
}

#[test]
fn packaging_specifiers() {
    check_table("packaging_specifiers", "reference-tools/pypi-specifier-contains.tsv", Scheme::Pypi);
}

#[test]
fn gem_requirements() {
    check_table("gem_requirements", "reference-tools/rubygems-requirement.tsv", Scheme::Gem);
}

#[test]
fn vers_ranges() {
    let mut differences = Differences::new("vers_ranges");
    let present = for_each_member("vers-spec/", |_, text| {
        let document: Value = serde_json::from_str(text).expect("a JSON test file");
        for case in document["tests"].as_array().into_iter().flatten() {
            check(&mut differences, case);
        }
    });
    if present {
        differences.finish();
    }
}

fn check(differences: &mut Differences, case: &Value) {
    let kind = case["test_type"].as_str().unwrap_or_default();
    let input = &case["input"];
    let text = |key: &str| input[key].as_str().unwrap_or_default();
    let expected = case["expected_output"].as_str().unwrap_or_default().to_owned();
    match kind {
        "containment" => {
            let ours = VersRange::parse(text("vers")).and_then(|range| range.contains(text("version")));
            let expected = case["expected_output"].as_bool().expect("a boolean");
            differences.check(&format!("{kind} {} @ {}", text("vers"), text("version")), ours, Ok(expected));
        }
        "from_native" => {
            let ours = vers_from_native(text("scheme"), text("native_range")).map(|range| range.to_string());
            differences.check(
                &format!("{kind} {} {}", text("scheme"), text("native_range")),
                ours,
                Ok(expected),
            );
        }
        "validate" => {
            let input = input.as_str().expect("a vers URI");
            let ours = VersRange::parse(input).map(|range| range.to_string());
            differences.check(&format!("{kind} {input}"), ours, Ok(expected));
        }
        "parse" => check_parse(differences, case),
        _ => {}
    }
}

fn check_parse(differences: &mut Differences, case: &Value) {
    let input = case["input"].as_str().expect("a vers URI");
    let ours = VersRange::parse_canonical(input);
    if case["expected_failure"].as_bool() == Some(true) {
        differences.check(&format!("parse {input}"), ours.is_err(), true);
        return;
    }
    let ours = ours.map(|range| {
        let pairs = range.constraints().iter();
        pairs
            .map(|constraint| (constraint.comparator.sign().to_owned(), constraint.version.clone()))
            .collect()
    });
    let expected: Vec<(String, String)> =
        serde_json::from_value(case["expected_output"]["version_constraints"].clone()).expect("pairs");
    differences.check(&format!("parse {input}"), ours, Ok(expected));
}
