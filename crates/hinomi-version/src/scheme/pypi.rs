// SPDX-License-Identifier: Apache-2.0
//! Python versions: PEP 440 as the `packaging` library reads and orders it.
//!
//! ```text
//! 01  epoch  release numbers without trailing zeros, 00
//!     pre    00 only a .dev | 01 a, 02 b, 03 rc + number | 04 none
//!     post   00 none | number          dev  number | FF none
//!     local  00 none | 01 (02 text | 03 number)* 00
//! ```
//! What is no PEP 440 version is refused, as `packaging` does since release 22; [`super::pypi_legacy`] gives such
//! texts their old place below every version.

use crate::error::VersionError;
use crate::key::{END, push_digits, push_text_byte, strip_zeros, take_digits, take_while};
use crate::scheme::Scheme;

pub(super) const MODERN: u8 = 1;
const ONLY_DEV: u8 = 0;
const NO_PRE: u8 = 4;
const NO_DEV: u8 = 0xFF;
const HAS_LOCAL: u8 = 1;
const LOCAL_TEXT: u8 = 2;
const LOCAL_NUMBER: u8 = 3;

/// The parts of a version; numbers are decimal digits of any length, `b"0"` where the number is implied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pep440<'a> {
    pub(crate) epoch: &'a [u8],
    pub(crate) release: &'a [u8],
    /// Rank 1 to 3 (a, b, rc) and number.
    pub(crate) pre: Option<(u8, &'a [u8])>,
    pub(crate) post: Option<&'a [u8]>,
    pub(crate) dev: Option<&'a [u8]>,
    pub(crate) local: Option<&'a [u8]>,
}

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts = parse(version)
        .ok_or_else(|| VersionError::invalid(Scheme::Pypi, version, "it does not follow PEP 440"))?;
    push_parts(&parts, out);
    Ok(())
}

pub(crate) fn push_parts(parts: &Pep440<'_>, out: &mut Vec<u8>) {
    out.push(MODERN);
    push_digits(out, parts.epoch);
    push_release(parts.release, out);
    match (parts.pre, parts.post, parts.dev) {
        (Some((rank, number)), ..) => {
            out.push(rank);
            push_digits(out, number);
        }
        (None, None, Some(_)) => out.push(ONLY_DEV),
        _ => out.push(NO_PRE),
    }
    match parts.post {
        Some(number) => push_digits(out, number),
        None => out.push(END),
    }
    match parts.dev {
        Some(number) => push_digits(out, number),
        None => out.push(NO_DEV),
    }
    match parts.local {
        Some(local) => push_local(local, out),
        None => out.push(END),
    }
}

fn push_release(release: &[u8], out: &mut Vec<u8>) {
    let mut written = out.len();
    for number in release.split(|byte| *byte == b'.') {
        push_digits(out, number);
        if !strip_zeros(number).is_empty() {
            written = out.len();
        }
    }
    out.truncate(written);
    out.push(END);
}

fn push_local(local: &[u8], out: &mut Vec<u8>) {
    out.push(HAS_LOCAL);
    for segment in local.split(|byte| is_separator(*byte)) {
        if segment.iter().all(u8::is_ascii_digit) {
            out.push(LOCAL_NUMBER);
            push_digits(out, segment);
        } else {
            out.push(LOCAL_TEXT);
            segment.iter().for_each(|byte| push_text_byte(out, byte.to_ascii_lowercase()));
            out.push(END);
        }
    }
    out.push(END);
}

pub(crate) fn parse(version: &str) -> Option<Pep440<'_>> {
    let text = version.trim_matches(is_python_space).as_bytes();
    let text = strip_letter(text, b'v').unwrap_or(text);
    let (epoch, text) = match take_digits(text) {
        (digits, [b'!', rest @ ..]) if !digits.is_empty() => (digits, rest),
        _ => (b"0".as_slice(), text),
    };
    let (release, text) = take_release(text)?;
    let (pre, text) = take_pre(text);
    let (post, text) = take_post(text);
    let (dev, text) = take_dev(text);
    let local = match text {
        [] => None,
        [b'+', local @ ..] if is_local(local) => Some(local),
        _ => return None,
    };
    Some(Pep440 { epoch, release, pre, post, dev, local })
}

/// What Python's `\s` matches in a str.
pub(crate) fn is_python_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}

fn strip_letter(text: &[u8], letter: u8) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    first.eq_ignore_ascii_case(&letter).then_some(rest)
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'_')
}

fn strip_separator(text: &[u8]) -> &[u8] {
    match text {
        [first, rest @ ..] if is_separator(*first) => rest,
        _ => text,
    }
}

/// `digits(.digits)*`; a dot that no digit follows is left for what comes next.
fn take_release(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, _) = take_digits(text);
    if first.is_empty() {
        return None;
    }
    let mut end = first.len();
    while let Some([b'.', rest @ ..]) = text.get(end..) {
        let (digits, _) = take_digits(rest);
        if digits.is_empty() {
            break;
        }
        end += 1 + digits.len();
    }
    Some(text.split_at(end))
}

/// A marker word with its optional separators and number; `None` where the text starts with none of the words.
fn take_marker<'a, T: Copy>(text: &'a [u8], words: &[(&[u8], T)]) -> Option<(T, &'a [u8], &'a [u8])> {
    let rest = strip_separator(text);
    let (_, value, length) = words
        .iter()
        .filter(|(word, _)| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        .map(|(word, value)| (word, *value, word.len()))
        .max_by_key(|(_, _, length)| *length)?;
    let (digits, after) = take_digits(strip_separator(&rest[length..]));
    let number = if digits.is_empty() { b"0".as_slice() } else { digits };
    Some((value, number, after))
}

fn take_pre(text: &[u8]) -> (Option<(u8, &[u8])>, &[u8]) {
    const WORDS: [(&[u8], u8); 8] = [
        (b"alpha", 1),
        (b"a", 1),
        (b"beta", 2),
        (b"b", 2),
        (b"preview", 3),
        (b"pre", 3),
        (b"c", 3),
        (b"rc", 3),
    ];
    match take_marker(text, &WORDS) {
        Some((rank, number, rest)) => (Some((rank, number)), rest),
        None => (None, text),
    }
}

fn take_post(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    const WORDS: [(&[u8], ()); 3] = [(b"post", ()), (b"rev", ()), (b"r", ())];
    if let [b'-', rest @ ..] = text {
        let (digits, after) = take_digits(rest);
        if !digits.is_empty() {
            return (Some(digits), after);
        }
    }
    match take_marker(text, &WORDS) {
        Some(((), number, rest)) => (Some(number), rest),
        None => (None, text),
    }
}

fn take_dev(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match take_marker(text, &[(b"dev", ())]) {
        Some(((), number, rest)) => (Some(number), rest),
        None => (None, text),
    }
}

fn is_local(local: &[u8]) -> bool {
    local.split(|byte| is_separator(*byte)).all(|segment| {
        let (word, rest) = take_while(segment, |byte| byte.is_ascii_alphanumeric());
        !word.is_empty() && rest.is_empty()
    })
}
