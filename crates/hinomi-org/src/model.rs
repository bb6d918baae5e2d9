// SPDX-License-Identifier: Apache-2.0
//! Types and rules of the organisation, pure.
//!
//! ```text
//! History (all versions of all units) ── tree_at(time) ─→ Tree (one day)
//!        │ create · revise · close                └─→ subtree, path, ancestors
//!        └── closure() ─→ who was above whom, from when to when
//! ```

pub mod cell;
mod closure;
mod history;
pub mod plan;
pub mod sheet;
mod tree;
mod unit;

pub use closure::ClosureRow;
pub use history::{History, Revision, RuleError, UnitRecord, UnitVersion};
pub use tree::{Tree, TreeNode};
pub use unit::{UnitKind, clean_code, clean_email, clean_text, like_patterns};

#[cfg(test)]
mod history_tests;

use hinomi_core::Time;

/// The end of an interval that has none yet; stored in `valid_to`, never shown.
pub const FOREVER_MICROS: i64 = 253_402_207_200_000_000;

/// The end of an interval that has none yet.
pub fn forever() -> Time {
    Time::from_micros(FOREVER_MICROS)
}

/// An interval's end as people see it: nothing while it lasts.
pub fn shown_end(valid_to: Time) -> Option<Time> {
    (valid_to < forever()).then_some(valid_to)
}
