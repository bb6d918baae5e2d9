// SPDX-License-Identifier: Apache-2.0
//! HTTP: units, people, seats, and the organisation as files.

mod closing;
mod people;
mod seats;
mod sheets;
mod units;

use axum::extract::DefaultBodyLimit;
use hinomi_core::Time;
use hinomi_web::{ApiError, App, OpenApiRouter, Require, routes};

use crate::model::sheet::parse_time;
use crate::service::Act;

/// A file of 40,000 people is about 4 MB.
const LARGEST_SHEET_BYTES: usize = 64 << 20;

/// Routes relative to `/api/v1`.
pub fn api() -> OpenApiRouter<App> {
    let sheets = OpenApiRouter::new()
        .routes(routes!(sheets::org_import))
        .layer(DefaultBodyLimit::max(LARGEST_SHEET_BYTES));
    OpenApiRouter::new()
        .routes(routes!(units::units_list, units::unit_create))
        .routes(routes!(units::unit_get, units::unit_change))
        .routes(routes!(closing::unit_holdings))
        .routes(routes!(closing::unit_close))
        .routes(routes!(people::people_list, people::person_create))
        .routes(routes!(people::person_get, people::person_change))
        .routes(routes!(seats::seats_list, seats::seat_create))
        .routes(routes!(seats::seat_assign))
        .routes(routes!(seats::seat_vacate))
        .routes(routes!(sheets::org_export))
        .merge(sheets)
}

/// What a writer may change.
fn act<'a, P>(app: &'a App, writer: &'a Require<P>) -> Act<'a> {
    Act::new(app, &writer.principal.actor, writer.scope.clone())
}

/// A day or a time in a body or query.
fn moment(pointer: &str, text: Option<&str>) -> Result<Option<Time>, ApiError> {
    let parse = |text: &str| {
        parse_time(text)
            .map_err(|cause| ApiError::invalid("time-invalid", cause.clone()).field(pointer, cause))
    };
    text.map(parse).transpose()
}

/// The last instant of the day asked for, or now. Past days show what was so then.
async fn as_of(app: &App, at: Option<&str>) -> Result<Time, ApiError> {
    Ok(crate::day_end(&app.db, at, app.now()).await?)
}
