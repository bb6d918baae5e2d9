// SPDX-License-Identifier: Apache-2.0
//! Tables `month_tickets`, `month_counted`.

use hinomi_core::{Scope, Time};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Expr, ExprTrait, Query};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

/// Tickets of one unit alone in a month that ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub(in crate::department) struct MonthRow {
    pub(in crate::department) unit_id: String,
    pub(in crate::department) month: String,
    pub(in crate::department) open: i64,
    pub(in crate::department) overdue: i64,
    pub(in crate::department) opened: i64,
    pub(in crate::department) closed: i64,
}

const MONTHS: BulkTable = BulkTable {
    name: "month_tickets",
    columns: &[
        Column::text("unit_id"),
        Column::text("month"),
        Column::int("open"),
        Column::int("overdue"),
        Column::int("opened"),
        Column::int("closed"),
    ],
    on_conflict: None,
};

/// From a month up to another, both with it.
pub(in crate::department) async fn month_tickets(
    db: &Db,
    scope: &Scope,
    from: &str,
    to: &str,
) -> Result<Vec<MonthRow>, DbError> {
    let mut select = Query::select();
    select
        .columns(["unit_id", "month", "open", "overdue", "opened", "closed"])
        .from("month_tickets")
        .within("unit_id", scope)
        .and_where(Expr::col("month").gte(from))
        .and_where(Expr::col("month").lte(to));
    db.select_all(&select).await
}

pub(in crate::department) async fn months_counted(db: &Db) -> Result<Vec<String>, DbError> {
    db.column("SELECT month FROM month_counted ORDER BY month", ()).await
}

/// Keeps a month; false when it is kept already.
pub(in crate::department) async fn month_count(
    tx: &mut Tx,
    month: &str,
    rows: Vec<MonthRow>,
    now: Time,
) -> Result<bool, DbError> {
    let new = tx
        .execute(
            "INSERT INTO month_counted (month, counted_at) VALUES ($1, $2) ON CONFLICT (month) DO NOTHING",
            values![month, now],
        )
        .await?;
    if new == 0 {
        return Ok(false);
    }
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.unit_id),
            Value::from(row.month),
            Value::from(row.open),
            Value::from(row.overdue),
            Value::from(row.opened),
            Value::from(row.closed),
        ]
    });
    tx.bulk_insert(&MONTHS, rows).await?;
    Ok(true)
}
