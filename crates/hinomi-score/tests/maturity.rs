// SPDX-License-Identifier: Apache-2.0
//! The shipped formulas: the worked example of the system axis, the states, the gates, and the page of the manual.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_score::maturity::{
    Axis, AxisIndex, Facts, FormulaError, FormulaSet, GateState, Indicator, Language, Levelled, Outcome,
    SHIPPED_FORMULAS, Tally,
};
use std::collections::BTreeMap;
use std::path::Path;

fn shipped() -> FormulaSet {
    FormulaSet::shipped().unwrap()
}

/// The worked example: 600 discovered assets, 570 in operation.
fn example() -> BTreeMap<&'static str, Tally> {
    let mut days = Tally::default();
    [9, 21, 40].iter().for_each(|value| days.add_value(*value));
    BTreeMap::from([
        ("S1", Tally::counted(570, 600)),
        ("S2", Tally::counted(540, 570)),
        ("S3", Tally::counted(88, 110)),
        ("S4", Tally::counted(3, 570)),
        ("S5", days),
        ("S6", Tally::of_milli(132_500, 150)),
        ("S7", Tally::counted(96, 120)),
        ("S8", Tally::counted(552, 570)),
        ("S9", Tally::counted(24, 570)),
    ])
}

fn outcome_of<'a>(tallies: &'a BTreeMap<&'static str, Tally>) -> impl Fn(&Indicator) -> Outcome + 'a {
    |indicator| {
        tallies.get(indicator.code.as_str()).map_or(Outcome::NotInScope, |tally| indicator.score(tally))
    }
}

fn facts(names: &[&str]) -> Facts {
    names.iter().map(|name| ((*name).to_owned(), true)).collect()
}

const SHOWN: &[&str] =
    &["owner-seat-filled", "procedure-approved", "reviewed-three-months", "independently-checked"];

fn level(tallies: &BTreeMap<&'static str, Tally>, before: &[Option<i64>], shown: &[&str]) -> Levelled {
    let set = shipped();
    let index = set.index(Axis::System, outcome_of(tallies));
    set.level(Axis::System, index, before, &facts(shown), outcome_of(tallies))
}

#[test]
fn the_worked_example_scores_85_9() {
    let set = shipped();
    let tallies = example();
    let index = set.index(Axis::System, outcome_of(&tallies));
    assert_eq!(index, AxisIndex { tenths: Some(859), weight: 100 });
    let score = |code: &str| set.indicator(code).unwrap().score(&tallies[code]).score().unwrap();
    let rounded = |code| (score(code) * 10_000.0).round() / 10_000.0;
    let wanted = [
        ("S1", 0.95),
        ("S2", 0.9474),
        ("S3", 0.8),
        ("S4", 0.8947),
        ("S5", 0.7358),
        ("S6", 0.8833),
        ("S7", 0.8),
        ("S8", 0.9684),
        ("S9", 0.5789),
    ];
    for (code, wanted) in wanted {
        assert_eq!(rounded(code), wanted, "{code}");
    }
}

#[test]
fn the_worked_example_is_of_level_three_and_of_four_when_it_lasts() {
    let tallies = example();
    assert_eq!(level(&tallies, &[Some(840), Some(860)], SHOWN).level, 3);
    assert_eq!(level(&tallies, &[Some(850), Some(860)], SHOWN).level, 4);
    assert_eq!(level(&tallies, &[Some(850)], SHOWN).level, 3, "a month is missing");
    assert_eq!(level(&tallies, &[Some(850), Some(860)], &SHOWN[..3]).level, 3);
}

#[test]
fn what_is_not_shown_does_not_hold() {
    let levelled = level(&example(), &[], &["owner-seat-filled"]);
    assert_eq!(levelled.level, 1);
    let awaited: Vec<u8> = levelled
        .gates
        .iter()
        .filter(|gate| gate.state == GateState::Awaited)
        .map(|gate| gate.level)
        .collect();
    assert_eq!(awaited, [2, 3, 4]);
}

#[test]
fn one_weak_indicator_of_weight_keeps_level_three_away() {
    let mut tallies = example();
    tallies.insert("S2", Tally::counted(280, 570));
    assert_eq!(level(&tallies, &[], SHOWN).level, 2);
    // A light one does not.
    let mut tallies = example();
    tallies.insert("S7", Tally::counted(10, 120));
    assert_eq!(level(&tallies, &[], SHOWN).level, 3);
}

#[test]
fn blind_scores_zero_and_caps_the_level() {
    let set = shipped();
    let tallies = example();
    let blind = |code: &'static str| {
        let tallies = &tallies;
        move |one: &Indicator| if one.code == code { Outcome::Blind } else { outcome_of(tallies)(one) }
    };
    let index = set.index(Axis::System, blind("S8"));
    assert_eq!((index.weight, index.tenths), (100, Some(762)));
    let levelled = set.level(Axis::System, index, &[], &facts(SHOWN), blind("S8"));
    assert_eq!((levelled.level, levelled.capped), (1, true));
    let light = set.index(Axis::System, blind("S9"));
    assert_eq!(set.level(Axis::System, light, &[], &facts(SHOWN), blind("S9")).level, 3);
}

#[test]
fn an_axis_with_too_little_to_measure_is_not_rated() {
    let set = shipped();
    let only = |codes: &'static [&'static str]| {
        move |one: &Indicator| {
            if codes.contains(&one.code.as_str()) { Outcome::Scored(1.0) } else { Outcome::Awaited }
        }
    };
    let index = set.index(Axis::Governance, only(&["G1", "G6"]));
    assert_eq!(index, AxisIndex { tenths: None, weight: 30 });
    assert_eq!(set.level(Axis::Governance, index, &[], &facts(SHOWN), only(&["G1", "G6"])).level, 0);
    let index = set.index(Axis::Governance, only(&["G1", "G3", "G5", "G6"]));
    assert_eq!(index, AxisIndex { tenths: Some(1000), weight: 60 });
}

#[test]
fn rounding_is_half_up_to_one_decimal() {
    let set = shipped();
    let all =
        |score: f64| set.index(Axis::System, move |_: &Indicator| Outcome::Scored(score)).tenths.unwrap();
    assert_eq!((all(0.0), all(1.0), all(0.8595), all(0.85949)), (0, 1000, 860, 859));
}

#[test]
fn a_wrong_set_is_refused_with_its_place() {
    let refused = |from: &str, to: &str| {
        let text = SHIPPED_FORMULAS.replacen(from, to, 1);
        assert_ne!(text, SHIPPED_FORMULAS);
        FormulaSet::parse(&text, "test").unwrap_err()
    };
    let cases = [
        ("code = \"G2\"", "code = \"G1\"", "G1"),
        ("weight = 15", "weight = 0", "G1"),
        ("from = 0.10, to = 0.70", "from = 0.70, to = 0.10", "H3"),
        ("valid_from = \"2000-01\"", "valid_from = \"2000-13\"", "valid_from"),
        ("code = \"S8\", at_least", "code = \"G1\", at_least", "G1"),
    ];
    for (from, to, place) in cases {
        match refused(from, to) {
            FormulaError::Rule { place: got, .. } => assert_eq!(got, place),
            other => panic!("{other}"),
        }
    }
    assert!(matches!(refused("least_weight", "least_wait"), FormulaError::Toml { .. }));
}

#[test]
fn the_manual_has_every_formula_as_it_is_computed() {
    let start = "<!-- Made from the formula set; HINOMI_WRITE_DOCS=1 cargo test -p hinomi-score writes it anew. -->\n";
    let pages = [
        (Language::English, "en", "How a maturity score is made: every formula"),
        (Language::Japanese, "ja", "成熟度の計算式一覧"),
    ];
    for (language, folder, title) in pages {
        let page = format!("../../docs/guide/{folder}/maturity-formulas.md");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let wanted = format!("{start}# {title}\n\n{}", shipped().to_markdown(language));
        if std::env::var_os("HINOMI_WRITE_DOCS").is_some() {
            std::fs::write(&path, &wanted).unwrap();
            continue;
        }
        assert!(text == wanted, "{} is not what the formulas say; see its first line", path.display());
    }
}

#[test]
fn every_formula_speaks_japanese_too() {
    let silent: Vec<String> = shipped()
        .indicators
        .into_iter()
        .filter(|one| one.counts_ja.is_empty() || one.among_ja.is_empty())
        .map(|one| one.code)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}
