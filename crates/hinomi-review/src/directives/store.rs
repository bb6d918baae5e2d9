// SPDX-License-Identifier: Apache-2.0
//! Directives as stored.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct DirectiveRow {
    pub(crate) id: i64,
    pub(crate) decision_id: Option<String>,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) issued_at: i64,
    pub(crate) issued_by: String,
    pub(crate) responsible_id: Option<String>,
    pub(crate) measure: String,
    pub(crate) target: f64,
    pub(crate) due_at: i64,
    pub(crate) state: String,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closed_by: Option<i64>,
    pub(crate) looked_at: i64,
}

pub(crate) async fn add(tx: &mut Tx, row: &DirectiveRow, units: &[(String, bool)]) -> Result<i64, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "directive", 1).await?.start();
    tx.execute(
        "INSERT INTO directive (id, decision_id, title, text, issued_at, issued_by, responsible_id, measure, target, \
         due_at, state, looked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            id,
            row.decision_id.clone(),
            &row.title,
            &row.text,
            row.issued_at,
            &row.issued_by,
            row.responsible_id.clone(),
            &row.measure,
            row.target,
            row.due_at,
            &row.state,
            row.looked_at
        ],
    )
    .await?;
    for (unit, subtree) in units {
        tx.execute(
            "INSERT INTO directive_unit (directive_id, unit_id, subtree) VALUES ($1, $2, $3)",
            values![id, unit, *subtree],
        )
        .await?;
    }
    Ok(id)
}

/// All of them, the newest first: an organisation has hundreds, not thousands.
pub(crate) async fn all(db: &Db) -> Result<Vec<DirectiveRow>, DbError> {
    db.all(
        "SELECT id, decision_id, title, text, issued_at, issued_by, responsible_id, measure, target, due_at, state, \
         closed_at, closed_by, looked_at FROM directive ORDER BY id DESC",
        values![],
    )
    .await
}

pub(crate) async fn one(db: &Db, id: i64) -> Result<Option<DirectiveRow>, DbError> {
    db.optional(
        "SELECT id, decision_id, title, text, issued_at, issued_by, responsible_id, measure, target, due_at, state, \
         closed_at, closed_by, looked_at FROM directive WHERE id = $1",
        values![id],
    )
    .await
}

/// Directive, unit, with everything below it.
pub(crate) async fn units(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String, bool)>, DbError> {
    let sql = db.pick(
        "SELECT directive_id, unit_id, subtree FROM directive_unit \
         WHERE directive_id IN (SELECT CAST(value AS INTEGER) FROM json_each($1)) ORDER BY directive_id, unit_id",
        "SELECT directive_id, unit_id, subtree FROM directive_unit \
         WHERE directive_id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY directive_id, unit_id",
    );
    db.all(sql, values![Value::json_list(ids)]).await
}

/// Running directives addressed to the unit, each with whether to what is below it too.
pub(crate) async fn running_of(tx: &mut Tx, unit: UnitId) -> Result<Vec<(i64, bool)>, DbError> {
    tx.all(
        "SELECT d.id, u.subtree FROM directive d JOIN directive_unit u ON u.directive_id = d.id \
         WHERE d.state = 'running' AND u.unit_id = $1 ORDER BY d.id",
        values![unit.to_string()],
    )
    .await
}

/// Addresses it to another unit; true when it was addressed to that one too.
pub(crate) async fn readdress(
    tx: &mut Tx,
    id: i64,
    (from, to): (UnitId, UnitId),
    subtree: bool,
) -> Result<bool, DbError> {
    tx.execute(
        "DELETE FROM directive_unit WHERE directive_id = $1 AND unit_id = $2",
        values![id, from.to_string()],
    )
    .await?;
    let there = tx
        .execute(
            "UPDATE directive_unit SET subtree = (subtree OR $3) WHERE directive_id = $1 AND unit_id = $2",
            values![id, to.to_string(), subtree],
        )
        .await?;
    if there == 0 {
        tx.execute(
            "INSERT INTO directive_unit (directive_id, unit_id, subtree) VALUES ($1, $2, $3)",
            values![id, to.to_string(), subtree],
        )
        .await?;
    }
    Ok(there > 0)
}

/// Ends a running one; false when it has ended already.
pub(crate) async fn end(
    tx: &mut Tx,
    id: i64,
    state: &str,
    at: Time,
    measurement: Option<i64>,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE directive SET state = $2, closed_at = $3, closed_by = $4 WHERE id = $1 AND state = 'running'",
            values![id, state, at, measurement],
        )
        .await?;
    Ok(changed == 1)
}

/// Takes the turn to remind: false when somebody else took it meanwhile.
pub(crate) async fn looked(tx: &mut Tx, id: i64, before: i64, now: Time) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE directive SET looked_at = $3 WHERE id = $1 AND looked_at = $2",
            values![id, before, now],
        )
        .await?;
    Ok(changed == 1)
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) unit_id: Option<String>,
}

pub(crate) async fn log(tx: &mut Tx, directive: i64, row: &EventRow) -> Result<(), DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "directive_event", 1).await?.start();
    tx.execute(
        "INSERT INTO directive_event (id, directive_id, at, actor, kind, text, unit_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![id, directive, row.at, &row.actor, &row.kind, &row.text, row.unit_id.clone()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn events(db: &Db, directive: i64) -> Result<Vec<EventRow>, DbError> {
    db.all(
        "SELECT at, actor, kind, text, unit_id FROM directive_event WHERE directive_id = $1 ORDER BY id",
        values![directive],
    )
    .await
}
