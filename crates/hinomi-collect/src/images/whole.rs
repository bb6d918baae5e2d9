// SPDX-License-Identifier: Apache-2.0
//! One root of several layers: later ones replace and take away what earlier ones have.

use std::fs;
use std::path::Path;

use super::stage::{Removal, Stage, Staged};
use crate::CollectError;

/// The root of an image; it goes when it is dropped. Files are links to the staged layers, so it costs no room.
pub(super) fn root_of(stage: &Stage, layers: &[usize]) -> Result<tempfile::TempDir, CollectError> {
    let root = tempfile::Builder::new().prefix("root-").tempdir_in(stage.folder());
    let root = root.map_err(|error| CollectError::write(stage.folder(), &error))?;
    for layer in layers.iter().filter_map(|at| stage.staged(*at)) {
        take_away(root.path(), layer);
        for file in &layer.files {
            let target = root.path().join(file);
            make_room(root.path(), &target);
            let linked = fs::hard_link(layer.folder.join(file), &target)
                .or_else(|_| fs::copy(layer.folder.join(file), &target).map(|_| ()));
            linked.map_err(|error| CollectError::write(&target, &error))?;
        }
    }
    Ok(root)
}

/// A layer removes only what layers below it have, so its own files come afterwards.
fn take_away(root: &Path, layer: &Staged) {
    for removal in &layer.removals {
        match removal {
            Removal::Path(path) => remove(&root.join(path)),
            Removal::Inside(path) => {
                for entry in fs::read_dir(root.join(path)).into_iter().flatten().flatten() {
                    remove(&entry.path());
                }
            }
        }
    }
}

fn remove(path: &Path) {
    // Most of what layers take away was never staged.
    let _gone = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
}

/// A file may take the place of a folder, and a folder that of a file.
fn make_room(root: &Path, target: &Path) {
    if target.symlink_metadata().is_ok() {
        remove(target);
    }
    let Some(parent) = target.parent() else { return };
    if fs::create_dir_all(parent).is_ok() {
        return;
    }
    for above in parent.ancestors().take_while(|above| above.starts_with(root)) {
        if above.is_file() {
            remove(above);
        }
    }
    // If this fails, so does the file that is to lie in it, which is told.
    let _made = fs::create_dir_all(parent);
}
