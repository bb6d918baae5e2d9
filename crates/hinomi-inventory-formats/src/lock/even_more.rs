// SPDX-License-Identifier: Apache-2.0
//! Lock files of Deno and Stack, and conda's description of an environment.

use serde::Deserialize;

use super::{Ordered, inventory, local, scoped};
use crate::error::{Place, ReadError};
use crate::language::{self, component};
use crate::model::{Inventory, Warning};
use crate::{Format, yaml};

#[derive(Default, Deserialize)]
struct DenoPackages {
    #[serde(default)]
    jsr: Ordered<serde::de::IgnoredAny>,
    #[serde(default)]
    npm: Ordered<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct DenoLock {
    /// Version 3; before that only what was fetched is listed, since then the lists stand by themselves.
    packages: Option<DenoPackages>,
    #[serde(flatten)]
    own: DenoPackages,
    #[serde(default)]
    remote: Ordered<serde::de::IgnoredAny>,
}

/// `deno.lock` (versions 2 to 5): packages of JSR and npm; modules by their address have no version to compare.
pub(crate) fn read_deno(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: DenoLock = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let mut components = Vec::new();
    for (ty, packages) in [Some(&lock.own), lock.packages.as_ref()]
        .into_iter()
        .flatten()
        .flat_map(|packages| [("jsr", &packages.jsr), ("npm", &packages.npm)])
    {
        for (key, _) in &packages.0 {
            // `chalk@5.3.0`, with what it was resolved beside behind an underscore.
            let at = key.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
            let Some(at) = at else {
                let place = Place::Path(format!("{ty}.{key}"));
                return Err(ReadError::new(path, place, "is not \"name@version\""));
            };
            let version = key[at + 1..].split('_').next().map(str::to_owned);
            components.push(scoped(ty, &key[..at], version));
        }
    }
    let mut found = inventory(Format::DenoLock, components);
    if !lock.remote.0.is_empty() {
        let text =
            format!("{} modules are known by their address only and are not counted", lock.remote.0.len());
        found.warnings.push(Warning { place: "remote".to_owned(), text });
    }
    Ok(found)
}

#[derive(Deserialize)]
struct StackLock {
    #[serde(default)]
    packages: Vec<StackPackage>,
}

#[derive(Deserialize)]
struct StackPackage {
    completed: StackPlace,
}

#[derive(Deserialize)]
struct StackPlace {
    /// `aeson-2.0.3.0@sha256:…,6235`
    hackage: Option<String>,
    name: Option<String>,
    version: Option<String>,
}

/// `stack.yaml.lock`: what a project adds to its snapshot; the snapshot's own packages are not in the file.
pub(crate) fn read_stack(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let lock: StackLock = yaml::from_str(text, path)?;
    let mut components = Vec::new();
    for (index, package) in lock.packages.into_iter().enumerate() {
        let StackPlace { hackage, name, version } = package.completed;
        let plain = hackage.as_deref().map(|hackage| hackage.split('@').next().unwrap_or(hackage));
        match (plain.and_then(|plain| plain.rsplit_once('-')), name) {
            (Some((name, version)), _) => {
                components.push(component("hackage", None, name, name, Some(version.to_owned()), None));
            }
            (None, Some(name)) => {
                components.push(local(component("hackage", None, &name, &name, version, None)))
            }
            (None, None) => {
                let place = Place::Path(format!("packages[{index}].completed"));
                return Err(ReadError::new(path, place, "names no package"));
            }
        }
    }
    Ok(inventory(Format::StackLock, components))
}

#[derive(Deserialize)]
struct CondaEnvironment {
    #[serde(default)]
    dependencies: Vec<CondaDependency>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CondaDependency {
    Package(String),
    Pip {
        #[serde(default)]
        pip: Vec<String>,
    },
}

/// `conda env export`: `numpy=1.26.4=py311h64a7726_0`, and what pip installed; a bare name or range is not counted.
pub(crate) fn read_conda_environment(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let environment: CondaEnvironment = yaml::from_str(text, path)?;
    let mut found = inventory(Format::CondaEnvironment, Vec::new());
    let mut open = 0usize;
    for dependency in environment.dependencies {
        match dependency {
            CondaDependency::Package(text) => {
                let text = text.rsplit("::").next().unwrap_or(&text).replace("==", "=");
                let mut parts = text.split('=');
                match (parts.next().map(str::trim), parts.next().map(str::trim)) {
                    (Some(name), Some(version))
                        if !name.ends_with(['<', '>', '~', '!']) && !version.contains('*') =>
                    {
                        let version = Some(version.to_owned());
                        found.components.push(component("conda", None, name, name, version, None));
                    }
                    _ => open += 1,
                }
            }
            CondaDependency::Pip { pip } => {
                for requirement in pip {
                    match requirement.split_once("==") {
                        Some((name, version)) => {
                            let name = name.split('[').next().unwrap_or(name).trim();
                            found.components.push(language::python(
                                name,
                                Some(version.trim().to_owned()),
                                None,
                            ));
                        }
                        None => open += 1,
                    }
                }
            }
        }
    }
    if open > 0 {
        let text = format!("{open} dependencies name no exact version and are not counted");
        found.warnings.push(Warning { place: "dependencies".to_owned(), text });
    }
    Ok(found)
}
