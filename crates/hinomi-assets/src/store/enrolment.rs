// SPDX-License-Identifier: Apache-2.0
//! Tables `enrolment_token`, `enrolled_host`.

use hinomi_core::{AssetId, Scope, SystemId, Time, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Order, Query};
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TokenRow {
    pub id: String,
    pub name: String,
    pub unit_id: UnitId,
    pub system_id: Option<SystemId>,
    pub secret_hash: String,
    pub created_at: Time,
    pub created_by: String,
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct HostRow {
    pub id: String,
    pub token_id: String,
    pub host_key: String,
    pub secret_hash: String,
    pub asset_id: Option<AssetId>,
    pub document_hash: String,
    pub enrolled_at: Time,
    pub pushed_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

pub(crate) async fn token_insert(tx: &mut Tx, row: &TokenRow) -> Result<(), DbError> {
    let sql = "INSERT INTO enrolment_token (id, name, unit_id, system_id, secret_hash, created_at, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = values![
        &row.id,
        &row.name,
        row.unit_id,
        row.system_id,
        &row.secret_hash,
        row.created_at,
        &row.created_by,
        row.expires_at
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(crate) async fn tokens(db: &Db, scope: &Scope) -> Result<Vec<TokenRow>, DbError> {
    let mut select = Query::select();
    select
        .columns([
            "id",
            "name",
            "unit_id",
            "system_id",
            "secret_hash",
            "created_at",
            "created_by",
            "expires_at",
            "revoked_at",
        ])
        .from("enrolment_token")
        .order_by("created_at", Order::Desc)
        .order_by("id", Order::Asc);
    select.within("unit_id", scope);
    db.select_all(&select).await
}

pub(crate) async fn token(db: &Db, id: &str) -> Result<Option<TokenRow>, DbError> {
    db.optional("SELECT * FROM enrolment_token WHERE id = $1", values![id]).await
}

pub(crate) async fn token_by_secret(db: &Db, hash: &str) -> Result<Option<TokenRow>, DbError> {
    db.optional("SELECT * FROM enrolment_token WHERE secret_hash = $1", values![hash]).await
}

/// The token makes no host known any more.
pub(crate) async fn token_revoke(tx: &mut Tx, id: &str, at: Time) -> Result<(), DbError> {
    let sql = "UPDATE enrolment_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    tx.execute(sql, values![id, at]).await?;
    Ok(())
}

/// No host that came by the token may write any more; how many that are.
pub(crate) async fn hosts_revoke(tx: &mut Tx, id: &str, at: Time) -> Result<u64, DbError> {
    let sql = "UPDATE enrolled_host SET revoked_at = $2 WHERE token_id = $1 AND revoked_at IS NULL";
    tx.execute(sql, values![id, at]).await
}

/// Hosts by token, the newest first.
pub(crate) async fn hosts(db: &Db, token: &str, limit: i64) -> Result<Vec<HostRow>, DbError> {
    let sql = "SELECT * FROM enrolled_host WHERE token_id = $1 ORDER BY enrolled_at DESC, id LIMIT $2";
    db.all(sql, values![token, limit]).await
}

pub(crate) async fn host(db: &Db, id: &str) -> Result<Option<HostRow>, DbError> {
    db.optional("SELECT * FROM enrolled_host WHERE id = $1", values![id]).await
}

/// The one read that an unchanged report costs.
pub(crate) async fn host_by_secret(db: &Db, hash: &str) -> Result<Option<HostRow>, DbError> {
    db.optional("SELECT * FROM enrolled_host WHERE secret_hash = $1", values![hash]).await
}

pub(crate) async fn host_known(tx: &mut Tx, token: &str, key: &str) -> Result<bool, DbError> {
    let sql =
        "SELECT COUNT(*) FROM enrolled_host WHERE token_id = $1 AND host_key = $2 AND revoked_at IS NULL";
    Ok(tx.scalar::<i64>(sql, values![token, key]).await? > 0)
}

/// Another host that writes this asset's inventory.
pub(crate) async fn host_of_asset(tx: &mut Tx, asset: AssetId, not: &str) -> Result<bool, DbError> {
    let sql = "SELECT COUNT(*) FROM enrolled_host WHERE asset_id = $1 AND id <> $2 AND revoked_at IS NULL";
    Ok(tx.scalar::<i64>(sql, values![asset, not]).await? > 0)
}

pub(crate) async fn host_insert(tx: &mut Tx, row: &HostRow) -> Result<(), DbError> {
    let sql = "INSERT INTO enrolled_host (id, token_id, host_key, secret_hash, asset_id, document_hash, enrolled_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        &row.id,
        &row.token_id,
        &row.host_key,
        &row.secret_hash,
        row.asset_id,
        &row.document_hash,
        row.enrolled_at
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(crate) async fn host_bind(tx: &mut Tx, id: &str, asset: AssetId) -> Result<(), DbError> {
    tx.execute("UPDATE enrolled_host SET asset_id = $2 WHERE id = $1", values![id, asset]).await?;
    Ok(())
}

pub(crate) async fn host_pushed(tx: &mut Tx, id: &str, document: &str, at: Time) -> Result<(), DbError> {
    let sql = "UPDATE enrolled_host SET document_hash = $2, pushed_at = $3 WHERE id = $1";
    tx.execute(sql, values![id, document, at]).await?;
    Ok(())
}

pub(crate) async fn host_revoke(tx: &mut Tx, id: &str, at: Time) -> Result<(), DbError> {
    let sql = "UPDATE enrolled_host SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    tx.execute(sql, values![id, at]).await?;
    Ok(())
}
