// SPDX-License-Identifier: Apache-2.0
//! Haskell packages: numbers parted by dots, compared as lists; the shorter list sorts first (`1.0 < 1.0.0`).
//!
//! Source: Cabal 3 `Distribution.Types.Version`; the Haskell Package Versioning Policy.

use crate::error::VersionError;
use crate::scheme::{Scheme, cran};

pub(crate) fn encode_into(scheme: Scheme, version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    cran::push_numbers(version.trim(), &['.'], out)
        .ok_or_else(|| VersionError::invalid(scheme, version, "it is not numbers parted by dots"))
}

/// Whether Cabal takes the text: no zeros before a number, nine digits at most.
pub(crate) fn is_valid(version: &str) -> bool {
    version.split('.').all(|part| {
        (1..=9).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    })
}
