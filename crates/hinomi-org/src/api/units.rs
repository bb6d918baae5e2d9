// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::{Permission, Time, UnitId};
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::seats::Seat;
use super::{act, as_of, moment};
use crate::model::{TreeNode, UnitKind, shown_end};
use crate::service;

/// A unit in its tree.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct UnitNode {
    id: UnitId,
    code: String,
    kind: UnitKind,
    name: String,
    /// Empty when it has none.
    name_ja: String,
    /// Absent at the top of what the reader sees.
    parent_id: Option<UnitId>,
    /// Steps below the root of the whole group.
    depth: u32,
    /// Since when the unit has this name and place.
    valid_from: Time,
    valid_to: Option<Time>,
}

impl From<TreeNode> for UnitNode {
    fn from(node: TreeNode) -> Self {
        Self {
            id: node.id,
            code: node.code,
            kind: node.kind,
            name: node.name,
            name_ja: node.name_ja,
            parent_id: node.parent_id,
            depth: node.depth,
            valid_from: node.valid_from,
            valid_to: shown_end(node.valid_to),
        }
    }
}

/// The tree, parents before children.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitTree {
    items: Vec<UnitNode>,
}

/// A unit with what surrounds it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitPage {
    #[serde(flatten)]
    unit: UnitNode,
    /// From the root down.
    parents: Vec<UnitNode>,
    children: Vec<UnitNode>,
    seats: Vec<Seat>,
    counts: UnitCounts,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitCounts {
    /// People of the unit and everything below it.
    people: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TreeParams {
    /// A past day such as 2026-11-23 (its end, UTC); now when absent.
    #[param(required = false)]
    at: Option<String>,
}

/// The organisation as far as the reader sees it, on any day.
#[utoipa::path(get, path = "/units", operation_id = "units_list", tag = "organisation", params(TreeParams),
    responses((status = 200, body = UnitTree)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn units_list(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Query(params): Query<TreeParams>,
) -> ApiResult<UnitTree> {
    let time = as_of(&app, params.at.as_deref()).await?;
    let scope = match time < app.now() {
        true => {
            let now = (&reader.scope, time);
            service::scope_then(&app.db, &reader.principal, Permission::OrgRead, now).await?
        }
        false => reader.scope.clone(),
    };
    let nodes = service::units_visible(&app.db, &scope, time).await?;
    Ok(Json(UnitTree { items: nodes.into_iter().map(UnitNode::from).collect() }))
}

/// One unit with its path, children, seats and number of people.
#[utoipa::path(get, path = "/units/{id}", operation_id = "unit_get", tag = "organisation", params(("id" = UnitId, Path)),
    responses((status = 200, body = UnitPage)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn unit_get(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Path(id): Path<UnitId>,
) -> ApiResult<UnitPage> {
    Ok(Json(page(&app, &reader.scope, id).await?))
}

async fn page(app: &App, scope: &hinomi_core::Scope, id: UnitId) -> Result<UnitPage, ApiError> {
    let detail = service::unit_get(&app.db, scope, id, app.now()).await?;
    Ok(UnitPage {
        unit: detail.unit.into(),
        parents: detail.parents.into_iter().map(UnitNode::from).collect(),
        children: detail.children.into_iter().map(UnitNode::from).collect(),
        seats: detail.seats.into_iter().map(Seat::from).collect(),
        counts: UnitCounts { people: detail.people },
    })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUnit {
    code: String,
    kind: UnitKind,
    name: String,
    #[serde(default)]
    name_ja: String,
    parent_id: Option<UnitId>,
    /// A day or a time; now when absent.
    valid_from: Option<String>,
}

/// Adds a unit below one that the writer may change.
#[utoipa::path(post, path = "/units", operation_id = "unit_create", tag = "organisation", request_body = NewUnit,
    responses((status = 201, body = UnitPage)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn unit_create(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Json(new): Json<NewUnit>,
) -> Result<(StatusCode, Json<UnitPage>), ApiError> {
    let new = service::NewUnit {
        valid_from: moment("/valid_from", new.valid_from.as_deref())?,
        code: new.code,
        kind: new.kind,
        name: new.name,
        name_ja: new.name_ja,
        parent_id: new.parent_id,
    };
    let id = service::unit_create(&act(&app, &writer), new).await?;
    // The writer's scope was taken before the unit was there.
    let scope = writer.scope.union(&hinomi_core::Scope::units(vec![id]));
    Ok((StatusCode::CREATED, Json(page(&app, &scope, id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitChange {
    name: Option<String>,
    name_ja: Option<String>,
    parent_id: Option<UnitId>,
    /// From this day or time on; past days keep what they had. Now when absent.
    valid_from: Option<String>,
    /// Why, for the audit trail.
    #[serde(default)]
    reason: String,
}

/// Renames or moves a unit from a date on.
#[utoipa::path(patch, path = "/units/{id}", operation_id = "unit_change", tag = "organisation",
    params(("id" = UnitId, Path)), request_body = UnitChange,
    responses((status = 200, body = UnitPage)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn unit_change(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<UnitId>,
    Json(change): Json<UnitChange>,
) -> ApiResult<UnitPage> {
    let wanted = service::UnitChange {
        valid_from: moment("/valid_from", change.valid_from.as_deref())?,
        name: change.name,
        name_ja: change.name_ja,
        parent_id: change.parent_id,
    };
    service::unit_change(&act(&app, &writer).because(change.reason), id, wanted).await?;
    Ok(Json(page(&app, &writer.scope, id).await?))
}
