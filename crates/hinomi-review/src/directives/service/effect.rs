// SPDX-License-Identifier: Apache-2.0
//! What a pack says of directives: what each was to bring, and what it brought by a month's end.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::{concerns, taken_of};
use super::{Wanted, due_on, known, list, measure_of, subject};
use crate::ReviewError;
use crate::directives::model::{DirectiveView, Standing};
use crate::measures;

/// A directive by a month's end. Every value names the measurement that opens its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DirectiveEffect {
    pub id: String,
    /// `D-12`.
    pub number: String,
    pub title: String,
    pub decision_id: Option<String>,
    pub issued_at: Time,
    pub due_at: Time,
    /// The day to whose end there is time, where it is owed: YYYY-MM-DD.
    pub due_on: String,
    /// As it stood at the month's close: `running`, `missed`, `reached`, `withdrawn`.
    pub standing: String,
    /// The kind of its measure.
    pub measure: String,
    /// `count`, `percent`, `points`.
    pub unit: String,
    /// `fewer` or `more`.
    pub better: String,
    pub target: f64,
    pub before: Option<f64>,
    pub before_measurement: Option<String>,
    pub now: Option<f64>,
    pub now_measurement: Option<String>,
    /// The units addressed.
    #[schema(value_type = Vec<String>)]
    pub unit_ids: Vec<UnitId>,
}

/// Directives in force in a month or closed in it, with their values by its end. Call it once the month was measured.
pub async fn directives_and_effect(
    db: &Db,
    scope: &Scope,
    month: Month,
) -> Result<Vec<DirectiveEffect>, ReviewError> {
    let days = GroupDays::load(db).await?;
    let (start, last) = (month.start(&days), month.last_instant(&days));
    let tree = hinomi_org::tree_at(db, last).await?;
    // Closing a month happens after it: what closed by its measurement closed in it.
    let closes = month.closes_at(&days).plus_days(1);
    let in_force = |row: &crate::directives::store::DirectiveRow| {
        row.issued_at < closes.as_micros() && row.closed_at.is_none_or(|at| at >= start.as_micros())
    };
    let mut all = known(db).await?;
    all.retain(|one| in_force(&one.row) && concerns(&tree, scope, &one.units));
    let mut taken = taken_of(db, &all).await?;
    let mut effects = Vec::with_capacity(all.len());
    for one in &all {
        let measure = measure_of(&one.row)?;
        let rows = taken.remove(&subject(one.row.id)).unwrap_or_default();
        let first = rows.iter().min_by_key(|row| row.id);
        let newest = rows.iter().filter(|row| row.as_of <= last.as_micros());
        let newest = newest.max_by_key(|row| (row.as_of, row.id)).or(first);
        let first_seen = first.map(|row| measures::seen(measure.kind, scope, row)).transpose()?;
        let newest_seen = newest.map(|row| measures::seen(measure.kind, scope, row)).transpose()?;
        let was_open = one.row.closed_at.is_some_and(|at| at > closes.as_micros());
        let state = if was_open { "running" } else { one.row.state.as_str() };
        let units = one.units.iter().filter(|unit| concerns(&tree, scope, std::slice::from_ref(unit)));
        let value = |view: &measures::MeasurementView| if view.whole { view.value } else { view.part };
        effects.push(DirectiveEffect {
            id: one.row.id.to_string(),
            number: format!("D-{}", one.row.id),
            title: one.row.title.clone(),
            decision_id: one.row.decision_id.clone(),
            issued_at: Time::from_micros(one.row.issued_at),
            due_at: Time::from_micros(one.row.due_at),
            due_on: due_on(db, one).await?.to_string(),
            standing: Standing::of(state, one.row.due_at, last).name().to_owned(),
            measure: measure.kind.name().to_owned(),
            unit: measure.kind.unit().to_owned(),
            better: measure.kind.better_word().to_owned(),
            target: one.row.target,
            before: first_seen.as_ref().and_then(value),
            before_measurement: first_seen.map(|view| view.id),
            now: newest_seen.as_ref().and_then(value),
            now_measurement: newest_seen.map(|view| view.id),
            unit_ids: units.map(|unit| unit.unit_id).collect(),
        });
    }
    Ok(effects)
}

/// The directives that a decision raised.
pub async fn directives_of_decision(
    db: &Db,
    scope: &Scope,
    decision_id: &str,
    now: Time,
) -> Result<Vec<DirectiveView>, ReviewError> {
    let wanted = Wanted { decision: Some(decision_id), ..Wanted::default() };
    list(db, scope, wanted, now).await
}
