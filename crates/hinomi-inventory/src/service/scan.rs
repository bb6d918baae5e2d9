// SPDX-License-Identifier: Apache-2.0
//! Taking in what scanners saw.
//!
//! ```text
//! scan of a target ─┬─ older than the newest complete one ──→ changes nothing
//!                   ├─ says the same ──→ its time moves, in one row
//!                   └─ else ──→ new observations begin; a complete scan ends those that it lacks,
//!                               where it has looked: see [`Cover`]
//! ```
//! Of two scans of one target by one scanner the later counts, in whatever order they arrive. A partial one adds and ends
//! nothing; what it alone saw lives until a complete scan that is later than that. Only a complete scan whose words are
//! those of the complete scan before it, with nothing in between, says the same.

use std::collections::HashMap;

use hinomi_core::Time;
use hinomi_db::{Db, Tx, ids};

use crate::model::InventoryError;
use crate::scans::{Cover, Scan, Seen, content_of};
use crate::store::scans::{self, Changes, ObservationRow, ScanRow};
use crate::store::snapshots;

pub use crate::store::scan_list::{
    ObservationFilter, ScanState, ScanSummary, StandingCount, Witness, observation_count, observations_page,
    scans_of, standing_counts, witnesses_of,
};
pub use crate::store::scans::{ObservationRow as StoredObservation, StandingRow};

/// Ends the content of what ended nothing: the same words of one who saw everything end what they lack.
const ADDS_ONLY: &str = "+";
/// Observations in one transaction, about.
const CHUNK: usize = 4_000;

/// What scans brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ScansTaken {
    /// Assets that were scanned.
    pub scans: usize,
    /// Observations that the report holds.
    pub observations: usize,
    pub new: usize,
    /// No longer seen.
    pub ended: usize,
    /// Scans that say what was known.
    pub unchanged: usize,
    /// Scans that were made before what is known.
    pub older: usize,
}

impl ScansTaken {
    pub fn add(&mut self, more: Self) {
        self.scans += more.scans;
        self.observations += more.observations;
        self.new += more.new;
        self.ended += more.ended;
        self.unchanged += more.unchanged;
        self.older += more.older;
    }
}

/// Takes scans of one scanner in, in short transactions; a run that breaks off is run again and goes on.
pub async fn scans_take(
    db: &Db,
    now: Time,
    source: &str,
    format: &str,
    scans: Vec<Scan>,
) -> Result<ScansTaken, InventoryError> {
    let mut taken = ScansTaken::default();
    let mut left = scans.into_iter().peekable();
    while left.peek().is_some() {
        let mut tx = db.begin().await?;
        snapshots::lock(&mut tx).await?;
        let source_id = snapshots::source_id(&mut tx, source).await?;
        let mut size = 0;
        while size < CHUNK && !tx.is_chunk_full() {
            let Some(scan) = left.next() else { break };
            super::import::check_observed_at(scan.observed_at, now)?;
            size += scan.seen.len() + 10;
            taken.add(take(&mut tx, source_id, format, scan).await?);
        }
        tx.commit().await?;
    }
    Ok(taken)
}

async fn take(tx: &mut Tx, source: i64, format: &str, scan: Scan) -> Result<ScansTaken, InventoryError> {
    let mut seen: Vec<(String, Seen)> = scan.seen.into_iter().map(|seen| (seen.identity(), seen)).collect();
    seen.sort_by(|left, right| left.0.cmp(&right.0));
    let mut taken = ScansTaken { scans: 1, observations: seen.len(), ..ScansTaken::default() };
    seen.dedup_by(|left, right| left.0 == right.0);
    let at = scan.observed_at.as_micros();
    let mut content =
        content_of(&seen.iter().map(|(identity, seen)| (identity.clone(), seen)).collect::<Vec<_>>());
    // The same words of one who looked further may end more.
    content.push_str(scan.cover.mark());
    let known = scans::scan(tx, source, scan.carrier_id, &scan.target).await?;
    if let Some(known) = &known {
        if at < known.complete_at {
            taken.older = 1;
            return Ok(taken);
        }
        // A partial scan in between, or a state of old that was stored without its mark, moves the one time alone.
        let said_completely = known.complete_at == known.observed_at;
        if scan.complete && said_completely && known.content == content && known.carrier_id == scan.carrier_id
        {
            taken.unchanged = 1;
            let row = ScanRow { observed_at: at, complete_at: at, ..known.clone() };
            if row != *known {
                scans::scan_update(tx, &row).await?;
            }
            return Ok(taken);
        }
    }
    let open = scans::open_of_target(tx, source, scan.carrier_id, &scan.target).await?;
    // Two complete scans of one instant are two halves of one: neither ends what the other saw.
    let ends = scan.complete && known.as_ref().is_none_or(|known| at > known.complete_at);
    if !ends {
        content.push_str(ADDS_ONLY);
    }
    let says_the_same =
        known.as_ref().is_some_and(|known| known.content == content && known.carrier_id == scan.carrier_id);
    taken.unchanged = usize::from(says_the_same);
    let mut changes = compare(&open, seen, scan.carrier_id, at, ends.then_some(scan.cover));
    (taken.new, taken.ended) = (changes.begun.len(), changes.ended.len());
    if !changes.begun.is_empty() {
        let numbers = ids::next_ids(tx, "scan_observation", changes.begun.len() as i64).await?;
        let last_at = if scan.complete { i64::MIN } else { at };
        for (row, id) in changes.begun.iter_mut().zip(numbers) {
            (row.0, row.1) = (id, last_at);
            row.2.clone_from(&scan.target);
        }
    }
    if scan.complete {
        changes.again.clear();
    }
    let sequence = *ids::next_ids(tx, "scan_sequence", 1).await?.start();
    scans::write(tx, source, scan.carrier_id, changes, sequence).await?;
    put(tx, source, format, known, &Scan { seen: Vec::new(), ..scan }, content).await?;
    Ok(taken)
}

/// What becomes of the open observations: those that the scan lacks end as far as it `ends` anything.
fn compare(
    open: &[ObservationRow],
    seen: Vec<(String, Seen)>,
    carrier: i64,
    at: i64,
    ends: Option<Cover>,
) -> Changes {
    let mut changes = Changes { at, ..Changes::default() };
    let mut left: HashMap<&str, &ObservationRow> =
        open.iter().map(|row| (row.identity.as_str(), row)).collect();
    for (identity, seen) in seen {
        let Some(row) = left.remove(identity.as_str()) else {
            changes.begun.push((0, 0, String::new(), identity, seen));
            continue;
        };
        changes.again.push(row.id);
        if row.seen().standing_words() != seen.standing_words() {
            changes.reworded.push((row.id, seen));
        }
        if row.carrier_id != carrier {
            changes.moved.push(row.id);
        }
    }
    for row in left.into_values() {
        if row.last_at < at && ends.is_some_and(|cover| cover.covers(&row.kind, &row.port)) {
            changes.ended.push(row.id);
        } else if row.carrier_id != carrier {
            changes.moved.push(row.id);
        }
    }
    changes.ended.sort_unstable();
    changes
}

async fn put(
    tx: &mut Tx,
    source: i64,
    format: &str,
    known: Option<ScanRow>,
    scan: &Scan,
    content: String,
) -> Result<(), InventoryError> {
    let at = scan.observed_at.as_micros();
    let complete_at = if scan.complete { at } else { i64::MIN };
    let Some(known) = known else {
        let row = ScanRow {
            id: *ids::next_ids(tx, "carrier_scan", 1).await?.start(),
            carrier_id: scan.carrier_id,
            home_id: scan.carrier_id,
            target: scan.target.clone(),
            observed_at: at,
            complete_at,
            content,
        };
        return Ok(scans::scan_insert(tx, source, format, &row).await?);
    };
    let newest = at >= known.observed_at;
    let row = ScanRow {
        carrier_id: scan.carrier_id,
        observed_at: at.max(known.observed_at),
        complete_at: complete_at.max(known.complete_at),
        content: if newest { content } else { known.content.clone() },
        ..known
    };
    Ok(scans::scan_update(tx, &row).await?)
}

/// Has a scanner that looked inside listed what is there? Then one look from outside lists nothing anew: the same
/// packages would stand beside themselves, and those inside would be gone.
pub async fn inside_is_listed(db: &Db, carrier_id: i64, source: &str) -> Result<bool, InventoryError> {
    let format = snapshots::list_format(db, carrier_id, source).await?;
    Ok(format.is_some_and(|format| !format.ends_with(FROM_OUTSIDE)))
}

/// What is added to the format of a list that a scan from outside made.
pub const FROM_OUTSIDE: &str = " (outside)";

/// Two carriers are one thing: what scanners see of the part, they see of the whole.
pub async fn scans_follow(tx: &mut Tx, whole: i64, part: i64) -> Result<(), InventoryError> {
    let sequence = *ids::next_ids(tx, "scan_sequence", 1).await?.start();
    scans::follow(tx, whole, part, sequence).await?;
    Ok(())
}

/// They are two after all.
pub async fn scans_give_back(tx: &mut Tx, whole: i64, part: i64) -> Result<(), InventoryError> {
    let sequence = *ids::next_ids(tx, "scan_sequence", 1).await?.start();
    scans::give_back(tx, whole, part, sequence).await?;
    Ok(())
}

/// How far observations have been written.
pub async fn highest_sequence(db: &Db) -> Result<i64, InventoryError> {
    Ok(scans::highest_sequence(db).await?)
}

/// Carriers whose observations changed after `sequence`.
pub async fn carriers_changed(db: &Db, sequence: i64) -> Result<Vec<i64>, InventoryError> {
    Ok(scans::carriers_changed(db, sequence).await?)
}

/// Carriers of which scanners name vulnerabilities now.
pub async fn carriers_with_vulnerabilities(db: &Db) -> Result<Vec<i64>, InventoryError> {
    Ok(scans::carriers_with_vulnerabilities(db).await?)
}

/// Carriers of which a scanner names any of these vulnerabilities now.
pub async fn carriers_naming(db: &Db, names: &[String]) -> Result<Vec<i64>, InventoryError> {
    Ok(scans::carriers_naming(db, names).await?)
}

/// Carriers of which a scanner names any of these vulnerabilities now, by number.
pub async fn carriers_of(db: &Db, vulnerabilities: &[i64]) -> Result<Vec<i64>, InventoryError> {
    Ok(scans::carriers_of(db, vulnerabilities).await?)
}

/// The worst rank that scanners have ever given each of these vulnerabilities.
pub async fn worst_of(db: &Db, names: &[String]) -> Result<Vec<(String, i64)>, InventoryError> {
    Ok(scans::worst_of(db, names).await?)
}

/// What holds of these carriers and names a vulnerability.
pub async fn open_of(db: &Db, carriers: &[i64]) -> Result<Vec<StoredObservation>, InventoryError> {
    Ok(scans::open_of(db, carriers).await?)
}

/// How each vulnerability of the carriers' open observations stands.
pub async fn standings_of(db: &Db, carriers: &[i64]) -> Result<Vec<StandingRow>, InventoryError> {
    Ok(scans::standings_of(db, carriers).await?)
}

/// How each vulnerability of these observations stands.
pub async fn standings_of_observations(db: &Db, ids: &[i64]) -> Result<Vec<StandingRow>, InventoryError> {
    Ok(scans::standings_of_observations(db, ids).await?)
}

/// Says how vulnerabilities of observations stand.
pub async fn standings_put(tx: &mut Tx, rows: Vec<StandingRow>) -> Result<(), InventoryError> {
    Ok(scans::standings_put(tx, rows).await?)
}
