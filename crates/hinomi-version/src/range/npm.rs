// SPDX-License-Identifier: Apache-2.0
//! npm ranges as node-semver reads them by default (not loose, pre-releases only beside one of the same tuple).
//!
//! ```text
//! ^1.2.3 || 2.x   ─▶   sets, one of which must hold:  [>=1.2.3, <2.0.0-0]   [>=2.0.0, <3.0.0-0]
//! ```
//! Source: node-semver 7 `classes/range.js`.

use std::borrow::Cow;

use crate::range::{Test, split_test};
use crate::scheme::{npm, semver};
use crate::{Scheme, VersionError};

const SYNTAX: &str = "npm";
const GREATEST_NUMBER: u64 = 9_007_199_254_740_991;

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let sets =
        parse(range).ok_or_else(|| VersionError::range(SYNTAX, range, "node-semver does not read it"))?;
    let version = Version::exact(version.trim_matches(npm::is_js_space))
        .ok_or_else(|| VersionError::invalid(Scheme::Npm, version, "node-semver does not read it"))?;
    Ok(sets.iter().any(|set| set_holds(set, &version)))
}

/// One comparison of a set; a missing one (`*`) is simply not in the set.
struct Comparison {
    test: Test,
    bound: Version,
}

struct Version {
    key: Vec<u8>,
    numbers: [u64; 3],
    has_pre: bool,
}

impl Version {
    /// A full version as `SemVer` takes it in a comparator.
    fn exact(text: &str) -> Option<Version> {
        if !npm::is_valid(text) {
            return None;
        }
        let parts = semver::split(text).ok()?;
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(parts.core.split('.')) {
            *number = part.parse().ok()?;
        }
        let key = crate::encode(Scheme::Npm, text).ok()?;
        Some(Version { key, numbers, has_pre: parts.pre.is_some() })
    }

    fn new(numbers: [u64; 3], pre: &str) -> Option<Version> {
        let [major, minor, patch] = numbers;
        let dash = if pre.is_empty() { "" } else { "-" };
        Version::exact(&format!("{major}.{minor}.{patch}{dash}{pre}"))
    }
}

fn set_holds(set: &[Comparison], version: &Version) -> bool {
    let inside = set.iter().all(|comparison| comparison.test.passes(version.key.cmp(&comparison.bound.key)));
    let allowed = !version.has_pre
        || set
            .iter()
            .any(|comparison| comparison.bound.has_pre && comparison.bound.numbers == version.numbers);
    inside && allowed
}

type Set = Vec<Comparison>;

fn parse(range: &str) -> Option<Vec<Set>> {
    let words = range.split(npm::is_js_space).filter(|word| !word.is_empty());
    let collapsed = words.collect::<Vec<_>>().join(" ");
    let stripped = strip_builds(&collapsed);
    let sets = stripped.split("||").map(|alternative| parse_set(alternative.trim()));
    let mut sets = sets.collect::<Option<Vec<Set>>>()?;
    // An alternative that takes everything makes the others idle, and the pre-releases they would have let in.
    if let Some(anything) = sets.iter().position(Vec::is_empty) {
        sets.truncate(anything + 1);
        sets.drain(..anything);
    }
    Some(sets)
}

/// Build metadata says nothing in a range.
fn strip_builds(range: &str) -> String {
    let mut stripped = String::with_capacity(range.len());
    let mut rest = range;
    while let Some(plus) = rest.find('+') {
        stripped.push_str(&rest[..plus]);
        let mut end = plus;
        loop {
            let word = rest[end + 1..]
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
                .count();
            if word == 0 {
                break;
            }
            end += 1 + word;
            if !rest[end..].starts_with('.') {
                break;
            }
        }
        if end == plus {
            // A plus that starts no metadata stays, and makes its comparator unreadable.
            stripped.push('+');
            end = plus + 1;
        }
        rest = &rest[end..];
    }
    stripped + rest
}

fn parse_set(text: &str) -> Option<Set> {
    if let Some(set) = parse_hyphen(text) {
        return set;
    }
    let mut set = Set::new();
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let is_sign = |word: &str| word.bytes().all(|byte| b"<>=~^".contains(&byte));
    while let Some(word) = words.next() {
        // "> 1.2.3", "~ 1.2" and "^ = 1.2" are one comparator.
        let mut joined = Cow::Borrowed(word);
        if is_sign(word)
            && let Some(next) = words.next()
        {
            joined.to_mut().push_str(next);
            if word.starts_with(['~', '^'])
                && next == "="
                && let Some(version) = words.next()
            {
                joined.to_mut().push_str(version);
            }
        }
        push_comparator(&mut set, &joined)?;
    }
    Some(set)
}

/// `1.2 - 2.3.4`; the inner `None` is a hyphen range with a bound that is no version.
fn parse_hyphen(text: &str) -> Option<Option<Set>> {
    let (from, to) = text.split_once(" - ")?;
    let (from_text, to_text) = (from.trim(), to.trim());
    let (from, to) = (Partial::read(from_text)?, Partial::read(to_text)?);
    // node-semver writes `>=` and `<=` before the text of a whole version: more than one `v` makes that unreadable.
    let is_plain = |text: &str| {
        text.strip_prefix('v').unwrap_or(text).starts_with(|letter: char| letter.is_ascii_digit())
    };
    let is_unreadable = from.given == 3 && !is_plain(from_text);
    if is_unreadable || to.given == 3 && to.pre.is_empty() && !is_plain(to_text) {
        return Some(None);
    }
    Some(hyphen_set(&from, &to))
}

fn hyphen_set(from: &Partial<'_>, to: &Partial<'_>) -> Option<Set> {
    let mut set = Set::new();
    if from.given > 0 {
        let pre = if from.given == 3 { from.pre } else { "" };
        push(&mut set, Test::AtLeast, from.numbers, pre)?;
    }
    match to.given {
        0 => {}
        3 => push(&mut set, Test::AtMost, to.numbers, to.pre)?,
        given => push(&mut set, Test::Less, to.raised(given - 1), "0")?,
    }
    Some(set)
}

fn push(set: &mut Set, test: Test, numbers: [u64; 3], pre: &str) -> Option<()> {
    if test == Test::AtLeast && numbers == [0; 3] && pre.is_empty() {
        // At least 0.0.0 is everything.
        return Some(());
    }
    set.push(Comparison { test, bound: Version::new(numbers, pre)? });
    Some(())
}

/// A version whose last parts may be missing or `x`.
struct Partial<'a> {
    numbers: [u64; 3],
    /// How many parts are numbers.
    given: usize,
    pre: &'a str,
    /// A number follows an open part, as in `1.x.3`.
    closes_again: bool,
}

impl<'a> Partial<'a> {
    fn read(text: &'a str) -> Option<Partial<'a>> {
        let text = text.trim_start_matches(['v', '=', ' ']);
        let end = text.find('-').unwrap_or(text.len());
        let (core, pre) = text.split_at(end);
        let parts: Vec<&str> = core.split('.').collect();
        if parts.len() > 3 || parts.len() < 3 && !pre.is_empty() {
            return None;
        }
        let mut partial = Partial { numbers: [0; 3], given: 0, pre: "", closes_again: false };
        let mut open = false;
        for (place, part) in parts.iter().enumerate() {
            if matches!(*part, "x" | "X" | "*") {
                open = true;
                continue;
            }
            let well_formed = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            if !well_formed || part.len() > 1 && part.starts_with('0') {
                return None;
            }
            if open {
                partial.closes_again = true;
                continue;
            }
            partial.numbers[place] = part.parse().ok()?;
            partial.given = place + 1;
        }
        if !semver::is_strict(&format!("0.0.0{pre}")) {
            return None;
        }
        partial.pre = if partial.given == 3 { pre.strip_prefix('-').unwrap_or(pre) } else { "" };
        Some(partial)
    }

    /// The next version whose part at `place` is greater.
    fn raised(&self, place: usize) -> [u64; 3] {
        let mut numbers = [0; 3];
        numbers[..=place].copy_from_slice(&self.numbers[..=place]);
        numbers[place] = numbers[place].saturating_add(1);
        numbers
    }
}

fn push_comparator(set: &mut Set, comparator: &str) -> Option<()> {
    if comparator.is_empty() {
        return Some(());
    }
    if let Some(rest) = comparator.strip_prefix('^') {
        return push_caret(set, &Partial::read(rest)?);
    }
    if let Some(rest) = comparator.strip_prefix('~') {
        return push_tilde(set, &Partial::read(rest.strip_prefix('>').unwrap_or(rest))?);
    }
    let (test, rest) = match split_test(comparator) {
        (Some(Test::Equal), _) if comparator.starts_with("==") => (Some(Test::Equal), &comparator[1..]),
        split => split,
    };
    match Partial::read(rest) {
        Some(partial) if partial.given < 3 && !partial.closes_again => push_partial(set, test, &partial),
        Some(partial) if partial.given == 3 => push_exact(set, test, rest),
        _ => push_without_star(set, comparator),
    }
}

fn push_exact(set: &mut Set, test: Option<Test>, version: &str) -> Option<()> {
    let bound = Version::exact(version.trim_start())?;
    let test = test.unwrap_or(Test::Equal);
    if test != Test::AtLeast || version != "0.0.0" {
        set.push(Comparison { test, bound });
    }
    Some(())
}

/// node-semver cuts a star, with the sign before it, out of what it could not read otherwise: `*1.2.3` is `1.2.3`.
fn push_without_star(set: &mut Set, comparator: &str) -> Option<()> {
    let star = comparator.find('*')?;
    let before = &comparator[..star];
    let before = before.strip_suffix('=').unwrap_or(before);
    let before = before.strip_suffix(['<', '>']).unwrap_or(before);
    let rest = format!("{before}{}", &comparator[star + 1..]);
    if rest.is_empty() {
        return Some(());
    }
    let (test, version) = split_test(&rest);
    push_exact(set, test, version)
}

fn push_caret(set: &mut Set, partial: &Partial<'_>) -> Option<()> {
    if partial.given == 0 {
        return Some(());
    }
    push(set, Test::AtLeast, partial.numbers, partial.pre)?;
    // The first part that is not zero may not change; of zeros only, the last one given.
    let first = partial.numbers[..partial.given].iter().position(|number| *number > 0);
    push(set, Test::Less, partial.raised(first.unwrap_or(partial.given - 1)), "0")
}

fn push_tilde(set: &mut Set, partial: &Partial<'_>) -> Option<()> {
    if partial.given == 0 {
        return Some(());
    }
    push(set, Test::AtLeast, partial.numbers, partial.pre)?;
    push(set, Test::Less, partial.raised(1.min(partial.given - 1)), "0")
}

/// `>1.2`, `<=1.x`, `1.2`: a comparison with every version the missing parts may make.
fn push_partial(set: &mut Set, test: Option<Test>, partial: &Partial<'_>) -> Option<()> {
    if partial.numbers.iter().any(|number| *number > GREATEST_NUMBER) {
        return None;
    }
    let Some(last) = partial.given.checked_sub(1) else {
        return match test {
            Some(Test::Greater | Test::Less) => push(set, Test::Less, [0; 3], "0"),
            _ => Some(()),
        };
    };
    match test {
        None | Some(Test::Equal) => {
            push(set, Test::AtLeast, partial.numbers, "")?;
            push(set, Test::Less, partial.raised(last), "0")
        }
        Some(Test::AtLeast) => push(set, Test::AtLeast, partial.numbers, ""),
        Some(Test::Less) => push(set, Test::Less, partial.numbers, "0"),
        Some(Test::Greater) => push(set, Test::AtLeast, partial.raised(last), ""),
        Some(Test::AtMost) => push(set, Test::Less, partial.raised(last), "0"),
    }
}
