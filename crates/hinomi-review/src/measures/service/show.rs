// SPDX-License-Identifier: Apache-2.0
//! A value as a reader sees it: whole where they see every unit behind it, else their part of it.

use std::collections::HashMap;

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use serde::Serialize;
use utoipa::ToSchema;

use super::Taken;
use crate::ReviewError;
use crate::measures::model::{ByUnit, Kind, Measure, Row, RowSet};
use crate::measures::store::{facts, kept};

/// A measured value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeasurementView {
    #[schema(value_type = String)]
    pub id: String,
    /// Of when the rows are.
    pub as_of: Time,
    pub taken_at: Time,
    /// The month that it closes, YYYY-MM; absent for one taken in between.
    pub month: Option<String>,
    /// Absent where there was nothing to measure, or where the reader sees only a part.
    pub value: Option<f64>,
    /// The value of the units that the reader sees.
    pub part: Option<f64>,
    /// The reader sees every unit behind it.
    pub whole: bool,
    /// Rows that count, of those that the reader sees.
    pub counted: i64,
    pub among: i64,
    /// Of all rows behind the value.
    pub rows_hash: String,
    pub actor: String,
}

/// How a value went.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Course {
    pub(crate) points: Vec<MeasurementView>,
}

fn sees(scope: &Scope, unit: &str) -> bool {
    scope.is_all() || unit.parse::<UnitId>().is_ok_and(|unit| scope.contains(unit))
}

fn by_unit(row: &Taken) -> Result<ByUnit, ReviewError> {
    serde_json::from_str(&row.by_unit).map_err(|error| ReviewError::Damaged {
        what: "measurement",
        id: row.id.to_string(),
        cause: error.to_string(),
    })
}

/// The value for one reader.
pub(crate) fn seen(kind: Kind, scope: &Scope, row: &Taken) -> Result<MeasurementView, ReviewError> {
    let units = by_unit(row)?;
    let whole = units.keys().all(|unit| sees(scope, unit));
    let visible = units.iter().filter(|(unit, _)| sees(scope, unit)).map(|(_, pair)| pair);
    let (counted, among) = visible.fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    Ok(MeasurementView {
        id: row.id.to_string(),
        as_of: Time::from_micros(row.as_of),
        taken_at: Time::from_micros(row.taken_at),
        month: row.month.clone(),
        value: row.value.filter(|_| whole),
        part: kind.value(counted, among),
        whole,
        counted,
        among,
        rows_hash: row.rows_hash.clone(),
        actor: row.actor.clone(),
    })
}

pub(crate) fn course(measure: &Measure, scope: &Scope, taken: &[Taken]) -> Result<Course, ReviewError> {
    let mut ordered: Vec<&Taken> = taken.iter().collect();
    ordered.sort_by_key(|row| (row.as_of, row.id));
    let points: Result<Vec<_>, _> = ordered.into_iter().map(|row| seen(measure.kind, scope, row)).collect();
    Ok(Course { points: points? })
}

/// One row behind a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RowView {
    /// `ticket`, `asset`, `seat`, `indicator`.
    pub(crate) kind: String,
    /// For its page; absent when it is no longer known.
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    /// The system of a ticket or an asset.
    pub(crate) detail: Option<String>,
    /// In Japanese; absent when it has none.
    pub(crate) detail_ja: Option<String>,
    pub(crate) unit_id: String,
    /// It counts; else it is one of those among which is counted.
    pub(crate) counts: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RowsPage {
    pub(crate) measurement_id: String,
    pub(crate) as_of: Time,
    pub(crate) month: Option<String>,
    pub(crate) rows_hash: String,
    pub(crate) counted: i64,
    pub(crate) among: i64,
    /// Rows of units that the reader does not see.
    pub(crate) hidden: i64,
    pub(crate) items: Vec<RowView>,
    /// Where the next page starts.
    pub(crate) next: Option<i64>,
}

/// A page of the rows that a kept value was made from; those that count come first.
pub(crate) async fn rows_of(
    db: &Db,
    scope: &Scope,
    id: i64,
    offset: usize,
    limit: usize,
) -> Result<RowsPage, ReviewError> {
    let unknown =
        || ReviewError::Unknown { what: "measurement", code: "measurement-not-found", id: id.to_string() };
    let row = kept::one(db, id).await?.ok_or_else(unknown)?;
    if !by_unit(&row)?.keys().any(|unit| sees(scope, unit)) && !scope.is_all() {
        return Err(unknown());
    }
    let text = kept::rows(db, &row.rows_hash).await?.unwrap_or_default();
    let set = RowSet::read(&text).map_err(|cause| ReviewError::Damaged {
        what: "rows of measurement",
        id: id.to_string(),
        cause,
    })?;
    let all = set.rows().count();
    let mut visible: Vec<Row> = set.rows().filter(|row| sees(scope, &row.unit)).collect();
    visible.sort_by_key(|row| !row.counts);
    let page: Vec<Row> = visible.iter().skip(offset).take(limit).cloned().collect();
    let end = offset + page.len();
    Ok(RowsPage {
        measurement_id: id.to_string(),
        as_of: Time::from_micros(row.as_of),
        month: row.month,
        rows_hash: row.rows_hash,
        counted: visible.iter().filter(|row| row.counts).count() as i64,
        among: visible.len() as i64,
        hidden: (all - visible.len()) as i64,
        items: named(db, set.kind(), page).await?,
        next: (end < visible.len()).then_some(end as i64),
    })
}

/// Rows with what they are called today.
pub(super) async fn named(db: &Db, kind: &str, rows: Vec<Row>) -> Result<Vec<RowView>, ReviewError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let labels = match kind {
        "ticket" => facts::ticket_labels(db, &ids).await?,
        "asset" => facts::asset_labels(db, &ids).await?,
        "seat" => facts::seat_labels(db, &ids).await?,
        _ => Vec::new(),
    };
    let labels: HashMap<String, facts::LabelRow> =
        labels.into_iter().map(|label| (label.key.clone(), label)).collect();
    let view = |row: Row| {
        let label = labels.get(&row.id);
        let id = match kind {
            "indicator" => Some(row.id.clone()),
            _ => label.map(|label| label.id.clone()),
        };
        RowView {
            kind: kind.to_owned(),
            id,
            name: label.map_or_else(|| row.id.clone(), |label| label.name.clone()),
            detail: label.map(|label| label.detail.clone()).filter(|detail| !detail.is_empty()),
            detail_ja: label.map(|label| label.detail_ja.clone()).filter(|detail| !detail.is_empty()),
            unit_id: row.unit,
            counts: row.counts,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The first rows of a value that is not kept: for previews.
pub(crate) async fn sample(db: &Db, set: &RowSet, limit: usize) -> Result<Vec<RowView>, ReviewError> {
    let mut rows: Vec<Row> = set.rows().collect();
    rows.sort_by_key(|row| !row.counts);
    rows.truncate(limit);
    named(db, set.kind(), rows).await
}
