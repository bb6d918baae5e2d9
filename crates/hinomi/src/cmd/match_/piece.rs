// SPDX-License-Identifier: Apache-2.0
//! A part of an inventory's answer: made on all cores, printed as soon as it is made.
//!
//! ```text
//!   document ─► inventory ─► components to ask ─► window of pieces, one a core and more ─► in order ─► emit
//! ```

use std::ops::{ControlFlow, Range};

use hinomi_inventory_formats::{Inventory, Outline, dpkg};
use hinomi_match::{ComponentQuery, State};
use hinomi_score::Severity;
use rayon::prelude::*;

use super::host::host_of;
use super::once::{Keys, Part};
use super::pieces::Text;
use super::row::{Matcher, On, Row, Unknowns, query_of, to_ask};
use super::work::{Document, Emit};

/// Components of one piece; below it, one thread is quicker than several, and above it a piece no longer fits into the
/// memory that the last one has left behind.
const PIECE: usize = 256;
/// Pieces made before the first of them is handed on.
const WINDOW: usize = 32;

/// What was found for some components of one inventory, in their order.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Where each row is a line: the lines, and no rows.
    pub(super) lines: Vec<u8>,
    pub(super) rows: Vec<Row<'static>>,
    pub(super) unknowns: Unknowns,
    /// Components that are no part of what runs, which nobody is asked about.
    pub(super) excluded: u64,
    /// Something is affected as badly as `--fail-on` says, or worse.
    pub(super) at_or_above: bool,
    /// Of a list that is read in parts: what there is to say, still to be told once.
    pub(super) part: Option<Part>,
}

impl Piece {
    /// Adds what another piece says.
    pub(super) fn append(&mut self, mut next: Piece) {
        self.lines.append(&mut next.lines);
        self.rows.append(&mut next.rows);
        for (reason, count) in next.unknowns {
            *self.unknowns.entry(reason).or_default() += count;
        }
        self.excluded += next.excluded;
        self.at_or_above |= next.at_or_above;
    }

    fn is_silent(&self) -> bool {
        self.lines.is_empty() && self.rows.is_empty() && self.unknowns.is_empty()
    }
}

/// How documents are answered.
pub(super) struct Answering<'a> {
    pub(super) matcher: &'a Matcher<'a>,
    /// Rows are printed as lines of JSON.
    pub(super) lines: bool,
    /// Unknown components are rows too.
    pub(super) listed: bool,
    pub(super) fail_on: Option<Severity>,
    pub(super) keys: Keys,
}

impl Answering<'_> {
    pub(super) fn document(&self, document: Document, emit: &mut Emit<'_, Result<Piece, String>>) {
        let Document { path, bytes, is_part } = document;
        let file = file_name(&path);
        let answered = bytes.and_then(|bytes| {
            if dpkg::is_status(&bytes)
                && let Ok(text) = std::str::from_utf8(&bytes)
                && self.status_file(file, &Text::Held(text), emit)
            {
                return Ok(());
            }
            if let Some(outline) = Outline::of(&bytes, &path)
                && self.outline(file, &outline, emit)
            {
                return Ok(());
            }
            let inventory =
                hinomi_inventory_formats::read(&bytes, &path).map_err(|error| error.to_string())?;
            drop(bytes);
            self.inventory(file, &inventory, is_part.then_some(&path), emit);
            Ok(())
        });
        if let Err(message) = answered {
            // The failure is all there is to say, whether somebody listens or not.
            let _flow = emit(Err(message));
        }
    }

    /// `part_of`: the list of which the inventory is a part.
    pub(super) fn inventory(
        &self,
        file: &str,
        inventory: &Inventory,
        part_of: Option<&String>,
        emit: &mut Emit<'_, Result<Piece, String>>,
    ) {
        let distro = inventory.host.distro();
        let index = self.matcher.index;
        let host = host_of(index, inventory, |component| query_of(component, distro.as_deref()));
        let is_apart = |reference: &str| index.singles_out(&host, reference);
        let asked = to_ask(inventory, distro.as_deref(), is_apart);
        let on = On { distro: distro.as_deref(), host: &host, listed: self.listed };
        let excluded = inventory.excluded() as u64;
        let make = |range: Range<usize>| {
            let mut piece =
                Piece { excluded: if range.start == 0 { excluded } else { 0 }, ..Piece::default() };
            let mut part = part_of.map(|list| Part { document: list.clone(), ..Part::default() });
            for component in asked.get(range).unwrap_or_default() {
                let query = query_of(component, on.distro);
                let Some(part) = &mut part else {
                    self.ask(file, &query, component.id.as_deref(), &on, &mut piece);
                    continue;
                };
                let mut one = Piece::default();
                self.ask(file, &query, component.id.as_deref(), &on, &mut one);
                if !one.is_silent() {
                    part.told.push((self.keys.of(&query), one));
                }
            }
            Piece { part, ..piece }
        };
        in_order(asked.len(), make, &mut |piece| emit(Ok(piece)));
    }

    /// Adds what is to be said of one component.
    pub(super) fn ask<'q>(
        &'q self,
        file: &'q str,
        query: &ComponentQuery<'q>,
        reference: Option<&str>,
        on: &On<'_>,
        piece: &mut Piece,
    ) {
        self.matcher.rows(file, query, reference, on, &mut |row| self.take(row, piece));
    }

    pub(super) fn take(&self, row: Row<'_>, piece: &mut Piece) {
        if row.state == State::Unknown {
            *piece.unknowns.entry(row.rule).or_default() += 1;
            if !self.listed {
                return;
            }
        }
        piece.at_or_above |= reaches(&row, self.fail_on);
        if self.lines {
            // Writing to memory cannot fail, and a row has nothing that JSON cannot say.
            let _written = serde_json::to_writer(&mut piece.lines, &row);
            piece.lines.push(b'\n');
        } else {
            piece.rows.push(row.into_owned());
        }
    }
}

/// What rows call a document: its own name, without folders and archives.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '!']).next().unwrap_or(path)
}

/// Makes the pieces of so many components on all cores, and hands them on in order until nobody wants more.
pub(super) fn in_order<T: Send>(
    components: usize,
    make: impl Fn(Range<usize>) -> T + Sync,
    take: &mut dyn FnMut(T) -> ControlFlow<()>,
) {
    if components <= PIECE {
        let _flow = take(make(0..components));
        return;
    }
    for window in (0..components).step_by(PIECE * WINDOW) {
        let end = components.min(window + PIECE * WINDOW);
        let ranges: Vec<Range<usize>> =
            (window..end).step_by(PIECE).map(|start| start..end.min(start + PIECE)).collect();
        let pieces: Vec<T> = ranges.into_par_iter().map(&make).collect();
        for piece in pieces {
            if take(piece).is_break() {
                return;
            }
        }
    }
}

/// Unrated is beside the scale: it fails only when it is asked for, and then everything does.
fn reaches(row: &Row<'_>, fail_on: Option<Severity>) -> bool {
    let Some(threshold) = fail_on.filter(|_| row.state == State::Affected) else { return false };
    match (row.severity.unwrap_or(Severity::Unrated), threshold) {
        (_, Severity::Unrated) => true,
        (Severity::Unrated, _) => false,
        (severity, threshold) => severity.list_rank() >= threshold.list_rank(),
    }
}
