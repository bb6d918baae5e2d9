// SPDX-License-Identifier: Apache-2.0
//! One SQL text, two engines: the layer between every store and SQLite or PostgreSQL.
//!
//! ```text
//! store ── "SELECT … $1" + values![…] ─→ Db (reads) / Tx (writes) ─┬─→ SQLite: many readers, ONE writer
//!       ── sea_query + Scope          ─→                           └─→ PostgreSQL pool
//! ```
//!
//! What must stay true:
//! - static SQL is `&'static str` with `$1` placeholders; dynamic SQL comes only from the sea-query builder, and a
//!   reader's [`Scope`](hinomi_core::Scope) enters through [`scope::ScopeFilter`];
//! - a SQLite write transaction starts with `BEGIN IMMEDIATE` and is short: sign-in waits for no import;
//! - a NULL has a type ([`Value`]), because PostgreSQL wants to know it.
//!
//! SQL that runs on both: `ON CONFLICT … DO UPDATE`, `RETURNING`, `NULLS LAST`, recursive CTEs, `FILTER`, window
//! functions, row-value comparison, `UPDATE … FROM`. A sum of BIGINT is `CAST(SUM(x) AS BIGINT)`. A long list of
//! ids is one parameter: `x IN (SELECT value FROM json_each($1))` with [`Value::json_list`] works on both; for
//! BIGINT write `SELECT CAST(value AS BIGINT)`. Where the text must differ, [`Db::pick`].
//!
//! To add a table: a folder `migrations/YYYYMMDDhhmm_name/{sqlite,postgres}.sql` in the owning domain and a line in
//! its `MIGRATIONS`.

mod arguments;
mod backup;
mod bulk;
mod connect;
mod db;
mod dialect;
mod error;
pub mod ids;
pub mod migrate;
mod pace;
pub mod scope;
pub mod search;
#[cfg(feature = "testing")]
pub mod testing;
mod turn;
mod tx;
mod value;

pub use backup::restore;
pub use bulk::{BulkTable, Column, ColumnKind};
pub use connect::{DatabaseUrl, DbOptions};
pub use db::{Db, Engine, Record};
pub use error::DbError;
pub use migrate::Migration;
pub use pace::Pace;
pub use sea_query;
pub use sqlx;
pub use sqlx::FromRow;
pub use tx::Tx;
pub use value::{Bind, Value, Values};
