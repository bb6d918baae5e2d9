// SPDX-License-Identifier: Apache-2.0
//! Taking the inventories of many carriers in at once.
//!
//! ```text
//! carrier seen by this source before ──→ as a single observation
//! carrier new to this source         ──→ nearest profile from memory ─→ rows of a whole chunk in one statement
//! ```
//! A fleet's first report costs a few rows a carrier and no look-up; the end state is that of single observations.

use super::import::{Filing, apply, profile_for};
use crate::OPEN;
use crate::model::{HoldRule, InventoryError, SnapshotState, content_hash};
use crate::set::{self, Difference};
use crate::store::intervals::{self, IntervalRow};
use crate::store::snapshots;
use hinomi_core::Time;
use hinomi_db::{Db, Pace, Tx, ids};
use std::collections::HashMap;

/// Carriers written in one transaction: so many new ones go in while a few dozen known ones are compared.
const CARRIER_CHUNK: usize = 1_000;
const LEAST_CARRIERS: usize = 50;

/// What many carriers were seen to have; every observation is complete.
pub struct Fleet<'a> {
    pub source: &'a str,
    pub format: &'a str,
    pub observed_at: Time,
    /// Carriers with the sorted numbers of their components.
    pub carriers: &'a [(i64, Vec<u32>)],
}

/// Profiles met in this run, so that most carriers find theirs without asking the database.
#[derive(Default)]
pub struct Loader {
    profiles: HashMap<i64, Vec<u32>>,
    by_signature: HashMap<i64, Vec<i64>>,
}

impl Loader {
    /// Files everything in short transactions; a run that breaks off is run again and goes on.
    pub async fn observe(&mut self, db: &Db, now: Time, fleet: &Fleet<'_>) -> Result<(), InventoryError> {
        super::import::check_observed_at(fleet.observed_at, now)?;
        let mut pace = Pace::between(LEAST_CARRIERS, CARRIER_CHUNK);
        let mut rest = fleet.carriers;
        while !rest.is_empty() {
            let (chunk, left) = pace.part(rest);
            rest = left;
            let mut tx = db.begin().await?;
            snapshots::lock(&mut tx).await?;
            let source_id = snapshots::source_id(&mut tx, fleet.source).await?;
            let numbers: Vec<i64> = chunk.iter().map(|(carrier, _)| *carrier).collect();
            let known = snapshots::observed_of(&mut tx, &numbers, source_id).await?;
            let filing = |carrier_id| Filing {
                carrier_id,
                source_id,
                observed_at: fleet.observed_at.as_micros(),
                received_at: now.as_micros(),
                complete: true,
                format: fleet.format.to_owned(),
                document_hash: None,
                warnings: None,
                hold: Some(HoldRule::default()),
                keeps_files: false,
                gone: Vec::new(),
            };
            let mut new = Vec::with_capacity(chunk.len());
            for (carrier, components) in chunk {
                if known.contains(carrier) {
                    apply(&mut tx, filing(*carrier), components.clone()).await?;
                } else {
                    new.push((filing(*carrier), components));
                }
            }
            self.file_new(&mut tx, new).await?;
            pace.took(chunk.len(), tx.age());
            tx.commit().await?;
        }
        Ok(())
    }

    async fn file_new(&mut self, tx: &mut Tx, new: Vec<(Filing, &Vec<u32>)>) -> Result<(), InventoryError> {
        if new.is_empty() {
            return Ok(());
        }
        let count = new.len() as i64;
        let snapshot_ids = ids::next_ids(tx, "snapshot", count).await?;
        let sequences = ids::next_ids(tx, "inventory_sequence", count).await?;
        let (mut files, mut rows, mut observations) = (Vec::new(), Vec::new(), Vec::new());
        for ((snapshot_id, sequence), (filing, components)) in snapshot_ids.zip(sequences).zip(new) {
            let (profile_id, difference) = self.profile_for(tx, components).await?;
            let content = content_hash(components);
            rows.push(IntervalRow {
                carrier_id: filing.carrier_id,
                source_id: filing.source_id,
                from_at: filing.observed_at,
                to_at: OPEN,
                snapshot_id,
                profile_id,
                difference: difference.encode(),
                components: components.len() as i64,
                sequence,
            });
            observations.push(snapshots::NewObservation {
                carrier_id: filing.carrier_id,
                source_id: filing.source_id,
                observed_at: filing.observed_at,
                received_at: filing.received_at,
                complete: true,
                complete_at: filing.observed_at,
                content: content.clone(),
            });
            files.push(snapshots::NewSnapshot {
                id: snapshot_id,
                carrier_id: filing.carrier_id,
                source_id: filing.source_id,
                observed_at: filing.observed_at,
                received_at: filing.received_at,
                complete: true,
                format: filing.format,
                document_hash: None,
                content,
                components: components.len() as i64,
                added: components.len() as i64,
                removed: 0,
                state: SnapshotState::Applied.as_str(),
                data: None,
                warnings: None,
            });
        }
        snapshots::insert(tx, files).await?;
        intervals::insert(tx, rows).await?;
        snapshots::observations_put(tx, observations).await?;
        Ok(())
    }

    /// The nearest profile met in this run; the database is asked only when none is near.
    async fn profile_for(
        &mut self,
        tx: &mut Tx,
        components: &[u32],
    ) -> Result<(i64, Difference), InventoryError> {
        let signatures: Vec<i64> =
            (0..super::import::BANDS).map(|band| set::signature(components, band)).collect();
        let mut met: Vec<i64> = signatures
            .iter()
            .flat_map(|mark| self.by_signature.get(mark).into_iter().flatten().copied())
            .collect();
        met.sort_unstable();
        met.dedup();
        let best = met
            .into_iter()
            .filter_map(|id| Some((id, Difference::between(self.profiles.get(&id)?, components))))
            .min_by_key(|(_, difference)| difference.len());
        if let Some(found) = best.filter(|(_, difference)| difference.len() <= components.len() / 4) {
            return Ok(found);
        }
        let (id, difference) = profile_for(tx, None, components).await?;
        let mut profile = components.to_vec();
        if !difference.is_empty() {
            profile.retain(|component| difference.added.binary_search(component).is_err());
            profile.extend_from_slice(&difference.removed);
            profile = set::normalise(profile);
        }
        for mark in (0..super::import::BANDS).map(|band| set::signature(&profile, band)) {
            self.by_signature.entry(mark).or_default().push(id);
        }
        self.profiles.insert(id, profile);
        Ok((id, difference))
    }
}
