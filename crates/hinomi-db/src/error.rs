// SPDX-License-Identifier: Apache-2.0
//! What can go wrong between a store and its database.

use std::path::PathBuf;

use hinomi_core::{DomainError, ErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("database: {0}")]
    Sqlx(#[from] sqlx::Error),
    #[error("not a database address: {address:?}: use sqlite:PATH or postgres://USER@HOST/NAME")]
    Address { address: String },
    #[error("cannot open database {address}: {cause}")]
    Open { address: String, cause: sqlx::Error },
    #[error("text parameter {position} holds a NUL character, which no database text can")]
    NulCharacter { position: usize },
    #[error("bulk row {row} of table {table}: column {column} wants {wanted}, got {got}")]
    BulkValue { table: &'static str, row: usize, column: &'static str, wanted: &'static str, got: String },
    #[error("bulk row {row} of table {table} has {got} values, wanted {wanted}")]
    BulkWidth { table: &'static str, row: usize, wanted: usize, got: usize },
    #[error(
        "migration {id} was changed after it had been applied: its checksum is {actual}, recorded was {recorded}"
    )]
    MigrationChanged { id: String, recorded: String, actual: String },
    #[error("the database was written by a newer release: it has the unknown migrations {}", ids.join(", "))]
    NewerSchema { ids: Vec<String> },
    #[error("migration {id} is declared twice")]
    MigrationTwice { id: String },
    #[error("migration {id}: {cause}")]
    Migration { id: String, cause: sqlx::Error },
    #[error("{operation} works on SQLite only; for PostgreSQL use {instead}")]
    SqliteOnly { operation: &'static str, instead: &'static str },
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{}: not a sound database file: {cause}", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error("cannot allocate {count} ids for {sequence}")]
    IdCount { sequence: &'static str, count: i64 },
}

impl DbError {
    /// A row with this key exists already.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Sqlx(sqlx::Error::Database(cause)) if cause.is_unique_violation())
    }

    /// A referenced row does not exist, or a row is still referenced.
    pub fn is_foreign_key_violation(&self) -> bool {
        matches!(self, Self::Sqlx(sqlx::Error::Database(cause)) if cause.is_foreign_key_violation())
    }

    /// The pool or the writer's lock was not free in time: worth another try.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Sqlx(sqlx::Error::PoolTimedOut) => true,
            // SQLITE_BUSY and its extended codes (low byte 5); PostgreSQL 40001 serialisation, 40P01 deadlock.
            Self::Sqlx(sqlx::Error::Database(cause)) => cause
                .code()
                .is_some_and(|code| matches!(&*code, "5" | "261" | "517" | "773" | "40001" | "40P01")),
            _ => false,
        }
    }
}

impl DomainError for DbError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NulCharacter { .. } => ErrorKind::Invalid,
            _ if self.is_busy() => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NulCharacter { .. } => "nul-character",
            _ if self.is_busy() => "database-busy",
            _ => "database-failed",
        }
    }
}
