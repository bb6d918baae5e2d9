// SPDX-License-Identifier: Apache-2.0
//! From what a system's carriers show and what is stored to what must be written; pure.
//!
//! ```text
//! wanted item, stored open      → kept, its dates and criticality decided anew
//! wanted item, stored closed    → regression: item and ticket open again
//! wanted item, not stored       → into the open ticket; work started without covering it → the next ticket
//! stored open, no longer wanted → closes with its evidence
//! ```

use crate::NEVER;
use crate::model::{Closure, Event, IntervalRow, ItemRow, TicketRow, UnitKey, criticality_rank};
use hinomi_score::Severity;
use hinomi_score::policy::{CaseInputs, Importance, KnownExploited, Policy, Reachability};
use hinomi_version::Scheme;
use std::cmp::Ordering;
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
#[derive(Debug, Clone, Copy)]
pub struct VulnerabilityFacts {
    pub severity: Severity,
    pub known_exploited: Option<KnownExploited>,
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
    /// Intervals that end or whose due date moved.
    pub intervals: Vec<IntervalRow>,
    pub events: Vec<Event>,
    pub opened: usize,
    pub closed: usize,
    pub reopened: usize,
}

/// What a plan is made under.
pub struct Frame<'a> {
    pub now: i64,
    pub policy: &'a Policy,
    pub policy_id: i64,
    pub system: &'a SystemFacts,
    pub vulnerabilities: &'a HashMap<i64, VulnerabilityFacts>,
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
    let mut decisions = Decisions { frame, cache: HashMap::new() };
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
        for (&vulnerability_id, item) in &shown.items {
            place(frame, &unit, shown, vulnerability_id, item, &mut drafts, next_number, &mut writes);
        }
        for draft in &mut drafts {
            draft.close_vanished(frame, shown, proofs, &mut writes);
            draft.settle(frame, shown, &mut decisions, &mut writes, intervals.get(&draft.ticket.id));
        }
    }
    writes
}

/// A ticket while it is worked on.
struct Draft {
    before: Option<TicketRow>,
    ticket: TicketRow,
    items: Vec<ItemRow>,
    /// Vulnerabilities of the items that must be written.
    dirty_items: Vec<i64>,
}

#[expect(clippy::too_many_arguments, reason = "one step of the plan, called from one place")]
fn place(
    frame: &Frame<'_>,
    unit: &UnitKey,
    shown: &WantedUnit,
    vulnerability_id: i64,
    item: &WantedItem,
    drafts: &mut Vec<Draft>,
    next_number: &mut i64,
    writes: &mut Writes,
) {
    let position =
        |draft: &Draft| draft.items.iter().position(|row| row.vulnerability_id == vulnerability_id);
    let open =
        drafts.iter().position(|draft| position(draft).is_some_and(|at| draft.items[at].closed_at.is_none()));
    // The newest ticket that ever had it takes a regression.
    let known = open.or_else(|| drafts.iter().rposition(|draft| position(draft).is_some()));
    if let Some(index) = known
        && let Some(draft) = drafts.get_mut(index)
        && let Some(at) = position(draft)
    {
        draft.show(frame, at, item, writes);
        return;
    }
    let taker = drafts.iter_mut().find(|draft| draft.ticket.is_open && draft.covers(shown.scheme, item));
    match taker {
        Some(draft) => draft.add(frame, vulnerability_id, item, writes),
        None => {
            let mut draft = Draft::open(frame, unit, next_number);
            writes.opened += 1;
            draft.add(frame, vulnerability_id, item, writes);
            drafts.push(draft);
        }
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
        };
        Self { before: None, ticket, items: Vec::new(), dirty_items: Vec::new() }
    }

    /// Would the work that this ticket asks for also close the item?
    fn covers(&self, scheme: Option<Scheme>, item: &WantedItem) -> bool {
        let (Some(_), Some(target)) = (self.ticket.started_at, &self.ticket.target_version) else {
            return true;
        };
        match (&item.fixed, scheme) {
            (Some(fixed), Some(scheme)) => {
                matches!(hinomi_version::compare(scheme, fixed, target), Ok(Ordering::Less | Ordering::Equal))
            }
            _ => false,
        }
    }

    fn add(&mut self, frame: &Frame<'_>, vulnerability_id: i64, item: &WantedItem, writes: &mut Writes) {
        if self.before.is_some() {
            writes.events.push(self.event(
                frame,
                "item_added",
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
            writes.events.push(self.event(frame, "item_reopened", data));
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
            writes.events.push(self.event(frame, "item_closed", data));
        }
    }

    fn event(&self, frame: &Frame<'_>, kind: &'static str, data: serde_json::Value) -> Event {
        Event { ticket_id: self.ticket.id, at: frame.now, actor: "hinomi".to_owned(), kind, data }
    }

    /// Decides every open item anew, sums the ticket up and files what differs.
    fn settle(
        &mut self,
        frame: &Frame<'_>,
        shown: &WantedUnit,
        decisions: &mut Decisions<'_>,
        writes: &mut Writes,
        interval: Option<&IntervalRow>,
    ) {
        let mut sum = Sum::default();
        for row in self.items.iter_mut().filter(|row| row.closed_at.is_none()) {
            let decided = decisions.decide(row);
            if (row.criticality, row.due_at) != (decided.criticality, decided.due_at) {
                (row.criticality, row.due_at) = (decided.criticality, decided.due_at);
                self.dirty_items.push(row.vulnerability_id);
            }
            sum.add(&decided, row.fixed.is_some());
        }
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
            ticket.restart_pending = shown.restart_pending;
            ticket.stale = shown.stale;
            ticket.assets = shown.assets;
            ticket.policy_id = frame.policy_id;
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
        if self.ticket.started_at.is_none() && self.ticket.is_open {
            self.ticket.target_version = target(shown.scheme, &self.items);
        }
        self.file(frame, writes, interval);
    }

    fn file(&mut self, frame: &Frame<'_>, writes: &mut Writes, interval: Option<&IntervalRow>) {
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
fn told(before: &TicketRow, after: &TicketRow) -> Vec<(&'static str, serde_json::Value)> {
    let mut told = Vec::new();
    if before.is_open && !after.is_open {
        told.push(("closed", serde_json::json!({ "closure": after.closure })));
    }
    if !before.is_open && after.is_open {
        told.push(("reopened", serde_json::json!({ "times": after.reopened })));
    }
    if before.criticality != after.criticality && before.is_open && after.is_open {
        told.push((
            "criticality_changed",
            serde_json::json!({ "from": word(before.criticality), "to": word(after.criticality) }),
        ));
    }
    if before.unit_id != after.unit_id {
        told.push(("owner_changed", serde_json::json!({ "from": before.unit_id, "to": after.unit_id })));
    }
    if before.waiting_for_fix && !after.waiting_for_fix && after.is_open {
        told.push(("fix_available", serde_json::json!({ "version": after.target_version })));
    }
    if before.restart_pending != after.restart_pending && after.is_open {
        told.push(("restart_pending", serde_json::json!({ "pending": after.restart_pending })));
    }
    told
}

fn word(rank: i64) -> &'static str {
    crate::model::criticality_of_rank(rank).as_str()
}

#[derive(Clone, Copy)]
struct Decided {
    criticality: i64,
    due_at: i64,
    high_priority: bool,
    known_exploited: bool,
    severity: Severity,
}

/// The policy, asked once for equal inputs.
struct Decisions<'a> {
    frame: &'a Frame<'a>,
    cache: HashMap<CaseInputs, (i64, i64, bool)>,
}

impl Decisions<'_> {
    fn decide(&mut self, row: &ItemRow) -> Decided {
        let facts = self
            .frame
            .vulnerabilities
            .get(&row.vulnerability_id)
            .copied()
            .unwrap_or(VulnerabilityFacts { severity: Severity::Unrated, known_exploited: None });
        let inputs = case_inputs(self.frame.system, facts, row.first_seen, row.fix_known_at);
        let policy = self.frame.policy;
        let (criticality, due_at, high_priority) = *self.cache.entry(inputs).or_insert_with_key(|inputs| {
            let decision = policy.decide(inputs);
            (criticality_rank(decision.criticality), decision.due_at.unwrap_or(NEVER), decision.high_priority)
        });
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
    first_seen_at: i64,
    fix_known_at: Option<i64>,
) -> CaseInputs {
    CaseInputs {
        severity: facts.severity,
        known_exploited: facts.known_exploited,
        reachability: system.reachability,
        importance: system.importance,
        sensitive_data: system.sensitive_data,
        first_seen_at,
        fix_known_at,
    }
}

struct Sum {
    open: i64,
    criticality: i64,
    due_at: i64,
    high_priority: bool,
    known_exploited: bool,
    any_fix: bool,
    severity: Severity,
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
    fn add(&mut self, decided: &Decided, has_fix: bool) {
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
