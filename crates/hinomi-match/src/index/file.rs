// SPDX-License-Identifier: Apache-2.0
//! The index as one immutable file, made to be mapped and used in place.
//!
//! ```text
//!   header  magic, format, number of sections, length of the file, order fingerprint, checksum ─ 64 bytes
//!   table   one entry a section: number, offset, length, checksum (XXH3-64)                    ─ 32 bytes each
//!   sections, each at a multiple of 64: texts, keys, packages, rows, contexts, records and their names,
//!            statements, atoms and operations of configurations, notes, coverage
//! ```
//!
//! All numbers are little-endian. Opening checks the header, the table and the bounds and alignment of every
//! section, and touches nothing else; `verify` checks the sections' contents. Every number that leads from
//! one section into another is looked up with its bounds checked; one that leads nowhere makes the answer, and
//! every later one, *unknown: the index is damaged*, with the section (see [`Index::damaged`]). The fingerprint says how versions were turned into keys: a file made by another
//! order is refused instead of answering wrongly.

use bytemuck::{Pod, Zeroable, bytes_of, cast_slice};
use hinomi_version::{Scheme, encode};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{Index, PackageTable, Store};
use crate::arena::{Arena, Harm};
use crate::coverage::Coverage;
use crate::section::{Section, SharedBytes};

const MAGIC: [u8; 8] = *b"HINOMIDX";
const FORMAT: u32 = 2;
const ALIGNMENT: usize = 64;
const NAMES: [&str; 17] = [
    "texts.bytes",
    "texts.ends",
    "texts.slots",
    "keys.bytes",
    "keys.ends",
    "keys.slots",
    "packages.slots",
    "packages.entries",
    "rows",
    "contexts",
    "records",
    "names",
    "statements",
    "atoms",
    "operations",
    "notes",
    "coverage",
];

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    format: u32,
    sections: u32,
    file_bytes: u64,
    order: u64,
    /// Of the section table.
    table_checksum: u64,
    unused: [u64; 2],
    /// Of everything above.
    checksum: u64,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Entry {
    number: u64,
    offset: u64,
    bytes: u64,
    checksum: u64,
}

const HEADER_BYTES: usize = size_of::<Header>();
const ENTRY_BYTES: usize = size_of::<Entry>();

/// Why a file is no usable index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexFileError {
    /// It is something else.
    #[error("not an index file")]
    NotAnIndex,
    /// It was written by another version of the format.
    #[error("index format {found}, this program reads {FORMAT}: build the index again")]
    Format {
        /// The version found.
        found: u32,
    },
    /// Its keys were made by another order of versions.
    #[error("the index was built with another order of versions: build it again")]
    Order,
    /// It ends early or was changed.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// This machine's byte order is not that of the format.
    #[error("index files are little-endian, this machine is not")]
    ByteOrder,
}

/// One section, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionInfo {
    /// Its name.
    pub name: &'static str,
    /// Its length.
    pub bytes: u64,
}

impl Index {
    /// The index as the bytes of a file.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        let coverage = serde_json::to_vec(&self.coverage).unwrap_or_default();
        let parts: [&[u8]; NAMES.len()] = [
            self.store.texts.bytes.as_slice(),
            cast_slice(self.store.texts.ends.as_slice()),
            cast_slice(self.store.texts.slots.as_slice()),
            self.store.keys.bytes.as_slice(),
            cast_slice(self.store.keys.ends.as_slice()),
            cast_slice(self.store.keys.slots.as_slice()),
            cast_slice(self.packages.slots.as_slice()),
            cast_slice(self.packages.entries.as_slice()),
            cast_slice(self.rows.as_slice()),
            cast_slice(self.contexts.as_slice()),
            cast_slice(self.records.as_slice()),
            cast_slice(self.names.as_slice()),
            cast_slice(self.statements.as_slice()),
            cast_slice(self.atoms.as_slice()),
            cast_slice(self.operations.as_slice()),
            cast_slice(self.notes.as_slice()),
            &coverage,
        ];
        let mut entries = Vec::with_capacity(parts.len());
        let mut end = HEADER_BYTES + parts.len() * ENTRY_BYTES;
        for (number, part) in parts.iter().enumerate() {
            let offset = end.next_multiple_of(ALIGNMENT);
            end = offset + part.len();
            entries.push(Entry {
                number: number as u64,
                offset: offset as u64,
                bytes: part.len() as u64,
                checksum: xxh3_64(part),
            });
        }
        let mut header = Header {
            magic: MAGIC,
            format: FORMAT,
            sections: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            file_bytes: end as u64,
            order: order_fingerprint(),
            table_checksum: xxh3_64(cast_slice(&entries)),
            unused: [0; 2],
            checksum: 0,
        };
        header.checksum = checksum_of(&header);
        let mut file = Vec::with_capacity(end);
        file.extend_from_slice(bytes_of(&header));
        file.extend_from_slice(cast_slice(&entries));
        for (part, entry) in parts.iter().zip(&entries) {
            file.resize(usize::try_from(entry.offset).unwrap_or(usize::MAX), 0);
            file.extend_from_slice(part);
        }
        file
    }

    /// Opens an index in bytes that somebody mapped or read; nothing is copied but the coverage.
    pub fn open(bytes: SharedBytes) -> Result<Self, IndexFileError> {
        let entries = table((*bytes).as_ref())?;
        let mut parts = Parts { bytes: &bytes, entries: &entries, next: 0 };
        let harm = Harm::default();
        let index = Self {
            store: Store { texts: parts.arena(&harm)?, keys: parts.arena(&harm)? },
            packages: PackageTable { slots: parts.take()?, entries: parts.take()? },
            rows: parts.take()?,
            contexts: parts.take()?,
            records: parts.take()?,
            names: parts.take()?,
            statements: parts.take()?,
            atoms: parts.take()?,
            operations: parts.take()?,
            notes: parts.take()?,
            coverage: parts.coverage()?,
            harm: harm.clone(),
        };
        let tables =
            [&index.store.texts.slots, &index.store.keys.slots, &index.packages.slots].map(Section::len);
        if tables.iter().any(|length| *length != 0 && !length.is_power_of_two()) {
            return Err(damaged("a hash table has an impossible length"));
        }
        Ok(index)
    }

    /// Checks every section of a file against its checksum.
    pub fn verify(bytes: &[u8]) -> Result<(), IndexFileError> {
        for (entry, name) in table(bytes)?.iter().zip(NAMES) {
            let part =
                part_of(bytes, entry).ok_or_else(|| damaged(format!("{name} lies outside the file")))?;
            if xxh3_64(part) != entry.checksum {
                return Err(damaged(format!("the checksum of {name} does not match")));
            }
        }
        Ok(())
    }

    /// The sections of a file.
    pub fn sections(bytes: &[u8]) -> Result<Vec<SectionInfo>, IndexFileError> {
        let entries = table(bytes)?;
        Ok(entries.iter().zip(NAMES).map(|(entry, name)| SectionInfo { name, bytes: entry.bytes }).collect())
    }
}

struct Parts<'a> {
    bytes: &'a SharedBytes,
    entries: &'a [Entry],
    next: usize,
}

impl Parts<'_> {
    fn range(&mut self) -> Result<(usize, usize), IndexFileError> {
        let entry = self.entries.get(self.next).ok_or_else(|| damaged("a section is missing"))?;
        self.next += 1;
        let bounds = |entry: &Entry| {
            let start = usize::try_from(entry.offset).ok()?;
            Some((start, start.checked_add(usize::try_from(entry.bytes).ok()?)?))
        };
        bounds(entry).ok_or_else(|| damaged("a section lies outside the file"))
    }

    fn take<T: Pod>(&mut self) -> Result<Section<T>, IndexFileError> {
        let name = NAMES.get(self.next).copied().unwrap_or_default();
        let (start, end) = self.range()?;
        Section::shared(self.bytes, start, end)
            .ok_or_else(|| damaged(format!("{name} is not whole or not aligned")))
    }

    fn arena(&mut self, harm: &Harm) -> Result<Arena, IndexFileError> {
        Ok(Arena { bytes: self.take()?, ends: self.take()?, slots: self.take()?, harm: harm.clone() })
    }

    fn coverage(&mut self) -> Result<Coverage, IndexFileError> {
        let (start, end) = self.range()?;
        let part = (**self.bytes)
            .as_ref()
            .get(start..end)
            .ok_or_else(|| damaged("coverage lies outside the file"))?;
        serde_json::from_slice(part).map_err(|error| damaged(format!("coverage: {error}")))
    }
}

fn damaged(cause: impl Into<String>) -> IndexFileError {
    IndexFileError::Damaged(cause.into())
}

fn part_of<'a>(bytes: &'a [u8], entry: &Entry) -> Option<&'a [u8]> {
    let start = usize::try_from(entry.offset).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(entry.bytes).ok()?)?)
}

/// The section table of a file whose header and table are whole.
fn table(bytes: &[u8]) -> Result<Vec<Entry>, IndexFileError> {
    if cfg!(target_endian = "big") {
        return Err(IndexFileError::ByteOrder);
    }
    let head = bytes
        .get(..HEADER_BYTES)
        .filter(|head| head.starts_with(&MAGIC))
        .ok_or(IndexFileError::NotAnIndex)?;
    let header: Header = bytemuck::pod_read_unaligned(head);
    if header.format != FORMAT {
        return Err(IndexFileError::Format { found: header.format });
    }
    if header.checksum != checksum_of(&header) {
        return Err(damaged("the checksum of the header does not match"));
    }
    if header.file_bytes != bytes.len() as u64 {
        return Err(damaged(format!("{} bytes long instead of {}", bytes.len(), header.file_bytes)));
    }
    if header.order != order_fingerprint() {
        return Err(IndexFileError::Order);
    }
    if header.sections as usize != NAMES.len() {
        return Err(damaged("a section is missing"));
    }
    let table = bytes
        .get(HEADER_BYTES..HEADER_BYTES + NAMES.len() * ENTRY_BYTES)
        .filter(|table| xxh3_64(table) == header.table_checksum)
        .ok_or_else(|| damaged("the checksum of the section table does not match"))?;
    let entries: Vec<Entry> = table.chunks_exact(ENTRY_BYTES).map(bytemuck::pod_read_unaligned).collect();
    if entries.iter().enumerate().any(|(number, entry)| entry.number != number as u64) {
        return Err(damaged("the sections are out of order"));
    }
    Ok(entries)
}

fn checksum_of(header: &Header) -> u64 {
    xxh3_64(bytes_of(&Header { checksum: 0, ..*header }))
}

/// How versions become keys, over samples that meet every branch of the encoders.
fn order_fingerprint() -> u64 {
    use hinomi_version::cpe::comparable;
    const SAMPLES: [&str; 14] = [
        "0",
        "1.0",
        "1.2.3-rc.1+b2",
        "v2.0.0-20200101000000-abcdefabcdef",
        "1:2.3~rc1-4+deb12u1",
        "1!2.0a1.post2.dev3+local.4",
        "1.2.3_rc1-r4",
        "2.0^git1-3.el9_2",
        "1.0-SNAPSHOT",
        "1.0.0.Final",
        "dev-main",
        "10.200.3000a",
        "2.4.7-p1",
        "9.11.37-S1+security-01",
    ];
    let mut state = Xxh3::new();
    for sample in SAMPLES {
        state.update(comparable(sample).as_bytes());
    }
    for scheme in Scheme::all() {
        state.update(scheme.name().as_bytes());
        for sample in SAMPLES {
            match encode(scheme, sample) {
                Ok(key) => state.update(&key),
                Err(_) => state.update(b"\xff"),
            }
        }
    }
    state.digest()
}
