// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::{PersonId, SeatId, SeatKind, Time, UnitId};
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{act, moment};
use crate::service::{self, SeatFilter, SeatPerson, SeatView};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Seat {
    id: SeatId,
    unit_id: UnitId,
    kind: SeatKind,
    /// The unit must fill it.
    required: bool,
    holder: Option<SeatPersonView>,
    deputy: Option<SeatPersonView>,
    /// Who will hold it next, as planned.
    next_holder: Option<SeatPersonView>,
    next_from: Option<Time>,
    /// Since when nobody holds it.
    vacant_since: Option<Time>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct SeatPersonView {
    id: PersonId,
    name: String,
    name_native: String,
}

impl From<SeatPerson> for SeatPersonView {
    fn from(person: SeatPerson) -> Self {
        Self { id: person.id, name: person.name, name_native: person.name_native }
    }
}

impl From<SeatView> for Seat {
    fn from(seat: SeatView) -> Self {
        Self {
            id: seat.id,
            unit_id: seat.unit_id,
            kind: seat.kind,
            required: seat.required,
            holder: seat.holder.map(SeatPersonView::from),
            deputy: seat.deputy.map(SeatPersonView::from),
            next_holder: seat.next_holder.map(SeatPersonView::from),
            next_from: seat.next_from,
            vacant_since: seat.vacant_since,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeatList {
    items: Vec<Seat>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SeatParams {
    /// This unit and everything below it.
    #[param(required = false)]
    unit: Option<UnitId>,
    /// Only seats that nobody holds (true) or that somebody does (false).
    #[param(required = false)]
    vacant: Option<bool>,
}

/// Seats by unit and kind.
#[utoipa::path(get, path = "/seats", operation_id = "seats_list", tag = "organisation", params(SeatParams),
    responses((status = 200, body = SeatList)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn seats_list(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Query(params): Query<SeatParams>,
) -> ApiResult<SeatList> {
    let now = app.now();
    let scope = service::unit_scope(&app.db, &reader.scope, params.unit, now).await?;
    let filter = SeatFilter { units: None, vacant: params.vacant };
    let seats = service::seats_list(&app.db, &scope, &filter, now).await?;
    Ok(Json(SeatList { items: seats.into_iter().map(Seat::from).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSeat {
    unit_id: UnitId,
    kind: SeatKind,
    #[serde(default = "required_by_default")]
    required: bool,
}

fn required_by_default() -> bool {
    true
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeatCreated {
    id: SeatId,
}

/// Gives a unit a seat; it is vacant at first.
#[utoipa::path(post, path = "/seats", operation_id = "seat_create", tag = "organisation", request_body = NewSeat,
    responses((status = 201, body = SeatCreated)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn seat_create(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Json(new): Json<NewSeat>,
) -> Result<(StatusCode, Json<SeatCreated>), ApiError> {
    let new = service::NewSeat { unit_id: new.unit_id, kind: new.kind, required: new.required };
    let id = service::seat_create(&act(&app, &writer), new).await?;
    Ok((StatusCode::CREATED, Json(SeatCreated { id })))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatAssign {
    person_id: PersonId,
    /// The deputy's place instead of the holder's.
    #[serde(default)]
    deputy: bool,
    /// A day or a time; now when absent.
    from: Option<String>,
}

/// Puts a person in a seat; who sat there ends then.
#[utoipa::path(post, path = "/seats/{id}/assign", operation_id = "seat_assign", tag = "organisation",
    params(("id" = SeatId, Path)), request_body = SeatAssign, responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn seat_assign(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<SeatId>,
    Json(assign): Json<SeatAssign>,
) -> Result<StatusCode, ApiError> {
    let from = moment("/from", assign.from.as_deref())?;
    service::seat_assign(&act(&app, &writer), id, assign.person_id, assign.deputy, from).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatVacate {
    /// The deputy's place instead of the holder's.
    #[serde(default)]
    deputy: bool,
    /// A day or a time; now when absent.
    from: Option<String>,
}

/// Leaves a place of a seat empty.
#[utoipa::path(post, path = "/seats/{id}/vacate", operation_id = "seat_vacate", tag = "organisation",
    params(("id" = SeatId, Path)), request_body = SeatVacate, responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn seat_vacate(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<SeatId>,
    Json(vacate): Json<SeatVacate>,
) -> Result<StatusCode, ApiError> {
    let at = moment("/from", vacate.from.as_deref())?;
    service::seat_vacate(&act(&app, &writer), id, vacate.deputy, at).await?;
    Ok(StatusCode::NO_CONTENT)
}
