// SPDX-License-Identifier: Apache-2.0
//! SPDX 2 YAML: the JSON document in other clothes.

use super::{build, raw};
use crate::error::ReadError;
use crate::{Format, Inventory, yaml};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: raw::Document = yaml::from_str(text, path)?;
    build::inventory(document, Format::SpdxYaml, path)
}
