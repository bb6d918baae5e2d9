// SPDX-License-Identifier: Apache-2.0
//! Lock files in plain JSON: Composer (PHP), NuGet (.NET), Pipenv (Python).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{inventory, local, needed, scoped};
use crate::Format;
use crate::error::ReadError;
use crate::language;
use crate::model::{Component, Inventory};

#[derive(Deserialize)]
struct ComposerLock {
    #[serde(default)]
    packages: Vec<ComposerPackage>,
    #[serde(default, rename = "packages-dev")]
    packages_dev: Option<Vec<ComposerPackage>>,
}

#[derive(Deserialize)]
struct ComposerPackage {
    name: String,
    version: Option<String>,
    license: Option<serde_json::Value>,
}

pub(crate) fn read_composer(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: ComposerLock = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut components = composer_components(lock.packages.into_iter());
    let development = composer_components(lock.packages_dev.into_iter().flatten());
    components.extend(development.into_iter().map(|component| needed(component, true, false)));
    Ok(inventory(Format::ComposerLock, components))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ComposerInstalled {
    Two { packages: Vec<ComposerPackage> },
    One(Vec<ComposerPackage>),
}

/// `vendor/composer/installed.json` of Composer 2 (an object) and 1 (a list).
pub(crate) fn read_composer_installed(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let installed: ComposerInstalled =
        serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let (ComposerInstalled::Two { packages } | ComposerInstalled::One(packages)) = installed;
    Ok(inventory(Format::ComposerInstalled, composer_components(packages.into_iter())))
}

fn composer_components(packages: impl Iterator<Item = ComposerPackage>) -> Vec<Component> {
    let components = packages.map(|package| {
        // Tags are often written `v1.2.3`; Packagist's versions are without the letter.
        let version = package.version.map(|version| match version.strip_prefix('v') {
            Some(plain) if plain.starts_with(|first: char| first.is_ascii_digit()) => plain.to_owned(),
            _ => version,
        });
        let mut component = scoped("composer", &package.name, version);
        let licenses = package.license.as_ref().and_then(serde_json::Value::as_array).into_iter().flatten();
        component.licenses = licenses.filter_map(|license| license.as_str().map(str::to_owned)).collect();
        component
    });
    components.collect()
}

#[derive(Deserialize)]
struct NugetLock {
    #[serde(default)]
    dependencies: BTreeMap<String, BTreeMap<String, NugetPackage>>,
}

#[derive(Deserialize)]
struct NugetPackage {
    #[serde(rename = "type")]
    kind: Option<String>,
    resolved: Option<String>,
}

/// `packages.lock.json`: one list per target framework.
pub(crate) fn read_nuget(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: NugetLock = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let packages = lock.dependencies.into_values().flatten();
    let components = packages.map(|(name, package)| {
        let component = language::component("nuget", None, &name, &name, package.resolved, None);
        if package.kind.as_deref() == Some("Project") { local(component) } else { component }
    });
    Ok(inventory(Format::NugetLock, components.collect()))
}

#[derive(Deserialize)]
struct PipfileLock {
    #[serde(rename = "_meta")]
    _meta: IgnoredAny,
    #[serde(default)]
    default: BTreeMap<String, PipfilePackage>,
    #[serde(default)]
    develop: BTreeMap<String, PipfilePackage>,
}

#[derive(Deserialize)]
struct PipfilePackage {
    version: Option<String>,
}

pub(crate) fn read_pipfile(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: PipfileLock = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let component = |(name, package): (String, PipfilePackage)| {
        let version = package.version.map(|version| version.trim_start_matches('=').to_owned());
        language::python(&name, version, None)
    };
    let mut components: Vec<Component> = lock.default.into_iter().map(component).collect();
    components.extend(lock.develop.into_iter().map(|one| needed(component(one), true, false)));
    Ok(inventory(Format::PipfileLock, components))
}
