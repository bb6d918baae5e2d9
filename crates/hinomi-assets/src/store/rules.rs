// SPDX-License-Identifier: Apache-2.0
//! Tables `assignment_rule`, `asset_placing`.

use hinomi_core::{SystemId, Time, UnitId};
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RuleRow {
    pub id: String,
    pub position: i64,
    pub network: String,
    pub name_pattern: String,
    pub unit_id: UnitId,
    pub system_id: Option<SystemId>,
    pub created_at: Time,
    pub created_by: String,
}

const ALL: &str = "SELECT * FROM assignment_rule ORDER BY position, id";

pub(crate) async fn all(db: &Db) -> Result<Vec<RuleRow>, DbError> {
    db.all(ALL, ()).await
}

/// Hash of the rules by which every record has its place; empty when some may lack it.
pub(crate) async fn placed_by(db: &Db) -> Result<String, DbError> {
    let found: Option<(String,)> = db.optional("SELECT rules FROM asset_placing WHERE id = 1", ()).await?;
    Ok(found.map(|(rules,)| rules).unwrap_or_default())
}

pub(crate) async fn set_placed_by(tx: &mut Tx, rules: &str) -> Result<(), DbError> {
    let sql = "INSERT INTO asset_placing (id, rules) VALUES (1, $1)
        ON CONFLICT (id) DO UPDATE SET rules = excluded.rules";
    tx.execute(sql, values![rules]).await?;
    Ok(())
}

pub(crate) async fn all_tx(tx: &mut Tx) -> Result<Vec<RuleRow>, DbError> {
    tx.all(ALL, ()).await
}

pub(crate) async fn insert(tx: &mut Tx, row: &RuleRow) -> Result<(), DbError> {
    let sql = "INSERT INTO assignment_rule (id, position, network, name_pattern, unit_id, system_id, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = values![
        &row.id,
        row.position,
        &row.network,
        &row.name_pattern,
        row.unit_id,
        row.system_id,
        row.created_at,
        &row.created_by
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, id: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM assignment_rule WHERE id = $1", values![id]).await
}
