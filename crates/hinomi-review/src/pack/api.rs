// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hinomi_core::Page;
use hinomi_web::{ApiError, ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::Deserialize;

use super::paper::{Language, pack_pdf};
use super::pictures::{Picture, picture};
use super::read::{self, PackLine, PackRows, PackView};
use super::texts::PackWords;
use crate::error::ReviewError;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(pack_list))
        .routes(routes!(pack_get))
        .routes(routes!(pack_rows))
        .routes(routes!(pack_picture))
        .routes(routes!(pack_print))
}

/// Packs of the units whose bodies the reader may read, the newest month first.
#[utoipa::path(get, path = "/packs", tag = "review",
    responses((status = 200, body = Page<PackLine>)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn pack_list(State(app): State<App>, reader: Require<perm::ProfileRead>) -> ApiResult<Page<PackLine>> {
    let items = read::pack_list(&app, &reader.principal).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// A month's pack, as it was made.
#[utoipa::path(get, path = "/packs/{id}", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = PackView)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn pack_get(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
) -> ApiResult<PackView> {
    Ok(Json(read::pack_get(&app, &reader.principal, &id).await?))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct RowsParams {
    /// Such as `moved.opened`, `exploited`, `exploited.overdue`.
    figure: String,
    /// How many to leave out.
    #[param(minimum = 0)]
    offset: usize,
    /// 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// The tickets behind a figure, as they were counted, with what became of them.
#[utoipa::path(get, path = "/packs/{id}/rows", tag = "review", params(("id" = String, Path), RowsParams),
    responses((status = 200, body = PackRows)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn pack_rows(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
    Query(params): Query<RowsParams>,
) -> ApiResult<PackRows> {
    let limit = params.limit.unwrap_or(100).clamp(1, 500);
    let rows = read::pack_rows(&app, &reader.principal, &id, &params.figure, params.offset, limit).await?;
    Ok(Json(rows))
}

#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct PictureParams {
    #[param(inline)]
    name: Picture,
    #[param(inline)]
    lang: Language,
}

/// A picture of the pack, the one that the PDF has.
#[utoipa::path(get, path = "/packs/{id}/picture", tag = "review", params(("id" = String, Path), PictureParams),
    responses((status = 200, body = String, content_type = "image/svg+xml")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn pack_picture(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
    Query(params): Query<PictureParams>,
) -> Result<Response, ApiError> {
    let pack = read::pack_get(&app, &reader.principal, &id).await?;
    let svg = picture(&pack.document, params.name, &PackWords::new(params.lang));
    Ok(([(axum::http::header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct PrintParams {
    #[param(inline)]
    lang: Language,
}

/// The pack on paper.
#[utoipa::path(get, path = "/packs/{id}/pdf", tag = "review", params(("id" = String, Path), PrintParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn pack_print(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
    Query(params): Query<PrintParams>,
) -> Result<Response, ApiError> {
    let pack = read::pack_get(&app, &reader.principal, &id).await?;
    let month = pack.document.month.clone();
    let made = tokio::task::spawn_blocking(move || pack_pdf(&pack, params.lang)).await;
    let pdf = made.map_err(|error| ReviewError::Damaged {
        what: "pack",
        id: id.clone(),
        cause: error.to_string(),
    })??;
    let name = format!("attachment; filename=\"hinomi-{month}-{}.pdf\"", params.lang.code());
    let headers = [
        (axum::http::header::CONTENT_TYPE, "application/pdf".to_owned()),
        (axum::http::header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, pdf).into_response())
}
