// SPDX-License-Identifier: Apache-2.0
//! Packagist versions, as Composer normalises them and PHP's `version_compare` orders the result.
//!
//! ```text
//! normal form   four numbers (or a date), then -stability and numbers, then -dev;  or dev-branch
//! part order    other word 01 < dev 02 < alpha 03 < beta 04 < RC 05 < end 06 < number 07 < patch 08
//! ```
//! Composer refuses texts that have no normal form. They still get a key here, by their parts as they stand, because
//! advisories carry some; [`is_valid`] tells. Sources: composer/semver 3.3 `VersionParser`; PHP 8.2 `versioning.c`.

use std::cmp::Ordering;

use crate::error::VersionError;
use crate::key::{push_digits, push_text, strip_zeros, take_digits};
use crate::scheme::Scheme;

const OTHER: u8 = 1;
const DEV: u8 = 2;
const ALPHA: u8 = 3;
const BETA: u8 = 4;
const RC: u8 = 5;
const LAST: u8 = 6;
const NUMBER: u8 = 7;
const PATCH: u8 = 8;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    match normalise(version) {
        Some(Normal::Branch(name)) => {
            out.push(DEV);
            push_text(out, name.as_bytes());
        }
        Some(Normal::Version(normal)) => push_parts(normal.as_bytes(), push_php_number, out),
        None => {
            let text = version.trim();
            let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
            if !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
                return Err(VersionError::invalid(Scheme::Composer, version, "it is no Composer version"));
            }
            push_unnormalised(text.as_bytes(), out);
        }
    }
    Ok(())
}

/// Whether Composer takes the text.
pub(crate) fn is_valid(version: &str) -> bool {
    normalise(version).is_some()
}

/// A development branch (`dev-master`): Composer sorts it before every version, and has it in no range.
pub(crate) fn is_branch(version: &str) -> bool {
    matches!(normalise(version), Some(Normal::Branch(_)))
}

/// Two branches are equal or have no order.
pub(crate) fn compare(left: &str, right: &str) -> Result<Ordering, VersionError> {
    let (left_key, right_key) =
        (crate::encode(Scheme::Composer, left)?, crate::encode(Scheme::Composer, right)?);
    let branches = [left, right].iter().all(|text| matches!(normalise(text), Some(Normal::Branch(_))));
    match left_key.cmp(&right_key) {
        Ordering::Equal => Ok(Ordering::Equal),
        _ if branches => Err(VersionError::invalid(Scheme::Composer, left, "branches have no order")),
        order => Ok(order),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Normal {
    /// `1.2.0.0-beta1`
    Version(String),
    /// What follows `dev-`.
    Branch(String),
}

impl Normal {
    pub(crate) fn text(&self) -> String {
        match self {
            Normal::Version(version) => version.clone(),
            Normal::Branch(name) => format!("dev-{name}"),
        }
    }
}

pub(crate) fn normalise(version: &str) -> Option<Normal> {
    let mut text = strip_stability_flag(strip_alias(version.trim_matches(is_trimmed)));
    if ["master", "trunk", "default"].contains(&text) {
        return Some(Normal::Branch(text.to_owned()));
    }
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("dev-")) {
        return Some(Normal::Branch(text[4..].to_owned()));
    }
    let has_space = |part: &str| part.contains(is_space);
    if let Some((version, metadata)) = text.split_once('+')
        && !(version.is_empty() || version.contains(',') || has_space(text) || metadata.is_empty())
    {
        text = version;
    }
    let bytes = text.as_bytes();
    classical(bytes).or_else(|| dated(bytes)).map(Normal::Version).or_else(|| dev_branch(text))
}

/// What PHP's `trim` takes away.
pub(crate) fn is_trimmed(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\0')
}

/// What `\s` means in PHP's expressions.
pub(crate) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// `dev-main as 1.0` is `dev-main`, where nothing else is said.
pub(crate) fn strip_alias(text: &str) -> &str {
    let Some((version, rest)) = text.split_once(' ') else { return text };
    let alias = rest.trim_start_matches(' ').strip_prefix("as ").map(|alias| alias.trim_start_matches(' '));
    let is_plain = |part: &str| !part.is_empty() && !part.contains(',') && !part.contains(is_space);
    if is_plain(version) && alias.is_some_and(is_plain) { version } else { text }
}

pub(crate) fn strip_stability_flag(text: &str) -> &str {
    let Some(at) = text.rfind('@') else { return text };
    let flags = ["stable", "rc", "beta", "alpha", "dev"];
    if flags.iter().any(|flag| text[at + 1..].eq_ignore_ascii_case(flag)) { &text[..at] } else { text }
}

fn strip_v(text: &[u8]) -> &[u8] {
    match text {
        [b'v' | b'V', rest @ ..] => rest,
        _ => text,
    }
}

/// One number of at most five digits, three more of any size, a modifier.
fn classical(text: &[u8]) -> Option<String> {
    let (major, mut rest) = take_digits(strip_v(text));
    if major.is_empty() || major.len() > 5 {
        return None;
    }
    let mut normal = String::from_utf8_lossy(major).into_owned();
    for _ in 0..3 {
        match rest {
            [b'.', after @ ..] if after.first().is_some_and(u8::is_ascii_digit) => {
                let (digits, after) = take_digits(after);
                normal.push('.');
                normal.push_str(&String::from_utf8_lossy(digits));
                rest = after;
            }
            _ => normal.push_str(".0"),
        }
    }
    Some(normal + &modifier(rest)?)
}

/// A year and two-digit groups: `20100102`, `2010-01-02`, `201001.1`.
fn dated(text: &[u8]) -> Option<String> {
    const SEPARATORS: &[u8] = b".:-";
    let text = strip_v(text);
    let digits_at = |at: usize, count: usize| {
        text.get(at..at + count).is_some_and(|group| group.iter().all(u8::is_ascii_digit))
    };
    if !digits_at(0, 4) {
        return None;
    }
    let skip = |at: usize| text.get(at).is_some_and(|byte| SEPARATORS.contains(byte)) as usize;
    let mut ends = Vec::new();
    let mut at = 4;
    while ends.len() < 6 && digits_at(at + skip(at), 2) {
        at += skip(at) + 2;
        ends.push(at);
    }
    for end in ends.into_iter().rev() {
        let tails = (1..=3).rev().filter(|count| digits_at(end + skip(end), *count));
        for stop in tails.map(|count| end + skip(end) + count).chain([end]) {
            if let Some(modifier) = modifier(&text[stop..]) {
                let dotted = text[..stop]
                    .iter()
                    .map(|byte| if byte.is_ascii_digit() { char::from(*byte) } else { '.' });
                return Some(dotted.collect::<String>() + &modifier);
            }
        }
    }
    None
}

/// Whether a text is what may follow a version's numbers.
pub(crate) fn is_modifier(text: &str) -> bool {
    modifier(text.as_bytes()).is_some()
}

/// `[._-]?(word(numbers)?)?([.-]?dev)?` to the end, as it stands in a normal form.
fn modifier(text: &[u8]) -> Option<String> {
    const WORDS: [(&[u8], &str); 9] = [
        (b"stable", "stable"),
        (b"beta", "beta"),
        (b"b", "beta"),
        (b"rc", "RC"),
        (b"alpha", "alpha"),
        (b"a", "alpha"),
        (b"patch", "patch"),
        (b"pl", "patch"),
        (b"p", "patch"),
    ];
    if let [b'.' | b'_' | b'-', rest @ ..] = text
        && let Some(modifier) = modifier_without_separator(rest, &WORDS)
    {
        return Some(modifier);
    }
    modifier_without_separator(text, &WORDS)
}

fn modifier_without_separator(text: &[u8], words: &[(&[u8], &str)]) -> Option<String> {
    let starts = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    for (word, name) in words.iter().filter(|(word, _)| starts(word)) {
        let mut end = word.len();
        loop {
            let separator = text.get(end).is_some_and(|byte| matches!(byte, b'.' | b'-')) as usize;
            let (digits, _) = take_digits(&text[end + separator..]);
            if digits.is_empty() {
                break;
            }
            end += separator + digits.len();
        }
        let Some(dev) = dev_suffix(&text[end..]) else { continue };
        if *name == "stable" {
            return Some(String::new());
        }
        let numbers = String::from_utf8_lossy(&text[word.len()..end]);
        return Some(format!("-{name}{}{dev}", numbers.trim_start_matches(['.', '-'])));
    }
    dev_suffix(text).map(str::to_owned)
}

fn dev_suffix(text: &[u8]) -> Option<&'static str> {
    let rest = match text {
        [b'.' | b'-', rest @ ..] => rest,
        _ => text,
    };
    match (text.is_empty(), rest.eq_ignore_ascii_case(b"dev")) {
        (true, _) => Some(""),
        (false, true) => Some("-dev"),
        (false, false) => None,
    }
}

/// `2.x-dev`: a numeric branch, whose open places count as 9999999.
fn dev_branch(text: &str) -> Option<Normal> {
    let cut = text.len().checked_sub(3)?;
    if !text.get(cut..)?.eq_ignore_ascii_case("dev") {
        return None;
    }
    let name = text[..cut].strip_suffix(['.', '-']).unwrap_or(&text[..cut]);
    numeric_branch(name).map(Normal::Version)
}

fn numeric_branch(name: &str) -> Option<String> {
    let name = name.trim_matches(is_trimmed);
    let name = name.strip_prefix(['v', 'V']).unwrap_or(name);
    let parts: Vec<&str> = name.split('.').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 4 || !is_number(parts[0]) {
        return None;
    }
    let mut normal = parts[0].to_owned();
    for place in 1..4 {
        match parts.get(place) {
            Some(part) if is_number(part) => normal.push_str(&format!(".{part}")),
            Some(&"x" | &"X" | &"*") | None => normal.push_str(".9999999"),
            Some(_) => return None,
        }
    }
    Some(normal + "-dev")
}

/// The leading numbers filled up to four, as a normal form has them, and the parts that follow.
fn push_unnormalised(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    let mut numbers = 0;
    loop {
        let (digits, after) = take_digits(rest);
        if digits.is_empty() {
            break;
        }
        out.push(NUMBER);
        push_digits(out, digits);
        numbers += 1;
        rest = match after {
            [b'.', next @ ..] if next.first().is_some_and(u8::is_ascii_digit) => next,
            _ => {
                rest = after;
                break;
            }
        };
    }
    for _ in numbers..4 {
        out.push(NUMBER);
        push_digits(out, b"0");
    }
    push_parts(rest, push_digits, out);
}

/// `version_compare`'s parts: runs of digits and of anything else that is neither a separator nor a digit.
fn push_parts(text: &[u8], push_number: fn(&mut Vec<u8>, &[u8]), out: &mut Vec<u8>) {
    let is_separator = |byte: u8| matches!(byte, b'.' | b'-' | b'_' | b'+');
    let mut rest = text;
    while let Some(first) = rest.first() {
        if is_separator(*first) {
            rest = &rest[1..];
        } else if first.is_ascii_digit() {
            let (digits, after) = take_digits(rest);
            out.push(NUMBER);
            push_number(out, digits);
            rest = after;
        } else {
            let end = rest.iter().position(|byte| byte.is_ascii_digit() || is_separator(*byte));
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            // PHP's own mark for "some number" stands for no part of its own.
            if !word.starts_with(b"#") {
                out.push(word_rank(word));
            }
            rest = after;
        }
    }
    out.push(LAST);
}

/// PHP reads numbers as 64-bit integers and stops at the greatest.
fn push_php_number(out: &mut Vec<u8>, digits: &[u8]) {
    const GREATEST: &[u8] = b"9223372036854775807";
    let digits = strip_zeros(digits);
    let too_great = digits.len() > GREATEST.len() || digits.len() == GREATEST.len() && digits > GREATEST;
    push_digits(out, if too_great { GREATEST } else { digits });
}

/// PHP compares words by known beginnings, in this case only.
fn word_rank(word: &[u8]) -> u8 {
    const RANKS: [(&[u8], u8); 6] =
        [(b"dev", DEV), (b"a", ALPHA), (b"b", BETA), (b"RC", RC), (b"rc", RC), (b"p", PATCH)];
    let known = RANKS.iter().find(|(start, _)| word.starts_with(start));
    known.map_or(OTHER, |(_, rank)| *rank)
}

/// The key of a normal form.
pub(crate) fn key_of_normal(normal: &Normal) -> Vec<u8> {
    let mut key = Vec::new();
    match normal {
        Normal::Branch(name) => {
            key.push(DEV);
            push_text(&mut key, name.as_bytes());
        }
        Normal::Version(version) => push_parts(version.as_bytes(), push_php_number, &mut key),
    }
    key
}
