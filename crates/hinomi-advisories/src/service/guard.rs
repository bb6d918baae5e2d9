// SPDX-License-Identifier: Apache-2.0
//! What no honest source publishes is held back until somebody has looked.
//!
//! ```text
//! changed records ─┬─ dated in the future ─────────┐
//!                  ├─ about (nearly) everything ───┼─→ held: kept with its document, counts for nothing
//!                  ├─ withdrawn now ─→ weighed at the end: few count, many are held
//!                  └─ anything else ─→ counts
//! missing from a complete list ─→ weighed in the same way
//! ```
//! A poisoned source could else open a ticket on every system, close all of them, or keep later corrections out by a
//! date that nothing true will ever be newer than.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use hinomi_core::Time;
use hinomi_db::{Db, DbError, ids};
use hinomi_platform::settings::{Unit, Whole};

use super::changes::Change;
use super::import::Importer;
use super::prepare::{Document, Prepared};
use crate::model::AdvisoryError;
use crate::store::held::{self, NewHeld};
use crate::store::records::KnownRecord;
use crate::store::{groups, records};

/// Sources' clocks may be so far ahead.
const FUTURE_SLACK: Duration = Duration::from_secs(86_400);

/// The last moment that a source can speak of as passed; whatever is dated later would keep all that is true out.
pub(super) fn latest_believed(now: Time) -> i64 {
    now.plus(FUTURE_SLACK).as_micros()
}
/// More packages than any real record speaks of: Ubuntu's notices on all its kernels name a few hundred.
const WIDEST_KEYS: usize = 3_000;
/// So many at once are no mass, however small the feed is.
const FEW: i64 = 25;

/// What share of a feed's records may be withdrawn in one run before somebody must look.
pub const MASS_WITHDRAWAL_PERCENT: Whole =
    Whole { name: "feed-mass-withdrawal-percent", unit: Unit::Percent, default: 5, least: 1, most: 100 };

/// Why something is held; also the end of its text's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    FutureDate,
    Everything,
    MassWithdrawal,
    MassAbsence,
    UnreadAbsence,
}

impl HoldReason {
    pub const ALL: [Self; 5] =
        [Self::FutureDate, Self::Everything, Self::MassWithdrawal, Self::MassAbsence, Self::UnreadAbsence];

    pub fn name(self) -> &'static str {
        match self {
            Self::FutureDate => "future-date",
            Self::Everything => "everything",
            Self::MassWithdrawal => "mass-withdrawal",
            Self::MassAbsence => "mass-absence",
            Self::UnreadAbsence => "unread-absence",
        }
    }
}

/// The guard of one run.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    now: Time,
    percent: i64,
}

impl Guard {
    /// As the company set it.
    pub async fn read(db: &Db, now: Time) -> Result<Self, DbError> {
        Ok(Self { now, percent: MASS_WITHDRAWAL_PERCENT.read(db).await? })
    }

    /// Whether so many of a list may vanish from one state of it to the next.
    pub(super) fn believes(&self, gone: usize, of: usize) -> bool {
        gone as i64 <= self.allowed(of as i64)
    }

    fn allowed(&self, standing: i64) -> i64 {
        (standing.saturating_mul(self.percent) / 100).max(FEW)
    }

    /// Why this record must wait, in a word and in words.
    fn objection(&self, record: &Prepared) -> Option<(HoldReason, String)> {
        let latest = latest_believed(self.now);
        let future =
            [("modified", record.modified), ("published", record.published), ("withdrawn", record.withdrawn)]
                .into_iter()
                .find_map(|(field, at)| Some((field, at.filter(|at| *at > latest)?)));
        if let Some((field, at)) = future {
            return Some((HoldReason::FutureDate, format!("{field} {}", Time::from_micros(at))));
        }
        if record.keys.len() > WIDEST_KEYS {
            return Some((HoldReason::Everything, format!("{} packages", record.keys.len())));
        }
        let any =
            |name: &str| name.is_empty() || name.chars().all(|letter| matches!(letter, '*' | ':' | '?'));
        let wild = record.keys.iter().find(|key| any(&key.name) || any(&key.ecosystem))?;
        Some((HoldReason::Everything, format!("{} {}", wild.ecosystem, wild.name)))
    }
}

impl Importer {
    /// Takes out of `winners` what must wait; how many that were, and the documents that they were in.
    pub(super) async fn hold_back(
        &mut self,
        batch: &[Document],
        winners: &mut HashMap<String, Prepared>,
        known: &HashMap<String, KnownRecord>,
    ) -> Result<(u64, HashSet<usize>), AdvisoryError> {
        let Some(guard) = self.guard else { return Ok((0, HashSet::new())) };
        if self.refused_states.is_none() {
            self.refused_states = Some(held::refused_states(&self.db, self.feed_id).await?);
        }
        let refused = self.refused_states.as_ref();
        let mut rows = Vec::new();
        let mut held = 0;
        let mut waiting = HashSet::new();
        winners.retain(|id, record| {
            // Somebody has said that this very state never counts, whatever the guard would think of it by now.
            if refused.is_some_and(|states| states.contains(&(id.clone(), record.hash.clone()))) {
                waiting.insert(record.document);
                return false;
            }
            let is_withdrawn_now =
                record.withdrawn.is_some() && known.get(id).is_some_and(|row| row.withdrawn.is_none());
            let (state, reason, detail) = match guard.objection(record) {
                Some((reason, detail)) => (held::HELD, reason, detail),
                None if is_withdrawn_now => (held::WEIGHING, HoldReason::MassWithdrawal, String::new()),
                None => return true,
            };
            held += u64::from(state == held::HELD);
            waiting.insert(record.document);
            let document = batch.get(record.document);
            let bytes = document.and_then(|document| document.bytes.as_deref().ok()).unwrap_or_default();
            rows.push(NewHeld {
                advisory_id: id.clone(),
                hash: record.hash.clone(),
                reason: reason.name(),
                detail,
                path: document.map(|document| document.path.clone()).unwrap_or_default(),
                data: zstd::bulk::compress(bytes, 3).ok(),
                state,
            });
            false
        });
        if rows.is_empty() {
            return Ok((0, waiting));
        }
        rows.sort_by(|left, right| left.advisory_id.cmp(&right.advisory_id));
        let weighed = rows.len() as u64 - held;
        let mut tx = self.db.begin().await?;
        held::put(&mut tx, self.feed_id, self.now.as_micros(), rows).await?;
        tx.commit().await?;
        self.report.held += held;
        // Those weighed are counted when it is known what becomes of them.
        Ok((held + weighed, waiting))
    }

    /// Few withdrawals count, many wait. What a run that broke off has left is weighed with them.
    pub(super) async fn weigh_withdrawals(&mut self) -> Result<(), AdvisoryError> {
        let Some(guard) = self.guard else { return Ok(()) };
        let count = held::weighing_count(&self.db, self.feed_id).await?;
        if count == 0 {
            return Ok(());
        }
        let standing = records::standing_count(&self.db, self.feed_id).await?;
        if count > guard.allowed(standing) {
            let mut tx = self.db.begin().await?;
            let detail = format!("{count} of {standing}");
            let rows = held::hold_weighed(&mut tx, self.feed_id, &detail).await?;
            tx.commit().await?;
            self.report.held += rows;
            return Ok(());
        }
        self.guard = None;
        loop {
            let rows = held::weighing_page(&self.db, self.feed_id).await?;
            if rows.is_empty() {
                break;
            }
            let documents = rows.iter().map(|row| row.document()).collect();
            // One future type within itself needs a box.
            Box::pin(self.take(documents)).await?;
            let mut tx = self.db.begin().await?;
            held::drop_rows(&mut tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
            tx.commit().await?;
        }
        self.guard = Some(guard);
        Ok(())
    }

    /// Withdraws what a complete list no longer has, unless that is too much to believe.
    pub(super) async fn withdraw_absent(&mut self) -> Result<(), AdvisoryError> {
        // A list of scores or exploited vulnerabilities has looked after itself; an empty one withdraws nothing.
        if !self.complete || self.came.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
        let refused = held::absences_decided(&mut tx, self.feed_id, &self.came).await?;
        let standing = records::standing_of_feed(&mut tx, self.feed_id).await?;
        let all = standing.len() as i64;
        let gone: Vec<(i64, String)> =
            standing.into_iter().filter(|(_, id)| !self.came.contains(id) && !refused.contains(id)).collect();
        if gone.is_empty() {
            return Ok(tx.commit().await?);
        }
        let doubt = match self.guard {
            // Silence is no evidence: what could not be read may be what is missing.
            _ if !self.unread.is_empty() => {
                Some((HoldReason::UnreadAbsence, format!("{} of {all}; {}", gone.len(), self.unread_told())))
            }
            Some(guard) if gone.len() as i64 > guard.allowed(all) => {
                Some((HoldReason::MassAbsence, format!("{} of {all}", gone.len())))
            }
            _ => None,
        };
        if let Some((reason, detail)) = doubt {
            let rows: Vec<NewHeld> = gone
                .into_iter()
                .map(|(_, advisory_id)| NewHeld {
                    advisory_id,
                    hash: String::new(),
                    reason: reason.name(),
                    detail: detail.clone(),
                    path: String::new(),
                    data: None,
                    state: held::HELD,
                })
                .collect();
            self.report.held += rows.len() as u64;
            held::put(&mut tx, self.feed_id, self.now.as_micros(), rows).await?;
            return Ok(tx.commit().await?);
        }
        let numbers: Vec<i64> = gone.iter().map(|(no, _)| *no).collect();
        records::absent_put(&mut tx, &numbers, self.now.as_micros(), sequence).await?;
        groups::pending_put(&mut tx, &numbers, sequence).await?;
        tx.commit().await?;
        self.notes.extend(gone.into_iter().map(|(no, id)| (no, vec![Change::new("absent", "", "").of(&id)])));
        Ok(())
    }

    /// How many places could not be read, and the first of them.
    fn unread_told(&self) -> String {
        let first = self.unread.first().map_or("", String::as_str);
        format!("{} could not be read, {first} first", self.unread.len())
    }
}
