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
}

pub(crate) async fn tickets(db: &Db, ids: &[i64]) -> Result<HashMap<i64, TicketLabel>, DbError> {
    let sql = db.pick(
        "SELECT t.id, t.package, s.name AS system, t.is_open FROM v_ticket t JOIN v_system s ON s.id = t.system_id \
         WHERE t.id IN (SELECT value FROM json_each($1))",
        "SELECT t.id, t.package, s.name AS system, t.is_open FROM v_ticket t JOIN v_system s ON s.id = t.system_id \
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
}

pub(crate) async fn duties(db: &Db, ids: &[String]) -> Result<HashMap<String, DutyLabel>, DbError> {
    let sql = db.pick(
        "SELECT id, kind, title, href FROM v_obligation WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, kind, title, href FROM v_obligation \
         WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    let rows: Vec<DutyLabel> = db.all(sql, values![json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}
