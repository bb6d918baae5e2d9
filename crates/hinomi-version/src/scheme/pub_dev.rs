// SPDX-License-Identifier: Apache-2.0
//! Dart's Pub: SemVer, and where two versions are otherwise equal, build metadata orders them as pre-releases are.
//!
//! ```text
//! the key of super::semver, then  00 no build metadata | 01 its identifiers
//! ```
//! An identifier is a number where Dart's `int.tryParse` takes it (decimal, 64 bits, a sign allowed). Source: pub_semver 2
//! `Version.parse`, `Version.compareTo`.

use crate::error::VersionError;
use crate::key::END;
use crate::scheme::{Scheme, semver};

const HAS_BUILD: u8 = 1;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts =
        semver::split(version).map_err(|reason| VersionError::invalid(Scheme::Pub, version, reason))?;
    semver::push_core(parts.core, out);
    match parts.pre {
        None => out.push(semver::RELEASE),
        Some(pre) => semver::push_integers(pre, i64::MAX, out),
    }
    match parts.build {
        None => out.push(END),
        Some(build) => {
            out.push(HAS_BUILD);
            semver::push_integers(build, i64::MAX, out);
        }
    }
    Ok(())
}

/// Whether `Version.parse` takes the text: three numbers, zeros before them allowed, and identifiers that are not empty.
pub(crate) fn is_valid(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let is_number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<i64>().is_ok()
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && [pre, build].into_iter().flatten().all(|list| list.split('.').all(semver::is_word))
}
