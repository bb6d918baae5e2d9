// SPDX-License-Identifier: Apache-2.0
//! Requirements of Cargo against the crate `semver`, which Cargo itself uses: random ones, and those that once differed; of Hex
//! what Elixir's documentation and parser say.

use hinomi_version::Scheme;
use hinomi_version::range::native_contains;
use proptest::prelude::*;

/// What Cargo says; nothing where one of the two cannot be read.
fn cargo(requirement: &str, version: &str) -> Option<bool> {
    let requirement = semver::VersionReq::parse(requirement).ok()?;
    Some(requirement.matches(&semver::Version::parse(version).ok()?))
}

fn ours(requirement: &str, version: &str) -> Option<bool> {
    native_contains(Scheme::Cargo, requirement, version).ok()
}

fn number() -> impl Strategy<Value = String> {
    let edges = ["0", "1", "2", "3", "9", "10", "01", "", "18446744073709551615", "18446744073709551616"];
    let usual = ["0", "1", "2", "3"];
    prop_oneof![9 => prop::sample::select(usual.to_vec()), 1 => prop::sample::select(edges.to_vec())]
        .prop_map(str::to_owned)
}

fn suffix() -> impl Strategy<Value = String> {
    let suffixes = [
        "", "", "", "", "-0", "-1", "-01", "-a", "-a.1", "-a.01", "-rc.2", "-", "-a..b", "+b", "+",
        "-a+b.01", "-é",
    ];
    prop::sample::select(suffixes.to_vec()).prop_map(str::to_owned)
}

fn clause() -> impl Strategy<Value = String> {
    let signs = ["", "", "=", "==", ">", ">=", "<", "<=", "^", "~", "~>", "!=", "= ", "^ ", ">= "];
    let tails = ["", "", "", "", "", ".*", ".x", ".X", ".*.*", ".*.1", "*", " ", ".", "\t"];
    (
        prop::sample::select(signs.to_vec()),
        prop::collection::vec(number(), 1..5),
        suffix(),
        prop::sample::select(tails.to_vec()),
    )
        .prop_map(|(sign, numbers, suffix, tail)| format!("{sign}{}{suffix}{tail}", numbers.join(".")))
}

fn requirement() -> impl Strategy<Value = String> {
    let joins = [",", ", ", " , ", " ", ",,"];
    let several = (prop::collection::vec(clause(), 1..4), prop::sample::select(joins.to_vec()));
    prop_oneof![
        12 => several.prop_map(|(clauses, join)| clauses.join(join)),
        1 => prop::sample::select(vec!["*", "x", "X", " *", "* ", "*,1", "1,*", "", " ", "*.*", "x.1"]).prop_map(str::to_owned),
    ]
}

fn version() -> impl Strategy<Value = String> {
    (prop::collection::vec(number(), 3), suffix())
        .prop_map(|(numbers, suffix)| format!("{}{suffix}", numbers.join(".")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_requirements_hold_what_cargo_says(requirement in requirement(), version in version()) {
        prop_assert_eq!(ours(&requirement, &version), cargo(&requirement, &version), "{} @ {}", requirement, version);
    }
}

#[test]
fn what_once_differed_stays_right() {
    for (requirement, version) in [
        ("1.3.*.*", "1.3.1"),
        ("^1.0.*", "1.0.5"),
        ("~1, =1.0.1-3", "1.0.1-3"),
        ("18446744073709551616", "1.0.0"),
        ("1\t", "1.0.0"),
    ] {
        assert_eq!(ours(requirement, version), cargo(requirement, version), "{requirement} @ {version}");
    }
}

/// The documentation of Elixir's `Version` and its parser: `~>` may leave the last number out, before a pre-release too.
#[test]
fn the_pessimistic_sign_of_hex_takes_a_pre_release_of_two_numbers() {
    for (requirement, version, expected) in [
        ("~> 2.0-rc.1", "2.0.0-rc.1", Some(true)),
        ("~> 2.0-rc.1", "2.0.0-rc.0", Some(false)),
        ("~> 2.0-rc.1", "2.9.0", Some(true)),
        ("~> 2.0-rc.1", "3.0.0-rc.1", Some(false)),
        ("~> 2.0.0-rc.1", "2.1.0", Some(false)),
        ("~> 2-rc.1", "2.0.0", None),
        (">= 2.0-rc.1", "2.0.0", None),
        ("~> 2.0-", "2.0.0", None),
    ] {
        let found = native_contains(Scheme::Hex, requirement, version).ok();
        assert_eq!(found, expected, "{requirement} @ {version}");
    }
}
