// SPDX-License-Identifier: Apache-2.0
//! The database handle: single statements, and the start of transactions.

use futures_util::TryStreamExt;
use sea_query::{QueryStatementWriter, SelectStatement};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, PgPool, SqlSafeStr, SqlStr, SqlitePool};

use crate::arguments::{built, for_postgres, for_sqlite};
use crate::tx::Tx;
use crate::{DatabaseUrl, DbError, DbOptions, Values, connect, turn};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A row type that both engines can fill: `#[derive(sqlx::FromRow)]` or a tuple.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { reader: SqlitePool, writer: SqlitePool },
    Postgres(PgPool),
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Db({})", self.engine().name())
    }
}

impl Db {
    pub async fn open(url: &DatabaseUrl, options: &DbOptions) -> Result<Self, DbError> {
        connect::open(url, options).await
    }

    pub(crate) fn from_pools(pools: Pools) -> Self {
        Self { pools }
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// The text for this engine, where one text cannot serve both.
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.engine() {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }

    /// Waits until every connection is given back and closed.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Starts a write transaction (`BEGIN IMMEDIATE` on SQLite). Keep it under 250 ms; while it is open, use its own
    /// functions for every write, or the write waits for itself.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => Ok(Tx::sqlite(turn::begin(writer).await?)),
            Pools::Postgres(pool) => Ok(Tx::postgres(pool.begin().await?)),
        }
    }

    /// Starts a read-only transaction in which every statement sees the same state.
    pub async fn begin_read(&self) -> Result<Tx, DbError> {
        match &self.pools {
            Pools::Sqlite { reader, .. } => Ok(Tx::sqlite(reader.begin().await?).read_only()),
            Pools::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
                Ok(Tx::postgres(pool.begin_with(begin).await?).read_only())
            }
        }
    }

    pub async fn all<T: Record>(
        &self,
        sql: &'static str,
        values: impl Into<Values>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_all(sql.into_sql_str(), values.into()).await
    }

    /// The first row; an error when there is none.
    pub async fn one<T: Record>(&self, sql: &'static str, values: impl Into<Values>) -> Result<T, DbError> {
        let row = self.fetch_optional(sql.into_sql_str(), values.into()).await?;
        row.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
    }

    pub async fn optional<T: Record>(
        &self,
        sql: &'static str,
        values: impl Into<Values>,
    ) -> Result<Option<T>, DbError> {
        self.fetch_optional(sql.into_sql_str(), values.into()).await
    }

    /// The first column of the first row.
    pub async fn scalar<T>(&self, sql: &'static str, values: impl Into<Values>) -> Result<T, DbError>
    where
        (T,): Record,
    {
        let (value,) = self.one::<(T,)>(sql, values).await?;
        Ok(value)
    }

    /// The first column of every row.
    pub async fn column<T>(&self, sql: &'static str, values: impl Into<Values>) -> Result<Vec<T>, DbError>
    where
        (T,): Record,
    {
        let rows = self.all::<(T,)>(sql, values).await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    /// Hands over row by row without holding them all.
    pub async fn each<T: Record>(
        &self,
        sql: &'static str,
        values: impl Into<Values>,
        mut visit: impl FnMut(T) + Send,
    ) -> Result<(), DbError> {
        let sql = sql.into_sql_str();
        match &self.pools {
            Pools::Sqlite { reader, .. } => {
                let mut rows = sqlx::query_as_with(sql, for_sqlite(values.into())?).fetch(reader);
                while let Some(row) = rows.try_next().await? {
                    visit(row);
                }
            }
            Pools::Postgres(pool) => {
                let mut rows = sqlx::query_as_with(sql, for_postgres(values.into())?).fetch(pool);
                while let Some(row) = rows.try_next().await? {
                    visit(row);
                }
            }
        }
        Ok(())
    }

    /// Runs one write of its own and says how many rows it touched.
    pub async fn execute(&self, sql: &'static str, values: impl Into<Values>) -> Result<u64, DbError> {
        self.run(sql.into_sql_str(), values.into()).await
    }

    pub async fn select_all<T: Record>(&self, statement: &SelectStatement) -> Result<Vec<T>, DbError> {
        let (sql, values) = built(statement, self.engine());
        self.fetch_all(sql, values).await
    }

    pub async fn select_optional<T: Record>(
        &self,
        statement: &SelectStatement,
    ) -> Result<Option<T>, DbError> {
        let (sql, values) = built(statement, self.engine());
        self.fetch_optional(sql, values).await
    }

    pub async fn select_one<T: Record>(&self, statement: &SelectStatement) -> Result<T, DbError> {
        self.select_optional(statement).await?.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
    }

    pub async fn select_scalar<T>(&self, statement: &SelectStatement) -> Result<T, DbError>
    where
        (T,): Record,
    {
        let (value,) = self.select_one::<(T,)>(statement).await?;
        Ok(value)
    }

    /// Runs a built INSERT, UPDATE or DELETE.
    pub async fn execute_built(&self, statement: &impl QueryStatementWriter) -> Result<u64, DbError> {
        let (sql, values) = built(statement, self.engine());
        self.run(sql, values).await
    }

    async fn fetch_all<T: Record>(&self, sql: SqlStr, values: Values) -> Result<Vec<T>, DbError> {
        Ok(match &self.pools {
            Pools::Sqlite { reader, .. } if only_reads(sql.as_str()) => {
                sqlx::query_as_with(sql, for_sqlite(values)?).fetch_all(reader).await?
            }
            Pools::Sqlite { writer, .. } => {
                let arguments = for_sqlite(values)?;
                let mut transaction = turn::begin(writer).await?;
                let rows = sqlx::query_as_with(sql, arguments).fetch_all(&mut *transaction).await?;
                transaction.commit().await?;
                rows
            }
            Pools::Postgres(pool) => sqlx::query_as_with(sql, for_postgres(values)?).fetch_all(pool).await?,
        })
    }

    async fn fetch_optional<T: Record>(&self, sql: SqlStr, values: Values) -> Result<Option<T>, DbError> {
        Ok(match &self.pools {
            Pools::Sqlite { reader, .. } if only_reads(sql.as_str()) => {
                sqlx::query_as_with(sql, for_sqlite(values)?).fetch_optional(reader).await?
            }
            // A RETURNING statement must run to its end, or its effect is undone with the cursor.
            Pools::Sqlite { .. } => self.fetch_all(sql, values).await?.into_iter().next(),
            Pools::Postgres(pool) => {
                sqlx::query_as_with(sql, for_postgres(values)?).fetch_optional(pool).await?
            }
        })
    }

    async fn run(&self, sql: SqlStr, values: Values) -> Result<u64, DbError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let arguments = for_sqlite(values)?;
                let mut transaction = turn::begin(writer).await?;
                let done = sqlx::query_with(sql, arguments).execute(&mut *transaction).await?;
                transaction.commit().await?;
                done.rows_affected()
            }
            Pools::Postgres(pool) => {
                sqlx::query_with(sql, for_postgres(values)?).execute(pool).await?.rows_affected()
            }
        })
    }
}

/// Whether a statement may go to a connection that only reads. A wrong "yes" is refused by the connection itself.
fn only_reads(sql: &str) -> bool {
    let start = sql.trim_start();
    let first: String =
        start.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    match first.as_str() {
        "SELECT" | "VALUES" | "EXPLAIN" | "PRAGMA" => true,
        "WITH" => {
            let upper = start.to_ascii_uppercase();
            !["INSERT INTO", "UPDATE ", "DELETE FROM"].iter().any(|word| upper.contains(word))
        }
        // A built statement of a compound select starts with a parenthesis.
        _ => start.starts_with('('),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_with_returning_go_to_the_writer() {
        assert!(only_reads(" SELECT 1") && only_reads("with x AS (SELECT 1) SELECT * FROM x"));
        assert!(!only_reads("INSERT INTO t VALUES (1) RETURNING id"));
        assert!(!only_reads("WITH x AS (SELECT 1) DELETE FROM t WHERE id IN (SELECT * FROM x) RETURNING id"));
    }
}
