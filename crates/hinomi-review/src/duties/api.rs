// SPDX-License-Identifier: Apache-2.0
//! HTTP of what is owed, of pauses and of calendars.

use axum::extract::State;
use hinomi_core::{Page, Scope, Time, UnitId};
use hinomi_obligations::ledger;
use hinomi_obligations::pauses::{self, PauseRow};
use hinomi_obligations::{CALENDARS, Calendars, calendar_day_set, calendar_set};
use hinomi_tickets::service::clock::paused_ticket;
use hinomi_tickets::service::pause as ticket_pause;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::list::{self, Duty, DutyFilter, DutyState, MyDuties};
use crate::ReviewError;
use crate::department::path_up;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(my_obligations))
        .routes(routes!(obligation_list))
        .routes(routes!(obligation_pause_ask))
        .routes(routes!(obligation_pause_approve))
        .routes(routes!(obligation_pause_end))
        .routes(routes!(calendar_get))
        .routes(routes!(calendar_put))
        .routes(routes!(calendar_day_put))
}

/// What the signed-in person must do by when; tickets counted by unit.
#[utoipa::path(get, path = "/me/obligations", tag = "obligations",
    responses((status = 200, body = MyDuties)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(super) async fn my_obligations(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
) -> ApiResult<MyDuties> {
    let person = reader.session.person_id;
    let (items, tickets) = list::duties_mine(&app.db, person, &reader.principal, app.now()).await?;
    Ok(Json(MyDuties { items, tickets }))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListParams {
    /// This unit with everything below it.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// `self-check`, `improvement`, `directive`, `ticket`, …
    kind: Option<String>,
    /// `open` when absent.
    #[param(inline)]
    state: DutyState,
}

/// What units owe, by due date; at most 500.
#[utoipa::path(get, path = "/obligations", tag = "obligations", params(ListParams),
    responses((status = 200, body = Page<Duty>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn obligation_list(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Page<Duty>> {
    let filter = DutyFilter { kind: params.kind, state: params.state };
    Ok(Json(list::duties(&app.db, &reader.scope, params.unit, &filter, app.now()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseBody {
    reason: String,
    /// Absent: until somebody ends it.
    #[serde(default)]
    until: Option<Time>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Asked {
    pause: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DueAt {
    due_at: Time,
}

async fn of_scope(app: &App, scope: &Scope, id: &str) -> Result<(), ReviewError> {
    let found = ledger::get(&app.db, id).await?;
    if scope.contains(found.unit_id) {
        return Ok(());
    }
    Err(hinomi_obligations::ObligationError::Unknown { id: id.to_owned() }.into())
}

/// Asks for a pause of the clock; it counts once somebody else has approved it. A ticket's id here is `ticket:17`.
#[utoipa::path(post, path = "/obligations/{id}/pauses", tag = "obligations", params(("id" = String, Path)),
    request_body = PauseBody, responses((status = 200, body = Asked)),
    extensions(("x-hinomi-permission" = json!("DepartmentWrite"))))]
pub(super) async fn obligation_pause_ask(
    State(app): State<App>,
    writer: Require<perm::DepartmentWrite>,
    Path(id): Path<String>,
    Json(body): Json<PauseBody>,
) -> ApiResult<Asked> {
    let (actor, scope) = (&writer.principal.actor, &writer.scope);
    let (until, reason) = (body.until, body.reason.as_str());
    let pause = if let Some(ticket) = paused_ticket(&id) {
        ticket_pause::pause_ask(&app, actor, scope, ticket, until, reason).await?
    } else {
        of_scope(&app, scope, &id).await?;
        ledger::pause_ask(&app, actor, &id, until, reason).await.map_err(ReviewError::from)?
    };
    Ok(Json(Asked { pause }))
}

/// A pause of something that the scope has: of an entry of the ledger, or of a ticket, which looks for itself.
async fn pause_of_scope(app: &App, scope: &Scope, pause: &str) -> Result<(PauseRow, bool), ReviewError> {
    let found = pauses::get(&app.db, pause).await?;
    let is_ticket = paused_ticket(&found.obligation_id).is_some();
    if !is_ticket && !scope.contains(ledger::get(&app.db, &found.obligation_id).await?.unit_id) {
        return Err(hinomi_obligations::ObligationError::PauseUnknown { id: pause.to_owned() }.into());
    }
    Ok((found, is_ticket))
}

/// Approves a pause that somebody else asked for.
#[utoipa::path(post, path = "/obligation-pauses/{id}/approve", tag = "obligations", params(("id" = String, Path)),
    responses((status = 200, body = DueAt), (status = 403, description = "one's own")),
    extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn obligation_pause_approve(
    State(app): State<App>,
    writer: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
) -> ApiResult<DueAt> {
    let (actor, scope) = (&writer.principal.actor, &writer.scope);
    let due_at = match pause_of_scope(&app, scope, &id).await? {
        (pause, true) => ticket_pause::pause_approve(&app, actor, scope, &pause).await?,
        (_, false) => ledger::pause_approve(&app, actor, &id).await.map_err(ReviewError::from)?,
    };
    Ok(Json(DueAt { due_at }))
}

/// Ends a pause now; one that nobody approved is taken back.
#[utoipa::path(post, path = "/obligation-pauses/{id}/end", tag = "obligations", params(("id" = String, Path)),
    responses((status = 200, body = DueAt)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
pub(super) async fn obligation_pause_end(
    State(app): State<App>,
    writer: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
) -> ApiResult<DueAt> {
    let (actor, scope) = (&writer.principal.actor, &writer.scope);
    let due_at = match pause_of_scope(&app, scope, &id).await? {
        (pause, true) => ticket_pause::pause_end(&app, actor, scope, &pause).await?,
        (_, false) => ledger::pause_end(&app, actor, &id).await.map_err(ReviewError::from)?,
    };
    Ok(Json(DueAt { due_at }))
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarParams {
    #[param(value_type = String)]
    unit: UnitId,
    /// Absent: the running year.
    #[param(minimum = 2000, maximum = 2100)]
    year: Option<i16>,
}

/// A day that a unit keeps differently.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct OwnDayView {
    unit_id: String,
    /// YYYY-MM-DD.
    day: String,
    off: bool,
    name: String,
    set_by: String,
}

/// By which days a unit's time is reckoned.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CalendarView {
    unit_id: String,
    /// `jp`, `us`, `eu`, `utc`.
    calendar: String,
    /// The unit where it was chosen; absent where nobody chose.
    chosen_at: Option<String>,
    known: Vec<String>,
    year: i16,
    /// Public holidays of the year.
    holidays: Vec<String>,
    /// Own days of the year that hold for the unit, its own and those of units above.
    own_days: Vec<OwnDayView>,
}

async fn calendar_view(
    app: &App,
    scope: &Scope,
    unit: UnitId,
    year: Option<i16>,
) -> Result<CalendarView, ReviewError> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    if tree.get(unit).is_none() || !scope.contains(unit) {
        return Err(ReviewError::Unknown { what: "unit", code: "unit-not-found", id: unit.to_string() });
    }
    let path = path_up(&tree, unit);
    let calendars = Calendars::load(&app.db).await?;
    let calendar = calendars.of(&path);
    let year = year.unwrap_or_else(|| app.now().day().year()).clamp(2000, 2100);
    let of_year = |own: &&hinomi_obligations::OwnDay| own.day.year() == year;
    Ok(CalendarView {
        unit_id: unit.to_string(),
        calendar: calendar.name().to_owned(),
        chosen_at: calendars.source(&path).map(|row| row.unit_id.to_string()),
        known: CALENDARS.iter().map(|name| (*name).to_owned()).collect(),
        year,
        holidays: calendar.holidays(year).iter().map(Date::to_string).collect(),
        own_days: calendars
            .own_days(&path)
            .into_iter()
            .filter(of_year)
            .map(|own| OwnDayView {
                unit_id: own.unit_id.to_string(),
                day: own.day.to_string(),
                off: own.is_off,
                name: own.name.clone(),
                set_by: own.set_by.clone(),
            })
            .collect(),
    })
}

/// The calendar of a unit: public holidays and own days of a year.
#[utoipa::path(get, path = "/calendars", tag = "obligations", params(CalendarParams),
    responses((status = 200, body = CalendarView)), extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn calendar_get(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Query(params): Query<CalendarParams>,
) -> ApiResult<CalendarView> {
    Ok(Json(calendar_view(&app, &reader.scope, params.unit, params.year).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarBody {
    /// `jp`, `us`, `eu`, `utc`; null: that of the unit above.
    calendar: Option<String>,
}

/// Chooses the calendar of a unit and of those below it. What was owed before keeps its due date.
#[utoipa::path(put, path = "/calendars/{unit}", tag = "obligations", params(("unit" = String, Path)),
    request_body = CalendarBody, responses((status = 200, body = CalendarView)),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn calendar_put(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Path(unit): Path<UnitId>,
    Json(body): Json<CalendarBody>,
) -> ApiResult<CalendarView> {
    calendar_view(&app, &writer.scope, unit, None).await?;
    calendar_set(&app, &writer.principal.actor, unit, body.calendar.as_deref())
        .await
        .map_err(ReviewError::from)?;
    Ok(Json(calendar_view(&app, &writer.scope, unit, None).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DayBody {
    /// Off where others work, or at work where others rest; null: as everybody.
    off: Option<bool>,
    #[serde(default)]
    name: String,
}

/// Says how a unit, with those below it, keeps a day.
#[utoipa::path(put, path = "/calendars/{unit}/days/{day}", tag = "obligations",
    params(("unit" = String, Path), ("day" = String, Path, description = "YYYY-MM-DD")),
    request_body = DayBody, responses((status = 200, body = CalendarView)),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn calendar_day_put(
    State(app): State<App>,
    writer: Require<perm::PolicyWrite>,
    Path((unit, day)): Path<(UnitId, String)>,
    Json(body): Json<DayBody>,
) -> ApiResult<CalendarView> {
    calendar_view(&app, &writer.scope, unit, None).await?;
    let parsed: Option<Date> = day.parse().ok().filter(|_| day.len() == 10);
    let wrong = || ReviewError::Invalid { field: "day", message: format!("{day:?} is no day") };
    let parsed = parsed.ok_or_else(wrong)?;
    let kept = body.off.map(|off| (off, body.name.trim()));
    calendar_day_set(&app, &writer.principal.actor, unit, parsed, kept).await.map_err(ReviewError::from)?;
    Ok(Json(calendar_view(&app, &writer.scope, unit, Some(parsed.year())).await?))
}
