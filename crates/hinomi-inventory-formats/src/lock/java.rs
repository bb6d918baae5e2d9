// SPDX-License-Identifier: Apache-2.0
//! Maven's and Gradle's files: `pom.xml`, `pom.properties` and the lock files of Gradle.

use std::collections::HashMap;

use super::{inventory, local};
use crate::Format;
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{Component, Inventory, Warning};
use crate::text::non_empty;
use crate::xml::{Element, Xml};

type Read<T> = Result<T, ReadError>;

/// A package of Maven Central: `pkg:maven/group/artifact@version`.
pub(crate) fn maven(group: &str, artifact: &str, version: Option<String>) -> Component {
    let mut component = language::component("maven", Some(group), artifact, artifact, version, None);
    component.group = non_empty(group);
    component
}

/// `group:artifact:version=configuration,…` a line (Gradle 6.8), or without the configurations (before).
pub(crate) fn is_gradle_lock(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_marked = text.contains("Gradle generated file for dependency locking");
    lines().all(|line| gradle_line(line).is_some() || line.starts_with("empty="))
        && (is_marked || lines().filter(|line| line.contains('=')).count() > 0)
        && lines().next().is_some()
}

fn gradle_line(line: &str) -> Option<(&str, &str, &str)> {
    let coordinates = line.split_once('=').map_or(line, |(coordinates, _)| coordinates);
    let mut parts = coordinates.split(':');
    let (group, artifact, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && !coordinates.contains(char::is_whitespace);
    (is_whole && ![group, artifact, version].contains(&"")).then_some((group, artifact, version))
}

pub(crate) fn read_gradle(text: &str, path: &str) -> Read<Inventory> {
    let mut components = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let (group, artifact, version) = gradle_line(line).ok_or_else(|| {
            let place = Place::Line { line: index + 1, column: 1 };
            ReadError::new(path, place, "is not group:artifact:version")
        })?;
        components.push(maven(group, artifact, Some(version.to_owned())));
    }
    Ok(inventory(Format::GradleLock, components))
}

/// `META-INF/maven/GROUP/ARTIFACT/pom.properties`
pub(crate) fn read_properties(text: &str, path: &str) -> Read<Inventory> {
    let component = pom_properties(text).ok_or_else(|| {
        ReadError::new(path, Place::Document, "lacks one of groupId, artifactId and version")
    })?;
    Ok(inventory(Format::MavenProperties, vec![component]))
}

pub(crate) fn pom_properties(text: &str) -> Option<Component> {
    let value = |key: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| name.trim() == key)
            .and_then(|(_, value)| non_empty(value.trim()))
    };
    Some(maven(&value("groupId")?, &value("artifactId")?, Some(value("version")?)))
}

#[derive(Default)]
struct Coordinates {
    group: Option<String>,
    artifact: Option<String>,
    version: Option<String>,
    scope: Option<String>,
}

#[derive(Default)]
struct Project {
    own: Coordinates,
    parent: Coordinates,
    properties: HashMap<String, String>,
    dependencies: Vec<Coordinates>,
    managed: Vec<Coordinates>,
}

/// `pom.xml`: the project itself, then its direct dependencies. What only a parent or an imported list of versions
/// knows stays without a version.
pub(crate) fn read_pom(text: &str, path: &str) -> Read<Inventory> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let mut project = Project::default();
    xml.children(&root, &mut |xml, child| {
        match child.name.as_str() {
            "groupId" => project.own.group = Some(xml.text(&child)?),
            "artifactId" => project.own.artifact = Some(xml.text(&child)?),
            "version" => project.own.version = Some(xml.text(&child)?),
            "parent" => project.parent = coordinates(xml, &child)?,
            "properties" => xml.children(&child, &mut |xml, property| {
                let value = xml.text(&property)?;
                project.properties.insert(property.name.clone(), value);
                Ok(())
            })?,
            "dependencies" => {
                project.dependencies = crate::xml::list(xml, &child, "dependency", coordinates)?
            }
            "dependencyManagement" => xml.children(&child, &mut |xml, list| {
                project.managed = crate::xml::list(xml, &list, "dependency", coordinates)?;
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(pom_inventory(project))
}

fn coordinates(xml: &mut Xml<'_>, element: &Element) -> Read<Coordinates> {
    let mut found = Coordinates::default();
    xml.children(element, &mut |xml, child| {
        let slot = match child.name.as_str() {
            "groupId" => &mut found.group,
            "artifactId" => &mut found.artifact,
            "version" => &mut found.version,
            "scope" => &mut found.scope,
            _ => return Ok(()),
        };
        *slot = non_empty(xml.text(&child)?);
        Ok(())
    })?;
    Ok(found)
}

fn pom_inventory(project: Project) -> Inventory {
    let mut found = inventory(Format::MavenPom, Vec::new());
    let group = project.own.group.clone().or_else(|| project.parent.group.clone());
    let version = project.own.version.clone().or_else(|| project.parent.version.clone());
    let mut properties = project.properties;
    for (key, value) in [("groupId", &group), ("version", &version), ("artifactId", &project.own.artifact)] {
        if let Some(value) = value {
            properties.insert(format!("project.{key}"), value.clone());
            properties.insert(format!("pom.{key}"), value.clone());
        }
    }
    if let Some(version) = &project.parent.version {
        properties.insert("project.parent.version".to_owned(), version.clone());
    }
    let resolve = |value: Option<&String>| value.and_then(|value| substitute(value, &properties));
    let own_group = resolve(group.as_ref()).unwrap_or_default();
    let own_name = project.own.artifact.clone().unwrap_or_default();
    found.components.push(local(maven(&own_group, &own_name, resolve(version.as_ref()))));
    for (index, dependency) in project.dependencies.iter().enumerate() {
        let group = resolve(dependency.group.as_ref());
        let artifact = resolve(dependency.artifact.as_ref());
        let place = format!("project.dependencies[{index}]");
        let (Some(group), Some(artifact)) = (group, artifact) else {
            found.warnings.push(Warning { place, text: "has no groupId or no artifactId".to_owned() });
            continue;
        };
        let managed = || {
            let same = |one: &&Coordinates| {
                resolve(one.group.as_ref()).as_ref() == Some(&group)
                    && resolve(one.artifact.as_ref()).as_ref() == Some(&artifact)
            };
            resolve(project.managed.iter().find(same)?.version.as_ref())
        };
        // A range (`[1.0,2.0)`) is no version.
        let version = resolve(dependency.version.as_ref()).or_else(managed);
        let version = version.filter(|version| !version.starts_with(['[', '(']));
        if version.is_none() {
            found.warnings.push(Warning { place, text: "its version is set elsewhere".to_owned() });
        }
        let mut component = maven(&group, &artifact, version);
        component.scope = match dependency.scope.as_deref() {
            Some("test" | "provided") => Some("excluded".to_owned()),
            _ => None,
        };
        found.components.push(component);
    }
    found
}

/// `${name}` from the properties of the same file; `None` when one is not there. A value may name others, to a depth.
fn substitute(value: &str, properties: &HashMap<String, String>) -> Option<String> {
    const DEPTH_MAX: usize = 8;
    const BYTES_MAX: usize = 4096;
    let mut value = value.to_owned();
    for _ in 0..DEPTH_MAX {
        let Some((before, rest)) = value.split_once("${") else { return Some(value) };
        let (name, after) = rest.split_once('}')?;
        value = format!("{before}{}{after}", properties.get(name)?);
        if value.len() > BYTES_MAX {
            return None;
        }
    }
    (!value.contains("${")).then_some(value)
}
