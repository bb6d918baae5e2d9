// SPDX-License-Identifier: Apache-2.0
//! What the engines offer to take turns by; no table.

use hinomi_db::{Db, DbError, Tx, values};

/// The file of the database; empty when it is in memory.
pub(crate) async fn sqlite_file(db: &Db) -> Result<String, DbError> {
    db.scalar("SELECT file FROM pragma_database_list WHERE name = 'main'", ()).await
}

/// Held to the end of the transaction.
pub(crate) async fn try_advisory_lock(tx: &mut Tx, key: i64) -> Result<bool, DbError> {
    tx.scalar("SELECT pg_try_advisory_xact_lock($1)", values![key]).await
}
