// SPDX-License-Identifier: Apache-2.0
//! Debian versions, `[epoch:]upstream[-revision]`, as libapt orders them.
//!
//! ```text
//! epoch part, upstream part, revision part, each a fragment:
//! fragment   (text run, number)* and an empty run
//! text run   bytes as ~ 01 < end of run 02 < letters 03 < everything else 04
//! ```
//! Source: Debian Policy 5.6.12; apt 2.6 `debVersioningSystem`. Libapt refuses nothing, and neither does this.

use crate::key::{END, push_digits, strip_zeros, take_digits, take_while};

const TILDE: u8 = 1;
const RUN_END: u8 = 2;
const LETTER: u8 = 3;
const OTHER: u8 = 4;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    let bytes = version.as_bytes();
    let (epoch, rest) = split_epoch(bytes);
    let (upstream, revision) = match rest.iter().rposition(|byte| *byte == b'-') {
        // Libapt looks for a revision behind a version only.
        Some(0) => (&rest[..0], b"0".as_slice()),
        Some(dash) => (&rest[..dash], &rest[dash + 1..]),
        None => (rest, b"0".as_slice()),
    };
    push_fragment(out, epoch);
    push_fragment(out, upstream);
    push_fragment(out, revision);
}

/// A zero epoch is no epoch. A colon at the very start opens no epoch either.
fn split_epoch(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b':') {
        Some(colon) if colon > 0 => {
            let epoch = strip_zeros(&bytes[..colon]);
            (epoch, &bytes[colon + 1..])
        }
        _ => (&[], bytes),
    }
}

/// Text runs and numbers in turn; a run that no digits follow is followed by zero. An empty fragment has not even
/// that number: libapt compares `""` and `"0"` before it comes to digits.
fn push_fragment(out: &mut Vec<u8>, mut rest: &[u8]) {
    while !rest.is_empty() {
        let (run, after) = take_while(rest, |byte| !byte.is_ascii_digit());
        run.iter().for_each(|byte| push_run_byte(out, *byte));
        out.push(RUN_END);
        let (digits, after) = take_digits(after);
        push_digits(out, digits);
        rest = after;
    }
    out.push(RUN_END);
    out.push(END);
}

fn push_run_byte(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'~' => out.push(TILDE),
        b'A'..=b'Z' | b'a'..=b'z' => out.extend_from_slice(&[LETTER, byte]),
        // Libapt's characters are signed: those beyond ASCII come before punctuation.
        _ => out.extend_from_slice(&[OTHER, byte ^ 0x80]),
    }
}
