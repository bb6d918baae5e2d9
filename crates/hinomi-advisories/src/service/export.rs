// SPDX-License-Identifier: Apache-2.0
//! What counts, feed by feed, as documents that can be read in again elsewhere: for bundles.

use std::collections::HashSet;
use std::fmt::Write as _;

use hinomi_core::Time;
use hinomi_db::{Db, Tx, ids};
use serde_json::json;

use super::changes::Change;
use super::import::Importer;
use super::originals::{Work, with_bytes};
use crate::model::AdvisoryError;
use crate::store::{epss, export as store, feeds, groups, originals, records};
use store::PackedOriginal;
pub use store::{ExportedFeed, ExportedRow};

const PAGE: i64 = 500;

/// A document with one of its records, byte for byte as it came.
#[derive(Debug, Clone)]
pub struct ExportedOriginal {
    pub no: i64,
    pub id: String,
    pub hash: String,
    pub bytes: Vec<u8>,
}

/// Every feed that brought something; what comes with the program goes with it.
pub async fn feeds(db: &Db) -> Result<Vec<ExportedFeed>, AdvisoryError> {
    let mut feeds = store::feeds(db).await?;
    feeds.retain(|feed| feed.kind != crate::settings::BUILT_IN);
    Ok(feeds)
}

/// When the feed was last read with success.
pub async fn last_success(db: &Db, feed: &str) -> Result<Option<Time>, AdvisoryError> {
    Ok(store::last_success(db, feed).await?.map(Time::from_micros))
}

/// Hashes of the documents that count.
pub async fn hashes(db: &Db, feed: &ExportedFeed) -> Result<Vec<String>, AdvisoryError> {
    Ok(store::hashes(db, feed.id).await?)
}

/// Some of the feed's documents, in the order of their records' numbers.
pub async fn page(db: &Db, feed: &ExportedFeed, after: i64) -> Result<Vec<ExportedOriginal>, AdvisoryError> {
    let rows = store::page(db, feed.id, after, PAGE).await?;
    let document: Work<PackedOriginal, ExportedOriginal> = |rows, bytes| {
        let of = |row: PackedOriginal| ExportedOriginal {
            no: row.no,
            id: row.id,
            hash: row.hash,
            bytes: bytes.to_vec(),
        };
        Ok(rows.into_iter().map(of).collect())
    };
    with_bytes(db, rows, |row| &row.original, |row| (&row.id, &row.hash), document).await
}

/// Ids that the feed's complete list lacks.
pub async fn absent(db: &Db, feed: &ExportedFeed) -> Result<Vec<String>, AdvisoryError> {
    Ok(store::absent(db, feed.id).await?)
}

/// How many of these originals, or of what is kept as rows, are here.
pub async fn originals_present(db: &Db, hashes: &[String]) -> Result<u64, AdvisoryError> {
    let mut count = 0;
    for chunk in hashes.chunks(10_000) {
        let wanted: Vec<&str> = chunk.iter().map(String::as_str).collect();
        count += originals::kept(db, &wanted).await?.len() as u64;
        count += store::rows_kept(db, chunk).await?;
    }
    Ok(count)
}

/// What the originals take as they are kept.
pub async fn originals_bytes(db: &Db) -> Result<i64, AdvisoryError> {
    Ok(originals::size(db).await?)
}

/// Lists that are kept as rows, written again in the form they came in: label and text.
pub async fn lists(db: &Db, feed: &ExportedFeed) -> Result<Vec<(String, Vec<u8>)>, AdvisoryError> {
    let mut lists = Vec::new();
    lists.extend(exploited(db, feed).await?);
    Ok(lists)
}

/// What a feed brought beside records: reports of attackers, decision tables, ends of life; a line each.
pub async fn rows(db: &Db, feed: &ExportedFeed) -> Result<Vec<ExportedRow>, AdvisoryError> {
    Ok(store::rows(db, feed.id).await?)
}

/// The newest day of scores, if there is any.
pub async fn last_day_of_scores(db: &Db) -> Result<Option<i64>, AdvisoryError> {
    Ok(epss::last_day(db, i64::MAX).await?)
}

/// Scores with the day since when they hold, those before them, and the days: for the feed that brought the last day. With
/// `since`, the past of those alone that changed after that day.
pub async fn course(
    db: &Db,
    feed: &ExportedFeed,
    since: Option<i64>,
) -> Result<Option<Vec<u8>>, AdvisoryError> {
    let Some((_, _, feed_id)) = store::last_scores(db).await? else { return Ok(None) };
    if feed_id != feed.id {
        return Ok(None);
    }
    let mut text = String::new();
    for (day, model, scores) in epss::days(db).await? {
        let _ = writeln!(text, "d,{day},{scores},{model}");
    }
    let mut now = epss::scores_all(db).await?;
    now.sort_unstable_by_key(|row| row.cve);
    for row in &now {
        let _ = writeln!(text, "s,{},{},{}", row.cve, row.score, row.day);
    }
    let is_old = |cve: i64| {
        let found = now.binary_search_by_key(&cve, |row| row.cve).ok().and_then(|at| now.get(at));
        since.is_some_and(|since| found.is_some_and(|row| row.day <= since))
    };
    for row in epss::past_all(db).await?.into_iter().filter(|row| !is_old(row.cve)) {
        let _ = writeln!(text, "p,{},{},{}", row.cve, row.score, row.day);
    }
    Ok(Some(text.into_bytes()))
}

async fn exploited(db: &Db, feed: &ExportedFeed) -> Result<Option<(String, Vec<u8>)>, AdvisoryError> {
    let mut tx: Tx = db.begin_read().await?;
    let rows = feeds::known_exploited_of(&mut tx, feed.id).await?;
    tx.commit().await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let day = |at: i64| Time::from_micros(at).day().to_string();
    let entries: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "cveID": row.cve, "vulnerabilityName": row.name, "dateAdded": day(row.added_at),
                "requiredAction": row.action, "dueDate": row.due_at.map(day),
                "knownRansomwareCampaignUse": if row.ransomware { "Known" } else { "Unknown" },
            })
        })
        .collect();
    let released = feed.last_success.map(|at| Time::from_micros(at).to_string()).unwrap_or_default();
    let list = json!({
        "title": "known exploited vulnerabilities", "catalogVersion": released, "dateReleased": released,
        "count": entries.len(), "vulnerabilities": entries,
    });
    Ok(Some(("known_exploited_vulnerabilities.json".to_owned(), list.to_string().into_bytes())))
}

impl Importer {
    /// All ids that the feed's complete list lacked where this comes from; what is not among them is on it again.
    pub async fn take_absent(&mut self, ids: Vec<String>) -> Result<(), AdvisoryError> {
        self.give_back(&ids.iter().map(String::as_str).collect()).await?;
        for chunk in ids.chunks(5_000) {
            let mut tx = self.db.begin().await?;
            let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
            let known = records::known_in(&mut tx, chunk).await?;
            let standing: Vec<i64> =
                known.iter().filter(|row| row.withdrawn.is_none()).map(|row| row.no).collect();
            records::absent_put(&mut tx, &standing, self.now.as_micros(), sequence).await?;
            groups::pending_put(&mut tx, &standing, sequence).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The feed's records that count as absent and are not so any more stand as they did: none of them was withdrawn by its
    /// own word when it was missed.
    async fn give_back(&mut self, absent: &HashSet<&str>) -> Result<(), AdvisoryError> {
        let mut tx = self.db.begin().await?;
        let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
        let mut back = records::absent_of_feed(&mut tx, self.feed_id).await?;
        back.retain(|(_, id)| !absent.contains(id.as_str()));
        for chunk in back.chunks(5_000) {
            let numbers: Vec<i64> = chunk.iter().map(|(no, _)| *no).collect();
            records::absent_lift(&mut tx, &numbers, sequence).await?;
            groups::pending_put(&mut tx, &numbers, sequence).await?;
        }
        tx.commit().await?;
        self.report.read += back.len() as u64;
        self.report.changed += back.len() as u64;
        let restored = |id: &str| vec![Change::new("restored", "", "").of(id)];
        self.notes.extend(back.into_iter().map(|(no, id)| (no, restored(&id))));
        Ok(())
    }
}
