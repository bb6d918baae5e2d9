// SPDX-License-Identifier: Apache-2.0
//! Comparison vectors: reference tools, osv-scalibr fixtures, the VERS specification.

use std::cmp::Ordering;

use hinomi_version::{Scheme, compare, encode};
use serde_json::Value;

use crate::archive::for_each_member;
use crate::exceptions::Differences;

fn answer(scheme: Scheme, left: &str, right: &str) -> String {
    let order = compare(scheme, left, right);
    if let (Ok(order), Ok(left), Ok(right)) = (&order, encode(scheme, left), encode(scheme, right)) {
        let by_key = scheme.key_order(&left, &right);
        assert!(
            by_key.is_none_or(|by_key| by_key == *order),
            "{scheme}: keys say {by_key:?}, comparator {order:?}"
        );
    }
    match order {
        Ok(order) => sign(order).to_owned(),
        Err(_) => "?".to_owned(),
    }
}

fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "-1",
        Ordering::Equal => "0",
        Ordering::Greater => "1",
    }
}

/// Checks both directions of one pair.
fn check(differences: &mut Differences, scheme: Scheme, left: &str, right: &str, expected: &str) {
    let opposite = match expected {
        "-1" => "1",
        "1" => "-1",
        other => other,
    };
    let case = format!("{left} ? {right}");
    differences.check(&case, answer(scheme, left, right), expected.to_owned());
    differences.check(&case, answer(scheme, right, left), opposite.to_owned());
}

/// `a<TAB>expected_cmp<TAB>b`
fn check_table(suite: &'static str, member: &str, scheme: Scheme) {
    let mut differences = Differences::new(suite);
    let present = for_each_member(member, |_, text| {
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            check(&mut differences, scheme, fields[0], fields[2], fields[1]);
        }
    });
    if present {
        differences.finish();
    }
}

/// `a < b`
fn check_scalibr(suite: &'static str, member: &str, scheme: Scheme) {
    let mut differences = Differences::new(suite);
    let present = for_each_member(member, |_, text| {
        for line in text.lines().filter(|line| !line.starts_with(['#', '/']) && !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let expected = match fields[1] {
                "<" => "-1",
                "=" => "0",
                ">" => "1",
                other => panic!("{member}: {other}"),
            };
            check(&mut differences, scheme, fields[0], fields[2], expected);
        }
    });
    if present {
        differences.finish();
    }
}

macro_rules! tables {
    ($($name:ident: $check:ident($member:literal, $scheme:ident);)*) => {
        $(#[test] fn $name() { $check(stringify!($name), $member, Scheme::$scheme); })*
    };
}

tables! {
    libapt: check_table("reference-tools/deb-libapt.tsv", Deb);
    librpm: check_table("reference-tools/rpm-librpm.tsv", Rpm);
    packaging: check_table("reference-tools/pypi-packaging-cmp.tsv", Pypi);
    comparable_version: check_table("reference-tools/maven-comparableversion.tsv", Maven);
    comparable_version_own: check_table("native/maven-comparableversion.tsv", Maven);
    rubygems: check_table("reference-tools/rubygems-cmp.tsv", Gem);
    composer: check_table("reference-tools/composer-cmp.tsv", Composer);
    node_semver: check_table("reference-tools/semver-node-cmp.tsv", Npm);
    node_semver_as_semver: check_table("reference-tools/semver-node-cmp.tsv", Semver);
    scalibr_alpine: check_scalibr("osv-scalibr/alpine-versions", Apk);
    scalibr_cran: check_scalibr("osv-scalibr/cran-versions", Cran);
    scalibr_debian: check_scalibr("osv-scalibr/debian-versions", Deb);
    scalibr_hackage: check_scalibr("osv-scalibr/hackage-versions", Hackage);
    scalibr_maven: check_scalibr("osv-scalibr/maven-versions", Maven);
    scalibr_nuget: check_scalibr("osv-scalibr/nuget-versions", Nuget);
    scalibr_packagist: check_scalibr("osv-scalibr/packagist-versions", Composer);
    scalibr_pub: check_scalibr("osv-scalibr/pub-versions", Pub);
    scalibr_pypi: check_scalibr("osv-scalibr/pypi-versions", PypiLegacy);
    scalibr_redhat: check_scalibr("osv-scalibr/redhat-versions", Rpm);
    scalibr_rubygems: check_scalibr("osv-scalibr/rubygems-versions", Gem);
    scalibr_semver: check_scalibr("osv-scalibr/semver-versions", Semver);
}

#[test]
fn maven_ordered_lists() {
    let mut differences = Differences::new("maven_ordered_lists");
    let present = for_each_member("native/maven-ordered-list", |_, text| {
        let versions: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        for (position, left) in versions.iter().enumerate() {
            for right in &versions[position + 1..] {
                check(&mut differences, Scheme::Maven, left, right, "-1");
            }
        }
    });
    if present {
        differences.finish();
    }
}

/// What `packaging` refuses is refused, and still has a place in the legacy order.
#[test]
fn invalid_python_versions() {
    let mut differences = Differences::new("invalid_python_versions");
    let present = for_each_member("reference-tools/pypi-invalid-versions.txt", |_, text| {
        for version in text.lines().filter(|line| !line.is_empty()) {
            differences.check(version, answer(Scheme::Pypi, version, "1.0"), "?".to_owned());
            differences.check(version, answer(Scheme::PypiLegacy, version, "0.dev0"), "-1".to_owned());
        }
    });
    if present {
        differences.finish();
    }
}

/// Go's canonical form drops build metadata and fills missing parts: it must be equal to its input.
#[test]
fn go_canonical_versions() {
    let mut differences = Differences::new("go_canonical_versions");
    let present = for_each_member("native/go-semver-canonical.tsv", |_, text| {
        for line in text.lines().skip(1) {
            let (input, canonical) = line.split_once('\t').unwrap_or((line, ""));
            if canonical.is_empty() {
                differences.check(input, Scheme::Go.is_valid(input), false);
            } else {
                check(&mut differences, Scheme::Go, input, canonical, "0");
            }
        }
    });
    if present {
        differences.finish();
    }
}

/// `comparison` lists versions and their ascending order, `equality` says whether two are the same.
#[test]
fn vers_specification() {
    let mut differences = Differences::new("vers_specification");
    let present = for_each_member("vers-spec/", |_, text| {
        let document: Value = serde_json::from_str(text).expect("a JSON test file");
        for case in document["tests"].as_array().into_iter().flatten() {
            let texts = |value: &Value| -> Vec<String> {
                value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|text| text.as_str().map(str::to_owned))
                    .collect()
            };
            let versions = texts(&case["input"]["versions"]);
            let scheme = case["input"]["input_scheme"].as_str().and_then(Scheme::from_name);
            match case["test_type"].as_str() {
                Some("comparison") => {
                    let sorted = texts(&case["expected_output"]);
                    let scheme = scheme.expect("a known scheme");
                    for pair in sorted.windows(2) {
                        let ours = compare(scheme, &pair[0], &pair[1]).map(Ordering::is_le);
                        differences.check(&format!("{scheme} {}", sorted.join(" <= ")), ours, Ok(true));
                    }
                }
                Some("equality") => {
                    let scheme = scheme.expect("a known scheme");
                    let ours = compare(scheme, &versions[0], &versions[1]).map(Ordering::is_eq);
                    let expected = Ok(case["expected_output"].as_bool().expect("a boolean"));
                    differences.check(&format!("{scheme} {}", versions.join(" = ")), ours, expected);
                }
                _ => {}
            }
        }
    });
    if present {
        differences.finish();
    }
}
