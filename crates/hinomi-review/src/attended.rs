// SPDX-License-Identifier: Apache-2.0
//! Who was there: places at management's meetings, and a department's own month in the hands of those who answer for it.
//!
//! ```text
//! meetings that were held ─→ a row a place: came or was represented ─┐
//! self-checks handed in ───→ a row each: by a manager or deputy ─────┴─→ the Maturity Monitor counts them
//! ```

use hinomi_core::{Time, UnitId, content_uuid};
use hinomi_db::{Db, DbError, values};
use hinomi_maturity::service::{self as maturity, Brought};
use hinomi_platform::App;

use crate::ReviewError;

/// The indicator that counts them.
const INDICATOR: &str = "C5";
/// Farther back than any month that is closed looks.
const LOOKED_AT_DAYS: i64 = 400;

/// Brings what differs; how many rows did.
pub(crate) async fn bring(app: &App) -> Result<usize, ReviewError> {
    let since = app.now().plus_days(-LOOKED_AT_DAYS);
    let mut rows: Vec<Brought> = Vec::new();
    for row in places(&app.db, since).await? {
        rows.push(Brought {
            id: content_uuid("attendance", &[&row.meeting_id, &row.person_id]),
            unit_id: row.unit_id,
            happened_at: row.starts_at,
            counts: matches!(row.state.as_str(), "present" | "represented"),
            title: format!("{} {} · {}", row.body, row.month, row.person),
            href: format!("/review/meetings/{}", row.meeting_id),
        });
    }
    for row in checks(&app.db, since).await? {
        rows.push(Brought {
            id: content_uuid("attendance", &[&row.id]),
            unit_id: row.unit_id,
            happened_at: row.handed_in_at,
            counts: row.by_manager,
            title: row.month.clone(),
            href: format!("/department/check?unit={}&month={}", row.unit_id, row.month),
        });
    }
    Ok(maturity::bring(&app.db, INDICATOR, since, &rows).await?)
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    meeting_id: String,
    person_id: String,
    person: String,
    unit_id: UnitId,
    starts_at: Time,
    month: String,
    body: String,
    state: String,
}

/// Of meetings that were held, whoever sits in the body and what was said of them, with the unit that they belong to; guests have
/// no place.
async fn places(db: &Db, since: Time) -> Result<Vec<PlaceRow>, DbError> {
    db.all(
        "SELECT a.meeting_id, a.person_id, a.name AS person, p.unit_id, m.starts_at, m.month, b.name AS body, a.state \
         FROM review_attendance a JOIN review_meeting m ON m.id = a.meeting_id JOIN review_body b ON b.id = m.body_id \
         JOIN v_person p ON p.id = a.person_id \
         WHERE m.starts_at >= $1 AND m.state IN ('held', 'closed') AND a.state <> 'expected' AND NOT a.guest",
        values![since],
    )
    .await
}

#[derive(sqlx::FromRow)]
struct CheckRow {
    id: String,
    unit_id: UnitId,
    month: String,
    handed_in_at: Time,
    by_manager: bool,
}

/// Self-checks that were handed in, and whether by somebody who sat or deputised in a seat of the unit then.
async fn checks(db: &Db, since: Time) -> Result<Vec<CheckRow>, DbError> {
    db.all(
        "SELECT c.id, c.unit_id, c.month, c.handed_in_at, EXISTS (SELECT 1 FROM v_seat_holder h \
          JOIN v_person p ON p.id = h.person_id WHERE h.unit_id = c.unit_id AND p.name = c.handed_in_by \
          AND h.valid_from <= c.handed_in_at AND h.valid_to > c.handed_in_at) AS by_manager \
         FROM self_check c WHERE c.handed_in_at >= $1",
        values![since],
    )
    .await
}
