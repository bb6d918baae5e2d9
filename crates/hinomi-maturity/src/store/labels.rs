// SPDX-License-Identifier: Apache-2.0
//! What counted rows are called today.

use std::collections::HashMap;

use hinomi_db::{Db, DbError, values};

use super::json_list;

/// Ordinal → (id, name).
pub(crate) async fn assets(db: &Db, ordinals: &[i64]) -> Result<HashMap<i64, (String, String)>, DbError> {
    let sql = db.pick(
        "SELECT ordinal, id, name FROM v_asset WHERE ordinal IN (SELECT value FROM json_each($1))",
        "SELECT ordinal, id, name FROM v_asset \
         WHERE ordinal IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let rows: Vec<(i64, String, String)> = db.all(sql, values![json_list(ordinals)]).await?;
    Ok(rows.into_iter().map(|(ordinal, id, name)| (ordinal, (id, name))).collect())
}

/// A ticket: what it updates, its system, whether it is open now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct TicketLabel {
    pub(crate) id: i64,
    pub(crate) package: String,
    pub(crate) system: String,
    pub(crate) is_open: bool,
    pub(crate) due_at: i64,
}

pub(crate) async fn tickets(db: &Db, ids: &[i64]) -> Result<HashMap<i64, TicketLabel>, DbError> {
    let sql = db.pick(
        "SELECT t.id, t.package, s.name AS system, t.is_open, t.due_at FROM v_ticket t JOIN v_system s ON s.id = t.system_id \
         WHERE t.id IN (SELECT value FROM json_each($1))",
        "SELECT t.id, t.package, s.name AS system, t.is_open, t.due_at FROM v_ticket t JOIN v_system s ON s.id = t.system_id \
         WHERE t.id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let rows: Vec<TicketLabel> = db.all(sql, values![json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Seat → (kind, unit).
pub(crate) async fn seats(db: &Db, ids: &[String]) -> Result<HashMap<String, (String, String)>, DbError> {
    let sql = db.pick(
        "SELECT id, kind, unit_id FROM v_seat WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, kind, unit_id FROM v_seat WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    let rows: Vec<(String, String, String)> = db.all(sql, values![json_list(ids)]).await?;
    Ok(rows.into_iter().map(|(id, kind, unit)| (id, (kind, unit))).collect())
}

/// Something that was owed: what it is, how it is called, where it is shown.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct DutyLabel {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) due_at: i64,
    pub(crate) done_at: Option<i64>,
}

pub(crate) async fn duties(db: &Db, ids: &[String]) -> Result<HashMap<String, DutyLabel>, DbError> {
    let sql = db.pick(
        "SELECT id, kind, title, href, due_at, done_at FROM v_obligation WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, kind, title, href, due_at, done_at FROM v_obligation \
         WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    let rows: Vec<DutyLabel> = db.all(sql, values![json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Ordinal → system of now.
pub(crate) async fn systems_of_assets(db: &Db, ordinals: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let sql = db.pick(
        "SELECT ordinal, system_id FROM v_asset WHERE ordinal IN (SELECT value FROM json_each($1))",
        "SELECT ordinal, system_id FROM v_asset \
         WHERE ordinal IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let rows: Vec<(i64, String)> = db.all(sql, values![json_list(ordinals)]).await?;
    Ok(rows.into_iter().collect())
}

/// System and ticket, for each open ticket that has a known-exploited item.
pub(crate) async fn exploited(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.all("SELECT system_id, id FROM v_ticket WHERE is_open AND known_exploited ORDER BY id", values![])
        .await
}

/// Ticket, vulnerability and first seen of the open items.
pub(crate) async fn open_items(db: &Db, tickets: &[i64]) -> Result<Vec<(i64, i64, i64)>, DbError> {
    let sql = db.pick(
        "SELECT ticket_id, vulnerability_id, first_seen FROM v_ticket_item \
         WHERE closed_at IS NULL AND ticket_id IN (SELECT value FROM json_each($1))",
        "SELECT ticket_id, vulnerability_id, first_seen FROM v_ticket_item \
         WHERE closed_at IS NULL AND ticket_id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![json_list(tickets)]).await
}
