// SPDX-License-Identifier: Apache-2.0
//! Table `outbox`.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, values};

use crate::outbox::Message;

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &str,
    kind: &str,
    payload: &str,
    now: Time,
    deliver_at: Time,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO outbox (id, kind, payload, created_at, deliver_at, attempts) VALUES ($1, $2, $3, $4, $5, 0)",
        values![id, kind, payload, now, deliver_at],
    )
    .await?;
    Ok(())
}

/// False when there is one of that id already.
pub(crate) async fn insert_new(
    tx: &mut Tx,
    id: &str,
    kind: &str,
    payload: &str,
    now: Time,
) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO outbox (id, kind, payload, created_at, deliver_at, attempts) VALUES ($1, $2, $3, $4, $4, 0) \
             ON CONFLICT (id) DO NOTHING",
            values![id, kind, payload, now],
        )
        .await?;
    Ok(written > 0)
}

pub(crate) async fn is_there(db: &Db, id: &str) -> Result<bool, DbError> {
    let found: i64 = db.scalar("SELECT COUNT(*) FROM outbox WHERE id = $1", values![id]).await?;
    Ok(found > 0)
}

/// Takes the message that is due longest and puts its next try off, so that a crash in between delays but never loses.
pub(crate) async fn claim(tx: &mut Tx, now: Time, retry_at: Time) -> Result<Option<Message>, DbError> {
    let sql = tx.pick(
        "UPDATE outbox SET attempts = attempts + 1, deliver_at = $2 WHERE id = (
             SELECT id FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND deliver_at <= $1
             ORDER BY deliver_at, id LIMIT 1)
         RETURNING id, kind, payload, created_at, attempts",
        "UPDATE outbox SET attempts = attempts + 1, deliver_at = $2 WHERE id = (
             SELECT id FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND deliver_at <= $1
             ORDER BY deliver_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, payload, created_at, attempts",
    );
    tx.optional(sql, values![now, retry_at]).await
}

/// What was in messages that are over; that they were written stays known.
pub(crate) async fn forget(tx: &mut Tx, before: Time) -> Result<(), DbError> {
    tx.execute(
        "UPDATE outbox SET payload = '' WHERE (delivered_at < $1 OR given_up_at < $1) AND payload <> ''",
        values![before],
    )
    .await?;
    Ok(())
}

pub(crate) async fn delivered(db: &Db, id: &str, now: Time) -> Result<(), DbError> {
    db.execute("UPDATE outbox SET delivered_at = $2, error = NULL WHERE id = $1", values![id, now]).await?;
    Ok(())
}

pub(crate) async fn failed(
    db: &Db,
    id: &str,
    error: &str,
    retry_at: Time,
    given_up_at: Option<Time>,
) -> Result<(), DbError> {
    db.execute(
        "UPDATE outbox SET error = $2, deliver_at = $3, given_up_at = $4 WHERE id = $1",
        values![id, error, retry_at, given_up_at],
    )
    .await?;
    Ok(())
}
