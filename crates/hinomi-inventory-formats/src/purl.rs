// SPDX-License-Identifier: Apache-2.0
//! Writes purls (ECMA-427) for packages that a package database names.

use std::fmt::Write;

/// The parts of a purl, unencoded.
#[derive(Debug, Clone, Copy, Default)]
pub struct PurlParts<'a> {
    pub ty: &'a str,
    /// Segments are separated by `/`.
    pub namespace: Option<&'a str>,
    pub name: &'a str,
    pub version: Option<&'a str>,
    /// Sorted by key; empty values are left out.
    pub qualifiers: &'a [(&'a str, &'a str)],
}

impl PurlParts<'_> {
    /// Canonical text: percent-encoded where the specification asks for it.
    pub fn build(&self) -> String {
        let mut purl = format!("pkg:{}/", self.ty);
        for segment in self.namespace.unwrap_or_default().split('/').filter(|segment| !segment.is_empty()) {
            encode(segment, &mut purl);
            purl.push('/');
        }
        encode(self.name, &mut purl);
        if let Some(version) = self.version {
            purl.push('@');
            encode(version, &mut purl);
        }
        let mut separator = '?';
        for (key, value) in self.qualifiers.iter().filter(|(_, value)| !value.is_empty()) {
            purl.push(separator);
            purl.push_str(key);
            purl.push('=');
            encode(value, &mut purl);
            separator = '&';
        }
        purl
    }
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _written = write!(out, "%{byte:02X}");
        }
    }
}
