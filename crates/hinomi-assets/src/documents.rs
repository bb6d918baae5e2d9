// SPDX-License-Identifier: Apache-2.0
//! The documents of an import, one after another: what has been taken in is forgotten before much more is read.
//!
//! ```text
//! upload ─ scratch file ─ archive ─┬─ ≤ 64 MB ─→ read whole ─→ Document ─┐  one at work, one waiting,
//!                                  └─ larger ─→ scratch file ─→ Large ───┴─ one being read
//! ```
//! What must stay true: however much an upload or an archive holds, memory is that of a few documents of bounded size.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_archive::{ArchiveError, Entry, Limits, Visitor, walk_file, walk_large};
use tokio::sync::mpsc;

use crate::import::{Document, ImportError, document};
use crate::large::{self, Large};

/// From this size on a document is read piece by piece, if it is of such a shape.
const LARGE_BYTES: u64 = 64 << 20;

/// What stands at one place.
#[derive(Debug)]
pub enum Found {
    Whole(Box<Document>),
    Large(Box<Large>),
}

impl Found {
    pub fn path(&self) -> &str {
        match self {
            Self::Whole(document) => &document.path,
            Self::Large(large) => &large.path,
        }
    }
}

/// The documents that are still to come.
#[derive(Debug)]
pub struct Documents {
    coming: mpsc::Receiver<Result<Found, ImportError>>,
}

impl From<Vec<Result<Document, ImportError>>> for Documents {
    fn from(list: Vec<Result<Document, ImportError>>) -> Self {
        let (sender, coming) = mpsc::channel(list.len().max(1));
        for one in list {
            // There is room for all of them.
            let _sent = sender.try_send(one.map(|document| Found::Whole(Box::new(document))));
        }
        Self { coming }
    }
}

impl Documents {
    /// What has been found already.
    pub fn one(found: Result<Found, ImportError>) -> Self {
        let (sender, coming) = mpsc::channel(1);
        let _sent = sender.try_send(found);
        Self { coming }
    }

    /// Every inventory under a path: a file, a folder, an archive. What cannot be read stands as its message.
    pub fn of_path(path: PathBuf) -> Self {
        Self::read(
            move |reading| walk_large(&path, &Limits::default(), reading),
            Limits::default(),
            LARGE_BYTES,
        )
    }

    /// Of an upload by somebody we do not know.
    pub fn of_upload(name: String, file: File) -> Self {
        Self::of_file(name, file, LARGE_BYTES)
    }

    /// As [`Documents::of_upload`], with another bound for what is held whole.
    pub fn of_file(name: String, file: File, large_bytes: u64) -> Self {
        let walk = move |reading: &mut dyn Visitor| walk_file(&name, file, &upload_limits(), reading);
        Self::read(walk, upload_limits(), large_bytes)
    }

    fn read(
        walk: impl FnOnce(&mut dyn Visitor) -> Result<(), ArchiveError> + Send + 'static,
        limits: Limits,
        large_bytes: u64,
    ) -> Self {
        let (sender, coming) = mpsc::channel(1);
        tokio::task::spawn_blocking(move || {
            let mut reading = Reading { sender, whole_bytes_max: limits.max_entry_bytes, large_bytes };
            if let Err(error) = walk(&mut reading) {
                let _told = reading.send(Err(ImportError::Unreadable(error.to_string())));
            }
        });
        Self { coming }
    }

    pub async fn next(&mut self) -> Option<Result<Found, ImportError>> {
        self.coming.recv().await
    }

    /// The only document: what is of one asset cannot come in several.
    pub async fn only(&mut self, path: &str) -> Result<Found, ImportError> {
        let first = self.next().await.ok_or_else(|| ImportError::Empty { path: path.to_owned() })?;
        let mut count = 1;
        while self.next().await.is_some() {
            count += 1;
        }
        if count > 1 { Err(ImportError::ManyForOne { path: path.to_owned(), count }) } else { first }
    }
}

/// Uploads lie on disk, so they may be larger than one document in memory.
pub(crate) const LARGEST_UPLOAD_BYTES: u64 = 2 << 30;

fn upload_limits() -> Limits {
    Limits { max_input_bytes: LARGEST_UPLOAD_BYTES, max_expanded_bytes: 8 << 30, ..Limits::strict() }
}

struct Reading {
    sender: mpsc::Sender<Result<Found, ImportError>>,
    whole_bytes_max: u64,
    large_bytes: u64,
}

impl Reading {
    fn send(&self, one: Result<Found, ImportError>) -> ControlFlow<()> {
        match self.sender.blocking_send(one) {
            Ok(()) => ControlFlow::Continue(()),
            // Nobody wants any more.
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Visitor for Reading {
    fn entry(&mut self, entry: Entry<'_>) -> ControlFlow<()> {
        self.send(document(entry).map(|document| Found::Whole(Box::new(document))))
    }

    fn stream_from(&self) -> Option<u64> {
        Some(self.large_bytes)
    }

    fn stream(&mut self, path: &str, content: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        let mut file = tempfile::tempfile()?;
        let size = io::copy(content, &mut file)?;
        file.rewind()?;
        let piece_bytes = usize::try_from(self.large_bytes / 8).unwrap_or(usize::MAX);
        let found = large::read(path, file, size, piece_bytes, self.whole_bytes_max);
        Ok(self.send(found))
    }
}
