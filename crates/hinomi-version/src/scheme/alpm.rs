// SPDX-License-Identifier: Apache-2.0
//! Arch Linux versions, `[epoch:]version[-release]`, as pacman's `vercmp` orders them.
//!
//! ```text
//! key: epoch, version. Each a list of (separator length, segment), and an end:
//! letters right behind a number 01 < end 02 < next segment 04 length (01 text | 02 number)
//! ```
//! A version without a release equals every release of it, so releases are not part of the key and no key can decide:
//! [`compare`] does. Source: pacman 6.0 `lib/libalpm/version.c`.

use std::cmp::Ordering;

use crate::key::{push_digits, push_number, push_text, strip_zeros, take_digits, take_while};

const WORD_BEFORE_END: u8 = 1;
const LIST_END: u8 = 2;
const SEGMENT: u8 = 4;
const LETTERS: u8 = 1;
const DIGITS: u8 = 2;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    let (epoch, version, _) = split(version.as_bytes());
    push_segments(out, epoch);
    push_segments(out, version);
}

/// The order of vercmp, releases included.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let (left_epoch, left_version, left_release) = split(left.as_bytes());
    let (right_epoch, right_version, right_release) = split(right.as_bytes());
    compare_segments(left_epoch, right_epoch)
        .then_with(|| compare_segments(left_version, right_version))
        .then_with(|| match (left_release, right_release) {
            (Some(left), Some(right)) => compare_segments(left, right),
            _ => Ordering::Equal,
        })
}

type Evr<'a> = (&'a [u8], &'a [u8], Option<&'a [u8]>);

fn split(bytes: &[u8]) -> Evr<'_> {
    let (digits, rest) = take_digits(bytes);
    let (epoch, rest) = match rest {
        [b':', rest @ ..] if digits.is_empty() => (b"0".as_slice(), rest),
        [b':', rest @ ..] => (digits, rest),
        _ => (b"0".as_slice(), bytes),
    };
    match rest.iter().rposition(|byte| *byte == b'-') {
        Some(dash) => (epoch, &rest[..dash], Some(&rest[dash + 1..])),
        None => (epoch, rest, None),
    }
}

fn take_separators(text: &[u8]) -> (&[u8], &[u8]) {
    take_while(text, |byte| !byte.is_ascii_alphanumeric())
}

/// A run of digits or of letters.
fn take_segment(text: &[u8]) -> (&[u8], &[u8]) {
    match text.first() {
        Some(first) if first.is_ascii_digit() => take_digits(text),
        _ => take_while(text, |byte| byte.is_ascii_alphabetic()),
    }
}

fn push_segments(out: &mut Vec<u8>, mut rest: &[u8]) {
    loop {
        let (separators, after) = take_separators(rest);
        let Some(first) = after.first() else {
            // Separators at the end sort after some longer versions and before others: the key stops undecided.
            if separators.is_empty() {
                out.push(LIST_END);
            }
            return;
        };
        let is_word = !first.is_ascii_digit();
        if is_word && separators.is_empty() {
            out.push(WORD_BEFORE_END);
        } else {
            out.push(SEGMENT);
            push_number(out, separators.len() as u64);
        }
        let (segment, after) = take_segment(after);
        if is_word {
            out.push(LETTERS);
            push_text(out, segment);
        } else {
            out.push(DIGITS);
            push_digits(out, segment);
        }
        rest = after;
    }
}

fn compare_segments(left: &[u8], right: &[u8]) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let (mut left, mut right) = (left, right);
    while !left.is_empty() && !right.is_empty() {
        let (left_separators, left_rest) = take_separators(left);
        let (right_separators, right_rest) = take_separators(right);
        (left, right) = (left_rest, right_rest);
        if left.is_empty() || right.is_empty() {
            break;
        }
        let mut order = left_separators.len().cmp(&right_separators.len());
        if order.is_ne() {
            return order;
        }
        let both_numbers = match (left[0].is_ascii_digit(), right[0].is_ascii_digit()) {
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (is_number, _) => is_number,
        };
        let (left_segment, left_rest) = take_segment(left);
        let (right_segment, right_rest) = take_segment(right);
        order = if both_numbers {
            let (left_number, right_number) = (strip_zeros(left_segment), strip_zeros(right_segment));
            left_number.len().cmp(&right_number.len()).then_with(|| left_number.cmp(right_number))
        } else {
            left_segment.cmp(right_segment)
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    // What is left over of one side decides: letters make it older, anything else newer.
    let is_word = |rest: &[u8]| rest.first().is_some_and(u8::is_ascii_alphabetic);
    match (left.is_empty(), right.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) if !is_word(right) => Ordering::Less,
        _ if is_word(left) => Ordering::Less,
        _ => Ordering::Greater,
    }
}
