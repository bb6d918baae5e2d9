// SPDX-License-Identifier: Apache-2.0
//! What an import would do, worked out without touching the database:
//!
//! ```text
//! what is there + rows of the file ─→ every RowError, or the changes and their counts
//! ```
//!
//! A dry run stops here. An import whose plan has one error writes nothing.

mod people;
mod seats;
mod units;

pub use people::{PeoplePlan, PersonRecord, plan_people};
pub use seats::{SeatPlan, SeatRecord, SeatStep, SeatStepError, Sitting, plan_seats, seat_step};
pub use units::plan_units;

use serde::{Deserialize, Serialize};

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportCounts {
    pub rows: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// What a row names that its reader may not change looks the same whether it exists or not.
fn no_unit(code: &str) -> String {
    format!("no unit {code} that you may change")
}

#[cfg(test)]
mod tests;
