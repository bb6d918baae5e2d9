// SPDX-License-Identifier: Apache-2.0
//! What the policy says of each item, and what a ticket's items come to together.

use super::{Frame, SystemFacts, VulnerabilityFacts};
use crate::NEVER;
use crate::model::{ItemRow, Standing, criticality_of_rank, criticality_rank};
use hinomi_score::Severity;
use hinomi_score::policy::{CaseInputs, Rises};
use std::collections::HashMap;

#[derive(Clone, Copy)]
pub(super) struct Decided {
    pub(super) criticality: i64,
    pub(super) due_at: i64,
    pub(super) high_priority: bool,
    pub(super) known_exploited: bool,
    pub(super) severity: Severity,
}

impl Decided {
    /// How the item stands after this decision. `was` is how it stood before; `None`: it is decided for the first time, or
    /// what it became is the policy's change and not the case's.
    pub(super) fn standing(&self, now: i64, row: &ItemRow, was: Option<Standing>) -> Standing {
        let known = Standing::read(row.standing.as_deref()).unwrap_or_default();
        // An unrated case has days of its own, whatever its criticality: rated, it begins as if it were the mildest.
        let before = was.map(|was| criticality_of_rank(if was.is_unrated { 1 } else { row.criticality }));
        let is_unrated = self.severity == Severity::Unrated;
        let mut rises = match is_unrated {
            true => Rises::default(),
            false => known.rises.after(now, before, criticality_of_rank(self.criticality)),
        };
        rises.high_priority = match was {
            _ if !self.high_priority => None,
            Some(was) if !was.is_high_priority => Some(now),
            _ => known.rises.high_priority,
        };
        Standing { rises, is_unrated, is_high_priority: self.high_priority }
    }
}

/// The policy, asked once for equal inputs of tickets without pauses.
pub(super) struct Decisions<'a> {
    frame: &'a Frame<'a>,
    cache: HashMap<CaseInputs, (i64, i64, bool)>,
}

impl<'a> Decisions<'a> {
    pub(super) fn new(frame: &'a Frame<'a>) -> Self {
        Self { frame, cache: HashMap::new() }
    }

    pub(super) fn decide(&mut self, row: &ItemRow) -> Decided {
        let known = self.frame.vulnerabilities.get(&row.vulnerability_id);
        let facts = known
            .or_else(|| self.frame.unshown.get(&row.vulnerability_id))
            .copied()
            .unwrap_or(VulnerabilityFacts::NONE);
        let Frame { policy, clock, system, .. } = *self.frame;
        let dates = (row.first_seen, row.fix_known_at);
        let inputs = case_inputs(system, facts.cut(policy), dates, row.standing.as_deref());
        let ask = |inputs: &CaseInputs| {
            let decision = clock.decide(policy, inputs, &system.unit_id, row.ticket_id);
            (criticality_rank(decision.criticality), decision.due_at.unwrap_or(NEVER), decision.high_priority)
        };
        let (criticality, due_at, high_priority) = if clock.has_pauses(row.ticket_id) {
            ask(&inputs)
        } else {
            *self.cache.entry(inputs).or_insert_with_key(ask)
        };
        Decided {
            criticality,
            due_at,
            high_priority,
            known_exploited: facts.known_exploited.is_some(),
            severity: facts.severity,
        }
    }
}

/// What the policy is asked about one item.
pub fn case_inputs(
    system: &SystemFacts,
    facts: VulnerabilityFacts,
    (first_seen_at, fix_known_at): (i64, Option<i64>),
    standing: Option<&str>,
) -> CaseInputs {
    CaseInputs {
        severity: facts.severity,
        known_exploited: facts.known_exploited,
        likelihood: facts.likelihood,
        ssvc: facts.ssvc,
        reachability: system.reachability,
        importance: system.importance,
        sensitive_data: system.sensitive_data,
        first_seen_at,
        fix_known_at,
        rises: Standing::read(standing).unwrap_or_default().rises,
    }
}

pub(super) struct Sum {
    pub(super) open: i64,
    pub(super) criticality: i64,
    pub(super) due_at: i64,
    pub(super) high_priority: bool,
    pub(super) known_exploited: bool,
    pub(super) any_fix: bool,
    pub(super) severity: Severity,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            open: 0,
            criticality: 1,
            due_at: NEVER,
            high_priority: false,
            known_exploited: false,
            any_fix: false,
            severity: Severity::None,
        }
    }
}

impl Sum {
    pub(super) fn add(&mut self, decided: &Decided, has_fix: bool) {
        self.open += 1;
        self.criticality = self.criticality.max(decided.criticality);
        self.due_at = self.due_at.min(decided.due_at);
        self.high_priority |= decided.high_priority;
        self.known_exploited |= decided.known_exploited;
        self.any_fix |= has_fix;
        if decided.severity.list_rank() >= self.severity.list_rank() {
            self.severity = decided.severity;
        }
    }
}
