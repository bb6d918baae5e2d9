// SPDX-License-Identifier: Apache-2.0
//! R packages: numbers parted by `.` or `-`, compared as lists; the shorter list sorts first (`1.9 < 1.9.0`).
//!
//! Source: R 4 `?package_version`, `utils::compareVersion`.

use crate::error::VersionError;
use crate::key::{END, push_digits};
use crate::scheme::Scheme;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let text = version.trim();
    push_numbers(text, &['.', '-'], out).ok_or_else(|| {
        VersionError::invalid(Scheme::Cran, version, "it is not numbers parted by dots and dashes")
    })
}

/// A list of numbers and its end.
pub(crate) fn push_numbers(text: &str, separators: &[char], out: &mut Vec<u8>) -> Option<()> {
    for part in text.split(separators) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        push_digits(out, part.as_bytes());
    }
    out.push(END);
    Some(())
}
