// SPDX-License-Identifier: Apache-2.0
//! Tables `person`, `person_membership`.

use hinomi_core::{PageRequest, PersonId, Scope, Time, UnitId};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Alias, Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement};
use hinomi_db::search::fold;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

use crate::model::plan::PersonRecord;
use crate::model::{forever, like_patterns};

pub(crate) async fn all(db: &Db) -> Result<Vec<PersonRecord>, DbError> {
    db.all("SELECT id, code, name, name_native, email, unit_id, left_at FROM person ORDER BY code", values![])
        .await
}

pub(crate) async fn all_tx(tx: &mut Tx) -> Result<Vec<PersonRecord>, DbError> {
    tx.all("SELECT id, code, name, name_native, email, unit_id, left_at FROM person", values![]).await
}

pub(crate) async fn get(db: &Db, id: PersonId) -> Result<Option<PersonRecord>, DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person WHERE id = $1";
    db.optional(sql, values![id]).await
}

pub(crate) async fn get_tx(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRecord>, DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person WHERE id = $1";
    tx.optional(sql, values![id]).await
}

pub(crate) async fn by_email(db: &Db, email: &str) -> Result<Option<PersonRecord>, DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person WHERE email = $1";
    db.optional(sql, values![email]).await
}

pub(crate) async fn by_code(db: &Db, code: &str) -> Result<Option<PersonRecord>, DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person WHERE code = $1";
    db.optional(sql, values![code]).await
}

/// Which people a list shows.
#[derive(Debug, Clone)]
pub(crate) struct PersonFilter {
    /// Only people who have not left by then.
    pub at_work: Time,
    pub query: String,
    /// Only people of these units.
    pub units: Option<Vec<UnitId>>,
}

/// Sort key and row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ListedPerson {
    pub name_key: String,
    #[sqlx(flatten)]
    pub person: PersonRecord,
}

pub(crate) const LIST: &str = "people";

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &PersonFilter,
    request: &PageRequest,
    after: Option<(String, String)>,
) -> Result<Vec<ListedPerson>, DbError> {
    let columns = ["name_key", "id", "code", "name", "name_native", "email", "unit_id", "left_at"];
    let mut select = filtered(scope, filter);
    select
        .columns(columns.map(Alias::new))
        .order_by("name_key", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(u64::try_from(request.fetch_limit()).unwrap_or(1));
    if let Some((name_key, id)) = after {
        let later = Expr::tuple([Expr::col("name_key"), Expr::col("id")])
            .gt(Expr::tuple([Expr::value(name_key), Expr::value(id)]));
        select.and_where(later);
    }
    db.select_all(&select).await
}

pub(crate) async fn count(db: &Db, scope: &Scope, filter: &PersonFilter) -> Result<i64, DbError> {
    db.select_scalar(filtered(scope, filter).expr(Expr::cust("COUNT(*)"))).await
}

fn filtered(scope: &Scope, filter: &PersonFilter) -> SelectStatement {
    let mut select = Query::select();
    let stays = Expr::col("left_at").is_null().or(Expr::col("left_at").gt(filter.at_work.as_micros()));
    select.from("person").and_where(stays).within("unit_id", scope);
    if let Some(units) = &filter.units {
        select.and_where(is_one_of(Expr::col("unit_id"), units));
    }
    for pattern in like_patterns(&filter.query) {
        select.and_where(Expr::col("search_text").like(LikeExpr::new(pattern).escape('\\')));
    }
    select
}

const PERSON: BulkTable = BulkTable {
    name: "person",
    columns: &[
        Column::text("id"),
        Column::text("code"),
        Column::text("name"),
        Column::text("name_native"),
        Column::text("name_key"),
        Column::text("search_text"),
        Column::text("email"),
        Column::text("unit_id"),
        Column::int("created_at"),
        Column::int("left_at"),
    ],
    on_conflict: None,
};

const MEMBERSHIP: BulkTable = BulkTable {
    name: "person_membership",
    columns: &[
        Column::text("person_id"),
        Column::text("unit_id"),
        Column::int("valid_from"),
        Column::int("valid_to"),
    ],
    on_conflict: None,
};

fn search_text(person: &PersonRecord) -> String {
    let email = person.email.as_deref().unwrap_or_default();
    fold(&format!("{} {} {} {email}", person.name, person.name_native, person.code))
}

/// Adds people who belong to their unit from `now` on (from the day they left, if that was earlier: they never did).
pub(crate) async fn insert(tx: &mut Tx, people: &[PersonRecord], now: Time) -> Result<(), DbError> {
    let rows = people.iter().map(|person| {
        values![
            person.id,
            &person.code,
            &person.name,
            &person.name_native,
            fold(&person.name),
            search_text(person),
            person.email.as_ref(),
            person.unit_id,
            now,
            person.left_at
        ]
        .0
    });
    tx.bulk_insert(&PERSON, rows).await?;
    let memberships = people.iter().filter_map(|person| {
        let to = person.left_at.unwrap_or_else(forever);
        (now < to).then(|| values![person.id, person.unit_id, now, to].0)
    });
    tx.bulk_insert(&MEMBERSHIP, memberships).await?;
    Ok(())
}

/// Changes a person; a new unit counts from `now` on, and the old one is kept with its dates.
pub(crate) async fn update(
    tx: &mut Tx,
    before: &PersonRecord,
    after: &PersonRecord,
    now: Time,
) -> Result<(), DbError> {
    // An address may pass from one person to another within one import: both let go first, see `release_email`.
    let sql = "UPDATE person SET name = $2, name_native = $3, name_key = $4, search_text = $5, email = $6,
        unit_id = $7, left_at = $8 WHERE id = $1";
    let values = values![
        after.id,
        &after.name,
        &after.name_native,
        fold(&after.name),
        search_text(after),
        after.email.as_ref(),
        after.unit_id,
        after.left_at
    ];
    tx.execute(sql, values).await?;
    if (before.unit_id, before.left_at) == (after.unit_id, after.left_at) {
        return Ok(());
    }
    let until = after.left_at.unwrap_or_else(forever);
    let is_extended = before.unit_id == after.unit_id
        && before.left_at.is_some_and(|left_at| now < left_at && left_at < until);
    if let (true, Some(left_at)) = (is_extended, before.left_at) {
        let sql = "UPDATE person_membership SET valid_to = $3 WHERE person_id = $1 AND valid_to = $2";
        tx.execute(sql, values![after.id, left_at, until]).await?;
        return Ok(());
    }
    // Who only leaves stays where they are until then; who moves, or comes back, begins now.
    let begins = before.unit_id != after.unit_id || after.left_at.is_none();
    let end = if begins { now.min(until) } else { until };
    let sql = "DELETE FROM person_membership WHERE person_id = $1 AND valid_to > $2 AND valid_from >= $2";
    tx.execute(sql, values![after.id, end]).await?;
    let sql = "UPDATE person_membership SET valid_to = $2 WHERE person_id = $1 AND valid_to > $2";
    tx.execute(sql, values![after.id, end]).await?;
    if begins && now < until {
        let row = values![after.id, after.unit_id, now, until].0;
        tx.bulk_insert(&MEMBERSHIP, std::iter::once::<Vec<Value>>(row)).await?;
    }
    Ok(())
}

/// Whoever works in one unit works in the other from `now` on.
pub(crate) async fn move_all(tx: &mut Tx, (from, to): (UnitId, UnitId), now: Time) -> Result<(), DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person
        WHERE unit_id = $1 AND (left_at IS NULL OR left_at > $2)";
    let moving: Vec<PersonRecord> = tx.all(sql, values![from, now]).await?;
    for before in moving {
        let after = PersonRecord { unit_id: to, ..before.clone() };
        update(tx, &before, &after, now).await?;
    }
    Ok(())
}

/// Takes the addresses away from people who are about to be changed.
pub(crate) async fn release_emails(tx: &mut Tx, people: &[PersonId]) -> Result<(), DbError> {
    let sql = "UPDATE person SET email = NULL WHERE id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(people)]).await?;
    Ok(())
}

/// The units a person belonged to, oldest first.
#[cfg(test)]
pub(crate) async fn memberships(db: &Db, person: PersonId) -> Result<Vec<(UnitId, Time, Time)>, DbError> {
    let sql = "SELECT unit_id, valid_from, valid_to FROM person_membership WHERE person_id = $1 ORDER BY valid_from";
    db.all(sql, values![person]).await
}

pub(crate) async fn code_taken_tx(tx: &mut Tx, code: &str) -> Result<bool, DbError> {
    Ok(tx.scalar::<i64>("SELECT COUNT(*) FROM person WHERE code = $1", values![code]).await? > 0)
}

/// Everybody named in a list of ids.
pub(crate) async fn many(db: &Db, ids: &[PersonId]) -> Result<Vec<PersonRecord>, DbError> {
    let sql = "SELECT id, code, name, name_native, email, unit_id, left_at FROM person
        WHERE id IN (SELECT value FROM json_each($1))";
    db.all(sql, vec![Value::json_list(ids)]).await
}
