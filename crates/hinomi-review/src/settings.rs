// SPDX-License-Identifier: Apache-2.0
//! What a company decides about its hazards. Each change is in the audit trail with its day and its author; what is under control
//! already keeps the times that it was given.

use hinomi_db::{Db, DbError};
use hinomi_platform::settings::{Choice, SettingSpec, Unit, Whole};

/// Which known-exploited tickets come under the CISO's control by themselves: of systems so reachable …
pub(crate) const HAZARD_REACH: Choice =
    Choice { name: "hazard-reach", default: "internet", words: &["internet", "partner", "any"] };
/// … and so important.
pub(crate) const HAZARD_IMPORTANCE: Choice =
    Choice { name: "hazard-importance", default: "high", words: &["high", "moderate", "any"] };
/// Within so long a hazard has a lead.
pub(crate) const HAZARD_LEAD_HOURS: Whole =
    Whole { name: "hazard-lead-hours", unit: Unit::Hours, default: 4, least: 1, most: 240 };
/// Within so long management is told.
pub(crate) const HAZARD_TELL_HOURS: Whole =
    Whole { name: "hazard-tell-hours", unit: Unit::Hours, default: 24, least: 1, most: 720 };
/// While it lasts, management is told again so often.
pub(crate) const HAZARD_TELL_AGAIN_DAYS: Whole =
    Whole { name: "hazard-tell-again-days", unit: Unit::Days, default: 7, least: 1, most: 90 };

pub fn settings() -> Vec<SettingSpec> {
    vec![
        HAZARD_REACH.spec(),
        HAZARD_IMPORTANCE.spec(),
        HAZARD_LEAD_HOURS.spec(),
        HAZARD_TELL_HOURS.spec(),
        HAZARD_TELL_AGAIN_DAYS.spec(),
    ]
}

/// The rule as it is set now: the least reachability and importance, as systems are stored.
pub(crate) async fn hazard_rule(db: &Db) -> Result<(i64, i64), DbError> {
    let reach = match HAZARD_REACH.read(db).await? {
        "internet" => 3,
        "partner" => 2,
        _ => 1,
    };
    let importance = match HAZARD_IMPORTANCE.read(db).await? {
        "high" => 3,
        "moderate" => 2,
        _ => 1,
    };
    Ok((reach, importance))
}

/// A number of hours or days as spans take it.
pub(crate) async fn count(setting: &Whole, db: &Db) -> Result<u32, DbError> {
    Ok(u32::try_from(setting.read(db).await?).unwrap_or_default())
}
