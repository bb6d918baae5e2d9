// SPDX-License-Identifier: Apache-2.0
//! The Maturity Monitor: each month, six axes of every unit, computed from rows that anybody may open.
//!
//! ```text
//! month m = [t0, t1)
//! t1      ── capture: what was true of each asset, kept nowhere else
//! t1 + 3d ── gather rows before t1 ─→ by the unit that owned them at t1 ─→ pool up the tree of t1 ─→ formulas ─→ snapshot
//! any day ── preview of the running month, the same way
//! ```
//! **Owns** `maturity_formula`, `maturity_capture`, `maturity_close`, `maturity_unit`, `maturity_axis`,
//! `maturity_indicator`, `maturity_rows`, `maturity_target`, `external_rating`, `procedure_approval`, `maturity_begun`,
//! `maturity_trial`, `maturity_trial_axis`, `maturity_brought`.
//!
//! **Rules that must stay true**
//! - A closed month is never written again. Computing it anew from its stored rows gives the stored figures; a
//!   correction from the sources is a new revision with a reason.
//! - A parent's figure is the formula on the pooled rows of its subtree, never a mean of means.
//! - What came late counts in the month in which it came: nothing after t1 changes a closed month.
//! - A correction reads the month as it stood: what moved on since comes from the capture, what came late from the sources.
//! - Nobody can type a score: there is no statement that writes one but the close.
//!
//! **To add an indicator**: its formula in `hinomi-score/maturity/*.toml`, a gatherer in `service/gather.rs` that brings
//! its rows, its texts in the catalogues. Until then it is *awaited*: shown with what it waits for, and not counted.

mod api;
mod error;
pub mod model;
pub mod service;
mod store;

use hinomi_db::Migration;

pub use api::api;
pub use error::MaturityError;
pub use service::{MATURITY_JOB, maturity_keep, settings};

pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611231420_maturity"),
    hinomi_db::include_migration!("202611231510_approvals"),
    hinomi_db::include_migration!("202611241330_month_work"),
    hinomi_db::include_migration!("202611241610_late_and_dual"),
    hinomi_db::include_migration!("202611241640_gap_kept"),
];
