// SPDX-License-Identifier: Apache-2.0
//! Every axis, indicator, source and fact of the shipped formulas has its name in each language.

#![expect(clippy::panic, reason = "helpers of tests fail the test")]

use hinomi_score::maturity::{Axis, FormulaSet, GateTest};

fn catalogue(language: &str) -> Vec<String> {
    let path = format!("{}/../../locales/{language}/maturity.ftl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
}

#[test]
fn every_word_of_the_formulas_has_its_text_in_both_languages() {
    let set = FormulaSet::shipped().unwrap();
    let mut keys: Vec<String> = Axis::ALL.iter().map(|axis| format!("axis-{}", axis.code())).collect();
    keys.extend(set.indicators.iter().map(|one| format!("indicator-{}", one.code.to_lowercase())));
    keys.extend(
        set.indicators.iter().flat_map(|one| &one.sources).map(|source| format!("maturity-source-{source}")),
    );
    keys.extend(set.gates.iter().filter_map(|gate| match &gate.test {
        GateTest::Fact { name } => Some(format!("gate-fact-{name}")),
        _ => None,
    }));
    assert!(keys.len() > 60, "{}", keys.len());
    for language in ["en", "ja"] {
        let known = catalogue(language);
        let missing: Vec<&String> = keys.iter().filter(|key| !known.contains(key)).collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}
