// SPDX-License-Identifier: Apache-2.0
//! What stands around the list of assets: how many of what there are, and the list as a file.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hinomi_core::{SystemId, UnitId};
use hinomi_web::{ApiError, ApiResult, App, Json, Query, Require, perm};
use http::header;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::assets::AssetParams;
use crate::export::{FileKind, assets_export, columns_of};
use crate::model::{AssetKind, AssetList};
use crate::service::{self, AssetFacets};
use crate::store::asset_lists::AssetFilter;

/// How many of the assets that a filter shows there are of each kind, operating system and unit.
///
/// Each facet leaves its own condition out, so that it shows what else there is to choose.
#[utoipa::path(get, path = "/assets/facets", operation_id = "assets_facets", tag = "assets",
    params(AssetParams), responses((status = 200, body = AssetFacets)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn assets_facets(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Query(params): Query<AssetParams>,
) -> ApiResult<AssetFacets> {
    let unit = params.unit();
    let filter = params.filter();
    Ok(Json(service::assets_facets(&app.db, &reader.scope, &filter, unit, app.now()).await?))
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportFormat {
    #[default]
    Csv,
    Parquet,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportParams {
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
    /// `os-release` ID of the operating system.
    #[param(required = false)]
    os: Option<String>,
    #[param(inline, required = false)]
    list: Option<AssetList>,
    #[param(inline, required = false)]
    #[serde(default)]
    format: ExportFormat,
    /// Columns separated by commas; all of them when absent.
    #[param(required = false)]
    columns: Option<String>,
}

/// The list of assets as a file: the same filter and rights, all pages.
#[utoipa::path(get, path = "/assets/export", operation_id = "assets_export", tag = "assets",
    params(ExportParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn assets_file(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Query(params): Query<ExportParams>,
) -> Result<Response, ApiError> {
    let columns = columns_of(params.columns.as_deref())?;
    let filter = AssetFilter {
        query: params.q.unwrap_or_default(),
        system: params.system,
        kind: params.kind,
        os: params.os,
        list: params.list.unwrap_or(AssetList::All),
    };
    let (kind, media, name) = match params.format {
        ExportFormat::Csv => (FileKind::Csv, "text/csv; charset=utf-8", "assets.csv"),
        ExportFormat::Parquet => (FileKind::Parquet, "application/vnd.apache.parquet", "assets.parquet"),
    };
    let body = assets_export(&app, &reader.scope, filter, params.unit, columns, kind).await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}
