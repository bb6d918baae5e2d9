// SPDX-License-Identifier: Apache-2.0
//! Lock files of conda environments: `pixi.lock` (versions 4 to 6) and `conda-lock.yml` (version 1). A package that is locked
//! for several platforms stands there once for each.

use serde::Deserialize;

use super::inventory;
use crate::error::{Place, ReadError};
use crate::language::{self, component};
use crate::model::{Component, Inventory};
use crate::{Format, yaml};

#[derive(Deserialize)]
struct PixiLock {
    #[serde(default)]
    packages: Vec<PixiPackage>,
}

#[derive(Deserialize)]
struct PixiPackage {
    /// Since version 6 the address stands under the kind of package.
    conda: Option<String>,
    pypi: Option<String>,
    /// Before: `conda`, `pypi`.
    kind: Option<String>,
    url: Option<String>,
    name: Option<String>,
    version: Option<serde_json::Value>,
    license: Option<String>,
}

pub(crate) fn is_pixi(text: &str) -> bool {
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    starts("version:")
        && starts("environments:")
        && (starts("- conda:") || starts("- pypi:") || starts("- kind: conda") || starts("- kind: pypi"))
}

pub(crate) fn is_conda_lock(text: &str) -> bool {
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    starts("package:") && starts("metadata:") && text.contains("manager: conda")
}

pub(crate) fn read_pixi(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: PixiLock = yaml::from_str(text, path)?;
    let mut components = Vec::with_capacity(lock.packages.len());
    for (index, package) in lock.packages.into_iter().enumerate() {
        let is_python = package.pypi.is_some() || package.kind.as_deref() == Some("pypi");
        let address = package.conda.or(package.pypi).or(package.url).unwrap_or_default();
        let told = if is_python { None } else { name_of_archive(&address) };
        let (name, version) = match told {
            Some((name, version)) => (Some(name), Some(version)),
            None => (package.name, package.version.and_then(plain)),
        };
        let Some(name) = name else {
            let place = Place::Path(format!("packages[{index}]"));
            return Err(ReadError::new(path, place, "names no package"));
        };
        let license = package.license;
        components.push(match is_python {
            true => language::python(&name, version, license),
            false => component("conda", None, &name, &name, version, license),
        });
    }
    Ok(inventory(Format::PixiLock, components))
}

/// `…/NAME-VERSION-BUILD.conda`: only the name may have hyphens of its own.
fn name_of_archive(address: &str) -> Option<(String, String)> {
    let file = address.rsplit('/').next()?;
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    let (rest, _build) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some((name.to_owned(), version.to_owned()))
}

fn plain(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Deserialize)]
struct CondaLock {
    #[serde(default)]
    package: Vec<CondaLocked>,
}

#[derive(Deserialize)]
struct CondaLocked {
    name: String,
    version: Option<serde_json::Value>,
    manager: Option<String>,
    /// `main`, or the name of a group.
    category: Option<String>,
}

pub(crate) fn read_conda_lock(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: CondaLock = yaml::from_str(text, path)?;
    let component = |package: CondaLocked| -> Component {
        let version = package.version.and_then(plain);
        let found = match package.manager.as_deref() {
            Some("pip") => language::python(&package.name, version, None),
            _ => component("conda", None, &package.name, &package.name, version, None),
        };
        super::needed(found, package.category.as_deref() == Some("dev"), false)
    };
    Ok(inventory(Format::CondaLock, lock.package.into_iter().map(component).collect()))
}
