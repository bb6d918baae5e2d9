// SPDX-License-Identifier: Apache-2.0
//! Why a document cannot be read, and where.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {place}{cause}")]
pub struct ReadError {
    /// The file, as the caller named it.
    pub path: String,
    pub place: Place,
    pub cause: String,
}

impl ReadError {
    pub(crate) fn new(path: &str, place: Place, cause: impl Into<String>) -> Self {
        ReadError { path: path.to_owned(), place, cause: cause.into() }
    }

    pub(crate) fn json(path: &str, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let suffix = format!(" at line {} column {}", error.line(), error.column());
        let cause = text.strip_suffix(&suffix).unwrap_or(&text);
        let place = if error.line() > 0 {
            Place::Line { line: error.line(), column: error.column() }
        } else {
            Place::Document
        };
        ReadError::new(path, place, cause)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Document,
    /// Counted from 1; the column counts bytes.
    Line {
        line: usize,
        column: usize,
    },
    Byte(usize),
    /// `components[3].hashes[0].alg`
    Path(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Document => Ok(()),
            Place::Line { line, column } => write!(f, "line {line}, column {column}: "),
            Place::Byte(offset) => write!(f, "byte {offset}: "),
            Place::Path(path) => write!(f, "{path}: "),
        }
    }
}
