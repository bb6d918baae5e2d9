// SPDX-License-Identifier: Apache-2.0
//! Names of assets: one asset among those that a reader sees.
//!
//! ```text
//! web-1 of Sales            key: web-1
//! web-1 of Works, later     key: web-1 ␁ unit     the same name to everybody, and no word about the other
//! ```
//! Whoever may not see the one must not learn from a refusal that there is one: theirs stands beside it under a key of its
//! own, which sorts behind the plain one. Who sees both reads the same name twice and tells them apart by their units.

use hinomi_core::{Scope, UnitId};
use hinomi_db::search::fold;
use hinomi_db::{DbError, Tx};

use crate::error::AssetError;
use crate::store;
use crate::store::assets::AssetRow;

/// Stands between a name and the unit whose it is; no name that people write holds it.
const APART: char = '\u{1}';

/// The key of a name that is one unit's own.
fn key_apart(name: &str, unit: UnitId) -> String {
    format!("{}{APART}{unit}", fold(name))
}

/// Assets in use of this name, the plain one first.
pub(crate) async fn all_of_name(tx: &mut Tx, name: &str) -> Result<Vec<AssetRow>, DbError> {
    let key = fold(name);
    let (from, to) = (format!("{key}{APART}"), format!("{key}\u{2}"));
    store::assets::of_keys_tx(tx, &key, &from, &to).await
}

/// The same of assets that went out of use because nothing showed them, the last one first.
pub(crate) async fn unseen_of_name(tx: &mut Tx, name: &str) -> Result<Vec<AssetRow>, DbError> {
    let key = fold(name);
    let (from, to) = (format!("{key}{APART}"), format!("{key}\u{2}"));
    store::assets::unseen_of_keys_tx(tx, &key, &from, &to).await
}

/// The key under which a new asset of `unit` may have this name. An asset of that name within the scope takes it.
pub(crate) async fn free_key(
    tx: &mut Tx,
    scope: &Scope,
    name: &str,
    unit: UnitId,
) -> Result<String, AssetError> {
    let holders = all_of_name(tx, name).await?;
    let own = key_apart(name, unit);
    let is_taken = |asset: &AssetRow| scope.contains(asset.unit_id) || asset.name_key == own;
    if holders.iter().any(is_taken) {
        return Err(AssetError::AssetNameTaken { name: name.to_owned() });
    }
    let plain = fold(name);
    Ok(if holders.iter().any(|asset| asset.name_key == plain) { own } else { plain })
}
