// SPDX-License-Identifier: Apache-2.0
//! What language package managers leave on a host: one package each, from the content of one metadata file.

use serde::Deserialize;

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, Hash, Inventory};
use crate::purl::PurlParts;
use crate::text::non_empty;

/// Python's `METADATA` and `PKG-INFO` (core metadata 2.4): headers, then a blank line and the description.
pub fn python_metadata(text: &str) -> Option<Component> {
    let headers = || text.lines().take_while(|line| !line.trim_end().is_empty());
    let value = |key: &str| {
        headers().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(key).then(|| value.trim()).and_then(non_empty)
        })
    };
    let (name, version) = (value("Name")?, value("Version")?);
    let license = value("License-Expression").or_else(|| value("License"));
    if name == "Python" {
        // The interpreter describes itself too (`lib-dynload/Python-3.11.7-py3.11.egg-info`); it is not on PyPI.
        let mut interpreter = component("generic", None, &name, "python", Some(version), license);
        let version = interpreter.version.as_deref().unwrap_or_default();
        interpreter.cpe = Some(format!("cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*"));
        return Some(interpreter);
    }
    Some(python(&name, Some(version), license))
}

pub(crate) fn read_python_metadata(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let component = python_metadata(text)
        .ok_or_else(|| ReadError::new(path, Place::Document, "lacks the header Name or Version"))?;
    let mut inventory = Inventory::new(Format::PythonMetadata);
    inventory.components.push(component);
    Ok(inventory)
}

/// `specifications/NAME-VERSION.gemspec` as RubyGems writes it when it installs: assignments of plain literals.
pub fn gemspec(text: &str) -> Option<Component> {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let (target, value) = line.trim().split_once('=')?;
            let is_key = target.trim().rsplit('.').next() == Some(key) && !target.contains(['"', '(']);
            let quoted = value.trim().strip_prefix(['"', '\''])?;
            is_key.then(|| quoted.split(['"', '\'']).next()).flatten().and_then(non_empty)
        })
    };
    let name = value("name")?;
    // Without a literal the version is computed; RubyGems always writes the literal.
    let version = value("version").filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))?;
    let licenses = text.lines().find(|line| line.trim_start().starts_with("s.licenses"));
    let licenses = licenses.map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect());
    let gem = component("gem", None, &name, &name, Some(version), None);
    Some(Component { licenses: licenses.unwrap_or_default(), ..gem })
}

pub(crate) fn read_gemspec(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let component = gemspec(text)
        .ok_or_else(|| ReadError::new(path, Place::Document, "name or version is no literal text"))?;
    let mut inventory = Inventory::new(Format::Gemspec);
    inventory.components.push(component);
    Ok(inventory)
}

pub(crate) fn python(name: &str, version: Option<String>, license: Option<String>) -> Component {
    component("pypi", None, name, &pypi_name(name), version, license)
}

/// PyPI compares names in lower case with runs of `-_.` as one `-` (PEP 503).
fn pypi_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(character.to_lowercase()),
        }
    }
    normal
}

#[derive(Deserialize)]
struct NodePackage {
    name: Option<String>,
    version: Option<String>,
    license: Option<serde_json::Value>,
}

/// `node_modules/NAME/package.json`; `None` when it names no package.
pub fn node_package(text: &str, path: &str) -> Result<Option<Component>, ReadError> {
    let package: NodePackage = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let (Some(name), Some(version)) = (package.name.and_then(non_empty), package.version.and_then(non_empty))
    else {
        return Ok(None);
    };
    let license = package.license.as_ref().and_then(|license| license.as_str().map(str::to_owned));
    let (scope, base) = match name.split_once('/') {
        Some((scope, base)) if scope.starts_with('@') => (Some(scope), base),
        _ => (None, name.as_str()),
    };
    Ok(Some(component("npm", scope, &name, base, Some(version), license)))
}

#[derive(Deserialize)]
struct CargoLock {
    /// The project itself, in version 1.
    root: Option<CargoPackage>,
    #[serde(default)]
    package: Vec<CargoPackage>,
}

#[derive(Deserialize)]
struct CargoPackage {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

/// `Cargo.lock` (versions 1 to 4): every locked package; those of the workspace itself have no source.
pub fn cargo_lock(text: &str, path: &str) -> Result<Vec<Component>, ReadError> {
    let lock: CargoLock = toml::from_str(text).map_err(|error| toml_error(text, path, &error))?;
    Ok(lock.root.into_iter().chain(lock.package).map(cargo_component).collect())
}

fn cargo_component(package: CargoPackage) -> Component {
    let mut found = component("cargo", None, &package.name, &package.name, Some(package.version), None);
    if package.source.is_none() {
        // A workspace's own crate is not the one of that name on crates.io.
        found.purl = None;
    }
    found.hashes =
        package.checksum.into_iter().map(|value| Hash { algorithm: "SHA-256".to_owned(), value }).collect();
    found
}

pub(crate) fn toml_error(text: &str, path: &str, error: &toml::de::Error) -> ReadError {
    let place = error.span().map_or(Place::Document, |span| {
        let before = text.get(..span.start).unwrap_or_default();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        Place::Line { line: before.matches('\n').count() + 1, column }
    });
    ReadError::new(path, place, error.message())
}

pub(crate) fn component(
    ty: &str,
    namespace: Option<&str>,
    name: &str,
    purl_name: &str,
    version: Option<String>,
    license: Option<String>,
) -> Component {
    let purl =
        PurlParts { ty, namespace, name: purl_name, version: version.as_deref(), qualifiers: &[] }.build();
    Component {
        id: Some(purl.clone()),
        purl: Some(purl),
        name: name.to_owned(),
        version,
        // Some projects paste the whole licence text into the field.
        licenses: license.filter(|license| license.len() <= 200).into_iter().collect(),
        ..Component::default()
    }
}
