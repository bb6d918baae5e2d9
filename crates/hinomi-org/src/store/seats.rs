// SPDX-License-Identifier: Apache-2.0
//! Tables `seat`, `seat_assignment`.

use std::collections::HashMap;

use hinomi_core::{PersonId, Scope, SeatId, SeatKind, Time, UnitId, Uuid};
use hinomi_db::scope::{ScopeFilter, is_one_of};
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

use crate::model::FOREVER_MICROS;
use crate::model::plan::{SeatRecord, SeatStep, Sitting};

#[derive(Debug, sqlx::FromRow)]
struct SeatRow {
    id: SeatId,
    unit_id: UnitId,
    kind: SeatKind,
    required: bool,
    created_at: Time,
}

impl SeatRow {
    fn record(self) -> SeatRecord {
        SeatRecord {
            id: self.id,
            unit_id: self.unit_id,
            kind: self.kind,
            required: self.required,
            created_at: self.created_at,
            holder: None,
            deputy: None,
        }
    }
}

#[derive(Debug, sqlx::FromRow)]
struct SittingRow {
    seat_id: SeatId,
    person_id: PersonId,
    deputy: bool,
    valid_from: Time,
    valid_to: Time,
}

impl SittingRow {
    fn sitting(&self) -> Sitting {
        Sitting { person: self.person_id, from: self.valid_from, to: self.valid_to }
    }
}

/// A seat with who is in its places at a time.
#[derive(Debug)]
pub(crate) struct SeatAt {
    pub seat: SeatRecord,
    pub holder: PlaceAt,
    pub deputy: PlaceAt,
}

/// One place of a seat at a time: a successor who is planned leaves it to whoever sits there until then.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlaceAt {
    pub now: Option<Sitting>,
    pub next: Option<Sitting>,
    /// When the last sitting ended that is over.
    pub left_at: Option<Time>,
}

impl PlaceAt {
    fn add(&mut self, sitting: Sitting, now: Time) {
        if now < sitting.from {
            self.next = self.next.or(Some(sitting));
        } else if now < sitting.to {
            self.now = Some(sitting);
        } else {
            self.left_at = self.left_at.max(Some(sitting.to));
        }
    }
}

/// Seats that are not closed at `now`, in the order of unit and kind.
pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    units: Option<&[UnitId]>,
    now: Time,
) -> Result<Vec<SeatAt>, DbError> {
    let mut select = Query::select();
    select
        .columns(["id", "unit_id", "kind", "required", "created_at"])
        .from("seat")
        .and_where(Expr::col("closed_at").is_null().or(Expr::col("closed_at").gt(now.as_micros())))
        .within("unit_id", scope)
        .order_by("unit_id", Order::Asc)
        .order_by("kind", Order::Asc);
    if let Some(units) = units {
        select.and_where(is_one_of(Expr::col("unit_id"), units));
    }
    let seats: Vec<SeatRow> = db.select_all(&select).await?;
    let ids = Value::json_list(seats.iter().map(|seat| seat.id));
    let sittings: Vec<SittingRow> = db.all(SITTINGS_OF, vec![ids]).await?;
    let mut places: HashMap<(SeatId, bool), PlaceAt> = HashMap::new();
    for row in &sittings {
        places.entry((row.seat_id, row.deputy)).or_default().add(row.sitting(), now);
    }
    let place = |seat: SeatId, deputy: bool| places.get(&(seat, deputy)).copied().unwrap_or_default();
    let at = |seat: SeatRecord| SeatAt { holder: place(seat.id, false), deputy: place(seat.id, true), seat };
    Ok(with_sittings(seats, sittings).into_iter().map(at).collect())
}

const SITTINGS_OF: &str = "SELECT seat_id, person_id, deputy, valid_from, valid_to FROM seat_assignment
    WHERE seat_id IN (SELECT value FROM json_each($1)) ORDER BY valid_from";

pub(crate) async fn all_tx(tx: &mut Tx, now: Time) -> Result<Vec<SeatRecord>, DbError> {
    let sql = "SELECT id, unit_id, kind, required, created_at FROM seat
        WHERE closed_at IS NULL OR closed_at > $1";
    let seats: Vec<SeatRow> = tx.all(sql, values![now]).await?;
    let sql =
        "SELECT seat_id, person_id, deputy, valid_from, valid_to FROM seat_assignment ORDER BY valid_from";
    let sittings: Vec<SittingRow> = tx.all(sql, values![]).await?;
    Ok(with_sittings(seats, sittings))
}

pub(crate) async fn get_tx(tx: &mut Tx, id: SeatId, now: Time) -> Result<Option<SeatRecord>, DbError> {
    let sql = "SELECT id, unit_id, kind, required, created_at FROM seat
        WHERE id = $1 AND (closed_at IS NULL OR closed_at > $2)";
    let Some(seat) = tx.optional::<SeatRow>(sql, values![id, now]).await? else { return Ok(None) };
    let sittings: Vec<SittingRow> = tx.all(SITTINGS_OF, vec![Value::json_list([id])]).await?;
    Ok(with_sittings(vec![seat], sittings).pop())
}

/// Whether the unit has a seat of the kind that is not closed by then; one that will be is still there until it is.
pub(crate) async fn is_taken_tx(
    tx: &mut Tx,
    unit: UnitId,
    kind: SeatKind,
    now: Time,
) -> Result<bool, DbError> {
    let sql = "SELECT COUNT(*) FROM seat WHERE unit_id = $1 AND kind = $2
        AND (closed_at IS NULL OR closed_at > $3)";
    Ok(tx.scalar::<i64>(sql, values![unit, kind, now]).await? > 0)
}

/// `sittings` come oldest first, so the last one stays: what the rules go on from, whenever it is.
fn with_sittings(seats: Vec<SeatRow>, sittings: Vec<SittingRow>) -> Vec<SeatRecord> {
    let mut last: HashMap<(SeatId, bool), Sitting> = HashMap::new();
    for row in sittings {
        last.insert((row.seat_id, row.deputy), row.sitting());
    }
    let with = |row: SeatRow| {
        let mut seat = row.record();
        seat.holder = last.get(&(seat.id, false)).copied();
        seat.deputy = last.get(&(seat.id, true)).copied();
        seat
    };
    seats.into_iter().map(with).collect()
}

const SEAT: BulkTable = BulkTable {
    name: "seat",
    columns: &[
        Column::text("id"),
        Column::text("unit_id"),
        Column::text("kind"),
        Column::bool("required"),
        Column::int("created_at"),
    ],
    on_conflict: None,
};

pub(crate) async fn insert(tx: &mut Tx, seats: &[SeatRecord]) -> Result<(), DbError> {
    let row = |seat: &SeatRecord| values![seat.id, seat.unit_id, seat.kind, seat.required, seat.created_at].0;
    let rows: Vec<Vec<Value>> = seats.iter().map(row).collect();
    tx.bulk_insert(&SEAT, rows.into_iter()).await?;
    Ok(())
}

pub(crate) async fn set_required(tx: &mut Tx, seat: SeatId, required: bool) -> Result<(), DbError> {
    tx.execute("UPDATE seat SET required = $2 WHERE id = $1", values![seat, required]).await?;
    Ok(())
}

const ASSIGNMENT: BulkTable = BulkTable {
    name: "seat_assignment",
    columns: &[
        Column::text("id"),
        Column::text("seat_id"),
        Column::text("person_id"),
        Column::bool("deputy"),
        Column::int("valid_from"),
        Column::int("valid_to"),
    ],
    on_conflict: None,
};

/// Writes what the rules decided: seat, whether the deputy's place, step.
pub(crate) async fn write_steps(
    tx: &mut Tx,
    steps: &[(SeatId, bool, SeatStep)],
    mut new_id: impl FnMut() -> Uuid,
) -> Result<(), DbError> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (seat, deputy, step) in steps {
        match *step {
            SeatStep::Unchanged => {}
            SeatStep::End { at } => end(tx, *seat, *deputy, at).await?,
            SeatStep::Begin { person, from, ends_last } => {
                if ends_last {
                    end(tx, *seat, *deputy, from).await?;
                }
                rows.push(values![new_id(), *seat, person, *deputy, from, FOREVER_MICROS].0);
            }
        }
    }
    tx.bulk_insert(&ASSIGNMENT, rows.into_iter()).await?;
    Ok(())
}

/// Ends the open sitting; one that began at `at` is taken back.
async fn end(tx: &mut Tx, seat: SeatId, deputy: bool, at: Time) -> Result<(), DbError> {
    let sql = "DELETE FROM seat_assignment WHERE seat_id = $1 AND deputy = $2 AND valid_from = $3 AND valid_to = $4";
    tx.execute(sql, values![seat, deputy, at, FOREVER_MICROS]).await?;
    let sql = "UPDATE seat_assignment SET valid_to = $3 WHERE seat_id = $1 AND deputy = $2 AND valid_to = $4";
    tx.execute(sql, values![seat, deputy, at, FOREVER_MICROS]).await?;
    Ok(())
}

/// One unit of a seat that a person fills: kind, whether the seat is at a root, and a unit of its subtree.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct GrantRow {
    pub seat_id: SeatId,
    pub kind: SeatKind,
    pub unit_id: UnitId,
    pub is_root: bool,
    pub below: UnitId,
}

pub(crate) async fn grants(db: &Db, person: PersonId, time: Time) -> Result<Vec<GrantRow>, DbError> {
    let sql =
        "SELECT s.id AS seat_id, s.kind, s.unit_id, v.parent_id IS NULL AS is_root, c.descendant_id AS below
        FROM seat_assignment a
        JOIN person p ON p.id = a.person_id AND (p.left_at IS NULL OR p.left_at > $2)
        JOIN seat s ON s.id = a.seat_id AND (s.closed_at IS NULL OR s.closed_at > $2)
        JOIN unit_version v ON v.unit_id = s.unit_id AND v.valid_from <= $2 AND v.valid_to > $2
        JOIN unit_closure c ON c.ancestor_id = s.unit_id AND c.valid_from <= $2 AND c.valid_to > $2
        WHERE a.person_id = $1 AND a.valid_from <= $2 AND a.valid_to > $2
        ORDER BY s.id";
    db.all(sql, values![person, time]).await
}

/// Ends every sitting of a person at `time`: they left.
pub(crate) async fn end_all_of(tx: &mut Tx, person: PersonId, at: Time) -> Result<u64, DbError> {
    let sql = "DELETE FROM seat_assignment WHERE person_id = $1 AND valid_from >= $2";
    tx.execute(sql, values![person, at]).await?;
    let sql = "UPDATE seat_assignment SET valid_to = $2 WHERE person_id = $1 AND valid_to > $2";
    tx.execute(sql, values![person, at]).await
}

/// Closes the seats of a unit that ends, which may be on a day to come: until then they are as they were. Who sits
/// there then stays written; the seat's end bounds it, see `v_seat_holder`.
pub(crate) async fn close_of_unit(tx: &mut Tx, unit: UnitId, at: Time) -> Result<(), DbError> {
    let sql = "UPDATE seat SET closed_at = $2 WHERE unit_id = $1 AND (closed_at IS NULL OR closed_at > $2)";
    tx.execute(sql, values![unit, at]).await?;
    Ok(())
}

/// Kind and unit of the seats that a person fills at `time`.
pub(crate) async fn held(db: &Db, person: PersonId, time: Time) -> Result<Vec<(SeatKind, UnitId)>, DbError> {
    let sql = "SELECT s.kind, s.unit_id FROM seat_assignment a JOIN seat s ON s.id = a.seat_id
        WHERE a.person_id = $1 AND a.valid_from <= $2 AND a.valid_to > $2
        AND (s.closed_at IS NULL OR s.closed_at > $2)
        ORDER BY s.kind, s.unit_id";
    db.all(sql, values![person, time]).await
}
