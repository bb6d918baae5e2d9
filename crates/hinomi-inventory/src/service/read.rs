// SPDX-License-Identifier: Apache-2.0
//! What a carrier had, at any instant, and what changed between two.

use crate::model::InventoryError;
use crate::set::{self, Difference};
use crate::store::components::{self, ComponentRow};
use crate::store::intervals::{self, IntervalRow};
use crate::store::search;
use crate::store::snapshots::{self, SnapshotRow, SourceState};
use hinomi_core::Time;
use hinomi_db::Db;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One component on a carrier: since when, and who says so.
#[derive(Debug, Clone)]
pub struct Presence {
    pub component: u32,
    pub since: i64,
    pub sources: Vec<String>,
}

/// The components of a carrier at an instant, in the order of their numbers.
pub async fn presences(db: &Db, carrier_id: i64, at: Time) -> Result<Vec<Presence>, InventoryError> {
    let sources: HashMap<i64, String> = snapshots::sources_of_carrier(db, carrier_id)
        .await?
        .into_iter()
        .map(|row| (row.source_id, row.name))
        .collect();
    let history = intervals::of_carrier_until(db, carrier_id, at.as_micros()).await?;
    let profiles = profiles_of(db, &history).await?;
    let mut by_component: BTreeMap<u32, Presence> = BTreeMap::new();
    let mut per_source: BTreeMap<i64, Vec<&IntervalRow>> = BTreeMap::new();
    for row in &history {
        per_source.entry(row.source_id).or_default().push(row);
    }
    for (source_id, rows) in per_source {
        for (component, since) in since_when(carrier_id, &rows, &profiles, at.as_micros())? {
            let presence = by_component.entry(component).or_insert_with(|| Presence {
                component,
                since,
                sources: Vec::new(),
            });
            presence.since = presence.since.min(since);
            presence.sources.extend(sources.get(&source_id).cloned());
        }
    }
    Ok(by_component.into_values().collect())
}

/// Walks one source's intervals in time and remembers where each present component's unbroken run began.
fn since_when(
    carrier_id: i64,
    rows: &[&IntervalRow],
    profiles: &HashMap<i64, Vec<u32>>,
    at: i64,
) -> Result<HashMap<u32, i64>, InventoryError> {
    let mut since: HashMap<u32, i64> = HashMap::new();
    let mut ended_at = i64::MIN;
    for row in rows {
        let ids = resolve(carrier_id, row, profiles)?;
        let unbroken = row.from_at <= ended_at;
        since = ids
            .into_iter()
            .map(|id| (id, since.get(&id).copied().filter(|_| unbroken).unwrap_or(row.from_at)))
            .collect();
        ended_at = row.to_at;
    }
    Ok(if ended_at > at { since } else { HashMap::new() })
}

fn resolve(
    carrier_id: i64,
    row: &IntervalRow,
    profiles: &HashMap<i64, Vec<u32>>,
) -> Result<Vec<u32>, InventoryError> {
    let difference = Difference::decode(row.difference.as_deref())
        .map_err(|cause| InventoryError::Damaged { carrier_id, cause })?;
    Ok(difference.apply(profiles.get(&row.profile_id).map_or(&[], Vec::as_slice)))
}

async fn profiles_of(db: &Db, rows: &[IntervalRow]) -> Result<HashMap<i64, Vec<u32>>, InventoryError> {
    let mut wanted: Vec<i64> = rows.iter().map(|row| row.profile_id).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut profiles = HashMap::with_capacity(wanted.len());
    for (id, data) in intervals::profiles_by_ids(db, &wanted).await? {
        let ids = set::decode(&data).map_err(|cause| InventoryError::Damaged { carrier_id: 0, cause })?;
        profiles.insert(id, ids);
    }
    Ok(profiles)
}

/// What one source showed on one carrier at an instant, and the snapshot that said so.
pub async fn slots_at(
    db: &Db,
    carrier_id: i64,
    at: Time,
) -> Result<Vec<(i64, i64, Vec<u32>)>, InventoryError> {
    let rows = intervals::of_carrier_at(db, carrier_id, at.as_micros()).await?;
    let profiles = profiles_of(db, &rows).await?;
    rows.iter()
        .map(|row| Ok((row.source_id, row.snapshot_id, resolve(carrier_id, row, &profiles)?)))
        .collect()
}

/// Carriers whose inventory changed after `sequence`, and how far that reads.
pub async fn carriers_changed(db: &Db, sequence: i64) -> Result<(Vec<u32>, i64), InventoryError> {
    Ok(intervals::carriers_changed(db, sequence).await?)
}

/// Where a component that is no longer there was seen last.
#[derive(Debug, Clone, Copy)]
pub struct LastSeen {
    pub carrier: u32,
    pub source_id: i64,
    pub snapshot_id: i64,
    pub until: i64,
}

/// For each of the components that none of the carriers has any more, where it was seen last: several places when
/// they lost it in one instant.
pub async fn last_seen_on(
    db: &Db,
    carriers: &[u32],
    wanted: &[u32],
) -> Result<HashMap<u32, Vec<LastSeen>>, InventoryError> {
    let mut found: HashMap<u32, Vec<LastSeen>> = HashMap::new();
    let mut offset = 0;
    loop {
        let rows = intervals::ended_of(db, carriers, offset).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        let reached = last.to_at;
        offset += rows.len() as i64;
        let profiles = profiles_of(db, &rows).await?;
        for row in &rows {
            let open = |component: &&u32| {
                found.get(*component).is_none_or(|seen| seen.iter().all(|one| one.until == row.to_at))
            };
            let open: Vec<u32> = wanted.iter().filter(open).copied().collect();
            if open.is_empty() {
                return Ok(found);
            }
            let ids = resolve(row.carrier_id, row, &profiles)?;
            for component in open.into_iter().filter(|component| ids.binary_search(component).is_ok()) {
                found.entry(component).or_default().push(LastSeen {
                    carrier: row.carrier_id as u32,
                    source_id: row.source_id,
                    snapshot_id: row.snapshot_id,
                    until: row.to_at,
                });
            }
        }
        let is_final = |component: &u32| {
            found.get(component).is_some_and(|seen| seen.iter().all(|one| one.until > reached))
        };
        if wanted.iter().all(is_final) {
            return Ok(found);
        }
    }
}

/// Installed kernels that do not run.
pub async fn kernels_not_running(db: &Db) -> Result<Vec<ComponentRow>, InventoryError> {
    Ok(components::kernels_not_running(db).await?)
}

/// A package that is there in another version than before.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct VersionChange {
    pub name: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What a snapshot changed on its carrier.
#[derive(Debug, Clone, Default)]
pub struct SnapshotDifference {
    pub added: Vec<ComponentRow>,
    pub removed: Vec<ComponentRow>,
    pub changed: Vec<VersionChange>,
}

pub async fn difference(db: &Db, snapshot_id: i64) -> Result<SnapshotDifference, InventoryError> {
    let snapshot = snapshot(db, snapshot_id).await?;
    let (before, after) = match intervals::of_snapshot(db, snapshot_id).await? {
        Some(row) => {
            let earlier = intervals::before(db, row.carrier_id, row.source_id, row.from_at).await?;
            let rows: Vec<IntervalRow> = earlier.clone().into_iter().chain([row.clone()]).collect();
            let profiles = profiles_of(db, &rows).await?;
            let before = match &earlier {
                Some(earlier) if earlier.to_at >= row.from_at => resolve(row.carrier_id, earlier, &profiles)?,
                _ => Vec::new(),
            };
            (before, resolve(row.carrier_id, &row, &profiles)?)
        }
        None => match &snapshot.data {
            Some(data) => {
                let held = set::decode(data)
                    .map_err(|cause| InventoryError::Damaged { carrier_id: snapshot.carrier_id, cause })?;
                let current =
                    slots_at(db, snapshot.carrier_id, Time::from_micros(snapshot.received_at)).await?;
                let before = current
                    .into_iter()
                    .find(|(source_id, _, _)| *source_id == snapshot.source_id)
                    .map_or_else(Vec::new, |(_, _, ids)| ids);
                (before, held)
            }
            None => return Ok(SnapshotDifference::default()),
        },
    };
    let change = Difference::between(&before, &after);
    let added = components::components_by_ids(db, &change.added).await?;
    let removed = components::components_by_ids(db, &change.removed).await?;
    Ok(pair_versions(added, removed))
}

/// A removed and an added component of one package are one change of version.
fn pair_versions(added: Vec<ComponentRow>, removed: Vec<ComponentRow>) -> SnapshotDifference {
    type Key = (String, String, Option<String>);
    let key = |row: &ComponentRow| -> Key { (row.ecosystem.clone(), row.name.clone(), row.arch.clone()) };
    let mut old: HashMap<Key, Vec<ComponentRow>> = HashMap::new();
    for row in removed {
        old.entry(key(&row)).or_default().push(row);
    }
    let mut difference = SnapshotDifference::default();
    for row in added {
        match old.get_mut(&key(&row)).and_then(Vec::pop) {
            Some(before) => difference.changed.push(VersionChange {
                name: row.name,
                from: before.version,
                to: row.version,
            }),
            None => difference.added.push(row),
        }
    }
    difference.removed = old.into_values().flatten().collect();
    difference.removed.sort_by(|left, right| left.name.cmp(&right.name).then(left.id.cmp(&right.id)));
    difference
}

pub async fn snapshot(db: &Db, id: i64) -> Result<SnapshotRow, InventoryError> {
    snapshots::snapshot_by_id(db, id).await?.ok_or(InventoryError::SnapshotUnknown { id })
}

pub async fn snapshots_of(
    db: &Db,
    carrier_id: i64,
    before: (i64, i64),
    limit: i64,
) -> Result<Vec<SnapshotRow>, InventoryError> {
    Ok(snapshots::snapshots_of_carrier(db, carrier_id, before, limit).await?)
}

pub async fn sources_of(db: &Db, carrier_id: i64) -> Result<Vec<SourceState>, InventoryError> {
    Ok(snapshots::sources_of_carrier(db, carrier_id).await?)
}

/// The original file of the newest list that counts of a source.
pub async fn newest_document(
    db: &Db,
    carrier_id: i64,
    source: &str,
) -> Result<Option<Vec<u8>>, InventoryError> {
    match snapshots::newest_document(db, carrier_id, source).await? {
        Some(hash) => document(db, &hash).await,
        None => Ok(None),
    }
}

/// The original file of a snapshot, as it came.
pub async fn document(db: &Db, hash: &str) -> Result<Option<Vec<u8>>, InventoryError> {
    let Some(packed) = snapshots::document_by_hash(db, hash).await? else { return Ok(None) };
    zstd::stream::decode_all(packed.as_slice())
        .map(Some)
        .map_err(|cause| InventoryError::Compression { path: hash.to_owned(), cause })
}

/// Components by a part of their name, or by their purl.
pub async fn component_list(
    db: &Db,
    text: &str,
    ecosystem: Option<&str>,
    after: (&str, i64),
    limit: i64,
) -> Result<Vec<ComponentRow>, InventoryError> {
    Ok(search::component_search(db, text, ecosystem, after, limit).await?)
}

pub async fn component(db: &Db, id: i64) -> Result<ComponentRow, InventoryError> {
    components::component_by_id(db, id).await?.ok_or(InventoryError::ComponentUnknown { id })
}

/// Carriers that have a package of which it is not known what it is, so that no advisory can ever speak of it. The
/// index is brought up to date; whoever asks again keeps it.
pub async fn carriers_of_unknown_ecosystems(
    db: &Db,
    index: &mut crate::CarrierIndex,
) -> Result<BTreeSet<i64>, InventoryError> {
    let strange = components::of_unknown_ecosystem(db).await?;
    let mut found = BTreeSet::new();
    if strange.is_empty() {
        return Ok(found);
    }
    index.refresh(db).await?;
    for component in strange {
        found.extend(index.carriers_of(component).iter().map(i64::from));
    }
    Ok(found)
}
