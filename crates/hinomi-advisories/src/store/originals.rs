// SPDX-License-Identifier: Apache-2.0
//! Documents byte for byte, many of them compressed as one block.

use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, ids, values};

use super::records::json_list;

/// Where a document's bytes are: in a block, or, from before there were blocks, in its own column.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Place {
    pub size_bytes: i64,
    pub block_id: Option<i64>,
    pub block_offset: Option<i64>,
    pub data: Vec<u8>,
}

pub(crate) struct NewOriginal {
    pub hash: String,
    pub advisory_id: String,
    pub size_bytes: i64,
    /// Which of the blocks that are written with it.
    pub block: usize,
    pub offset: i64,
    /// How many records it holds; 0 where it is to be read again when it comes again.
    pub records: i64,
}

const BLOCKS: BulkTable = BulkTable {
    name: "advisory_block",
    columns: &[Column::int("id"), Column::bytes("data")],
    on_conflict: None,
};

const ORIGINALS: BulkTable = BulkTable {
    name: "advisory_original",
    columns: &[
        Column::text("hash"),
        Column::text("advisory_id"),
        Column::int("feed_id"),
        Column::int("received_at"),
        Column::int("size_bytes"),
        Column::int("block_id"),
        Column::int("block_offset"),
        Column::bytes("data"),
        Column::int("records"),
    ],
    on_conflict: Some("ON CONFLICT (hash) DO NOTHING"),
};

/// Which of these originals are already kept, and how many records each is known to hold.
pub(crate) async fn kept(db: &Db, hashes: &[&str]) -> Result<Vec<(String, i64)>, DbError> {
    let sql = db.pick(
        "SELECT hash, records FROM advisory_original WHERE hash IN (SELECT value FROM json_each($1))",
        "SELECT hash, records FROM advisory_original WHERE hash IN (SELECT json_array_elements_text($1::json))",
    );
    db.all(sql, values![json_list(hashes)]).await
}

/// From now on these need not be read again.
pub(crate) async fn whole_put(tx: &mut Tx, whole: &[(String, i64)]) -> Result<(), DbError> {
    let sql = tx.pick(
        "UPDATE advisory_original SET records = given.records FROM (SELECT json_extract(value, '$[0]') AS hash, \
         json_extract(value, '$[1]') AS records FROM json_each($1)) AS given WHERE advisory_original.hash = given.hash",
        "UPDATE advisory_original SET records = given.records FROM (SELECT value->>0 AS hash, \
         (value->>1)::bigint AS records FROM json_array_elements($1::json) AS list(value)) AS given \
         WHERE advisory_original.hash = given.hash",
    );
    tx.execute(sql, values![json_list(whole)]).await?;
    Ok(())
}

/// The documents of these records are to be read when they come again: they bring back what is gone.
pub(crate) async fn whole_forget(tx: &mut Tx, numbers: &[i64]) -> Result<(), DbError> {
    let sql = tx.pick(
        "UPDATE advisory_original SET records = 0 WHERE hash IN \
         (SELECT hash FROM advisory WHERE no IN (SELECT value FROM json_each($1)))",
        "UPDATE advisory_original SET records = 0 WHERE hash IN \
         (SELECT hash FROM advisory WHERE no IN (SELECT json_array_elements_text($1::json)::bigint))",
    );
    tx.execute(sql, values![json_list(numbers)]).await?;
    Ok(())
}

pub(crate) async fn put(
    tx: &mut Tx,
    feed_id: i64,
    received_at: i64,
    blocks: Vec<Vec<u8>>,
    rows: Vec<NewOriginal>,
) -> Result<(), DbError> {
    let first = *ids::next_ids(tx, "advisory_block", blocks.len() as i64).await?.start();
    let number = |block: usize| first + block as i64;
    let packed = blocks
        .into_iter()
        .enumerate()
        .map(|(block, data)| vec![Value::from(number(block)), Value::from(data)]);
    tx.bulk_insert(&BLOCKS, packed).await?;
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.hash),
            Value::from(row.advisory_id),
            Value::from(feed_id),
            Value::from(received_at),
            Value::from(row.size_bytes),
            Value::from(number(row.block)),
            Value::from(row.offset),
            Value::from(Vec::new()),
            Value::from(row.records),
        ]
    });
    tx.bulk_insert(&ORIGINALS, rows).await.map(|_| ())
}

pub(crate) async fn blocks(db: &Db, ids: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, DbError> {
    let sql = db.pick(
        "SELECT id, data FROM advisory_block WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, data FROM advisory_block WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![json_list(ids)]).await
}

/// A document of a block, which may move to another.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Moved {
    pub hash: String,
    pub block_id: i64,
    pub block_offset: i64,
}

/// Blocks of a feed whose documents are smaller than `most` together, with what they are unpacked; the oldest first.
pub(crate) async fn small_blocks(db: &Db, feed_id: i64, most: i64) -> Result<Vec<(i64, i64)>, DbError> {
    db.all(
        "SELECT block_id, CAST(sum(size_bytes) AS BIGINT) FROM advisory_original \
         WHERE feed_id = $1 AND block_id IS NOT NULL GROUP BY block_id HAVING CAST(sum(size_bytes) AS BIGINT) < $2 ORDER BY block_id",
        values![feed_id, most],
    )
    .await
}

pub(crate) async fn in_blocks(db: &Db, feed_id: i64, blocks: &[i64]) -> Result<Vec<Moved>, DbError> {
    let sql = db.pick(
        "SELECT hash, block_id, block_offset FROM advisory_original WHERE feed_id = $1 \
         AND block_id IN (SELECT value FROM json_each($2)) ORDER BY block_id, block_offset",
        "SELECT hash, block_id, block_offset FROM advisory_original WHERE feed_id = $1 \
         AND block_id IN (SELECT json_array_elements_text($2::json)::bigint) ORDER BY block_id, block_offset",
    );
    db.all(sql, values![feed_id, json_list(blocks)]).await
}

/// A new block, and the documents that lie in it from now on, each at its place.
pub(crate) async fn moved_put(tx: &mut Tx, data: Vec<u8>, places: &[(String, i64)]) -> Result<(), DbError> {
    let id = *ids::next_ids(tx, "advisory_block", 1).await?.start();
    tx.bulk_insert(&BLOCKS, std::iter::once(vec![Value::from(id), Value::from(data)])).await?;
    let sql = tx.pick(
        "UPDATE advisory_original SET block_id = $2, block_offset = given.place FROM (SELECT \
         json_extract(value, '$[0]') AS hash, json_extract(value, '$[1]') AS place FROM json_each($1)) AS given \
         WHERE advisory_original.hash = given.hash",
        "UPDATE advisory_original SET block_id = $2, block_offset = given.place FROM (SELECT value->>0 AS hash, \
         (value->>1)::bigint AS place FROM json_array_elements($1::json) AS list(value)) AS given \
         WHERE advisory_original.hash = given.hash",
    );
    tx.execute(sql, values![json_list(places), id]).await?;
    Ok(())
}

/// Blocks in which no document lies.
pub(crate) async fn unreferenced(db: &Db) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id FROM advisory_block WHERE id NOT IN \
               (SELECT block_id FROM advisory_original WHERE block_id IS NOT NULL)";
    db.column(sql, values![]).await
}

pub(crate) async fn blocks_drop(tx: &mut Tx, blocks: &[i64]) -> Result<(), DbError> {
    let sql = tx.pick(
        "DELETE FROM advisory_block WHERE id IN (SELECT value FROM json_each($1))",
        "DELETE FROM advisory_block WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    tx.execute(sql, values![json_list(blocks)]).await?;
    Ok(())
}

/// What all of them take, compressed.
pub(crate) async fn size(db: &Db) -> Result<i64, DbError> {
    let blocks: i64 = db
        .scalar("SELECT CAST(COALESCE(sum(length(data)), 0) AS BIGINT) FROM advisory_block", values![])
        .await?;
    let own = "SELECT CAST(COALESCE(sum(length(data)), 0) AS BIGINT) FROM advisory_original";
    Ok(blocks + db.scalar::<i64>(own, values![]).await?)
}
