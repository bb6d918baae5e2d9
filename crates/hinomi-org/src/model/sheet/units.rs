// SPDX-License-Identifier: Apache-2.0
//! `code,kind,name,name_ja,parent_code,valid_from,valid_to`: one line per unit.

use std::collections::HashMap;

use hinomi_core::Time;

use super::RowError;
use super::reader::Sheet;
use crate::model::{UnitKind, clean_code, clean_text};

pub(super) const COLUMNS: &[&str] =
    &["code", "kind", "name", "name_ja", "parent_code", "valid_from", "valid_to"];
const REQUIRED: &[&str] = &["code", "kind", "name", "parent_code"];

/// A unit as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    pub row: u64,
    pub code: String,
    pub kind: UnitKind,
    pub name: String,
    pub name_ja: String,
    pub parent_code: Option<String>,
    /// Since when it is so; the moment of the import when empty.
    pub valid_from: Option<Time>,
    /// Closed from then on.
    pub valid_to: Option<Time>,
}

impl UnitRow {
    /// All rows, or every error.
    pub fn read(file: &[u8]) -> Result<Vec<Self>, Vec<RowError>> {
        let (rows, mut errors) = Self::read_partly(file)?;
        errors.extend(repeated_codes(&rows));
        if errors.is_empty() { Ok(rows) } else { Err(errors) }
    }

    fn read_partly(file: &[u8]) -> Result<(Vec<Self>, Vec<RowError>), Vec<RowError>> {
        let sheet = Sheet::read(file, COLUMNS, REQUIRED)?;
        Ok(sheet.rows(|line| {
            let code = line.clean("code", clean_code);
            let kind = line.named::<UnitKind>("kind");
            let name = line.clean("name", clean_text);
            if name.as_deref() == Some("") {
                line.refuse("name", "is empty");
            }
            let name_ja = line.clean("name_ja", clean_text);
            let parent_code = line.clean("parent_code", |text| {
                if text.is_empty() { Ok(None) } else { clean_code(text).map(Some) }
            });
            let valid_from = line.time("valid_from");
            let valid_to = line.time("valid_to");
            if let (Some(Some(from)), Some(Some(to))) = (valid_from, valid_to)
                && to <= from
            {
                line.refuse("valid_to", "is not after valid_from");
            }
            Some(Self {
                row: line.number,
                code: code?,
                kind: kind?,
                name: name?,
                name_ja: name_ja?,
                parent_code: parent_code?,
                valid_from: valid_from?,
                valid_to: valid_to?,
            })
        }))
    }
}

fn repeated_codes(rows: &[UnitRow]) -> Vec<RowError> {
    let mut first: HashMap<&str, u64> = HashMap::new();
    let mut errors = Vec::new();
    for row in rows {
        if let Some(earlier) = first.get(row.code.as_str()) {
            errors.push(RowError::new(
                row.row,
                "code",
                format!("{} stands already in row {earlier}", row.code),
            ));
        } else {
            first.insert(&row.code, row.row);
        }
    }
    errors
}
