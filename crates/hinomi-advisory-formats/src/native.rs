// SPDX-License-Identifier: Apache-2.0
//! Databases that keep their own form instead of OSV: Alpine's secdb, FriendsOfPHP, the Ruby advisory database,
//! the Node.js working group's npm advisories.
//!
//! ```text
//!   requirements ">= 2.0, < 2.4.8" ─► one interval ─► events introduced 2.0, fixed 2.4.8
//!   Ruby lists what is *not* affected  ─► the gaps between those intervals are
//! ```
//!
//! A bound that OSV's events cannot say exactly (affected only *above* a version) is widened to include that
//! version and reported as a warning: a match too many that is explained beats one too few.

mod alpine;
pub(crate) mod node;
mod php;
mod ruby;

use serde_json::{Map, Value};

use crate::error::{Cause, Place, ReadError};
use crate::model::{
    Advisory, Affected, Event, Format, Micros, Package, Range, RangeKind, Reference, Warning,
};

/// Reads one document; text and name in, records out.
pub(crate) type Reader = fn(&str, &str) -> Result<Vec<Advisory>, ReadError>;

/// The native format that a YAML text is in, judged by the keys at the start of its lines.
pub(crate) fn reader_of(text: &str) -> Option<Reader> {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    if has("distroversion:") && has("packages:") {
        Some(alpine::read)
    } else if has("branches:") && has("reference:") {
        Some(php::read)
    } else if (has("gem:") || has("engine:")) && has("title:") {
        Some(ruby::read)
    } else {
        None
    }
}

/// Reads a YAML document into `T`, with place and cause on failure.
fn parse<T: serde::de::DeserializeOwned>(text: &str, path: &str) -> Result<T, ReadError> {
    serde_yaml_ng::from_str(text).map_err(|error| {
        let place = error.location().map(|location| Place {
            value: String::new(),
            line: location.line(),
            column: location.column(),
        });
        ReadError::at(path, place, Cause::Malformed(error.to_string()))
    })
}

fn advisory(id: String, source: Format, published: Option<Micros>) -> Advisory {
    Advisory { id, source, modified: published, published, ..Advisory::default() }
}

fn affected(ecosystem: &str, name: &str, intervals: Vec<Vec<Event>>) -> Affected {
    let range = |events| Range {
        kind: RangeKind::Ecosystem,
        repo: None,
        events,
        database_specific: Value::Null,
        extra: Map::new(),
    };
    Affected {
        package: Package {
            ecosystem: Some(ecosystem.to_owned()),
            name: name.to_owned(),
            ..Package::default()
        },
        ranges: intervals.into_iter().map(range).collect(),
        ..Affected::default()
    }
}

fn link(url: String) -> Reference {
    Reference { kind: "WEB".to_owned(), url, extra: Map::new() }
}

/// One side of an interval: a version, and whether it belongs to the interval.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    version: String,
    included: bool,
}

/// Versions between two sides; an absent side is endless.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Span {
    low: Option<Side>,
    high: Option<Side>,
}

impl Span {
    /// The comparisons `>= 1`, `< 2` as one span; `None` when one of them is nothing of the kind.
    fn of_comparisons<'a>(comparisons: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut span = Self::default();
        for comparison in comparisons {
            let comparison = comparison.trim();
            let sign_end = comparison.find(|letter: char| !"<>=~!".contains(letter))?;
            let (sign, version) = comparison.split_at(sign_end);
            let version = version.trim().to_owned();
            if !version.trim_start_matches('v').starts_with(|letter: char| letter.is_ascii_digit()) {
                return None;
            }
            let side = |included| Some(Side { version: version.clone(), included });
            match sign {
                ">=" => span.low = side(true),
                ">" => span.low = side(false),
                "<" => span.high = side(false),
                "<=" => span.high = side(true),
                "=" | "==" | "" => {
                    span.low = side(true);
                    span.high = side(true);
                }
                "~>" => {
                    span.low = side(true);
                    // A lower bound of the same requirement only tightens what the pessimistic one allows.
                    span.high = Some(Side { version: bump(&version)?, included: false });
                }
                _ => return None,
            }
        }
        Some(span)
    }

    /// As events; what they cannot say exactly goes to `warnings`.
    fn events(&self, place: &str, warnings: &mut Vec<Warning>) -> Vec<Event> {
        let mut events = Vec::with_capacity(2);
        match &self.low {
            None => events.push(Event::Introduced("0".to_owned())),
            Some(side) => {
                if !side.included {
                    let cause = format!("affected above {0}; {0} itself is counted too", side.version);
                    warnings.push(Warning { place: place.to_owned(), cause });
                }
                events.push(Event::Introduced(side.version.clone()));
            }
        }
        match &self.high {
            None => {}
            Some(side) if side.included => events.push(Event::LastAffected(side.version.clone())),
            Some(side) => events.push(Event::Fixed(side.version.clone())),
        }
        events
    }
}

/// The first version that `~> version` does not allow: the last number goes, the one before it is raised
/// (`Gem::Version#bump`, RubyGems guides).
fn bump(version: &str) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    for part in version.split(['.', '-']) {
        match part.parse() {
            Ok(number) => numbers.push(number),
            Err(_) => break,
        }
    }
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last = numbers.last_mut()?;
    *last = last.checked_add(1)?;
    Some(numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
#[path = "native_tests.rs"]
mod tests;
