// SPDX-License-Identifier: Apache-2.0
//! YAML documents. The library bounds nesting and how often aliases may repeat what they name.

use serde::de::DeserializeOwned;

use crate::error::{Place, ReadError};

pub(crate) fn from_str<T: DeserializeOwned>(text: &str, path: &str) -> Result<T, ReadError> {
    serde_yaml_ng::from_str(text).map_err(|error| yaml_error(path, &error))
}

fn yaml_error(path: &str, error: &serde_yaml_ng::Error) -> ReadError {
    let (place, suffix) = match error.location() {
        Some(at) => (
            Place::Line { line: at.line(), column: at.column() },
            format!(" at line {} column {}", at.line(), at.column()),
        ),
        None => (Place::Document, String::new()),
    };
    let text = error.to_string();
    ReadError::new(path, place, text.strip_suffix(&suffix).unwrap_or(&text))
}
