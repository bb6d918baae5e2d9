// SPDX-License-Identifier: Apache-2.0
//! From what each record says alone to what holds: statements silence, owners answer, authority decides.
//!
//! ```text
//!   findings   record × rows that reach the version             affected, unknown
//!   silences   statements, "never affected", fixed in the line  over the vulnerabilities they name
//!   cleared    records that speak of the package and leave the version out
//!
//!   1  a silence of at least the finding's authority covers every vulnerability of the record ─► not affected
//!   2  the files belong to a distribution package, which the distribution judges              ─► not affected
//!   3  a record of higher authority on the same vulnerability leaves the version out          ─► not affected
//! ```
//!
//! Nothing is dropped: a silenced finding stays, as *not affected*, with who says so. A record that stands for
//! two vulnerabilities is silenced by statements on both, not by one. Of two statements by makers the newer
//! one holds.

use super::decide::{Question, beyond_the_data};
use super::names::authority;
use super::{Index, RecordEntry, Row, RowKind, Verdict};
use crate::arena::NONE;
use crate::evidence::{Match, Rule, State, StatementEvidence};
use crate::host::{Host, Identity, Said};
use crate::query::{ComponentQuery, PackageKey, Resolved};
use crate::resolve::resolve;

/// What one record says.
pub(super) struct Finding {
    pub(super) found: Match,
    pub(super) record: u32,
    /// When a statement said it.
    pub(super) stated: Option<i64>,
}

impl Finding {
    /// What answers are ordered by, and told apart.
    fn name(&self) -> (&str, Option<&str>) {
        (&self.found.advisory, self.found.vulnerability.as_deref())
    }
}

/// Something that closes findings.
pub(super) struct Silence {
    pub(super) record: u32,
    pub(super) rule: Rule,
    pub(super) authority: u16,
    pub(super) stated: Option<i64>,
    pub(super) evidence: StatementEvidence,
    /// The match it is by itself, where its source speaks of this very package.
    pub(super) own: Option<Match>,
}

/// Everything that was gathered about a component.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) findings: Vec<Finding>,
    pub(super) silences: Vec<Silence>,
    pub(super) cleared: Vec<u32>,
}

impl Gathered {
    /// Adds a statement row that reaches the component.
    pub(super) fn silence(&mut self, question: &Question<'_>, key: &PackageKey, row: &Row) {
        let index = question.index;
        let Some(entry) = index.record(row.record) else { return };
        let statement = index.statement(row);
        let fixed = row.verdict() == Verdict::Fixed;
        let rule = match (statement.is_some(), fixed) {
            (true, false) => Rule::VexNotAffected,
            (true, true) => Rule::VexFixed,
            (false, false) => Rule::DistributionNotAffected,
            (false, true) => Rule::FixedInUpdateLine,
        };
        let evidence = index.said(entry, row);
        // "Fixed from here on" is what any range says; only a statement on this version is news.
        let is_news = !fixed || matches!(row.kind(), RowKind::Exact | RowKind::Text | RowKind::Vers);
        let reason = words(&evidence);
        let own = is_news.then(|| {
            let mut own = question.answer(key, row, State::NotAffected, rule, Some(reason));
            own.evidence.statements = vec![evidence.clone()];
            own
        });
        self.silences.push(Silence {
            record: row.record,
            rule,
            authority: if statement.is_some() { authority::MAKER } else { entry.authority },
            stated: statement.map(|statement| statement.timestamp),
            evidence,
            own,
        });
    }

    pub(super) fn judge(
        mut self,
        index: &Index,
        host: &Host,
        reference: Option<&str>,
        resolved: &Resolved,
    ) -> Vec<Match> {
        // What silences the findings has nothing to say of its own.
        if self.findings.is_empty() && self.silences.is_empty() {
            return Vec::new();
        }
        self.add_subject_silences(index, host);
        let said = reference.and_then(|reference| host.said.get(reference)).map_or(&[][..], Vec::as_slice);
        let owner = reference.and_then(|reference| host.owner(reference));
        let mut findings = std::mem::take(&mut self.findings);
        let stated: Vec<(u32, i64)> =
            findings.iter().filter_map(|finding| Some((finding.record, finding.stated?))).collect();
        for finding in &mut findings {
            if finding.found.state == State::NotAffected {
                continue;
            }
            let Some(entry) = index.record(finding.record).copied() else { continue };
            if self.silenced(index, finding, &entry, &stated) || said_silences(index, finding, &entry, said) {
                continue;
            }
            if let Some((package, file)) = owner
                && entry.authority != authority::DISTRIBUTION
                && distribution_judges(index, package, resolved)
            {
                let reason =
                    format!("{file} belongs to {package}, which the distribution's advisories judge");
                silence(&mut finding.found, Rule::OwnedByDistribution, reason, None);
                continue;
            }
            self.overruled(index, finding, &entry);
        }
        self.note_disagreement(index, &mut findings);
        self.matches(index, findings)
    }

    /// What was said of the product that the inventory is of holds for its parts.
    fn add_subject_silences(&mut self, index: &Index, host: &Host) {
        if index.statements.len() == 0 {
            return;
        }
        for subject in &host.subjects {
            for key in &subject.keys {
                for row in index.rows_of(&key.ecosystem, &key.name) {
                    let Some(statement) = index.statement(row).filter(|_| row.verdict().silences()) else {
                        continue;
                    };
                    let Some(entry) = index.record(row.record) else { continue };
                    if statement.platform != NONE || !names_version(index, row, subject) {
                        continue;
                    }
                    let fixed = row.verdict() == Verdict::Fixed;
                    self.silences.push(Silence {
                        record: row.record,
                        rule: if fixed { Rule::VexFixed } else { Rule::VexNotAffected },
                        authority: authority::MAKER,
                        stated: Some(statement.timestamp),
                        evidence: index.said(entry, row),
                        own: None,
                    });
                }
            }
        }
    }

    fn silenced(
        &self,
        index: &Index,
        finding: &mut Finding,
        entry: &RecordEntry,
        stated: &[(u32, i64)],
    ) -> bool {
        if self.silences.is_empty() {
            return false;
        }
        let names = index.names_of(entry);
        let holds = |silence: &&Silence, name: u32| {
            let covers =
                index.record(silence.record).is_some_and(|entry| index.names_of(entry).contains(&name));
            let newer = |other: &(u32, i64)| {
                let same = index.record(other.0).is_some_and(|entry| index.names_of(entry).contains(&name));
                same && silence.stated.is_some_and(|at| at < other.1)
            };
            covers
                && silence.record != finding.record
                && silence.authority >= entry.authority
                && !(silence.authority == authority::MAKER && stated.iter().any(newer))
        };
        let by: Vec<Option<&Silence>> =
            names.iter().map(|name| self.silences.iter().find(|silence| holds(silence, *name))).collect();
        let silences: Vec<&Silence> = by.iter().flatten().copied().collect();
        let Some(first) = silences.first() else { return false };
        for silence in &silences {
            if !finding.found.evidence.statements.contains(&silence.evidence) {
                finding.found.evidence.statements.push(silence.evidence.clone());
            }
        }
        let open: Vec<&str> = names
            .iter()
            .zip(&by)
            .filter(|(_, silence)| silence.is_none())
            .map(|(name, _)| index.store.texts.text(*name))
            .collect();
        if open.is_empty() {
            silence(&mut finding.found, first.rule, words(&first.evidence), None);
            return true;
        }
        let reason = format!("{}; {} remains", words(&first.evidence), open.join(", "));
        finding.found.reason.get_or_insert(reason);
        false
    }

    fn overruled(&self, index: &Index, finding: &mut Finding, entry: &RecordEntry) {
        let names = index.names_of(entry);
        let higher = self.cleared.iter().filter_map(|record| index.record(*record)).find(|other| {
            let theirs = index.names_of(other);
            // A name alone gives way to whoever has looked at the product.
            (other.authority > entry.authority || finding.found.rule == Rule::ProductName)
                // Who says nothing of this version clears it of nothing.
                && other.leaves_open == 0
                && (other.id, other.authority) != (entry.id, entry.authority)
                && !names.is_empty()
                && names.iter().all(|name| theirs.contains(name))
        });
        if let Some(higher) = higher {
            let reason = format!(
                "{} ({}) speaks of this package and leaves the version out; {} ({}) has it affected",
                index.store.texts.text(higher.id),
                authority::name(higher.authority),
                finding.found.advisory,
                authority::name(entry.authority),
            );
            silence(&mut finding.found, Rule::HigherAuthority, reason, None);
        }
    }

    /// Where two sources close one vulnerability with different versions, the lesser one's match says so.
    fn note_disagreement(&self, index: &Index, findings: &mut [Finding]) {
        // Sources of one weight do not outdo one another; a package may have hundreds of findings of one source.
        let weight = |one: &Finding| index.record(one.record).map(|entry| entry.authority);
        let Some(first) = findings.first().map(weight) else { return };
        if findings.iter().all(|one| weight(one) == first) {
            return;
        }
        let facts: Vec<(Option<RecordEntry>, Option<String>, bool)> = findings
            .iter()
            .map(|one| {
                let entry = index.record(one.record).copied();
                (entry, one.found.fixed.clone(), one.found.state == State::Affected)
            })
            .collect();
        for (number, finding) in findings.iter_mut().enumerate() {
            let Some(own) = facts[number].0.filter(|_| finding.found.state == State::Affected) else {
                continue;
            };
            let higher = facts.iter().find(|(entry, fixed, affected)| {
                entry.is_some_and(|entry| {
                    entry.authority > own.authority && index.names_of(&entry) == index.names_of(&own)
                }) && *affected
                    && fixed.is_some()
                    && *fixed != finding.found.fixed
            });
            if let Some((Some(entry), Some(fixed), _)) = higher {
                let text = index.store.texts.text(entry.id);
                let source = authority::name(entry.authority);
                let reason = format!("{text} ({source}) says that {fixed} closes it");
                finding.found.reason.get_or_insert(reason);
            }
        }
    }

    fn matches(self, index: &Index, findings: Vec<Finding>) -> Vec<Match> {
        // Mostly there is nothing, or only findings in the order of their names, each once.
        let in_order = findings.windows(2).all(|pair| pair[0].name() < pair[1].name());
        if in_order && self.silences.iter().all(|one| one.own.is_none()) {
            return findings.into_iter().map(|one| one.found).collect();
        }
        let weight = |record: u32| index.record(record).map_or(0, |entry| entry.authority);
        let mut ranked: Vec<(Match, u16)> = Vec::with_capacity(findings.len());
        ranked.extend(findings.into_iter().map(|one| (one.found, weight(one.record))));
        ranked.extend(self.silences.into_iter().filter_map(|one| Some((one.own?, one.authority))));
        let rank = |one: &(Match, u16)| {
            // Of one record's answers: a known one, then by authority, then the worse one.
            (one.0.state == State::Unknown, std::cmp::Reverse(one.1), one.0.state)
        };
        ranked.sort_by(|left, right| {
            let (a, b) = (&left.0, &right.0);
            a.advisory
                .cmp(&b.advisory)
                .then_with(|| a.vulnerability.cmp(&b.vulnerability))
                .then_with(|| rank(left).cmp(&rank(right)))
        });
        ranked.dedup_by(|later, earlier| {
            later.0.advisory == earlier.0.advisory && later.0.vulnerability == earlier.0.vulnerability
        });
        ranked.into_iter().map(|(found, _)| found).collect()
    }
}

fn silence(found: &mut Match, rule: Rule, reason: String, evidence: Option<StatementEvidence>) {
    found.state = State::NotAffected;
    found.rule = rule;
    found.reason = Some(reason);
    found.evidence.statements.extend(evidence);
}

/// The inventory's own analysis of the component: by any name of the vulnerability.
fn said_silences(index: &Index, finding: &mut Finding, entry: &RecordEntry, said: &[Said]) -> bool {
    let names: Vec<&str> = index.names_of(entry).iter().map(|name| index.store.texts.text(*name)).collect();
    for one in said {
        let named = one.vulnerability == finding.found.advisory
            || (names.len() == 1 && names.contains(&one.vulnerability.as_str()));
        let rule = match one.state.as_str() {
            "not_affected" | "false_positive" => Rule::VexNotAffected,
            "resolved" | "resolved_with_pedigree" => Rule::VexFixed,
            _ => continue,
        };
        if named {
            let evidence = StatementEvidence {
                advisory: "the inventory".to_owned(),
                status: one.state.clone(),
                justification: None,
                text: one.text.clone(),
            };
            let reason = words(&evidence);
            silence(&mut finding.found, rule, reason, Some(evidence));
            return true;
        }
    }
    false
}

/// "DOC says not_affected: component_not_present, because …"
fn words(evidence: &StatementEvidence) -> String {
    let mut words = format!("{} says {}", evidence.advisory, evidence.status);
    if let Some(justification) = &evidence.justification {
        words.push_str(": ");
        words.push_str(justification);
    }
    if let Some(text) = &evidence.text {
        words.push_str(if evidence.justification.is_some() { ", " } else { ": " });
        words.push_str(text);
    }
    words
}

/// True when the distribution's advisories can answer for its package.
fn distribution_judges(index: &Index, package: &str, component: &Resolved) -> bool {
    let owner = resolve(&ComponentQuery { purl: Some(package), ..ComponentQuery::default() });
    let by_distribution = !owner.keys.is_empty() && crate::distro::is_distribution(&owner.unit.ecosystem);
    by_distribution
        && !crate::distro::is_distribution(&component.unit.ecosystem)
        && beyond_the_data(index, &owner).is_none()
}

fn names_version(index: &Index, row: &Row, subject: &Identity) -> bool {
    match row.kind() {
        RowKind::Open => row.lo == NONE,
        RowKind::Exact | RowKind::Text => {
            subject.version.as_deref() == Some(index.store.texts.text(row.lo_text))
        }
        _ => false,
    }
}

impl Index {
    pub(super) fn said(&self, entry: &RecordEntry, row: &Row) -> StatementEvidence {
        let statement = self.statement(row);
        let text = |number: Option<u32>| number.and_then(|number| self.optional_text(number));
        StatementEvidence {
            advisory: self.store.texts.text(entry.id).to_owned(),
            status: match row.verdict() {
                Verdict::Affected => "affected",
                Verdict::NotAffected => "not_affected",
                Verdict::Fixed => "fixed",
                Verdict::UnderInvestigation => "under_investigation",
            }
            .to_owned(),
            justification: text(statement.map(|statement| statement.justification)),
            text: text(statement.map(|statement| statement.text)),
        }
    }
}
