// SPDX-License-Identifier: Apache-2.0
//! A department that ends leaves what it set itself to another: from then on the measure counts there.

use hinomi_core::UnitId;
use hinomi_db::{DbError, Tx};
use hinomi_obligations::ledger;
use hinomi_platform::estate::{Handover, HandoverError};

use super::service::{IMPROVEMENT, improvement_href};
use super::store;

/// Running improvements of the unit.
pub(crate) async fn held(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    Ok(i64::try_from(store::running_of(tx, unit).await?.len()).unwrap_or(i64::MAX))
}

pub(crate) async fn pass_on(tx: &mut Tx, handover: Handover<'_>) -> Result<(), HandoverError> {
    let Handover { from, to, .. } = handover;
    for id in store::running_of(tx, from).await? {
        ledger::pass_on(tx, (IMPROVEMENT, &id), to, (&id, &improvement_href(to, &id))).await?;
        store::improvement_move(tx, &id, to).await?;
    }
    Ok(())
}
