// SPDX-License-Identifier: Apache-2.0
//! Tables `self_check_set`, `self_check`, `department_cause`, `improvement`; `months`: what ended months counted.

mod months;

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Tx, values};

pub(super) use months::{MonthRow, month_count, month_tickets, months_counted};

/// Version, month of validity, text.
pub(super) async fn sets(db: &Db) -> Result<Vec<(String, String, String)>, DbError> {
    db.all("SELECT version, valid_from, toml FROM self_check_set ORDER BY valid_from, filed_at, version", ())
        .await
}

/// A set that is filed stays as it is.
pub(super) async fn set_file(
    tx: &mut Tx,
    (version, valid_from, toml): (&str, &str, &str),
    now: Time,
    (by, reason): (&str, &str),
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO self_check_set (version, valid_from, toml, filed_at, filed_by, reason) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING",
        values![version, valid_from, toml, now, by, reason],
    )
    .await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct CheckRow {
    pub(super) id: String,
    pub(super) unit_id: UnitId,
    pub(super) month: String,
    pub(super) version: String,
    pub(super) answers: String,
    pub(super) opened_at: Time,
    pub(super) changed_at: Option<Time>,
    pub(super) changed_by: String,
    pub(super) handed_in_at: Option<Time>,
    pub(super) handed_in_by: String,
    pub(super) changes: i64,
}

macro_rules! check_columns {
    () => {
        "SELECT id, unit_id, month, version, answers, opened_at, changed_at, changed_by, handed_in_at, handed_in_by, \
         changes FROM self_check "
    };
}

pub(super) async fn check_of(db: &Db, unit: UnitId, month: &str) -> Result<Option<CheckRow>, DbError> {
    db.optional(
        concat!(check_columns!(), "WHERE unit_id = $1 AND month = $2"),
        values![unit.to_string(), month],
    )
    .await
}

pub(super) async fn check_by_id(db: &Db, id: &str) -> Result<Option<CheckRow>, DbError> {
    db.optional(concat!(check_columns!(), "WHERE id = $1"), values![id]).await
}

pub(super) async fn checks_of_month(db: &Db, month: &str) -> Result<Vec<CheckRow>, DbError> {
    db.all(concat!(check_columns!(), "WHERE month = $1 ORDER BY unit_id"), values![month]).await
}

/// A unit's checks, the newest first.
pub(super) async fn checks_of_unit(db: &Db, unit: UnitId) -> Result<Vec<CheckRow>, DbError> {
    db.all(
        concat!(check_columns!(), "WHERE unit_id = $1 ORDER BY month DESC LIMIT 12"),
        values![unit.to_string()],
    )
    .await
}

pub(super) async fn check_add(
    tx: &mut Tx,
    id: &str,
    unit: UnitId,
    (month, version): (&str, &str),
    now: Time,
) -> Result<bool, DbError> {
    let added = tx
        .execute(
            "INSERT INTO self_check (id, unit_id, month, version, answers, opened_at, changed_at, changed_by, \
             handed_in_at, handed_in_by) VALUES ($1, $2, $3, $4, '{}', $5, NULL, '', NULL, '') \
             ON CONFLICT (unit_id, month) DO NOTHING",
            values![id, unit.to_string(), month, version, now],
        )
        .await?;
    Ok(added > 0)
}

/// Nothing is written once it was handed in, nor over what somebody else wrote meanwhile.
pub(super) async fn check_put(
    tx: &mut Tx,
    (id, changes): (&str, i64),
    answers: &str,
    now: Time,
    by: &str,
    handed_in: bool,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE self_check SET answers = $2, changed_at = $3, changed_by = $4, changes = changes + 1, \
             handed_in_at = CASE WHEN $5 THEN $3 ELSE NULL END, handed_in_by = CASE WHEN $5 THEN $4 ELSE '' END \
             WHERE id = $1 AND handed_in_at IS NULL AND changes = $6",
            values![id, answers, now, by, handed_in, changes],
        )
        .await?;
    Ok(changed > 0)
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct CauseRow {
    pub(super) id: String,
    pub(super) figure: String,
    pub(super) cause: String,
    pub(super) text: String,
    pub(super) responsible_id: Option<String>,
    pub(super) responsible_name: String,
    pub(super) named_at: Time,
    pub(super) named_by: String,
}

/// Those of a month, the newest first.
pub(super) async fn causes(db: &Db, unit: UnitId, month: &str) -> Result<Vec<CauseRow>, DbError> {
    db.all(
        "SELECT id, figure, cause, text, responsible_id, responsible_name, named_at, named_by FROM department_cause \
         WHERE unit_id = $1 AND month = $2 ORDER BY named_at DESC, id DESC",
        values![unit.to_string(), month],
    )
    .await
}

pub(super) async fn cause_add(
    tx: &mut Tx,
    unit: UnitId,
    month: &str,
    row: &CauseRow,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO department_cause (id, unit_id, month, figure, cause, text, responsible_id, responsible_name, \
         named_at, named_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![
            &row.id,
            unit.to_string(),
            month,
            &row.figure,
            &row.cause,
            &row.text,
            row.responsible_id.clone(),
            &row.responsible_name,
            row.named_at,
            &row.named_by
        ],
    )
    .await
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct ImprovementRow {
    pub(super) id: String,
    pub(super) unit_id: UnitId,
    pub(super) month: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) measure: String,
    pub(super) target: f64,
    pub(super) responsible_id: Option<String>,
    pub(super) responsible_name: String,
    pub(super) due_at: Time,
    pub(super) state: String,
    pub(super) opened_at: Time,
    pub(super) opened_by: String,
    pub(super) closed_at: Option<Time>,
    pub(super) closed_by: String,
    pub(super) result: String,
}

macro_rules! improvement_columns {
    () => {
        "SELECT id, unit_id, month, title, text, measure, target, responsible_id, responsible_name, due_at, state, \
         opened_at, opened_by, closed_at, closed_by, result FROM improvement "
    };
}

/// A unit's own, the newest first.
pub(super) async fn improvements(db: &Db, unit: UnitId) -> Result<Vec<ImprovementRow>, DbError> {
    db.all(
        concat!(improvement_columns!(), "WHERE unit_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 200"),
        values![unit.to_string()],
    )
    .await
}

pub(super) async fn improvement(db: &Db, id: &str) -> Result<Option<ImprovementRow>, DbError> {
    db.optional(concat!(improvement_columns!(), "WHERE id = $1"), values![id]).await
}

/// Those that are measured still: running, or ended since an instant.
pub(super) async fn improvements_watched(db: &Db, since: Time) -> Result<Vec<ImprovementRow>, DbError> {
    db.all(
        concat!(improvement_columns!(), "WHERE state = 'running' OR closed_at >= $1 ORDER BY opened_at, id"),
        values![since],
    )
    .await
}

/// Unit → how many run.
pub(super) async fn improvements_running(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.all("SELECT unit_id, COUNT(*) FROM improvement WHERE state = 'running' GROUP BY unit_id", ()).await
}

/// Running improvements of a unit.
pub(super) async fn running_of(tx: &mut Tx, unit: UnitId) -> Result<Vec<String>, DbError> {
    let sql = "SELECT id FROM improvement WHERE state = 'running' AND unit_id = $1 ORDER BY id";
    Ok(tx.all::<(String,)>(sql, values![unit.to_string()]).await?.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn improvement_move(tx: &mut Tx, id: &str, to: UnitId) -> Result<u64, DbError> {
    tx.execute("UPDATE improvement SET unit_id = $2 WHERE id = $1", values![id, to.to_string()]).await
}

pub(super) async fn improvement_add(tx: &mut Tx, row: &ImprovementRow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO improvement (id, unit_id, month, title, text, measure, target, responsible_id, responsible_name, \
         due_at, state, opened_at, opened_by, closed_at, closed_by, result) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, '', '')",
        values![
            &row.id,
            row.unit_id.to_string(),
            &row.month,
            &row.title,
            &row.text,
            &row.measure,
            row.target,
            row.responsible_id.clone(),
            &row.responsible_name,
            row.due_at,
            &row.state,
            row.opened_at,
            &row.opened_by
        ],
    )
    .await
}

pub(super) async fn improvement_end(
    tx: &mut Tx,
    id: &str,
    (state, result): (&str, &str),
    now: Time,
    by: &str,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE improvement SET state = $2, result = $3, closed_at = $4, closed_by = $5 \
             WHERE id = $1 AND state = 'running'",
            values![id, state, result, now, by],
        )
        .await?;
    Ok(changed > 0)
}
