// SPDX-License-Identifier: Apache-2.0
//! A unit that ends leaves its part of a programme to another, which is measured from then on.

use hinomi_core::UnitId;
use hinomi_db::{DbError, Tx};
use hinomi_platform::estate::{Handover, HandoverError};

use super::store;

/// Running programmes that are rolled out in the unit.
pub(crate) async fn held(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    store::running_of(tx, unit).await
}

pub(crate) async fn pass_on(tx: &mut Tx, handover: Handover<'_>) -> Result<(), HandoverError> {
    Ok(store::region_move(tx, handover.from, handover.to).await?)
}
