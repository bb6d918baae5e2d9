// SPDX-License-Identifier: Apache-2.0
//! Tickets counted by the unit that had them, for figures that stand beside their past.

use hinomi_core::{Scope, Time};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Alias, Expr, ExprTrait, Query};
use hinomi_db::{Db, DbError, values};

use super::lists::{TicketFilter, filtered, overdue_sum};

/// Tickets of one unit alone.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnitCountRow {
    pub unit_id: String,
    pub tickets: i64,
    pub overdue: i64,
}

/// The tickets of the filter by unit: added up over units they are what [`super::lists::counts`] says.
pub(crate) async fn counts(db: &Db, filter: &TicketFilter, now: Time) -> Result<Vec<UnitCountRow>, DbError> {
    let mut select = filtered(filter, now);
    select
        .column("unit_id")
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("tickets"))
        .expr_as(overdue_sum(filter.at.unwrap_or(now)), Alias::new("overdue"))
        .group_by_columns(["unit_id"]);
    db.select_all(&select).await
}

/// When the first ticket was opened.
pub(crate) async fn first_at(db: &Db) -> Result<Option<i64>, DbError> {
    db.scalar("SELECT MIN(from_at) FROM case_interval", values![]).await
}

/// By unit, how many tickets that are known to be exploited were open at each of the instants.
pub(crate) async fn exploited_at(
    db: &Db,
    scope: &Scope,
    instants: &[Time],
) -> Result<Vec<(String, Vec<i64>)>, DbError> {
    let (Some(first), Some(last)) = (instants.iter().min(), instants.iter().max()) else {
        return Ok(Vec::new());
    };
    // One text a unit: a column each would be a statement for each number of instants.
    let count = |at: &Time| {
        let at = at.as_micros();
        format!("CAST(COUNT(*) FILTER (WHERE from_at <= {at} AND to_at > {at}) AS TEXT)")
    };
    let counts: Vec<String> = instants.iter().map(count).collect();
    let mut exploited = Query::select();
    exploited.column("id").from("ticket").and_where(Expr::cust("known_exploited"));
    let mut select = Query::select();
    // The signs keep the database to the few tickets, or to the units, and from every interval of those times.
    select
        .column("unit_id")
        .expr_as(Expr::cust(counts.join(" || ',' || ")), Alias::new("counts"))
        .from("case_interval")
        .and_where(Expr::col("case_id").in_subquery(exploited))
        .and_where(Expr::cust_with_values("+to_at > $1", [first.as_micros()]))
        .and_where(Expr::cust_with_values("+from_at <= $1", [last.as_micros()]))
        .within("unit_id", scope)
        .group_by_col("unit_id");
    let rows: Vec<(String, String)> = db.select_all(&select).await?;
    let numbers = |list: String| list.split(',').map(|count| count.parse().unwrap_or(0)).collect();
    Ok(rows.into_iter().map(|(unit, counts)| (unit, numbers(counts))).collect())
}
