// SPDX-License-Identifier: Apache-2.0
//! From rows to an answer for one component.
//!
//! ```text
//!   keys ─► rows, in runs of one record ─► does the row apply here?  (release, channel, module stream)
//!                                       ─► is the version in it?      one Match a record
//!   nothing can be said ─► unknown, with the reason and the number of records it leaves undecided
//! ```

use hinomi_version::Scheme;
use hinomi_version::range::VersRange;

use super::by_cpe::{Candidate, CannotPlace, better};
use super::changed::rule_of;
use super::judge::{Finding, Gathered};
use super::place::Placed;
use super::{CPE, Index, Row, RowKind, Verdict, scheme_code};
use crate::arena::NONE;
use crate::cpe;
use crate::distro::{has_modules, needs_release};
use crate::evidence::{Answer, Match, Rule, State};
use crate::host::Host;
use crate::index::build::is_modular;
use crate::query::{PackageKey, Resolved, UnknownReason};

/// Installed "version" of what has none.
const VERSIONLESS: &str = "-";

pub(super) fn decide(index: &Index, resolved: &Resolved, host: &Host, reference: Option<&str>) -> Answer {
    decide_beyond(index, resolved, beyond_the_data(index, resolved), host, reference)
}

/// As [`decide`], where [`beyond_the_data`] was asked before.
pub(super) fn decide_beyond(
    index: &Index,
    resolved: &Resolved,
    beyond: Option<UnknownReason>,
    host: &Host,
    reference: Option<&str>,
) -> Answer {
    let mut gathered = Gathered::default();
    let at = At { host, reference };
    let link = reference.filter(|_| index.statements.len() > 0).and_then(|reference| host.link(reference));
    let mut open = gather(index, resolved, beyond, at, link.as_ref(), &mut gathered);
    for further in &resolved.more {
        let other = gather(index, further, beyond_the_data(index, further), at, None, &mut gathered);
        open = open.beside(other);
    }
    let matches = gathered.judge(index, host, reference, resolved);
    index.unless_damaged(Answer { matches, unknown: open.unknown, undecided: open.undecided })
}

impl Index {
    /// True when a component of the host may be told otherwise than another that is the same, for something is said of it
    /// where it stands.
    #[must_use]
    pub fn singles_out(&self, host: &Host, reference: &str) -> bool {
        let link = || host.link(reference).filter(|_| self.statements.len() > 0);
        host.is_apart(reference)
            || link().is_some_and(|key| !self.rows_of(&key.ecosystem, &key.name).is_empty())
    }
}

/// Where a component stands.
#[derive(Clone, Copy)]
struct At<'a> {
    host: &'a Host,
    reference: Option<&'a str>,
}

/// What stays open about one identity of a component.
struct Open {
    unknown: Option<UnknownReason>,
    undecided: u32,
    /// Nothing could be decided: another identity may well know.
    is_whole: bool,
}

impl Open {
    fn beside(self, other: Self) -> Self {
        let undecided = self.undecided.saturating_add(other.undecided);
        let (first, second) = if self.is_whole && !other.is_whole { (other, self) } else { (self, other) };
        // What one identity cannot say, another that was judged has said.
        let unknown = if second.is_whole { first.unknown } else { first.unknown.or(second.unknown) };
        Self { unknown, undecided, is_whole: first.is_whole }
    }
}

fn gather(
    index: &Index,
    resolved: &Resolved,
    beyond: Option<UnknownReason>,
    at: At<'_>,
    link: Option<&PackageKey>,
    gathered: &mut Gathered,
) -> Open {
    // Statements speak of single products, whatever else is loaded; a name without an identity is a hint all the same.
    let only_statements = beyond.is_some() && !resolved.by_name;
    if let Some(reason) = beyond.as_ref().filter(|_| only_statements && index.statements.len() == 0) {
        return nothing_known(index, resolved, reason.clone());
    }
    let mut undecided = 0;
    // Of most packages no advisory speaks: then the version need not even be placed.
    let mut question: Option<Question<'_>> = None;
    for key in resolved.keys.iter().chain(link) {
        let rows = index.rows_of(&key.ecosystem, &key.name);
        if rows.is_empty() {
            continue;
        }
        let question = question
            .get_or_insert_with(|| Question::new(index, resolved, at.host, at.reference, only_statements));
        for run in rows.chunk_by(|left, right| left.record == right.record) {
            if question.ask(key, run, gathered) == Decided::No {
                undecided += 1;
            }
        }
    }
    if let Some(reason) = beyond {
        return nothing_known(index, resolved, reason);
    }
    let unknown = (undecided > 0).then(|| match &resolved.version {
        None => UnknownReason::NoVersion,
        Some(version) => UnknownReason::VersionNotComparable {
            version: version.clone(),
            scheme: resolved.scheme.unwrap_or(Scheme::Semver).name().to_owned(),
        },
    });
    Open { unknown, undecided, is_whole: false }
}

fn nothing_known(index: &Index, resolved: &Resolved, reason: UnknownReason) -> Open {
    let undecided = named(index, resolved);
    // A version is only missed where an advisory speaks of the package.
    let matters = undecided > 0 || !matches!(reason, UnknownReason::NoVersion);
    Open { unknown: matters.then_some(reason), undecided, is_whole: true }
}

/// Why no row can decide, whatever its bounds.
pub(super) fn beyond_the_data(index: &Index, resolved: &Resolved) -> Option<UnknownReason> {
    let waits = |reason: &UnknownReason| {
        matches!(reason, UnknownReason::NoVersion | UnknownReason::ReleaseMissing { .. })
    };
    if resolved.cpe.as_deref().is_some_and(cpe::is_distribution) {
        return None; // Its packages answer for it.
    }
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
    // Names without a version are still in records about every version.
    resolved.unknown.clone().filter(|_| resolved.cpe.is_none())
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

/// Whether a record could be decided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decided {
    Yes,
    No,
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
    pub(super) index: &'a Index,
    pub(super) resolved: &'a Resolved,
    pub(super) host: &'a Host,
    /// The component's own in the inventory.
    pub(super) reference: Option<&'a str>,
    only_statements: bool,
    pub(super) installed: &'a str,
    pub(super) placed: Option<Placed<'a>>,
    pub(super) scheme_code: u8,
    pub(super) release: u32,
    pub(super) needs_release: bool,
    pub(super) modular: bool,
    pub(super) has_modules: bool,
}

impl<'a> Question<'a> {
    pub(super) fn new(
        index: &'a Index,
        resolved: &'a Resolved,
        host: &'a Host,
        reference: Option<&'a str>,
        only_statements: bool,
    ) -> Self {
        let installed = resolved.version.as_deref().unwrap_or_default().trim();
        // Where an ecosystem has no order of its own, only its semantic version ranges can be evaluated.
        let scheme = resolved.scheme.unwrap_or(Scheme::Semver);
        let ecosystem = resolved.unit.ecosystem.as_str();
        let release = resolved.release.as_ref().and_then(|text| index.store.texts.lookup(text.as_bytes()));
        Self {
            index,
            resolved,
            host,
            reference,
            only_statements,
            installed,
            placed: match &resolved.cpe {
                Some(cpe) => Placed::of_cpe(installed, cpe),
                None => Placed::new(scheme, installed),
            },
            scheme_code: scheme_code(scheme),
            release: release.unwrap_or(NONE),
            needs_release: needs_release(ecosystem),
            modular: is_modular(installed),
            has_modules: has_modules(ecosystem),
        }
    }

    /// What one record says: into `gathered`, or that it cannot be decided.
    pub(super) fn ask(&self, key: &PackageKey, run: &[Row], gathered: &mut Gathered) -> Decided {
        let pro = self.prefers_channel(run);
        let mut best: Option<(Applies, u8, &Row)> = None;
        let mut by_cpe: Option<Candidate<'_>> = None;
        let mut not_comparable: Option<&Row> = None;
        let mut undecided = false;
        let mut left_out = false;
        for row in run {
            if self.only_statements && self.index.statement(row).is_none() {
                continue;
            }
            let application = self.applies(row, pro);
            if application == Applies::No {
                continue;
            }
            if row.flags & CPE != 0 {
                match self.candidate(key, row) {
                    Ok(Some(candidate)) => by_cpe = better(by_cpe, candidate),
                    Ok(None) => left_out = true,
                    Err(CannotPlace) => undecided = true,
                }
                continue;
            }
            let reach = self.reaches(row);
            if row.verdict().silences() {
                if matches!(reach, Reach::Inside) {
                    gathered.silence(self, key, row);
                }
                continue;
            }
            match reach {
                Reach::Inside => {
                    let candidate = (application, preference(row), row);
                    if best.is_none_or(|known| (candidate.0, candidate.1) < (known.0, known.1)) {
                        best = Some(candidate);
                    }
                }
                Reach::Outside => {
                    left_out |= self.speaks_of_others(row);
                    if self.closed_by_line(row) {
                        let mut fixed = *row;
                        fixed.set_verdict(Verdict::Fixed);
                        gathered.silence(self, key, &fixed);
                    }
                }
                Reach::CannotPlace => undecided = true,
                Reach::CannotEvaluate => not_comparable = not_comparable.or(Some(row)),
            }
        }
        let Some(record) = run.first().map(|row| row.record) else { return Decided::Yes };
        let found = match (best, by_cpe, not_comparable) {
            (Some((application, _, row)), _, _) => {
                let applicable: Vec<&Row> = run
                    .iter()
                    .filter(|row| !row.verdict().silences() && self.applies(row, pro) == application)
                    .collect();
                let found = self.found(key, row, application, &applicable);
                Some((self.with_channel(found, row, run), row))
            }
            (None, Some(candidate), _) => Some((self.found_by_cpe(key, &candidate, run), candidate.row)),
            (None, None, Some(row)) => Some((self.not_comparable(key, row), row)),
            (None, None, None) => None,
        };
        match found {
            Some((found, row)) => {
                let stated = self.index.statement(row);
                let stated = stated.map(|statement| statement.timestamp);
                gathered.findings.push(Finding { found, record, stated });
                Decided::Yes
            }
            None if undecided => Decided::No,
            None => {
                if left_out {
                    gathered.cleared.push(record);
                }
                Decided::Yes
            }
        }
    }

    /// Whether a row that does not reach a version has looked at it all the same. A range has, and so has "fixed in" of a
    /// distribution; any other statement is about what it names and silent about the rest.
    fn speaks_of_others(&self, row: &Row) -> bool {
        self.index.statement(row).is_none() || row.kind() == RowKind::Fixed
    }

    pub(super) fn reaches(&self, row: &Row) -> Reach {
        let by_statement = row.flags & CPE != 0 || self.index.statement(row).is_some();
        match row.kind() {
            RowKind::Text => {
                let same = self.index.store.texts.text(row.lo_text) == self.installed;
                if same { Reach::Inside } else { Reach::Outside }
            }
            RowKind::Unordered => Reach::CannotEvaluate,
            RowKind::Open if row.lo == NONE && by_statement => Reach::Inside,
            RowKind::Versionless if self.resolved.version.is_some() => {
                if self.installed == VERSIONLESS {
                    Reach::Inside
                } else {
                    Reach::Outside
                }
            }
            // A product without versions is in no range of them.
            _ if self.installed == VERSIONLESS && self.resolved.cpe.is_some() => Reach::Outside,
            RowKind::Vers => self.in_vers(row),
            RowKind::Versionless | RowKind::Pattern => Reach::CannotPlace,
            _ if !row.has_scheme(self.scheme_code) => Reach::CannotEvaluate,
            _ => match &self.placed {
                Some(placed) if placed.is_in(&self.index.store, row) => Reach::Inside,
                Some(_) => Reach::Outside,
                None if row.kind() == RowKind::Exact && self.resolved.cpe.is_none() => Reach::Outside,
                None => Reach::CannotPlace,
            },
        }
    }

    fn in_vers(&self, row: &Row) -> Reach {
        let range = VersRange::parse(self.index.store.texts.text(row.lo_text));
        match range.and_then(|range| range.contains(self.installed)) {
            Ok(true) => Reach::Inside,
            Ok(false) => Reach::Outside,
            Err(_) => Reach::CannotPlace,
        }
    }

    fn found(&self, key: &PackageKey, row: &Row, application: Applies, applicable: &[&Row]) -> Match {
        let stated = self.index.statement(row).map(|_| row.verdict());
        let by_row = if stated.is_some() { Rule::VexAffected } else { rule_of(row) };
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
            _ if stated == Some(Verdict::UnderInvestigation) => {
                let reason = "the source of the product is looking into it".to_owned();
                (State::Unknown, Rule::VexUnderInvestigation, Some(reason))
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

    pub(super) fn answer(
        &self,
        key: &PackageKey,
        row: &Row,
        state: State,
        rule: Rule,
        reason: Option<String>,
    ) -> Match {
        let version = (self.installed, self.resolved.by_source);
        self.index.match_by(key.clone(), row, version, (state, rule, reason))
    }

    /// The text of [`Index::fix_of`].
    pub(super) fn fix(&self, hit: &Row, applicable: &[&Row]) -> Option<&'a str> {
        self.index.fix_of(hit, applicable).map(|number| self.index.store.texts.text(number))
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
pub(super) fn preference(row: &Row) -> u8 {
    match row.kind() {
        RowKind::Fixed => 0,
        RowKind::LastAffected => 1,
        RowKind::Limit => 2,
        RowKind::Open => 3,
        RowKind::Exact => 4,
        RowKind::Text => 5,
        RowKind::Vers => 6,
        RowKind::Pattern => 7,
        RowKind::Versionless => 8,
        RowKind::Unordered => 9,
    }
}
