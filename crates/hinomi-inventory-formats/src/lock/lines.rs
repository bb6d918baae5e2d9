// SPDX-License-Identifier: Apache-2.0
//! Lists of one package a line: pip requirements, Go modules, Bundler.

use super::{inventory, local};
use crate::Format;
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{Component, Inventory, Warning};

/// `name==1.2.3`, the form that `pip freeze` writes; other requirements name no version.
pub(super) fn pinned(line: &str) -> Option<(&str, &str)> {
    let requirement = line.split([';', '#']).next().unwrap_or(line).trim().trim_end_matches('\\').trim();
    let requirement = requirement.split(" --hash").next().unwrap_or(requirement).trim();
    let (name, version) = requirement.split_once("==")?;
    let version = version.trim_start_matches('=').trim();
    let name = name.split_once('[').map_or(name, |(name, _)| name).trim();
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let is_version = !version.is_empty() && !version.contains([' ', ',', '*']);
    (is_name && is_version).then_some((name, version))
}

pub(crate) fn is_requirement(line: &str) -> bool {
    pinned(line).is_some()
}

/// Whether a line has the form of PEP 508, and if so, whether it says more than a name.
pub(crate) fn is_requirement_form(line: &str) -> Option<bool> {
    let requirement = line.split([';', '#']).next().unwrap_or(line).trim().trim_end_matches('\\').trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let length = requirement.bytes().take_while(|byte| is_name(*byte)).count();
    let (name, rest) = requirement.split_at(length);
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        // A place instead of a name: `git+https://…`, `./wheels/a.whl`.
        return (requirement.starts_with("./") || requirement.starts_with("git+")).then_some(true);
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let comparators = ["==", ">=", "<=", "~=", "!=", "<", ">", "@ ", "("];
    match rest {
        "" => Some(false),
        rest if comparators.iter().any(|comparator| rest.starts_with(comparator)) => Some(true),
        _ if requirement.starts_with("git+") || requirement.contains("://") && !requirement.contains(' ') => {
            Some(true)
        }
        _ => None,
    }
}

pub(crate) fn read_requirements(text: &str, _path: &str) -> Result<Inventory, ReadError> {
    let mut found = inventory(Format::PipRequirements, Vec::new());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        match pinned(line) {
            Some((name, version)) => {
                found.components.push(language::python(name, Some(version.to_owned()), None))
            }
            None => found.warnings.push(Warning {
                place: format!("line {}", index + 1),
                text: "names no exact version and is not counted".to_owned(),
            }),
        }
    }
    Ok(found)
}

/// A module without a version of its own (`(devel)`) was built from a working copy.
pub(crate) fn go_module(module: &str, version: &str) -> Component {
    let (namespace, name) = match module.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, module),
    };
    let component = language::component("golang", namespace, module, name, Some(version.to_owned()), None);
    if version == "(devel)" { local(component) } else { component }
}

/// `replace module [version] => path | module version`; with a version, of that one only, and before one of all versions
/// (Go modules reference, "replace directive").
struct Replaced {
    module: String,
    version: Option<String>,
    /// Nothing: a working copy.
    by: Option<(String, String)>,
}

/// `go.mod`: the module itself, then what it requires; replacements change what is built.
pub(crate) fn read_go_mod(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut components: Vec<Component> = Vec::new();
    let mut replaced: Vec<Replaced> = Vec::new();
    let mut block = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or(line).trim();
        let refuse = |cause: &str| ReadError::new(path, Place::Line { line: index + 1, column: 1 }, cause);
        if line.is_empty() {
            continue;
        }
        if line == ")" {
            block.clear();
            continue;
        }
        if let Some(verb) = line.strip_suffix('(') {
            verb.trim().clone_into(&mut block);
            continue;
        }
        let (verb, rest) =
            if block.is_empty() { line.split_once(' ').unwrap_or((line, "")) } else { (&*block, line) };
        let words: Vec<&str> = rest.split_whitespace().map(|word| word.trim_matches('"')).collect();
        match (verb, words.as_slice()) {
            ("module", [module]) => {
                components.push(local(language::component("golang", None, module, module, None, None)))
            }
            ("require", [module, version]) => components.push(go_module(module, version)),
            ("require", _) => return Err(refuse("is not \"module version\"")),
            ("replace", [from, rest @ ..]) => {
                let arrow = rest.iter().position(|word| *word == "=>");
                let (versions, target) = rest.split_at(arrow.unwrap_or(rest.len()));
                replaced.push(Replaced {
                    module: (*from).to_owned(),
                    version: versions.first().map(|version| (*version).to_owned()),
                    by: match target {
                        [_, module, version] => Some(((*module).to_owned(), (*version).to_owned())),
                        _ => None,
                    },
                });
            }
            _ => {}
        }
    }
    for component in components.iter_mut().skip(1) {
        let of_module = || replaced.iter().filter(|one| one.module == component.name);
        let of_version = of_module().find(|one| one.version.is_some() && one.version == component.version);
        match of_version.or_else(|| of_module().find(|one| one.version.is_none())).map(|one| &one.by) {
            Some(Some((module, version))) => *component = go_module(module, version),
            Some(None) => component.purl = None,
            None => {}
        }
    }
    Ok(inventory(Format::GoMod, components))
}

/// `go.sum`: every module version that was ever looked at while resolving; a superset of what is built.
pub(crate) fn read_go_sum(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut components = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [module, version, hash] = words.as_slice() else {
            let place = Place::Line { line: index + 1, column: 1 };
            return Err(ReadError::new(path, place, "is not \"module version hash\""));
        };
        if hash.starts_with("h1:") && !version.ends_with("/go.mod") {
            components.push(go_module(module, version));
        }
    }
    Ok(inventory(Format::GoSum, components))
}

/// `Gemfile.lock`: the specs of each source, indented by four; their own dependencies by six.
pub(crate) fn read_gemfile(text: &str, _path: &str) -> Result<Inventory, ReadError> {
    let mut components = Vec::new();
    let mut section = "";
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line.trim();
            continue;
        }
        let Some(spec) = line.strip_prefix("    ").filter(|spec| !spec.starts_with(' ')) else { continue };
        let Some((name, version)) = spec.strip_suffix(')').and_then(|spec| spec.split_once(" (")) else {
            continue;
        };
        if !matches!(section, "GEM" | "GIT" | "PATH") {
            continue;
        }
        // A platform follows the version: `1.15.4-x86_64-linux`.
        let version = version.split_once('-').map_or(version, |(version, _)| version);
        let gem = language::component("gem", None, name, name, Some(version.to_owned()), None);
        components.push(if section == "GEM" { gem } else { local(gem) });
    }
    Ok(inventory(Format::GemfileLock, components))
}
