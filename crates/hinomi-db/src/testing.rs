// SPDX-License-Identifier: Apache-2.0
//! Databases for tests: every test has its own, on both engines.
//!
//! ```text
//! both_engines! { SETS; async fn name(db: Db) {…} } ─┬─→ name::sqlite    copy of a migrated template file
//!                                                    └─→ name::postgres  CREATE DATABASE … TEMPLATE migrated
//! ```
//!
//! PostgreSQL is the server named by `HINOMI_TEST_PG_URL`, else one started here, shared by all test processes and
//! stopped by its own watchdog ten minutes after the last test. Nothing is skipped: without PostgreSQL's programs the
//! test fails and names the Debian package.

#![expect(clippy::expect_used, clippy::panic, reason = "test set-up: a failure is the test's failure")]

mod server;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::migrate::{self, Migration};
use crate::{DatabaseUrl, Db, DbOptions, Engine};

/// Runs a test body once per engine: `both_engines! { SETS; async fn name(db: Db) { … } }`, where `SETS` is a
/// `&[&[Migration]]`.
#[macro_export]
macro_rules! both_engines {
    ($sets:expr; $($(#[$meta:meta])* async fn $name:ident($db:ident: $type:ty) $body:block)+) => {$(
        #[cfg(test)]
        mod $name {
            #[allow(unused_imports, reason = "the body decides what it needs")]
            use super::*;

            async fn body($db: $type) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::testing::run($crate::Engine::Sqlite, $sets, body);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::testing::run($crate::Engine::Postgres, $sets, body);
            }
        }
    )+};
}

/// Runs one test body on its own database, on a runtime of its own.
pub fn run<F, Fut>(engine: Engine, sets: &'static [&'static [Migration]], body: F)
where
    F: FnOnce(Db) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for the test");
    runtime.block_on(async move {
        let database = TestDb::new(engine, sets).await;
        let db = database.db();
        let outcome = tokio::spawn(body(db)).await;
        database.drop_database().await;
        if let Err(error) = outcome {
            std::panic::resume_unwind(error.into_panic());
        }
    });
}

/// A migrated, empty database of one test.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    url: DatabaseUrl,
    /// Held so that a SQLite file lives as long as the test.
    _directory: Option<tempfile::TempDir>,
    /// The server and the name of a PostgreSQL database, to drop it.
    postgres: Option<(String, String)>,
}

impl TestDb {
    pub async fn new(engine: Engine, sets: &'static [&'static [Migration]]) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(sets).await,
            Engine::Postgres => Self::postgres(sets).await,
        }
    }

    pub async fn sqlite(sets: &'static [&'static [Migration]]) -> Self {
        let template = sqlite_template(sets).await;
        let directory = tempfile::Builder::new().prefix("hinomi-db-").tempdir().expect("a temporary folder");
        let path = directory.path().join("hinomi.db");
        fs::copy(&template, &path).expect("the template database copies");
        let url = DatabaseUrl::sqlite(&path);
        let db = Db::open(&url, &options()).await.expect("the test database opens");
        Self { db, url, _directory: Some(directory), postgres: None }
    }

    pub async fn postgres(sets: &'static [&'static [Migration]]) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let server = server::address().await;
        let template = postgres_template(&server, sets).await;
        let name = format!("hinomi_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::SeqCst));
        let mut admin = connect(&server).await;
        // Process ids come round again, and a killed test leaves its database behind.
        execute(&mut admin, format!("DROP DATABASE IF EXISTS {name}")).await;
        execute(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url: DatabaseUrl = with_database(&server, &name).parse().expect("the server's address");
        let db = Db::open(&url, &options()).await.expect("the test database opens");
        Self { db, url, _directory: None, postgres: Some((server, name)) }
    }

    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// Where it is, to open it a second time or from another process.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Closes and removes it.
    pub async fn drop_database(self) {
        self.db.close().await;
        if let Some((server, name)) = self.postgres {
            let mut admin = connect(&server).await;
            execute(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

fn options() -> DbOptions {
    DbOptions { readers: 4, connections: 6, create: true }
}

/// Tables of the schema as sorted `table.column kind null|not null`, in one spelling for both engines.
pub async fn schema(db: &Db) -> Vec<String> {
    let sql = db.pick(
        "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0 FROM sqlite_schema t
         JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES'
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'",
    );
    let columns: Vec<(String, String, String, bool)> = db.all(sql, ()).await.expect("the schema is readable");
    let mut lines: Vec<String> = columns
        .into_iter()
        .map(|(table, column, kind, nullable)| {
            let kind = match kind.to_ascii_lowercase().as_str() {
                "blob" | "bytea" => "bytes".to_owned(),
                "integer" | "bigint" => "bigint".to_owned(),
                other => other.to_owned(),
            };
            format!("{table}.{column} {kind} {}", if nullable { "null" } else { "not null" })
        })
        .collect();
    lines.sort();
    lines
}

/// Where templates and the server live: shared by all tests of this user.
fn shared_folder() -> PathBuf {
    let user = fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap_or(0);
    let folder = std::env::temp_dir().join(format!("hinomi-tests-{user}"));
    fs::create_dir_all(&folder).expect("a folder for test templates");
    folder
}

/// One process at a time.
fn exclusive(path: &Path) -> File {
    let file = File::create(path).expect("a lock file");
    file.lock().expect("the lock");
    file
}

fn fingerprint(engine: Engine, sets: &[&[Migration]]) -> String {
    let mut hash = Sha256::new();
    for migration in migrate::collect(sets).expect("migrations with distinct ids") {
        hash.update(migration.id.as_bytes());
        hash.update(match engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        });
    }
    hex::encode(&hash.finalize()[..8])
}

async fn sqlite_template(sets: &'static [&'static [Migration]]) -> PathBuf {
    let folder = shared_folder();
    let name = fingerprint(Engine::Sqlite, sets);
    let path = folder.join(format!("{name}.db"));
    let _lock = exclusive(&folder.join(format!("{name}.lock")));
    if path.exists() {
        return path;
    }
    let partial = folder.join(format!("{name}.partial"));
    let _ = fs::remove_file(&partial);
    let db = Db::open(&DatabaseUrl::sqlite(&partial), &options()).await.expect("the template opens");
    migrate::run(&db, sets).await.unwrap_or_else(|error| panic!("migrations on SQLite: {error}"));
    db.close().await;
    fs::rename(&partial, &path).expect("the template is put in place");
    path
}

async fn postgres_template(server: &str, sets: &'static [&'static [Migration]]) -> String {
    let name = format!("hinomi_template_{}", fingerprint(Engine::Postgres, sets));
    let mut admin = connect(server).await;
    // Held by this connection until it closes.
    execute(&mut admin, "SELECT pg_advisory_lock(4711)".to_owned()).await;
    let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .expect("the list of databases");
    if known == 0 {
        let building = format!("{name}_building");
        execute(&mut admin, format!("DROP DATABASE IF EXISTS {building} WITH (FORCE)")).await;
        execute(&mut admin, format!("CREATE DATABASE {building} TEMPLATE template0 LC_COLLATE 'C'")).await;
        let url = with_database(server, &building).parse().expect("the server's address");
        let db = Db::open(&url, &options()).await.expect("the template opens");
        migrate::run(&db, sets).await.unwrap_or_else(|error| panic!("migrations on PostgreSQL: {error}"));
        db.close().await;
        execute(&mut admin, format!("ALTER DATABASE {building} RENAME TO {name}")).await;
    }
    admin.close().await.expect("the connection closes");
    name
}

async fn connect(server: &str) -> PgConnection {
    PgConnection::connect(&with_database(server, "postgres"))
        .await
        .unwrap_or_else(|error| panic!("PostgreSQL at {server}: {error}"))
}

/// Names are made here of digits and our own words, never from outside.
async fn execute(connection: &mut PgConnection, sql: String) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The server's address with another database name: `postgres://user@host/NAME?host=…`.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, ""), |(address, query)| (address, query));
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    let question = if query.is_empty() { "" } else { "?" };
    format!("{}/{name}{question}{query}", &address[..end])
}
