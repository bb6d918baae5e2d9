// SPDX-License-Identifier: Apache-2.0
//! Months, counted rows, and the pooling of both into figures. Pure.

mod bytes;
mod capture;
mod compute;
mod gathered;
mod month;
mod rows;
mod work;

pub use capture::{AssetMarks, Capture};
pub use compute::{AxisFigure, Computed, IndicatorFigure, UnitFigures, compute};
pub(crate) use compute::{facts_of_axis, outcome_in, tally_of};
pub use gathered::{BESIDE, Beside, Gathered, Place, SourceState};
pub use month::Month;
pub use rows::{CountedRow, Side, Subject, decode, encode, side};
pub use work::{SystemWork, Work};

/// An indicator or a source is blind when its newest row is older than this at the month's end.
pub const OLD_AFTER_DAYS: i64 = 35;
/// An asset counts as seen, and its software list as fresh, for so long.
pub const SEEN_DAYS: i64 = 30;
/// A month is closed so long after its end: late reports about it still come in.
pub const CLOSE_AFTER_DAYS: i64 = 3;
