// SPDX-License-Identifier: Apache-2.0
//! Reading everything that counts, feed by feed.

use super::originals::Place;
use hinomi_db::{Db, DbError, values};

/// A feed and where it comes from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ExportedFeed {
    pub id: i64,
    pub name: String,
    pub kind: String,
    pub records: i64,
    pub last_success: Option<i64>,
    pub url: Option<String>,
    pub licence: Option<String>,
}

/// A document with one of its records, as it lies.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct PackedOriginal {
    pub no: i64,
    pub id: String,
    pub hash: String,
    #[sqlx(flatten)]
    pub original: Place,
}

pub(crate) async fn feeds(db: &Db) -> Result<Vec<ExportedFeed>, DbError> {
    db.all(
        "SELECT f.id, f.name, f.kind, f.records, f.last_success, s.url, s.licence FROM feed f \
         LEFT JOIN feed_sync s ON s.name = f.name ORDER BY f.name",
        values![],
    )
    .await
}

pub(crate) async fn last_success(db: &Db, name: &str) -> Result<Option<i64>, DbError> {
    let found: Option<(Option<i64>,)> =
        db.optional("SELECT last_success FROM feed WHERE name = $1", values![name.to_owned()]).await?;
    Ok(found.and_then(|row| row.0))
}

pub(crate) async fn hashes(db: &Db, feed_id: i64) -> Result<Vec<String>, DbError> {
    db.column("SELECT DISTINCT hash FROM advisory WHERE feed_id = $1 ORDER BY hash", values![feed_id]).await
}

pub(crate) async fn page(
    db: &Db,
    feed_id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<PackedOriginal>, DbError> {
    db.all(
        "SELECT a.no, a.id, a.hash, o.size_bytes, o.block_id, o.block_offset, o.data FROM advisory a JOIN advisory_original o ON o.hash = a.hash \
         WHERE a.feed_id = $1 AND a.no > $2 ORDER BY a.no LIMIT $3",
        values![feed_id, after, limit],
    )
    .await
}

pub(crate) async fn absent(db: &Db, feed_id: i64) -> Result<Vec<String>, DbError> {
    let sql = "SELECT id FROM advisory WHERE feed_id = $1 AND absent_since IS NOT NULL ORDER BY id";
    db.column(sql, values![feed_id]).await
}

/// What is kept as a row and not as a record.
#[derive(Debug, Clone, sqlx::FromRow, serde::Serialize, serde::Deserialize)]
pub struct ExportedRow {
    /// `threat`, `threat-object`, or the kind of document.
    pub kind: String,
    pub id: String,
    pub hash: String,
    pub document: String,
}

pub(crate) async fn rows(db: &Db, feed_id: i64) -> Result<Vec<ExportedRow>, DbError> {
    db.all(
        "SELECT 'threat' AS kind, id, hash, document FROM threat t WHERE feed_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM threat_object o WHERE o.id = t.id) UNION ALL \
         SELECT 'threat-object' AS kind, id, hash, document FROM threat_object WHERE feed_id = $1 UNION ALL \
         SELECT kind, id, hash, document FROM feed_document WHERE feed_id = $1 ORDER BY 1, 2",
        values![feed_id],
    )
    .await
}

pub(crate) async fn rows_kept(db: &Db, hashes: &[String]) -> Result<u64, DbError> {
    let sql = db.pick(
        "SELECT count(*) FROM (SELECT hash FROM threat UNION SELECT hash FROM threat_object UNION SELECT hash FROM feed_document) AS kept \
         WHERE hash IN (SELECT value FROM json_each($1))",
        "SELECT count(*) FROM (SELECT hash FROM threat UNION SELECT hash FROM threat_object UNION SELECT hash FROM feed_document) AS kept \
         WHERE hash IN (SELECT json_array_elements_text($1::json))",
    );
    let count: i64 = db.scalar(sql, values![super::records::json_list(hashes)]).await?;
    Ok(count.unsigned_abs())
}

/// The newest day of scores: day, model, and the feed that brought it.
pub(crate) async fn last_scores(db: &Db) -> Result<Option<(i64, String, i64)>, DbError> {
    db.optional("SELECT day, model, feed_id FROM epss_day ORDER BY day DESC LIMIT 1", values![]).await
}
