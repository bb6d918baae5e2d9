// SPDX-License-Identifier: Apache-2.0
//! Feeds, what they refused, and the list of known exploited vulnerabilities.

use hinomi_db::{BulkTable, Column, Db, DbError, Tx, values};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FeedRow {
    pub id: i64,
    pub name: String,
    pub kind: String,
    pub records: i64,
    pub refused: i64,
    pub last_attempt: i64,
    pub last_success: Option<i64>,
    pub error: Option<String>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RefusalRow {
    pub feed: String,
    pub path: String,
    pub reason: String,
    pub at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownExploitedRow {
    pub cve: String,
    pub added_at: i64,
    pub due_at: Option<i64>,
    pub ransomware: bool,
    pub name: String,
    pub action: String,
}

impl KnownExploitedRow {
    /// What several lists say of one CVE, taken together: listed since the earliest listing and under its name, due by
    /// the earliest date, used for ransom where any says so. Rows come by CVE, the earliest listing first.
    fn joined(rows: Vec<Self>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::with_capacity(rows.len());
        for row in rows {
            match joined.last_mut().filter(|last| last.cve == row.cve) {
                Some(last) => {
                    last.due_at = [last.due_at, row.due_at].into_iter().flatten().min();
                    last.ransomware |= row.ransomware;
                }
                None => joined.push(row),
            }
        }
        joined
    }
}

pub(crate) async fn feed_open(tx: &mut Tx, name: &str, kind: &str, at: i64) -> Result<i64, DbError> {
    let found: Option<(i64,)> =
        tx.optional("SELECT id FROM feed WHERE name = $1", values![name.to_owned()]).await?;
    if let Some((id,)) = found {
        tx.execute("UPDATE feed SET last_attempt = $2 WHERE id = $1", values![id, at]).await?;
        return Ok(id);
    }
    let id = *hinomi_db::ids::next_ids(tx, "feed", 1).await?.start();
    // Another process may have opened it first while this one waited for a number.
    tx.scalar(
        "INSERT INTO feed (id, name, kind, records, refused, last_attempt) VALUES ($1, $2, $3, 0, 0, $4) \
         ON CONFLICT (name) DO UPDATE SET last_attempt = excluded.last_attempt RETURNING id",
        values![id, name.to_owned(), kind.to_owned(), at],
    )
    .await
}

pub(crate) async fn feed_done(tx: &mut Tx, id: i64, at: i64, error: Option<String>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed SET records = (SELECT count(*) FROM advisory WHERE feed_id = $1) + \
          (SELECT count(*) FROM known_exploited WHERE feed_id = $1) + \
          (SELECT count(*) FROM threat_object WHERE feed_id = $1) + \
          (SELECT count(*) FROM threat t WHERE feed_id = $1 \
           AND NOT EXISTS (SELECT 1 FROM threat_object o WHERE o.id = t.id)) + \
          (SELECT count(*) FROM feed_document WHERE feed_id = $1) + \
          COALESCE((SELECT scores FROM epss_day WHERE feed_id = $1 ORDER BY day DESC LIMIT 1), 0), \
         refused = (SELECT count(*) FROM feed_refusal WHERE feed_id = $1), error = $3, \
         last_success = CASE WHEN $3 IS NULL THEN $2 ELSE last_success END WHERE id = $1",
        values![id, at, error],
    )
    .await?;
    Ok(())
}

/// As [`feed_done`], without a word on how the feed fares.
pub(crate) async fn feed_counted(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed SET records = (SELECT count(*) FROM advisory WHERE feed_id = $1) + \
          (SELECT count(*) FROM known_exploited WHERE feed_id = $1) + \
          (SELECT count(*) FROM threat_object WHERE feed_id = $1) + \
          (SELECT count(*) FROM threat t WHERE feed_id = $1 \
           AND NOT EXISTS (SELECT 1 FROM threat_object o WHERE o.id = t.id)) + \
          (SELECT count(*) FROM feed_document WHERE feed_id = $1) + \
          COALESCE((SELECT scores FROM epss_day WHERE feed_id = $1 ORDER BY day DESC LIMIT 1), 0), \
         refused = (SELECT count(*) FROM feed_refusal WHERE feed_id = $1) WHERE id = $1",
        values![id],
    )
    .await?;
    Ok(())
}

pub(crate) async fn refusals_put(
    tx: &mut Tx,
    feed_id: i64,
    refusals: &[(String, String)],
    at: i64,
) -> Result<(), DbError> {
    for (path, reason) in refusals {
        tx.execute(
            "INSERT INTO feed_refusal (feed_id, path, reason, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (feed_id, path) DO UPDATE SET reason = excluded.reason, at = excluded.at \
             WHERE feed_refusal.reason <> excluded.reason",
            values![feed_id, path.clone(), reason.clone(), at],
        )
        .await?;
    }
    Ok(())
}

/// Where a feed's refused documents were.
pub(crate) async fn refused_paths(tx: &mut Tx, feed_id: i64) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> =
        tx.all("SELECT path FROM feed_refusal WHERE feed_id = $1", values![feed_id]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// What reads well now is refused no more.
pub(crate) async fn refusals_clear(tx: &mut Tx, feed_id: i64, paths: &[String]) -> Result<(), DbError> {
    let sql = tx.pick(
        "DELETE FROM feed_refusal WHERE feed_id = $1 AND path IN (SELECT value FROM json_each($2))",
        "DELETE FROM feed_refusal WHERE feed_id = $1 AND path IN (SELECT json_array_elements_text($2::json))",
    );
    tx.execute(sql, values![feed_id, super::records::json_list(paths)]).await?;
    Ok(())
}

/// Its source was read then, by whoever; never earlier than what is known.
pub(crate) async fn feed_as_of(tx: &mut Tx, id: i64, at: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed SET error = NULL, last_success = CASE WHEN COALESCE(last_success, $2) > $2 THEN last_success \
         ELSE $2 END WHERE id = $1",
        values![id, at],
    )
    .await?;
    Ok(())
}

pub(crate) async fn feed_failed(tx: &mut Tx, id: i64, error: &str) -> Result<(), DbError> {
    tx.execute("UPDATE feed SET error = $2 WHERE id = $1", values![id, error.to_owned()]).await?;
    Ok(())
}

/// A feed with everything that is known of how it fares.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FeedHealthRow {
    pub name: String,
    pub kind: String,
    pub records: i64,
    pub refused: i64,
    pub held: i64,
    pub last_attempt: Option<i64>,
    pub last_success: Option<i64>,
    pub error: Option<String>,
    pub url: Option<String>,
    pub licence: Option<String>,
    pub enabled: bool,
    pub every_minutes: Option<i64>,
    pub next_run_at: Option<i64>,
    pub started_at: Option<i64>,
    pub source_at: Option<i64>,
    pub signatures: i64,
}

/// Feeds that brought something, and those that are enabled.
pub(crate) async fn health(db: &Db) -> Result<Vec<FeedHealthRow>, DbError> {
    db.all(
        "SELECT n.name, COALESCE(f.kind, s.kind) AS kind, COALESCE(f.records, 0) AS records, \
         COALESCE(f.refused, 0) AS refused, \
         (SELECT count(*) FROM feed_held h WHERE h.feed_id = f.id AND h.state = 'held') AS held, \
         f.last_attempt, f.last_success, f.error, s.url, s.licence, COALESCE(s.enabled, FALSE) AS enabled, \
         s.every_minutes, s.next_run_at, s.started_at, s.source_at, COALESCE(s.signatures, 0) AS signatures \
         FROM (SELECT name FROM feed UNION SELECT name FROM feed_sync WHERE enabled) n \
         LEFT JOIN feed f ON f.name = n.name LEFT JOIN feed_sync s ON s.name = n.name ORDER BY n.name",
        values![],
    )
    .await
}

pub async fn feed_list(db: &Db) -> Result<Vec<FeedRow>, DbError> {
    db.all(
        "SELECT id, name, kind, records, refused, last_attempt, last_success, error FROM feed ORDER BY name",
        values![],
    )
    .await
}

/// What was refused, by feed and path; of one feed, or of all.
pub async fn refusal_list(
    db: &Db,
    feed: Option<&str>,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<RefusalRow>, DbError> {
    db.all(
        "SELECT f.name AS feed, r.path, r.reason, r.at FROM feed_refusal r JOIN feed f ON f.id = r.feed_id \
         WHERE (f.name, r.path) > ($1, $2) AND ($4 = '' OR f.name = $4) ORDER BY f.name, r.path LIMIT $3",
        values![after.0.to_owned(), after.1.to_owned(), limit, feed.unwrap_or_default().to_owned()],
    )
    .await
}

macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT k.cve, k.added_at, k.due_at, k.ransomware, k.name, k.action FROM known_exploited k ",
            $rest
        )
    };
}

/// One entry a CVE, whatever the number of lists that name it.
pub(crate) async fn known_exploited_all(tx: &mut Tx) -> Result<Vec<KnownExploitedRow>, DbError> {
    let rows = tx.all(listed!("ORDER BY k.cve, k.added_at, k.feed_id"), values![]).await?;
    Ok(KnownExploitedRow::joined(rows))
}

pub(crate) async fn known_exploited_of(tx: &mut Tx, feed_id: i64) -> Result<Vec<KnownExploitedRow>, DbError> {
    tx.all(listed!("WHERE k.feed_id = $1 ORDER BY k.cve"), values![feed_id]).await
}

pub async fn known_exploited(db: &Db, cve: &str) -> Result<Option<KnownExploitedRow>, DbError> {
    let sql = listed!("WHERE k.cve = $1 ORDER BY k.added_at, k.feed_id");
    Ok(KnownExploitedRow::joined(db.all(sql, values![cve.to_owned()]).await?).pop())
}

/// The feeds whose lists name it, the earliest listing first.
pub async fn known_exploited_by(db: &Db, cve: &str) -> Result<Vec<String>, DbError> {
    db.column(
        "SELECT f.name FROM known_exploited k JOIN feed f ON f.id = k.feed_id WHERE k.cve = $1 \
         ORDER BY k.added_at, k.feed_id",
        values![cve.to_owned()],
    )
    .await
}

pub(crate) async fn known_exploited_put(
    tx: &mut Tx,
    feed_id: i64,
    rows: &[KnownExploitedRow],
) -> Result<(), DbError> {
    const KNOWN_EXPLOITED: BulkTable = BulkTable {
        name: "known_exploited",
        columns: &[
            Column::text("cve"),
            Column::int("feed_id"),
            Column::int("added_at"),
            Column::int("due_at"),
            Column::bool("ransomware"),
            Column::text("name"),
            Column::text("action"),
        ],
        on_conflict: Some(
            "ON CONFLICT (cve, feed_id) DO UPDATE SET added_at = excluded.added_at, due_at = excluded.due_at, \
             ransomware = excluded.ransomware, name = excluded.name, action = excluded.action",
        ),
    };
    let rows = rows.iter().cloned().map(|row| {
        values![row.cve, feed_id, row.added_at, row.due_at, row.ransomware, row.name, row.action].0
    });
    tx.bulk_insert(&KNOWN_EXPLOITED, rows).await.map(|_| ())
}

pub(crate) async fn known_exploited_drop(tx: &mut Tx, feed_id: i64, cves: &[String]) -> Result<(), DbError> {
    let sql = tx.pick(
        "DELETE FROM known_exploited WHERE feed_id = $1 AND cve IN (SELECT value FROM json_each($2))",
        "DELETE FROM known_exploited WHERE feed_id = $1 AND cve IN (SELECT json_array_elements_text($2::json))",
    );
    tx.execute(sql, values![feed_id, super::records::json_list(cves)]).await?;
    Ok(())
}

/// Entries of which it was not kept who brought them belong to the next feed that brings a catalogue.
pub(crate) async fn known_exploited_adopt(tx: &mut Tx, feed_id: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE known_exploited SET feed_id = $1 WHERE feed_id = 0 \
         AND cve NOT IN (SELECT cve FROM known_exploited WHERE feed_id = $1)",
        values![feed_id],
    )
    .await?;
    tx.execute("DELETE FROM known_exploited WHERE feed_id = 0", values![]).await?;
    Ok(())
}
