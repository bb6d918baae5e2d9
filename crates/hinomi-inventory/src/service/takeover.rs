// SPDX-License-Identifier: Apache-2.0
//! Two carriers turn out to be one thing, or one thing two after all.
//!
//! ```text
//! take_over: of each source the newer word counts ─┬─ the other's only: its intervals, since when included
//!                                                  ├─ the other's is newer: as if it had come for this one
//!                                                  └─ own is newer: nothing
//! give_back: what was taken over goes with what its source has said of it since; the own word of before counts again
//! ```
//! What a source says while two are one is filed under the whole. Whose it was is told by what it continues: see
//! [`is_theirs`].
//!
//! The carrier that was taken over keeps its own rows: nobody asks for them while it is part of another, and they are
//! there when it returns.

use hinomi_core::Time;
use hinomi_db::{Tx, ids};

use super::import::{Filing, apply, profile_for, resolve};
use crate::OPEN;
use crate::model::{HoldRule, InventoryError};
use crate::set::Difference;
use crate::store::takeovers::{self, TakeoverRow, Word};
use crate::store::{intervals, snapshots};

/// A person or a rule has said that they are one: however much the newer word lacks, nobody is asked again.
const NEVER_HELD: HoldRule = HoldRule { loss_percent: 100, from_components: usize::MAX };

/// Gives `carrier` what `from` is known to have. Says whether `from` has any inventory.
pub async fn take_over(tx: &mut Tx, carrier: i64, from: i64) -> Result<bool, InventoryError> {
    snapshots::lock(tx).await?;
    let theirs = takeovers::words(tx, from).await?;
    let own = takeovers::words(tx, carrier).await?;
    for word in &theirs {
        let before = own.iter().find(|one| one.source_id == word.source_id);
        match before {
            None => copy(tx, carrier, from, word).await?,
            Some(before) if before.observed_at < word.observed_at => {
                file(tx, carrier, from, word).await?;
            }
            Some(_) => continue,
        }
        let row = TakeoverRow {
            source_id: word.source_id,
            content: word.content.clone(),
            observed_at: word.observed_at,
            own_before: before.and_then(|word| serde_json::to_string(word).ok()).unwrap_or_default(),
        };
        takeovers::put(tx, carrier, from, &row).await?;
    }
    Ok(!theirs.is_empty())
}

/// The source has said nothing of this carrier itself: its whole history comes along, so that what has been there for
/// long stays there for long.
async fn copy(tx: &mut Tx, carrier: i64, from: i64, word: &Word) -> Result<(), InventoryError> {
    let source = word.source_id;
    takeovers::forget_intervals(tx, carrier, source, None).await?;
    let mut rows = takeovers::intervals(tx, from, source).await?;
    let mut sequences = ids::next_ids(tx, "inventory_sequence", rows.len().max(1) as i64).await?;
    for row in &mut rows {
        row.carrier_id = carrier;
        row.sequence = sequences.next().unwrap_or(row.sequence);
    }
    intervals::insert(tx, rows).await?;
    let counting = word.complete_at.min(word.observed_at);
    for id in takeovers::counting_snapshots(tx, from, source, counting).await? {
        let new_id = *ids::next_ids(tx, "snapshot", 1).await?.start();
        takeovers::snapshot_copy(tx, id, carrier, new_id).await?;
    }
    put_word(tx, carrier, word).await
}

async fn put_word(tx: &mut Tx, carrier: i64, word: &Word) -> Result<(), InventoryError> {
    let row = snapshots::NewObservation {
        carrier_id: carrier,
        source_id: word.source_id,
        observed_at: word.observed_at,
        received_at: word.received_at,
        complete: word.complete,
        complete_at: word.complete_at,
        content: word.content.clone(),
    };
    Ok(snapshots::observations_put(tx, vec![row]).await?)
}

/// As if the source had said of this carrier what it said of the other.
async fn file(tx: &mut Tx, carrier: i64, from: i64, word: &Word) -> Result<(), InventoryError> {
    let components = match intervals::current(tx, from, word.source_id).await? {
        Some(row) => resolve(tx, &row).await?,
        None => Vec::new(),
    };
    let document_hash = snapshots::document_of(tx, from, word.source_id, word.observed_at).await?;
    let filing = Filing {
        carrier_id: carrier,
        source_id: word.source_id,
        observed_at: word.observed_at,
        received_at: word.received_at,
        complete: word.complete_at > i64::MIN,
        format: "merged".to_owned(),
        document_hash,
        warnings: None,
        hold: Some(NEVER_HELD),
        keeps_files: false,
        gone: Vec::new(),
    };
    apply(tx, filing, components).await?;
    // What counts as the same report of the source stays the same report.
    put_word(tx, carrier, word).await
}

/// Takes back from `carrier` what it has of `from` alone. Says whether `carrier` has any inventory left.
pub async fn give_back(tx: &mut Tx, carrier: i64, from: i64, now: Time) -> Result<bool, InventoryError> {
    snapshots::lock(tx).await?;
    for row in takeovers::of(tx, carrier, from).await? {
        let words = takeovers::words(tx, carrier).await?;
        let Some(word) = words.iter().find(|word| word.source_id == row.source_id) else { continue };
        if !is_theirs(tx, carrier, from, word, &row).await? {
            continue;
        }
        if word.observed_at > row.observed_at {
            file(tx, from, carrier, word).await?;
        }
        undo(tx, carrier, word, &row, now).await?;
    }
    takeovers::forget(tx, carrier, from).await?;
    Ok(!takeovers::words(tx, carrier).await?.is_empty())
}

/// Is the newest word of a source about the whole what it says of the part? It is if the source had never spoken of the
/// carrier itself, or says what it said of the part. Else the list that it differs from least is the one that it
/// continues; in doubt it is the carrier's own.
async fn is_theirs(
    tx: &mut Tx,
    carrier: i64,
    from: i64,
    word: &Word,
    row: &TakeoverRow,
) -> Result<bool, InventoryError> {
    let Ok(before) = serde_json::from_str::<Word>(&row.own_before) else { return Ok(true) };
    if word.content == row.content || word.content == before.content {
        return Ok(word.content == row.content);
    }
    let all = takeovers::intervals(tx, carrier, row.source_id).await?;
    let now = match all.iter().find(|one| one.to_at == OPEN) {
        Some(open) => resolve(tx, open).await?,
        None => Vec::new(),
    };
    let own = match all.iter().rfind(|one| one.from_at <= before.observed_at) {
        Some(earlier) => resolve(tx, earlier).await?,
        None => Vec::new(),
    };
    let theirs = match intervals::current(tx, from, row.source_id).await? {
        Some(current) => resolve(tx, &current).await?,
        None => Vec::new(),
    };
    Ok(Difference::between(&theirs, &now).len() < Difference::between(&own, &now).len())
}

async fn undo(
    tx: &mut Tx,
    carrier: i64,
    word: &Word,
    row: &TakeoverRow,
    now: Time,
) -> Result<(), InventoryError> {
    let source = row.source_id;
    let before = serde_json::from_str::<Word>(&row.own_before).ok();
    if let Some(before) = before.as_ref().filter(|before| before.content == word.content) {
        // The other had said the same, only later: nothing had changed.
        return put_word(tx, carrier, before).await;
    }
    let all = takeovers::intervals(tx, carrier, source).await?;
    let Some(open) = all.iter().find(|one| one.to_at == OPEN) else { return Ok(()) };
    let ended_at = now.as_micros().max(open.from_at + 1);
    let sequences = ids::next_ids(tx, "inventory_sequence", 2).await?;
    intervals::end(tx, carrier, source, open.from_at, ended_at, *sequences.start()).await?;
    let Some(before) = before else {
        takeovers::forget_intervals(tx, carrier, source, Some(open.from_at)).await?;
        takeovers::forget_word(tx, carrier, source).await?;
        return Ok(());
    };
    let was_so = |one: &&intervals::IntervalRow| one.from_at <= before.observed_at;
    let earlier = all.iter().filter(|one| one.to_at != OPEN && one.from_at < open.from_at).rfind(was_so);
    let components = match earlier {
        Some(earlier) => resolve(tx, earlier).await?,
        None => resolve(tx, open).await?,
    };
    let (profile_id, difference) = profile_for(tx, Some(open.profile_id), &components).await?;
    let again = intervals::IntervalRow {
        from_at: ended_at,
        to_at: OPEN,
        snapshot_id: earlier.map_or(open.snapshot_id, |earlier| earlier.snapshot_id),
        profile_id,
        difference: difference.encode(),
        components: components.len() as i64,
        sequence: *sequences.end(),
        ..open.clone()
    };
    intervals::insert(tx, vec![again]).await?;
    put_word(tx, carrier, &before).await
}
