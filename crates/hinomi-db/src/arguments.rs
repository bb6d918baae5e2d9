// SPDX-License-Identifier: Apache-2.0
//! Our values as each driver's arguments, and built statements as text plus values.

use sea_query::{PostgresQueryBuilder, QueryStatementWriter};
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::dialect::NumberedSqlite;
use crate::{DbError, Engine, Value, Values};

macro_rules! arguments {
    ($name:ident, $type:ty) => {
        pub(crate) fn $name(values: Values) -> Result<$type, DbError> {
            let mut arguments = <$type>::default();
            for (index, value) in values.0.into_iter().enumerate() {
                if let Value::Text(Some(text)) = &value
                    && text.contains('\0')
                {
                    return Err(DbError::NulCharacter { position: index + 1 });
                }
                let added = match value {
                    Value::Bool(value) => Arguments::add(&mut arguments, value),
                    Value::Int(value) => Arguments::add(&mut arguments, value),
                    Value::Float(value) => Arguments::add(&mut arguments, value),
                    Value::Text(value) => Arguments::add(&mut arguments, value),
                    Value::Bytes(value) => Arguments::add(&mut arguments, value),
                };
                added.map_err(sqlx::Error::Encode)?;
            }
            Ok(arguments)
        }
    };
}

arguments!(for_sqlite, SqliteArguments);
arguments!(for_postgres, PgArguments);

/// Text in the engine's dialect. The builder quotes names and turns every value into a parameter, which is why its
/// output is safe to run.
pub(crate) fn built(statement: &impl QueryStatementWriter, engine: Engine) -> (SqlStr, Values) {
    let (sql, values) = match engine {
        Engine::Sqlite => statement.build(NumberedSqlite),
        Engine::Postgres => statement.build(PostgresQueryBuilder),
    };
    let values = values.0.into_iter().map(from_builder).collect();
    (AssertSqlSafe(sql).into_sql_str(), Values(values))
}

fn from_builder(value: sea_query::Value) -> Value {
    use sea_query::Value as Built;
    match value {
        Built::Bool(value) => Value::Bool(value),
        Built::TinyInt(value) => Value::Int(value.map(i64::from)),
        Built::SmallInt(value) => Value::Int(value.map(i64::from)),
        Built::Int(value) => Value::Int(value.map(i64::from)),
        Built::BigInt(value) => Value::Int(value),
        Built::TinyUnsigned(value) => Value::Int(value.map(i64::from)),
        Built::SmallUnsigned(value) => Value::Int(value.map(i64::from)),
        Built::Unsigned(value) => Value::Int(value.map(i64::from)),
        Built::BigUnsigned(value) => Value::Int(value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))),
        Built::Float(value) => Value::Float(value.map(f64::from)),
        Built::Double(value) => Value::Float(value),
        Built::String(value) => Value::Text(value),
        Built::Char(value) => Value::Text(value.map(String::from)),
        Built::Bytes(value) => Value::Bytes(value),
        other => Value::Text(Some(other.to_string())),
    }
}
