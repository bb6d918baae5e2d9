// SPDX-License-Identifier: Apache-2.0
//! From what a system's carriers show and what is stored to what must be written; pure.
//!
//! ```text
//! wanted item, stored open      → kept, its dates and criticality decided anew
//! wanted item, stored closed    → regression: item and ticket open again
//! wanted item, not stored       → into the open ticket; work started without covering it → the next ticket
//! stored open, no longer wanted → closes with its evidence; without evidence it stays as it is
//! left over by started work     → moves to the next ticket with its dates
//! ```

mod clock;
mod decisions;
mod draft;
mod moved;
#[cfg(test)]
mod tests;

pub use clock::TicketClock;
pub use decisions::case_inputs;
pub use moved::plan_moved;

use crate::model::{Closure, Event, IntervalRow, ItemRow, TicketRow, UnitKey};
use decisions::Decisions;
use draft::Draft;
use hinomi_score::Severity;
use hinomi_score::policy::{Importance, KnownExploited, Likelihood, Policy, Reachability, Ssvc};
use hinomi_version::Scheme;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What the policy asks about a system.
#[derive(Debug, Clone)]
pub struct SystemFacts {
    pub id: String,
    pub unit_id: String,
    pub reachability: Reachability,
    pub importance: Importance,
    pub sensitive_data: bool,
}

/// What the policy asks about a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VulnerabilityFacts {
    pub severity: Severity,
    pub known_exploited: Option<KnownExploited>,
    pub likelihood: Option<Likelihood>,
    pub ssvc: Ssvc,
}

impl VulnerabilityFacts {
    /// Of a vulnerability of which nothing is known.
    pub const NONE: Self = Self {
        severity: Severity::Unrated,
        known_exploited: None,
        likelihood: None,
        ssvc: Ssvc { exploitation: None, automatable: None, technical_impact: None },
    };

    /// As far as the policy can tell them apart.
    #[must_use]
    pub fn cut(self, policy: &Policy) -> Self {
        Self { likelihood: policy.cut(self.likelihood), ..self }
    }

    /// What became different since `before` as far as the policy can tell, for the history.
    pub fn since(&self, before: &Self, policy: &Policy) -> Vec<serde_json::Value> {
        let likelier = self.cut(policy).likelihood != before.cut(policy).likelihood;
        let told = |what: &str, from: serde_json::Value, to: serde_json::Value| {
            (from != to).then(|| serde_json::json!({ "what": what, "from": from, "to": to }))
        };
        let score = |facts: &Self| facts.likelihood.map(|likelihood| likelihood.score.value()).into();
        let percentile =
            |facts: &Self| facts.likelihood.map(|likelihood| likelihood.percentile.value()).into();
        let due = |facts: &Self| facts.known_exploited.map(|listed| listed.catalogue_due_at).into();
        [
            told("severity", before.severity.as_str().into(), self.severity.as_str().into()),
            told(
                "known_exploited",
                before.known_exploited.is_some().into(),
                self.known_exploited.is_some().into(),
            ),
            told("catalogue_due_at", due(before), due(self))
                .filter(|_| before.known_exploited.is_some() && self.known_exploited.is_some()),
            told("epss_score", score(before), score(self)).filter(|_| likelier),
            told("epss_percentile", percentile(before), percentile(self)).filter(|_| likelier),
            told("ssvc", before.ssvc.to_stored().into(), self.ssvc.to_stored().into()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What is known of a vulnerability now, and what was when its items were decided.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    pub before: Option<VulnerabilityFacts>,
    pub after: VulnerabilityFacts,
}

/// A vulnerability of one unit as the carriers of a system show it now.
#[derive(Debug, Clone)]
pub struct WantedItem {
    /// One of the affected components: what was installed before.
    pub component_id: i64,
    pub since: i64,
    pub fixed: Option<String>,
}

/// One remediation unit of a system as its carriers show it now.
#[derive(Debug, Clone, Default)]
pub struct WantedUnit {
    pub items: BTreeMap<i64, WantedItem>,
    pub assets: i64,
    pub stale: bool,
    pub restart_pending: bool,
    pub scheme: Option<Scheme>,
}

/// Why an item that is no longer shown ends, and what proves it.
#[derive(Debug, Clone)]
pub struct Proof {
    pub closure: Closure,
    pub evidence: serde_json::Value,
}

/// What is stored of a system.
#[derive(Debug, Default)]
pub struct Stored {
    pub tickets: Vec<TicketRow>,
    pub items: Vec<ItemRow>,
    pub intervals: Vec<IntervalRow>,
}

/// What must be written. Tickets with a number below zero are new and get theirs when they are written.
#[derive(Debug, Default)]
pub struct Writes {
    pub tickets: Vec<TicketRow>,
    pub items: Vec<ItemRow>,
    /// Items that left their ticket for the next one: (ticket, vulnerability).
    pub left: Vec<(i64, i64)>,
    /// Intervals that end or whose due date moved.
    pub intervals: Vec<IntervalRow>,
    pub events: Vec<Event>,
    pub opened: usize,
    pub closed: usize,
    pub reopened: usize,
}

impl Writes {
    pub fn rows(&self) -> usize {
        self.tickets.len() + self.items.len() + self.left.len() + self.intervals.len() + self.events.len()
    }

    pub fn extend(&mut self, more: Self) {
        self.tickets.extend(more.tickets);
        self.items.extend(more.items);
        self.left.extend(more.left);
        self.intervals.extend(more.intervals);
        self.events.extend(more.events);
        self.opened += more.opened;
        self.closed += more.closed;
        self.reopened += more.reopened;
    }
}

/// What a plan is made under.
pub struct Frame<'a> {
    pub now: i64,
    pub policy: &'a Policy,
    pub policy_id: i64,
    pub system: &'a SystemFacts,
    pub vulnerabilities: &'a HashMap<i64, VulnerabilityFacts>,
    /// Those of stored open items that are no longer shown: what is still open is decided on facts, too.
    pub unshown: &'a HashMap<i64, VulnerabilityFacts>,
    /// Those of which something else is known than when their items were decided.
    pub moved: &'a HashMap<i64, Moved>,
    pub clock: &'a TicketClock,
}

/// Which stored open items are no longer shown: (ticket, vulnerability, component that was installed).
pub fn vanished<'a>(
    wanted: &'a BTreeMap<UnitKey, WantedUnit>,
    stored: &'a Stored,
) -> impl Iterator<Item = (&'a TicketRow, &'a ItemRow)> {
    let tickets: HashMap<i64, &TicketRow> = stored.tickets.iter().map(|row| (row.id, row)).collect();
    stored.items.iter().filter(|item| item.closed_at.is_none()).filter_map(move |item| {
        let ticket = *tickets.get(&item.ticket_id)?;
        let shown =
            wanted.get(&unit_of(ticket)).is_some_and(|unit| unit.items.contains_key(&item.vulnerability_id));
        (!shown).then_some((ticket, item))
    })
}

fn unit_of(ticket: &TicketRow) -> UnitKey {
    UnitKey {
        ecosystem: ticket.ecosystem.as_str().into(),
        release: ticket.release.as_str().into(),
        package: ticket.package.as_str().into(),
    }
}

/// The whole plan of one system. `proofs` answers for what [`vanished`] named; without a proof an item stays
/// open, whatever the reason.
pub fn plan(
    frame: &Frame<'_>,
    wanted: &BTreeMap<UnitKey, WantedUnit>,
    stored: Stored,
    proofs: &HashMap<(i64, i64), Proof>,
    next_number: &mut i64,
) -> Writes {
    let mut writes = Writes::default();
    let mut by_unit: BTreeMap<UnitKey, Vec<Draft>> = BTreeMap::new();
    let mut items: HashMap<i64, Vec<ItemRow>> = HashMap::new();
    for item in stored.items {
        items.entry(item.ticket_id).or_default().push(item);
    }
    let intervals: HashMap<i64, IntervalRow> =
        stored.intervals.into_iter().map(|row| (row.case_id, row)).collect();
    for ticket in stored.tickets {
        let draft = Draft {
            items: items.remove(&ticket.id).unwrap_or_default(),
            before: Some(ticket.clone()),
            ticket,
            dirty_items: Vec::new(),
        };
        by_unit.entry(unit_of(&draft.ticket)).or_default().push(draft);
    }
    let mut decisions = Decisions::new(frame);
    let none = WantedUnit::default();
    for unit in wanted.keys() {
        by_unit.entry(unit.clone()).or_default();
    }
    for (unit, mut drafts) in by_unit {
        let shown = wanted.get(&unit).unwrap_or(&none);
        if shown.items.is_empty() && drafts.iter().all(|draft| !draft.ticket.is_open) {
            continue;
        }
        drafts.sort_by_key(|draft| draft.ticket.id);
        let mut room = draft::Room {
            frame,
            unit: &unit,
            shown,
            drafts,
            next_number: &mut *next_number,
            writes: &mut writes,
        };
        for (&vulnerability_id, item) in &shown.items {
            room.place(vulnerability_id, item);
        }
        room.close_vanished(proofs);
        room.hand_over();
        let mut drafts = room.drafts;
        for draft in &mut drafts {
            draft.settle(frame, shown, &mut decisions, &mut writes, intervals.get(&draft.ticket.id));
        }
    }
    writes
}
