// SPDX-License-Identifier: Apache-2.0
//! What can be done with a batch before it is its turn to be written, on all cores, while the batch before it is written.
//!
//! ```text
//! batch ─→ hashes ─┬─ kept whole: counted, not read again
//!                  └─ else read ─→ records, and their documents packed
//! ```
//! Nothing here depends on what the batch before leaves behind: a document that came in both is read twice and written once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hinomi_db::Db;
use rayon::prelude::*;

use super::originals::{Packed, Wanted, pack};
use super::prepare::{Content, Document, hash_of, prepare};
use crate::model::AdvisoryError;
use crate::store::originals;

/// A batch that is ready to be written.
pub(super) struct Staged {
    pub batch: Arc<Vec<Document>>,
    pub hashes: Vec<String>,
    pub contents: Vec<Content>,
    /// Documents that were not kept before.
    pub packed: Packed,
    /// Documents that were kept before, with the records that each is known to hold.
    pub kept: HashMap<String, i64>,
}

/// Reads what must be read; everything, with `reads_all`.
pub(super) async fn stage(db: &Db, batch: Vec<Document>, reads_all: bool) -> Result<Staged, AdvisoryError> {
    let batch = Arc::new(batch);
    let hashing = {
        let batch = Arc::clone(&batch);
        move || batch.par_iter().map(hash_of).collect::<Vec<String>>()
    };
    let hashes = on_cores(hashing).await?;
    let wanted: Vec<&str> = hashes.iter().map(String::as_str).filter(|hash| !hash.is_empty()).collect();
    let kept: HashMap<String, i64> = originals::kept(db, &wanted).await?.into_iter().collect();
    let reading = move || {
        let documents = batch.par_iter().zip(&hashes).enumerate();
        let contents = documents.map(|(index, (document, hash))| match kept.get(hash) {
            Some(records) if *records > 0 && !reads_all => Content::Kept(records.unsigned_abs()),
            _ => prepare(index, document, hash),
        });
        let contents: Vec<Content> = contents.collect();
        let packed = pack(to_pack(&batch, &hashes, &contents, &kept))?;
        Ok(Staged { batch, hashes, contents, packed, kept })
    };
    on_cores(reading).await?
}

/// Work that takes long, away from what waits for input.
pub(super) async fn on_cores<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AdvisoryError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| AdvisoryError::Interrupted { path: "reading of a batch".into() })
}

/// Each document once that was read and is not kept yet.
fn to_pack<'a>(
    batch: &'a [Document],
    hashes: &'a [String],
    contents: &'a [Content],
    kept: &HashMap<String, i64>,
) -> Vec<Wanted<'a>> {
    let mut seen = HashSet::new();
    let documents = batch.iter().zip(hashes).zip(contents);
    let documents = documents.filter_map(|((document, hash), content)| {
        let bytes = document.bytes.as_deref().ok()?;
        let (advisory_id, records) = match content {
            Content::Records(records) => (records.first()?.id.as_str(), records.len() as i64),
            Content::Told(_) => (document.path.as_str(), 0),
            _ => return None,
        };
        let is_new = !kept.contains_key(hash) && seen.insert(hash.as_str());
        is_new.then_some(Wanted { hash, advisory_id, bytes, records })
    });
    documents.collect()
}
