// SPDX-License-Identifier: Apache-2.0
//! The schema's history: every domain's migrations, applied in the order of their ids, each in one transaction.
//!
//! An applied migration never changes (its checksum is kept) and a database that knows migrations which this
//! release does not is left alone.

use std::collections::BTreeMap;

use hinomi_core::{Clock, SystemClock};
use sha2::{Digest, Sha256};

use crate::{Db, DbError, Engine, Tx, values};

/// One step of the schema: `id` is the folder's name, `YYYYMMDDhhmm_name`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub id: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// `include_migration!("202611230010_org")`: the folder `migrations/202611230010_org` of the calling crate.
#[macro_export]
macro_rules! include_migration {
    ($id:literal) => {
        $crate::migrate::Migration {
            id: $id,
            sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $id, "/sqlite.sql")),
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $id, "/postgres.sql")),
        }
    };
}

/// This crate's own tables: `id_sequence`, `search_gram`. [`run`] applies them besides what it is given.
pub const MIGRATIONS: &[Migration] = &[include_migration!("202611230000_base")];

/// PostgreSQL's advisory lock that keeps two starting processes from migrating at once; SQLite has its write lock.
const LOCK_KEY: i64 = 0x6869_6e6f_6d69;

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    fn checksum(&self, engine: Engine) -> String {
        hex::encode(Sha256::digest(self.text(engine).as_bytes()))
    }
}

/// All steps in order, this crate's own included.
pub fn collect(sets: &[&[Migration]]) -> Result<Vec<Migration>, DbError> {
    let mut ordered = BTreeMap::new();
    for migration in MIGRATIONS.iter().chain(sets.iter().copied().flatten()) {
        if ordered.insert(migration.id, *migration).is_some() {
            return Err(DbError::MigrationTwice { id: migration.id.to_owned() });
        }
    }
    Ok(ordered.into_values().collect())
}

/// Brings the schema up to date and returns the ids that were applied now.
pub async fn run(db: &Db, sets: &[&[Migration]]) -> Result<Vec<&'static str>, DbError> {
    let migrations = collect(sets)?;
    db.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration (
            id TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)",
        (),
    )
    .await
    .or_else(|error| if error.is_unique_violation() { Ok(0) } else { Err(error) })?;
    let recorded = applied(db).await?;
    check(&migrations, &recorded, db.engine())?;
    let mut done = Vec::new();
    for migration in migrations.iter().filter(|migration| !recorded.contains_key(migration.id)) {
        if apply(db, migration).await? {
            tracing::info!(id = migration.id, "migration applied");
            done.push(migration.id);
        }
    }
    Ok(done)
}

/// The ids that would be applied, without applying them.
pub async fn pending(db: &Db, sets: &[&[Migration]]) -> Result<Vec<&'static str>, DbError> {
    let recorded = applied(db).await.unwrap_or_default();
    Ok(collect(sets)?.iter().map(|migration| migration.id).filter(|id| !recorded.contains_key(*id)).collect())
}

async fn applied(db: &Db) -> Result<BTreeMap<String, String>, DbError> {
    let rows: Vec<(String, String)> = db.all("SELECT id, checksum FROM schema_migration", ()).await?;
    Ok(rows.into_iter().collect())
}

fn check(
    migrations: &[Migration],
    recorded: &BTreeMap<String, String>,
    engine: Engine,
) -> Result<(), DbError> {
    let unknown: Vec<String> = recorded
        .keys()
        .filter(|id| !migrations.iter().any(|migration| migration.id == id.as_str()))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        return Err(DbError::NewerSchema { ids: unknown });
    }
    for migration in migrations {
        let actual = migration.checksum(engine);
        match recorded.get(migration.id) {
            Some(checksum) if *checksum != actual => {
                return Err(DbError::MigrationChanged {
                    id: migration.id.to_owned(),
                    recorded: checksum.clone(),
                    actual,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// False when another process was quicker.
async fn apply(db: &Db, migration: &Migration) -> Result<bool, DbError> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    let known: i64 =
        tx.scalar("SELECT COUNT(*) FROM schema_migration WHERE id = $1", values![migration.id]).await?;
    if known > 0 {
        return Ok(false);
    }
    let failed = |cause| DbError::Migration { id: migration.id.to_owned(), cause };
    tx.script(migration.text(tx.engine())).await.map_err(failed)?;
    tx.execute(
        "INSERT INTO schema_migration (id, checksum, applied_at) VALUES ($1, $2, $3)",
        values![migration.id, migration.checksum(tx.engine()), SystemClock.now()],
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    match tx.engine() {
        // Foreign keys are checked at the end, so that a step may rebuild a table.
        Engine::Sqlite => tx.script("PRAGMA defer_foreign_keys = ON").await?,
        Engine::Postgres => {
            tx.execute("SELECT pg_advisory_xact_lock($1)", values![LOCK_KEY]).await?;
        }
    }
    Ok(())
}
