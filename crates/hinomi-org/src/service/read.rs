// SPDX-License-Identifier: Apache-2.0
//! Questions that every other domain asks of the organisation. They take no reader: whoever asks applies the scope.

use std::collections::HashMap;
use std::sync::Arc;

use hinomi_core::{Permission, Principal, Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::days::GroupDays;

use crate::error::OrgError;
use crate::model::Tree;
use crate::store;

/// The organisation as it stood at `time`. 850 units load in a few milliseconds.
pub async fn tree_at(db: &Db, time: Time) -> Result<Tree, DbError> {
    store::units::tree_at(db, time).await
}

/// The trees of several instants, in their order.
pub async fn trees_at(db: &Db, times: &[Time]) -> Result<Vec<Arc<Tree>>, DbError> {
    store::units::trees_at(db, times).await
}

/// The same as [`tree_at`], inside a transaction.
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

/// What the reader sees of a past instant: what stood below their seats then. A department that has left a region since is in the
/// region's past, one that has joined it is not. `scope` is what they see now.
pub async fn scope_then(
    db: &Db,
    principal: &Principal,
    permission: Permission,
    (scope, at): (&Scope, Time),
) -> Result<Scope, DbError> {
    if scope.is_all() {
        return Ok(scope.clone());
    }
    let tree = tree_at(db, at).await?;
    let grants = principal.grants.iter().filter(|grant| grant.seat.permissions().contains(permission));
    let then = grants.map(|grant| match grant.unit {
        Some(unit) => Scope::units(tree.subtree(unit)),
        // Of no unit's seat there is no other day.
        None => grant.scope.clone(),
    });
    Ok(then.fold(Scope::none(), |sum, one| sum.union(&one)))
}

/// Whether the unit existed at `time`.
pub async fn unit_exists_tx(tx: &mut Tx, unit: UnitId, time: Time) -> Result<bool, DbError> {
    store::units::exists_tx(tx, unit, time).await
}

/// The unit with this code at `time`, for files and commands.
pub async fn unit_by_code(db: &Db, code: &str, time: Time) -> Result<Option<UnitId>, DbError> {
    store::units::by_code(db, code, time).await
}

/// The last instant of a day of the group such as 2026-11-23, or `now` when none is given: what `?at=` means everywhere.
pub async fn day_end(db: &Db, at: Option<&str>, now: Time) -> Result<Time, OrgError> {
    let Some(text) = at else { return Ok(now) };
    let ends = GroupDays::load(db).await?.ends_of(text);
    Ok(ends.ok_or_else(|| OrgError::Day { text: text.to_owned() })?.1)
}
