// SPDX-License-Identifier: Apache-2.0
//! What runs again and again: places by the rules of now, reconciliation, and what the passing of time does.

use hinomi_core::{Principal, Scope};
use hinomi_platform::App;

use crate::settings::RETIRE_DAYS;
use crate::{Act, AssetError, AssetsReconciled, assets_age, assets_reconcile, records_place};

/// Brings the assets up to date; may run at any time, also twice at once.
pub async fn assets_keep(app: &App) -> Result<AssetsReconciled, AssetError> {
    let machine = Principal::machine("inventory");
    let act = Act::new(app, &machine.actor, Scope::all());
    records_place(&act).await?;
    let done = assets_reconcile(&act).await?;
    assets_age(&act, RETIRE_DAYS.read(&app.db).await?).await?;
    Ok(done)
}
