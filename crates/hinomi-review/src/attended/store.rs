// SPDX-License-Identifier: Apache-2.0
//! Who attended what, as the tables of meetings and self-checks have it.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, values};

#[derive(sqlx::FromRow)]
pub(super) struct PlaceRow {
    pub(super) meeting_id: String,
    pub(super) person_id: String,
    pub(super) person: String,
    pub(super) unit_id: UnitId,
    pub(super) starts_at: Time,
    pub(super) month: String,
    pub(super) body: String,
    pub(super) state: String,
}

/// Of meetings that were held, whoever sits in the body and what was said of them, with the unit that they belong to; guests have
/// no place.
pub(super) async fn places(db: &Db, since: Time) -> Result<Vec<PlaceRow>, DbError> {
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
pub(super) struct CheckRow {
    pub(super) id: String,
    pub(super) unit_id: UnitId,
    pub(super) month: String,
    pub(super) handed_in_at: Time,
    pub(super) by_manager: bool,
}

/// Self-checks that were handed in, and whether by somebody who sat or deputised in a seat of the unit then.
pub(super) async fn checks(db: &Db, since: Time) -> Result<Vec<CheckRow>, DbError> {
    db.all(
        "SELECT c.id, c.unit_id, c.month, c.handed_in_at, EXISTS (SELECT 1 FROM v_seat_holder h \
          JOIN v_person p ON p.id = h.person_id WHERE h.unit_id = c.unit_id AND p.name = c.handed_in_by \
          AND h.valid_from <= c.handed_in_at AND h.valid_to > c.handed_in_at) AS by_manager \
         FROM self_check c WHERE c.handed_in_at >= $1",
        values![since],
    )
    .await
}
