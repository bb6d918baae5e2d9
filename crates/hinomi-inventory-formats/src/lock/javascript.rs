// SPDX-License-Identifier: Apache-2.0
//! npm, Yarn and pnpm.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Ordered, inventory, local, needed, scoped};
use crate::error::{Place, ReadError};
use crate::model::{Component, Inventory};
use crate::{Format, yaml};

#[derive(Deserialize)]
struct NpmLock {
    name: Option<String>,
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
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
    /// Of an optional package as well as of development.
    #[serde(default, rename = "devOptional")]
    dev_optional: bool,
}

#[derive(Deserialize)]
struct NpmDependency {
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
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
        // The project itself has the empty place, and at times its name at the top only.
        let own = lock.name.as_deref().filter(|_| place.is_empty());
        let name = package.name.as_deref().or(installed).or(own).unwrap_or(place);
        if name.is_empty() {
            continue;
        }
        let component = scoped("npm", name, package.version.clone());
        let component = needed(component, package.dev, package.optional || package.dev_optional);
        components.push(if installed.is_some() { component } else { local(component) });
    }
    if lock.packages.0.is_empty() {
        npm_tree(&lock.dependencies, &mut components);
    }
    Ok(inventory(Format::NpmLock, components))
}

fn npm_tree(dependencies: &Ordered<NpmDependency>, components: &mut Vec<Component>) {
    for (name, dependency) in &dependencies.0 {
        let component = scoped("npm", name, dependency.version.clone());
        components.push(needed(component, dependency.dev, dependency.optional));
        npm_tree(&dependency.dependencies, components);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PnpmLock {
    lockfile_version: Option<serde_json::Value>,
    #[serde(default)]
    packages: Option<Ordered<PnpmPackage>>,
}

/// Until version 6; later ones say it of no package.
#[derive(Deserialize)]
struct PnpmPackage {
    dev: Option<bool>,
    optional: Option<bool>,
}

/// `pnpm-lock.yaml`: the keys are `/name/1.0.0_peer@1.0.0` (version 5), `/name@1.0.0(peer)` (6), `name@1.0.0` (9).
/// Since pnpm 9.14 a document about pnpm itself may stand before the project's own.
pub(crate) fn read_pnpm(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut components = Vec::new();
    for document in text.split("\n---\n") {
        let document = document.trim_start_matches("---\n");
        if document.trim().is_empty() {
            continue;
        }
        let lock: PnpmLock = yaml::from_str(document, path)?;
        let version = lock.lockfile_version.map(|version| version.to_string()).unwrap_or_default();
        let is_slashed = version.trim_matches('"').starts_with('5');
        for (key, package) in &lock.packages.unwrap_or_default().0 {
            let plain = key.split_once('(').map_or(key.as_str(), |(plain, _)| plain).trim_start_matches('/');
            let parts = if is_slashed { slashed(plain) } else { at_signed(plain) };
            let (name, version) = parts.ok_or_else(|| {
                ReadError::new(path, Place::Path(format!("packages.{key}")), "is not name and version")
            })?;
            let is_elsewhere =
                version.contains([':', '/']) || name.contains(':') || name.starts_with("github.com/");
            let component = scoped("npm", name, Some(version.to_owned()));
            let component = needed(component, package.dev == Some(true), package.optional == Some(true));
            components.push(if is_elsewhere { local(component) } else { component });
        }
    }
    Ok(inventory(Format::PnpmLock, components))
}

/// `@scope/name/1.0.0_peer@1.0.0`
fn slashed(key: &str) -> Option<(&str, &str)> {
    let from = if key.starts_with('@') { key.find('/')? + 1 } else { 0 };
    match key[from..].find('/').map(|at| from + at) {
        Some(at) if !key.contains(':') && !key.starts_with("github.com/") => {
            Some((&key[..at], key[at + 1..].split('_').next().unwrap_or_default()))
        }
        _ => key.rsplit_once('/'),
    }
}

/// `@scope/name@1.0.0`; what comes from elsewhere has its place instead of a version, or nothing before it.
fn at_signed(key: &str) -> Option<(&str, &str)> {
    match key.get(1..).and_then(|rest| rest.find('@')) {
        Some(at) => Some((&key[..at + 1], &key[at + 2..])),
        None => key.rsplit_once(['/', ':']),
    }
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

#[derive(Deserialize)]
struct BunLock {
    #[serde(default)]
    packages: Ordered<Vec<serde_json::Value>>,
}

/// `bun.lock` (Bun 1.2): JSON with commas before closing brackets; the first text of each entry is `name@1.0.0`.
pub(crate) fn read_bun(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let plain = without_trailing_commas(text);
    let lock: BunLock = serde_json::from_str(&plain).map_err(|error| ReadError::json(path, &error))?;
    let mut components = Vec::new();
    for (key, entry) in &lock.packages.0 {
        let place = || Place::Path(format!("packages.{key}"));
        let resolved = entry.first().and_then(serde_json::Value::as_str);
        let at = resolved.and_then(|resolved| resolved.rfind('@').filter(|at| *at > 0));
        let (Some(resolved), Some(at)) = (resolved, at) else {
            return Err(ReadError::new(path, place(), "is not [\"name@version\", …]"));
        };
        let (name, version) = (&resolved[..at], &resolved[at + 1..]);
        let component = scoped("npm", name, Some(version.to_owned()));
        let is_local =
            ["workspace:", "file:", "link:", "github:", "git+"].iter().any(|kind| version.starts_with(kind));
        components.push(if is_local { local(component) } else { component });
    }
    Ok(inventory(Format::BunLock, components))
}

/// Commas before a closing bracket become blanks, so that every place stays where it was.
fn without_trailing_commas(text: &str) -> Cow<'_, str> {
    let mut bytes = text.as_bytes().to_vec();
    let (mut comma, mut in_string, mut escaped) = (None, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => (in_string, comma) = (true, None),
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[derive(Deserialize)]
struct PackageJson {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    dependencies: Ordered<serde::de::IgnoredAny>,
}

/// `package.json`: the package itself. What it depends on is a range until it is locked.
pub(crate) fn read_package_json(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let package: PackageJson = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
    let component = scoped("npm", package.name.as_deref().unwrap_or_default(), package.version);
    let mut found =
        inventory(Format::NpmPackage, vec![if package.private { local(component) } else { component }]);
    let ranges = package.dependencies.0.len();
    if ranges > 0 {
        let text = format!("{ranges} dependencies name ranges of versions and are not counted");
        found.warnings.push(crate::model::Warning { place: "dependencies".to_owned(), text });
    }
    Ok(found)
}
