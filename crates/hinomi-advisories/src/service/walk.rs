// SPDX-License-Identifier: Apache-2.0
//! From files and archives to batches of documents, on a thread of its own.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use hinomi_archive::Limits;

use super::import::Progress;
use super::prepare::{Document, take_apart};

pub(crate) const BATCH_DOCUMENTS: usize = 1_000;
const BATCH_BYTES: usize = 24 << 20;

/// Walks the input and sends its documents in batches; ends early when nobody listens any more. Documents are called
/// by `label` where one is given: what a download lies under is nobody's name for it.
pub(crate) fn walk_into(
    path: &Path,
    label: Option<&str>,
    progress: &Progress,
    sender: &tokio::sync::mpsc::Sender<Vec<Document>>,
) -> Result<(), hinomi_archive::ArchiveError> {
    let mut batch = Vec::new();
    let mut batch_bytes = 0;
    let shown = path.display().to_string();
    hinomi_archive::walk(path, &Limits::default(), &mut |entry| {
        let bytes = match entry.bytes {
            Ok(bytes) => Ok(bytes.into_owned()),
            Err(error) => Err(error.to_string()),
        };
        batch_bytes += bytes.as_ref().map_or(0, Vec::len);
        let named = match label {
            Some(label) => format!("{label}{}", entry.path.strip_prefix(&shown).unwrap_or_default()),
            None => entry.path,
        };
        take_apart(named, bytes, &mut batch);
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
