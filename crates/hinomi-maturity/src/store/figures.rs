// SPDX-License-Identifier: Apache-2.0
//! Reading what evaluated months say.

use hinomi_db::{Db, DbError, values};

use super::json_list;

/// A unit of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct UnitRow {
    pub(crate) unit_no: i64,
    pub(crate) unit_id: String,
    pub(crate) parent_no: Option<i64>,
    pub(crate) people: i64,
    pub(crate) facts: String,
    pub(crate) beside: String,
}

/// The tree of an evaluation, a parent before its children.
pub(crate) async fn units(db: &Db, close_id: i64) -> Result<Vec<UnitRow>, DbError> {
    db.all(
        "SELECT unit_no, unit_id, parent_no, people, facts, beside FROM maturity_unit \
         WHERE close_id = $1 ORDER BY unit_no",
        values![close_id],
    )
    .await
}

pub(crate) async fn unit(db: &Db, close_id: i64, unit_id: &str) -> Result<Option<UnitRow>, DbError> {
    db.optional(
        "SELECT unit_no, unit_id, parent_no, people, facts, beside FROM maturity_unit \
         WHERE unit_id = $2 AND close_id = $1",
        values![close_id, unit_id.to_owned()],
    )
    .await
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct IndicatorRow {
    pub(crate) indicator: String,
    pub(crate) state: String,
    pub(crate) for_milli: i64,
    pub(crate) in_scope: i64,
    pub(crate) score: Option<f64>,
    pub(crate) value: Option<f64>,
}

pub(crate) async fn indicators(db: &Db, close_id: i64, unit_no: i64) -> Result<Vec<IndicatorRow>, DbError> {
    db.all(
        "SELECT indicator, state, for_milli, in_scope, score, value FROM maturity_indicator \
         WHERE close_id = $1 AND unit_no = $2",
        values![close_id, unit_no],
    )
    .await
}

/// The axes of several units of one evaluation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct AxisRow {
    pub(crate) unit_no: i64,
    pub(crate) axis: String,
    pub(crate) tenths: Option<i64>,
    pub(crate) weight: i64,
    pub(crate) level: i64,
}

pub(crate) async fn axes(db: &Db, close_id: i64, unit_nos: &[i64]) -> Result<Vec<AxisRow>, DbError> {
    let sql = db.pick(
        "SELECT unit_no, axis, tenths, weight, level FROM maturity_axis \
         WHERE close_id = $1 AND unit_no IN (SELECT value FROM json_each($2))",
        "SELECT unit_no, axis, tenths, weight, level FROM maturity_axis \
         WHERE close_id = $1 AND unit_no IN (SELECT json_array_elements_text($2::json)::bigint)",
    );
    db.all(sql, values![close_id, json_list(unit_nos)]).await
}

/// A unit's axes over the months, the oldest first; of each month and revision.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TrendRow {
    pub(crate) close_id: i64,
    pub(crate) month: String,
    pub(crate) revision: i64,
    pub(crate) axis: String,
    pub(crate) tenths: Option<i64>,
    pub(crate) level: i64,
    pub(crate) people: i64,
}

pub(crate) async fn trend(db: &Db, unit_id: &str, from: &str, to: &str) -> Result<Vec<TrendRow>, DbError> {
    db.all(
        "SELECT c.id AS close_id, c.month, c.revision, a.axis, a.tenths, a.level, u.people FROM maturity_unit u \
         JOIN maturity_close c ON c.id = u.close_id \
         JOIN maturity_axis a ON a.close_id = u.close_id AND a.unit_no = u.unit_no \
         WHERE u.unit_id = $1 AND c.month >= $2 AND c.month <= $3 ORDER BY c.month, c.revision, a.axis",
        values![unit_id.to_owned(), from.to_owned(), to.to_owned()],
    )
    .await
}

/// The indices of all units of an evaluation, for the months that follow.
pub(crate) async fn indices(db: &Db, close_id: i64) -> Result<Vec<(String, String, Option<i64>)>, DbError> {
    db.all(
        "SELECT u.unit_id, a.axis, a.tenths FROM maturity_axis a \
         JOIN maturity_unit u ON u.close_id = a.close_id AND u.unit_no = a.unit_no WHERE a.close_id = $1",
        values![close_id],
    )
    .await
}

/// The stored rows of an indicator, of each of the units from `first` to before `end` itself.
pub(crate) async fn rows(
    db: &Db,
    close_id: i64,
    indicator: &str,
    (first, end): (i64, i64),
) -> Result<Vec<(i64, Vec<u8>)>, DbError> {
    db.all(
        "SELECT unit_no, data FROM maturity_rows \
         WHERE close_id = $1 AND indicator = $2 AND unit_no >= $3 AND unit_no < $4 ORDER BY unit_no",
        values![close_id, indicator.to_owned(), first, end],
    )
    .await
}

/// All stored rows of an evaluation, in order.
pub(crate) async fn all_rows(db: &Db, close_id: i64) -> Result<Vec<(i64, String, Vec<u8>)>, DbError> {
    db.all(
        "SELECT unit_no, indicator, data FROM maturity_rows WHERE close_id = $1 ORDER BY unit_no, indicator",
        values![close_id],
    )
    .await
}

/// All figures of an evaluation, for comparing.
pub(crate) async fn all_indicators(db: &Db, close_id: i64) -> Result<Vec<(i64, IndicatorRow)>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        unit_no: i64,
        #[sqlx(flatten)]
        row: IndicatorRow,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT unit_no, indicator, state, for_milli, in_scope, score, value FROM maturity_indicator \
             WHERE close_id = $1 ORDER BY unit_no, indicator",
            values![close_id],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.unit_no, row.row)).collect())
}

pub(crate) async fn all_axes(db: &Db, close_id: i64) -> Result<Vec<AxisRow>, DbError> {
    db.all(
        "SELECT unit_no, axis, tenths, weight, level FROM maturity_axis WHERE close_id = $1 \
         ORDER BY unit_no, axis",
        values![close_id],
    )
    .await
}
