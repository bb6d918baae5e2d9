// SPDX-License-Identifier: Apache-2.0
//! The advisories, arranged so that a component finds the few rows that may speak of it.
//!
//! ```text
//!   (ecosystem, name) ─hash─► package ─► rows[start .. start + count]
//!   row   lower and upper bound as byte keys (their first 8 bytes inline), context, record
//!   test  two u64 compares; the keys themselves only on a tie
//! ```
//!
//! An index is immutable. What it answers for a component depends only on the records that touch the
//! component's keys, and on the coverage: an index of just those records, given the same coverage, answers
//! the same. So a server can match one changed component, or one changed record, on its own.

mod build;
mod decide;
mod explain;
mod place;

use hinomi_version::Scheme;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

pub use build::{BadBound, IndexBuilder};
pub use explain::Step;

use crate::arena::{Arena, NONE};
use crate::coverage::Coverage;
use crate::evidence::MatchSet;
use crate::query::ComponentQuery;
use crate::resolve::resolve;

/// What a row's bounds mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// From `lo`, without end.
    Open,
    /// From `lo` to before `hi`, which is fixed.
    Fixed,
    /// From `lo` to `hi`.
    LastAffected,
    /// From `lo` to before `hi`, where the record stops.
    Limit,
    /// The version `lo`.
    Exact,
    /// The version whose text is `lo_text`.
    Text,
    /// A range that nothing here can evaluate.
    Unordered,
}

/// One interval, or one enumerated version, of one package in one record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) lo_prefix: u64,
    pub(crate) hi_prefix: u64,
    pub(crate) lo: u32,
    pub(crate) hi: u32,
    pub(crate) lo_text: u32,
    pub(crate) hi_text: u32,
    pub(crate) record: u32,
    pub(crate) context: u32,
    pub(crate) affected: u32,
    pub(crate) range: u32,
    pub(crate) kind: RowKind,
    pub(crate) scheme: Scheme,
    pub(crate) flags: u8,
}

/// The lower bound has a local part, which then counts (PEP 440).
pub(crate) const LO_IS_LOCAL: u8 = 1;
/// The upper bound has.
pub(crate) const HI_IS_LOCAL: u8 = 2;
/// The range is one of semantic versions.
pub(crate) const SEMVER_RANGE: u8 = 4;
/// A bound is the version of a modular rpm.
pub(crate) const MODULAR: u8 = 8;

/// Where a row applies; `NONE` where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    pub(crate) release: u32,
    pub(crate) channel: u32,
    /// Module streams, separated by spaces.
    pub(crate) module: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PackageEntry {
    hash: u64,
    ecosystem: u32,
    name: u32,
    row_start: u32,
    row_count: u32,
}

/// Packages by hash of ecosystem and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct PackageTable {
    slots: Vec<u32>,
    entries: Vec<PackageEntry>,
}

pub(crate) fn package_hash(ecosystem: &str, name: &str) -> u64 {
    xxh3_64_with_seed(name.as_bytes(), xxh3_64(ecosystem.as_bytes()))
}

impl PackageTable {
    fn slot_of(hash: u64, mask: usize) -> usize {
        usize::try_from(hash & mask as u64).unwrap_or(0)
    }

    fn find(&self, texts: &Arena, hash: u64, ecosystem: &str, name: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = Self::slot_of(hash, mask);
        loop {
            let index = self.slots[slot];
            let entry = self.entries.get(index as usize)?;
            if entry.hash == hash
                && texts.get(entry.name) == name.as_bytes()
                && texts.get(entry.ecosystem) == ecosystem.as_bytes()
            {
                return Some(index);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn insert(&mut self, entry: PackageEntry) -> u32 {
        if (self.entries.len() + 1) * 2 > self.slots.len() {
            let size = (self.slots.len() * 2).max(64);
            self.slots = vec![NONE; size];
            for (index, known) in self.entries.iter().enumerate() {
                Self::place(&mut self.slots, known.hash, u32::try_from(index).unwrap_or(NONE));
            }
        }
        let index = u32::try_from(self.entries.len()).unwrap_or(NONE);
        Self::place(&mut self.slots, entry.hash, index);
        self.entries.push(entry);
        index
    }

    fn place(slots: &mut [u32], hash: u64, index: u32) {
        let mask = slots.len() - 1;
        let mut slot = Self::slot_of(hash, mask);
        while slots[slot] != NONE {
            slot = (slot + 1) & mask;
        }
        slots[slot] = index;
    }
}

/// Texts and version keys, each stored once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    pub(crate) texts: Arena,
    pub(crate) keys: Arena,
}

/// Every loaded advisory, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub(crate) store: Store,
    pub(crate) packages: PackageTable,
    pub(crate) rows: Vec<Row>,
    pub(crate) contexts: Vec<Context>,
    /// Identifier of each record.
    pub(crate) records: Vec<u32>,
    pub(crate) coverage: Coverage,
}

impl Index {
    /// Starts an empty index.
    #[must_use]
    pub fn builder() -> IndexBuilder {
        IndexBuilder::default()
    }

    /// Everything that the advisories say about a component.
    ///
    /// ```
    /// use hinomi_match::{ComponentQuery, Index};
    ///
    /// let record = br#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "Demo"},
    ///   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}"#;
    /// let mut builder = Index::builder();
    /// for advisory in hinomi_advisory_formats::read(record, "demo.json")? {
    ///     builder.add(&advisory);
    /// }
    /// let index = builder.finish();
    ///
    /// let component = ComponentQuery { purl: Some("pkg:pypi/demo@1.1"), name: "demo", ..Default::default() };
    /// let found = index.match_component(&component);
    /// assert_eq!(found.matches[0].advisory, "DEMO-1");
    /// assert_eq!(found.matches[0].fixed.as_deref(), Some("1.2"));
    /// # Ok::<(), hinomi_advisory_formats::ReadError>(())
    /// ```
    #[must_use]
    pub fn match_component(&self, query: &ComponentQuery<'_>) -> MatchSet {
        decide::decide(self, resolve(query))
    }

    /// What the advisories speak of.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Ecosystem, release and number of affected entries, sorted.
    pub fn ecosystems(&self) -> impl Iterator<Item = (&str, Option<&str>, u64)> {
        self.coverage.iter()
    }

    /// Number of packages, rows and records.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        Sizes { packages: self.packages.entries.len(), rows: self.rows.len(), records: self.records.len() }
    }

    pub(crate) fn rows_of(&self, ecosystem: &str, name: &str) -> &[Row] {
        let hash = package_hash(ecosystem, name);
        let Some(index) = self.packages.find(&self.store.texts, hash, ecosystem, name) else { return &[] };
        let Some(entry) = self.packages.entries.get(index as usize) else { return &[] };
        let start = entry.row_start as usize;
        self.rows.get(start..start + entry.row_count as usize).unwrap_or_default()
    }

    pub(crate) fn optional_text(&self, index: u32) -> Option<String> {
        (index != NONE).then(|| self.store.texts.text(index).to_owned())
    }
}

/// How much an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Distinct packages.
    pub packages: usize,
    /// Intervals and enumerated versions.
    pub rows: usize,
    /// Records, the withdrawn ones too.
    pub records: usize,
}

/// The first eight bytes, so that they compare as the key does; a tie is decided by the key.
pub(crate) fn prefix_of(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = key.len().min(8);
    first[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(first)
}
