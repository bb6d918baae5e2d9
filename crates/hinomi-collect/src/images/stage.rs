// SPDX-License-Identifier: Apache-2.0
//! Layers, each once, in a scratch folder: the files that say what is installed, and what the layer takes away.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hinomi_archive::{Limits, TarFile, tar_files};

use super::Layer;
use crate::CollectError;
use crate::databases;
use crate::kinds::{self, Kind, Role};
use crate::walk::PROGRAM_BYTES_MIN;

/// No metadata file or program that is looked into is larger.
const FILE_BYTES_MAX: u64 = 512 << 20;
/// Everything that all layers may leave in the scratch folder.
const STAGED_BYTES_MAX: u64 = 32 << 30;
/// What marks a file as removed (OCI image-spec 1.1, "Whiteouts").
const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";

/// What a layer takes away from those below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Removal {
    /// A file or a folder with everything in it.
    Path(PathBuf),
    /// What the layers below have in this folder.
    Inside(PathBuf),
}

/// A staged layer.
#[derive(Debug, Default)]
pub(super) struct Staged {
    pub(super) folder: PathBuf,
    /// Relative paths of the files that are kept.
    pub(super) files: Vec<PathBuf>,
    pub(super) removals: Vec<Removal>,
}

#[derive(Debug)]
pub(crate) struct Stage {
    folder: tempfile::TempDir,
    layers: Vec<Staged>,
    known: HashMap<Layer, usize>,
    bytes: u64,
}

impl Stage {
    pub(super) fn new(scratch: &Path) -> Result<Self, CollectError> {
        let folder = tempfile::Builder::new().prefix("hinomi-images-").tempdir_in(scratch);
        let folder = folder.map_err(|error| CollectError::write(scratch, &error))?;
        Ok(Self { folder, layers: Vec::new(), known: HashMap::new(), bytes: 0 })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn staged(&self, at: usize) -> Option<&Staged> {
        self.layers.get(at)
    }

    /// The number of a layer, staged when it is asked for first.
    pub(super) fn layer(&mut self, layer: &Layer) -> Result<usize, CollectError> {
        if let Some(known) = self.known.get(layer) {
            return Ok(*known);
        }
        match layer {
            Layer::Archive(path) => {
                let mut file = fs::File::open(path).map_err(|error| CollectError::read(path, &error))?;
                self.archive(layer.clone(), &path.display().to_string(), &mut file)
            }
            Layer::Folder(path) => self.unpacked(layer.clone(), path),
            Layer::Member(name) => {
                Err(CollectError::Image { what: format!("layer {name} is not in the archive") })
            }
        }
    }

    fn begin(&mut self) -> Staged {
        let folder = self.folder.path().join(format!("layer-{}", self.layers.len()));
        Staged { folder, ..Staged::default() }
    }

    fn end(&mut self, layer: Layer, staged: Staged) -> usize {
        self.layers.push(staged);
        self.known.insert(layer, self.layers.len() - 1);
        self.layers.len() - 1
    }

    /// Stages a layer that comes as an archive.
    pub(super) fn archive(
        &mut self,
        layer: Layer,
        place: &str,
        reader: &mut dyn Read,
    ) -> Result<usize, CollectError> {
        let mut staged = self.begin();
        let mut bytes = self.bytes;
        tar_files(place, reader, &Limits::default(), &mut |file| member(&mut staged, &mut bytes, file))?;
        self.bytes = bytes;
        Ok(self.end(layer, staged))
    }

    /// Stages a layer that an overlay driver has unpacked.
    fn unpacked(&mut self, layer: Layer, folder: &Path) -> Result<usize, CollectError> {
        let mut staged = self.begin();
        let mut pending = vec![PathBuf::new()];
        while let Some(inside) = pending.pop() {
            let here = folder.join(&inside);
            let entries = fs::read_dir(&here).map_err(|error| CollectError::read(&here, &error))?;
            for entry in entries.flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let path = inside.join(entry.file_name());
                if kind.is_dir() {
                    pending.push(path);
                } else if kind.is_char_device() {
                    // A device 0/0 is what overlayfs has for a removed file (kernel, overlayfs.rst, "whiteouts").
                    staged.removals.push(Removal::Path(path));
                } else if kind.is_file() {
                    let size = entry.metadata().map_or(0, |metadata| metadata.len());
                    let Ok(mut content) = fs::File::open(entry.path()) else { continue };
                    let file = Candidate { path: &path, size };
                    keep(&mut staged, &mut self.bytes, file, &mut content)
                        .map_err(|error| CollectError::read(&entry.path(), &error))?;
                }
            }
        }
        Ok(self.end(layer, staged))
    }
}

struct Candidate<'a> {
    path: &'a Path,
    size: u64,
}

fn member(staged: &mut Staged, bytes: &mut u64, file: TarFile<'_>) -> io::Result<()> {
    // What would lead out of the layer is no file of it.
    let Some(path) = inside(file.name) else { return Ok(()) };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some(removed) = name.strip_prefix(WHITEOUT) {
        let parent = path.parent().unwrap_or(Path::new(""));
        staged.removals.push(match name {
            OPAQUE => Removal::Inside(parent.to_owned()),
            _ => Removal::Path(parent.join(removed)),
        });
        return Ok(());
    }
    keep(staged, bytes, Candidate { path: &path, size: file.size }, file.content)
}

/// The path below a root, without steps that go elsewhere.
pub(super) fn inside(name: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for step in name.split('/') {
        match step {
            "" | "." => {}
            ".." => return None,
            step if step.contains('\0') => return None,
            step => path.push(step),
        }
    }
    (!path.as_os_str().is_empty()).then_some(path)
}

fn keep(staged: &mut Staged, bytes: &mut u64, file: Candidate<'_>, content: &mut dyn Read) -> io::Result<()> {
    let wanted = wanted(file.path, file.size);
    if wanted == Wanted::No || file.size > FILE_BYTES_MAX {
        return Ok(());
    }
    let mut head = Vec::with_capacity(4);
    Read::take(&mut *content, 4).read_to_end(&mut head)?;
    if wanted == Wanted::IfProgram && head != b"\x7fELF" {
        return Ok(());
    }
    *bytes = bytes.saturating_add(file.size);
    if *bytes > STAGED_BYTES_MAX {
        return Err(io::Error::other(format!("the layers hold more than {STAGED_BYTES_MAX} bytes")));
    }
    let target = staged.folder.join(file.path);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut output = fs::File::create(&target)?;
    io::copy(&mut head.as_slice().chain(content), &mut output)?;
    if wanted == Wanted::IfProgram {
        output.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    staged.files.push(file.path.to_owned());
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    /// If it is one: its first bytes tell.
    IfProgram,
    No,
}

/// As the walk decides, from a path alone.
fn wanted(path: &Path, size: u64) -> Wanted {
    if databases::is_part(path) || is_identity(path) {
        return Wanted::Yes;
    }
    let steps: Vec<&[u8]> = path.iter().map(std::ffi::OsStr::as_encoded_bytes).collect();
    let Some((name, folders)) = steps.split_last() else { return Wanted::No };
    if let Some(parent) = folders.last() {
        let is_python = (parent.ends_with(b".dist-info") && *name == b"METADATA")
            || ((parent.ends_with(b".egg-info") || *parent == b"EGG-INFO") && *name == b"PKG-INFO");
        if is_python {
            return Wanted::Yes;
        }
    }
    let mut role = Role::Plain;
    let mut parent: &[u8] = b"";
    for folder in folders {
        role = role.of_child(parent, folder);
        parent = folder;
    }
    match kinds::of(role, name) {
        Some(Kind::Program) => Wanted::IfProgram,
        Some(_) => Wanted::Yes,
        None if size >= PROGRAM_BYTES_MIN && kinds::may_be_program(name) => Wanted::IfProgram,
        None => Wanted::No,
    }
}

fn is_identity(path: &Path) -> bool {
    ["etc/os-release", "usr/lib/os-release"].iter().any(|known| path == Path::new(known))
}
