// SPDX-License-Identifier: Apache-2.0
//! What becomes of inventories when assets become one, or two again.

use hinomi_core::{AssetId, Time};
use hinomi_db::Tx;
use hinomi_inventory::service::scan::{scans_follow, scans_give_back};
use hinomi_inventory::service::takeover::{give_back, take_over};

use crate::error::AssetError;
use crate::store;
use crate::store::assets::AssetRow;

/// One asset and another: the first became part of the second, or is no longer.
pub(super) type Pair = (AssetId, AssetId);

/// Gives inventories to whom they belong now. What returns takes its own back before anything is given away.
pub(super) async fn follow(
    tx: &mut Tx,
    returned: &[Pair],
    merged: &[Pair],
    now: Time,
) -> Result<(), AssetError> {
    for (back, from) in returned {
        let Some((own, other)) = both(tx, *back, *from).await? else { continue };
        scans_give_back(tx, other.ordinal, own.ordinal).await?;
        let left = give_back(tx, other.ordinal, own.ordinal, now).await?;
        if other.has_inventory && !left {
            store::assets::without_inventory(tx, other.id).await?;
        }
    }
    for (part, whole) in merged {
        let Some((part, whole)) = both(tx, *part, *whole).await? else { continue };
        scans_follow(tx, whole.ordinal, part.ordinal).await?;
        if take_over(tx, whole.ordinal, part.ordinal).await? {
            let os = part.os();
            let os = Some(&os).filter(|os| !os.id.is_empty() || !os.name.is_empty());
            store::assets::seen(tx, whole.id, part.last_seen, os).await?;
        }
    }
    Ok(())
}

async fn both(
    tx: &mut Tx,
    left: AssetId,
    right: AssetId,
) -> Result<Option<(AssetRow, AssetRow)>, AssetError> {
    let left = store::assets::get_tx(tx, left).await?;
    let right = store::assets::get_tx(tx, right).await?;
    Ok(left.zip(right))
}
