// SPDX-License-Identifier: Apache-2.0
//! HTTP of directives.

use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::Deserialize;

use super::model::{DirectiveDetail, DirectiveView, NewDirective, Standing};
use super::service::{self, Wanted};
use crate::ReviewError;
use crate::meetings;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(directive_list, directive_issue))
        .routes(routes!(directive_get))
        .routes(routes!(directive_measure))
        .routes(routes!(directive_answer))
        .routes(routes!(directive_withdraw))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListParams {
    /// Addressed to this unit or to one below it.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// `running`, `missed`, `reached`, `withdrawn`; absent: all.
    standing: Option<String>,
    /// Raised by this decision.
    decision: Option<String>,
}

fn standing(text: Option<&str>) -> Result<Option<Standing>, ReviewError> {
    let all = [Standing::Running, Standing::Missed, Standing::Reached, Standing::Withdrawn];
    let Some(text) = text else { return Ok(None) };
    let found = all.into_iter().find(|one| one.name() == text);
    let message = format!("{text:?} is no standing");
    found.map(Some).ok_or(ReviewError::Invalid { field: "standing", message })
}

/// Directives that concern the reader, the newest first.
#[utoipa::path(get, path = "/directives", tag = "review", params(ListParams),
    responses((status = 200, body = Page<DirectiveView>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn directive_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Page<DirectiveView>> {
    let wanted = Wanted {
        unit: params.unit,
        standing: standing(params.standing.as_deref())?,
        decision: params.decision.as_deref(),
    };
    let items = service::list(&app.db, &reader.scope, wanted, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Issues a directive: measures, keeps the value at the decision with its rows, tells the units.
#[utoipa::path(post, path = "/directives", tag = "review", request_body = NewDirective,
    responses((status = 200, body = DirectiveDetail)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn directive_issue(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Json(new): Json<NewDirective>,
) -> ApiResult<DirectiveDetail> {
    if let Some(decision) = new.decision_id.as_deref().filter(|id| !id.is_empty()) {
        meetings::decision_get(&app, &reader.principal, decision).await?;
    }
    let id = service::issue(&app, &reader.principal.actor, &reader.scope, &new).await?;
    Ok(Json(service::detail(&app.db, &reader.scope, id, app.now()).await?))
}

/// A directive with its course and its log.
#[utoipa::path(get, path = "/directives/{id}", tag = "review", params(("id" = i64, Path)),
    responses((status = 200, body = DirectiveDetail)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn directive_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Path(id): Path<i64>,
) -> ApiResult<DirectiveDetail> {
    Ok(Json(service::detail(&app.db, &reader.scope, id, app.now()).await?))
}

/// Measures now. A value that meets the target closes the directive; nothing else does.
#[utoipa::path(post, path = "/directives/{id}/measure", tag = "review", params(("id" = i64, Path)),
    responses((status = 200, body = DirectiveDetail)), extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn directive_measure(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
) -> ApiResult<DirectiveDetail> {
    service::measure_now(&app, &reader.principal.actor, &reader.scope, id).await?;
    Ok(Json(service::detail(&app.db, &reader.scope, id, app.now()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DirectiveAnswer {
    #[schema(value_type = String)]
    unit_id: UnitId,
    text: String,
}

/// A unit says what it does about it. That closes nothing.
#[utoipa::path(post, path = "/directives/{id}/answer", tag = "review", params(("id" = i64, Path)),
    request_body = DirectiveAnswer, responses((status = 200, body = DirectiveDetail)),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn directive_answer(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
    Json(answer): Json<DirectiveAnswer>,
) -> ApiResult<DirectiveDetail> {
    let actor = &reader.principal.actor;
    service::answer(&app, actor, &reader.scope, id, answer.unit_id, &answer.text).await?;
    Ok(Json(service::detail(&app.db, &reader.scope, id, app.now()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DirectiveWithdrawal {
    reason: String,
}

/// Takes a running directive back, with a reason. It stays to be read.
#[utoipa::path(post, path = "/directives/{id}/withdraw", tag = "review", params(("id" = i64, Path)),
    request_body = DirectiveWithdrawal, responses((status = 200, body = DirectiveDetail)),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn directive_withdraw(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<i64>,
    Json(withdrawal): Json<DirectiveWithdrawal>,
) -> ApiResult<DirectiveDetail> {
    service::withdraw(&app, &reader.principal.actor, &reader.scope, id, &withdrawal.reason).await?;
    Ok(Json(service::detail(&app.db, &reader.scope, id, app.now()).await?))
}
