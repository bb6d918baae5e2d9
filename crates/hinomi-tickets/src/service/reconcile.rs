// SPDX-License-Identifier: Apache-2.0
//! The ticket reconciler.
//!
//! ```text
//! which systems are due? ─→ what do their carriers show? ─→ plan ─→ one short transaction a group of systems
//! ```
//! Stored tickets are read inside the transaction that writes them, so two reconcilers never open one twice.

use super::due::{Due, Marks};
use super::proof;
use super::wanted::Shown;
use crate::model::TicketError;
use crate::plan::{Frame, SystemFacts, Writes, plan, vanished};
use crate::store::{facts, tickets};
use hinomi_core::Time;
use hinomi_db::{Db, Tx, ids};
use hinomi_inventory::CarrierIndex;
use hinomi_score::policy::Policy;
use std::collections::HashMap;

/// Systems settled in one transaction; shrinks when they have much to write.
const SYSTEM_CHUNK: usize = 40;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub systems: usize,
    pub opened: usize,
    pub closed: usize,
    pub reopened: usize,
}

/// Keeps the carrier index between runs; losing it costs one read.
#[derive(Default)]
pub struct Settler {
    carriers: CarrierIndex,
}

impl Settler {
    /// Settles every system that is due; `full` settles all, which ends in the same state.
    pub async fn settle(&mut self, db: &Db, now: Time, full: bool) -> Result<Outcome, TicketError> {
        let (policy_id, policy) = super::policy::current(db, now).await?;
        self.carriers.refresh(db).await?;
        let due = Due::find(db, now, policy_id, &self.carriers, full).await?;
        let mut outcome = Outcome { systems: due.systems.len(), ..Outcome::default() };
        if !due.systems.is_empty() {
            let shown = Shown::load(db, &self.carriers, &due).await?;
            let run = Run { db, now: now.as_micros(), policy_id, policy: &policy, due: &due, shown: &shown };
            for chunk in due.systems.chunks(SYSTEM_CHUNK) {
                run.settle_chunk(&self.carriers, chunk, &mut outcome).await?;
            }
        }
        self.close(db, due).await?;
        Ok(outcome)
    }

    async fn close(&self, db: &Db, due: Due) -> Result<(), TicketError> {
        let Marks { matches, inventory, vulnerabilities, policy } = due.marks;
        let mut tx = db.begin().await?;
        facts::progress_put(&mut tx, "matches", matches).await?;
        facts::progress_put(&mut tx, "inventory", inventory).await?;
        facts::progress_put(&mut tx, "vulnerabilities", vulnerabilities).await?;
        facts::progress_put(&mut tx, "policy", policy).await?;
        facts::fingerprints_put(&mut tx, due.fingerprints).await?;
        Ok(tx.commit().await?)
    }
}

struct Run<'a> {
    db: &'a Db,
    now: i64,
    policy_id: i64,
    policy: &'a Policy,
    due: &'a Due,
    shown: &'a Shown,
}

impl Run<'_> {
    async fn settle_chunk(
        &self,
        carriers: &CarrierIndex,
        systems: &[SystemFacts],
        outcome: &mut Outcome,
    ) -> Result<(), TicketError> {
        let mut tx = self.db.begin().await?;
        tickets::lock(&mut tx).await?;
        let names: Vec<&str> = systems.iter().map(|system| system.id.as_str()).collect();
        let mut stored = by_system(tickets::stored_of(&mut tx, &names).await?);
        let mut writes = Writes::default();
        let mut next_number = 0;
        for system in systems {
            let of_system = self.due.carriers_of(&system.id);
            let wanted = self.shown.wanted(carriers, of_system);
            let stored = stored.remove(&system.id).unwrap_or_default();
            let gone: Vec<(i64, i64, i64)> = vanished(&wanted, &stored)
                .map(|(ticket, item)| (ticket.id, item.vulnerability_id, item.component_id))
                .collect();
            let proofs = match gone.is_empty() {
                true => HashMap::new(),
                false => proof::find(self.db, carriers, of_system, &gone).await?,
            };
            let frame = Frame {
                now: self.now,
                policy: self.policy,
                policy_id: self.policy_id,
                system,
                vulnerabilities: self.shown.vulnerabilities(),
            };
            merge(&mut writes, plan(&frame, &wanted, stored, &proofs, &mut next_number));
        }
        outcome.opened += writes.opened;
        outcome.closed += writes.closed;
        outcome.reopened += writes.reopened;
        write(&mut tx, writes, -next_number).await?;
        Ok(tx.commit().await?)
    }
}

fn by_system(stored: crate::plan::Stored) -> HashMap<String, crate::plan::Stored> {
    let mut system_of: HashMap<i64, String> = HashMap::with_capacity(stored.tickets.len());
    let mut split: HashMap<String, crate::plan::Stored> = HashMap::new();
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

fn merge(all: &mut Writes, one: Writes) {
    all.tickets.extend(one.tickets);
    all.items.extend(one.items);
    all.intervals.extend(one.intervals);
    all.events.extend(one.events);
    all.opened += one.opened;
    all.closed += one.closed;
    all.reopened += one.reopened;
}

/// Gives new tickets their numbers and writes everything.
async fn write(tx: &mut Tx, mut writes: Writes, new: i64) -> Result<(), TicketError> {
    if new > 0 {
        let base = *ids::next_ids(tx, "ticket", new).await?.start();
        // A draft's number −1, −2, … becomes base, base + 1, …
        let number = |draft: i64| if draft < 0 { base - draft - 1 } else { draft };
        writes.tickets.iter_mut().for_each(|row| row.id = number(row.id));
        writes.items.iter_mut().for_each(|row| row.ticket_id = number(row.ticket_id));
        writes.intervals.iter_mut().for_each(|row| row.case_id = number(row.case_id));
        writes.events.iter_mut().for_each(|event| event.ticket_id = number(event.ticket_id));
    }
    tickets::tickets_put(tx, writes.tickets).await?;
    tickets::items_put(tx, writes.items).await?;
    tickets::intervals_put(tx, writes.intervals).await?;
    tickets::events_put(tx, writes.events).await?;
    Ok(())
}
