// SPDX-License-Identifier: Apache-2.0
//! Tables `system`, `system_owner`.

use std::collections::HashMap;

use hinomi_core::{PageRequest, Scope, SystemId, Time, UnitId};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement};
use hinomi_db::search::fold;
use hinomi_db::{Db, DbError, Tx, Value, values};
use hinomi_org::model::{FOREVER_MICROS, like_patterns};

use crate::model::{Impact, Importance, Reachability, SystemKind};

/// A system as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SystemRow {
    pub id: SystemId,
    pub code: String,
    pub name: String,
    pub name_ja: String,
    pub name_key: String,
    pub unit_id: UnitId,
    pub kind: SystemKind,
    pub customer: String,
    #[sqlx(try_from = "i64")]
    pub confidentiality: Impact,
    #[sqlx(try_from = "i64")]
    pub integrity: Impact,
    #[sqlx(try_from = "i64")]
    pub availability: Impact,
    #[sqlx(try_from = "i64")]
    pub reachability: Reachability,
    pub sensitive_data: bool,
    /// JSON array of texts.
    pub sensitive_kinds: String,
    pub description: String,
    pub unassigned: bool,
    pub created_at: Time,
    pub retired_at: Option<Time>,
}

impl SystemRow {
    pub fn importance(&self) -> Importance {
        Importance {
            confidentiality: self.confidentiality,
            integrity: self.integrity,
            availability: self.availability,
        }
    }

    pub fn sensitive_kinds(&self) -> Vec<String> {
        serde_json::from_str(&self.sensitive_kinds).unwrap_or_default()
    }

    fn search_text(&self) -> String {
        fold(&format!("{} {} {} {}", self.code, self.name, self.name_ja, self.customer))
    }
}

const COLUMNS: [&str; 18] = [
    "id",
    "code",
    "name",
    "name_ja",
    "name_key",
    "unit_id",
    "kind",
    "customer",
    "confidentiality",
    "integrity",
    "availability",
    "reachability",
    "sensitive_data",
    "sensitive_kinds",
    "description",
    "unassigned",
    "created_at",
    "retired_at",
];

const BY_ID: &str = "SELECT * FROM system WHERE id = $1";
const BY_CODE: &str = "SELECT * FROM system WHERE code = $1";

pub(crate) async fn get(db: &Db, id: SystemId) -> Result<Option<SystemRow>, DbError> {
    db.optional(BY_ID, values![id]).await
}

pub(crate) async fn get_tx(tx: &mut Tx, id: SystemId) -> Result<Option<SystemRow>, DbError> {
    tx.optional(BY_ID, values![id]).await
}

pub(crate) async fn by_code(db: &Db, code: &str) -> Result<Option<SystemRow>, DbError> {
    db.optional(BY_CODE, values![code]).await
}

pub(crate) async fn by_code_tx(tx: &mut Tx, code: &str) -> Result<Option<SystemRow>, DbError> {
    tx.optional(BY_CODE, values![code]).await
}

pub(crate) async fn unassigned_tx(tx: &mut Tx) -> Result<Option<SystemRow>, DbError> {
    tx.optional("SELECT * FROM system WHERE unassigned", values![]).await
}

/// The names (code, name, name_ja) of systems.
pub(crate) async fn names(
    db: &Db,
    ids: &[SystemId],
) -> Result<HashMap<SystemId, (String, String, String)>, DbError> {
    let sql = "SELECT id, code, name, name_ja FROM system WHERE id IN (SELECT value FROM json_each($1))";
    let rows: Vec<(SystemId, String, String, String)> = db.all(sql, vec![Value::json_list(ids)]).await?;
    Ok(rows.into_iter().map(|(id, code, name, name_ja)| (id, (code, name, name_ja))).collect())
}

pub(crate) async fn insert(tx: &mut Tx, system: &SystemRow, owned_from: Time) -> Result<(), DbError> {
    let sql = "INSERT INTO system (id, code, name, name_ja, name_key, search_text, unit_id, kind, customer,
            confidentiality, integrity, availability, importance, reachability, sensitive_data, sensitive_kinds,
            description, unassigned, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let importance = system.importance();
    let values = values![
        system.id,
        &system.code,
        &system.name,
        &system.name_ja,
        &system.name_key,
        system.search_text(),
        system.unit_id,
        system.kind,
        &system.customer,
        importance.confidentiality.number(),
        importance.integrity.number(),
        importance.availability.number(),
        importance.overall().number(),
        system.reachability.number(),
        system.sensitive_data,
        &system.sensitive_kinds,
        &system.description,
        system.unassigned,
        system.created_at
    ];
    tx.execute(sql, values).await?;
    let sql = "INSERT INTO system_owner (system_id, unit_id, valid_from, valid_to) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, values![system.id, system.unit_id, owned_from, FOREVER_MICROS]).await?;
    Ok(())
}

/// Writes everything of a system but its owner.
pub(crate) async fn update(tx: &mut Tx, system: &SystemRow) -> Result<(), DbError> {
    let sql = "UPDATE system SET name = $2, name_ja = $3, name_key = $4, kind = $5, customer = $6,
            confidentiality = $7, integrity = $8, availability = $9, importance = $10, reachability = $11,
            sensitive_data = $12, sensitive_kinds = $13, description = $14, retired_at = $15,
            search_text = $16
        WHERE id = $1";
    let importance = system.importance();
    let values = values![
        system.id,
        &system.name,
        &system.name_ja,
        &system.name_key,
        system.kind,
        &system.customer,
        importance.confidentiality.number(),
        importance.integrity.number(),
        importance.availability.number(),
        importance.overall().number(),
        system.reachability.number(),
        system.sensitive_data,
        &system.sensitive_kinds,
        &system.description,
        system.retired_at,
        system.search_text()
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

/// Since when the owner of now owns the system.
pub(crate) async fn owned_since(tx: &mut Tx, system: SystemId) -> Result<Option<Time>, DbError> {
    let sql = "SELECT valid_from FROM system_owner WHERE system_id = $1 AND valid_to = $2";
    Ok(tx.optional::<(Time,)>(sql, values![system, FOREVER_MICROS]).await?.map(|(from,)| from))
}

/// Gives a system a new owner from `from` on, and with it the system's assets.
pub(crate) async fn change_owner(
    tx: &mut Tx,
    system: SystemId,
    unit: UnitId,
    from: Time,
) -> Result<(), DbError> {
    let sql = "UPDATE system_owner SET valid_to = $2 WHERE system_id = $1 AND valid_to = $3";
    tx.execute(sql, values![system, from, FOREVER_MICROS]).await?;
    let sql = "INSERT INTO system_owner (system_id, unit_id, valid_from, valid_to) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, values![system, unit, from, FOREVER_MICROS]).await?;
    tx.execute("UPDATE system SET unit_id = $2 WHERE id = $1", values![system, unit]).await?;
    // Two statements, each with an index of its own: one for both would look at every asset there is.
    let in_use = "UPDATE asset SET unit_id = $2 WHERE system_id = $1 AND retired_at IS NULL";
    tx.execute(in_use, values![system, unit]).await?;
    let retired = "UPDATE asset SET unit_id = $2 WHERE system_id = $1 AND retired_at IS NOT NULL";
    tx.execute(retired, values![system, unit]).await?;
    Ok(())
}

/// What a list of systems is sorted by; names break ties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SystemSort {
    #[default]
    Name,
    Importance,
    Reachability,
}

impl SystemSort {
    /// The list's name in cursors: another order is another list.
    pub(crate) fn list_name(self) -> &'static str {
        match self {
            Self::Name => "systems",
            Self::Importance => "systems-importance",
            Self::Reachability => "systems-reachability",
        }
    }

    fn column(self) -> Option<&'static str> {
        match self {
            Self::Name => None,
            Self::Importance => Some("importance"),
            Self::Reachability => Some("reachability"),
        }
    }

    pub(crate) fn rank(self, system: &SystemRow) -> i64 {
        match self {
            Self::Name => 0,
            Self::Importance => system.importance().overall().number(),
            Self::Reachability => system.reachability.number(),
        }
    }
}

/// Which systems a list shows.
#[derive(Debug, Clone, Default)]
pub struct SystemFilter {
    pub query: String,
    pub reachability: Option<Reachability>,
    pub importance: Option<Impact>,
    pub sensitive: Option<bool>,
    pub sort: SystemSort,
}

/// The sort keys of the row before.
pub(crate) struct After {
    pub rank: i64,
    pub name_key: String,
    pub id: String,
}

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &SystemFilter,
    request: &PageRequest,
    after: Option<After>,
) -> Result<Vec<SystemRow>, DbError> {
    let mut select = filtered(scope, filter);
    select.columns(COLUMNS).limit(u64::try_from(request.fetch_limit()).unwrap_or(1));
    if let Some(column) = filter.sort.column() {
        select.order_by(column, Order::Desc);
    }
    select.order_by("name_key", Order::Asc).order_by("id", Order::Asc);
    if let Some(after) = after {
        let later = Expr::tuple([Expr::col("name_key"), Expr::col("id")])
            .gt(Expr::tuple([Expr::value(after.name_key), Expr::value(after.id)]));
        select.and_where(match filter.sort.column() {
            None => later,
            Some(column) => Expr::col(column).lt(after.rank).or(Expr::col(column).eq(after.rank).and(later)),
        });
    }
    db.select_all(&select).await
}

pub(crate) async fn count(db: &Db, scope: &Scope, filter: &SystemFilter) -> Result<i64, DbError> {
    db.select_scalar(filtered(scope, filter).expr(Expr::cust("COUNT(*)"))).await
}

fn filtered(scope: &Scope, filter: &SystemFilter) -> SelectStatement {
    let mut select = Query::select();
    select.from("system").and_where(Expr::col("retired_at").is_null()).within("unit_id", scope);
    if let Some(reachability) = filter.reachability {
        select.and_where(Expr::col("reachability").eq(reachability.number()));
    }
    if let Some(importance) = filter.importance {
        select.and_where(Expr::col("importance").eq(importance.number()));
    }
    if let Some(sensitive) = filter.sensitive {
        select.and_where(Expr::col("sensitive_data").eq(sensitive));
    }
    for pattern in like_patterns(&filter.query) {
        select.and_where(Expr::col("search_text").like(LikeExpr::new(pattern).escape('\\')));
    }
    select
}

/// Systems by unit, for the counts of the organisation's pages.
pub(crate) async fn count_of_units(db: &Db, units: &[UnitId]) -> Result<i64, DbError> {
    let mut select = Query::select();
    select
        .expr(Expr::cust("COUNT(*)"))
        .from("system")
        .and_where(Expr::col("retired_at").is_null())
        .and_where(is_one_of(Expr::col("unit_id"), units));
    db.select_scalar(&select).await
}
