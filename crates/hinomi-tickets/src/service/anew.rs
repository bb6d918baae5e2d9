// SPDX-License-Identifier: Apache-2.0
//! Deciding tickets anew because something became known of their vulnerabilities: a day of scores, an entry of a catalogue, a
//! coordinator's decision; or because a pause was approved or ended. Nothing of it changes what is installed, so that no carrier is looked at.

use super::due::Due;
use super::reconcile::{by_system, write};
use super::wanted::facts_of_all;
use crate::model::{IntervalRow, ItemRow, TicketError};
use crate::plan::{Frame, Stored, SystemFacts, TicketClock, VulnerabilityFacts, Writes, plan, plan_moved};
use crate::store::{facts, tickets};
use hinomi_advisories::read::Likelihoods;
use hinomi_db::{Db, Tx};
use hinomi_score::policy::Policy;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Tickets read at once, of whose items those that moved are enough, and whole ones; a transaction ends after the group that
/// fills it.
const GROUP: usize = 300;
const WHOLE_GROUP: usize = 40;
/// Rows written in one transaction, about.
const ROWS_FULL: usize = 6_000;

/// A ticket and its vulnerabilities that moved.
type InPart<'a> = (i64, &'a [i64]);

pub(super) struct Anew<'a> {
    pub db: &'a Db,
    pub now: i64,
    pub policy_id: i64,
    pub policy: &'a Policy,
    pub due: &'a Due,
    pub likelihoods: &'a Likelihoods,
    pub clock: &'a TicketClock,
}

impl Anew<'_> {
    /// Every ticket of what changed, but for systems that are settled as a whole anyway; false when another run came in
    /// between.
    pub(super) async fn decide(&self, generation: &mut i64) -> Result<bool, TicketError> {
        let settled: HashSet<&str> =
            self.due.systems.iter().take(self.due.whole).map(|system| system.id.as_str()).collect();
        let tickets =
            self.due.changed.tickets.iter().filter(|(system, _)| !settled.contains(system.as_str()));
        let (whole, in_part): (Vec<InPart<'_>>, Vec<_>) = tickets
            .flat_map(|(_, numbers)| numbers.iter().map(|(number, moved)| (*number, moved.as_slice())))
            .partition(|(_, moved)| moved.is_empty());
        let mut whole: Vec<i64> = whole.into_iter().map(|(number, _)| number).collect();
        if whole.is_empty() && in_part.is_empty() {
            return Ok(true);
        }
        let systems: HashMap<String, SystemFacts> = facts::systems(self.db)
            .await?
            .iter()
            .map(|row| (row.id.clone(), super::due::facts_of(row)))
            .collect();
        let known: HashMap<i64, VulnerabilityFacts> =
            self.due.changed.moved.iter().map(|(id, moved)| (*id, moved.after)).collect();
        Ok(self.decide_in_part(&in_part, &mut whole, &systems, &known, generation).await?
            && self.decide_whole(&whole, &systems, known, generation).await?)
    }

    /// By the items that moved; tickets whose other items have a say join the `whole` ones.
    async fn decide_in_part(
        &self,
        tickets: &[InPart<'_>],
        whole: &mut Vec<i64>,
        systems: &HashMap<String, SystemFacts>,
        known: &HashMap<i64, VulnerabilityFacts>,
        generation: &mut i64,
    ) -> Result<bool, TicketError> {
        let mut groups = tickets.chunks(GROUP).peekable();
        while groups.peek().is_some() {
            let Some(mut tx) = self.begin(*generation).await? else { return Ok(false) };
            let mut writes = Writes::default();
            for group in groups.by_ref() {
                let numbers: Vec<i64> = group.iter().map(|(number, _)| *number).collect();
                let pairs: Vec<(i64, i64)> = group
                    .iter()
                    .flat_map(|(number, moved)| moved.iter().map(|moved| (*number, *moved)))
                    .collect();
                let stored = tickets::stored_in_part(&mut tx, &numbers, &pairs).await?;
                self.plan_in_part(stored, systems, known, &mut writes, whole);
                if writes.rows() >= ROWS_FULL || tx.is_chunk_full() {
                    break;
                }
            }
            self.put(tx, writes, generation).await?;
        }
        Ok(true)
    }

    async fn decide_whole(
        &self,
        numbers: &[i64],
        systems: &HashMap<String, SystemFacts>,
        mut known: HashMap<i64, VulnerabilityFacts>,
        generation: &mut i64,
    ) -> Result<bool, TicketError> {
        let mut groups = numbers.chunks(WHOLE_GROUP).peekable();
        while groups.peek().is_some() {
            let Some(mut tx) = self.begin(*generation).await? else { return Ok(false) };
            let mut writes = Writes::default();
            for group in groups.by_ref() {
                let stored = tickets::stored_by_number(&mut tx, group).await?;
                self.learn(&stored, &mut known).await?;
                self.plan(stored, systems, &known, &mut writes);
                if writes.rows() >= ROWS_FULL || tx.is_chunk_full() {
                    break;
                }
            }
            self.put(tx, writes, generation).await?;
        }
        Ok(true)
    }

    /// `None` when another run came in between.
    async fn begin(&self, generation: i64) -> Result<Option<Tx>, TicketError> {
        let mut tx = self.db.begin().await?;
        tickets::lock(&mut tx).await?;
        Ok((facts::generation(&mut tx).await? == generation).then_some(tx))
    }

    /// The facts of the open items beside those that moved: a ticket is the sum of all of them.
    async fn learn(
        &self,
        stored: &Stored,
        known: &mut HashMap<i64, VulnerabilityFacts>,
    ) -> Result<(), TicketError> {
        let open = stored.items.iter().filter(|item| item.closed_at.is_none());
        let mut unknown: Vec<i64> =
            open.map(|item| item.vulnerability_id).filter(|id| !known.contains_key(id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            known.extend(facts_of_all(self.db, self.likelihoods, &unknown).await?);
        }
        Ok(())
    }

    fn plan_in_part(
        &self,
        stored: Stored,
        systems: &HashMap<String, SystemFacts>,
        known: &HashMap<i64, VulnerabilityFacts>,
        writes: &mut Writes,
        whole: &mut Vec<i64>,
    ) {
        let mut items: HashMap<i64, Vec<ItemRow>> = HashMap::new();
        for item in stored.items {
            items.entry(item.ticket_id).or_default().push(item);
        }
        let intervals: HashMap<i64, IntervalRow> =
            stored.intervals.into_iter().map(|row| (row.case_id, row)).collect();
        for ticket in stored.tickets {
            let Some(system) = systems.get(&ticket.system_id) else { continue };
            let number = ticket.id;
            let frame = self.frame(system, known);
            let moved = items.remove(&number).unwrap_or_default();
            match plan_moved(&frame, ticket, moved, intervals.get(&number)) {
                Some(planned) => writes.extend(planned),
                None => whole.push(number),
            }
        }
    }

    fn plan(
        &self,
        stored: Stored,
        systems: &HashMap<String, SystemFacts>,
        known: &HashMap<i64, VulnerabilityFacts>,
        writes: &mut Writes,
    ) {
        let (nothing_shown, no_proofs) = (BTreeMap::new(), HashMap::new());
        for (system_id, stored) in by_system(stored) {
            // A retired system's tickets end when it is settled.
            let Some(system) = systems.get(&system_id) else { continue };
            let frame = self.frame(system, known);
            writes.extend(plan(&frame, &nothing_shown, stored, &no_proofs, &mut 0));
        }
    }

    fn frame<'a>(
        &'a self,
        system: &'a SystemFacts,
        known: &'a HashMap<i64, VulnerabilityFacts>,
    ) -> Frame<'a> {
        Frame {
            now: self.now,
            policy: self.policy,
            policy_id: self.policy_id,
            system,
            vulnerabilities: known,
            unshown: known,
            moved: &self.due.changed.moved,
            clock: self.clock,
        }
    }

    async fn put(&self, mut tx: Tx, writes: Writes, generation: &mut i64) -> Result<(), TicketError> {
        if writes.rows() > 0 {
            *generation += 1;
            facts::progress_put(&mut tx, "generation", *generation).await?;
        }
        write(&mut tx, writes, 0).await?;
        Ok(tx.commit().await?)
    }
}
