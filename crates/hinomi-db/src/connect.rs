// SPDX-License-Identifier: Apache-2.0
//! Opening a database: addresses, pools, and the SQLite settings that the rest relies on.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::db::{Db, Pools};
use crate::{DbError, Engine};

/// How long a writer of this or another process may hold the file before we give up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const MMAP_BYTES: &str = "268435456";

/// `sqlite:PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub fn sqlite(path: &Path) -> Self {
        Self(format!("sqlite:{}", path.display()))
    }

    pub fn engine(&self) -> Engine {
        if self.0.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }

    /// The file of a SQLite address.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        self.0.strip_prefix("sqlite:").map(PathBuf::from)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = DbError;

    fn from_str(address: &str) -> Result<Self, DbError> {
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.starts_with(":memory") => {
                Ok(Self(format!("sqlite:{path}")))
            }
            None if address.starts_with("postgres://") || address.starts_with("postgresql://") => {
                Ok(Self(address.to_owned()))
            }
            _ => Err(DbError::Address { address: address.to_owned() }),
        }
    }
}

impl std::fmt::Display for DatabaseUrl {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else { return formatter.write_str(&self.0) };
        match rest.split_once('@') {
            Some((user, host)) => {
                let name = user.split(':').next().unwrap_or_default();
                write!(formatter, "{scheme}://{name}@{host}")
            }
            None => formatter.write_str(&self.0),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

/// Pool sizes.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// SQLite: connections that only read, beside the one that writes.
    pub readers: u32,
    /// PostgreSQL: connections in all.
    pub connections: u32,
    /// SQLite: make the file when it is missing.
    pub create: bool,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 8, connections: 16, create: true }
    }
}

pub(crate) async fn open(url: &DatabaseUrl, options: &DbOptions) -> Result<Db, DbError> {
    let opened = match url.sqlite_path() {
        Some(path) => open_sqlite(&path, options).await,
        None => open_postgres(url.as_str(), options).await,
    };
    opened.map(Db::from_pools).map_err(|cause| DbError::Open { address: url.to_string(), cause })
}

pub(crate) fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .pragma("mmap_size", MMAP_BYTES)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16384")
        .pragma("journal_size_limit", "67108864")
        .row_buffer_size(512)
        .statement_cache_capacity(256)
}

async fn open_sqlite(path: &Path, options: &DbOptions) -> Result<Pools, sqlx::Error> {
    let base = sqlite_options(path);
    switch_to_wal(base.clone().create_if_missing(options.create)).await?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // After opening, waiting for another process's write is `turn`'s business.
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("PRAGMA busy_timeout = 5").execute(connection).await?;
                Ok(())
            })
        })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // It writes in many indexes at once, and what it touches again soon should be written into the file once.
        .connect_with(base.clone().pragma("cache_size", "-65536").pragma("wal_autocheckpoint", "4000"))
        .await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(Duration::from_secs(300))
        .max_lifetime(None)
        .connect_with(base.pragma("query_only", "on"))
        .await?;
    Ok(Pools::Sqlite { reader, writer })
}

/// The journal mode stays with the file. Switching needs the file alone and does not honour the busy time-out, so
/// that two processes that make the same file would fail without the retry.
async fn switch_to_wal(options: SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let started = Instant::now();
    loop {
        let outcome = async {
            let connection: SqliteConnection =
                options.clone().journal_mode(SqliteJournalMode::Wal).connect().await?;
            connection.close().await
        };
        match outcome.await {
            Err(sqlx::Error::Database(cause))
                if cause.code().is_some_and(|code| matches!(&*code, "5" | "261" | "517"))
                    && started.elapsed() < BUSY_TIMEOUT =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other,
        }
    }
}

async fn open_postgres(address: &str, options: &DbOptions) -> Result<Pools, sqlx::Error> {
    let connect = PgConnectOptions::from_str(address)?.application_name("hinomi");
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(connect)
        .await?;
    Ok(Pools::Postgres(pool))
}
