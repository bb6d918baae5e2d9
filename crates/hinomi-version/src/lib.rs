// SPDX-License-Identifier: Apache-2.0
//! Versions of every ecosystem as byte keys that `memcmp` orders, and the names they belong to.
//!
//! ```text
//! "1.10.0-rc.1" ─ encode(Scheme::Npm) ─▶ 02 01 02 0A 00 03 'r' 'c' 00 02 02 01 00 ─ memcmp ─▶ order
//! ```
//!
//! A key is computed once per distinct version; after that, every comparison, range test and sorted index needs the
//! bytes only.
//!
//! ```
//! use std::cmp::Ordering;
//! use hinomi_version::{Scheme, compare, encode};
//!
//! let installed = encode(Scheme::Deb, "1.1.1n-0+deb11u4")?;
//! let fixed = encode(Scheme::Deb, "1.1.1n-0+deb11u5")?;
//! assert!(installed < fixed);
//!
//! assert_eq!(compare(Scheme::Pypi, "1.0.dev1", "1.0a1")?, Ordering::Less);
//! assert!(compare(Scheme::Pypi, "1.0", "not a version").is_err());
//! # Ok::<(), hinomi_version::VersionError>(())
//! ```
//!
//! Everything here is pure and bounded: bytes in, bytes out, time and memory linear in the input, no panic on any text.

pub mod cpe;
pub mod ecosystem;
mod error;
mod key;
pub mod purl;
pub mod range;
mod scheme;

use std::cmp::Ordering;

pub use error::VersionError;
pub use scheme::Scheme;

/// The key of a version. For every totally ordered scheme the keys compare as the versions do.
pub fn encode(scheme: Scheme, version: &str) -> Result<Vec<u8>, VersionError> {
    let mut key = Vec::with_capacity(version.len() * 2 + 8);
    encode_into(scheme, version, &mut key)?;
    Ok(key)
}

/// Appends the key of a version to `out`; on an error `out` is as it was.
pub fn encode_into(scheme: Scheme, version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let start = out.len();
    let written = write_key(scheme, version, out);
    if written.is_err() {
        out.truncate(start);
    }
    written
}

fn write_key(scheme: Scheme, version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    match scheme {
        Scheme::Deb => scheme::deb::encode_into(version, out),
        Scheme::Rpm => scheme::rpm::encode_into(version, out),
        Scheme::Apk => scheme::apk::encode_into(version, out),
        Scheme::Pypi => scheme::pypi::encode_into(version, out)?,
        Scheme::PypiLegacy => scheme::pypi_legacy::encode_into(version, out),
        Scheme::Go => scheme::go::encode_into(version, out)?,
        Scheme::Semver | Scheme::Npm | Scheme::Cargo | Scheme::Hex => {
            scheme::semver::encode_into(scheme, version, out)?;
        }
        Scheme::Pub => scheme::pub_dev::encode_into(version, out)?,
        Scheme::Nuget => scheme::nuget::encode_into(version, out)?,
        Scheme::Maven => scheme::maven::encode_into(version, out),
        Scheme::Gem => scheme::gem::encode_into(version, out)?,
        Scheme::Composer => scheme::composer::encode_into(version, out)?,
        Scheme::Cran => scheme::cran::encode_into(version, out)?,
        Scheme::Hackage | Scheme::Intdot => scheme::hackage::encode_into(scheme, version, out)?,
        Scheme::Alpm => scheme::alpm::encode_into(version, out),
        Scheme::Conan => scheme::conan::encode_into(version, out),
        Scheme::Opam => scheme::deb::encode_into(version, out),
        Scheme::Ebuild => scheme::ebuild::encode_into(version, out)?,
        Scheme::Datetime => scheme::datetime::encode_into(version, out)?,
        Scheme::Lexicographic => out.extend_from_slice(version.as_bytes()),
        Scheme::Generic => scheme::generic::encode_into(version, out)?,
    }
    Ok(())
}

/// Orders two versions as the scheme's reference tool does.
pub fn compare(scheme: Scheme, left: &str, right: &str) -> Result<Ordering, VersionError> {
    match scheme {
        Scheme::Maven => Ok(scheme::maven::compare(left, right)),
        Scheme::Alpm => Ok(scheme::alpm::compare(left, right)),
        Scheme::Conan => Ok(scheme::conan::compare(left, right)),
        Scheme::Composer => scheme::composer::compare(left, right),
        _ => Ok(encode(scheme, left)?.cmp(&encode(scheme, right)?)),
    }
}

/// The part of an RPM key that follows the epoch, to compare with names that carry none.
pub fn rpm_key_without_epoch(key: &[u8]) -> &[u8] {
    scheme::rpm::skip_epoch(key)
}
