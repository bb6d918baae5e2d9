// SPDX-License-Identifier: Apache-2.0
//! NuGet version ranges: `1.0` (at least), `[1.0]`, `(1.0,2.0]`, `[1.0,)`, `1.*` (at least its first version).
//!
//! Source: NuGet.Versioning 6, `VersionRangeFactory` and `VersionRange.Satisfies`.

use crate::range::Test;
use crate::{Scheme, VersionError, compare};

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = |reason| VersionError::range("nuget", range, reason);
    let text = range.trim();
    let (low_test, high_test, inner) = match (text.as_bytes().first(), text.as_bytes().last()) {
        (Some(open @ (b'[' | b'(')), Some(close @ (b']' | b')'))) if text.len() > 1 => {
            let low = if *open == b'[' { Test::AtLeast } else { Test::Greater };
            let high = if *close == b']' { Test::AtMost } else { Test::Less };
            (low, high, &text[1..text.len() - 1])
        }
        (Some(b'[' | b'('), _) => return Err(fail("its bracket does not close")),
        (None, _) => return Err(fail("it is empty")),
        _ => return within(version, Some((Test::AtLeast, &floor(text))), None),
    };
    let (low, high) = match inner.split_once(',') {
        Some((_, high)) if high.contains(',') => return Err(fail("it has more than two bounds")),
        Some((low, high)) => (low.trim(), high.trim()),
        None if low_test == Test::AtLeast && high_test == Test::AtMost => (inner.trim(), inner.trim()),
        None => return Err(fail("a single version stands in square brackets")),
    };
    if low.is_empty() && high.is_empty() {
        return Err(fail("it has no bound"));
    }
    let low_floor = floor(low);
    let low = (!low.is_empty()).then_some((low_test, low_floor.as_str()));
    within(version, low, (!high.is_empty()).then_some((high_test, high)))
}

fn within(
    version: &str,
    low: Option<(Test, &str)>,
    high: Option<(Test, &str)>,
) -> Result<bool, VersionError> {
    let mut inside = true;
    for (test, bound) in low.into_iter().chain(high) {
        inside &= test.passes(compare(Scheme::Nuget, version, bound)?);
    }
    Ok(inside)
}

/// The least version of a floating one: `1.*` is `1.0`, `1.0-rc.*` is `1.0-rc.0`, `*-*` is `0.0-0`.
fn floor(text: &str) -> String {
    let (main, pre) = text.split_once('-').map_or((text, None), |(main, pre)| (main, Some(pre)));
    let main = main.replace('*', "0");
    match pre {
        Some(pre) => format!("{main}-{}", pre.replace('*', "0")),
        None => main,
    }
}
