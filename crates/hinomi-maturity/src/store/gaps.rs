// SPDX-License-Identifier: Apache-2.0
//! Table `maturity_gap`.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, values};

pub(crate) async fn get(db: &Db, close_id: i64, unit_no: i64, axis: &str) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT data FROM maturity_gap WHERE close_id = $1 AND unit_no = $2 AND axis = $3",
            values![close_id, unit_no, axis.to_owned()],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// When each of an evaluation was found: (unit, axis, instant).
pub(crate) async fn kept(db: &Db, close_id: i64) -> Result<Vec<(i64, String, i64)>, DbError> {
    db.all("SELECT unit_no, axis, kept_at FROM maturity_gap WHERE close_id = $1", values![close_id]).await
}

pub(crate) async fn put(
    tx: &mut Tx,
    (close_id, unit_no, axis): (i64, i64, &str),
    data: &str,
    now: Time,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO maturity_gap (close_id, unit_no, axis, kept_at, data) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (close_id, unit_no, axis) DO UPDATE SET kept_at = excluded.kept_at, data = excluded.data",
        values![close_id, unit_no, axis.to_owned(), now, data.to_owned()],
    )
    .await?;
    Ok(())
}

/// Forgets those of other evaluations.
pub(crate) async fn forget(db: &Db, keep: &[i64]) -> Result<u64, DbError> {
    let sql = db.pick(
        "DELETE FROM maturity_gap WHERE close_id NOT IN (SELECT CAST(value AS INTEGER) FROM json_each($1))",
        "DELETE FROM maturity_gap WHERE close_id NOT IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.execute(sql, values![super::json_list(keep)]).await
}

/// Units with so many rows in the scope of an evaluation.
pub(crate) async fn large_units(db: &Db, close_id: i64, rows: i64) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT unit_no FROM maturity_indicator WHERE close_id = $1 \
         GROUP BY unit_no HAVING SUM(in_scope) >= $2 ORDER BY unit_no",
        values![close_id, rows],
    )
    .await
}
