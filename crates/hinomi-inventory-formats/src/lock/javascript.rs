// SPDX-License-Identifier: Apache-2.0
//! npm, Yarn and pnpm.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::{inventory, local, scoped};
use crate::error::{Place, ReadError};
use crate::model::{Component, Inventory};
use crate::{Format, yaml};

/// A map in the order of the file.
struct Ordered<T>(Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OrderedVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OrderedVisitor<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of packages")
            }

            fn visit_unit<E>(self) -> Result<Ordered<T>, E> {
                Ok(Ordered::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_any(OrderedVisitor(std::marker::PhantomData))
    }
}

#[derive(Deserialize)]
struct NpmLock {
    /// Lock file versions 2 and 3: every folder of `node_modules`.
    #[serde(default)]
    packages: Ordered<NpmPackage>,
    /// Version 1: a tree.
    #[serde(default)]
    dependencies: Ordered<NpmDependency>,
}

#[derive(Deserialize)]
struct NpmPackage {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    link: bool,
}

#[derive(Deserialize)]
struct NpmDependency {
    version: Option<String>,
    #[serde(default)]
    dependencies: Ordered<NpmDependency>,
}

/// `package-lock.json` and `npm-shrinkwrap.json`.
pub(crate) fn read_npm(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: NpmLock = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut components = Vec::new();
    for (place, package) in &lock.packages.0 {
        // A link points to a member of the workspace, which has an entry of its own.
        if package.link {
            continue;
        }
        let installed = place.rsplit_once("node_modules/").map(|(_, name)| name);
        let name = package.name.as_deref().or(installed).unwrap_or(place);
        if name.is_empty() {
            continue;
        }
        let component = scoped("npm", name, package.version.clone());
        components.push(if installed.is_some() { component } else { local(component) });
    }
    if lock.packages.0.is_empty() {
        npm_tree(&lock.dependencies, &mut components);
    }
    Ok(inventory(Format::NpmLock, components))
}

fn npm_tree(dependencies: &Ordered<NpmDependency>, components: &mut Vec<Component>) {
    for (name, dependency) in &dependencies.0 {
        components.push(scoped("npm", name, dependency.version.clone()));
        npm_tree(&dependency.dependencies, components);
    }
}

#[derive(Deserialize)]
struct PnpmLock {
    #[serde(default)]
    packages: Ordered<serde::de::IgnoredAny>,
}

/// `pnpm-lock.yaml`: the keys are `/name/1.0.0` (version 5), `/name@1.0.0(peer)` (6), `name@1.0.0` (9).
pub(crate) fn read_pnpm(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: PnpmLock = yaml::from_str(text, path)?;
    let mut components = Vec::new();
    for (key, _) in &lock.packages.0 {
        let plain = key.split_once('(').map_or(key.as_str(), |(plain, _)| plain).trim_start_matches('/');
        let parts = match plain.rfind('@').filter(|at| *at > 0) {
            Some(at) => Some((&plain[..at], &plain[at + 1..])),
            None => plain.rsplit_once('/'),
        };
        let (name, version) = parts.ok_or_else(|| {
            ReadError::new(path, Place::Path(format!("packages.{key}")), "is not name and version")
        })?;
        let version = version.split('_').next().unwrap_or(version);
        components.push(scoped("npm", name, Some(version.to_owned())));
    }
    Ok(inventory(Format::PnpmLock, components))
}

/// `yarn.lock` of Yarn 1 (own syntax) and of Yarn 2 and later (YAML); both have `version` inside each entry.
pub(crate) fn read_yarn(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut components = Vec::new();
    let mut entry: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let refuse = |line: usize, cause: &str| ReadError::new(path, Place::Line { line, column: 1 }, cause);
        if !line.starts_with(' ') {
            if let Some((line, _)) = entry {
                return Err(refuse(line, "entry without a version"));
            }
            let key = line
                .trim_end()
                .strip_suffix(':')
                .ok_or_else(|| refuse(index + 1, "is not an entry \"name@range:\""))?;
            let first = key.split(',').next().unwrap_or(key).trim().trim_matches('"');
            if first == "__metadata" {
                entry = None;
                continue;
            }
            let at = first.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
            let at = at.ok_or_else(|| refuse(index + 1, "is not an entry \"name@range:\""))?;
            let (name, range) = (&first[..at], &first[at + 1..]);
            // An alias installs another package under this name; the workspace's own packages are local.
            let target = range
                .strip_prefix("npm:")
                .and_then(|range| range.rfind('@').filter(|at| *at > 0).map(|at| &range[..at]));
            let is_local =
                range.starts_with("workspace:") || range.starts_with("link:") || range.starts_with("portal:");
            entry = Some((
                index + 1,
                if is_local { format!("\0{name}") } else { target.unwrap_or(name).to_owned() },
            ));
        } else if let Some(version) = line.trim_start().strip_prefix("version")
            && line.starts_with("  version")
            && let Some((_, name)) = entry.take()
        {
            let version = version.trim_start_matches(':').trim().trim_matches('"').to_owned();
            components.push(match name.strip_prefix('\0') {
                Some(own) => local(scoped("npm", own, Some(version))),
                None => scoped("npm", &name, Some(version)),
            });
        }
    }
    Ok(inventory(Format::YarnLock, components))
}
