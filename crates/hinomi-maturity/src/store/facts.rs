// SPDX-License-Identifier: Apache-2.0
//! What the indicators are counted from: the views of the domains, as of a month's end.
//!
//! `$1` is t1, `$2` is t0. "At t1" is the last instant before it: an interval holds when `from < t1 ≤ to`.

use hinomi_core::{Time, Uuid};
use hinomi_db::{Db, DbError, values};

/// A system with its owner of then.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct SystemRow {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) unit_id: String,
    pub(crate) unassigned: bool,
    pub(crate) reachability: i64,
}

pub(crate) async fn systems(db: &Db, end: Time) -> Result<Vec<SystemRow>, DbError> {
    db.all(
        "SELECT s.id, s.code, o.unit_id, s.unassigned, s.reachability FROM v_system s \
         JOIN v_system_owner o ON o.system_id = s.id AND o.valid_from < $1 AND o.valid_to >= $1",
        values![end],
    )
    .await
}

/// An asset that was in use, with the system it belonged to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AssetRow {
    pub(crate) ordinal: i64,
    pub(crate) kind: String,
    pub(crate) system_id: String,
    pub(crate) retired_at: Option<i64>,
}

/// Those in use at the end, and those that went out of use in the month.
pub(crate) async fn assets(
    db: &Db,
    (start, end): (Time, Time),
    visit: impl FnMut(AssetRow) + Send,
) -> Result<(), DbError> {
    db.each(
        "SELECT a.ordinal, a.kind, m.system_id, a.retired_at FROM v_asset a \
         JOIN v_asset_membership m ON m.asset_id = a.id AND m.valid_from < $1 \
          AND (m.valid_to >= $1 OR m.valid_to = a.retired_at) \
         WHERE a.created_at < $1 AND (a.retired_at IS NULL OR a.retired_at >= $2)",
        values![end, start],
        visit,
    )
    .await
}

/// Assets of which a list of components was seen in a span, whenever it arrived, and whether a whole one was.
pub(crate) async fn lists(db: &Db, from: Time, end: Time) -> Result<Vec<(i64, bool)>, DbError> {
    let rows: Vec<(i64, i64)> = db
        .all(
            "SELECT carrier_id, CAST(max(CASE WHEN complete THEN 1 ELSE 0 END) AS BIGINT) FROM v_snapshot_time \
             WHERE observed_at >= $2 AND observed_at < $1 AND state IN ('applied', 'older', 'confirmed') \
             GROUP BY carrier_id",
            values![end, from],
        )
        .await?;
    Ok(rows.into_iter().map(|(carrier, whole)| (carrier, whole != 0)).collect())
}

/// A ticket as it stood: its last interval before the end.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct TicketRow {
    pub(crate) case_id: i64,
    pub(crate) system_id: String,
    pub(crate) due_at: i64,
    /// When it was closed; the end of time while it was open.
    pub(crate) to_at: i64,
    /// How it ended, if it is closed by now.
    pub(crate) closure: Option<String>,
}

/// Tickets due in the month, those due earlier and still open at its end, and those that ended in the month. Each part walks an
/// index of its own: what was done with years ago is not read again.
pub(crate) async fn tickets(db: &Db, (start, end): (Time, Time)) -> Result<Vec<TicketRow>, DbError> {
    // The sign keeps SQLite to what ended since, of which there is less than of what ever fell due before.
    db.all(
        "SELECT i.case_id, i.system_id, i.due_at, i.to_at, t.closure FROM ( \
          SELECT d.case_id, d.system_id, d.from_at, d.due_at, d.to_at FROM v_case_interval d \
           WHERE d.due_at >= $2 AND d.due_at < $1 \
          UNION ALL SELECT o.case_id, o.system_id, o.from_at, o.due_at, o.to_at FROM v_case_interval o \
           WHERE o.to_at >= $1 AND +o.due_at < $2 \
          UNION ALL SELECT e.case_id, e.system_id, e.from_at, e.due_at, e.to_at FROM v_case_interval e \
           WHERE e.to_at >= $2 AND e.to_at < $1 AND (e.due_at < $2 OR e.due_at >= $1)) i \
         JOIN v_ticket t ON t.id = i.case_id \
         WHERE i.from_at < $1 AND (i.to_at >= $1 OR NOT EXISTS (SELECT 1 FROM v_case_interval n \
          WHERE n.case_id = i.case_id AND n.from_at > i.from_at AND n.from_at < $1))",
        values![end, start],
    )
    .await
}

/// Tickets whose criticality was lowered in the month, each once, with their system.
pub(crate) async fn lowered(db: &Db, (start, end): (Time, Time)) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT DISTINCT n.system_id, n.case_id FROM v_case_interval n \
         JOIN v_case_interval b ON b.case_id = n.case_id AND b.to_at = n.from_at \
         WHERE n.from_at >= $2 AND n.from_at < $1 AND n.criticality < b.criticality",
        values![end, start],
    )
    .await
}

/// An item that began before the end and had not ended before the start.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ItemRow {
    pub(crate) ticket_id: i64,
    pub(crate) vulnerability_id: i64,
    pub(crate) system_id: String,
    pub(crate) first_seen: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closure: Option<String>,
}

/// Items that began in the month or ended in it.
pub(crate) async fn items_moved(db: &Db, (start, end): (Time, Time)) -> Result<Vec<ItemRow>, DbError> {
    db.all(
        "SELECT i.ticket_id, i.vulnerability_id, t.system_id, i.first_seen, i.closed_at, i.closure FROM ( \
          SELECT b.ticket_id, b.vulnerability_id, b.first_seen, b.closed_at, b.closure FROM v_ticket_item b \
           WHERE b.first_seen >= $2 AND b.first_seen < $1 AND (b.closed_at IS NULL OR b.closed_at >= $2) \
          UNION ALL SELECT e.ticket_id, e.vulnerability_id, e.first_seen, e.closed_at, e.closure FROM v_ticket_item e \
           WHERE e.closed_at >= $2 AND e.closed_at < $1 AND e.first_seen < $2) i \
         JOIN v_ticket t ON t.id = i.ticket_id",
        values![end, start],
    )
    .await
}

/// Items that stood all through the month, of systems that are reached in so many ways or more: of the others nobody counts the
/// days. A group has hundreds of thousands, of which a tenth is asked.
pub(crate) async fn items_standing(
    db: &Db,
    (start, end): (Time, Time),
    reachability: i64,
) -> Result<Vec<ItemRow>, DbError> {
    // The word keeps the order in which SQLite goes: systems, their tickets, their items.
    db.all(
        "SELECT i.ticket_id, i.vulnerability_id, t.system_id, i.first_seen, i.closed_at, i.closure FROM v_system s \
         CROSS JOIN v_ticket t CROSS JOIN v_ticket_item i \
         WHERE s.reachability >= $3 AND t.system_id = s.id AND i.ticket_id = t.id \
         AND i.first_seen < $2 AND (i.closed_at IS NULL OR i.closed_at >= $1)",
        values![end, start, reachability],
    )
    .await
}

/// A seat, since when the person who held it then had done so, and whether somebody stood in; nobody who had left.
#[derive(Debug, Clone)]
pub(crate) struct SeatRow {
    pub(crate) id: Uuid,
    pub(crate) unit_id: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) held_since: Option<i64>,
    pub(crate) has_deputy: bool,
}

pub(crate) async fn seats(db: &Db, end: Time) -> Result<Vec<SeatRow>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: String,
        unit_id: String,
        kind: String,
        required: bool,
        held_since: Option<i64>,
        deputies: i64,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT s.id, s.unit_id, s.kind, s.required, (SELECT max(h.valid_from) FROM v_seat_holder h \
              JOIN v_person p ON p.id = h.person_id \
              WHERE h.seat_id = s.id AND NOT h.deputy AND h.valid_from < $1 AND h.valid_to >= $1 \
               AND (p.left_at IS NULL OR p.left_at >= $1)) AS held_since, \
             (SELECT COUNT(*) FROM v_seat_holder h JOIN v_person p ON p.id = h.person_id \
              WHERE h.seat_id = s.id AND h.deputy AND h.valid_from < $1 AND h.valid_to >= $1 \
               AND (p.left_at IS NULL OR p.left_at >= $1)) AS deputies \
             FROM v_seat s WHERE s.created_at < $1 AND (s.closed_at IS NULL OR s.closed_at >= $1) \
             AND s.kind IN ('information_manager', 'system_security_manager', 'psirt_manager')",
            values![end],
        )
        .await?;
    let seat = |row: Row| {
        Some(SeatRow {
            id: row.id.parse().ok()?,
            unit_id: row.unit_id,
            kind: row.kind,
            required: row.required,
            held_since: row.held_since,
            has_deputy: row.deputies > 0,
        })
    };
    Ok(rows.into_iter().filter_map(seat).collect())
}

/// Something that was owed.
#[derive(Debug, Clone)]
pub(crate) struct DutyRow {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) unit_id: String,
    /// Whose days count for it.
    pub(crate) calendar: String,
    pub(crate) began_at: i64,
    pub(crate) due_at: i64,
    pub(crate) done_at: Option<i64>,
    /// Since when more than the word of who owed it says that it was done.
    pub(crate) proven_at: Option<i64>,
    pub(crate) reminded_at: Option<i64>,
    /// Since when its clock stands still, with no end yet.
    pub(crate) paused_from: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct StoredDuty {
    id: String,
    kind: String,
    unit_id: String,
    calendar: String,
    began_at: i64,
    due_at: i64,
    done_at: Option<i64>,
    proven_at: Option<i64>,
    reminded_at: Option<i64>,
    paused_from: Option<i64>,
}

macro_rules! duty_columns {
    () => {
        "SELECT id, kind, unit_id, calendar, began_at, due_at, done_at, proven_at, reminded_at, paused_from \
         FROM v_obligation "
    };
}

fn duty(row: StoredDuty) -> Option<DutyRow> {
    Some(DutyRow {
        id: row.id.parse().ok()?,
        kind: row.kind,
        unit_id: row.unit_id,
        calendar: row.calendar,
        began_at: row.began_at,
        due_at: row.due_at,
        done_at: row.done_at,
        proven_at: row.proven_at,
        reminded_at: row.reminded_at,
        paused_from: row.paused_from,
    })
}

/// What was due since `start`, or due before and not done then, and had begun and was not withdrawn before the end; with
/// what was done since `start`.
pub(crate) async fn duties(db: &Db, (start, end): (Time, Time)) -> Result<Vec<DutyRow>, DbError> {
    let rows: Vec<StoredDuty> = db
        .all(
            concat!(
                duty_columns!(),
                "WHERE began_at < $1 AND (withdrawn_at IS NULL OR withdrawn_at >= $1) \
                 AND (due_at >= $2 OR done_at IS NULL OR done_at >= $2) ORDER BY id"
            ),
            values![end, start],
        )
        .await?;
    Ok(rows.into_iter().filter_map(duty).collect())
}

/// Of one kind: what was due or done in a span.
pub(crate) async fn duties_of(
    db: &Db,
    kind: &str,
    (start, end): (Time, Time),
) -> Result<Vec<DutyRow>, DbError> {
    let rows: Vec<StoredDuty> = db
        .all(
            concat!(
                duty_columns!(),
                "WHERE kind = $3 AND began_at < $1 AND (withdrawn_at IS NULL OR withdrawn_at >= $1) \
                 AND (due_at >= $2 OR done_at >= $2) ORDER BY id"
            ),
            values![end, start, kind.to_owned()],
        )
        .await?;
    Ok(rows.into_iter().filter_map(duty).collect())
}

/// Of one kind: what was begun in a span, and not withdrawn by somebody else before its end.
pub(crate) async fn duties_begun(
    db: &Db,
    kind: &str,
    (start, end): (Time, Time),
) -> Result<Vec<DutyRow>, DbError> {
    let rows: Vec<StoredDuty> = db
        .all(
            concat!(
                duty_columns!(),
                "WHERE kind = $3 AND began_at >= $2 AND began_at < $1 \
                 AND (withdrawn_at IS NULL OR withdrawn_at >= $1) ORDER BY id"
            ),
            values![end, start, kind.to_owned()],
        )
        .await?;
    Ok(rows.into_iter().filter_map(duty).collect())
}

/// A row that another part of the house brought.
#[derive(Debug, Clone)]
pub(crate) struct BroughtRow {
    pub(crate) subject: Uuid,
    pub(crate) unit_id: String,
    pub(crate) counts: bool,
}

/// Of an indicator, what happened in a span.
pub(crate) async fn brought(
    db: &Db,
    indicator: &str,
    from: Time,
    end: Time,
) -> Result<Vec<BroughtRow>, DbError> {
    let rows: Vec<(String, String, bool)> = db
        .all(
            "SELECT id, unit_id, counts FROM maturity_brought \
             WHERE indicator = $3 AND happened_at >= $2 AND happened_at < $1 ORDER BY id",
            values![end, from, indicator.to_owned()],
        )
        .await?;
    let row = |(id, unit_id, counts): (String, String, bool)| {
        Some(BroughtRow { subject: id.parse().ok()?, unit_id, counts })
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// When the first system was registered.
pub(crate) async fn first_registered(db: &Db) -> Result<Option<Time>, DbError> {
    let found: Option<(Option<i64>,)> =
        db.optional("SELECT MIN(created_at) FROM v_system", values![]).await?;
    Ok(found.and_then(|row| row.0).map(Time::from_micros))
}
