// SPDX-License-Identifier: Apache-2.0
//! Sets that run beside the one that counts, and what both made of each month.

use hinomi_core::{Scope, Time};
use hinomi_db::Db;
use hinomi_score::maturity::{Axis, FormulaSet};
use serde::Serialize;
use utoipa::ToSchema;

use super::formulas::DUAL_MONTHS;
use super::read::{ChildAxis, is_withheld};
use super::tree::Tree;
use crate::error::MaturityError;
use crate::store::{figures, formulas as store};

/// One closed month under both sets, of the highest unit that the reader sees.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DualMonth {
    pub month: String,
    /// By the set that counted.
    pub counted: Vec<ChildAxis>,
    /// By the set beside it.
    pub beside: Vec<ChildAxis>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DualRun {
    pub version: String,
    pub begun_at: Time,
    pub begun_by: String,
    pub reason: String,
    /// The set as it runs; filed, it may name another month to count from.
    pub text: String,
    /// Months that are wanted before it may count.
    pub wanted: usize,
    /// It may count from the next month on.
    pub done: bool,
    /// It counts by now, or will.
    pub filed: bool,
    /// The oldest first.
    pub months: Vec<DualMonth>,
}

/// Every dual run, the oldest first.
pub async fn dual_run_list(db: &Db, scope: &Scope) -> Result<Vec<DualRun>, MaturityError> {
    let filed = store::formulas(db).await?;
    let mut runs = Vec::new();
    for trial in store::trials(db).await? {
        let set = FormulaSet::parse(&trial.toml, &trial.version)?;
        let mut months = Vec::new();
        for (close_id, month) in store::trial_months(db, &trial.version).await? {
            months.push(dual_month(db, scope, &set, (close_id, month)).await?);
        }
        runs.push(DualRun {
            wanted: DUAL_MONTHS,
            done: months.len() >= DUAL_MONTHS,
            filed: filed.iter().any(|(version, ..)| *version == trial.version),
            begun_at: Time::from_micros(trial.begun_at),
            version: trial.version,
            begun_by: trial.begun_by,
            reason: trial.reason,
            text: trial.toml,
            months: months.into_iter().flatten().collect(),
        });
    }
    Ok(runs)
}

/// Nothing of a month in which the reader's units were not there.
async fn dual_month(
    db: &Db,
    scope: &Scope,
    set: &FormulaSet,
    (close_id, month): (i64, String),
) -> Result<Option<DualMonth>, MaturityError> {
    let tree = Tree::of_close(db, close_id).await?;
    let Ok(no) = tree.find(scope, None) else { return Ok(None) };
    let people = tree.units.get(no).map_or(0, |unit| unit.people);
    let view = |axis: &str, tenths: Option<i64>, level: i64| {
        let withheld = Axis::of_code(axis).is_none_or(|axis| is_withheld(set, axis, people));
        ChildAxis {
            axis: axis.to_owned(),
            score: tenths.filter(|_| !withheld).map(|tenths| tenths as f64 / 10.0),
            level: if withheld { 0 } else { level },
        }
    };
    let counted = figures::axes(db, close_id, &[no as i64]).await?;
    let beside = store::trial_axes(db, (close_id, &set.version), no as i64).await?;
    Ok(Some(DualMonth {
        month,
        counted: counted.iter().map(|row| view(&row.axis, row.tenths, row.level)).collect(),
        beside: beside.iter().map(|(axis, tenths, level)| view(axis, *tenths, *level)).collect(),
    }))
}
