// SPDX-License-Identifier: Apache-2.0
//! HTTP of programmes.

use axum::extract::State;
use hinomi_core::Page;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Require, perm, routes};
use serde::Deserialize;

use super::model::{NewProgramme, ProgrammeView};
use super::service;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(programme_list, programme_start))
        .routes(routes!(programme_get))
        .routes(routes!(programme_measure))
        .routes(routes!(programme_end))
}

/// Programmes with a region that the reader sees something of, the newest first.
#[utoipa::path(get, path = "/programmes", tag = "review",
    responses((status = 200, body = Page<ProgrammeView>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn programme_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
) -> ApiResult<Page<ProgrammeView>> {
    let items = service::list(&app.db, &reader.scope, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Starts a programme and measures every step in every region.
#[utoipa::path(post, path = "/programmes", tag = "review", request_body = NewProgramme,
    responses((status = 200, body = ProgrammeView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn programme_start(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Json(new): Json<NewProgramme>,
) -> ApiResult<ProgrammeView> {
    let id = service::start(&app, &reader.principal.actor, &reader.scope, &new).await?;
    Ok(Json(service::get(&app.db, &reader.scope, id, app.now()).await?))
}

/// A programme with every region and step.
#[utoipa::path(get, path = "/programmes/{id}", tag = "review", params(("id" = i64, Path)),
    responses((status = 200, body = ProgrammeView)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn programme_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Path(id): Path<i64>,
) -> ApiResult<ProgrammeView> {
    Ok(Json(service::get(&app.db, &reader.scope, id, app.now()).await?))
}

/// Measures every step now, in every region that the reader sees something of.
#[utoipa::path(post, path = "/programmes/{id}/measure", tag = "review", params(("id" = i64, Path)),
    responses((status = 200, body = ProgrammeView)), extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn programme_measure(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
) -> ApiResult<ProgrammeView> {
    service::measure_now(&app, &reader.principal.actor, &reader.scope, id).await?;
    Ok(Json(service::get(&app.db, &reader.scope, id, app.now()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgrammeEnd {
    reason: String,
}

/// Ends a programme, with a reason. It stays to be read.
#[utoipa::path(post, path = "/programmes/{id}/end", tag = "review", params(("id" = i64, Path)),
    request_body = ProgrammeEnd, responses((status = 200, body = ProgrammeView)),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn programme_end(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(end): Json<ProgrammeEnd>,
) -> ApiResult<ProgrammeView> {
    reader.everywhere()?;
    service::get(&app.db, &reader.scope, id, app.now()).await?;
    service::end(&app, &reader.principal.actor, id, &end.reason).await?;
    Ok(Json(service::get(&app.db, &reader.scope, id, app.now()).await?))
}
