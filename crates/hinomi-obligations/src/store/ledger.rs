// SPDX-License-Identifier: Apache-2.0
//! Tables `obligation`, `obligation_pause`, `obligation_step`.

use std::collections::HashMap;

use hinomi_core::{Actor, PersonId, Scope, Time, UnitId};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use hinomi_db::{Db, DbError, Tx, Value, values};

use crate::ledger::{NewObligation, ObligationFilter};

/// What somebody must do by a time.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Obligation {
    pub id: String,
    pub kind: String,
    pub subject: String,
    pub unit_id: UnitId,
    pub person_id: Option<PersonId>,
    pub title: String,
    pub href: String,
    pub began_at: Time,
    pub calendar: String,
    pub span: String,
    pub plain_due_at: Time,
    pub due_at: Time,
    pub done_at: Option<Time>,
    pub withdrawn_at: Option<Time>,
}

impl Obligation {
    /// Why nothing is to be done any more.
    pub(crate) fn over(&self) -> Option<&'static str> {
        match (self.done_at, self.withdrawn_at) {
            (Some(_), _) => Some("done"),
            (None, Some(_)) => Some("withdrawn"),
            (None, None) => None,
        }
    }
}

/// A time that does not count.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PauseRow {
    pub id: String,
    pub obligation_id: String,
    pub from_at: Time,
    pub to_at: Option<Time>,
    pub reason: String,
    pub asked_by: String,
    pub asked_by_id: Option<PersonId>,
    pub approved_at: Option<Time>,
    pub approved_by: String,
}

const COLUMNS: [&str; 14] = [
    "id",
    "kind",
    "subject",
    "unit_id",
    "person_id",
    "title",
    "href",
    "began_at",
    "calendar",
    "span",
    "plain_due_at",
    "due_at",
    "done_at",
    "withdrawn_at",
];

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &str,
    new: &NewObligation<'_>,
    (calendar, span): (&str, &str),
    due: Time,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO obligation (id, kind, subject, unit_id, person_id, title, href, began_at, calendar, span, \
         plain_due_at, due_at, done_at, done_by, withdrawn_at, withdrawn_by, withdrawn_reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, NULL, '', NULL, '', '') \
         ON CONFLICT (kind, subject) DO NOTHING",
        values![
            id,
            new.kind,
            new.subject,
            new.unit.to_string(),
            new.person.map(|person| person.to_string()),
            new.title,
            new.href,
            new.start,
            calendar,
            span,
            due
        ],
    )
    .await
}

pub(crate) async fn of_subject(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
) -> Result<Option<Obligation>, DbError> {
    let mut select = Query::select();
    select
        .columns(COLUMNS)
        .from("obligation")
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("subject").eq(subject));
    tx.select_optional(&select).await
}

pub(crate) async fn of(db: &Db, kind: &str, subject: &str) -> Result<Option<Obligation>, DbError> {
    let mut select = Query::select();
    select
        .columns(COLUMNS)
        .from("obligation")
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("subject").eq(subject));
    db.select_optional(&select).await
}

pub(crate) async fn due_of_kind(db: &Db, kind: &str, since: Time) -> Result<HashMap<String, Time>, DbError> {
    let rows: Vec<(String, i64)> = db
        .all("SELECT subject, due_at FROM obligation WHERE kind = $1 AND due_at >= $2", values![kind, since])
        .await?;
    Ok(rows.into_iter().map(|(subject, due)| (subject, Time::from_micros(due))).collect())
}

fn of_id(id: &str) -> hinomi_db::sea_query::SelectStatement {
    let mut select = Query::select();
    select.columns(COLUMNS).from("obligation").and_where(Expr::col("id").eq(id));
    select
}

pub(crate) async fn by_id(db: &Db, id: &str) -> Result<Option<Obligation>, DbError> {
    db.select_optional(&of_id(id)).await
}

pub(crate) async fn by_id_tx(tx: &mut Tx, id: &str) -> Result<Option<Obligation>, DbError> {
    tx.select_optional(&of_id(id)).await
}

pub(crate) async fn close(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    at: Time,
    by: &str,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET done_at = $3, done_by = $4 \
             WHERE kind = $1 AND subject = $2 AND done_at IS NULL AND withdrawn_at IS NULL",
            values![kind, subject, at, by],
        )
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn reopen(tx: &mut Tx, kind: &str, subject: &str) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET done_at = NULL, done_by = '' \
             WHERE kind = $1 AND subject = $2 AND done_at IS NOT NULL",
            values![kind, subject],
        )
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn withdraw(
    tx: &mut Tx,
    id: &str,
    now: Time,
    by: &str,
    reason: &str,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4 \
             WHERE id = $1 AND done_at IS NULL AND withdrawn_at IS NULL",
            values![id, now, by, reason],
        )
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn due_put(tx: &mut Tx, id: &str, plain: Time, due: Time) -> Result<u64, DbError> {
    tx.execute("UPDATE obligation SET plain_due_at = $2, due_at = $3 WHERE id = $1", values![id, plain, due])
        .await
}

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &ObligationFilter,
    limit: u64,
) -> Result<Vec<Obligation>, DbError> {
    let mut select = Query::select();
    select
        .columns(COLUMNS)
        .from("obligation")
        .within("unit_id", scope)
        .and_where(Expr::col("withdrawn_at").is_null())
        .order_by("due_at", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(limit);
    if let Some(kind) = &filter.kind {
        select.and_where(Expr::col("kind").eq(kind.as_str()));
    }
    if let Some((person, units)) = &filter.mine {
        let of_seats =
            Cond::all().add(Expr::col("person_id").is_null()).add(is_one_of(Expr::col("unit_id"), units));
        select.cond_where(Cond::any().add(Expr::col("person_id").eq(person.to_string())).add(of_seats));
    }
    if filter.open {
        select.and_where(Expr::col("done_at").is_null());
    }
    if let Some(at) = filter.overdue_at {
        select.and_where(Expr::col("done_at").is_null()).and_where(Expr::col("due_at").lt(at.as_micros()));
    }
    if let Some(since) = filter.due_since {
        select.and_where(Expr::col("due_at").gte(since.as_micros()));
    }
    db.select_all(&select).await
}

const PAUSES: &str = "SELECT id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, approved_by \
    FROM obligation_pause WHERE obligation_id = $1 ORDER BY from_at, id";

pub(crate) async fn pauses(db: &Db, id: &str) -> Result<Vec<PauseRow>, DbError> {
    db.all(PAUSES, values![id]).await
}

pub(crate) async fn pauses_tx(tx: &mut Tx, id: &str) -> Result<Vec<PauseRow>, DbError> {
    tx.all(PAUSES, values![id]).await
}

pub(crate) async fn paused_now(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT DISTINCT obligation_id FROM obligation_pause \
         WHERE approved_at IS NOT NULL AND from_at <= $1 AND (to_at IS NULL OR to_at > $1)",
        values![now],
    )
    .await
}

pub(crate) async fn with_pauses_open(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT DISTINCT obligation_id FROM obligation_pause WHERE to_at IS NULL OR to_at > $1",
        values![now],
    )
    .await
}

pub(crate) async fn pause_get(db: &Db, id: &str) -> Result<Option<PauseRow>, DbError> {
    db.optional(
        "SELECT id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, approved_by \
         FROM obligation_pause WHERE id = $1",
        values![id],
    )
    .await
}

pub(crate) async fn pause(tx: &mut Tx, id: &str) -> Result<Option<PauseRow>, DbError> {
    tx.optional(
        "SELECT id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, approved_by \
         FROM obligation_pause WHERE id = $1",
        values![id],
    )
    .await
}

pub(crate) async fn pause_add(
    tx: &mut Tx,
    (pause, obligation): (&str, &str),
    (from, to): (Time, Option<Time>),
    reason: &str,
    actor: &Actor,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO obligation_pause (id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, \
         approved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, '')",
        values![
            pause,
            obligation,
            from,
            to,
            reason,
            actor.display_name(),
            actor.person_id().map(|person| person.to_string())
        ],
    )
    .await
}

pub(crate) async fn pause_approve(tx: &mut Tx, id: &str, now: Time, by: &str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE obligation_pause SET approved_at = $2, approved_by = $3 WHERE id = $1",
        values![id, now, by],
    )
    .await
}

pub(crate) async fn pause_end(tx: &mut Tx, id: &str, now: Time) -> Result<u64, DbError> {
    tx.execute("UPDATE obligation_pause SET to_at = $2 WHERE id = $1", values![id, now]).await
}

pub(crate) async fn step_take(
    tx: &mut Tx,
    obligation: &str,
    step: &str,
    person: PersonId,
    now: Time,
) -> Result<bool, DbError> {
    let added = tx
        .execute(
            "INSERT INTO obligation_step (obligation_id, step, person_id, taken_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (obligation_id, step, person_id) DO NOTHING",
            values![obligation, step, person.to_string(), now],
        )
        .await?;
    Ok(added > 0)
}

pub(crate) async fn steps_taken(db: &Db, ids: &[String]) -> Result<Vec<(String, String, PersonId)>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        obligation_id: String,
        step: String,
        person_id: PersonId,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT obligation_id, step, person_id FROM obligation_step \
             WHERE obligation_id IN (SELECT value FROM json_each($1))",
            values![Value::json_list(ids)],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.obligation_id, row.step, row.person_id)).collect())
}
