// SPDX-License-Identifier: Apache-2.0
//! Reads the host it runs on: its operating system, its package databases, and one walk over its files.
//!
//! ```text
//!  /etc/os-release, firmware, network ─→ who the host is ─┐
//!  /proc/net ─→ listening services ───────────────────────┤
//!  dpkg, rpm, apk, pacman databases ──────────────────────┼─→ Inventory (device, operating system, packages with
//!  one file walk ─→ metadata, archives, programs ─────────┘        their parts, in a fixed order)
//! ```
//!
//! What must stay true:
//! - Nothing is written (for images: but into a scratch folder that goes again), nothing is executed, no link is
//!   followed, no network file system is entered.
//! - A package database that exists but cannot be read is an error: an inventory that silently lacks it would close
//!   tickets that are still open. A folder without permission only leaves a warning and marks the result partial; that the
//!   package databases were read whole is said beside it, and which places could not be looked into: so what an update
//!   fixes or removes elsewhere closes also when seen without root.
//! - The same host gives the same inventory: everything is sorted, the time comes from the caller.

mod databases;
mod error;
mod identity;
mod images;
mod kinds;
mod languages;
mod listening;
mod mounts;
mod owned;
mod walk;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use hinomi_inventory_formats::{
    Component, ComponentKind, Format, Inventory, Subject, Warning, mark_kernels, os_release,
};

pub use error::CollectError;
pub use images::{CollectedImage, ImageOptions, collect_images, host_stores};
pub use walk::Progress;

/// What to read.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The root of the file system: `/`, or where an image is mounted.
    pub root: &'a Path,
    /// Whether files are walked for language packages; the package databases are always read.
    pub walk_files: bool,
    /// When this is; written into the inventory.
    pub observed_at: Option<&'a str>,
}

/// What was read, and how much there was.
#[derive(Debug)]
pub struct Collected {
    pub inventory: Inventory,
    pub files: u64,
    pub folders: u64,
}

/// Reads the host. `progress` is called now and then during the walk.
pub fn collect(options: &Options<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Collected, CollectError> {
    let mut inventory = Inventory::new(Format::Host);
    inventory.observed_at = options.observed_at.map(str::to_owned);
    describe_host(options.root, &mut inventory)?;
    let is_running = is_running_system(options.root);
    let record = identity::record(options.root, is_running, &inventory.host);
    inventory.assets.push(record);
    if is_running {
        let (services, is_whole) = listening::services(Path::new("/proc"));
        inventory.services = services;
        if !is_whole {
            let text = "programs of other users are not seen; some services have only their port".to_owned();
            inventory.warnings.push(Warning { place: "services".to_owned(), text });
        }
    }
    databases::read_all(options.root, &mut inventory)?;
    let packages_whole = !inventory.partial;
    let mut collected = Collected { inventory, files: 0, folders: 0 };
    if options.walk_files {
        let found = walk::walk(options.root, progress)?;
        (collected.files, collected.folders) = (found.files, found.folders);
        languages::read_all(options.root, found, &mut collected.inventory)?;
    } else {
        // Nothing may be concluded of what lies about as files.
        collected.inventory.partial = true;
        collected.inventory.unread.push("/".to_owned());
    }
    collected.inventory.packages_whole = packages_whole && collected.inventory.partial;
    nest(&mut collected.inventory);
    mark_kernels(&mut collected.inventory);
    Ok(collected)
}

/// Parts follow the component that contains them, as in every document.
fn nest(inventory: &mut Inventory) {
    let mut parts: HashMap<String, Vec<Component>> = HashMap::new();
    let known: HashSet<String> = inventory.components.iter().filter_map(|one| one.id.clone()).collect();
    let (inner, outer): (Vec<Component>, Vec<Component>) = std::mem::take(&mut inventory.components)
        .into_iter()
        .partition(|one| one.parent.as_ref().is_some_and(|parent| known.contains(parent)));
    for component in inner {
        parts.entry(component.parent.clone().unwrap_or_default()).or_default().push(component);
    }
    // Containers hold packages, packages hold parts: the stack is never deeper than the nesting.
    let mut pending: Vec<Component> = outer.into_iter().rev().collect();
    while let Some(component) = pending.pop() {
        let inner = component.id.as_ref().and_then(|id| parts.remove(id)).unwrap_or_default();
        inventory.components.push(component);
        pending.extend(inner.into_iter().rev());
    }
}

/// Whether `root` is the running system and not a mounted image: only then do kernel and host name belong to it.
fn is_running_system(root: &Path) -> bool {
    root == Path::new("/")
}

fn describe_host(root: &Path, inventory: &mut Inventory) -> Result<(), CollectError> {
    let metadata = std::fs::metadata(root).map_err(|error| CollectError::read(root, &error))?;
    if !metadata.is_dir() {
        return Err(CollectError::NoFolder { path: root.to_owned() });
    }
    let release =
        read_optional(&root.join("etc/os-release"))?.or(read_optional(&root.join("usr/lib/os-release"))?);
    let mut system = None;
    if let Some(text) = &release {
        inventory.host = os_release::facts(text);
        system = os_release::component(text);
    }
    let host = &mut inventory.host;
    let first_line =
        |text: String| text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    if is_running_system(root) {
        host.kernel_release = read_optional(Path::new("/proc/sys/kernel/osrelease"))?.and_then(first_line);
        host.hostname = read_optional(Path::new("/proc/sys/kernel/hostname"))?.and_then(first_line);
        host.arch = Some(std::env::consts::ARCH.to_owned());
    } else {
        host.hostname = read_optional(&root.join("etc/hostname"))?.and_then(first_line);
    }
    let name = host.hostname.clone().unwrap_or_else(|| "host".to_owned());
    let subject = Subject {
        id: Some("host".to_owned()),
        kind: ComponentKind::Device,
        name: name.clone(),
        version: None,
        purl: None,
    };
    let device = Component { id: subject.id.clone(), kind: subject.kind, name, ..Component::default() };
    inventory.subject = Some(subject);
    inventory.components.push(device);
    inventory.components.extend(system);
    Ok(())
}

/// The text of a file, `None` when there is none. Bytes that are not UTF-8 are replaced: maintainers' names may be old.
fn read_optional(path: &Path) -> Result<Option<String>, CollectError> {
    Ok(read_optional_bytes(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn read_optional_bytes(path: &Path) -> Result<Option<Vec<u8>>, CollectError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(CollectError::read(path, &error)),
    }
}
