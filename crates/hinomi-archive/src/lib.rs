// SPDX-License-Identifier: Apache-2.0
//! How every file is opened: what it is is decided by its content, never by its name.
//!
//! ```text
//!  file | folder | bytes | reader
//!        └─→ sniff ─┬─ gzip, zstd, xz, bzip2 ─→ guarded ────┐
//!                   ├─ tar ─→ each member ─────────────────┤→ sniff again (bounded depth)
//!                   ├─ zip ─→ each member ─────────────────┘
//!                   └─ anything else ─→ a leaf: visit(Entry { path: "outer.tar.zst!inner/a.json", bytes })
//! ```
//!
//! What must stay true:
//! - Only one leaf is in memory at a time, and no leaf is larger than [`Limits::max_entry_bytes`].
//! - Names inside archives are data. Nothing is ever written, so `../../etc/passwd` is only a strange label.
//! - A broken member is reported as an [`Entry`] whose `bytes` is an error that names its place; the walk goes on
//!   with what can still be read. Only an input that cannot be opened at all makes [`walk`] fail.
//!
//! ```
//! use std::ops::ControlFlow;
//! use hinomi_archive::{ArchiveError, Limits, walk_bytes};
//!
//! // Whatever it is: a document, something compressed, an archive of archives.
//! let upload = b"{\"id\": \"DEMO-1\"}";
//! let mut sizes = Vec::new();
//! walk_bytes("upload.json", upload, &Limits::strict(), &mut |entry| {
//!     match entry.bytes {
//!         Ok(bytes) => sizes.push((entry.path, bytes.len())),
//!         // A broken or too large member costs nothing but itself.
//!         Err(error) => eprintln!("{error}"),
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!(sizes, [("upload.json".to_owned(), 16)]);
//! # Ok::<(), ArchiveError>(())
//! ```

mod error;
mod files;
mod layer;
mod sniff;
mod tar;
mod walker;
mod zip;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

pub use error::ArchiveError;
pub use files::{TarFile, tar_files};
pub use sniff::{Kind, SNIFF_BYTES, sniff};

/// Bounds that every walk keeps. Crossing one is an [`ArchiveError::Limit`], never an exhausted machine.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest input file (each file of a folder on its own).
    pub max_input_bytes: u64,
    /// Sum of everything that all decoders of one walk may produce.
    pub max_expanded_bytes: u64,
    /// Largest single document held in memory.
    pub max_entry_bytes: u64,
    /// Decoded bytes per encoded byte of one layer, looked at beyond [`RATIO_FLOOR_BYTES`]. Deflate cannot
    /// exceed 1032; real collections of similar documents reach about 100 under Zstandard with a long window.
    pub max_ratio: u64,
    /// Leaves and containers visited in one walk.
    pub max_entries: u64,
    /// Archives and compressions inside one another.
    pub max_nesting: usize,
}

/// Output of one decoder up to which the ratio is not looked at: tiny files of zeros are harmless.
pub const RATIO_FLOOR_BYTES: u64 = 16 << 20;

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_input_bytes: 32 << 30,
            max_expanded_bytes: 256 << 30,
            max_entry_bytes: 2 << 30,
            max_ratio: 1000,
            max_entries: 20_000_000,
            max_nesting: 6,
        }
    }
}

impl Limits {
    /// Bounds for what a stranger uploads: a document of at most 256 MiB, 2 GiB in all.
    pub fn strict() -> Self {
        Limits {
            max_input_bytes: 512 << 20,
            max_expanded_bytes: 2 << 30,
            max_entry_bytes: 256 << 20,
            max_ratio: 300,
            max_entries: 200_000,
            max_nesting: 4,
        }
    }
}

/// One leaf document, or the reason why there is none at this place.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Where it lies: container and member are joined by `!`. Compression alone adds nothing to the path.
    pub path: String,
    pub bytes: Result<Cow<'a, [u8]>, ArchiveError>,
}

/// Takes documents: small ones whole, and from a size of its choice on as streams, which [`Limits::max_entry_bytes`]
/// does not bound.
pub trait Visitor {
    fn entry(&mut self, entry: Entry<'_>) -> ControlFlow<()>;

    /// Documents of more bytes come as streams.
    fn stream_from(&self) -> Option<u64> {
        None
    }

    /// A large document. An error that comes from `content` is to be handed back as it is: the walk knows its place.
    fn stream(&mut self, path: &str, content: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        let _unread = (path, content);
        Ok(ControlFlow::Continue(()))
    }
}

/// As [`walk`], for a visitor that takes large documents as streams.
pub fn walk_large(path: &Path, limits: &Limits, visitor: &mut dyn Visitor) -> Result<(), ArchiveError> {
    walker::walk_path(path, limits, visitor)
}

/// As [`walk_large`], for an open file; `name` begins every path.
pub fn walk_file(
    name: &str,
    file: File,
    limits: &Limits,
    visitor: &mut dyn Visitor,
) -> Result<(), ArchiveError> {
    walker::walk_file(name, file, limits, visitor)
}

/// Visits every leaf document under `path`: a file, a folder (sorted by name, links to folders not followed), an
/// archive, a compressed file, and archives inside archives.
pub fn walk(
    path: &Path,
    limits: &Limits,
    visit: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    walker::walk_path(path, limits, &mut walker::WholeOnly(visit))
}

/// As [`walk`], for bytes in hand; `name` begins every path. A plain document is passed on without a copy.
pub fn walk_bytes(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    visit: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    walker::walk_bytes(name, bytes, limits, &mut walker::WholeOnly(visit))
}

/// As [`walk`], for a stream such as standard input or an upload. A zip archive is held in memory.
pub fn walk_reader(
    name: &str,
    reader: &mut dyn Read,
    limits: &Limits,
    visit: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    walker::walk_reader(name, reader, limits, &mut walker::WholeOnly(visit))
}
