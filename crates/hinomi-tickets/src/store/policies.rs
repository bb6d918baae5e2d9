// SPDX-License-Identifier: Apache-2.0
//! Versions of the policy file.

use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PolicyRow {
    pub id: i64,
    pub toml: String,
    pub valid_from: i64,
    pub actor: String,
    pub reason: String,
}

pub(crate) async fn current(db: &Db) -> Result<Option<PolicyRow>, DbError> {
    db.optional(
        "SELECT id, toml, valid_from, actor, reason FROM ticket_policy ORDER BY id DESC LIMIT 1",
        values![],
    )
    .await
}

pub(crate) async fn highest(tx: &mut Tx) -> Result<i64, DbError> {
    tx.scalar("SELECT COALESCE(max(id), 0) FROM ticket_policy", values![]).await
}

pub(crate) async fn by_id(db: &Db, id: i64) -> Result<Option<PolicyRow>, DbError> {
    db.optional("SELECT id, toml, valid_from, actor, reason FROM ticket_policy WHERE id = $1", values![id])
        .await
}

pub(crate) async fn all(db: &Db) -> Result<Vec<PolicyRow>, DbError> {
    db.all("SELECT id, toml, valid_from, actor, reason FROM ticket_policy ORDER BY id DESC", values![]).await
}

pub(crate) async fn add(
    tx: &mut Tx,
    toml: &str,
    valid_from: i64,
    actor: &str,
    reason: &str,
) -> Result<i64, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "ticket_policy", 1).await?.start();
    tx.execute(
        "INSERT INTO ticket_policy (id, toml, valid_from, actor, reason) VALUES ($1, $2, $3, $4, $5)",
        values![id, toml, valid_from, actor, reason],
    )
    .await?;
    Ok(id)
}
