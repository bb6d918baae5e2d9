// SPDX-License-Identifier: Apache-2.0
//! What is taken down at a month's end: reading it from the domains' views, keeping it.

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx, values};

use crate::model::{Capture, Month};

/// An asset in use, with how it was seen.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AssetRow {
    pub(crate) ordinal: i64,
    pub(crate) system_id: String,
    pub(crate) last_seen: i64,
    pub(crate) has_inventory: bool,
}

pub(crate) async fn assets(db: &Db, visit: impl FnMut(AssetRow) + Send) -> Result<(), DbError> {
    db.each(
        "SELECT ordinal, system_id, last_seen, has_inventory FROM v_asset WHERE retired_at IS NULL",
        values![],
        visit,
    )
    .await
}

/// Carriers of which a complete list was at most so old at an instant: what was seen later says nothing of it.
pub(crate) async fn listed(db: &Db, (since, at): (Time, Time)) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT DISTINCT carrier_id FROM v_inventory_observation \
         WHERE (fresh_from <= $1 AND complete_at >= $2) OR (earlier_from <= $1 AND earlier_to >= $2)",
        values![at, since],
    )
    .await
}

/// Items that were open and past their due date at an instant, of tickets that have a known-exploited one: system and vulnerability.
pub(crate) async fn exploited_overdue(db: &Db, before: Time) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT t.system_id, i.vulnerability_id FROM v_ticket t JOIN v_ticket_item i ON i.ticket_id = t.id \
         WHERE t.known_exploited AND (i.closed_at IS NULL OR i.closed_at >= $1) AND i.first_seen < $1 AND i.due_at < $1",
        values![before],
    )
    .await
}

/// Persons of each unit.
pub(crate) async fn people(db: &Db, at: Time) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT unit_id, COUNT(*) FROM v_person WHERE left_at IS NULL OR left_at >= $1 GROUP BY unit_id",
        values![at],
    )
    .await
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct CaptureRow {
    pub(crate) sources: String,
    pub(crate) people: String,
    pub(crate) assets: Vec<u8>,
    pub(crate) work: Option<Vec<u8>>,
    pub(crate) seats: Option<String>,
}

pub(crate) async fn get(db: &Db, month: Month) -> Result<Option<CaptureRow>, DbError> {
    let sql = "SELECT sources, people, assets, work, seats FROM maturity_capture WHERE month = $1";
    db.optional(sql, values![month.to_string()]).await
}

/// Seats that are required then.
pub(crate) async fn seats(db: &Db, at: Time) -> Result<Vec<String>, DbError> {
    let sql = "SELECT id FROM v_seat WHERE required AND (closed_at IS NULL OR closed_at > $1)";
    db.column(sql, values![at]).await
}

/// The first capture of a month stays.
pub(crate) async fn put(
    tx: &mut Tx,
    month: Month,
    taken_at: Time,
    capture: &Capture,
) -> Result<u64, DbError> {
    let seats = capture.seats.as_ref().map(|seats| serde_json::to_string(seats).unwrap_or_default());
    tx.execute(
        "INSERT INTO maturity_capture (month, taken_at, sources, people, assets, work, seats) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (month) DO NOTHING",
        values![
            month.to_string(),
            taken_at,
            serde_json::to_string(&capture.sources).unwrap_or_default(),
            serde_json::to_string(&capture.people).unwrap_or_default(),
            capture.encode_assets(),
            capture.work.as_ref().map(crate::model::Work::encode),
            seats
        ],
    )
    .await
}
