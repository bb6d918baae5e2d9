// SPDX-License-Identifier: Apache-2.0
//! What a company decides about assets and their inventories.

use hinomi_core::Time;
use hinomi_db::{Db, DbError};
use hinomi_inventory::model::HoldRule;
use hinomi_platform::settings::{SettingSpec, Unit, Whole};

/// An asset not seen for so long is stale: a flag, never a closure.
pub const STALE_DAYS: Whole =
    Whole { name: "asset-stale-days", unit: Unit::Days, default: 30, least: 1, most: 3_650 };
/// An asset not seen for so long goes out of use; it comes back as soon as something shows it.
pub const RETIRE_DAYS: Whole =
    Whole { name: "asset-retire-days", unit: Unit::Days, default: 365, least: 1, most: 36_500 };
/// A complete inventory that loses more than this share of the last one's components waits for confirmation.
pub const HOLD_LOSS_PERCENT: Whole =
    Whole { name: "inventory-hold-loss-percent", unit: Unit::Percent, default: 30, least: 1, most: 100 };
/// Smaller inventories are never held.
pub const HOLD_FROM_COMPONENTS: Whole = Whole {
    name: "inventory-hold-from-components",
    unit: Unit::Components,
    default: 20,
    least: 1,
    most: 1_000_000,
};

/// For the wiring.
pub fn settings() -> Vec<SettingSpec> {
    [STALE_DAYS, RETIRE_DAYS, HOLD_LOSS_PERCENT, HOLD_FROM_COMPONENTS].iter().map(Whole::spec).collect()
}

/// Assets last seen before this are stale.
pub async fn stale_before(db: &Db, now: Time) -> Result<Time, DbError> {
    Ok(now.plus_days(-STALE_DAYS.read(db).await?))
}

/// What is held until confirmed.
pub(crate) async fn hold_rule(db: &Db) -> Result<HoldRule, DbError> {
    let size = |value: i64| usize::try_from(value).unwrap_or_default();
    Ok(HoldRule {
        loss_percent: size(HOLD_LOSS_PERCENT.read(db).await?),
        from_components: size(HOLD_FROM_COMPONENTS.read(db).await?),
    })
}
