// SPDX-License-Identifier: Apache-2.0
//! Why an advisory did or did not match, step by step, in the order in which the engine decides.

use super::decide::{Applies, Question, Reach, beyond_the_data};
use super::{Index, Row, RowKind};
use crate::arena::NONE;
use crate::query::ComponentQuery;
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

impl Index {
    /// Retraces the decision for one component and one advisory.
    #[must_use]
    pub fn explain(&self, query: &ComponentQuery<'_>, advisory: &str) -> Vec<Step> {
        let resolved = resolve(query);
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
        if let Some(reason) = beyond_the_data(self, &resolved) {
            steps.push(Step::new("verdict", format!("unknown: {reason}")));
            return steps;
        }
        let known = self.store.texts.lookup(advisory.as_bytes());
        let mut touched = false;
        {
            let question = Question::new(self, &resolved);
            for key in &resolved.keys {
                let rows = self.rows_of(&key.ecosystem, &key.name);
                steps.push(Step::new(format!("rows of {key}"), rows.len().to_string()));
                for run in rows.chunk_by(|left, right| left.record == right.record) {
                    let id = run.first().and_then(|row| self.records.get(row.record as usize)).copied();
                    if known.is_none() || id != known {
                        continue;
                    }
                    touched = true;
                    let channel = question.prefers_channel(run);
                    for row in run {
                        let outcome = match question.applies(row, channel) {
                            Applies::No => "not applicable: another release, channel or module stream",
                            Applies::NoReleaseStated => "the record names no release",
                            Applies::StreamUnknown => "the inventory does not say the module stream",
                            Applies::Yes => match question.reaches(row) {
                                Reach::Inside => "the version is inside",
                                Reach::Outside => "the version is outside",
                                Reach::CannotPlace => "the version has no place in the order",
                                Reach::CannotEvaluate => "no order is known for the range",
                            },
                        };
                        steps.push(Step::new(self.row_text(row), outcome));
                    }
                }
            }
        }
        if !touched {
            steps.push(Step::new(advisory, "does not name the package, is withdrawn or is not loaded"));
        }
        let found = self.match_component(query);
        let verdict = match found.matches.iter().find(|found| found.advisory == advisory) {
            Some(found) => {
                let fixed =
                    found.fixed.as_ref().map(|fixed| format!(", fixed in {fixed}")).unwrap_or_default();
                let reason = found.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("{} by {}{fixed}{reason}", found.state.as_str(), found.rule)
            }
            None => match found.unknown.filter(|_| touched) {
                Some(reason) => format!("unknown: {reason}"),
                None => "no match".to_owned(),
            },
        };
        steps.push(Step::new("verdict", verdict));
        steps
    }

    /// `affected[0].ranges[1] of 22.04 (Pro): [1.0, 1.2)`
    fn row_text(&self, row: &Row) -> String {
        let mut text = format!("affected[{}]", row.affected);
        if row.range != NONE {
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
            RowKind::Unordered => "a range".to_owned(),
            RowKind::LastAffected => format!("[{lo}, {hi}]"),
            RowKind::Fixed => format!("[{lo}, {hi})"),
            RowKind::Limit => format!("[{lo}, {hi}) up to the record's limit"),
            RowKind::Open => format!("[{lo}, …)"),
        };
        format!("{text}: {interval}")
    }
}
