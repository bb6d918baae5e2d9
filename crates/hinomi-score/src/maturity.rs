// SPDX-License-Identifier: Apache-2.0
//! The Maturity Monitor's arithmetic: from counted rows to an index of 0 to 100 and a level of 0 to 4 for six axes.
//!
//! ```text
//! rows for ─┐
//!           ├─→ Tally (pooled up the tree) ─ Shape ─→ score 0..1 ─┐ weights
//! rows in ──┘      │ blind · not in scope · awaited               ├─────→ index of the axis ─┐ gates
//!  scope                                                          ┘                          ├──────→ level
//! facts (a seat is filled, a review was held, …) ────────────────────────────────────────────┘
//! ```
//!
//! A [`FormulaSet`] is a TOML document with a version and a month from which it is valid. The same tallies give the same
//! scores on every machine. Nothing here knows where a row came from; an indicator only names its sources, so that
//! a new domain joins by bringing rows for its indicators.
//!
//! ```
//! use hinomi_score::maturity::{FormulaSet, Outcome, Tally};
//!
//! let set = FormulaSet::shipped()?;
//! let indicator = set.indicator("S4").ok_or("S4 is missing")?;
//! // Three assets of 570 with a known-exploited gap past its due date: 0.526 % of at most 5 %.
//! let outcome = indicator.score(&Tally::counted(3, 570));
//! assert_eq!(outcome.score().map(|score| (score * 10_000.0).round()), Some(8947.0));
//! assert_eq!(indicator.score(&Tally::default()), Outcome::NotInScope);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod document;
mod index;
mod level;
mod markdown;
mod tally;

pub use document::{Axis, AxisRule, FormulaError, FormulaSet, GateRule, GateTest, Indicator, Shape};
pub use index::{AxisIndex, Outcome};
pub use level::{Facts, Gate, GateState, Levelled};
pub use markdown::Language;
pub use tally::Tally;

/// The formula set that Hinomi starts with.
pub const SHIPPED_FORMULAS: &str = include_str!("../maturity/2026.toml");
