// SPDX-License-Identifier: Apache-2.0
//! Tables of separated values (RFC 4180, with the separators of other countries) as rows, and as a tree.

use std::borrow::Cow;

use super::Node;
use crate::error::{Place, ReadError};

/// Exports put a few lines about themselves before the names of the columns.
const PREAMBLE_MAX: usize = 20;
const COLUMNS_MAX: usize = 4096;

/// All records of a table; the header is yet to be found among them.
pub(crate) struct Sheet {
    pub(crate) separator: u8,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    /// Counted from 1, where the record begins.
    pub(crate) line: usize,
    pub(crate) cells: Vec<String>,
}

pub(crate) fn read(text: &str, separator: Option<u8>, path: &str) -> Result<Sheet, ReadError> {
    let separator = separator.unwrap_or_else(|| guess_separator(text));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                return Err(ReadError::new(path, Place::Line { line, column: 1 }, error.to_string()));
            }
        }
        if record.len() > COLUMNS_MAX {
            let cause = format!("a row has more than {COLUMNS_MAX} columns");
            return Err(ReadError::new(path, Place::Line { line, column: 1 }, cause));
        }
        let line = record.position().map_or(line, |at| usize::try_from(at.line()).unwrap_or(line));
        rows.push(Row { line, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
    }
    Ok(Sheet { separator, rows })
}

/// The separator that stands most often outside of quotes in the first lines.
fn guess_separator(text: &str) -> u8 {
    let candidates = [b',', b';', b'\t', b'|'];
    let mut counts = [0usize; 4];
    let mut quoted = false;
    let mut lines = 0;
    for byte in text.bytes().take(64 * 1024) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ if quoted => {}
            byte => {
                if let Some(at) = candidates.iter().position(|candidate| *candidate == byte) {
                    counts[at] += 1;
                }
            }
        }
        if lines > 3 {
            break;
        }
    }
    let most = (0..4).rev().max_by_key(|at| counts[*at]).unwrap_or(0);
    candidates[most]
}

impl Sheet {
    /// The first record that `is_header` recognises.
    pub(crate) fn header(&self, is_header: &dyn Fn(&[String]) -> bool) -> Option<usize> {
        self.rows.iter().take(PREAMBLE_MAX).position(|row| is_header(&row.cells))
    }

    /// The rows under the header as maps of column to value; rows without a value are passed over.
    pub(crate) fn into_tree(self, header: usize) -> Node<'static> {
        let mut rows = self.rows.into_iter().skip(header);
        let names = rows.next().map(|row| row.cells).unwrap_or_default();
        let filled = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        let maps = filled.map(|row| {
            let mut map: Vec<(Cow<'static, str>, Node<'static>)> = Vec::with_capacity(names.len() + 1);
            map.push((Cow::Borrowed("#line"), Node::Text(Cow::Owned(row.line.to_string()))));
            for (name, cell) in names.iter().zip(row.cells) {
                if !cell.is_empty() {
                    map.push((Cow::Owned(name.clone()), Node::Text(Cow::Owned(cell))));
                }
            }
            Node::Map(map)
        });
        Node::List(maps.collect())
    }
}
