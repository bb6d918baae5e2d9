// SPDX-License-Identifier: Apache-2.0
//! The purl specification's tests: parsing, building and the canonical form, for the rules and for every type.

use hinomi_version::purl::Purl;
use serde_json::Value;

use crate::archive::for_each_member;
use crate::exceptions::Differences;

#[test]
fn purl_specification() {
    let mut differences = Differences::new("purl_specification");
    let present = for_each_member("purl-spec/tests/", |_, text| {
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
    let fails = case["expected_failure"].as_bool().unwrap_or(false);
    let kind = case["test_type"].as_str().unwrap_or_default();
    let name = format!("{kind} {}", case["input"].as_str().map_or(case["input"].to_string(), str::to_owned));
    let ours = match kind {
        "build" => build(&case["input"]),
        _ => Purl::parse(case["input"].as_str().expect("a purl")).map_err(|error| error.to_string()),
    };
    if fails {
        differences.check(&name, ours.is_err(), true);
        return;
    }
    match &case["expected_output"] {
        Value::String(canonical) => {
            differences.check(&name, ours.map(|purl| purl.to_string()), Ok(canonical.clone()));
        }
        parts => {
            let expected = build(parts).expect("parts that the specification expects");
            differences.check(&name, ours, Ok(expected));
        }
    }
}

fn build(parts: &Value) -> Result<Purl, String> {
    let text = |key: &str| parts[key].as_str();
    let qualifiers = parts["qualifiers"].as_object().into_iter().flatten();
    let qualifiers =
        qualifiers.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
    let (ty, name) = (text("type").unwrap_or_default(), text("name").unwrap_or_default());
    Purl::build(ty, text("namespace"), name, text("version"), qualifiers, text("subpath"))
        .map_err(|error| error.to_string())
}
