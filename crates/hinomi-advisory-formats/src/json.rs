// SPDX-License-Identifier: Apache-2.0
//! JSON documents: parsing with the place of every failure, and telling forms apart by their first fields.

use std::ops::ControlFlow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Cause, Place, ReadError};
use crate::place::place_at;

/// Reads a whole document into `T`.
pub(crate) fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8], path: &str) -> Result<T, ReadError> {
    serde_json::from_slice(bytes).map_err(|error| failure(bytes, path, 0, &error))
}

/// Reads one element of `document` into `T`; places are those of the whole document.
pub(crate) fn parse_part<'de, T: Deserialize<'de>>(
    document: &'de [u8],
    path: &str,
    part: &'de RawValue,
) -> Result<T, ReadError> {
    serde_json::from_str(part.get()).map_err(|error| {
        let start = (part.get().as_ptr() as usize).saturating_sub(document.as_ptr() as usize);
        failure(document, path, start.min(document.len()), &error)
    })
}

/// `start`: where the text that failed begins in `document`.
pub(crate) fn failure(document: &[u8], path: &str, start: usize, error: &serde_json::Error) -> ReadError {
    let before = document.get(..start).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let column = if error.line() == 1 {
        error.column() + before.iter().rev().take_while(|byte| **byte != b'\n').count()
    } else {
        error.column()
    };
    let mut cause = error.to_string();
    // The position is said once, by the place.
    if let Some(end) = cause.rfind(" at line ") {
        cause.truncate(end);
    }
    let place = place_at(document, error.line() + lines, column);
    ReadError::at(path, Some(place), Cause::Malformed(cause))
}

/// A failure at a value that the reader names itself.
pub(crate) fn wrong(path: &str, value: impl Into<String>, cause: impl Into<String>) -> ReadError {
    let place = Place { value: value.into(), line: 0, column: 0 };
    ReadError::at(path, Some(place), Cause::Malformed(cause.into()))
}

/// `null` counts as absent.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Calls `visit` with each key of the outermost object and the offset of its value, until it breaks. A text that
/// is no object, or that ends early, has only the keys seen so far.
pub(crate) fn top_keys(bytes: &[u8], mut visit: impl FnMut(&[u8], usize) -> ControlFlow<()>) {
    let mut depth = 0_usize;
    let mut key_expected = false;
    let mut offset = 0;
    while let Some(byte) = bytes.get(offset) {
        match byte {
            b'{' | b'[' => {
                if depth == 0 && *byte == b'[' {
                    return;
                }
                depth += 1;
                key_expected = depth == 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            b',' if depth == 1 => key_expected = true,
            b'"' => {
                let end = string_end(bytes, offset + 1);
                if key_expected {
                    key_expected = false;
                    let key = bytes.get(offset + 1..end).unwrap_or_default();
                    let value = bytes.get(end..).unwrap_or_default();
                    let gap = value
                        .iter()
                        .position(|byte| !matches!(byte, b'"' | b':' | b' ' | b'\n' | b'\r' | b'\t'));
                    // A string value begins with the quote that the gap swallowed.
                    let start = end + gap.unwrap_or(value.len());
                    if visit(key, start).is_break() {
                        return;
                    }
                }
                offset = end;
            }
            _ => {}
        }
        offset += 1;
    }
}

fn string_end(bytes: &[u8], mut offset: usize) -> usize {
    while let Some(byte) = bytes.get(offset) {
        match byte {
            b'"' => return offset,
            b'\\' => offset += 2,
            _ => offset += 1,
        }
    }
    bytes.len()
}

/// What a JSON document is, by its outermost fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Osv,
    Cve,
    NvdApi,
    NvdFeed,
    NvdOverride,
    Csaf,
    OpenVex,
    CycloneDx,
    AlpineSecdb,
    NodePackage,
    NodeCore,
    Kev,
    Ssvc,
    Stix,
    Misp,
    Unknown,
}

/// Looks at no more than it takes to decide.
pub(crate) fn form(bytes: &[u8]) -> Form {
    let mut decided = Form::Unknown;
    top_keys(bytes, |key, value| {
        let text = bytes.get(value..value.saturating_add(64).min(bytes.len())).unwrap_or_default();
        let found = match key {
            b"cveMetadata" | b"containers" => Some(Form::Cve),
            b"dataType" if text.starts_with(b"CVE_RECORD") => Some(Form::Cve),
            b"CVE_Items" | b"CVE_data_type" => Some(Form::NvdFeed),
            b"resultsPerPage" => Some(Form::NvdApi),
            b"format" if text.starts_with(b"NVD_CVE") => Some(Form::NvdApi),
            b"_annotation" => Some(Form::NvdOverride),
            b"vulnerabilities" if lists_cves(text) => Some(Form::NvdApi),
            b"cve" if text.starts_with(b"{") => Some(Form::NvdOverride),
            b"document" if text.starts_with(b"{") => Some(Form::Csaf),
            b"bomFormat" => Some(Form::CycloneDx),
            b"@context" if text.windows(7).any(|window| window == b"openvex") => Some(Form::OpenVex),
            b"predicateType" if text.windows(7).any(|window| window == b"openvex") => Some(Form::OpenVex),
            b"distroversion" => Some(Form::AlpineSecdb),
            b"catalogVersion" => Some(Form::Kev),
            b"schema_version" | b"aliases" | b"affected" | b"modified" | b"withdrawn" | b"vulns" => {
                Some(Form::Osv)
            }
            b"module_name" | b"vulnerable_versions" => Some(Form::NodePackage),
            b"vulnerable" | b"patched" => Some(Form::NodeCore),
            b"schemaVersion" | b"decision_points" | b"mapping" | b"namespace" => Some(Form::Ssvc),
            b"type" if text.starts_with(b"bundle\"") => Some(Form::Stix),
            b"Event" => Some(Form::Misp),
            _ => None,
        };
        match found {
            Some(form) => {
                decided = form;
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        }
    });
    decided
}

/// `[{"cve": …`: the records of the API without its page around them.
fn lists_cves(text: &[u8]) -> bool {
    let mut letters = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    b"[{\"cve\":".iter().all(|wanted| letters.next() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::{Form, form};

    #[test]
    fn forms_are_told_apart_by_their_first_fields() {
        assert_eq!(form(br#"{"id": "X", "modified": "2026"}"#), Form::Osv);
        assert_eq!(form(br#"{"dataType": "CVE_RECORD"}"#), Form::Cve);
        assert_eq!(form(br#"{"a": {"dataType": 1}, "document": {}}"#), Form::Csaf);
        assert_eq!(form(br#"{"type": "bundle", "id": "bundle--1"}"#), Form::Stix);
        assert_eq!(form(br#"{"type": "x", "@context": "https://openvex.dev/ns"}"#), Form::OpenVex);
        assert_eq!(form(b"[1, 2]"), Form::Unknown);
        assert_eq!(form(b"{\"a"), Form::Unknown);
    }
}
