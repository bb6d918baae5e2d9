// SPDX-License-Identifier: Apache-2.0
//! Go modules and toolchains.
//!
//! Module versions are SemVer with a `v` that the Go vulnerability database leaves out; `+incompatible` is build
//! metadata and pseudo-versions are ordinary pre-releases. Toolchain versions (`go1.22rc1`) are read as the database
//! writes them: `1.22.0-rc.1`. Sources: go.dev/ref/mod; golang.org/x/mod/semver; `go/version`.

use crate::error::VersionError;
use crate::key::take_digits;
use crate::scheme::{Scheme, semver};

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let text = version.trim();
    let text = text.strip_prefix("go").unwrap_or(text);
    let parts = semver::split(text).map_err(|reason| VersionError::invalid(Scheme::Go, version, reason))?;
    // A module's `-rc93` is one identifier, which SemVer orders as text; only a toolchain writes `1.22rc1`.
    let is_module = text.contains('-') && !version.trim().starts_with("go");
    match parts.pre.filter(|_| !is_module).and_then(toolchain_pre_release) {
        Some(pre) => semver::push_parts(semver::SemverParts { pre: Some(&pre), ..parts }, out),
        None => semver::push_parts(parts, out),
    }
    Ok(())
}

/// Whether Go's own tools take the text: `[v]1[.2[.3[-pre][+build]]]`, or a toolchain name.
pub(crate) fn is_valid(version: &str) -> bool {
    let text = version.trim();
    let is_toolchain = |text: &str| {
        let parts = semver::split(text).ok();
        !text.contains('-') && parts.and_then(|parts| toolchain_pre_release(parts.pre?)).is_some()
    };
    if text.starts_with("go") || is_toolchain(text) {
        return crate::encode(Scheme::Go, text).is_ok();
    }
    let text = text.strip_prefix('v').unwrap_or(text);
    let dots = text.split(['-', '+']).next().unwrap_or_default().matches('.').count();
    let is_short = dots < 2 && !text.contains(['-', '+']);
    let padding = [".0.0", ".0", ""];
    match padding.get(dots) {
        Some(padding) if is_short => semver::is_strict(&format!("{text}{padding}")),
        _ => semver::is_strict(text),
    }
}

/// `rc1` and `beta2`, written without the dot that SemVer needs to order them as numbers.
fn toolchain_pre_release(pre: &str) -> Option<String> {
    let name = ["rc", "beta"].into_iter().find(|name| pre.starts_with(name))?;
    let number = &pre[name.len()..];
    let (digits, rest) = take_digits(number.as_bytes());
    (!digits.is_empty() && rest.is_empty()).then(|| format!("{name}.{number}"))
}
