// SPDX-License-Identifier: Apache-2.0
//! The few records of a small index against very many components.
//!
//! ```text
//!   package of the index ─► its members ─► for each record: intervals ─► stretches of members ─► hits
//! ```
//! Where nothing but a version decides (one kind of source, no channels, streams, statements or CPE names in the rows of
//! the package), a hit is found without looking at the component at all, and what it says is borrowed. Everything else
//! takes the way of a single component, so both ways say the same.

use std::cmp::Ordering;
use std::ops::Range;

use super::decide::{Applies, Question, beyond_the_data, preference};
use super::{CPE, Index, LO_EXCLUSIVE, PackageEntry, Row, RowKind, SEMVER_RANGE, Verdict, scheme_code};
use crate::arena::NONE;
use crate::by_package::{ByPackage, Member};
use crate::evidence::{Answer, Match, Rule, State};
use crate::host::Host;
use crate::query::PackageKey;

/// A component that a record has affected, and nothing else to say of the two.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    index: &'a Index,
    package: u32,
    row: &'a Row,
    fixed: u32,
    installed: &'a str,
    by_source: bool,
}

impl<'a> Hit<'a> {
    /// The record's id.
    #[must_use]
    pub fn advisory(&self) -> &'a str {
        self.index.record(self.row.record).map_or("", |entry| self.index.store.texts.text(entry.id))
    }

    /// The version that was compared.
    #[must_use]
    pub fn installed(&self) -> &'a str {
        self.installed
    }

    /// The smallest version that closes it.
    #[must_use]
    pub fn fixed(&self) -> Option<&'a str> {
        (self.fixed != NONE).then(|| self.index.store.texts.text(self.fixed))
    }

    /// What decided.
    #[must_use]
    pub fn rule(&self) -> Rule {
        rule_of(self.row)
    }

    /// The same with all its evidence, to be kept.
    #[must_use]
    pub fn to_match(&self) -> Match {
        let text = |number: u32| self.index.store.texts.text(number).to_owned();
        let key = self.index.packages.entries.get(self.package as usize).map_or_else(
            || PackageKey { ecosystem: String::new(), name: String::new() },
            |entry| PackageKey { ecosystem: text(entry.ecosystem), name: text(entry.name) },
        );
        let found = self.index.match_by(
            key,
            self.row,
            (self.installed, self.by_source),
            (State::Affected, self.rule(), None),
        );
        Match { fixed: self.fixed().map(str::to_owned), ..found }
    }
}

/// What is told of a component: each record that has it affected by itself, or everything at once.
#[derive(Debug)]
pub enum Told<'a> {
    /// A record has it affected; there may be more hits on the same component.
    Hit(Hit<'a>),
    /// All that there is to say of it.
    Answer(Answer),
}

/// The rule of a row that an interval or an enumerated version decides.
pub(super) fn rule_of(row: &Row) -> Rule {
    match row.kind() {
        RowKind::Exact => Rule::VersionsList,
        RowKind::Text => Rule::VersionsText,
        _ if row.flags & SEMVER_RANGE != 0 => Rule::SemverRange,
        _ => Rule::EcosystemRange,
    }
}

impl Index {
    /// Asks about the components of the packages that this index names, in no particular order; what has nothing to
    /// be said of it is passed over. `packages` is a part of `0..sizes().packages`, for those who ask on several cores.
    ///
    /// ```
    /// use hinomi_match::{ComponentQuery, Index, Roster, Told, resolve};
    ///
    /// let purls = ["pkg:pypi/other@1", "pkg:pypi/demo@1.1", "pkg:pypi/demo@1.2"];
    /// let roster: Roster =
    ///     purls.iter().map(|purl| resolve(&ComponentQuery { purl: Some(purl), ..Default::default() })).collect();
    /// let components = roster.by_package();
    ///
    /// let record = br#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "Demo"},
    ///   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}"#;
    /// let mut builder = Index::builder();
    /// for advisory in hinomi_advisory_formats::read(record, "demo.json")? {
    ///     builder.add(&advisory);
    /// }
    /// let changed = builder.finish();
    /// let mut told = Vec::new();
    /// changed.match_packages(&components, 0..changed.sizes().packages, |number, what| match what {
    ///     Told::Hit(hit) => told.push((number, hit.advisory(), hit.fixed())),
    ///     Told::Answer(_) => {}
    /// });
    /// assert_eq!(told, [(1, "DEMO-1", Some("1.2"))]);
    /// # Ok::<(), hinomi_advisory_formats::ReadError>(())
    /// ```
    pub fn match_packages<'a>(
        &'a self,
        components: &'a ByPackage<'_>,
        packages: Range<usize>,
        mut tell: impl FnMut(usize, Told<'a>),
    ) {
        let beyond: Vec<bool> =
            components.places().iter().map(|place| beyond_the_data(self, place.like).is_some()).collect();
        let mut asking = Asking { index: self, components, best: Vec::new(), tell: &mut tell };
        for number in packages.start..packages.end.min(self.packages.entries.len()) {
            let Some(entry) = self.packages.entries.get(number) else { return };
            let rows = self.rows_at(entry);
            if !rows.is_empty() {
                asking.package(number, entry, rows, &beyond);
            }
        }
    }
}

struct Asking<'i, 'c, 't> {
    index: &'i Index,
    components: &'i ByPackage<'c>,
    /// For each member of the group at hand the row that tells most, as its preference and its place among the rows.
    best: Vec<(u8, u32)>,
    tell: &'t mut dyn FnMut(usize, Told<'i>),
}

/// No row reaches the member.
const NOTHING: (u8, u32) = (u8::MAX, NONE);

impl<'i> Asking<'i, '_, '_> {
    fn package(&mut self, number: usize, entry: &PackageEntry, rows: &'i [Row], beyond: &[bool]) {
        let (index, components) = (self.index, self.components);
        let text = |number: u32| index.store.texts.text(number);
        let members = components.members(entry.hash, text(entry.ecosystem), text(entry.name));
        let Ok(package) = u32::try_from(number) else { return };
        for group in members.chunk_by(|left, right| left.place == right.place) {
            let Some(place) = group.first().map(|member| member.place) else { continue };
            let runs = match beyond.get(place as usize) {
                Some(false) => self.plain_runs(place, rows),
                _ => None,
            };
            match runs {
                Some(runs) => runs.iter().for_each(|run| self.record(package, group, run)),
                None => group.iter().for_each(|member| self.one(member.number)),
            }
        }
        for number in components.apart(entry.hash) {
            let Some(resolved) = components.roster().get(*number as usize) else { continue };
            // Whoever is known by several names is asked about once.
            let first = resolved.every_key().find_map(|key| index.package_with_rows(key));
            if first == Some(package) {
                self.one(*number);
            }
        }
    }

    fn one(&mut self, number: u32) {
        let Some(resolved) = self.components.roster().get(number as usize) else { return };
        let answer = self.index.answer(resolved);
        if !answer.matches.is_empty() || answer.unknown.is_some() {
            (self.tell)(number as usize, Told::Answer(answer));
        }
    }

    /// The rows of each record that apply at a place; `None` where more than versions decides.
    fn plain_runs(&self, place: u32, rows: &'i [Row]) -> Option<Vec<Vec<&'i Row>>> {
        let index = self.index;
        let place = self.components.places().get(place as usize)?;
        let code = scheme_code(place.scheme);
        let host = Host::default();
        let question = Question::new(index, place.like, &host, None, false);
        let mut runs = Vec::new();
        let mut names = Vec::new();
        let mut authority = None;
        for run in rows.chunk_by(|left, right| left.record == right.record) {
            let entry = index.record(run.first()?.record)?;
            // Sources of different weight overrule one another.
            if *authority.get_or_insert(entry.authority) != entry.authority || entry.vulnerability != NONE {
                return None;
            }
            names.push(entry.id);
            let mut applicable = Vec::with_capacity(run.len());
            for row in run {
                let context = index.contexts.get(row.context as usize)?;
                let by_version = matches!(
                    row.kind(),
                    RowKind::Open | RowKind::Fixed | RowKind::LastAffected | RowKind::Limit | RowKind::Exact
                );
                let is_text = row.kind() == RowKind::Text;
                let is_plain = row.flags & (CPE | LO_EXCLUSIVE) == 0
                    && row.detail == NONE
                    && row.verdict() == Verdict::Affected
                    && context.channel == NONE
                    && row.has_scheme(code)
                    && (by_version || is_text);
                if !is_plain {
                    return None;
                }
                match question.applies(row, None) {
                    // A text that its order does not place is no member's version: theirs all have a place in it.
                    Applies::Yes if by_version => applicable.push(row),
                    Applies::Yes | Applies::No => {}
                    Applies::StreamUnknown | Applies::NoReleaseStated => return None,
                }
            }
            runs.push(applicable);
        }
        names.sort_unstable();
        let are_different = names.windows(2).all(|pair| pair[0] != pair[1]);
        (are_different && index.harm.place().is_none()).then_some(runs)
    }

    /// Tells the members of a group that a record has affected.
    fn record(&mut self, package: u32, group: &[Member], rows: &[&'i Row]) {
        self.best.clear();
        self.best.resize(group.len(), NOTHING);
        let mut any = false;
        for (number, row) in (0_u32..).zip(rows) {
            let candidate = (preference(row), number);
            let reached = self.stretch(group, row);
            for best in self.best.get_mut(reached).unwrap_or_default() {
                any = true;
                if candidate.0 < best.0 {
                    *best = candidate;
                }
            }
        }
        if !any {
            return;
        }
        let mut fixes: Vec<Option<u32>> = vec![None; rows.len()];
        for (member, (_, number)) in group.iter().zip(&self.best) {
            let Some(row) = rows.get(*number as usize) else { continue };
            let fix = || self.index.fix_of(row, rows).unwrap_or(NONE);
            let fixed = fixes.get_mut(*number as usize).map_or(NONE, |known| *known.get_or_insert_with(fix));
            let by_source = self.by_source(member);
            let installed = self.components.text(member);
            let hit = Hit { index: self.index, package, row, fixed, installed, by_source };
            (self.tell)(member.number as usize, Told::Hit(hit));
        }
    }

    fn by_source(&self, member: &Member) -> bool {
        self.components.places().get(member.place as usize).is_some_and(|place| place.like.by_source)
    }

    /// The members whose versions a row reaches.
    fn stretch(&self, group: &[Member], row: &Row) -> Range<usize> {
        let keys = &self.index.store.keys;
        let first = |from: usize, prefix: u64, key: u32, low: Ordering| {
            let below = |member: &Member| {
                let order = member.prefix.cmp(&prefix);
                order.then_with(|| self.components.key(member).cmp(keys.get(key))) < low
            };
            from + group.get(from..).unwrap_or_default().partition_point(below)
        };
        // `first(…, Equal)`: the first member at or above the key; `first(…, Greater)`: the first above it.
        let start = match row.lo {
            NONE => 0,
            key => first(0, row.lo_prefix, key, Ordering::Equal),
        };
        let end = match row.kind() {
            RowKind::Open => group.len(),
            RowKind::Exact => first(start, row.lo_prefix, row.lo, Ordering::Greater),
            RowKind::LastAffected => first(start, row.hi_prefix, row.hi, Ordering::Greater),
            _ => first(start, row.hi_prefix, row.hi, Ordering::Equal),
        };
        start..end
    }
}
