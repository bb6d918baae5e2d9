// SPDX-License-Identifier: Apache-2.0
//! Measurements: written once, never changed.

use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct MeasurementRow {
    pub(crate) id: i64,
    pub(crate) subject: String,
    pub(crate) as_of: i64,
    pub(crate) taken_at: i64,
    pub(crate) month: Option<String>,
    pub(crate) value: Option<f64>,
    pub(crate) counted: i64,
    pub(crate) among: i64,
    pub(crate) by_unit: String,
    pub(crate) rows_hash: String,
    pub(crate) actor: String,
}

/// Writes it down; its number. A month that was measured already keeps what it has.
pub(crate) async fn add(tx: &mut Tx, row: &MeasurementRow, rows: &str) -> Result<Option<i64>, DbError> {
    tx.execute(
        "INSERT INTO review_row_set (hash, data) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
        values![&row.rows_hash, rows],
    )
    .await?;
    let id = *hinomi_db::ids::next_ids(tx, "review_measurement", 1).await?.start();
    let written = tx
        .execute(
            "INSERT INTO review_measurement (id, subject, as_of, taken_at, month, value, counted, among, by_unit, \
             rows_hash, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            values![
                id,
                &row.subject,
                row.as_of,
                row.taken_at,
                row.month.clone(),
                row.value,
                row.counted,
                row.among,
                &row.by_unit,
                &row.rows_hash,
                &row.actor
            ],
        )
        .await?;
    Ok((written == 1).then_some(id))
}

/// Of all the subjects, the oldest first.
pub(crate) async fn of(db: &Db, subjects: &[String]) -> Result<Vec<MeasurementRow>, DbError> {
    let sql = db.pick(
        "SELECT id, subject, as_of, taken_at, month, value, counted, among, by_unit, rows_hash, actor \
         FROM review_measurement WHERE subject IN (SELECT value FROM json_each($1)) ORDER BY id",
        "SELECT id, subject, as_of, taken_at, month, value, counted, among, by_unit, rows_hash, actor \
         FROM review_measurement WHERE subject IN (SELECT json_array_elements_text($1::json)) ORDER BY id",
    );
    db.all(sql, values![Value::json_list(subjects)]).await
}

pub(crate) async fn one(db: &Db, id: i64) -> Result<Option<MeasurementRow>, DbError> {
    db.optional(
        "SELECT id, subject, as_of, taken_at, month, value, counted, among, by_unit, rows_hash, actor \
         FROM review_measurement WHERE id = $1",
        values![id],
    )
    .await
}

pub(crate) async fn rows(db: &Db, hash: &str) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> =
        db.optional("SELECT data FROM review_row_set WHERE hash = $1", values![hash]).await?;
    Ok(row.map(|row| row.0))
}
