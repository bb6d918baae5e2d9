// SPDX-License-Identifier: Apache-2.0
//! Reports of attackers, what feeds bring beside records, and words in other languages.

use std::collections::BTreeSet;

use super::records::json_list;
use super::threat_words;
use hinomi_db::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

/// A report as it is listed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ThreatRow {
    pub id: String,
    pub feed: String,
    pub source: String,
    pub kind: String,
    pub name: String,
    pub author: Option<String>,
    pub created: Option<i64>,
    pub modified: Option<i64>,
    pub valid_until: Option<i64>,
    pub revoked: bool,
    pub confidence: Option<i64>,
    pub tlp: String,
    pub document: String,
    pub received_at: i64,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct KnownThreat {
    pub id: String,
    pub hash: String,
    pub modified: Option<i64>,
}

pub(crate) struct NewThreat {
    pub feed_id: i64,
    pub threat: hinomi_advisory_formats::threat::Threat,
    pub source: String,
    pub hash: String,
    pub document: String,
    /// What it is found by.
    pub words: BTreeSet<String>,
}

macro_rules! threat_columns {
    () => {
        "SELECT t.id, f.name AS feed, t.source, t.kind, t.name, t.author, t.created, t.modified, t.valid_until, \
         t.revoked, t.confidence, t.tlp, t.document, t.received_at FROM threat t JOIN feed f ON f.id = t.feed_id "
    };
}

pub(crate) async fn threats_known(db: &Db, ids: &[String]) -> Result<Vec<KnownThreat>, DbError> {
    let sql = db.pick(
        "SELECT id, hash, modified FROM threat WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, hash, modified FROM threat WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    db.all(sql, values![json_list(ids)]).await
}

/// Which vulnerabilities these reports name so far: report, CVE.
pub(crate) async fn named_before(tx: &mut Tx, ids: &[String]) -> Result<Vec<(String, String)>, DbError> {
    let sql = tx.pick(
        "SELECT threat_id, cve FROM threat_cve WHERE threat_id IN (SELECT value FROM json_each($1))",
        "SELECT threat_id, cve FROM threat_cve WHERE threat_id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.all(sql, values![json_list(ids)]).await
}

const THREATS: BulkTable = BulkTable {
    name: "threat",
    columns: &[
        Column::text("id"),
        Column::int("feed_id"),
        Column::text("source"),
        Column::text("kind"),
        Column::text("name"),
        Column::text("author"),
        Column::int("created"),
        Column::int("modified"),
        Column::int("valid_until"),
        Column::bool("revoked"),
        Column::int("confidence"),
        Column::text("tlp"),
        Column::text("hash"),
        Column::text("document"),
        Column::int("received_at"),
        Column::bool("is_indexed"),
    ],
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET feed_id = excluded.feed_id, source = excluded.source, kind = excluded.kind, \
         name = excluded.name, author = excluded.author, created = excluded.created, modified = excluded.modified, \
         valid_until = excluded.valid_until, revoked = excluded.revoked, confidence = excluded.confidence, \
         tlp = excluded.tlp, hash = excluded.hash, document = excluded.document, received_at = excluded.received_at, \
         is_indexed = excluded.is_indexed",
    ),
};

const CVES: BulkTable = BulkTable {
    name: "threat_cve",
    columns: &[Column::text("cve"), Column::text("threat_id")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

pub(crate) async fn threats_put(tx: &mut Tx, received_at: i64, rows: Vec<NewThreat>) -> Result<(), DbError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.threat.id.as_str()).collect();
    let forget = tx.pick(
        "DELETE FROM threat_cve WHERE threat_id IN (SELECT value FROM json_each($1))",
        "DELETE FROM threat_cve WHERE threat_id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.execute(forget, values![json_list(&ids)]).await?;
    let cves: Vec<Vec<Value>> = rows
        .iter()
        .flat_map(|row| row.threat.cves.iter().map(|cve| values![cve.clone(), row.threat.id.clone()].0))
        .collect();
    let mut words = Vec::with_capacity(rows.len());
    let rows: Vec<Vec<Value>> = rows
        .into_iter()
        .map(|row| {
            let threat = row.threat;
            words.push((threat.id.clone(), row.words));
            values![
                threat.id,
                row.feed_id,
                row.source,
                threat.kind.name().to_owned(),
                threat.name,
                threat.author,
                threat.created,
                threat.modified,
                threat.valid_until,
                threat.revoked,
                threat.confidence.map(i64::from),
                threat.tlp.map_or("", |tlp| tlp.name()).to_owned(),
                row.hash,
                row.document,
                received_at,
                true
            ]
            .0
        })
        .collect();
    tx.bulk_insert(&THREATS, rows.into_iter()).await?;
    threat_words::put(tx, &words).await?;
    tx.bulk_insert(&CVES, cves.into_iter()).await.map(|_| ())
}

/// Reports that name any of the vulnerabilities, the newest first.
pub(crate) async fn threats_of(db: &Db, cves: &[String]) -> Result<Vec<ThreatRow>, DbError> {
    let sql = db.pick(
        concat!(
            threat_columns!(),
            "WHERE t.id IN (SELECT threat_id FROM threat_cve WHERE cve IN (SELECT value FROM json_each($1))) \
             ORDER BY COALESCE(t.modified, 0) DESC, t.id LIMIT 200"
        ),
        concat!(
            threat_columns!(),
            "WHERE t.id IN (SELECT threat_id FROM threat_cve WHERE cve IN (SELECT json_array_elements_text($1::json))) \
             ORDER BY COALESCE(t.modified, 0) DESC, t.id LIMIT 200"
        ),
    );
    db.all(sql, values![json_list(cves)]).await
}

pub(crate) async fn threat_by_id(db: &Db, id: &str) -> Result<Option<ThreatRow>, DbError> {
    db.optional(concat!(threat_columns!(), "WHERE t.id = $1"), values![id.to_owned()]).await
}

/// A page of reports, the latest change first; `exploiting`: only those that name a vulnerability.
pub(crate) async fn threat_list(
    db: &Db,
    text: &str,
    exploiting: bool,
    after: Option<(i64, String)>,
    limit: u64,
) -> Result<Vec<ThreatRow>, DbError> {
    let mut select = Query::select();
    select.columns(ROW.map(|name| ("t", name))).expr_as(Expr::col(("f", "name")), "feed");
    select.from_as("threat", "t");
    select.join_as(JoinType::InnerJoin, "feed", "f", Expr::col(("f", "id")).equals(("t", "feed_id")));
    if !text.trim().is_empty() {
        let words = threat_words::asked(text);
        let mut found = Condition::all();
        for (word, is_whole) in &words {
            let own = match is_whole {
                true => Expr::col("word").eq(word.as_str()),
                false => {
                    Expr::col("word").gte(word.as_str()).and(Expr::col("word").lt(format!("{word}{LAST}")))
                }
            };
            let named = Query::select().column("threat_id").from("threat_word").and_where(own).take();
            found = found.add(Expr::col(("t", "id")).in_subquery(named));
        }
        if words.is_empty() {
            // Nothing but signs: no word is asked for, and none is found.
            found = found.add(Expr::cust("1 = 0"));
        }
        let by_id = Expr::col(("t", "id")).eq(text.trim());
        select.cond_where(Condition::any().add(found).add(by_id));
    }
    if exploiting {
        select.and_where(Expr::cust("EXISTS (SELECT 1 FROM threat_cve c WHERE c.threat_id = t.id)"));
    }
    let at = || Expr::cust("COALESCE(t.modified, 0)");
    if let Some((modified, id)) = after {
        let later = at().lt(modified);
        select.and_where(later.or(at().eq(modified).and(Expr::col(("t", "id")).gt(id))));
    }
    select.order_by_expr(at(), Order::Desc).order_by(("t", "id"), Order::Asc).limit(limit);
    db.select_all(&select).await
}

/// Follows every letter: what begins with a word lies before the word with this at its end.
const LAST: char = '\u{10ffff}';

const ROW: [&str; 13] = [
    "id",
    "source",
    "kind",
    "name",
    "author",
    "created",
    "modified",
    "valid_until",
    "revoked",
    "confidence",
    "tlp",
    "document",
    "received_at",
];

/// Which of the vulnerabilities are known, by their canonical name.
pub(crate) async fn vulnerabilities_named(
    tx: &mut Tx,
    cves: &[String],
) -> Result<Vec<(i64, String)>, DbError> {
    let sql = tx.pick(
        "SELECT id, canonical FROM vulnerability WHERE merged_into IS NULL \
         AND canonical IN (SELECT value FROM json_each($1))",
        "SELECT id, canonical FROM vulnerability WHERE merged_into IS NULL \
         AND canonical IN (SELECT json_array_elements_text($1::json))",
    );
    tx.all(sql, values![json_list(cves)]).await
}

/// Something that a feed brings beside records.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FeedDocumentRow {
    pub kind: String,
    pub id: String,
    pub hash: String,
    pub document: String,
    pub received_at: i64,
}

pub(crate) async fn documents_known(
    db: &Db,
    keys: &[(String, String)],
) -> Result<Vec<(String, String, String)>, DbError> {
    let sql = db.pick(
        "SELECT kind, id, hash FROM feed_document WHERE (kind, id) IN \
         (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($1))",
        "SELECT kind, id, hash FROM feed_document WHERE (kind, id) IN \
         (SELECT value->>0, value->>1 FROM json_array_elements($1::json) AS list(value))",
    );
    db.all(sql, values![json_list(keys)]).await
}

const DOCUMENTS: BulkTable = BulkTable {
    name: "feed_document",
    columns: &[
        Column::text("kind"),
        Column::text("id"),
        Column::int("feed_id"),
        Column::text("hash"),
        Column::text("document"),
        Column::int("received_at"),
    ],
    on_conflict: Some(
        "ON CONFLICT (kind, id) DO UPDATE SET feed_id = excluded.feed_id, hash = excluded.hash, \
         document = excluded.document, received_at = excluded.received_at",
    ),
};

pub(crate) async fn documents_put(
    tx: &mut Tx,
    feed_id: i64,
    received_at: i64,
    rows: Vec<FeedDocumentRow>,
) -> Result<(), DbError> {
    let rows =
        rows.into_iter().map(|row| values![row.kind, row.id, feed_id, row.hash, row.document, received_at].0);
    tx.bulk_insert(&DOCUMENTS, rows).await.map(|_| ())
}

/// Everything of a kind, by id.
pub(crate) async fn documents_of(db: &Db, kind: &str) -> Result<Vec<FeedDocumentRow>, DbError> {
    db.all(
        "SELECT kind, id, hash, document, received_at FROM feed_document WHERE kind = $1 ORDER BY id",
        values![kind.to_owned()],
    )
    .await
}

pub(crate) async fn document_get(db: &Db, kind: &str, id: &str) -> Result<Option<FeedDocumentRow>, DbError> {
    db.optional(
        "SELECT kind, id, hash, document, received_at FROM feed_document WHERE kind = $1 AND id = $2",
        values![kind.to_owned(), id.to_owned()],
    )
    .await
}

/// Words of a record in one language.
pub(crate) struct NewText {
    pub advisory_no: i64,
    pub language: String,
    pub title: String,
    pub folded: String,
}

const TEXTS: BulkTable = BulkTable {
    name: "advisory_text",
    columns: &[
        Column::int("advisory_no"),
        Column::text("language"),
        Column::text("title"),
        Column::text("folded"),
    ],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

/// Replaces the words of the changed records.
pub(crate) async fn texts_put(tx: &mut Tx, changed: &[i64], rows: Vec<NewText>) -> Result<(), DbError> {
    if !changed.is_empty() {
        let sql = tx.pick(
            "DELETE FROM advisory_text WHERE advisory_no IN (SELECT value FROM json_each($1))",
            "DELETE FROM advisory_text WHERE advisory_no IN (SELECT json_array_elements_text($1::json)::bigint)",
        );
        tx.execute(sql, values![json_list(changed)]).await?;
    }
    let rows = rows.into_iter().map(|row| values![row.advisory_no, row.language, row.title, row.folded].0);
    tx.bulk_insert(&TEXTS, rows).await.map(|_| ())
}

/// The title of vulnerabilities in a language, where a record gives one.
pub(crate) async fn titles_in(
    db: &Db,
    language: &str,
    vulnerabilities: &[i64],
) -> Result<Vec<(i64, String)>, DbError> {
    let sql = db.pick(
        "SELECT a.vulnerability_id, min(x.title) FROM advisory_text x JOIN advisory a ON a.no = x.advisory_no \
         WHERE x.language = $1 AND x.title <> '' AND a.vulnerability_id IN (SELECT value FROM json_each($2)) \
         GROUP BY a.vulnerability_id",
        "SELECT a.vulnerability_id, min(x.title) FROM advisory_text x JOIN advisory a ON a.no = x.advisory_no \
         WHERE x.language = $1 AND x.title <> '' \
         AND a.vulnerability_id IN (SELECT json_array_elements_text($2::json)::bigint) GROUP BY a.vulnerability_id",
    );
    db.all(sql, values![language.to_owned(), json_list(vulnerabilities)]).await
}
