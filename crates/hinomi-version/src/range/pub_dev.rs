// SPDX-License-Identifier: Apache-2.0
//! Constraints of Dart's Pub: `any`, `^1.2.3`, `>=1.0.0 <2.0.0`, `1.2.3`.
//!
//! ```text
//! ^1.2.3 ends before 2.0.0, ^0.1.2 and ^0.0.2 before 0.2.0 and 0.1.0; what ends before 2.0.0 ends before 2.0.0-0,
//! unless it begins at a pre-release of 2.0.0
//! ```
//! Source: pub_semver 2 `VersionConstraint.parse`, `VersionRange`.

use std::cmp::Ordering;

use crate::key::{strip_zeros, take_digits};
use crate::range::Test;
use crate::range::gem::raise;
use crate::scheme::{pub_dev, semver};
use crate::{Scheme, VersionError, compare};

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let fail = || VersionError::range("pub", range, "it is no constraint");
    if range.trim() == "any" {
        return Ok(true);
    }
    let span = match range.trim_start().strip_prefix('^') {
        Some(rest) => compatible(rest).ok_or_else(fail)?,
        None => span(range).ok_or_else(fail)?,
    };
    span.contains(version)
}

/// The highest lower and the lowest upper bound, each with whether it is inside itself.
#[derive(Default)]
struct Span {
    low: Option<(String, bool)>,
    high: Option<(String, bool)>,
}

impl Span {
    fn narrow_low(&mut self, version: &str, inclusive: bool) -> Option<()> {
        let order = match &self.low {
            Some((low, _)) => compare(Scheme::Pub, version, low).ok()?,
            None => Ordering::Greater,
        };
        match (order, &mut self.low) {
            (Ordering::Equal, Some((_, known))) => *known &= inclusive,
            (Ordering::Greater, low) => *low = Some((version.to_owned(), inclusive)),
            _ => {}
        }
        Some(())
    }

    fn narrow_high(&mut self, version: &str, inclusive: bool) -> Option<()> {
        let order = match &self.high {
            Some((high, _)) => compare(Scheme::Pub, version, high).ok()?,
            None => Ordering::Less,
        };
        match (order, &mut self.high) {
            (Ordering::Equal, Some((_, known))) => *known &= inclusive,
            (Ordering::Less, high) => *high = Some((version.to_owned(), inclusive)),
            _ => {}
        }
        Some(())
    }

    fn contains(&self, version: &str) -> Result<bool, VersionError> {
        if let Some((low, inclusive)) = &self.low {
            let order = compare(Scheme::Pub, version, low)?;
            if order.is_lt() || order.is_eq() && !inclusive {
                return Ok(false);
            }
        }
        let Some((high, inclusive)) = &self.high else { return Ok(true) };
        let order = compare(Scheme::Pub, version, high)?;
        if order.is_gt() || order.is_eq() && !inclusive {
            return Ok(false);
        }
        if *inclusive || high.contains(['-', '+']) || self.begins_before(high) {
            return Ok(true);
        }
        Ok(compare(Scheme::Pub, version, &format!("{high}-0"))?.is_lt())
    }

    /// The lower bound is a pre-release of the upper one's numbers.
    fn begins_before(&self, high: &str) -> bool {
        self.low.as_ref().is_some_and(|(low, _)| {
            match low.split('+').next().unwrap_or_default().split_once('-') {
                Some((core, _)) => numbers(core) == numbers(high),
                None => false,
            }
        })
    }
}

fn numbers(core: &str) -> Vec<&[u8]> {
    core.split('.').map(|number| strip_zeros(number.as_bytes())).collect()
}

/// `^`: up to the next version that may break.
fn compatible(rest: &str) -> Option<Span> {
    let version = rest.trim();
    if !pub_dev::is_valid(version) {
        return None;
    }
    let mut core = version.split(['-', '+']).next()?.split('.');
    let (major, minor) = (core.next()?, core.next()?);
    let high = if strip_zeros(major.as_bytes()).is_empty() {
        format!("0.{}.0", raise(minor))
    } else {
        format!("{}.0.0", raise(major))
    };
    Some(Span { low: Some((version.to_owned(), true)), high: Some((high, false)) })
}

fn span(range: &str) -> Option<Span> {
    let mut span = Span::default();
    let mut rest = range.trim();
    while !rest.is_empty() {
        let signs = [(">=", Test::AtLeast), ("<=", Test::AtMost), (">", Test::Greater), ("<", Test::Less)];
        let (test, after) = signs
            .into_iter()
            .find_map(|(sign, test)| Some((test, rest.strip_prefix(sign)?.trim_start())))
            .unwrap_or((Test::Equal, rest));
        let (version, after) = take_version(after)?;
        if matches!(test, Test::AtLeast | Test::Greater | Test::Equal) {
            span.narrow_low(version, test != Test::Greater)?;
        }
        if matches!(test, Test::AtMost | Test::Less | Test::Equal) {
            span.narrow_high(version, test != Test::Less)?;
        }
        rest = after.trim_start();
    }
    (span.low.is_some() || span.high.is_some()).then_some(span)
}

/// The longest version that a text starts with.
fn take_version(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut end = 0;
    for place in 0..3 {
        if place > 0 {
            end += usize::from(*bytes.get(end)? == b'.');
        }
        let (digits, _) = take_digits(&bytes[end..]);
        if digits.is_empty() {
            return None;
        }
        end += digits.len();
    }
    for sign in [b'-', b'+'] {
        if bytes.get(end) == Some(&sign) {
            end += identifiers(&bytes[end + 1..]).map_or(0, |length| length + 1);
        }
    }
    let (version, rest) = text.split_at(end);
    pub_dev::is_valid(version).then_some((version, rest))
}

/// How far identifiers parted by dots reach; `None` where there is none.
fn identifiers(bytes: &[u8]) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = bytes.iter().take_while(|byte| is_part(byte) || **byte == b'.').count();
    let mut text = std::str::from_utf8(&bytes[..length]).ok()?;
    while !text.is_empty() && !text.split('.').all(semver::is_word) {
        text = &text[..text.len() - 1];
    }
    (!text.is_empty()).then_some(text.len())
}
