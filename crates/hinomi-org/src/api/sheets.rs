// SPDX-License-Identifier: Apache-2.0

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hinomi_web::{ApiError, ApiResult, App, Json, Query, Require, perm};
use http::header;
use serde::Deserialize;
use utoipa::IntoParams;

use super::act;
use crate::model::plan::ImportCounts;
use crate::model::sheet::SheetKind;
use crate::service;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportParams {
    #[param(inline)]
    kind: SheetKind,
    /// Only say what would happen.
    #[param(required = false)]
    dry_run: Option<bool>,
}

/// Reads a CSV file of units, people or seats: all of it, or none and every error by row and column.
#[utoipa::path(post, path = "/org/import", operation_id = "org_import", tag = "organisation", params(ImportParams),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = ImportCounts)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn org_import(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Query(params): Query<ImportParams>,
    file: Bytes,
) -> ApiResult<ImportCounts> {
    let dry_run = params.dry_run.unwrap_or(false);
    Ok(Json(service::org_import(&act(&app, &writer), params.kind, &file, dry_run).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportParams {
    #[param(inline)]
    kind: SheetKind,
}

/// What the reader sees as a CSV file; imported again, it changes nothing.
#[utoipa::path(get, path = "/org/export", operation_id = "org_export", tag = "organisation", params(ExportParams),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn org_export(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Query(params): Query<ExportParams>,
) -> Result<Response, ApiError> {
    let file = service::org_export(&app.db, &reader.scope, params.kind, app.now()).await?;
    let disposition = format!("attachment; filename=\"{}.csv\"", params.kind);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}
