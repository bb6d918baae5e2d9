// SPDX-License-Identifier: Apache-2.0
//! Maven version ranges: `[1.0,2.0)`, `(,1.0],[1.2,)`, `[1.5]`; a bare version is a wish and takes every version.
//!
//! Source: Apache Maven 3.8.7 `maven-artifact`, `VersionRange.java`.

use crate::VersionError;
use crate::scheme::maven::compare;

struct Restriction<'a> {
    low: Option<&'a str>,
    low_inclusive: bool,
    high: Option<&'a str>,
    high_inclusive: bool,
}

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let restrictions = parse(range).map_err(|reason| VersionError::range("maven", range, reason))?;
    let is_wish = restrictions.is_empty() && !range.is_empty();
    Ok(is_wish || restrictions.iter().any(|restriction| restriction.contains(version)))
}

impl Restriction<'_> {
    fn contains(&self, version: &str) -> bool {
        let above = self.low.is_none_or(|low| {
            let order = compare(version, low);
            order.is_gt() || self.low_inclusive && order.is_eq()
        });
        let below = self.high.is_none_or(|high| {
            let order = compare(version, high);
            order.is_lt() || self.high_inclusive && order.is_eq()
        });
        above && below
    }
}

/// The sets of a range; none where the range is a bare version.
fn parse(range: &str) -> Result<Vec<Restriction<'_>>, &'static str> {
    let mut restrictions: Vec<Restriction<'_>> = Vec::new();
    let mut rest = range;
    while rest.starts_with(['[', '(']) {
        let end = rest.find([')', ']']).ok_or("a set has no end")?;
        let restriction = parse_restriction(&rest[..=end])?;
        if let Some(previous) = restrictions.last()
            && let Some(previous_high) = previous.high
            && restriction.low.is_none_or(|low| compare(low, previous_high).is_lt())
        {
            return Err("its sets overlap");
        }
        restrictions.push(restriction);
        rest = rest[end + 1..].trim();
        rest = rest.strip_prefix(',').map_or(rest, str::trim);
    }
    if !rest.is_empty() && !restrictions.is_empty() {
        return Err("a set is followed by something that is no set");
    }
    Ok(restrictions)
}

fn parse_restriction(text: &str) -> Result<Restriction<'_>, &'static str> {
    let low_inclusive = text.starts_with('[');
    let high_inclusive = text.ends_with(']');
    let inner = text[1..text.len() - 1].trim();
    let Some((low, high)) = inner.split_once(',') else {
        if !low_inclusive || !high_inclusive {
            return Err("a single version stands in square brackets");
        }
        return Ok(Restriction { low: Some(inner), low_inclusive, high: Some(inner), high_inclusive });
    };
    let (low, high) = (low.trim(), high.trim());
    let (low, high) = (Some(low).filter(|low| !low.is_empty()), Some(high).filter(|high| !high.is_empty()));
    if let (Some(low), Some(high)) = (low, high) {
        let order = compare(high, low);
        if order.is_lt() || order.is_eq() && !(low_inclusive && high_inclusive) {
            return Err("its bounds are in the wrong order");
        }
    }
    Ok(Restriction { low, low_inclusive, high, high_inclusive })
}
