// SPDX-License-Identifier: Apache-2.0
//! What can be wrong with a document, said with its file, its place in it and the cause.

use std::fmt;

/// A document, or a record of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}: {cause}", at(.place))]
pub struct ReadError {
    /// The file as the caller named it.
    pub path: String,
    /// Where in the file, when known.
    pub place: Option<Place>,
    /// What is wrong there.
    pub cause: Cause,
}

/// A position in a text document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path to the value, such as `affected[2].ranges[0].type`; empty at the top.
    pub value: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

/// The kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The document is none of the known formats: callers may pass over it.
    #[error("not a known advisory format: {0}")]
    Unrecognised(&'static str),
    /// The text is not well-formed, or a value has the wrong type.
    #[error("{0}")]
    Malformed(String),
    /// A field that every record must have is absent or empty.
    #[error("the record has no `{0}`")]
    Missing(&'static str),
    /// The document is larger than a reader accepts.
    #[error("the document is larger than the limit of {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit_bytes: usize,
    },
}

impl ReadError {
    pub(crate) fn new(path: &str, cause: Cause) -> Self {
        Self { path: path.to_owned(), place: None, cause }
    }

    pub(crate) fn at(path: &str, place: Option<Place>, cause: Cause) -> Self {
        Self { path: path.to_owned(), place, cause }
    }

    /// True when the document is simply something else, such as a schema or a readme in a feed's folder.
    #[must_use]
    pub fn is_unrecognised(&self) -> bool {
        matches!(self.cause, Cause::Unrecognised(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)?;
        if self.value.is_empty() { Ok(()) } else { write!(formatter, " ({})", self.value) }
    }
}

fn at(place: &Option<Place>) -> String {
    place.as_ref().map_or_else(String::new, |place| format!(":{place}"))
}
