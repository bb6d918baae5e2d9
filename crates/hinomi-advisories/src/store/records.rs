// SPDX-License-Identifier: Apache-2.0
//! Records: originals, the record of each id that counts, its names and its keys.

use super::originals::Place;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use hinomi_match::PackageKey;

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct KnownRecord {
    pub id: String,
    pub no: i64,
    pub hash: String,
    pub modified: Option<i64>,
    pub withdrawn: Option<i64>,
    pub absent_since: Option<i64>,
    pub first_seen: i64,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct PackedRecord {
    pub no: i64,
    pub id: String,
    pub vulnerability_id: Option<i64>,
    pub feed_id: i64,
    pub hash: String,
    pub place: i64,
    pub absent_since: Option<i64>,
    #[sqlx(flatten)]
    pub original: Place,
}

pub(crate) struct NewRecord {
    pub no: i64,
    pub id: String,
    pub feed_id: i64,
    pub hash: String,
    pub place: i64,
    pub modified: Option<i64>,
    pub published: Option<i64>,
    pub withdrawn: Option<i64>,
    pub severity: String,
    pub severity_basis: String,
    pub score: Option<f64>,
    pub ssvc: String,
    pub title: String,
    pub first_seen: i64,
    pub sequence: i64,
}

const RECORDS: BulkTable = BulkTable {
    name: "advisory",
    columns: &[
        Column::int("no"),
        Column::text("id"),
        Column::int("feed_id"),
        Column::text("hash"),
        Column::int("place"),
        Column::int("modified"),
        Column::int("published"),
        Column::int("withdrawn"),
        Column::text("severity"),
        Column::text("severity_basis"),
        Column::float("score"),
        Column::text("ssvc"),
        Column::text("title"),
        Column::int("first_seen"),
        Column::int("sequence"),
    ],
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET feed_id = excluded.feed_id, hash = excluded.hash, \
                  place = excluded.place, modified = excluded.modified, published = excluded.published, \
                  withdrawn = excluded.withdrawn, severity = excluded.severity, \
                  severity_basis = excluded.severity_basis, score = excluded.score, ssvc = excluded.ssvc, title = excluded.title, \
                  absent_since = NULL, sequence = excluded.sequence",
    ),
};

const NAMES: BulkTable = BulkTable {
    name: "advisory_name",
    columns: &[Column::text("name"), Column::int("advisory_no"), Column::int("relation")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

const KEYS: BulkTable = BulkTable {
    name: "advisory_key",
    columns: &[Column::text("ecosystem"), Column::text("package"), Column::int("advisory_no")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

const COVERAGE: BulkTable = BulkTable {
    name: "advisory_coverage",
    columns: &[Column::text("ecosystem"), Column::text("release"), Column::int("advisory_no")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}

const KNOWN_SQLITE: &str = "SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory WHERE id IN (SELECT value FROM json_each($1))";
const KNOWN_POSTGRES: &str = "SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory \
    WHERE id IN (SELECT json_array_elements_text($1::json))";

pub(crate) async fn known(db: &Db, ids: &[String]) -> Result<Vec<KnownRecord>, DbError> {
    db.all(db.pick(KNOWN_SQLITE, KNOWN_POSTGRES), values![json_list(ids)]).await
}

/// As [`known`], within the transaction that is about to write them.
pub(crate) async fn known_in(tx: &mut Tx, ids: &[String]) -> Result<Vec<KnownRecord>, DbError> {
    let sql = tx.pick(KNOWN_SQLITE, KNOWN_POSTGRES);
    tx.all(sql, values![json_list(ids)]).await
}

// Each half is found by an index of its own (`advisory_document` holds the second, word for word): the writers of all
// others wait while this is read.
const OF_DOCUMENTS_SQLITE: &str = "SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory \
    WHERE id IN (SELECT value FROM json_each($1)) \
    UNION SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory \
    WHERE instr(id, '::') > 0 AND substr(id, 1, instr(id, '::') - 1) IN (SELECT value FROM json_each($1))";
const OF_DOCUMENTS_POSTGRES: &str = "SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory \
    WHERE id = ANY(ARRAY(SELECT json_array_elements_text($1::json))) \
    UNION SELECT id, no, hash, modified, withdrawn, absent_since, first_seen FROM advisory \
    WHERE strpos(id, '::') > 0 \
    AND split_part(id, '::', 1) = ANY(ARRAY(SELECT json_array_elements_text($1::json)))";

/// The records of documents, whole or in parts by vulnerability.
pub(crate) async fn of_documents(tx: &mut Tx, documents: &[String]) -> Result<Vec<KnownRecord>, DbError> {
    let sql = tx.pick(OF_DOCUMENTS_SQLITE, OF_DOCUMENTS_POSTGRES);
    tx.all(sql, values![json_list(documents)]).await
}

pub(crate) async fn records_put(tx: &mut Tx, rows: Vec<NewRecord>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.no),
            Value::from(row.id),
            Value::from(row.feed_id),
            Value::from(row.hash),
            Value::from(row.place),
            Value::from(row.modified),
            Value::from(row.published),
            Value::from(row.withdrawn),
            Value::from(row.severity),
            Value::from(row.severity_basis),
            Value::Float(row.score),
            Value::from(row.ssvc),
            Value::from(row.title),
            Value::from(row.first_seen),
            Value::from(row.sequence),
        ]
    });
    tx.bulk_insert(&RECORDS, rows).await.map(|_| ())
}

/// Records of a feed that count and are not withdrawn.
pub(crate) async fn standing_of_feed(tx: &mut Tx, feed_id: i64) -> Result<Vec<(i64, String)>, DbError> {
    tx.all(
        "SELECT no, id FROM advisory WHERE feed_id = $1 AND withdrawn IS NULL ORDER BY no",
        values![feed_id],
    )
    .await
}

pub(crate) async fn standing_count(db: &Db, feed_id: i64) -> Result<i64, DbError> {
    let sql = "SELECT count(*) FROM advisory WHERE feed_id = $1 AND withdrawn IS NULL";
    db.scalar(sql, values![feed_id]).await
}

/// Marks records that a complete list of their feed lacks.
pub(crate) async fn absent_put(tx: &mut Tx, numbers: &[i64], at: i64, sequence: i64) -> Result<(), DbError> {
    let sql = tx.pick(
        "UPDATE advisory SET withdrawn = $2, absent_since = $2, sequence = $3 \
         WHERE no IN (SELECT value FROM json_each($1))",
        "UPDATE advisory SET withdrawn = $2, absent_since = $2, sequence = $3 \
         WHERE no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    tx.execute(sql, values![json_list(numbers), at, sequence]).await?;
    super::originals::whole_forget(tx, numbers).await
}

/// Records that a complete list of their feed lacks.
pub(crate) async fn absent_of_feed(tx: &mut Tx, feed_id: i64) -> Result<Vec<(i64, String)>, DbError> {
    tx.all(
        "SELECT no, id FROM advisory WHERE feed_id = $1 AND absent_since IS NOT NULL ORDER BY no",
        values![feed_id],
    )
    .await
}

/// They are on the list again.
pub(crate) async fn absent_lift(tx: &mut Tx, numbers: &[i64], sequence: i64) -> Result<u64, DbError> {
    let sql = tx.pick(
        "UPDATE advisory SET withdrawn = NULL, absent_since = NULL, sequence = $2 \
         WHERE no IN (SELECT value FROM json_each($1))",
        "UPDATE advisory SET withdrawn = NULL, absent_since = NULL, sequence = $2 \
         WHERE no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    tx.execute(sql, values![json_list(numbers), sequence]).await
}

/// What records speak of: names, keys, coverage.
#[derive(Default)]
pub(crate) struct Mentions {
    pub names: Vec<(String, i64, i64)>,
    pub keys: Vec<(PackageKey, i64)>,
    pub coverage: Vec<(String, String, i64)>,
}

/// Replaces what the changed records speak of.
pub(crate) async fn mentions_put(tx: &mut Tx, changed: &[i64], mentions: Mentions) -> Result<(), DbError> {
    if !changed.is_empty() {
        let list = json_list(changed);
        let statements = [
            tx.pick(
                "DELETE FROM advisory_name WHERE advisory_no IN (SELECT value FROM json_each($1))",
                "DELETE FROM advisory_name WHERE advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
            ),
            tx.pick(
                "DELETE FROM advisory_key WHERE advisory_no IN (SELECT value FROM json_each($1))",
                "DELETE FROM advisory_key WHERE advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
            ),
            tx.pick(
                "DELETE FROM advisory_coverage WHERE advisory_no IN (SELECT value FROM json_each($1))",
                "DELETE FROM advisory_coverage \
                 WHERE advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
            ),
        ];
        for statement in statements {
            tx.execute(statement, values![list.clone()]).await?;
        }
    }
    let names = mentions
        .names
        .into_iter()
        .map(|(name, no, relation)| vec![Value::from(name), Value::from(no), Value::from(relation)]);
    tx.bulk_insert(&NAMES, names).await?;
    let keys = mentions
        .keys
        .into_iter()
        .map(|(key, no)| vec![Value::from(key.ecosystem), Value::from(key.name), Value::from(no)]);
    tx.bulk_insert(&KEYS, keys).await?;
    let coverage = mentions
        .coverage
        .into_iter()
        .map(|(ecosystem, release, no)| vec![Value::from(ecosystem), Value::from(release), Value::from(no)]);
    tx.bulk_insert(&COVERAGE, coverage).await.map(|_| ())
}

macro_rules! packed_columns {
    () => {
        "SELECT a.no, a.id, a.vulnerability_id, a.feed_id, a.hash, a.place, a.absent_since, o.size_bytes, \
         o.block_id, o.block_offset, o.data FROM advisory a \
         JOIN advisory_original o ON o.hash = a.hash "
    };
}

/// Records that speak of any of the keys.
pub(crate) async fn packed_of_keys(db: &Db, keys: &[PackageKey]) -> Result<Vec<PackedRecord>, DbError> {
    let sql = db.pick(
        concat!(
            packed_columns!(),
            "WHERE a.no IN (SELECT k.advisory_no FROM json_each($1) AS wanted \
             JOIN advisory_key k ON k.ecosystem = json_extract(wanted.value, '$[0]') \
             AND k.package = json_extract(wanted.value, '$[1]')) ORDER BY a.no"
        ),
        concat!(
            packed_columns!(),
            "WHERE a.no IN (SELECT k.advisory_no FROM json_array_elements($1::json) AS wanted(value) \
             JOIN advisory_key k ON k.ecosystem = wanted.value->>0 AND k.package = wanted.value->>1) ORDER BY a.no"
        ),
    );
    let mut rows: Vec<PackedRecord> = Vec::new();
    for chunk in keys.chunks(5_000) {
        let list: Vec<[&str; 2]> =
            chunk.iter().map(|key| [key.ecosystem.as_str(), key.name.as_str()]).collect();
        rows.extend(db.all::<PackedRecord>(sql, values![json_list(&list)]).await?);
    }
    rows.sort_by_key(|row| row.no);
    rows.dedup_by_key(|row| row.no);
    Ok(rows)
}

pub(crate) async fn packed_page(db: &Db, after: i64, limit: i64) -> Result<Vec<PackedRecord>, DbError> {
    db.all(concat!(packed_columns!(), "WHERE a.no > $1 ORDER BY a.no LIMIT $2"), values![after, limit]).await
}

pub(crate) async fn packed_of_vulnerability(db: &Db, id: i64) -> Result<Vec<PackedRecord>, DbError> {
    db.all(concat!(packed_columns!(), "WHERE a.vulnerability_id = $1 ORDER BY a.id"), values![id]).await
}

pub(crate) async fn packed_of_numbers(db: &Db, numbers: &[i64]) -> Result<Vec<PackedRecord>, DbError> {
    let sql = db.pick(
        concat!(packed_columns!(), "WHERE a.no IN (SELECT value FROM json_each($1)) ORDER BY a.no"),
        concat!(
            packed_columns!(),
            "WHERE a.no IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY a.no"
        ),
    );
    db.all(sql, values![json_list(numbers)]).await
}

pub(crate) async fn packed_by_id(db: &Db, id: &str) -> Result<Option<PackedRecord>, DbError> {
    db.optional(concat!(packed_columns!(), "WHERE a.id = $1"), values![id.to_owned()]).await
}

/// Numbers of the records written after `sequence`, and how far that reads: up to the first record that has
/// no vulnerability yet, because a record counts only once it is grouped.
pub(crate) async fn changed_since(db: &Db, sequence: i64) -> Result<(Vec<i64>, i64), DbError> {
    let rows: Vec<(i64, i64)> =
        db.all(
            "SELECT no, sequence FROM advisory WHERE sequence > $1 AND sequence < COALESCE((SELECT min(sequence) \
             FROM advisory WHERE vulnerability_id IS NULL), 9223372036854775807) ORDER BY sequence",
            values![sequence],
        )
        .await?;
    let highest = rows.last().map_or(sequence, |row| row.1);
    Ok((rows.into_iter().map(|row| row.0).collect(), highest))
}

pub(crate) async fn keys_of(db: &Db, numbers: &[i64]) -> Result<Vec<PackageKey>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT ecosystem, package FROM advisory_key \
         WHERE advisory_no IN (SELECT value FROM json_each($1))",
        "SELECT DISTINCT ecosystem, package FROM advisory_key \
         WHERE advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut keys = Vec::new();
    for chunk in numbers.chunks(10_000) {
        let rows: Vec<(String, String)> = db.all(sql, values![json_list(chunk)]).await?;
        keys.extend(rows.into_iter().map(|(ecosystem, name)| PackageKey { ecosystem, name }));
    }
    Ok(keys)
}

/// Every ecosystem and release that some record speaks of; the release is empty where there are none.
pub(crate) async fn coverage(db: &Db) -> Result<Vec<(String, String)>, DbError> {
    db.all("SELECT DISTINCT ecosystem, release FROM advisory_coverage", values![]).await
}

/// What is told of a record beside a match.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RecordMeta {
    pub no: i64,
    pub id: String,
    pub feed: String,
    pub hash: String,
    pub modified: Option<i64>,
    pub received_at: i64,
    /// Since when it counts as withdrawn, by its own word or because its feed lacks it.
    pub withdrawn: Option<i64>,
    pub absent_since: Option<i64>,
}

pub(crate) async fn metas(db: &Db, numbers: &[i64]) -> Result<Vec<RecordMeta>, DbError> {
    let sql = db.pick(
        "SELECT a.no, a.id, f.name AS feed, a.hash, a.modified, o.received_at, a.withdrawn, a.absent_since FROM advisory a \
         JOIN feed f ON f.id = a.feed_id JOIN advisory_original o ON o.hash = a.hash \
         WHERE a.no IN (SELECT value FROM json_each($1))",
        "SELECT a.no, a.id, f.name AS feed, a.hash, a.modified, o.received_at, a.withdrawn, a.absent_since FROM advisory a \
         JOIN feed f ON f.id = a.feed_id JOIN advisory_original o ON o.hash = a.hash \
         WHERE a.no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut rows = Vec::new();
    for chunk in numbers.chunks(10_000) {
        rows.extend(db.all::<RecordMeta>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hinomi_db::{Migration, both_engines};

    const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, crate::MIGRATIONS];

    both_engines! { SETS;
        async fn the_records_of_documents_are_found_without_reading_all(db: Db) {
            let wanted = values![json_list(&["csaf:A".to_owned()])];
            let mut tx = db.begin().await.unwrap();
            let plan = match db.engine() {
                hinomi_db::Engine::Sqlite => {
                    let sql = format!("EXPLAIN QUERY PLAN {OF_DOCUMENTS_SQLITE}").leak();
                    let rows: Vec<(i64, i64, i64, String)> = tx.all(sql, wanted).await.unwrap();
                    rows.into_iter().map(|row| row.3).collect::<Vec<_>>()
                }
                // A table without rows would be read as a whole.
                hinomi_db::Engine::Postgres => {
                    tx.execute("SET LOCAL enable_seqscan = off", values![]).await.unwrap();
                    let rows: Vec<(String,)> =
                        tx.all(format!("EXPLAIN {OF_DOCUMENTS_POSTGRES}").leak(), wanted).await.unwrap();
                    rows.into_iter().map(|row| row.0).collect()
                }
            }
            .join("\n");
            assert!(plan.contains("advisory_document"), "{plan}");
            assert!(!plan.contains("SCAN advisory") && !plan.contains("Seq Scan on advisory"), "{plan}");
        }
    }
}
