// SPDX-License-Identifier: Apache-2.0
//! Requirements of Cargo (`^1.2`, `~1.2.3`, `>=1, <2`, `1.*`) and Hex (`~> 1.2 or >= 2.0.0`).
//!
//! ```text
//! alternatives of clauses, each a sign and a version whose last numbers may be missing
//! ```
//! The two agree on SemVer's order and part on pre-releases: Cargo takes one only beside a clause that names a
//! pre-release of the same numbers, Hex takes every one inside.
//! Sources: semver 1.0 `VersionReq::matches`; Elixir 1.14 `Version.match?`.

use std::cmp::Ordering;

use crate::range::{Test, split_test};
use crate::scheme::semver;
use crate::{Scheme, VersionError, encode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Test(Test),
    NotEqual,
    Caret,
    Tilde,
    /// Hex: the last number given may grow, the others may not.
    Pessimistic,
}

#[derive(Debug, Clone)]
struct Bound {
    numbers: [u64; 3],
    given: usize,
    pre: String,
}

pub(super) fn contains(scheme: Scheme, range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = || VersionError::range(scheme.name(), range, "it is no requirement");
    let version = Bound::read(version).filter(|version| version.given == 3).ok_or_else(fail)?;
    let alternatives: Vec<&str> =
        if scheme == Scheme::Hex { range.split(" or ").collect() } else { vec![range] };
    let mut inside = false;
    for alternative in alternatives {
        let clauses = parse_clauses(scheme, alternative).ok_or_else(fail)?;
        let mut holds = true;
        for (sign, bound) in &clauses {
            holds &= clause_holds(scheme, *sign, bound, &version)?;
        }
        let named = |(_, bound): &(Sign, Bound)| !bound.pre.is_empty() && bound.numbers == version.numbers;
        let allowed = scheme != Scheme::Cargo || version.pre.is_empty() || clauses.iter().any(named);
        inside |= holds && allowed;
    }
    Ok(inside)
}

impl Bound {
    fn read(text: &str) -> Option<Bound> {
        let missing = 2_usize.saturating_sub(text.split(['-', '+']).next()?.matches('.').count());
        let padded = format!("{text}{}", ".0".repeat(missing));
        if !semver::is_strict(&padded) || missing > 0 && text.contains(['-', '+']) {
            return None;
        }
        let parts = semver::split(text).ok()?;
        let mut bound = Bound { numbers: [0; 3], given: 0, pre: parts.pre.unwrap_or_default().to_owned() };
        for part in parts.core.split('.') {
            *bound.numbers.get_mut(bound.given)? = part.parse().ok()?;
            bound.given += 1;
        }
        (bound.given == 3 || bound.pre.is_empty()).then_some(bound)
    }

    fn compare(&self, other: &Bound) -> Result<Ordering, VersionError> {
        Ok(encode(Scheme::Semver, &self.text())?.cmp(&encode(Scheme::Semver, &other.text())?))
    }

    fn text(&self) -> String {
        let [major, minor, patch] = self.numbers;
        let dash = if self.pre.is_empty() { "" } else { "-" };
        format!("{major}.{minor}.{patch}{dash}{}", self.pre)
    }

    /// The same numbers up to `place`.
    fn agrees(&self, version: &Bound, place: usize) -> bool {
        version.numbers[..=place] == self.numbers[..=place]
    }

    /// Elixir's `~>` may leave the last number out before a pre-release too: `~> 2.0-rc.1`.
    fn read_pessimistic(text: &str) -> Option<Bound> {
        let (core, pre) = text.split_once('-').filter(|(core, _)| core.matches('.').count() == 1)?;
        Some(Bound { given: 2, ..Bound::read(&format!("{core}.0-{pre}"))? })
    }
}

fn parse_clauses(scheme: Scheme, text: &str) -> Option<Vec<(Sign, Bound)>> {
    // Cargo knows blanks, no other white space.
    let trim = |text| if scheme == Scheme::Cargo { str::trim_matches(text, ' ') } else { str::trim(text) };
    let text = trim(text);
    if matches!((scheme, text), (Scheme::Cargo, "*" | "x" | "X")) {
        return Some(Vec::new());
    }
    let separated = if scheme == Scheme::Hex { text.replace(" and ", ",") } else { text.to_owned() };
    let mut clauses = Vec::new();
    for clause in separated.split(',') {
        clauses.push(parse_clause(scheme, trim(clause))?);
    }
    (!clauses.is_empty()).then_some(clauses)
}

fn parse_clause(scheme: Scheme, clause: &str) -> Option<(Sign, Bound)> {
    if scheme != Scheme::Hex && clause.starts_with("==") {
        return None;
    }
    let blanks = |text| {
        if scheme == Scheme::Cargo { str::trim_start_matches(text, ' ') } else { str::trim_start(text) }
    };
    let strip = |sign: &str| clause.strip_prefix(sign).map(blanks);
    let (sign, rest) = match scheme {
        Scheme::Hex => match (strip("~>"), strip("!=").or_else(|| strip("!"))) {
            (Some(rest), _) => (Sign::Pessimistic, rest),
            (_, Some(rest)) => (Sign::NotEqual, rest),
            _ => {
                let (test, rest) = split_test(clause);
                if test == Some(Test::Equal) && !clause.starts_with("==") {
                    return None;
                }
                (Sign::Test(test.unwrap_or(Test::Equal)), blanks(rest))
            }
        },
        _ => match (strip("^"), strip("~")) {
            (Some(rest), _) => (Sign::Caret, rest),
            (_, Some(rest)) => (Sign::Tilde, rest),
            _ => match split_test(clause) {
                (Some(test), rest) => (Sign::Test(test), blanks(rest)),
                (None, rest) => (Sign::Caret, rest),
            },
        },
    };
    let mut open = rest;
    while !open.contains(['-', '+'])
        && let Some(shorter) = [".*", ".x", ".X"].iter().find_map(|wildcard| open.strip_suffix(wildcard))
    {
        open = shorter;
    }
    if open.len() < rest.len() {
        // "1.*" lets the missing numbers be anything; with a sign it is the sign's.
        let is_short = rest.matches('.').count() < 3;
        let bound = Bound::read(open).filter(|_| scheme == Scheme::Cargo && is_short)?;
        let sign = if rest.len() == clause.len() { Sign::Test(Test::Equal) } else { sign };
        return Some((sign, bound));
    }
    let short = (sign == Sign::Pessimistic).then(|| Bound::read_pessimistic(rest)).flatten();
    let bound = short.or_else(|| Bound::read(rest))?;
    let complete =
        scheme == Scheme::Cargo || bound.given == 3 || sign == Sign::Pessimistic && bound.given == 2;
    complete.then_some((sign, bound))
}

fn clause_holds(scheme: Scheme, sign: Sign, bound: &Bound, version: &Bound) -> Result<bool, VersionError> {
    let order = version.compare(bound)?;
    let last = bound.given.saturating_sub(1);
    // Where numbers are missing, Cargo looks at the others only.
    let at_least = if bound.given < 3 && scheme == Scheme::Cargo {
        version.numbers >= bound.numbers
    } else {
        order.is_ge()
    };
    Ok(match sign {
        Sign::NotEqual => order.is_ne(),
        Sign::Caret => {
            let first = bound.numbers[..bound.given].iter().position(|number| *number > 0).unwrap_or(last);
            at_least && bound.agrees(version, first)
        }
        Sign::Tilde => {
            // semver compares the pre-release with the bound's, which has none where numbers are missing.
            let is_plain = bound.given == 3 || version.pre.is_empty();
            at_least && is_plain && bound.agrees(version, last.min(1))
        }
        Sign::Pessimistic => order.is_ge() && bound.agrees(version, last.saturating_sub(1)),
        Sign::Test(test) if bound.given < 3 => partial_holds(test, bound, version),
        Sign::Test(test) => test.passes(order),
    })
}

/// Against the numbers that are given; the others may be anything.
fn partial_holds(test: Test, bound: &Bound, version: &Bound) -> bool {
    let order = version.numbers[..bound.given].cmp(&bound.numbers[..bound.given]);
    // semver compares the pre-release with the bound's, which has none.
    (order.is_ne() || version.pre.is_empty()) && test.passes(order)
}
