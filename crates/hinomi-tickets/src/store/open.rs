// SPDX-License-Identifier: Apache-2.0
//! Tickets with their open items, as they are kept in memory.

use hinomi_db::{Db, DbError, values};

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub id: i64,
    pub sequence: i64,
    pub is_open: bool,
    pub system_id: String,
    pub unit_id: String,
    pub ecosystem: String,
    pub release: String,
    pub criticality: i64,
    pub due_at: i64,
    pub paused_until: Option<i64>,
    pub high_priority: bool,
    pub known_exploited: bool,
    pub waiting_for_fix: bool,
    /// `vulnerability due vulnerability due …`
    pub items: Option<String>,
}

/// A ticket and its items in one statement, so that they belong together; whoever reads the first time needs no closed ones.
macro_rules! changed {
    ($join:literal) => {
        concat!(
            "SELECT id, sequence, is_open, system_id, unit_id, ecosystem, release, criticality, due_at, paused_until, high_priority, \
             known_exploited, waiting_for_fix, (SELECT ",
            $join,
            " FROM ticket_item i WHERE i.ticket_id = ticket.id AND i.closed_at IS NULL) AS items \
             FROM ticket WHERE sequence > $1 AND (is_open OR $1 >= 0) ORDER BY id"
        )
    };
}

/// Whether a ticket or its items changed after a change.
pub(crate) async fn is_newer(db: &Db, after: i64) -> Result<bool, DbError> {
    let newer = "SELECT COUNT(*) FROM (SELECT 1 FROM ticket WHERE sequence > $1 LIMIT 1) AS newer";
    Ok(db.scalar::<i64>(newer, values![after]).await? > 0)
}

/// Visits every ticket that changed after a change; before the first one, every open ticket.
pub(crate) async fn changed(db: &Db, after: i64, visit: impl FnMut(Row) + Send) -> Result<(), DbError> {
    let sql = db.pick(
        changed!("group_concat(i.vulnerability_id || ' ' || i.due_at, ' ')"),
        changed!("string_agg(i.vulnerability_id || ' ' || i.due_at, ' ')"),
    );
    db.each(sql, values![after], visit).await
}
