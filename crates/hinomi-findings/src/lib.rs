// SPDX-License-Identifier: Apache-2.0
//! What is affected by what: advisory × distinct component, matched when either side changes.
//!
//! ```text
//! new component ──→ the records of its keys ─┐
//!                                            ├─→ match ─→ compare with the stored rows ─→ intervals
//! changed record ─→ the components of its keys ─┘
//! ```
//! **Owns** `component_match`, `component_unknown`, `component_matched`, `match_progress`.
//!
//! A *finding* (a vulnerability on a carrier) is never a row: it holds while both the component is on the
//! carrier and the match is known, so any past day replays from intervals.
//!
//! **Rules that must stay true**
//! - [`service::reconcile`] takes no input: it finds what changed itself, and running it twice changes nothing.
//! - A full run, any sequence of incremental ones, and a one-shot match give the same open rows.
//! - *Unknown* is stored with its reason; nothing unknown is dropped.
//! - What a scanner sees is evidence of a match, or a finding by rule `scanner` while nothing else explains it; never both.
//! - A distribution release past its end of life makes its packages unknown and is a finding of its own.

mod lives;
pub mod model;
mod scanner;
pub mod service;
mod store;
pub mod why;

pub use model::{FindingError, MatchRow, UnknownRow};
pub use scanner::RULE as SCANNER_RULE;
pub use service::{Outcome, reconcile};
pub use store::{
    changed_since, ended_last, highest_sequence, matches_of_components, matches_of_vulnerabilities,
    open_affected, open_unknowns, unknown_counts, unknown_page, unknowns_of_components, unmatched_of,
};

use hinomi_db::migrate::Migration;

/// This domain's migrations, in order.
pub const MIGRATIONS: &[Migration] = &[Migration {
    id: "202611230500_findings",
    sqlite: include_str!("../migrations/202611230500_findings/sqlite.sql"),
    postgres: include_str!("../migrations/202611230500_findings/postgres.sql"),
}];

/// The end of what has not ended.
pub const OPEN: i64 = i64::MAX;
