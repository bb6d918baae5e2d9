// SPDX-License-Identifier: Apache-2.0
//! NuGet versions: SemVer with up to four numbers, pre-releases without regard to case, build metadata ignored.
//!
//! The key is that of [`super::semver`] over the lower-cased pre-release. Source: NuGet.Versioning 6 `VersionComparer`.

use crate::error::VersionError;
use crate::scheme::{Scheme, semver};

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts =
        semver::split(version).map_err(|reason| VersionError::invalid(Scheme::Nuget, version, reason))?;
    let lower = parts.pre.map(str::to_ascii_lowercase);
    semver::push_parts(semver::SemverParts { pre: lower.as_deref(), ..parts }, out);
    Ok(())
}
