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
mod by_cpe;
mod by_name;
mod changed;
mod configurations;
mod context;
mod decide;
mod explain;
mod file;
mod found;
mod hosted;
mod judge;
mod names;
mod place;
mod row;
mod sources;
mod statements;

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

pub(crate) use build::is_modular;
pub use build::{BadBound, IndexBuilder};
pub(crate) use by_name::named_product;
pub use changed::{Hit, Told};
pub use explain::Step;
pub use file::{IndexFileError, SectionInfo};
pub(crate) use place::public_part;
pub(crate) use row::{
    Atom, CPE, Context, HI_IS_LOCAL, LO_EXCLUSIVE, LO_IS_LOCAL, MODULAR, RecordEntry, Row, RowKind,
    SEMVER_RANGE, StatementEntry, Verdict, scheme_code,
};
pub use sources::{Asked, SourcePackages};

use crate::arena::{Arena, Harm, NONE, is_in_its_run};
use crate::coverage::Coverage;
use crate::evidence::{Answer, Match, MatchSet};
use crate::host::Host;
use crate::query::{ComponentQuery, PackageKey, Resolved, UnknownReason};
use crate::resolve::resolve;
use crate::roster::Roster;
use crate::section::Section;

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
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
    slots: Section<u32>,
    entries: Section<PackageEntry>,
}

pub(crate) fn package_hash(ecosystem: &str, name: &str) -> u64 {
    xxh3_64_with_seed(name.as_bytes(), xxh3_64(ecosystem.as_bytes()))
}

impl PackageTable {
    fn slot_of(hash: u64, mask: usize) -> usize {
        usize::try_from(hash & mask as u64).unwrap_or(0)
    }

    fn find(&self, texts: &Arena, hash: u64, ecosystem: &str, name: &str) -> Option<u32> {
        let (slots, entries) = (self.slots.as_slice(), self.entries.as_slice());
        let mask = slots.len().checked_sub(1)?;
        let first = Self::slot_of(hash, mask);
        for step in 0..=mask {
            let index = slots[(first + step) & mask];
            if index == NONE {
                return None;
            }
            let Some(entry) = entries.get(index as usize) else {
                texts.harm.note("packages.slots");
                return None;
            };
            if entry.hash == hash
                && texts.get(entry.name) == name.as_bytes()
                && texts.get(entry.ecosystem) == ecosystem.as_bytes()
            {
                return Some(index);
            }
            if !is_in_its_run(slots, Self::slot_of(entry.hash, mask), (first + step) & mask) {
                texts.harm.note("packages.entries");
            }
        }
        texts.harm.note("packages.slots");
        None
    }

    /// Whether any package has the hash.
    fn has_hash(&self, texts: &Arena, hash: u64) -> bool {
        let (slots, entries) = (self.slots.as_slice(), self.entries.as_slice());
        let Some(mask) = slots.len().checked_sub(1) else { return false };
        let first = Self::slot_of(hash, mask);
        for step in 0..=mask {
            let index = slots[(first + step) & mask];
            if index == NONE {
                return false;
            }
            match entries.get(index as usize) {
                Some(entry) if entry.hash == hash => return true,
                // What an exact look-up passes over and what it finds wrong, it shall see itself.
                Some(entry)
                    if is_in_its_run(slots, Self::slot_of(entry.hash, mask), (first + step) & mask) => {}
                _ => return true,
            }
        }
        texts.harm.note("packages.slots");
        true
    }

    fn insert(&mut self, entry: PackageEntry) -> u32 {
        if (self.entries.len() + 1) * 2 > self.slots.len() {
            let size = (self.slots.len() * 2).max(64);
            let mut slots = vec![NONE; size];
            for (index, known) in self.entries.as_slice().iter().enumerate() {
                Self::place(&mut slots, known.hash, u32::try_from(index).unwrap_or(NONE));
            }
            *self.slots.to_mut() = slots;
        }
        let index = u32::try_from(self.entries.len()).unwrap_or(NONE);
        Self::place(self.slots.to_mut(), entry.hash, index);
        self.entries.to_mut().push(entry);
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

/// What a reader wants to know of a record beside its ranges.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NoteEntry {
    id: u32,
    vulnerability: u32,
    severity: u32,
}

/// What an index remembers of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// Canonical id of its alias group.
    pub vulnerability: &'a str,
    /// Its severity, in the words of whoever built the index.
    pub severity: &'a str,
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
    pub(crate) rows: Section<Row>,
    pub(crate) contexts: Section<Context>,
    pub(crate) records: Section<RecordEntry>,
    /// The vulnerabilities that records stand for.
    pub(crate) names: Section<u32>,
    pub(crate) statements: Section<StatementEntry>,
    pub(crate) atoms: Section<Atom>,
    /// Configurations in postfix form.
    pub(crate) operations: Section<u32>,
    /// Sorted by identifier's number.
    notes: Section<NoteEntry>,
    pub(crate) coverage: Coverage,
    /// Shared with the stores of texts and keys.
    pub(crate) harm: Harm,
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
        self.match_resolved(resolve(query))
    }

    /// As [`Index::match_component`], for a component that was resolved before: resolving takes longer than
    /// matching, and a component's identity does not change with the advisories.
    #[must_use]
    pub fn match_resolved(&self, resolved: Resolved) -> MatchSet {
        self.answer(&resolved).on(resolved)
    }

    /// As [`Index::match_component`], with what is known of the host; `reference` is the component's own in the
    /// inventory, under which the host keeps what was said of it.
    #[must_use]
    pub fn match_on(&self, host: &Host, query: &ComponentQuery<'_>, reference: Option<&str>) -> MatchSet {
        let resolved = resolve(query);
        decide::decide(self, &resolved, host, reference).on(resolved)
    }

    /// As [`Index::match_resolved`], for a component that stays where it is.
    #[must_use]
    pub fn answer(&self, resolved: &Resolved) -> Answer {
        decide::decide(self, resolved, &Host::default(), None)
    }

    /// Asks about each of some components, and tells what there is to say, by number: a component of which nothing
    /// is said is passed over.
    ///
    /// ```
    /// use hinomi_match::{ComponentQuery, Index, Roster, resolve};
    ///
    /// let record = br#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "Demo"},
    ///   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}"#;
    /// let mut builder = Index::builder();
    /// for advisory in hinomi_advisory_formats::read(record, "demo.json")? {
    ///     builder.add(&advisory);
    /// }
    /// let index = builder.finish();
    /// let purls = ["pkg:pypi/other@1", "pkg:pypi/demo@1.1"];
    /// let roster: Roster =
    ///     purls.iter().map(|purl| resolve(&ComponentQuery { purl: Some(purl), ..Default::default() })).collect();
    /// let mut told = Vec::new();
    /// index.match_roster(&roster, 0..roster.len(), |number, answer| told.push((number, answer.matches.len())));
    /// assert_eq!(told, [(1, 1)]);
    /// # Ok::<(), hinomi_advisory_formats::ReadError>(())
    /// ```
    pub fn match_roster(&self, roster: &Roster, range: Range<usize>, mut tell: impl FnMut(usize, Answer)) {
        let places = self.places(roster);
        let named = |hash: u64| self.packages.has_hash(&self.store.texts, hash);
        let numbers = (range.start..range.end.min(roster.len()))
            .filter(|number| roster.may_be_spoken_of(*number, &places, named));
        self.ask(roster, &places, numbers, &mut tell);
    }

    /// As [`Index::match_roster`], for a few of the components.
    pub fn match_numbers(&self, roster: &Roster, numbers: &[u32], mut tell: impl FnMut(usize, Answer)) {
        let numbers = numbers.iter().map(|number| *number as usize);
        self.ask(roster, &self.places(roster), numbers, &mut tell);
    }

    /// For each place of a roster, why nothing can be said there.
    fn places(&self, roster: &Roster) -> Vec<Option<UnknownReason>> {
        roster.places().iter().map(|one| decide::beyond_the_data(self, one)).collect()
    }

    fn ask(
        &self,
        roster: &Roster,
        places: &[Option<UnknownReason>],
        mut numbers: impl Iterator<Item = usize>,
        tell: &mut dyn FnMut(usize, Answer),
    ) {
        const TOGETHER: usize = 32;
        let host = Host::default();
        let mut batch = Vec::with_capacity(TOGETHER);
        loop {
            batch.clear();
            batch.extend(numbers.by_ref().take(TOGETHER));
            if batch.is_empty() {
                return;
            }
            roster.fetch(&batch);
            for number in &batch {
                let Some(resolved) = roster.get(*number) else { continue };
                let answer = match roster.place_of(*number).and_then(|place| places.get(place)) {
                    Some(beyond) => decide::decide_beyond(self, resolved, beyond.clone(), &host, None),
                    None => self.answer(resolved),
                };
                if !answer.matches.is_empty() || answer.unknown.is_some() {
                    tell(*number, answer);
                }
            }
        }
    }

    /// True when answers may depend on the host: on its system, its other components, on what it is.
    #[must_use]
    pub fn asks_for_host(&self) -> bool {
        self.atoms.len() > 0 || self.statements.len() > 0
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

    /// Remembers the vulnerability and the severity of records: identifier, canonical identifier, word.
    pub fn set_notes<'n>(&mut self, notes: impl IntoIterator<Item = (&'n str, &'n str, &'n str)>) {
        let texts = &mut self.store.texts;
        let mut number = |text: &str| texts.intern(text.as_bytes());
        let mut entries: Vec<NoteEntry> = notes
            .into_iter()
            .map(|(id, vulnerability, severity)| NoteEntry {
                id: number(id),
                vulnerability: number(vulnerability),
                severity: number(severity),
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.id);
        entries.dedup_by_key(|entry| entry.id);
        *self.notes.to_mut() = entries;
    }

    /// What is remembered of a record.
    #[must_use]
    pub fn note(&self, advisory: &str) -> Option<Note<'_>> {
        self.note_by_id(self.store.texts.lookup(advisory.as_bytes())?)
    }

    /// What is remembered of the vulnerability that a match of this index is about.
    #[must_use]
    pub fn note_of(&self, found: &Match) -> Option<Note<'_>> {
        match (&found.vulnerability, found.id.0) {
            (Some(named), _) => self.note(named),
            (None, Some(id)) => self.note_by_id(id),
            (None, None) => self.note(&found.advisory),
        }
    }

    fn note_by_id(&self, id: u32) -> Option<Note<'_>> {
        let notes = self.notes.as_slice();
        let entry = notes.get(notes.binary_search_by_key(&id, |entry| entry.id).ok()?)?;
        let text = |number: u32| self.store.texts.text(number);
        Some(Note { vulnerability: text(entry.vulnerability), severity: text(entry.severity) })
    }

    pub(crate) fn rows_of(&self, ecosystem: &str, name: &str) -> &[Row] {
        let hash = package_hash(ecosystem, name);
        let Some(index) = self.packages.find(&self.store.texts, hash, ecosystem, name) else { return &[] };
        self.packages.entries.get(index as usize).map_or(&[], |entry| self.rows_at(entry))
    }

    /// The number of a package that rows speak of.
    fn package_with_rows(&self, key: &PackageKey) -> Option<u32> {
        let hash = package_hash(&key.ecosystem, &key.name);
        let number = self.packages.find(&self.store.texts, hash, &key.ecosystem, &key.name)?;
        let has_rows = |entry: &PackageEntry| entry.row_count > 0;
        self.packages.entries.get(number as usize).is_some_and(has_rows).then_some(number)
    }

    fn rows_at(&self, entry: &PackageEntry) -> &[Row] {
        let start = entry.row_start as usize;
        let rows = self.rows.as_slice();
        rows.get(start..start.saturating_add(entry.row_count as usize)).unwrap_or_else(|| {
            self.damage("packages.entries");
            &[]
        })
    }

    pub(crate) fn record(&self, number: u32) -> Option<&RecordEntry> {
        let entry = self.records.get(number as usize);
        if entry.is_none() {
            self.damage("records");
        }
        entry
    }

    /// The vulnerabilities that a record stands for.
    pub(crate) fn names_of(&self, entry: &RecordEntry) -> &[u32] {
        let start = entry.name_start as usize;
        let names = self.names.as_slice().get(start..start.saturating_add(entry.name_count as usize));
        names.unwrap_or_else(|| {
            self.damage("names");
            &[]
        })
    }

    /// What a source adds to a row; `None` for rows that are no statement.
    pub(crate) fn statement(&self, row: &Row) -> Option<&StatementEntry> {
        if row.detail == NONE || row.flags & CPE != 0 {
            return None;
        }
        let entry = self.statements.get(row.detail as usize);
        if entry.is_none() {
            self.damage("statements");
        }
        entry
    }

    pub(crate) fn atom(&self, number: u32) -> Option<&Atom> {
        let atom = self.atoms.get(number as usize);
        if atom.is_none() {
            self.damage("atoms");
        }
        atom
    }

    pub(crate) fn damage(&self, section: &'static str) {
        self.harm.note(section);
    }

    /// The section in which a look-up met a number that leads nowhere: from then on no answer can be relied upon.
    #[must_use]
    pub fn damaged(&self) -> Option<IndexFileError> {
        let section = self.harm.place()?;
        Some(IndexFileError::Damaged(format!("a number in {section} leads nowhere")))
    }

    /// An answer from a damaged file is unknown, whatever else it seems to be.
    pub(crate) fn unless_damaged(&self, answer: Answer) -> Answer {
        match self.harm.place() {
            None => answer,
            Some(section) => Answer {
                matches: Vec::new(),
                unknown: Some(UnknownReason::IndexDamaged { section: format!("{section} leads nowhere") }),
                ..answer
            },
        }
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
