// SPDX-License-Identifier: Apache-2.0
//! Tickets as the clock of everything that is owed sees them: one by one for lists, by unit and day for reminders.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, DbError};

use crate::store::owed as store;
pub use crate::store::owed::{OwedDay, OwedTicket, OwedUnit};

/// Which tickets to list.
#[derive(Debug, Clone, Default)]
pub struct OwedFilter {
    /// Only what is open.
    pub open: bool,
    /// Only what was due before this and is not done.
    pub overdue_at: Option<Time>,
    /// What became due at or after this.
    pub due_since: Option<Time>,
    /// Only these: tickets with a pause are few.
    pub only: Option<Vec<i64>>,
}

/// Tickets with a due date, by it; at most so many.
pub async fn tickets_owed(
    db: &Db,
    scope: &Scope,
    filter: &OwedFilter,
    limit: u64,
) -> Result<Vec<OwedTicket>, DbError> {
    store::tickets(db, scope, filter, limit).await
}

/// Open tickets by unit that are late, fall due up to the horizon, or stand still.
pub async fn units_owing(
    db: &Db,
    units: Option<&[UnitId]>,
    now: Time,
    horizon: Time,
) -> Result<Vec<OwedUnit>, DbError> {
    store::units(db, units, now, horizon).await
}

/// Open tickets of a unit that fall due on one day up to the horizon and do not stand still: told of together.
pub async fn days_owed(db: &Db, now: Time, horizon: Time) -> Result<Vec<OwedDay>, DbError> {
    store::days(db, now, horizon).await
}
