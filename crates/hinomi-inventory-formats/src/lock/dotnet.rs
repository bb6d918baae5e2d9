// SPDX-License-Identifier: Apache-2.0
//! .NET: what a built application carries (`*.deps.json`), `packages.config`, project files.

use serde::Deserialize;

use super::{Ordered, inventory, local};
use crate::Format;
use crate::error::ReadError;
use crate::language;
use crate::model::{Component, Inventory, Warning};
use crate::text::non_empty;
use crate::xml::Xml;

fn nuget(name: &str, version: Option<String>) -> Component {
    language::component("nuget", None, name, name, version, None)
}

#[derive(Deserialize)]
struct Deps {
    #[serde(default)]
    libraries: Ordered<DepsLibrary>,
}

#[derive(Deserialize)]
struct DepsLibrary {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `libraries`: `Name/1.2.3` with its type; projects are the application's own parts.
pub(crate) fn read_deps(text: &str, path: &str) -> Result<Inventory, ReadError> {
    Ok(inventory(Format::DotnetDeps, deps(text, path)?))
}

pub(crate) fn deps(text: &str, path: &str) -> Result<Vec<Component>, ReadError> {
    let deps: Deps = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let components = deps.libraries.0.into_iter().map(|(key, library)| {
        let (name, version) = match key.split_once('/') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (key.as_str(), None),
        };
        match library.kind.as_deref() {
            // `runtimepack.Microsoft.NETCore.App.Runtime.linux-x64` is the runtime that the application brings along.
            Some("runtimepack") => nuget(name.strip_prefix("runtimepack.").unwrap_or(name), version),
            Some("project" | "reference") => local(nuget(name, version)),
            _ => nuget(name, version),
        }
    });
    Ok(components.collect())
}

/// `packages.config`: `<package id="…" version="…"/>`
pub(crate) fn read_packages_config(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut components = Vec::new();
    xml.children(&root, &mut |xml, child| {
        if child.name == "package" {
            let name = child.attribute("id").ok_or_else(|| xml.error("a package has no id"))?;
            components.push(nuget(&name, child.attribute("version").and_then(non_empty)));
        }
        Ok(())
    })?;
    Ok(inventory(Format::NugetConfig, components))
}

/// `*.csproj` and `Directory.Packages.props`: `PackageReference` and `PackageVersion`.
pub(crate) fn read_project(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut found = inventory(Format::NugetProject, Vec::new());
    xml.children(&root, &mut |xml, group| {
        if group.name != "ItemGroup" {
            return Ok(());
        }
        xml.children(&group, &mut |xml, item| {
            if !matches!(item.name.as_str(), "PackageReference" | "PackageVersion") {
                return Ok(());
            }
            let Some(name) = item.attribute("Include").or_else(|| item.attribute("Update")) else {
                return Ok(());
            };
            let mut version = item.attribute("Version");
            xml.children(&item, &mut |xml, child| {
                if child.name == "Version" {
                    version = Some(xml.text(&child)?);
                }
                Ok(())
            })?;
            // A range, a wildcard or a variable is no version.
            let version = version.filter(|version| !version.contains(['[', '(', '*', '$', ',']));
            if version.is_none() {
                let text = "its version is set elsewhere".to_owned();
                found.warnings.push(Warning { place: format!("PackageReference {name}"), text });
            }
            found.components.push(nuget(&name, version.and_then(non_empty)));
            Ok(())
        })
    })?;
    Ok(found)
}
