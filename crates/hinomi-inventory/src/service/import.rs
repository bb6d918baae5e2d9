// SPDX-License-Identifier: Apache-2.0
//! Taking one observation in.
//!
//! ```text
//! observed before what is known ──→ older: filed, changes nothing
//! same content                  ──→ unchanged: one row's time moves
//! complete, loses over 30 %     ──→ held: a person looks first
//! else                          ──→ applied: the open interval ends, a new one begins
//! ```

mod held;

use crate::OPEN;
use crate::model::{HoldRule, InventoryError, NewComponent, SnapshotState, content_hash};
use crate::set::{self, Difference};
use crate::store::components::{self, Ready};
use crate::store::intervals::{self, IntervalRow};
use crate::store::snapshots;
use hinomi_core::Time;
use hinomi_db::{Db, Pace, Tx, ids};
use std::collections::HashMap;

pub use held::{confirm, reject, touch};

const DAY_MICROS: i64 = 86_400_000_000;
pub(super) const BANDS: u64 = 6;
/// New components in one transaction: more would keep others waiting for the writer.
const INTERN_PACE: (usize, usize) = (50, 1_000);

/// What one source saw on one carrier at one instant.
pub struct Observation<'a> {
    pub carrier_id: i64,
    pub source: &'a str,
    pub observed_at: Time,
    pub complete: bool,
    pub format: &'a str,
    /// The file as it came, and its name.
    pub document: Option<(&'a [u8], &'a str)>,
    pub components: &'a [NewComponent],
    pub warnings: &'a [String],
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Applied {
    pub snapshot_id: Option<i64>,
    pub state: SnapshotState,
    pub components: usize,
    pub added: usize,
    pub removed: usize,
}

/// Clocks may run ahead by a day; what claims to be of later is refused: it would overrule all that is seen until then.
pub fn check_observed_at(observed_at: Time, now: Time) -> Result<(), InventoryError> {
    match observed_at.as_micros() > now.as_micros() + DAY_MICROS {
        true => Err(InventoryError::FutureObservation { observed_at }),
        false => Ok(()),
    }
}

/// A run of imports that shares what it has already looked up.
#[derive(Default)]
pub struct Session {
    /// What is held until confirmed.
    pub hold: HoldRule,
    /// A complete list is complete of the system's packages only: what lies about as files stays until a list without this
    /// lacks it.
    pub keeps_files: bool,
    /// With `keeps_files`: what the last list had at places that were looked into this time. Of the next observation only.
    pub gone: Vec<NewComponent>,
    components: HashMap<String, u32>,
}

impl Session {
    pub async fn observe(
        &mut self,
        db: &Db,
        now: Time,
        observation: &Observation<'_>,
    ) -> Result<Applied, InventoryError> {
        check_observed_at(observation.observed_at, now)?;
        let document = observation.document.map(pack).transpose()?;
        let ids = set::normalise(self.intern(db, now, observation.components).await?);
        let gone = std::mem::take(&mut self.gone);
        let gone = set::normalise(self.intern(db, now, &gone).await?);
        let mut tx = db.begin().await?;
        snapshots::lock(&mut tx).await?;
        let document_hash = match document {
            Some((hash, size, data)) => {
                snapshots::document_put(&mut tx, &hash, observation.format, size, data).await?;
                Some(hash)
            }
            None => None,
        };
        let filing = Filing {
            carrier_id: observation.carrier_id,
            source_id: snapshots::source_id(&mut tx, observation.source).await?,
            observed_at: observation.observed_at.as_micros(),
            received_at: now.as_micros(),
            complete: observation.complete,
            format: observation.format.to_owned(),
            document_hash,
            warnings: (!observation.warnings.is_empty()).then(|| components::json_list(observation.warnings)),
            hold: Some(self.hold),
            keeps_files: self.keeps_files && observation.complete,
            gone,
        };
        let applied = apply(&mut tx, filing, ids).await?;
        tx.commit().await?;
        Ok(applied)
    }

    /// Numbers of the components in their order, given in chunks of short transactions; an interned component
    /// that nothing carries yet is harmless, so a break in between loses nothing.
    pub async fn intern(
        &mut self,
        db: &Db,
        now: Time,
        found: &[NewComponent],
    ) -> Result<Vec<u32>, InventoryError> {
        let identities: Vec<String> = found.iter().map(NewComponent::identity).collect();
        let mut missing: Vec<(String, &NewComponent)> = identities
            .iter()
            .cloned()
            .zip(found)
            .filter(|(identity, _)| !self.components.contains_key(identity))
            .collect();
        missing.sort_by(|left, right| left.0.cmp(&right.0));
        missing.dedup_by(|left, right| left.0 == right.0);
        let names: Vec<String> = missing.iter().map(|(identity, _)| identity.clone()).collect();
        self.components.extend(components::known_before(db, &names).await?);
        missing.retain(|(identity, _)| !self.components.contains_key(identity));
        let mut pace = Pace::between(INTERN_PACE.0, INTERN_PACE.1);
        let mut left = missing.as_slice();
        while !left.is_empty() {
            let (chunk, rest) = pace.part(left);
            left = rest;
            let ready = chunk.iter().map(|(identity, component)| Ready::of(identity.clone(), component));
            let mut ready: Vec<Ready<'_>> = ready.collect();
            let names: Vec<String> = ready.iter().map(|one| one.identity.clone()).collect();
            let mut tx = db.begin().await?;
            snapshots::lock(&mut tx).await?;
            // Somebody else may have been faster.
            let mut numbers = components::known(&mut tx, &names).await?;
            ready.retain(|one| !numbers.contains_key(&one.identity));
            numbers.extend(components::insert(&mut tx, ready, now).await?);
            pace.took(chunk.len(), tx.age());
            tx.commit().await?;
            self.components.extend(numbers);
        }
        Ok(identities.iter().filter_map(|identity| self.components.get(identity).copied()).collect())
    }
}

fn pack((bytes, path): (&[u8], &str)) -> Result<(String, i64, Vec<u8>), InventoryError> {
    let data = zstd::bulk::compress(bytes, 3)
        .map_err(|cause| InventoryError::Compression { path: path.to_owned(), cause })?;
    Ok((blake3::hash(bytes).to_hex().to_string(), bytes.len() as i64, data))
}

pub(super) struct Filing {
    pub(super) carrier_id: i64,
    pub(super) source_id: i64,
    pub(super) observed_at: i64,
    pub(super) received_at: i64,
    pub(super) complete: bool,
    pub(super) format: String,
    pub(super) document_hash: Option<String>,
    pub(super) warnings: Option<String>,
    /// `None` once a person has looked.
    pub(super) hold: Option<HoldRule>,
    pub(super) keeps_files: bool,
    /// Of what lies about as files, what is known to be no longer there.
    pub(super) gone: Vec<u32>,
}

/// Ends the content of a list that keeps files: the same components of one who saw everything may end more.
const KEEPS_FILES: &str = "+files";

pub(super) async fn apply(
    tx: &mut Tx,
    filing: Filing,
    observed: Vec<u32>,
) -> Result<Applied, InventoryError> {
    let mut content = content_hash(&observed);
    if filing.keeps_files {
        content.push_str(KEEPS_FILES);
    }
    let known = snapshots::observation(tx, filing.carrier_id, filing.source_id).await?;
    let unchanged = |components| Applied {
        snapshot_id: None,
        state: SnapshotState::Unchanged,
        components,
        added: 0,
        removed: 0,
    };
    if let Some(known) = &known {
        if known.content == content && known.complete == filing.complete && filing.hold.is_some() {
            if filing.observed_at > known.observed_at {
                if !filing.complete {
                    // A complete list that lies between the two and arrives later must still find it.
                    let (carrier, source) = (filing.carrier_id, filing.source_id);
                    snapshots::partial_seen_again(tx, carrier, source, known, filing.observed_at).await?;
                }
                put_observation(tx, &filing, known.complete_at, content).await?;
            }
            return Ok(unchanged(observed.len()));
        }
        if is_overruled(tx, &filing, known).await? {
            return file_older(tx, filing, content, &observed).await;
        }
        let (carrier, source) = (filing.carrier_id, filing.source_id);
        if !filing.complete && snapshots::is_filed(tx, carrier, source, filing.observed_at, &content).await? {
            return Ok(unchanged(observed.len()));
        }
    }
    let current = intervals::current(tx, filing.carrier_id, filing.source_id).await?;
    let before = match &current {
        Some(row) => resolve(tx, row).await?,
        None => Vec::new(),
    };
    let after = wanted(tx, &filing, &before, observed.clone()).await?;
    let change = Difference::between(&before, &after);
    let counts = (change.added.len(), change.removed.len());
    let loses_much = |lost: usize| filing.hold.is_some_and(|rule| rule.holds(before.len(), lost));
    // The same package on a system of another version is another component, but no loss.
    if filing.complete
        && loses_much(counts.1)
        && loses_much(components::lost(tx, &change.removed, &change.added).await?)
    {
        return hold(tx, filing, content, &observed, counts).await;
    }
    let snapshot_id = file(tx, &filing, SnapshotState::Applied, &content, &observed, counts).await?;
    if !change.is_empty() || current.is_none() {
        switch(tx, &filing, snapshot_id, current.as_ref(), &after).await?;
    }
    let complete_at = match (filing.complete, &known) {
        (true, known) => filing.observed_at.max(known.as_ref().map_or(i64::MIN, |known| known.complete_at)),
        (false, Some(known)) => known.complete_at,
        (false, None) => i64::MIN,
    };
    let newest = known.as_ref().is_none_or(|known| filing.observed_at >= known.observed_at);
    if newest {
        put_observation(tx, &filing, complete_at, content).await?;
    } else if let Some(known) = known {
        let moved = Filing { observed_at: known.observed_at, complete: known.complete, ..filing };
        put_observation(tx, &moved, complete_at, known.content).await?;
    }
    Ok(Applied {
        snapshot_id: Some(snapshot_id),
        state: SnapshotState::Applied,
        components: observed.len(),
        added: counts.0,
        removed: counts.1,
    })
}

/// The current state is the newest complete observation and every partial one after it, in whatever
/// order they arrive; what lies before the newest complete one no longer counts.
async fn is_overruled(
    tx: &mut Tx,
    filing: &Filing,
    known: &snapshots::ObservationRow,
) -> Result<bool, InventoryError> {
    match filing.observed_at.cmp(&known.complete_at) {
        std::cmp::Ordering::Less => Ok(true),
        std::cmp::Ordering::Greater => Ok(false),
        std::cmp::Ordering::Equal if !filing.complete => Ok(true),
        std::cmp::Ordering::Equal if filing.hold.is_none() => Ok(false),
        // Two complete lists of one instant: the file with the greater hash wins, whichever came first. The hash of the
        // content would not do: it is over numbers, and these follow the order of arrival.
        std::cmp::Ordering::Equal => {
            let (carrier, source) = (filing.carrier_id, filing.source_id);
            let counting = snapshots::document_of(tx, carrier, source, filing.observed_at).await?;
            Ok(filing.document_hash <= counting)
        }
    }
}

/// What the carrier has once this observation counts.
async fn wanted(
    tx: &mut Tx,
    filing: &Filing,
    before: &[u32],
    mut observed: Vec<u32>,
) -> Result<Vec<u32>, InventoryError> {
    if !filing.complete {
        observed.extend_from_slice(before);
        return Ok(set::normalise(observed));
    }
    if filing.keeps_files {
        let kept = components::not_of_databases(tx, before).await?;
        observed.extend(kept.into_iter().filter(|id| filing.gone.binary_search(id).is_err()));
    }
    for data in snapshots::partials_after(tx, filing.carrier_id, filing.source_id, filing.observed_at).await?
    {
        observed.extend(decode(filing.carrier_id, &data)?);
    }
    Ok(set::normalise(observed))
}

pub(super) async fn resolve(tx: &mut Tx, row: &IntervalRow) -> Result<Vec<u32>, InventoryError> {
    let profile = intervals::profile_data(tx, row.profile_id).await?.unwrap_or_default();
    let profile = if profile.is_empty() { Vec::new() } else { decode(row.carrier_id, &profile)? };
    let difference = Difference::decode(row.difference.as_deref())
        .map_err(|cause| InventoryError::Damaged { carrier_id: row.carrier_id, cause })?;
    Ok(difference.apply(&profile))
}

fn decode(carrier_id: i64, data: &[u8]) -> Result<Vec<u32>, InventoryError> {
    set::decode(data).map_err(|cause| InventoryError::Damaged { carrier_id, cause })
}

async fn file_older(
    tx: &mut Tx,
    filing: Filing,
    content: String,
    observed: &[u32],
) -> Result<Applied, InventoryError> {
    let filed =
        snapshots::is_filed(tx, filing.carrier_id, filing.source_id, filing.observed_at, &content).await?;
    let snapshot_id = match filed {
        true => None,
        false => Some(file(tx, &filing, SnapshotState::Older, &content, observed, (0, 0)).await?),
    };
    Ok(Applied { snapshot_id, state: SnapshotState::Older, components: observed.len(), added: 0, removed: 0 })
}

async fn hold(
    tx: &mut Tx,
    filing: Filing,
    content: String,
    observed: &[u32],
    counts: (usize, usize),
) -> Result<Applied, InventoryError> {
    let snapshot_id = match snapshots::held_alike(tx, filing.carrier_id, filing.source_id, &content).await? {
        // Seen again, later: whoever confirms it must not be told that something has overtaken it.
        Some(id) => {
            snapshots::held_again(tx, id, filing.observed_at, filing.received_at).await?;
            id
        }
        None => file(tx, &filing, SnapshotState::Held, &content, observed, counts).await?,
    };
    Ok(Applied {
        snapshot_id: Some(snapshot_id),
        state: SnapshotState::Held,
        components: observed.len(),
        added: counts.0,
        removed: counts.1,
    })
}

async fn file(
    tx: &mut Tx,
    filing: &Filing,
    state: SnapshotState,
    content: &str,
    observed: &[u32],
    (added, removed): (usize, usize),
) -> Result<i64, InventoryError> {
    let id = *ids::next_ids(tx, "snapshot", 1).await?.start();
    let keeps_data = !filing.complete || state == SnapshotState::Held;
    let row = snapshots::NewSnapshot {
        id,
        carrier_id: filing.carrier_id,
        source_id: filing.source_id,
        observed_at: filing.observed_at,
        received_at: filing.received_at,
        complete: filing.complete,
        format: filing.format.clone(),
        document_hash: filing.document_hash.clone(),
        content: content.to_owned(),
        components: observed.len() as i64,
        added: added as i64,
        removed: removed as i64,
        state: state.as_str(),
        data: keeps_data.then(|| set::encode(observed)),
        warnings: filing.warnings.clone(),
    };
    snapshots::insert(tx, vec![row]).await?;
    Ok(id)
}

/// Ends the open interval and begins the next.
async fn switch(
    tx: &mut Tx,
    filing: &Filing,
    snapshot_id: i64,
    current: Option<&IntervalRow>,
    after: &[u32],
) -> Result<(), InventoryError> {
    let sequences = ids::next_ids(tx, "inventory_sequence", 2).await?;
    let mut from_at = filing.observed_at;
    if let Some(row) = current {
        from_at = from_at.max(row.from_at);
        intervals::end(tx, row.carrier_id, row.source_id, row.from_at, from_at, *sequences.start()).await?;
    }
    let (profile_id, difference) = profile_for(tx, current.map(|row| row.profile_id), after).await?;
    let row = IntervalRow {
        carrier_id: filing.carrier_id,
        source_id: filing.source_id,
        from_at,
        to_at: OPEN,
        snapshot_id,
        profile_id,
        difference: difference.encode(),
        components: after.len() as i64,
        sequence: *sequences.end(),
    };
    intervals::insert(tx, vec![row]).await?;
    Ok(())
}

/// The profile that makes the least difference, or a new one when none is near.
pub(super) async fn profile_for(
    tx: &mut Tx,
    current: Option<i64>,
    after: &[u32],
) -> Result<(i64, Difference), InventoryError> {
    let identity = content_hash(after);
    if let Some(id) = intervals::profile_by_identity(tx, &identity).await? {
        return Ok((id, Difference::default()));
    }
    let near_enough = after.len() / 4;
    if let Some(id) = current
        && let Some(data) = intervals::profile_data(tx, id).await?
    {
        let difference = Difference::between(&decode(0, &data)?, after);
        if difference.len() <= near_enough {
            return Ok((id, difference));
        }
    }
    let signatures: Vec<i64> = (0..BANDS).map(|band| set::signature(after, band)).collect();
    let mut best: Option<(i64, Difference)> = None;
    for (id, data) in intervals::profiles_near(tx, &signatures).await? {
        let difference = Difference::between(&decode(0, &data)?, after);
        if best.as_ref().is_none_or(|(_, known)| difference.len() < known.len()) {
            best = Some((id, difference));
        }
    }
    if let Some(found) = best.filter(|(_, difference)| difference.len() <= near_enough) {
        return Ok(found);
    }
    let id =
        intervals::profile_insert(tx, &identity, &signatures, after.len() as i64, set::encode(after)).await?;
    Ok((id, Difference::default()))
}

async fn put_observation(
    tx: &mut Tx,
    filing: &Filing,
    complete_at: i64,
    content: String,
) -> Result<(), InventoryError> {
    let complete_at = if filing.complete { complete_at.max(filing.observed_at) } else { complete_at };
    let row = snapshots::NewObservation {
        carrier_id: filing.carrier_id,
        source_id: filing.source_id,
        observed_at: filing.observed_at,
        received_at: filing.received_at,
        complete: filing.complete,
        complete_at,
        content,
    };
    snapshots::observations_put(tx, vec![row]).await?;
    Ok(())
}
