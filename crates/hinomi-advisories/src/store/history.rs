// SPDX-License-Identifier: Apache-2.0
//! What changed of which vulnerability between two moments.

use super::records::json_list;
use hinomi_db::{Db, DbError, values};

/// One line of a vulnerability's log.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VulnerabilityChange {
    pub vulnerability_id: i64,
    pub at: i64,
    pub feed: String,
    pub what: String,
    pub kind: String,
    pub old_value: String,
    pub new_value: String,
    pub record: String,
}

/// Changes of these vulnerabilities from `since` on and before `until`, the oldest first.
pub async fn changes_since(
    db: &Db,
    ids: &[i64],
    since: i64,
    until: i64,
) -> Result<Vec<VulnerabilityChange>, DbError> {
    let sql = db.pick(
        "SELECT c.vulnerability_id, c.at, f.name AS feed, c.what, c.kind, c.old_value, c.new_value, c.record \
         FROM vulnerability_change c JOIN feed f ON f.id = c.feed_id WHERE c.at >= $2 AND c.at < $3 \
         AND c.vulnerability_id IN (SELECT value FROM json_each($1)) ORDER BY c.at, c.id LIMIT 20000",
        "SELECT c.vulnerability_id, c.at, f.name AS feed, c.what, c.kind, c.old_value, c.new_value, c.record \
         FROM vulnerability_change c JOIN feed f ON f.id = c.feed_id WHERE c.at >= $2 AND c.at < $3 \
         AND c.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY c.at, c.id LIMIT 20000",
    );
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<VulnerabilityChange>(sql, values![json_list(chunk), since, until]).await?);
    }
    Ok(rows)
}

/// Which of these vulnerabilities became known from `since` on and before `until`.
pub async fn first_seen_since(
    db: &Db,
    ids: &[i64],
    since: i64,
    until: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = db.pick(
        "SELECT id, first_seen FROM vulnerability WHERE first_seen >= $2 AND first_seen < $3 \
         AND id IN (SELECT value FROM json_each($1)) ORDER BY id",
        "SELECT id, first_seen FROM vulnerability WHERE first_seen >= $2 AND first_seen < $3 \
         AND id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY id",
    );
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<(i64, i64)>(sql, values![json_list(chunk), since, until]).await?);
    }
    Ok(rows)
}
