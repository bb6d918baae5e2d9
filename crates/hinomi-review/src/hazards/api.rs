// SPDX-License-Identifier: Apache-2.0
//! HTTP of hazards.

use axum::extract::State;
use hinomi_core::{Page, PersonId};
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::Deserialize;

use super::model::{HazardDetail, HazardRules, HazardView};
use super::service::{self, Entry};
use crate::ReviewError;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(hazard_list, hazard_open))
        .routes(routes!(hazard_rule))
        .routes(routes!(hazard_get))
        .routes(routes!(hazard_lead))
        .routes(routes!(hazard_decide))
        .routes(routes!(hazard_measure))
        .routes(routes!(hazard_tell))
        .routes(routes!(hazard_release))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct HazardParams {
    /// `open` or `released`; absent: all.
    state: Option<String>,
}

/// Risks under the CISO's control that concern the reader, the newest first.
#[utoipa::path(get, path = "/hazards", tag = "review", params(HazardParams),
    responses((status = 200, body = Page<HazardView>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn hazard_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<HazardParams>,
) -> ApiResult<Page<HazardView>> {
    let state = params.state.as_deref();
    if let Some(state) = state.filter(|state| !matches!(*state, "open" | "released")) {
        let message = format!("{state:?} is not `open` or `released`");
        return Err(ReviewError::Invalid { field: "state", message }.into());
    }
    let items = service::list(&app.db, &reader.scope, state).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// The rule, the clock and who is told, each with the time for which it was valid.
#[utoipa::path(get, path = "/hazard-rule", tag = "review",
    responses((status = 200, body = HazardRules)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn hazard_rule(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
) -> ApiResult<HazardRules> {
    Ok(Json(service::rules(&app).await?))
}

/// A hazard with its tickets, its log and what stands between it and its release.
#[utoipa::path(get, path = "/hazards/{id}", tag = "review", params(("id" = i64, Path)),
    responses((status = 200, body = HazardDetail)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn hazard_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Path(id): Path<i64>,
) -> ApiResult<HazardDetail> {
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHazard {
    /// Its name, or that of one of its records.
    vulnerability: String,
    reason: String,
}

/// Takes a vulnerability under control by hand, with a reason.
#[utoipa::path(post, path = "/hazards", tag = "review", request_body = NewHazard,
    responses((status = 200, body = HazardDetail)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn hazard_open(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Json(new): Json<NewHazard>,
) -> ApiResult<HazardDetail> {
    reader.everywhere()?;
    let actor = &reader.principal.actor;
    let id = service::open_by_hand(&app, actor, &new.vulnerability, &new.reason).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HazardLead {
    #[schema(value_type = String)]
    person_id: PersonId,
}

/// Names who leads it.
#[utoipa::path(post, path = "/hazards/{id}/lead", tag = "review", params(("id" = i64, Path)),
    request_body = HazardLead, responses((status = 200, body = HazardDetail)),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn hazard_lead(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(lead): Json<HazardLead>,
) -> ApiResult<HazardDetail> {
    reader.everywhere()?;
    service::detail(&app, &reader.scope, id).await?;
    service::lead(&app, &reader.principal.actor, id, lead.person_id).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HazardWords {
    text: String,
}

/// Adds a decision to its log.
#[utoipa::path(post, path = "/hazards/{id}/decisions", tag = "review", params(("id" = i64, Path)),
    request_body = HazardWords, responses((status = 200, body = HazardDetail)),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn hazard_decide(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(words): Json<HazardWords>,
) -> ApiResult<HazardDetail> {
    let entry = (Entry::Decision, words.text.as_str());
    service::log(&app, &reader.principal.actor, &reader.scope, id, entry).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

/// Says what was done against it. From then on, only what is seen later can release it.
#[utoipa::path(post, path = "/hazards/{id}/measures", tag = "review", params(("id" = i64, Path)),
    request_body = HazardWords, responses((status = 200, body = HazardDetail)),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn hazard_measure(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
    Json(words): Json<HazardWords>,
) -> ApiResult<HazardDetail> {
    let entry = (Entry::Measure, words.text.as_str());
    service::log(&app, &reader.principal.actor, &reader.scope, id, entry).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

/// Tells management, by mail to everyone who holds its seat.
#[utoipa::path(post, path = "/hazards/{id}/tell", tag = "review", params(("id" = i64, Path)),
    request_body = HazardWords, responses((status = 200, body = HazardDetail)),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn hazard_tell(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(words): Json<HazardWords>,
) -> ApiResult<HazardDetail> {
    reader.everywhere()?;
    service::tell(&app, &reader.principal.actor, id, ("told", words.text.trim())).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}

/// Releases it, when every asset that showed it was seen without it since the newest measure; else it is refused with what
/// stands against it.
#[utoipa::path(post, path = "/hazards/{id}/release", tag = "review", params(("id" = i64, Path)),
    request_body = HazardWords,
    responses((status = 200, body = HazardDetail), (status = 409, description = "not measured, or still there")),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn hazard_release(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(words): Json<HazardWords>,
) -> ApiResult<HazardDetail> {
    reader.everywhere()?;
    service::release(&app, &reader.principal.actor, id, &words.text).await?;
    Ok(Json(service::detail(&app, &reader.scope, id).await?.1))
}
