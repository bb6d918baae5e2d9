// SPDX-License-Identifier: Apache-2.0
//! Dart's Pub: SemVer, and where two versions are otherwise equal, build metadata orders them as pre-releases are.
//!
//! ```text
//! the key of super::semver, then  00 no build metadata | 01 its identifiers
//! ```
//! Source: pub_semver 2 `Version.compareTo`.

use crate::error::VersionError;
use crate::key::END;
use crate::scheme::{Scheme, semver};

const HAS_BUILD: u8 = 1;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts =
        semver::split(version).map_err(|reason| VersionError::invalid(Scheme::Pub, version, reason))?;
    semver::push_parts(parts, out);
    match parts.build {
        None => out.push(END),
        Some(build) => {
            out.push(HAS_BUILD);
            semver::push_identifiers(build, out);
        }
    }
    Ok(())
}
