// SPDX-License-Identifier: Apache-2.0
//! Tables `setting`, `setting_history`.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, values};

use crate::settings::StoredSetting;

pub(crate) async fn get(db: &Db, name: &str) -> Result<Option<StoredSetting>, DbError> {
    db.optional(
        "SELECT name, value, version, changed_at, changed_by FROM setting WHERE name = $1",
        values![name],
    )
    .await
}

pub(crate) async fn get_for_change(tx: &mut Tx, name: &str) -> Result<Option<StoredSetting>, DbError> {
    let sql = tx.pick(
        "SELECT name, value, version, changed_at, changed_by FROM setting WHERE name = $1",
        "SELECT name, value, version, changed_at, changed_by FROM setting WHERE name = $1 FOR UPDATE",
    );
    tx.optional(sql, values![name]).await
}

pub(crate) async fn put(
    tx: &mut Tx,
    name: &str,
    value: &str,
    version: i64,
    now: Time,
    by: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO setting (name, value, version, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        values![name, value, version, now, by],
    )
    .await?;
    // Two writers of one version meet in this key.
    tx.execute(
        "INSERT INTO setting_history (name, version, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)",
        values![name, version, value, now, by],
    )
    .await?;
    Ok(())
}

pub(crate) async fn history(db: &Db, name: &str) -> Result<Vec<StoredSetting>, DbError> {
    db.all(
        "SELECT name, value, version, changed_at, changed_by FROM setting_history WHERE name = $1
         ORDER BY version DESC",
        values![name],
    )
    .await
}
