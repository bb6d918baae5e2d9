// SPDX-License-Identifier: Apache-2.0
//! Tables `asset_record`, `asset_record_key`, `asset_relation`: what each source says.

use std::collections::HashMap;

use hinomi_core::{AssetId, Time};
use hinomi_db::{BulkTable, Column, Db, DbError, Engine, Tx, Value, values};

use super::pending;

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct RecordRow {
    pub id: i64,
    pub source_id: i64,
    pub source_key: String,
    pub content: String,
    pub data: String,
    pub place: Option<String>,
    pub observed_at: Time,
    pub asset_id: Option<AssetId>,
    pub home_id: Option<AssetId>,
    pub dirty: bool,
}

const RECORD: BulkTable = BulkTable {
    name: "asset_record",
    columns: &[
        Column::int("id"),
        Column::int("source_id"),
        Column::text("source_key"),
        Column::text("content"),
        Column::text("data"),
        Column::text("place"),
        Column::int("observed_at"),
        Column::int("first_at"),
        Column::text("asset_id"),
        Column::text("home_id"),
        Column::bool("dirty"),
        Column::bytes("pending_keys"),
    ],
    // What the asset is, reconciliation says; the first time stays.
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET content = excluded.content, data = excluded.data, place = excluded.place,
        observed_at = excluded.observed_at, dirty = excluded.dirty, pending_keys = excluded.pending_keys",
    ),
};

const KEY: BulkTable = BulkTable {
    name: "asset_record_key",
    columns: &[Column::int("hash"), Column::int("record_id")],
    on_conflict: Some("ON CONFLICT (hash, record_id) DO NOTHING"),
};

const RELATION: BulkTable = BulkTable {
    name: "asset_relation",
    columns: &[
        Column::int("record_id"),
        Column::text("kind"),
        Column::int("target"),
        Column::text("target_by"),
        Column::text("target_text"),
    ],
    on_conflict: Some("ON CONFLICT (record_id, kind, target) DO NOTHING"),
};

/// One writer of records and assets at a time: rules span rows.
pub(crate) async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", values![0x6173_7365_745fi64]).await?;
    }
    Ok(())
}

/// A record as far as it takes to see whether a source says something new.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct KnownRow {
    pub id: i64,
    pub source_key: String,
    pub content: String,
    pub observed_at: Time,
}

pub(crate) async fn known(tx: &mut Tx, source: i64, keys: &[&str]) -> Result<Vec<KnownRow>, DbError> {
    let sql = "SELECT id, source_key, content, observed_at
        FROM asset_record WHERE source_id = $1 AND source_key IN (SELECT value FROM json_each($2))";
    tx.all(sql, vec![source.into(), Value::json_list(keys)]).await
}

/// What these records said so far.
pub(crate) async fn data_of(tx: &mut Tx, ids: &[i64]) -> Result<Vec<String>, DbError> {
    let sql = "SELECT data FROM asset_record WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.column(sql, vec![Value::json_list(ids)]).await
}

/// Content and asset of records: what tells whether somebody else has changed them.
pub(crate) async fn standing(
    tx: &mut Tx,
    ids: &[i64],
) -> Result<HashMap<i64, (String, Option<AssetId>)>, DbError> {
    let sql = "SELECT id, content, asset_id FROM asset_record
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows: Vec<(i64, String, Option<AssetId>)> = tx.all(sql, vec![Value::json_list(ids)]).await?;
    Ok(rows.into_iter().map(|(id, content, asset)| (id, (content, asset))).collect())
}

pub(crate) async fn of_source(tx: &mut Tx, source: i64, keys: &[&str]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE source_id = $1 AND source_key IN (SELECT value FROM json_each($2))";
    tx.all(sql, vec![source.into(), Value::json_list(keys)]).await
}

/// Writes records; each with the hashes of its keys that wait to be written, or `None` when they are written with it.
pub(crate) async fn put(
    tx: &mut Tx,
    rows: impl Iterator<Item = (RecordRow, Option<Vec<i64>>)> + Send,
) -> Result<(), DbError> {
    let rows = rows.map(|(row, keys)| {
        values![
            row.id,
            row.source_id,
            row.source_key,
            row.content,
            row.data,
            row.place,
            row.observed_at,
            row.observed_at,
            row.asset_id,
            row.home_id,
            row.dirty,
            keys.map(|keys| pending::packed(&keys))
        ]
        .0
    });
    tx.bulk_insert(&RECORD, rows).await?;
    Ok(())
}

pub(crate) async fn keys_remove(tx: &mut Tx, hashes: &[i64], records: &[i64]) -> Result<(), DbError> {
    if hashes.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM asset_record_key WHERE hash IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
        AND record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))";
    tx.execute(sql, vec![Value::json_list(hashes), Value::json_list(records)]).await?;
    Ok(())
}

pub(crate) async fn keys_add(tx: &mut Tx, mut keys: Vec<(i64, i64)>) -> Result<(), DbError> {
    keys.sort_unstable();
    let rows = keys.into_iter().map(|(hash, record)| values![hash, record].0);
    tx.bulk_insert(&KEY, rows).await?;
    Ok(())
}

/// A relation of a record as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct RelationRow {
    pub record_id: i64,
    pub kind: String,
    pub target: i64,
    pub target_by: String,
    pub target_text: String,
}

pub(crate) async fn relations_replace(
    tx: &mut Tx,
    records: &[i64],
    relations: Vec<RelationRow>,
) -> Result<(), DbError> {
    if !records.is_empty() {
        let sql =
            "DELETE FROM asset_relation WHERE record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
        tx.execute(sql, vec![Value::json_list(records)]).await?;
    }
    let rows = relations
        .into_iter()
        .map(|one| values![one.record_id, one.kind, one.target, one.target_by, one.target_text].0);
    tx.bulk_insert(&RELATION, rows.collect::<Vec<_>>().into_iter()).await?;
    Ok(())
}

/// Only their time moved.
pub(crate) async fn seen_again(tx: &mut Tx, records: &[i64], at: Time) -> Result<(), DbError> {
    let sql = "UPDATE asset_record SET observed_at = $2
        WHERE observed_at < $2 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(records), at.into()]).await?;
    // One that went out of use unseen keeps its time until reconciliation, which this asks for, brings it back.
    let sql = "UPDATE asset SET last_seen = $2 WHERE last_seen < $2 AND retired_by <> 'unseen'
        AND id IN (SELECT asset_id FROM asset_record
            WHERE asset_id IS NOT NULL AND id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)))";
    tx.execute(sql, vec![Value::json_list(records), at.into()]).await?;
    let sql = "UPDATE asset_record SET dirty = TRUE
        WHERE NOT dirty AND id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
            AND EXISTS (SELECT 1 FROM asset WHERE asset.id = asset_record.asset_id
                AND asset.retired_by = 'unseen' AND asset.last_seen < asset_record.observed_at)";
    tx.execute(sql, vec![Value::json_list(records)]).await?;
    Ok(())
}

pub(crate) async fn dirty(db: &Db) -> Result<Vec<i64>, DbError> {
    db.column("SELECT id FROM asset_record WHERE dirty ORDER BY id", ()).await
}

/// The number that no record is above: as many as there are, or a few more.
pub(crate) async fn highest(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(MAX(id), 0) FROM asset_record", ()).await
}

pub(crate) async fn mark_dirty(tx: &mut Tx, records: &[i64]) -> Result<(), DbError> {
    let sql = "UPDATE asset_record SET dirty = TRUE
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(records)]).await?;
    Ok(())
}

pub(crate) async fn by_ids(db: &Db, ids: &[i64]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY id";
    db.all(sql, vec![Value::json_list(ids)]).await
}

/// The numbers of all records of these assets.
pub(crate) async fn ids_of_assets(db: &Db, assets: &[AssetId]) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id FROM asset_record WHERE asset_id IN (SELECT value FROM json_each($1)) ORDER BY id";
    db.column(sql, vec![Value::json_list(assets)]).await
}

pub(crate) async fn by_ids_tx(tx: &mut Tx, ids: &[i64]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY id";
    tx.all(sql, vec![Value::json_list(ids)]).await
}

pub(crate) async fn of_assets(db: &Db, assets: &[AssetId]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE asset_id IN (SELECT value FROM json_each($1)) ORDER BY id";
    db.all(sql, vec![Value::json_list(assets)]).await
}

pub(crate) async fn of_assets_tx(tx: &mut Tx, assets: &[AssetId]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE asset_id IN (SELECT value FROM json_each($1)) ORDER BY id";
    tx.all(sql, vec![Value::json_list(assets)]).await
}

/// How many records have each key, and how many of these wait to be reconciled.
pub(crate) async fn sharers(db: &Db, hashes: &[i64]) -> Result<HashMap<i64, (i64, i64)>, DbError> {
    let sql = "SELECT key.hash, COUNT(*), COUNT(*) FILTER (WHERE record.dirty)
        FROM asset_record_key AS key JOIN asset_record AS record ON record.id = key.record_id
        WHERE key.hash IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) GROUP BY key.hash";
    let rows: Vec<(i64, i64, i64)> = db.all(sql, vec![Value::json_list(hashes)]).await?;
    Ok(rows.into_iter().map(|(hash, all, dirty)| (hash, (all, dirty))).collect())
}

pub(crate) async fn with_keys(db: &Db, hashes: &[i64]) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT DISTINCT record_id FROM asset_record_key
        WHERE hash IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    db.column(sql, vec![Value::json_list(hashes)]).await
}

/// Which asset each record is of now. `home` is set once.
pub(crate) async fn bind(tx: &mut Tx, bound: &[(i64, Option<AssetId>)]) -> Result<(), DbError> {
    for chunk in bound.chunks(2_000) {
        let sql = tx.pick(
            "UPDATE asset_record SET asset_id = pair.value, home_id = COALESCE(home_id, pair.value), dirty = FALSE,
                pending_keys = NULL
            FROM json_each($1) AS pair WHERE asset_record.id = CAST(pair.key AS BIGINT)",
            "UPDATE asset_record SET asset_id = pair.value, home_id = COALESCE(home_id, pair.value), dirty = FALSE,
                pending_keys = NULL
            FROM jsonb_each_text($1::jsonb) AS pair WHERE asset_record.id = CAST(pair.key AS BIGINT)",
        );
        let pairs: serde_json::Map<String, serde_json::Value> =
            chunk.iter().map(|(id, asset)| (id.to_string(), serde_json::json!(asset))).collect();
        tx.execute(sql, vec![Value::Text(Some(serde_json::Value::Object(pairs).to_string()))]).await?;
    }
    Ok(())
}

/// Relations that begin at these records.
pub(crate) async fn relations_of(db: &Db, records: &[i64]) -> Result<Vec<RelationRow>, DbError> {
    let sql = "SELECT record_id, kind, target, target_by, target_text FROM asset_relation
        WHERE record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY record_id, kind, target";
    db.all(sql, vec![Value::json_list(records)]).await
}

/// Relations that end at any of these targets, after one of them in their order: (target, record, kind).
pub(crate) async fn relations_to(
    db: &Db,
    targets: &[i64],
    after: Option<&RelationRow>,
    limit: i64,
) -> Result<Vec<RelationRow>, DbError> {
    let (target, record, kind) =
        after.map_or((i64::MIN, i64::MIN, ""), |row| (row.target, row.record_id, row.kind.as_str()));
    let sql = "SELECT record_id, kind, target, target_by, target_text FROM asset_relation
        WHERE target IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
            AND (target, record_id, kind) > ($2, $3, $4)
        ORDER BY target, record_id, kind LIMIT $5";
    let values = vec![Value::json_list(targets), target.into(), record.into(), kind.into(), limit.into()];
    db.all(sql, values).await
}

/// The records with these numbers of one source.
pub(crate) async fn named(db: &Db, source: i64, keys: &[String]) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE source_id = $1 AND source_key IN (SELECT value FROM json_each($2))";
    db.all(sql, vec![source.into(), Value::json_list(keys)]).await
}

/// Records of one source under these names, alone or with what tells apart several of a name: name, key and data.
pub(crate) async fn of_bases(
    db: &Db,
    source: i64,
    bases: &[&str],
) -> Result<Vec<(String, String, String)>, DbError> {
    let sql = "SELECT source_key, source_key, data FROM asset_record
            WHERE source_id = $1 AND source_key IN (SELECT value FROM json_each($2))
        UNION ALL
        SELECT base.value, record.source_key, record.data FROM json_each($2) AS base
        JOIN asset_record AS record ON record.source_id = $1
            AND record.source_key > base.value || ' ' AND record.source_key < base.value || '!'
        ORDER BY 1, 2";
    db.all(sql, vec![source.into(), Value::json_list(bases)]).await
}

/// Records in the order of their numbers.
pub(crate) async fn after(db: &Db, id: i64, limit: i64) -> Result<Vec<RecordRow>, DbError> {
    let sql = "SELECT id, source_id, source_key, content, data, place, observed_at, asset_id, home_id, dirty
        FROM asset_record WHERE id > $1 ORDER BY id LIMIT $2";
    db.all(sql, values![id, limit]).await
}

/// Their places changed, so they are looked at again.
pub(crate) async fn move_to(tx: &mut Tx, moved: &[(i64, Option<String>)]) -> Result<(), DbError> {
    let sql = "UPDATE asset_record SET place = $2, dirty = TRUE WHERE id = $1";
    for (id, place) in moved {
        tx.execute(sql, values![*id, place.clone()]).await?;
    }
    Ok(())
}

/// Assets in use by the keys of their records.
pub(crate) async fn holders(db: &Db, hashes: &[i64]) -> Result<Vec<(i64, AssetId)>, DbError> {
    let sql = "SELECT DISTINCT key.hash, record.asset_id FROM asset_record_key AS key
        JOIN asset_record AS record ON record.id = key.record_id
        WHERE record.asset_id IS NOT NULL AND key.hash IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    db.all(sql, vec![Value::json_list(hashes)]).await
}

pub(crate) async fn relation_remove(tx: &mut Tx, relation: &RelationRow) -> Result<(), DbError> {
    let sql = "DELETE FROM asset_relation WHERE record_id = $1 AND kind = $2 AND target = $3";
    tx.execute(sql, values![relation.record_id, &relation.kind, relation.target]).await?;
    Ok(())
}
