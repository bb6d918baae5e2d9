// SPDX-License-Identifier: Apache-2.0
//! SQL of meetings, agendas, attendance and decisions.

use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct MeetingRow {
    pub id: String,
    pub body_id: String,
    pub month: String,
    pub starts_at: i64,
    pub place: String,
    pub state: String,
    pub minutes: String,
    pub created_at: i64,
    pub created_by: String,
    pub closed_at: Option<i64>,
    pub closed_by: Option<String>,
    pub reason: String,
    pub version: i64,
    pub members: i64,
    pub present: i64,
    pub decisions: i64,
}

macro_rules! meeting_columns {
    () => {
        "SELECT id, body_id, month, starts_at, place, state, minutes, created_at, created_by, closed_at, closed_by, \
         reason, version, \
         (SELECT COUNT(*) FROM review_attendance a WHERE a.meeting_id = m.id AND NOT a.guest) AS members, \
         (SELECT COUNT(*) FROM review_attendance a WHERE a.meeting_id = m.id AND NOT a.guest \
          AND a.state IN ('present', 'represented')) AS present, \
         (SELECT COUNT(*) FROM review_decision d WHERE d.meeting_id = m.id) AS decisions \
         FROM review_meeting m "
    };
}

/// Of these bodies, the newest first.
pub(super) async fn list(db: &Db, bodies: &[String]) -> Result<Vec<MeetingRow>, DbError> {
    db.all(
        concat!(
            meeting_columns!(),
            "WHERE body_id IN (SELECT value FROM json_each($1)) ORDER BY starts_at DESC, id DESC LIMIT 500"
        ),
        values![Value::json_list(bodies)],
    )
    .await
}

pub(super) async fn get(db: &Db, id: &str) -> Result<Option<MeetingRow>, DbError> {
    db.optional(concat!(meeting_columns!(), "WHERE id = $1"), values![id]).await
}

/// The body's meeting before, that took place.
pub(super) async fn before(db: &Db, row: &MeetingRow) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT id FROM review_meeting WHERE body_id = $1 AND starts_at < $2 AND state IN ('held', 'closed') \
             ORDER BY starts_at DESC, id DESC LIMIT 1",
            values![row.body_id.clone(), row.starts_at],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

pub(super) async fn add(tx: &mut Tx, row: &MeetingRow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO review_meeting (id, body_id, month, starts_at, place, state, minutes, created_at, created_by, \
         reason, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            row.id.clone(),
            row.body_id.clone(),
            row.month.clone(),
            row.starts_at,
            row.place.clone(),
            row.state.clone(),
            row.minutes.clone(),
            row.created_at,
            row.created_by.clone(),
            row.reason.clone(),
            row.version
        ],
    )
    .await
}

/// False when somebody was quicker.
pub(super) async fn change(tx: &mut Tx, row: &MeetingRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "UPDATE review_meeting SET starts_at = $2, place = $3, state = $4, minutes = $5, closed_at = $6, \
             closed_by = $7, reason = $8, version = version + 1 WHERE id = $1 AND version = $9",
            values![
                row.id.clone(),
                row.starts_at,
                row.place.clone(),
                row.state.clone(),
                row.minutes.clone(),
                row.closed_at,
                row.closed_by.clone(),
                row.reason.clone(),
                row.version
            ],
        )
        .await?;
    Ok(written > 0)
}

/// Holds the meeting as it was read until the transaction ends; false when its state has changed since.
pub(super) async fn hold(tx: &mut Tx, row: &MeetingRow) -> Result<bool, DbError> {
    let held = tx
        .execute(
            "UPDATE review_meeting SET state = state WHERE id = $1 AND state = $2",
            values![row.id.clone(), row.state.clone()],
        )
        .await?;
    Ok(held > 0)
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct AgendaRow {
    pub section: String,
    pub title: String,
    pub notes: String,
}

pub(super) async fn agenda(db: &Db, meeting_id: &str) -> Result<Vec<AgendaRow>, DbError> {
    db.all(
        "SELECT section, title, notes FROM review_agenda WHERE meeting_id = $1 ORDER BY position",
        values![meeting_id],
    )
    .await
}

pub(super) async fn agenda_put(tx: &mut Tx, meeting_id: &str, rows: &[AgendaRow]) -> Result<(), DbError> {
    tx.execute("DELETE FROM review_agenda WHERE meeting_id = $1", values![meeting_id]).await?;
    for (position, row) in (1_i64..).zip(rows) {
        tx.execute(
            "INSERT INTO review_agenda (meeting_id, position, section, title, notes) VALUES ($1, $2, $3, $4, $5)",
            values![meeting_id, position, row.section.clone(), row.title.clone(), row.notes.clone()],
        )
        .await?;
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct AttendanceRow {
    pub person_id: String,
    pub name: String,
    pub name_ja: String,
    pub role: String,
    pub chair: bool,
    /// In the place of who holds the seat.
    pub deputy: bool,
    /// Does not sit in the body.
    pub guest: bool,
    pub state: String,
}

const ATTENDANCE: &str = "SELECT person_id, name, name_ja, role, chair, deputy, guest, state FROM review_attendance \
    WHERE meeting_id = $1 ORDER BY position";

pub(super) async fn attendance(db: &Db, meeting_id: &str) -> Result<Vec<AttendanceRow>, DbError> {
    db.all(ATTENDANCE, values![meeting_id]).await
}

/// The same, as it stays until the transaction ends.
pub(super) async fn attendance_tx(tx: &mut Tx, meeting_id: &str) -> Result<Vec<AttendanceRow>, DbError> {
    tx.all(ATTENDANCE, values![meeting_id]).await
}

/// Last on the list; false when they are on it already.
pub(super) async fn guest_add(tx: &mut Tx, meeting_id: &str, row: &AttendanceRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO review_attendance (meeting_id, person_id, name, name_ja, role, chair, deputy, guest, state, position) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, \
             (SELECT COALESCE(MAX(position), 0) + 1 FROM review_attendance WHERE meeting_id = $1)) ON CONFLICT DO NOTHING",
            values![
                meeting_id,
                row.person_id.clone(),
                row.name.clone(),
                row.name_ja.clone(),
                row.role.clone(),
                false,
                true,
                row.state.clone()
            ],
        )
        .await?;
    Ok(written > 0)
}

/// False when no such guest was asked.
pub(super) async fn guest_remove(tx: &mut Tx, meeting_id: &str, person_id: &str) -> Result<bool, DbError> {
    let removed = tx
        .execute(
            "DELETE FROM review_attendance WHERE meeting_id = $1 AND person_id = $2 AND guest",
            values![meeting_id, person_id],
        )
        .await?;
    Ok(removed > 0)
}

/// The whole list, in the place of what was there.
pub(super) async fn attendance_put(
    tx: &mut Tx,
    meeting_id: &str,
    rows: &[AttendanceRow],
) -> Result<(), DbError> {
    tx.execute("DELETE FROM review_attendance WHERE meeting_id = $1", values![meeting_id]).await?;
    for (position, row) in (1_i64..).zip(rows) {
        tx.execute(
            "INSERT INTO review_attendance (meeting_id, person_id, name, name_ja, role, chair, deputy, guest, state, position) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values![
                meeting_id,
                row.person_id.clone(),
                row.name.clone(),
                row.name_ja.clone(),
                row.role.clone(),
                row.chair,
                row.deputy,
                row.guest,
                row.state.clone(),
                position
            ],
        )
        .await?;
    }
    Ok(())
}

/// False when that person is not on the list.
pub(super) async fn attendance_set(
    tx: &mut Tx,
    meeting_id: &str,
    person_id: &str,
    state: &str,
) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "UPDATE review_attendance SET state = $3 WHERE meeting_id = $1 AND person_id = $2",
            values![meeting_id, person_id, state],
        )
        .await?;
    Ok(written > 0)
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct DecisionRow {
    pub id: String,
    pub meeting_id: String,
    pub number: i64,
    pub agenda: Option<i64>,
    pub text: String,
    pub reason: String,
    pub figure: String,
    pub replaces_id: Option<String>,
    pub replaced_by_id: Option<String>,
    pub decided_at: i64,
    pub recorded_by: String,
}

macro_rules! decision_columns {
    () => {
        "SELECT id, meeting_id, number, agenda, text, reason, figure, replaces_id, \
         (SELECT later.id FROM review_decision later WHERE later.replaces_id = d.id) AS replaced_by_id, decided_at, \
         recorded_by FROM review_decision d "
    };
}

pub(super) async fn decisions(db: &Db, meeting_id: &str) -> Result<Vec<DecisionRow>, DbError> {
    db.all(concat!(decision_columns!(), "WHERE meeting_id = $1 ORDER BY number"), values![meeting_id]).await
}

pub(super) async fn decision(db: &Db, id: &str) -> Result<Option<DecisionRow>, DbError> {
    db.optional(concat!(decision_columns!(), "WHERE id = $1"), values![id]).await
}

/// Of the body that took it.
pub(super) async fn decision_unit(db: &Db, id: &str) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> =
        db.optional("SELECT unit_id FROM v_review_decision WHERE id = $1", values![id]).await?;
    Ok(found.map(|row| row.0))
}

/// Its number in the meeting is the next; false when the decision that it replaces has been replaced meanwhile.
pub(super) async fn decision_add(tx: &mut Tx, row: &DecisionRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO review_decision (id, meeting_id, number, agenda, text, reason, figure, replaces_id, decided_at, \
             recorded_by) VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM review_decision WHERE meeting_id = $2), \
             $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
            values![
                row.id.clone(),
                row.meeting_id.clone(),
                row.agenda,
                row.text.clone(),
                row.reason.clone(),
                row.figure.clone(),
                row.replaces_id.clone(),
                row.decided_at,
                row.recorded_by.clone()
            ],
        )
        .await?;
    Ok(written > 0)
}
