// SPDX-License-Identifier: Apache-2.0
//! Small blocks of originals become large ones.
//!
//! ```text
//! visit after visit ─→ a block of a few documents each ─→ when there are many: read, joined, compressed as one
//!                                                            └─ the old ones go with the next time, when nobody reads them
//! ```
//! A record's place is read before its block, so a block that somebody may be about to read is never taken away.

use std::collections::{BTreeMap, HashMap};

use hinomi_db::Db;

use super::originals::{BLOCK_BYTES, packed, unpack};
use crate::model::AdvisoryError;
use crate::store::originals::{self as store, Moved};

/// Blocks of less than this, unpacked, are small.
const SMALL_BYTES: i64 = 1 << 20;
/// So many small ones are left as they are.
const FEW: usize = 32;

/// Joins the small blocks of a feed once there are many; how many became one with others.
pub(super) async fn compact(db: &Db, feed_id: i64) -> Result<usize, AdvisoryError> {
    let small = store::small_blocks(db, feed_id, SMALL_BYTES).await?;
    if small.len() < FEW {
        return Ok(0);
    }
    let forgotten = store::unreferenced(db).await?;
    if !forgotten.is_empty() {
        let mut tx = db.begin().await?;
        store::blocks_drop(&mut tx, &forgotten).await?;
        tx.commit().await?;
    }
    let mut joined = 0;
    let mut waiting: Vec<i64> = Vec::new();
    let mut bytes = 0;
    for (block, size) in small {
        if bytes + size > BLOCK_BYTES as i64 {
            joined += join(db, feed_id, &std::mem::take(&mut waiting)).await?;
            bytes = 0;
        }
        waiting.push(block);
        bytes += size;
    }
    Ok(joined + join(db, feed_id, &waiting).await?)
}

async fn join(db: &Db, feed_id: i64, blocks: &[i64]) -> Result<usize, AdvisoryError> {
    if blocks.len() < 2 {
        return Ok(0);
    }
    let data: HashMap<i64, Vec<u8>> = store::blocks(db, blocks).await?.into_iter().collect();
    let mut rows: BTreeMap<i64, Vec<Moved>> = BTreeMap::new();
    for row in store::in_blocks(db, feed_id, blocks).await? {
        rows.entry(row.block_id).or_default().push(row);
    }
    let joining = tokio::task::spawn_blocking(move || {
        let (mut whole, mut places) = (Vec::new(), Vec::new());
        for (block, rows) in rows {
            // What cannot be unpacked stays where it is: whoever asks for it is told.
            let Some(Ok(bytes)) = data.get(&block).map(|packed| unpack(packed)) else { continue };
            let start = whole.len() as i64;
            places.extend(rows.into_iter().map(|row| (row.hash, start + row.block_offset)));
            whole.extend_from_slice(&bytes);
        }
        packed(&whole).map(|data| (data, places))
    });
    let (data, places) =
        joining.await.map_err(|_| AdvisoryError::Interrupted { path: "joining of blocks".into() })??;
    let mut tx = db.begin().await?;
    store::moved_put(&mut tx, data, &places).await?;
    tx.commit().await?;
    Ok(blocks.len())
}
