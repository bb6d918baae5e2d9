// SPDX-License-Identifier: Apache-2.0
//! One at a time, also between processes: two imports that read the same state and then write would meet in the same
//! rows.
//!
//! ```text
//! tasks of this process ─→ one of them (a mutex) ─→ one of all processes ─→ works, holding the turn
//!                                                    SQLite: a lock file beside the database, which the system
//!                                                            gives free when a process dies
//!                                                    PostgreSQL: an advisory lock of a transaction
//! ```
//! At most one task of a process asks the database, so that those who wait never take the connections that the one
//! who works needs. Waiting ends when its future is dropped.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use hinomi_core::{DomainError, ErrorKind};
use hinomi_db::{Db, DbError, Engine, Tx};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::turn as store;

const ASK_EVERY: Duration = Duration::from_millis(20);

/// What takes turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Records of vulnerabilities come in.
    Feed,
    /// Matches and tickets are brought up to date.
    Reconcile,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Reconcile => "reconcile",
        }
    }

    fn key(self) -> i64 {
        match self {
            Self::Feed => 0x6869_6e6f_0001,
            Self::Reconcile => 0x6869_6e6f_0002,
        }
    }

    fn of_this_process(self) -> &'static Mutex<()> {
        static FEED: Mutex<()> = Mutex::const_new(());
        static RECONCILE: Mutex<()> = Mutex::const_new(());
        match self {
            Self::Feed => &FEED,
            Self::Reconcile => &RECONCILE,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error("{path}: cannot lock: {cause}")]
    File { path: String, cause: std::io::Error },
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for TurnError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::File { .. } => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "turn-failed",
            Self::Database(error) => error.code(),
        }
    }
}

/// Held until it is dropped.
pub struct Turn {
    _held: Held,
    _of_process: MutexGuard<'static, ()>,
}

#[expect(dead_code, reason = "what is held is only dropped")]
enum Held {
    File(File),
    Transaction(Box<Tx>),
    /// A database in memory has one process.
    Nothing,
}

/// Waits for the turn.
pub async fn take(db: &Db, work: Work) -> Result<Turn, TurnError> {
    let of_process = work.of_this_process().lock().await;
    let held = match db.engine() {
        Engine::Sqlite => match store::sqlite_file(db).await?.as_str() {
            "" => Held::Nothing,
            database => {
                Held::File(file_turn(PathBuf::from(format!("{database}.{}.lock", work.name()))).await?)
            }
        },
        Engine::Postgres => {
            let mut tx = db.begin().await?;
            while !store::try_advisory_lock(&mut tx, work.key()).await? {
                tokio::time::sleep(ASK_EVERY).await;
            }
            Held::Transaction(Box::new(tx))
        }
    };
    Ok(Turn { _held: held, _of_process: of_process })
}

async fn file_turn(path: PathBuf) -> Result<File, TurnError> {
    let failed = |cause| TurnError::File { path: path.display().to_string(), cause };
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(ASK_EVERY).await,
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
    }
}
