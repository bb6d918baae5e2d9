// SPDX-License-Identifier: Apache-2.0
//! When a company reminds and escalates.

use hinomi_db::{Db, DbError};
use hinomi_platform::settings::{SettingSpec, Unit, Whole};

use crate::{Escalation, Plan};

/// So many days before the due date comes the first reminder.
pub const REMIND_FIRST_DAYS: Whole =
    Whole { name: "remind-first-days", unit: Unit::Days, default: 7, least: 1, most: 90 };
/// And so many the last.
pub const REMIND_LAST_DAYS: Whole =
    Whole { name: "remind-last-days", unit: Unit::Days, default: 1, least: 0, most: 30 };
/// So many days late, the unit above is told.
pub const ESCALATE_FIRST_DAYS: Whole =
    Whole { name: "escalate-first-days", unit: Unit::Days, default: 1, least: 0, most: 90 };
/// So many days late, the one above that.
pub const ESCALATE_SECOND_DAYS: Whole =
    Whole { name: "escalate-second-days", unit: Unit::Days, default: 14, least: 1, most: 365 };

/// A pause lasts at most so many days.
pub const PAUSE_MOST_DAYS: Whole =
    Whole { name: "pause-most-days", unit: Unit::Days, default: 90, least: 1, most: 366 };
/// And all of one thing together so many.
pub const PAUSE_TOTAL_DAYS: Whole =
    Whole { name: "pause-total-days", unit: Unit::Days, default: 180, least: 1, most: 3_660 };

pub fn settings() -> Vec<SettingSpec> {
    [
        REMIND_FIRST_DAYS,
        REMIND_LAST_DAYS,
        ESCALATE_FIRST_DAYS,
        ESCALATE_SECOND_DAYS,
        PAUSE_MOST_DAYS,
        PAUSE_TOTAL_DAYS,
    ]
    .map(|one| one.spec())
    .into()
}

/// The plan as it is set now.
pub async fn plan(db: &Db) -> Result<Plan, DbError> {
    let days = |value: i64| u32::try_from(value).unwrap_or(0);
    let first = days(REMIND_FIRST_DAYS.read(db).await?);
    let last = days(REMIND_LAST_DAYS.read(db).await?);
    let up = days(ESCALATE_FIRST_DAYS.read(db).await?);
    let higher = days(ESCALATE_SECOND_DAYS.read(db).await?);
    Ok(Plan {
        remind_days_before: vec![first, last],
        escalations: vec![
            Escalation { after_days: up, levels_up: 1 },
            Escalation { after_days: higher.max(up), levels_up: 2 },
        ],
    })
}
