// SPDX-License-Identifier: Apache-2.0
//! What people are asked about things that may be one, and what they decide.

use axum::extract::State;
use hinomi_core::{AssetId, Page, UnitId};
use hinomi_platform::jobs::NewJob;
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::act;
use super::imports::RECONCILE_JOB;
use crate::service::quality::Carried;
use crate::service::{
    self, Answer, AssetDecided, AssetImpact, AssetRelations, AssetSources, AssetsReconciled,
    DataQualityReport, QuestionView,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UnitParams {
    /// This unit and everything below it.
    #[param(required = false)]
    unit: Option<UnitId>,
}

/// Things in question: what may be a duplicate, or fits several. Oldest first.
#[utoipa::path(get, path = "/asset-questions", operation_id = "asset_questions_list", tag = "assets",
    params(PageParams, UnitParams), responses((status = 200, body = Page<QuestionView>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn questions_list(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Paging(request): Paging,
    Query(params): Query<UnitParams>,
) -> ApiResult<Page<QuestionView>> {
    Ok(Json(service::questions_list(&app.db, &reader.scope, params.unit, &request, app.now()).await?))
}

/// One open question.
#[utoipa::path(get, path = "/asset-questions/{id}", operation_id = "asset_question_get", tag = "assets",
    params(("id" = i64, Path)), responses((status = 200, body = QuestionView)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn question_get(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<i64>,
) -> ApiResult<QuestionView> {
    Ok(Json(service::question_get(&app.db, &reader.scope, id, app.now()).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetQuestionAnswer)]
pub(super) struct AnswerBody {
    /// `record_id` of the candidate that it is; absent: it is none of them, but a thing of its own.
    same_as: Option<i64>,
    /// Why, for the history.
    #[serde(default)]
    reason: String,
}

/// Answers a question; the answer can be taken back.
#[utoipa::path(post, path = "/asset-questions/{id}/decide", operation_id = "asset_question_decide", tag = "assets",
    params(("id" = i64, Path)), request_body = AnswerBody, responses((status = 200, body = AssetDecided)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn question_decide(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<i64>,
    Json(body): Json<AnswerBody>,
) -> ApiResult<AssetDecided> {
    let answer = body.same_as.map_or(Answer::Separate, Answer::Same);
    let done = service::question_decide(&act(&app, &writer).because(body.reason), id, answer).await?;
    settle(&app).await?;
    Ok(Json(done))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetMerge)]
pub(super) struct MergeBody {
    /// At most 200; they become part of the asset.
    asset_ids: Vec<AssetId>,
    #[serde(default)]
    reason: String,
}

/// Makes several assets one. The others go out of use, keep their history, and come back when it is taken back.
#[utoipa::path(post, path = "/assets/{id}/merge", operation_id = "asset_merge", tag = "assets",
    params(("id" = AssetId, Path)), request_body = MergeBody, responses((status = 200, body = AssetDecided)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_merge(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(body): Json<MergeBody>,
) -> ApiResult<AssetDecided> {
    let done = service::assets_merge(&act(&app, &writer).because(body.reason), id, &body.asset_ids).await?;
    settle(&app).await?;
    Ok(Json(done))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetSplit)]
pub(super) struct SplitBody {
    /// `record_id`s of the asset's sources that are another thing.
    record_ids: Vec<i64>,
    #[serde(default)]
    reason: String,
}

/// Takes records out of an asset: they are another thing.
#[utoipa::path(post, path = "/assets/{id}/split", operation_id = "asset_split", tag = "assets",
    params(("id" = AssetId, Path)), request_body = SplitBody, responses((status = 200, body = AssetDecided)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_split(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(body): Json<SplitBody>,
) -> ApiResult<AssetDecided> {
    let done = service::asset_split(&act(&app, &writer).because(body.reason), id, &body.record_ids).await?;
    settle(&app).await?;
    Ok(Json(done))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetDecisionRevoke)]
pub(super) struct RevokeBody {
    #[serde(default)]
    reason: String,
}

/// Takes a decision back; everything is as the sources say again.
#[utoipa::path(post, path = "/asset-decisions/{id}/revoke", operation_id = "asset_decision_revoke", tag = "assets",
    params(("id" = String, Path)), request_body = RevokeBody, responses((status = 200, body = AssetsReconciled)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn decision_revoke(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<String>,
    Json(body): Json<RevokeBody>,
) -> ApiResult<AssetsReconciled> {
    let done = service::decision_revoke(&act(&app, &writer).because(body.reason), &id).await?;
    settle(&app).await?;
    Ok(Json(done))
}

/// Tickets follow what assets are.
pub(super) async fn settle(app: &App) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    app.jobs.enqueue(&mut tx, &NewJob::new(RECONCILE_JOB).key(RECONCILE_JOB).priority(10)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(())
}

/// What each source says of an asset, which values count, and what people decided.
#[utoipa::path(get, path = "/assets/{id}/sources", operation_id = "asset_sources", tag = "assets",
    params(("id" = AssetId, Path)), responses((status = 200, body = AssetSources)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn asset_sources(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<AssetId>,
) -> ApiResult<AssetSources> {
    Ok(Json(service::asset_sources(&app.db, &reader.scope, id).await?))
}

/// What an asset hangs together with.
#[utoipa::path(get, path = "/assets/{id}/relations", operation_id = "asset_relations", tag = "assets",
    params(("id" = AssetId, Path)), responses((status = 200, body = AssetRelations)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn asset_relations(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<AssetId>,
) -> ApiResult<AssetRelations> {
    Ok(Json(service::asset_relations(&app.db, &reader.scope, id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetRelate)]
pub(super) struct RelateBody {
    /// runs_on, hosts, connects_to, depends_on or image_of.
    kind: String,
    to_asset_id: AssetId,
    /// False: it no longer holds.
    #[serde(default = "holds")]
    holds: bool,
    #[serde(default)]
    reason: String,
}

fn holds() -> bool {
    true
}

/// Says by hand that two assets hang together, or no longer do.
#[utoipa::path(post, path = "/assets/{id}/relations", operation_id = "asset_relate", tag = "assets",
    params(("id" = AssetId, Path)), request_body = RelateBody,
    responses((status = 200, body = AssetRelations)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn asset_relate(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<AssetId>,
    Json(body): Json<RelateBody>,
) -> ApiResult<AssetRelations> {
    let act = act(&app, &writer).because(body.reason);
    service::asset_relate(&act, id, &body.kind, body.to_asset_id, body.holds).await?;
    Ok(Json(service::asset_relations(&app.db, &writer.scope, id).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImpactParams {
    /// Also what connects to it.
    #[serde(default)]
    #[param(required = false)]
    connections: bool,
}

/// What else is hit when this asset is: what runs on it, depends on it, is made from it, and so on.
#[utoipa::path(get, path = "/assets/{id}/impact", operation_id = "asset_impact", tag = "assets",
    params(("id" = AssetId, Path), ImpactParams), responses((status = 200, body = AssetImpact)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn asset_impact(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<AssetId>,
    Query(params): Query<ImpactParams>,
) -> ApiResult<AssetImpact> {
    Ok(Json(service::asset_impact(&app.db, &reader.scope, id, params.connections).await?))
}

/// How true the inventory is, unit by unit: what a unit improves first.
#[utoipa::path(get, path = "/data-quality", operation_id = "data_quality", tag = "assets",
    params(UnitParams), responses((status = 200, body = DataQualityReport)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn data_quality(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    axum::Extension(carried): axum::Extension<Carried>,
    Query(params): Query<UnitParams>,
) -> ApiResult<DataQualityReport> {
    Ok(Json(service::data_quality(&app.db, &carried, &reader.scope, params.unit, app.now()).await?))
}
