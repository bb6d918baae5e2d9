// SPDX-License-Identifier: Apache-2.0
//! SPDX 2 JSON. Files, snippets and extracted licence texts are skipped without being built: they are most of the text.

use super::{build, raw};
use crate::error::ReadError;
use crate::{Format, Inventory};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: raw::Document =
        serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    build::inventory(document, Format::SpdxJson, path)
}
