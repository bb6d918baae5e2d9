// SPDX-License-Identifier: Apache-2.0
//! What a unit should reach, by axis and month; inherited by everything below it that has no target of its own.

use std::collections::BTreeMap;

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_score::maturity::Axis;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::error::MaturityError;
use crate::model::Month;
use crate::store::targets::{self as store, TargetRow};

/// A target in force.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Target {
    /// Where it was set: the unit itself or one above it.
    pub unit_id: String,
    pub axis: String,
    pub score: f64,
    /// To be reached by the end of this month.
    pub month: String,
    pub set_at: Time,
    pub set_by: String,
    pub reason: String,
}

/// A target to be set; without a score it takes one back.
#[derive(Debug, Clone)]
pub struct NewTarget {
    pub unit_id: UnitId,
    pub axis: String,
    pub score: Option<f64>,
    pub month: String,
    pub reason: String,
}

const LONGEST_REASON: usize = 2_000;

/// The newest word on each unit, axis and month.
async fn current(db: &Db, units: &[String]) -> Result<Vec<TargetRow>, MaturityError> {
    let mut newest: BTreeMap<(String, String, String), TargetRow> = BTreeMap::new();
    for row in store::of_units(db, units).await? {
        newest.insert((row.unit_id.clone(), row.axis.clone(), row.month.clone()), row);
    }
    Ok(newest.into_values().filter(|row| row.tenths.is_some()).collect())
}

fn target(row: TargetRow) -> Target {
    Target {
        score: row.tenths.unwrap_or(0) as f64 / 10.0,
        set_at: Time::from_micros(row.set_at),
        unit_id: row.unit_id,
        axis: row.axis,
        month: row.month,
        set_by: row.set_by,
        reason: row.reason,
    }
}

/// The targets of a unit for a month, by axis. `path` leads from the group down to the unit; the nearest unit with a target
/// decides: its next one, or its last when all have passed.
pub(super) async fn in_force(
    db: &Db,
    path: &[String],
    month: &str,
) -> Result<BTreeMap<String, Target>, MaturityError> {
    let rows = current(db, path).await?;
    let mut found = BTreeMap::new();
    for axis in Axis::ALL {
        let nearest = path.iter().rev().find_map(|unit| {
            let mut own: Vec<&TargetRow> =
                rows.iter().filter(|row| row.unit_id == *unit && row.axis == axis.code()).collect();
            own.sort_by(|left, right| left.month.cmp(&right.month));
            own.iter().find(|row| row.month.as_str() >= month).or(own.last()).map(|row| (*row).clone())
        });
        if let Some(row) = nearest {
            found.insert(axis.code().to_owned(), target(row));
        }
    }
    Ok(found)
}

/// The targets set for a unit and for those above it.
pub async fn target_list(
    db: &Db,
    scope: &Scope,
    unit: UnitId,
    now: Time,
) -> Result<Vec<Target>, MaturityError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    if tree.get(unit).is_none() || !scope.contains(unit) {
        return Err(MaturityError::UnitUnknown { id: unit.to_string() });
    }
    let path: Vec<String> = tree.path(unit).iter().map(|node| node.id.to_string()).collect();
    Ok(current(db, &path).await?.into_iter().map(target).collect())
}

/// Sets a target, or takes one back.
pub async fn target_set(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewTarget,
) -> Result<(), MaturityError> {
    let invalid = |field, message: String| MaturityError::Invalid { field, message };
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    if tree.get(new.unit_id).is_none() || !scope.contains(new.unit_id) {
        return Err(MaturityError::UnitUnknown { id: new.unit_id.to_string() });
    }
    let axis =
        Axis::of_code(&new.axis).ok_or_else(|| invalid("axis", format!("{:?} is no axis", new.axis)))?;
    let month: Month = new.month.parse()?;
    if new.score.is_some_and(|score| !(0.0..=100.0).contains(&score)) {
        return Err(invalid("score", "a target is 0 to 100".to_owned()));
    }
    if new.reason.chars().count() > LONGEST_REASON {
        return Err(invalid("reason", format!("at most {LONGEST_REASON} characters")));
    }
    let row = TargetRow {
        id: 0,
        unit_id: new.unit_id.to_string(),
        axis: axis.code().to_owned(),
        tenths: new.score.map(|score| (score * 10.0).round() as i64),
        month: month.to_string(),
        set_at: app.now().as_micros(),
        set_by: actor.display_name().to_owned(),
        reason: new.reason.clone(),
    };
    let before = current(&app.db, std::slice::from_ref(&row.unit_id)).await?;
    let before = before.iter().find(|known| known.axis == row.axis && known.month == row.month);
    let mut tx = app.db.begin().await?;
    store::add(&mut tx, &row).await?;
    let event = AuditEvent::new(actor, "maturity.target", "unit", new.unit_id)
        .unit(new.unit_id)
        .before(&json!({ "axis": row.axis, "month": row.month, "tenths": before.and_then(|row| row.tenths) }))
        .after(&json!({ "axis": row.axis, "month": row.month, "tenths": row.tenths }))
        .reason(new.reason.clone());
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}
