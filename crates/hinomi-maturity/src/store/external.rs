// SPDX-License-Identifier: Apache-2.0
//! Ratings by outside agencies.

use hinomi_core::Scope;
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Order, Query};
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ExternalRow {
    pub id: String,
    pub unit_id: String,
    pub provider: String,
    pub rated_on: String,
    pub value: String,
    pub scale: String,
    pub imported_at: i64,
    pub imported_by: String,
}

/// The newest first.
pub(crate) async fn list(db: &Db, scope: &Scope) -> Result<Vec<ExternalRow>, DbError> {
    let mut select = Query::select();
    select
        .columns(["id", "unit_id", "provider", "rated_on", "value", "scale", "imported_at", "imported_by"])
        .from("external_rating")
        .within("unit_id", scope)
        .order_by("rated_on", Order::Desc)
        .order_by("id", Order::Asc)
        .limit(1_000);
    db.select_all(&select).await
}

/// The same rating again replaces what was said before.
pub(crate) async fn put(tx: &mut Tx, row: &ExternalRow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO external_rating (id, unit_id, provider, rated_on, value, scale, imported_at, imported_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET value = excluded.value, \
         scale = excluded.scale, imported_at = excluded.imported_at, imported_by = excluded.imported_by",
        values![
            row.id.clone(),
            row.unit_id.clone(),
            row.provider.clone(),
            row.rated_on.clone(),
            row.value.clone(),
            row.scale.clone(),
            row.imported_at,
            row.imported_by.clone()
        ],
    )
    .await
}
