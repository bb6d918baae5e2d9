// SPDX-License-Identifier: Apache-2.0
//! Table `inventory_takeover`, and the rows that a carrier's inventory consists of.

use super::intervals::IntervalRow;
use hinomi_db::{DbError, Tx, values};

/// A source's newest word about a carrier, as stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
pub(crate) struct Word {
    pub source_id: i64,
    pub observed_at: i64,
    pub received_at: i64,
    pub complete: bool,
    pub complete_at: i64,
    pub content: String,
}

/// What was taken over, as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct TakeoverRow {
    pub source_id: i64,
    pub content: String,
    pub observed_at: i64,
    pub own_before: String,
}

pub(crate) async fn words(tx: &mut Tx, carrier: i64) -> Result<Vec<Word>, DbError> {
    let sql = "SELECT source_id, observed_at, received_at, complete, complete_at, content
        FROM inventory_observation WHERE carrier_id = $1 ORDER BY source_id";
    tx.all(sql, values![carrier]).await
}

pub(crate) async fn forget_word(tx: &mut Tx, carrier: i64, source: i64) -> Result<(), DbError> {
    let sql = "DELETE FROM inventory_observation WHERE carrier_id = $1 AND source_id = $2";
    tx.execute(sql, values![carrier, source]).await.map(|_| ())
}

/// Every interval of a source on a carrier, in the order of time.
pub(crate) async fn intervals(tx: &mut Tx, carrier: i64, source: i64) -> Result<Vec<IntervalRow>, DbError> {
    let sql = "SELECT carrier_id, source_id, from_at, to_at, snapshot_id, profile_id, difference, components, sequence
        FROM inventory_interval WHERE carrier_id = $1 AND source_id = $2 ORDER BY from_at";
    tx.all(sql, values![carrier, source]).await
}

/// Removes the intervals of a source on a carrier, but for the one that began at `keep`.
pub(crate) async fn forget_intervals(
    tx: &mut Tx,
    carrier: i64,
    source: i64,
    keep: Option<i64>,
) -> Result<(), DbError> {
    let sql = "DELETE FROM inventory_interval WHERE carrier_id = $1 AND source_id = $2 AND from_at <> $3";
    tx.execute(sql, values![carrier, source, keep.unwrap_or(i64::MIN)]).await.map(|_| ())
}

/// Snapshots that still count: the newest complete one and the partial ones after it, oldest first.
pub(crate) async fn counting_snapshots(
    tx: &mut Tx,
    carrier: i64,
    source: i64,
    from: i64,
) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id FROM snapshot WHERE carrier_id = $1 AND source_id = $2 AND observed_at >= $3
        AND state IN ('applied', 'confirmed') ORDER BY observed_at, id";
    tx.column(sql, values![carrier, source, from]).await
}

/// Files a snapshot once more, as one of another carrier.
pub(crate) async fn snapshot_copy(tx: &mut Tx, id: i64, carrier: i64, new_id: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO snapshot (id, carrier_id, source_id, observed_at, received_at, complete, format,
            document_hash, content, components, added, removed, state, data, warnings)
        SELECT $3, $2, source_id, observed_at, received_at, complete, format,
            document_hash, content, components, added, removed, state, data, warnings
        FROM snapshot WHERE id = $1";
    tx.execute(sql, values![id, carrier, new_id]).await.map(|_| ())
}

pub(crate) async fn put(tx: &mut Tx, carrier: i64, from: i64, row: &TakeoverRow) -> Result<(), DbError> {
    let sql = "INSERT INTO inventory_takeover (carrier_id, source_id, from_carrier, content, observed_at, own_before)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (carrier_id, source_id, from_carrier) DO UPDATE SET
        content = excluded.content, observed_at = excluded.observed_at, own_before = excluded.own_before";
    let values = values![carrier, row.source_id, from, &row.content, row.observed_at, &row.own_before];
    tx.execute(sql, values).await.map(|_| ())
}

pub(crate) async fn of(tx: &mut Tx, carrier: i64, from: i64) -> Result<Vec<TakeoverRow>, DbError> {
    let sql = "SELECT source_id, content, observed_at, own_before FROM inventory_takeover
        WHERE carrier_id = $1 AND from_carrier = $2 ORDER BY source_id";
    tx.all(sql, values![carrier, from]).await
}

pub(crate) async fn forget(tx: &mut Tx, carrier: i64, from: i64) -> Result<(), DbError> {
    let sql = "DELETE FROM inventory_takeover WHERE carrier_id = $1 AND from_carrier = $2";
    tx.execute(sql, values![carrier, from]).await.map(|_| ())
}
