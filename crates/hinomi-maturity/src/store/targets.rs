// SPDX-License-Identifier: Apache-2.0
//! Targets: only ever added to; the newest of a unit, axis and month counts.

use hinomi_db::{Db, DbError, Tx, values};

use super::json_list;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TargetRow {
    pub id: i64,
    pub unit_id: String,
    pub axis: String,
    pub tenths: Option<i64>,
    pub month: String,
    pub set_at: i64,
    pub set_by: String,
    pub reason: String,
}

/// Every target ever set for the units, the oldest first.
pub(crate) async fn of_units(db: &Db, units: &[String]) -> Result<Vec<TargetRow>, DbError> {
    let sql = db.pick(
        "SELECT id, unit_id, axis, tenths, month, set_at, set_by, reason FROM maturity_target \
         WHERE unit_id IN (SELECT value FROM json_each($1)) ORDER BY id",
        "SELECT id, unit_id, axis, tenths, month, set_at, set_by, reason FROM maturity_target \
         WHERE unit_id IN (SELECT json_array_elements_text($1::json)) ORDER BY id",
    );
    db.all(sql, values![json_list(units)]).await
}

pub(crate) async fn add(tx: &mut Tx, row: &TargetRow) -> Result<i64, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "maturity_target", 1).await?.start();
    tx.execute(
        "INSERT INTO maturity_target (id, unit_id, axis, tenths, month, set_at, set_by, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            id,
            row.unit_id.clone(),
            row.axis.clone(),
            row.tenths,
            row.month.clone(),
            row.set_at,
            row.set_by.clone(),
            row.reason.clone()
        ],
    )
    .await?;
    Ok(id)
}
