// SPDX-License-Identifier: Apache-2.0
//! From files and archives to batches of documents, on a thread of its own.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use hinomi_archive::Limits;

use super::import::Progress;
use super::prepare::{Document, take_apart};

pub(crate) const BATCH_DOCUMENTS: usize = 1_000;
/// Several batches are under way at once, and what is made of their text.
const BATCH_BYTES: usize = 12 << 20;

/// The batch that grows, and who takes it when it is large enough.
struct Outgoing<'a> {
    batch: Vec<Document>,
    bytes: usize,
    sender: &'a tokio::sync::mpsc::Sender<Vec<Document>>,
    is_heard: bool,
}

impl Outgoing<'_> {
    fn push(&mut self, document: Document) {
        if !self.is_heard {
            return;
        }
        self.bytes += document.bytes.as_ref().map_or(0, Vec::len);
        self.batch.push(document);
        // A year of records becomes thousands of documents: no batch, and no transaction, is larger for it.
        if self.batch.len() >= BATCH_DOCUMENTS || self.bytes >= BATCH_BYTES {
            self.send();
        }
    }

    fn send(&mut self) {
        self.bytes = 0;
        // A closed channel means that the reader has failed; it tells why.
        self.is_heard = self.sender.blocking_send(std::mem::take(&mut self.batch)).is_ok();
    }
}

/// Walks the input and sends its documents in batches; ends early when nobody listens any more. Documents are called
/// by `label` where one is given: what a download lies under is nobody's name for it.
pub(crate) fn walk_into(
    path: &Path,
    label: Option<&str>,
    progress: &Progress,
    sender: &tokio::sync::mpsc::Sender<Vec<Document>>,
) -> Result<(), hinomi_archive::ArchiveError> {
    let mut outgoing = Outgoing { batch: Vec::new(), bytes: 0, sender, is_heard: true };
    let shown = path.display().to_string();
    hinomi_archive::walk(path, &Limits::default(), &mut |entry| {
        let bytes = match entry.bytes {
            Ok(bytes) => Ok(bytes.into_owned()),
            Err(error) => Err(error.to_string()),
        };
        let named = match label {
            Some(label) => format!("{label}{}", entry.path.strip_prefix(&shown).unwrap_or_default()),
            None => entry.path,
        };
        take_apart(named, bytes, &mut |document| outgoing.push(document));
        if progress.stop.load(Ordering::Relaxed) || !outgoing.is_heard {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if !outgoing.batch.is_empty() {
        outgoing.send();
    }
    Ok(())
}
