// SPDX-License-Identifier: Apache-2.0
//! Semantic Versioning 2.0.0, read leniently: a leading `v`, any number of numeric parts, numbers of any size.
//!
//! ```text
//! parts without trailing zeros: number*  00     then  FF                       a release
//!                                               or   (02 number | 03 text)* 00 a pre-release, part by part
//! ```
//! `1.2`, `1.2.0` and `v1.2.0` have the same key. Build metadata is not part of it; only Pub orders by it.
//! npm, cargo, Go, Hex, Pub and the smaller ecosystems that say "SemVer" share this; their own modules add what differs.

use crate::error::VersionError;
use crate::key::{END, push_digits, push_number, push_text, strip_zeros, take_digits};
use crate::scheme::Scheme;

/// A number with a sign, where a scheme has such.
const NEGATIVE: u8 = 1;
const NUMERIC: u8 = 2;
const ALPHANUMERIC: u8 = 3;
pub(crate) const RELEASE: u8 = 0xFF;

/// A version taken apart but not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SemverParts<'a> {
    pub(crate) core: &'a str,
    pub(crate) pre: Option<&'a str>,
    pub(crate) build: Option<&'a str>,
}

pub(crate) fn encode_into(scheme: Scheme, version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts = split(version).map_err(|reason| VersionError::invalid(scheme, version, reason))?;
    push_parts(parts, out);
    Ok(())
}

pub(crate) fn split(version: &str) -> Result<SemverParts<'_>, &'static str> {
    // JavaScript counts the byte order mark as a space.
    let text = version.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let text = text.strip_prefix('=').map_or(text, str::trim_start);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let core_end = text.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.').unwrap_or(text.len());
    let (core, tail) = text.split_at(core_end);
    if core.split('.').any(str::is_empty) {
        return Err("it does not start with numbers parted by dots");
    }
    let pre = match tail.as_bytes().first() {
        None => None,
        Some(b'-') => Some(&tail[1..]),
        // "1.0.0beta" without its dash, as node-semver's loose mode and many inventories have it.
        Some(byte) if byte.is_ascii_alphabetic() => Some(tail),
        Some(_) => return Err("its numbers are followed by something that is no pre-release"),
    };
    if pre.is_some_and(|pre| !pre.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err("its pre-release has a space or a character that is not ASCII");
    }
    Ok(SemverParts { core, pre: pre.filter(|pre| !pre.is_empty()), build })
}

pub(crate) fn push_parts(parts: SemverParts<'_>, out: &mut Vec<u8>) {
    push_core(parts.core, out);
    match parts.pre {
        None => out.push(RELEASE),
        Some(pre) => push_identifiers(pre, out),
    }
}

/// The numbers without trailing zeros, and their end.
pub(crate) fn push_core(core: &str, out: &mut Vec<u8>) {
    let mut written = out.len();
    for part in core.split('.') {
        let is_zero = strip_zeros(part.as_bytes()).is_empty();
        push_digits(out, part.as_bytes());
        if !is_zero {
            written = out.len();
        }
    }
    out.truncate(written);
    out.push(END);
}

/// Identifiers, of which those are numbers that a programming language reads as integers of at most `greatest`.
pub(crate) fn push_integers(identifiers: &str, greatest: i64, out: &mut Vec<u8>) {
    for identifier in identifiers.split('.') {
        match identifier.parse::<i64>() {
            Ok(number) if (0..=greatest).contains(&number) => {
                out.push(NUMERIC);
                push_number(out, number.unsigned_abs());
            }
            Ok(number) if number < 0 && number >= -greatest - 1 => {
                out.push(NEGATIVE);
                let start = out.len();
                push_number(out, number.unsigned_abs());
                out[start..].iter_mut().for_each(|byte| *byte = !*byte);
            }
            _ => {
                out.push(ALPHANUMERIC);
                push_text(out, identifier.as_bytes());
            }
        }
    }
    out.push(END);
}

pub(crate) fn push_identifiers(identifiers: &str, out: &mut Vec<u8>) {
    for identifier in identifiers.split('.') {
        push_identifier(identifier.as_bytes(), out);
    }
    out.push(END);
}

fn push_identifier(identifier: &[u8], out: &mut Vec<u8>) {
    let (_, rest) = take_digits(identifier);
    if rest.is_empty() && !identifier.is_empty() {
        out.push(NUMERIC);
        push_digits(out, identifier);
    } else {
        out.push(ALPHANUMERIC);
        push_text(out, identifier);
    }
}

/// SemVer 2.0.0 to the letter: three numbers without leading zeros, identifiers that are not empty.
pub(crate) fn is_strict(text: &str) -> bool {
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let (core, pre) = match text.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (text, None),
    };
    let is_number = |part: &str| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits && !part.is_empty() && (part == "0" || !part.starts_with('0'))
    };
    let is_identifier =
        |part: &str| is_word(part) && (!part.bytes().all(|byte| byte.is_ascii_digit()) || is_number(part));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_identifier))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

/// Letters, digits and dashes, at least one.
pub(crate) fn is_word(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
