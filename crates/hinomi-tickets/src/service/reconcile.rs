// SPDX-License-Identifier: Apache-2.0
//! The ticket reconciler.
//!
//! ```text
//! which systems are due? ─→ what do their carriers show? ─→ plan ─→ one short transaction a group of systems
//! ```
//! Stored tickets are read inside the transaction that writes them, so two reconcilers never open one twice. What the
//! carriers show was read before: each chunk that writes takes the next *generation*, and a run that finds one that
//! is not its own looks at everything anew, the systems that it has already settled among it.

use super::anew::Anew;
use super::due::{Carrier, Due, Marks};
use super::proof;
use super::wanted::{Shown, facts_of_all};
use crate::model::{TicketError, UnitKey};
use crate::plan::{
    Frame, Stored, SystemFacts, TicketClock, VulnerabilityFacts, WantedUnit, Writes, plan, vanished,
};
use crate::store::{facts, tickets};
use hinomi_advisories::read::Likelihoods;
use hinomi_core::Time;
use hinomi_db::{Db, Tx, ids};
use hinomi_inventory::CarrierIndex;
use hinomi_score::policy::Policy;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Systems for one transaction; it ends earlier when there is much to read or to write.
const SYSTEM_CHUNK: usize = 40;
/// As many when only some units of each are looked at.
const NARROWED_CHUNK: usize = 100;
/// Systems whose stored tickets are read at once. What is read is settled: a transaction that is full after one group
/// leaves nothing behind that the next one would read again.
const SYSTEM_GROUP: usize = 4;
const NARROWED_GROUP: usize = 25;
/// Rows written in one transaction, about.
const ROWS_FULL: usize = 6_000;
/// What was told of so many vulnerabilities is remembered at once.
const FACTS_CHUNK: usize = 2_000;
/// Two runs that overtake each other more often than this: one gives way.
const ATTEMPTS: usize = 5;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub systems: usize,
    pub opened: usize,
    pub closed: usize,
    pub reopened: usize,
}

/// Keeps the carrier index and the scores of exploitation between runs; losing them costs one read.
#[derive(Default)]
pub struct Settler {
    carriers: CarrierIndex,
    likelihoods: Likelihoods,
}

impl Settler {
    /// Settles every system that is due; `full` settles all, which ends in the same state.
    pub async fn settle(&mut self, db: &Db, now: Time, full: bool) -> Result<Outcome, TicketError> {
        let (policy_id, policy) = super::policy::current(db, now).await?;
        let mut outcome = Outcome::default();
        let mut again = HashSet::new();
        for _ in 0..ATTEMPTS {
            // Before anything else is read: what another run writes from here on is newer than what this one knows.
            let mut generation = generation(db).await?;
            self.carriers.refresh(db).await?;
            self.likelihoods.refresh(db).await?;
            let clock = super::clock::load(db, now, &policy).await?;
            let in_force = (policy_id, &policy, &clock);
            let mut due =
                Due::find(db, now, in_force, &self.carriers, &self.likelihoods, &again, full).await?;
            let shown = match due.systems.is_empty() {
                true => None,
                false => Some(Shown::load(db, &self.carriers, &self.likelihoods, &due).await?),
            };
            outcome.systems = outcome.systems.max(due.systems.len());
            let mut unproven = Vec::new();
            let mut done = 0;
            let mut ready = Vec::new();
            let anew = Anew {
                db,
                now: now.as_micros(),
                policy_id,
                policy: &policy,
                due: &due,
                likelihoods: &self.likelihoods,
                clock: &clock.clock,
            };
            let is_decided = anew.decide(&mut generation).await?;
            if let Some(shown) = shown.as_ref().filter(|_| is_decided) {
                let run = Run {
                    db,
                    now: now.as_micros(),
                    policy_id,
                    policy: &policy,
                    due: &due,
                    shown,
                    likelihoods: &self.likelihoods,
                    clock: &clock.clock,
                };
                while let Some(rest) = due.systems.get(done..).filter(|rest| !rest.is_empty()) {
                    let narrowed = done >= due.whole;
                    let most = if narrowed { NARROWED_CHUNK } else { SYSTEM_CHUNK.min(due.whole - done) };
                    let next =
                        Next { systems: rest.get(..most.min(rest.len())).unwrap_or_default(), narrowed };
                    run.look(&self.carriers, next, &mut ready);
                    match run.settle_some(&self.carriers, next, &ready, &mut generation, &mut outcome).await?
                    {
                        Some(settled) => {
                            done += settled.systems;
                            ready.drain(..settled.systems);
                            unproven.extend(settled.unproven);
                        }
                        None => break,
                    }
                }
            }
            unproven.iter().for_each(|system_id| due.keep_due(system_id));
            again.extend(due.systems.iter().take(done).map(|system| system.id.clone()));
            let told = told(db, &due, shown.as_ref()).await?;
            let is_whole = is_decided && done == due.systems.len();
            if is_whole && tell(db, &told, generation).await? && close(db, due, generation).await? {
                return Ok(outcome);
            }
        }
        Err(TicketError::Overtaken)
    }
}

/// What items were decided on in this run and not in one before.
async fn told(
    db: &Db,
    due: &Due,
    shown: Option<&Shown>,
) -> Result<Vec<(i64, VulnerabilityFacts)>, TicketError> {
    let mut first: HashMap<i64, VulnerabilityFacts> =
        shown.map(|shown| shown.vulnerabilities().clone()).unwrap_or_default();
    first.retain(|id, _| !due.changed.moved.contains_key(id));
    let ids: Vec<i64> = first.keys().copied().collect();
    for known in facts::told(db, Some(&ids)).await?.keys() {
        first.remove(known);
    }
    first.extend(due.changed.moved.iter().map(|(id, moved)| (*id, moved.after)));
    let mut told: Vec<(i64, VulnerabilityFacts)> = first.into_iter().collect();
    told.sort_unstable_by_key(|(id, _)| *id);
    Ok(told)
}

/// Remembers it; false when another run came in between, whose decisions may be older.
async fn tell(db: &Db, told: &[(i64, VulnerabilityFacts)], generation: i64) -> Result<bool, TicketError> {
    for chunk in told.chunks(FACTS_CHUNK) {
        let mut tx = db.begin().await?;
        tickets::lock(&mut tx).await?;
        if facts::generation(&mut tx).await? != generation {
            return Ok(false);
        }
        facts::told_put(&mut tx, chunk).await?;
        tx.commit().await?;
    }
    Ok(true)
}

async fn generation(db: &Db) -> Result<i64, TicketError> {
    Ok(facts::progress(db).await?.get("generation").copied().unwrap_or(0))
}

/// Remembers how far the run has read; false when another run came in between.
async fn close(db: &Db, due: Due, generation: i64) -> Result<bool, TicketError> {
    let Marks { matches, inventory, vulnerabilities, policy, likelihoods, calendars, pauses } = due.marks;
    let mut tx = db.begin().await?;
    tickets::lock(&mut tx).await?;
    if facts::generation(&mut tx).await? != generation {
        return Ok(false);
    }
    facts::progress_put(&mut tx, "matches", matches).await?;
    facts::progress_put(&mut tx, "inventory", inventory).await?;
    facts::progress_put(&mut tx, "vulnerabilities", vulnerabilities).await?;
    facts::progress_put(&mut tx, "policy", policy).await?;
    facts::progress_put(&mut tx, "likelihoods", likelihoods).await?;
    facts::progress_put(&mut tx, "calendars", calendars).await?;
    facts::progress_put(&mut tx, "pauses", pauses).await?;
    facts::fingerprints_put(&mut tx, due.fingerprints).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a system's carriers show.
type ShownUnits = BTreeMap<UnitKey, WantedUnit>;

/// Systems for the next transaction.
#[derive(Clone, Copy)]
struct Next<'a> {
    systems: &'a [SystemFacts],
    /// Only the units of rematched components are looked at: of the others nothing can have changed.
    narrowed: bool,
}

struct Run<'a> {
    db: &'a Db,
    now: i64,
    policy_id: i64,
    policy: &'a Policy,
    due: &'a Due,
    shown: &'a Shown,
    likelihoods: &'a Likelihoods,
    clock: &'a TicketClock,
}

/// What one transaction did: how many systems it settled, and those with an item that vanished without proof.
struct Settled {
    systems: usize,
    unproven: Vec<String>,
}

impl Run<'_> {
    /// What the carriers of the systems show, on all cores; what is ready from before is kept.
    fn look(&self, carriers: &CarrierIndex, next: Next<'_>, ready: &mut Vec<ShownUnits>) {
        let missing = next.systems.get(ready.len()..).unwrap_or_default();
        let looked = missing
            .par_iter()
            .map(|system| self.shown.wanted(carriers, self.due.carriers_of(&system.id), next.narrowed))
            .collect::<Vec<_>>();
        ready.extend(looked);
    }

    /// Settles the first systems of the list in one transaction; `None` when another run came in between.
    async fn settle_some(
        &self,
        carriers: &CarrierIndex,
        next: Next<'_>,
        shown: &[ShownUnits],
        generation: &mut i64,
        outcome: &mut Outcome,
    ) -> Result<Option<Settled>, TicketError> {
        let mut tx = self.db.begin().await?;
        tickets::lock(&mut tx).await?;
        if facts::generation(&mut tx).await? != *generation {
            return Ok(None);
        }
        let units = next.narrowed.then(|| self.shown.rematched());
        let group = if next.narrowed { NARROWED_GROUP } else { SYSTEM_GROUP };
        let mut writes = Writes::default();
        let mut next_number = 0;
        let mut settled = Settled { systems: 0, unproven: Vec::new() };
        for (systems, shown) in next.systems.chunks(group).zip(shown.chunks(group)) {
            let names: Vec<&str> = systems.iter().map(|system| system.id.as_str()).collect();
            let mut stored = by_system(tickets::stored_of(&mut tx, &names, units).await?);
            for (system, wanted) in systems.iter().zip(shown) {
                let stored = stored.remove(&system.id).unwrap_or_default();
                let of_system = self.due.carriers_of(&system.id);
                let vanished = self.vanished(carriers, of_system, wanted, &stored).await?;
                if vanished.is_unproven {
                    settled.unproven.push(system.id.clone());
                }
                let frame = Frame {
                    now: self.now,
                    policy: self.policy,
                    policy_id: self.policy_id,
                    system,
                    vulnerabilities: self.shown.vulnerabilities(),
                    unshown: &vanished.facts,
                    moved: &self.due.changed.moved,
                    clock: self.clock,
                };
                writes.extend(plan(&frame, wanted, stored, &vanished.proofs, &mut next_number));
                settled.systems += 1;
            }
            if writes.rows() >= ROWS_FULL || tx.is_chunk_full() {
                break;
            }
        }
        outcome.opened += writes.opened;
        outcome.closed += writes.closed;
        outcome.reopened += writes.reopened;
        if writes.rows() > 0 {
            *generation += 1;
            facts::progress_put(&mut tx, "generation", *generation).await?;
        }
        write(&mut tx, writes, -next_number).await?;
        tx.commit().await?;
        Ok(Some(settled))
    }

    /// The open items that are no longer shown, with what proves their end.
    async fn vanished(
        &self,
        carriers: &CarrierIndex,
        of_system: &[Carrier],
        wanted: &BTreeMap<UnitKey, WantedUnit>,
        stored: &Stored,
    ) -> Result<Vanished, TicketError> {
        let gone: Vec<(i64, i64, i64)> = vanished(wanted, stored)
            .map(|(ticket, item)| (ticket.id, item.vulnerability_id, item.component_id))
            .collect();
        if gone.is_empty() {
            return Ok(Vanished::default());
        }
        let proofs = proof::find(self.db, carriers, of_system, &gone).await?;
        let known = self.shown.vulnerabilities();
        let mut unknown: Vec<i64> = gone
            .iter()
            .map(|(_, vulnerability_id, _)| *vulnerability_id)
            .filter(|id| !known.contains_key(id))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        Ok(Vanished {
            is_unproven: proofs.len() < gone.len(),
            proofs,
            facts: facts_of_all(self.db, self.likelihoods, &unknown).await?,
        })
    }
}

#[derive(Default)]
struct Vanished {
    proofs: HashMap<(i64, i64), crate::plan::Proof>,
    facts: HashMap<i64, crate::plan::VulnerabilityFacts>,
    is_unproven: bool,
}

pub(super) fn by_system(stored: Stored) -> HashMap<String, Stored> {
    let mut system_of: HashMap<i64, String> = HashMap::with_capacity(stored.tickets.len());
    let mut split: HashMap<String, Stored> = HashMap::new();
    for ticket in stored.tickets {
        system_of.insert(ticket.id, ticket.system_id.clone());
        split.entry(ticket.system_id.clone()).or_default().tickets.push(ticket);
    }
    for item in stored.items {
        if let Some(part) = system_of.get(&item.ticket_id).and_then(|system| split.get_mut(system)) {
            part.items.push(item);
        }
    }
    for row in stored.intervals {
        if let Some(part) = split.get_mut(&row.system_id) {
            part.intervals.push(row);
        }
    }
    split
}

/// Gives new tickets their numbers and writes everything.
pub(super) async fn write(tx: &mut Tx, mut writes: Writes, new: i64) -> Result<(), TicketError> {
    if new > 0 {
        let base = *ids::next_ids(tx, "ticket", new).await?.start();
        // A draft's number −1, −2, … becomes base, base + 1, …
        let number = |draft: i64| if draft < 0 { base - draft - 1 } else { draft };
        writes.tickets.iter_mut().for_each(|row| row.id = number(row.id));
        writes.items.iter_mut().for_each(|row| row.ticket_id = number(row.ticket_id));
        writes.intervals.iter_mut().for_each(|row| row.case_id = number(row.case_id));
        writes.events.iter_mut().for_each(|event| event.ticket_id = number(event.ticket_id));
    }
    let written: HashSet<i64> = writes.tickets.iter().map(|row| row.id).collect();
    let of_items = writes.items.iter().map(|row| row.ticket_id).chain(writes.left.iter().map(|(id, _)| *id));
    let mut beside: Vec<i64> = of_items.filter(|id| !written.contains(id)).collect();
    beside.sort_unstable();
    beside.dedup();
    tickets::items_leave(tx, &writes.left).await?;
    if !(written.is_empty() && beside.is_empty()) {
        let sequence = tickets::next_sequence(tx).await?;
        tickets::tickets_put(tx, sequence, writes.tickets).await?;
        tickets::items_put(tx, writes.items).await?;
        tickets::tickets_touch(tx, sequence, &beside).await?;
    }
    tickets::intervals_put(tx, writes.intervals).await?;
    tickets::events_put(tx, writes.events).await?;
    Ok(())
}
