// SPDX-License-Identifier: Apache-2.0
//! Who carried what on a past day: a pass over the intervals of that instant, however many carriers there are.

use crate::OPEN;
use crate::model::InventoryError;
use crate::set::{self, Difference};
use crate::store::intervals;
use hinomi_core::Time;
use hinomi_db::Db;
use std::collections::{BTreeSet, HashMap};

/// The wanted components that each carrier had at an instant; a carrier that had none is not named.
pub async fn carriers_at(
    db: &Db,
    wanted: &BTreeSet<u32>,
    at: Time,
) -> Result<HashMap<u32, BTreeSet<u32>>, InventoryError> {
    let mut found: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let at = at.as_micros().min(OPEN - 1);
    let holding = holding(db, &intervals::profiles_at(db, at).await?, wanted).await?;
    let profiles: Vec<i64> = holding.keys().copied().collect();
    let mut damaged = None;
    intervals::each_at(db, at, &profiles, |carrier_id, profile_id, difference| {
        let held = holding.get(&profile_id).map_or(&[][..], Vec::as_slice);
        match present(carrier_id, held, difference.as_deref(), wanted) {
            Ok(present) if present.is_empty() => {}
            Ok(present) => found.entry(carrier_id as u32).or_default().extend(present),
            Err(error) => damaged = Some(error),
        }
    })
    .await?;
    damaged.map_or(Ok(found), Err)
}

/// The same for some carriers only.
pub async fn components_at(
    db: &Db,
    carriers: &[u32],
    wanted: &BTreeSet<u32>,
    at: Time,
) -> Result<HashMap<u32, BTreeSet<u32>>, InventoryError> {
    let mut found: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let rows = intervals::of_carriers_at(db, carriers, at.as_micros().min(OPEN - 1)).await?;
    let profiles: BTreeSet<i64> = rows.iter().map(|row| row.1).collect();
    let holding = holding(db, &profiles.into_iter().collect::<Vec<_>>(), wanted).await?;
    for (carrier_id, profile_id, difference) in rows {
        let held = holding.get(&profile_id).map_or(&[][..], Vec::as_slice);
        let present = present(carrier_id, held, difference.as_deref(), wanted)?;
        if !present.is_empty() {
            found.entry(carrier_id as u32).or_default().extend(present);
        }
    }
    Ok(found)
}

/// Of each profile only what is asked for.
async fn holding(
    db: &Db,
    profiles: &[i64],
    wanted: &BTreeSet<u32>,
) -> Result<HashMap<i64, Vec<u32>>, InventoryError> {
    let mut holding: HashMap<i64, Vec<u32>> = HashMap::new();
    for chunk in profiles.chunks(1_000) {
        for (id, data) in intervals::profiles_by_ids(db, chunk).await? {
            let mut ids =
                set::decode(&data).map_err(|cause| InventoryError::Damaged { carrier_id: 0, cause })?;
            ids.retain(|component| wanted.contains(component));
            if !ids.is_empty() {
                holding.insert(id, ids);
            }
        }
    }
    Ok(holding)
}

/// What of the wanted an interval shows.
fn present(
    carrier_id: i64,
    held: &[u32],
    difference: Option<&[u8]>,
    wanted: &BTreeSet<u32>,
) -> Result<Vec<u32>, InventoryError> {
    let difference =
        Difference::decode(difference).map_err(|cause| InventoryError::Damaged { carrier_id, cause })?;
    let kept = held.iter().filter(|id| difference.removed.binary_search(id).is_err());
    let added = difference.added.iter().filter(|id| wanted.contains(id));
    Ok(kept.chain(added).copied().collect())
}
