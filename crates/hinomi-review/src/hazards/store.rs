// SPDX-License-Identifier: Apache-2.0
//! Hazards as stored, and the views that say what is dangerous and what was seen since.

use hinomi_core::Time;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct HazardRow {
    pub(crate) id: i64,
    pub(crate) vulnerability_id: i64,
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) reason: String,
    pub(crate) opened_at: i64,
    pub(crate) opened_by: String,
    pub(crate) lead_id: Option<String>,
    pub(crate) lead_due_at: i64,
    pub(crate) tell_due_at: i64,
    pub(crate) told_at: Option<i64>,
    pub(crate) measure_at: Option<i64>,
    pub(crate) state: String,
    pub(crate) released_at: Option<i64>,
    pub(crate) released_by: Option<String>,
    pub(crate) looked_at: i64,
}

/// Vulnerabilities with an open item in a ticket with a known-exploited one, of a system of at least this reachability and
/// importance.
pub(crate) async fn dangers(db: &Db, (reach, importance): (i64, i64)) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT DISTINCT i.vulnerability_id FROM v_ticket t \
         JOIN v_system s ON s.id = t.system_id JOIN v_ticket_item i ON i.ticket_id = t.id \
         WHERE t.is_open AND t.known_exploited AND s.importance >= $1 AND s.reachability >= $2 \
         AND s.retired_at IS NULL AND i.closed_at IS NULL ORDER BY i.vulnerability_id",
        values![importance, reach],
    )
    .await
}

/// An open item of a vulnerability, with what its ticket is about.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct OpenRow {
    pub(crate) ticket_id: i64,
    pub(crate) vulnerability_id: i64,
    pub(crate) system_id: String,
    pub(crate) unit_id: String,
    pub(crate) ecosystem: String,
    pub(crate) release: String,
    pub(crate) package: String,
}

/// Open items of these vulnerabilities.
pub(crate) async fn open_items(db: &Db, vulnerabilities: &[i64]) -> Result<Vec<OpenRow>, DbError> {
    let sql = db.pick(
        "SELECT t.id AS ticket_id, i.vulnerability_id, t.system_id, t.unit_id, t.ecosystem, t.release, t.package \
         FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT CAST(value AS INTEGER) FROM json_each($1)) AND i.closed_at IS NULL \
         AND t.is_open ORDER BY t.id",
        "SELECT t.id AS ticket_id, i.vulnerability_id, t.system_id, t.unit_id, t.ecosystem, t.release, t.package \
         FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) AND i.closed_at IS NULL \
         AND t.is_open ORDER BY t.id",
    );
    db.all(sql, values![Value::json_list(vulnerabilities)]).await
}

/// An asset in use, by its place in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct AssetRow {
    pub(crate) ordinal: i64,
    pub(crate) id: String,
    pub(crate) system_id: String,
}

/// The assets in use of these systems.
pub(crate) async fn assets_of(db: &Db, systems: &[String]) -> Result<Vec<AssetRow>, DbError> {
    let sql = db.pick(
        "SELECT ordinal, id, system_id FROM v_asset WHERE retired_at IS NULL \
         AND system_id IN (SELECT value FROM json_each($1))",
        "SELECT ordinal, id, system_id FROM v_asset WHERE retired_at IS NULL \
         AND system_id IN (SELECT json_array_elements_text($1::json))",
    );
    db.all(sql, values![Value::json_list(systems)]).await
}

/// Opens one; nothing when the vulnerability is under control already.
pub(crate) async fn add(tx: &mut Tx, row: &HazardRow) -> Result<Option<i64>, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "hazard", 1).await?.start();
    let written = tx
        .execute(
            "INSERT INTO hazard (id, vulnerability_id, name, origin, reason, opened_at, opened_by, lead_due_at, \
             tell_due_at, state, looked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $6) \
             ON CONFLICT DO NOTHING",
            values![
                id,
                row.vulnerability_id,
                &row.name,
                &row.origin,
                &row.reason,
                row.opened_at,
                &row.opened_by,
                row.lead_due_at,
                row.tell_due_at
            ],
        )
        .await?;
    Ok((written == 1).then_some(id))
}

/// The newest first.
pub(crate) async fn all(db: &Db) -> Result<Vec<HazardRow>, DbError> {
    db.all(
        "SELECT id, vulnerability_id, name, origin, reason, opened_at, opened_by, lead_id, lead_due_at, tell_due_at, \
         told_at, measure_at, state, released_at, released_by, looked_at FROM hazard ORDER BY id DESC",
        values![],
    )
    .await
}

pub(crate) async fn one(db: &Db, id: i64) -> Result<Option<HazardRow>, DbError> {
    db.optional(
        "SELECT id, vulnerability_id, name, origin, reason, opened_at, opened_by, lead_id, lead_due_at, tell_due_at, \
         told_at, measure_at, state, released_at, released_by, looked_at FROM hazard WHERE id = $1",
        values![id],
    )
    .await
}

pub(crate) async fn lead(tx: &mut Tx, id: i64, person: &str) -> Result<bool, DbError> {
    let changed = tx
        .execute("UPDATE hazard SET lead_id = $2 WHERE id = $1 AND state = 'open'", values![id, person])
        .await?;
    Ok(changed == 1)
}

/// Management was told; the next time by `next`. False when somebody else did it meanwhile.
pub(crate) async fn told(tx: &mut Tx, id: i64, was_due: i64, at: Time, next: Time) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE hazard SET told_at = $3, tell_due_at = $4 WHERE id = $1 AND tell_due_at = $2 AND state = 'open'",
            values![id, was_due, at, next],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn measured(tx: &mut Tx, id: i64, at: Time) -> Result<bool, DbError> {
    let changed = tx
        .execute("UPDATE hazard SET measure_at = $2 WHERE id = $1 AND state = 'open'", values![id, at])
        .await?;
    Ok(changed == 1)
}

/// Releases it; false when it is released already, a measure came in between, or an open ticket shows it by now.
pub(crate) async fn release(tx: &mut Tx, row: &HazardRow, at: Time, by: &str) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE hazard SET state = 'released', released_at = $2, released_by = $3 WHERE id = $1 \
             AND state = 'open' AND COALESCE(measure_at, -1) = COALESCE($4, -1) AND vulnerability_id = $5 \
             AND NOT EXISTS (SELECT 1 FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
              WHERE i.vulnerability_id = $5 AND i.closed_at IS NULL AND t.is_open)",
            values![row.id, at, by, row.measure_at, row.vulnerability_id],
        )
        .await?;
    Ok(changed == 1)
}

/// Its vulnerability goes by another number and name now. False when somebody else did it meanwhile.
pub(crate) async fn rename(tx: &mut Tx, row: &HazardRow, (into, name): (i64, &str)) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE hazard SET vulnerability_id = $3, name = $4 \
             WHERE id = $1 AND vulnerability_id = $2 AND state = 'open'",
            values![row.id, row.vulnerability_id, into, name],
        )
        .await?;
    Ok(changed == 1)
}

/// Ends the younger of two that have become one: the elder has its newer measure, and its lead where it has none. False when
/// it has ended already.
pub(crate) async fn join(
    tx: &mut Tx,
    (elder, younger): (&HazardRow, &HazardRow),
    at: Time,
    by: &str,
) -> Result<bool, DbError> {
    let ended = tx
        .execute(
            "UPDATE hazard SET state = 'released', released_at = $2, released_by = $3 WHERE id = $1 AND state = 'open'",
            values![younger.id, at, by],
        )
        .await?;
    if ended == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE hazard SET measure_at = $2, lead_id = COALESCE(lead_id, $3) WHERE id = $1",
        values![elder.id, elder.measure_at.max(younger.measure_at), younger.lead_id.clone()],
    )
    .await?;
    Ok(true)
}

/// Takes the turn to remind: false when somebody else took it meanwhile.
pub(crate) async fn looked(tx: &mut Tx, id: i64, before: i64, now: Time) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE hazard SET looked_at = $3 WHERE id = $1 AND looked_at = $2",
            values![id, before, now],
        )
        .await?;
    Ok(changed == 1)
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ItemRow {
    pub(crate) hazard_id: i64,
    pub(crate) ticket_id: i64,
    pub(crate) system_id: String,
    pub(crate) unit_id: String,
    pub(crate) added_at: i64,
    /// JSON: ids of the assets that showed it.
    pub(crate) assets: String,
}

const ITEMS: BulkTable = BulkTable {
    name: "hazard_item",
    columns: &[
        Column::int("hazard_id"),
        Column::int("ticket_id"),
        Column::text("system_id"),
        Column::text("unit_id"),
        Column::int("added_at"),
        Column::text("assets"),
    ],
    on_conflict: Some("ON CONFLICT (hazard_id, ticket_id) DO UPDATE SET assets = excluded.assets"),
};

/// Adds tickets, or the assets that known ones have shown since.
pub(crate) async fn items_put(tx: &mut Tx, rows: Vec<ItemRow>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.hazard_id),
            Value::from(row.ticket_id),
            Value::from(row.system_id),
            Value::from(row.unit_id),
            Value::from(row.added_at),
            Value::from(row.assets),
        ]
    });
    tx.bulk_insert(&ITEMS, rows).await?;
    Ok(())
}

/// With the system and the unit that each ticket belongs to now: tickets are handed on.
pub(crate) async fn items(db: &Db, hazards: &[i64]) -> Result<Vec<ItemRow>, DbError> {
    let sql = db.pick(
        "SELECT h.hazard_id, h.ticket_id, COALESCE(t.system_id, h.system_id) AS system_id, \
          COALESCE(t.unit_id, h.unit_id) AS unit_id, h.added_at, h.assets \
         FROM hazard_item h LEFT JOIN v_ticket t ON t.id = h.ticket_id \
         WHERE h.hazard_id IN (SELECT CAST(value AS INTEGER) FROM json_each($1)) ORDER BY h.hazard_id, h.ticket_id",
        "SELECT h.hazard_id, h.ticket_id, COALESCE(t.system_id, h.system_id) AS system_id, \
          COALESCE(t.unit_id, h.unit_id) AS unit_id, h.added_at, h.assets \
         FROM hazard_item h LEFT JOIN v_ticket t ON t.id = h.ticket_id \
         WHERE h.hazard_id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY h.hazard_id, h.ticket_id",
    );
    db.all(sql, values![Value::json_list(hazards)]).await
}

/// How a ticket stands with the vulnerability under control.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StandingRow {
    pub(crate) hazard_id: i64,
    pub(crate) ticket_id: i64,
    pub(crate) package: String,
    pub(crate) system_name: String,
    pub(crate) system_name_ja: String,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closure: Option<String>,
}

/// Of the tickets of hazards; those that no longer name the vulnerability are not among them.
pub(crate) async fn standings(db: &Db, hazards: &[i64]) -> Result<Vec<StandingRow>, DbError> {
    let sql = db.pick(
        "SELECT h.hazard_id, h.ticket_id, t.package, s.name AS system_name, s.name_ja AS system_name_ja, i.closed_at, i.closure \
         FROM hazard_item h JOIN hazard z ON z.id = h.hazard_id JOIN v_ticket t ON t.id = h.ticket_id \
         JOIN v_system s ON s.id = t.system_id \
         JOIN v_ticket_item i ON i.ticket_id = h.ticket_id AND i.vulnerability_id = z.vulnerability_id \
         WHERE h.hazard_id IN (SELECT CAST(value AS INTEGER) FROM json_each($1))",
        "SELECT h.hazard_id, h.ticket_id, t.package, s.name AS system_name, s.name_ja AS system_name_ja, i.closed_at, i.closure \
         FROM hazard_item h JOIN hazard z ON z.id = h.hazard_id JOIN v_ticket t ON t.id = h.ticket_id \
         JOIN v_system s ON s.id = t.system_id \
         JOIN v_ticket_item i ON i.ticket_id = h.ticket_id AND i.vulnerability_id = z.vulnerability_id \
         WHERE h.hazard_id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![Value::json_list(hazards)]).await
}

/// An asset, and when a complete list of its components was observed last.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct SeenRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) retired_at: Option<i64>,
    pub(crate) seen_at: Option<i64>,
}

pub(crate) async fn seen(db: &Db, assets: &[String]) -> Result<Vec<SeenRow>, DbError> {
    let sql = db.pick(
        "SELECT a.id, a.name, a.retired_at, (SELECT max(o.complete_at) FROM v_inventory_observation o \
          WHERE o.carrier_id = a.ordinal) AS seen_at FROM v_asset a \
         WHERE a.id IN (SELECT value FROM json_each($1)) ORDER BY a.name, a.id",
        "SELECT a.id, a.name, a.retired_at, (SELECT max(o.complete_at) FROM v_inventory_observation o \
          WHERE o.carrier_id = a.ordinal) AS seen_at FROM v_asset a \
         WHERE a.id IN (SELECT json_array_elements_text($1::json)) ORDER BY a.name, a.id",
    );
    db.all(sql, values![Value::json_list(assets)]).await
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) text: String,
    /// JSON: the units that its author speaks for; absent: it is everybody's.
    pub(crate) unit_ids: Option<String>,
}

pub(crate) async fn log(tx: &mut Tx, hazard: i64, row: &EventRow) -> Result<(), DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "hazard_event", 1).await?.start();
    tx.execute(
        "INSERT INTO hazard_event (id, hazard_id, at, actor, kind, text, unit_ids) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![id, hazard, row.at, &row.actor, &row.kind, &row.text, row.unit_ids.clone()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn events(db: &Db, hazard: i64) -> Result<Vec<EventRow>, DbError> {
    db.all(
        "SELECT at, actor, kind, text, unit_ids FROM hazard_event WHERE hazard_id = $1 ORDER BY id",
        values![hazard],
    )
    .await
}
