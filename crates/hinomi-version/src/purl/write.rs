// SPDX-License-Identifier: Apache-2.0
//! The canonical spelling of a purl (ECMA-427, "Rules for each purl component").

use std::fmt;

use super::Purl;

impl fmt::Display for Purl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "pkg:{}", self.ty)?;
        for segment in self.namespace.iter().flat_map(|path| path.split('/')) {
            write!(out, "/{}", Encoded(segment))?;
        }
        // Of all names only a git repository's has slashes, and they part its path.
        for segment in self.name.split('/').filter(|_| self.ty == "git") {
            write!(out, "/{}", Encoded(segment))?;
        }
        if self.ty != "git" {
            write!(out, "/{}", Encoded(&self.name))?;
        }
        if let Some(version) = &self.version {
            write!(out, "@{}", Encoded(version))?;
        }
        for (position, (key, value)) in self.qualifiers.iter().enumerate() {
            let separator = if position == 0 { '?' } else { '&' };
            write!(out, "{separator}{key}={}", Encoded(value))?;
        }
        if let Some(subpath) = &self.subpath {
            for (position, segment) in subpath.split('/').enumerate() {
                let separator = if position == 0 { '#' } else { '/' };
                write!(out, "{separator}{}", Encoded(segment))?;
            }
        }
        Ok(())
    }
}

/// Percent-encodes everything but letters, digits, `.`, `-`, `_`, `~` and the colon.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte);
        let mut rest = self.0;
        while let Some(end) = rest.bytes().position(|byte| !plain(byte)) {
            out.write_str(&rest[..end])?;
            let length = rest[end..].chars().next().map_or(1, char::len_utf8);
            for byte in rest[end..end + length].bytes() {
                write!(out, "%{byte:02X}")?;
            }
            rest = &rest[end + length..];
        }
        out.write_str(rest)
    }
}
