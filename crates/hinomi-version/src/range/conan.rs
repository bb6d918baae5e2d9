// SPDX-License-Identifier: Apache-2.0
//! Conan version ranges: `>1 <2.0 || ^3.2`, `~2.5`, `1.2.*`, with pre-releases only after `, include_prerelease`.
//!
//! Source: Conan 2.34 `conan/internal/model/version_range.py`.

use crate::range::gem::raise;
use crate::range::{Test, split_test};
use crate::scheme::conan::compare;
use crate::{Scheme, VersionError};

enum Condition {
    Test(Test, String),
    StartsWith(String),
}

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = || VersionError::range("conan", range, "Conan does not read it");
    if range.is_empty() || !Scheme::Conan.is_valid(version) {
        return Err(fail());
    }
    let mut tokens = range.split(',');
    let expression = tokens.next().unwrap_or_default();
    let mut include_prerelease = false;
    for option in tokens {
        if option.contains("include_prerelease") {
            include_prerelease = true;
            break;
        }
        if !option.trim().starts_with(|letter: char| letter.is_alphabetic()) {
            return Err(fail());
        }
    }
    let is_prerelease = version.rsplit_once('+').map_or(version, |(rest, _)| rest).contains('-');
    let mut inside = false;
    for alternative in expression.split("||") {
        let conditions = parse_alternative(alternative).ok_or_else(fail)?;
        let allowed = include_prerelease || !is_prerelease;
        inside |= allowed && conditions.iter().all(|condition| condition.holds(version));
    }
    Ok(inside)
}

impl Condition {
    /// `>=` and `<` count the pre-releases of their bound as not yet the bound.
    fn new(test: Test, bound: &str) -> Condition {
        let needs_dash = matches!(test, Test::AtLeast | Test::Less) && !bound.contains(['-', '+']);
        Condition::Test(test, if needs_dash { format!("{bound}-") } else { bound.to_owned() })
    }

    fn holds(&self, version: &str) -> bool {
        match self {
            Condition::Test(test, bound) => test.passes(compare(version, bound)),
            Condition::StartsWith(start) => version.starts_with(start.as_str()),
        }
    }
}

fn parse_alternative(text: &str) -> Option<Vec<Condition>> {
    let mut conditions = Vec::new();
    for word in text.split_whitespace() {
        conditions.extend(parse_word(word)?);
    }
    if conditions.is_empty() {
        conditions.push(Condition::new(Test::AtLeast, "0.0.0"));
    }
    Some(conditions)
}

fn parse_word(word: &str) -> Option<Vec<Condition>> {
    if word == "*" {
        return Some(vec![Condition::new(Test::AtLeast, "0.0.0")]);
    }
    // Conan looks for a doubled sign in the second place, whatever stands in the first.
    let is_ordered = word.starts_with(['>', '<']);
    let second =
        word.strip_suffix('*').filter(|_| !word.starts_with(['=', '^', '~', '>', '<'])).unwrap_or(word);
    let second = second.chars().nth(1)?;
    if second == '=' && !is_ordered {
        return None;
    }
    let bump =
        word.strip_prefix('~').map(|bound| (bound, true)).or_else(|| Some((word.strip_prefix('^')?, false)));
    if let Some((bound, is_tilde)) = bump {
        return bumped(bound, is_tilde);
    }
    match split_test(word) {
        (Some(_), "") => None,
        (Some(test), bound) => Some(vec![Condition::new(test, bound)]),
        (None, bound) => Some(vec![match bound.strip_suffix('*') {
            Some(start) => Condition::StartsWith(start.to_owned()),
            None => Condition::Test(Test::Equal, bound.to_owned()),
        }]),
    }
}

fn bumped(bound: &str, is_tilde: bool) -> Option<Vec<Condition>> {
    let low = if is_tilde && !bound.contains('-') { format!("{bound}-") } else { bound.to_owned() };
    let without_build = bound.rsplit_once('+').map_or(bound, |(rest, _)| rest);
    let main = without_build.split('-').next().unwrap_or_default();
    let items: Vec<&str> = main.split('.').collect();
    let is_number = |item: &&str| !item.is_empty() && item.bytes().all(|byte| byte.is_ascii_digit());
    let is_zero = |item: &str| !item.is_empty() && item.bytes().all(|byte| byte == b'0');
    let place = match is_tilde {
        true => usize::from(items.len() > 1),
        false => items.iter().position(|item| !is_zero(item))?,
    };
    let number = items.get(place).filter(|item| is_number(item))?;
    let mut high: Vec<String> = items[..place].iter().map(|item| (*item).to_owned()).collect();
    high.push(raise(number));
    Some(vec![
        Condition::new(Test::AtLeast, &low),
        Condition::Test(Test::Less, format!("{}-", high.join("."))),
    ])
}
