// SPDX-License-Identifier: Apache-2.0
//! From gathered rows to a stored evaluation.
//!
//! ```text
//! rows ─→ compute by the set in force ─→ parts ──┐
//!      └→ compute by each set on trial ─→ parts ─┴─→ head, audit event, end of the preview: one transaction
//! ```
//! Nobody sees parts without a head. Those that a crash leaves behind are removed later.

use std::collections::HashMap;

use hinomi_core::{Actor, Time};
use hinomi_db::{Db, Value};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::{Axis, FormulaSet, Outcome};
use serde_json::json;

use super::close::Closed;
use super::{formulas_of, gap_kept};
use crate::error::MaturityError;
use crate::model::{Computed, Gathered, Month, compute, encode};
use crate::store::snapshots::{self, CloseRow, Parts};
use crate::store::{figures, formulas};

/// Months whose indices a level may ask for.
const MONTHS_BEFORE: i32 = 2;
/// Far longer than an evaluation takes: what was begun before is no longer written by anybody.
const LONGEST_EVALUATION_DAYS: i64 = 1;

/// What is evaluated, and on whose word.
pub(super) struct Evaluation<'a> {
    pub(super) days: &'a GroupDays,
    pub(super) month: Month,
    pub(super) revision: i64,
    pub(super) now: Time,
    pub(super) late: bool,
    pub(super) actor: &'a str,
    pub(super) reason: &'a str,
    pub(super) told: Option<Told<'a>>,
    /// Of units with so many rows, the gap of the running month is found before anybody sees it.
    pub(super) large: i64,
}

/// What the audit trail is told of it, in the transaction that makes it visible.
pub(super) struct Told<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) action: &'static str,
    pub(super) before: Option<serde_json::Value>,
}

/// Computes and writes; `None` when that revision of the month is there already.
pub(super) async fn evaluate(
    db: &Db,
    evaluation: Evaluation<'_>,
    gathered: &Gathered,
) -> Result<Option<Closed>, MaturityError> {
    let Evaluation { days, month, revision, now, late, .. } = evaluation;
    let set = formulas_of(db, month, now).await?;
    let before = indices_before(db, month, now.as_micros()).await?;
    let computed = compute(&set, gathered, &before);
    let id = snapshots::next_id(db, now).await?;
    let (mut parts, rows_hash) = parts_of(id, gathered, &computed);
    if revision == 1 {
        parts.trials = on_trial(db, id, gathered, &before).await?;
    }
    snapshots::parts_put(db, parts).await?;
    let head = CloseRow {
        id,
        month: month.to_string(),
        revision,
        evaluated_at: now.as_micros(),
        formula: set.version.clone(),
        actor: evaluation.actor.to_owned(),
        reason: evaluation.reason.to_owned(),
        rows_hash: rows_hash.clone(),
        sources: serde_json::to_string(&gathered.sources).unwrap_or_default(),
        late,
        start_at: Some(month.start(days).as_micros()),
        end_at: Some(month.end(days).as_micros()),
        zone: days.zone_on(month.first_day()).to_owned(),
    };
    if revision == 0 {
        gap_kept::before_seen(db, &head, &set, (now, evaluation.large)).await?;
    }
    let mut tx = db.begin().await?;
    // The running month's preview goes with each new evaluation: its own successor, or the month's close.
    let previews = if revision <= 1 { snapshots::previews_take(&mut tx).await? } else { Vec::new() };
    if !snapshots::head_put(&mut tx, &head).await? {
        tx.rollback().await?;
        snapshots::parts_remove(db, id).await?;
        return Ok(None);
    }
    if let Some(told) = evaluation.told {
        let after = json!({ "revision": revision, "rows_hash": rows_hash, "late": late });
        let mut event = AuditEvent::new(told.actor, told.action, "month", month).after(&after);
        if let Some(before) = &told.before {
            event = event.before(before);
        }
        audit::append(&mut tx, told.app, event.reason(evaluation.reason)).await?;
    }
    tx.commit().await?;
    for preview in previews {
        snapshots::parts_remove(db, preview).await?;
    }
    Ok(Some(Closed { id, month, revision, units: gathered.places.len(), rows_hash, late }))
}

/// Removes what evaluations that never came to their end have left; how many there were.
pub(super) async fn left_over_remove(db: &Db, now: Time) -> Result<usize, MaturityError> {
    let left = snapshots::left_over(db, now.plus_days(-LONGEST_EVALUATION_DAYS)).await?;
    for id in &left {
        snapshots::parts_remove(db, *id).await?;
    }
    Ok(left.len())
}

/// The same rows under each set that runs beside the one that counts.
async fn on_trial(
    db: &Db,
    id: i64,
    gathered: &Gathered,
    before: &HashMap<(String, Axis), Vec<Option<i64>>>,
) -> Result<Vec<Vec<Value>>, MaturityError> {
    let mut parts = Vec::new();
    let filed = formulas::formulas(db).await?;
    // What is filed counts, or will: its run is over.
    let is_open = |trial: &formulas::TrialRow| filed.iter().all(|(version, ..)| *version != trial.version);
    for trial in formulas::trials(db).await?.into_iter().filter(is_open) {
        let set = FormulaSet::parse(&trial.toml, &trial.version)?;
        for (no, figures) in compute(&set, gathered, before).iter().enumerate() {
            parts.extend(figures.axes.iter().map(|axis| {
                vec![
                    Value::from(id),
                    Value::from(trial.version.clone()),
                    Value::from(no as i64),
                    Value::from(axis.axis.code().to_owned()),
                    Value::from(axis.index.tenths),
                    Value::from(i64::from(axis.index.weight)),
                    Value::from(i64::from(axis.level)),
                ]
            }));
        }
    }
    Ok(parts)
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

pub(super) fn state_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Scored(_) => "scored",
        Outcome::NotInScope => "not_in_scope",
        Outcome::Blind => "blind",
        Outcome::Awaited => "awaited",
    }
}

pub(super) fn parts_of(id: i64, gathered: &Gathered, computed: &Computed) -> (Parts, String) {
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
