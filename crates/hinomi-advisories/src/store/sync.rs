// SPDX-License-Identifier: Apache-2.0
//! How each feed is kept fresh: when it runs, where it goes on.

use hinomi_db::{Db, DbError, Tx, values};

/// What the configuration says of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPlan {
    pub name: String,
    pub kind: String,
    pub url: String,
    pub licence: String,
    pub enabled: bool,
    pub every_minutes: i64,
}

/// A feed's plan and state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SyncRow {
    pub name: String,
    pub kind: String,
    pub url: String,
    pub licence: String,
    pub enabled: bool,
    pub every_minutes: i64,
    pub next_run_at: Option<i64>,
    /// Of the run that goes on.
    pub started_at: Option<i64>,
    /// The newest time that the source itself told.
    pub source_at: Option<i64>,
    /// Signatures that were verified in the last run.
    pub signatures: i64,
    pub cursor: Option<String>,
}

macro_rules! sync_columns {
    () => {
        "SELECT name, kind, url, licence, enabled, every_minutes, next_run_at, started_at, source_at, signatures, \
         cursor FROM feed_sync "
    };
}

pub(crate) async fn plan_put(tx: &mut Tx, plan: &SyncPlan, now: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO feed_sync (name, kind, url, licence, enabled, every_minutes, next_run_at, signatures) \
         VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $5 THEN CAST($7 AS BIGINT) END, 0) ON CONFLICT (name) DO UPDATE SET \
         kind = excluded.kind, url = excluded.url, licence = excluded.licence, enabled = excluded.enabled, \
         every_minutes = excluded.every_minutes, \
         next_run_at = CASE WHEN excluded.enabled THEN COALESCE(feed_sync.next_run_at, $7) END",
        values![
            plan.name.clone(),
            plan.kind.clone(),
            plan.url.clone(),
            plan.licence.clone(),
            plan.enabled,
            plan.every_minutes,
            now
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn all(db: &Db) -> Result<Vec<SyncRow>, DbError> {
    db.all(concat!(sync_columns!(), "ORDER BY name"), values![]).await
}

pub(crate) async fn by_name(db: &Db, name: &str) -> Result<Option<SyncRow>, DbError> {
    db.optional(concat!(sync_columns!(), "WHERE name = $1"), values![name.to_owned()]).await
}

/// Enabled feeds whose time has come.
pub(crate) async fn due(db: &Db, now: i64) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT name FROM feed_sync WHERE enabled AND next_run_at <= $1 ORDER BY next_run_at, name",
        values![now],
    )
    .await
}

/// Says that a run begins; the next one is due then, whatever becomes of this one.
pub(crate) async fn begin(tx: &mut Tx, name: &str, now: i64, next: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed_sync SET started_at = $2, next_run_at = CASE WHEN enabled THEN CAST($3 AS BIGINT) END WHERE name = $1",
        values![name.to_owned(), now, next],
    )
    .await?;
    Ok(())
}

/// Says that the run has ended; without a cursor where it was stays.
pub(crate) async fn end(
    tx: &mut Tx,
    name: &str,
    next: i64,
    done: Option<(String, Option<i64>, i64)>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed_sync SET started_at = NULL, next_run_at = CASE WHEN enabled THEN CAST($2 AS BIGINT) END WHERE name = $1",
        values![name.to_owned(), next],
    )
    .await?;
    if let Some((cursor, source_at, signatures)) = done {
        tx.execute(
            "UPDATE feed_sync SET cursor = $2, source_at = COALESCE($3, source_at), signatures = $4 WHERE name = $1",
            values![name.to_owned(), cursor, source_at, signatures],
        )
        .await?;
    }
    Ok(())
}
