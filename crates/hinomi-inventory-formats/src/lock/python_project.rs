// SPDX-License-Identifier: Apache-2.0
//! What a Python project says of itself: `pyproject.toml` (PEP 621, Poetry, PEP 735), `setup.cfg` and `setup.py`.
//!
//! The project comes first, without a purl: the one of that name on the index is another. Then what it wants in exactly one
//! version; ranges say what may be installed, not what is, and are counted in a warning.

use serde::Deserialize;

use super::lines::pinned;
use super::{inventory, local, needed};
use crate::Format;
use crate::error::ReadError;
use crate::language::{self, toml_error};
use crate::model::{Inventory, Warning};

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct PyProject {
    project: Option<Project>,
    #[serde(default)]
    tool: Tool,
    /// PEP 735; an entry may include another group.
    #[serde(default)]
    dependency_groups: toml::Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Project {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    optional_dependencies: toml::Table,
}

#[derive(Deserialize, Default)]
struct Tool {
    poetry: Option<Poetry>,
}

#[derive(Deserialize)]
struct Poetry {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    dependencies: toml::Table,
}

/// By the tables that only such files have.
pub(crate) fn is_pyproject(text: &str) -> bool {
    let has = |line: &str| text.lines().any(|one| one.trim_end() == line);
    has("[project]") || has("[tool.poetry]") || (has("[build-system]") && !has("[package]"))
}

pub(crate) fn is_setup_cfg(text: &str) -> bool {
    let has = |line: &str| text.lines().any(|one| one.trim_end() == line);
    has("[metadata]") && text.lines().any(|line| line.starts_with("name")) && !has("[[package]]")
}

pub(crate) fn is_setup_py(text: &str) -> bool {
    let imports =
        text.contains("import setuptools") || text.contains("from setuptools") || text.contains("distutils");
    imports && text.contains("setup(")
}

/// What is gathered of a project.
struct Gathered {
    inventory: Inventory,
    open: usize,
}

impl Gathered {
    fn of(name: Option<String>, version: Option<String>) -> Self {
        let mut inventory = inventory(Format::PythonProject, Vec::new());
        if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
            inventory.components.push(local(language::python(&name, version, None)));
        }
        Gathered { inventory, open: 0 }
    }

    fn want(&mut self, requirement: &str, is_optional: bool) {
        match pinned(requirement) {
            Some((name, version)) => {
                let component = language::python(name, Some(version.to_owned()), None);
                self.inventory.components.push(needed(component, false, is_optional));
            }
            None => self.open += 1,
        }
    }

    fn finish(mut self) -> Inventory {
        if self.open > 0 {
            let text = format!("{} dependencies name no exact version and are not counted", self.open);
            self.inventory.warnings.push(Warning { place: "dependencies".to_owned(), text });
        }
        self.inventory
    }
}

pub(crate) fn read_pyproject(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let file: PyProject = toml::from_str(text).map_err(|error| toml_error(text, path, &error))?;
    let poetry = file.tool.poetry;
    let named = file.project.as_ref().and_then(|project| project.name.clone());
    let named = named.or_else(|| poetry.as_ref().and_then(|poetry| poetry.name.clone()));
    let version = file.project.as_ref().and_then(|project| project.version.clone());
    let version = version.or_else(|| poetry.as_ref().and_then(|poetry| poetry.version.clone()));
    let mut found = Gathered::of(named, version);
    if let Some(project) = file.project {
        project.dependencies.iter().for_each(|one| found.want(one, false));
        requirements(&project.optional_dependencies).for_each(|one| found.want(one, true));
    }
    requirements(&file.dependency_groups).for_each(|one| found.want(one, true));
    for (name, wanted) in poetry.map(|poetry| poetry.dependencies).unwrap_or_default() {
        let version = wanted.as_str().or_else(|| wanted.get("version").and_then(toml::Value::as_str));
        // Poetry's bare version is the exact one; the language itself is no package.
        let version = version.map(|version| version.trim_start_matches('='));
        let is_exact = version
            .is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
            && version.is_some_and(|version| !version.contains(['*', ',', '<', '>', '|', ' ']));
        match version.filter(|_| is_exact) {
            _ if name == "python" => {}
            Some(version) => found.want(&format!("{name}=={version}"), false),
            None => found.open += 1,
        }
    }
    Ok(found.finish())
}

fn requirements(groups: &toml::Table) -> impl Iterator<Item = &str> {
    groups.values().filter_map(toml::Value::as_array).flatten().filter_map(toml::Value::as_str)
}

/// `key = value`, or lines that are moved in below `key =`, of the sections that list requirements.
pub(crate) fn read_setup_cfg(text: &str) -> Inventory {
    let (mut section, mut key) = (String::new(), String::new());
    let (mut name, mut version) = (None, None);
    let mut wanted: Vec<(String, bool)> = Vec::new();
    for line in text.lines() {
        let plain = line.trim();
        if plain.is_empty() || plain.starts_with(['#', ';']) {
            continue;
        }
        if let Some(inner) = plain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (section, key) = (inner.to_owned(), String::new());
            continue;
        }
        let mut value = plain;
        if !line.starts_with([' ', '\t']) {
            let (left, right) = plain.split_once(['=', ':']).unwrap_or((plain, ""));
            (key, value) = (left.trim().to_owned(), right.trim());
        }
        match (section.as_str(), key.as_str()) {
            _ if value.is_empty() => {}
            ("metadata", "name") => name = Some(value.to_owned()),
            // `attr:` and `file:` lead elsewhere.
            ("metadata", "version") if !value.contains(':') => version = Some(value.to_owned()),
            ("options", "install_requires") => wanted.push((value.to_owned(), false)),
            ("options.extras_require", _) => wanted.push((value.to_owned(), true)),
            _ => {}
        }
    }
    let mut found = Gathered::of(name, version);
    wanted.iter().for_each(|(one, is_optional)| found.want(one, *is_optional));
    found.finish()
}

/// A program, which is not run: exact requirements are found as the texts in quotes that they are, and the project's own
/// name and version where they stand as texts.
pub(crate) fn read_setup_py(text: &str) -> Inventory {
    let mut texts: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    let mut before = "";
    while let Some(at) = rest.find(['"', '\'', '#']) {
        let mark = &rest[at..at + 1];
        before = if at > 0 { rest[..at].trim() } else { before };
        rest = &rest[at + 1..];
        if mark == "#" {
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
            continue;
        }
        let line = rest.lines().next().unwrap_or_default();
        let Some(end) = line.find(mark) else { continue };
        texts.push((before, &rest[..end]));
        rest = &rest[end + 1..];
    }
    let own = |key: &str| {
        let ends = |before: &str| before.strip_suffix('=').is_some_and(|left| left.trim_end().ends_with(key));
        texts.iter().find(|(before, _)| ends(before)).map(|(_, text)| (*text).to_owned())
    };
    let mut found = Gathered::of(own("name"), own("version"));
    for (_, requirement) in texts.iter().filter(|(_, text)| text.contains("==") && !text.contains(' ')) {
        found.want(requirement, false);
    }
    found.inventory.partial = true;
    found.finish()
}
