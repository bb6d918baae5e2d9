// SPDX-License-Identifier: Apache-2.0
//! Many rows in one go.
//!
//! SQLite: statements of many rows with a parameter per value; few lengths, so that the connection keeps them prepared.
//! (One JSON parameter unpacked by `json_each` costs four times as much, since each field parses its row again.)
//! PostgreSQL: `COPY`; when rows may meet existing ones, into a staging table first.

use std::collections::VecDeque;
use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use crate::arguments::for_sqlite;
use crate::{DbError, Value, Values};

/// Rows of one statement, the longest first; the last ones of a run go in the shorter statements.
const ROWS_PER_STATEMENT: [usize; 4] = [128, 32, 8, 1];
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
    let mut rows = rows.enumerate();
    let mut written = 0;
    let mut waiting = VecDeque::new();
    for most in ROWS_PER_STATEMENT {
        let mut sql = None;
        loop {
            while waiting.len() < most
                && let Some((row, values)) = rows.next()
            {
                check_row(table, row, &values)?;
                waiting.push_back(values);
            }
            if waiting.len() < most {
                break;
            }
            let parameters = for_sqlite(Values(waiting.drain(..most).flatten().collect()))?;
            let sql = sql.get_or_insert_with(|| sqlite_statement(table, most)).as_str();
            // Safe: the text is made of the static parts of a `BulkTable`.
            let done = sqlx::query_with(AssertSqlSafe(sql), parameters);
            written += done.execute(&mut **transaction).await?.rows_affected();
        }
    }
    Ok(written)
}

fn sqlite_statement(table: &BulkTable, rows: usize) -> String {
    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let mut sql =
        format!("INSERT INTO {} ({}) VALUES {}", table.name, table.column_list(), vec![row; rows].join(", "));
    if let Some(on_conflict) = table.on_conflict {
        sql.push(' ');
        sql.push_str(on_conflict);
    }
    sql
}

/// SQLite would take any value into any column; PostgreSQL would not.
fn check_row(table: &BulkTable, row: usize, values: &[Value]) -> Result<(), DbError> {
    table.check_width(row, values)?;
    for (index, (value, column)) in values.iter().zip(table.columns).enumerate() {
        match (column.kind, value) {
            (ColumnKind::Text, Value::Text(Some(text))) if text.contains('\0') => {
                return Err(DbError::NulCharacter { position: index + 1 });
            }
            // Neither engine is sent what is no number.
            (ColumnKind::Float, Value::Float(Some(value))) if !value.is_finite() => {
                return Err(table.mismatch(row, index, &Value::Float(Some(*value))));
            }
            (ColumnKind::Bool, Value::Bool(_))
            | (ColumnKind::Int, Value::Int(_))
            | (ColumnKind::Float, Value::Float(_))
            | (ColumnKind::Text, Value::Text(_))
            | (ColumnKind::Bytes, Value::Bytes(_)) => {}
            (_, value) => return Err(table.mismatch(row, index, value)),
        }
    }
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
