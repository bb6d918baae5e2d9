// SPDX-License-Identifier: Apache-2.0
//! Table `asset_source`.

use std::collections::BTreeMap;

use hinomi_db::ids::next_ids;
use hinomi_db::{Db, DbError, Tx, values};

use crate::reconcile::Origin;

/// A source as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct SourceRow {
    pub id: i64,
    pub name: String,
    pub kind: String,
    /// Lower is believed first.
    pub rank: i64,
    /// JSON object: attribute to rank, where it differs.
    pub ranks: String,
    pub numbered: bool,
}

impl SourceRow {
    pub(crate) fn ranks(&self) -> BTreeMap<String, i64> {
        serde_json::from_str(&self.ranks).unwrap_or_default()
    }
}

/// The source of this name, made when there is none.
pub(crate) async fn named(tx: &mut Tx, name: &str, kind: Origin) -> Result<SourceRow, DbError> {
    let sql = "SELECT * FROM asset_source WHERE name = $1";
    if let Some(known) = tx.optional(sql, values![name]).await? {
        return Ok(known);
    }
    let id = *next_ids(tx, "asset_source", 1).await?.start();
    let insert =
        "INSERT INTO asset_source (id, name, kind, rank, ranks, numbered) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (name) DO NOTHING";
    tx.execute(insert, values![id, name, kind.name(), kind.rank(), "{}", kind.numbered()]).await?;
    tx.one(sql, values![name]).await
}

pub(crate) async fn all(db: &Db) -> Result<Vec<SourceRow>, DbError> {
    db.all("SELECT * FROM asset_source ORDER BY rank, name", ()).await
}

/// Records and the newest of them by source.
pub(crate) async fn counts(db: &Db) -> Result<Vec<(i64, i64, i64)>, DbError> {
    let sql = "SELECT source_id, COUNT(*), MAX(observed_at) FROM asset_record GROUP BY source_id";
    db.all(sql, ()).await
}

/// Changes whom to believe; every record of the source is looked at again.
pub(crate) async fn rank(tx: &mut Tx, source: &SourceRow) -> Result<(), DbError> {
    let sql = "UPDATE asset_source SET rank = $2, ranks = $3 WHERE id = $1";
    tx.execute(sql, values![source.id, source.rank, &source.ranks]).await?;
    tx.execute("UPDATE asset_record SET dirty = TRUE WHERE source_id = $1", values![source.id]).await?;
    Ok(())
}

pub(crate) async fn by_name_tx(tx: &mut Tx, name: &str) -> Result<Option<SourceRow>, DbError> {
    tx.optional("SELECT * FROM asset_source WHERE name = $1", values![name]).await
}
