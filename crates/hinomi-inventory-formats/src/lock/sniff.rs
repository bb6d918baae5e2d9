// SPDX-License-Identifier: Apache-2.0
//! Which lock or metadata file a text is, by its own marks.

use super::{java, more};
use crate::Format;

/// By the keys of a JSON object, or of the first object of a list.
pub(crate) fn by_keys(keys: &[&str], is_list: bool, text: &str) -> Option<Format> {
    let has = |wanted: &[&str]| wanted.iter().all(|key| keys.contains(key));
    if is_list {
        return has(&["name", "version", "version_normalized"]).then_some(Format::ComposerInstalled);
    }
    if has(&["lockfileVersion"]) {
        // bun writes each package as a list, and commas before closing brackets.
        let is_bun = has(&["workspaces"]) && !has(&["name"]) && text.contains("\"packages\"");
        return Some(if is_bun { Format::BunLock } else { Format::NpmLock });
    }
    if has(&["packages", "dev"]) || has(&["packages", "dev-package-names"]) {
        Some(Format::ComposerInstalled)
    } else if has(&["runtimeTarget", "libraries"])
        || has(&["targets", "libraries", "compilationOptions"])
        || has(&["targets", "libraries", "packageFolders"])
    {
        Some(Format::DotnetDeps)
    } else if has(&["pins", "version"]) || (has(&["object", "version"]) && text.contains("\"pins\"")) {
        Some(Format::SwiftResolved)
    } else if has(&["graph_lock"]) || (has(&["version", "requires"]) && has(&["build_requires"])) {
        Some(Format::ConanLock)
    } else if has(&["version", "remote"])
        || (has(&["version"]) && (has(&["jsr"]) || has(&["npm", "specifiers"])))
    {
        Some(Format::DenoLock)
    } else if has(&["R", "Packages"]) {
        Some(Format::RenvLock)
    } else if has(&["build", "build_number", "name", "version"]) {
        Some(Format::CondaMeta)
    } else if has(&["name", "version"])
        && !has(&["packages"])
        && keys.iter().any(|key| NODE_KEYS.contains(key))
        && !is_npm_tree(text)
    {
        Some(Format::NpmPackage)
    } else {
        None
    }
}

/// Keys that only npm's `package.json` has beside name and version.
const NODE_KEYS: [&str; 8] =
    ["main", "scripts", "dependencies", "devDependencies", "peerDependencies", "exports", "bin", "_resolved"];

/// `npm ls --json` has the shape of `package.json`, with what is installed in the place of ranges.
fn is_npm_tree(text: &str) -> bool {
    let after = |text: &str, sign: char| text.trim_start().strip_prefix(sign).map(str::to_owned);
    let Some((_, rest)) = text.split_once("\"dependencies\"") else { return false };
    let rest = rest.get(..rest.len().min(500)).unwrap_or_default();
    let inner = after(rest, ':').and_then(|rest| after(&rest, '{')).and_then(|rest| after(&rest, '"'));
    let value =
        inner.as_deref().and_then(|inner| inner.split_once('"')).and_then(|(_, rest)| after(rest, ':'));
    value.is_some_and(|value| value.trim_start().starts_with('{'))
}

pub(crate) fn by_root(name: &str) -> Option<Format> {
    Some(match name {
        "project" => Format::MavenPom,
        "packages" => Format::NugetConfig,
        "Project" => Format::NugetProject,
        _ => return None,
    })
}

pub(crate) fn by_lines(text: &str, first: &str) -> Option<Format> {
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    if starts("[[packages]]") && starts("lock-version") {
        Some(Format::Pylock)
    } else if first.starts_with("Metadata-Version:") {
        Some(Format::PythonMetadata)
    } else if first.starts_with("Manifest-Version:") {
        Some(Format::JavaManifest)
    } else if first == "%{" || (first.starts_with("%{\"") && text.contains("{:hex,")) {
        Some(Format::MixLock)
    } else if first.starts_with("{\"1.") || first.starts_with("[{<<\"") {
        Some(Format::RebarLock)
    } else if first == "packages:" && text.contains("\n- ") && text.contains("pantry-tree:") {
        Some(Format::StackLock)
    } else if first == "packages:" && (starts("sdks:") || text.contains("\n    dependency:")) {
        Some(Format::PubLock)
    } else if first == "PODS:" {
        Some(Format::CocoapodsLock)
    } else if text.contains("Gem::Specification.new") {
        Some(Format::Gemspec)
    } else if starts("groupId=") && starts("artifactId=") {
        Some(Format::MavenProperties)
    } else if (first.starts_with("active-repositories:") || first.starts_with("constraints:"))
        && text.contains("any.")
    {
        Some(Format::CabalFreeze)
    } else if starts("dependencies:") && (starts("channels:") || starts("name:")) && text.contains("\n  - ") {
        Some(Format::CondaEnvironment)
    } else if more::is_r_description(text) {
        Some(Format::RDescription)
    } else if super::workflow::is_workflow(text) {
        Some(Format::GithubWorkflow)
    } else if java::is_gradle_lock(text) {
        Some(Format::GradleLock)
    } else {
        None
    }
}
