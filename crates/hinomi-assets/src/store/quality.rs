// SPDX-License-Identifier: Apache-2.0
//! Counts of what wants attention, by unit.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CountRow {
    pub unit_id: UnitId,
    pub assets: i64,
    pub unowned: i64,
    pub stale: i64,
    pub without_inventory: i64,
    pub discovered: i64,
}

pub(crate) async fn counts(db: &Db, stale_before: Time) -> Result<Vec<CountRow>, DbError> {
    let sql = "SELECT unit_id, COUNT(*) AS assets, COUNT(*) FILTER (WHERE unassigned) AS unowned,
            COUNT(*) FILTER (WHERE last_seen < $1) AS stale,
            COUNT(*) FILTER (WHERE NOT has_inventory) AS without_inventory,
            COUNT(*) FILTER (WHERE discovered) AS discovered
        FROM asset WHERE retired_at IS NULL GROUP BY unit_id";
    db.all(sql, values![stale_before]).await
}

pub(crate) async fn questions(db: &Db) -> Result<Vec<(UnitId, i64)>, DbError> {
    db.all("SELECT unit_id, COUNT(*) FROM asset_question WHERE closed_at IS NULL GROUP BY unit_id", ()).await
}

/// How many of these carriers are assets in use of each unit.
pub(crate) async fn units_of(db: &Db, carriers: &[i64]) -> Result<Vec<(UnitId, i64)>, DbError> {
    let sql = "SELECT unit_id, COUNT(*) FROM asset WHERE retired_at IS NULL
        AND ordinal IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) GROUP BY unit_id";
    db.all(sql, vec![Value::json_list(carriers)]).await
}
