// SPDX-License-Identifier: Apache-2.0
//! One pass over the file system that looks at names only: what is opened later is a handful of small files.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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
pub(crate) const PROGRAM_BYTES_MIN: u64 = 64 << 10;
const PROGRESS_FOLDERS: u64 = 512;
const WORKERS_MAX: usize = 4;
const BATCH: usize = 16;

pub(crate) fn walk(root: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Found, CollectError> {
    let mountinfo = if is_running_system(root) {
        std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()
    } else {
        String::new()
    };
    let mut excluded = mounts::excluded(root, &mountinfo);
    excluded.extend(SKIPPED.iter().map(|path| root.join(path)));
    let queue = Queue::new(root.to_owned());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX);
    let mut found = std::thread::scope(|scope| {
        let others: Vec<_> =
            (1..workers).map(|_| scope.spawn(|| work(&queue, &excluded, &mut |_| {}))).collect();
        let mut found = work(&queue, &excluded, progress);
        for other in others {
            // A worker has no reason to panic; if one did, the walk would not be whole.
            match other.join() {
                Ok(part) => found.add(part),
                Err(_) => found.denied.push(root.to_owned()),
            }
        }
        found
    });
    // The root itself must be readable; folders that are not are told.
    std::fs::read_dir(root).map_err(|error| CollectError::read(root, &error))?;
    found.items.sort_unstable();
    found.denied.sort_unstable();
    Ok(found)
}

impl Found {
    fn add(&mut self, part: Found) {
        self.files += part.files;
        self.folders += part.folders;
        self.items.extend(part.items);
        self.denied.extend(part.denied);
    }
}

/// Folders still to be visited. The walk ends when there are none and nobody visits one that could bring more.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    pending: Vec<(PathBuf, Role)>,
    visiting: usize,
    progress: Progress,
}

impl Queue {
    fn new(root: PathBuf) -> Queue {
        let pending = vec![(root, Role::Plain)];
        let progress = Progress { files: 0, folders: 0 };
        Queue { state: Mutex::new(State { pending, visiting: 0, progress }), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some folders at once, so that the lock is seldom asked for.
    fn take(&self) -> Option<Vec<(PathBuf, Role)>> {
        let mut state = self.lock();
        loop {
            if !state.pending.is_empty() {
                let from = state.pending.len().saturating_sub(BATCH.min(state.pending.len().div_ceil(2)));
                state.visiting += 1;
                return Some(state.pending.split_off(from));
            }
            if state.visiting == 0 {
                self.changed.notify_all();
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, folders: Vec<(PathBuf, Role)>, files: u64, visited: u64) -> Progress {
        let mut state = self.lock();
        state.pending.extend(folders);
        state.visiting -= 1;
        state.progress.files += files;
        state.progress.folders += visited;
        self.changed.notify_all();
        state.progress
    }
}

fn work(queue: &Queue, excluded: &HashSet<PathBuf>, progress: &mut dyn FnMut(Progress)) -> Found {
    let mut found = Found::default();
    let mut told = 0;
    while let Some(batch) = queue.take() {
        let (files, folders) = (found.files, found.folders);
        let mut children = Vec::new();
        for (folder, role) in batch {
            match visit(&folder, role, excluded, &mut found, &mut children) {
                Ok(()) => found.folders += 1,
                // A folder that vanished meanwhile holds nothing any more.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(_) => found.denied.push(folder),
            }
        }
        let now = queue.give(children, found.files - files, found.folders - folders);
        if now.folders >= told + PROGRESS_FOLDERS {
            told = now.folders;
            progress(now);
        }
    }
    found
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
