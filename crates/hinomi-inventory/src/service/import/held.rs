// SPDX-License-Identifier: Apache-2.0
//! Lists that wait until a person has looked, and sources that say that nothing has changed.

use super::{Applied, Filing, KEEPS_FILES, apply, decode};
use crate::model::{InventoryError, SnapshotState};
use crate::store::snapshots;
use hinomi_core::Time;
use hinomi_db::{Db, Tx};

/// Makes a held snapshot count after all.
pub async fn confirm(db: &Db, now: Time, snapshot_id: i64) -> Result<Applied, InventoryError> {
    let held = held_snapshot(db, snapshot_id).await?;
    let mut tx = db.begin().await?;
    snapshots::lock(&mut tx).await?;
    if let Some(known) = snapshots::observation(&mut tx, held.carrier_id, held.source_id).await?
        && known.complete_at > held.observed_at
    {
        return Err(InventoryError::Overtaken { id: snapshot_id });
    }
    let observed = decode(held.carrier_id, held.data.as_deref().unwrap_or_default())?;
    decide(&mut tx, snapshot_id, SnapshotState::Confirmed).await?;
    let filing = Filing {
        carrier_id: held.carrier_id,
        source_id: held.source_id,
        observed_at: held.observed_at,
        received_at: now.as_micros(),
        complete: held.complete,
        format: held.format,
        document_hash: held.document_hash,
        warnings: held.warnings,
        hold: None,
        keeps_files: held.content.ends_with(KEEPS_FILES),
        gone: Vec::new(),
    };
    let applied = apply(&mut tx, filing, observed).await?;
    tx.commit().await?;
    Ok(applied)
}

/// Refuses a held snapshot; what was known before it stays.
pub async fn reject(db: &Db, snapshot_id: i64) -> Result<(), InventoryError> {
    held_snapshot(db, snapshot_id).await?;
    let mut tx = db.begin().await?;
    decide(&mut tx, snapshot_id, SnapshotState::Rejected).await?;
    tx.commit().await?;
    Ok(())
}

/// Only one decision counts, however many people press the button at once.
async fn decide(tx: &mut Tx, id: i64, state: SnapshotState) -> Result<(), InventoryError> {
    match snapshots::decide_held(tx, id, state.as_str()).await? {
        0 => Err(InventoryError::NotHeld { id, state: "decided meanwhile".to_owned() }),
        _ => Ok(()),
    }
}

async fn held_snapshot(db: &Db, id: i64) -> Result<snapshots::SnapshotRow, InventoryError> {
    let row = snapshots::snapshot_by_id(db, id).await?.ok_or(InventoryError::SnapshotUnknown { id })?;
    match SnapshotState::from_stored(&row.state) {
        SnapshotState::Held => Ok(row),
        other => Err(InventoryError::NotHeld { id, state: other.as_str().to_owned() }),
    }
}

/// A source says that what it said of a carrier last is still so; while a later list of it waits to be confirmed, it
/// is not known which of the two is.
pub async fn touch(tx: &mut Tx, carrier_id: i64, source: &str, at: Time) -> Result<(), InventoryError> {
    let source_id = snapshots::source_id(tx, source).await?;
    Ok(snapshots::still_so(tx, carrier_id, source_id, at.as_micros()).await?)
}
