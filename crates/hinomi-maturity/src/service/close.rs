// SPDX-License-Identifier: Apache-2.0
//! Closing a month, previewing the running one, correcting a closed one, and proving a closed one.

use std::collections::HashMap;

use hinomi_core::{Actor, Time};
use hinomi_db::{Db, Value};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_score::maturity::{Axis, Outcome};
use serde_json::json;

use crate::error::MaturityError;
use crate::model::{Computed, Gathered, Month, Place, compute, decode, encode};
use crate::store::figures::{self, AxisRow, IndicatorRow};
use crate::store::snapshots::{self, CloseRow, Parts};

use super::gather::gather;
use super::{capture, formulas_named, formulas_of};

/// An evaluation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub id: i64,
    pub month: Month,
    pub revision: i64,
    pub units: usize,
    pub rows_hash: String,
}

/// Months whose indices a level may ask for.
const MONTHS_BEFORE: i32 = 2;
const LONGEST_REASON: usize = 2_000;

/// Closes a month that has ended: revision 1. `None` when it is closed already.
pub async fn month_close(db: &Db, month: Month, now: Time) -> Result<Option<Closed>, MaturityError> {
    if now < month.end() {
        return Err(MaturityError::MonthRuns { month: month.to_string() });
    }
    if snapshots::close_of(db, &month.to_string()).await?.is_some_and(|close| close.revision > 0) {
        return Ok(None);
    }
    let taken = capture(db, month, now, true).await?;
    let gathered = gather(db, month, &taken).await?;
    write(db, month, 1, now, ("hinomi", ""), &gathered).await
}

/// The running month as if it ended now; replaces the last preview.
pub async fn preview(db: &Db, now: Time) -> Result<Closed, MaturityError> {
    let month = Month::of(now);
    let taken = capture(db, month, now, false).await?;
    let gathered = gather(db, month, &taken).await?;
    let closed = write(db, month, 0, now, ("hinomi", "preview"), &gathered).await?;
    closed.ok_or_else(|| MaturityError::Overtaken { month: month.to_string() })
}

/// Evaluates a closed month anew from what the sources say of it today: a new revision beside the old ones.
pub async fn month_correct(
    app: &App,
    actor: &Actor,
    month: Month,
    reason: &str,
) -> Result<Closed, MaturityError> {
    let words = reason.trim();
    if words.is_empty() || words.chars().count() > LONGEST_REASON {
        let message = format!("say why, in at most {LONGEST_REASON} characters");
        return Err(MaturityError::Invalid { field: "reason", message });
    }
    let before = snapshots::close_of(&app.db, &month.to_string()).await?;
    let before = before.filter(|close| close.revision > 0);
    let before = before.ok_or_else(|| MaturityError::MonthUnknown { month: month.to_string() })?;
    let now = app.now();
    let taken = capture(&app.db, month, now, true).await?;
    let gathered = gather(&app.db, month, &taken).await?;
    let by = (actor.display_name(), words);
    let closed = write(&app.db, month, before.revision + 1, now, by, &gathered).await?;
    let closed = closed.ok_or_else(|| MaturityError::Overtaken { month: month.to_string() })?;
    let mut tx = app.db.begin().await?;
    let event = AuditEvent::new(actor, "maturity.correct", "month", month)
        .before(&json!({ "revision": before.revision, "rows_hash": before.rows_hash }))
        .after(&json!({ "revision": closed.revision, "rows_hash": closed.rows_hash }))
        .reason(words);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(closed)
}

async fn write(
    db: &Db,
    month: Month,
    revision: i64,
    now: Time,
    (actor, reason): (&str, &str),
    gathered: &Gathered,
) -> Result<Option<Closed>, MaturityError> {
    let set = formulas_of(db, month, now).await?;
    let computed = compute(&set, gathered, &indices_before(db, month, now.as_micros()).await?);
    let id = snapshots::next_id(db).await?;
    let (parts, rows_hash) = parts_of(id, gathered, &computed);
    snapshots::parts_put(db, parts).await?;
    let head = CloseRow {
        id,
        month: month.to_string(),
        revision,
        evaluated_at: now.as_micros(),
        formula: set.version.clone(),
        actor: actor.to_owned(),
        reason: reason.to_owned(),
        rows_hash: rows_hash.clone(),
        sources: serde_json::to_string(&gathered.sources).unwrap_or_default(),
    };
    let mut tx = db.begin().await?;
    // The running month's preview goes with each new evaluation: its own successor, or the month's close.
    let previews = if revision <= 1 { snapshots::previews_take(&mut tx).await? } else { Vec::new() };
    let is_first = snapshots::head_put(&mut tx, &head).await?;
    if is_first {
        tx.commit().await?;
        for preview in previews {
            snapshots::parts_remove(db, preview).await?;
        }
    } else {
        tx.rollback().await?;
        snapshots::parts_remove(db, id).await?;
        return Ok(None);
    }
    Ok(Some(Closed { id, month, revision, units: gathered.places.len(), rows_hash }))
}

/// By unit and axis, the latest month first; as they stood when this month was evaluated.
pub(super) async fn indices_before(
    db: &Db,
    month: Month,
    evaluated_at: i64,
) -> Result<HashMap<(String, Axis), Vec<Option<i64>>>, MaturityError> {
    let mut before: HashMap<(String, Axis), Vec<Option<i64>>> = HashMap::new();
    for back in 1..=MONTHS_BEFORE {
        let close = snapshots::closed_by(db, &month.plus(-back).to_string(), evaluated_at).await?;
        let Some(close) = close else { break };
        for (unit, axis, tenths) in figures::indices(db, close.id).await? {
            let Some(axis) = Axis::of_code(&axis) else { continue };
            let indices = before.entry((unit, axis)).or_default();
            // A unit that is new has no months before; what it lacks is not what it reached.
            indices.resize(back as usize - 1, None);
            indices.push(tenths);
        }
    }
    Ok(before)
}

fn state_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Scored(_) => "scored",
        Outcome::NotInScope => "not_in_scope",
        Outcome::Blind => "blind",
        Outcome::Awaited => "awaited",
    }
}

fn parts_of(id: i64, gathered: &Gathered, computed: &Computed) -> (Parts, String) {
    let mut parts = Parts::default();
    let mut hash = blake3::Hasher::new();
    for (no, (place, figures)) in gathered.places.iter().zip(computed).enumerate() {
        let unit_no = no as i64;
        parts.units.push(vec![
            Value::from(id),
            Value::from(unit_no),
            Value::from(place.unit_id.clone()),
            Value::from(place.parent_no.map(|parent| parent as i64)),
            Value::from(figures.people),
            Value::from(serde_json::to_string(&figures.facts).unwrap_or_default()),
            Value::from(serde_json::to_string(&figures.beside).unwrap_or_default()),
        ]);
        for axis in &figures.axes {
            parts.axes.push(vec![
                Value::from(id),
                Value::from(unit_no),
                Value::from(axis.axis.code().to_owned()),
                Value::from(axis.index.tenths),
                Value::from(i64::from(axis.index.weight)),
                Value::from(i64::from(axis.level)),
            ]);
        }
        for figure in &figures.indicators {
            parts.indicators.push(vec![
                Value::from(id),
                Value::from(unit_no),
                Value::from(figure.code.clone()),
                Value::from(state_name(figure.outcome).to_owned()),
                Value::from(figure.for_milli),
                Value::from(figure.in_scope),
                Value::from(figure.outcome.score()),
                Value::from(figure.value),
            ]);
        }
        hash.update(place.unit_id.as_bytes());
        for (indicator, rows) in &place.rows {
            let data = encode(&mut rows.clone());
            hash.update(indicator.as_bytes());
            hash.update(&(data.len() as u64).to_le_bytes());
            hash.update(&data);
            parts.rows.push(vec![
                Value::from(id),
                Value::from(unit_no),
                Value::from(indicator.clone()),
                Value::from(data),
            ]);
        }
    }
    (parts, hash.finalize().to_hex().to_string())
}

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
