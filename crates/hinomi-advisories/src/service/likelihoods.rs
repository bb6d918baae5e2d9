// SPDX-License-Identifier: Apache-2.0
//! How likely exploitation is, for whoever asks about many vulnerabilities at once.
//!
//! All scores lie in memory in two orders: by CVE, to find one, and by score, to say how many are not higher. 360,000 of them
//! take 6 MB.

use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_score::policy::{Likelihood, Share};

use super::scores::{BILLIONTHS, cve_number, epss_of};
use crate::model::AdvisoryError;
use crate::store::epss;

/// Every score of one instant.
#[derive(Debug, Default)]
pub struct Likelihoods {
    sequence: i64,
    by_cve: Vec<(i64, u32)>,
    ascending: Vec<u32>,
}

impl Likelihoods {
    /// Reads them, unless these here are still the present ones; says whether it did.
    pub async fn refresh(&mut self, db: &Db) -> Result<bool, AdvisoryError> {
        // The number first: what changes after it is read again next time.
        let sequence = epss::sequence(db).await?;
        if sequence == self.sequence {
            return Ok(false);
        }
        let rows = epss::scores_all(db).await?;
        let score = |score: i64| u32::try_from(score).unwrap_or(u32::MAX);
        self.by_cve = rows.iter().map(|row| (row.cve, score(row.score))).collect();
        self.by_cve.sort_unstable();
        self.ascending = rows.iter().map(|row| score(row.score)).collect();
        self.ascending.sort_unstable();
        self.sequence = sequence;
        Ok(true)
    }

    /// Which state of the scores this is.
    pub fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The likelihood of a vulnerability: the highest among the CVEs that it is about.
    pub fn of(&self, about: &str) -> Option<Likelihood> {
        let score = about.split_whitespace().filter_map(|cve| self.score_of(cve)).max()?;
        let at_most = self.ascending.partition_point(|other| *other <= score);
        Some(Likelihood {
            score: Share::new(f64::from(score) / BILLIONTHS),
            percentile: Share::new(at_most as f64 / self.ascending.len() as f64),
        })
    }

    fn score_of(&self, cve: &str) -> Option<u32> {
        let number = cve_number(cve)?;
        let found = self.by_cve.binary_search_by_key(&number, |(cve, _)| *cve).ok()?;
        self.by_cve.get(found).map(|(_, score)| *score)
    }
}

/// One vulnerability's, without reading the others.
pub async fn likelihood_of(db: &Db, about: &str) -> Result<Option<(Likelihood, Time)>, AdvisoryError> {
    let found = epss_of(db, about).await?;
    Ok(found.map(|epss| {
        let likelihood =
            Likelihood { score: Share::new(epss.score), percentile: Share::new(epss.percentile) };
        (likelihood, epss.since)
    }))
}
