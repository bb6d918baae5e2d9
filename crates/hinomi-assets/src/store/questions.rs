// SPDX-License-Identifier: Apache-2.0
//! Table `asset_question`: what people are asked.

use hinomi_core::{PageRequest, Scope, Time, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct QuestionRow {
    pub record_id: i64,
    pub kind: String,
    pub rule: String,
    /// JSON array.
    pub shared: String,
    pub against: String,
    /// JSON array of records.
    pub candidates: String,
    pub unit_id: UnitId,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
}

impl QuestionRow {
    pub(crate) fn shared(&self) -> Vec<String> {
        serde_json::from_str(&self.shared).unwrap_or_default()
    }

    pub(crate) fn candidates(&self) -> Vec<i64> {
        serde_json::from_str(&self.candidates).unwrap_or_default()
    }
}

const COLUMNS: [&str; 9] =
    ["record_id", "kind", "rule", "shared", "against", "candidates", "unit_id", "opened_at", "closed_at"];

const QUESTION: BulkTable = BulkTable {
    name: "asset_question",
    columns: &[
        Column::int("record_id"),
        Column::text("kind"),
        Column::text("rule"),
        Column::text("shared"),
        Column::text("against"),
        Column::text("candidates"),
        Column::text("unit_id"),
        Column::int("opened_at"),
        Column::int("closed_at"),
    ],
    on_conflict: Some(
        "ON CONFLICT (record_id) DO UPDATE SET kind = excluded.kind, rule = excluded.rule,
        shared = excluded.shared, against = excluded.against, candidates = excluded.candidates,
        unit_id = excluded.unit_id, opened_at = excluded.opened_at, closed_at = NULL",
    ),
};

pub(crate) async fn put(tx: &mut Tx, rows: &[QuestionRow]) -> Result<(), DbError> {
    let rows = rows.iter().map(|row| {
        values![
            row.record_id,
            &row.kind,
            &row.rule,
            &row.shared,
            &row.against,
            &row.candidates,
            row.unit_id,
            row.opened_at,
            row.closed_at
        ]
        .0
    });
    tx.bulk_insert(&QUESTION, rows.collect::<Vec<_>>().into_iter()).await?;
    Ok(())
}

/// Questions that are open about any of these records.
pub(crate) async fn open_of(tx: &mut Tx, records: &[i64]) -> Result<Vec<QuestionRow>, DbError> {
    let sql = "SELECT * FROM asset_question WHERE closed_at IS NULL
        AND record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY record_id";
    tx.all(sql, vec![Value::json_list(records)]).await
}

pub(crate) async fn close(tx: &mut Tx, records: &[i64], at: Time) -> Result<(), DbError> {
    let sql = "UPDATE asset_question SET closed_at = $2 WHERE closed_at IS NULL
        AND record_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(records), at.into()]).await?;
    Ok(())
}

pub(crate) async fn get(db: &Db, record: i64) -> Result<Option<QuestionRow>, DbError> {
    db.optional("SELECT * FROM asset_question WHERE record_id = $1", values![record]).await
}

/// Open questions, oldest first, after (`opened_at`, `record_id`).
pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
    after: Option<(i64, i64)>,
) -> Result<Vec<QuestionRow>, DbError> {
    let mut select = Query::select();
    select.columns(COLUMNS).from("asset_question").and_where(Expr::col("closed_at").is_null());
    select.within("unit_id", scope);
    if let Some((opened, record)) = after {
        let keys = Expr::tuple([Expr::col("opened_at"), Expr::col("record_id")]);
        select.and_where(keys.gt(Expr::tuple([Expr::value(opened), Expr::value(record)])));
    }
    select.order_by("opened_at", Order::Asc).order_by("record_id", Order::Asc);
    select.limit(u64::try_from(request.fetch_limit()).unwrap_or(1));
    db.select_all(&select).await
}

pub(crate) async fn count(db: &Db, scope: &Scope) -> Result<i64, DbError> {
    let mut select = Query::select();
    select.expr(Expr::cust("COUNT(*)")).from("asset_question").and_where(Expr::col("closed_at").is_null());
    select.within("unit_id", scope);
    db.select_scalar(&select).await
}
