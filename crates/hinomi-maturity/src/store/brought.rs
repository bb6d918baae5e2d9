// SPDX-License-Identifier: Apache-2.0
//! Table `maturity_brought`.

use std::collections::HashMap;

use hinomi_core::{Time, Uuid};
use hinomi_db::{Db, DbError, Tx, values};

use super::json_list;
use crate::service::Brought;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    unit_id: String,
    happened_at: i64,
    counts: bool,
    title: String,
    href: String,
}

pub(crate) async fn since(db: &Db, indicator: &str, since: Time) -> Result<Vec<Brought>, DbError> {
    let rows: Vec<Row> = db
        .all(
            "SELECT id, unit_id, happened_at, counts, title, href FROM maturity_brought \
             WHERE indicator = $1 AND happened_at >= $2",
            values![indicator, since],
        )
        .await?;
    let brought = |row: Row| {
        Some(Brought {
            id: row.id.parse().ok()?,
            unit_id: row.unit_id.parse().ok()?,
            happened_at: Time::from_micros(row.happened_at),
            counts: row.counts,
            title: row.title,
            href: row.href,
        })
    };
    Ok(rows.into_iter().filter_map(brought).collect())
}

pub(crate) async fn put(tx: &mut Tx, indicator: &str, row: &Brought) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO maturity_brought (indicator, id, unit_id, happened_at, counts, title, href) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (indicator, id) DO UPDATE SET unit_id = excluded.unit_id, \
         happened_at = excluded.happened_at, counts = excluded.counts, title = excluded.title, href = excluded.href",
        values![
            indicator,
            row.id.to_string(),
            row.unit_id.to_string(),
            row.happened_at,
            row.counts,
            &row.title,
            &row.href
        ],
    )
    .await
}

pub(crate) async fn remove(tx: &mut Tx, indicator: &str, id: Uuid) -> Result<u64, DbError> {
    let sql = "DELETE FROM maturity_brought WHERE indicator = $1 AND id = $2";
    tx.execute(sql, values![indicator, id.to_string()]).await
}

/// Row → (title, where it is shown).
pub(crate) async fn labels(db: &Db, ids: &[String]) -> Result<HashMap<String, (String, String)>, DbError> {
    let sql = db.pick(
        "SELECT id, title, href FROM maturity_brought WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, title, href FROM maturity_brought WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    let rows: Vec<(String, String, String)> = db.all(sql, values![json_list(ids)]).await?;
    Ok(rows.into_iter().map(|(id, title, href)| (id, (title, href))).collect())
}
