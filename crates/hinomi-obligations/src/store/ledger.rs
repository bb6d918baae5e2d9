// SPDX-License-Identifier: Apache-2.0
//! Tables `obligation`, `obligation_step`.

use std::collections::{BTreeSet, HashMap, HashSet};

use hinomi_core::{PersonId, Scope, Time, UnitId};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use jiff::civil::Date;

use crate::Calendar;
use crate::ledger::{NewObligation, ObligationFilter};
use crate::pauses::Owed;

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
    /// Whose days count for it.
    pub fn calendar(&self) -> Calendar {
        Calendar::named(&self.calendar).unwrap_or_else(|_| Calendar::weekdays())
    }

    /// The day to whose end there is time, where it is owed: days end later or earlier than in UTC.
    pub fn due_on(&self) -> Date {
        self.calendar().day_of(self.due_at)
    }

    pub(crate) fn owed(&self) -> Owed<'_> {
        Owed { id: &self.id, record: "obligation", unit: self.unit_id }
    }

    /// Why nothing is to be done any more.
    pub(crate) fn over(&self) -> Option<&'static str> {
        match (self.done_at, self.withdrawn_at) {
            (Some(_), _) => Some("done"),
            (None, Some(_)) => Some("withdrawn"),
            (None, None) => None,
        }
    }
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

/// The first proof stays.
pub(crate) async fn prove(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    at: Time,
    by: &str,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET proven_at = $3, proven_by = $4 \
             WHERE kind = $1 AND subject = $2 AND done_at IS NOT NULL AND proven_at IS NULL",
            values![kind, subject, at, by],
        )
        .await?;
    Ok(changed > 0)
}

/// Record → since when and by whom it is proven, of a kind.
pub(crate) async fn proofs(
    db: &Db,
    kind: &str,
    unit: UnitId,
) -> Result<HashMap<String, (Time, String)>, DbError> {
    let rows: Vec<(String, i64, String)> = db
        .all(
            "SELECT subject, proven_at, proven_by FROM obligation \
             WHERE kind = $1 AND unit_id = $2 AND proven_at IS NOT NULL",
            values![kind, unit.to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(subject, at, by)| (subject, (Time::from_micros(at), by))).collect())
}

pub(crate) async fn reopen(tx: &mut Tx, kind: &str, subject: &str) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET done_at = NULL, done_by = '', proven_at = NULL, proven_by = '' \
             WHERE kind = $1 AND subject = $2 AND done_at IS NOT NULL",
            values![kind, subject],
        )
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn pass_on(
    tx: &mut Tx,
    (kind, subject): (&str, &str),
    unit: UnitId,
    (new_subject, href): (&str, &str),
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE obligation SET unit_id = $3, subject = $4, href = $5 \
             WHERE kind = $1 AND subject = $2 AND done_at IS NULL AND withdrawn_at IS NULL",
            values![kind, subject, unit, new_subject, href],
        )
        .await?;
    Ok(changed == 1)
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

/// Units with something that is neither done nor withdrawn.
pub(crate) async fn units_owing(db: &Db) -> Result<Vec<UnitId>, DbError> {
    db.column("SELECT DISTINCT unit_id FROM obligation WHERE done_at IS NULL AND withdrawn_at IS NULL", ())
        .await
}

pub(crate) async fn due_put(tx: &mut Tx, id: &str, plain: Time, due: Time) -> Result<u64, DbError> {
    tx.execute("UPDATE obligation SET plain_due_at = $2, due_at = $3 WHERE id = $1", values![id, plain, due])
        .await
}

/// Its clock does not stand still at an instant.
const GOES_ON: &str = "NOT EXISTS (SELECT 1 FROM obligation_pause p WHERE p.obligation_id = obligation.id \
    AND p.approved_at IS NOT NULL AND p.from_at <= $1 AND (p.to_at IS NULL OR p.to_at > $2))";

/// What a unit owes and has not done.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwedCount {
    pub unit_id: UnitId,
    pub open: i64,
    pub overdue: i64,
}

/// Counted by unit: the same entries that [`list`] shows.
pub(crate) async fn counts(db: &Db, scope: &Scope, now: Time) -> Result<Vec<OwedCount>, DbError> {
    let at = now.as_micros();
    let goes_on = GOES_ON.replace("$1", &at.to_string()).replace("$2", &at.to_string());
    let late = format!("COUNT(*) FILTER (WHERE due_at < {at} AND {goes_on})");
    let mut select = Query::select();
    select
        .column("unit_id")
        .expr_as(Expr::cust("COUNT(*)"), "open")
        .expr_as(Expr::cust(late), "overdue")
        .from("obligation")
        .within("unit_id", scope)
        .and_where(Expr::col("withdrawn_at").is_null())
        .and_where(Expr::col("done_at").is_null())
        .group_by_col("unit_id");
    db.select_all(&select).await
}

/// Records of a kind whose clock stands still.
pub(crate) async fn paused_subjects(db: &Db, kind: &str, now: Time) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT o.subject FROM obligation o WHERE o.kind = $1 AND o.done_at IS NULL AND o.id IN (SELECT p.obligation_id FROM obligation_pause p \
         WHERE p.approved_at IS NOT NULL AND p.from_at <= $2 AND (p.to_at IS NULL OR p.to_at > $2))",
        values![kind, now],
    )
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
        let at = at.as_micros();
        select
            .and_where(Expr::col("done_at").is_null())
            .and_where(Expr::col("due_at").lt(at))
            .and_where(Expr::cust_with_values(GOES_ON, [at, at]));
    }
    if let Some(since) = filter.due_since {
        select.and_where(Expr::col("due_at").gte(since.as_micros()));
    }
    db.select_all(&select).await
}

const STEPS: BulkTable = BulkTable {
    name: "obligation_step",
    columns: &[
        Column::text("obligation_id"),
        Column::text("step"),
        Column::text("person_id"),
        Column::int("taken_at"),
    ],
    on_conflict: Some("ON CONFLICT (obligation_id, step, person_id) DO NOTHING"),
};

pub(crate) async fn steps_take(
    tx: &mut Tx,
    steps: &[(String, String)],
    person: PersonId,
    now: Time,
) -> Result<u64, DbError> {
    let person = person.to_string();
    let rows = steps.iter().map(|(owed, step)| {
        vec![
            Value::from(owed.clone()),
            Value::from(step.clone()),
            Value::from(person.clone()),
            Value::from(now.as_micros()),
        ]
    });
    tx.bulk_insert(&STEPS, rows).await
}

pub(crate) async fn steps_taken(
    db: &Db,
    person: PersonId,
    steps: &[(String, String)],
) -> Result<HashSet<(String, String)>, DbError> {
    let ids: BTreeSet<&str> = steps.iter().map(|(owed, _)| owed.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut taken = HashSet::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<(String, String)> = db
            .all(
                "SELECT obligation_id, step FROM obligation_step \
                 WHERE obligation_id IN (SELECT value FROM json_each($1)) AND person_id = $2",
                values![Value::json_list(chunk), person.to_string()],
            )
            .await?;
        taken.extend(rows);
    }
    Ok(taken)
}
