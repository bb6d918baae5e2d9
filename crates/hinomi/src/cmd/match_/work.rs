// SPDX-License-Identifier: Apache-2.0
//! Documents under some paths, read on every core, handed on in the order in which they lie there.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use hinomi_archive::{Entry, Limits};

/// A leaf document, or why there is none.
pub(super) struct Document {
    pub(super) path: String,
    pub(super) bytes: Result<Vec<u8>, String>,
}

/// Walks `paths`, reads each document with `read` on one of several threads, and gives the results to `take` in
/// order. Paths that cannot be opened are told to `take` as well, through `read`.
pub(super) fn each_document<T: Send>(
    paths: &[PathBuf],
    read: impl Fn(Document) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (document_sender, documents) = sync_channel::<(usize, Document)>(workers * 16);
    let (result_sender, results) = sync_channel::<(usize, T)>(workers * 16);
    let documents = Mutex::new(documents);
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop = &stopped;
        scope.spawn(move || {
            let mut number = 0;
            let mut send = |path: String, bytes: Result<Vec<u8>, String>| {
                let sent = document_sender.send((number, Document { path, bytes }));
                number += 1;
                let goes_on = sent.is_ok() && !stop.load(Ordering::Relaxed);
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            for path in paths {
                let walked = hinomi_archive::walk(path, &Limits::default(), &mut |entry: Entry<'_>| {
                    let bytes = entry.bytes.map(std::borrow::Cow::into_owned);
                    send(entry.path, bytes.map_err(|error| error.to_string()))
                });
                if let Err(error) = walked
                    && send(path.display().to_string(), Err(error.to_string())).is_break()
                {
                    return;
                }
            }
        });
        for _ in 0..workers {
            let result_sender = result_sender.clone();
            let (documents, read) = (&documents, &read);
            scope.spawn(move || {
                while let Some((number, document)) = next(documents) {
                    // After a stop the walker may still be about to send; it must find somebody who takes.
                    if !stop.load(Ordering::Relaxed) && result_sender.send((number, read(document))).is_err()
                    {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
        drop(result_sender);
        in_order(results, &mut take);
        stop.store(true, Ordering::Relaxed);
    });
}

fn next(documents: &Mutex<Receiver<(usize, Document)>>) -> Option<(usize, Document)> {
    let documents = documents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    documents.recv().ok()
}

fn in_order<T>(results: Receiver<(usize, T)>, take: &mut impl FnMut(T) -> ControlFlow<()>) {
    let mut waiting = BTreeMap::new();
    let mut expected = 0;
    for (number, result) in results {
        waiting.insert(number, result);
        while let Some(result) = waiting.remove(&expected) {
            expected += 1;
            if take(result).is_break() {
                return;
            }
        }
    }
}
