// SPDX-License-Identifier: Apache-2.0
//! Table `asset_decision`: what people have said of records.

use hinomi_core::{AssetId, Time, UnitId};
use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct DecisionRow {
    pub id: String,
    pub kind: String,
    pub left_id: i64,
    pub right_id: i64,
    pub left_asset: Option<AssetId>,
    pub right_asset: Option<AssetId>,
    pub unit_id: UnitId,
    pub decided_at: Time,
    pub decided_by: String,
    pub reason: String,
    pub revoked_at: Option<Time>,
    pub revoked_by: Option<String>,
}

pub(crate) async fn insert(tx: &mut Tx, row: &DecisionRow) -> Result<(), DbError> {
    let sql = "INSERT INTO asset_decision (id, kind, left_id, right_id, left_asset, right_asset, unit_id, decided_at,
        decided_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        &row.id,
        &row.kind,
        row.left_id,
        row.right_id,
        row.left_asset,
        row.right_asset,
        row.unit_id,
        row.decided_at,
        &row.decided_by,
        &row.reason
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

const IN_FORCE: &str = "SELECT * FROM asset_decision WHERE revoked_at IS NULL
    AND (left_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
        OR right_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)))";

/// What is in force and concerns any of these records.
pub(crate) async fn of_records(db: &Db, records: &[i64]) -> Result<Vec<DecisionRow>, DbError> {
    db.all(IN_FORCE, vec![Value::json_list(records)]).await
}

pub(crate) async fn of_records_tx(tx: &mut Tx, records: &[i64]) -> Result<Vec<DecisionRow>, DbError> {
    tx.all(IN_FORCE, vec![Value::json_list(records)]).await
}

pub(crate) async fn is_empty(db: &Db) -> Result<bool, DbError> {
    let found: Option<(String,)> =
        db.optional("SELECT id FROM asset_decision WHERE revoked_at IS NULL LIMIT 1", ()).await?;
    Ok(found.is_none())
}

/// Decisions of one act share the part of their id before the dot.
pub(crate) async fn of_act_tx(tx: &mut Tx, act: &str) -> Result<Vec<DecisionRow>, DbError> {
    let sql = "SELECT * FROM asset_decision WHERE id >= $1 || '.' AND id < $1 || '/' ORDER BY id";
    tx.all(sql, values![act]).await
}

pub(crate) async fn revoke(tx: &mut Tx, ids: &[String], at: Time, by: &str) -> Result<(), DbError> {
    let sql = "UPDATE asset_decision SET revoked_at = $2, revoked_by = $3
        WHERE revoked_at IS NULL AND id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(ids), at.into(), by.into()]).await?;
    Ok(())
}

/// What was decided about an asset, newest first.
pub(crate) async fn of_asset(db: &Db, asset: AssetId) -> Result<Vec<DecisionRow>, DbError> {
    let sql = "SELECT * FROM asset_decision WHERE left_asset = $1 OR right_asset = $1
        ORDER BY decided_at DESC, id DESC LIMIT 200";
    db.all(sql, values![asset]).await
}
