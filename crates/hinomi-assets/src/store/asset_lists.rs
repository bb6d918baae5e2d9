// SPDX-License-Identifier: Apache-2.0
//! Lists and counts of assets.
//!
//! The page and its count must come from an index whatever the reader sees. A narrow scope walks `asset_unit`; a wide
//! one walks the index of the list's own order and skips what is out of scope, which fills a page early:
//!
//! ```text
//! one department:  asset_unit (unit, name)  → few rows, sorted
//! a region:        asset_name (name)        → in order already, stops at the page's end
//! a search:        asset_search (name, text, unit, kind) → the same, and its count without the table
//! ```

use std::collections::HashMap;

use hinomi_core::{PageRequest, Scope, SystemId, Time, UnitId};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement};
use hinomi_db::{Db, DbError, Engine, Value};
use hinomi_org::model::like_patterns;

use super::assets::{AssetRow, COLUMNS};
use crate::model::{AssetKind, AssetList};

/// Which assets a list shows. Retired ones never.
#[derive(Debug, Clone)]
pub struct AssetFilter {
    pub query: String,
    pub system: Option<SystemId>,
    pub kind: Option<AssetKind>,
    /// `os-release` ID; empty for assets of which none is known.
    pub os: Option<String>,
    pub list: AssetList,
}

impl Default for AssetFilter {
    fn default() -> Self {
        Self { query: String::new(), system: None, kind: None, os: None, list: AssetList::All }
    }
}

/// The sort keys of the row before: a name, or for the stale list time and number.
pub(crate) enum After {
    Name(String),
    Seen(i64, i64),
}

/// Values of a facet that are shown.
const MOST_VALUES: u64 = 100;

/// Scopes of more units than this walk the index of the order.
const NARROW_UNITS: usize = 64;

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &AssetFilter,
    stale_before: Time,
    request: &PageRequest,
    after: Option<After>,
) -> Result<Vec<AssetRow>, DbError> {
    let mut page = filtered(filter, stale_before);
    narrow(&mut page, db, scope, filter);
    let stale = filter.list == AssetList::Stale;
    let order: &[&'static str] = if stale { &["last_seen", "ordinal"] } else { &["name_key"] };
    match after {
        Some(After::Name(name)) => {
            page.and_where(Expr::col("name_key").gt(name));
        }
        Some(After::Seen(seen, ordinal)) => {
            let keys = Expr::tuple([Expr::col("last_seen"), Expr::col("ordinal")]);
            page.and_where(keys.gt(Expr::tuple([Expr::value(seen), Expr::value(ordinal)])));
        }
        None => {}
    }
    page.limit(u64::try_from(request.fetch_limit()).unwrap_or(1));
    for column in order {
        page.order_by(*column, Order::Asc);
    }
    if stale {
        return db.select_all(page.columns(COLUMNS)).await;
    }
    // First the keys, from an index that holds all that is asked; then the rows of the page.
    let mut select = Query::select();
    select
        .columns(COLUMNS)
        .from("asset")
        .and_where(Expr::col("retired_at").is_null())
        .and_where(Expr::col("name_key").in_subquery(page.column("name_key").take()))
        .order_by("name_key", Order::Asc);
    db.select_all(&select).await
}

pub(crate) async fn count(
    db: &Db,
    scope: &Scope,
    filter: &AssetFilter,
    stale_before: Time,
) -> Result<i64, DbError> {
    let mut select = filtered(filter, stale_before);
    narrow(&mut select, db, scope, filter);
    db.select_scalar(select.expr(Expr::cust("COUNT(*)"))).await
}

/// Puts the scope in. The sign before a wide one keeps SQLite from going by unit and sorting a whole region.
fn narrow(select: &mut SelectStatement, db: &Db, scope: &Scope, filter: &AssetFilter) {
    match scope.unit_ids() {
        Some(units)
            if units.len() > NARROW_UNITS && db.engine() == Engine::Sqlite && filter.system.is_none() =>
        {
            select.and_where(is_one_of(Expr::cust("+unit_id"), units));
        }
        _ => {
            select.within("unit_id", scope);
        }
    }
}

/// Each condition is an equality on the first column of the index that serves it.
fn filtered(filter: &AssetFilter, stale_before: Time) -> SelectStatement {
    let mut select = Query::select();
    select.from("asset").and_where(Expr::col("retired_at").is_null());
    match filter.list {
        AssetList::All => {}
        AssetList::Unassigned => {
            select.and_where(Expr::col("unassigned").eq(true));
        }
        AssetList::Stale => {
            select.and_where(Expr::col("last_seen").lt(stale_before.as_micros()));
        }
        AssetList::WithoutInventory => {
            select.and_where(Expr::col("has_inventory").eq(false));
        }
        AssetList::Discovered => {
            select.and_where(Expr::col("discovered").eq(true));
        }
    }
    if let Some(system) = filter.system {
        select.and_where(Expr::col("system_id").eq(system.to_string()));
    }
    if let Some(kind) = filter.kind {
        select.and_where(Expr::col("kind").eq(kind.name()));
    }
    if let Some(os) = &filter.os {
        select.and_where(Expr::col("os_id").eq(os.as_str()));
    }
    for pattern in like_patterns(&filter.query) {
        select.and_where(Expr::col("search_text").like(LikeExpr::new(pattern).escape('\\')));
    }
    select
}

/// How many assets in use each system has.
pub(crate) async fn count_by_system(
    db: &Db,
    systems: &[SystemId],
) -> Result<HashMap<SystemId, i64>, DbError> {
    let sql = "SELECT system_id, COUNT(*) FROM asset
        WHERE retired_at IS NULL AND system_id IN (SELECT value FROM json_each($1)) GROUP BY system_id";
    let rows: Vec<(SystemId, i64)> = db.all(sql, vec![Value::json_list(systems)]).await?;
    Ok(rows.into_iter().collect())
}

/// Assets in use of these units.
pub(crate) async fn count_of_units(db: &Db, units: &[UnitId]) -> Result<i64, DbError> {
    let mut select = Query::select();
    select
        .expr(Expr::cust("COUNT(*)"))
        .from("asset")
        .and_where(Expr::col("retired_at").is_null())
        .and_where(is_one_of(Expr::col("unit_id"), units));
    db.select_scalar(&select).await
}

/// How many of the assets that a filter shows have each value of a column, the most first.
pub(crate) async fn facet(
    db: &Db,
    scope: &Scope,
    filter: &AssetFilter,
    stale_before: Time,
    column: &'static str,
) -> Result<Vec<(String, i64)>, DbError> {
    let mut select = filtered(filter, stale_before);
    select.within("unit_id", scope);
    select
        .column(column)
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .group_by_col(column)
        .order_by("count", Order::Desc)
        .order_by(column, Order::Asc)
        .limit(MOST_VALUES);
    db.select_all(&select).await
}
