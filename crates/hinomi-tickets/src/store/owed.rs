// SPDX-License-Identifier: Apache-2.0
//! Table `ticket`, as what is owed.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::scope::ScopeFilter as _;
use hinomi_db::sea_query::{Expr, ExprTrait as _, Order, Query};
use hinomi_db::{Db, DbError, Value, values};

use crate::NEVER;
use crate::service::owed::OwedFilter;

/// More are not named one by one in a statement.
const MOST_NAMED: usize = 5_000;

/// A ticket that somebody owes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwedTicket {
    pub id: i64,
    pub unit_id: UnitId,
    pub package: String,
    pub opened_at: Time,
    pub due_at: Time,
    pub closed_at: Option<Time>,
    pub paused_until: Option<Time>,
}

/// Open tickets of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct OwedUnit {
    pub unit_id: UnitId,
    pub near: i64,
    pub overdue: i64,
    pub paused: i64,
    /// The earliest of them.
    pub due_at: Time,
}

/// Open tickets of a unit that fall due on one day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct OwedDay {
    pub unit_id: UnitId,
    /// Days since 1970.
    pub day: i64,
    /// The earliest of them.
    pub due_at: Time,
    pub tickets: i64,
}

pub(crate) async fn tickets(
    db: &Db,
    scope: &Scope,
    filter: &OwedFilter,
    limit: u64,
) -> Result<Vec<OwedTicket>, DbError> {
    let mut select = Query::select();
    select
        .columns(["id", "unit_id", "package", "opened_at", "due_at", "closed_at", "paused_until"])
        .from("ticket")
        .within("unit_id", scope)
        .and_where(Expr::col("due_at").lt(NEVER))
        .order_by("due_at", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(limit);
    if filter.open || filter.overdue_at.is_some() {
        select.and_where(Expr::col("is_open").eq(true));
    }
    if let Some(at) = filter.overdue_at {
        select.and_where(Expr::col("due_at").lt(at.as_micros()));
    }
    if let Some(since) = filter.due_since {
        select.and_where(Expr::col("due_at").gte(since.as_micros()));
    }
    if let Some(only) = &filter.only {
        select.and_where(Expr::col("id").is_in(only.iter().copied().take(MOST_NAMED)));
    }
    db.select_all(&select).await
}

macro_rules! by_unit {
    ($filter:literal) => {
        concat!(
            "SELECT unit_id, \
             SUM(CASE WHEN due_at >= $1 AND (paused_until IS NULL OR paused_until <= $1) THEN 1 ELSE 0 END) AS near, \
             SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END) AS overdue, \
             SUM(CASE WHEN due_at >= $1 AND paused_until > $1 THEN 1 ELSE 0 END) AS paused, MIN(due_at) AS due_at \
             FROM ticket WHERE is_open AND due_at <= $2 ",
            $filter,
            " GROUP BY unit_id ORDER BY MIN(due_at), unit_id"
        )
    };
}

pub(crate) async fn units(
    db: &Db,
    units: Option<&[UnitId]>,
    now: Time,
    horizon: Time,
) -> Result<Vec<OwedUnit>, DbError> {
    match units {
        Some(units) => {
            let sql = by_unit!("AND unit_id IN (SELECT value FROM json_each($3))");
            db.all(sql, values![now, horizon, Value::json_list(units)]).await
        }
        None => db.all(by_unit!(""), values![now, horizon]).await,
    }
}

pub(crate) async fn days(db: &Db, now: Time, horizon: Time) -> Result<Vec<OwedDay>, DbError> {
    db.all(
        "SELECT unit_id, due_at / 86400000000 AS day, MIN(due_at) AS due_at, COUNT(*) AS tickets FROM ticket \
         WHERE is_open AND due_at <= $2 AND (paused_until IS NULL OR paused_until <= $1) \
         GROUP BY unit_id, due_at / 86400000000 ORDER BY unit_id, day",
        values![now, horizon],
    )
    .await
}
