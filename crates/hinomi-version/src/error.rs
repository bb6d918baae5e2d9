// SPDX-License-Identifier: Apache-2.0
//! What can go wrong: a string that is not what its format promises. Every error carries the text it is about.

use crate::Scheme;

/// A version, or a range, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    #[error("{version:?} is not a {scheme} version: {reason}")]
    Invalid { scheme: Scheme, version: Box<str>, reason: &'static str },
    #[error("{range:?} is not a {syntax} range: {reason}")]
    Range { syntax: &'static str, range: Box<str>, reason: &'static str },
}

impl VersionError {
    pub(crate) fn invalid(scheme: Scheme, version: &str, reason: &'static str) -> Self {
        Self::Invalid { scheme, version: shorten(version), reason }
    }

    pub(crate) fn range(syntax: &'static str, range: &str, reason: &'static str) -> Self {
        Self::Range { syntax, range: shorten(range), reason }
    }
}

/// Keeps an error small when the input is not: at most 120 bytes of it are repeated.
pub(crate) fn shorten(text: &str) -> Box<str> {
    const LONGEST: usize = 120;
    if text.len() <= LONGEST {
        return text.into();
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end]).into()
}
