// SPDX-License-Identifier: Apache-2.0
//! Looking, naming causes, improving, checking oneself.

mod act;
mod check;
mod figures;
mod months;
mod view;

pub(super) use act::{MEASURED, has_moved, measure_of, subject};
pub use act::{cause_name, improvement_close, improvement_confirm, improvement_open};
pub use check::{CheckView, NewAnswers, check_get, check_hand_in, check_save};
pub(super) use check::{SELF_CHECK, SetView, set_file, set_list, set_of};
pub(super) use months::count as month_count;
pub(crate) use months::open_counted;
pub(super) use view::{DepartmentRow, departments};
pub use view::{DepartmentView, ImprovementView, department};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_org::model::{Tree, UnitKind};

use crate::ReviewError;

pub(super) const IMPROVEMENT: &str = "improvement";

/// Where it is shown.
pub(super) fn improvement_href(unit: UnitId, id: &str) -> String {
    format!("/department?unit={unit}&improvement={id}")
}

fn unit_unknown(id: impl ToString) -> ReviewError {
    ReviewError::Unknown { what: "unit", code: "unit-not-found", id: id.to_string() }
}

/// The tree of today, with the unit in it and in the scope.
async fn tree_with(db: &Db, scope: &Scope, unit: UnitId, now: Time) -> Result<Tree, ReviewError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    if tree.get(unit).is_none() || !scope.contains(unit) {
        return Err(unit_unknown(unit));
    }
    Ok(tree)
}

/// Who owes a self-check.
pub(super) fn is_department(kind: UnitKind) -> bool {
    kind == UnitKind::Department
}

/// From the unit up to the root.
pub(crate) fn path_up(tree: &Tree, unit: UnitId) -> Vec<UnitId> {
    let mut path: Vec<UnitId> = tree.path(unit).iter().map(|node| node.id).collect();
    path.reverse();
    path
}

/// A month with its name checked.
pub(super) fn month_named(month: &str) -> Result<Month, ReviewError> {
    Ok(month.parse()?)
}
