// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::Page;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::Deserialize;

use super::model::{
    AgendaItem, Attendance, DecisionView, MeetingLine, MeetingState, MeetingView, NewDecision, NewGuest,
    NewMeeting,
};
use super::{guests, service};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(meeting_list, meeting_create))
        .routes(routes!(meeting_get, minutes_set))
        .routes(routes!(attendance_set))
        .routes(routes!(guest_add))
        .routes(routes!(guest_remove))
        .routes(routes!(meeting_state))
        .routes(routes!(decision_add))
        .routes(routes!(decision_get))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct MeetingParams {
    /// Of this body only.
    body: Option<String>,
}

/// Meetings of the bodies that the reader may read, the newest first.
#[utoipa::path(get, path = "/meetings", tag = "review", params(MeetingParams),
    responses((status = 200, body = Page<MeetingLine>)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn meeting_list(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Query(params): Query<MeetingParams>,
) -> ApiResult<Page<MeetingLine>> {
    let items = service::meeting_list(&app, &reader.principal, params.body.as_deref()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Plans a meeting. Its agenda is made from the body's and the month's pack.
#[utoipa::path(post, path = "/meetings", tag = "review", request_body = NewMeeting,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn meeting_create(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Json(new): Json<NewMeeting>,
) -> ApiResult<MeetingView> {
    let id = service::meeting_create(&app, &reader.principal, &new).await?;
    Ok(Json(service::meeting_get(&app, &reader.principal, &id).await?))
}

/// A meeting with agenda, attendance, minutes and decisions.
#[utoipa::path(get, path = "/meetings/{id}", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn meeting_get(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
) -> ApiResult<MeetingView> {
    Ok(Json(service::meeting_get(&app, &reader.principal, &id).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MinutesBody {
    /// That the change was made from.
    version: i64,
    agenda: Vec<AgendaItem>,
    #[serde(default)]
    minutes: String,
}

/// Writes agenda, notes and minutes of a meeting that is not final.
#[utoipa::path(put, path = "/meetings/{id}", tag = "review", params(("id" = String, Path)), request_body = MinutesBody,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn minutes_set(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(body): Json<MinutesBody>,
) -> ApiResult<MeetingView> {
    let who = &reader.principal;
    service::minutes_set(&app, who, &id, body.version, &body.agenda, &body.minutes).await?;
    Ok(Json(service::meeting_get(&app, who, &id).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AttendanceMark {
    person_id: String,
    state: Attendance,
}

/// Says who came.
#[utoipa::path(put, path = "/meetings/{id}/attendance", tag = "review", params(("id" = String, Path)),
    request_body = Vec<AttendanceMark>,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn attendance_set(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(marks): Json<Vec<AttendanceMark>>,
) -> ApiResult<MeetingView> {
    let marks: Vec<(String, Attendance)> =
        marks.into_iter().map(|mark| (mark.person_id, mark.state)).collect();
    service::attendance_set(&app, &reader.principal, &id, &marks).await?;
    Ok(Json(service::meeting_get(&app, &reader.principal, &id).await?))
}

/// Asks somebody to come who does not sit in the body.
#[utoipa::path(post, path = "/meetings/{id}/guests", tag = "review", params(("id" = String, Path)),
    request_body = NewGuest,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn guest_add(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(new): Json<NewGuest>,
) -> ApiResult<MeetingView> {
    guests::guest_add(&app, &reader.principal, &id, &new).await?;
    Ok(Json(service::meeting_get(&app, &reader.principal, &id).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GuestBody {
    person_id: String,
}

/// Takes a guest off the list again.
#[utoipa::path(post, path = "/meetings/{id}/guests/remove", tag = "review", params(("id" = String, Path)),
    request_body = GuestBody,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn guest_remove(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(body): Json<GuestBody>,
) -> ApiResult<MeetingView> {
    guests::guest_remove(&app, &reader.principal, &id, &body.person_id).await?;
    Ok(Json(service::meeting_get(&app, &reader.principal, &id).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StateBody {
    version: i64,
    state: MeetingState,
    /// Why it is cancelled.
    #[serde(default)]
    reason: String,
}

/// Opens, closes or cancels a meeting. A closed one stays as it is.
#[utoipa::path(post, path = "/meetings/{id}/state", tag = "review", params(("id" = String, Path)), request_body = StateBody,
    responses((status = 200, body = MeetingView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn meeting_state(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(body): Json<StateBody>,
) -> ApiResult<MeetingView> {
    let who = &reader.principal;
    service::meeting_state(&app, who, &id, body.version, body.state, &body.reason).await?;
    Ok(Json(service::meeting_get(&app, who, &id).await?))
}

/// Records a decision of a meeting that is being held.
#[utoipa::path(post, path = "/meetings/{id}/decisions", tag = "review", params(("id" = String, Path)),
    request_body = NewDecision,
    responses((status = 200, body = DecisionView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn decision_add(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(new): Json<NewDecision>,
) -> ApiResult<DecisionView> {
    Ok(Json(service::decision_add(&app, &reader.principal, &id, &new).await?))
}

/// A decision, with what it replaced and what replaced it.
#[utoipa::path(get, path = "/decisions/{id}", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = DecisionView)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn decision_get(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
) -> ApiResult<DecisionView> {
    Ok(Json(service::decision_get(&app, &reader.principal, &id).await?))
}
