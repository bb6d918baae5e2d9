// SPDX-License-Identifier: Apache-2.0
//! HTTP of a department's own loop: its managers write, those above read.

use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::Deserialize;

use super::model::{NewCause, NewImprovement};
use super::service::{self, CheckView, DepartmentRow, DepartmentView, NewAnswers, SetView};
use crate::ReviewError;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(department_get))
        .routes(routes!(department_list))
        .routes(routes!(department_cause))
        .routes(routes!(improvement_open))
        .routes(routes!(improvement_close))
        .routes(routes!(improvement_confirm))
        .routes(routes!(self_check_get))
        .routes(routes!(self_check_save))
        .routes(routes!(self_check_hand_in))
        .routes(routes!(self_check_sets, self_check_set_file))
}

fn month_of(text: Option<&str>) -> Result<Option<Month>, ReviewError> {
    Ok(text.map(str::parse).transpose()?)
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DepartmentParams {
    #[param(value_type = String)]
    unit: UnitId,
    /// YYYY-MM; absent: the newest closed month.
    month: Option<String>,
}

/// A unit's own page: its figures of the month beside its past, causes, improvements with their effect, self-checks.
#[utoipa::path(get, path = "/department", tag = "department", params(DepartmentParams),
    responses((status = 200, body = DepartmentView)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn department_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<DepartmentParams>,
) -> ApiResult<DepartmentView> {
    let month = month_of(params.month.as_deref())?;
    Ok(Json(service::department(&app.db, &reader.scope, params.unit, month, app.now()).await?))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListParams {
    /// Only those below this unit.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
}

/// The departments that the reader sees, with what they owe.
#[utoipa::path(get, path = "/departments", tag = "department", params(ListParams),
    responses((status = 200, body = Page<DepartmentRow>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn department_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Page<DepartmentRow>> {
    let items = service::departments(&app.db, &reader.scope, params.unit, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Names why a figure of a month is as it is, and who looks after it.
#[utoipa::path(post, path = "/department/causes", tag = "department", request_body = NewCause,
    responses((status = 200, body = DepartmentView)), extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn department_cause(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Json(new): Json<NewCause>,
) -> ApiResult<DepartmentView> {
    service::cause_name(&app, &writer.principal.actor, &writer.scope, &new).await?;
    let month = month_of(Some(&new.month))?;
    Ok(Json(service::department(&app.db, &writer.scope, new.unit_id, month, app.now()).await?))
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Opened {
    id: String,
}

/// Opens an improvement of the department's own: measured now and at each month's close.
#[utoipa::path(post, path = "/department/improvements", tag = "department", request_body = NewImprovement,
    responses((status = 200, body = Opened)), extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn improvement_open(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Json(new): Json<NewImprovement>,
) -> ApiResult<Opened> {
    let id = service::improvement_open(&app, &writer.principal.actor, &writer.scope, &new).await?;
    Ok(Json(Opened { id }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseBody {
    /// `done` or `dropped`.
    state: String,
    /// What came of it.
    result: String,
}

/// Ends an improvement with what came of it. It is measured once more.
#[utoipa::path(post, path = "/department/improvements/{id}/close", tag = "department",
    params(("id" = String, Path)), request_body = CloseBody,
    responses((status = 200, body = Opened)), extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn improvement_close(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Path(id): Path<String>,
    Json(body): Json<CloseBody>,
) -> ApiResult<Opened> {
    let actor = &writer.principal.actor;
    service::improvement_close(&app, actor, &writer.scope, &id, &body.state, &body.result).await?;
    Ok(Json(Opened { id }))
}

/// Confirms that an improvement that a department calls done is done: for somebody else than the department. One whose measure has
/// moved needs nobody's word.
#[utoipa::path(post, path = "/department/improvements/{id}/confirm", tag = "department",
    params(("id" = String, Path)), responses((status = 200, body = Opened),
        (status = 403, description = "it is your own"), (status = 409, description = "it is not done, or confirmed already")),
    extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn improvement_confirm(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Path(id): Path<String>,
) -> ApiResult<Opened> {
    service::improvement_confirm(&app, &writer.principal.actor, &writer.scope, &id).await?;
    Ok(Json(Opened { id }))
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CheckParams {
    #[param(value_type = String)]
    unit: UnitId,
    /// YYYY-MM; absent: the running month.
    month: Option<String>,
}

/// The self-check of a unit and month, with its questions.
#[utoipa::path(get, path = "/self-checks", tag = "department", params(CheckParams),
    responses((status = 200, body = CheckView)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn self_check_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<CheckParams>,
) -> ApiResult<CheckView> {
    let now = app.now();
    let month = month_of(params.month.as_deref())?
        .unwrap_or(Month::of(now, &GroupDays::load(&app.db).await.map_err(ReviewError::from)?));
    Ok(Json(service::check_get(&app.db, &reader.scope, params.unit, month, now).await?))
}

/// Keeps a draft of the answers.
#[utoipa::path(put, path = "/self-checks/{id}", tag = "department", params(("id" = String, Path)),
    request_body = NewAnswers, responses((status = 200, body = CheckView)),
    extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn self_check_save(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Path(id): Path<String>,
    Json(body): Json<NewAnswers>,
) -> ApiResult<CheckView> {
    let actor = &writer.principal.actor;
    Ok(Json(service::check_save(&app, actor, &writer.scope, &id, &body).await?))
}

/// Hands the self-check in; it stays as it is from then on.
#[utoipa::path(post, path = "/self-checks/{id}/hand-in", tag = "department", params(("id" = String, Path)),
    request_body = NewAnswers, responses((status = 200, body = CheckView)),
    extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn self_check_hand_in(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Path(id): Path<String>,
    Json(body): Json<NewAnswers>,
) -> ApiResult<CheckView> {
    let actor = &writer.principal.actor;
    Ok(Json(service::check_hand_in(&app, actor, &writer.scope, &id, &body).await?))
}

/// The sets of questions.
#[utoipa::path(get, path = "/self-check-sets", tag = "department",
    responses((status = 200, body = Page<SetView>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn self_check_sets(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
) -> ApiResult<Page<SetView>> {
    Ok(Json(Page { items: service::set_list(&app.db).await?, next: None, total: None }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionsBody {
    /// The set as TOML.
    text: String,
    reason: String,
}

/// Files questions of one's own, valid from a later month.
#[utoipa::path(post, path = "/self-check-sets", tag = "department", request_body = QuestionsBody,
    responses((status = 200, body = Page<SetView>)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn self_check_set_file(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Json(body): Json<QuestionsBody>,
) -> ApiResult<Page<SetView>> {
    // Every department answers them.
    writer.everywhere()?;
    service::set_file(&app, &writer.principal.actor, &body.text, &body.reason).await?;
    Ok(Json(Page { items: service::set_list(&app.db).await?, next: None, total: None }))
}
