// SPDX-License-Identifier: Apache-2.0
//! The answer as people and programs want it.

use std::borrow::Cow;
use std::io::{self, Write};

use super::piece::Piece;
use super::row::Row;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON object a line.
    Jsonl,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0, for code hosting.
    Sarif,
    /// CycloneDX 1.6 with vulnerabilities and their analysis.
    CyclonedxVex,
}

/// Takes rows as they come; formats that need all of them keep them.
pub(crate) struct Printer<W: Write> {
    format: Format,
    out: W,
    kept: Vec<Row<'static>>,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(format: Format, out: W) -> Self {
        Self { format, out, kept: Vec::new() }
    }

    pub(crate) fn piece(&mut self, piece: Piece) -> io::Result<()> {
        self.kept.extend(piece.rows);
        self.out.write_all(&piece.lines)
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self.format {
            Format::Jsonl => {}
            Format::Json => {
                serde_json::to_writer_pretty(&mut self.out, &self.kept)?;
                self.out.write_all(b"\n")?;
            }
            Format::Table => table(&mut self.out, &self.kept)?,
            Format::Sarif => {
                serde_json::to_writer_pretty(&mut self.out, &super::sarif::log(&self.kept))?;
                self.out.write_all(b"\n")?;
            }
            Format::CyclonedxVex => {
                serde_json::to_writer_pretty(&mut self.out, &super::vex::document(&self.kept))?;
                self.out.write_all(b"\n")?;
            }
        }
        self.out.flush()
    }
}

fn table(out: &mut impl Write, rows: &[Row<'_>]) -> io::Result<()> {
    const WIDEST: usize = 72;
    let heads = ["SEVERITY", "VULNERABILITY", "ADVISORY", "COMPONENT", "STATE", "FIXED"].map(str::to_owned);
    let cells: Vec<[String; 6]> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let widths = cells.iter().chain([&heads]).map(|row| row[column].chars().count());
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let widths = [width(0), width(1), width(2), width(3), width(4)];
    for [severity, vulnerability, advisory, component, state, fixed] in [&heads].into_iter().chain(&cells) {
        let [w0, w1, w2, w3, w4] = widths;
        let line = format!(
            "{severity:w0$}  {vulnerability:w1$}  {advisory:w2$}  {component:w3$}  {state:w4$}  {fixed}"
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn cells(row: &Row<'_>) -> [String; 6] {
    let text = |value: &Option<Cow<'_, str>>| visible(value.as_deref().unwrap_or("-"));
    let fixed = match (&row.fixed, &row.reason) {
        (Some(fixed), _) => visible(fixed),
        (None, Some(reason)) => visible(reason),
        (None, None) => "-".to_owned(),
    };
    [
        row.severity.map_or("-", hinomi_score::Severity::as_str).to_owned(),
        text(&row.vulnerability),
        text(&row.advisory),
        visible(&row.component),
        row.state.as_str().to_owned(),
        fixed,
    ]
}

/// Names come from strangers: control characters and text direction must not steer the terminal.
pub(crate) fn visible(text: &str) -> String {
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().flat_map(|c| if is_unsafe(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}
