// SPDX-License-Identifier: Apache-2.0
//! Table `import_mapping`.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct MappingRow {
    pub name: String,
    pub mapping: String,
    pub changed_at: Time,
    pub changed_by: String,
}

pub(crate) async fn all(db: &Db) -> Result<Vec<MappingRow>, DbError> {
    db.all("SELECT * FROM import_mapping ORDER BY name", ()).await
}

pub(crate) async fn get(db: &Db, name: &str) -> Result<Option<MappingRow>, DbError> {
    db.optional("SELECT * FROM import_mapping WHERE name = $1", values![name]).await
}

pub(crate) async fn put(tx: &mut Tx, row: &MappingRow) -> Result<(), DbError> {
    let sql = "INSERT INTO import_mapping (name, mapping, changed_at, changed_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name) DO UPDATE SET mapping = $2, changed_at = $3, changed_by = $4";
    tx.execute(sql, values![&row.name, &row.mapping, row.changed_at, &row.changed_by]).await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, name: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM import_mapping WHERE name = $1", values![name]).await
}
