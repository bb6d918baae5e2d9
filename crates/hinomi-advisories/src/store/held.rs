// SPDX-License-Identifier: Apache-2.0
//! Records that wait for somebody's decision.

use std::collections::HashSet;

use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, ids, values};

use super::records::json_list;
use crate::service::prepare::Document;

pub(crate) const WEIGHING: &str = "weighing";
pub(crate) const HELD: &str = "held";
pub(crate) const ACCEPTED: &str = "accepted";
pub(crate) const REFUSED: &str = "refused";

pub(crate) struct NewHeld {
    pub advisory_id: String,
    pub hash: String,
    pub reason: &'static str,
    pub detail: String,
    pub path: String,
    pub data: Option<Vec<u8>>,
    pub state: &'static str,
}

/// A held record as lists show it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldRow {
    pub id: i64,
    pub feed: String,
    pub advisory_id: String,
    pub reason: String,
    pub detail: String,
    pub held_at: i64,
    pub state: String,
}

/// A held record with its document.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct HeldDocument {
    pub id: i64,
    pub feed: String,
    pub kind: String,
    pub advisory_id: String,
    pub reason: String,
    pub path: String,
    pub data: Option<Vec<u8>>,
    pub state: String,
}

impl HeldDocument {
    pub(crate) fn document(&self) -> Document {
        let packed = self.data.as_deref().unwrap_or_default();
        let bytes = zstd::stream::decode_all(packed).map_err(|error| error.to_string());
        Document { path: self.path.clone(), bytes }
    }
}

const ROWS: BulkTable = BulkTable {
    name: "feed_held",
    columns: &[
        Column::int("id"),
        Column::int("feed_id"),
        Column::text("advisory_id"),
        Column::text("hash"),
        Column::text("reason"),
        Column::text("detail"),
        Column::text("path"),
        Column::bytes("data"),
        Column::int("held_at"),
        Column::text("state"),
    ],
    // Whatever was decided about this very state of the record stays decided.
    on_conflict: Some("ON CONFLICT (feed_id, advisory_id, hash) DO NOTHING"),
};

pub(crate) async fn put(tx: &mut Tx, feed_id: i64, at: i64, rows: Vec<NewHeld>) -> Result<(), DbError> {
    let ids = ids::next_ids(tx, "feed_held", rows.len() as i64).await?;
    let rows = ids.zip(rows).map(|(id, row)| {
        vec![
            Value::from(id),
            Value::from(feed_id),
            Value::from(row.advisory_id),
            Value::from(row.hash),
            Value::from(row.reason.to_owned()),
            Value::from(row.detail),
            Value::from(row.path),
            Value::Bytes(row.data),
            Value::from(at),
            Value::from(row.state.to_owned()),
        ]
    });
    tx.bulk_insert(&ROWS, rows).await.map(|_| ())
}

/// The states of records that somebody refused for good, by record and hash.
pub(crate) async fn refused_states(db: &Db, feed_id: i64) -> Result<HashSet<(String, String)>, DbError> {
    let sql =
        "SELECT advisory_id, hash FROM feed_held WHERE feed_id = $1 AND state = 'refused' AND hash <> ''";
    let rows: Vec<(String, String)> = db.all(sql, values![feed_id]).await?;
    Ok(rows.into_iter().collect())
}

/// The records whose absence somebody refused to believe. What was decided about, or waits for records that `came` again is
/// forgotten: should they be missing once more, that is another absence.
pub(crate) async fn absences_decided(
    tx: &mut Tx,
    feed_id: i64,
    came: &HashSet<String>,
) -> Result<HashSet<String>, DbError> {
    let sql = "SELECT id, advisory_id, state FROM feed_held WHERE feed_id = $1 AND hash = ''";
    let rows: Vec<(i64, String, String)> = tx.all(sql, values![feed_id]).await?;
    let (over, standing): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, id, _)| came.contains(id));
    drop_rows(tx, &over.iter().map(|(id, ..)| *id).collect::<Vec<_>>()).await?;
    Ok(standing.into_iter().filter(|(.., state)| state == REFUSED).map(|(_, id, _)| id).collect())
}

pub(crate) async fn weighing_count(db: &Db, feed_id: i64) -> Result<i64, DbError> {
    let sql = "SELECT count(*) FROM feed_held WHERE feed_id = $1 AND state = 'weighing'";
    db.scalar(sql, values![feed_id]).await
}

/// Those weighed that nobody decided about yet are held from now on.
pub(crate) async fn hold_weighed(tx: &mut Tx, feed_id: i64, detail: &str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE feed_held SET state = 'held', detail = $2 WHERE feed_id = $1 AND state = 'weighing'",
        values![feed_id, detail.to_owned()],
    )
    .await
}

macro_rules! document_columns {
    () => {
        "SELECT h.id, f.name AS feed, f.kind, h.advisory_id, h.reason, h.path, h.data, h.state \
         FROM feed_held h JOIN feed f ON f.id = h.feed_id "
    };
}

pub(crate) async fn weighing_page(db: &Db, feed_id: i64) -> Result<Vec<HeldDocument>, DbError> {
    let sql =
        concat!(document_columns!(), "WHERE h.feed_id = $1 AND h.state = 'weighing' ORDER BY h.id LIMIT 500");
    db.all(sql, values![feed_id]).await
}

pub(crate) async fn by_id(db: &Db, id: i64) -> Result<Option<HeldDocument>, DbError> {
    db.optional(concat!(document_columns!(), "WHERE h.id = $1"), values![id]).await
}

/// Held records of one feed and reason: what is decided at one click.
pub(crate) async fn ids_of(db: &Db, feed: &str, reason: &str, limit: i64) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT h.id FROM feed_held h JOIN feed f ON f.id = h.feed_id WHERE f.name = $1 AND h.reason = $2 \
         AND h.state = 'held' ORDER BY h.id LIMIT $3",
        values![feed.to_owned(), reason.to_owned(), limit],
    )
    .await
}

pub(crate) async fn drop_rows(tx: &mut Tx, ids: &[i64]) -> Result<(), DbError> {
    let sql = tx.pick(
        "DELETE FROM feed_held WHERE id IN (SELECT value FROM json_each($1))",
        "DELETE FROM feed_held WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    tx.execute(sql, values![json_list(ids)]).await?;
    Ok(())
}

/// Decides once: false when somebody else did meanwhile.
pub(crate) async fn decide(tx: &mut Tx, id: i64, state: &str, at: i64, by: &str) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE feed_held SET state = $2, decided_at = $3, decided_by = $4 WHERE id = $1 AND state = 'held'",
            values![id, state.to_owned(), at, by.to_owned()],
        )
        .await?;
    Ok(changed == 1)
}

/// What waits for a decision, the oldest first.
pub(crate) async fn list(
    db: &Db,
    feed: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<HeldRow>, DbError> {
    db.all(
        "SELECT h.id, f.name AS feed, h.advisory_id, h.reason, h.detail, h.held_at, h.state FROM feed_held h \
         JOIN feed f ON f.id = h.feed_id WHERE h.state = 'held' AND h.id > $1 AND ($3 = '' OR f.name = $3) \
         ORDER BY h.id LIMIT $2",
        values![after, limit, feed.unwrap_or_default().to_owned()],
    )
    .await
}
