// SPDX-License-Identifier: Apache-2.0
//! Tables in the encodings that spreadsheets write: UTF-8, UTF-16, Shift_JIS (as Windows writes it) and Windows-1252.

use std::borrow::Cow;

use encoding_rs::{SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::mapping::Encoding;
use crate::error::{Place, ReadError};

/// The text and the encoding it was in.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    encoding: Option<Encoding>,
    path: &str,
) -> Result<(Cow<'a, str>, Encoding), ReadError> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return crate::text::decode(bytes, path).map(|text| (text, Encoding::Utf16));
    }
    let encoding = match encoding {
        Some(encoding) => encoding,
        None => guess(bytes),
    };
    let (decoder, name) = match encoding {
        Encoding::Utf8 => return crate::text::decode(bytes, path).map(|text| (text, Encoding::Utf8)),
        Encoding::Utf16 => {
            return Err(ReadError::new(path, Place::Document, "the text has no mark of UTF-16 at its start"));
        }
        Encoding::ShiftJis => (SHIFT_JIS, "Shift_JIS"),
        Encoding::Windows1252 => (WINDOWS_1252, "Windows-1252"),
    };
    match decoder.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok((text, encoding)),
        None => Err(ReadError::new(path, Place::Document, format!("the text is not valid {name}"))),
    }
}

/// Japanese text in Shift_JIS has kana or kanji in it; what has none and is no UTF-8 is taken for Windows-1252.
fn guess(bytes: &[u8]) -> Encoding {
    let body = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if UTF_8.decode_without_bom_handling_and_without_replacement(body).is_some() {
        return Encoding::Utf8;
    }
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if is_japanese(&text) => Encoding::ShiftJis,
        _ => Encoding::Windows1252,
    }
}

/// Most of the letters beyond ASCII are full-width kana or common kanji; Western text read so gives half-width ones.
fn is_japanese(text: &str) -> bool {
    let is_wide =
        |c: &char| matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}');
    let beyond = text.chars().filter(|c| !c.is_ascii());
    let (wide, all) =
        beyond.fold((0usize, 0usize), |(wide, all), c| (wide + usize::from(is_wide(&c)), all + 1));
    wide > 0 && wide * 2 > all
}
