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
