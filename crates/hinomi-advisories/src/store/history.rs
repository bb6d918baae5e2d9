// SPDX-License-Identifier: Apache-2.0
//! What changed of which vulnerability between two moments, or between two states of the log; and who was told how far.

use super::records::json_list;
use hinomi_db::{Db, DbError, Tx, values};

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

/// From where until where, by time and by number: from `since` on and before `until`; after the numbers of `after`, up to those
/// of `up_to`.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub since: i64,
    pub until: i64,
    pub after: Mark,
    pub up_to: Mark,
}

impl Stretch {
    /// By time alone.
    pub fn of_time(since: i64, until: i64) -> Self {
        Self {
            since,
            until,
            after: Mark::default(),
            up_to: Mark { change: i64::MAX, vulnerability: i64::MAX },
        }
    }

    /// By numbers alone: nothing between two marks is left out, whatever moment it bears.
    pub fn of_marks(after: Mark, up_to: Mark) -> Self {
        Self { since: i64::MIN, until: i64::MAX, after, up_to }
    }
}

/// The last change and the last vulnerability that somebody knows of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Mark {
    pub change: i64,
    pub vulnerability: i64,
}

/// How far the logs go now.
pub async fn mark(db: &Db) -> Result<Mark, DbError> {
    let sql = "SELECT COALESCE((SELECT max(id) FROM vulnerability_change), 0) AS change, \
               COALESCE((SELECT max(id) FROM vulnerability), 0) AS vulnerability";
    Ok(db.optional(sql, values![]).await?.unwrap_or_default())
}

/// How far a reader was told, and when that was.
pub async fn reader(db: &Db, reader: &str) -> Result<Option<(i64, Mark)>, DbError> {
    let sql = "SELECT until_at, change_id, vulnerability_id FROM change_reader WHERE reader = $1";
    let row: Option<(i64, i64, i64)> = db.optional(sql, values![reader.to_owned()]).await?;
    Ok(row.map(|(at, change, vulnerability)| (at, Mark { change, vulnerability })))
}

/// The reader was told so far; to be written with what is sent.
pub async fn reader_put(tx: &mut Tx, reader: &str, at: i64, mark: Mark) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO change_reader (reader, until_at, change_id, vulnerability_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (reader) DO UPDATE SET until_at = excluded.until_at, change_id = excluded.change_id, \
         vulnerability_id = excluded.vulnerability_id",
        values![reader.to_owned(), at, mark.change, mark.vulnerability],
    )
    .await?;
    Ok(())
}

macro_rules! changes_of_page {
    ($among:literal) => {
        concat!(
            "SELECT c.id AS no, c.vulnerability_id, c.at, f.name AS feed, c.what, c.kind, c.old_value, c.new_value, \
             c.record FROM vulnerability_change c JOIN feed f ON f.id = c.feed_id WHERE c.at >= $2 AND c.at < $3 \
             AND c.id > $4 AND c.id <= $5 AND (c.at, c.id) > ($6, $7) AND c.vulnerability_id IN (",
            $among,
            ") ORDER BY c.at, c.id LIMIT $8"
        )
    };
}

#[derive(Debug, sqlx::FromRow)]
struct Numbered {
    no: i64,
    #[sqlx(flatten)]
    change: VulnerabilityChange,
}

/// Lines that one statement reads.
const PAGE: i64 = 20_000;

/// Changes of these vulnerabilities, all of them, the oldest first among each ten thousand vulnerabilities.
pub async fn changes_within(
    db: &Db,
    ids: &[i64],
    within: &Stretch,
) -> Result<Vec<VulnerabilityChange>, DbError> {
    changes_by_pages(db, ids, within, PAGE).await
}

async fn changes_by_pages(
    db: &Db,
    ids: &[i64],
    within: &Stretch,
    page: i64,
) -> Result<Vec<VulnerabilityChange>, DbError> {
    let sql = db.pick(
        changes_of_page!("SELECT value FROM json_each($1)"),
        changes_of_page!("SELECT json_array_elements_text($1::json)::bigint"),
    );
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        let list = json_list(chunk);
        let numbers = (within.after.change, within.up_to.change);
        let (mut at, mut no) = (i64::MIN, i64::MIN);
        loop {
            let stretch =
                values![list.clone(), within.since, within.until, numbers.0, numbers.1, at, no, page];
            let found = db.all::<Numbered>(sql, stretch).await?;
            let is_last = (found.len() as i64) < page;
            if let Some(last) = found.last() {
                (at, no) = (last.change.at, last.no);
            }
            rows.extend(found.into_iter().map(|row| row.change));
            if is_last {
                break;
            }
        }
    }
    Ok(rows)
}

/// Which of these vulnerabilities became known, and when.
pub async fn first_seen_within(db: &Db, ids: &[i64], within: &Stretch) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = db.pick(
        "SELECT id, first_seen FROM vulnerability WHERE first_seen >= $2 AND first_seen < $3 \
         AND id > $4 AND id <= $5 AND id IN (SELECT value FROM json_each($1)) ORDER BY id",
        "SELECT id, first_seen FROM vulnerability WHERE first_seen >= $2 AND first_seen < $3 \
         AND id > $4 AND id <= $5 AND id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY id",
    );
    let mut rows = Vec::new();
    for chunk in ids.chunks(10_000) {
        let numbers = (within.after.vulnerability, within.up_to.vulnerability);
        let given = values![json_list(chunk), within.since, within.until, numbers.0, numbers.1];
        rows.extend(db.all::<(i64, i64)>(sql, given).await?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::changes::Change;
    use crate::store::groups::{NewChange, changes_put};
    use hinomi_db::{Migration, both_engines};

    const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, crate::MIGRATIONS];

    both_engines! { SETS;
        async fn a_log_longer_than_a_page_is_told_to_its_end(db: Db) {
            let mut tx = db.begin().await.unwrap();
            let feed_id = crate::store::feeds::feed_open(&mut tx, "test", "file", 1).await.unwrap();
            // Two moments, and more lines of one moment than a page has.
            for (at, count) in [(10, 5), (20, 4)] {
                let one = |number: i64| NewChange {
                    vulnerability_id: number % 2,
                    feed_id,
                    change: Change::new("text", "", format!("{at}.{number}")),
                };
                changes_put(&mut tx, at, (0..count).map(one).collect()).await.unwrap();
            }
            tx.commit().await.unwrap();
            for page in [1, 2, 3, 9, 100] {
                let told = changes_by_pages(&db, &[0, 1], &Stretch::of_time(10, 21), page).await.unwrap();
                let told: Vec<String> = told.into_iter().map(|change| change.new_value).collect();
                let expected = ["10.0", "10.1", "10.2", "10.3", "10.4", "20.0", "20.1", "20.2", "20.3"];
                assert_eq!(told, expected, "pages of {page}");
            }
            let of_one = changes_by_pages(&db, &[1], &Stretch::of_time(20, 21), 1).await.unwrap();
            assert_eq!(of_one.len(), 2);
        }
    }
}
