// SPDX-License-Identifier: Apache-2.0
//! Sources, observations, snapshots and the documents they came in.

use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use std::collections::HashSet;

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ObservationRow {
    pub observed_at: i64,
    pub complete: bool,
    pub complete_at: i64,
    pub content: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SourceState {
    pub source_id: i64,
    pub name: String,
    pub observed_at: i64,
    pub complete: bool,
    pub components: i64,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SnapshotRow {
    pub id: i64,
    pub carrier_id: i64,
    pub source_id: i64,
    pub source: String,
    pub observed_at: i64,
    pub received_at: i64,
    pub complete: bool,
    pub format: String,
    pub document_hash: Option<String>,
    pub content: String,
    pub components: i64,
    pub added: i64,
    pub removed: i64,
    pub state: String,
    pub data: Option<Vec<u8>>,
    pub warnings: Option<String>,
}

pub(crate) struct NewSnapshot {
    pub id: i64,
    pub carrier_id: i64,
    pub source_id: i64,
    pub observed_at: i64,
    pub received_at: i64,
    pub complete: bool,
    pub format: String,
    pub document_hash: Option<String>,
    pub content: String,
    pub components: i64,
    pub added: i64,
    pub removed: i64,
    pub state: &'static str,
    pub data: Option<Vec<u8>>,
    pub warnings: Option<String>,
}

const SNAPSHOTS: BulkTable = BulkTable {
    name: "snapshot",
    columns: &[
        Column::int("id"),
        Column::int("carrier_id"),
        Column::int("source_id"),
        Column::int("observed_at"),
        Column::int("received_at"),
        Column::bool("complete"),
        Column::text("format"),
        Column::text("document_hash"),
        Column::text("content"),
        Column::int("components"),
        Column::int("added"),
        Column::int("removed"),
        Column::text("state"),
        Column::bytes("data"),
        Column::text("warnings"),
    ],
    on_conflict: None,
};

const OBSERVATIONS: BulkTable = BulkTable {
    name: "inventory_observation",
    columns: &[
        Column::int("carrier_id"),
        Column::int("source_id"),
        Column::int("observed_at"),
        Column::int("received_at"),
        Column::bool("complete"),
        Column::int("complete_at"),
        Column::text("content"),
        Column::int("fresh_from"),
    ],
    // A stretch of complete words that were never thirty days apart goes on, or the next one begins.
    on_conflict: Some(
        "ON CONFLICT (carrier_id, source_id) DO UPDATE SET observed_at = excluded.observed_at, \
                  received_at = excluded.received_at, complete = excluded.complete, \
                  complete_at = excluded.complete_at, content = excluded.content, \
                  fresh_from = CASE WHEN excluded.complete_at > inventory_observation.complete_at + 2592000000000 \
                    THEN excluded.complete_at ELSE inventory_observation.fresh_from END, \
                  earlier_from = CASE WHEN excluded.complete_at > inventory_observation.complete_at + 2592000000000 \
                    THEN inventory_observation.fresh_from ELSE inventory_observation.earlier_from END, \
                  earlier_to = CASE WHEN excluded.complete_at > inventory_observation.complete_at + 2592000000000 \
                    THEN inventory_observation.complete_at ELSE inventory_observation.earlier_to END",
    ),
};

/// Inventories are written by one transaction at a time: what is known of a carrier is read before it is replaced, and
/// two processes may bring the same component or source first. On SQLite the write transaction already says so.
pub(crate) async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    let sql = tx.pick("SELECT 1", "SELECT pg_advisory_xact_lock(7305804403)");
    tx.execute(sql, values![]).await.map(|_| ())
}

pub(crate) async fn source_id(tx: &mut Tx, name: &str) -> Result<i64, DbError> {
    let found: Option<(i64,)> =
        tx.optional("SELECT id FROM inventory_source WHERE name = $1", values![name.to_owned()]).await?;
    if let Some((id,)) = found {
        return Ok(id);
    }
    let id = *hinomi_db::ids::next_ids(tx, "inventory_source", 1).await?.start();
    tx.execute("INSERT INTO inventory_source (id, name) VALUES ($1, $2)", values![id, name.to_owned()])
        .await?;
    Ok(id)
}

pub(crate) async fn observation(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
) -> Result<Option<ObservationRow>, DbError> {
    tx.optional(
        "SELECT observed_at, complete, complete_at, content FROM inventory_observation WHERE carrier_id = $1 AND source_id = $2",
        values![carrier_id, source_id],
    )
    .await
}

/// Which of the carriers the source has observed before.
pub(crate) async fn observed_of(
    tx: &mut Tx,
    carriers: &[i64],
    source_id: i64,
) -> Result<HashSet<i64>, DbError> {
    let sql = tx.pick(
        "SELECT carrier_id FROM inventory_observation \
         WHERE carrier_id IN (SELECT value FROM json_each($1)) AND source_id = $2",
        "SELECT carrier_id FROM inventory_observation \
         WHERE carrier_id IN (SELECT json_array_elements_text($1::json)::bigint) AND source_id = $2",
    );
    let rows: Vec<i64> = tx.column(sql, values![super::components::json_list(carriers), source_id]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) struct NewObservation {
    pub carrier_id: i64,
    pub source_id: i64,
    pub observed_at: i64,
    pub received_at: i64,
    pub complete: bool,
    pub complete_at: i64,
    pub content: String,
}

pub(crate) async fn observations_put(tx: &mut Tx, rows: Vec<NewObservation>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.carrier_id),
            Value::from(row.source_id),
            Value::from(row.observed_at),
            Value::from(row.received_at),
            Value::from(row.complete),
            Value::from(row.complete_at),
            Value::from(row.content),
            Value::from(row.complete_at),
        ]
    });
    tx.bulk_insert(&OBSERVATIONS, rows).await.map(|_| ())
}

pub(crate) async fn insert(tx: &mut Tx, rows: Vec<NewSnapshot>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.id),
            Value::from(row.carrier_id),
            Value::from(row.source_id),
            Value::from(row.observed_at),
            Value::from(row.received_at),
            Value::from(row.complete),
            Value::from(row.format),
            Value::from(row.document_hash),
            Value::from(row.content),
            Value::from(row.components),
            Value::from(row.added),
            Value::from(row.removed),
            Value::from(row.state.to_owned()),
            Value::Bytes(row.data),
            Value::from(row.warnings),
        ]
    });
    tx.bulk_insert(&SNAPSHOTS, rows).await.map(|_| ())
}

/// Sets of the partial observations of a source that are newer than an instant.
pub(crate) async fn partials_after(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    after: i64,
) -> Result<Vec<Vec<u8>>, DbError> {
    let rows: Vec<(Vec<u8>,)> = tx
        .all(
            "SELECT data FROM snapshot WHERE carrier_id = $1 AND source_id = $2 AND observed_at > $3 \
             AND complete = false AND data IS NOT NULL",
            values![carrier_id, source_id, after],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The file of the complete list that counts at this instant: that with the greatest hash.
pub(crate) async fn document_of(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    observed_at: i64,
) -> Result<Option<String>, DbError> {
    tx.scalar(
        "SELECT max(document_hash) FROM snapshot WHERE carrier_id = $1 AND source_id = $2 AND observed_at = $3 \
         AND complete AND state IN ('applied', 'confirmed')",
        values![carrier_id, source_id, observed_at],
    )
    .await
}

/// The file of the newest list that counts of a source.
pub(crate) async fn newest_document(
    db: &Db,
    carrier_id: i64,
    source: &str,
) -> Result<Option<String>, DbError> {
    let sql = "SELECT snapshot.document_hash FROM snapshot
        JOIN inventory_source AS source ON source.id = snapshot.source_id
        WHERE snapshot.carrier_id = $1 AND source.name = $2 AND snapshot.document_hash IS NOT NULL
            AND snapshot.state IN ('applied', 'confirmed')
        ORDER BY snapshot.observed_at DESC, snapshot.id DESC LIMIT 1";
    let found: Option<(String,)> = db.optional(sql, values![carrier_id, source]).await?;
    Ok(found.map(|(hash,)| hash))
}

/// The format of the complete list that counts of a source.
pub(crate) async fn list_format(db: &Db, carrier_id: i64, source: &str) -> Result<Option<String>, DbError> {
    let sql = "SELECT snapshot.format FROM snapshot
        JOIN inventory_source AS source ON source.id = snapshot.source_id
        WHERE snapshot.carrier_id = $1 AND source.name = $2 AND snapshot.complete
            AND snapshot.state IN ('applied', 'confirmed')
        ORDER BY snapshot.observed_at DESC, snapshot.id DESC LIMIT 1";
    let found: Option<(String,)> = db.optional(sql, values![carrier_id, source]).await?;
    Ok(found.map(|(format,)| format))
}

/// The same partial list was seen again, later.
pub(crate) async fn partial_seen_again(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    known: &ObservationRow,
    at: i64,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE snapshot SET observed_at = $5 WHERE carrier_id = $1 AND source_id = $2 AND observed_at = $3 \
         AND content = $4 AND NOT complete",
        values![carrier_id, source_id, known.observed_at, known.content.clone(), at],
    )
    .await
}

/// The held snapshot of a source with this content, if one already waits.
pub(crate) async fn held_alike(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    content: &str,
) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM snapshot WHERE carrier_id = $1 AND source_id = $2 AND content = $3 AND state = 'held' \
             ORDER BY id LIMIT 1",
            values![carrier_id, source_id, content.to_owned()],
        )
        .await?;
    Ok(row.map(|row| row.0))
}

/// A held list was seen again, later.
pub(crate) async fn held_again(
    tx: &mut Tx,
    id: i64,
    observed_at: i64,
    received_at: i64,
) -> Result<(), DbError> {
    let sql = "UPDATE snapshot SET observed_at = $2, received_at = $3 WHERE id = $1 AND observed_at < $2";
    tx.execute(sql, values![id, observed_at, received_at]).await?;
    Ok(())
}

/// Was this very content of this source at this instant already filed? What is held or was refused is no answer.
pub(crate) async fn is_filed(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    observed_at: i64,
    content: &str,
) -> Result<bool, DbError> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM snapshot WHERE carrier_id = $1 AND observed_at = $3 AND source_id = $2 AND content = $4 \
             AND state IN ('applied', 'older', 'confirmed') LIMIT 1",
            values![carrier_id, source_id, observed_at, content.to_owned()],
        )
        .await?;
    Ok(row.is_some())
}

/// Decides about a held snapshot; 0 when somebody else has done so meanwhile.
pub(crate) async fn decide_held(tx: &mut Tx, id: i64, state: &'static str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE snapshot SET state = $2 WHERE id = $1 AND state = 'held'",
        values![id, state.to_owned()],
    )
    .await
}

macro_rules! snapshot_columns {
    () => {
        "SELECT s.id, s.carrier_id, s.source_id, n.name AS source, s.observed_at, s.received_at, s.complete, \
         s.format, s.document_hash, s.content, s.components, s.added, s.removed, s.state, s.data, s.warnings \
         FROM snapshot s JOIN inventory_source n ON n.id = s.source_id "
    };
}

pub(crate) async fn snapshot_by_id(db: &Db, id: i64) -> Result<Option<SnapshotRow>, DbError> {
    db.optional(concat!(snapshot_columns!(), "WHERE s.id = $1"), values![id]).await
}

/// A carrier's snapshots, newest first, before a position.
pub(crate) async fn snapshots_of_carrier(
    db: &Db,
    carrier_id: i64,
    before: (i64, i64),
    limit: i64,
) -> Result<Vec<SnapshotRow>, DbError> {
    db.all(
        concat!(
            snapshot_columns!(),
            "WHERE s.carrier_id = $1 AND (s.observed_at, s.id) < ($2, $3) \
             ORDER BY s.observed_at DESC, s.id DESC LIMIT $4"
        ),
        values![carrier_id, before.0, before.1, limit],
    )
    .await
}

/// Each source's last word about a carrier.
pub(crate) async fn sources_of_carrier(db: &Db, carrier_id: i64) -> Result<Vec<SourceState>, DbError> {
    db.all(
        "SELECT o.source_id, n.name, o.observed_at, o.complete, COALESCE(i.components, 0) AS components \
         FROM inventory_observation o JOIN inventory_source n ON n.id = o.source_id \
         LEFT JOIN inventory_interval i ON i.carrier_id = o.carrier_id AND i.source_id = o.source_id \
          AND i.to_at = $2 WHERE o.carrier_id = $1 ORDER BY n.name",
        values![carrier_id, crate::OPEN],
    )
    .await
}

pub(crate) async fn document_put(
    tx: &mut Tx,
    hash: &str,
    format: &str,
    size_bytes: i64,
    data: Vec<u8>,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO inventory_document (hash, format, size_bytes, data) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (hash) DO NOTHING",
        values![hash.to_owned(), format.to_owned(), size_bytes, data],
    )
    .await
}

pub(crate) async fn document_by_hash(db: &Db, hash: &str) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> =
        db.optional("SELECT data FROM inventory_document WHERE hash = $1", values![hash.to_owned()]).await?;
    Ok(row.map(|row| row.0))
}

/// The source's newest word is still so at a later time.
pub(crate) async fn still_so(tx: &mut Tx, carrier: i64, source: i64, at: i64) -> Result<(), DbError> {
    let sql = "UPDATE inventory_observation SET observed_at = $3, received_at = $3,
            complete_at = CASE WHEN complete THEN $3 ELSE complete_at END,
            fresh_from = CASE WHEN complete AND $3 > complete_at + 2592000000000 THEN $3 ELSE fresh_from END,
            earlier_from = CASE WHEN complete AND $3 > complete_at + 2592000000000 THEN fresh_from ELSE earlier_from END,
            earlier_to = CASE WHEN complete AND $3 > complete_at + 2592000000000 THEN complete_at ELSE earlier_to END
        WHERE carrier_id = $1 AND source_id = $2 AND observed_at < $3
            AND NOT EXISTS (SELECT 1 FROM snapshot WHERE snapshot.carrier_id = $1 AND snapshot.source_id = $2
                AND snapshot.state = 'held' AND snapshot.observed_at > inventory_observation.observed_at)";
    tx.execute(sql, values![carrier, source, at]).await?;
    Ok(())
}
