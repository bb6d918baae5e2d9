// SPDX-License-Identifier: Apache-2.0
//! The state of feeds that are kept fresh: for whoever runs them and for whoever looks.

use hinomi_core::Time;
use hinomi_db::{Db, DbError};

use crate::store::feeds;
pub use crate::store::feeds::FeedHealthRow;
use crate::store::sync as store;
pub use crate::store::sync::{SyncPlan, SyncRow};

/// Keeps what the configuration says; a feed that is enabled for the first time is due now.
pub async fn plans_put(db: &Db, plans: &[SyncPlan], now: Time) -> Result<(), DbError> {
    let known = store::all(db).await?;
    let is_kept = |plan: &&SyncPlan| {
        !known.iter().any(|row| {
            (&row.name, &row.kind, &row.url, &row.licence)
                == (&plan.name, &plan.kind, &plan.url, &plan.licence)
                && (row.enabled, row.every_minutes) == (plan.enabled, plan.every_minutes)
        })
    };
    let changed: Vec<&SyncPlan> = plans.iter().filter(is_kept).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for plan in changed {
        store::plan_put(&mut tx, plan, now.as_micros()).await?;
    }
    tx.commit().await
}

pub async fn sync_state(db: &Db, name: &str) -> Result<Option<SyncRow>, DbError> {
    store::by_name(db, name).await
}

pub async fn syncs(db: &Db) -> Result<Vec<SyncRow>, DbError> {
    store::all(db).await
}

/// Enabled feeds whose time has come.
pub async fn syncs_due(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    store::due(db, now.as_micros()).await
}

pub async fn sync_begin(db: &Db, name: &str, now: Time, next: Time) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    store::begin(&mut tx, name, now.as_micros(), next.as_micros()).await?;
    tx.commit().await
}

/// A run ended well: where the next one goes on, the source's own time, how many signatures were good.
pub async fn sync_done(
    db: &Db,
    name: &str,
    next: Time,
    (cursor, source_at, signatures): (String, Option<i64>, u64),
) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    let signatures = i64::try_from(signatures).unwrap_or(i64::MAX);
    store::end(&mut tx, name, next.as_micros(), Some((cursor, source_at, signatures))).await?;
    tx.commit().await
}

/// A run ended without anything new that counts: why, for whoever looks at the feed.
pub async fn sync_failed(
    db: &Db,
    (name, kind): (&str, &str),
    now: Time,
    next: Time,
    error: &str,
) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    let id = feeds::feed_open(&mut tx, name, kind, now.as_micros()).await?;
    feeds::feed_failed(&mut tx, id, error).await?;
    store::end(&mut tx, name, next.as_micros(), None).await?;
    tx.commit().await
}

/// Every feed: those that brought something, and those that will.
pub async fn feed_health(db: &Db) -> Result<Vec<FeedHealthRow>, DbError> {
    feeds::health(db).await
}
