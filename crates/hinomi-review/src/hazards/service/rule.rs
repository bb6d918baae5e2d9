// SPDX-License-Identifier: Apache-2.0
//! What was decided about hazards, with the time for which it is valid: the rule, the clock, and who is told.

use std::collections::BTreeMap;

use hinomi_core::{SeatKind, Time};
use hinomi_platform::App;
use hinomi_platform::settings::{self, SettingError};
use serde_json::Value;

use crate::ReviewError;
use crate::hazards::model::{HazardRule, HazardRules};
use crate::settings::{
    HAZARD_IMPORTANCE, HAZARD_LEAD_HOURS, HAZARD_REACH, HAZARD_TELL_AGAIN_DAYS, HAZARD_TELL_HOURS,
};

/// Who hears of a new hazard, and to whom it is reported.
pub(super) const TOLD: [SeatKind; 2] = [SeatKind::Ciso, SeatKind::RegionalCiso];
pub(super) const REPORTED_TO: [SeatKind; 1] = [SeatKind::Management];

/// Every version, the one that is valid now first.
pub(in crate::hazards) async fn rules(app: &App) -> Result<HazardRules, ReviewError> {
    let names = [
        HAZARD_REACH.name,
        HAZARD_IMPORTANCE.name,
        HAZARD_LEAD_HOURS.name,
        HAZARD_TELL_HOURS.name,
        HAZARD_TELL_AGAIN_DAYS.name,
    ];
    let mut values: Vec<Value> = Vec::with_capacity(names.len());
    let mut changes: BTreeMap<Time, (String, Vec<(usize, Value)>)> = BTreeMap::new();
    for (place, name) in names.into_iter().enumerate() {
        values.push(settings::spec(app, name).map_err(unreadable)?.default.clone());
        for stored in settings::history(app, name).await.map_err(unreadable)? {
            let at = changes.entry(stored.changed_at).or_default();
            at.0.clone_from(&stored.changed_by);
            at.1.push((place, stored.json()));
        }
    }
    let mut rules = vec![rule_of(&values, None, "")];
    for (at, (by, changed)) in changes {
        for (place, value) in changed {
            values[place] = value;
        }
        if let Some(before) = rules.last_mut() {
            before.to = Some(at);
        }
        rules.push(rule_of(&values, Some(at), &by));
    }
    rules.reverse();
    let seats = |kinds: &[SeatKind]| kinds.iter().map(|kind| kind.name().to_owned()).collect();
    Ok(HazardRules { rules, told: seats(&TOLD), reported_to: seats(&REPORTED_TO) })
}

fn rule_of(values: &[Value], from: Option<Time>, by: &str) -> HazardRule {
    let text = |place: usize| values.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let count = |place: usize| values.get(place).and_then(Value::as_i64).unwrap_or_default();
    HazardRule {
        from,
        to: None,
        by: by.to_owned(),
        reach: text(0),
        importance: text(1),
        lead_hours: count(2),
        tell_hours: count(3),
        tell_again_days: count(4),
    }
}

fn unreadable(error: SettingError) -> ReviewError {
    match error {
        SettingError::Database(error) => error.into(),
        other => ReviewError::Damaged { what: "setting", id: "hazard".to_owned(), cause: other.to_string() },
    }
}
