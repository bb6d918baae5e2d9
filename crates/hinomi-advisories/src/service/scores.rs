// SPDX-License-Identifier: Apache-2.0
//! A day's scores of exploit prediction into what holds now and what held before.
//!
//! ```text
//! day's file ─→ compare with all scores in memory ─┬─ the same: nothing
//!                                                  └─ another: old one to the past, new one in its place
//!                                                        └─ another step (1, 10, 50, 90 %): its vulnerability changes
//! ```
//! Scores of a day that is still to come are refused: every true file after them would be an older one.
//! Percentiles are not stored: every one of them moves every day, and each is the share of scores that are not higher.

use std::collections::{HashMap, HashSet};

use hinomi_advisory_formats::epss::EpssScores;
use hinomi_core::Time;
use hinomi_db::{Db, ids};

use super::guard::latest_believed;
use super::import::Importer;
use crate::model::AdvisoryError;
use crate::store::epss::{self, ScoreRow};
use crate::store::groups;

/// Rows of one transaction: few enough that a sign-in beside it need not wait.
const CHUNK: usize = 1_500;
pub(super) const BILLIONTHS: f64 = 1e9;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// From which score each step begins, in billionths.
const STEPS: [i64; 4] = [10_000_000, 100_000_000, 500_000_000, 900_000_000];

/// A CVE as a number; `None` for what is none.
pub(crate) fn cve_number(cve: &str) -> Option<i64> {
    let (year, number) = cve.strip_prefix("CVE-")?.split_once('-')?;
    let (year, number): (i64, i64) = (year.parse().ok()?, number.parse().ok()?);
    ((1..10_000).contains(&year) && (0..1_000_000_000).contains(&number))
        .then_some(year * 1_000_000_000 + number)
}

/// The step of a score; 0 without one.
pub(crate) fn band(score: i64) -> i64 {
    STEPS.iter().filter(|step| score >= **step).count() as i64
}

/// What is known of a CVE's likelihood.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Epss {
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub score: f64,
    /// Share of all scored CVEs whose score is not higher, 0 to 1.
    pub percentile: f64,
    /// Since when it has this score.
    pub since: Time,
}

/// One score and the day from which it held.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct EpssPoint {
    pub since: Time,
    pub score: f64,
}

/// The score that holds now; of several CVEs, separated by spaces, the highest.
pub async fn epss_of(db: &Db, about: &str) -> Result<Option<Epss>, AdvisoryError> {
    let numbers: Vec<i64> = about.split_whitespace().filter_map(cve_number).collect();
    let rows = epss::scores_of(db, &numbers).await?;
    let Some(row) = rows.into_iter().max_by_key(|row| (row.score, row.day)) else { return Ok(None) };
    let (at_most, all) = epss::rank(db, row.score).await?;
    Ok(Some(Epss {
        score: share(row.score),
        percentile: if all == 0 { 0.0 } else { at_most as f64 / all as f64 },
        since: time(row.day),
    }))
}

/// Every score it had, the oldest first, the present one last.
pub async fn epss_course(db: &Db, cve: &str) -> Result<Vec<EpssPoint>, AdvisoryError> {
    let Some(number) = cve_number(cve) else { return Ok(Vec::new()) };
    let mut points = epss::past_of(db, number).await?;
    points.extend(epss::scores_of(db, &[number]).await?.into_iter().map(|row| (row.day, row.score)));
    Ok(points.into_iter().map(|(day, score)| EpssPoint { since: time(day), score: share(score) }).collect())
}

/// Scores of many CVEs at once, by name.
pub async fn epss_scores(db: &Db, cves: &[String]) -> Result<HashMap<String, f64>, AdvisoryError> {
    let numbers: HashMap<i64, &String> =
        cves.iter().filter_map(|cve| Some((cve_number(cve)?, cve))).collect();
    let wanted: Vec<i64> = numbers.keys().copied().collect();
    let rows = epss::scores_of(db, &wanted).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some(((*numbers.get(&row.cve)?).clone(), share(row.score))))
        .collect())
}

fn share(score: i64) -> f64 {
    score as f64 / BILLIONTHS
}

fn time(day: i64) -> Time {
    Time::from_micros(day.saturating_mul(MICROS_PER_DAY))
}

/// The day of the scores: as the file says, else as its name does, else today.
fn day_of(scores: &EpssScores, path: &str, now: Time) -> i64 {
    let told = scores.score_date.as_deref().and_then(date_in);
    let day = told.or_else(|| date_in(path)).unwrap_or_else(|| now.day());
    Time::start_of_day(day).as_micros().div_euclid(MICROS_PER_DAY)
}

/// The last day that scores can be of.
pub(super) fn latest_day(now: Time) -> i64 {
    latest_believed(now).div_euclid(MICROS_PER_DAY)
}

/// Why scores of a day that is still to come are not taken.
pub(super) fn is_to_come(day: i64) -> String {
    format!("its scores are of {}, which is still to come; none is taken", time(day).day())
}

fn date_in(text: &str) -> Option<jiff::civil::Date> {
    let starts = (0..text.len()).rev().filter(|at| text.is_char_boundary(*at));
    starts
        .filter_map(|at| text.get(at..at + 10))
        .filter(|part| part.as_bytes()[4] == b'-')
        .find_map(|part| part.parse().ok())
}

impl Importer {
    /// A day's scores. An older day than the last one changes nothing.
    pub(crate) async fn take_scores(
        &mut self,
        path: &str,
        scores: &EpssScores,
    ) -> Result<Vec<(String, String)>, AdvisoryError> {
        let day = day_of(scores, path, self.now);
        let latest = latest_day(self.now);
        if day > latest {
            return Ok(vec![(path.to_owned(), is_to_come(day))]);
        }
        let total = scores.entries.len() as u64;
        self.report.read += total;
        if epss::last_day(&self.db, latest).await?.is_some_and(|last| day < last) {
            self.report.unchanged += total;
            return Ok(Vec::new());
        }
        let mut known: HashMap<i64, ScoreRow> =
            epss::scores_all(&self.db).await?.into_iter().map(|row| (row.cve, row)).collect();
        let mut refusals = Vec::new();
        let all = known.len();
        let (mut new, mut past, mut moved) = (Vec::new(), Vec::new(), HashSet::new());
        let mut rows = HashMap::with_capacity(scores.entries.len());
        for entry in &scores.entries {
            let Some(cve) = cve_number(&entry.cve) else { continue };
            rows.insert(cve, (entry.epss * BILLIONTHS).round() as i64);
        }
        let (mut added, mut changed) = (0, 0);
        for (cve, score) in rows {
            let old = known.remove(&cve);
            if old.is_some_and(|old| old.score == score && old.day <= latest) {
                continue;
            }
            match old {
                Some(old) => {
                    changed += 1;
                    // Two states of one day leave one trace.
                    past.extend((old.day < day).then_some(old));
                }
                None => added += 1,
            }
            if band(score) != old.map_or(0, |old| band(old.score)) {
                moved.insert(cve);
            }
            new.push(ScoreRow { cve, score, day });
        }
        let mut gone: Vec<ScoreRow> = if self.complete { known.into_values().collect() } else { Vec::new() };
        if self.guard.is_some_and(|guard| !guard.believes(gone.len(), all)) {
            let told = format!("{} of {all} scores are missing at once; none is dropped", gone.len());
            refusals.push((path.to_owned(), told));
            gone.clear();
        }
        moved.extend(gone.iter().filter(|row| band(row.score) > 0).map(|row| row.cve));
        self.report.added += added;
        self.report.changed += changed;
        self.report.unchanged += total - added - changed;
        let differs = !new.is_empty() || !gone.is_empty();
        self.write_scores(new, past, gone, &moved).await?;
        let mut tx = self.db.begin().await?;
        let unbelieved = epss::days_drop_after(&mut tx, latest).await?;
        let model = scores.model_version.as_deref().unwrap_or_default();
        let is_other = epss::day_put(&mut tx, self.feed_id, day, model, total as i64).await? > 0;
        // Told last: whoever reads scores anew then reads all of them. A run that broke off before is told by the next.
        if differs || is_other || unbelieved > 0 {
            let sequence = *ids::next_ids(&mut tx, "epss_sequence", 1).await?.start();
            epss::day_changed(&mut tx, day, sequence).await?;
        }
        tx.commit().await?;
        Ok(refusals)
    }

    /// Scores, and in the same transaction that the vulnerabilities whose step they change wait to be grouped: whoever
    /// groups sees both or neither.
    pub(super) async fn write_scores(
        &mut self,
        mut new: Vec<ScoreRow>,
        past: Vec<ScoreRow>,
        gone: Vec<ScoreRow>,
        moved: &HashSet<i64>,
    ) -> Result<(), AdvisoryError> {
        new.sort_unstable_by_key(|row| row.cve);
        // The past first: a break between leaves an old score that holds, with a trace that the next run repeats.
        for chunk in past.chunks(CHUNK).chain(gone.chunks(CHUNK)) {
            let mut tx = self.db.begin().await?;
            epss::past_put(&mut tx, chunk).await?;
            tx.commit().await?;
        }
        for (rows, is_gone) in
            new.chunks(CHUNK).map(|rows| (rows, false)).chain(gone.chunks(CHUNK).map(|rows| (rows, true)))
        {
            let mut tx = self.db.begin().await?;
            let names: Vec<String> =
                rows.iter().filter(|row| moved.contains(&row.cve)).map(|row| cve_name(row.cve)).collect();
            if !names.is_empty() {
                let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
                let touching = groups::numbers_about_in(&mut tx, &names).await?;
                groups::pending_put(&mut tx, &touching, sequence).await?;
            }
            match is_gone {
                false => epss::scores_put(&mut tx, rows).await?,
                true => {
                    epss::scores_drop(&mut tx, &rows.iter().map(|row| row.cve).collect::<Vec<_>>()).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

fn cve_name(number: i64) -> String {
    format!("CVE-{}-{:04}", number / 1_000_000_000, number % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cve_is_a_number_and_back() {
        for name in ["CVE-1999-0001", "CVE-2026-123456"] {
            assert_eq!(cve_number(name).map(cve_name).as_deref(), Some(name));
        }
        for none in ["GHSA-1", "CVE-2026-", "CVE-x-1", "CVE-2026-9999999999"] {
            assert_eq!(cve_number(none), None, "{none}");
        }
    }

    #[test]
    fn steps_begin_at_their_bounds() {
        assert_eq!(
            [0, 9_999_999, 10_000_000, 100_000_000, 899_999_999, 900_000_000].map(band),
            [0, 0, 1, 2, 3, 4]
        );
    }

    #[test]
    fn the_day_is_told_by_the_file_or_its_name() {
        assert_eq!(
            date_in("epss/epss_scores-2026-08-16.csv").map(|day| day.to_string()).as_deref(),
            Some("2026-08-16")
        );
        assert_eq!(
            date_in("2026-08-09T00:00:00+0000").map(|day| day.to_string()).as_deref(),
            Some("2026-08-09")
        );
        assert_eq!(date_in("epss_scores-current.csv.gz"), None);
        assert_eq!(date_in("日本語-2026-8-1-ですよ"), None);
    }
}
