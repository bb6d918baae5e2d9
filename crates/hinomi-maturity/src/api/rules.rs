// SPDX-License-Identifier: Apache-2.0
//! Ranks, formula sets, approved procedures.

use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_score::maturity::Axis;
use hinomi_web::{ApiResult, App, Json, Path, Query, Require, perm};
use serde::Deserialize;

use crate::error::MaturityError;
use crate::model::Month;
use crate::service::{
    self, Approval, DualRun, FiledFormulas, FormulaSheet, NewApproval, Rank, TriedFormulas,
};

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct RankParams {
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// YYYY-MM; absent: the newest closed month.
    month: Option<String>,
    /// `governance`, `human`, `system`, `information`, `incident`, `culture`; `system` when absent.
    axis: Option<String>,
}

/// The departments below a unit in the order of their index. Not found unless the setting `maturity-ranks` is on.
#[utoipa::path(get, path = "/maturity/ranks", tag = "maturity", params(RankParams),
    responses((status = 200, body = Page<Rank>), (status = 404, description = "ranks are switched off")),
    extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_ranks(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<RankParams>,
) -> ApiResult<Page<Rank>> {
    let code = params.axis.as_deref().unwrap_or("system");
    let axis = Axis::of_code(code)
        .ok_or_else(|| MaturityError::Invalid { field: "axis", message: format!("{code:?} is no axis") })?;
    let month: Option<Month> = params.month.as_deref().map(str::parse).transpose()?;
    let items = service::ranks(&app.db, &reader.scope, params.unit, month, axis).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Every filed formula set.
#[utoipa::path(get, path = "/maturity/formula-sets", tag = "maturity",
    responses((status = 200, body = Page<FiledFormulas>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_formula_list(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
) -> ApiResult<Page<FiledFormulas>> {
    let items = service::formula_list(&app.db, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FormulaBody {
    /// The set as TOML.
    text: String,
    reason: String,
}

/// Files a formula set, valid from a month that has not begun: the first of a fiscal year, or any after a dual run of three closed
/// months. Closed months keep the set they were scored by.
#[utoipa::path(post, path = "/maturity/formula-sets", tag = "maturity", request_body = FormulaBody,
    responses((status = 200, body = FiledFormulas), (status = 409, description = "the version is filed already, or may not count from that month: the first one that it may is named"),
        (status = 422, description = "wrong, with the place")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_formula_file(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Json(body): Json<FormulaBody>,
) -> ApiResult<FiledFormulas> {
    // It scores every unit.
    writer.everywhere()?;
    Ok(Json(service::formula_file(&app, &writer.principal.actor, &body.text, &body.reason).await?))
}

/// A filed set: every formula, weight, gate and source, and the text it was filed as.
#[utoipa::path(get, path = "/maturity/formula-sets/{version}", tag = "maturity",
    params(("version" = String, Path, description = "the set's version")),
    responses((status = 200, body = FormulaSheet)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_formula_get(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
    Path(version): Path<String>,
) -> ApiResult<FormulaSheet> {
    Ok(Json(service::formula_get(&app.db, &version, app.now()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FormulaTryBody {
    /// The set as TOML.
    text: String,
}

/// What a set would have made of the newest closed month: its counted rows, scored again. Nothing is written.
#[utoipa::path(post, path = "/maturity/formula-sets/preview", tag = "maturity", request_body = FormulaTryBody,
    responses((status = 200, body = TriedFormulas), (status = 422, description = "wrong, with the place")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_formula_try(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Json(body): Json<FormulaTryBody>,
) -> ApiResult<TriedFormulas> {
    writer.everywhere()?;
    Ok(Json(service::formula_try(&app.db, &writer.scope, &body.text).await?))
}

/// Sets that run beside the one that counts, with what both made of each closed month.
#[utoipa::path(get, path = "/maturity/dual-runs", tag = "maturity",
    responses((status = 200, body = Page<DualRun>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_dual_run_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
) -> ApiResult<Page<DualRun>> {
    let items = service::dual_run_list(&app.db, &reader.scope).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Begins a dual run: from the next close on, each month is stored with this set beside the one that counts. After three of them the
/// set may be filed.
#[utoipa::path(post, path = "/maturity/dual-runs", tag = "maturity", request_body = FormulaBody,
    responses((status = 200, body = Page<DualRun>), (status = 409, description = "the version is filed or runs already"),
        (status = 422, description = "wrong, with the place")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_dual_run_begin(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Json(body): Json<FormulaBody>,
) -> ApiResult<Page<DualRun>> {
    // It scores every unit.
    writer.everywhere()?;
    service::formula_dual_run(&app, &writer.principal.actor, &body.text, &body.reason).await?;
    let items = service::dual_run_list(&app.db, &writer.scope).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Approved procedures, the newest first.
#[utoipa::path(get, path = "/maturity/approvals", tag = "maturity",
    responses((status = 200, body = Page<Approval>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_approval_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
) -> ApiResult<Page<Approval>> {
    let items = service::approval_list(&app.db, &reader.scope, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// Records that a unit's procedure for an axis was approved; it holds for everything below the unit.
#[utoipa::path(post, path = "/maturity/approvals", tag = "maturity", request_body = NewApproval,
    responses((status = 200, body = Approval)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_approval_add(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Json(body): Json<NewApproval>,
) -> ApiResult<Approval> {
    Ok(Json(service::approval_add(&app, &writer.principal.actor, &writer.scope, &body).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeBody {
    reason: String,
}

/// Takes an approval back from now on; past months keep what held then.
#[utoipa::path(post, path = "/maturity/approvals/{id}/revoke", tag = "maturity",
    params(("id" = String, Path, description = "the approval")), request_body = RevokeBody,
    responses((status = 200, body = Page<Approval>)), extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn maturity_approval_revoke(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Path(id): Path<String>,
    Json(body): Json<RevokeBody>,
) -> ApiResult<Page<Approval>> {
    service::approval_revoke(&app, &writer.principal.actor, &writer.scope, &id, &body.reason).await?;
    let items = service::approval_list(&app.db, &writer.scope, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}
