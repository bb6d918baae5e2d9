// SPDX-License-Identifier: Apache-2.0
//! Lists of vulnerabilities, found by a part of whatever they are called, and the counts beside them.
//!
//! ```text
//! vulnerabilities · names of their records · words in other languages ─fold→ one text each, in memory
//!      └─ what changed since the last question is read anew                       │ every word of the question is a part of it
//!                                                                                ▼
//!                                                          a page in the list's order · counts of the facets
//! ```
//! In memory and not in a table of words: a part is a part wherever it stands, in Japanese as in the middle of a word or an
//! identifier; one pass answers the list or all its counts, whatever the words; and a load writes nothing for it.

mod lines;

use std::collections::HashMap;
use std::sync::Arc;

use hinomi_db::Db;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use self::lines::{Line, Lines, Wanted};
use crate::model::{AdvisoryError, VulnerabilityRow};
use crate::store::{groups, search};

/// What a list is sorted by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VulnerabilitySort {
    /// Worst first.
    #[default]
    Severity,
    /// Latest change first.
    Modified,
}

impl VulnerabilitySort {
    pub fn name(self) -> &'static str {
        match self {
            Self::Severity => "vulnerabilities-severity",
            Self::Modified => "vulnerabilities-modified",
        }
    }

    /// The sort key of a row.
    pub fn key(self, row: &VulnerabilityRow) -> i64 {
        match self {
            Self::Severity => row.severity_rank,
            Self::Modified => row.modified.unwrap_or(i64::MIN),
        }
    }

    fn key_of(self, line: &Line) -> (i64, i64) {
        match self {
            Self::Severity => (line.rank, line.id),
            Self::Modified => (line.modified, line.id),
        }
    }
}

/// Which vulnerabilities are wanted.
#[derive(Debug, Clone, Default)]
pub struct VulnerabilityFilter {
    /// Words, each a part of a name, of the title or of words in another language.
    pub text: Option<String>,
    pub severities: Vec<String>,
    pub known_exploited: Option<bool>,
    /// At least this step of likelihood (EPSS): 1 from 1 %, 2 from 10 %, 3 from 50 %, 4 from 90 %.
    pub likelihood_from: Option<i64>,
    /// Named by a report of attackers that was not taken back.
    pub reported: Option<bool>,
    pub withdrawn: Option<bool>,
    /// Only these.
    pub ids: Option<Vec<i64>>,
}

/// How many of the wanted vulnerabilities have which value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    pub total: i64,
    /// By severity, those that occur.
    pub severities: Vec<(String, i64)>,
    /// By step of likelihood, those that occur.
    pub likelihoods: Vec<(i64, i64)>,
    pub known_exploited: i64,
    pub reported: i64,
    pub withdrawn: i64,
}

/// Every vulnerability as it is found. Shared by those who ask one database; each question brings it up to date.
#[derive(Debug, Clone, Default)]
pub struct SearchIndex {
    lines: Arc<RwLock<Lines>>,
}

impl SearchIndex {
    /// A page of vulnerabilities; one row more than `limit` asks for tells that there is another page.
    pub async fn list(
        &self,
        db: &Db,
        filter: &VulnerabilityFilter,
        sort: VulnerabilitySort,
        after: Option<(i64, i64)>,
        limit: u64,
    ) -> Result<Vec<VulnerabilityRow>, AdvisoryError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let wanted = Wanted::of(db, filter).await?;
        let ids = self.ask(db, move |lines| lines.page(&wanted, sort, after, limit)).await?;
        let rows = groups::vulnerabilities_by_ids(db, &ids).await?;
        let mut rows: HashMap<i64, VulnerabilityRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
    }

    /// The counts beside the list; a facet's own choice does not restrict it.
    pub async fn facets(&self, db: &Db, filter: &VulnerabilityFilter) -> Result<Facets, AdvisoryError> {
        let wanted = Wanted::of(db, filter).await?;
        let reported = search::reported(db).await?.into_iter().collect();
        self.ask(db, move |lines| lines.facets(&wanted, &reported)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        db: &Db,
        question: impl FnOnce(&Lines) -> T + Send + 'static,
    ) -> Result<T, AdvisoryError> {
        let lines = self.fresh(db).await?;
        let answer = tokio::task::spawn_blocking(move || question(&lines)).await;
        answer.map_err(|_| AdvisoryError::Interrupted { path: "search".into() })
    }

    async fn fresh(&self, db: &Db) -> Result<OwnedRwLockReadGuard<Lines>, AdvisoryError> {
        let now = search::reached(db).await?;
        let lines = Arc::clone(&self.lines).read_owned().await;
        if lines.reached() == now {
            return Ok(lines);
        }
        drop(lines);
        let mut lines = Arc::clone(&self.lines).write_owned().await;
        lines.refresh(db).await?;
        Ok(lines.downgrade())
    }
}
