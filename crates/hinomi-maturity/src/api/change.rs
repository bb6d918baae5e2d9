// SPDX-License-Identifier: Apache-2.0
//! Changing: targets, outside ratings, corrections. No score can be changed.

use axum::body::Bytes;
use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_web::{ApiResult, App, Json, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};

use crate::model::Month;
use crate::service::{self, ExternalRating, NewRating, NewTarget, Target};

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    /// Why the month is evaluated by hand.
    reason: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Corrected {
    month: String,
    revision: i64,
    rows_hash: String,
}

/// Evaluates a closed month anew from what the sources say of it today: a new revision, with its reason. What was stored
/// stays.
#[utoipa::path(post, path = "/maturity/months/{id}/correct", tag = "maturity",
    params(("id" = String, Path, description = "YYYY-MM")), request_body = Correction,
    responses((status = 200, body = Corrected)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_correct(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Path(id): Path<String>,
    Json(correction): Json<Correction>,
) -> ApiResult<Corrected> {
    // It evaluates every unit.
    reader.everywhere()?;
    let month: Month = id.parse()?;
    let done = service::month_correct(&app, &reader.principal.actor, month, &correction.reason).await?;
    Ok(Json(Corrected { month: done.month.to_string(), revision: done.revision, rows_hash: done.rows_hash }))
}

/// Closes by hand a month that the hourly job passed by, such as one of before a server was restored: as it would have been closed,
/// marked as late. A month that is closed stays as it is.
#[utoipa::path(post, path = "/maturity/months/{id}/close", tag = "maturity",
    params(("id" = String, Path, description = "YYYY-MM")), request_body = Correction,
    responses((status = 200, body = Corrected), (status = 404, description = "nothing was registered before its end"),
        (status = 409, description = "it is closed already, or is not over")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_close(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Path(id): Path<String>,
    Json(closing): Json<Correction>,
) -> ApiResult<Corrected> {
    // It evaluates every unit.
    reader.everywhere()?;
    let month: Month = id.parse()?;
    let done = service::month_close_by_hand(&app, &reader.principal.actor, month, &closing.reason).await?;
    Ok(Json(Corrected { month: done.month.to_string(), revision: done.revision, rows_hash: done.rows_hash }))
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TargetParams {
    #[param(value_type = String)]
    unit: UnitId,
}

/// The targets of a unit and of those above it.
#[utoipa::path(get, path = "/maturity/targets", tag = "maturity", params(TargetParams),
    responses((status = 200, body = Page<Target>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_target_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<TargetParams>,
) -> ApiResult<Page<Target>> {
    let items = service::target_list(&app.db, &reader.scope, params.unit, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetBody {
    #[schema(value_type = String)]
    unit_id: UnitId,
    axis: String,
    /// 0 to 100; null takes the target back.
    score: Option<f64>,
    /// YYYY-MM.
    month: String,
    #[serde(default)]
    reason: String,
}

/// Sets a target for a unit and everything below it.
#[utoipa::path(post, path = "/maturity/targets", tag = "maturity", request_body = TargetBody,
    responses((status = 200, body = Page<Target>)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_target_set(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Json(body): Json<TargetBody>,
) -> ApiResult<Page<Target>> {
    let new = NewTarget {
        unit_id: body.unit_id,
        axis: body.axis,
        score: body.score,
        month: body.month,
        reason: body.reason,
    };
    service::target_set(&app, &reader.principal.actor, &reader.scope, &new).await?;
    let items = service::target_list(&app.db, &reader.scope, new.unit_id, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Ratings by outside agencies, the newest first. They stand beside the axes and are part of none.
#[utoipa::path(get, path = "/maturity/external-ratings", tag = "maturity",
    responses((status = 200, body = Page<ExternalRating>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn external_rating_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
) -> ApiResult<Page<ExternalRating>> {
    let items = service::rating_list(&app.db, &reader.scope).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Imported {
    ratings: usize,
}

/// Adds a rating; the same provider, unit and day again replaces it.
#[utoipa::path(post, path = "/maturity/external-ratings", tag = "maturity", request_body = NewRating,
    responses((status = 200, body = Imported)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn external_rating_add(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Json(rating): Json<NewRating>,
) -> ApiResult<Imported> {
    let actor = &reader.principal.actor;
    let ratings = service::rating_import(&app, actor, &reader.scope, &[rating]).await?;
    Ok(Json(Imported { ratings }))
}

/// Takes a CSV file of ratings (unit, provider, rated_on, value, scale), all of it or none.
#[utoipa::path(post, path = "/maturity/external-ratings/import", tag = "maturity",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Imported), (status = 422, description = "wrong, with the line")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn external_rating_import(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    body: Bytes,
) -> ApiResult<Imported> {
    let ratings = service::read_csv(&body)?;
    let actor = &reader.principal.actor;
    let ratings = service::rating_import(&app, actor, &reader.scope, &ratings).await?;
    Ok(Json(Imported { ratings }))
}
