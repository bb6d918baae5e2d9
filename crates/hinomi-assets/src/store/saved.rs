// SPDX-License-Identifier: Apache-2.0
//! Table `saved_filter`.

use hinomi_core::{PersonId, Time};
use hinomi_db::{Db, DbError, Tx, values};

/// A named filter as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct SavedRow {
    pub id: String,
    pub list: String,
    pub name: String,
    pub query: String,
    pub person_id: PersonId,
    pub person_name: String,
    pub shared: bool,
    pub changed_at: Time,
}

/// The person's own filters of a list and those that others share, by name.
pub(crate) async fn seen_by(db: &Db, person: PersonId, list: &str) -> Result<Vec<SavedRow>, DbError> {
    let sql = "SELECT * FROM saved_filter WHERE list = $1 AND (person_id = $2 OR shared) ORDER BY name, id LIMIT 500";
    db.all(sql, values![list, person]).await
}

pub(crate) async fn own(tx: &mut Tx, person: PersonId, list: &str) -> Result<i64, DbError> {
    tx.scalar("SELECT COUNT(*) FROM saved_filter WHERE person_id = $1 AND list = $2", values![person, list])
        .await
}

/// The same name of the same person replaces what it stood for.
pub(crate) async fn put(tx: &mut Tx, row: &SavedRow) -> Result<(), DbError> {
    let sql = "INSERT INTO saved_filter (id, list, name, query, person_id, person_name, shared, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (person_id, list, name) DO UPDATE SET query = excluded.query, shared = excluded.shared,
        person_name = excluded.person_name, changed_at = excluded.changed_at";
    let values = values![
        &row.id,
        &row.list,
        &row.name,
        &row.query,
        row.person_id,
        &row.person_name,
        row.shared,
        row.changed_at
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, person: PersonId, id: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM saved_filter WHERE id = $1 AND person_id = $2", values![id, person]).await
}
