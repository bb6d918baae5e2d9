// SPDX-License-Identifier: Apache-2.0
//! `Gem::Requirement`: `>= 1.0, < 2`, `~> 1.2.3`, `!= 1.5`. Source: rubygems 3.3 `lib/rubygems/requirement.rb`.

use std::cmp::Ordering;

use crate::range::{Test, split_test};
use crate::scheme::gem;
use crate::{Scheme, VersionError, compare};

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let mut inside = true;
    for requirement in range.split(',') {
        inside &= holds(range, requirement.trim_matches(gem::is_ruby_space), version)?;
    }
    Ok(inside)
}

fn holds(range: &str, requirement: &str, version: &str) -> Result<bool, VersionError> {
    let (sign, bound) = [("~>", Sign::Pessimistic), ("!=", Sign::Not)]
        .into_iter()
        .find_map(|(text, sign)| Some((sign, requirement.strip_prefix(text)?)))
        .unwrap_or_else(|| {
            let (test, rest) = split_test(requirement);
            (Sign::Test(test.unwrap_or(Test::Equal)), rest)
        });
    let bound = bound.trim_matches(gem::is_ruby_space);
    if requirement.starts_with("==") || bound.is_empty() || !gem::is_valid(bound.as_bytes()) {
        return Err(VersionError::range("gem", range, "it is no gem requirement"));
    }
    let order = compare(Scheme::Gem, version, bound)?;
    Ok(match sign {
        Sign::Test(test) => test.passes(order),
        Sign::Not => order.is_ne(),
        Sign::Pessimistic => {
            let release = release(version);
            order.is_ge() && compare(Scheme::Gem, &release, &bump(bound))? == Ordering::Less
        }
    })
}

enum Sign {
    Test(Test),
    Not,
    Pessimistic,
}

fn segments(version: &str) -> Vec<String> {
    let mut segments = Vec::new();
    gem::for_each_segment(version.as_bytes(), |segment| {
        segments.push(String::from_utf8_lossy(segment).into_owned())
    });
    segments
}

fn is_word(segment: &str) -> bool {
    segment.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// The version without its pre-release: everything before the first word.
fn release(version: &str) -> String {
    let numbers: Vec<String> =
        segments(version).into_iter().take_while(|segment| !is_word(segment)).collect();
    numbers.join(".")
}

/// The next version that a pessimistic bound keeps out: its last number goes, the one before is raised.
fn bump(version: &str) -> String {
    let mut segments = segments(version);
    if let Some(word) = segments.iter().position(|segment| is_word(segment)) {
        segments.truncate(word);
    }
    if segments.len() > 1 {
        segments.pop();
    }
    if let Some(last) = segments.last_mut() {
        *last = raise(last);
    }
    segments.join(".")
}

/// Decimal digits of any length plus one.
pub(super) fn raise(digits: &str) -> String {
    let mut raised: Vec<u8> = digits.bytes().collect();
    for digit in raised.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return String::from_utf8_lossy(&raised).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&raised))
}
