// SPDX-License-Identifier: Apache-2.0
//! Types and rules of findings; pure.

use crate::lives::Past;
use hinomi_core::{DomainError, ErrorKind};
use hinomi_match::{Match, MatchSet, State, UnknownReason};
use std::collections::{HashMap, HashSet};

#[derive(Debug, thiserror::Error)]
pub enum FindingError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Inventory(#[from] hinomi_inventory::model::InventoryError),
    #[error(transparent)]
    Advisories(#[from] hinomi_advisories::AdvisoryError),
    #[error("matching was interrupted")]
    Interrupted,
}

impl DomainError for FindingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Advisories(error) => error.kind(),
            Self::Interrupted => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Advisories(error) => error.code(),
            Self::Interrupted => "interrupted",
        }
    }
}

/// A stored match, from when until when it held.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MatchRow {
    pub component_id: i64,
    pub advisory_no: i64,
    pub from_at: i64,
    pub to_at: i64,
    pub vulnerability_id: i64,
    pub state: String,
    pub fixed: Option<String>,
    pub rule: String,
    pub evidence: String,
    pub reason: Option<String>,
}

/// Why a component cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnknownRow {
    pub component_id: i64,
    pub from_at: i64,
    pub to_at: i64,
    pub code: String,
    pub text: String,
}

/// What should be stored about a component now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub matches: Vec<MatchRow>,
    pub unknown: Option<(String, String)>,
}

/// A record as matching knows it: its number and the vulnerability it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef {
    pub no: i64,
    pub vulnerability_id: i64,
}

/// From what the index answers to what is stored.
pub fn wanted(
    component_id: i64,
    set: &MatchSet,
    past: Option<&Past>,
    records: &HashMap<String, RecordRef>,
    now: i64,
) -> Wanted {
    // A document of statements may speak of several vulnerabilities of a component: it is one record here, and what
    // is said to be safe of one must not hide what is affected by another.
    let mut found: Vec<&Match> = set.matches.iter().collect();
    found.sort_by_key(|found| match found.state {
        State::Affected => 0,
        State::Unknown => 1,
        State::NotAffected => 2,
    });
    let mut seen = HashSet::new();
    let matches = found.into_iter().filter(|found| seen.insert(&found.advisory)).filter_map(|found| {
        let record = records.get(&found.advisory)?;
        Some(MatchRow {
            component_id,
            advisory_no: record.no,
            from_at: now,
            to_at: crate::OPEN,
            vulnerability_id: record.vulnerability_id,
            state: found.state.as_str().to_owned(),
            fixed: found.fixed.clone(),
            rule: found.rule.as_str().to_owned(),
            evidence: serde_json::to_string(&found.evidence).unwrap_or_default(),
            reason: found.reason.clone(),
        })
    });
    // Past the end of life silence means nothing, whatever else is known.
    let reason = past.map(end_of_life).or_else(|| set.unknown.clone());
    Wanted {
        matches: matches.collect(),
        unknown: reason.map(|reason| (reason.code().to_owned(), reason.to_string())),
    }
}

fn end_of_life(past: &Past) -> UnknownReason {
    UnknownReason::EndOfLife {
        ecosystem: past.name.clone(),
        release: past.release.clone(),
        since: past.since(),
    }
}

/// What must be written so that the stored rows become the wanted ones.
#[derive(Debug, Default)]
pub struct Changes {
    /// (component, advisory, from) of the rows that end.
    pub ended: Vec<(i64, i64, i64)>,
    pub begun: Vec<MatchRow>,
    pub unknown_ended: Vec<(i64, i64)>,
    pub unknown_begun: Vec<UnknownRow>,
}

impl Changes {
    /// Rows that say the same stay untouched, with the time since when they held.
    pub fn add(
        &mut self,
        stored: &[MatchRow],
        unknown: Option<&UnknownRow>,
        wanted: Wanted,
        component_id: i64,
        now: i64,
    ) {
        let same = |left: &MatchRow, right: &MatchRow| {
            left.advisory_no == right.advisory_no
                && left.vulnerability_id == right.vulnerability_id
                && left.state == right.state
                && left.fixed == right.fixed
                && left.rule == right.rule
                && left.evidence == right.evidence
                && left.reason == right.reason
        };
        for row in stored {
            if !wanted.matches.iter().any(|new| same(row, new)) {
                self.ended.push((row.component_id, row.advisory_no, row.from_at));
            }
        }
        for mut new in wanted.matches {
            let old = stored.iter().find(|row| row.advisory_no == new.advisory_no);
            if let Some(old) = old {
                if same(old, &new) {
                    continue;
                }
                // A row that says it anew in the same instant must not begin where its elder begins.
                new.from_at = new.from_at.max(old.from_at + 1);
            }
            self.begun.push(new);
        }
        let known = unknown.map(|row| (row.code.clone(), row.text.clone()));
        if known != wanted.unknown {
            if let Some(row) = unknown {
                self.unknown_ended.push((component_id, row.from_at));
            }
            if let Some((code, text)) = wanted.unknown {
                let from_at = unknown.map_or(now, |row| now.max(row.from_at + 1));
                self.unknown_begun.push(UnknownRow { component_id, from_at, to_at: crate::OPEN, code, text });
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
            && self.begun.is_empty()
            && self.unknown_ended.is_empty()
            && self.unknown_begun.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(advisory_no: i64, fixed: &str) -> MatchRow {
        MatchRow {
            component_id: 1,
            advisory_no,
            from_at: 10,
            to_at: crate::OPEN,
            vulnerability_id: 7,
            state: "affected".into(),
            fixed: Some(fixed.into()),
            rule: "r".into(),
            evidence: "{}".into(),
            reason: None,
        }
    }

    #[test]
    fn a_document_that_calls_one_gap_harmless_does_not_hide_another() {
        let said = |state: State| -> Match {
            serde_json::from_value(serde_json::json!({
                "advisory": "csaf:DEMO-1", "state": state, "fixed": null, "rule": "osv-ecosystem-range",
                "evidence": {"package": {"ecosystem": "PyPI", "name": "demo"}, "installed": "1.0", "affected": 0}
            }))
            .unwrap()
        };
        let matches = vec![said(State::NotAffected), said(State::Unknown), said(State::Affected)];
        let set = MatchSet { matches, ..MatchSet::default() };
        let records = HashMap::from([("csaf:DEMO-1".to_owned(), RecordRef { no: 3, vulnerability_id: 7 })]);
        let wanted = wanted(1, &set, None, &records, 10);
        let states: Vec<&str> = wanted.matches.iter().map(|row| row.state.as_str()).collect();
        assert_eq!(states, ["affected"]);
    }

    #[test]
    fn rows_that_say_the_same_are_left_alone() {
        let mut changes = Changes::default();
        let again = MatchRow { from_at: 99, ..row(3, "2") };
        changes.add(&[row(3, "2")], None, Wanted { matches: vec![again], unknown: None }, 1, 99);
        assert!(changes.is_empty());
    }

    #[test]
    fn a_changed_row_ends_and_begins_later_than_its_elder() {
        let mut changes = Changes::default();
        changes.add(&[row(3, "2")], None, Wanted { matches: vec![row(3, "4")], unknown: None }, 1, 10);
        assert_eq!(changes.ended, [(1, 3, 10)]);
        assert_eq!(changes.begun.len(), 1);
        assert_eq!(changes.begun[0].from_at, 11);
    }

    #[test]
    fn an_unknown_begins_and_ends() {
        let mut changes = Changes::default();
        let wanted = Wanted { matches: vec![], unknown: Some(("no-version".into(), "text".into())) };
        changes.add(&[], None, wanted, 1, 5);
        assert_eq!(changes.unknown_begun.len(), 1);
        let begun = changes.unknown_begun.remove(0);
        let mut later = Changes::default();
        later.add(&[], Some(&begun), Wanted::default(), 1, 8);
        assert_eq!(later.unknown_ended, [(1, 5)]);
    }
}
