// SPDX-License-Identifier: Apache-2.0
//! Proving a closed month: from its stored rows come its stored figures.

use hinomi_db::Db;
use hinomi_platform::days::GroupDays;

use super::evaluate::{indices_before, parts_of, state_name};
use super::formulas_named;
use crate::error::MaturityError;
use crate::model::{Computed, Gathered, Month, Place, compute, decode};
use crate::store::figures::{self, AxisRow, IndicatorRow};
use crate::store::snapshots::{self, CloseRow};

/// What computing a stored month again gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recomputed {
    pub units: usize,
    /// Figures that differ from the stored ones; none, or the month was tampered with.
    pub differences: Vec<String>,
}

/// Computes an evaluated month anew from its stored rows and compares every figure and the hash.
pub async fn month_verify(db: &Db, month: Month) -> Result<Recomputed, MaturityError> {
    let close = snapshots::close_of(db, &month.to_string()).await?;
    let close = close.ok_or_else(|| MaturityError::MonthUnknown { month: month.to_string() })?;
    let set = formulas_named(db, &close.formula).await?;
    let gathered = stored(db, &close).await?;
    let computed = compute(&set, &gathered, &indices_before(db, month, close.evaluated_at).await?);
    let (_, rows_hash) = parts_of(close.id, &gathered, &computed);
    let mut differences = Vec::new();
    let days = GroupDays::load(db).await?;
    let bounds = (month.start(&days).as_micros(), month.end(&days).as_micros());
    if let Some(stored) = close.start_at.zip(close.end_at).filter(|stored| *stored != bounds) {
        differences.push(format!("month: {stored:?} are stored as its ends, the zones say {bounds:?}"));
    }
    if rows_hash != close.rows_hash {
        differences.push(format!("rows: {} is stored, {rows_hash} was computed", close.rows_hash));
    }
    let stored_indicators = figures::all_indicators(db, close.id).await?;
    let stored_axes = figures::all_axes(db, close.id).await?;
    compare(&computed, &stored_indicators, &stored_axes, &mut differences);
    Ok(Recomputed { units: gathered.places.len(), differences })
}

fn compare(
    computed: &Computed,
    indicators: &[(i64, IndicatorRow)],
    axes: &[AxisRow],
    differences: &mut Vec<String>,
) {
    let mut wanted: Vec<(i64, IndicatorRow)> = Vec::new();
    let mut wanted_axes: Vec<AxisRow> = Vec::new();
    for (no, figures) in computed.iter().enumerate() {
        let unit_no = no as i64;
        wanted.extend(figures.indicators.iter().map(|figure| {
            let row = IndicatorRow {
                indicator: figure.code.clone(),
                state: state_name(figure.outcome).to_owned(),
                for_milli: figure.for_milli,
                in_scope: figure.in_scope,
                score: figure.outcome.score(),
                value: figure.value,
            };
            (unit_no, row)
        }));
        wanted_axes.extend(figures.axes.iter().map(|axis| AxisRow {
            unit_no,
            axis: axis.axis.code().to_owned(),
            tenths: axis.index.tenths,
            weight: i64::from(axis.index.weight),
            level: i64::from(axis.level),
        }));
    }
    wanted.sort_by(|left, right| (left.0, &left.1.indicator).cmp(&(right.0, &right.1.indicator)));
    wanted_axes.sort_by(|left, right| (left.unit_no, &left.axis).cmp(&(right.unit_no, &right.axis)));
    if wanted.len() != indicators.len() || wanted_axes.len() != axes.len() {
        differences.push("figures are missing or too many".to_owned());
    }
    for (wanted, stored) in wanted.iter().zip(indicators) {
        if wanted != stored {
            differences.push(format!("unit {}: {stored:?} is stored, {wanted:?} was computed", wanted.0));
        }
    }
    for (wanted, stored) in wanted_axes.iter().zip(axes) {
        if wanted != stored {
            differences.push(format!("{stored:?} is stored, {wanted:?} was computed"));
        }
    }
}

/// What a stored evaluation was computed from.
pub(super) async fn stored(db: &Db, close: &CloseRow) -> Result<Gathered, MaturityError> {
    let units = figures::units(db, close.id).await?;
    let mut places: Vec<Place> = Vec::with_capacity(units.len());
    for unit in &units {
        places.push(Place {
            unit_id: unit.unit_id.clone(),
            parent_no: unit.parent_no.and_then(|parent| usize::try_from(parent).ok()),
            facts: serde_json::from_str(&unit.facts).ok(),
            ..Place::default()
        });
    }
    for (unit_no, indicator, data) in figures::all_rows(db, close.id).await? {
        let rows = decode(&data).map_err(|cause| MaturityError::Damaged {
            close_id: close.id,
            unit_no,
            indicator: indicator.clone(),
            cause,
        })?;
        if let Some(place) = usize::try_from(unit_no).ok().and_then(|no| places.get_mut(no)) {
            place.rows.insert(indicator, rows);
        }
    }
    // What was gathered then, not what is today: later versions bring more.
    let gathered = figures::indicators(db, close.id, 0).await?.into_iter().map(|row| row.indicator).collect();
    Ok(Gathered {
        places,
        sources: serde_json::from_str(&close.sources).unwrap_or_default(),
        gathered,
        ..Gathered::default()
    })
}
