// SPDX-License-Identifier: Apache-2.0
//! Lock files in TOML: Cargo, Poetry, uv and PDM all have `[[package]]` tables and tell themselves apart by the rest.

use serde::Deserialize;

use super::{inventory, local, needed};
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
    /// Poetry before 1.5: `main` or `dev`.
    category: Option<String>,
    #[serde(default)]
    optional: bool,
    /// Poetry since 2.0: `main` and those of `[tool.poetry.group]`. PDM: `default`, extras and groups alike.
    groups: Option<Vec<String>>,
}

pub(crate) fn read_toml(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: Lock = toml::from_str(text).map_err(|error| toml_error(text, path, &error))?;
    // Cargo wrote check sums into `[metadata]` before version 2; only Python's tools write these keys.
    let python_keys = ["lock-version", "python-versions", "lock_version", "content-hash", "content_hash"];
    // PDM alone writes the key with an underscore.
    let is_pdm = lock.metadata.as_ref().is_some_and(|metadata| metadata.contains_key("lock_version"));
    let has_python_metadata =
        lock.metadata.is_some_and(|metadata| python_keys.iter().any(|key| metadata.contains_key(*key)));
    let has_source_table =
        lock.package.iter().any(|package| package.source.as_ref().is_some_and(toml::Value::is_table));
    if !has_python_metadata && !has_source_table && lock.requires_python.is_none() {
        return Ok(inventory(Format::CargoLock, language::cargo_lock(text, path)?));
    }
    let format = match (has_python_metadata, is_pdm) {
        (true, true) => Format::PdmLock,
        (true, false) => Format::PoetryLock,
        (false, _) => Format::UvLock,
    };
    Ok(inventory(format, lock.package.into_iter().map(python).collect()))
}

#[derive(Deserialize)]
struct Pylock {
    #[serde(default)]
    packages: Vec<PylockPackage>,
}

#[derive(Deserialize)]
struct PylockPackage {
    name: String,
    version: Option<String>,
    directory: Option<toml::Value>,
    vcs: Option<toml::Value>,
    archive: Option<toml::Value>,
}

/// `pylock.toml` (PEP 751); what does not come from an index has no purl.
pub(crate) fn read_pylock(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: Pylock = toml::from_str(text).map_err(|error| toml_error(text, path, &error))?;
    let components = lock.packages.into_iter().map(|package| {
        let component = language::python(&package.name, package.version, None);
        let is_elsewhere = package.directory.is_some() || package.vcs.is_some() || package.archive.is_some();
        if is_elsewhere { local(component) } else { component }
    });
    Ok(inventory(Format::Pylock, components.collect()))
}

fn python(package: Package) -> Component {
    let component = language::python(&package.name, package.version, None);
    // uv names the project itself by where it lies.
    let is_local = package.source.as_ref().and_then(toml::Value::as_table).is_some_and(|source| {
        ["editable", "virtual", "directory", "path"].iter().any(|key| source.contains_key(*key))
    });
    let groups = package.groups.unwrap_or_default();
    let is_left_out = !groups.is_empty() && !groups.iter().any(|group| group == "main" || group == "default");
    let is_for_development = package.category.as_deref() == Some("dev")
        || (is_left_out && groups.iter().all(|group| is_work(group)));
    let component = needed(component, is_for_development, package.optional || is_left_out);
    if is_local { local(component) } else { component }
}

/// A group of those who work on the project: a name that says so, since others may be extras that run.
fn is_work(group: &str) -> bool {
    ["dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "typing"].contains(&group)
}
