// SPDX-License-Identifier: Apache-2.0
//! Table `obligation_pause`.

use hinomi_core::{Actor, PersonId, Time};
use hinomi_db::{Db, DbError, Tx, values};

/// A time that does not count.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PauseRow {
    pub id: String,
    pub obligation_id: String,
    pub from_at: Time,
    pub to_at: Option<Time>,
    pub reason: String,
    pub asked_by: String,
    pub asked_by_id: Option<PersonId>,
    pub approved_at: Option<Time>,
    pub approved_by: String,
}

macro_rules! pause_columns {
    () => {
        "SELECT id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, approved_by \
         FROM obligation_pause "
    };
}

const OF: &str = concat!(pause_columns!(), "WHERE obligation_id = $1 ORDER BY from_at, id");
const BY_ID: &str = concat!(pause_columns!(), "WHERE id = $1");

pub(crate) async fn of(db: &Db, owed: &str) -> Result<Vec<PauseRow>, DbError> {
    db.all(OF, values![owed]).await
}

pub(crate) async fn of_tx(tx: &mut Tx, owed: &str) -> Result<Vec<PauseRow>, DbError> {
    tx.all(OF, values![owed]).await
}

pub(crate) async fn approved_with_prefix(db: &Db, prefix: &str) -> Result<Vec<PauseRow>, DbError> {
    db.all(
        concat!(
            pause_columns!(),
            "WHERE approved_at IS NOT NULL AND substr(obligation_id, 1, length($1)) = $1 \
             ORDER BY obligation_id, from_at, id"
        ),
        values![prefix],
    )
    .await
}

pub(crate) async fn paused_now(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT DISTINCT obligation_id FROM obligation_pause \
         WHERE approved_at IS NOT NULL AND from_at <= $1 AND (to_at IS NULL OR to_at > $1)",
        values![now],
    )
    .await
}

pub(crate) async fn open_ones(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT DISTINCT obligation_id FROM obligation_pause WHERE to_at IS NULL OR to_at > $1",
        values![now],
    )
    .await
}

pub(crate) async fn get(db: &Db, id: &str) -> Result<Option<PauseRow>, DbError> {
    db.optional(BY_ID, values![id]).await
}

pub(crate) async fn get_tx(tx: &mut Tx, id: &str) -> Result<Option<PauseRow>, DbError> {
    tx.optional(BY_ID, values![id]).await
}

pub(crate) async fn add(
    tx: &mut Tx,
    (pause, owed): (&str, &str),
    (from, to): (Time, Option<Time>),
    reason: &str,
    actor: &Actor,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO obligation_pause (id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, \
         approved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, '')",
        values![
            pause,
            owed,
            from,
            to,
            reason,
            actor.display_name(),
            actor.person_id().map(|person| person.to_string())
        ],
    )
    .await
}

pub(crate) async fn approve(tx: &mut Tx, id: &str, now: Time, by: &str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE obligation_pause SET approved_at = $2, approved_by = $3 WHERE id = $1",
        values![id, now, by],
    )
    .await
}

pub(crate) async fn end(tx: &mut Tx, id: &str, now: Time) -> Result<u64, DbError> {
    tx.execute("UPDATE obligation_pause SET to_at = $2 WHERE id = $1", values![id, now]).await
}
