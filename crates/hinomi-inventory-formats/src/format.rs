// SPDX-License-Identifier: Apache-2.0
//! Which format a document is in. Decided by its content; a file name is a hint nowhere.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::{Place, ReadError};
use crate::xml::Xml;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    CycloneDxJson,
    CycloneDxXml,
    SpdxJson,
    SpdxTagValue,
    SpdxYaml,
    Spdx3Json,
    DpkgStatus,
    ApkInstalled,
    RpmDatabase,
    /// Output of `rpm -qa`
    RpmQuery,
    CargoLock,
    OsRelease,
    /// Read from the running host, not from one document.
    Host,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::CycloneDxJson => "cyclonedx-json",
            Format::CycloneDxXml => "cyclonedx-xml",
            Format::SpdxJson => "spdx-json",
            Format::SpdxTagValue => "spdx-tag-value",
            Format::SpdxYaml => "spdx-yaml",
            Format::Spdx3Json => "spdx3-json",
            Format::DpkgStatus => "dpkg-status",
            Format::ApkInstalled => "apk-installed",
            Format::RpmDatabase => "rpm-database",
            Format::RpmQuery => "rpm-query",
            Format::CargoLock => "cargo-lock",
            Format::OsRelease => "os-release",
            Format::Host => "host",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

pub(crate) fn sniff(text: &str, path: &str) -> Result<Format, ReadError> {
    let body = text.trim_ascii_start();
    match body.as_bytes().first() {
        None => Err(ReadError::new(path, Place::Document, "the document is empty")),
        Some(b'{') => sniff_json(body, path),
        Some(b'<') => sniff_xml(body, path),
        Some(_) => sniff_lines(body, path),
    }
}

fn sniff_json(text: &str, path: &str) -> Result<Format, ReadError> {
    let mut found = None;
    let mut keys: Vec<&str> = Vec::new();
    top_level_keys(text, &mut |key| {
        found = match key {
            "bomFormat" => Some(Format::CycloneDxJson),
            "spdxVersion" => Some(Format::SpdxJson),
            "@graph" if text.contains("spdx.org/rdf/3") => Some(Format::Spdx3Json),
            _ => None,
        };
        if keys.len() < 8 {
            keys.push(key);
        }
        found.is_none()
    });
    if let Some(format) = found {
        return Ok(format);
    }
    // Only a whole JSON text can be called unknown; a damaged one is reported as such.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| ReadError::json(path, &error))?;
    // A CycloneDX document without its mark still says what it wants to be by `specVersion`.
    if keys.contains(&"specVersion") && keys.contains(&"components") {
        return Ok(Format::CycloneDxJson);
    }
    let keys = keys.iter().map(|key| key.escape_default().to_string()).collect::<Vec<_>>().join(", ");
    Err(ReadError::new(
        path,
        Place::Document,
        format!("no known inventory format: a JSON object with the keys {keys}"),
    ))
}

fn sniff_xml(text: &str, path: &str) -> Result<Format, ReadError> {
    let (_, root, namespace) = Xml::open(text, path)?;
    let namespace = namespace.unwrap_or_default();
    match root.name.as_str() {
        "bom" if namespace.contains("cyclonedx") => Ok(Format::CycloneDxXml),
        name => {
            let cause = format!("no known inventory format: an XML document of {name:?}");
            Err(ReadError::new(path, Place::Document, cause))
        }
    }
}

fn sniff_lines(text: &str, path: &str) -> Result<Format, ReadError> {
    let first = text.lines().map(str::trim_end).find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.unwrap_or_default();
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    if starts("SPDXVersion:") {
        return Ok(Format::SpdxTagValue);
    }
    if starts("spdxVersion:") || starts("\"spdxVersion\":") || starts("'spdxVersion':") {
        return Ok(Format::SpdxYaml);
    }
    if first.starts_with("Package:") {
        return Ok(Format::DpkgStatus);
    }
    if is_apk_field(first) {
        return Ok(Format::ApkInstalled);
    }
    if crate::rpm::is_query_line(first) {
        return Ok(Format::RpmQuery);
    }
    let mut lines = text.lines();
    if first == "[[package]]" || (first.starts_with("version = ") && text.contains("[[package]]")) {
        return Ok(Format::CargoLock);
    }
    if lines.any(|line| line.starts_with("ID=")) && is_assignment(first) {
        return Ok(Format::OsRelease);
    }
    Err(ReadError::new(path, Place::Line { line: 1, column: 1 }, "no known inventory format"))
}

/// A database entry starts with its checksum (`C:Q1…`) or its name.
fn is_apk_field(line: &str) -> bool {
    line.starts_with("C:Q")
        || line.strip_prefix("P:").is_some_and(|name| !name.is_empty() && !name.contains(' '))
}

fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    })
}

/// Calls `visit` with the keys of the outermost object, as they stand, until it says `false` or the text ends.
///
/// A scan over brackets and strings: no tree is built and nesting costs nothing.
fn top_level_keys<'a>(text: &'a str, visit: &mut dyn FnMut(&'a str) -> bool) {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    let mut expects_key = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                expects_key = depth == 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            b',' => expects_key = depth == 1,
            b'"' => {
                let end = string_end(bytes, at + 1);
                if expects_key {
                    expects_key = false;
                    if !text.get(at + 1..end).is_none_or(&mut *visit) {
                        return;
                    }
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Position of the closing quote, or the end of the text.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}
