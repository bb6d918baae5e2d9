// SPDX-License-Identifier: Apache-2.0
//! Questions that every other domain asks of the organisation. They take no reader: whoever asks applies the scope.

use std::collections::HashMap;

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};

use crate::model::Tree;
use crate::store;

/// The organisation as it stood at `time`. 850 units load in a few milliseconds.
pub async fn tree_at(db: &Db, time: Time) -> Result<Tree, DbError> {
    store::units::tree_at(db, time).await
}

/// The same, inside a transaction.
pub async fn tree_at_tx(tx: &mut Tx, time: Time) -> Result<Tree, DbError> {
    store::units::tree_at_tx(tx, time).await
}

/// Names (name, name_ja) of units at `time`; a unit that was closed by then keeps its last names.
pub async fn unit_names(
    db: &Db,
    time: Time,
    units: &[UnitId],
) -> Result<HashMap<UnitId, (String, String)>, DbError> {
    store::units::names(db, time, units).await
}

/// What a reader with `scope` sees when they ask for `unit` and everything below it: nothing outside the scope.
pub async fn unit_scope(db: &Db, scope: &Scope, unit: Option<UnitId>, time: Time) -> Result<Scope, DbError> {
    let Some(unit) = unit else { return Ok(scope.clone()) };
    let tree = tree_at(db, time).await?;
    Ok(Scope::units(tree.subtree(unit)).intersection(scope))
}
