// SPDX-License-Identifier: Apache-2.0
//! Reading and writing any of the files: header, cells, where each error stands.

use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use hinomi_core::Time;

use super::{RowError, parse_time};
use crate::model::cell;

/// A file whose header is known.
pub(super) struct Sheet {
    header: Vec<String>,
    lines: Vec<(u64, ByteRecord)>,
    pub(super) errors: Vec<RowError>,
}

/// More rows than any organisation has people; bounds memory.
const MAX_ROWS: usize = 1_000_000;

impl Sheet {
    /// Reads the file; `required` columns must be there, others must be among `known`.
    pub(super) fn read(file: &[u8], known: &[&str], required: &[&str]) -> Result<Self, Vec<RowError>> {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::CRLF)
            .from_reader(file);
        let mut lines: Vec<(u64, ByteRecord)> = Vec::new();
        for record in reader.byte_records() {
            let record =
                record.map_err(|error| vec![RowError::new(lines.len() as u64 + 1, "", error.to_string())])?;
            if lines.len() > MAX_ROWS {
                return Err(vec![RowError::new(lines.len() as u64 + 1, "", "more than 1,000,000 rows")]);
            }
            lines.push((first_line(file, &record), record));
        }
        if lines.is_empty() {
            let message =
                format!("the file is empty; its first line must name the columns: {}", known.join(","));
            return Err(vec![RowError::new(1, "", message)]);
        }
        let (header_line, header) = lines.remove(0);
        let header = read_header(header_line, &header, known, required)?;
        Ok(Self { header, lines, errors: Vec::new() })
    }

    /// Calls `parse` for each data line; lines with a wrong cell give errors and no row.
    pub(super) fn rows<T>(
        mut self,
        mut parse: impl FnMut(&mut Line<'_>) -> Option<T>,
    ) -> (Vec<T>, Vec<RowError>) {
        let mut rows = Vec::with_capacity(self.lines.len());
        for (number, record) in &self.lines {
            if record.len() != self.header.len() {
                let message = format!("has {} cells, the header has {}", record.len(), self.header.len());
                self.errors.push(RowError::new(*number, "", message));
                continue;
            }
            let before = self.errors.len();
            let mut line = Line { number: *number, header: &self.header, record, errors: &mut self.errors };
            let row = parse(&mut line);
            if self.errors.len() == before {
                rows.extend(row);
            }
        }
        (rows, self.errors)
    }
}

/// The reader skips empty lines and gives the place before them; the record itself starts after.
fn first_line(file: &[u8], record: &ByteRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(0).min(file.len());
    let mut number = position.line();
    for byte in &file[start..] {
        match byte {
            b'\n' => number += 1,
            b'\r' => {}
            _ => break,
        }
    }
    number
}

fn read_header(
    line: u64,
    record: &ByteRecord,
    known: &[&str],
    required: &[&str],
) -> Result<Vec<String>, Vec<RowError>> {
    let mut errors = Vec::new();
    let mut header: Vec<String> = Vec::new();
    for cell in record {
        let name = String::from_utf8_lossy(cell).trim().to_lowercase();
        if !known.contains(&name.as_str()) {
            let message = format!("unknown column; known are {}", known.join(","));
            errors.push(RowError::new(line, &name, message));
        } else if header.contains(&name) {
            errors.push(RowError::new(line, &name, "the column stands twice"));
        }
        header.push(name);
    }
    for name in required {
        if !header.iter().any(|column| column == name) {
            errors.push(RowError::new(line, name, "the column is missing"));
        }
    }
    if errors.is_empty() { Ok(header) } else { Err(errors) }
}

/// One data line being read; a wrong cell is noted and gives `None`.
pub(super) struct Line<'a> {
    pub(super) number: u64,
    header: &'a [String],
    record: &'a ByteRecord,
    errors: &'a mut Vec<RowError>,
}

impl Line<'_> {
    pub(super) fn refuse(&mut self, column: &str, message: impl Into<String>) {
        self.errors.push(RowError::new(self.number, column, message));
    }

    /// The cell without spreadsheet protection and outer blanks; a missing column is an empty cell.
    fn cell(&mut self, column: &str) -> Option<String> {
        let Some(at) = self.header.iter().position(|name| name == column) else { return Some(String::new()) };
        match std::str::from_utf8(self.record.get(at).unwrap_or_default()) {
            Ok(text) => Some(cell::unprotect(text.trim()).trim().to_owned()),
            Err(_) => {
                self.refuse(column, "is not UTF-8; save the file as \"CSV UTF-8\"");
                None
            }
        }
    }

    /// The cell through `clean`, which says what is wrong with it.
    pub(super) fn clean<T>(
        &mut self,
        column: &str,
        clean: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = self.cell(column)?;
        match clean(&text) {
            Ok(value) => Some(value),
            Err(cause) => {
                self.refuse(column, cause);
                None
            }
        }
    }

    /// The cell as one of a list of names.
    pub(super) fn named<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, column: &str) -> Option<T> {
        let text = self.cell(column)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(cause) => {
                self.refuse(column, cause.to_string());
                None
            }
        }
    }

    /// The cell as a day or time; empty is `Some(None)`.
    pub(super) fn time(&mut self, column: &str) -> Option<Option<Time>> {
        let text = self.cell(column)?;
        if text.is_empty() {
            return Some(None);
        }
        match parse_time(&text) {
            Ok(time) => Some(Some(time)),
            Err(cause) => {
                self.refuse(column, cause);
                None
            }
        }
    }
}

/// The file as an export gives it: UTF-8, CRLF line ends (RFC 4180), cells protected against formulas.
pub fn write_sheet(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut write = |cells: &[String]| {
        let protected = cells.iter().map(|text| cell::protect(text));
        // Writing to memory cannot fail, and every line has the header's length.
        let written = writer.write_record(protected);
        debug_assert!(written.is_ok());
    };
    write(&columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    for row in rows {
        write(&row);
    }
    writer.into_inner().unwrap_or_default()
}
