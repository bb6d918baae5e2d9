// SPDX-License-Identifier: Apache-2.0
//! Python versions from before PEP 440: every text has a place, below all PEP 440 versions.
//!
//! ```text
//! 01 …                    a PEP 440 version, the key of super::pypi
//! 00 (part text 00)* 00   anything else: digit runs padded to eight, words behind a star
//! ```
//! Source: `LegacyVersion` of packaging 21.3, itself the order of setuptools' `pkg_resources`.

use crate::key::{END, push_text, take_digits, take_while};
use crate::scheme::pypi;

const LEGACY: u8 = 0;
const FINAL: &[u8] = b"*final";
const FINAL_DASH: &[u8] = b"*final-";
const ZERO: &[u8] = b"00000000";

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    match pypi::parse(version) {
        Some(parts) => pypi::push_parts(&parts, out),
        None => push_legacy(version, out),
    }
}

fn push_legacy(version: &str, out: &mut Vec<u8>) {
    let lower = version.to_lowercase();
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut rest = lower.as_bytes();
    while let Some(first) = rest.first() {
        let (raw, after) = match first {
            b'0'..=b'9' => take_digits(rest),
            b'a'..=b'z' => take_while(rest, |byte| byte.is_ascii_lowercase()),
            b'.' | b'-' => rest.split_at(1),
            _ => take_while(rest, |byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'-')),
        };
        rest = after;
        if raw != b"." {
            add_part(&mut parts, raw);
        }
    }
    add_word(&mut parts, FINAL.to_vec());
    out.push(LEGACY);
    for part in &parts {
        push_text(out, part);
    }
    out.push(END);
}

fn add_part(parts: &mut Vec<Vec<u8>>, raw: &[u8]) {
    if raw[0].is_ascii_digit() {
        let mut padded = vec![b'0'; 8_usize.saturating_sub(raw.len())];
        padded.extend_from_slice(raw);
        parts.push(padded);
        return;
    }
    let word: &[u8] = match raw {
        b"pre" | b"preview" | b"rc" => b"c",
        b"-" => b"final-",
        b"dev" => b"@",
        other => other,
    };
    add_word(parts, [b"*", word].concat());
}

/// A word ends the run of zeros before it; one below `final` also the dashes.
fn add_word(parts: &mut Vec<Vec<u8>>, word: Vec<u8>) {
    if word.as_slice() < FINAL {
        while parts.last().is_some_and(|part| part == FINAL_DASH) {
            parts.pop();
        }
    }
    while parts.last().is_some_and(|part| part == ZERO) {
        parts.pop();
    }
    parts.push(word);
}
