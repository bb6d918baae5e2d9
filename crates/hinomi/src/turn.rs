// SPDX-License-Identifier: Apache-2.0
//! One at a time, also between processes: two imports that read the same state and then write would meet in the same
//! rows. SQLite: a lock file beside the database, which the system gives free when a process dies. PostgreSQL: an
//! advisory lock of a transaction.

use std::fs::File;
use std::path::PathBuf;

use anyhow::Context;
use hinomi_db::{Db, Engine, Tx, values};

use crate::failure::Told;

/// What takes turns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Feed,
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
}

/// Held until it is dropped.
pub(crate) struct Turn {
    _held: Held,
}

#[expect(dead_code, reason = "what is held is only dropped")]
enum Held {
    File(File),
    Transaction(Box<Tx>),
}

/// Waits for the turn.
pub(crate) async fn take(db: &Db, work: Work) -> anyhow::Result<Turn> {
    let held = match db.engine() {
        Engine::Sqlite => {
            let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
            let database: String = db.scalar(sql, ()).await.told()?;
            let path = PathBuf::from(format!("{database}.{}.lock", work.name()));
            let waited = tokio::task::spawn_blocking(move || lock(path)).await?;
            Held::File(waited?)
        }
        Engine::Postgres => {
            let mut tx = db.begin().await.told()?;
            tx.execute("SELECT pg_advisory_xact_lock($1)", values![work.key()]).await.told()?;
            Held::Transaction(Box::new(tx))
        }
    };
    Ok(Turn { _held: held })
}

fn lock(path: PathBuf) -> anyhow::Result<File> {
    let shown = || format!("{}: cannot lock", path.display());
    let file = File::options().create(true).append(true).open(&path).with_context(shown)?;
    file.lock().with_context(shown)?;
    Ok(file)
}
