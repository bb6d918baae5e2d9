// SPDX-License-Identifier: Apache-2.0
//! What vulnerabilities are found by: their names, their titles, their words in other languages.

use hinomi_db::{Db, DbError, values};

use super::records::json_list;

/// How far the rows below go: the last change of a vulnerability and of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Reached {
    pub vulnerability: i64,
    pub record: i64,
}

/// Both numbers grow in the order of commits: nothing that is read later has a lower one.
pub(crate) async fn reached(db: &Db) -> Result<Reached, DbError> {
    let sql = "SELECT COALESCE((SELECT max(sequence) FROM vulnerability), 0) AS vulnerability, \
               COALESCE((SELECT max(sequence) FROM advisory), 0) AS record";
    Ok(db.optional(sql, values![]).await?.unwrap_or_default())
}

/// Vulnerabilities that changed since, or a record of which did; merged ones, too.
pub(crate) async fn changed_since(db: &Db, since: Reached) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT id FROM vulnerability WHERE sequence > $1 UNION SELECT vulnerability_id FROM advisory \
         WHERE sequence > $2 AND vulnerability_id IS NOT NULL",
        values![since.vulnerability, since.record],
    )
    .await
}

/// A vulnerability as it is filtered and sorted.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct FoundRow {
    pub id: i64,
    pub canonical: String,
    pub title: String,
    pub severity: String,
    pub severity_rank: i64,
    pub known_exploited: bool,
    pub epss_band: i64,
    pub modified: Option<i64>,
    pub withdrawn: Option<i64>,
}

/// Those of the given ones that stand.
pub(crate) async fn rows(db: &Db, ids: &[i64]) -> Result<Vec<FoundRow>, DbError> {
    let sql = db.pick(
        "SELECT id, canonical, title, severity, severity_rank, known_exploited, epss_band, modified, withdrawn \
         FROM vulnerability WHERE merged_into IS NULL AND id IN (SELECT value FROM json_each($1))",
        "SELECT id, canonical, title, severity, severity_rank, known_exploited, epss_band, modified, withdrawn \
         FROM vulnerability WHERE merged_into IS NULL \
         AND id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![json_list(ids)]).await
}

/// The ids of their records and what these call themselves.
pub(crate) async fn names(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let sql = db.pick(
        "SELECT vulnerability_id, id FROM advisory WHERE vulnerability_id IN (SELECT value FROM json_each($1)) \
         UNION ALL SELECT a.vulnerability_id, n.name FROM advisory a \
         JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 0 \
         WHERE a.vulnerability_id IN (SELECT value FROM json_each($1))",
        "SELECT vulnerability_id, id FROM advisory \
         WHERE vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) \
         UNION ALL SELECT a.vulnerability_id, n.name FROM advisory a \
         JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 0 \
         WHERE a.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![json_list(ids)]).await
}

/// Words of their records in other languages than English, folded.
pub(crate) async fn words(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let sql = db.pick(
        "SELECT a.vulnerability_id, x.folded FROM advisory a JOIN advisory_text x ON x.advisory_no = a.no \
         WHERE a.vulnerability_id IN (SELECT value FROM json_each($1)) ORDER BY x.advisory_no, x.language",
        "SELECT a.vulnerability_id, x.folded FROM advisory a JOIN advisory_text x ON x.advisory_no = a.no \
         WHERE a.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) \
         ORDER BY x.advisory_no, x.language",
    );
    db.all(sql, values![json_list(ids)]).await
}

/// Vulnerabilities that a report of attackers names, unless it was taken back.
pub(crate) async fn reported(db: &Db) -> Result<Vec<i64>, DbError> {
    db.column(
        "SELECT DISTINCT v.id FROM threat_cve c JOIN threat t ON t.id = c.threat_id \
         JOIN vulnerability v ON v.canonical = c.cve WHERE NOT t.revoked AND v.merged_into IS NULL",
        values![],
    )
    .await
}
