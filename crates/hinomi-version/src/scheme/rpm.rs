// SPDX-License-Identifier: Apache-2.0
//! RPM versions, `[epoch:]version[-release]`, as librpm orders them.
//!
//! ```text
//! epoch, version, release, each a list of segments:  ~ 01 < end 02 < ^ 03 < letters 04 text < digits 05 number
//! a missing release sorts before every release
//! ```
//! Source: rpm 4.18 `rpmverParse`, `rpmverCmp`, `rpmvercmp`. Everything but letters, digits, `~` and `^` separates.

use crate::key::{END, push_digits, push_text, take_digits, take_while};

const TILDE: u8 = 1;
const LIST_END: u8 = 2;
const CARET: u8 = 3;
const LETTERS: u8 = 4;
const DIGITS: u8 = 5;
const HAS_RELEASE: u8 = 1;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    let (epoch, rest) = split_epoch(version.as_bytes());
    push_segments(out, epoch);
    push_version_release(rest, out);
}

/// The key without its epoch, for names that carry none (source packages): compare it with [`skip_epoch`] of a key.
fn push_version_release(rest: &[u8], out: &mut Vec<u8>) {
    match rest.iter().rposition(|byte| *byte == b'-') {
        Some(dash) => {
            push_segments(out, &rest[..dash]);
            out.push(HAS_RELEASE);
            push_segments(out, &rest[dash + 1..]);
        }
        None => {
            push_segments(out, rest);
            out.push(END);
        }
    }
}

/// The keys of epoch with version, and of the release if there is one that is not empty.
pub(crate) fn main_and_release(version: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    let (epoch, rest) = split_epoch(version.as_bytes());
    let (version, release) = match rest.iter().rposition(|byte| *byte == b'-') {
        Some(dash) => (&rest[..dash], &rest[dash + 1..]),
        None => (rest, &rest[..0]),
    };
    let mut main = Vec::new();
    push_segments(&mut main, epoch);
    push_segments(&mut main, version);
    let release = (!release.is_empty()).then(|| {
        let mut key = Vec::new();
        push_segments(&mut key, release);
        key
    });
    (main, release)
}

/// What follows the epoch in a key that [`encode_into`] wrote.
pub(crate) fn skip_epoch(key: &[u8]) -> &[u8] {
    match key {
        [DIGITS, length @ 1..=9, rest @ ..] => rest.get(usize::from(*length)..).unwrap_or_default(),
        [DIGITS, _, a, b, c, d, rest @ ..] => {
            let digits = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            rest.get(digits.saturating_add(1)..).unwrap_or_default()
        }
        _ => key,
    }
}

/// An epoch is what digits a colon ends; without one it is 0.
fn split_epoch(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (digits, rest) = take_digits(bytes);
    match rest {
        [b':', rest @ ..] if digits.is_empty() => (b"0", rest),
        [b':', rest @ ..] => (digits, rest),
        _ => (b"0", bytes),
    }
}

fn push_segments(out: &mut Vec<u8>, mut rest: &[u8]) {
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'~' => {
                out.push(TILDE);
                rest = after;
            }
            b'^' => {
                out.push(CARET);
                rest = after;
            }
            b'0'..=b'9' => {
                let (digits, after) = take_digits(rest);
                out.push(DIGITS);
                push_digits(out, digits);
                rest = after;
            }
            b'A'..=b'Z' | b'a'..=b'z' => {
                let (letters, after) = take_while(rest, |byte| byte.is_ascii_alphabetic());
                out.push(LETTERS);
                push_text(out, letters);
                rest = after;
            }
            _ => rest = after,
        }
    }
    out.push(LIST_END);
}
