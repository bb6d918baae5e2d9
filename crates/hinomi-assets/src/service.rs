// SPDX-License-Identifier: Apache-2.0
//! Use cases: rights, rules, history, audit.
//!
//! Every change takes a transaction and an [`Act`] (who acts, on which units), so that a caller may do many things at
//! once; every list takes a `Scope`.

mod assets;
mod observe;
mod read;
mod record;
mod systems;

pub use assets::{
    Assigned, MOST_AT_ONCE, asset_change, asset_create, asset_retire, assets_assign, assets_create,
};
pub(crate) use hinomi_org::Act;
pub use observe::{Observed, asset_seen, asset_upsert_by_name, unassigned_system};
pub use read::{
    AssetDetail, AssetView, ChangeView, SystemView, asset_by_name, asset_get, asset_history, asset_names,
    assets_list, counts_of_units, system_by_code, system_get, system_history, system_names, systems_list,
};
pub use systems::{system_change, system_create, system_retire};
