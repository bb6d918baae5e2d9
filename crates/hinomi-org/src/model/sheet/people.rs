// SPDX-License-Identifier: Apache-2.0
//! `code,name,name_native,email,unit_code,left_on`: one line per person.

use std::collections::HashMap;

use hinomi_core::Time;

use super::RowError;
use super::reader::Sheet;
use crate::model::{clean_code, clean_email, clean_text};

pub(super) const COLUMNS: &[&str] = &["code", "name", "name_native", "email", "unit_code", "left_on"];
const REQUIRED: &[&str] = &["code", "name", "unit_code"];

/// A person as a file has them. `code` is the staff number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub row: u64,
    pub code: String,
    pub name: String,
    pub name_native: String,
    pub email: Option<String>,
    pub unit_code: String,
    pub left_at: Option<Time>,
}

impl PersonRow {
    /// All rows, or every error.
    pub fn read(file: &[u8]) -> Result<Vec<Self>, Vec<RowError>> {
        let sheet = Sheet::read(file, COLUMNS, REQUIRED)?;
        let (rows, mut errors) = sheet.rows(|line| {
            let code = line.clean("code", clean_code);
            let name = line.clean("name", clean_text);
            if name.as_deref() == Some("") {
                line.refuse("name", "is empty");
            }
            let name_native = line.clean("name_native", clean_text);
            let email = line.clean("email", clean_email);
            let unit_code = line.clean("unit_code", clean_code);
            let left_at = line.time("left_on");
            Some(Self {
                row: line.number,
                code: code?,
                name: name?,
                name_native: name_native?,
                email: email?,
                unit_code: unit_code?,
                left_at: left_at?,
            })
        });
        errors.extend(repeated(&rows, "code", |row| Some(row.code.as_str())));
        errors.extend(repeated(&rows, "email", |row| row.email.as_deref()));
        if errors.is_empty() { Ok(rows) } else { Err(errors) }
    }
}

fn repeated<'a>(
    rows: &'a [PersonRow],
    column: &str,
    key: impl Fn(&'a PersonRow) -> Option<&'a str>,
) -> Vec<RowError> {
    let mut first: HashMap<&str, u64> = HashMap::new();
    let mut errors = Vec::new();
    for row in rows {
        let Some(text) = key(row) else { continue };
        if let Some(earlier) = first.get(text) {
            errors.push(RowError::new(row.row, column, format!("{text} stands already in row {earlier}")));
        } else {
            first.insert(text, row.row);
        }
    }
    errors
}
