// SPDX-License-Identifier: Apache-2.0
//! Alpine versions, `1.2.3a_alpha1_p2~0a1b2c-r3`, as apk-tools orders them.
//!
//! ```text
//! token kinds, least to greatest, each followed by its value:
//! pre-suffix 01 < invalid 02 < end 03 < dot without digits 04 < -rN 05 < ~hash 06 < suffix number 07
//! < post-suffix 08 < letter 09 < .N 0A
//! ```
//! Two versions are compared token by token while the kinds agree; where they part, the kind alone decides. A number
//! after a dot that starts with `0` is compared as text, before every number that does not.
//! Missing digits count as zero, as in apk-tools 2, and a malformed tail is a token of its own: apk refuses no text.
//! Sources: apk-tools 3 and 2.14 `version.c`.

use crate::key::{push_digits, push_text, take_digits, take_while};

const PRE_SUFFIX: u8 = 1;
const INVALID: u8 = 2;
const LAST: u8 = 3;
const NO_DIGITS: u8 = 4;
const REVISION: u8 = 5;
const HASH: u8 = 6;
const SUFFIX_NUMBER: u8 = 7;
const POST_SUFFIX: u8 = 8;
const LETTER: u8 = 9;
const NUMBER: u8 = 10;

const WITH_LEADING_ZERO: u8 = 1;
const WITHOUT_LEADING_ZERO: u8 = 2;

/// Suffixes in ascending order, before and after the plain version.
const BEFORE: [&[u8]; 4] = [b"alpha", b"beta", b"pre", b"rc"];
const AFTER: [&[u8]; 5] = [b"cvs", b"svn", b"git", b"hg", b"p"];

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    let (digits, mut rest) = take_digits(version.as_bytes());
    push_digits(out, digits);
    let mut kind = NUMBER;
    while !rest.is_empty() {
        match push_token(kind, rest, out) {
            Some((next_kind, after)) => (kind, rest) = (next_kind, after),
            None => {
                out.push(INVALID);
                return;
            }
        }
    }
    out.push(LAST);
}

/// Writes the token that `rest` starts with, unless it may not follow a token of `kind`.
fn push_token<'a>(kind: u8, rest: &'a [u8], out: &mut Vec<u8>) -> Option<(u8, &'a [u8])> {
    let (first, after) = rest.split_first()?;
    match first {
        b'a'..=b'z' if kind == NUMBER => {
            out.extend_from_slice(&[LETTER, *first]);
            Some((LETTER, after))
        }
        b'.' if kind == NUMBER => {
            let (digits, after) = take_digits(after);
            push_fraction(digits, out);
            Some((NUMBER, after))
        }
        // Old packages are 6.4.2p1: a number may follow the letter.
        b'0'..=b'9' if kind == LETTER => {
            let (digits, after) = take_digits(rest);
            out.extend_from_slice(&[NUMBER, WITHOUT_LEADING_ZERO]);
            push_digits(out, digits);
            Some((NUMBER, after))
        }
        b'0'..=b'9' if kind == PRE_SUFFIX || kind == POST_SUFFIX => {
            let (digits, after) = take_digits(rest);
            out.push(SUFFIX_NUMBER);
            push_digits(out, digits);
            Some((SUFFIX_NUMBER, after))
        }
        b'_' if kind != HASH && kind != REVISION => push_suffix(after, out),
        b'~' if kind != HASH && kind != REVISION => {
            let (hash, after) = take_while(after, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if hash.is_empty() {
                return None;
            }
            out.push(HASH);
            push_text(out, hash);
            Some((HASH, after))
        }
        b'-' if kind != REVISION => {
            let (digits, after) = take_digits(after.strip_prefix(b"r")?);
            if digits.is_empty() && after.first().is_some_and(u8::is_ascii_alphabetic) {
                return None;
            }
            out.push(REVISION);
            push_digits(out, digits);
            Some((REVISION, after))
        }
        _ => None,
    }
}

fn push_fraction(digits: &[u8], out: &mut Vec<u8>) {
    match digits.first() {
        Some(b'0') => {
            out.extend_from_slice(&[NUMBER, WITH_LEADING_ZERO]);
            push_text(out, digits);
        }
        Some(_) => {
            out.extend_from_slice(&[NUMBER, WITHOUT_LEADING_ZERO]);
            push_digits(out, digits);
        }
        None => out.push(NO_DIGITS),
    }
}

fn push_suffix<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> Option<(u8, &'a [u8])> {
    let (name, after) = take_while(rest, |byte| byte.is_ascii_lowercase());
    let (kind, rank) = match BEFORE.iter().position(|known| *known == name) {
        Some(rank) => (PRE_SUFFIX, rank),
        None => (POST_SUFFIX, AFTER.iter().position(|known| *known == name)?),
    };
    out.extend_from_slice(&[kind, rank as u8]);
    Some((kind, after))
}
