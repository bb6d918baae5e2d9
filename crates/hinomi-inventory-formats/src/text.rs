// SPDX-License-Identifier: Apache-2.0
//! From bytes to text: UTF-8 with or without its mark, UTF-16 with a mark or an ASCII sign in its first two bytes, and
//! whatever encoding an XML declaration names. Anything else is an error with its byte.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Place, ReadError};

pub(crate) fn decode<'a>(bytes: &'a [u8], path: &str) -> Result<Cow<'a, str>, ReadError> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes, path).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes, path).map(Cow::Owned),
        // No text has a NUL in it, so that every second byte of a mark-less UTF-16 text tells the order.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes, path).map(Cow::Owned),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes, path).map(Cow::Owned),
        _ if let Some(encoding) = declared(bytes) => {
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            let cause = || format!("the text is not valid {}, which its declaration names", encoding.name());
            decoded.ok_or_else(|| ReadError::new(path, Place::Document, cause()))
        }
        _ => {
            let (mark, body) = match bytes {
                [0xef, 0xbb, 0xbf, rest @ ..] => (3, rest),
                body => (0, body),
            };
            str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
                let at = mark + error.valid_up_to();
                ReadError::new(path, Place::Byte(at), "the text is not valid UTF-8")
            })
        }
    }
}

/// The encoding that `<?xml version="1.0" encoding="…"?>` names, unless that is UTF-8 (as what a text that can be read
/// cannot be in, UTF-16 counts as a slip).
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(200)];
    let head = head.strip_prefix(b"<?xml")?;
    let head = str::from_utf8(&head[..head.windows(2).position(|two| two == b"?>")?]).ok()?;
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let label = rest[1..].split(quote).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    (![UTF_8, UTF_16LE, UTF_16BE].contains(&encoding)).then_some(encoding)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, path: &str) -> Result<String, ReadError> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = 2;
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    for decoded in char::decode_utf16(units) {
        let character =
            decoded.map_err(|_| ReadError::new(path, Place::Byte(offset), "the text is not valid UTF-16"))?;
        offset += 2 * character.len_utf16();
        text.push(character);
    }
    if bytes.len() % 2 == 1 {
        return Err(ReadError::new(path, Place::Byte(offset), "UTF-16 text ends inside a character"));
    }
    Ok(text)
}

/// Control characters in a name are kept as data, but somebody should know.
pub(crate) fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) || text.chars().any(char::is_control)
}

pub(crate) fn non_empty(text: impl Into<String>) -> Option<String> {
    let text = text.into();
    if text.trim().is_empty() { None } else { Some(text) }
}
