// SPDX-License-Identifier: Apache-2.0
//! From rows to an answer for one component.
//!
//! ```text
//!   keys ─► rows, in runs of one record ─► does the row apply here?  (release, channel, module stream)
//!                                       ─► is the version in it?      one Match a record
//!   nothing can be said ─► unknown, with the reason and the number of records it leaves undecided
//! ```

use std::cmp::Ordering;

use hinomi_version::Scheme;

use super::place::Placed;
use super::{Index, MODULAR, Row, RowKind, SEMVER_RANGE, scheme_code};
use crate::arena::NONE;
use crate::distro::{has_modules, needs_release};
use crate::evidence::{Evidence, Match, MatchSet, Rule, State};
use crate::index::build::is_modular;
use crate::query::{PackageKey, Resolved, UnknownReason};

/// Rows of one record beyond this are not searched for a better fix than the one of the row that was hit.
const MAX_ROWS_FOR_FIX: usize = 256;

pub(super) fn decide(index: &Index, resolved: Resolved) -> MatchSet {
    if let Some(reason) = beyond_the_data(index, &resolved) {
        let undecided = named(index, &resolved);
        // A version is only missed where an advisory speaks of the package.
        let matters = undecided > 0 || !matches!(reason, UnknownReason::NoVersion);
        return MatchSet { unknown: matters.then_some(reason), resolved, matches: Vec::new(), undecided };
    }
    let mut matches: Vec<Match> = Vec::new();
    let mut undecided = 0;
    // Of most packages no advisory speaks: then the version need not even be placed.
    let is_named = |key: &PackageKey| !index.rows_of(&key.ecosystem, &key.name).is_empty();
    if resolved.keys.iter().any(is_named) {
        let question = Question::new(index, &resolved);
        for key in &resolved.keys {
            let rows = index.rows_of(&key.ecosystem, &key.name);
            for run in rows.chunk_by(|left, right| left.record == right.record) {
                match question.ask(key, run) {
                    Answer::Silent => {}
                    Answer::Undecided => undecided += 1,
                    Answer::Match(found) => matches.push(*found),
                }
            }
        }
    }
    matches.sort_by(|left, right| left.advisory.cmp(&right.advisory).then(left.state.cmp(&right.state)));
    matches.dedup_by(|later, earlier| later.advisory == earlier.advisory);
    let unknown = (undecided > 0).then(|| UnknownReason::VersionNotComparable {
        version: resolved.version.clone().unwrap_or_default(),
        scheme: resolved.scheme.unwrap_or(Scheme::Semver).name().to_owned(),
    });
    MatchSet { resolved, matches, unknown, undecided }
}

/// Why no row can decide, whatever its bounds.
pub(super) fn beyond_the_data(index: &Index, resolved: &Resolved) -> Option<UnknownReason> {
    let waits = |reason: &UnknownReason| {
        matches!(reason, UnknownReason::NoVersion | UnknownReason::ReleaseMissing { .. })
    };
    if let Some(reason) = resolved.unknown.as_ref().filter(|reason| !waits(reason)) {
        return Some(reason.clone());
    }
    let ecosystem = resolved.unit.ecosystem.as_str();
    if !index.coverage.has_ecosystem(ecosystem) {
        return Some(UnknownReason::NoDataForEcosystem { ecosystem: ecosystem.to_owned() });
    }
    if let Some(missing @ UnknownReason::ReleaseMissing { .. }) = &resolved.unknown {
        return Some(missing.clone());
    }
    if let Some(release) = resolved.release.as_deref().filter(|_| needs_release(ecosystem))
        && !index.coverage.has_release(ecosystem, release)
    {
        let (ecosystem, release) = (ecosystem.to_owned(), release.to_owned());
        return Some(UnknownReason::NoDataForRelease { ecosystem, release });
    }
    resolved.unknown.clone()
}

/// Number of records that name the package, whatever the release.
fn named(index: &Index, resolved: &Resolved) -> u32 {
    let mut count = 0;
    for key in &resolved.keys {
        let rows = index.rows_of(&key.ecosystem, &key.name);
        count += rows.chunk_by(|left, right| left.record == right.record).count();
    }
    u32::try_from(count).unwrap_or(u32::MAX)
}

enum Answer {
    Silent,
    Undecided,
    Match(Box<Match>),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Applies {
    Yes,
    StreamUnknown,
    NoReleaseStated,
    No,
}

/// A component, prepared for many rows.
pub(super) struct Question<'a> {
    index: &'a Index,
    resolved: &'a Resolved,
    installed: &'a str,
    placed: Option<Placed<'a>>,
    scheme_code: u8,
    release: u32,
    needs_release: bool,
    modular: bool,
    has_modules: bool,
}

impl<'a> Question<'a> {
    pub(super) fn new(index: &'a Index, resolved: &'a Resolved) -> Self {
        let installed = resolved.version.as_deref().unwrap_or_default().trim();
        // Where an ecosystem has no order of its own, only its semantic version ranges can be evaluated.
        let scheme = resolved.scheme.unwrap_or(Scheme::Semver);
        let ecosystem = resolved.unit.ecosystem.as_str();
        let release = resolved.release.as_ref().and_then(|text| index.store.texts.lookup(text.as_bytes()));
        Self {
            index,
            resolved,
            installed,
            placed: Placed::new(scheme, installed),
            scheme_code: scheme_code(scheme),
            release: release.unwrap_or(NONE),
            needs_release: needs_release(ecosystem),
            modular: is_modular(installed),
            has_modules: has_modules(ecosystem),
        }
    }

    fn ask(&self, key: &PackageKey, run: &[Row]) -> Answer {
        let pro = self.prefers_channel(run);
        let applies = |row: &Row| self.applies(row, pro);
        let mut best: Option<(Applies, u8, &Row)> = None;
        let mut not_comparable: Option<&Row> = None;
        let mut undecided = false;
        for row in run {
            let application = applies(row);
            if application == Applies::No {
                continue;
            }
            match self.reaches(row) {
                Reach::Inside => {
                    let candidate = (application, preference(row), row);
                    if best.is_none_or(|known| (candidate.0, candidate.1) < (known.0, known.1)) {
                        best = Some(candidate);
                    }
                }
                Reach::Outside => {}
                Reach::CannotPlace => undecided = true,
                Reach::CannotEvaluate => not_comparable = not_comparable.or(Some(row)),
            }
        }
        match (best, not_comparable) {
            (Some((application, _, row)), _) => {
                let applicable: Vec<&Row> = run.iter().filter(|row| applies(row) == application).collect();
                Answer::Match(Box::new(self.found(key, row, application, &applicable)))
            }
            (None, Some(row)) => Answer::Match(Box::new(self.not_comparable(key, row))),
            (None, None) if undecided => Answer::Undecided,
            (None, None) => Answer::Silent,
        }
    }

    /// Ubuntu publishes the fixes of a subscription (ESM) in a channel of their own. A version from there is
    /// judged by the channel's rows, any other by the plain ones; where a record has only one kind, by that.
    pub(super) fn prefers_channel(&self, run: &[Row]) -> Option<bool> {
        if self.resolved.unit.ecosystem != "Ubuntu" {
            return None;
        }
        let here = |row: &&Row| self.context_release(row) == self.release;
        let in_channel = |row: &Row| {
            self.index.contexts.get(row.context as usize).is_some_and(|context| context.channel != NONE)
        };
        let any_channel = run.iter().filter(here).any(in_channel);
        let any_plain = run.iter().filter(here).any(|row| !in_channel(row));
        match (any_plain, any_channel) {
            (true, true) => Some(self.installed.contains("esm")),
            _ => None,
        }
    }

    fn context_release(&self, row: &Row) -> u32 {
        self.index.contexts.get(row.context as usize).map_or(NONE, |context| context.release)
    }

    pub(super) fn applies(&self, row: &Row, pro: Option<bool>) -> Applies {
        let Some(context) = self.index.contexts.get(row.context as usize) else { return Applies::No };
        let mut answer = Applies::Yes;
        if self.needs_release {
            if context.release == NONE {
                answer = Applies::NoReleaseStated;
            } else if context.release != self.release {
                return Applies::No;
            }
        }
        if context.channel != NONE && !self.has_channel(context.channel) {
            return Applies::No;
        }
        if let Some(pro) = pro
            && pro != (context.channel != NONE)
        {
            return Applies::No;
        }
        if self.has_modules {
            return answer.max(self.same_stream(row, context.module));
        }
        answer
    }

    fn has_channel(&self, channel: u32) -> bool {
        let channel = self.index.store.texts.text(channel);
        match self.resolved.unit.ecosystem.as_str() {
            "Ubuntu" => true,
            "SUSE" => !["Micro", "Live Patching", "Manager"].iter().any(|product| channel.contains(product)),
            _ => false,
        }
    }

    /// Builds of different module streams, and of none, are different packages under one name.
    fn same_stream(&self, row: &Row, module: u32) -> Applies {
        let row_is_modular = module != NONE || row.flags & MODULAR != 0;
        let has_bounds = row.hi != NONE || row.lo != NONE;
        if !row_is_modular {
            return if self.modular && has_bounds { Applies::No } else { Applies::Yes };
        }
        if !self.modular && self.resolved.module.is_none() {
            return Applies::No;
        }
        if module == NONE {
            return Applies::Yes;
        }
        let streams = self.index.store.texts.text(module);
        match &self.resolved.module {
            None => Applies::StreamUnknown,
            Some(own) if streams.split(' ').any(|stream| stream == own) => Applies::Yes,
            Some(_) => Applies::No,
        }
    }

    pub(super) fn reaches(&self, row: &Row) -> Reach {
        match row.kind() {
            RowKind::Text => {
                let same = self.index.store.texts.text(row.lo_text) == self.installed;
                if same { Reach::Inside } else { Reach::Outside }
            }
            RowKind::Unordered => Reach::CannotEvaluate,
            _ if !row.has_scheme(self.scheme_code) => Reach::CannotEvaluate,
            _ => match &self.placed {
                Some(placed) if placed.is_in(&self.index.store, row) => Reach::Inside,
                Some(_) => Reach::Outside,
                None if row.kind() == RowKind::Exact => Reach::Outside,
                None => Reach::CannotPlace,
            },
        }
    }

    fn found(&self, key: &PackageKey, row: &Row, application: Applies, applicable: &[&Row]) -> Match {
        let by_row = match row.kind() {
            RowKind::Exact => Rule::VersionsList,
            RowKind::Text => Rule::VersionsText,
            _ if row.flags & SEMVER_RANGE != 0 => Rule::SemverRange,
            _ => Rule::EcosystemRange,
        };
        let (state, rule, reason) = match application {
            _ if self.resolved.kernel_not_running => {
                let reason = "installed kernel does not run".to_owned();
                (State::NotAffected, Rule::KernelNotRunning, Some(reason))
            }
            Applies::NoReleaseStated => {
                let reason = format!("the record names {} but no release of it", key.ecosystem);
                (State::Unknown, Rule::RecordWithoutRelease, Some(reason))
            }
            Applies::StreamUnknown => {
                let reason = "the inventory does not say the module stream".to_owned();
                (State::Unknown, Rule::ModuleStreamUnknown, Some(reason))
            }
            _ => (State::Affected, by_row, None),
        };
        let fixed = self.fix(row, applicable).map(str::to_owned);
        Match { fixed, ..self.answer(key, row, state, rule, reason) }
    }

    fn not_comparable(&self, key: &PackageKey, row: &Row) -> Match {
        let reason = format!("no order is known for versions of {}", key.ecosystem);
        self.answer(key, row, State::Unknown, Rule::RangeNotComparable, Some(reason))
    }

    fn answer(&self, key: &PackageKey, row: &Row, state: State, rule: Rule, reason: Option<String>) -> Match {
        let index = self.index;
        let context = index.contexts.get(row.context as usize);
        let text_of = |number: Option<u32>| number.and_then(|number| index.optional_text(number));
        let enumerated = matches!(row.kind(), RowKind::Exact | RowKind::Text);
        let compared = !matches!(row.kind(), RowKind::Text | RowKind::Unordered);
        let record = index.records.get(row.record as usize).copied().unwrap_or(NONE);
        Match {
            advisory: index.store.texts.text(record).to_owned(),
            state,
            fixed: None,
            rule,
            evidence: Evidence {
                package: key.clone(),
                release: text_of(context.map(|context| context.release)),
                channel: text_of(context.map(|context| context.channel)),
                module: text_of(context.map(|context| context.module)),
                installed: self.installed.to_owned(),
                by_source: self.resolved.by_source,
                scheme: compared.then(|| row.scheme().name().to_owned()),
                lo: index.optional_text(row.lo_text),
                hi: index.optional_text(if enumerated { row.lo_text } else { row.hi_text }),
                hi_inclusive: enumerated || row.kind() == RowKind::LastAffected,
                affected: row.affected,
                range: (row.range != NONE).then_some(row.range),
            },
            reason,
        }
    }

    /// The smallest fixed version that leaves the interval which was hit, and that no other interval of the
    /// record contains. `None` when the interval has no fixed end.
    fn fix<'r>(&'r self, hit: &Row, applicable: &[&'r Row]) -> Option<&'r str> {
        if hit.kind() != RowKind::Fixed {
            return None;
        }
        let store = &self.index.store;
        let mut candidate: &Row = hit;
        for _ in 0..MAX_ROWS_FOR_FIX {
            let text = store.texts.text(candidate.hi_text);
            let placed = Placed::new(candidate.scheme(), text)?;
            let still_in = |row: &&&Row| row.scheme() == candidate.scheme() && placed.is_in(store, row);
            let Some(next) = applicable.iter().take(MAX_ROWS_FOR_FIX).find(still_in) else {
                return Some(store.texts.text(candidate.hi_text));
            };
            // Each step leaves an interval upwards, so none is met twice.
            if next.kind() != RowKind::Fixed || placed.against_end(store, next) != Ordering::Less {
                return None;
            }
            candidate = next;
        }
        None
    }
}

pub(super) enum Reach {
    Inside,
    Outside,
    /// The installed version has no place in the order.
    CannotPlace,
    /// The row's range has no order.
    CannotEvaluate,
}

/// Which of several rows tells most: one with a fix first.
fn preference(row: &Row) -> u8 {
    match row.kind() {
        RowKind::Fixed => 0,
        RowKind::LastAffected => 1,
        RowKind::Limit => 2,
        RowKind::Open => 3,
        RowKind::Exact => 4,
        RowKind::Text => 5,
        RowKind::Unordered => 6,
    }
}
