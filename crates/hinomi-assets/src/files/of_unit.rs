// SPDX-License-Identifier: Apache-2.0
//! A list of assets that somebody brings who answers for some units only: a department's own scan, say.
//!
//! ```text
//! entry ─┬─ known as another unit's asset ──→ left out, and counted
//!        └─ own, nobody's, or new ──→ record of a source of the unit's own ─ reconciliation ─→ asset
//!                                                     what nobody has claimed goes to the system that was named ┘
//! ```
//! What must stay true: nothing is written about another unit's asset, and no record of another's list is replaced.

use std::collections::HashSet;

use hinomi_core::AssetId;

use super::keys::Keyed;
use crate::import::{ImportError, ImportRequest};
use crate::reconcile::{keys_of, looked_for_by};
use crate::service::{MOST_AT_ONCE, assets_assign, system_in_scope};
use crate::store::systems::SystemRow;
use crate::{Act, AssetError, store};

/// The system that takes in what nobody has claimed. Without one, only who answers for the whole group brings a list.
pub(super) async fn system_of(
    act: &Act<'_>,
    request: &ImportRequest,
    path: &str,
) -> Result<SystemRow, ImportError> {
    let Some(code) = &request.system else {
        return Err(ImportError::ListNeedsAll { path: path.to_owned() });
    };
    let mut tx = act.app.db.begin().await?;
    let system = system_in_scope(&mut tx, act, code).await?;
    tx.rollback().await?;
    Ok(system)
}

/// A source of the unit's own: under a common name, one department's `router` would replace another's.
pub(super) async fn source_of(act: &Act<'_>, name: &str, system: &SystemRow) -> Result<String, ImportError> {
    let tree = hinomi_org::tree_at(&act.app.db, act.now).await.map_err(AssetError::from)?;
    let code = tree.get(system.unit_id).map(|unit| unit.code.clone()).unwrap_or_default();
    Ok(format!("{name} ({code})"))
}

/// Leaves out what is known as another unit's asset; how many entries that are.
pub(super) async fn leave_out(act: &Act<'_>, keyed: &mut [Keyed]) -> Result<usize, ImportError> {
    let found_by = |one: &Keyed| -> Vec<i64> {
        let keys = one.iter().flat_map(|(_, record)| looked_for_by(&keys_of(record)));
        keys.map(|(hash, _)| hash).collect()
    };
    let hashes: Vec<Vec<i64>> = keyed.iter().map(found_by).collect();
    let all: Vec<i64> = hashes.iter().flatten().copied().collect::<HashSet<_>>().into_iter().collect();
    let mut theirs: HashSet<i64> = HashSet::new();
    for chunk in all.chunks(10_000) {
        let holders = store::records::holders(&act.app.db, chunk).await?;
        let ids: Vec<AssetId> = holders.iter().map(|(_, asset)| *asset).collect();
        let assets = store::bound::by_ids(&act.app.db, &ids).await?;
        let others: HashSet<AssetId> = assets
            .into_iter()
            .filter(|asset| !asset.unassigned && !act.scope.contains(asset.unit_id))
            .map(|asset| asset.id)
            .collect();
        theirs.extend(holders.into_iter().filter(|(_, asset)| others.contains(asset)).map(|(hash, _)| hash));
    }
    let mut left_out = 0;
    for (one, hashes) in keyed.iter_mut().zip(hashes) {
        if one.is_some() && hashes.iter().any(|hash| theirs.contains(hash)) {
            *one = None;
            left_out += 1;
        }
    }
    Ok(left_out)
}

/// Gives what nobody has claimed of the source's things to the system.
pub(crate) async fn claim(
    act: &Act<'_>,
    source: &str,
    keys: &[String],
    system: &SystemRow,
) -> Result<(), AssetError> {
    let db = &act.app.db;
    let Some(source) = store::sources::all(db).await?.into_iter().find(|one| one.name == source) else {
        return Ok(());
    };
    for chunk in keys.chunks(MOST_AT_ONCE) {
        let records = store::records::named(db, source.id, chunk).await?;
        let ids: Vec<AssetId> = records.iter().filter_map(|record| record.asset_id).collect();
        let assets = store::bound::by_ids(db, &ids).await?;
        let free = assets.into_iter().filter(|asset| asset.unassigned && asset.retired_at.is_none());
        let free: Vec<AssetId> = free.map(|asset| asset.id).collect();
        if !free.is_empty() {
            let mut tx = db.begin().await?;
            assets_assign(&mut tx, act, &free, system.id).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
