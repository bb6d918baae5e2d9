// SPDX-License-Identifier: Apache-2.0
//! rpm's own database `Packages.db` (`lib/backend/ndb/rpmpkg.c` of rpm 4.18): a table of slots, then blobs in blocks of
//! sixteen bytes. All numbers are little-endian.

use super::Visit;

const MAGIC: &[u8] = b"RpmP";
const PAGE_BYTES: usize = 4096;
const SLOT_BYTES: usize = 16;
const BLOCK_BYTES: usize = 16;
/// The header takes the place of the first two slots.
const SLOT_START: usize = 2;
const BLOB_HEAD_BYTES: usize = 16;

pub(super) fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) && bytes.len() >= 32
}

pub(super) fn packages(bytes: &[u8], visit: Visit<'_>) -> Result<(), String> {
    let word = |at: usize| bytes.get(at..at.checked_add(4)?)?.first_chunk().copied().map(u32::from_le_bytes);
    let version = word(4).unwrap_or_default();
    if version != 0 {
        return Err(format!("version {version} of the ndb database is not known"));
    }
    let pages = word(12).unwrap_or_default() as usize;
    let slots = pages
        .checked_mul(PAGE_BYTES)
        .and_then(|end| bytes.get(..end))
        .ok_or("the slot table is cut off")?
        .chunks_exact(SLOT_BYTES)
        .enumerate()
        .skip(SLOT_START);
    let mut found = Vec::new();
    for (number, slot) in slots {
        if !slot.starts_with(b"Slot") {
            return Err(format!("slot {number} is damaged"));
        }
        let at = number * SLOT_BYTES;
        let (index, block) = (word(at + 4).unwrap_or_default(), word(at + 8).unwrap_or_default());
        // A block of zero marks a free slot.
        if block != 0 {
            found.push((index, block as usize));
        }
    }
    found.sort_unstable();
    let mut blobs_bytes = 0usize;
    for (index, block) in found {
        let at = block.saturating_mul(BLOCK_BYTES);
        let head = bytes.get(at..at.saturating_add(BLOB_HEAD_BYTES));
        let is_head =
            head.is_some_and(|head| head.starts_with(b"BlbS")) && word(at.saturating_add(4)) == Some(index);
        let length = word(at.saturating_add(12)).unwrap_or_default() as usize;
        let start = at.saturating_add(BLOB_HEAD_BYTES);
        let blob = bytes.get(start..start.saturating_add(length)).filter(|_| is_head);
        let blob = blob.ok_or_else(|| format!("package {index} is cut off or damaged"))?;
        // Slots of a hostile file may all name one blob.
        blobs_bytes += blob.len();
        if blobs_bytes > bytes.len() {
            return Err(format!("package {index} overlaps another"));
        }
        visit(&format!("package {index}"), blob);
    }
    Ok(())
}
