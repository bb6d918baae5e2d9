// SPDX-License-Identifier: Apache-2.0
//! Tables `account`, `sign_in_link`, `sign_in_attempt`.

use hinomi_core::{PersonId, Time};
use hinomi_db::{Db, DbError, Tx, values};

use crate::accounts::Account;

const BY_EMAIL: &str = "SELECT person_id, email, name, password_hash, locale, theme, created_at, disabled_at
    FROM account WHERE email = $1";
const BY_PERSON: &str = "SELECT person_id, email, name, password_hash, locale, theme, created_at, disabled_at
    FROM account WHERE person_id = $1";

pub(crate) async fn by_email(db: &Db, email: &str) -> Result<Option<Account>, DbError> {
    db.optional(BY_EMAIL, values![email]).await
}

pub(crate) async fn by_person(db: &Db, person: PersonId) -> Result<Option<Account>, DbError> {
    db.optional(BY_PERSON, values![person]).await
}

pub(crate) async fn by_person_in(tx: &mut Tx, person: PersonId) -> Result<Option<Account>, DbError> {
    tx.optional(BY_PERSON, values![person]).await
}

pub(crate) async fn by_email_in(tx: &mut Tx, email: &str) -> Result<Option<Account>, DbError> {
    tx.optional(BY_EMAIL, values![email]).await
}

pub(crate) async fn set_email(tx: &mut Tx, person: PersonId, email: &str) -> Result<u64, DbError> {
    tx.execute("UPDATE account SET email = $2 WHERE person_id = $1", values![person, email]).await
}

/// What follows from the person: address, name, and since when it is disabled.
pub(crate) async fn set_facts(tx: &mut Tx, account: &Account) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE account SET email = $2, name = $3, disabled_at = $4 WHERE person_id = $1",
        values![account.person_id, &account.email, &account.name, account.disabled_at],
    )
    .await
}

pub(crate) async fn insert(tx: &mut Tx, account: &Account) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO account (person_id, email, name, password_hash, locale, theme, created_at, disabled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            account.person_id,
            &account.email,
            &account.name,
            account.password_hash.clone(),
            &account.locale,
            &account.theme,
            account.created_at,
            account.disabled_at,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn set_password(tx: &mut Tx, person: PersonId, hash: &str) -> Result<u64, DbError> {
    tx.execute("UPDATE account SET password_hash = $2 WHERE person_id = $1", values![person, hash]).await
}

pub(crate) async fn set_preferences(
    tx: &mut Tx,
    person: PersonId,
    locale: &str,
    theme: &str,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE account SET locale = $2, theme = $3 WHERE person_id = $1",
        values![person, locale, theme],
    )
    .await
}

pub(crate) async fn set_disabled(tx: &mut Tx, person: PersonId, at: Option<Time>) -> Result<u64, DbError> {
    tx.execute("UPDATE account SET disabled_at = $2 WHERE person_id = $1", values![person, at]).await
}

pub(crate) async fn insert_link(
    tx: &mut Tx,
    token_hash: &str,
    person: PersonId,
    now: Time,
    expires_at: Time,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sign_in_link (token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        values![token_hash, person, now, expires_at],
    )
    .await?;
    Ok(())
}

/// Marks the link used and says whose it is; `None` when it is unknown, used or too old. One statement, so that two
/// requests cannot both use it.
pub(crate) async fn use_link(tx: &mut Tx, token_hash: &str, now: Time) -> Result<Option<PersonId>, DbError> {
    let row: Option<(PersonId,)> = tx
        .optional(
            "UPDATE sign_in_link SET used_at = $2
             WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING person_id",
            values![token_hash, now],
        )
        .await?;
    Ok(row.map(|(person,)| person))
}

#[derive(Debug, Clone, Copy, hinomi_db::FromRow)]
pub(crate) struct Attempts {
    pub(crate) failures: i64,
    pub(crate) last_at: Time,
    pub(crate) blocked_until: Time,
}

pub(crate) async fn attempts(db: &Db, subject: &str) -> Result<Option<Attempts>, DbError> {
    db.optional(
        "SELECT failures, last_at, blocked_until FROM sign_in_attempt WHERE subject = $1",
        values![subject],
    )
    .await
}

/// The attempts of `subject`, which nobody else may count before this transaction ends. The row is made first: a row
/// that is not there cannot be locked, and two first failures at once would count as one.
pub(crate) async fn attempts_for_change(tx: &mut Tx, subject: &str, now: Time) -> Result<Attempts, DbError> {
    tx.execute(
        "INSERT INTO sign_in_attempt (subject, failures, last_at, blocked_until) VALUES ($1, 0, $2, $2)
         ON CONFLICT (subject) DO NOTHING",
        values![subject, now],
    )
    .await?;
    let sql = tx.pick(
        "SELECT failures, last_at, blocked_until FROM sign_in_attempt WHERE subject = $1",
        "SELECT failures, last_at, blocked_until FROM sign_in_attempt WHERE subject = $1 FOR UPDATE",
    );
    tx.one(sql, values![subject]).await
}

pub(crate) async fn set_attempts(tx: &mut Tx, subject: &str, attempts: Attempts) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sign_in_attempt SET failures = $2, last_at = $3, blocked_until = $4 WHERE subject = $1",
        values![subject, attempts.failures, attempts.last_at, attempts.blocked_until],
    )
    .await?;
    Ok(())
}

pub(crate) async fn clear_attempts(tx: &mut Tx, subject: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM sign_in_attempt WHERE subject = $1", values![subject]).await?;
    Ok(())
}

/// Removes what no longer matters: old attempts and links.
pub(crate) async fn forget(tx: &mut Tx, before: Time) -> Result<(), DbError> {
    tx.execute("DELETE FROM sign_in_attempt WHERE last_at < $1", values![before]).await?;
    tx.execute("DELETE FROM sign_in_link WHERE expires_at < $1", values![before]).await?;
    Ok(())
}
