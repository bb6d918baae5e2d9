// SPDX-License-Identifier: Apache-2.0
//! RubyGems versions, as `Gem::Version` orders them.
//!
//! ```text
//! segments: numbers and words; a version goes on in zeros for ever; a word sorts before every number
//! zeros right before the first word, and at either list's end, are not there: 1.0.a = 1.a, 1.0 = 1
//! ```
//! `Gem::Version` refuses a word without its dot (`1beta`); such a text still gets the place it plainly means.
//! Source: rubygems 3.3 `lib/rubygems/version.rb`.

use crate::error::VersionError;
use crate::key::{push_digits, push_text, strip_zeros, take_digits, take_while};
use crate::scheme::Scheme;
use crate::scheme::padded::Padded;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let text = version.trim_matches(is_ruby_space);
    let has_place = text.is_empty() || text.as_bytes()[0].is_ascii_digit();
    if !has_place || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) {
        return Err(VersionError::invalid(Scheme::Gem, version, "it is no gem version"));
    }
    let mut padded = Padded::new(out);
    let mut seen_word = false;
    for_each_segment(text.as_bytes(), |segment| {
        if segment[0].is_ascii_digit() {
            match strip_zeros(segment) {
                [] => padded.zero(),
                digits => padded.above(|out| push_digits(out, digits)),
            }
            return;
        }
        if !seen_word {
            padded.forget_zeros();
            seen_word = true;
        }
        padded.below(|out| push_text(out, segment));
    });
    padded.finish();
    Ok(())
}

/// What Ruby's `\s` matches.
pub(crate) fn is_ruby_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n' | '\u{b}' | '\u{c}')
}

/// Whether `Gem::Version` takes a trimmed text: `digits(.alnum)*(-[alnum-](.[alnum-])*)?`, or nothing at all, which is version 0.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    if text.is_empty() {
        return true;
    }
    let (main, pre) = match text.iter().position(|byte| *byte == b'-') {
        Some(dash) => (&text[..dash], Some(&text[dash + 1..])),
        None => (text, None),
    };
    let mut parts = main.split(|byte| *byte == b'.');
    let first_is_number =
        parts.next().is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit));
    let is_word = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_alphanumeric);
    let is_dashed = |part: &[u8]| {
        !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    first_is_number
        && parts.all(is_word)
        && pre.is_none_or(|pre| pre.split(|byte| *byte == b'.').all(is_dashed))
}

/// Runs of digits and of letters; a dash stands for `.pre.`.
pub(crate) fn for_each_segment(text: &[u8], mut visit: impl FnMut(&[u8])) {
    let mut rest = text;
    while let Some(first) = rest.first() {
        let (segment, after) = match first {
            b'0'..=b'9' => take_digits(rest),
            b'-' => {
                visit(b"pre");
                (&rest[..0], &rest[1..])
            }
            _ => take_while(rest, |byte| byte.is_ascii_alphabetic()),
        };
        if segment.is_empty() {
            rest = if *first == b'-' { after } else { &rest[1..] };
            continue;
        }
        visit(segment);
        rest = after;
    }
}
