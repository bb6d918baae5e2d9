// SPDX-License-Identifier: Apache-2.0
//! Lock files in TOML: Cargo, Poetry, uv and PDM all have `[[package]]` tables and tell themselves apart by the rest.

use serde::Deserialize;

use super::{inventory, local};
use crate::Format;
use crate::error::ReadError;
use crate::language::{self, toml_error};
use crate::model::{Component, Inventory};

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
    metadata: Option<toml::Table>,
    #[serde(rename = "requires-python")]
    requires_python: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    source: Option<toml::Value>,
}

pub(crate) fn read_toml(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: Lock = toml::from_str(text).map_err(|error| toml_error(text, path, &error))?;
    // Cargo wrote check sums into `[metadata]` before version 2; only Python's tools write these keys.
    let python_keys = ["lock-version", "python-versions", "lock_version", "content-hash", "content_hash"];
    let has_python_metadata =
        lock.metadata.is_some_and(|metadata| python_keys.iter().any(|key| metadata.contains_key(*key)));
    let has_source_table =
        lock.package.iter().any(|package| package.source.as_ref().is_some_and(toml::Value::is_table));
    if !has_python_metadata && !has_source_table && lock.requires_python.is_none() {
        return Ok(inventory(Format::CargoLock, language::cargo_lock(text, path)?));
    }
    let format = if has_python_metadata { Format::PoetryLock } else { Format::UvLock };
    Ok(inventory(format, lock.package.into_iter().map(python).collect()))
}

fn python(package: Package) -> Component {
    let component = language::python(&package.name, package.version, None);
    // uv names the project itself by where it lies.
    let is_local = package.source.as_ref().and_then(toml::Value::as_table).is_some_and(|source| {
        ["editable", "virtual", "directory", "path"].iter().any(|key| source.contains_key(*key))
    });
    if is_local { local(component) } else { component }
}
