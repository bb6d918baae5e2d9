// SPDX-License-Identifier: Apache-2.0
//! Table `session`.

use hinomi_core::{PersonId, SessionId, Time};
use hinomi_db::{Db, DbError, Tx, values};

use crate::sessions::{SessionRow, SessionSummary};

pub(crate) async fn insert(tx: &mut Tx, session: &SessionRow, token_hash: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO session (id, token_hash, csrf_token, person_id, method, user_agent, address, created_at,
             last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        values![
            session.id,
            token_hash,
            &session.csrf_token,
            session.person_id,
            &session.method,
            &session.user_agent,
            &session.address,
            session.created_at,
            session.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The session of a token with its account's name, when neither is revoked; the caller checks the times.
pub(crate) async fn by_token(db: &Db, token_hash: &str, now: Time) -> Result<Option<SessionRow>, DbError> {
    db.optional(
        "SELECT s.id, s.csrf_token, s.person_id, s.method, s.user_agent, s.address, s.created_at, s.last_seen_at,
                s.expires_at, a.name, a.email, a.locale, a.theme
         FROM session s JOIN account a ON a.person_id = s.person_id
         WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND (a.disabled_at IS NULL OR a.disabled_at > $2)",
        values![token_hash, now],
    )
    .await
}

pub(crate) async fn touch(db: &Db, id: SessionId, now: Time) -> Result<(), DbError> {
    db.execute("UPDATE session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2", values![id, now])
        .await?;
    Ok(())
}

pub(crate) async fn of_person(
    db: &Db,
    person: PersonId,
    now: Time,
    seen_after: Time,
) -> Result<Vec<SessionSummary>, DbError> {
    db.all(
        "SELECT id, method, user_agent, address, created_at, last_seen_at, expires_at FROM session
         WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND last_seen_at > $3
         ORDER BY last_seen_at DESC, id",
        values![person, now, seen_after],
    )
    .await
}

pub(crate) async fn revoke(tx: &mut Tx, person: PersonId, id: SessionId, now: Time) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE session SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL",
        values![id, person, now],
    )
    .await
}

pub(crate) async fn revoke_others(
    tx: &mut Tx,
    person: PersonId,
    kept: Option<SessionId>,
    now: Time,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE session SET revoked_at = $3 WHERE person_id = $1 AND id <> $2 AND revoked_at IS NULL",
        values![person, kept.map_or_else(String::new, |id| id.to_string()), now],
    )
    .await
}

pub(crate) async fn forget(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.execute("DELETE FROM session WHERE expires_at < $1 OR revoked_at < $1", values![before]).await
}
