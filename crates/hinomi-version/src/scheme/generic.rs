// SPDX-License-Identifier: Apache-2.0
//! Versions of nobody in particular (CPE, unknown purl types), ordered by the rule of libversion.
//!
//! ```text
//! components: digit runs and letter runs, everything else separates; a version goes on in zeros for ever
//! pre-release word  <  zero  <  post-release word  <  other number  <  letter right behind a number (1.0a)
//! ```
//! Words compare by their first letter only, case folded. Since the endless zeros are part of a version, a component
//! is written as the count of zeros before it and its own value: below the end with fewer zeros first, or above it
//! with more zeros first. Source: libversion 3, doc/ALGORITHM.md.

use crate::error::VersionError;
use crate::key::{push_digits, strip_zeros, take_digits, take_while};
use crate::scheme::{Scheme, padded::Padded};

const PRE_RELEASE: u8 = 1;
const POST_RELEASE: u8 = 2;
const NUMBER: u8 = 3;
const LETTER_SUFFIX: u8 = 4;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let bytes = version.as_bytes();
    if !bytes.iter().any(u8::is_ascii_alphanumeric) {
        return Err(VersionError::invalid(Scheme::Generic, version, "it has neither a letter nor a digit"));
    }
    let mut padded = Padded::new(out);
    let mut rest = bytes;
    let mut after_number = false;
    while let Some(first) = rest.first() {
        if first.is_ascii_digit() {
            let (digits, after) = take_digits(rest);
            if strip_zeros(digits).is_empty() {
                padded.zero();
            } else {
                padded.above(|out| {
                    out.push(NUMBER);
                    push_digits(out, digits);
                });
            }
            (rest, after_number) = (after, true);
        } else if first.is_ascii_alphabetic() {
            let (word, after) = take_while(rest, |byte| byte.is_ascii_alphabetic());
            let number_follows = after.first().is_some_and(u8::is_ascii_digit);
            push_word(&mut padded, word, after_number && !number_follows);
            (rest, after_number) = (after, false);
        } else {
            (rest, after_number) = (&rest[1..], false);
        }
    }
    padded.finish();
    Ok(())
}

fn push_word(padded: &mut Padded<'_>, word: &[u8], may_be_suffix: bool) {
    let letter = word[0].to_ascii_lowercase();
    let is = |known: &[u8]| word.eq_ignore_ascii_case(known);
    let starts =
        |known: &[u8]| word.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    if is(b"alpha") || is(b"beta") || is(b"rc") || starts(b"pre") {
        padded.below(|out| out.extend_from_slice(&[PRE_RELEASE, letter]));
    } else if starts(b"post") || starts(b"patch") || is(b"pl") || is(b"errata") {
        padded.above(|out| out.extend_from_slice(&[POST_RELEASE, letter]));
    } else if may_be_suffix && word.len() == 1 {
        padded.above(|out| out.extend_from_slice(&[LETTER_SUFFIX, letter]));
    } else {
        padded.below(|out| out.extend_from_slice(&[PRE_RELEASE, letter]));
    }
}
