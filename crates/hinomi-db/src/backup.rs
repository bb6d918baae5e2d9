// SPDX-License-Identifier: Apache-2.0
//! Online backup of a SQLite file, and putting one back.

use std::path::Path;

use sqlx::{ConnectOptions, Connection};

use crate::connect::sqlite_options;
use crate::db::{Db, Pools};
use crate::{DatabaseUrl, DbError};

impl Db {
    /// Writes a compact copy of the state of this moment to a new file while work goes on.
    pub async fn backup_to(&self, path: &Path) -> Result<(), DbError> {
        let Pools::Sqlite { writer, .. } = self.pools() else {
            return Err(DbError::SqliteOnly { operation: "backup", instead: "pg_dump --format=custom" });
        };
        let file = |cause| DbError::File { path: path.to_owned(), cause };
        if path.exists() {
            return Err(file(std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
        }
        let partial = path.with_extension("partial");
        match std::fs::remove_file(&partial) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(file(cause)),
            _ => {}
        }
        let source = writer.connect_options().get_filename().to_owned();
        // A connection of its own: the copy reads for long and must keep neither the writer nor a reader.
        let mut connection = sqlite_options(&source).connect().await?;
        sqlx::query("VACUUM INTO $1").bind(partial.display().to_string()).execute(&mut connection).await?;
        connection.close().await?;
        std::fs::rename(&partial, path).map_err(file)
    }
}

/// Puts a backup in the place of a database that no process has open. What was there is kept beside it as
/// `….before-restore`.
pub async fn restore(backup: &Path, target: &DatabaseUrl) -> Result<(), DbError> {
    let Some(target) = target.sqlite_path() else {
        return Err(DbError::SqliteOnly { operation: "restore", instead: "pg_restore" });
    };
    check(backup).await?;
    let partial = target.with_extension("partial");
    let named = |path: &Path| {
        let path = path.to_owned();
        move |cause| DbError::File { path, cause }
    };
    std::fs::copy(backup, &partial).map_err(named(backup))?;
    if target.exists() {
        for suffix in ["", "-wal", "-shm"] {
            let beside = |end: &str| {
                let mut name = target.clone().into_os_string();
                name.push(end);
                std::path::PathBuf::from(name)
            };
            let from = beside(suffix);
            if from.exists() {
                std::fs::rename(&from, beside(&format!(".before-restore{suffix}"))).map_err(named(&from))?;
            }
        }
    }
    std::fs::rename(&partial, &target).map_err(named(&target))
}

async fn check(path: &Path) -> Result<(), DbError> {
    let damaged = |cause: String| DbError::Damaged { path: path.to_owned(), cause };
    let options = sqlite_options(path).read_only(true).immutable(true);
    let mut connection = options.connect().await.map_err(|cause| damaged(cause.to_string()))?;
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(|cause| damaged(cause.to_string()))?;
    connection.close().await?;
    if verdict == "ok" { Ok(()) } else { Err(damaged(verdict)) }
}
