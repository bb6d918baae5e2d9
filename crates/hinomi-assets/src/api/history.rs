// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::{AssetId, Page, SystemId, Time};
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Require, perm};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::{self, ChangeView};

/// One change: the fields that differ, before and after.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CmdbChange)]
pub(super) struct Change {
    at: Time,
    actor: String,
    /// `person`, `console` or `machine`.
    actor_type: String,
    /// `created`, `changed`, `owner`, `assigned` or `retired`.
    action: String,
    #[schema(value_type = Object)]
    before: serde_json::Value,
    #[schema(value_type = Object)]
    after: serde_json::Value,
    reason: String,
}

impl From<ChangeView> for Change {
    fn from(view: ChangeView) -> Self {
        let ChangeView { at, actor, actor_type, action, before, after, reason } = view;
        Self { at, actor, actor_type, action, before, after, reason }
    }
}

/// What happened to a system, newest first.
#[utoipa::path(get, path = "/systems/{id}/history", operation_id = "system_history", tag = "systems",
    params(("id" = SystemId, Path), PageParams), responses((status = 200, body = Page<Change>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn system_history(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<SystemId>,
    Paging(request): Paging,
) -> ApiResult<Page<Change>> {
    let page = service::system_history(&app.db, &reader.scope, id, &request).await?;
    Ok(Json(page.map(Change::from)))
}

/// What happened to an asset, newest first.
#[utoipa::path(get, path = "/assets/{id}/history", operation_id = "asset_history", tag = "assets",
    params(("id" = AssetId, Path), PageParams), responses((status = 200, body = Page<Change>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn asset_history(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<AssetId>,
    Paging(request): Paging,
) -> ApiResult<Page<Change>> {
    let page = service::asset_history(&app.db, &reader.scope, id, &request).await?;
    Ok(Json(page.map(Change::from)))
}
