// SPDX-License-Identifier: Apache-2.0
//! A unit that ends leaves what it was told to do to another: from then on the measure counts there.

use hinomi_core::UnitId;
use hinomi_db::{DbError, Tx};
use hinomi_obligations::ledger;
use hinomi_platform::estate::{Handover, HandoverError};

use super::service::{OWED, event, owed};
use super::store;

/// Running directives that are addressed to the unit.
pub(crate) async fn held(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    Ok(i64::try_from(store::running_of(tx, unit).await?.len()).unwrap_or(i64::MAX))
}

pub(crate) async fn pass_on(tx: &mut Tx, handover: Handover<'_>) -> Result<(), HandoverError> {
    let Handover { app, actor, from, to, codes, reason, .. } = handover;
    for (id, subtree) in store::running_of(tx, from).await? {
        let was_addressed = store::readdress(tx, id, (from, to), subtree).await?;
        let (old, new) = (owed(id, from), owed(id, to));
        if was_addressed {
            // It owes the same already.
            let withdrawn = ledger::withdraw(tx, app, actor, (OWED, &old), reason).await;
            withdrawn.map_err(|error| HandoverError::Refused(error.to_string()))?;
        } else {
            let href = format!("/directives/{id}");
            ledger::pass_on(tx, (OWED, &old), to, (&new, &href)).await?;
        }
        store::log(tx, id, &event(app.now(), actor, "passed", codes)).await?;
    }
    Ok(())
}
