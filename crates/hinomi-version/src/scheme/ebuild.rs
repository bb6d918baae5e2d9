// SPDX-License-Identifier: Apache-2.0
//! Gentoo versions, `1.2.3a_rc1_p2-r3`.
//!
//! ```text
//! numbers 00   then the letter or 00   then suffixes: alpha beta pre rc 01..04 < end 05 < p 06, each with a number
//! then the revision, where a missing one is 0
//! ```
//! A number after the first that starts with `0` is a decimal fraction: compared as text without trailing zeros.
//! Source: Package Manager Specification 8, section 3.3.

use crate::error::VersionError;
use crate::key::{END, push_digits, push_text, take_digits, take_while};
use crate::scheme::Scheme;

const FRACTION: u8 = 1;
const NUMBER: u8 = 2;
const SUFFIXES: [(&[u8], u8); 5] = [(b"alpha", 1), (b"beta", 2), (b"pre", 3), (b"rc", 4), (b"p", 6)];
const SUFFIX_END: u8 = 5;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    push(version.trim().as_bytes(), out)
        .ok_or_else(|| VersionError::invalid(Scheme::Ebuild, version, "it is no ebuild version"))
}

fn push(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (digits, mut rest) = take_digits(text);
    if digits.is_empty() {
        return None;
    }
    push_digits(out, digits);
    while let [b'.', after @ ..] = rest {
        let (digits, after) = take_digits(after);
        match digits.first()? {
            b'0' => {
                out.push(FRACTION);
                let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
                push_text(out, &digits[..end]);
            }
            _ => {
                out.push(NUMBER);
                push_digits(out, digits);
            }
        }
        rest = after;
    }
    out.push(END);
    if let [letter @ b'a'..=b'z', after @ ..] = rest {
        out.push(*letter);
        rest = after;
    } else {
        out.push(END);
    }
    while let [b'_', after @ ..] = rest {
        let (name, after) = take_while(after, |byte| byte.is_ascii_lowercase());
        let (_, rank) = SUFFIXES.iter().find(|(known, _)| *known == name)?;
        let (digits, after) = take_digits(after);
        out.push(*rank);
        push_digits(out, digits);
        rest = after;
    }
    out.push(SUFFIX_END);
    let revision = match rest {
        [] => b"0".as_slice(),
        [b'-', b'r', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return None,
    };
    push_digits(out, revision);
    Some(())
}
