// SPDX-License-Identifier: Apache-2.0
//! What measures count: the views of the domains, as of an instant (`$1`), within units (`$2`).

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Value, values};

/// A ticket as it stood: its interval at the instant.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct TicketRow {
    pub(crate) case_id: i64,
    pub(crate) unit_id: String,
    pub(crate) criticality: i64,
    pub(crate) due_at: i64,
    pub(crate) package: String,
    /// 3: the Internet reaches its system.
    pub(crate) reachability: i64,
}

pub(crate) async fn tickets(db: &Db, at: Time, units: &[String]) -> Result<Vec<TicketRow>, DbError> {
    let sql = db.pick(
        "SELECT i.case_id, i.unit_id, i.criticality, i.due_at, t.package, s.reachability \
         FROM v_case_interval i JOIN v_ticket t ON t.id = i.case_id JOIN v_system s ON s.id = i.system_id \
         WHERE i.from_at <= $1 AND i.to_at > $1 AND i.unit_id IN (SELECT value FROM json_each($2))",
        "SELECT i.case_id, i.unit_id, i.criticality, i.due_at, t.package, s.reachability \
         FROM v_case_interval i JOIN v_ticket t ON t.id = i.case_id JOIN v_system s ON s.id = i.system_id \
         WHERE i.from_at <= $1 AND i.to_at > $1 AND i.unit_id IN (SELECT json_array_elements_text($2::json))",
    );
    db.all(sql, values![at, Value::json_list(units)]).await
}

/// Ticket and vulnerability of the items that were open at an instant, of tickets with a known-exploited one.
pub(crate) async fn exploited_items(db: &Db, at: Time) -> Result<Vec<(i64, i64)>, DbError> {
    db.all(
        "SELECT i.ticket_id, i.vulnerability_id FROM v_ticket t JOIN v_ticket_item i ON i.ticket_id = t.id \
         WHERE t.known_exploited AND i.first_seen <= $1 AND (i.closed_at IS NULL OR i.closed_at > $1)",
        values![at],
    )
    .await
}

/// Tickets that had an open item of a vulnerability.
pub(crate) async fn tickets_with(db: &Db, at: Time, vulnerability: i64) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT ticket_id FROM v_ticket_item \
         WHERE vulnerability_id = $2 AND first_seen <= $1 AND (closed_at IS NULL OR closed_at > $1)",
        values![at, vulnerability],
    )
    .await
}

/// An asset in use, and whether a complete list of its components was fresh.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AssetRow {
    pub(crate) ordinal: i64,
    pub(crate) unit_id: String,
    pub(crate) is_fresh: bool,
}

/// With the unit whose system each belonged to then. `$3`: a list seen since counts as fresh. Only what was seen by the instant counts:
/// a list of its own, or a stretch over which the same list was seen again and again.
pub(crate) async fn assets(
    db: &Db,
    (since, at): (Time, Time),
    units: &[String],
) -> Result<Vec<AssetRow>, DbError> {
    db.all(
        "SELECT a.ordinal, w.unit_id, \
          (EXISTS (SELECT 1 FROM v_inventory_observation o WHERE o.carrier_id = a.ordinal \
            AND ((o.fresh_from <= $1 AND o.complete_at >= $3) OR (o.earlier_from <= $1 AND o.earlier_to >= $3))) \
           OR EXISTS (SELECT 1 FROM v_snapshot_time l WHERE l.carrier_id = a.ordinal AND l.observed_at <= $1 \
            AND l.observed_at >= $3 AND l.complete AND l.state IN ('applied', 'older', 'confirmed'))) AS is_fresh \
         FROM v_asset a JOIN v_asset_membership m ON m.asset_id = a.id AND m.valid_from <= $1 AND m.valid_to > $1 \
         JOIN v_system_owner w ON w.system_id = m.system_id AND w.valid_from <= $1 AND w.valid_to > $1 \
         WHERE a.created_at <= $1 AND (a.retired_at IS NULL OR a.retired_at > $1) \
         AND w.unit_id IN (SELECT value FROM json_each($2))",
        values![at, Value::json_list(units), since],
    )
    .await
}

/// A required seat, and whether somebody who has not left held it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct SeatRow {
    pub(crate) id: String,
    pub(crate) unit_id: String,
    pub(crate) held: bool,
}

pub(crate) async fn seats(db: &Db, at: Time, units: &[String]) -> Result<Vec<SeatRow>, DbError> {
    let sql = db.pick(
        "SELECT s.id, s.unit_id, EXISTS (SELECT 1 FROM v_seat_holder h JOIN v_person p ON p.id = h.person_id \
          WHERE h.seat_id = s.id AND NOT h.deputy AND h.valid_from <= $1 AND h.valid_to > $1 \
          AND (p.left_at IS NULL OR p.left_at > $1)) AS held \
         FROM v_seat s WHERE s.required AND s.created_at <= $1 AND (s.closed_at IS NULL OR s.closed_at > $1) \
         AND s.unit_id IN (SELECT value FROM json_each($2))",
        "SELECT s.id, s.unit_id, EXISTS (SELECT 1 FROM v_seat_holder h JOIN v_person p ON p.id = h.person_id \
          WHERE h.seat_id = s.id AND NOT h.deputy AND h.valid_from <= $1 AND h.valid_to > $1 \
          AND (p.left_at IS NULL OR p.left_at > $1)) AS held \
         FROM v_seat s WHERE s.required AND s.created_at <= $1 AND (s.closed_at IS NULL OR s.closed_at > $1) \
         AND s.unit_id IN (SELECT json_array_elements_text($2::json))",
    );
    db.all(sql, values![at, Value::json_list(units)]).await
}

/// What a row is called today: (id, number or name, what it belongs to).
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct LabelRow {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) detail: String,
    pub(crate) detail_ja: String,
}

pub(crate) async fn ticket_labels(db: &Db, ids: &[String]) -> Result<Vec<LabelRow>, DbError> {
    let sql = db.pick(
        "SELECT CAST(t.id AS TEXT) AS key, CAST(t.id AS TEXT) AS id, t.package AS name, s.name AS detail, s.name_ja AS detail_ja FROM v_ticket t \
         JOIN v_system s ON s.id = t.system_id WHERE t.id IN (SELECT CAST(value AS INTEGER) FROM json_each($1))",
        "SELECT CAST(t.id AS TEXT) AS key, CAST(t.id AS TEXT) AS id, t.package AS name, s.name AS detail, s.name_ja AS detail_ja FROM v_ticket t \
         JOIN v_system s ON s.id = t.system_id WHERE t.id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![Value::json_list(ids)]).await
}

pub(crate) async fn asset_labels(db: &Db, ids: &[String]) -> Result<Vec<LabelRow>, DbError> {
    let sql = db.pick(
        "SELECT CAST(a.ordinal AS TEXT) AS key, a.id, a.name, s.name AS detail, s.name_ja AS detail_ja FROM v_asset a \
         JOIN v_system s ON s.id = a.system_id WHERE a.ordinal IN (SELECT CAST(value AS INTEGER) FROM json_each($1))",
        "SELECT CAST(a.ordinal AS TEXT) AS key, a.id, a.name, s.name AS detail, s.name_ja AS detail_ja FROM v_asset a \
         JOIN v_system s ON s.id = a.system_id WHERE a.ordinal IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![Value::json_list(ids)]).await
}

pub(crate) async fn seat_labels(db: &Db, ids: &[String]) -> Result<Vec<LabelRow>, DbError> {
    let sql = db.pick(
        "SELECT s.id AS key, s.id, s.kind AS name, '' AS detail, '' AS detail_ja FROM v_seat s \
         WHERE s.id IN (SELECT value FROM json_each($1))",
        "SELECT s.id AS key, s.id, s.kind AS name, '' AS detail, '' AS detail_ja FROM v_seat s \
         WHERE s.id IN (SELECT json_array_elements_text($1::json))",
    );
    db.all(sql, values![Value::json_list(ids)]).await
}
