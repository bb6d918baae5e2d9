// SPDX-License-Identifier: Apache-2.0
//! What the records of a vulnerability speak of: packages, releases, and vulnerabilities upstream of it.
//!
//! A distribution's own record of what it calls by one name may be about several CVEs: it links to them (*upstream*) and is
//! a group of its own.

use std::collections::HashMap;

use hinomi_db::{Db, DbError, values};
use hinomi_match::PackageKey;

/// A package of which a record of the vulnerability speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenOf {
    pub key: PackageKey,
    /// The distribution release; empty where the ecosystem has none.
    pub release: String,
}

fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}

/// Vulnerabilities of which records name these as upstream.
pub async fn downstream_of(db: &Db, names: &[String]) -> Result<HashMap<String, Vec<i64>>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT n.name, a.vulnerability_id FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
         WHERE n.name IN (SELECT value FROM json_each($1)) AND n.relation = 1 AND a.withdrawn IS NULL \
         AND a.vulnerability_id IS NOT NULL ORDER BY n.name, a.vulnerability_id",
        "SELECT DISTINCT n.name, a.vulnerability_id FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
         WHERE n.name IN (SELECT json_array_elements_text($1::json)) AND n.relation = 1 AND a.withdrawn IS NULL \
         AND a.vulnerability_id IS NOT NULL ORDER BY n.name, a.vulnerability_id",
    );
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    for chunk in names.chunks(10_000) {
        for (name, id) in db.all::<(String, i64)>(sql, values![json_list(chunk)]).await? {
            found.entry(name).or_default().push(id);
        }
    }
    Ok(found)
}

/// Names that records of these vulnerabilities give as upstream.
pub async fn upstream_of(db: &Db, vulnerabilities: &[i64]) -> Result<Vec<String>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 1 \
         WHERE a.vulnerability_id IN (SELECT value FROM json_each($1)) ORDER BY n.name",
        "SELECT DISTINCT n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 1 \
         WHERE a.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY n.name",
    );
    let mut found = Vec::new();
    for chunk in vulnerabilities.chunks(10_000) {
        found.extend(db.column::<String>(sql, values![json_list(chunk)]).await?);
    }
    Ok(found)
}

/// For each of these vulnerabilities, the others whose records are about it.
pub async fn followers(db: &Db, vulnerabilities: &[i64]) -> Result<HashMap<i64, Vec<i64>>, DbError> {
    let sql = db.pick(
        "WITH given AS (SELECT value AS id FROM json_each($1)), named AS ( \
          SELECT id, canonical AS name FROM vulnerability WHERE id IN (SELECT id FROM given) UNION \
          SELECT a.vulnerability_id, a.id FROM advisory a WHERE a.vulnerability_id IN (SELECT id FROM given) UNION \
          SELECT a.vulnerability_id, n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 0 \
          WHERE a.vulnerability_id IN (SELECT id FROM given)) \
         SELECT DISTINCT named.id, a.vulnerability_id FROM named JOIN advisory_name n ON n.name = named.name AND n.relation = 1 \
         JOIN advisory a ON a.no = n.advisory_no AND a.withdrawn IS NULL \
         WHERE a.vulnerability_id IS NOT NULL AND a.vulnerability_id <> named.id ORDER BY 1, 2",
        "WITH given AS (SELECT json_array_elements_text($1::json)::bigint AS id), named AS ( \
          SELECT id, canonical AS name FROM vulnerability WHERE id IN (SELECT id FROM given) UNION \
          SELECT a.vulnerability_id, a.id FROM advisory a WHERE a.vulnerability_id IN (SELECT id FROM given) UNION \
          SELECT a.vulnerability_id, n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no AND n.relation = 0 \
          WHERE a.vulnerability_id IN (SELECT id FROM given)) \
         SELECT DISTINCT named.id, a.vulnerability_id FROM named JOIN advisory_name n ON n.name = named.name AND n.relation = 1 \
         JOIN advisory a ON a.no = n.advisory_no AND a.withdrawn IS NULL \
         WHERE a.vulnerability_id IS NOT NULL AND a.vulnerability_id <> named.id ORDER BY 1, 2",
    );
    let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
    for chunk in vulnerabilities.chunks(10_000) {
        for (id, follower) in db.all::<(i64, i64)>(sql, values![json_list(chunk)]).await? {
            found.entry(id).or_default().push(follower);
        }
    }
    Ok(found)
}

/// A vulnerability, and those whose records are about it.
pub async fn with_followers(db: &Db, vulnerability: i64) -> Result<Vec<i64>, DbError> {
    let followers = followers(db, &[vulnerability]).await?.remove(&vulnerability).unwrap_or_default();
    Ok([vec![vulnerability], followers].concat())
}

#[derive(sqlx::FromRow)]
struct SpokenRow {
    vulnerability_id: i64,
    ecosystem: String,
    package: String,
    release: String,
}

/// The packages of which the standing records of these vulnerabilities speak.
pub async fn spoken_of(db: &Db, vulnerabilities: &[i64]) -> Result<HashMap<i64, Vec<SpokenOf>>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT a.vulnerability_id, k.ecosystem, k.package, c.release FROM advisory a \
         JOIN advisory_key k ON k.advisory_no = a.no \
         JOIN advisory_coverage c ON c.advisory_no = a.no AND c.ecosystem = k.ecosystem \
         WHERE a.vulnerability_id IN (SELECT value FROM json_each($1)) AND a.withdrawn IS NULL",
        "SELECT DISTINCT a.vulnerability_id, k.ecosystem, k.package, c.release FROM advisory a \
         JOIN advisory_key k ON k.advisory_no = a.no \
         JOIN advisory_coverage c ON c.advisory_no = a.no AND c.ecosystem = k.ecosystem \
         WHERE a.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) AND a.withdrawn IS NULL",
    );
    let mut found: HashMap<i64, Vec<SpokenOf>> = HashMap::new();
    for chunk in vulnerabilities.chunks(1_000) {
        for row in db.all::<SpokenRow>(sql, values![json_list(chunk)]).await? {
            let key = PackageKey { ecosystem: row.ecosystem, name: row.package };
            found.entry(row.vulnerability_id).or_default().push(SpokenOf { key, release: row.release });
        }
    }
    Ok(found)
}
