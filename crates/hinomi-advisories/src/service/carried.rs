// SPDX-License-Identifier: Apache-2.0
//! Taking in what another instance has kept, so that both end in the same state: for bundles.

use std::collections::{HashMap, HashSet};

use hinomi_advisory_formats::threat::{StixObject, Threat};
use hinomi_db::ids;

use super::import::Importer;
use super::prepare::Document;
use super::scores::{band, is_to_come, latest_day};
use crate::model::AdvisoryError;
use crate::store::epss::{self, ScoreRow};
use crate::store::export::ExportedRow;
use crate::store::threats::FeedDocumentRow;

impl Importer {
    /// A list that is all its feed has: what is not on it is struck off.
    pub async fn take_list(&mut self, list: Document) -> Result<(), AdvisoryError> {
        let before = (std::mem::replace(&mut self.complete, true), self.guard.take());
        let taken = self.take(vec![list]).await;
        (self.complete, self.guard) = before;
        taken
    }

    /// What is kept as rows, a line of JSON each.
    pub async fn take_rows(&mut self, lines: &[u8]) -> Result<(), AdvisoryError> {
        let (mut threats, mut objects): (Vec<Threat>, Vec<StixObject>) = Default::default();
        let mut documents = Vec::new();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let row: ExportedRow = serde_json::from_slice(line).map_err(wrong)?;
            match row.kind.as_str() {
                "threat" => threats.push(serde_json::from_str(&row.document).map_err(wrong)?),
                "threat-object" => objects.push(serde_json::from_str(&row.document).map_err(wrong)?),
                _ => {
                    let ExportedRow { kind, id, hash, document } = row;
                    documents.push(FeedDocumentRow { kind, id, hash, document, received_at: 0 });
                }
            }
        }
        self.take_objects(objects).await?;
        self.take_threats(threats).await?;
        self.take_documents(documents).await
    }

    /// Scores with their days and their past. Those of an older day than the last one here change nothing.
    pub async fn take_course(&mut self, lines: &[u8]) -> Result<(), AdvisoryError> {
        let course = Course::read(&String::from_utf8_lossy(lines))
            .ok_or_else(|| AdvisoryError::Unreadable("the course of scores cannot be read".to_owned()))?;
        let latest = latest_day(self.now);
        let days = course.days.iter().map(|(day, ..)| *day);
        if let Some(ahead) = days.chain(course.now.iter().map(|row| row.day)).find(|day| *day > latest) {
            return self.refuse(vec![("course of scores".to_owned(), is_to_come(ahead))]).await;
        }
        let total = course.now.len() as u64;
        self.report.read += total;
        let last = course.days.iter().map(|(day, ..)| *day).max();
        if epss::last_day(&self.db, latest).await?.is_some_and(|here| last.is_none_or(|last| last < here)) {
            self.report.unchanged += total;
            return Ok(());
        }
        let mut known: HashMap<i64, ScoreRow> =
            epss::scores_all(&self.db).await?.into_iter().map(|row| (row.cve, row)).collect();
        let (mut new, mut moved, mut added) = (Vec::new(), HashSet::new(), 0);
        for row in course.now {
            let old = known.remove(&row.cve);
            if old == Some(row) {
                continue;
            }
            added += u64::from(old.is_none());
            if band(row.score) != old.map_or(0, |old| band(old.score)) {
                moved.insert(row.cve);
            }
            new.push(row);
        }
        let gone: Vec<ScoreRow> = known.into_values().collect();
        moved.extend(gone.iter().filter(|row| band(row.score) > 0).map(|row| row.cve));
        self.report.added += added;
        self.report.changed += new.len() as u64 - added;
        self.report.unchanged += total - new.len() as u64;
        let differs = !new.is_empty() || !gone.is_empty();
        self.write_scores(new, course.past, gone, &moved).await?;
        let mut tx = self.db.begin().await?;
        let mut written = 0;
        for (day, model, scores) in &course.days {
            written += epss::day_put(&mut tx, self.feed_id, *day, model, *scores).await?;
        }
        if let Some(day) = last.filter(|_| differs || written > 0) {
            let sequence = *ids::next_ids(&mut tx, "epss_sequence", 1).await?.start();
            epss::day_changed(&mut tx, day, sequence).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn wrong(error: serde_json::Error) -> AdvisoryError {
    AdvisoryError::Unreadable(format!("a kept row cannot be read: {error}"))
}

#[derive(Default)]
struct Course {
    days: Vec<(i64, String, i64)>,
    now: Vec<ScoreRow>,
    past: Vec<ScoreRow>,
}

impl Course {
    /// `None` when a line is none of ours.
    fn read(text: &str) -> Option<Self> {
        let mut course = Self::default();
        for line in text.lines() {
            let mut cells = line.splitn(4, ',');
            let (kind, first, second, rest) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            let (first, second) = (first.parse().ok()?, second.parse().ok()?);
            match kind {
                "d" => course.days.push((first, rest.to_owned(), second)),
                "s" => course.now.push(ScoreRow { cve: first, score: second, day: rest.parse().ok()? }),
                "p" => course.past.push(ScoreRow { cve: first, score: second, day: rest.parse().ok()? }),
                _ => return None,
            }
        }
        Some(course)
    }
}
