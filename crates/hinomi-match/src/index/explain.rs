// SPDX-License-Identifier: Apache-2.0
//! Why an advisory did or did not match, step by step, in the order in which the engine decides.

use super::decide::{Applies, Question, Reach, beyond_the_data};
use super::{CPE, Index, Row, RowKind};
use crate::arena::NONE;
use crate::evidence::Match;
use crate::host::Host;
use crate::query::{ComponentQuery, PackageKey, Resolved};
use crate::resolve::resolve;

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was looked at.
    pub subject: String,
    /// What it gave.
    pub outcome: String,
}

impl Step {
    fn new(subject: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self { subject: subject.into(), outcome: outcome.into() }
    }
}

fn identity_steps(resolved: &Resolved) -> Vec<Step> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let keys: Vec<String> = resolved.keys.iter().map(ToString::to_string).collect();
    let version_kind = if resolved.by_source { "source version" } else { "version" };
    let mut steps = vec![
        Step::new("package keys", if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }),
        Step::new("remediation unit", resolved.unit.to_string()),
        Step::new(version_kind, or_none(&resolved.version)),
        Step::new("release", or_none(&resolved.release)),
        Step::new("order", resolved.scheme.map_or("none", |scheme| scheme.name())),
    ];
    if let Some(module) = &resolved.module {
        steps.push(Step::new("module stream", module));
    }
    steps
}

fn verdict_steps(found: &Match) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for fact in &found.evidence.host {
        if let Some((subject, outcome)) = fact.rsplit_once(": ") {
            steps.push(Step::new(format!("host: {subject}"), outcome));
        }
    }
    let fixed = found.fixed.as_ref().map(|fixed| format!(", fixed in {fixed}")).unwrap_or_default();
    let reason = found.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let subject = match &found.vulnerability {
        Some(vulnerability) => format!("verdict on {vulnerability}"),
        None => "verdict".to_owned(),
    };
    steps.push(Step::new(subject, format!("{} by {}{fixed}{reason}", found.state.as_str(), found.rule)));
    steps
}

impl Index {
    /// Retraces the decision for one component and one advisory.
    #[must_use]
    pub fn explain(&self, query: &ComponentQuery<'_>, advisory: &str) -> Vec<Step> {
        self.explain_on(&Host::default(), query, None, advisory)
    }

    /// As [`Index::explain`], with what is known of the host; `reference` as in [`Index::match_on`].
    #[must_use]
    pub fn explain_on(
        &self,
        host: &Host,
        query: &ComponentQuery<'_>,
        reference: Option<&str>,
        advisory: &str,
    ) -> Vec<Step> {
        let resolved = resolve(query);
        let mut steps = Vec::new();
        let beyond = beyond_the_data(self, &resolved);
        let mut touched = false;
        for identity in resolved.identities() {
            steps.extend(identity_steps(identity));
            let question = |only_statements| Question::new(self, identity, host, reference, only_statements);
            touched |= self.identity_rows(identity, &question, advisory, &mut steps);
        }
        if !touched && (beyond.is_none() || self.statements.len() > 0) {
            steps.push(Step::new(advisory, "does not name the package, is withdrawn or is not loaded"));
        }
        let found = self.match_on(host, query, reference);
        let of_it: Vec<&Match> = found.matches.iter().filter(|found| found.advisory == advisory).collect();
        for found in &of_it {
            steps.extend(verdict_steps(found));
        }
        if of_it.is_empty() {
            let verdict = match found.unknown.filter(|_| touched || beyond.is_some()) {
                Some(reason) => format!("unknown: {reason}"),
                None => "no match".to_owned(),
            };
            steps.push(Step::new("verdict", verdict));
        }
        steps
    }

    /// The rows of one identity that take part; whether any is of the advisory.
    fn identity_rows<'q>(
        &self,
        resolved: &Resolved,
        question: &dyn Fn(bool) -> Question<'q>,
        advisory: &str,
        steps: &mut Vec<Step>,
    ) -> bool {
        let only_statements = beyond_the_data(self, resolved).is_some() && !resolved.by_name;
        if only_statements && self.statements.len() == 0 {
            return false;
        }
        let known = self.store.texts.lookup(advisory.as_bytes());
        let mut touched = false;
        let question = question(only_statements);
        for key in &resolved.keys {
            let rows = self.rows_of(&key.ecosystem, &key.name);
            steps.push(Step::new(format!("rows of {key}"), rows.len().to_string()));
            for run in rows.chunk_by(|left, right| left.record == right.record) {
                let id = run.first().and_then(|row| self.record(row.record)).map(|entry| entry.id);
                // Statements of others take part in the decision, so they are steps of it.
                let states = run.iter().any(|row| row.verdict().silences());
                if known.is_some() && (id == known || states) {
                    touched |= id == known;
                    let channel = question.prefers_channel(run);
                    steps.extend(run.iter().map(|row| self.row_step(&question, key, row, channel)));
                }
            }
        }
        touched
    }

    fn row_step(&self, question: &Question<'_>, key: &PackageKey, row: &Row, channel: Option<bool>) -> Step {
        let outcome = match question.applies(row, channel) {
            Applies::No => "not applicable: another release, channel, module stream or product".to_owned(),
            Applies::NoReleaseStated => "the record names no release".to_owned(),
            Applies::StreamUnknown => "the inventory does not say the module stream".to_owned(),
            Applies::Yes if row.flags & CPE != 0 => return self.configuration_step(question, key, row),
            Applies::Yes => match question.reaches(row) {
                Reach::Inside => "the version is inside".to_owned(),
                Reach::Outside => "the version is outside".to_owned(),
                Reach::CannotPlace => "the version has no place in the order".to_owned(),
                Reach::CannotEvaluate => "no order is known for the range".to_owned(),
            },
        };
        let entry = self.record(row.record);
        let stated = row.verdict().silences() || self.statement(row).is_some();
        match entry.filter(|_| stated) {
            Some(entry) => {
                let said = self.said(entry, row);
                let subject = format!("{} {} {}", said.advisory, said.status, self.row_text(row));
                Step::new(subject, outcome)
            }
            None => Step::new(self.row_text(row), outcome),
        }
    }

    fn configuration_step(&self, question: &Question<'_>, key: &PackageKey, row: &Row) -> Step {
        let outcome = match question.candidate(key, row) {
            Ok(None) => "another version, variant or host".to_owned(),
            Ok(Some(candidate)) => candidate.words(),
            Err(_) => "the version is not known or has no place in the order".to_owned(),
        };
        let criteria = self.atom(row.detail).map_or("", |atom| self.store.texts.text(atom.criteria));
        Step::new(format!("{criteria} {}", self.row_text(row)), outcome)
    }

    /// `affected[0].ranges[1] of 22.04 (Pro): [1.0, 1.2)`
    fn row_text(&self, row: &Row) -> String {
        let list = match (row.flags & CPE != 0, row.detail != NONE) {
            (true, _) => "configurations",
            (false, true) => "statements",
            (false, false) => "affected",
        };
        let mut text = format!("{list}[{}]", row.affected);
        if row.range != NONE && row.flags & CPE == 0 {
            text.push_str(&format!(".ranges[{}]", row.range));
        }
        if let Some(context) = self.contexts.get(row.context as usize) {
            let parts =
                [context.release, context.channel, context.module].map(|part| self.optional_text(part));
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                text.push_str(&format!(" of {}", parts.join(", ")));
            }
        }
        let bound = |number: u32| self.optional_text(number).unwrap_or_else(|| "*".to_owned());
        let (lo, hi) = (bound(row.lo_text), bound(row.hi_text));
        let interval = match row.kind() {
            RowKind::Exact | RowKind::Text => format!("version {lo}"),
            RowKind::Vers => lo,
            RowKind::Pattern => format!("versions like {lo}"),
            RowKind::Versionless => "no version".to_owned(),
            RowKind::Open if row.lo == NONE => "every version".to_owned(),
            RowKind::Unordered => "a range".to_owned(),
            RowKind::LastAffected => format!("[{lo}, {hi}]"),
            RowKind::Fixed => format!("[{lo}, {hi})"),
            RowKind::Limit => format!("[{lo}, {hi}) up to the record's limit"),
            RowKind::Open => format!("[{lo}, …)"),
        };
        format!("{text}: {interval}")
    }
}
