// SPDX-License-Identifier: Apache-2.0
//! Databases that keep their own form instead of OSV: Alpine's secdb, FriendsOfPHP, the Ruby advisory database,
//! the Haskell advisories, the Node.js working group's.
//!
//! ```text
//!   requirements ">= 2.0, < 2.4.8" ─► one interval ─► events introduced 2.0, fixed 2.4.8
//!   Ruby lists what is *not* affected  ─► the gaps between those intervals are
//! ```
//!
//! A bound that OSV's events cannot say exactly (affected only *above* a version) is widened to include that
//! version and reported as a warning: a match too many that is explained beats one too few.

pub(crate) mod alpine;
pub(crate) mod haskell;
pub(crate) mod node;
mod php;
mod ruby;

use serde_json::{Map, Value};

use crate::error::{Cause, Place, ReadError};
use crate::model::{Advisory, Affected, Event, Format, Micros, Package, Range, RangeKind, Reference};

/// Reads one document; text and name in, records out.
pub(crate) type Reader = fn(&str, &str) -> Result<Vec<Advisory>, ReadError>;

/// The native format that a YAML text is in, judged by the keys at the start of its lines.
pub(crate) fn reader_of(text: &str) -> Option<Reader> {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    if haskell::looks_like(text) {
        Some(haskell::read)
    } else if has("distroversion:") && has("packages:") {
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

#[cfg(test)]
#[path = "native_tests.rs"]
mod tests;
