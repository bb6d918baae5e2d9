// SPDX-License-Identifier: Apache-2.0
//! Formula sets, and those that run beside the one that counts.

use hinomi_core::Time;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, values};

pub(super) const TRIAL_AXES: BulkTable = BulkTable {
    name: "maturity_trial_axis",
    columns: &[
        Column::int("close_id"),
        Column::text("version"),
        Column::int("unit_no"),
        Column::text("axis"),
        Column::int("tenths"),
        Column::int("weight"),
        Column::int("level"),
    ],
    on_conflict: None,
};

/// Formula sets: version, month of validity, text.
pub(crate) async fn formulas(db: &Db) -> Result<Vec<(String, String, String)>, DbError> {
    db.all(
        "SELECT version, valid_from, toml FROM maturity_formula ORDER BY valid_from, filed_at, version",
        values![],
    )
    .await
}

/// Formula sets: version, month of validity, when, by whom, why.
pub(crate) async fn formulas_filed(db: &Db) -> Result<Vec<(String, String, i64, String, String)>, DbError> {
    db.all(
        "SELECT version, valid_from, filed_at, filed_by, reason FROM maturity_formula \
         ORDER BY valid_from, filed_at, version",
        values![],
    )
    .await
}

/// A set that is filed stays as it is.
pub(crate) async fn formula_file(
    tx: &mut Tx,
    (version, valid_from, toml): (&str, &str, &str),
    at: Time,
    by: &str,
    reason: &str,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO maturity_formula (version, valid_from, toml, filed_at, filed_by, reason) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING",
        values![
            version.to_owned(),
            valid_from.to_owned(),
            toml.to_owned(),
            at,
            by.to_owned(),
            reason.to_owned()
        ],
    )
    .await
}

/// A set that runs beside the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TrialRow {
    pub version: String,
    pub toml: String,
    pub begun_at: i64,
    pub begun_by: String,
    pub reason: String,
}

/// The oldest first.
pub(crate) async fn trials(db: &Db) -> Result<Vec<TrialRow>, DbError> {
    let sql =
        "SELECT version, toml, begun_at, begun_by, reason FROM maturity_trial ORDER BY begun_at, version";
    db.all(sql, values![]).await
}

pub(crate) async fn trial_begin(tx: &mut Tx, row: &TrialRow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO maturity_trial (version, toml, begun_at, begun_by, reason) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (version) DO NOTHING",
        values![&row.version, &row.toml, row.begun_at, &row.begun_by, &row.reason],
    )
    .await
}

/// Closed months that a set was run beside, the oldest first: the evaluation and its month.
pub(crate) async fn trial_months(db: &Db, version: &str) -> Result<Vec<(i64, String)>, DbError> {
    db.all(
        "SELECT c.id, c.month FROM maturity_close c WHERE c.revision = 1 AND EXISTS \
         (SELECT 1 FROM maturity_trial_axis t WHERE t.version = $1 AND t.close_id = c.id) ORDER BY c.month",
        values![version],
    )
    .await
}

/// What a set made of one unit in one evaluation: axis, tenths, level.
pub(crate) async fn trial_axes(
    db: &Db,
    (close_id, version): (i64, &str),
    unit_no: i64,
) -> Result<Vec<(String, Option<i64>, i64)>, DbError> {
    db.all(
        "SELECT axis, tenths, level FROM maturity_trial_axis \
         WHERE close_id = $1 AND version = $2 AND unit_no = $3 ORDER BY axis",
        values![close_id, version, unit_no],
    )
    .await
}
