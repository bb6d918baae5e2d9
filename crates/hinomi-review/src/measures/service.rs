// SPDX-License-Identifier: Apache-2.0
//! Measuring, keeping, and showing a value with its rows to a reader.

mod count;
mod show;

pub(crate) use count::{Measured, covered, evaluate};
pub use show::MeasurementView;
pub(crate) use show::{RowView, RowsPage};
pub(crate) use show::{course, rows_of, sample, seen};

use hinomi_core::{Actor, DomainError, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::kept::{self, MeasurementRow};
use crate::ReviewError;

/// A unit that something is addressed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Addressed {
    #[schema(value_type = String)]
    pub unit_id: UnitId,
    /// With everything below it.
    pub subtree: bool,
}

/// A measurement as kept.
pub(crate) type Taken = MeasurementRow;

/// For what, when, and of which month a value was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) subject: &'a str,
    pub(crate) as_of: Time,
    pub(crate) now: Time,
    pub(crate) month: Option<Month>,
    pub(crate) actor: &'a Actor,
}

/// Writes a value down with its rows; nothing when the month was measured already.
pub(crate) async fn keep(
    tx: &mut Tx,
    occasion: Occasion<'_>,
    measured: &Measured,
) -> Result<Option<Taken>, ReviewError> {
    let text = measured.rows.text();
    let mut row = MeasurementRow {
        id: 0,
        subject: occasion.subject.to_owned(),
        as_of: occasion.as_of.as_micros(),
        taken_at: occasion.now.as_micros(),
        month: occasion.month.map(|month| month.to_string()),
        value: measured.value,
        counted: measured.counted,
        among: measured.among,
        by_unit: serde_json::to_string(&measured.by_unit).unwrap_or_default(),
        rows_hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
        actor: occasion.actor.display_name().to_owned(),
    };
    let Some(id) = kept::add(tx, &row, &text).await? else { return Ok(None) };
    row.id = id;
    Ok(Some(row))
}

/// Every measurement of each subject, the oldest first.
pub(crate) async fn all_of(db: &Db, subjects: &[String]) -> Result<Vec<Taken>, ReviewError> {
    Ok(kept::of(db, subjects).await?)
}

/// The newest by what it speaks of, not by when it was written: a month measured late does not stand before today.
pub(crate) fn newest_of(taken: &[Taken]) -> Option<&Taken> {
    taken.iter().max_by_key(|row| (row.as_of, row.id))
}

/// Months that the Maturity Monitor has closed and that ended after an instant, the oldest first.
pub(crate) async fn closed_months(db: &Db, after: Time) -> Result<Vec<Month>, ReviewError> {
    let days = GroupDays::load(db).await?;
    let mut months: Vec<Month> = hinomi_maturity::service::months(db)
        .await?
        .iter()
        .filter(|view| !view.preview)
        .filter_map(|view| view.month.parse().ok())
        .filter(|month: &Month| month.end(&days) > after)
        .collect();
    months.sort_unstable();
    months.dedup();
    Ok(months)
}

/// What keeps one subject from being measured keeps no other from it: it is logged, and whoever measures goes on with the next.
/// Only a database that does not answer ends a run.
pub(crate) fn only_this(subject: &str, error: ReviewError) -> Result<(), ReviewError> {
    if error.code().starts_with("database-") {
        return Err(error);
    }
    tracing::warn!(subject, %error, "cannot be measured");
    Ok(())
}
