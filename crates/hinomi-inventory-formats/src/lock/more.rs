// SPDX-License-Identifier: Apache-2.0
//! Lock files of languages that need little each: Elixir, Erlang, Dart, Swift, Conan, CocoaPods, R, Haskell, Conda.

use serde::Deserialize;

use super::{Ordered, inventory, local};
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{Component, Inventory};
use crate::text::non_empty;
use crate::{Format, yaml};

type Read = Result<Inventory, ReadError>;

fn json<'de, T: Deserialize<'de>>(text: &'de str, path: &str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))
}

fn package(ty: &str, name: &str, version: &str) -> Component {
    language::component(ty, None, name, name, non_empty(version), None)
}

/// The first quoted texts of a line, unescaped: lock files of the BEAM quote plain names only.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// `mix.lock`: `"jason": {:hex, :jason, "1.4.1", "hash", …},`; what comes from a repository of its own has no purl.
pub(crate) fn read_mix(text: &str, path: &str) -> Read {
    let mut components = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.starts_with('"') {
            continue;
        }
        let refuse = || {
            let place = Place::Line { line: index + 1, column: 1 };
            ReadError::new(path, place, "is not \"name\": {:hex, :name, \"version\", …}")
        };
        let (_, entry) = line.split_once("{:").ok_or_else(refuse)?;
        let mut words = quoted(line);
        let (name, second) = (words.next().ok_or_else(refuse)?, words.next());
        if entry.starts_with("hex") {
            // The package may have another name than the application.
            let hex =
                entry.split(',').nth(1).map(|atom| atom.trim().trim_start_matches(':').trim_matches('"'));
            let version = second.ok_or_else(refuse)?;
            components.push(package("hex", hex.unwrap_or(name), version));
        } else {
            components.push(local(package("hex", name, "")));
        }
    }
    Ok(inventory(Format::MixLock, components))
}

/// `rebar.lock`: `{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.12.1">>},1},`
pub(crate) fn read_rebar(text: &str, _path: &str) -> Read {
    let components = text.lines().filter(|line| line.contains("{pkg,")).filter_map(|line| {
        let mut words = quoted(line).skip(1);
        Some(package("hex", words.next()?, words.next()?))
    });
    Ok(inventory(Format::RebarLock, components.collect()))
}

#[derive(Deserialize)]
struct PubLock {
    #[serde(default)]
    packages: Ordered<PubPackage>,
}

#[derive(Deserialize)]
struct PubPackage {
    version: Option<String>,
    source: Option<String>,
}

pub(crate) fn read_pub(text: &str, path: &str) -> Read {
    let lock: PubLock = yaml::from_str(text, path)?;
    let components = lock.packages.0.into_iter().map(|(name, one)| {
        let component = package("pub", &name, one.version.as_deref().unwrap_or_default());
        if one.source.as_deref() == Some("hosted") { component } else { local(component) }
    });
    Ok(inventory(Format::PubLock, components.collect()))
}

#[derive(Deserialize)]
struct SwiftResolved {
    pins: Option<Vec<SwiftPin>>,
    object: Option<SwiftObject>,
}

#[derive(Deserialize)]
struct SwiftObject {
    #[serde(default)]
    pins: Vec<SwiftPin>,
}

#[derive(Deserialize)]
struct SwiftPin {
    #[serde(alias = "package")]
    identity: String,
    #[serde(alias = "repositoryURL")]
    location: Option<String>,
    #[serde(default)]
    state: SwiftState,
}

#[derive(Default, Deserialize)]
struct SwiftState {
    version: Option<String>,
    revision: Option<String>,
}

/// `Package.resolved` (versions 1 to 3). Swift packages are named by where they come from.
pub(crate) fn read_swift(text: &str, path: &str) -> Read {
    let resolved: SwiftResolved = json(text, path)?;
    let pins = resolved.pins.or(resolved.object.map(|object| object.pins)).unwrap_or_default();
    let components = pins.into_iter().map(|pin| {
        let location = pin.location.unwrap_or_default();
        let place = location.split_once("://").map_or(location.as_str(), |(_, place)| place);
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place).trim_end_matches(".git");
        let version = pin.state.version.or(pin.state.revision);
        let place = place.replace(':', "/");
        match place.rsplit_once('/') {
            Some((namespace, name)) => {
                language::component("swift", Some(namespace), &pin.identity, name, version, None)
            }
            None => local(package("swift", &pin.identity, version.as_deref().unwrap_or_default())),
        }
    });
    Ok(inventory(Format::SwiftResolved, components.collect()))
}

#[derive(Deserialize)]
struct ConanLock {
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    build_requires: Vec<String>,
    #[serde(default)]
    python_requires: Vec<String>,
    graph_lock: Option<ConanGraph>,
}

#[derive(Deserialize)]
struct ConanGraph {
    #[serde(default)]
    nodes: Ordered<ConanNode>,
}

#[derive(Deserialize)]
struct ConanNode {
    #[serde(rename = "ref")]
    reference: Option<String>,
}

/// `conan.lock` of Conan 1 (a graph) and 2 (lists): `zlib/1.3.1#revision%time`.
pub(crate) fn read_conan(text: &str, path: &str) -> Read {
    let lock: ConanLock = json(text, path)?;
    let nodes = lock.graph_lock.map(|graph| graph.nodes.0).unwrap_or_default();
    let listed = lock.requires.into_iter().chain(lock.build_requires).chain(lock.python_requires);
    let references = nodes.into_iter().filter_map(|(_, node)| node.reference).chain(listed);
    let components = references.filter_map(|reference| {
        let plain = reference.split(['#', '@', '%']).next().unwrap_or_default();
        let (name, version) = plain.split_once('/')?;
        Some(package("conan", name, version))
    });
    Ok(inventory(Format::ConanLock, components.collect()))
}

#[derive(Deserialize)]
struct PodLock {
    #[serde(rename = "PODS", default)]
    pods: Vec<serde_yaml_ng::Value>,
}

/// `Podfile.lock`: `Name/Subspec (1.2.3)`, as text or as the key of its dependencies.
pub(crate) fn read_pods(text: &str, path: &str) -> Read {
    let lock: PodLock = yaml::from_str(text, path)?;
    let names = lock.pods.iter().filter_map(|pod| match pod {
        serde_yaml_ng::Value::Mapping(map) => map.keys().next()?.as_str(),
        other => other.as_str(),
    });
    let components = names.filter_map(|text| {
        let (name, version) = text.strip_suffix(')')?.split_once(" (")?;
        let mut component = package("cocoapods", name.split('/').next()?, version);
        if let Some((_, subspec)) = name.split_once('/') {
            component.purl = component.purl.map(|purl| format!("{purl}#{subspec}"));
            component.id.clone_from(&component.purl);
            name.clone_into(&mut component.name);
        }
        Some(component)
    });
    Ok(inventory(Format::CocoapodsLock, components.collect()))
}

#[derive(Deserialize)]
struct RenvLock {
    #[serde(rename = "Packages", default)]
    packages: Ordered<RenvPackage>,
}

#[derive(Deserialize)]
struct RenvPackage {
    #[serde(rename = "Version")]
    version: Option<String>,
    #[serde(rename = "Source")]
    source: Option<String>,
}

pub(crate) fn read_renv(text: &str, path: &str) -> Read {
    let lock: RenvLock = json(text, path)?;
    let components = lock.packages.0.into_iter().map(|(name, one)| {
        let component = package("cran", &name, one.version.as_deref().unwrap_or_default());
        let is_public = matches!(one.source.as_deref(), None | Some("Repository" | "CRAN"));
        if is_public { component } else { local(component) }
    });
    Ok(inventory(Format::RenvLock, components.collect()))
}

/// `DESCRIPTION` of an installed R package ("Writing R Extensions", 1.1.1).
pub(crate) fn read_r_description(text: &str, path: &str) -> Read {
    let component = r_description(text)
        .ok_or_else(|| ReadError::new(path, Place::Document, "lacks the field Package or Version"))?;
    Ok(inventory(Format::RDescription, vec![component]))
}

pub(crate) fn r_description(text: &str) -> Option<Component> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        non_empty(line.trim())
    };
    let mut component = package("cran", &value("Package")?, &value("Version")?);
    component.licenses = value("License").into_iter().collect();
    // The packages of R itself are part of it.
    if value("Priority").as_deref() == Some("base") { Some(local(component)) } else { Some(component) }
}

pub(crate) fn is_r_description(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("Package:") && has("Version:") && has("Title:") && (has("License:") || has("Built:"))
}

/// `cabal.project.freeze`: `constraints: any.aeson ==2.1.2.1,`
pub(crate) fn read_cabal(text: &str, _path: &str) -> Read {
    let components = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("constraints:").trim().trim_end_matches(',');
        let (name, version) = line.strip_prefix("any.")?.split_once("==")?;
        Some(package("hackage", name.trim(), version.trim()))
    });
    Ok(inventory(Format::CabalFreeze, components.collect()))
}

#[derive(Deserialize)]
struct CondaMeta {
    name: String,
    version: String,
    build: Option<String>,
    channel: Option<String>,
    license: Option<String>,
}

/// `conda-meta/NAME-VERSION-BUILD.json` of an environment.
pub(crate) fn read_conda(text: &str, path: &str) -> Read {
    Ok(inventory(Format::CondaMeta, vec![conda(text, path)?]))
}

pub(crate) fn conda(text: &str, path: &str) -> Result<Component, ReadError> {
    let meta: CondaMeta = json(text, path)?;
    let mut component =
        language::component("conda", None, &meta.name, &meta.name, Some(meta.version), meta.license);
    let channel = meta.channel.unwrap_or_default();
    let channel = channel.trim_end_matches('/').rsplit('/').nth(1).unwrap_or_default().to_owned();
    let qualifiers = [("build", meta.build.unwrap_or_default()), ("channel", channel)];
    let qualifiers = qualifiers.each_ref().map(|(key, value)| (*key, value.as_str()));
    let parts = crate::PurlParts {
        ty: "conda",
        namespace: None,
        name: &component.name,
        version: component.version.as_deref(),
        qualifiers: &qualifiers,
    };
    component.purl = Some(parts.build());
    component.id.clone_from(&component.purl);
    Ok(component)
}
