// SPDX-License-Identifier: Apache-2.0
//! NuGet version ranges: `1.0` (at least), `[1.0]`, `(1.0,2.0]`, `[1.0,)`, `1.*` (at least its first version).
//!
//! Source: NuGet.Versioning 6, `VersionRangeFactory`, `FloatRange` and `VersionRange.Satisfies`.

use crate::range::Test;
use crate::scheme::nuget;
use crate::{Scheme, VersionError, compare};

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = |reason| VersionError::range("nuget", range, reason);
    let text = range.trim();
    let (low_test, high_test, low, high) = match text.as_bytes() {
        [] => return Err(fail("it is empty")),
        [open @ (b'[' | b'('), .., close @ (b']' | b')')] => {
            let low_test = if *open == b'[' { Test::AtLeast } else { Test::Greater };
            let high_test = if *close == b']' { Test::AtMost } else { Test::Less };
            let (low, high) = bounds(&text[1..text.len() - 1], low_test, high_test).map_err(fail)?;
            (low_test, high_test, low, high)
        }
        [b'[' | b'(', ..] => return Err(fail("its bracket does not close")),
        _ => (Test::AtLeast, Test::Less, text, ""),
    };
    let low = bound(low, true).map_err(fail)?;
    let high = bound(high, false).map_err(fail)?;
    if let (Some(low), Some(high)) = (&low, &high) {
        let order = compare(Scheme::Nuget, low, high)?;
        let one_end = (low_test == Test::AtLeast) != (high_test == Test::AtMost);
        if order.is_gt() || order.is_eq() && one_end {
            return Err(fail("nothing lies between its bounds"));
        }
    }
    let mut inside = true;
    for (test, bound) in [(low_test, low), (high_test, high)] {
        if let Some(bound) = bound {
            inside &= test.passes(compare(Scheme::Nuget, version, &bound)?);
        }
    }
    Ok(inside)
}

/// What stands between the brackets, as written.
fn bounds(inner: &str, low_test: Test, high_test: Test) -> Result<(&str, &str), &'static str> {
    match inner.split_once(',') {
        Some((_, high)) if high.contains(',') => Err("it has more than two bounds"),
        Some(("", "")) => Err("it has no bound"),
        Some(parts) => Ok(parts),
        None if inner.is_empty() => Err("it has no bound"),
        None if low_test == Test::AtLeast && high_test == Test::AtMost => Ok((inner, inner)),
        None => Err("a single version stands in square brackets"),
    }
}

/// A bound's version; `None` where there is no bound. Only the lower one may float.
fn bound(text: &str, may_float: bool) -> Result<Option<String>, &'static str> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let version = if may_float && text.contains('*') { floor(text) } else { Some(text.to_owned()) };
    version.filter(|version| nuget::is_valid(version)).map(Some).ok_or("a bound is no version")
}

/// The least version of a floating one: `1.*` is `1.0`, `1.0-rc.*` is `1.0-rc.0`, `1.0-rc*` is `1.0-rc`, `*-*` is `0.0.0-0`.
fn floor(text: &str) -> Option<String> {
    let (before, last) = text.split_at(text.rfind('*')?);
    if last.len() > 1 || text.contains('+') {
        return None;
    }
    let label = |label: &str| {
        if label.is_empty() || label.ends_with('.') { format!("{label}0") } else { label.to_owned() }
    };
    match before.split_once('-') {
        None => Some(format!("{before}0")),
        Some((main, pre)) => match main.strip_suffix('*') {
            // Numbers and label float both.
            Some(main) => Some(format!("{main}0-{}", label(pre))),
            None if pre.contains('-') => Some(before.to_owned()),
            None => Some(format!("{main}-{}", label(pre))),
        },
    }
}
