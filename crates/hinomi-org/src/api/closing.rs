// SPDX-License-Identifier: Apache-2.0
//! How a unit ends: what it owns, and who takes that over.

use axum::extract::State;
use hinomi_core::UnitId;
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{act, moment};
use crate::service::{self, UnitClosing};

/// What a unit owns itself, without the units below it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitHoldings {
    /// What needs an heir before the unit can end; empty when nothing does.
    owned: Vec<UnitHolding>,
    /// People of the unit, who go along when everything is handed over.
    people: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitHolding {
    /// `systems`, `enrolment-tokens`, `assignment-rules`, `directives`, `improvements`, `programmes`, `bodies` or `places`.
    kind: String,
    count: i64,
}

/// What a unit owns: systems, what its hosts enrol with, what it was told to do, where it is represented.
#[utoipa::path(get, path = "/units/{id}/holdings", operation_id = "unit_holdings", tag = "organisation",
    params(("id" = UnitId, Path)), responses((status = 200, body = UnitHoldings)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn unit_holdings(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<UnitId>,
) -> ApiResult<UnitHoldings> {
    let holdings = service::unit_holdings(&app, &writer.scope, id).await?;
    let owned = holdings.owned.into_iter();
    let owned = owned.map(|held| UnitHolding { kind: held.kind.to_owned(), count: held.count }).collect();
    Ok(Json(UnitHoldings { owned, people: holdings.people }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitClose {
    /// From this day or time on; now when absent.
    valid_to: Option<String>,
    /// The unit that takes over everything this one owns, and its people. Needed when it owns anything and ends now.
    hand_over_to: Option<UnitId>,
    #[serde(default)]
    reason: String,
}

/// Ends a unit and its seats. Units below it must be elsewhere by then, and what it owns passes to `hand_over_to`.
///
/// Without that, a unit that owns something is refused with `unit-owns`. A `valid_to` to come is a plan and is kept as one.
#[utoipa::path(post, path = "/units/{id}/close", operation_id = "unit_close", tag = "organisation",
    params(("id" = UnitId, Path)), request_body = UnitClose, responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn unit_close(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<UnitId>,
    Json(close): Json<UnitClose>,
) -> Result<StatusCode, ApiError> {
    let at = moment("/valid_to", close.valid_to.as_deref())?;
    let closing = UnitClosing { at, hand_over_to: close.hand_over_to };
    service::unit_close(&act(&app, &writer).because(close.reason), id, closing).await?;
    Ok(StatusCode::NO_CONTENT)
}
