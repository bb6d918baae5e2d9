// SPDX-License-Identifier: Apache-2.0
//! A transaction. Dropped without `commit`, it is rolled back.

use std::time::{Duration, Instant};

use sea_query::{QueryStatementWriter, SelectStatement};
use sqlx::{Postgres, SqlSafeStr, SqlStr, Sqlite, Transaction};

use crate::arguments::{built, for_postgres, for_sqlite};
use crate::bulk::{self, BulkTable};
use crate::{DbError, Engine, Record, Value, Values, turn};

/// Longer than this, a write transaction keeps others (sign-in first of all) waiting.
const LONGEST_WRITE: Duration = Duration::from_millis(250);
const CHUNK: Duration = Duration::from_millis(60);

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

pub struct Tx {
    inner: Inner,
    started: Instant,
    writes: bool,
}

impl Tx {
    pub(crate) fn sqlite(transaction: Transaction<'static, Sqlite>) -> Self {
        Self { inner: Inner::Sqlite(transaction), started: Instant::now(), writes: true }
    }

    pub(crate) fn postgres(transaction: Transaction<'static, Postgres>) -> Self {
        Self { inner: Inner::Postgres(transaction), started: Instant::now(), writes: true }
    }

    pub(crate) fn read_only(mut self) -> Self {
        self.writes = false;
        self
    }

    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// The text for this engine, where one text cannot serve both.
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.engine() {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }

    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether chunked work should commit now and go on in the next transaction: early enough that a short write, a
    /// sign-in say, is through well within 250 ms.
    pub fn is_chunk_full(&self) -> bool {
        self.age() >= CHUNK
    }

    pub async fn commit(self) -> Result<(), DbError> {
        let is_sqlite = self.engine() == Engine::Sqlite;
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(transaction) => transaction.commit().await?,
        }
        let held = self.started.elapsed();
        if self.writes && is_sqlite {
            turn::leave_gap(held).await;
        }
        if self.writes && held > LONGEST_WRITE {
            let held_ms = u64::try_from(held.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(held_ms, "write transaction was held longer than 250 ms");
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await?,
            Inner::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    pub async fn all<T: Record>(
        &mut self,
        sql: &'static str,
        values: impl Into<Values>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_all(sql.into_sql_str(), values.into()).await
    }

    /// The first row; an error when there is none.
    pub async fn one<T: Record>(
        &mut self,
        sql: &'static str,
        values: impl Into<Values>,
    ) -> Result<T, DbError> {
        let row = self.optional(sql, values).await?;
        row.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
    }

    pub async fn optional<T: Record>(
        &mut self,
        sql: &'static str,
        values: impl Into<Values>,
    ) -> Result<Option<T>, DbError> {
        // All rows, not the first only: a RETURNING statement takes effect when it has run to its end.
        let rows = self.fetch_all(sql.into_sql_str(), values.into()).await?;
        Ok(rows.into_iter().next())
    }

    /// The first column of the first row.
    pub async fn scalar<T>(&mut self, sql: &'static str, values: impl Into<Values>) -> Result<T, DbError>
    where
        (T,): Record,
    {
        let (value,) = self.one::<(T,)>(sql, values).await?;
        Ok(value)
    }

    /// The first column of every row.
    pub async fn column<T>(&mut self, sql: &'static str, values: impl Into<Values>) -> Result<Vec<T>, DbError>
    where
        (T,): Record,
    {
        let rows = self.all::<(T,)>(sql, values).await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    /// Runs a write and says how many rows it touched.
    pub async fn execute(&mut self, sql: &'static str, values: impl Into<Values>) -> Result<u64, DbError> {
        self.run(sql.into_sql_str(), values.into()).await
    }

    pub async fn select_all<T: Record>(&mut self, statement: &SelectStatement) -> Result<Vec<T>, DbError> {
        let (sql, values) = built(statement, self.engine());
        self.fetch_all(sql, values).await
    }

    pub async fn select_optional<T: Record>(
        &mut self,
        statement: &SelectStatement,
    ) -> Result<Option<T>, DbError> {
        Ok(self.select_all(statement).await?.into_iter().next())
    }

    pub async fn select_one<T: Record>(&mut self, statement: &SelectStatement) -> Result<T, DbError> {
        self.select_optional(statement).await?.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
    }

    pub async fn select_scalar<T>(&mut self, statement: &SelectStatement) -> Result<T, DbError>
    where
        (T,): Record,
    {
        let (value,) = self.select_one::<(T,)>(statement).await?;
        Ok(value)
    }

    /// Runs a built INSERT, UPDATE or DELETE.
    pub async fn execute_built(&mut self, statement: &impl QueryStatementWriter) -> Result<u64, DbError> {
        let (sql, values) = built(statement, self.engine());
        self.run(sql, values).await
    }

    /// Inserts many rows at once. Rows that meet in `on_conflict` must not repeat within one call: PostgreSQL
    /// refuses to touch one row twice in one statement. Returns the rows written.
    pub async fn bulk_insert(
        &mut self,
        table: &BulkTable,
        rows: impl Iterator<Item = Vec<Value>> + Send,
    ) -> Result<u64, DbError> {
        match &mut self.inner {
            Inner::Sqlite(transaction) => bulk::insert_sqlite(transaction, table, rows).await,
            Inner::Postgres(transaction) => bulk::insert_postgres(transaction, table, rows).await,
        }
    }

    async fn fetch_all<T: Record>(&mut self, sql: SqlStr, values: Values) -> Result<Vec<T>, DbError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(transaction) => {
                sqlx::query_as_with(sql, for_sqlite(values)?).fetch_all(&mut **transaction).await?
            }
            Inner::Postgres(transaction) => {
                sqlx::query_as_with(sql, for_postgres(values)?).fetch_all(&mut **transaction).await?
            }
        })
    }

    pub(crate) async fn run(&mut self, sql: SqlStr, values: Values) -> Result<u64, DbError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(transaction) => {
                let done = sqlx::query_with(sql, for_sqlite(values)?).execute(&mut **transaction).await?;
                done.rows_affected()
            }
            Inner::Postgres(transaction) => {
                let done = sqlx::query_with(sql, for_postgres(values)?).execute(&mut **transaction).await?;
                done.rows_affected()
            }
        })
    }

    /// Runs a script of several statements without parameters: migrations only.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match &mut self.inner {
            Inner::Sqlite(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(|_| ()),
            Inner::Postgres(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(|_| ()),
        }
    }
}
