// SPDX-License-Identifier: Apache-2.0
//! What package managers print as JSON when they are asked what is installed.

use super::Format;
use crate::language::{self, component};
use crate::model::{Component, Inventory, Warning};
use crate::text::non_empty;
use crate::tree::Node;

/// The list, when the document is one.
pub(crate) fn read_json(node: &Node<'_>) -> Option<Inventory> {
    let first = match node {
        Node::List(items) => items.first()?,
        node => node,
    };
    let has = |keys: &[&str]| keys.iter().all(|key| first.get(key).is_some());
    let mut list = List::default();
    let name = if has(&["name", "version", "dist_name", "channel"]) {
        items(node).for_each(|one| list.add(conda(one)));
        "conda list --json"
    } else if has(&["pip_version", "installed"]) {
        let installed = first.get("installed").map(items).into_iter().flatten();
        installed.for_each(|one| list.add(one.get("metadata").and_then(python)));
        "pip inspect"
    } else if has(&["packages", "workspace_members", "target_directory"]) {
        let packages = first.get("packages").map(items).into_iter().flatten();
        packages.for_each(|one| list.add(crate_of(one)));
        "cargo metadata"
    } else if has(&["installed"]) && first.has("installed.direct-dependency") {
        let packages = first.get("installed").map(items).into_iter().flatten();
        packages.for_each(|one| list.add(composer(one)));
        "composer show --format json"
    } else if has(&["Path", "GoVersion"]) || has(&["Path", "Version"]) || has(&["Path", "Main"]) {
        items(node).for_each(|one| list.add(go_module(one)));
        "go list -m -json"
    } else if has(&["dependencies"]) && first.has("dependencies.*.version") {
        items(node).for_each(|project| list.project(project));
        "npm ls --json"
    } else if first.has("Sources.Packages.PackageIdentifier") {
        first.visit("Sources.Packages", &mut |one, _| {
            list.add(winget(one));
            true
        });
        "winget export"
    } else if matches!(node, Node::List(_)) && has(&["name", "version"]) && is_pip(node) {
        items(node).for_each(|one| list.add(python(one)));
        "pip list --format json"
    } else {
        return None;
    };
    let mut inventory = Inventory::new(Format::PackageList);
    inventory.format_version = Some(name.to_owned());
    if list.nameless > 0 {
        let text = format!("{} entries without name or version are not counted", list.nameless);
        inventory.warnings.push(Warning { place: "document".to_owned(), text });
    }
    inventory.components = list.components;
    Some(inventory)
}

fn items<'n, 'a>(node: &'n Node<'a>) -> impl Iterator<Item = &'n Node<'a>> {
    let list: &[Node<'a>] = match node {
        Node::List(items) => items,
        one => std::slice::from_ref(one),
    };
    list.iter()
}

/// Entries of nothing but what pip writes: a table of anything else has other columns.
fn is_pip(node: &Node<'_>) -> bool {
    const KEYS: [&str; 8] = [
        "name",
        "version",
        "latest_version",
        "latest_filetype",
        "location",
        "installer",
        "editable_project_location",
        "build",
    ];
    items(node).all(|one| match one {
        Node::Map(entries) => entries.iter().all(|(key, _)| KEYS.contains(&key.as_ref())),
        _ => false,
    })
}

#[derive(Default)]
struct List {
    components: Vec<Component>,
    nameless: usize,
}

impl List {
    fn add(&mut self, found: Option<Component>) {
        match found {
            Some(found) => self.components.push(found),
            None => self.nameless += 1,
        }
    }

    /// The project, which has no purl of its own until it is published, and the tree of what it depends on.
    fn project(&mut self, node: &Node<'_>) {
        if let Some(name) = text(node, "name") {
            let own = npm(name, text(node, "version"));
            self.components.push(Component { purl: None, ..own });
        }
        self.tree(node);
    }

    fn tree(&mut self, node: &Node<'_>) {
        for kind in ["dependencies", "devDependencies", "optionalDependencies", "unsavedDependencies"] {
            let Some(Node::Map(entries)) = node.get(kind) else { continue };
            for (name, entry) in entries {
                match text(entry, "version") {
                    Some(version) => self.components.push(npm(name, Some(version))),
                    None => self.nameless += 1,
                }
                self.tree(entry);
            }
        }
    }
}

fn text<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::text)
}

fn npm(name: &str, version: Option<&str>) -> Component {
    let version = version.map(str::to_owned);
    match name.split_once('/') {
        Some((scope, base)) => component("npm", Some(scope), name, base, version, None),
        None => component("npm", None, name, name, version, None),
    }
}

fn python(node: &Node<'_>) -> Option<Component> {
    let version = text(node, "version").and_then(non_empty);
    let license = text(node, "license_expression").or_else(|| text(node, "license")).and_then(non_empty);
    Some(language::python(text(node, "name")?, Some(version?), license))
}

fn conda(node: &Node<'_>) -> Option<Component> {
    let (name, version) = (text(node, "name")?, text(node, "version")?);
    Some(match text(node, "channel") {
        Some("pypi") => language::python(name, Some(version.to_owned()), None),
        _ => component("conda", None, name, name, Some(version.to_owned()), None),
    })
}

/// A package of the workspace itself has no source.
fn crate_of(node: &Node<'_>) -> Option<Component> {
    let (name, version) = (text(node, "name")?, text(node, "version")?);
    let license = text(node, "license").and_then(non_empty);
    let found = component("cargo", None, name, name, Some(version.to_owned()), license);
    Some(match text(node, "source") {
        Some(_) => found,
        None => Component { purl: None, ..found },
    })
}

fn composer(node: &Node<'_>) -> Option<Component> {
    let (name, version) = (text(node, "name")?, text(node, "version")?);
    let (vendor, base) = name.split_once('/').map_or((None, name), |(vendor, base)| (Some(vendor), base));
    Some(component("composer", vendor, name, base, Some(version.to_owned()), None))
}

/// Identifiers of the Windows Package Manager, which no purl type stands for.
fn winget(node: &Node<'_>) -> Option<Component> {
    let name = text(node, "PackageIdentifier")?;
    let version = text(node, "Version").map(str::to_owned);
    Some(Component {
        id: Some(format!("winget:{name}@{}", version.as_deref().unwrap_or_default())),
        name: name.to_owned(),
        version,
        ..Component::default()
    })
}

/// The main module has no version; a replacement is what is built.
fn go_module(node: &Node<'_>) -> Option<Component> {
    let built = node.get("Replace").filter(|replaced| text(replaced, "Version").is_some()).unwrap_or(node);
    let module = text(built, "Path")?;
    let (namespace, base) =
        module.rsplit_once('/').map_or((None, module), |(namespace, base)| (Some(namespace), base));
    let version = text(built, "Version").map(str::to_owned);
    let is_own = version.is_none();
    let found = component("golang", namespace, module, base, version, None);
    Some(if is_own { Component { purl: None, ..found } } else { found })
}
