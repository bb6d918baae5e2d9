// SPDX-License-Identifier: Apache-2.0
//! Use cases: keeping the months, reading them, targets, outside ratings.

mod approvals;
mod brought;
mod capture;
mod close;
mod dual_runs;
mod evaluate;
mod external;
mod formula_sheet;
mod formulas;
mod gap;
mod gap_kept;
mod gap_now;
mod gather;
mod gather_owed;
mod keep;
mod ranks;
mod read;
mod rows;
mod size;
mod targets;
mod tree;
mod verify;
mod work;

pub use approvals::{Approval, NewApproval, approval_add, approval_list, approval_revoke};
pub use brought::{Brought, bring};
pub use close::{Closed, month_close, month_close_by_hand, month_correct, preview, preview_of};
pub use dual_runs::{DualRun, dual_run_list};
pub use external::{ExternalRating, NewRating, rating_import, rating_list, read_csv};
pub use formula_sheet::{FormulaSheet, TriedFormulas, formula_get, formula_try};
pub(crate) use formulas::formulas_named;
pub use formulas::{FISCAL_YEAR, FiledFormulas, formula_dual_run, formula_file, formula_list, formulas_of};
pub use gap::{GapRow, gap};
pub use gap_kept::{gaps_keep, gaps_keep_of};
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
pub use verify::{Recomputed, month_verify};

pub(crate) use capture::capture;
