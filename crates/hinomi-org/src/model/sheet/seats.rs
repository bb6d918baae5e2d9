// SPDX-License-Identifier: Apache-2.0
//! `unit_code,kind,required,holder_code,holder_from,deputy_code,deputy_from`: one line per seat.

use std::collections::HashMap;

use hinomi_core::{SeatKind, Time};

use super::RowError;
use super::reader::Sheet;
use crate::model::clean_code;

pub(super) const COLUMNS: &[&str] =
    &["unit_code", "kind", "required", "holder_code", "holder_from", "deputy_code", "deputy_from"];
const REQUIRED: &[&str] = &["unit_code", "kind"];

/// A seat as a file has it; without a holder it is vacant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRow {
    pub row: u64,
    pub unit_code: String,
    pub kind: SeatKind,
    pub required: bool,
    pub holder: Option<SeatHolder>,
    pub deputy: Option<SeatHolder>,
}

/// Who sits there, and since when; the moment of the import when empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatHolder {
    pub person_code: String,
    pub from: Option<Time>,
}

impl SeatRow {
    /// All rows, or every error.
    pub fn read(file: &[u8]) -> Result<Vec<Self>, Vec<RowError>> {
        let sheet = Sheet::read(file, COLUMNS, REQUIRED)?;
        let (rows, mut errors) = sheet.rows(|line| {
            let unit_code = line.clean("unit_code", clean_code);
            let kind = line.named::<SeatKind>("kind");
            let required = line.clean("required", |text| match text {
                "true" | "yes" | "1" | "" => Ok(true),
                "false" | "no" | "0" => Ok(false),
                _ => Err("is neither true nor false"),
            });
            let mut sitting = |code_column: &str, from_column: &str| {
                let code = line.clean(code_column, |text| {
                    if text.is_empty() { Ok(None) } else { clean_code(text).map(Some) }
                });
                let from = line.time(from_column);
                if let (Some(None), Some(Some(_))) = (&code, from) {
                    line.refuse(from_column, format!("has a date, but {code_column} is empty"));
                }
                Some(code?.map(|person_code| (person_code, from.flatten())))
            };
            let holder = sitting("holder_code", "holder_from");
            let deputy = sitting("deputy_code", "deputy_from");
            let person = |held: Option<(String, Option<Time>)>| {
                held.map(|(person_code, from)| SeatHolder { person_code, from })
            };
            Some(Self {
                row: line.number,
                unit_code: unit_code?,
                kind: kind?,
                required: required?,
                holder: person(holder?),
                deputy: person(deputy?),
            })
        });
        errors.extend(repeated_seats(&rows));
        if errors.is_empty() { Ok(rows) } else { Err(errors) }
    }
}

fn repeated_seats(rows: &[SeatRow]) -> Vec<RowError> {
    let mut first: HashMap<(&str, SeatKind), u64> = HashMap::new();
    let mut errors = Vec::new();
    for row in rows {
        let key = (row.unit_code.as_str(), row.kind);
        if let Some(earlier) = first.get(&key) {
            let message = format!("{} of unit {} stands already in row {earlier}", row.kind, row.unit_code);
            errors.push(RowError::new(row.row, "kind", message));
        } else {
            first.insert(key, row.row);
        }
    }
    errors
}
