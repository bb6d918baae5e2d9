// SPDX-License-Identifier: Apache-2.0
//! Writes purls (ECMA-427) for packages that a package database names.

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
        let mut purl = String::new();
        self.write(&mut purl);
        purl
    }

    /// As [`PurlParts::build`], behind what `purl` has already.
    pub fn write(&self, purl: &mut String) {
        let rest: usize = self.qualifiers.iter().map(|(key, value)| key.len() + value.len() + 2).sum();
        let most = self.name.len() + self.version.map_or(0, str::len) + rest;
        purl.reserve(most + self.namespace.map_or(0, str::len) + 24);
        purl.push_str("pkg:");
        purl.push_str(self.ty);
        purl.push('/');
        for segment in self.namespace.unwrap_or_default().split('/').filter(|segment| !segment.is_empty()) {
            encode(segment, purl);
            purl.push('/');
        }
        encode(self.name, purl);
        if let Some(version) = self.version {
            purl.push('@');
            encode(version, purl);
        }
        let mut separator = '?';
        for (key, value) in self.qualifiers.iter().filter(|(_, value)| !value.is_empty()) {
            purl.push(separator);
            purl.push_str(key);
            purl.push('=');
            encode(value, purl);
            separator = '&';
        }
    }
}

fn encode(text: &str, out: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !stays(byte)) {
        // Everything before is ASCII, so the place lies between characters.
        let (plain, more) = rest.split_at(at);
        out.push_str(plain);
        let width = more.chars().next().map_or(1, char::len_utf8);
        let (encoded, after) = more.split_at(width);
        for byte in encoded.bytes() {
            out.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        rest = after;
    }
    out.push_str(rest);
}
