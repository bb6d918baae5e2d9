// SPDX-License-Identifier: Apache-2.0
//! Opens the metadata files that the walk found and adds one component per package and version, with all its places.

use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use hinomi_inventory_formats::{Component, Inventory, ReadError, Warning, binary, language};

use crate::error::CollectError;
use crate::owned;
use crate::walk::Found;

/// A metadata file larger than this describes no package.
const METADATA_BYTES_MAX: u64 = 8 << 20;
const WARNINGS_MAX: usize = 50;

pub(crate) fn read_all(root: &Path, found: Found, inventory: &mut Inventory) -> Result<(), CollectError> {
    let metadata = found.python.iter().chain(&found.node).chain(&found.cargo);
    let owned = owned::owned(root, metadata.chain(&found.programs))?;
    let mut packages = Packages { root, positions: HashMap::new(), inventory };
    let free = |paths: &'_ [PathBuf]| -> Vec<PathBuf> {
        paths.iter().filter(|path| !owned.contains(*path)).cloned().collect()
    };
    for path in free(&found.python) {
        packages.read(&path, |text, _| Ok(language::python_metadata(text).into_iter().collect()));
    }
    for path in free(&found.node) {
        packages.read(&path, |text, place| Ok(language::node_package(text, place)?.into_iter().collect()));
    }
    for path in free(&found.cargo) {
        packages.read(&path, language::cargo_lock);
    }
    for path in free(&found.programs) {
        packages.read_program(&path);
    }
    let counted_there = found.python.iter().chain(&found.node).chain(&found.cargo);
    let counted_there = counted_there.filter(|path| owned.contains(*path)).count();
    if counted_there > 0 {
        let text =
            format!("{counted_there} language packages belong to system packages and are counted there");
        inventory.warnings.push(Warning { place: "walk".to_owned(), text });
    }
    report_denied(&found.denied, inventory);
    Ok(())
}

fn report_denied(denied: &[PathBuf], inventory: &mut Inventory) {
    let Some(first) = denied.first() else { return };
    inventory.partial = true;
    let text =
        format!("{} folders cannot be read by this user, the first is {}", denied.len(), first.display());
    inventory.warnings.push(Warning { place: "walk".to_owned(), text });
}

struct Packages<'i> {
    root: &'i Path,
    /// Where the component of an identifier stands: the same package in two places is one component with two.
    positions: HashMap<String, usize>,
    inventory: &'i mut Inventory,
}

impl Packages<'_> {
    fn read(&mut self, path: &Path, parse: impl FnOnce(&str, &str) -> Result<Vec<Component>, ReadError>) {
        let place = self.place(path);
        let text = match read_text(path) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(error) => return self.warn(place, &error),
        };
        match parse(&text, &place) {
            Ok(components) => components.into_iter().for_each(|component| self.add(component, &place)),
            Err(error) => self.warn(place, &error),
        }
    }

    /// Most programs say nothing about their parts, and many may not be opened by everybody: neither is worth a word.
    fn read_program(&mut self, path: &Path) {
        let Ok(file) = std::fs::File::open(path) else { return };
        let mut read_at = |offset: u64, count: usize| {
            let mut bytes = vec![0; count];
            file.read_exact_at(&mut bytes, offset).ok().map(|()| bytes)
        };
        let place = self.place(path);
        for component in binary::packages(&mut read_at) {
            self.add(component, &place);
        }
    }

    fn place(&self, path: &Path) -> String {
        let inside = path.strip_prefix(self.root).unwrap_or(path);
        format!("/{}", inside.display())
    }

    /// What cannot be parsed is mostly a test's deliberately broken file; it is told, and the rest is read.
    fn warn(&mut self, place: String, error: &dyn std::fmt::Display) {
        if self.inventory.warnings.len() < WARNINGS_MAX {
            self.inventory.warnings.push(Warning { place, text: format!("not read: {error}") });
        }
    }

    fn add(&mut self, mut component: Component, place: &str) {
        let Some(id) = component.id.clone() else { return };
        if let Some(position) = self.positions.get(&id) {
            if let Some(known) = self.inventory.components.get_mut(*position) {
                known.locations.push(place.to_owned());
            }
            return;
        }
        component.locations.push(place.to_owned());
        self.positions.insert(id, self.inventory.components.len());
        self.inventory.components.push(component);
    }
}

/// `None`: gone meanwhile, or no regular file of a sensible size.
fn read_text(path: &Path) -> std::io::Result<Option<String>> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() || metadata.len() > METADATA_BYTES_MAX {
        return Ok(None);
    }
    std::fs::read(path).map(|bytes| Some(String::from_utf8_lossy(&bytes).into_owned()))
}
