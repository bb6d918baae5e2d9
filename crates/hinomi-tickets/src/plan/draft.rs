// SPDX-License-Identifier: Apache-2.0
//! The tickets of one remediation unit while they are worked on.
//!
//! ```text
//! place what is shown ─→ close what is proven gone ─→ hand over what started work leaves ─→ sum up and file
//! ```

use super::decisions::{Decided, Decisions, Sum};
use super::{Frame, Proof, WantedItem, WantedUnit, Writes};
use crate::NEVER;
use crate::model::{Event, EventKind, IntervalRow, ItemRow, Standing, TicketRow, UnitKey};
use hinomi_score::Severity;
use hinomi_version::Scheme;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A ticket while it is worked on.
pub(super) struct Draft {
    pub(super) before: Option<TicketRow>,
    pub(super) ticket: TicketRow,
    pub(super) items: Vec<ItemRow>,
    /// Vulnerabilities of the items that must be written.
    pub(super) dirty_items: Vec<i64>,
}

/// All tickets of one unit, the oldest first, and what they are worked on with.
pub(super) struct Room<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) unit: &'a UnitKey,
    pub(super) shown: &'a WantedUnit,
    pub(super) drafts: Vec<Draft>,
    pub(super) next_number: &'a mut i64,
    pub(super) writes: &'a mut Writes,
}

impl Room<'_> {
    /// Files one shown item: where it is open, where it was before (a regression), or where it is to be done.
    pub(super) fn place(&mut self, vulnerability_id: i64, item: &WantedItem) {
        let position =
            |draft: &Draft| draft.items.iter().position(|row| row.vulnerability_id == vulnerability_id);
        let open = self
            .drafts
            .iter()
            .position(|draft| position(draft).is_some_and(|at| draft.items[at].closed_at.is_none()));
        // The newest ticket that ever had it takes a regression.
        let known = open.or_else(|| self.drafts.iter().rposition(|draft| position(draft).is_some()));
        if let Some(draft) = known.and_then(|index| self.drafts.get_mut(index))
            && let Some(at) = position(draft)
        {
            draft.show(self.frame, at, item, self.writes);
            return;
        }
        let taker = self.taker(item.fixed.as_deref(), None);
        if let Some(draft) = self.drafts.get_mut(taker) {
            draft.add(self.frame, vulnerability_id, item, self.writes);
        }
    }

    pub(super) fn close_vanished(&mut self, proofs: &HashMap<(i64, i64), Proof>) {
        for draft in &mut self.drafts {
            draft.close_vanished(self.frame, self.shown, proofs, self.writes);
        }
    }

    /// What the target version of started work does not close goes on in the next ticket.
    pub(super) fn hand_over(&mut self) {
        for index in 0..self.drafts.len() {
            let Some(draft) = self.drafts.get_mut(index) else { continue };
            for row in draft.take_left_over(self.frame, self.shown, self.writes) {
                let taker = self.taker(row.fixed.as_deref(), Some(index));
                if let Some(draft) = self.drafts.get_mut(taker) {
                    draft.take_over(row);
                }
            }
        }
    }

    /// The open ticket whose work closes the item, or a new one.
    fn taker(&mut self, fixed: Option<&str>, besides: Option<usize>) -> usize {
        let scheme = self.shown.scheme;
        let open = self.drafts.iter().enumerate().position(|(index, draft)| {
            Some(index) != besides && draft.ticket.is_open && draft.covers(scheme, fixed) == Some(true)
        });
        open.unwrap_or_else(|| {
            self.drafts.push(Draft::open(self.frame, self.unit, self.next_number));
            self.writes.opened += 1;
            self.drafts.len() - 1
        })
    }
}

impl Draft {
    fn open(frame: &Frame<'_>, unit: &UnitKey, next_number: &mut i64) -> Self {
        *next_number -= 1;
        let ticket = TicketRow {
            id: *next_number,
            system_id: frame.system.id.clone(),
            unit_id: frame.system.unit_id.clone(),
            ecosystem: unit.ecosystem.to_string(),
            release: unit.release.to_string(),
            package: unit.package.to_string(),
            is_open: true,
            closure: None,
            criticality: 0,
            high_priority: false,
            known_exploited: false,
            severity: Severity::Unrated.as_str().to_owned(),
            severity_rank: 0,
            due_at: NEVER,
            waiting_for_fix: false,
            restart_pending: false,
            stale: false,
            target_version: None,
            started_at: None,
            items_open: 0,
            items_total: 0,
            assets: 0,
            assignee: None,
            opened_at: frame.now,
            closed_at: None,
            reopened: 0,
            policy_id: frame.policy_id,
            paused_until: None,
        };
        Self { before: None, ticket, items: Vec::new(), dirty_items: Vec::new() }
    }

    /// Does the work that this ticket asks for also close what `fixed` closes? `None` where versions cannot tell.
    fn covers(&self, scheme: Option<Scheme>, fixed: Option<&str>) -> Option<bool> {
        let (Some(_), Some(target)) = (self.ticket.started_at, &self.ticket.target_version) else {
            return Some(true);
        };
        match fixed {
            None => Some(false),
            Some(fixed) if fixed == target => Some(true),
            Some(fixed) => hinomi_version::compare(scheme?, fixed, target).ok().map(Ordering::is_le),
        }
    }

    /// Takes out the shown items that the started work surely leaves, once it has, or still has, something to close:
    /// a ticket never ends because everything was taken from it.
    fn take_left_over(&mut self, frame: &Frame<'_>, shown: &WantedUnit, writes: &mut Writes) -> Vec<ItemRow> {
        let Some(started_at) = self.ticket.started_at.filter(|_| self.ticket.is_open) else {
            return Vec::new();
        };
        let is_left = |row: &ItemRow| {
            row.closed_at.is_none()
                && shown.items.contains_key(&row.vulnerability_id)
                && self.covers(shown.scheme, row.fixed.as_deref()) == Some(false)
        };
        let left: Vec<i64> =
            self.items.iter().filter(|row| is_left(row)).map(|row| row.vulnerability_id).collect();
        let stays = self.items.iter().any(|row| match row.closed_at {
            None => !left.contains(&row.vulnerability_id),
            Some(closed_at) => closed_at >= started_at,
        });
        if left.is_empty() || !stays {
            return Vec::new();
        }
        let (gone, kept) = self.items.drain(..).partition(|row| left.contains(&row.vulnerability_id));
        self.items = kept;
        self.dirty_items.retain(|id| !left.contains(id));
        for id in left {
            if self.before.is_some() {
                writes.left.push((self.ticket.id, id));
            }
            let data = serde_json::json!({ "vulnerability_id": id });
            writes.events.push(self.event(frame, EventKind::ItemMoved, data));
        }
        gone
    }

    fn take_over(&mut self, row: ItemRow) {
        self.items.retain(|known| known.vulnerability_id != row.vulnerability_id);
        self.dirty_items.push(row.vulnerability_id);
        self.items.push(ItemRow { ticket_id: self.ticket.id, ..row });
    }

    fn add(&mut self, frame: &Frame<'_>, vulnerability_id: i64, item: &WantedItem, writes: &mut Writes) {
        if self.before.is_some() {
            writes.events.push(self.event(
                frame,
                EventKind::ItemAdded,
                serde_json::json!({ "vulnerability_id": vulnerability_id }),
            ));
        }
        self.dirty_items.push(vulnerability_id);
        self.items.push(ItemRow {
            ticket_id: self.ticket.id,
            vulnerability_id,
            component_id: item.component_id,
            first_seen: item.since,
            fix_known_at: item.fixed.as_ref().map(|_| item.since),
            due_at: NEVER,
            fixed: item.fixed.clone(),
            criticality: 0,
            closed_at: None,
            closure: None,
            evidence: None,
            standing: None,
        });
    }

    /// The item is shown: it stays, or opens again.
    fn show(&mut self, frame: &Frame<'_>, at: usize, item: &WantedItem, writes: &mut Writes) {
        let Some(row) = self.items.get_mut(at) else { return };
        let before = row.clone();
        if row.closed_at.is_some() {
            row.closed_at = None;
            row.closure = None;
            row.evidence = None;
            row.first_seen = item.since;
            row.fix_known_at = None;
            // It begins anew: nothing of what it was rises.
            (row.criticality, row.standing) = (0, None);
        }
        row.component_id = item.component_id;
        row.fixed.clone_from(&item.fixed);
        row.fix_known_at = match (&item.fixed, row.fix_known_at) {
            (None, _) => None,
            (Some(_), Some(known)) => Some(known),
            (Some(_), None) if before.closed_at.is_some() => Some(item.since),
            (Some(_), None) => Some(frame.now),
        };
        let reopened = before.closed_at.is_some();
        let vulnerability_id = before.vulnerability_id;
        if *row != before {
            self.dirty_items.push(vulnerability_id);
        }
        if reopened {
            let data =
                serde_json::json!({ "vulnerability_id": vulnerability_id, "closed_at": before.closed_at });
            writes.events.push(self.event(frame, EventKind::ItemReopened, data));
        }
    }

    fn close_vanished(
        &mut self,
        frame: &Frame<'_>,
        shown: &WantedUnit,
        proofs: &HashMap<(i64, i64), Proof>,
        writes: &mut Writes,
    ) {
        let mut events = Vec::new();
        for row in self.items.iter_mut().filter(|row| row.closed_at.is_none()) {
            if shown.items.contains_key(&row.vulnerability_id) {
                continue;
            }
            let Some(proof) = proofs.get(&(row.ticket_id, row.vulnerability_id)) else { continue };
            row.closed_at = Some(frame.now);
            row.closure = Some(proof.closure.as_str().to_owned());
            row.evidence = Some(proof.evidence.to_string());
            self.dirty_items.push(row.vulnerability_id);
            events.push(serde_json::json!({
                "vulnerability_id": row.vulnerability_id,
                "closure": proof.closure.as_str(),
                "evidence": proof.evidence,
            }));
        }
        for data in events {
            writes.events.push(self.event(frame, EventKind::ItemClosed, data));
        }
    }

    fn event(&self, frame: &Frame<'_>, kind: EventKind, data: serde_json::Value) -> Event {
        Event { ticket_id: self.ticket.id, at: frame.now, actor: "hinomi".to_owned(), kind, data }
    }

    /// Decides every open item at hand anew; `each` hears how it was, what was decided, and how it is.
    pub(super) fn decide(
        &mut self,
        frame: &Frame<'_>,
        decisions: &mut Decisions<'_>,
        writes: &mut Writes,
        mut each: impl FnMut(&ItemRow, &Decided, &ItemRow),
    ) {
        let mut told_anew = Vec::new();
        // What another policy says anew it says of the whole time, as its preview told.
        let same_policy = self.before.as_ref().filter(|before| before.policy_id == frame.policy_id);
        for row in self.items.iter_mut().filter(|row| row.closed_at.is_none()) {
            let before = row.clone();
            let mut decided = decisions.decide(row);
            let was = same_policy.filter(|_| row.criticality > 0).map(|ticket| {
                let unknown = Standing { is_high_priority: ticket.high_priority, ..Standing::default() };
                Standing::read(row.standing.as_deref()).unwrap_or(unknown)
            });
            let standing = decided.standing(frame.now, row, was).to_stored();
            if row.standing.as_ref() != Some(&standing) {
                row.standing = Some(standing);
                decided = decisions.decide(row);
                self.dirty_items.push(row.vulnerability_id);
            }
            if (row.criticality, row.due_at) != (decided.criticality, decided.due_at) {
                told_anew.extend(why_decided_anew(frame, row, decided.criticality, decided.due_at));
                (row.criticality, row.due_at) = (decided.criticality, decided.due_at);
                self.dirty_items.push(row.vulnerability_id);
            }
            each(&before, &decided, row);
        }
        let events = told_anew.into_iter().map(|data| self.event(frame, EventKind::ItemRated, data));
        writes.events.extend(events.collect::<Vec<_>>());
    }

    /// Decides every open item anew, sums the ticket up and files what differs.
    pub(super) fn settle(
        &mut self,
        frame: &Frame<'_>,
        shown: &WantedUnit,
        decisions: &mut Decisions<'_>,
        writes: &mut Writes,
        interval: Option<&IntervalRow>,
    ) {
        let mut sum = Sum::default();
        self.decide(frame, decisions, writes, |_, decided, row| sum.add(decided, row.fixed.is_some()));
        let ticket = &mut self.ticket;
        ticket.items_open = sum.open;
        ticket.items_total = self.items.len() as i64;
        if sum.open > 0 {
            ticket.unit_id.clone_from(&frame.system.unit_id);
            ticket.criticality = sum.criticality;
            ticket.high_priority = sum.high_priority;
            ticket.known_exploited = sum.known_exploited;
            ticket.severity = sum.severity.as_str().to_owned();
            ticket.severity_rank = i64::from(sum.severity.list_rank());
            ticket.due_at = sum.due_at;
            ticket.waiting_for_fix = !sum.any_fix;
            ticket.policy_id = frame.policy_id;
            ticket.paused_until = frame.clock.paused_until(ticket.id);
            // An item that is open for want of proof shows nothing new about its carriers.
            if !shown.items.is_empty() {
                ticket.restart_pending = shown.restart_pending;
                ticket.stale = shown.stale;
                ticket.assets = shown.assets;
            }
            if !ticket.is_open {
                ticket.is_open = true;
                ticket.closure = None;
                ticket.closed_at = None;
                ticket.reopened += 1;
                ticket.started_at = None;
                writes.reopened += 1;
            }
        } else if ticket.is_open {
            ticket.is_open = false;
            ticket.closed_at = Some(frame.now);
            ticket.closure = last_closure(&self.items);
            ticket.restart_pending = false;
            ticket.stale = false;
            writes.closed += 1;
        }
        if self.ticket.started_at.is_none() && self.ticket.is_open && !shown.items.is_empty() {
            self.ticket.target_version = target(shown.scheme, &self.items);
        }
        self.file(frame, writes, interval);
    }

    pub(super) fn file(&mut self, frame: &Frame<'_>, writes: &mut Writes, interval: Option<&IntervalRow>) {
        self.dirty_items.sort_unstable();
        self.dirty_items.dedup();
        for row in &self.items {
            if self.dirty_items.binary_search(&row.vulnerability_id).is_ok() {
                writes.items.push(row.clone());
            }
        }
        if self.before.as_ref() == Some(&self.ticket) {
            return;
        }
        if let Some(before) = &self.before {
            for (kind, data) in told(before, &self.ticket) {
                writes.events.push(self.event(frame, kind, data));
            }
        }
        writes.tickets.push(self.ticket.clone());
        self.file_interval(frame, writes, interval);
    }

    /// The case's row in the heat map: it ends and begins when unit or criticality change, or with the case.
    fn file_interval(&self, frame: &Frame<'_>, writes: &mut Writes, open: Option<&IntervalRow>) {
        let ticket = &self.ticket;
        let same =
            open.is_some_and(|row| row.unit_id == ticket.unit_id && row.criticality == ticket.criticality);
        if same && ticket.is_open {
            if let Some(row) = open.filter(|row| row.due_at != ticket.due_at) {
                writes.intervals.push(IntervalRow { due_at: ticket.due_at, ..row.clone() });
            }
            return;
        }
        // Two changes in one instant: the second takes the place of the first.
        let ended_at = open.map(|row| frame.now.max(row.from_at + 1));
        if let (Some(row), Some(ended_at)) = (open, ended_at) {
            writes.intervals.push(IntervalRow { to_at: ended_at, ..row.clone() });
        }
        if ticket.is_open {
            writes.intervals.push(IntervalRow {
                case_id: ticket.id,
                from_at: ended_at.unwrap_or(frame.now),
                to_at: NEVER,
                unit_id: ticket.unit_id.clone(),
                system_id: ticket.system_id.clone(),
                criticality: ticket.criticality,
                due_at: ticket.due_at,
            });
        }
    }
}

/// That an item is decided otherwise because of what became known; `None` for one that is decided for the first time, or
/// otherwise for another reason.
fn why_decided_anew(
    frame: &Frame<'_>,
    row: &ItemRow,
    criticality: i64,
    due_at: i64,
) -> Option<serde_json::Value> {
    let moved = frame.moved.get(&row.vulnerability_id).filter(|_| row.criticality > 0)?;
    let because = moved.after.since(&moved.before?, frame.policy);
    let day = |at: i64| (at != NEVER).then_some(at);
    (!because.is_empty()).then(|| {
        serde_json::json!({
            "vulnerability_id": row.vulnerability_id,
            "from": word(row.criticality),
            "to": word(criticality),
            "due_before": day(row.due_at),
            "due_at": day(due_at),
            "because": because,
        })
    })
}

/// The version that closes every open item that can be closed.
fn target(scheme: Option<Scheme>, items: &[ItemRow]) -> Option<String> {
    let fixes = items.iter().filter(|row| row.closed_at.is_none()).filter_map(|row| row.fixed.as_deref());
    hinomi_match::target_version(scheme?, fixes)
}

/// What closed the ticket: fixed if anything was, else gone, else retracted.
fn last_closure(items: &[ItemRow]) -> Option<String> {
    ["fixed", "gone", "retracted"]
        .into_iter()
        .find(|kind| items.iter().any(|row| row.closure.as_deref() == Some(*kind)))
        .map(str::to_owned)
}

/// What people should read in the history.
fn told(before: &TicketRow, after: &TicketRow) -> Vec<(EventKind, serde_json::Value)> {
    let mut told = Vec::new();
    if before.is_open && !after.is_open {
        told.push((EventKind::Closed, serde_json::json!({ "closure": after.closure })));
    }
    if !before.is_open && after.is_open {
        told.push((EventKind::Reopened, serde_json::json!({ "times": after.reopened })));
    }
    if before.criticality != after.criticality && before.is_open && after.is_open {
        told.push((
            EventKind::CriticalityChanged,
            serde_json::json!({ "from": word(before.criticality), "to": word(after.criticality) }),
        ));
    }
    if before.unit_id != after.unit_id {
        told.push((
            EventKind::OwnerChanged,
            serde_json::json!({ "from": before.unit_id, "to": after.unit_id }),
        ));
    }
    if before.waiting_for_fix && !after.waiting_for_fix && after.is_open {
        told.push((EventKind::FixAvailable, serde_json::json!({ "version": after.target_version })));
    }
    if before.restart_pending != after.restart_pending && after.is_open {
        let kind = if after.restart_pending { EventKind::RestartPending } else { EventKind::Restarted };
        told.push((kind, serde_json::json!({})));
    }
    told
}

fn word(rank: i64) -> &'static str {
    crate::model::criticality_of_rank(rank).as_str()
}
