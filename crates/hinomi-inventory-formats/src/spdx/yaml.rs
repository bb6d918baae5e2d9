// SPDX-License-Identifier: Apache-2.0
//! SPDX 2 YAML: the JSON document in other clothes.

use super::{build, raw};
use crate::error::{Place, ReadError};
use crate::{Format, Inventory};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: raw::Document = serde_yaml_ng::from_str(text).map_err(|error| yaml_error(path, &error))?;
    build::inventory(document, Format::SpdxYaml, path)
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
