// SPDX-License-Identifier: Apache-2.0
//! Reports larger than memory: cut into pieces, each of which is a small report that the format's own reader reads.
//!
//! ```text
//!  <Report> … <ReportHost/> <ReportHost/> <ReportHost/> … </Report>
//!  └ context ┘└──────── records ───────────────────────┘└ context ┘     first pass: the context alone
//!  context + some records + context ─→ read() ─→ Inventory ─┐           second pass: piece by piece
//!  context + the next ones + context ─→ read() ─→ Inventory ─┴→ what only the context says counts once
//! ```
//!
//! What must stay true: the pieces together say what the whole document says, no more and no less; memory is the context (a
//! glossary, a policy) and a few times a piece. A document that is not of such a shape is left to be read as a whole.

mod json;
mod merge;
mod xml;

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::error::{Place, ReadError};
use crate::{Format, Inventory};
use merge::Merge;

/// What stands around the records must fit into memory.
const CONTEXT_BYTES_MAX: usize = 64 << 20;
/// One host's findings.
const RECORD_BYTES_MAX: usize = 256 << 20;
const CHUNK_BYTES: usize = 1 << 20;

/// Opens the document at its start; asked twice.
pub type Open<'o> = &'o mut dyn FnMut() -> io::Result<Box<dyn Read>>;

#[derive(Debug, thiserror::Error)]
pub enum PiecesError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{path}: cannot read: {source}")]
    Io { path: String, source: io::Error },
}

/// How a document was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every piece was handed out, or the visitor wanted no more.
    Read,
    /// It is not of a shape that can be cut: nothing was handed out.
    Whole,
}

/// Where a run of bytes belongs.
pub(crate) enum Part<'b> {
    Outside(&'b [u8]),
    Record(&'b [u8]),
    RecordEnd,
}

/// What a scan of the whole document found out beside its parts.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Shape {
    /// Records stand in more than one list, whose contexts differ.
    pub(crate) has_many_lists: bool,
    /// The document ends before what it began.
    pub(crate) is_cut_off: bool,
}

/// Says whether to go on.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Part<'_>) -> ControlFlow<()>;

/// The syntax, and with it the places at which records may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Syntax {
    Xml,
    Json,
}

impl Syntax {
    /// By the first byte that is no blank, in an encoding that can be cut at bytes.
    fn of(head: &[u8]) -> Option<Syntax> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match head.first()? {
            b'<' => Some(Syntax::Xml),
            b'{' => Some(Syntax::Json),
            _ => None,
        }
    }

    fn scan(self, source: &mut dyn Read, visit: Visit<'_>) -> io::Result<Shape> {
        match self {
            Syntax::Xml => xml::scan(source, visit),
            Syntax::Json => json::scan(source, visit),
        }
    }

    fn separator(self) -> &'static [u8] {
        match self {
            Syntax::Xml => b"",
            Syntax::Json => b",",
        }
    }
}

/// Formats whose readers find every record by itself once its context is around it.
fn can_be_cut(format: Format) -> bool {
    matches!(
        format,
        Format::Nessus
            | Format::OpenVas
            | Format::Nmap
            | Format::Qualys
            | Format::Nexpose
            | Format::Trivy
            | Format::Grype
            | Format::Sarif
    )
}

/// Hands out the inventories of pieces of about `piece_bytes`; `path` names the document in errors.
pub fn read_pieces(
    open: Open<'_>,
    path: &str,
    piece_bytes: usize,
    take: &mut dyn FnMut(Inventory) -> ControlFlow<()>,
) -> Result<Outcome, PiecesError> {
    let io = |source| PiecesError::Io { path: path.to_owned(), source };
    let mut head = Vec::new();
    open().and_then(|source| source.take(4096).read_to_end(&mut head)).map_err(io)?;
    let Some(syntax) = Syntax::of(&head) else { return Ok(Outcome::Whole) };
    let mut context = Context::default();
    let shape = syntax.scan(&mut *open().map_err(io)?, &mut |part| context.add(part)).map_err(io)?;
    if context.records == 0 || context.is_too_large || shape.has_many_lists {
        return Ok(Outcome::Whole);
    }
    let base = context.piece(&[]);
    let base = match crate::read(&base, path) {
        Ok(base)
            if can_be_cut(base.format)
                && base.observations.is_empty()
                && (base.format == Format::Nmap || !shape.is_cut_off) =>
        {
            base
        }
        // The records are those of a report that is read here, and of such only Nmap's may end early.
        _ if shape.is_cut_off => {
            let cause = "the document ends before its end: it was cut off";
            return Err(ReadError::new(path, Place::Document, cause).into());
        }
        // What is wrong outside of the records is told by the reader of the whole, with its own place.
        _ => return Ok(Outcome::Whole),
    };
    let mut pieces = Pieces {
        context,
        path,
        separator: syntax.separator(),
        piece_bytes: piece_bytes.max(1),
        chunk: Vec::new(),
        line: 1,
        chunk_line: None,
        merge: Merge::new(base.format),
        failed: None,
        take,
    };
    syntax.scan(&mut *open().map_err(io)?, &mut |part| pieces.add(part)).map_err(io)?;
    pieces.finish()?;
    Ok(Outcome::Read)
}

/// Everything that is no record.
#[derive(Default)]
struct Context {
    before: Vec<u8>,
    after: Vec<u8>,
    records: u64,
    is_too_large: bool,
}

impl Context {
    fn add(&mut self, part: Part<'_>) -> ControlFlow<()> {
        match part {
            Part::Outside(bytes) => {
                let side = if self.records == 0 { &mut self.before } else { &mut self.after };
                side.extend_from_slice(bytes);
                if self.before.len() + self.after.len() > CONTEXT_BYTES_MAX {
                    self.is_too_large = true;
                    return ControlFlow::Break(());
                }
            }
            // What stands behind the start of the first record is behind its list's start.
            Part::Record(_) => self.records = self.records.max(1),
            Part::RecordEnd => self.records += 1,
        }
        ControlFlow::Continue(())
    }

    fn piece(&self, records: &[u8]) -> Vec<u8> {
        [&self.before, records, &self.after].concat()
    }
}

struct Pieces<'p> {
    context: Context,
    path: &'p str,
    separator: &'static [u8],
    piece_bytes: usize,
    chunk: Vec<u8>,
    /// The line that the scan has come to, and the one at which the chunk began.
    line: usize,
    chunk_line: Option<usize>,
    merge: Merge,
    failed: Option<ReadError>,
    take: &'p mut dyn FnMut(Inventory) -> ControlFlow<()>,
}

impl Pieces<'_> {
    fn add(&mut self, part: Part<'_>) -> ControlFlow<()> {
        match part {
            Part::Outside(bytes) => {
                self.line += lines(bytes);
                ControlFlow::Continue(())
            }
            Part::Record(bytes) => {
                if self.chunk_line.is_none() {
                    self.chunk_line = Some(self.line);
                }
                self.line += lines(bytes);
                self.chunk.extend_from_slice(bytes);
                if self.chunk.len() > RECORD_BYTES_MAX {
                    let cause = format!("one record is larger than {RECORD_BYTES_MAX} bytes");
                    let place = Place::Line { line: self.line, column: 1 };
                    self.failed = Some(ReadError::new(self.path, place, cause));
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            }
            Part::RecordEnd => {
                let around = self.context.before.len() + self.context.after.len();
                if self.chunk.len() >= self.piece_bytes.max(around) {
                    return self.flush();
                }
                self.chunk.extend_from_slice(self.separator);
                ControlFlow::Continue(())
            }
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let Some(line) = self.chunk_line.take() else { return ControlFlow::Continue(()) };
        if !self.separator.is_empty() && self.chunk.ends_with(self.separator) {
            self.chunk.truncate(self.chunk.len() - self.separator.len());
        }
        let piece = self.context.piece(&self.chunk);
        self.chunk.clear();
        match crate::read(&piece, self.path) {
            Ok(inventory) => (self.take)(self.merge.next(inventory)),
            Err(mut error) => {
                if let Place::Line { line: inside, .. } = &mut error.place {
                    let before = lines(&self.context.before);
                    *inside = line + inside.saturating_sub(before + 1);
                }
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn finish(mut self) -> Result<(), ReadError> {
        if self.failed.is_none() {
            let _wanted = self.flush();
        }
        self.failed.map_or(Ok(()), Err)
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The bytes of a stream that are still to be looked at.
pub(crate) struct Feed<'r> {
    source: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    has_ended: bool,
}

impl<'r> Feed<'r> {
    pub(crate) fn new(source: &'r mut dyn Read) -> Self {
        Feed { source, buffer: Vec::new(), start: 0, has_ended: false }
    }

    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.buffer.len());
    }

    /// At least as much again as is there; `false` at the end.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if self.has_ended {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.len() > RECORD_BYTES_MAX {
            return Err(io::Error::other(format!("one token is longer than {RECORD_BYTES_MAX} bytes")));
        }
        let wanted = self.buffer.len().max(CHUNK_BYTES) as u64;
        let count = Read::take(&mut *self.source, wanted).read_to_end(&mut self.buffer)?;
        self.has_ended = (count as u64) < wanted;
        Ok(count > 0)
    }
}
