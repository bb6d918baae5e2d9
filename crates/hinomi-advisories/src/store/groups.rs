// SPDX-License-Identifier: Apache-2.0
//! Names, groups and the vulnerability that stands for each group.

use super::records::json_list;
use crate::model::VulnerabilityRow;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

/// A record as grouping and rating see it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct MemberRow {
    pub no: i64,
    pub id: String,
    pub feed_id: i64,
    pub vulnerability_id: Option<i64>,
    pub severity: String,
    pub severity_basis: String,
    pub score: Option<f64>,
    pub title: String,
    pub published: Option<i64>,
    pub modified: Option<i64>,
    pub withdrawn: Option<i64>,
    pub ssvc: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AliasRow {
    pub advisory_no: i64,
    pub name: String,
}

macro_rules! member_columns {
    () => {
        "SELECT no, id, feed_id, vulnerability_id, severity, severity_basis, score, title, published, modified, withdrawn, ssvc \
         FROM advisory "
    };
}

pub(crate) async fn members_all(db: &Db) -> Result<Vec<MemberRow>, DbError> {
    db.all(concat!(member_columns!(), "ORDER BY no"), values![]).await
}

/// The number of the newest record: as many as there are, since none goes.
pub(crate) async fn highest_number(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(max(no), 0) FROM advisory", values![]).await
}

pub(crate) async fn members_by_numbers(db: &Db, numbers: &[i64]) -> Result<Vec<MemberRow>, DbError> {
    let sql = db.pick(
        concat!(member_columns!(), "WHERE no IN (SELECT value FROM json_each($1)) ORDER BY no"),
        concat!(
            member_columns!(),
            "WHERE no IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY no"
        ),
    );
    db.all(sql, values![json_list(numbers)]).await
}

pub(crate) async fn aliases_all(db: &Db) -> Result<Vec<AliasRow>, DbError> {
    db.all("SELECT advisory_no, name FROM advisory_name WHERE relation = 0", values![]).await
}

pub(crate) async fn aliases_of(db: &Db, numbers: &[i64]) -> Result<Vec<AliasRow>, DbError> {
    let sql = db.pick(
        "SELECT advisory_no, name FROM advisory_name WHERE relation = 0 \
         AND advisory_no IN (SELECT value FROM json_each($1))",
        "SELECT advisory_no, name FROM advisory_name WHERE relation = 0 \
         AND advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    db.all(sql, values![json_list(numbers)]).await
}

const TOUCHING_SQLITE: &str = "SELECT no FROM advisory WHERE id IN (SELECT value FROM json_each($1)) UNION \
    SELECT advisory_no FROM advisory_name WHERE relation = 0 AND name IN (SELECT value FROM json_each($1))";
const TOUCHING_POSTGRES: &str = "SELECT no FROM advisory WHERE id IN (SELECT json_array_elements_text($1::json)) UNION \
    SELECT advisory_no FROM advisory_name WHERE relation = 0 \
    AND name IN (SELECT json_array_elements_text($1::json))";

/// Records whose id is one of the names, or that give one of them as an alias.
pub(crate) async fn numbers_touching(db: &Db, names: &[String]) -> Result<Vec<i64>, DbError> {
    db.column(db.pick(TOUCHING_SQLITE, TOUCHING_POSTGRES), values![json_list(names)]).await
}

/// Records that stand under the same vulnerabilities as these.
pub(crate) async fn companions(db: &Db, numbers: &[i64]) -> Result<Vec<i64>, DbError> {
    let sql = db.pick(
        "SELECT no FROM advisory WHERE vulnerability_id IN (SELECT vulnerability_id FROM advisory \
         WHERE no IN (SELECT value FROM json_each($1)))",
        "SELECT no FROM advisory WHERE vulnerability_id IN (SELECT vulnerability_id FROM advisory \
         WHERE no IN (SELECT json_array_elements_text($1::json)::bigint))",
    );
    db.column(sql, values![json_list(numbers)]).await
}

/// The records that wait to be grouped, with the change that made them wait.
pub(crate) async fn pending(db: &Db) -> Result<Vec<(i64, i64)>, DbError> {
    db.all("SELECT advisory_no, sequence FROM advisory_pending ORDER BY advisory_no", values![]).await
}

/// These records wait to be grouped, and those that are about what these are: what is known of it holds for them.
pub(crate) async fn pending_put(tx: &mut Tx, numbers: &[i64], sequence: i64) -> Result<(), DbError> {
    const PENDING: BulkTable = BulkTable {
        name: "advisory_pending",
        columns: &[Column::int("advisory_no"), Column::int("sequence")],
        on_conflict: Some("ON CONFLICT (advisory_no) DO UPDATE SET sequence = excluded.sequence"),
    };
    let rows = numbers.iter().map(|no| vec![Value::from(*no), Value::from(sequence)]);
    tx.bulk_insert(&PENDING, rows).await?;
    let sql = tx.pick(
        "INSERT INTO advisory_pending (advisory_no, sequence) SELECT DISTINCT advisory_no, $2 FROM advisory_name \
         WHERE relation = 1 AND name IN (SELECT id FROM advisory WHERE no IN (SELECT value FROM json_each($1)) UNION \
         SELECT name FROM advisory_name WHERE relation = 0 AND advisory_no IN (SELECT value FROM json_each($1))) \
         ON CONFLICT (advisory_no) DO UPDATE SET sequence = excluded.sequence",
        "WITH given AS (SELECT json_array_elements_text($1::json)::bigint AS no) \
         INSERT INTO advisory_pending (advisory_no, sequence) SELECT DISTINCT advisory_no, $2::bigint FROM advisory_name \
         WHERE relation = 1 AND name IN (SELECT id FROM advisory WHERE no IN (SELECT no FROM given) UNION \
         SELECT name FROM advisory_name WHERE relation = 0 AND advisory_no IN (SELECT no FROM given)) \
         ON CONFLICT (advisory_no) DO UPDATE SET sequence = excluded.sequence",
    );
    for chunk in numbers.chunks(5_000) {
        tx.execute(sql, values![json_list(chunk), sequence]).await?;
    }
    Ok(())
}

/// What was grouped waits no more, unless it has changed again since it was read.
pub(crate) async fn pending_done(tx: &mut Tx, done: &[(i64, i64)]) -> Result<u64, DbError> {
    // Pairs are looked up, not compared one by one: a chunk of thousands must not hold the writer.
    let sql = tx.pick(
        "DELETE FROM advisory_pending WHERE (advisory_no, sequence) IN \
         (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($1))",
        "DELETE FROM advisory_pending WHERE (advisory_no, sequence) IN \
         (SELECT (value->>0)::bigint, (value->>1)::bigint FROM json_array_elements($1::json) AS list(value))",
    );
    tx.execute(sql, values![json_list(done)]).await
}

/// Records that are or bear one of the names, or are about what bears it.
pub(crate) async fn numbers_about_in(tx: &mut Tx, names: &[String]) -> Result<Vec<i64>, DbError> {
    let sql = tx.pick(
        "SELECT no FROM advisory WHERE id IN (SELECT value FROM json_each($1)) UNION SELECT advisory_no \
         FROM advisory_name WHERE relation <= 1 AND name IN (SELECT value FROM json_each($1))",
        "SELECT no FROM advisory WHERE id IN (SELECT json_array_elements_text($1::json)) UNION SELECT advisory_no \
         FROM advisory_name WHERE relation <= 1 AND name IN (SELECT json_array_elements_text($1::json))",
    );
    tx.column(sql, values![json_list(names)]).await
}

/// Names that records give as what they are about (*upstream*).
pub(crate) async fn upstream_names(db: &Db, numbers: &[i64]) -> Result<Vec<AliasRow>, DbError> {
    let sql = db.pick(
        "SELECT advisory_no, name FROM advisory_name WHERE relation = 1 \
         AND advisory_no IN (SELECT value FROM json_each($1))",
        "SELECT advisory_no, name FROM advisory_name WHERE relation = 1 \
         AND advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut rows = Vec::new();
    for chunk in numbers.chunks(10_000) {
        rows.extend(db.all::<AliasRow>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

/// The last change of any vulnerability: who plans groups notices by it that another came first.
pub(crate) async fn last_change(db: &Db) -> Result<i64, DbError> {
    db.scalar(LAST_CHANGE, values![]).await
}

pub(crate) async fn last_change_in(tx: &mut Tx) -> Result<i64, DbError> {
    tx.scalar(LAST_CHANGE, values![]).await
}

const LAST_CHANGE: &str = "SELECT COALESCE(max(sequence), 0) FROM vulnerability";

macro_rules! vulnerability_columns {
    () => {
        "SELECT id, canonical, about, title, severity, severity_rank, severity_reason, score, known_exploited, kev_added, \
         kev_due, epss_band, ssvc, published, modified, withdrawn, merged_into, sequence FROM vulnerability "
    };
}

pub(crate) async fn vulnerabilities_by_ids(db: &Db, ids: &[i64]) -> Result<Vec<VulnerabilityRow>, DbError> {
    let sql = db.pick(
        concat!(vulnerability_columns!(), "WHERE id IN (SELECT value FROM json_each($1))"),
        concat!(vulnerability_columns!(), "WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)"),
    );
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<VulnerabilityRow>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

pub(crate) async fn vulnerabilities_by_names(
    db: &Db,
    names: &[String],
) -> Result<Vec<VulnerabilityRow>, DbError> {
    let sql = db.pick(
        concat!(vulnerability_columns!(), "WHERE canonical IN (SELECT value FROM json_each($1))"),
        concat!(vulnerability_columns!(), "WHERE canonical IN (SELECT json_array_elements_text($1::json))"),
    );
    db.all(sql, values![json_list(names)]).await
}

pub(crate) async fn vulnerabilities_all(db: &Db) -> Result<Vec<VulnerabilityRow>, DbError> {
    db.all(concat!(vulnerability_columns!(), "WHERE merged_into IS NULL ORDER BY id"), values![]).await
}

pub(crate) async fn vulnerabilities_changed(
    db: &Db,
    sequence: i64,
) -> Result<Vec<VulnerabilityRow>, DbError> {
    db.all(concat!(vulnerability_columns!(), "WHERE sequence > $1 ORDER BY sequence"), values![sequence])
        .await
}

/// The vulnerability that a name leads to: its canonical id, a record's id, or an alias of a record.
pub(crate) async fn vulnerability_of_name(db: &Db, name: &str) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM (SELECT COALESCE(merged_into, id) AS id, 0 AS rank FROM vulnerability \
              WHERE canonical = $1 UNION ALL \
             SELECT vulnerability_id, 1 FROM advisory WHERE id = $1 AND vulnerability_id IS NOT NULL UNION ALL \
             SELECT a.vulnerability_id, 2 FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
              WHERE n.name = $1 AND n.relation = 0 AND a.vulnerability_id IS NOT NULL) AS found \
             ORDER BY rank, id LIMIT 1",
            values![name.to_owned()],
        )
        .await?;
    Ok(row.map(|row| row.0))
}

/// As [`vulnerability_of_name`], whatever its capitals; reads every name.
pub(crate) async fn vulnerability_of_name_in_any_case(db: &Db, name: &str) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM (SELECT COALESCE(merged_into, id) AS id, 0 AS rank FROM vulnerability \
              WHERE lower(canonical) = $1 UNION ALL \
             SELECT vulnerability_id, 1 FROM advisory WHERE lower(id) = $1 AND vulnerability_id IS NOT NULL \
             UNION ALL SELECT a.vulnerability_id, 2 FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
              WHERE lower(n.name) = $1 AND n.relation = 0 AND a.vulnerability_id IS NOT NULL) AS found \
             ORDER BY rank, id LIMIT 1",
            values![name.to_ascii_lowercase()],
        )
        .await?;
    Ok(row.map(|row| row.0))
}

const VULNERABILITIES: BulkTable = BulkTable {
    name: "vulnerability",
    columns: &[
        Column::int("id"),
        Column::text("canonical"),
        Column::text("about"),
        Column::text("title"),
        Column::text("severity"),
        Column::int("severity_rank"),
        Column::text("severity_reason"),
        Column::float("score"),
        Column::bool("known_exploited"),
        Column::int("kev_added"),
        Column::int("kev_due"),
        Column::int("epss_band"),
        Column::text("ssvc"),
        Column::int("published"),
        Column::int("modified"),
        Column::int("withdrawn"),
        Column::int("merged_into"),
        Column::int("first_seen"),
        Column::int("sequence"),
    ],
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET canonical = excluded.canonical, about = excluded.about, title = excluded.title, \
                  severity = excluded.severity, severity_rank = excluded.severity_rank, \
                  severity_reason = excluded.severity_reason, score = excluded.score, \
                  known_exploited = excluded.known_exploited, kev_added = excluded.kev_added, \
                  kev_due = excluded.kev_due, \
                  epss_band = excluded.epss_band, ssvc = excluded.ssvc, published = excluded.published, modified = excluded.modified, \
                  withdrawn = excluded.withdrawn, merged_into = excluded.merged_into, sequence = excluded.sequence",
    ),
};

pub(crate) async fn vulnerabilities_put(
    tx: &mut Tx,
    rows: Vec<VulnerabilityRow>,
    first_seen: i64,
) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.id),
            Value::from(row.canonical),
            Value::from(row.about),
            Value::from(row.title),
            Value::from(row.severity),
            Value::from(row.severity_rank),
            Value::from(row.severity_reason),
            Value::Float(row.score),
            Value::from(row.known_exploited),
            Value::from(row.kev_added),
            Value::from(row.kev_due),
            Value::from(row.epss_band),
            Value::from(row.ssvc),
            Value::from(row.published),
            Value::from(row.modified),
            Value::from(row.withdrawn),
            Value::from(row.merged_into),
            Value::from(first_seen),
            Value::from(row.sequence),
        ]
    });
    tx.bulk_insert(&VULNERABILITIES, rows).await.map(|_| ())
}

/// Files records under their vulnerabilities; for whoever derives from them they have changed.
pub(crate) async fn members_assign(tx: &mut Tx, pairs: &[(i64, i64)], sequence: i64) -> Result<u64, DbError> {
    let sql = tx.pick(
        "UPDATE advisory SET vulnerability_id = given.vulnerability_id, sequence = $2 FROM (SELECT \
         json_extract(value, '$[0]') AS no, json_extract(value, '$[1]') AS vulnerability_id FROM json_each($1)) \
         AS given WHERE advisory.no = given.no",
        "UPDATE advisory SET vulnerability_id = given.vulnerability_id, sequence = $2 FROM (SELECT \
         (value->>0)::bigint AS no, (value->>1)::bigint AS vulnerability_id \
         FROM json_array_elements($1::json) AS list(value)) AS given WHERE advisory.no = given.no",
    );
    tx.execute(sql, values![json_list(pairs), sequence]).await
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChangeRow {
    pub at: i64,
    pub feed: String,
    /// In English.
    pub what: String,
    /// One of the kinds that pages can name; `text` has only its words.
    pub kind: String,
    pub old_value: String,
    pub new_value: String,
    pub record: String,
}

pub(crate) struct NewChange {
    pub vulnerability_id: i64,
    pub feed_id: i64,
    pub change: crate::service::changes::Change,
}

pub(crate) async fn changes_put(tx: &mut Tx, at: i64, changes: Vec<NewChange>) -> Result<(), DbError> {
    if changes.is_empty() {
        return Ok(());
    }
    const CHANGES: BulkTable = BulkTable {
        name: "vulnerability_change",
        columns: &[
            Column::int("id"),
            Column::int("vulnerability_id"),
            Column::int("at"),
            Column::int("feed_id"),
            Column::text("what"),
            Column::text("kind"),
            Column::text("old_value"),
            Column::text("new_value"),
            Column::text("record"),
        ],
        on_conflict: None,
    };
    let ids = hinomi_db::ids::next_ids(tx, "vulnerability_change", changes.len() as i64).await?;
    let rows = ids.zip(changes).map(|(id, change)| {
        vec![
            Value::from(id),
            Value::from(change.vulnerability_id),
            Value::from(at),
            Value::from(change.feed_id),
            Value::from(change.change.words()),
            Value::from(change.change.kind),
            Value::from(change.change.old),
            Value::from(change.change.new),
            Value::from(change.change.record),
        ]
    });
    tx.bulk_insert(&CHANGES, rows).await.map(|_| ())
}

pub async fn changes_of(db: &Db, vulnerability_id: i64) -> Result<Vec<ChangeRow>, DbError> {
    db.all(
        "SELECT c.at, f.name AS feed, c.what, c.kind, c.old_value, c.new_value, c.record FROM vulnerability_change c JOIN feed f ON f.id = c.feed_id \
         WHERE c.vulnerability_id = $1 ORDER BY c.id DESC LIMIT 200",
        values![vulnerability_id],
    )
    .await
}

/// Names that the records of a vulnerability give, with their relation (0 alias, 1 upstream, 2 related).
/// The most urgent of these vulnerabilities: exploited, severe, likely to be exploited, and then by name.
pub async fn most_urgent(db: &Db, ids: &[i64], limit: usize) -> Result<Vec<VulnerabilityRow>, DbError> {
    let sql = db.pick(
        concat!(
            vulnerability_columns!(),
            "WHERE id IN (SELECT id FROM vulnerability WHERE id IN (SELECT value FROM json_each($1)) \
             ORDER BY known_exploited DESC, severity_rank DESC, epss_band DESC, canonical LIMIT $2)"
        ),
        concat!(
            vulnerability_columns!(),
            "WHERE id IN (SELECT id FROM vulnerability WHERE id IN (SELECT json_array_elements_text($1::json)::bigint) \
             ORDER BY known_exploited DESC, severity_rank DESC, epss_band DESC, canonical COLLATE \"C\" LIMIT $2)"
        ),
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows: Vec<VulnerabilityRow> = db.all(sql, values![json_list(ids), limit]).await?;
    rows.sort_by(|left, right| {
        let urgency = |row: &VulnerabilityRow| (row.known_exploited, row.severity_rank, row.epss_band);
        urgency(right).cmp(&urgency(left)).then_with(|| left.canonical.cmp(&right.canonical))
    });
    Ok(rows)
}

/// The names of these vulnerabilities, those of which they are the same: (vulnerability, name), each once.
pub async fn same_names_of(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT a.vulnerability_id, n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no \
         WHERE a.vulnerability_id IN (SELECT value FROM json_each($1)) AND n.relation = 0 ORDER BY 1, 2",
        "SELECT DISTINCT a.vulnerability_id, n.name FROM advisory a JOIN advisory_name n ON n.advisory_no = a.no \
         WHERE a.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) AND n.relation = 0 ORDER BY 1, 2",
    );
    db.all(sql, values![json_list(ids)]).await
}

pub async fn names_of(db: &Db, vulnerability_id: i64) -> Result<Vec<(String, i64)>, DbError> {
    db.all(
        "SELECT DISTINCT n.name, n.relation FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
         WHERE a.vulnerability_id = $1 ORDER BY n.relation, n.name",
        values![vulnerability_id],
    )
    .await
}
