// SPDX-License-Identifier: Apache-2.0
//! What a unit was given here, and how that passes to another unit when it ends: what it was told to do and set itself, where
//! programmes are rolled out, which bodies it has and at which tables it sits.

use hinomi_core::{Time, UnitId};
use hinomi_db::{DbError, Tx};
use hinomi_platform::BoxFuture;
use hinomi_platform::estate::{Estate, Handover, HandoverError, Holding};

use crate::{bodies, department, directives, programmes};

#[derive(Debug, Clone, Copy, Default)]
pub struct ReviewEstate;

impl Estate for ReviewEstate {
    fn holdings<'a>(
        &'a self,
        tx: &'a mut Tx,
        unit: UnitId,
        now: Time,
    ) -> BoxFuture<'a, Result<Vec<Holding>, DbError>> {
        Box::pin(async move {
            let (bodies, places) = bodies::held(tx, unit, now).await?;
            Ok(Holding::some([
                ("directives", directives::held(tx, unit).await?),
                ("improvements", department::held(tx, unit).await?),
                ("programmes", programmes::held(tx, unit).await?),
                ("bodies", bodies),
                ("places", places),
            ]))
        })
    }

    fn hand_over<'a>(
        &'a self,
        tx: &'a mut Tx,
        handover: Handover<'a>,
    ) -> BoxFuture<'a, Result<(), HandoverError>> {
        Box::pin(async move {
            directives::pass_on(tx, handover).await?;
            department::pass_on(tx, handover).await?;
            programmes::pass_on(tx, handover).await?;
            bodies::pass_on(tx, handover).await?;
            Ok(())
        })
    }
}
