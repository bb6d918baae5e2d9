// SPDX-License-Identifier: Apache-2.0
//! NuGet versions: SemVer with up to four numbers, pre-releases without regard to case, build metadata ignored.
//!
//! The key is that of [`super::semver`] over the lower-cased pre-release, but for two habits of .NET: a label is a number
//! only where it fits 32 bits (`20240101123456` is a word), and then a sign may stand before it. Source: NuGet.Versioning
//! 6, `NuGetVersion.TryParse` and `VersionComparer`.

use crate::error::VersionError;
use crate::scheme::{Scheme, semver};

const GREATEST_NUMBER: i64 = i32::MAX as i64;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let parts =
        semver::split(version).map_err(|reason| VersionError::invalid(Scheme::Nuget, version, reason))?;
    semver::push_core(parts.core, out);
    match parts.pre {
        None => out.push(semver::RELEASE),
        Some(pre) => semver::push_integers(&pre.to_ascii_lowercase(), GREATEST_NUMBER, out),
    }
    Ok(())
}

/// Whether `NuGetVersion.TryParse` takes the text.
pub(crate) fn is_valid(version: &str) -> bool {
    let text = version.trim();
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let is_number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits && part.parse::<i64>().is_ok_and(|number| number <= GREATEST_NUMBER)
    };
    let is_label = |part: &str| {
        semver::is_word(part)
            && !(part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    core.split('.').count() <= 4
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_label))
        && build.is_none_or(|build| build.split('.').all(semver::is_word))
}
