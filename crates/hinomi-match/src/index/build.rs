// SPDX-License-Identifier: Apache-2.0
//! From records to rows.

use std::collections::HashMap;

use hinomi_advisory_formats::{Advisory, Affected, Event, RangeKind};
use hinomi_version::Scheme;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    Context, HI_IS_LOCAL, Index, LO_IS_LOCAL, MODULAR, PackageEntry, PackageTable, Row, RowKind,
    SEMVER_RANGE, Store, package_hash, prefix_of, scheme_code,
};
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

struct Record {
    id: u32,
    modified: i64,
    /// Decides between two records of one id and one time, whatever their order.
    fingerprint: u64,
    alive: bool,
}

/// Collects records; of several with one id, the one that changed last counts.
#[derive(Default)]
pub struct IndexBuilder {
    store: Store,
    packages: PackageTable,
    rows: Vec<(u32, Row)>,
    contexts: Vec<Context>,
    context_index: HashMap<Context, u32>,
    records: Vec<Record>,
    record_by_id: HashMap<u32, u32>,
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
        for (position, affected) in advisory.affected.iter().enumerate() {
            let Some((key, parts)) = package_of(affected) else { continue };
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
        if let Some(known) = self.record_by_id.get(&id) {
            let known = &mut self.records[*known as usize];
            if (known.modified, known.fingerprint) >= (modified, fingerprint) {
                return None;
            }
            known.alive = false;
        }
        let record = u32::try_from(self.records.len()).unwrap_or(NONE);
        self.records.push(Record { id, modified, fingerprint, alive: true });
        self.record_by_id.insert(id, record);
        Some(record)
    }

    fn package(&mut self, key: &PackageKey) -> u32 {
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

    /// Enumerated versions; those inside an interval of the same entry add nothing.
    fn add_versions(
        &mut self,
        versions: &[String],
        scheme: Option<Scheme>,
        first_row: usize,
        target: &Target<'_>,
    ) {
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
            let code = scheme_code(scheme);
            let reaches = |row: &Row| row.has_scheme(code) && placed.is_in(&self.store, row);
            let covered = self.rows[first_row..].iter().any(|(_, row)| reaches(row));
            if !covered {
                self.push_exact(text, scheme, target);
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

    fn push_exact(&mut self, text: &str, scheme: Scheme, target: &Target<'_>) {
        let Some(key) = hinomi_version::encode(scheme, text).ok() else { return };
        let mut row = self.empty_row(scheme, target);
        row.set_kind(RowKind::Exact);
        row.lo = self.store.keys.intern(&key);
        row.lo_prefix = prefix_of(&key);
        row.lo_text = self.store.texts.intern(text.as_bytes());
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

    fn empty_row(&self, scheme: Scheme, target: &Target<'_>) -> Row {
        Row {
            lo_prefix: 0,
            hi_prefix: 0,
            lo: NONE,
            hi: NONE,
            lo_text: NONE,
            hi_text: NONE,
            record: target.record,
            context: NONE,
            affected: u32::try_from(target.affected).unwrap_or(NONE),
            range: NONE,
            kind: RowKind::Open as u8,
            scheme: scheme_code(scheme),
            flags: 0,
            unused: [0; 5],
        }
    }

    /// The context's number. A stream taken from a summary belongs to the modular packages only.
    fn context(&mut self, target: &Target<'_>, modular: bool) -> u32 {
        let mut context = target.context;
        let stated = target.advisory.affected.get(target.affected).and_then(stated_module).is_some();
        if let Some(module) = target.module.as_ref().filter(|_| modular || stated) {
            context.module = self.store.texts.intern(module.as_bytes());
        }
        let next = u32::try_from(self.contexts.len()).unwrap_or(NONE);
        let contexts = &mut self.contexts;
        *self.context_index.entry(context).or_insert_with(|| {
            contexts.push(context);
            next
        })
    }

    /// Arranges the rows by package; they keep the order in which they were added.
    #[must_use]
    pub fn finish(mut self) -> Index {
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
            coverage
        });
        Index {
            store: self.store,
            packages: self.packages,
            rows: Section::of(rows),
            contexts: Section::of(self.contexts),
            records: Section::of(records.iter().map(|record| record.id).collect()),
            notes: Section::default(),
            coverage,
        }
    }
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
    state
}
