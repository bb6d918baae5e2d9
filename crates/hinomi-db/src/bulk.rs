// SPDX-License-Identifier: Apache-2.0
//! Many rows in one go.
//!
//! SQLite: one JSON parameter per 10,000 rows, unpacked by `json_each` (bytes travel as hexadecimal digits).
//! PostgreSQL: `COPY`; when rows may meet existing ones, into a staging table first.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use crate::{DbError, Value};

const ROWS_PER_PARAMETER: usize = 10_000;
/// Rows with long texts: send earlier.
const BYTES_PER_PARAMETER: usize = 8 << 20;
const COPY_BYTES: usize = 1 << 20;

/// A column of a bulk insert.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Bool,
    Int,
    Float,
    Text,
    Bytes,
}

impl Column {
    pub const fn bool(name: &'static str) -> Self {
        Self { name, kind: ColumnKind::Bool }
    }

    pub const fn int(name: &'static str) -> Self {
        Self { name, kind: ColumnKind::Int }
    }

    pub const fn float(name: &'static str) -> Self {
        Self { name, kind: ColumnKind::Float }
    }

    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: ColumnKind::Text }
    }

    pub const fn bytes(name: &'static str) -> Self {
        Self { name, kind: ColumnKind::Bytes }
    }
}

impl ColumnKind {
    fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

/// Where bulk rows go.
#[derive(Debug, Clone, Copy)]
pub struct BulkTable {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// What follows the rows, such as `ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`.
    pub on_conflict: Option<&'static str>,
}

impl BulkTable {
    fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    fn mismatch(&self, row: usize, index: usize, value: &Value) -> DbError {
        let column = &self.columns[index];
        let mut got = format!("{value:?}");
        got.truncate(got.char_indices().nth(80).map_or(got.len(), |(end, _)| end));
        DbError::BulkValue { table: self.name, row, column: column.name, wanted: column.kind.name(), got }
    }

    fn check_width(&self, row: usize, values: &[Value]) -> Result<(), DbError> {
        let wanted = self.columns.len();
        if values.len() == wanted {
            return Ok(());
        }
        Err(DbError::BulkWidth { table: self.name, row, wanted, got: values.len() })
    }
}

pub(crate) async fn insert_sqlite(
    transaction: &mut Transaction<'static, Sqlite>,
    table: &BulkTable,
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, DbError> {
    let sql = sqlite_statement(table);
    let mut written = 0;
    let mut json = String::from("[");
    let mut in_parameter = 0;
    for (row, values) in rows.enumerate() {
        table.check_width(row, &values)?;
        if in_parameter > 0 {
            json.push(',');
        }
        push_json_row(&mut json, table, row, &values)?;
        in_parameter += 1;
        if in_parameter == ROWS_PER_PARAMETER || json.len() >= BYTES_PER_PARAMETER {
            written += send_json(transaction, &sql, &mut json).await?;
            in_parameter = 0;
        }
    }
    if in_parameter > 0 {
        written += send_json(transaction, &sql, &mut json).await?;
    }
    Ok(written)
}

async fn send_json(
    transaction: &mut Transaction<'static, Sqlite>,
    sql: &str,
    json: &mut String,
) -> Result<u64, DbError> {
    json.push(']');
    let parameter = std::mem::replace(json, String::from("["));
    // Safe: the text is made of the static parts of a `BulkTable`.
    let done = sqlx::query(AssertSqlSafe(sql)).bind(parameter).execute(&mut **transaction).await?;
    Ok(done.rows_affected())
}

fn sqlite_statement(table: &BulkTable) -> String {
    let fields: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| match column.kind {
            ColumnKind::Bytes => format!("unhex(value ->> {index})"),
            _ => format!("value ->> {index}"),
        })
        .collect();
    // `WHERE true`: without it SQLite reads ON CONFLICT as the ON of a join.
    let mut sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM json_each($1) WHERE true",
        table.name,
        table.column_list(),
        fields.join(", ")
    );
    if let Some(on_conflict) = table.on_conflict {
        sql.push(' ');
        sql.push_str(on_conflict);
    }
    sql
}

fn push_json_row(json: &mut String, table: &BulkTable, row: usize, values: &[Value]) -> Result<(), DbError> {
    json.push('[');
    for (index, (value, column)) in values.iter().zip(table.columns).enumerate() {
        if index > 0 {
            json.push(',');
        }
        let written = match (column.kind, value) {
            (ColumnKind::Bool, Value::Bool(Some(value))) => write!(json, "{value}"),
            (ColumnKind::Int, Value::Int(Some(value))) => write!(json, "{value}"),
            (ColumnKind::Float, Value::Float(Some(value))) if value.is_finite() => {
                json.push_str(&serde_json::Value::from(*value).to_string());
                Ok(())
            }
            (ColumnKind::Text, Value::Text(Some(value))) => {
                if value.contains('\0') {
                    return Err(DbError::NulCharacter { position: index + 1 });
                }
                push_json_text(json, value);
                Ok(())
            }
            (ColumnKind::Bytes, Value::Bytes(Some(value))) => {
                json.push('"');
                push_hex(json, value);
                json.push('"');
                Ok(())
            }
            (kind, value) if is_null_of(kind, value) => {
                json.push_str("null");
                Ok(())
            }
            _ => return Err(table.mismatch(row, index, value)),
        };
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    json.push(']');
    Ok(())
}

fn is_null_of(kind: ColumnKind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (ColumnKind::Bool, Value::Bool(None))
            | (ColumnKind::Int, Value::Int(None))
            | (ColumnKind::Float, Value::Float(None))
            | (ColumnKind::Text, Value::Text(None))
            | (ColumnKind::Bytes, Value::Bytes(None))
    )
}

fn push_json_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let escaped = write!(json, "\\u{:04x}", u32::from(character));
                debug_assert!(escaped.is_ok(), "writing to a String cannot fail");
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    text.reserve(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

pub(crate) async fn insert_postgres(
    transaction: &mut Transaction<'static, Postgres>,
    table: &BulkTable,
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, DbError> {
    let columns = table.column_list();
    let Some(on_conflict) = table.on_conflict else {
        return copy(transaction, table, table.name, rows).await;
    };
    let staging = format!("bulk_{}", table.name);
    let create = format!(
        "CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DROP AS SELECT {columns} FROM {} WITH NO DATA",
        table.name
    );
    // Safe, here and below: the texts are made of the static parts of a `BulkTable`. Unprepared, because a prepared
    // statement would outlive the staging table it was planned for.
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut **transaction).await?;
    copy(transaction, table, &staging, rows).await?;
    let insert =
        format!("INSERT INTO {} ({columns}) SELECT {columns} FROM {staging} {on_conflict}", table.name);
    let done = sqlx::raw_sql(AssertSqlSafe(insert)).execute(&mut **transaction).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("TRUNCATE {staging}"))).execute(&mut **transaction).await?;
    Ok(done.rows_affected())
}

async fn copy(
    transaction: &mut Transaction<'static, Postgres>,
    table: &BulkTable,
    target: &str,
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, DbError> {
    let statement = format!("COPY {target} ({}) FROM STDIN", table.column_list());
    let mut sink = transaction.copy_in_raw(&statement).await?;
    let mut buffer = String::with_capacity(COPY_BYTES + 4_096);
    for (row, values) in rows.enumerate() {
        let encoded =
            table.check_width(row, &values).and_then(|()| push_copy_row(&mut buffer, table, row, &values));
        if let Err(error) = encoded {
            // The server answers an abort with an error of its own; ours says more.
            let _ = sink.abort("row refused").await;
            return Err(error);
        }
        if buffer.len() >= COPY_BYTES {
            sink.send(buffer.as_bytes()).await?;
            buffer.clear();
        }
    }
    if !buffer.is_empty() {
        sink.send(buffer.as_bytes()).await?;
    }
    Ok(sink.finish().await?)
}

fn push_copy_row(
    buffer: &mut String,
    table: &BulkTable,
    row: usize,
    values: &[Value],
) -> Result<(), DbError> {
    for (index, (value, column)) in values.iter().zip(table.columns).enumerate() {
        if index > 0 {
            buffer.push('\t');
        }
        let written = match (column.kind, value) {
            (ColumnKind::Bool, Value::Bool(Some(value))) => write!(buffer, "{value}"),
            (ColumnKind::Int, Value::Int(Some(value))) => write!(buffer, "{value}"),
            (ColumnKind::Float, Value::Float(Some(value))) if value.is_finite() => {
                write!(buffer, "{value:?}")
            }
            (ColumnKind::Text, Value::Text(Some(value))) => {
                if value.contains('\0') {
                    return Err(DbError::NulCharacter { position: index + 1 });
                }
                push_copy_text(buffer, value);
                Ok(())
            }
            (ColumnKind::Bytes, Value::Bytes(Some(value))) => {
                buffer.push_str("\\\\x");
                push_hex(buffer, value);
                Ok(())
            }
            (kind, value) if is_null_of(kind, value) => {
                buffer.push_str("\\N");
                Ok(())
            }
            _ => return Err(table.mismatch(row, index, value)),
        };
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    buffer.push('\n');
    Ok(())
}

/// PostgreSQL 15, COPY, "Text Format": backslash, newline, carriage return and tab are escaped.
fn push_copy_text(buffer: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => buffer.push_str("\\\\"),
            '\n' => buffer.push_str("\\n"),
            '\r' => buffer.push_str("\\r"),
            '\t' => buffer.push_str("\\t"),
            _ => buffer.push(character),
        }
    }
}
