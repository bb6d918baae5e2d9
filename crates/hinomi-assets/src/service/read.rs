// SPDX-License-Identifier: Apache-2.0
//! Lists and single records, each within a scope.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{AssetId, Page, PageRequest, Scope, SystemId, Time, UnitId, Uuid};
use hinomi_db::{Db, DbError};
use hinomi_org::model::shown_end;
use hinomi_org::{unit_names, unit_scope};
use serde_json::Value as Json;

use crate::error::AssetError;
use crate::model::AssetList;
use crate::settings::stale_before;
use crate::store;
use crate::store::asset_lists::{After, AssetFilter};
use crate::store::assets::AssetRow;
use crate::store::systems::{SystemFilter, SystemRow};

/// A system with the name of its unit and the number of its assets in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemView {
    pub system: SystemRow,
    pub unit_name: String,
    pub asset_count: i64,
}

/// Systems in use, within scope and, when given, the subtree of `unit`.
pub async fn systems_list(
    db: &Db,
    scope: &Scope,
    filter: &SystemFilter,
    unit: Option<UnitId>,
    request: &PageRequest,
    now: Time,
) -> Result<Page<SystemView>, AssetError> {
    let scope = unit_scope(db, scope, unit, now).await?;
    let list = filter.sort.list_name();
    let after = match (&request.after, request.after_keys(list, 3)?) {
        (Some(cursor), Some(_)) => Some(store::systems::After {
            rank: cursor.int(0)?,
            name_key: cursor.text(1)?.to_owned(),
            id: cursor.text(2)?.to_owned(),
        }),
        _ => None,
    };
    let rows = store::systems::list(db, &scope, filter, request, after).await?;
    let total = store::systems::count(db, &scope, filter).await?;
    let page = Page::from_rows(rows, request, list, |row| {
        vec![filter.sort.rank(row).into(), row.name_key.clone().into(), row.id.to_string().into()]
    });
    let Page { items, next, .. } = page;
    Ok(Page { items: views(db, items, now).await?, next, total: Some(total) })
}

async fn views(db: &Db, systems: Vec<SystemRow>, now: Time) -> Result<Vec<SystemView>, DbError> {
    let units: Vec<UnitId> = systems.iter().map(|system| system.unit_id).collect();
    let ids: Vec<SystemId> = systems.iter().map(|system| system.id).collect();
    let names = unit_names(db, now, &units).await?;
    let counts = store::asset_lists::count_by_system(db, &ids).await?;
    let view = |system: SystemRow| SystemView {
        unit_name: names.get(&system.unit_id).map(|(name, _)| name.clone()).unwrap_or_default(),
        asset_count: counts.get(&system.id).copied().unwrap_or(0),
        system,
    };
    Ok(systems.into_iter().map(view).collect())
}

/// One system in scope; retired ones too.
pub async fn system_get(db: &Db, scope: &Scope, id: SystemId, now: Time) -> Result<SystemView, AssetError> {
    let found = store::systems::get(db, id).await?.filter(|system| scope.contains(system.unit_id));
    let system = found.ok_or(AssetError::SystemNotFound { id })?;
    views(db, vec![system], now).await?.pop().ok_or(AssetError::SystemNotFound { id })
}

pub async fn system_by_code(db: &Db, scope: &Scope, code: &str) -> Result<SystemRow, AssetError> {
    let found = store::systems::by_code(db, code).await?.filter(|system| scope.contains(system.unit_id));
    found.ok_or_else(|| AssetError::SystemCodeNotFound { code: code.to_owned() })
}

/// Code, name, name_ja of systems. No scope: for pages that show what the reader may see anyway.
pub async fn system_names(
    db: &Db,
    ids: &[SystemId],
) -> Result<HashMap<SystemId, (String, String, String)>, DbError> {
    store::systems::names(db, ids).await
}

/// An asset with the names around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetView {
    pub asset: AssetRow,
    pub system_name: String,
    pub system_name_ja: String,
    pub unit_name: String,
    pub stale: bool,
}

/// One asset with everything that is known of it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetDetail {
    pub view: AssetView,
    pub identifiers: BTreeMap<String, String>,
    /// The systems it belonged to, oldest first.
    pub memberships: Vec<(SystemId, Time, Option<Time>)>,
}

/// Assets in use, within scope and, when given, the subtree of `unit`: by name, stale ones by when last seen.
pub async fn assets_list(
    db: &Db,
    scope: &Scope,
    filter: &AssetFilter,
    unit: Option<UnitId>,
    request: &PageRequest,
    now: Time,
) -> Result<Page<AssetView>, AssetError> {
    let scope = unit_scope(db, scope, unit, now).await?;
    let stale = filter.list == AssetList::Stale;
    let (list, keys) = if stale { ("assets-stale", 2) } else { ("assets", 1) };
    let after = match (&request.after, request.after_keys(list, keys)?) {
        (Some(cursor), Some(_)) if stale => Some(After::Seen(cursor.int(0)?, cursor.int(1)?)),
        (Some(cursor), Some(_)) => Some(After::Name(cursor.text(0)?.to_owned())),
        _ => None,
    };
    let before = stale_before(db, now).await?;
    let rows = store::asset_lists::list(db, &scope, filter, before, request, after).await?;
    let total = store::asset_lists::count(db, &scope, filter, before).await?;
    let page = Page::from_rows(rows, request, list, |row| {
        if stale {
            vec![row.last_seen.as_micros().into(), row.ordinal.into()]
        } else {
            vec![row.name_key.clone().into()]
        }
    });
    let Page { items, next, .. } = page;
    Ok(Page { items: asset_views(db, items, now).await?, next, total: Some(total) })
}

pub(crate) async fn asset_views(
    db: &Db,
    assets: Vec<AssetRow>,
    now: Time,
) -> Result<Vec<AssetView>, DbError> {
    let units: Vec<UnitId> = assets.iter().map(|asset| asset.unit_id).collect();
    let systems: Vec<SystemId> = assets.iter().map(|asset| asset.system_id).collect();
    let unit_names = unit_names(db, now, &units).await?;
    let system_names = store::systems::names(db, &systems).await?;
    let before = stale_before(db, now).await?;
    let view = |asset: AssetRow| AssetView {
        system_name: system_names.get(&asset.system_id).map(|names| names.1.clone()).unwrap_or_default(),
        system_name_ja: system_names.get(&asset.system_id).map(|names| names.2.clone()).unwrap_or_default(),
        unit_name: unit_names.get(&asset.unit_id).map(|(name, _)| name.clone()).unwrap_or_default(),
        stale: asset.retired_at.is_none() && asset.last_seen < before,
        asset,
    };
    Ok(assets.into_iter().map(view).collect())
}

/// A value, and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FacetValue {
    pub value: String,
    /// What people call it, where that is not the value.
    pub name: String,
    pub name_ja: String,
    pub count: i64,
}

/// How many there are of what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AssetFacets {
    pub kind: Vec<FacetValue>,
    pub os: Vec<FacetValue>,
    pub system: Vec<FacetValue>,
    pub unit: Vec<FacetValue>,
}

/// Counts by kind, operating system, system and unit. Each leaves its own condition out.
pub async fn assets_facets(
    db: &Db,
    scope: &Scope,
    filter: &AssetFilter,
    unit: Option<UnitId>,
    now: Time,
) -> Result<AssetFacets, AssetError> {
    let below = unit_scope(db, scope, unit, now).await?;
    let before = stale_before(db, now).await?;
    let plain = |(value, count): (String, i64)| FacetValue {
        value,
        name: String::new(),
        name_ja: String::new(),
        count,
    };
    let any_kind = AssetFilter { kind: None, ..filter.clone() };
    let any_os = AssetFilter { os: None, ..filter.clone() };
    let any_system = AssetFilter { system: None, ..filter.clone() };
    let kind = store::asset_lists::facet(db, &below, &any_kind, before, "kind").await?;
    let os = store::asset_lists::facet(db, &below, &any_os, before, "os_id").await?;
    let mut system: Vec<FacetValue> = store::asset_lists::facet(db, &below, &any_system, before, "system_id")
        .await?
        .into_iter()
        .map(plain)
        .collect();
    let mut units: Vec<FacetValue> = store::asset_lists::facet(db, scope, filter, before, "unit_id")
        .await?
        .into_iter()
        .map(plain)
        .collect();
    let ids: Vec<SystemId> = system.iter().filter_map(|one| one.value.parse().ok()).collect();
    let names = store::systems::names(db, &ids).await?;
    for one in &mut system {
        let known = one.value.parse().ok().and_then(|id: SystemId| names.get(&id));
        (one.name, one.name_ja) = known.map(|(_, name, ja)| (name.clone(), ja.clone())).unwrap_or_default();
    }
    let ids: Vec<UnitId> = units.iter().filter_map(|one| one.value.parse().ok()).collect();
    let names = unit_names(db, now, &ids).await?;
    for one in &mut units {
        let known = one.value.parse().ok().and_then(|id: UnitId| names.get(&id));
        (one.name, one.name_ja) = known.cloned().unwrap_or_default();
    }
    Ok(AssetFacets {
        kind: kind.into_iter().map(plain).collect(),
        os: os.into_iter().map(plain).collect(),
        system,
        unit: units,
    })
}

/// One asset in scope; retired ones too.
pub async fn asset_get(db: &Db, scope: &Scope, id: AssetId, now: Time) -> Result<AssetDetail, AssetError> {
    let found = store::assets::get(db, id).await?.filter(|asset| scope.contains(asset.unit_id));
    let asset = found.ok_or(AssetError::AssetNotFound { id })?;
    let identifiers = store::assets::identifiers(db, id).await?;
    let memberships = store::assets::memberships(db, id).await?;
    let memberships =
        memberships.into_iter().map(|(system, from, to)| (system, from, shown_end(to))).collect();
    let view = asset_views(db, vec![asset], now).await?.pop().ok_or(AssetError::AssetNotFound { id })?;
    Ok(AssetDetail { view, identifiers, memberships })
}

/// The asset in use with this name.
pub async fn asset_by_name(db: &Db, scope: &Scope, name: &str) -> Result<AssetRow, AssetError> {
    let found = store::assets::by_name(db, name).await?.filter(|asset| scope.contains(asset.unit_id));
    found.ok_or_else(|| AssetError::AssetNameNotFound { name: name.to_owned() })
}

/// Names of assets by carrier number. No scope: for pages that show what the reader may see anyway.
pub async fn asset_names(db: &Db, ordinals: &[i64]) -> Result<HashMap<i64, (AssetId, String)>, DbError> {
    store::assets::names(db, ordinals).await
}

/// How many systems and assets in use the units have, together.
pub async fn counts_of_units(db: &Db, units: &[UnitId]) -> Result<(i64, i64), DbError> {
    let systems = store::systems::count_of_units(db, units).await?;
    let assets = store::asset_lists::count_of_units(db, units).await?;
    Ok((systems, assets))
}

/// One line of a history: the changed fields before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeView {
    pub at: Time,
    pub actor: String,
    pub actor_type: String,
    pub action: String,
    pub before: Json,
    pub after: Json,
    pub reason: String,
}

/// What happened to a system in scope, newest first.
pub async fn system_history(
    db: &Db,
    scope: &Scope,
    id: SystemId,
    request: &PageRequest,
) -> Result<Page<ChangeView>, AssetError> {
    let found = store::systems::get(db, id).await?.filter(|system| scope.contains(system.unit_id));
    let system = found.ok_or(AssetError::SystemNotFound { id })?;
    history(db, system.id.uuid(), request).await
}

/// What happened to an asset in scope, newest first.
pub async fn asset_history(
    db: &Db,
    scope: &Scope,
    id: AssetId,
    request: &PageRequest,
) -> Result<Page<ChangeView>, AssetError> {
    let found = store::assets::get(db, id).await?.filter(|asset| scope.contains(asset.unit_id));
    let asset = found.ok_or(AssetError::AssetNotFound { id })?;
    history(db, asset.id.uuid(), request).await
}

async fn history(db: &Db, subject: Uuid, request: &PageRequest) -> Result<Page<ChangeView>, AssetError> {
    const LIST: &str = "cmdb-changes";
    let before = match (&request.after, request.after_keys(LIST, 2)?) {
        (Some(cursor), Some(_)) => Some((cursor.int(0)?, cursor.text(1)?.to_owned())),
        _ => None,
    };
    let rows = store::changes::of_subject(db, subject, before, request.fetch_limit()).await?;
    let page =
        Page::from_rows(rows, request, LIST, |row| vec![row.at.as_micros().into(), row.id.clone().into()]);
    let json = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
    Ok(page.map(|row| ChangeView {
        at: row.at,
        actor: row.actor_name,
        actor_type: row.actor_type,
        action: row.action,
        before: json(&row.before),
        after: json(&row.after),
        reason: row.reason,
    }))
}
