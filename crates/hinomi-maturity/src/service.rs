// SPDX-License-Identifier: Apache-2.0
//! Use cases: keeping the months, reading them, targets, outside ratings.

mod approvals;
mod capture;
mod close;
mod external;
mod formula_sheet;
mod formulas;
mod gap;
mod gap_now;
mod gather;
mod keep;
mod ranks;
mod read;
mod rows;
mod size;
mod targets;
mod tree;
mod work;

pub use approvals::{Approval, NewApproval, approval_add, approval_list, approval_revoke};
pub use close::{Closed, Recomputed, month_close, month_correct, month_verify, preview};
pub use external::{ExternalRating, NewRating, rating_import, rating_list, read_csv};
pub use formula_sheet::{FormulaSheet, TriedFormulas, formula_get, formula_try};
pub use formulas::{FiledFormulas, formula_file, formula_list};
pub use gap::{GapRow, gap};
pub use keep::{Kept, MATURITY_JOB, maturity_keep};
pub use ranks::{RANKS, Rank, ranks, settings};
pub use read::{
    AxisView, ChildAxis, ChildView, GateView, IndicatorView, MonthView, TrendPoint, UnitView, months, trend,
    unit_view,
};
pub use rows::{RowView, RowsPage, RowsWanted, rows};
pub use size::snapshot_rows;
pub use targets::{NewTarget, Target, target_list, target_set};
pub use tree::UnitName;

pub(crate) use capture::capture;

use crate::error::MaturityError;
use crate::model::Month;
use crate::store::snapshots;
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_score::maturity::{FormulaSet, SHIPPED_FORMULAS};

/// Who files what Hinomi ships.
const SHIPPED_BY: &str = "hinomi";

/// Files the shipped set: at first, and a newer one from the running month on where nobody has filed a set of their own.
async fn shipped_file(db: &Db, now: Time) -> Result<(), MaturityError> {
    let filed = snapshots::formulas_filed(db).await?;
    let set = FormulaSet::shipped()?;
    let is_own = filed.iter().any(|(_, _, _, by, _)| by != SHIPPED_BY);
    if is_own || filed.iter().any(|(version, ..)| *version == set.version) {
        return Ok(());
    }
    let running = Month::of(now).to_string();
    let valid_from = if filed.is_empty() { set.valid_from.as_str() } else { running.as_str() };
    let text = SHIPPED_FORMULAS.replacen(
        &format!("valid_from = \"{}\"", set.valid_from),
        &format!("valid_from = \"{valid_from}\""),
        1,
    );
    let row = (set.version.as_str(), valid_from, text.as_str());
    snapshots::formula_file(db, row, now, SHIPPED_BY, "shipped formulas").await?;
    Ok(())
}

/// The set that a month is scored by: the newest that is valid for it. The first call files the shipped one.
pub async fn formulas_of(db: &Db, month: Month, now: Time) -> Result<FormulaSet, MaturityError> {
    shipped_file(db, now).await?;
    let filed = snapshots::formulas(db).await?;
    let month = month.to_string();
    let valid = filed.iter().rev().find(|(_, valid_from, _)| *valid_from <= month).or(filed.first());
    match valid {
        Some((version, _, toml)) => Ok(FormulaSet::parse(toml, version)?),
        None => Ok(FormulaSet::shipped()?),
    }
}

/// The set by which an evaluation was made.
pub(crate) async fn formulas_named(db: &Db, version: &str) -> Result<FormulaSet, MaturityError> {
    let filed = snapshots::formulas(db).await?;
    match filed.iter().find(|(known, _, _)| known == version) {
        Some((version, _, toml)) => Ok(FormulaSet::parse(toml, version)?),
        None => Ok(FormulaSet::shipped()?),
    }
}
