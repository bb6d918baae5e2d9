// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use axum::extract::State;
use hinomi_core::{AssetId, Page, Scope, SystemId, Time, UnitId};
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::act;
use super::systems::Retire;
use crate::model::{self, AssetKind, AssetList, ObservedOs};
use crate::service::{self, AssetView, Assigned};
use crate::store::asset_lists::AssetFilter;

/// An asset as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Asset {
    id: AssetId,
    name: String,
    kind: AssetKind,
    system_id: SystemId,
    system_name: String,
    system_name_ja: String,
    /// The owner of its system now.
    unit_id: UnitId,
    unit_name: String,
    /// No system has claimed it.
    unassigned: bool,
    os: ObservedOs,
    attributes: BTreeMap<String, String>,
    has_inventory: bool,
    first_seen: Time,
    last_seen: Time,
    /// Not seen for 30 days.
    stale: bool,
    retired_at: Option<Time>,
}

impl From<AssetView> for Asset {
    fn from(view: AssetView) -> Self {
        let AssetView { asset, system_name, system_name_ja, unit_name, stale } = view;
        Self {
            id: asset.id,
            os: asset.os(),
            attributes: asset.attributes(),
            name: asset.name,
            kind: asset.kind,
            system_id: asset.system_id,
            system_name,
            system_name_ja,
            unit_id: asset.unit_id,
            unit_name,
            unassigned: asset.unassigned,
            has_inventory: asset.has_inventory,
            first_seen: asset.first_seen,
            last_seen: asset.last_seen,
            stale,
            retired_at: asset.retired_at,
        }
    }
}

/// One asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AssetPage {
    #[serde(flatten)]
    asset: Asset,
    identifiers: BTreeMap<String, String>,
    /// The systems it belonged to, oldest first.
    memberships: Vec<Membership>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetMembership)]
pub(super) struct Membership {
    system_id: SystemId,
    valid_from: Time,
    valid_to: Option<Time>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AssetParams {
    /// Part of the name or of an identifier.
    #[param(required = false)]
    q: Option<String>,
    /// This unit and everything below it.
    #[param(required = false)]
    unit: Option<UnitId>,
    #[param(required = false)]
    system: Option<SystemId>,
    #[param(required = false)]
    kind: Option<AssetKind>,
    /// `os-release` ID of the operating system; empty for those of which none is known.
    #[param(required = false)]
    os: Option<String>,
    #[param(inline, required = false)]
    list: Option<AssetList>,
}

impl AssetParams {
    pub(super) fn unit(&self) -> Option<UnitId> {
        self.unit
    }

    pub(super) fn filter(self) -> AssetFilter {
        AssetFilter {
            query: self.q.unwrap_or_default(),
            system: self.system,
            kind: self.kind,
            os: self.os,
            list: self.list.unwrap_or(AssetList::All),
        }
    }
}

/// Assets in use, by name; stale ones by when they were last seen.
#[utoipa::path(get, path = "/assets", operation_id = "assets_list", tag = "assets",
    params(PageParams, AssetParams), responses((status = 200, body = Page<Asset>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn assets_list(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Paging(request): Paging,
    Query(params): Query<AssetParams>,
) -> ApiResult<Page<Asset>> {
    let unit = params.unit();
    let filter = params.filter();
    let page = service::assets_list(&app.db, &reader.scope, &filter, unit, &request, app.now()).await?;
    Ok(Json(page.map(Asset::from)))
}

/// One asset; retired ones too.
#[utoipa::path(get, path = "/assets/{id}", operation_id = "asset_get", tag = "assets",
    params(("id" = AssetId, Path)), responses((status = 200, body = AssetPage)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn asset_get(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<AssetId>,
) -> ApiResult<AssetPage> {
    Ok(Json(one(&app, &reader.scope, id).await?))
}

async fn one(app: &App, scope: &Scope, id: AssetId) -> Result<AssetPage, ApiError> {
    let detail = service::asset_get(&app.db, scope, id, app.now()).await?;
    let membership = |(system_id, valid_from, valid_to)| Membership { system_id, valid_from, valid_to };
    Ok(AssetPage {
        asset: detail.view.into(),
        identifiers: detail.identifiers,
        memberships: detail.memberships.into_iter().map(membership).collect(),
    })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAsset {
    name: String,
    kind: AssetKind,
    /// Without one it goes to the unassigned system, which only the CISO organisation adds to.
    system_id: Option<SystemId>,
    #[serde(default)]
    identifiers: BTreeMap<String, String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    os: ObservedOs,
}

/// Adds an asset.
#[utoipa::path(post, path = "/assets", operation_id = "asset_create", tag = "assets", request_body = NewAsset,
    responses((status = 201, body = AssetPage)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_create(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Json(new): Json<NewAsset>,
) -> Result<(StatusCode, Json<AssetPage>), ApiError> {
    let NewAsset { name, kind, system_id, identifiers, attributes, os } = new;
    let new = model::NewAsset { name, kind, system_id, identifiers, attributes, os };
    let mut tx = app.db.begin().await?;
    let asset = service::asset_create(&mut tx, &act(&app, &writer), new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(one(&app, &writer.scope, asset.id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssetChange {
    name: Option<String>,
    kind: Option<AssetKind>,
    system_id: Option<SystemId>,
    identifiers: Option<BTreeMap<String, String>>,
    attributes: Option<BTreeMap<String, String>>,
    os: Option<ObservedOs>,
    /// Why, for the history.
    #[serde(default)]
    reason: String,
}

/// Changes an asset, its system included.
#[utoipa::path(patch, path = "/assets/{id}", operation_id = "asset_change", tag = "assets",
    params(("id" = AssetId, Path)), request_body = AssetChange, responses((status = 200, body = AssetPage)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_change(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(change): Json<AssetChange>,
) -> ApiResult<AssetPage> {
    let AssetChange { name, kind, system_id, identifiers, attributes, os, reason } = change;
    let wanted = model::AssetChange { name, kind, system_id, identifiers, attributes, os };
    let mut tx = app.db.begin().await?;
    service::asset_change(&mut tx, &act(&app, &writer).because(reason), id, wanted).await?;
    tx.commit().await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetsAssign)]
pub(super) struct Assign {
    /// At most 2,000.
    asset_ids: Vec<AssetId>,
    system_id: SystemId,
    /// Why, for the history.
    #[serde(default)]
    reason: String,
}

/// Gives assets to a system: all of them, or none.
#[utoipa::path(post, path = "/assets/assign", operation_id = "assets_assign", tag = "assets", request_body = Assign,
    responses((status = 200, body = Assigned)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn assets_assign(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Json(assign): Json<Assign>,
) -> ApiResult<Assigned> {
    let act = act(&app, &writer).because(assign.reason);
    let mut tx = app.db.begin().await?;
    let done = service::assets_assign(&mut tx, &act, &assign.asset_ids, assign.system_id).await?;
    tx.commit().await?;
    Ok(Json(done))
}

/// How a retired asset comes back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetRestore)]
pub(super) struct Restore {
    /// Where its own system is out of use.
    #[serde(default)]
    system_id: Option<SystemId>,
    /// Why, for the history.
    #[serde(default)]
    reason: String,
}

/// Takes a retired asset into use again, with its history.
#[utoipa::path(post, path = "/assets/{id}/restore", operation_id = "asset_restore", tag = "assets",
    params(("id" = AssetId, Path)), request_body = Restore,
    responses((status = 200, body = AssetPage), (status = 409, description = "in use, or part of another")),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_restore(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(restore): Json<Restore>,
) -> ApiResult<AssetPage> {
    let mut tx = app.db.begin().await?;
    let act = act(&app, &writer).because(restore.reason);
    service::asset_restore(&mut tx, &act, id, restore.system_id).await?;
    tx.commit().await?;
    super::questions::settle(&app).await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}

/// Takes an asset out of use.
#[utoipa::path(post, path = "/assets/{id}/retire", operation_id = "asset_retire", tag = "assets",
    params(("id" = AssetId, Path)), request_body = Retire, responses((status = 200, body = AssetPage)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_retire(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(retire): Json<Retire>,
) -> ApiResult<AssetPage> {
    let mut tx = app.db.begin().await?;
    service::asset_retire(&mut tx, &act(&app, &writer).because(retire.reason), id).await?;
    tx.commit().await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}
