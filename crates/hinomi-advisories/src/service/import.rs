// SPDX-License-Identifier: Apache-2.0
//! Taking records in.
//!
//! ```text
//! walk (its own thread) ─→ batches ─→ read on all cores ─→ compare with what is known ─→ short transactions
//!                                                                     └─ the same: nothing written
//! ```
//! Every batch leaves a consistent state; an import that is broken off goes on where it stopped when it is
//! started again, because what is already there is unchanged.

use super::changes::{Change, Facts};
use super::group;
use super::guard::Guard;
use super::originals::{Wanted, pack};
use super::parts;
use super::prepare::{Content, Document, Prepared, prepare};
use super::walk::walk_into;
use crate::model::{AdvisoryError, precedence};
use crate::store::feeds;
use crate::store::threats::{self, NewText};
use crate::store::{groups, originals, records};
use hinomi_core::Time;
use hinomi_db::{Db, ids};
use hinomi_platform::turn::{self, Turn, Work};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Between a document's path and an entry of it.
pub(super) const IN_DOCUMENT: &str = "#";

/// What an import did; `read` = `added` + `changed` + `unchanged`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    pub read: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    /// Kept from counting by the guard; not among those read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held: u64,
    #[serde(skip)]
    pub refusals: Vec<(String, String)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Watched and stopped from outside.
#[derive(Debug, Default)]
pub struct Progress {
    pub documents: AtomicU64,
    pub stop: AtomicBool,
}

/// One run of one feed, which holds the turn of feeds: no other run of any feed goes on beside it.
pub struct Importer {
    pub(super) db: Db,
    pub(super) now: Time,
    pub(super) feed_id: i64,
    pub(super) report: ImportReport,
    pub(super) notes: HashMap<i64, Vec<Change>>,
    /// Documents of the feed that were refused before, here or in an earlier run.
    refused: HashSet<String>,
    /// What comes is all that the feed has: what does not come is gone.
    pub(super) complete: bool,
    /// Ids that came, when that matters.
    pub(super) came: HashSet<String>,
    pub(super) guard: Option<Guard>,
    /// Last of the fields: given back when all else is done.
    _turn: Turn,
}

impl Importer {
    /// Waits for the turn.
    pub async fn open(db: &Db, now: Time, feed: &str, kind: &str) -> Result<Self, AdvisoryError> {
        let turn = turn::take(db, Work::Feed).await?;
        let mut tx = db.begin().await?;
        let feed_id = feeds::feed_open(&mut tx, feed, kind, now.as_micros()).await?;
        let refused = feeds::refused_paths(&mut tx, feed_id).await?.into_iter().collect();
        tx.commit().await?;
        Ok(Self {
            db: db.clone(),
            now,
            feed_id,
            report: ImportReport::default(),
            notes: HashMap::new(),
            refused,
            complete: false,
            came: HashSet::new(),
            guard: None,
            _turn: turn,
        })
    }

    /// What comes is all that the feed has; what it had before and does not come counts as withdrawn.
    #[must_use]
    pub fn complete(mut self, complete: bool) -> Self {
        self.complete = complete;
        self
    }

    /// Holds back what no honest source publishes, until somebody has looked.
    #[must_use]
    pub fn guarded(mut self, guard: Option<Guard>) -> Self {
        self.guard = guard;
        self
    }

    /// Everything of a file, folder or archive.
    pub async fn import_path(&mut self, path: &Path, progress: &Arc<Progress>) -> Result<(), AdvisoryError> {
        self.import_as(path, None, progress).await
    }

    /// As [`Self::import_path`]; in messages its documents are called by `label`.
    pub async fn import_as(
        &mut self,
        path: &Path,
        label: Option<&str>,
        progress: &Arc<Progress>,
    ) -> Result<(), AdvisoryError> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Document>>(2);
        let walker = {
            let (path, progress) = (path.to_path_buf(), Arc::clone(progress));
            let label = label.map(str::to_owned);
            tokio::task::spawn_blocking(move || walk_into(&path, label.as_deref(), &progress, &sender))
        };
        let mut outcome = Ok(());
        while let Some(batch) = receiver.recv().await {
            let count = batch.len() as u64;
            outcome = self.take(batch).await;
            if outcome.is_err() {
                break;
            }
            progress.documents.fetch_add(count, Ordering::Relaxed);
        }
        drop(receiver);
        let walked =
            walker.await.map_err(|_| AdvisoryError::Interrupted { path: path.display().to_string() })?;
        outcome.and(walked.map_err(AdvisoryError::from))?;
        if progress.stop.load(Ordering::Relaxed) {
            return Err(AdvisoryError::Interrupted { path: path.display().to_string() });
        }
        Ok(())
    }

    /// One batch of documents.
    pub async fn take(&mut self, batch: Vec<Document>) -> Result<(), AdvisoryError> {
        let batch = Arc::new(batch);
        let contents = {
            let batch = Arc::clone(&batch);
            tokio::task::spawn_blocking(move || prepare(&batch))
                .await
                .map_err(|_| AdvisoryError::Interrupted { path: "reading of a batch".into() })?
        };
        let mut prepared = Vec::new();
        let mut refusals = Vec::new();
        let mut told_new = Vec::new();
        for (index, (document, content)) in batch.iter().zip(contents).enumerate() {
            match content {
                Content::Records(records) => prepared.extend(records),
                Content::KnownExploited(catalogue) => {
                    refusals.extend(self.take_known_exploited(&document.path, &catalogue.entries).await?);
                }
                Content::Scores(scores) => {
                    refusals.extend(self.take_scores(&document.path, &scores).await?);
                }
                Content::Told(told) => {
                    let before = self.report.added + self.report.changed;
                    refusals.extend(self.take_told(&document.path, *told).await?);
                    if self.report.added + self.report.changed > before {
                        let bytes = document.bytes.as_deref().unwrap_or_default();
                        told_new.push((hash_of(bytes), document.path.clone(), index));
                    }
                }
                Content::Refused(reason) => refusals.push((document.path.clone(), reason)),
            }
        }
        self.report.read += prepared.len() as u64;
        self.note_refusals(&batch, refusals).await?;
        self.write_originals(&batch, &HashMap::new(), told_new).await?;
        self.store(&batch, prepared).await
    }

    /// Documents that were refused before they could be read: where, and why.
    pub async fn refuse(&mut self, refusals: Vec<(String, String)>) -> Result<(), AdvisoryError> {
        self.note_refusals(&[], refusals).await
    }

    /// Lists what this batch could not give, and strikes what it gave after all.
    async fn note_refusals(
        &mut self,
        batch: &[Document],
        refusals: Vec<(String, String)>,
    ) -> Result<(), AdvisoryError> {
        let still: HashSet<&str> = refusals.iter().map(|(path, _)| path.as_str()).collect();
        let read: HashSet<&str> = batch.iter().map(|document| document.path.as_str()).collect();
        // What was refused as a whole may come in parts now.
        let parts = read.iter().filter(|path| document_of(path) != **path);
        let in_parts: HashSet<&str> = parts.map(|path| document_of(path)).collect();
        let well: Vec<String> = self
            .refused
            .iter()
            .filter(|place| !still.contains(place.as_str()))
            .filter(|place| {
                let place = place.as_str();
                read.contains(place) || read.contains(document_of(place)) || in_parts.contains(place)
            })
            .cloned()
            .collect();
        if refusals.is_empty() && well.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        feeds::refusals_clear(&mut tx, self.feed_id, &well).await?;
        feeds::refusals_put(&mut tx, self.feed_id, &refusals, self.now.as_micros()).await?;
        tx.commit().await?;
        for place in &well {
            self.refused.remove(place);
        }
        self.refused.extend(refusals.iter().map(|(place, _)| place.clone()));
        self.report.refused += refusals.len() as u64;
        self.report.refusals.extend(refusals);
        Ok(())
    }

    async fn store(
        &mut self,
        batch: &Arc<Vec<Document>>,
        prepared: Vec<Prepared>,
    ) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = prepared.iter().map(|record| record.id.clone()).collect();
        let known: HashMap<String, records::KnownRecord> =
            records::known(&self.db, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let total = prepared.len() as u64;
        if self.complete {
            self.came.extend(ids);
        }
        let mut losers: Vec<(String, String, usize)> = Vec::new();
        let mut winners: HashMap<String, Prepared> = HashMap::new();
        for record in prepared {
            if let Some(row) = known.get(&record.id) {
                if row.hash == record.hash {
                    if row.absent_since.is_some() {
                        winners.insert(record.id.clone(), record);
                    }
                    continue;
                }
                if precedence((record.modified, &record.hash), (row.modified, &row.hash)).is_lt() {
                    losers.push((record.hash, record.id, record.document));
                    continue;
                }
            }
            match winners.get(&record.id) {
                Some(other)
                    if precedence((record.modified, &record.hash), (other.modified, &other.hash)).is_le() =>
                {
                    losers.push((record.hash, record.id, record.document));
                }
                _ => {
                    if let Some(beaten) = winners.insert(record.id.clone(), record) {
                        losers.push((beaten.hash, beaten.id, beaten.document));
                    }
                }
            }
        }
        let held = self.hold_back(batch, &mut winners, &known).await?;
        self.report.read -= held;
        let total = total - held;
        self.write_originals(batch, &winners, losers).await?;
        let before = self.facts_before(&winners, &known).await?;
        let (added, changed) = self.write_records(winners, &before).await?;
        self.report.added += added;
        self.report.changed += changed;
        self.report.unchanged += total - added - changed;
        Ok(())
    }

    async fn write_originals(
        &self,
        batch: &Arc<Vec<Document>>,
        winners: &HashMap<String, Prepared>,
        losers: Vec<(String, String, usize)>,
    ) -> Result<(), AdvisoryError> {
        let mut wanted: HashMap<String, (String, usize)> = HashMap::new();
        for record in winners.values() {
            wanted.insert(record.hash.clone(), (record.id.clone(), record.document));
        }
        for (hash, id, document) in losers {
            wanted.entry(hash).or_insert((id, document));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let hashes: Vec<String> = wanted.keys().cloned().collect();
        for kept in originals::kept(&self.db, &hashes).await? {
            wanted.remove(&kept);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted =
            wanted.into_iter().map(|(hash, (advisory_id, document))| Wanted { hash, advisory_id, document });
        let wanted: Vec<Wanted> = wanted.collect();
        let packing = {
            let batch = Arc::clone(batch);
            tokio::task::spawn_blocking(move || pack(&batch, wanted))
        };
        let (blocks, rows) = packing
            .await
            .map_err(|_| AdvisoryError::Interrupted { path: "packing of originals".into() })??;
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        originals::put(&mut tx, self.feed_id, self.now.as_micros(), blocks, rows).await?;
        Ok(tx.commit().await?)
    }

    /// What the records that are about to be replaced say of packages, by their numbers.
    async fn facts_before(
        &self,
        winners: &HashMap<String, Prepared>,
        known: &HashMap<String, records::KnownRecord>,
    ) -> Result<HashMap<i64, Facts>, AdvisoryError> {
        let numbers: Vec<i64> = winners.keys().filter_map(|id| known.get(id)).map(|row| row.no).collect();
        let mut facts = HashMap::with_capacity(numbers.len());
        for chunk in numbers.chunks(500) {
            let before = super::read::records_of_numbers(&self.db, chunk).await?;
            facts.extend(before.into_iter().map(|record| (record.no, Facts::of(&record.advisory))));
        }
        Ok(facts)
    }

    /// Writes what counts, and that it waits to be grouped. Says how many were new and how many changed.
    async fn write_records(
        &mut self,
        winners: HashMap<String, Prepared>,
        before: &HashMap<i64, Facts>,
    ) -> Result<(u64, u64), AdvisoryError> {
        if winners.is_empty() {
            return Ok((0, 0));
        }
        let mut tx = self.db.begin().await?;
        // Taking from the sequence first keeps others from writing records until this is committed: what is known
        // now stays so, and the order of numbers is the order of commits.
        let sequences = ids::next_ids(&mut tx, "advisory_sequence", winners.len() as i64).await?;
        let names: Vec<String> = winners.keys().cloned().collect();
        let known: HashMap<String, records::KnownRecord> =
            records::known_in(&mut tx, &names).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut winners: Vec<Prepared> = winners
            .into_values()
            .filter(|record| {
                known.get(&record.id).is_none_or(|row| {
                    let order = precedence((record.modified, &record.hash), (row.modified, &row.hash));
                    order.is_gt() || (order.is_eq() && row.absent_since.is_some())
                })
            })
            .collect();
        let gone = parts::settle(&mut tx, &mut winners).await?;
        winners.sort_by(|left, right| left.id.cmp(&right.id));
        let changed = winners.iter().filter(|record| known.contains_key(&record.id)).count() as u64;
        let added = winners.len() as u64 - changed;
        let mut numbers = match added {
            0 => None,
            _ => Some(ids::next_ids(&mut tx, "advisory", added as i64).await?),
        };
        let last = *sequences.end();
        let (mut rows, mut mentions, mut replaced) = (Vec::new(), records::Mentions::default(), Vec::new());
        let mut texts = Vec::new();
        for (record, sequence) in winners.into_iter().zip(sequences) {
            let old = known.get(&record.id);
            let Some(no) = old.map(|row| row.no).or_else(|| numbers.as_mut()?.next()) else { break };
            if old.is_some() {
                replaced.push(no);
                let changes = before.get(&no).map(|before| before.changes(&record.id, &record.facts));
                self.notes.entry(no).or_default().extend(changes.into_iter().flatten());
            }
            mentions.names.extend(record.names.into_iter().map(|(name, relation)| (name, no, relation)));
            mentions.keys.extend(record.keys.into_iter().map(|key| (key, no)));
            mentions.coverage.extend(record.coverage.into_iter().map(|(base, release)| (base, release, no)));
            texts.extend(record.texts.into_iter().map(|(language, title, folded)| NewText {
                advisory_no: no,
                language,
                title,
                folded,
            }));
            rows.push(records::NewRecord {
                no,
                id: record.id,
                feed_id: self.feed_id,
                hash: record.hash,
                place: record.place,
                modified: record.modified,
                published: record.published,
                withdrawn: record.withdrawn,
                severity: record.severity.severity.as_str().to_owned(),
                severity_basis: record.severity.basis.as_str().to_owned(),
                score: record.severity.score,
                ssvc: record.ssvc,
                title: record.title,
                first_seen: old.map_or(self.now.as_micros(), |row| row.first_seen),
                sequence,
            });
        }
        let written: Vec<i64> = rows.iter().map(|row| row.no).chain(gone.iter().copied()).collect();
        if !gone.is_empty() {
            records::absent_put(&mut tx, &gone, self.now.as_micros(), last).await?;
        }
        records::records_put(&mut tx, rows).await?;
        records::mentions_put(&mut tx, &replaced, mentions).await?;
        threats::texts_put(&mut tx, &replaced, texts).await?;
        groups::pending_put(&mut tx, &written, last).await?;
        tx.commit().await?;
        Ok((added, changed))
    }

    /// What it did so far.
    pub fn report(&self) -> &ImportReport {
        &self.report
    }

    /// Groups what is new and closes the run.
    pub async fn finish(self) -> Result<ImportReport, AdvisoryError> {
        self.close(Ended::Well).await
    }

    /// As [`Self::finish`], for what was read from its source earlier and elsewhere.
    pub async fn finish_as_of(self, as_of: Option<Time>) -> Result<ImportReport, AdvisoryError> {
        self.close(as_of.map_or(Ended::Quietly, Ended::AsOf)).await
    }

    /// As [`Self::finish`], for a few records that say nothing of how fresh the feed is.
    pub async fn finish_quietly(self) -> Result<ImportReport, AdvisoryError> {
        self.close(Ended::Quietly).await
    }

    /// Leaves word of why the run ended early; what was stored by then stays and counts.
    pub async fn fail(self, error: &str) -> Result<ImportReport, AdvisoryError> {
        self.close(Ended::Badly(error.to_owned())).await
    }

    async fn close(mut self, ended: Ended) -> Result<ImportReport, AdvisoryError> {
        if matches!(ended, Ended::Well) {
            self.weigh_withdrawals().await?;
            self.withdraw_absent().await?;
        }
        group::regroup(&self.db, self.now, Some(self.feed_id), &self.notes).await?;
        let mut tx = self.db.begin().await?;
        match ended {
            Ended::Well => feeds::feed_done(&mut tx, self.feed_id, self.now.as_micros(), None).await?,
            Ended::Badly(error) => {
                feeds::feed_done(&mut tx, self.feed_id, self.now.as_micros(), Some(error)).await?;
            }
            Ended::AsOf(at) => {
                feeds::feed_counted(&mut tx, self.feed_id).await?;
                feeds::feed_as_of(&mut tx, self.feed_id, at.as_micros()).await?;
            }
            Ended::Quietly => feeds::feed_counted(&mut tx, self.feed_id).await?,
        }
        tx.commit().await?;
        Ok(self.report)
    }
}

enum Ended {
    Well,
    Badly(String),
    AsOf(Time),
    Quietly,
}

/// Under which a document is kept.
fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..40].to_owned()
}

/// The document that a refused entry is in.
fn document_of(place: &str) -> &str {
    place.rsplit_once(IN_DOCUMENT).map_or(place, |(document, _)| document)
}
