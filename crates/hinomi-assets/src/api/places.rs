// SPDX-License-Identifier: Apache-2.0
//! Rules of assignment, and whom to believe.

use std::collections::BTreeMap;

use axum::extract::State;
use hinomi_core::{SystemId, UnitId};
use hinomi_platform::jobs::NewJob;
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Require, perm};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::service::{self, AssignmentRule, NewRule, SourceView};

/// Kind and key of the job that finds the places of all records anew and reconciles.
pub const ASSET_JOB: &str = "asset_reconcile";

/// Asks for a reconciliation in the background.
pub(super) async fn wake(app: &App) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    app.jobs.enqueue(&mut tx, &NewJob::new(ASSET_JOB).key(ASSET_JOB).priority(10)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(())
}

/// Rules by network and name, in the order in which they are asked.
#[utoipa::path(get, path = "/assignment-rules", operation_id = "assignment_rules", tag = "assets",
    responses((status = 200, body = Vec<AssignmentRule>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn assignment_rules(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
) -> ApiResult<Vec<AssignmentRule>> {
    let mut rules = service::assignment_rules(&app.db).await?;
    rules.retain(|rule| reader.scope.contains(rule.unit_id));
    Ok(Json(rules))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAssignmentRule)]
pub(super) struct RuleBody {
    /// Rules are asked in this order; the first that fits counts.
    position: i64,
    /// `192.0.2.0/24`; with a name pattern, both must fit.
    #[serde(default)]
    network: String,
    /// `web-*`
    #[serde(default)]
    name_pattern: String,
    unit_id: UnitId,
    /// Without one, the unit's own system of discovered assets.
    system_id: Option<SystemId>,
}

/// Adds a rule; assets that nobody has claimed are assigned by it in the background.
#[utoipa::path(post, path = "/assignment-rules", operation_id = "assignment_rule_create", tag = "assets",
    request_body = RuleBody, responses((status = 201, body = AssignmentRule)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn assignment_rule_create(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Json(body): Json<RuleBody>,
) -> Result<(StatusCode, Json<AssignmentRule>), ApiError> {
    // A rule takes from what nobody has claimed, which is the group's.
    writer.everywhere()?;
    let RuleBody { position, network, name_pattern, unit_id: unit, system_id: system } = body;
    let new = NewRule { position, network, name_pattern, unit, system };
    let rule = service::assignment_rule_create(&act(&app, &writer), new).await?;
    wake(&app).await?;
    Ok((StatusCode::CREATED, Json(rule)))
}

/// Takes a rule away; what it assigned stays where it is.
#[utoipa::path(delete, path = "/assignment-rules/{id}", operation_id = "assignment_rule_remove", tag = "assets",
    params(("id" = String, Path)), responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn assignment_rule_remove(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    writer.everywhere()?;
    service::assignment_rule_remove(&act(&app, &writer), &id).await?;
    wake(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sources of the inventory, the most trusted first.
#[utoipa::path(get, path = "/asset-sources", operation_id = "asset_sources_list", tag = "assets",
    responses((status = 200, body = Vec<SourceView>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn sources_list(
    State(app): State<App>,
    _reader: Require<perm::AssetRead>,
) -> ApiResult<Vec<SourceView>> {
    Ok(Json(service::sources_list(&app.db).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetSourceRank)]
pub(super) struct RankBody {
    /// Lower is believed first.
    rank: i64,
    /// Attribute to rank, where it differs: `owner`, `os`, `kind`, `name`, …
    #[serde(default)]
    attribute_ranks: BTreeMap<String, i64>,
    #[serde(default)]
    reason: String,
}

/// Changes whom to believe; values are chosen anew in the background.
#[utoipa::path(put, path = "/asset-sources/{name}", operation_id = "asset_source_rank", tag = "assets",
    params(("name" = String, Path)), request_body = RankBody, responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn source_rank(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(name): Path<String>,
    Json(body): Json<RankBody>,
) -> Result<StatusCode, ApiError> {
    writer.everywhere()?;
    let act = act(&app, &writer).because(body.reason);
    service::source_rank(&act, &name, body.rank, &body.attribute_ranks).await?;
    wake(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}
