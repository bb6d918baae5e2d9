// SPDX-License-Identifier: Apache-2.0
//! SQL of packs, and what they count in the domains' views.

use std::collections::BTreeMap;

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct PackHead {
    pub id: String,
    pub month: String,
    pub unit_id: String,
    pub made_at: i64,
    pub hash: String,
}

/// Of these units, the newest month first; all when no units are named.
pub(super) async fn list(db: &Db) -> Result<Vec<PackHead>, DbError> {
    db.all(
        "SELECT id, month, unit_id, made_at, hash FROM review_pack ORDER BY month DESC, made_at DESC, id",
        values![],
    )
    .await
}

pub(super) async fn head(db: &Db, id: &str) -> Result<Option<PackHead>, DbError> {
    db.optional("SELECT id, month, unit_id, made_at, hash FROM review_pack WHERE id = $1", values![id]).await
}

pub(super) async fn head_of(db: &Db, unit_id: &str, month: &str) -> Result<Option<PackHead>, DbError> {
    db.optional(
        "SELECT id, month, unit_id, made_at, hash FROM review_pack WHERE unit_id = $1 AND month = $2",
        values![unit_id, month],
    )
    .await
}

pub(super) async fn document(db: &Db, id: &str) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> =
        db.optional("SELECT document FROM review_pack WHERE id = $1", values![id]).await?;
    Ok(found.map(|row| row.0))
}

/// False when that month's pack of the unit is there already.
pub(super) async fn add(
    tx: &mut Tx,
    head: &PackHead,
    document: &str,
    rows: &BTreeMap<String, Vec<i64>>,
) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO review_pack (id, month, unit_id, made_at, document, hash) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT DO NOTHING",
            values![
                head.id.clone(),
                head.month.clone(),
                head.unit_id.clone(),
                head.made_at,
                document,
                head.hash.clone()
            ],
        )
        .await?;
    if written == 0 {
        return Ok(false);
    }
    for (figure, tickets) in rows {
        tx.execute(
            "INSERT INTO review_pack_rows (pack_id, figure, tickets) VALUES ($1, $2, $3)",
            values![
                head.id.clone(),
                figure.clone(),
                serde_json::to_string(tickets).unwrap_or_else(|_| "[]".to_owned())
            ],
        )
        .await?;
    }
    Ok(true)
}

pub(super) async fn rows(db: &Db, pack_id: &str, figure: &str) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT tickets FROM review_pack_rows WHERE pack_id = $1 AND figure = $2",
            values![pack_id, figure],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// A case as it stood at an instant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct CaseRow {
    pub case_id: i64,
    pub unit_id: String,
    pub system_id: String,
    pub criticality: i64,
    pub due_at: i64,
}

/// Open cases of a unit alone at an instant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct CellRow {
    pub unit_id: String,
    pub criticality: i64,
    pub cases: i64,
    pub overdue: i64,
    pub earliest_due: i64,
}

pub(super) async fn cells_at(db: &Db, at: Time) -> Result<Vec<CellRow>, DbError> {
    db.all(
        "SELECT unit_id, criticality, COUNT(*) AS cases, COUNT(*) FILTER (WHERE due_at < $1) AS overdue, \
         MIN(due_at) AS earliest_due FROM v_case_interval WHERE from_at <= $1 AND to_at > $1 \
         GROUP BY unit_id, criticality",
        values![at],
    )
    .await
}

/// Cases as they stood at an instant, of those that were otherwise at another: what ended or began between them. The sign keeps
/// the database to the index of the edge, which few rows have there.
pub(super) async fn cases_ended(db: &Db, before: Time, after: Time) -> Result<Vec<CaseRow>, DbError> {
    db.all(
        "SELECT case_id, unit_id, system_id, criticality, due_at FROM v_case_interval \
         WHERE to_at > $1 AND to_at <= $2 AND +from_at <= $1 ORDER BY case_id",
        values![before, after],
    )
    .await
}

pub(super) async fn cases_begun(db: &Db, before: Time, after: Time) -> Result<Vec<CaseRow>, DbError> {
    db.all(
        "SELECT case_id, unit_id, system_id, criticality, due_at FROM v_case_interval \
         WHERE from_at > $1 AND from_at <= $2 AND +to_at > $2 ORDER BY case_id",
        values![before, after],
    )
    .await
}

/// Cases of these units that stood the same at both.
pub(super) async fn cases_throughout(
    db: &Db,
    before: Time,
    after: Time,
    units: &[&String],
) -> Result<Vec<CaseRow>, DbError> {
    db.all(
        "SELECT case_id, unit_id, system_id, criticality, due_at FROM v_case_interval \
         WHERE from_at <= $1 AND to_at > $2 AND unit_id IN (SELECT value FROM json_each($3)) ORDER BY case_id",
        values![before, after, Value::json_list(units)],
    )
    .await
}

/// Cases of tickets that are known to be exploited, as they stood at an instant.
pub(super) async fn cases_exploited(db: &Db, at: Time) -> Result<Vec<CaseRow>, DbError> {
    db.all(
        "SELECT case_id, unit_id, system_id, criticality, due_at FROM v_case_interval \
         WHERE case_id IN (SELECT t.id FROM v_ticket t WHERE t.known_exploited) AND +from_at <= $1 AND +to_at > $1 \
         ORDER BY case_id",
        values![at],
    )
    .await
}

/// Open cases by unit at an instant.
pub(super) async fn open_at(db: &Db, at: Time) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT unit_id, COUNT(*) FROM v_case_interval WHERE from_at <= $1 AND to_at > $1 GROUP BY unit_id",
        values![at],
    )
    .await
}

/// Cases that began after one instant and had ended by another, with the unit that had them last.
pub(super) async fn cases_between(db: &Db, from: Time, to: Time) -> Result<Vec<(i64, String)>, DbError> {
    db.all(
        "SELECT i.case_id, i.unit_id FROM v_case_interval i WHERE i.from_at > $1 AND i.from_at <= $2 AND +i.to_at <= $2 \
         AND NOT EXISTS (SELECT 1 FROM v_case_interval l WHERE l.case_id = i.case_id AND l.from_at > i.from_at \
          AND l.to_at <= $2) ORDER BY i.case_id",
        values![from, to],
    )
    .await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct TicketFacts {
    pub id: i64,
    pub closure: Option<String>,
    pub opened_at: i64,
}

pub(super) async fn ticket_facts(db: &Db, ids: &[i64]) -> Result<Vec<TicketFacts>, DbError> {
    let mut facts = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(10_000) {
        let rows = db.all(
            "SELECT id, closure, opened_at FROM v_ticket \
             WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
            values![Value::json_list(chunk)],
        );
        facts.extend(rows.await?);
    }
    Ok(facts)
}

/// A ticket behind a figure, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct TicketLabel {
    pub id: i64,
    pub package: String,
    pub system_id: String,
    pub system_name: Option<String>,
    pub system_name_ja: Option<String>,
    pub unit_id: String,
    pub is_open: bool,
    pub closure: Option<String>,
    pub criticality: i64,
    pub opened_at: i64,
    pub closed_at: Option<i64>,
}

pub(super) async fn ticket_labels(db: &Db, ids: &[i64]) -> Result<Vec<TicketLabel>, DbError> {
    db.all(
        "SELECT t.id, t.package, t.system_id, s.name AS system_name, s.name_ja AS system_name_ja, t.unit_id, t.is_open, \
         t.closure, t.criticality, t.opened_at, t.closed_at FROM v_ticket t LEFT JOIN v_system s ON s.id = t.system_id \
         WHERE t.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY t.id",
        values![Value::json_list(ids)],
    )
    .await
}
