// SPDX-License-Identifier: Apache-2.0
//! One pass over the file system that looks at names only: what is opened later is a handful of small files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::error::CollectError;
use crate::{is_running_system, mounts};

/// How far a walk is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub files: u64,
    pub folders: u64,
}

/// Metadata files that say which language packages are installed.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: u64,
    pub(crate) folders: u64,
    pub(crate) python: Vec<PathBuf>,
    pub(crate) node: Vec<PathBuf>,
    pub(crate) cargo: Vec<PathBuf>,
    /// Files in folders of programs; what they are shows when they are opened.
    pub(crate) programs: Vec<PathBuf>,
    /// Folders that this user may not read.
    pub(crate) denied: Vec<PathBuf>,
}

/// What a folder is to Node's package managers: `node_modules/NAME` and `node_modules/@SCOPE/NAME` are packages.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Plain,
    NodeModules,
    NodeScope,
    NodePackage,
}

impl Role {
    fn of_child(self, name: &[u8]) -> Role {
        match self {
            _ if name == b"node_modules" => Role::NodeModules,
            Role::NodeModules if name.starts_with(b"@") => Role::NodeScope,
            Role::NodeModules if !name.starts_with(b".") => Role::NodePackage,
            Role::NodeScope => Role::NodePackage,
            _ => Role::Plain,
        }
    }
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
const PROGRAM_FOLDERS: [&str; 4] = ["bin", "sbin", "libexec", "cli-plugins"];
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
    for list in [&mut found.python, &mut found.node, &mut found.cargo, &mut found.programs, &mut found.denied]
    {
        list.sort_unstable();
    }
    Ok(found)
}

fn visit(
    folder: &Path,
    role: Role,
    excluded: &HashSet<PathBuf>,
    found: &mut Found,
    pending: &mut Vec<(PathBuf, Role)>,
) -> std::io::Result<()> {
    let holds_programs =
        folder.file_name().is_some_and(|name| PROGRAM_FOLDERS.iter().any(|known| name == *known));
    for entry in std::fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            let path = entry.path();
            if name.ends_with(b".dist-info") {
                found.python.push(path.join("METADATA"));
            } else if name.ends_with(b".egg-info") || name == b"EGG-INFO" {
                found.python.push(path.join("PKG-INFO"));
            } else if !excluded.contains(&path) && !is_source_cache(folder, name) {
                pending.push((path, role.of_child(name)));
            }
        } else if kind.is_file() {
            found.files += 1;
            if role == Role::NodePackage && name == b"package.json" {
                found.node.push(entry.path());
            } else if name == b"Cargo.lock" {
                found.cargo.push(entry.path());
            } else if name.ends_with(b".egg-info") {
                found.python.push(entry.path());
            } else if holds_programs {
                found.programs.push(entry.path());
            }
        }
    }
    Ok(())
}

/// `~/.cargo/registry` and `~/.cargo/git` hold sources with lock files of their own; `.git` holds no files of use.
fn is_source_cache(parent: &Path, name: &[u8]) -> bool {
    name == b".git"
        || (matches!(name, b"registry" | b"git")
            && parent.file_name().is_some_and(|parent| parent == ".cargo"))
}
