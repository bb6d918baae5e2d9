// SPDX-License-Identifier: Apache-2.0
//! Any table as assets: somebody says once what each column means and saves it.
//!
//! ```text
//!  bytes ─→ encoding ─→ separator ─→ header ─→ rows ─→ AssetRecord, one a row
//!                          Mapping: column → AssetField        └─→ CellError: row, column, value, what is wrong
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::encoding;
use super::field::{self, AssetField, Ids};
use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{AssetClass, AssetRecord, Inventory, Warning};
use crate::tree::{self, Sheet};

/// What the columns of a table mean. Columns without a field are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// By the name in the header, as it stands there.
    pub columns: BTreeMap<String, AssetField>,
    /// `None`: found out from the bytes.
    pub encoding: Option<Encoding>,
    /// `None`: found out from the first lines.
    pub separator: Option<char>,
    /// Lines before the header.
    pub skip: usize,
    /// What a row is when no column says it.
    pub class: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    Utf8,
    Utf16,
    ShiftJis,
    Windows1252,
}

/// The first rows as they would be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    pub encoding: Encoding,
    pub separator: char,
    pub columns: Vec<String>,
    /// Fields that the names of the columns suggest, for those that the mapping does not name.
    pub suggested: BTreeMap<String, AssetField>,
    /// Cells as they stand there.
    pub cells: Vec<Vec<String>>,
    pub assets: Vec<AssetRecord>,
    /// Of all rows, not of the first ones only.
    pub errors: Vec<CellError>,
    pub rows: usize,
}

/// A cell that does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellError {
    /// Line of the file, counted from 1.
    pub line: usize,
    pub column: String,
    pub value: String,
    pub text: String,
}

/// Errors beyond this are counted in the last one.
const ERRORS_MAX: usize = 1000;

impl Mapping {
    /// All rows as assets; cells that do not fit are warnings.
    pub fn read(&self, bytes: &[u8], path: &str) -> Result<Inventory, ReadError> {
        let table = self.open(bytes, path)?;
        let mut inventory = Inventory::new(Format::AssetCsv);
        let mut errors = Vec::new();
        let mut ids = Ids::default();
        for row in &table.sheet.rows[table.first_row..] {
            if let Some(mut record) = self.row(&table, row, &mut errors) {
                ids.give(&mut record);
                inventory.assets.push(record);
            }
        }
        inventory.warnings = errors
            .into_iter()
            .map(|error| Warning {
                place: format!("line {}, column {:?}", error.line, error.column),
                text: format!("{:?} {}", error.value, error.text),
            })
            .collect();
        Ok(inventory)
    }

    /// The first `count` rows as they would be read, and every error.
    pub fn preview(&self, bytes: &[u8], path: &str, count: usize) -> Result<Preview, ReadError> {
        let table = self.open(bytes, path)?;
        let rows = &table.sheet.rows[table.first_row..];
        let mut errors = Vec::new();
        let mut ids = Ids::default();
        let mut assets = Vec::new();
        for row in rows {
            if let Some(mut record) = self.row(&table, row, &mut errors)
                && assets.len() < count
            {
                ids.give(&mut record);
                assets.push(record);
            }
        }
        let suggested = table
            .columns
            .iter()
            .filter(|column| !self.columns.contains_key(*column))
            .filter_map(|column| Some((column.clone(), suggest(column)?)))
            .collect();
        Ok(Preview {
            encoding: table.encoding,
            separator: char::from(table.sheet.separator),
            cells: rows.iter().take(count).map(|row| row.cells.clone()).collect(),
            suggested,
            assets,
            errors,
            rows: rows.len(),
            columns: table.columns,
        })
    }

    fn open(&self, bytes: &[u8], path: &str) -> Result<Table, ReadError> {
        let separator = match self.separator {
            None => None,
            Some(separator @ (',' | ';' | '\t' | '|')) => Some(separator as u8),
            Some(other) => {
                let cause = format!("{other:?} is no separator: comma, semicolon, tab or bar are");
                return Err(ReadError::new(path, Place::Document, cause));
            }
        };
        let (text, encoding) = encoding::decode(bytes, self.encoding, path)?;
        if text.contains('\0') {
            return Err(ReadError::new(path, Place::Document, "this is no table of text"));
        }
        let sheet = tree::read_csv(&text, separator, path)?;
        let Some(header) = sheet.rows.get(self.skip) else {
            return Err(ReadError::new(path, Place::Document, "the table has no header"));
        };
        let columns = header.cells.clone();
        let line = header.line;
        for column in self.columns.keys() {
            if !columns.contains(column) {
                let cause = format!("the header lacks the column {column:?}");
                return Err(ReadError::new(path, Place::Line { line, column: 1 }, cause));
            }
        }
        Ok(Table { sheet, columns, encoding, first_row: self.skip + 1 })
    }

    /// `None` for a row without a value.
    fn row(&self, table: &Table, row: &tree::Row, errors: &mut Vec<CellError>) -> Option<AssetRecord> {
        if row.cells.iter().all(String::is_empty) {
            return None;
        }
        let class = self.class.as_deref().and_then(super::words::class).unwrap_or(AssetClass::Host);
        let mut record = AssetRecord::new("", class, format!("line {}", row.line));
        let mut add_error = |column: &str, value: &str, text: String| {
            if errors.len() < ERRORS_MAX {
                let (column, value) = (column.to_owned(), value.to_owned());
                errors.push(CellError { line: row.line, column, value, text });
            }
        };
        if row.cells.len() > table.columns.len() {
            let extra = row.cells.get(table.columns.len()).map_or("", String::as_str);
            let text = format!("row has {} cells, the header {}", row.cells.len(), table.columns.len());
            add_error("", extra, text);
        }
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let Some(field) = self.columns.get(column) else { continue };
            if let Err(text) = field::set(&mut record, *field, cell, column) {
                add_error(column, cell, text.to_owned());
            }
        }
        if record.name.is_none() && record.identifiers.is_empty() && record.id.is_empty() {
            add_error("", "", "row has neither a name nor an identifier".to_owned());
        }
        Some(record)
    }
}

struct Table {
    sheet: Sheet,
    columns: Vec<String>,
    encoding: Encoding,
    first_row: usize,
}

/// What columns are usually called, in English and Japanese.
const NAMES: [(&str, AssetField); 57] = [
    ("id", AssetField::Id),
    ("name", AssetField::Name),
    ("assetname", AssetField::Name),
    ("資産名", AssetField::Name),
    ("名称", AssetField::Name),
    ("hostname", AssetField::Hostname),
    ("host", AssetField::Hostname),
    ("fqdn", AssetField::Hostname),
    ("dnsname", AssetField::Hostname),
    ("computername", AssetField::Hostname),
    ("ホスト名", AssetField::Hostname),
    ("コンピュータ名", AssetField::Hostname),
    ("ip", AssetField::IpAddress),
    ("ipaddress", AssetField::IpAddress),
    ("ipv4", AssetField::IpAddress),
    ("ipアドレス", AssetField::IpAddress),
    ("mac", AssetField::MacAddress),
    ("macaddress", AssetField::MacAddress),
    ("macアドレス", AssetField::MacAddress),
    ("serial", AssetField::SerialNumber),
    ("serialnumber", AssetField::SerialNumber),
    ("シリアル番号", AssetField::SerialNumber),
    ("製造番号", AssetField::SerialNumber),
    ("manufacturer", AssetField::Vendor),
    ("vendor", AssetField::Vendor),
    ("メーカー", AssetField::Vendor),
    ("uuid", AssetField::Uuid),
    ("assettag", AssetField::AssetTag),
    ("inventorynumber", AssetField::AssetTag),
    ("管理番号", AssetField::AssetTag),
    ("資産番号", AssetField::AssetTag),
    ("type", AssetField::Class),
    ("class", AssetField::Class),
    ("種別", AssetField::Class),
    ("os", AssetField::OsName),
    ("operatingsystem", AssetField::OsName),
    ("osversion", AssetField::OsVersion),
    ("osバージョン", AssetField::OsVersion),
    ("location", AssetField::Location),
    ("site", AssetField::Location),
    ("設置場所", AssetField::Location),
    ("場所", AssetField::Location),
    ("owner", AssetField::Owner),
    ("管理者", AssetField::Owner),
    ("担当者", AssetField::Owner),
    ("department", AssetField::Organisation),
    ("company", AssetField::Organisation),
    ("部署", AssetField::Organisation),
    ("部門", AssetField::Organisation),
    ("environment", AssetField::Environment),
    ("環境", AssetField::Environment),
    ("status", AssetField::State),
    ("state", AssetField::State),
    ("状態", AssetField::State),
    ("model", AssetField::Model),
    ("型番", AssetField::Model),
    ("備考", AssetField::Comment),
];

/// The field that a column's name suggests.
fn suggest(column: &str) -> Option<AssetField> {
    let plain: String = column.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect();
    NAMES.iter().find(|(name, _)| *name == plain).map(|(_, field)| *field)
}
