// SPDX-License-Identifier: Apache-2.0
//! Table `asset_failure`: records that could not be made part of the inventory.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, Value, values};

/// A record that waits, and why.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct FailureRow {
    pub record_id: i64,
    pub source: String,
    pub source_key: String,
    pub message: String,
    pub since: Time,
    pub tried_at: Time,
}

pub(crate) async fn put(tx: &mut Tx, records: &[i64], message: &str, now: Time) -> Result<(), DbError> {
    let sql = "INSERT INTO asset_failure (record_id, message, since, tried_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (record_id) DO UPDATE SET message = excluded.message, tried_at = excluded.tried_at";
    for record in records {
        tx.execute(sql, values![*record, message, now]).await?;
    }
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, records: &[i64]) -> Result<(), DbError> {
    let sql =
        "DELETE FROM asset_failure WHERE record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(records)]).await?;
    Ok(())
}

pub(crate) async fn count(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COUNT(*) FROM asset_failure", ()).await
}

/// The longest waiting first.
pub(crate) async fn list(db: &Db, limit: i64) -> Result<Vec<FailureRow>, DbError> {
    let sql =
        "SELECT failure.record_id, source.name AS source, record.source_key, failure.message, failure.since,
            failure.tried_at
        FROM asset_failure AS failure JOIN asset_record AS record ON record.id = failure.record_id
        JOIN asset_source AS source ON source.id = record.source_id
        ORDER BY failure.since, failure.record_id LIMIT $1";
    db.all(sql, values![limit]).await
}
