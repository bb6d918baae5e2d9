// SPDX-License-Identifier: Apache-2.0
//! Intervals and the profiles that they share.

use super::components::json_list;
use crate::OPEN;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct IntervalRow {
    pub carrier_id: i64,
    pub source_id: i64,
    pub from_at: i64,
    pub to_at: i64,
    pub snapshot_id: i64,
    pub profile_id: i64,
    pub difference: Option<Vec<u8>>,
    pub components: i64,
    pub sequence: i64,
}

macro_rules! interval_columns {
    () => {
        "SELECT carrier_id, source_id, from_at, to_at, snapshot_id, profile_id, difference, components, sequence \
         FROM inventory_interval "
    };
}

const INTERVALS: BulkTable = BulkTable {
    name: "inventory_interval",
    columns: &[
        Column::int("carrier_id"),
        Column::int("source_id"),
        Column::int("from_at"),
        Column::int("to_at"),
        Column::int("snapshot_id"),
        Column::int("profile_id"),
        Column::bytes("difference"),
        Column::int("components"),
        Column::int("sequence"),
    ],
    on_conflict: None,
};

/// Rows changed after `sequence`, in that order; from zero, the open ones only.
pub(crate) async fn changed_since(db: &Db, sequence: i64) -> Result<Vec<IntervalRow>, DbError> {
    if sequence == 0 {
        return db
            .all(concat!(interval_columns!(), "WHERE to_at = $1 ORDER BY sequence"), values![OPEN])
            .await;
    }
    db.all(concat!(interval_columns!(), "WHERE sequence > $1 ORDER BY sequence"), values![sequence]).await
}

/// Carriers whose intervals changed after `sequence`, and how far that reads.
pub(crate) async fn carriers_changed(db: &Db, sequence: i64) -> Result<(Vec<u32>, i64), DbError> {
    let rows: Vec<(i64, i64)> = db
        .all(
            "SELECT carrier_id, max(sequence) FROM inventory_interval WHERE sequence > $1 GROUP BY carrier_id",
            values![sequence],
        )
        .await?;
    let highest = rows.iter().map(|row| row.1).max().unwrap_or(sequence);
    Ok((rows.into_iter().map(|row| row.0 as u32).collect(), highest))
}

/// A page of the ended intervals of the carriers, the latest first.
pub(crate) async fn ended_of(db: &Db, carriers: &[u32], offset: i64) -> Result<Vec<IntervalRow>, DbError> {
    let sql = db.pick(
        concat!(
            interval_columns!(),
            "WHERE carrier_id IN (SELECT value FROM json_each($1)) AND to_at <> $2 \
             ORDER BY to_at DESC, carrier_id, source_id, from_at LIMIT 2000 OFFSET $3"
        ),
        concat!(
            interval_columns!(),
            "WHERE carrier_id IN (SELECT json_array_elements_text($1::json)::bigint) AND to_at <> $2 \
             ORDER BY to_at DESC, carrier_id, source_id, from_at LIMIT 2000 OFFSET $3"
        ),
    );
    db.all(sql, values![json_list(carriers), OPEN, offset]).await
}

/// Intervals of one carrier that held at an instant.
pub(crate) async fn of_carrier_at(db: &Db, carrier_id: i64, at: i64) -> Result<Vec<IntervalRow>, DbError> {
    db.all(
        concat!(
            interval_columns!(),
            "WHERE carrier_id = $1 AND from_at <= $2 AND to_at > $2 ORDER BY source_id"
        ),
        values![carrier_id, at],
    )
    .await
}

/// The profiles that were in use at an instant.
pub(crate) async fn profiles_at(db: &Db, at: i64) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT DISTINCT profile_id FROM inventory_interval WHERE from_at <= $1 AND to_at > $1 ORDER BY profile_id",
        values![at],
    )
    .await
}

/// Carrier, profile and difference of the intervals of an instant that are on one of the profiles or differ from theirs.
pub(crate) async fn each_at(
    db: &Db,
    at: i64,
    profiles: &[i64],
    mut visit: impl FnMut(i64, i64, Option<Vec<u8>>) + Send,
) -> Result<(), DbError> {
    let sql = db.pick(
        "SELECT carrier_id, profile_id, difference FROM inventory_interval WHERE from_at <= $1 AND to_at > $1 \
         AND (difference IS NOT NULL OR profile_id IN (SELECT value FROM json_each($2)))",
        "SELECT carrier_id, profile_id, difference FROM inventory_interval WHERE from_at <= $1 AND to_at > $1 \
         AND (difference IS NOT NULL OR profile_id IN (SELECT json_array_elements_text($2::json)::bigint))",
    );
    let visit =
        |(carrier, profile, difference): (i64, i64, Option<Vec<u8>>)| visit(carrier, profile, difference);
    db.each(sql, values![at, json_list(profiles)], visit).await
}

/// Carrier, profile and difference of the intervals of the carriers at an instant.
pub(crate) async fn of_carriers_at(
    db: &Db,
    carriers: &[u32],
    at: i64,
) -> Result<Vec<(i64, i64, Option<Vec<u8>>)>, DbError> {
    let sql = db.pick(
        "SELECT carrier_id, profile_id, difference FROM inventory_interval \
         WHERE carrier_id IN (SELECT value FROM json_each($1)) AND from_at <= $2 AND to_at > $2",
        "SELECT carrier_id, profile_id, difference FROM inventory_interval \
         WHERE carrier_id IN (SELECT json_array_elements_text($1::json)::bigint) AND from_at <= $2 AND to_at > $2",
    );
    db.all(sql, values![json_list(carriers), at]).await
}

/// Intervals of one carrier that began by an instant, in the order of time.
pub(crate) async fn of_carrier_until(db: &Db, carrier_id: i64, at: i64) -> Result<Vec<IntervalRow>, DbError> {
    db.all(
        concat!(interval_columns!(), "WHERE carrier_id = $1 AND from_at <= $2 ORDER BY source_id, from_at"),
        values![carrier_id, at],
    )
    .await
}

pub(crate) async fn current(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
) -> Result<Option<IntervalRow>, DbError> {
    tx.optional(
        concat!(interval_columns!(), "WHERE carrier_id = $1 AND source_id = $2 AND to_at = $3"),
        values![carrier_id, source_id, OPEN],
    )
    .await
}

/// The interval of a source on a carrier that ended exactly where another began.
pub(crate) async fn before(
    db: &Db,
    carrier_id: i64,
    source_id: i64,
    from_at: i64,
) -> Result<Option<IntervalRow>, DbError> {
    db.optional(
        concat!(
            interval_columns!(),
            "WHERE carrier_id = $1 AND source_id = $2 AND from_at < $3 ORDER BY from_at DESC LIMIT 1"
        ),
        values![carrier_id, source_id, from_at],
    )
    .await
}

pub(crate) async fn of_snapshot(db: &Db, snapshot_id: i64) -> Result<Option<IntervalRow>, DbError> {
    db.optional(
        concat!(
            interval_columns!(),
            "WHERE snapshot_id = $1 AND carrier_id = (SELECT carrier_id FROM snapshot WHERE id = $1)"
        ),
        values![snapshot_id],
    )
    .await
}

pub(crate) async fn end(
    tx: &mut Tx,
    carrier_id: i64,
    source_id: i64,
    from_at: i64,
    to_at: i64,
    sequence: i64,
) -> Result<u64, DbError> {
    // An interval that would end where it began never held at any instant.
    if from_at == to_at {
        return tx
            .execute(
                "DELETE FROM inventory_interval WHERE carrier_id = $1 AND source_id = $2 AND from_at = $3",
                values![carrier_id, source_id, from_at],
            )
            .await;
    }
    tx.execute(
        "UPDATE inventory_interval SET to_at = $4, sequence = $5 \
         WHERE carrier_id = $1 AND source_id = $2 AND from_at = $3",
        values![carrier_id, source_id, from_at, to_at, sequence],
    )
    .await
}

pub(crate) async fn insert(tx: &mut Tx, rows: Vec<IntervalRow>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.carrier_id),
            Value::from(row.source_id),
            Value::from(row.from_at),
            Value::from(row.to_at),
            Value::from(row.snapshot_id),
            Value::from(row.profile_id),
            Value::Bytes(row.difference),
            Value::from(row.components),
            Value::from(row.sequence),
        ]
    });
    tx.bulk_insert(&INTERVALS, rows).await.map(|_| ())
}

pub(crate) async fn profiles_by_ids(db: &Db, ids: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, DbError> {
    let sql = db.pick(
        "SELECT id, data FROM inventory_profile WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, data FROM inventory_profile WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(5_000) {
        rows.extend(db.all::<(i64, Vec<u8>)>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

pub(crate) async fn profile_by_identity(tx: &mut Tx, identity: &str) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .optional("SELECT id FROM inventory_profile WHERE identity = $1", values![identity.to_owned()])
        .await?;
    Ok(row.map(|row| row.0))
}

/// Profiles that share at least one band with the signatures.
pub(crate) async fn profiles_near(tx: &mut Tx, signatures: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, DbError> {
    let sql = tx.pick(
        "SELECT id, data FROM inventory_profile WHERE id IN (SELECT profile_id FROM inventory_profile_band \
         WHERE signature IN (SELECT value FROM json_each($1)) GROUP BY profile_id ORDER BY count(*) DESC LIMIT 4)",
        "SELECT id, data FROM inventory_profile WHERE id IN (SELECT profile_id FROM inventory_profile_band \
         WHERE signature IN (SELECT json_array_elements_text($1::json)::bigint) \
         GROUP BY profile_id ORDER BY count(*) DESC LIMIT 4)",
    );
    tx.all(sql, values![json_list(signatures)]).await
}

pub(crate) async fn profile_data(tx: &mut Tx, id: i64) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> =
        tx.optional("SELECT data FROM inventory_profile WHERE id = $1", values![id]).await?;
    Ok(row.map(|row| row.0))
}

pub(crate) async fn profile_insert(
    tx: &mut Tx,
    identity: &str,
    signatures: &[i64],
    components: i64,
    data: Vec<u8>,
) -> Result<i64, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "inventory_profile", 1).await?.start();
    tx.execute(
        "INSERT INTO inventory_profile (id, identity, components, data) VALUES ($1, $2, $3, $4)",
        values![id, identity.to_owned(), components, data],
    )
    .await?;
    for &signature in signatures {
        tx.execute(
            "INSERT INTO inventory_profile_band (signature, profile_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            values![signature, id],
        )
        .await?;
    }
    Ok(id)
}
