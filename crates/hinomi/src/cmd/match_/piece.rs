// SPDX-License-Identifier: Apache-2.0
//! A part of an inventory's answer: made on all cores, printed as soon as it is made.
//!
//! ```text
//!   document ─► inventory ─► components to ask ─► window of pieces, one a core and more ─► in order ─► emit
//! ```

use std::ops::ControlFlow;

use hinomi_inventory_formats::{Component, Inventory};
use hinomi_match::State;
use hinomi_score::Severity;
use rayon::prelude::*;

use super::host::host_of;
use super::row::{Matcher, On, Row, Unknowns, query_of, to_ask};
use super::work::{Document, Emit};

/// Components of one piece; below it, one thread is quicker than several.
const PIECE: usize = 1_024;
/// Pieces made before the first of them is handed on.
const WINDOW: usize = 8;

/// What was found for some components of one inventory, in their order.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Where each row is a line: the lines, and no rows.
    pub(super) lines: Vec<u8>,
    pub(super) rows: Vec<Row>,
    pub(super) unknowns: Unknowns,
    /// Something is affected as badly as `--fail-on` says, or worse.
    pub(super) at_or_above: bool,
}

/// How documents are answered.
pub(super) struct Answering<'a> {
    pub(super) matcher: &'a Matcher<'a>,
    /// Rows are printed as lines of JSON.
    pub(super) lines: bool,
    /// Unknown components are rows too.
    pub(super) listed: bool,
    pub(super) fail_on: Option<Severity>,
}

impl Answering<'_> {
    pub(super) fn document(&self, document: Document, emit: &mut Emit<'_, Result<Piece, String>>) {
        let (file, inventory) = match read(document) {
            Ok(read) => read,
            Err(message) => {
                // The failure is all there is to say, whether somebody listens or not.
                let _flow = emit(Err(message));
                return;
            }
        };
        let distro = inventory.host.distro();
        let asked = to_ask(&inventory.components, distro.as_deref());
        let host =
            host_of(self.matcher.index, &inventory, |component| query_of(component, distro.as_deref()));
        let on = On { distro: distro.as_deref(), host: &host };
        for window in asked.chunks(PIECE * WINDOW) {
            let make = |part: &[&Component]| self.piece(&file, part, &on);
            let pieces: Vec<Result<Piece, String>> = match window.len() {
                0..=PIECE => vec![make(window)],
                _ => window.par_chunks(PIECE).map(make).collect(),
            };
            for piece in pieces {
                if emit(piece) == ControlFlow::Break(()) {
                    return;
                }
            }
        }
    }

    fn piece(&self, file: &str, components: &[&Component], on: &On<'_>) -> Result<Piece, String> {
        let mut piece = Piece::default();
        let mut rows = Vec::new();
        for component in components {
            self.matcher.rows(file, component, on, &mut rows);
            for row in rows.drain(..) {
                self.take(row, &mut piece).map_err(|error| format!("{file}: cannot write a row: {error}"))?;
            }
        }
        Ok(piece)
    }

    fn take(&self, row: Row, piece: &mut Piece) -> serde_json::Result<()> {
        if row.state == State::Unknown {
            *piece.unknowns.entry(row.rule.clone()).or_default() += 1;
            if !self.listed {
                return Ok(());
            }
        }
        piece.at_or_above |= reaches(&row, self.fail_on);
        if self.lines {
            serde_json::to_writer(&mut piece.lines, &row)?;
            piece.lines.push(b'\n');
        } else {
            piece.rows.push(row);
        }
        Ok(())
    }
}

/// The document as an inventory, and the name that its rows carry.
fn read(document: Document) -> Result<(String, Inventory), String> {
    let bytes = document.bytes?;
    let inventory =
        hinomi_inventory_formats::read(&bytes, &document.path).map_err(|error| error.to_string())?;
    let file_name = document.path.rsplit(['/', '!']).next().unwrap_or(&document.path);
    Ok((file_name.to_owned(), inventory))
}

/// Unrated is beside the scale: it fails only when it is asked for, and then everything does.
fn reaches(row: &Row, fail_on: Option<Severity>) -> bool {
    let Some(threshold) = fail_on.filter(|_| row.state == State::Affected) else { return false };
    match (row.severity.unwrap_or(Severity::Unrated), threshold) {
        (_, Severity::Unrated) => true,
        (Severity::Unrated, _) => false,
        (severity, threshold) => severity.list_rank() >= threshold.list_rank(),
    }
}
