// SPDX-License-Identifier: Apache-2.0
//! Workflows and composite actions of GitHub: each `uses:`, in document order. An action is a package of GitHub by its
//! repository and the reference that is checked out.

use serde_yaml_ng::Value;

use super::{inventory, local};
use crate::error::ReadError;
use crate::language;
use crate::model::{Component, ComponentKind, Inventory};
use crate::{Format, yaml};

/// `jobs:` beside what starts them, or `runs:` with what an action is made of.
pub(crate) fn is_workflow(text: &str) -> bool {
    let starts = |keys: &[&str]| text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)));
    let is_workflow = starts(&["jobs:"]) && starts(&["on:", "\"on\":", "'on':"]);
    (is_workflow && (text.contains("runs-on:") || text.contains("uses:")))
        || (starts(&["runs:"]) && text.lines().any(|line| line.trim_start().starts_with("using:")))
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let document: Value = yaml::from_str(text, path)?;
    let mut components = Vec::new();
    for part in ["jobs", "runs"] {
        if let Some(part) = document.get(part) {
            uses(part, &mut components);
        }
    }
    Ok(inventory(Format::GithubWorkflow, components))
}

fn uses(node: &Value, found: &mut Vec<Component>) {
    match node {
        Value::Mapping(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value.as_str()) {
                    (Some("uses"), Some(used)) => found.extend(component(used.trim())),
                    // What a step passes on is text, whatever it looks like.
                    (Some("with" | "env" | "run"), _) => {}
                    _ => uses(value, found),
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| uses(item, found)),
        _ => {}
    }
}

/// `owner/repository@ref`, `owner/repository/folder@ref`, `docker://image:tag`; what begins with `./` is the repository
/// itself.
fn component(used: &str) -> Option<Component> {
    if used.starts_with('.') || used.is_empty() {
        return None;
    }
    if let Some(image) = used.strip_prefix("docker://") {
        let (name, version) = match image.rsplit_once(['@', ':']) {
            Some((name, version)) if !version.contains('/') => (name, Some(version.to_owned())),
            _ => (image, None),
        };
        let found = local(language::component("docker", None, name, name, version, None));
        return Some(Component { kind: ComponentKind::Container, ..found });
    }
    let (place, reference) = match used.rsplit_once('@') {
        Some((place, reference)) => (place, Some(reference.to_owned())),
        None => (used, None),
    };
    let mut parts = place.splitn(3, '/');
    let (owner, repository) = (parts.next()?, parts.next()?);
    // An action in a folder is a package of its own name and the version of its repository.
    let mut found = language::component("github", Some(owner), place, repository, reference, None);
    if let Some(folder) = parts.next() {
        found.id = found.id.map(|id| format!("{id}#{folder}"));
        found.purl.clone_from(&found.id);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_listed_in_order() {
        let text = "name: ci\non: [push]\njobs:\n  call:\n    uses: acme/flows/.github/workflows/a.yml@v1\n  test:\n    \
            runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./local\n      - \
            uses: docker://alpine:3.19\n      - run: |\n          uses: nothing@v1\n      - name: cache\n        \
            uses: actions/cache/restore@0123abc # v4\n        with:\n          uses: x/y@v1\n";
        assert!(is_workflow(text));
        let found = crate::read(text.as_bytes(), "ci.yml").unwrap();
        let purls: Vec<_> = found.components.iter().map(|one| one.purl.as_deref()).collect();
        let wanted = [
            Some("pkg:github/acme/flows@v1#.github/workflows/a.yml"),
            Some("pkg:github/actions/checkout@v4"),
            None,
            Some("pkg:github/actions/cache@0123abc#restore"),
        ];
        assert_eq!(purls, wanted);
        let image = &found.components[2];
        assert_eq!((image.name.as_str(), image.version.as_deref()), ("alpine", Some("3.19")));
        let action = "name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n    - uses: actions/setup-node@v4\n";
        assert_eq!(crate::read(action.as_bytes(), "action.yml").unwrap().components.len(), 1);
        assert!(!is_workflow("jobs:\n  - name: x\non: true\n"));
    }
}
