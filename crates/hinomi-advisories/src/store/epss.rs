// SPDX-License-Identifier: Apache-2.0
//! Scores of exploit prediction: what holds now, and what held before.

use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

use super::records::json_list;

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ScoreRow {
    pub cve: i64,
    pub score: i64,
    pub day: i64,
}

const SCORES: BulkTable = BulkTable {
    name: "epss_score",
    columns: &[Column::int("cve"), Column::int("score"), Column::int("day")],
    on_conflict: Some("ON CONFLICT (cve) DO UPDATE SET score = excluded.score, day = excluded.day"),
};

const PAST: BulkTable = BulkTable {
    name: "epss_past",
    columns: &[Column::int("cve"), Column::int("day"), Column::int("score")],
    on_conflict: Some("ON CONFLICT (cve, day) DO NOTHING"),
};

pub(crate) async fn scores_all(db: &Db) -> Result<Vec<ScoreRow>, DbError> {
    db.all("SELECT cve, score, day FROM epss_score", values![]).await
}

pub(crate) async fn scores_of(db: &Db, cves: &[i64]) -> Result<Vec<ScoreRow>, DbError> {
    let sql = db.pick(
        "SELECT cve, score, day FROM epss_score WHERE cve IN (SELECT value FROM json_each($1))",
        "SELECT cve, score, day FROM epss_score WHERE cve IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut rows = Vec::new();
    for chunk in cves.chunks(10_000) {
        rows.extend(db.all::<ScoreRow>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

pub(crate) async fn scores_put(tx: &mut Tx, rows: &[ScoreRow]) -> Result<(), DbError> {
    let rows =
        rows.iter().map(|row| vec![Value::from(row.cve), Value::from(row.score), Value::from(row.day)]);
    tx.bulk_insert(&SCORES, rows).await.map(|_| ())
}

pub(crate) async fn past_put(tx: &mut Tx, rows: &[ScoreRow]) -> Result<(), DbError> {
    let rows =
        rows.iter().map(|row| vec![Value::from(row.cve), Value::from(row.day), Value::from(row.score)]);
    tx.bulk_insert(&PAST, rows).await.map(|_| ())
}

pub(crate) async fn scores_drop(tx: &mut Tx, cves: &[i64]) -> Result<u64, DbError> {
    let sql = tx.pick(
        "DELETE FROM epss_score WHERE cve IN (SELECT value FROM json_each($1))",
        "DELETE FROM epss_score WHERE cve IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    tx.execute(sql, values![json_list(cves)]).await
}

/// Scores before the one that holds now, the oldest first.
pub(crate) async fn past_of(db: &Db, cve: i64) -> Result<Vec<(i64, i64)>, DbError> {
    db.all("SELECT day, score FROM epss_past WHERE cve = $1 ORDER BY day", values![cve]).await
}

/// How many CVEs have at most this score, and how many have one.
pub(crate) async fn rank(db: &Db, score: i64) -> Result<(i64, i64), DbError> {
    let at_most: i64 = db.scalar("SELECT count(*) FROM epss_score WHERE score <= $1", values![score]).await?;
    let all: i64 = db.scalar("SELECT count(*) FROM epss_score", values![]).await?;
    Ok((at_most, all))
}

/// Everything that scores were before.
pub(crate) async fn past_all(db: &Db) -> Result<Vec<ScoreRow>, DbError> {
    db.all("SELECT cve, score, day FROM epss_past ORDER BY cve, day", values![]).await
}

/// Every day of scores: day, model, how many.
pub(crate) async fn days(db: &Db) -> Result<Vec<(i64, String, i64)>, DbError> {
    db.all("SELECT day, model, scores FROM epss_day ORDER BY day", values![]).await
}

/// How far scores have changed.
pub(crate) async fn sequence(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(max(sequence), 0) FROM epss_day", values![]).await
}

pub(crate) async fn day_changed(tx: &mut Tx, day: i64, sequence: i64) -> Result<u64, DbError> {
    tx.execute("UPDATE epss_day SET sequence = $2 WHERE day = $1", values![day, sequence]).await
}

/// The newest day that is not after `latest`.
pub(crate) async fn last_day(db: &Db, latest: i64) -> Result<Option<i64>, DbError> {
    db.scalar("SELECT max(day) FROM epss_day WHERE day <= $1", values![latest]).await
}

pub(crate) async fn days_drop_after(tx: &mut Tx, latest: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM epss_day WHERE day > $1", values![latest]).await
}

pub(crate) async fn day_put(
    tx: &mut Tx,
    feed_id: i64,
    day: i64,
    model: &str,
    scores: i64,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO epss_day (day, model, scores, feed_id) VALUES ($1, $2, $3, $4) ON CONFLICT (day) DO UPDATE SET \
         model = excluded.model, scores = excluded.scores, feed_id = excluded.feed_id \
         WHERE epss_day.model <> excluded.model OR epss_day.scores <> excluded.scores",
        values![day, model.to_owned(), scores, feed_id],
    )
    .await
}
