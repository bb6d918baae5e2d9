// SPDX-License-Identifier: Apache-2.0
//! One pass over the file system that looks at names only: what is opened later is a handful of small files.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::CollectError;
use crate::kinds::{self, Kind, Role};
use crate::{is_running_system, mounts};

/// How far a walk is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub files: u64,
    pub folders: u64,
}

/// Files that say what is installed.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: u64,
    pub(crate) folders: u64,
    /// In the order of their kind, then of their path.
    pub(crate) items: Vec<(Kind, PathBuf)>,
    /// Folders that this user may not read.
    pub(crate) denied: Vec<PathBuf>,
}

/// Layers of containers are other carriers; caches of sources are installed nowhere.
const SKIPPED: [&str; 6] = [
    "var/lib/docker",
    "var/lib/containerd",
    "var/lib/containers/storage",
    "var/lib/kubelet/pods",
    "var/cache",
    "var/lib/flatpak/repo",
];
/// No program with a list of its parts is smaller.
const PROGRAM_BYTES_MIN: u64 = 64 << 10;
const PROGRESS_FOLDERS: u64 = 512;

pub(crate) fn walk(root: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Found, CollectError> {
    let mountinfo = if is_running_system(root) {
        std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()
    } else {
        String::new()
    };
    let mut excluded = mounts::excluded(root, &mountinfo);
    excluded.extend(SKIPPED.iter().map(|path| root.join(path)));
    let mut found = Found::default();
    let mut pending = vec![(root.to_owned(), Role::Plain)];
    while let Some((folder, role)) = pending.pop() {
        if let Err(error) = visit(&folder, role, &excluded, &mut found, &mut pending) {
            if folder == root {
                return Err(CollectError::read(root, &error));
            }
            // A folder that vanished meanwhile holds nothing any more.
            if error.kind() != std::io::ErrorKind::NotFound {
                found.denied.push(folder);
            }
            continue;
        }
        found.folders += 1;
        if found.folders % PROGRESS_FOLDERS == 0 {
            progress(Progress { files: found.files, folders: found.folders });
        }
    }
    found.items.sort_unstable();
    found.denied.sort_unstable();
    Ok(found)
}

fn visit(
    folder: &Path,
    role: Role,
    excluded: &HashSet<PathBuf>,
    found: &mut Found,
    pending: &mut Vec<(PathBuf, Role)>,
) -> std::io::Result<()> {
    let own_name = folder.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
    for entry in std::fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            let path = entry.path();
            if name.ends_with(b".dist-info") {
                found.items.push((Kind::Python, path.join("METADATA")));
            } else if name.ends_with(b".egg-info") || name == b"EGG-INFO" {
                found.items.push((Kind::Python, path.join("PKG-INFO")));
            } else if !excluded.contains(&path) && !is_source_cache(folder, name) {
                pending.push((path, role.of_child(own_name, name)));
            }
        } else if kind.is_file() {
            found.files += 1;
            if let Some(kind) = kinds::of(role, name) {
                found.items.push((kind, entry.path()));
            } else if kinds::may_be_program(name) && is_program(&entry) {
                found.items.push((Kind::Program, entry.path()));
            }
        }
    }
    Ok(())
}

/// Shared libraries are executed too, but many distributions leave them without the mark.
fn is_program(entry: &std::fs::DirEntry) -> bool {
    let Ok(metadata) = entry.metadata() else { return false };
    let is_executable = metadata.permissions().mode() & 0o111 != 0;
    metadata.len() >= PROGRAM_BYTES_MIN && is_executable
}

/// `~/.cargo/registry` and `~/.cargo/git` hold sources with lock files of their own; `.git` holds no files of use.
fn is_source_cache(parent: &Path, name: &[u8]) -> bool {
    name == b".git"
        || (matches!(name, b"registry" | b"git")
            && parent.file_name().is_some_and(|parent| parent == ".cargo"))
}
