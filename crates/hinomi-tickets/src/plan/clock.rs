// SPDX-License-Identifier: Apache-2.0
//! By when: the terms of the policy on the calendars of units, moved on by approved pauses.
//!
//! Days of a policy are of 24 hours each and run through; business days end with the last one, on the calendar of the unit that
//! manages the system. The arithmetic is that of everything that is owed ([`hinomi_obligations::due_at`]); a date that stands in
//! a catalogue is no term and is never moved.

use std::collections::HashMap;

use hinomi_core::Time;
use hinomi_obligations::pauses::{PauseRow, approved};
use hinomi_obligations::{Calendar, Pause, Span, due_at};
use hinomi_score::policy::{CaseInputs, Count, Decision, Policy, Term};

/// What the clock of tickets knows.
#[derive(Debug, Clone)]
pub struct TicketClock {
    /// By unit; empty where no rule counts business days.
    calendars: HashMap<String, Calendar>,
    weekdays: Calendar,
    /// Approved ones, by ticket.
    pauses: HashMap<i64, Vec<Pause>>,
}

impl Default for TicketClock {
    fn default() -> Self {
        Self::new(HashMap::new(), HashMap::new())
    }
}

impl TicketClock {
    pub fn new(calendars: HashMap<String, Calendar>, pauses: HashMap<i64, Vec<Pause>>) -> Self {
        Self { calendars, weekdays: Calendar::weekdays(), pauses }
    }

    /// With these pauses of a ticket in place of those that are known.
    #[must_use]
    pub fn with(mut self, ticket: i64, pauses: &[PauseRow]) -> Self {
        self.pauses.insert(ticket, approved(pauses));
        self
    }

    /// Decides a case of a ticket by its unit's calendar and its own pauses.
    pub fn decide(&self, policy: &Policy, inputs: &CaseInputs, unit_id: &str, ticket: i64) -> Decision {
        let calendar = self.calendars.get(unit_id).unwrap_or(&self.weekdays);
        let pauses = self.pauses.get(&ticket).map_or(&[][..], Vec::as_slice);
        let reckon = |start: i64, term: Term| {
            due_at(Time::from_micros(start), span(term), calendar, pauses).as_micros()
        };
        policy.decide_by(inputs, &reckon)
    }

    /// Whether its dates are its own: those of tickets without pauses are alike for like inputs.
    pub(super) fn has_pauses(&self, ticket: i64) -> bool {
        self.pauses.contains_key(&ticket)
    }

    /// The end of its last pause; it may have passed.
    pub(super) fn paused_until(&self, ticket: i64) -> Option<i64> {
        self.pauses.get(&ticket)?.iter().filter_map(|pause| pause.to).map(Time::as_micros).max()
    }

    /// Tickets with a pause that was ever approved.
    pub fn paused_tickets(&self) -> impl Iterator<Item = i64> {
        self.pauses.keys().copied()
    }
}

fn span(term: Term) -> Span {
    match term.count {
        Count::Days => Span::Hours(u32::from(term.days) * 24),
        Count::BusinessDays => Span::BusinessDays(u32::from(term.days)),
    }
}
