// SPDX-License-Identifier: Apache-2.0
//! What a unit owns here, and how that passes to another unit when it ends.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{DbError, Tx};
use hinomi_platform::BoxFuture;
use hinomi_platform::estate::{Estate, Handover, HandoverError, Holding};
use serde_json::json;

use super::Act;
use super::record::{Subject, record};
use crate::store;

/// Systems with their assets, and by what more of them come: tokens of enrolment, rules of assignment.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssetEstate;

impl Estate for AssetEstate {
    fn holdings<'a>(
        &'a self,
        tx: &'a mut Tx,
        unit: UnitId,
        now: Time,
    ) -> BoxFuture<'a, Result<Vec<Holding>, DbError>> {
        Box::pin(async move {
            Ok(Holding::some([
                ("systems", store::estate::systems_in_use(tx, unit).await?),
                ("enrolment-tokens", store::estate::tokens(tx, unit, now).await?),
                ("assignment-rules", store::estate::rules(tx, unit).await?),
            ]))
        })
    }

    fn hand_over<'a>(
        &'a self,
        tx: &'a mut Tx,
        handover: Handover<'a>,
    ) -> BoxFuture<'a, Result<(), HandoverError>> {
        Box::pin(async move {
            systems_pass(tx, handover).await?;
            Ok(store::estate::rest_passes(tx, handover.from, handover.to).await?)
        })
    }
}

/// Systems out of use pass on too: whoever takes one into use again must be there.
async fn systems_pass(tx: &mut Tx, handover: Handover<'_>) -> Result<(), HandoverError> {
    let Handover { app, actor, from, to, at, reason, .. } = handover;
    let act = Act::new(app, actor, Scope::units(vec![from, to])).because(reason);
    for (id, code, since) in store::estate::systems(tx, from).await? {
        if at <= since {
            let cause = format!("system {code} is its own since {since}, choose a time after that");
            return Err(HandoverError::Refused(cause));
        }
        store::systems::change_owner(tx, id, to, at).await?;
        let (before, after) = (json!({ "unit_id": from }), json!({ "unit_id": to, "valid_from": at }));
        record(tx, &act, Subject::System(id), to, "owner", &before, &after).await?;
    }
    Ok(())
}
