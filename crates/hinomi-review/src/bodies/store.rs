// SPDX-License-Identifier: Apache-2.0
//! SQL of bodies and their places, and the names of people.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct BodyRow {
    pub id: String,
    pub code: String,
    pub unit_id: String,
    pub name: String,
    pub name_ja: String,
    pub purpose: String,
    pub cadence: String,
    pub agenda: String,
    pub shipped: bool,
    pub created_at: i64,
    pub closed_at: Option<i64>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct PlaceRow {
    pub id: String,
    pub body_id: String,
    pub role: String,
    pub chair: bool,
    pub filled_by: String,
    pub unit_id: Option<String>,
    pub seat_kind: Option<String>,
    pub unit_kind: Option<String>,
    pub person_id: Option<String>,
    pub position: i64,
}

macro_rules! body_columns {
    () => {
        "SELECT id, code, unit_id, name, name_ja, purpose, cadence, agenda, shipped, created_at, closed_at, version \
         FROM review_body "
    };
}

pub(super) async fn list(db: &Db) -> Result<Vec<BodyRow>, DbError> {
    db.all(concat!(body_columns!(), "ORDER BY shipped DESC, name, id"), values![]).await
}

pub(super) async fn get(db: &Db, id: &str) -> Result<Option<BodyRow>, DbError> {
    db.optional(concat!(body_columns!(), "WHERE id = $1"), values![id]).await
}

/// False when the code is taken.
pub(super) async fn add(tx: &mut Tx, row: &BodyRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO review_body (id, code, unit_id, name, name_ja, purpose, cadence, agenda, shipped, created_at, \
             version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            values![
                row.id.clone(),
                row.code.clone(),
                row.unit_id.clone(),
                row.name.clone(),
                row.name_ja.clone(),
                row.purpose.clone(),
                row.cadence.clone(),
                row.agenda.clone(),
                row.shipped,
                row.created_at,
                row.version
            ],
        )
        .await?;
    Ok(written > 0)
}

/// False when somebody was quicker.
pub(super) async fn change(tx: &mut Tx, row: &BodyRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "UPDATE review_body SET name = $2, name_ja = $3, purpose = $4, cadence = $5, agenda = $6, closed_at = $7, \
             version = version + 1 WHERE id = $1 AND version = $8",
            values![
                row.id.clone(),
                row.name.clone(),
                row.name_ja.clone(),
                row.purpose.clone(),
                row.cadence.clone(),
                row.agenda.clone(),
                row.closed_at,
                row.version
            ],
        )
        .await?;
    Ok(written > 0)
}

pub(super) async fn places(db: &Db, at: Time) -> Result<Vec<PlaceRow>, DbError> {
    db.all(
        "SELECT id, body_id, role, chair, filled_by, unit_id, seat_kind, unit_kind, person_id, position \
         FROM review_place WHERE valid_from <= $1 AND $1 < valid_to ORDER BY body_id, position",
        values![at],
    )
    .await
}

/// The places that were end; these begin.
pub(super) async fn places_put(
    tx: &mut Tx,
    body_id: &str,
    rows: &[PlaceRow],
    now: Time,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE review_place SET valid_to = $2 WHERE body_id = $1 AND valid_to > $2",
        values![body_id, now],
    )
    .await?;
    for row in rows {
        place_add(tx, row, now).await?;
    }
    Ok(())
}

/// The place begins.
pub(super) async fn place_add(tx: &mut Tx, row: &PlaceRow, now: Time) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO review_place (id, body_id, role, chair, filled_by, unit_id, seat_kind, unit_kind, person_id, \
         position, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            row.id.clone(),
            row.body_id.clone(),
            row.role.clone(),
            row.chair,
            row.filled_by.clone(),
            row.unit_id.clone(),
            row.seat_kind.clone(),
            row.unit_kind.clone(),
            row.person_id.clone(),
            row.position,
            now,
            i64::MAX
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn place_end(tx: &mut Tx, id: &str, now: Time) -> Result<(), DbError> {
    tx.execute("UPDATE review_place SET valid_to = $2 WHERE id = $1 AND valid_to > $2", values![id, now])
        .await?;
    Ok(())
}

/// Places of bodies in being that seats of the unit fill.
pub(super) async fn places_of_unit(tx: &mut Tx, unit: UnitId, now: Time) -> Result<Vec<PlaceRow>, DbError> {
    tx.all(
        "SELECT p.id, p.body_id, p.role, p.chair, p.filled_by, p.unit_id, p.seat_kind, p.unit_kind, p.person_id, \
         p.position FROM review_place p JOIN review_body b ON b.id = p.body_id \
         WHERE p.unit_id = $1 AND p.valid_from <= $2 AND $2 < p.valid_to AND b.closed_at IS NULL \
         ORDER BY p.body_id, p.position",
        values![unit.to_string(), now],
    )
    .await
}

pub(super) async fn bodies_of_unit(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    tx.scalar(
        "SELECT COUNT(*) FROM review_body WHERE unit_id = $1 AND closed_at IS NULL",
        values![unit.to_string()],
    )
    .await
}

pub(super) async fn bodies_move(tx: &mut Tx, from: UnitId, to: UnitId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE review_body SET unit_id = $2, version = version + 1 WHERE unit_id = $1 AND closed_at IS NULL",
        values![from.to_string(), to.to_string()],
    )
    .await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct PersonRow {
    pub id: String,
    pub name: String,
    pub name_native: String,
}

/// Those of the people who have not left by then.
pub(super) async fn people(db: &Db, ids: &[String], now: Time) -> Result<Vec<PersonRow>, DbError> {
    db.all(
        "SELECT id, name, name_native FROM v_person WHERE (left_at IS NULL OR left_at > $2) \
         AND id IN (SELECT value FROM json_each($1))",
        values![Value::json_list(ids), now],
    )
    .await
}
