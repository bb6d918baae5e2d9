// SPDX-License-Identifier: Apache-2.0
//! Evaluated months: written once, under a number that nobody sees until its head is there.

use hinomi_core::Time;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

use super::formulas::TRIAL_AXES;

const UNITS: BulkTable = BulkTable {
    name: "maturity_unit",
    columns: &[
        Column::int("close_id"),
        Column::int("unit_no"),
        Column::text("unit_id"),
        Column::int("parent_no"),
        Column::int("people"),
        Column::text("facts"),
        Column::text("beside"),
    ],
    on_conflict: None,
};

const AXES: BulkTable = BulkTable {
    name: "maturity_axis",
    columns: &[
        Column::int("close_id"),
        Column::int("unit_no"),
        Column::text("axis"),
        Column::int("tenths"),
        Column::int("weight"),
        Column::int("level"),
    ],
    on_conflict: None,
};

const INDICATORS: BulkTable = BulkTable {
    name: "maturity_indicator",
    columns: &[
        Column::int("close_id"),
        Column::int("unit_no"),
        Column::text("indicator"),
        Column::text("state"),
        Column::int("for_milli"),
        Column::int("in_scope"),
        Column::float("score"),
        Column::float("value"),
    ],
    on_conflict: None,
};

const ROWS: BulkTable = BulkTable {
    name: "maturity_rows",
    columns: &[
        Column::int("close_id"),
        Column::int("unit_no"),
        Column::text("indicator"),
        Column::bytes("data"),
    ],
    on_conflict: None,
};

/// Rows of one transaction.
const CHUNK: usize = 2_000;

/// Everything below a head, as rows.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) units: Vec<Vec<Value>>,
    pub(crate) axes: Vec<Vec<Value>>,
    pub(crate) indicators: Vec<Vec<Value>>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) trials: Vec<Vec<Value>>,
}

/// A number for an evaluation that is written from now on.
pub(crate) async fn next_id(db: &Db, now: Time) -> Result<i64, DbError> {
    let mut tx = db.begin().await?;
    let id = *hinomi_db::ids::next_ids(&mut tx, "maturity_close", 1).await?.start();
    tx.execute("INSERT INTO maturity_begun (id, begun_at) VALUES ($1, $2)", values![id, now]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Evaluations whose writing ended before their head was there: begun before an instant, or by a version that did not keep when.
pub(crate) async fn left_over(db: &Db, begun_before: Time) -> Result<Vec<i64>, DbError> {
    // The unit at the top is written first and removed last.
    db.column(
        "SELECT u.close_id FROM maturity_unit u WHERE u.unit_no = 0 \
          AND NOT EXISTS (SELECT 1 FROM maturity_close c WHERE c.id = u.close_id) \
          AND NOT EXISTS (SELECT 1 FROM maturity_begun b WHERE b.id = u.close_id AND b.begun_at >= $1) \
         UNION SELECT b.id FROM maturity_begun b WHERE b.begun_at < $1",
        values![begun_before],
    )
    .await
}

/// Writes the parts in short transactions; nobody sees them yet.
pub(crate) async fn parts_put(db: &Db, parts: Parts) -> Result<(), DbError> {
    let tables = [
        (UNITS, parts.units),
        (AXES, parts.axes),
        (INDICATORS, parts.indicators),
        (ROWS, parts.rows),
        (TRIAL_AXES, parts.trials),
    ];
    for (table, rows) in tables {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut tx = db.begin().await?;
            tx.bulk_insert(&table, rows.by_ref().take(CHUNK)).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The head of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CloseRow {
    pub id: i64,
    pub month: String,
    pub revision: i64,
    pub evaluated_at: i64,
    pub formula: String,
    pub actor: String,
    pub reason: String,
    pub rows_hash: String,
    pub sources: String,
    pub late: bool,
    /// Null of months that were closed while all were UTC's.
    pub start_at: Option<i64>,
    pub end_at: Option<i64>,
    pub zone: String,
}

/// Makes an evaluation visible. False when that revision of the month is there already.
pub(crate) async fn head_put(tx: &mut Tx, row: &CloseRow) -> Result<bool, DbError> {
    let written = tx
        .execute(
            "INSERT INTO maturity_close (id, month, revision, evaluated_at, formula, actor, reason, rows_hash, sources, late, \
             start_at, end_at, zone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             ON CONFLICT (month, revision) DO NOTHING",
            values![
                row.id,
                row.month.clone(),
                row.revision,
                row.evaluated_at,
                row.formula.clone(),
                row.actor.clone(),
                row.reason.clone(),
                row.rows_hash.clone(),
                row.sources.clone(),
                row.late,
                row.start_at,
                row.end_at,
                row.zone.clone()
            ],
        )
        .await?;
    tx.execute("DELETE FROM maturity_begun WHERE id = $1", values![row.id]).await?;
    Ok(written > 0)
}

/// Takes the heads of previews away, whose parts nobody sees from then on. A closed month has no statement that removes it.
pub(crate) async fn previews_take(tx: &mut Tx) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> =
        tx.all("DELETE FROM maturity_close WHERE revision = 0 RETURNING id", values![]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Removes the parts of an evaluation that nobody sees.
pub(crate) async fn parts_remove(db: &Db, close_id: i64) -> Result<(), DbError> {
    for sql in [
        "DELETE FROM maturity_rows WHERE close_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM maturity_close WHERE id = $1)",
        "DELETE FROM maturity_indicator WHERE close_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM maturity_close WHERE id = $1)",
        "DELETE FROM maturity_axis WHERE close_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM maturity_close WHERE id = $1)",
        "DELETE FROM maturity_trial_axis WHERE close_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM maturity_close WHERE id = $1)",
        "DELETE FROM maturity_unit WHERE close_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM maturity_close WHERE id = $1)",
        "DELETE FROM maturity_begun WHERE id = $1",
    ] {
        db.execute(sql, values![close_id]).await?;
    }
    Ok(())
}

macro_rules! close_columns {
    () => {
        "SELECT id, month, revision, evaluated_at, formula, actor, reason, rows_hash, sources, late, start_at, end_at, zone \
         FROM maturity_close "
    };
}

/// Every evaluation, the oldest month and revision first.
pub(crate) async fn closes(db: &Db) -> Result<Vec<CloseRow>, DbError> {
    db.all(concat!(close_columns!(), "ORDER BY month, revision"), values![]).await
}

/// The one that counts of a month: its highest revision.
pub(crate) async fn close_of(db: &Db, month: &str) -> Result<Option<CloseRow>, DbError> {
    db.optional(
        concat!(close_columns!(), "WHERE month = $1 ORDER BY revision DESC LIMIT 1"),
        values![month.to_owned()],
    )
    .await
}

pub(crate) async fn close_by_id(db: &Db, id: i64) -> Result<Option<CloseRow>, DbError> {
    db.optional(concat!(close_columns!(), "WHERE id = $1"), values![id]).await
}

/// The close of a month that counted at an instant: what was corrected later did not count yet.
pub(crate) async fn closed_by(db: &Db, month: &str, at: i64) -> Result<Option<CloseRow>, DbError> {
    db.optional(
        concat!(
            close_columns!(),
            "WHERE month = $1 AND revision > 0 AND evaluated_at <= $2 ORDER BY revision DESC LIMIT 1"
        ),
        values![month.to_owned(), at],
    )
    .await
}

/// The one that counts of the newest closed month.
pub(crate) async fn newest_closed(db: &Db) -> Result<Option<CloseRow>, DbError> {
    db.optional(
        concat!(close_columns!(), "WHERE revision > 0 ORDER BY month DESC, revision DESC LIMIT 1"),
        values![],
    )
    .await
}
