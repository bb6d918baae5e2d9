// SPDX-License-Identifier: Apache-2.0
//! What commands print: tables and JSON on standard output, notes on standard error.

use std::io::Write;

use clap::ValueEnum;
use hinomi_core::Time;

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
}

/// A line on standard error; when that is gone there is nobody left to tell.
pub(crate) fn note(line: &str) {
    let _written = writeln!(std::io::stderr(), "{line}");
}

/// A line of data.
pub(crate) fn put(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Names come from strangers: control characters must not steer the terminal. Bidirectional marks reorder what is
/// displayed (Unicode TR36) and are shown escaped too.
pub(crate) fn visible(text: &str) -> String {
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

pub(crate) fn day(time: Time) -> String {
    time.day().to_string()
}

/// A list with named columns, the same for every format.
pub(crate) struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self, format: Format) -> anyhow::Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match format {
            Format::Table => self.aligned(&mut out)?,
            Format::Json => {
                let all: Vec<_> = self.rows.iter().map(|row| self.object(row)).collect();
                serde_json::to_writer_pretty(&mut out, &all)?;
                writeln!(out)?;
            }
            Format::Jsonl => {
                for row in &self.rows {
                    writeln!(out, "{}", self.object(row))?;
                }
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(&mut out);
                writer.write_record(self.columns)?;
                for row in &self.rows {
                    writer.write_record(row.iter().map(|cell| hinomi_web::safe_cell(cell).into_owned()))?;
                }
                writer.flush()?;
            }
        }
        out.flush()?;
        Ok(())
    }

    fn object(&self, row: &[String]) -> serde_json::Value {
        let fields = self.columns.iter().zip(row);
        serde_json::Value::Object(
            fields
                .map(|(name, cell)| ((*name).to_owned(), serde_json::Value::String(cell.clone())))
                .collect(),
        )
    }

    fn aligned(&self, out: &mut impl Write) -> std::io::Result<()> {
        let heads: Vec<String> =
            self.columns.iter().map(|name| name.replace('_', " ").to_uppercase()).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        let width = |column: usize| {
            let cells = rows.iter().chain([&heads]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).min(60)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for row in [&heads].into_iter().chain(&rows) {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!("{cell:width$}  "));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
