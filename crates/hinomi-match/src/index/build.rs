// SPDX-License-Identifier: Apache-2.0
//! From records to rows.

use std::collections::{HashMap, HashSet};

use hinomi_advisory_formats::{Advisory, Affected, Event, Range, RangeKind};
use hinomi_version::Scheme;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::names::Naming;
use super::{
    Atom, Context, HI_IS_LOCAL, Index, LO_IS_LOCAL, MODULAR, PackageEntry, PackageTable, Row, RowKind,
    SEMVER_RANGE, StatementEntry, Store, Verdict, package_hash, prefix_of, scheme_code,
};
use crate::alias::Groups;
use crate::arena::NONE;
use crate::coverage::Coverage;
use crate::distro::{EcosystemParts, has_modules};
use crate::index::place::{Placed, public_part};
use crate::interval::{End, Interval, intervals};
use crate::keys::package_of;
use crate::query::PackageKey;
use crate::resolve::module_stream;
use crate::section::Section;

/// A bound that could not be used, and where it stands; the rest of its record counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{advisory}: affected[{affected}]{}: {cause}", range_text(.range))]
pub struct BadBound {
    /// The record.
    pub advisory: String,
    /// Index of the entry in its `affected`.
    pub affected: usize,
    /// Index of the range in it.
    pub range: Option<usize>,
    /// The version as written.
    pub version: String,
    /// What is wrong with it.
    pub cause: String,
}

fn range_text(range: &Option<usize>) -> String {
    range.map_or_else(String::new, |range| format!(".ranges[{range}]"))
}

/// An enumerated version is looked for in so many intervals of its entry; beyond them it is kept, which says the same.
const MAX_INTERVALS_THAT_COVER: usize = 256;

/// A record, or one statement of a document.
pub(super) struct Record {
    pub(super) id: u32,
    pub(super) modified: i64,
    /// Decides between two records of one id and one time, whatever their order.
    pub(super) fingerprint: u64,
    pub(super) alive: bool,
    pub(super) naming: Naming,
}

/// Collects records; of several with one id from one kind of source, the one that changed last counts.
#[derive(Default)]
pub struct IndexBuilder {
    pub(super) store: Store,
    packages: PackageTable,
    pub(super) rows: Vec<(u32, Row)>,
    contexts: Vec<Context>,
    context_index: HashMap<Context, u32>,
    pub(super) records: Vec<Record>,
    /// By identifier and kind of source: the NVD's record of a CVE does not replace its issuer's.
    record_by_id: HashMap<(u32, u8), u32>,
    /// The statements of each document.
    parts: HashMap<u32, Vec<u32>>,
    pub(super) statements: Vec<StatementEntry>,
    pub(super) atoms: Vec<Atom>,
    pub(super) operations: Vec<u32>,
    coverage: Option<Coverage>,
    own_coverage: Vec<(u32, EcosystemParts)>,
}

/// Where the rows of one `affected` entry go.
struct Target<'a> {
    package: u32,
    record: u32,
    context: Context,
    affected: usize,
    advisory: &'a Advisory,
    parts: &'a EcosystemParts,
    module: Option<String>,
}

impl IndexBuilder {
    /// States what the whole set of advisories speaks of; needed when only a part of it is added.
    #[must_use]
    pub fn with_coverage(mut self, coverage: Coverage) -> Self {
        self.coverage = Some(coverage);
        self
    }

    /// Adds a record; returns the bounds of it that could not be used.
    pub fn add(&mut self, advisory: &Advisory) -> Vec<BadBound> {
        let id = self.store.texts.intern(advisory.id.as_bytes());
        let Some(record) = self.register(id, advisory) else { return Vec::new() };
        let mut bad = Vec::new();
        if advisory.withdrawn.is_some() {
            return bad;
        }
        self.add_configurations(advisory, record, &mut bad);
        self.add_statements(advisory, record, &mut bad);
        for (position, affected) in advisory.affected.iter().enumerate() {
            let Some((key, parts)) = package_of(affected) else {
                self.add_named_product(advisory, position, record, &mut bad);
                continue;
            };
            self.own_coverage.push((record, parts.clone()));
            let target = Target {
                package: self.package(&key),
                record,
                context: self.context_of(&parts),
                affected: position,
                advisory,
                module: module_label(advisory, affected, &parts),
                parts: &parts,
            };
            self.add_affected(affected, &target, &mut bad);
        }
        bad
    }

    /// `None` when a newer record of the same id is already there.
    fn register(&mut self, id: u32, advisory: &Advisory) -> Option<u32> {
        let modified = advisory.modified.unwrap_or(i64::MIN);
        let fingerprint = fingerprint(advisory);
        let naming = Naming::of(advisory);
        let place = (id, naming.source);
        if let Some(known) = self.record_by_id.get(&place).copied() {
            let record = &mut self.records[known as usize];
            if (record.modified, record.fingerprint) >= (modified, fingerprint) {
                return None;
            }
            record.alive = false;
            for part in self.parts.remove(&known).unwrap_or_default() {
                self.records[part as usize].alive = false;
            }
        }
        let record = self.push_record(Record { id, modified, fingerprint, alive: true, naming });
        self.record_by_id.insert(place, record);
        Some(record)
    }

    fn push_record(&mut self, record: Record) -> u32 {
        let number = u32::try_from(self.records.len()).unwrap_or(NONE);
        self.records.push(record);
        number
    }

    /// A statement stands for a vulnerability of its own, under the identifier of its document.
    pub(super) fn part_of(&mut self, document: u32, naming: Naming) -> u32 {
        let whole = &self.records[document as usize];
        let part = Record {
            naming,
            ..Record {
                id: whole.id,
                modified: whole.modified,
                fingerprint: 0,
                alive: true,
                naming: Naming::default(),
            }
        };
        let number = self.push_record(part);
        self.parts.entry(document).or_default().push(number);
        number
    }

    pub(super) fn package(&mut self, key: &PackageKey) -> u32 {
        let hash = package_hash(&key.ecosystem, &key.name);
        if let Some(index) = self.packages.find(&self.store.texts, hash, &key.ecosystem, &key.name) {
            return index;
        }
        let ecosystem = self.store.texts.intern(key.ecosystem.as_bytes());
        let name = self.store.texts.intern(key.name.as_bytes());
        self.packages.insert(PackageEntry { hash, ecosystem, name, row_start: 0, row_count: 0 })
    }

    fn context_of(&mut self, parts: &EcosystemParts) -> Context {
        let mut number = |text: &Option<String>| {
            text.as_ref().map_or(NONE, |text| self.store.texts.intern(text.as_bytes()))
        };
        Context { release: number(&parts.release), channel: number(&parts.channel), module: NONE }
    }

    fn add_affected(&mut self, affected: &Affected, target: &Target<'_>, bad: &mut Vec<BadBound>) {
        let ecosystem_scheme = Scheme::for_ecosystem(&target.parts.base);
        let mut report = |range: Option<usize>, version: String, cause: String| {
            let advisory = target.advisory.id.clone();
            bad.push(BadBound { advisory, affected: target.affected, range, version, cause });
        };
        let first_row = self.rows.len();
        let mut scheme_of_versions = ecosystem_scheme;
        for (position, range) in affected.ranges.iter().enumerate() {
            if range.kind == RangeKind::Git {
                continue; // Commits have an order only in their repository; their tags are in `versions`.
            }
            if says_never(range) {
                self.push_never(position, target);
                continue;
            }
            let semver = range.kind == RangeKind::Semver;
            let Some(scheme) = ecosystem_scheme.or(semver.then_some(Scheme::Semver)) else {
                self.push_unordered(position, target);
                continue;
            };
            scheme_of_versions = Some(scheme);
            let (found, unplaced) = intervals(range, scheme);
            for bound in unplaced {
                report(Some(position), bound.version, bound.cause);
            }
            for interval in &found {
                self.push_interval(interval, position, scheme, semver, target);
            }
        }
        if affected.ranges.is_empty() && affected.versions.is_empty() {
            report(None, String::new(), "the entry names no version".to_owned());
        }
        self.add_versions(&affected.versions, scheme_of_versions, first_row, target);
    }

    /// Enumerated versions; those inside an interval of the same entry add nothing, nor does a second spelling.
    fn add_versions(
        &mut self,
        versions: &[String],
        scheme: Option<Scheme>,
        first_row: usize,
        target: &Target<'_>,
    ) {
        let code = scheme.map(scheme_code);
        let reaching = |(_, row): &&(u32, Row)| code.is_some_and(|code| row.has_scheme(code));
        let intervals: Vec<Row> = self.rows[first_row..]
            .iter()
            .filter(reaching)
            .map(|(_, row)| *row)
            .take(MAX_INTERVALS_THAT_COVER)
            .collect();
        let mut seen = HashSet::new();
        for version in versions {
            let text = version.trim();
            if text.is_empty() {
                continue;
            }
            let placed = scheme.and_then(|scheme| Placed::new(scheme, text));
            let Some((scheme, placed)) = scheme.zip(placed) else {
                self.push_text(text, scheme, target);
                continue;
            };
            if !intervals.iter().any(|row| placed.is_in(&self.store, row)) {
                self.push_exact(&placed, scheme, &mut seen, target);
            }
        }
    }

    fn push_interval(
        &mut self,
        interval: &Interval,
        range: usize,
        scheme: Scheme,
        semver: bool,
        target: &Target<'_>,
    ) {
        let mut row = self.empty_row(scheme, target);
        row.range = u32::try_from(range).unwrap_or(NONE);
        if semver {
            row.flags |= SEMVER_RANGE;
        }
        let mut modular = false;
        if let Some(lo) = &interval.lo {
            row.lo = self.store.keys.intern(&lo.key);
            row.lo_prefix = prefix_of(&lo.key);
            row.lo_text = self.store.texts.intern(lo.text.as_bytes());
            modular |= is_modular(&lo.text);
            if public_part(scheme, &lo.text).is_some() {
                row.flags |= LO_IS_LOCAL;
            }
        }
        if let Some(hi) = &interval.hi {
            row.hi = self.store.keys.intern(&hi.key);
            row.hi_prefix = prefix_of(&hi.key);
            row.hi_text = self.store.texts.intern(hi.text.as_bytes());
            modular |= is_modular(&hi.text);
            if public_part(scheme, &hi.text).is_some() {
                row.flags |= HI_IS_LOCAL;
            }
        }
        row.set_kind(match interval.end {
            End::Open => RowKind::Open,
            End::Fixed => RowKind::Fixed,
            End::LastAffected => RowKind::LastAffected,
            End::Limit => RowKind::Limit,
        });
        if modular && has_modules(&target.parts.base) {
            row.flags |= MODULAR;
        }
        row.context = self.context(target, modular);
        self.rows.push((target.package, row));
    }

    fn push_exact(
        &mut self,
        placed: &Placed<'_>,
        scheme: Scheme,
        seen: &mut HashSet<u32>,
        target: &Target<'_>,
    ) {
        let (text, key) = (placed.text, placed.key());
        let mut row = self.empty_row(scheme, target);
        row.set_kind(RowKind::Exact);
        row.lo = self.store.keys.intern(key);
        row.lo_prefix = prefix_of(key);
        row.lo_text = self.store.texts.intern(text.as_bytes());
        // Where keys do not tell everything, only the same text is surely the same version.
        if !seen.insert(if scheme.is_totally_ordered() { row.lo } else { row.lo_text }) {
            return;
        }
        if public_part(scheme, text).is_some() {
            row.flags |= LO_IS_LOCAL;
        }
        row.context = self.context(target, is_modular(text));
        self.rows.push((target.package, row));
    }

    fn push_text(&mut self, text: &str, scheme: Option<Scheme>, target: &Target<'_>) {
        let mut row = self.empty_row(scheme.unwrap_or(Scheme::Generic), target);
        row.set_kind(RowKind::Text);
        row.lo_text = self.store.texts.intern(text.as_bytes());
        row.context = self.context(target, is_modular(text));
        self.rows.push((target.package, row));
    }

    fn push_unordered(&mut self, range: usize, target: &Target<'_>) {
        let mut row = self.empty_row(Scheme::Generic, target);
        row.set_kind(RowKind::Unordered);
        row.range = u32::try_from(range).unwrap_or(NONE);
        row.context = self.context(target, false);
        self.rows.push((target.package, row));
    }

    fn push_never(&mut self, range: usize, target: &Target<'_>) {
        let scheme = Scheme::for_ecosystem(&target.parts.base).unwrap_or(Scheme::Semver);
        let mut row = self.empty_row(scheme, target);
        row.set_verdict(Verdict::NotAffected);
        row.range = u32::try_from(range).unwrap_or(NONE);
        row.context = self.context(target, false);
        self.rows.push((target.package, row));
    }

    fn empty_row(&self, scheme: Scheme, target: &Target<'_>) -> Row {
        Row::new(scheme, target.record, u32::try_from(target.affected).unwrap_or(NONE))
    }

    /// The context's number. A stream taken from a summary belongs to the modular packages only.
    fn context(&mut self, target: &Target<'_>, modular: bool) -> u32 {
        let mut context = target.context;
        let stated = target.advisory.affected.get(target.affected).and_then(stated_module).is_some();
        if let Some(module) = target.module.as_ref().filter(|_| modular || stated) {
            context.module = self.store.texts.intern(module.as_bytes());
        }
        self.context_number(context)
    }

    pub(super) fn context_number(&mut self, context: Context) -> u32 {
        let next = u32::try_from(self.contexts.len()).unwrap_or(NONE);
        let contexts = &mut self.contexts;
        *self.context_index.entry(context).or_insert_with(|| {
            contexts.push(context);
            next
        })
    }

    /// Arranges the rows by package; they keep the order in which they were added. Which records are names of one
    /// vulnerability follows from the records that were added.
    #[must_use]
    pub fn finish(self) -> Index {
        let groups = self.own_groups();
        self.finish_with(&groups)
    }

    /// As [`IndexBuilder::finish`], for who knows the alias groups of the whole set of advisories.
    #[must_use]
    pub fn finish_with(mut self, groups: &Groups) -> Index {
        let (entries, names) = self.name_records(groups);
        let records = std::mem::take(&mut self.records);
        let alive = |record: u32| records.get(record as usize).is_some_and(|record| record.alive);
        self.rows.retain(|(_, row)| alive(row.record));
        self.rows.sort_by_key(|(package, _)| *package);
        let rows: Vec<Row> = self.rows.iter().map(|(_, row)| *row).collect();
        let packages = self.packages.entries.to_mut();
        for (position, (package, _)) in self.rows.iter().enumerate() {
            if let Some(entry) = packages.get_mut(*package as usize) {
                if entry.row_count == 0 {
                    entry.row_start = u32::try_from(position).unwrap_or(NONE);
                }
                entry.row_count += 1;
            }
        }
        let coverage = self.coverage.unwrap_or_else(|| {
            let mut coverage = Coverage::default();
            for (record, parts) in &self.own_coverage {
                if alive(*record) {
                    coverage.add_parts(parts);
                }
            }
            let configured = records.iter().filter(|record| record.alive && record.naming.is_configured);
            for _ in configured {
                coverage.count(crate::cpe::ECOSYSTEM, None);
            }
            coverage
        });
        let harm = self.store.texts.harm.clone();
        self.store.keys.harm = harm.clone();
        Index {
            harm,
            store: self.store,
            packages: self.packages,
            rows: Section::of(rows),
            contexts: Section::of(self.contexts),
            records: Section::of(entries),
            names: Section::of(names),
            statements: Section::of(self.statements),
            atoms: Section::of(self.atoms),
            operations: Section::of(self.operations),
            notes: Section::default(),
            coverage,
        }
    }
}

/// `introduced: 0, fixed: 0`: the source says that its package never was affected.
fn says_never(range: &Range) -> bool {
    let closes = |event: &Event| matches!(event, Event::Fixed(version) if version.trim() == "0");
    let opens = |event: &Event| matches!(event, Event::Introduced(version) if version.trim() == "0");
    range.events.iter().any(closes) && range.events.iter().all(|event| closes(event) || opens(event))
}

/// Modular rpms carry their build in the release: `.module+el8.6.0+…`, AlmaLinux `.module_el8…`.
pub(crate) fn is_modular(version: &str) -> bool {
    version.contains(".module+") || version.contains(".module_")
}

fn stated_module(affected: &Affected) -> Option<&str> {
    affected.ecosystem_specific.get("rpm_modularity").and_then(serde_json::Value::as_str)
}

/// The module streams that an entry is about: as it states, else those that the erratum's summary names
/// ("Important: nodejs:18 security update").
fn module_label(advisory: &Advisory, affected: &Affected, parts: &EcosystemParts) -> Option<String> {
    if !has_modules(&parts.base) {
        return None;
    }
    if let Some(stated) = stated_module(affected) {
        return module_stream(stated);
    }
    let words = advisory.summary.as_deref()?.split([' ', ',']);
    let streams: Vec<String> = words.filter_map(module_stream).collect();
    (!streams.is_empty()).then(|| streams.join(" "))
}

fn fingerprint(advisory: &Advisory) -> u64 {
    let mut state = u64::from(advisory.withdrawn.is_some());
    for affected in &advisory.affected {
        state = xxh3_64_with_seed(affected.package.name.as_bytes(), state);
        for event in affected.ranges.iter().flat_map(|range| &range.events) {
            let kind = match event {
                Event::Introduced(_) => 1,
                Event::Fixed(_) => 2,
                Event::LastAffected(_) => 3,
                Event::Limit(_) => 4,
            };
            state = xxh3_64_with_seed(event.version().as_bytes(), state ^ kind);
        }
        for version in &affected.versions {
            state = xxh3_64_with_seed(version.as_bytes(), state);
        }
    }
    for part in [serde_json::to_vec(&advisory.configurations), serde_json::to_vec(&advisory.statements)] {
        state = match part {
            Ok(bytes) if bytes.len() > 2 => xxh3_64_with_seed(&bytes, state),
            _ => state,
        };
    }
    state
}
