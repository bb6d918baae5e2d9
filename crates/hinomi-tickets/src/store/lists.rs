// SPDX-License-Identifier: Apache-2.0
//! Lists, groups and counts of tickets; every statement carries the reader's scope.

use super::json_list;
use super::tickets::EventRow;
use crate::NEVER;
use crate::model::TicketRow;
use hinomi_core::{PageRequest, Scope, Time};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement};
use hinomi_db::{Db, DbError, Engine};

pub(crate) const COLUMNS: [&str; 28] = [
    "id",
    "system_id",
    "unit_id",
    "ecosystem",
    "release",
    "package",
    "is_open",
    "closure",
    "criticality",
    "high_priority",
    "known_exploited",
    "severity",
    "severity_rank",
    "due_at",
    "waiting_for_fix",
    "restart_pending",
    "stale",
    "target_version",
    "started_at",
    "items_open",
    "items_total",
    "assets",
    "assignee",
    "opened_at",
    "closed_at",
    "reopened",
    "policy_id",
    "paused_until",
];

/// Scopes of more units than this walk the index of the order and skip what is out of scope.
const NARROW_UNITS: usize = 64;

/// Which state of tickets a list shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StateFilter {
    #[default]
    Open,
    Closed,
    All,
}

/// What a list is sorted by; always with the number last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Due,
    Criticality,
    Age,
    Opened,
}

impl Sort {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Due => "tickets-due",
            Self::Criticality => "tickets-criticality",
            Self::Age => "tickets-age",
            Self::Opened => "tickets-opened",
        }
    }
}

/// Who a ticket is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssigneeFilter {
    Nobody,
    Person(String),
}

/// Which tickets are wanted.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    pub state: StateFilter,
    pub system: Option<String>,
    pub criticalities: Vec<i64>,
    pub overdue: bool,
    pub waiting: Option<bool>,
    pub high_priority: Option<bool>,
    pub known_exploited: Option<bool>,
    pub assignee: Option<AssigneeFilter>,
    /// Items of any of these.
    pub vulnerabilities: Option<Vec<i64>>,
    pub text: Option<String>,
    /// Ecosystem and release of the update run.
    pub distribution: Option<(String, String)>,
    /// Open at this instant of the past, whatever they are now.
    pub at: Option<Time>,
    /// Opened or closed from an instant until before another, with the unit, criticality and due date that they had then; in
    /// the place of `at`.
    pub moved: Option<(Moved, Time, Time)>,
    pub ids: Option<Vec<i64>>,
}

/// What happened to tickets. A change of owner or of criticality is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// For the first time or again.
    Opened,
    Closed,
}

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    sort: Sort,
    now: Time,
    request: &PageRequest,
    after: Option<(i64, i64)>,
) -> Result<Vec<TicketRow>, DbError> {
    let mut select = filtered(filter, now);
    bound(&mut select, db, scope, filter);
    let (column, order) = match sort {
        Sort::Due => ("due_at", Order::Asc),
        Sort::Criticality => ("criticality", Order::Desc),
        Sort::Age => ("opened_at", Order::Asc),
        Sort::Opened => ("opened_at", Order::Desc),
    };
    select.columns(COLUMNS).order_by(column, order.clone()).order_by("id", order.clone());
    if let Some((key, id)) = after {
        let keys = Expr::tuple([Expr::col(column), Expr::col("id")]);
        let values = Expr::tuple([Expr::value(key), Expr::value(id)]);
        let condition = if order == Order::Asc { keys.gt(values) } else { keys.lt(values) };
        select.and_where(condition);
    }
    select.limit(u64::try_from(request.fetch_limit()).unwrap_or(1));
    db.select_all(&select).await
}

fn bound(select: &mut SelectStatement, db: &Db, scope: &Scope, filter: &TicketFilter) {
    match scope.unit_ids() {
        // The sign keeps SQLite from choosing the index by unit and sorting a whole region.
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

pub(super) fn filtered(filter: &TicketFilter, now: Time) -> SelectStatement {
    let now = filter.at.unwrap_or(now);
    let mut select = Query::select();
    match (filter.moved, filter.at) {
        (Some((moved, from, to)), _) => {
            select.from_subquery(moved_in(moved, from, to), "ticket");
        }
        (None, Some(at)) => {
            select.from_subquery(as_of(at), "ticket");
        }
        (None, None) => {
            select.from("ticket");
        }
    }
    match filter.state {
        _ if filter.at.is_some() && filter.moved.is_none() => {}
        StateFilter::Open => {
            select.and_where(Expr::col("is_open").eq(true));
        }
        StateFilter::Closed => {
            select.and_where(Expr::col("is_open").eq(false));
        }
        StateFilter::All => {}
    }
    if let Some(system) = &filter.system {
        select.and_where(Expr::col("system_id").eq(system.as_str()));
    }
    if !filter.criticalities.is_empty() {
        select.and_where(Expr::col("criticality").is_in(filter.criticalities.iter().copied()));
    }
    if filter.overdue {
        select.and_where(Expr::col("due_at").lt(now.as_micros()));
    }
    for (column, wanted) in [
        ("waiting_for_fix", filter.waiting),
        ("high_priority", filter.high_priority),
        ("known_exploited", filter.known_exploited),
    ] {
        if let Some(wanted) = wanted {
            select.and_where(Expr::col(column).eq(wanted));
        }
    }
    match &filter.assignee {
        Some(AssigneeFilter::Nobody) => {
            select.and_where(Expr::col("assignee").is_null());
        }
        Some(AssigneeFilter::Person(id)) => {
            select.and_where(Expr::col("assignee").eq(id.as_str()));
        }
        None => {}
    }
    if let Some(vulnerabilities) = &filter.vulnerabilities {
        let mut items = Query::select();
        items
            .column("ticket_id")
            .from("ticket_item")
            .and_where(Expr::col("vulnerability_id").is_in(vulnerabilities.iter().copied()));
        select.and_where(Expr::col("id").in_subquery(items));
    }
    if let Some((ecosystem, release)) = &filter.distribution {
        select
            .and_where(Expr::col("ecosystem").eq(ecosystem.as_str()))
            .and_where(Expr::col("release").eq(release.as_str()));
    }
    if let Some(ids) = &filter.ids {
        select.and_where(is_one_of(Expr::cust("CAST(id AS TEXT)"), ids));
    }
    if let Some(text) = &filter.text {
        let number = text.trim().trim_start_matches(['T', 't']).trim_start_matches('-').parse::<i64>().ok();
        let pattern =
            format!("%{}%", text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_"));
        let by_name = Expr::cust_with_values("lower(package) LIKE $1 ESCAPE '!'", [pattern]);
        select.and_where(match number {
            Some(number) => by_name.or(Expr::col("id").eq(number)),
            None => by_name,
        });
    }
    select
}

/// The tickets that were open at an instant: the same rows that the heat map of that instant counts.
fn as_of(at: Time) -> SelectStatement {
    let mut then = of_intervals(Some(true));
    then.and_where(Expr::col(("case_interval", "from_at")).lte(at.as_micros()))
        .and_where(Expr::col(("case_interval", "to_at")).gt(at.as_micros()));
    then
}

/// The tickets that were opened, or closed, in a span: each once, as it was the last time that it was.
fn moved_in(moved: Moved, from: Time, to: Time) -> SelectStatement {
    let (edge, is_edge, is_last) = match moved {
        Moved::Opened => (
            "from_at",
            "NOT EXISTS (SELECT 1 FROM case_interval b WHERE b.case_id = case_interval.case_id \
              AND b.to_at = case_interval.from_at)",
            "NOT EXISTS (SELECT 1 FROM case_interval l WHERE l.case_id = case_interval.case_id \
              AND l.from_at > case_interval.from_at AND l.from_at < $1 AND NOT EXISTS (SELECT 1 FROM case_interval b \
               WHERE b.case_id = l.case_id AND b.to_at = l.from_at))",
        ),
        Moved::Closed => (
            "to_at",
            "NOT EXISTS (SELECT 1 FROM case_interval n WHERE n.case_id = case_interval.case_id \
              AND n.from_at = case_interval.to_at)",
            "NOT EXISTS (SELECT 1 FROM case_interval l WHERE l.case_id = case_interval.case_id \
              AND l.to_at > case_interval.to_at AND l.to_at < $1 AND NOT EXISTS (SELECT 1 FROM case_interval n \
               WHERE n.case_id = l.case_id AND n.from_at = l.to_at))",
        ),
    };
    let mut then = of_intervals(None);
    then.and_where(Expr::col(("case_interval", edge)).gte(from.as_micros()))
        .and_where(Expr::col(("case_interval", edge)).lt(to.as_micros()))
        .and_where(Expr::cust(is_edge))
        .and_where(Expr::cust_with_values(is_last, [to.as_micros()]));
    then
}

/// Tickets with the unit, criticality and due date that they had in each of their intervals.
fn of_intervals(is_open: Option<bool>) -> SelectStatement {
    let mut then = Query::select();
    for column in COLUMNS {
        match (column, is_open) {
            ("unit_id" | "criticality" | "due_at", _) => then.column(("case_interval", column)),
            ("is_open", Some(is_open)) => then.expr_as(Expr::val(is_open), Alias::new(column)),
            _ => then.column(("ticket", column)),
        };
    }
    then.from("ticket")
        .inner_join("case_interval", Expr::col(("case_interval", "case_id")).equals(("ticket", "id")));
    then
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GroupRow {
    pub system_id: String,
    pub unit_id: String,
    pub ecosystem: String,
    pub release: String,
    pub tickets: i64,
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
    pub overdue: i64,
    pub earliest_due: i64,
}

const BY_CRITICALITY: [(&str, &str); 4] = [
    ("critical", "COUNT(*) FILTER (WHERE criticality = 4)"),
    ("high", "COUNT(*) FILTER (WHERE criticality = 3)"),
    ("medium", "COUNT(*) FILTER (WHERE criticality = 2)"),
    ("low", "COUNT(*) FILTER (WHERE criticality = 1)"),
];

pub(super) fn overdue_sum(now: Time) -> hinomi_db::sea_query::SimpleExpr {
    Expr::cust_with_values("COUNT(*) FILTER (WHERE due_at < $1)", [now.as_micros()])
}

/// Tickets by system and distribution: one update run closes many. Ordered by earliest due date.
pub(crate) async fn groups(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
    request: &PageRequest,
    offset: u64,
) -> Result<Vec<GroupRow>, DbError> {
    let mut select = filtered(filter, now);
    select
        .within("unit_id", scope)
        .columns(["system_id", "unit_id", "ecosystem", "release"])
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("tickets"))
        .expr_as(overdue_sum(filter.at.unwrap_or(now)), Alias::new("overdue"))
        .expr_as(Expr::cust("MIN(due_at)"), Alias::new("earliest_due"));
    for (name, sum) in BY_CRITICALITY {
        select.expr_as(Expr::cust(sum), Alias::new(name));
    }
    select
        .group_by_columns(["system_id", "unit_id", "ecosystem", "release"])
        .order_by("earliest_due", Order::Asc)
        .order_by("system_id", Order::Asc)
        .order_by("ecosystem", Order::Asc)
        .order_by("release", Order::Asc)
        .limit(u64::try_from(request.fetch_limit()).unwrap_or(1))
        .offset(offset);
    db.select_all(&select).await
}

/// Packages of the systems' open tickets that can be updated, for their update commands.
pub(crate) async fn packages_of_systems(db: &Db, systems: &[&str]) -> Result<Vec<RunPackage>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT system_id, ecosystem, release, package FROM ticket \
         WHERE system_id IN (SELECT value FROM json_each($1)) AND is_open AND NOT waiting_for_fix ORDER BY package",
        "SELECT DISTINCT system_id, ecosystem, release, package FROM ticket \
         WHERE system_id IN (SELECT json_array_elements_text($1::json)) AND is_open AND NOT waiting_for_fix \
         ORDER BY package",
    );
    db.all(sql, hinomi_db::values![json_list(systems)]).await
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct RunPackage {
    pub system_id: String,
    pub ecosystem: String,
    pub release: String,
    pub package: String,
}

/// System, ecosystem and release: whose packages one command updates.
pub type RunKey = (String, String, String);

impl GroupRow {
    pub fn key(&self) -> RunKey {
        (self.system_id.clone(), self.ecosystem.clone(), self.release.clone())
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CountsRow {
    pub open: i64,
    pub overdue: i64,
    pub waiting_for_fix: i64,
    pub high_priority: i64,
    pub known_exploited: i64,
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
}

pub(crate) async fn counts(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
) -> Result<CountsRow, DbError> {
    let mut select = filtered(filter, now);
    select
        .within("unit_id", scope)
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("open"))
        .expr_as(overdue_sum(filter.at.unwrap_or(now)), Alias::new("overdue"));
    for flag in ["waiting_for_fix", "high_priority", "known_exploited"] {
        let sum = match flag {
            "waiting_for_fix" => "COUNT(*) FILTER (WHERE waiting_for_fix)",
            "high_priority" => "COUNT(*) FILTER (WHERE high_priority)",
            _ => "COUNT(*) FILTER (WHERE known_exploited)",
        };
        select.expr_as(Expr::cust(sum), Alias::new(flag));
    }
    for (name, sum) in BY_CRITICALITY {
        select.expr_as(Expr::cust(sum), Alias::new(name));
    }
    db.select_one(&select).await
}

/// Those whose clock stands still: asked apart, so that the counts above read nothing but their index.
pub(crate) async fn paused(db: &Db, scope: &Scope, filter: &TicketFilter, now: Time) -> Result<i64, DbError> {
    let mut select = filtered(filter, now);
    select
        .within("unit_id", scope)
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("paused"))
        .and_where(Expr::col("is_open").eq(true))
        .and_where(Expr::col("paused_until").gt(now.as_micros()));
    db.select_scalar(&select).await
}

/// Comments and other events of one ticket, newest first.
pub(crate) async fn history(db: &Db, ticket_id: i64) -> Result<Vec<EventRow>, DbError> {
    super::tickets::events_of(db, ticket_id).await
}

/// No due date is the end of time in lists; people see none.
pub(crate) fn due(stored: i64) -> Option<Time> {
    (stored != NEVER).then(|| Time::from_micros(stored))
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct OpenItemRow {
    pub ticket_id: i64,
    pub system_id: String,
    pub criticality: i64,
    pub due_at: i64,
    pub vulnerability_id: i64,
    pub first_seen: i64,
    pub fix_known_at: Option<i64>,
    pub standing: Option<String>,
}

pub(crate) async fn open_item_rows(db: &Db) -> Result<Vec<OpenItemRow>, DbError> {
    db.all(
        "SELECT t.id AS ticket_id, t.system_id, t.criticality, t.due_at, i.vulnerability_id, i.first_seen, \
         i.fix_known_at, i.standing FROM ticket t JOIN ticket_item i ON i.ticket_id = t.id \
         WHERE t.is_open AND i.closed_at IS NULL ORDER BY t.id",
        hinomi_db::values![],
    )
    .await
}
