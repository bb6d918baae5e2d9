// SPDX-License-Identifier: Apache-2.0
//! Taking records in.
//!
//! ```text
//! walk (its own thread) ─→ batches ─→ staged: read, packed ─→ compare with what is known ─→ short transactions
//!                                         │ on all cores               └─ the same: nothing written
//!                                         └─ the very bytes are kept: not even read
//! ```
//! The next batch is staged while one is written.
//! Every batch leaves a consistent state; an import that is broken off goes on where it stopped when it is
//! started again, because what is already there is unchanged.

use super::changes::Change;
use super::compact::compact;
use super::group;
use super::guard::Guard;
use super::prepare::Document;
use super::stage::{Staged, stage};
use super::walk::walk_into;
use crate::model::AdvisoryError;
use crate::store::feeds;
use hinomi_core::Time;
use hinomi_db::Db;
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
    /// Places that could not be read in this run, when that matters.
    pub(super) unread: Vec<String>,
    /// What somebody refused for good, by record and hash; read once it is needed.
    pub(super) refused_states: Option<HashSet<(String, String)>>,
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
            unread: Vec::new(),
            refused_states: None,
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
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Document>>(1);
        let walker = {
            let (path, progress) = (path.to_path_buf(), Arc::clone(progress));
            let label = label.map(str::to_owned);
            tokio::task::spawn_blocking(move || walk_into(&path, label.as_deref(), &progress, &sender))
        };
        let mut outcome = Ok(());
        let mut staged: Option<Staged> = None;
        loop {
            let (db, reads_all) = (self.db.clone(), self.complete);
            let next = async {
                match receiver.recv().await {
                    Some(batch) => stage(&db, batch, reads_all).await.map(Some),
                    None => Ok(None),
                }
            };
            let (written, next) = match staged.take() {
                Some(staged) => {
                    let count = staged.batch.len() as u64;
                    let (written, next) = tokio::join!(self.write(staged), next);
                    progress.documents.fetch_add(count, Ordering::Relaxed);
                    (written, next)
                }
                None => (Ok(()), next.await),
            };
            match written.and(next) {
                Ok(Some(next)) => staged = Some(next),
                Ok(None) => break,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
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
        let staged = stage(&self.db, batch, self.complete).await?;
        self.write(staged).await
    }

    /// Documents that were refused before they could be read: where, and why.
    pub async fn refuse(&mut self, refusals: Vec<(String, String)>) -> Result<(), AdvisoryError> {
        self.note_refusals(&[], refusals).await
    }

    /// Lists what this batch could not give, and strikes what it gave after all.
    pub(super) async fn note_refusals(
        &mut self,
        batch: &[Document],
        refusals: Vec<(String, String)>,
    ) -> Result<(), AdvisoryError> {
        if self.complete {
            self.unread.extend(refusals.iter().map(|(path, _)| path.clone()));
        }
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
        self.index_threats().await?;
        if self.report.added + self.report.changed > 0 {
            compact(&self.db, self.feed_id).await?;
        }
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

/// The document that a refused entry is in.
fn document_of(place: &str) -> &str {
    place.rsplit_once(IN_DOCUMENT).map_or(place, |(document, _)| document)
}
