// SPDX-License-Identifier: Apache-2.0
//! Opens the metadata files that the walk found and adds one component per package and version, with all its places.

use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use hinomi_inventory_formats::{
    Component, Format, Inventory, ReadError, Warning, binary, declared, jar, language, pe, runtime,
};

use crate::error::CollectError;
use crate::kinds::Kind;
use crate::owned::{self, Owner};
use crate::walk::Found;

/// A metadata file larger than this describes no package.
const METADATA_BYTES_MAX: u64 = 8 << 20;
const WARNINGS_MAX: usize = 50;
const READ_BYTES_MAX: usize = 48 << 20;
/// A server's program that is looked through for its version.
const PROGRAM_BYTES_MAX: u64 = 24 << 20;

pub(crate) fn read_all(root: &Path, found: Found, inventory: &mut Inventory) -> Result<(), CollectError> {
    let owned = owned::owned(root, found.items.iter().map(|(_, path)| path), inventory)?;
    let mut packages =
        Packages { root, positions: HashMap::new(), owner: None, unread: Vec::new(), inventory };
    for (kind, path) in &found.items {
        packages.owner = owned.get(path).cloned();
        // What a distribution's own program was built from, its advisories know; and nobody installs a lock file.
        let is_vouched = packages.owner.as_ref().is_some_and(|owner| owner.is_distribution);
        if is_vouched
            && matches!(kind, Kind::Program | Kind::Runtime | Kind::Lock | Kind::Manifest | Kind::Declared)
        {
            continue;
        }
        packages.item(*kind, path);
    }
    let unread = packages.unread;
    report_denied(root, &found.denied, &unread, inventory);
    Ok(())
}

/// Places below which others come and go all the time: one word for all of them.
const SCRATCH: [&str; 3] = ["/tmp", "/var/tmp", "/run"];
/// More places than this, and it is as if nothing had been looked into.
const UNREAD_MAX: usize = 2_000;

fn report_denied(root: &Path, denied: &[PathBuf], files: &[PathBuf], inventory: &mut Inventory) {
    if let Some(first) = denied.first() {
        let text =
            format!("{} folders cannot be read by this user, the first is {}", denied.len(), first.display());
        inventory.warnings.push(Warning { place: "walk".to_owned(), text });
    }
    let places = denied.iter().chain(files).map(|path| {
        let place = place_in(root, path);
        let scratch = SCRATCH.into_iter().find(|scratch| Path::new(&place).starts_with(scratch));
        scratch.map_or(place, str::to_owned)
    });
    let mut places: Vec<String> = places.collect();
    places.sort_unstable();
    places.dedup();
    if places.len() > UNREAD_MAX {
        places = vec!["/".to_owned()];
    }
    inventory.partial |= !places.is_empty();
    inventory.unread.extend(places);
}

/// The path as the host itself has it.
fn place_in(root: &Path, path: &Path) -> String {
    format!("/{}", path.strip_prefix(root).unwrap_or(path).display())
}

struct Packages<'i> {
    root: &'i Path,
    /// Where the component of an identifier stands: the same package in two places is one component with two.
    positions: HashMap<String, usize>,
    /// The system package that the file being read belongs to.
    owner: Option<Owner>,
    /// Files that this user may not open.
    unread: Vec<PathBuf>,
    inventory: &'i mut Inventory,
}

impl Packages<'_> {
    fn item(&mut self, kind: Kind, path: &Path) {
        let one = |component: Option<Component>| Ok(component.into_iter().collect());
        match kind {
            Kind::Python => self.read(path, |text, _| one(language::python_metadata(text))),
            Kind::Node => self.read(path, |text, place| one(language::node_package(text, place)?)),
            Kind::Listed => self.read(path, listed),
            Kind::Lock => self.read(path, locked),
            Kind::Manifest => self.read(path, wanted),
            Kind::Declared => self.read(path, |text, place| {
                let mut found = declared::of_file(place, text);
                if declared::is_resolved(place) {
                    found.iter_mut().for_each(|component| component.scope = Some("optional".to_owned()));
                }
                Ok(found)
            }),
            Kind::Wordpress => {
                let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
                let folder = folder.unwrap_or_default().to_owned();
                self.read(path, |text, _| one(declared::wordpress(&folder, text)));
            }
            Kind::InnerLock => self.read(path, tested_with),
            Kind::WindowsProgram => self.read_windows_program(path),
            Kind::Runtime => {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
                self.read(path, |text, _| one(runtime::of_file(&name, text)));
            }
            Kind::Erlang => {
                // The libraries of the runtime itself and of Elixir; all others come from hex.pm.
                let place = path.to_string_lossy();
                let is_otp = place.contains("/erlang/lib/") || place.contains("/elixir/lib/");
                self.read(path, |text, _| one(runtime::erlang_application(text, is_otp)));
            }
            Kind::Jar => self.read_jar(path),
            Kind::Program => self.read_program(path),
        }
    }

    fn read(&mut self, path: &Path, parse: impl FnOnce(&str, &str) -> Result<Vec<Component>, ReadError>) {
        let place = self.place(path);
        let text = match read_text(path) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(error) => {
                self.refused(path, &error);
                return self.warn(place, &error);
            }
        };
        match parse(&text, &place) {
            Ok(components) => components.into_iter().for_each(|component| self.add(component, &place)),
            Err(error) => self.warn(place, &error),
        }
    }

    /// Most programs say nothing about their parts, and many may not be opened by everybody: neither is worth a word.
    fn read_program(&mut self, path: &Path) {
        let Some(file) = self.open(path) else { return };
        let mut is_elf = [0; 4];
        if file.read_exact_at(&mut is_elf, 0).is_err() || is_elf != *b"\x7fELF" {
            return;
        }
        let mut read_at = |offset: u64, count: usize| read_at(&file, offset, count);
        let place = self.place(path);
        for component in binary::packages(&mut read_at) {
            self.add(component, &place);
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if runtime::is_known_program(name)
            && file.metadata().is_ok_and(|metadata| metadata.len() <= PROGRAM_BYTES_MAX)
            && let Ok(content) = std::fs::read(path)
            && let Some(component) = runtime::of_program(name, &content)
        {
            self.add(component, &place);
        }
    }

    fn read_windows_program(&mut self, path: &Path) {
        let Some(file) = self.open(path) else { return };
        let place = self.place(path);
        if let Some(component) = pe::product(&mut |offset, count| read_at(&file, offset, count)) {
            self.add(component, &place);
        }
    }

    fn read_jar(&mut self, path: &Path) {
        let Some(file) = self.open(path) else { return };
        let Ok(size) = file.metadata().map(|metadata| metadata.len()) else { return };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut read_at = |offset: u64, count: usize| read_at(&file, offset, count);
        let place = self.place(path);
        let Some(jar) = jar::packages(&mut read_at, size, name) else {
            return self.warn(place, &"it is no archive, or a damaged one");
        };
        for (inner, component) in jar.packages {
            let place = if inner.is_empty() { place.clone() } else { format!("{place}!{inner}") };
            self.add(component, &place);
        }
        for inner in jar.unread {
            self.warn(format!("{place}!{inner}"), &"it is no archive, or too large or too deep");
        }
    }

    fn place(&self, path: &Path) -> String {
        place_in(self.root, path)
    }

    fn open(&mut self, path: &Path) -> Option<std::fs::File> {
        std::fs::File::open(path).inspect_err(|error| self.refused(path, error)).ok()
    }

    fn refused(&mut self, path: &Path, error: &std::io::Error) {
        if error.kind() == std::io::ErrorKind::PermissionDenied {
            self.unread.push(path.to_owned());
        }
    }

    /// What cannot be parsed is mostly a test's deliberately broken file; it is told, and the rest is read.
    fn warn(&mut self, place: String, error: &dyn std::fmt::Display) {
        if self.inventory.warnings.len() < WARNINGS_MAX {
            self.inventory.warnings.push(Warning { place, text: format!("not read: {error}") });
        }
    }

    fn add(&mut self, mut component: Component, place: &str) {
        let Some(mut id) = component.id.clone() else { return };
        if let Some(owner) = &self.owner {
            component.parent = Some(owner.package.clone()).filter(|package| !package.is_empty());
            id = format!("{}#{id}", owner.package);
            component.id = Some(id.clone());
            if owner.is_distribution {
                component.purl = None;
                component.cpe = None;
            }
        }
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

/// What package managers leave in files of their own forms; a file of another kind by that name says nothing.
fn listed(text: &str, place: &str) -> Result<Vec<Component>, ReadError> {
    if place.ends_with("/DESCRIPTION") && !text.lines().any(|line| line.starts_with("Built:")) {
        return Ok(Vec::new());
    }
    Ok(hinomi_inventory_formats::read(text.as_bytes(), place)?.components)
}

/// A project resolved these; whether they are installed is not said.
fn locked(text: &str, place: &str) -> Result<Vec<Component>, ReadError> {
    let inventory = match hinomi_inventory_formats::read(text.as_bytes(), place) {
        // Requirements without one exact version are no lock file.
        Err(_) if place.ends_with(".txt") => return Ok(Vec::new()),
        outcome => outcome?,
    };
    let mut components = inventory.components;
    components.iter_mut().for_each(|component| component.scope = Some("optional".to_owned()));
    Ok(components)
}

/// What a project wants in exactly one version; a file of that name in another form says nothing.
fn wanted(text: &str, place: &str) -> Result<Vec<Component>, ReadError> {
    let Ok(inventory) = hinomi_inventory_formats::read(text.as_bytes(), place) else { return Ok(Vec::new()) };
    let is_project =
        matches!(inventory.format, Format::PythonProject | Format::NugetProject | Format::CondaEnvironment);
    let mut components = if is_project { inventory.components } else { Vec::new() };
    components.iter_mut().for_each(|component| component.scope = Some("optional".to_owned()));
    Ok(components)
}

/// What the authors of an installed package tested with is neither installed nor resolved here: it is listed with the
/// scope that CycloneDX has for it, and nothing matches it.
fn tested_with(text: &str, place: &str) -> Result<Vec<Component>, ReadError> {
    let mut components = locked(text, place)?;
    for component in &mut components {
        component.scope = Some("excluded".to_owned());
        component.id = component.id.take().map(|id| format!("tested-with:{id}"));
        (component.purl, component.cpe) = (None, None);
    }
    Ok(components)
}

/// Up to so many bytes: a size that a hostile file claims is not trusted with memory.
fn read_at(file: &std::fs::File, offset: u64, count: usize) -> Option<Vec<u8>> {
    if count > READ_BYTES_MAX {
        return None;
    }
    let end = offset.checked_add(count as u64)?;
    if end > file.metadata().ok()?.len() {
        return None;
    }
    let mut bytes = vec![0; count];
    file.read_exact_at(&mut bytes, offset).ok().map(|()| bytes)
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
