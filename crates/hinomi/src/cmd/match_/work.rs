// SPDX-License-Identifier: Apache-2.0
//! Documents under some paths, read on every core, handed on in the order in which they lie there.
//!
//! ```text
//!   walker ─► documents ─► workers ─► (document, piece), (document, piece), (document, end) ─► in order ─► take
//! ```
//! A document may give many pieces: those of the document whose turn it is are handed on as they come, so that a large
//! one is never held as a whole.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use hinomi_archive::{Entry, Limits};

use super::parts::{Cut, Parted};

/// A leaf document, or why there is none.
pub(super) struct Document {
    pub(super) path: String,
    pub(super) bytes: Result<Vec<u8>, String>,
    /// A part of a long list, of which all parts have the same path.
    pub(super) is_part: bool,
}

/// What a worker says of one document.
enum Said<T> {
    Piece(T),
    End,
}

/// Takes the pieces of a document; after a break nobody wants more.
pub(super) type Emit<'a, T> = dyn FnMut(T) -> ControlFlow<()> + 'a;

/// Walks `paths`, reads each document with `read` on one of several threads, and gives what it emits to `take` in
/// order. Paths that cannot be opened are told to `take` as well, through `read`.
pub(super) fn each_document<T: Send>(
    paths: &[PathBuf],
    read: impl Fn(Document, &mut Emit<'_, T>) + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (document_sender, documents) = sync_channel::<(usize, Document)>(workers * 16);
    let (said_sender, said) = sync_channel::<(usize, Said<T>)>(workers * 16);
    let documents = Mutex::new(documents);
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop = &stopped;
        scope.spawn(move || walk(paths, &document_sender, stop));
        for _ in 0..workers {
            let said = said_sender.clone();
            let (documents, read) = (&documents, &read);
            scope.spawn(move || {
                while let Some((number, document)) = next(documents) {
                    // After a stop the walker may still be about to send; it must find somebody who takes.
                    if stop.load(Ordering::Relaxed) {
                        continue;
                    }
                    let say = |said_now| {
                        if said.send((number, said_now)).is_ok() {
                            return ControlFlow::Continue(());
                        }
                        stop.store(true, Ordering::Relaxed);
                        ControlFlow::Break(())
                    };
                    read(document, &mut |piece| say(Said::Piece(piece)));
                    // A failure is seen before the next document.
                    let _flow = say(Said::End);
                }
            });
        }
        drop(said_sender);
        in_order(said, &mut take);
        stop.store(true, Ordering::Relaxed);
    });
}

fn walk(paths: &[PathBuf], documents: &SyncSender<(usize, Document)>, stop: &AtomicBool) {
    let mut number = 0;
    let mut send = |path: String, bytes: Result<Vec<u8>, String>, is_part: bool| {
        let sent = documents.send((number, Document { path, bytes, is_part }));
        number += 1;
        let goes_on = sent.is_ok() && !stop.load(Ordering::Relaxed);
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    for path in paths {
        let named = path.display().to_string();
        let in_parts =
            super::parts::each(path, &Cut::default(), &mut |part| send(named.clone(), Ok(part), true));
        match in_parts {
            Ok(Parted::No) => {}
            Ok(Parted::Yes) if stop.load(Ordering::Relaxed) => return,
            Ok(Parted::Yes) => continue,
            Err(error) => {
                if send(named.clone(), Err(format!("{named}: {error}")), false).is_break() {
                    return;
                }
                continue;
            }
        }
        let walked = hinomi_archive::walk(path, &Limits::default(), &mut |entry: Entry<'_>| {
            let bytes = entry.bytes.map(std::borrow::Cow::into_owned);
            send(entry.path, bytes.map_err(|error| error.to_string()), false)
        });
        if let Err(error) = walked
            && send(named, Err(error.to_string()), false).is_break()
        {
            return;
        }
    }
}

fn next(documents: &Mutex<Receiver<(usize, Document)>>) -> Option<(usize, Document)> {
    let documents = documents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    documents.recv().ok()
}

fn in_order<T>(said: Receiver<(usize, Said<T>)>, take: &mut impl FnMut(T) -> ControlFlow<()>) {
    // Of documents whose turn has not come: their pieces, and whether they have ended.
    let mut waiting: BTreeMap<usize, (Vec<T>, bool)> = BTreeMap::new();
    let mut turn = 0;
    for (number, said) in said {
        match said {
            Said::Piece(piece) if number == turn => {
                if take(piece).is_break() {
                    return;
                }
                continue;
            }
            Said::Piece(piece) => waiting.entry(number).or_default().0.push(piece),
            Said::End if number == turn => turn += 1,
            Said::End => waiting.entry(number).or_default().1 = true,
        }
        while let Some((pieces, ended)) = waiting.remove(&turn) {
            for piece in pieces {
                if take(piece).is_break() {
                    return;
                }
            }
            if !ended {
                break;
            }
            turn += 1;
        }
    }
}
