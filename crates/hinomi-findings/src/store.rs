// SPDX-License-Identifier: Apache-2.0
//! SQL of this domain's own tables, nothing else.

mod ended;

use crate::OPEN;
use crate::model::{Changes, MatchRow, UnknownRow};
pub use ended::ended_last;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use std::collections::HashMap;

const MATCHES: BulkTable = BulkTable {
    name: "component_match",
    columns: &[
        Column::int("component_id"),
        Column::int("advisory_no"),
        Column::int("from_at"),
        Column::int("to_at"),
        Column::int("vulnerability_id"),
        Column::text("state"),
        Column::text("fixed"),
        Column::text("rule"),
        Column::text("evidence"),
        Column::text("reason"),
        Column::int("sequence"),
    ],
    // Two answers in one instant: the second takes the place of the first.
    on_conflict: Some(
        "ON CONFLICT (component_id, advisory_no, from_at) DO UPDATE SET to_at = excluded.to_at, \
         vulnerability_id = excluded.vulnerability_id, state = excluded.state, fixed = excluded.fixed, \
         rule = excluded.rule, evidence = excluded.evidence, reason = excluded.reason, sequence = excluded.sequence",
    ),
};

const UNKNOWNS: BulkTable = BulkTable {
    name: "component_unknown",
    columns: &[
        Column::int("component_id"),
        Column::int("from_at"),
        Column::int("to_at"),
        Column::text("code"),
        Column::text("text"),
    ],
    on_conflict: Some(
        "ON CONFLICT (component_id, from_at) DO UPDATE SET to_at = excluded.to_at, code = excluded.code, \
         text = excluded.text",
    ),
};

const MATCHED: BulkTable = BulkTable {
    name: "component_matched",
    columns: &[Column::int("component_id")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}

macro_rules! match_columns {
    () => {
        "SELECT component_id, advisory_no, from_at, to_at, vulnerability_id, state, fixed, rule, evidence, reason \
         FROM component_match "
    };
}

const PROGRESS: &str = "SELECT value FROM match_progress WHERE name = $1";

pub(crate) async fn progress(db: &Db, name: &str) -> Result<i64, DbError> {
    let row: Option<(i64,)> = db.optional(PROGRESS, values![name]).await?;
    Ok(row.map_or(0, |row| row.0))
}

pub(crate) async fn progress_in(tx: &mut Tx, name: &str) -> Result<i64, DbError> {
    let row: Option<(i64,)> = tx.optional(PROGRESS, values![name]).await?;
    Ok(row.map_or(0, |row| row.0))
}

/// Only one process writes matches at a time; on SQLite the write transaction already says so.
pub(crate) async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    let sql = tx.pick("SELECT 1", "SELECT pg_advisory_xact_lock(7305804401)");
    tx.execute(sql, values![]).await.map(|_| ())
}

pub(crate) async fn progress_put(tx: &mut Tx, name: &str, value: i64) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO match_progress (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE match_progress.value <> excluded.value",
        values![name, value],
    )
    .await
}

/// Numbers of the components that have not met the advisories yet. Numbers are given in order, so only those
/// above the highest matched one, and the few that a break left behind, can be new.
pub(crate) async fn unmatched(db: &Db, up_to: i64) -> Result<Vec<u32>, DbError> {
    let matched: i64 = db.scalar("SELECT count(*) FROM component_matched", values![]).await?;
    if matched >= up_to {
        return Ok(Vec::new());
    }
    let have: Vec<i64> = db.column("SELECT component_id FROM component_matched", values![]).await?;
    let have: std::collections::HashSet<i64> = have.into_iter().collect();
    Ok((1..=up_to).filter(|id| !have.contains(id)).map(|id| id as u32).collect())
}

/// Which of the components have not met the advisories yet: silence about them says nothing.
pub async fn unmatched_of(db: &Db, ids: &[u32]) -> Result<Vec<u32>, DbError> {
    let sql = db.pick(
        "SELECT value FROM json_each($1) WHERE value NOT IN (SELECT component_id FROM component_matched)",
        "SELECT CAST(value AS BIGINT) FROM json_each($1) AS given \
         WHERE NOT EXISTS (SELECT 1 FROM component_matched m WHERE m.component_id = CAST(given.value AS BIGINT))",
    );
    let mut unmatched = Vec::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<i64> = db.column(sql, values![json_list(chunk)]).await?;
        unmatched.extend(rows.into_iter().map(|id| id as u32));
    }
    Ok(unmatched)
}

/// Components with an open row of any of the advisories.
pub(crate) async fn components_of_advisories(db: &Db, numbers: &[i64]) -> Result<Vec<u32>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT component_id FROM component_match WHERE to_at = $2 \
         AND advisory_no IN (SELECT value FROM json_each($1))",
        "SELECT DISTINCT component_id FROM component_match WHERE to_at = $2 \
         AND advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut ids = Vec::new();
    for chunk in numbers.chunks(10_000) {
        let rows: Vec<(i64,)> = db.all(sql, values![json_list(chunk), OPEN]).await?;
        ids.extend(rows.into_iter().map(|row| row.0 as u32));
    }
    Ok(ids)
}

/// Components that were unknown for want of data: they may be known once more is loaded.
pub(crate) async fn components_without_data(db: &Db) -> Result<Vec<u32>, DbError> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT component_id FROM component_unknown WHERE to_at = $1 \
             AND code IN ('no-data-for-ecosystem', 'no-data-for-release', 'third-party-origin')",
            values![OPEN],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0 as u32).collect())
}

/// Components that should be unknown for an ended life but are not, are looked for by who is.
pub(crate) async fn unknown_by_code(db: &Db, code: &str) -> Result<Vec<u32>, DbError> {
    let rows: Vec<(i64,)> = db
        .all("SELECT component_id FROM component_unknown WHERE to_at = $1 AND code = $2", values![OPEN, code])
        .await?;
    Ok(rows.into_iter().map(|row| row.0 as u32).collect())
}

const MATCHES_SQLITE: &str = concat!(
    match_columns!(),
    "WHERE component_id IN (SELECT value FROM json_each($1)) AND from_at <= $2 AND to_at > $2"
);
const MATCHES_POSTGRES: &str = concat!(
    match_columns!(),
    "WHERE component_id IN (SELECT json_array_elements_text($1::json)::bigint) AND from_at <= $2 AND to_at > $2"
);

/// Open rows of the components, by component.
pub(crate) async fn open_of(tx: &mut Tx, ids: &[u32]) -> Result<HashMap<i64, Vec<MatchRow>>, DbError> {
    let mut found: HashMap<i64, Vec<MatchRow>> = HashMap::new();
    let sql = tx.pick(MATCHES_SQLITE, MATCHES_POSTGRES);
    let rows: Vec<MatchRow> = tx.all(sql, values![json_list(ids), OPEN - 1]).await?;
    for row in rows.into_iter().filter(|row| row.to_at == OPEN) {
        found.entry(row.component_id).or_default().push(row);
    }
    Ok(found)
}

/// Rows of the components that held at an instant.
pub async fn matches_of_components(db: &Db, ids: &[u32], at: i64) -> Result<Vec<MatchRow>, DbError> {
    let sql = db.pick(MATCHES_SQLITE, MATCHES_POSTGRES);
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<MatchRow>(sql, values![json_list(chunk), at]).await?);
    }
    Ok(rows)
}

/// Rows of the vulnerabilities that held at an instant.
pub async fn matches_of_vulnerabilities(db: &Db, ids: &[i64], at: i64) -> Result<Vec<MatchRow>, DbError> {
    let sql = db.pick(
        concat!(
            match_columns!(),
            "WHERE vulnerability_id IN (SELECT value FROM json_each($1)) AND from_at <= $2 AND to_at > $2"
        ),
        concat!(
            match_columns!(),
            "WHERE vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) \
             AND from_at <= $2 AND to_at > $2"
        ),
    );
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<MatchRow>(sql, values![json_list(chunk), at]).await?);
    }
    Ok(rows)
}

/// An affected component and one of its vulnerabilities, as tickets need it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AffectedRow {
    pub component_id: i64,
    pub vulnerability_id: i64,
    pub fixed: Option<String>,
    pub from_at: i64,
}

/// Every open affected row.
pub async fn open_affected(db: &Db) -> Result<Vec<AffectedRow>, DbError> {
    db.all(
        "SELECT component_id, vulnerability_id, fixed, from_at FROM component_match \
         WHERE to_at = $1 AND state = 'affected' ORDER BY component_id",
        values![OPEN],
    )
    .await
}

/// Components whose rows began or ended after `sequence`.
pub async fn changed_since(db: &Db, sequence: i64) -> Result<Vec<u32>, DbError> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT DISTINCT component_id FROM component_match WHERE sequence > $1 ORDER BY component_id",
            values![sequence],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0 as u32).collect())
}

pub async fn highest_sequence(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(max(sequence), 0) FROM component_match", values![]).await
}

const UNKNOWNS_SQLITE: &str = "SELECT component_id, from_at, to_at, code, text FROM component_unknown \
    WHERE component_id IN (SELECT value FROM json_each($1)) AND from_at <= $2 AND to_at > $2";
const UNKNOWNS_POSTGRES: &str = "SELECT component_id, from_at, to_at, code, text FROM component_unknown \
    WHERE component_id IN (SELECT json_array_elements_text($1::json)::bigint) AND from_at <= $2 AND to_at > $2";

pub(crate) async fn unknowns_open(tx: &mut Tx, ids: &[u32]) -> Result<HashMap<i64, UnknownRow>, DbError> {
    let sql = tx.pick(UNKNOWNS_SQLITE, UNKNOWNS_POSTGRES);
    let rows: Vec<UnknownRow> = tx.all(sql, values![json_list(ids), OPEN - 1]).await?;
    Ok(rows.into_iter().map(|row| (row.component_id, row)).collect())
}

pub async fn unknowns_of_components(db: &Db, ids: &[u32], at: i64) -> Result<Vec<UnknownRow>, DbError> {
    let sql = db.pick(UNKNOWNS_SQLITE, UNKNOWNS_POSTGRES);
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<UnknownRow>(sql, values![json_list(chunk), at]).await?);
    }
    Ok(rows)
}

/// Each component that cannot be judged now, with the code of the reason.
pub async fn open_unknowns(db: &Db, mut take: impl FnMut(u32, &str) + Send) -> Result<(), DbError> {
    db.each(
        "SELECT code, component_id FROM component_unknown WHERE to_at = $1",
        values![OPEN],
        |(code, component): (String, i64)| take(component as u32, &code),
    )
    .await
}

/// Open unknowns by code.
pub async fn unknown_counts(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT code, count(*) FROM component_unknown WHERE to_at = $1 GROUP BY code ORDER BY 2 DESC, code",
        values![OPEN],
    )
    .await
}

/// A page of open unknowns in the order of their components.
pub async fn unknown_page(
    db: &Db,
    code: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<UnknownRow>, DbError> {
    db.all(
        "SELECT component_id, from_at, to_at, code, text FROM component_unknown \
         WHERE to_at = $1 AND ($2 IS NULL OR code = $2) AND component_id > $3 ORDER BY component_id LIMIT $4",
        values![OPEN, code.map(str::to_owned), after, limit],
    )
    .await
}

/// Writes a chunk of changes.
pub(crate) async fn write(tx: &mut Tx, changes: Changes, now: i64) -> Result<(), DbError> {
    if changes.is_empty() {
        return Ok(());
    }
    let sequence = *hinomi_db::ids::next_ids(tx, "match_sequence", 1).await?.start();
    let end_matches = tx.pick(
        "UPDATE component_match SET to_at = max($2, from_at + 1), sequence = $3 \
         FROM (SELECT json_extract(value, '$[0]') AS c, json_extract(value, '$[1]') AS a, \
         json_extract(value, '$[2]') AS f FROM json_each($1)) AS gone \
         WHERE component_id = gone.c AND advisory_no = gone.a AND from_at = gone.f",
        "UPDATE component_match SET to_at = greatest($2, from_at + 1), sequence = $3 \
         FROM (SELECT (value->>0)::bigint AS c, (value->>1)::bigint AS a, (value->>2)::bigint AS f \
         FROM json_array_elements($1::json) AS list(value)) AS gone \
         WHERE component_id = gone.c AND advisory_no = gone.a AND from_at = gone.f",
    );
    for chunk in changes.ended.chunks(5_000) {
        tx.execute(end_matches, values![json_list(chunk), now, sequence]).await?;
    }
    let end_unknowns = tx.pick(
        "UPDATE component_unknown SET to_at = max($2, from_at + 1) \
         FROM (SELECT json_extract(value, '$[0]') AS c, json_extract(value, '$[1]') AS f FROM json_each($1)) AS gone \
         WHERE component_id = gone.c AND from_at = gone.f",
        "UPDATE component_unknown SET to_at = greatest($2, from_at + 1) \
         FROM (SELECT (value->>0)::bigint AS c, (value->>1)::bigint AS f \
         FROM json_array_elements($1::json) AS list(value)) AS gone \
         WHERE component_id = gone.c AND from_at = gone.f",
    );
    for chunk in changes.unknown_ended.chunks(5_000) {
        tx.execute(end_unknowns, values![json_list(chunk), now]).await?;
    }
    let rows = changes.begun.into_iter().map(|row| {
        vec![
            Value::from(row.component_id),
            Value::from(row.advisory_no),
            Value::from(row.from_at),
            Value::from(row.to_at),
            Value::from(row.vulnerability_id),
            Value::from(row.state),
            Value::from(row.fixed),
            Value::from(row.rule),
            Value::from(row.evidence),
            Value::from(row.reason),
            Value::from(sequence),
        ]
    });
    tx.bulk_insert(&MATCHES, rows).await?;
    let rows = changes.unknown_begun.into_iter().map(|row| {
        vec![
            Value::from(row.component_id),
            Value::from(row.from_at),
            Value::from(row.to_at),
            Value::from(row.code),
            Value::from(row.text),
        ]
    });
    tx.bulk_insert(&UNKNOWNS, rows).await.map(|_| ())
}

pub(crate) async fn matched_put(tx: &mut Tx, ids: &[u32]) -> Result<(), DbError> {
    tx.bulk_insert(&MATCHED, ids.iter().map(|id| vec![Value::from(*id)])).await.map(|_| ())
}

/// Vulnerabilities of which rows began or ended after `sequence`, but for those that only a scanner sees.
pub(crate) async fn vulnerabilities_matched_since(db: &Db, sequence: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT DISTINCT vulnerability_id FROM component_match WHERE sequence > $1 AND rule <> 'scanner' ORDER BY 1";
    db.column(sql, values![sequence]).await
}
