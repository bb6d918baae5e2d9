// SPDX-License-Identifier: Apache-2.0
//! Who carries what, in memory.
//!
//! ```text
//! component ─→ profiles that hold it ─→ carriers on that profile  − those that lack it  + those that add it
//! ```
//! Rebuilt from the open intervals and kept fresh by their `sequence`; losing it loses nothing. A fleet of
//! 100,000 hosts on 50 images costs the 50 images and each host's drift, not 100,000 lists.

use crate::model::InventoryError;
use crate::set::{self, Difference};
use crate::store::intervals::{self, IntervalRow};
use hinomi_db::Db;
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// One source's current word about one carrier.
#[derive(Debug, Clone, Default)]
pub struct Slot {
    pub source_id: i64,
    pub profile_id: i64,
    pub from_at: i64,
    pub snapshot_id: i64,
    pub difference: Difference,
}

#[derive(Default)]
pub struct CarrierIndex {
    sequence: i64,
    profiles: HashMap<i64, Vec<u32>>,
    holders: HashMap<u32, Vec<i64>>,
    slots: HashMap<u32, Vec<Slot>>,
    on_profile: HashMap<(i64, i64), RoaringBitmap>,
    sources_of_profile: HashMap<i64, Vec<i64>>,
    added: HashMap<u32, RoaringBitmap>,
    removed: HashMap<(i64, i64, u32), RoaringBitmap>,
}

impl CarrierIndex {
    /// Reads what changed since the last call; the first call reads everything.
    pub async fn refresh(&mut self, db: &Db) -> Result<(), InventoryError> {
        let rows = intervals::changed_since(db, self.sequence).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let missing: Vec<i64> = {
            let mut ids: Vec<i64> = rows.iter().map(|row| row.profile_id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.retain(|id| !self.profiles.contains_key(id));
            ids
        };
        for (profile_id, data) in intervals::profiles_by_ids(db, &missing).await? {
            let ids = set::decode(&data).map_err(|cause| InventoryError::Damaged { carrier_id: 0, cause })?;
            self.add_profile(profile_id, ids);
        }
        for row in rows {
            self.sequence = self.sequence.max(row.sequence);
            self.take(row)?;
        }
        Ok(())
    }

    /// Makes a profile known, by the components that it holds. A known one stays as it is.
    pub fn add_profile(&mut self, profile_id: i64, components: Vec<u32>) {
        if self.profiles.contains_key(&profile_id) {
            return;
        }
        for &id in &components {
            self.holders.entry(id).or_default().push(profile_id);
        }
        self.profiles.insert(profile_id, components);
    }

    fn take(&mut self, row: IntervalRow) -> Result<(), InventoryError> {
        let carrier = row.carrier_id as u32;
        if row.to_at != crate::OPEN {
            self.drop_slot(carrier, row.source_id, Some(row.from_at));
            return Ok(());
        }
        let difference = Difference::decode(row.difference.as_deref())
            .map_err(|cause| InventoryError::Damaged { carrier_id: row.carrier_id, cause })?;
        let slot = Slot {
            source_id: row.source_id,
            profile_id: row.profile_id,
            from_at: row.from_at,
            snapshot_id: row.snapshot_id,
            difference,
        };
        self.put(carrier, slot);
        Ok(())
    }

    /// Takes a source's word about a carrier, in place of its earlier one.
    pub fn put(&mut self, carrier: u32, slot: Slot) {
        self.drop_slot(carrier, slot.source_id, None);
        let bucket = (slot.profile_id, slot.source_id);
        self.on_profile.entry(bucket).or_default().insert(carrier);
        let sources = self.sources_of_profile.entry(slot.profile_id).or_default();
        if !sources.contains(&slot.source_id) {
            sources.push(slot.source_id);
        }
        for &id in &slot.difference.added {
            self.added.entry(id).or_default().insert(carrier);
        }
        for &id in &slot.difference.removed {
            self.removed.entry((slot.profile_id, slot.source_id, id)).or_default().insert(carrier);
        }
        self.slots.entry(carrier).or_default().push(slot);
    }

    /// Forgets a source's slot; with `from_at`, only if it is that very interval.
    fn drop_slot(&mut self, carrier: u32, source_id: i64, from_at: Option<i64>) {
        let Some(slots) = self.slots.get_mut(&carrier) else { return };
        let Some(at) = slots
            .iter()
            .position(|slot| slot.source_id == source_id && from_at.is_none_or(|from| slot.from_at == from))
        else {
            return;
        };
        let slot = slots.swap_remove(at);
        let others: Vec<u32> =
            slots.iter().flat_map(|other| other.difference.added.iter().copied()).collect();
        if slots.is_empty() {
            self.slots.remove(&carrier);
        }
        if let Some(bitmap) = self.on_profile.get_mut(&(slot.profile_id, source_id)) {
            bitmap.remove(carrier);
        }
        for id in &slot.difference.added {
            if !others.contains(id)
                && let Some(bitmap) = self.added.get_mut(id)
            {
                bitmap.remove(carrier);
            }
        }
        for &id in &slot.difference.removed {
            if let Some(bitmap) = self.removed.get_mut(&(slot.profile_id, source_id, id)) {
                bitmap.remove(carrier);
            }
        }
    }

    /// Every carrier on which some source shows the component.
    pub fn carriers_of(&self, component: u32) -> RoaringBitmap {
        let mut carriers = self.added.get(&component).cloned().unwrap_or_default();
        for &profile_id in self.holders.get(&component).into_iter().flatten() {
            for &source_id in self.sources_of_profile.get(&profile_id).into_iter().flatten() {
                let Some(on) = self.on_profile.get(&(profile_id, source_id)) else { continue };
                match self.removed.get(&(profile_id, source_id, component)) {
                    Some(lacking) => carriers |= on - lacking,
                    None => carriers |= on,
                }
            }
        }
        carriers
    }

    pub fn carriers_of_any(&self, components: impl IntoIterator<Item = u32>) -> RoaringBitmap {
        let mut carriers = RoaringBitmap::new();
        for component in components {
            carriers |= self.carriers_of(component);
        }
        carriers
    }

    /// The current components of a carrier, over all its sources.
    pub fn components_of(&self, carrier: u32) -> Vec<u32> {
        let slots = self.slots(carrier);
        let mut ids = Vec::new();
        for slot in slots {
            ids.extend(self.components_of_slot(slot));
        }
        if slots.len() > 1 { set::normalise(ids) } else { ids }
    }

    /// Every component that some of the carriers has.
    pub fn components_on(&self, carriers: &RoaringBitmap) -> RoaringBitmap {
        let mut components = RoaringBitmap::new();
        for (&(profile_id, source_id), on) in &self.on_profile {
            let here = on & carriers;
            if here.is_empty() {
                continue;
            }
            for &id in self.profile(profile_id) {
                let lacking = self.removed.get(&(profile_id, source_id, id));
                if lacking.is_none_or(|lacking| !here.is_subset(lacking)) {
                    components.insert(id);
                }
            }
        }
        for (&id, on) in &self.added {
            if !on.is_disjoint(carriers) {
                components.insert(id);
            }
        }
        components
    }

    pub fn components_of_slot(&self, slot: &Slot) -> Vec<u32> {
        match self.profiles.get(&slot.profile_id) {
            Some(profile) if slot.difference.is_empty() => profile.clone(),
            Some(profile) => slot.difference.apply(profile),
            None => slot.difference.added.clone(),
        }
    }

    pub fn slots(&self, carrier: u32) -> &[Slot] {
        self.slots.get(&carrier).map_or(&[], Vec::as_slice)
    }

    pub fn profile(&self, profile_id: i64) -> &[u32] {
        self.profiles.get(&profile_id).map_or(&[], Vec::as_slice)
    }

    pub fn profile_ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.profiles.keys().copied()
    }

    pub fn carrier_count(&self) -> usize {
        self.slots.len()
    }

    /// The highest change this index has seen.
    pub fn sequence(&self) -> i64 {
        self.sequence
    }
}
