// SPDX-License-Identifier: Apache-2.0
//! What tickets read of systems and assets, and how far they have read everything.

use super::json_list;
use crate::plan::VulnerabilityFacts;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use std::collections::HashMap;

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct SystemRow {
    pub id: String,
    pub unit_id: String,
    pub confidentiality: i64,
    pub integrity: i64,
    pub availability: i64,
    pub reachability: i64,
    pub sensitive_data: bool,
}

/// The carriers of a system, each with whether it was last seen before an instant.
pub(crate) struct CarriersRow {
    pub system_id: String,
    pub carriers: Vec<(u32, bool)>,
}

pub(crate) async fn systems(db: &Db) -> Result<Vec<SystemRow>, DbError> {
    db.all(
        "SELECT id, unit_id, confidentiality, integrity, availability, reachability, sensitive_data \
         FROM v_system WHERE retired_at IS NULL ORDER BY id",
        values![],
    )
    .await
}

/// One row a system, its carriers as one text: a hundred thousand rows would cost more than all that is done with them.
/// The signs keep SQLite from an index that does not hold what is asked: one pass over the table is faster.
pub(crate) async fn carriers(db: &Db, seen_before: i64) -> Result<Vec<CarriersRow>, DbError> {
    let sql = db.pick(
        "SELECT system_id, group_concat(ordinal * 2 + (last_seen < $1)) FROM v_asset \
         WHERE +retired_at IS NULL GROUP BY +system_id",
        "SELECT system_id, string_agg((ordinal * 2 + (last_seen < $1)::int)::text, ',') FROM v_asset \
         WHERE retired_at IS NULL GROUP BY system_id",
    );
    let rows: Vec<(String, String)> = db.all(sql, values![seen_before]).await?;
    let carriers = |text: &str| {
        let numbers = text.split(',').filter_map(|number| number.parse::<i64>().ok());
        let mut carriers: Vec<(u32, bool)> =
            numbers.map(|number| ((number / 2) as u32, number % 2 == 1)).collect();
        carriers.sort_unstable();
        carriers
    };
    Ok(rows
        .into_iter()
        .map(|(system_id, text)| CarriersRow { carriers: carriers(&text), system_id })
        .collect())
}

/// Names of the assets behind carriers.
pub(crate) async fn asset_names(db: &Db, carriers: &[u32]) -> Result<HashMap<u32, String>, DbError> {
    let sql = db.pick(
        "SELECT ordinal, name FROM v_asset WHERE ordinal IN (SELECT value FROM json_each($1))",
        "SELECT ordinal, name FROM v_asset WHERE ordinal IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let rows: Vec<(i64, String)> = db.all(sql, values![json_list(carriers)]).await?;
    Ok(rows.into_iter().map(|(ordinal, name)| (ordinal as u32, name)).collect())
}

pub(crate) async fn progress(db: &Db) -> Result<HashMap<String, i64>, DbError> {
    let rows: Vec<(String, i64)> = db.all("SELECT name, value FROM ticket_progress", values![]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn progress_put(tx: &mut Tx, name: &str, value: i64) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO ticket_progress (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE ticket_progress.value <> excluded.value",
        values![name, value],
    )
    .await
}

pub(crate) async fn fingerprints(db: &Db) -> Result<HashMap<String, String>, DbError> {
    let rows: Vec<(String, String)> =
        db.all("SELECT system_id, fingerprint FROM ticket_system", values![]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn fingerprints_put(tx: &mut Tx, rows: Vec<(String, String)>) -> Result<(), DbError> {
    const FINGERPRINTS: BulkTable = BulkTable {
        name: "ticket_system",
        columns: &[Column::text("system_id"), Column::text("fingerprint")],
        on_conflict: Some("ON CONFLICT (system_id) DO UPDATE SET fingerprint = excluded.fingerprint"),
    };
    let rows = rows.into_iter().map(|(id, print)| vec![Value::from(id), Value::from(print)]);
    tx.bulk_insert(&FINGERPRINTS, rows).await.map(|_| ())
}

/// Systems with an item of any of the vulnerabilities.
pub(crate) async fn systems_of_vulnerabilities(db: &Db, ids: &[i64]) -> Result<Vec<String>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT t.system_id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT value FROM json_each($1))",
        "SELECT DISTINCT t.system_id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut systems = Vec::new();
    for chunk in ids.chunks(10_000) {
        systems.extend(db.column::<String>(sql, values![json_list(chunk)]).await?);
    }
    Ok(systems)
}

/// Open items of any of the vulnerabilities: system, ticket, vulnerability.
pub(crate) async fn items_of_vulnerabilities(
    db: &Db,
    ids: &[i64],
) -> Result<Vec<(String, i64, i64)>, DbError> {
    let sql = db.pick(
        "SELECT t.system_id, t.id, i.vulnerability_id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT value FROM json_each($1)) AND i.closed_at IS NULL",
        "SELECT t.system_id, t.id, i.vulnerability_id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) AND i.closed_at IS NULL",
    );
    let mut items = Vec::new();
    for chunk in ids.chunks(10_000) {
        items.extend(db.all::<(String, i64, i64)>(sql, values![json_list(chunk)]).await?);
    }
    Ok(items)
}

/// The systems of tickets.
pub(crate) async fn systems_of_tickets(db: &Db, numbers: &[i64]) -> Result<Vec<(String, i64)>, DbError> {
    let sql = db.pick(
        "SELECT system_id, id FROM ticket WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT system_id, id FROM ticket WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut systems = Vec::new();
    for chunk in numbers.chunks(10_000) {
        systems.extend(db.all::<(String, i64)>(sql, values![json_list(chunk)]).await?);
    }
    Ok(systems)
}

/// What was known of vulnerabilities when their items were decided: of these, or of all.
pub(crate) async fn told(db: &Db, of: Option<&[i64]>) -> Result<HashMap<i64, VulnerabilityFacts>, DbError> {
    let mut rows: Vec<(i64, String)> = Vec::new();
    match of {
        None => rows = db.all("SELECT vulnerability_id, facts FROM ticket_facts", values![]).await?,
        Some(ids) => {
            let sql = db.pick(
                "SELECT vulnerability_id, facts FROM ticket_facts WHERE vulnerability_id IN (SELECT value FROM json_each($1))",
                "SELECT vulnerability_id, facts FROM ticket_facts \
                 WHERE vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint)",
            );
            for chunk in ids.chunks(10_000) {
                rows.extend(db.all::<(i64, String)>(sql, values![json_list(chunk)]).await?);
            }
        }
    }
    // What cannot be read is as good as never told: it is decided anew.
    Ok(rows.into_iter().filter_map(|(id, text)| Some((id, serde_json::from_str(&text).ok()?))).collect())
}

pub(crate) async fn told_put(tx: &mut Tx, rows: &[(i64, VulnerabilityFacts)]) -> Result<(), DbError> {
    const FACTS: BulkTable = BulkTable {
        name: "ticket_facts",
        columns: &[Column::int("vulnerability_id"), Column::text("facts")],
        on_conflict: Some("ON CONFLICT (vulnerability_id) DO UPDATE SET facts = excluded.facts"),
    };
    let rows = rows.iter().map(|(id, facts)| {
        vec![Value::from(*id), Value::from(serde_json::to_string(facts).unwrap_or_default())]
    });
    tx.bulk_insert(&FACTS, rows).await.map(|_| ())
}

/// Systems that have open tickets although they are retired.
pub(crate) async fn retired_with_open_tickets(db: &Db) -> Result<Vec<(String, String)>, DbError> {
    db.all(
        "SELECT DISTINCT t.system_id, t.unit_id FROM v_system s JOIN ticket t ON t.system_id = s.id \
         WHERE s.retired_at IS NOT NULL AND t.is_open",
        values![],
    )
    .await
}

/// Moves items of merged vulnerabilities to the one that stands for them now. Where a ticket has both, one row is left:
/// the open one rather than the closed one, with the earlier first-seen, so that a merge moves no due date.
pub(crate) async fn items_follow_merge(tx: &mut Tx, from: i64, into: i64) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM ticket_item WHERE vulnerability_id = $2 AND closed_at IS NOT NULL AND ticket_id IN \
         (SELECT ticket_id FROM ticket_item WHERE vulnerability_id = $1 AND closed_at IS NULL)",
        values![from, into],
    )
    .await?;
    tx.execute(
        "UPDATE ticket_item SET first_seen = (SELECT min(o.first_seen) FROM ticket_item o \
          WHERE o.ticket_id = ticket_item.ticket_id AND o.vulnerability_id IN ($1, $2) AND o.closed_at IS NULL) \
         WHERE vulnerability_id = $2 AND closed_at IS NULL \
         AND ticket_id IN (SELECT ticket_id FROM ticket_item WHERE vulnerability_id = $1 AND closed_at IS NULL)",
        values![from, into],
    )
    .await?;
    let fallen = tx
        .execute(
            "DELETE FROM ticket_item WHERE vulnerability_id = $1 \
             AND ticket_id IN (SELECT ticket_id FROM ticket_item WHERE vulnerability_id = $2)",
            values![from, into],
        )
        .await?;
    let moved = tx
        .execute(
            "UPDATE ticket_item SET vulnerability_id = $2 WHERE vulnerability_id = $1",
            values![from, into],
        )
        .await?;
    if fallen + moved > 0 {
        // Whatever was moved, or fell to what was there, is an item of the one that is left.
        let touched = "UPDATE ticket SET sequence = $2 \
                       WHERE id IN (SELECT ticket_id FROM ticket_item WHERE vulnerability_id = $1)";
        let sequence = super::tickets::next_sequence(tx).await?;
        tx.execute(touched, values![into, sequence]).await?;
    }
    Ok(moved)
}

/// The number of the last chunk that a reconciler wrote: whoever finds another one than its own was overtaken.
pub(crate) async fn generation(tx: &mut Tx) -> Result<i64, DbError> {
    let row: Option<(i64,)> =
        tx.optional("SELECT value FROM ticket_progress WHERE name = 'generation'", values![]).await?;
    Ok(row.map_or(0, |row| row.0))
}
