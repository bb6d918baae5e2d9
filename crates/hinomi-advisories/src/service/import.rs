// SPDX-License-Identifier: Apache-2.0
//! Taking records in.
//!
//! ```text
//! walk (its own thread) ─→ batches ─→ read on all cores ─→ compare with what is known ─→ short transactions
//!                                                                     └─ the same: nothing written
//! ```
//! Every batch leaves a consistent state; an import that is broken off goes on where it stopped when it is
//! started again, because what is already there is unchanged.

use super::group;
use super::prepare::{Content, Document, Prepared, prepare, take_apart};
use crate::model::{AdvisoryError, precedence};
use crate::store::feeds::{self, KnownExploitedRow};
use crate::store::{groups, records};
use hinomi_archive::Limits;
use hinomi_core::Time;
use hinomi_db::{Db, ids};
use hinomi_platform::turn::{self, Turn, Work};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const BATCH_DOCUMENTS: usize = 1_000;
const BATCH_BYTES: usize = 24 << 20;

/// Between a document's path and an entry of it.
const IN_DOCUMENT: &str = "#";

/// What an import did; `read` = `added` + `changed` + `unchanged`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    pub read: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    #[serde(skip)]
    pub refusals: Vec<(String, String)>,
}

/// Watched and stopped from outside.
#[derive(Debug, Default)]
pub struct Progress {
    pub documents: AtomicU64,
    pub stop: AtomicBool,
}

/// One run of one feed, which holds the turn of feeds: no other run of any feed goes on beside it.
pub struct Importer {
    db: Db,
    now: Time,
    feed_id: i64,
    report: ImportReport,
    notes: HashMap<i64, String>,
    /// Documents of the feed that were refused before, here or in an earlier run.
    refused: HashSet<String>,
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
        let (report, notes) = (ImportReport::default(), HashMap::new());
        Ok(Self { db: db.clone(), now, feed_id, report, notes, refused, _turn: turn })
    }

    /// Everything of a file, folder or archive.
    pub async fn import_path(&mut self, path: &Path, progress: &Arc<Progress>) -> Result<(), AdvisoryError> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Document>>(2);
        let walker = {
            let (path, progress) = (path.to_path_buf(), Arc::clone(progress));
            tokio::task::spawn_blocking(move || walk_into(&path, &progress, &sender))
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
        for (document, content) in batch.iter().zip(contents) {
            match content {
                Content::Records(records) => prepared.extend(records),
                Content::KnownExploited(catalogue) => {
                    refusals.extend(self.take_known_exploited(&document.path, &catalogue.entries).await?);
                }
                Content::Refused(reason) => refusals.push((document.path.clone(), reason)),
            }
        }
        self.report.read += prepared.len() as u64;
        self.note_refusals(&batch, refusals).await?;
        self.store(&batch, prepared).await
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

    async fn store(&mut self, batch: &[Document], prepared: Vec<Prepared>) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = prepared.iter().map(|record| record.id.clone()).collect();
        let known: HashMap<String, records::KnownRecord> =
            records::known(&self.db, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let total = prepared.len() as u64;
        let mut losers: Vec<(String, String, usize)> = Vec::new();
        let mut winners: HashMap<String, Prepared> = HashMap::new();
        for record in prepared {
            if let Some(row) = known.get(&record.id) {
                if row.hash == record.hash {
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
        self.write_originals(batch, &winners, losers).await?;
        let (added, changed) = self.write_records(winners).await?;
        self.report.added += added;
        self.report.changed += changed;
        self.report.unchanged += total - added - changed;
        Ok(())
    }

    async fn write_originals(
        &self,
        batch: &[Document],
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
        for kept in records::originals_kept(&self.db, &hashes).await? {
            wanted.remove(&kept);
        }
        let mut rows = Vec::with_capacity(wanted.len());
        for (hash, (advisory_id, document)) in wanted {
            let Some(Ok(bytes)) = batch.get(document).map(|document| &document.bytes) else { continue };
            let data = zstd::bulk::compress(bytes, 3).map_err(|cause| AdvisoryError::Damaged {
                id: advisory_id.clone(),
                hash: hash.clone(),
                cause: cause.to_string(),
            })?;
            rows.push(records::NewOriginal { hash, advisory_id, size_bytes: bytes.len() as i64, data });
        }
        if rows.is_empty() {
            return Ok(());
        }
        // In one order everywhere: two imports of the same files wait for each other instead of locking up.
        rows.sort_by(|left, right| left.hash.cmp(&right.hash));
        let mut tx = self.db.begin().await?;
        records::originals_put(&mut tx, self.feed_id, self.now.as_micros(), rows).await?;
        Ok(tx.commit().await?)
    }

    /// Writes what counts, and that it waits to be grouped. Says how many were new and how many changed.
    async fn write_records(
        &mut self,
        winners: HashMap<String, Prepared>,
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
                    precedence((record.modified, &record.hash), (row.modified, &row.hash)).is_gt()
                })
            })
            .collect();
        winners.sort_by(|left, right| left.id.cmp(&right.id));
        let changed = winners.iter().filter(|record| known.contains_key(&record.id)).count() as u64;
        let added = winners.len() as u64 - changed;
        let mut numbers = match added {
            0 => None,
            _ => Some(ids::next_ids(&mut tx, "advisory", added as i64).await?),
        };
        let last = *sequences.end();
        let (mut rows, mut mentions, mut replaced) = (Vec::new(), records::Mentions::default(), Vec::new());
        for (record, sequence) in winners.into_iter().zip(sequences) {
            let old = known.get(&record.id);
            let Some(no) = old.map(|row| row.no).or_else(|| numbers.as_mut()?.next()) else { break };
            if old.is_some() {
                replaced.push(no);
                self.notes.insert(no, format!("{} was published anew", record.id));
            }
            mentions.names.extend(record.names.into_iter().map(|(name, relation)| (name, no, relation)));
            mentions.keys.extend(record.keys.into_iter().map(|key| (key, no)));
            mentions.coverage.extend(record.coverage.into_iter().map(|(base, release)| (base, release, no)));
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
                title: record.title,
                first_seen: old.map_or(self.now.as_micros(), |row| row.first_seen),
                sequence,
            });
        }
        let written: Vec<i64> = rows.iter().map(|row| row.no).collect();
        records::records_put(&mut tx, rows).await?;
        records::mentions_put(&mut tx, &replaced, mentions).await?;
        groups::pending_put(&mut tx, &written, last).await?;
        tx.commit().await?;
        Ok((added, changed))
    }

    /// Says what of the catalogue could not be read, and where it stands.
    async fn take_known_exploited(
        &mut self,
        path: &str,
        entries: &[hinomi_advisory_formats::kev::KevEntry],
    ) -> Result<Vec<(String, String)>, AdvisoryError> {
        let mut tx = self.db.begin().await?;
        // As for records: no record can appear meanwhile that would miss this list.
        let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
        let known: HashMap<String, KnownExploitedRow> = feeds::known_exploited_all(&mut tx)
            .await?
            .into_iter()
            .map(|row| (row.cve.clone(), row))
            .collect();
        feeds::known_exploited_adopt(&mut tx, self.feed_id).await?;
        let mut refusals = Vec::new();
        let mut changed = Vec::new();
        for entry in entries {
            let Some(added_at) = entry.added_micros() else {
                let place = format!("{path}{IN_DOCUMENT}{}", entry.cve);
                refusals.push((place, format!("dateAdded {:?} is no date", entry.date_added)));
                continue;
            };
            let row = KnownExploitedRow {
                cve: entry.cve.clone(),
                added_at,
                due_at: entry.due_micros(),
                ransomware: entry.in_ransomware(),
                name: entry.vulnerability_name.clone(),
                action: entry.required_action.clone(),
            };
            self.report.read += 1;
            match known.get(&row.cve) {
                Some(old) if *old == row => self.report.unchanged += 1,
                old => {
                    *(if old.is_some() { &mut self.report.changed } else { &mut self.report.added }) += 1;
                    feeds::known_exploited_put(&mut tx, self.feed_id, &row).await?;
                    changed.push(row.cve);
                }
            }
        }
        for chunk in changed.chunks(5_000) {
            let touching = groups::numbers_touching_in(&mut tx, chunk).await?;
            groups::pending_put(&mut tx, &touching, sequence).await?;
            for no in touching {
                self.notes.entry(no).or_insert_with(|| "listed as known exploited".to_owned());
            }
        }
        tx.commit().await?;
        Ok(refusals)
    }

    /// Groups what is new and closes the run.
    pub async fn finish(self) -> Result<ImportReport, AdvisoryError> {
        self.close(None).await
    }

    /// Leaves word of why the run ended early; what was stored by then stays and counts.
    pub async fn fail(self, error: &str) -> Result<ImportReport, AdvisoryError> {
        self.close(Some(error.to_owned())).await
    }

    async fn close(self, error: Option<String>) -> Result<ImportReport, AdvisoryError> {
        group::regroup(&self.db, self.now, Some(self.feed_id), &self.notes).await?;
        let mut tx = self.db.begin().await?;
        feeds::feed_done(&mut tx, self.feed_id, self.now.as_micros(), error).await?;
        tx.commit().await?;
        Ok(self.report)
    }
}

/// The document that a refused entry is in.
fn document_of(place: &str) -> &str {
    place.rsplit_once(IN_DOCUMENT).map_or(place, |(document, _)| document)
}

/// Walks the input and sends its documents in batches; ends early when nobody listens any more.
fn walk_into(
    path: &Path,
    progress: &Progress,
    sender: &tokio::sync::mpsc::Sender<Vec<Document>>,
) -> Result<(), hinomi_archive::ArchiveError> {
    let mut batch = Vec::new();
    let mut batch_bytes = 0;
    hinomi_archive::walk(path, &Limits::default(), &mut |entry| {
        let bytes = match entry.bytes {
            Ok(bytes) => Ok(bytes.into_owned()),
            Err(error) => Err(error.to_string()),
        };
        batch_bytes += bytes.as_ref().map_or(0, Vec::len);
        take_apart(entry.path, bytes, &mut batch);
        if progress.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if batch.len() >= BATCH_DOCUMENTS || batch_bytes >= BATCH_BYTES {
            batch_bytes = 0;
            // A year of records became thousands of documents: no batch, and no transaction, is larger for it.
            while !batch.is_empty() {
                let rest = batch.split_off(batch.len().min(BATCH_DOCUMENTS));
                if sender.blocking_send(std::mem::replace(&mut batch, rest)).is_err() {
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    if !batch.is_empty() {
        // A closed channel means that the reader has failed; it tells why.
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}
