// SPDX-License-Identifier: Apache-2.0
//! Composer constraints: `^1.2 || ~2.0.3`, `>=1.0,<2.0`, `1.0 - 2.0`, `1.2.*`, `dev-main`, `@dev` flags.
//!
//! Every constraint becomes comparisons with normal forms; lower bounds and open upper bounds get `-dev`, the least
//! stability, so that `<2.0` keeps 2.0's pre-releases out. Source: composer/semver 3.3 `VersionParser`, `Constraint`.

use std::cmp::Ordering;

use crate::VersionError;
use crate::range::gem::raise;
use crate::range::{Test, split_test};
use crate::scheme::composer::{
    Normal, is_modifier, is_space, is_trimmed, key_of_normal, normalise, strip_alias, strip_stability_flag,
};

const SYNTAX: &str = "composer";

enum Comparison {
    Test(Test, Normal),
    NotEqual(Normal),
}

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = || VersionError::range(SYNTAX, range, "Composer does not read it");
    let candidate = normalise(version).ok_or_else(fail)?;
    let mut alternatives: Vec<Vec<Comparison>> = Vec::new();
    let range_text = range.trim_matches(is_trimmed);
    let parted = range_text.replace("||", "|");
    let last = parted.matches('|').count();
    for (number, alternative) in parted.split('|').enumerate() {
        // Spaces count only where they are not around a bar.
        let alternative = if number > 0 { alternative.trim_start_matches(is_space) } else { alternative };
        let alternative = if number < last { alternative.trim_end_matches(is_space) } else { alternative };
        if alternative.is_empty() {
            return Err(fail());
        }
        let mut comparisons = Vec::new();
        for constraint in split_conjunction(alternative) {
            comparisons.extend(parse_constraint(constraint).ok_or_else(fail)?);
        }
        match alternatives.last_mut() {
            Some(last) if continues(last, &comparisons) => last.truncate(1),
            _ => alternatives.push(Vec::new()),
        }
        if let Some(last) = alternatives.last_mut() {
            let known = last.len();
            last.extend(comparisons.into_iter().skip(known));
        }
    }
    Ok(alternatives.iter().any(|all| all.iter().all(|comparison| comparison.holds(&candidate))))
}

/// `[>= 1 < 2] || [>= 2 < 3]` is `[>= 1 < 3]` to Composer, also where an end lies before its beginning
/// (`MultiConstraint::optimizeConstraints`): then the whole is less than its parts.
fn continues(left: &[Comparison], right: &[Comparison]) -> bool {
    use Comparison::Test as Is;
    match (left, right) {
        (
            [Is(Test::AtLeast, _), Is(Test::Less, end)],
            [Is(Test::AtLeast, start), Is(Test::Less | Test::AtMost, _)],
        ) => end.text() == start.text(),
        _ => false,
    }
}

impl Comparison {
    fn holds(&self, candidate: &Normal) -> bool {
        let bound = match self {
            Comparison::Test(_, bound) | Comparison::NotEqual(bound) => bound,
        };
        let branches = [candidate, bound].iter().filter(|side| matches!(side, Normal::Branch(_))).count();
        match (self, branches) {
            (Comparison::NotEqual(_), 1..) => candidate != bound,
            (Comparison::Test(Test::Equal, _), 2) => candidate == bound,
            // A branch is in no interval.
            (_, 1..) => false,
            (Comparison::NotEqual(_), 0) => compare(candidate, bound).is_ne(),
            (Comparison::Test(test, _), 0) => test.passes(compare(candidate, bound)),
        }
    }
}

fn compare(left: &Normal, right: &Normal) -> Ordering {
    key_of_normal(left).cmp(&key_of_normal(right))
}

/// Constraints parted by commas or spaces; spaces around ` - ` and ` as `, and behind a sign, part nothing.
fn split_conjunction(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match separator(text, at) {
            Some(end) => {
                parts.push(text.get(start..at).unwrap_or_default());
                (start, at) = (end, end);
            }
            None => at += 1,
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Where what parts two constraints ends, if it begins at `at`. Composer's expression, with what it tries in which order:
/// `(?<!^|as|[=>< ,]) *(?<!-)[, ](?!-) *(?!,|as|$)`.
fn separator(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (before, rest) = bytes.split_at_checked(at)?;
    if !matches!(rest.first(), Some(b',' | b' ')) || before.ends_with(b"as") {
        return None;
    }
    if matches!(before.last(), None | Some(b'=' | b'>' | b'<' | b' ' | b',')) {
        return None;
    }
    let spaces = |from: usize| bytes[from..].iter().take_while(|byte| **byte == b' ').count();
    (0..=spaces(at)).rev().find_map(|skipped| {
        let mark = at + skipped;
        let is_mark = matches!(bytes.get(mark), Some(b',' | b' '));
        if !is_mark || bytes.get(mark - 1) == Some(&b'-') || bytes.get(mark + 1) == Some(&b'-') {
            return None;
        }
        let ends = (0..=spaces(mark + 1)).rev().map(|taken| mark + 1 + taken);
        ends.into_iter().find(|end| {
            let behind = &bytes[*end..];
            !(behind.is_empty() || behind == b"\n" || behind.starts_with(b",") || behind.starts_with(b"as"))
        })
    })
}

fn parse_constraint(text: &str) -> Option<Vec<Comparison>> {
    let text = strip_alias(text.trim_matches(' '));
    let has_parts = text.contains(',') || text.contains(is_space);
    let without_flag = if has_parts { text } else { strip_stability_flag(text) };
    let flag =
        text[without_flag.len()..].strip_prefix('@').filter(|flag| !flag.eq_ignore_ascii_case("stable"));
    let text =
        if without_flag.is_empty() && flag.is_some() || without_flag.is_empty() && text.starts_with('@') {
            "*"
        } else {
            without_flag
        };
    let text = strip_reference(text);
    if let Some(everything) = wildcard_only(text) {
        return Some(everything);
    }
    if text.starts_with("~>") {
        return None;
    }
    if let Some(rest) = text.strip_prefix('~') {
        return tilde(rest);
    }
    if let Some(rest) = text.strip_prefix('^') {
        return caret(rest);
    }
    x_range(text).or_else(|| hyphen(text)).or_else(|| basic(text, flag))
}

/// `dev-main#1f2e3d` names a commit, which is Composer's own business.
fn strip_reference(text: &str) -> &str {
    match text.split_once('#') {
        Some((branch, reference)) if !reference.is_empty() => {
            let lower = branch.to_ascii_lowercase();
            let is_branch = lower.starts_with("dev-") || lower.ends_with(".x-dev");
            if is_branch { branch } else { text }
        }
        _ => text,
    }
}

fn wildcard_only(text: &str) -> Option<Vec<Comparison>> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let all_open = bare.split('.').all(|part| matches!(part, "x" | "X" | "*"));
    if !all_open {
        return None;
    }
    if bare.len() == text.len() && !bare.contains('.') {
        return Some(Vec::new());
    }
    Some(vec![Comparison::Test(Test::AtLeast, Normal::Version("0.0.0.0-dev".to_owned()))])
}

/// The numbers a version is written with, and whether a stability follows them.
struct Written {
    numbers: Vec<String>,
    has_modifier: bool,
    /// `2.x-dev`: one place more counts than is written.
    has_open_place: bool,
}

fn written(text: &str) -> Option<Written> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let bare = bare.split('+').next().unwrap_or_default();
    let mut numbers = Vec::new();
    let mut rest = bare;
    loop {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        numbers.push(rest[..end].to_owned());
        rest = &rest[end..];
        match rest.strip_prefix('.') {
            Some(next) if numbers.len() < 4 && next.starts_with(|letter: char| letter.is_ascii_digit()) => {
                rest = next
            }
            _ => break,
        }
    }
    let lower = rest.to_ascii_lowercase();
    let open = [".x-dev", ".x.dev", ".xdev", ".*-dev", ".*.dev", ".*dev"];
    let has_open_place = open.contains(&lower.as_str());
    if !has_open_place && !is_modifier(rest) {
        return None;
    }
    let modifier = lower.trim_start_matches(['.', '_', '-']);
    let has_modifier = modifier.starts_with(|letter: char| letter.is_ascii_alphabetic()) && !has_open_place;
    Some(Written { numbers, has_modifier, has_open_place })
}

impl Written {
    /// The numbers with the one at `place` (from 1) raised and those behind it zero, below every stability.
    fn raised(&self, place: usize) -> Normal {
        Normal::Version(format!("{}-dev", self.cut(place, true)))
    }

    fn cut(&self, place: usize, raised: bool) -> String {
        let number = |at: usize| self.numbers.get(at - 1).map_or("0", String::as_str);
        let parts = (1..=4).map(|at| match at.cmp(&place) {
            Ordering::Less => number(at).to_owned(),
            Ordering::Equal if raised => raise(number(at)),
            Ordering::Equal => number(at).to_owned(),
            Ordering::Greater => "0".to_owned(),
        });
        parts.map(|part| strip_zeros(&part).to_owned()).collect::<Vec<_>>().join(".")
    }

    /// As Composer does, the suffix goes behind build metadata too, where it says nothing.
    fn low(&self, text: &str) -> Option<Normal> {
        let suffix = if self.has_modifier || self.has_open_place { "" } else { "-dev" };
        normalise(&format!("{text}{suffix}"))
    }
}

fn strip_zeros(number: &str) -> &str {
    let stripped = number.trim_start_matches('0');
    if stripped.is_empty() { "0" } else { stripped }
}

fn between(low: Normal, high: Normal) -> Option<Vec<Comparison>> {
    Some(vec![Comparison::Test(Test::AtLeast, low), Comparison::Test(Test::Less, high)])
}

fn tilde(text: &str) -> Option<Vec<Comparison>> {
    let written = written(text)?;
    let place = written.numbers.len() + usize::from(written.has_open_place);
    between(written.low(text)?, written.raised(place.saturating_sub(1).max(1)))
}

fn caret(text: &str) -> Option<Vec<Comparison>> {
    let written = written(text)?;
    let number = |at: usize| written.numbers.get(at).map(String::as_str);
    let place = match (number(0), number(1), number(2)) {
        (Some(major), minor, _) if major != "0" || minor.is_none() => 1,
        (_, Some(minor), patch) if minor != "0" || patch.is_none() => 2,
        _ => 3,
    };
    between(written.low(text)?, written.raised(place))
}

fn x_range(text: &str) -> Option<Vec<Comparison>> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let parts: Vec<&str> = bare.split('.').collect();
    let is_number = |part: &&&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let count = parts.iter().take_while(is_number).count();
    let open = &parts[count..];
    if !(1..=3).contains(&count)
        || open.is_empty()
        || !open.iter().all(|part| matches!(*part, "x" | "X" | "*"))
    {
        return None;
    }
    let numbers = parts[..count].iter().map(|part| (*part).to_owned()).collect();
    let written = Written { numbers, has_modifier: false, has_open_place: false };
    let low = format!("{}-dev", written.cut(count, false));
    let high = Comparison::Test(Test::Less, written.raised(count));
    if low == "0.0.0.0-dev" {
        return Some(vec![high]);
    }
    Some(vec![Comparison::Test(Test::AtLeast, Normal::Version(low)), high])
}

fn hyphen(text: &str) -> Option<Vec<Comparison>> {
    let (from, to) = text.split_once(" - ")?;
    let (from, to) = (from.trim_end_matches(' '), to.trim_start_matches(' '));
    let (low, high) = (written(from)?, written(to)?);
    let low_suffix = if low.has_modifier || low.has_open_place { "" } else { "-dev" };
    let low = Normal::Version(format!("{}{low_suffix}", normalise(from)?.text()));
    let normal_high = normalise(to)?;
    let complete = high.numbers.len() >= 3 || high.has_modifier || high.has_open_place;
    let high = if complete {
        Comparison::Test(Test::AtMost, normal_high)
    } else {
        Comparison::Test(Test::Less, high.raised(high.numbers.len()))
    };
    Some(vec![Comparison::Test(Test::AtLeast, low), high])
}

fn basic(text: &str, flag: Option<&str>) -> Option<Vec<Comparison>> {
    let (test, version) = match text.strip_prefix("<>").or_else(|| text.strip_prefix("!=")) {
        Some(version) => (None, version),
        None => {
            let (test, version) = split_test(text);
            (Some(test.unwrap_or(Test::Equal)), version)
        }
    };
    let version = version.trim_start_matches(is_space);
    let normal = normalise(version).or_else(|| {
        let branch = version.strip_suffix("-dev")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/');
        version.bytes().all(plain).then(|| Normal::Branch(branch.to_owned()))
    })?;
    let Some(test) = test else { return Some(vec![Comparison::NotEqual(with_flag(normal, flag))]) };
    let has_stability =
        written(version).is_some_and(|written| written.has_modifier || written.has_open_place);
    let bound = match (&normal, test) {
        (Normal::Branch(_), _) | (_, Test::Equal) => normal,
        (Normal::Version(_), _) if flag.is_some() && !normal.text().contains('-') => with_flag(normal, flag),
        (Normal::Version(text), Test::Less | Test::AtLeast) if !has_stability => {
            Normal::Version(format!("{text}-dev"))
        }
        _ => normal,
    };
    Some(vec![Comparison::Test(test, bound)])
}

fn with_flag(normal: Normal, flag: Option<&str>) -> Normal {
    match (&normal, flag) {
        (Normal::Version(text), Some(flag)) if !text.contains('-') => {
            Normal::Version(format!("{text}-{flag}"))
        }
        _ => normal,
    }
}
