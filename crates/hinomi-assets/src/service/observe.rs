// SPDX-License-Identifier: Apache-2.0
//! What the inventory needs of assets: find or make the one that a file is about, and note that it was seen.

use hinomi_core::{AssetId, Scope, SystemId, Time};
use hinomi_db::ids::next_ids;
use hinomi_db::search::fold;
use hinomi_db::{DbError, Tx};
use serde_json::json;

use super::Act;
use super::names::{all_of_name, free_key, unseen_of_name};
use super::record::{Subject, record};
use crate::error::AssetError;
use crate::model::{AssetKind, Importance, NewAsset, ObservedOs, Reachability, SystemKind, UNASSIGNED_CODE};
use crate::store;
use crate::store::assets::{AssetRow, Destination};
use crate::store::systems::SystemRow;

/// The asset that an observation belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    pub asset: AssetRow,
    pub created: bool,
}

/// The asset in use of this name, made when there is none. `system` is a code: it places a new asset, and claims
/// one that no system had; an asset of another system is refused, so that an import never moves one by mistake.
/// Of assets outside the reader's scope nothing is said: one of theirs may have the same name.
pub async fn asset_upsert_by_name(
    tx: &mut Tx,
    act: &Act<'_>,
    name: &str,
    system: Option<&str>,
    kind: AssetKind,
) -> Result<Observed, AssetError> {
    let new = NewAsset::plain(name, kind, None).clean()?;
    let wanted = match system {
        Some(code) => Some(system_in_scope(tx, act, code).await?),
        None => None,
    };
    let Some(asset) = by_any_name(tx, act, &new.name, wanted.as_ref()).await? else {
        let asset = create_in(tx, act, new, wanted).await?;
        return Ok(Observed { asset, created: true });
    };
    placed(tx, act, asset, wanted).await
}

/// The asset in use of this name that the reader may mean, or that which one of this name is part of now: one of the
/// system's unit first, and none that is neither in scope nor unclaimed.
async fn by_any_name(
    tx: &mut Tx,
    act: &Act<'_>,
    name: &str,
    wanted: Option<&SystemRow>,
) -> Result<Option<AssetRow>, AssetError> {
    let is_meant =
        |asset: &AssetRow| act.scope.contains(asset.unit_id) || (asset.unassigned && wanted.is_some());
    let mut named = all_of_name(tx, name).await?;
    named.retain(is_meant);
    named.sort_by_key(|asset| wanted.is_none_or(|system| system.unit_id != asset.unit_id));
    if let Some(asset) = named.into_iter().next() {
        return Ok(Some(asset));
    }
    let mut unseen = unseen_of_name(tx, name).await?;
    unseen.retain(is_meant);
    if let Some(asset) = unseen.into_iter().next() {
        return Ok(Some(back_in_use(tx, act, asset).await?));
    }
    let Some(part) = store::assets::merged_by_name_tx(tx, name).await? else { return Ok(None) };
    let whole = store::assets::whole_tx(tx, part.id).await?;
    Ok(whole.filter(|asset| asset.retired_at.is_none() && is_meant(asset)))
}

/// Places an asset that no system had; one of another system is refused.
async fn placed(
    tx: &mut Tx,
    act: &Act<'_>,
    asset: AssetRow,
    wanted: Option<SystemRow>,
) -> Result<Observed, AssetError> {
    let Some(wanted) = wanted.filter(|wanted| wanted.id != asset.system_id) else {
        return seen_by(act, asset);
    };
    if !asset.unassigned {
        return Err(other_system(tx, act, &asset).await?);
    }
    let to = Destination { system: wanted.id, unit: wanted.unit_id, unassigned: wanted.unassigned };
    store::assets::assign(tx, &[asset.id], to, act.now).await?;
    let (before, after) = (json!({ "system": UNASSIGNED_CODE }), json!({ "system": wanted.code }));
    record(tx, act, Subject::Asset(asset.id), wanted.unit_id, "assigned", &before, &after).await?;
    let asset = AssetRow { system_id: wanted.id, unit_id: wanted.unit_id, unassigned: false, ..asset };
    Ok(Observed { asset, created: false })
}

/// What to do with an asset that another system has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    OrRefuse,
    OrLeave,
}

/// Claims an asset that reconciliation found, for the system with this code.
pub(crate) async fn asset_claim(
    act: &Act<'_>,
    asset: AssetId,
    system: Option<&str>,
    claim: Claim,
) -> Result<(), AssetError> {
    let mut tx = act.app.db.begin().await?;
    let wanted = match system {
        Some(code) => Some(system_in_scope(&mut tx, act, code).await?),
        None => None,
    };
    let found = store::assets::get_tx(&mut tx, asset).await?;
    if let Some(found) = found.filter(|found| found.unassigned || claim == Claim::OrRefuse) {
        placed(&mut tx, act, found, wanted).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The asset with this id, or that which it is part of now, in use and in scope. One that only went out of use because
/// nothing showed it is shown now, and comes back.
pub(crate) async fn asset_in_use(tx: &mut Tx, act: &Act<'_>, id: AssetId) -> Result<Observed, AssetError> {
    let found = store::assets::whole_tx(tx, id).await?;
    let Some(asset) = found.filter(|asset| act.scope.contains(asset.unit_id)) else {
        return Err(AssetError::AssetNotFound { id });
    };
    let asset = if asset.is_unseen() { back_in_use(tx, act, asset).await? } else { asset };
    match asset.retired_at {
        Some(at) => Err(AssetError::AssetRetired { name: asset.name, at }),
        None => Ok(Observed { asset, created: false }),
    }
}

/// Takes an asset into use again that went out of use unseen: in its own system, or unassigned where that is no longer.
async fn back_in_use(tx: &mut Tx, act: &Act<'_>, before: AssetRow) -> Result<AssetRow, AssetError> {
    let everywhere = Scope::all();
    let own = store::systems::get_tx(tx, before.system_id).await?;
    let system = match own.filter(|system| system.retired_at.is_none()) {
        Some(system) => system,
        None => unassigned_system(tx, act).await?,
    };
    let (name, name_key) = match free_key(tx, &everywhere, &before.name, system.unit_id).await {
        Ok(key) => (before.name.clone(), key),
        // Somebody has taken its name meanwhile.
        Err(AssetError::AssetNameTaken { .. }) => {
            let name = format!("{} #{}", before.name, before.ordinal);
            let key = free_key(tx, &everywhere, &name, system.unit_id).await?;
            (name, key)
        }
        Err(error) => return Err(error),
    };
    let after = AssetRow {
        name,
        name_key,
        system_id: system.id,
        unit_id: system.unit_id,
        unassigned: system.unassigned,
        retired_at: None,
        retired_by: String::new(),
        ..before.clone()
    };
    store::assets::restore(tx, &after, act.now).await?;
    let told = |asset: &AssetRow| json!({ "name": asset.name, "system_id": asset.system_id, "retired_at": asset.retired_at, "retired_by": asset.retired_by });
    record(tx, act, Subject::Asset(after.id), after.unit_id, "returned", &told(&before), &told(&after))
        .await?;
    Ok(after)
}

fn seen_by(act: &Act<'_>, asset: AssetRow) -> Result<Observed, AssetError> {
    if act.scope.contains(asset.unit_id) {
        Ok(Observed { asset, created: false })
    } else {
        Err(AssetError::AssetNameTaken { name: asset.name })
    }
}

async fn other_system(tx: &mut Tx, act: &Act<'_>, asset: &AssetRow) -> Result<AssetError, DbError> {
    let name = asset.name.clone();
    if !act.scope.contains(asset.unit_id) {
        return Ok(AssetError::AssetNameTaken { name });
    }
    let system = store::systems::get_tx(tx, asset.system_id).await?;
    Ok(AssetError::OtherSystem { name, system: system.map(|system| system.code).unwrap_or_default() })
}

/// The system with this code, in use and in scope.
pub(crate) async fn system_in_scope(tx: &mut Tx, act: &Act<'_>, code: &str) -> Result<SystemRow, AssetError> {
    let found = store::systems::by_code_tx(tx, code).await?;
    let Some(system) = found.filter(|system| act.scope.contains(system.unit_id)) else {
        return Err(AssetError::SystemCodeNotFound { code: code.to_owned() });
    };
    match system.retired_at {
        Some(at) => Err(AssetError::SystemRetired { code: system.code, at }),
        None => Ok(system),
    }
}

/// Makes one asset in `system`, or in the unassigned one.
pub(crate) async fn create_in(
    tx: &mut Tx,
    act: &Act<'_>,
    new: NewAsset,
    system: Option<SystemRow>,
) -> Result<AssetRow, AssetError> {
    let system = match system {
        Some(system) => system,
        None => unassigned_system(tx, act).await?,
    };
    if !act.scope.contains(system.unit_id) {
        return Err(AssetError::SystemNeeded { name: new.name });
    }
    let name_key = free_key(tx, &act.scope, &new.name, system.unit_id).await?;
    let ordinal = *next_ids(tx, "carrier", 1).await?.start();
    let (mut asset, identifiers) = new_row(act, new, &system, ordinal);
    asset.name_key = name_key;
    let after =
        json!({ "name": asset.name, "kind": asset.kind, "system": system.code, "identifiers": identifiers });
    store::assets::insert(tx, &[(asset.clone(), identifiers)]).await?;
    record(tx, act, Subject::Asset(asset.id), asset.unit_id, "created", &json!({}), &after).await?;
    Ok(asset)
}

/// The row of a new asset with its identifiers.
pub(crate) fn new_row(
    act: &Act<'_>,
    new: NewAsset,
    system: &SystemRow,
    ordinal: i64,
) -> store::assets::WithIdentifiers {
    let asset = AssetRow {
        id: AssetId::new(&*act.app.ids, act.now),
        ordinal,
        name_key: fold(&new.name),
        name: new.name,
        kind: new.kind,
        system_id: system.id,
        unit_id: system.unit_id,
        unassigned: system.unassigned,
        attributes: json!(new.attributes).to_string(),
        os_id: new.os.id,
        os_version: new.os.version,
        os_name: new.os.name,
        has_inventory: false,
        first_seen: act.now,
        last_seen: act.now,
        created_at: act.now,
        retired_at: None,
        in_question: false,
        discovered: false,
        retired_by: String::new(),
        merged_into: None,
    };
    (asset, new.identifiers)
}

/// The system of assets that no system has claimed; the group owns it. Made when first asked for.
pub async fn unassigned_system(tx: &mut Tx, act: &Act<'_>) -> Result<SystemRow, AssetError> {
    if let Some(system) = store::systems::unassigned_tx(tx).await? {
        return Ok(system);
    }
    let tree = hinomi_org::tree_at_tx(tx, act.now).await?;
    let owner = tree.root().ok_or(AssetError::NoOrganisation)?.id;
    let system = SystemRow {
        id: SystemId::from_content(&[UNASSIGNED_CODE]),
        code: UNASSIGNED_CODE.to_owned(),
        name: "Unassigned assets".to_owned(),
        name_ja: "未割り当ての資産".to_owned(),
        name_key: fold("Unassigned assets"),
        unit_id: owner,
        kind: SystemKind::Internal,
        customer: String::new(),
        confidentiality: Importance::LOW.confidentiality,
        integrity: Importance::LOW.integrity,
        availability: Importance::LOW.availability,
        reachability: Reachability::Internal,
        sensitive_data: false,
        sensitive_kinds: "[]".to_owned(),
        description: String::new(),
        unassigned: true,
        created_at: act.now,
        retired_at: None,
    };
    store::systems::insert(tx, &system, act.now).await?;
    Ok(system)
}

/// Notes that an inventory of the asset was observed. The span of sightings only grows; the newest observation tells
/// the operating system. An unknown asset is an error.
pub async fn asset_seen(
    tx: &mut Tx,
    asset: AssetId,
    observed_at: Time,
    os: Option<&ObservedOs>,
) -> Result<(), AssetError> {
    match store::assets::seen(tx, asset, observed_at, os).await? {
        0 => Err(AssetError::AssetNotFound { id: asset }),
        _ => Ok(()),
    }
}
