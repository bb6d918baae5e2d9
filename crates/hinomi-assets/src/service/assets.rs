// SPDX-License-Identifier: Apache-2.0
//! Changes of assets.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::{AssetId, SystemId};
use hinomi_db::ids::next_ids;
use hinomi_db::search::fold;
use hinomi_db::{DbError, Tx};
use serde_json::{Value as Json, json};

use super::names::free_key;
use super::observe::{create_in, new_row, unassigned_system};
use super::reconcile::words_by_hand;
use super::record::{Subject, audit_many, change, record};
use super::{Act, systems};
use crate::error::AssetError;
use crate::model::{AssetChange, NewAsset};
use crate::store;
use crate::store::assets::{AssetRow, Destination};
use crate::store::systems::SystemRow;

/// So many assets may be made or assigned in one transaction and stay under its 250 ms.
pub const MOST_AT_ONCE: usize = 2_000;

/// What the history tells of an asset.
pub(super) fn facts(asset: &AssetRow, identifiers: &BTreeMap<String, String>) -> Json {
    json!({
        "name": asset.name,
        "kind": asset.kind,
        "system_id": asset.system_id,
        "identifiers": identifiers,
        "attributes": asset.attributes(),
        "os": asset.os(),
        "retired_at": asset.retired_at,
    })
}

/// Makes an asset in a system in scope, or in the unassigned one.
pub async fn asset_create(tx: &mut Tx, act: &Act<'_>, new: NewAsset) -> Result<AssetRow, AssetError> {
    let new = new.clean()?;
    let system = match new.system_id {
        Some(id) => Some(systems::in_use(tx, act, id).await?),
        None => None,
    };
    create_in(tx, act, new, system).await
}

/// Makes many assets at once, all or none; at most [`MOST_AT_ONCE`].
pub async fn assets_create(
    tx: &mut Tx,
    act: &Act<'_>,
    new: Vec<NewAsset>,
) -> Result<Vec<AssetRow>, AssetError> {
    let count = new.len();
    if count > MOST_AT_ONCE {
        return Err(AssetError::TooMany { count, most: MOST_AT_ONCE });
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    let new = new.into_iter().map(NewAsset::clean).collect::<Result<Vec<_>, _>>()?;
    let mut keys = HashSet::new();
    if let Some(twice) = new.iter().find(|asset| !keys.insert(fold(&asset.name))) {
        return Err(AssetError::AssetNameTaken { name: twice.name.clone() });
    }
    let keys: Vec<String> = keys.into_iter().collect();
    let taken_keys: HashSet<String> = store::assets::taken_names_tx(tx, &keys).await?.into_iter().collect();
    let mut known: HashMap<Option<SystemId>, SystemRow> = HashMap::new();
    for id in new.iter().map(|asset| asset.system_id).collect::<HashSet<_>>() {
        let system = match id {
            Some(id) => systems::in_use(tx, act, id).await?,
            None => unassigned_system(tx, act).await?,
        };
        if !act.scope.contains(system.unit_id) {
            return Err(AssetError::SystemNeeded { name: "of this list".to_owned() });
        }
        known.insert(id, system);
    }
    let ordinals = next_ids(tx, "carrier", i64::try_from(count).unwrap_or(i64::MAX)).await?;
    let mut rows: Vec<store::assets::WithIdentifiers> = new
        .into_iter()
        .zip(ordinals)
        .filter_map(|(asset, ordinal)| {
            let system = known.get(&asset.system_id)?;
            Some(new_row(act, asset, system, ordinal))
        })
        .collect();
    for (asset, _) in rows.iter_mut().filter(|(asset, _)| taken_keys.contains(&asset.name_key)) {
        asset.name_key = free_key(tx, &act.scope, &asset.name, asset.unit_id).await?;
    }
    store::assets::insert(tx, &rows).await.map_err(|error| taken("of this list", error))?;
    let changes: Vec<_> = rows
        .iter()
        .map(|(asset, identifiers)| {
            change(act, asset.id.uuid(), "created", json!({}), facts(asset, identifiers))
        })
        .collect();
    store::changes::append(tx, &changes).await?;
    audit_many(tx, act, "asset.create", &json!({ "assets": rows.len() })).await?;
    Ok(rows.into_iter().map(|(asset, _)| asset).collect())
}

/// Another transaction may take the name between the look and the write.
fn taken(name: &str, error: DbError) -> AssetError {
    if error.is_unique_violation() {
        AssetError::AssetNameTaken { name: name.to_owned() }
    } else {
        error.into()
    }
}

/// Changes an asset in scope, its system included.
pub async fn asset_change(
    tx: &mut Tx,
    act: &Act<'_>,
    id: AssetId,
    wanted: AssetChange,
) -> Result<AssetRow, AssetError> {
    let wanted = wanted.clean()?;
    let before = in_use(tx, act, id).await?;
    let old_identifiers = store::assets::identifiers_tx(tx, id).await?;
    let mut after = before.clone();
    if let Some(name) = wanted.name {
        if fold(&name) != fold(&before.name) {
            after.name_key = free_key(tx, &act.scope, &name, before.unit_id).await?;
        }
        after.name = name;
    }
    after.kind = wanted.kind.unwrap_or(after.kind);
    if let Some(attributes) = wanted.attributes {
        after.attributes = json!(attributes).to_string();
    }
    if let Some(os) = wanted.os {
        (after.os_id, after.os_version, after.os_name) = (os.id, os.version, os.name);
    }
    let identifiers = wanted.identifiers.unwrap_or_else(|| old_identifiers.clone());
    if (&after, &identifiers) != (&before, &old_identifiers) {
        store::assets::update(tx, &after, &identifiers).await.map_err(|error| taken(&after.name, error))?;
        let (old, new) = (facts(&before, &old_identifiers), facts(&after, &identifiers));
        record(tx, act, Subject::Asset(id), before.unit_id, "changed", &old, &new).await?;
        words_by_hand(tx, act, &before, &after, (&old_identifiers, &identifiers)).await?;
    }
    if let Some(system) = wanted.system_id.filter(|system| *system != before.system_id) {
        assets_assign(tx, act, &[id], system).await?;
        after = store::assets::get_tx(tx, id).await?.ok_or(AssetError::AssetNotFound { id })?;
    }
    Ok(after)
}

/// How many assets went to another system, and how many were there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Assigned {
    pub assigned: u64,
    pub unchanged: u64,
}

/// Gives assets in scope to a system in scope; all or none, at most [`MOST_AT_ONCE`].
pub async fn assets_assign(
    tx: &mut Tx,
    act: &Act<'_>,
    ids: &[AssetId],
    system: SystemId,
) -> Result<Assigned, AssetError> {
    let ids: HashSet<AssetId> = ids.iter().copied().collect();
    if ids.len() > MOST_AT_ONCE {
        return Err(AssetError::TooMany { count: ids.len(), most: MOST_AT_ONCE });
    }
    let system = systems::in_use(tx, act, system).await?;
    let wanted: Vec<AssetId> = ids.iter().copied().collect();
    let found = store::assets::many_tx(tx, &wanted).await?;
    let seen: HashSet<AssetId> =
        found.iter().filter(|asset| act.scope.contains(asset.unit_id)).map(|asset| asset.id).collect();
    if let Some(id) = wanted.into_iter().find(|id| !seen.contains(id)) {
        return Err(AssetError::AssetNotFound { id });
    }
    if let Some(asset) = found.iter().find(|asset| asset.retired_at.is_some()) {
        let at = asset.retired_at.unwrap_or(act.now);
        return Err(AssetError::AssetRetired { name: asset.name.clone(), at });
    }
    let moving: Vec<&AssetRow> = found.iter().filter(|asset| asset.system_id != system.id).collect();
    let moving_ids: Vec<AssetId> = moving.iter().map(|asset| asset.id).collect();
    let to = Destination { system: system.id, unit: system.unit_id, unassigned: system.unassigned };
    if !moving_ids.is_empty() {
        store::assets::assign(tx, &moving_ids, to, act.now).await?;
    }
    match moving.as_slice() {
        [] => {}
        [asset] => {
            let (before, after) =
                (json!({ "system_id": asset.system_id }), json!({ "system_id": system.id }));
            record(tx, act, Subject::Asset(asset.id), system.unit_id, "assigned", &before, &after).await?;
        }
        many => {
            let changes: Vec<_> = many
                .iter()
                .map(|asset| {
                    let (before, after) =
                        (json!({ "system_id": asset.system_id }), json!({ "system_id": system.id }));
                    change(act, asset.id.uuid(), "assigned", before, after)
                })
                .collect();
            store::changes::append(tx, &changes).await?;
            let after = json!({ "assets": many.len(), "system_id": system.id });
            audit_many(tx, act, "asset.assign", &after).await?;
        }
    }
    Ok(Assigned { assigned: moving.len() as u64, unchanged: (found.len() - moving.len()) as u64 })
}

/// Takes an asset out of use. Its number is never used again.
pub async fn asset_retire(tx: &mut Tx, act: &Act<'_>, id: AssetId) -> Result<AssetRow, AssetError> {
    let before = in_use(tx, act, id).await?;
    let identifiers = store::assets::identifiers_tx(tx, id).await?;
    let after = AssetRow { retired_at: Some(act.now), ..before.clone() };
    store::assets::update(tx, &after, &identifiers).await?;
    store::assets::end_membership(tx, id, act.now).await?;
    let (old, new) = (facts(&before, &identifiers), facts(&after, &identifiers));
    record(tx, act, Subject::Asset(id), before.unit_id, "retired", &old, &new).await?;
    Ok(after)
}

/// Takes a retired asset into use again, under its number and with its history: in its own system, or in `system` where
/// that is out of use, too. What became part of another is split off instead.
pub async fn asset_restore(
    tx: &mut Tx,
    act: &Act<'_>,
    id: AssetId,
    system: Option<SystemId>,
) -> Result<AssetRow, AssetError> {
    let found = store::assets::get_tx(tx, id).await?;
    let Some(before) = found.filter(|asset| act.scope.contains(asset.unit_id)) else {
        return Err(AssetError::AssetNotFound { id });
    };
    if before.merged_into.is_some() {
        return Err(AssetError::AssetMerged { name: before.name });
    }
    if before.retired_at.is_none() {
        return Err(AssetError::AssetInUse { name: before.name });
    }
    let system = systems::in_use(tx, act, system.unwrap_or(before.system_id)).await?;
    let after = AssetRow {
        name_key: free_key(tx, &act.scope, &before.name, system.unit_id).await?,
        system_id: system.id,
        unit_id: system.unit_id,
        unassigned: system.unassigned,
        retired_at: None,
        retired_by: String::new(),
        ..before.clone()
    };
    store::assets::restore(tx, &after, act.now).await.map_err(|error| taken(&after.name, error))?;
    let identifiers = store::assets::identifiers_tx(tx, id).await?;
    let (old, new) = (facts(&before, &identifiers), facts(&after, &identifiers));
    record(tx, act, Subject::Asset(id), after.unit_id, "restored", &old, &new).await?;
    Ok(after)
}

/// The asset, if it is in scope and not retired.
async fn in_use(tx: &mut Tx, act: &Act<'_>, id: AssetId) -> Result<AssetRow, AssetError> {
    let found = store::assets::get_tx(tx, id).await?;
    let Some(asset) = found.filter(|asset| act.scope.contains(asset.unit_id)) else {
        return Err(AssetError::AssetNotFound { id });
    };
    match asset.retired_at {
        Some(at) => Err(AssetError::AssetRetired { name: asset.name, at }),
        None => Ok(asset),
    }
}
