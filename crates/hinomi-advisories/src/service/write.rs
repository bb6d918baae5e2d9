// SPDX-License-Identifier: Apache-2.0
//! Writing a staged batch: what of it counts, with its originals, in one short transaction.
//!
//! ```text
//! staged ─┬─ lists, reports ─→ each by its own rules
//!         └─ records ─→ winners and losers ─→ guard ─→ originals · records · names · keys · waiting to be grouped
//! ```
//! A document that is marked as kept whole has all its records written: both come in one transaction.

use std::collections::{HashMap, HashSet};

use hinomi_db::{DbError, Tx, ids};

use super::changes::Facts;
use super::import::Importer;
use super::originals::Packed;
use super::parts;
use super::prepare::{Content, Prepared};
use super::stage::Staged;
use crate::model::{AdvisoryError, precedence};
use crate::store::originals::NewOriginal;
use crate::store::threats::{self, NewText};
use crate::store::{groups, originals, records};

/// What is kept of the documents beside their records.
#[derive(Default)]
struct Originals {
    blocks: Vec<Vec<u8>>,
    rows: Vec<NewOriginal>,
    /// Kept before, and from now on known to be kept whole.
    whole: Vec<(String, i64)>,
}

impl Originals {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.whole.is_empty()
    }

    /// These are to be read when they come again.
    fn forget(&mut self, hashes: &HashSet<String>) {
        self.rows.iter_mut().filter(|row| hashes.contains(&row.hash)).for_each(|row| row.records = 0);
        self.whole.retain(|(hash, _)| !hashes.contains(hash));
    }

    async fn put(self, tx: &mut Tx, importer: &Importer) -> Result<(), DbError> {
        if !self.rows.is_empty() {
            let at = importer.now.as_micros();
            originals::put(tx, importer.feed_id, at, self.blocks, self.rows).await?;
        }
        if !self.whole.is_empty() {
            originals::whole_put(tx, &self.whole).await?;
        }
        Ok(())
    }
}

/// The records of a batch, and what became of them so far.
struct Sorted {
    winners: HashMap<String, Prepared>,
    /// Documents some of whose records may count later, though nothing of the documents changes: read again next time.
    open: HashSet<usize>,
    /// Every document that has a record, with how many.
    counts: HashMap<usize, i64>,
}

impl Importer {
    pub(super) async fn write(&mut self, staged: Staged) -> Result<(), AdvisoryError> {
        let Staged { batch, hashes, contents, packed, kept } = staged;
        let mut prepared = Vec::new();
        let mut refusals = Vec::new();
        let mut told_new: HashSet<usize> = HashSet::new();
        for (index, (document, content)) in batch.iter().zip(contents).enumerate() {
            match content {
                Content::Records(records) => prepared.extend(records),
                Content::Kept(records) => {
                    self.report.read += records;
                    self.report.unchanged += records;
                }
                Content::KnownExploited(catalogue) => {
                    refusals.extend(self.take_known_exploited(&document.path, &catalogue.entries).await?);
                }
                Content::Scores(scores) => {
                    refusals.extend(self.take_scores(&document.path, &scores).await?);
                }
                Content::Told(told) => {
                    let before = self.report.added + self.report.changed;
                    refusals.extend(self.take_told(&document.path, *told).await?);
                    if self.report.added + self.report.changed > before {
                        told_new.insert(index);
                    }
                }
                Content::Refused(reason) => refusals.push((document.path.clone(), reason)),
            }
        }
        self.note_refusals(&batch, refusals).await?;
        let total = prepared.len() as u64;
        self.report.read += total;
        let ids: Vec<String> = prepared.iter().map(|record| record.id.clone()).collect();
        let known: HashMap<String, records::KnownRecord> = match ids.is_empty() {
            true => HashMap::new(),
            false => {
                records::known(&self.db, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect()
            }
        };
        if self.complete {
            self.came.extend(ids);
        }
        let mut sorted = sort(prepared, &known);
        let (held, waiting) = self.hold_back(&batch, &mut sorted.winners, &known).await?;
        sorted.open.extend(waiting);
        self.report.read -= held;
        let total = total - held;
        let originals = originals_of(packed, &hashes, &kept, &sorted, &told_new);
        let before = self.facts_before(&sorted.winners, &known).await?;
        let (added, changed) = self.write_records(sorted.winners, &before, originals).await?;
        self.report.added += added;
        self.report.changed += changed;
        self.report.unchanged += total - added - changed;
        Ok(())
    }

    /// What the records that are about to be replaced say of packages, by their numbers.
    async fn facts_before(
        &self,
        winners: &HashMap<String, Prepared>,
        known: &HashMap<String, records::KnownRecord>,
    ) -> Result<HashMap<i64, Facts>, AdvisoryError> {
        let numbers: Vec<i64> = winners.keys().filter_map(|id| known.get(id)).map(|row| row.no).collect();
        let mut facts = HashMap::with_capacity(numbers.len());
        for chunk in numbers.chunks(500) {
            let before = super::read::records_of_numbers(&self.db, chunk).await?;
            facts.extend(before.into_iter().map(|record| (record.no, Facts::of(&record.advisory))));
        }
        Ok(facts)
    }

    /// Writes what counts, and that it waits to be grouped. Says how many were new and how many changed.
    async fn write_records(
        &mut self,
        winners: HashMap<String, Prepared>,
        before: &HashMap<i64, Facts>,
        mut originals: Originals,
    ) -> Result<(u64, u64), AdvisoryError> {
        if winners.is_empty() && originals.is_empty() {
            return Ok((0, 0));
        }
        let mut tx = self.db.begin().await?;
        if winners.is_empty() {
            originals.put(&mut tx, self).await?;
            tx.commit().await?;
            return Ok((0, 0));
        }
        // Taking from the sequence first keeps others from writing records until this is committed: what is known
        // now stays so, and the order of numbers is the order of commits.
        let sequences = ids::next_ids(&mut tx, "advisory_sequence", winners.len() as i64).await?;
        let names: Vec<String> = winners.keys().cloned().collect();
        let known: HashMap<String, records::KnownRecord> =
            records::known_in(&mut tx, &names).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut winners: Vec<Prepared> = winners
            .into_values()
            .filter(|record| {
                known.get(&record.id).is_none_or(|row| {
                    let order = precedence((record.modified, &record.hash), (row.modified, &row.hash));
                    order.is_gt() || (order.is_eq() && row.absent_since.is_some())
                })
            })
            .collect();
        let (gone, overtaken) = parts::settle(&mut tx, &mut winners).await?;
        originals.forget(&overtaken);
        originals.put(&mut tx, self).await?;
        winners.sort_by(|left, right| left.id.cmp(&right.id));
        let changed = winners.iter().filter(|record| known.contains_key(&record.id)).count() as u64;
        let added = winners.len() as u64 - changed;
        let mut numbers = match added {
            0 => None,
            _ => Some(ids::next_ids(&mut tx, "advisory", added as i64).await?),
        };
        let last = *sequences.end();
        let (mut rows, mut mentions, mut replaced) = (Vec::new(), records::Mentions::default(), Vec::new());
        let mut texts = Vec::new();
        for (record, sequence) in winners.into_iter().zip(sequences) {
            let old = known.get(&record.id);
            let Some(no) = old.map(|row| row.no).or_else(|| numbers.as_mut()?.next()) else { break };
            if old.is_some() {
                replaced.push(no);
                let changes = before.get(&no).map(|before| before.changes(&record.id, &record.facts));
                self.notes.entry(no).or_default().extend(changes.into_iter().flatten());
            }
            mentions.names.extend(record.names.into_iter().map(|(name, relation)| (name, no, relation)));
            mentions.keys.extend(record.keys.into_iter().map(|key| (key, no)));
            mentions.coverage.extend(record.coverage.into_iter().map(|(base, release)| (base, release, no)));
            texts.extend(record.texts.into_iter().map(|(language, title, folded)| NewText {
                advisory_no: no,
                language,
                title,
                folded,
            }));
            rows.push(records::NewRecord {
                no,
                id: record.id,
                feed_id: self.feed_id,
                hash: record.hash,
                place: record.place,
                modified: record.modified,
                published: record.published,
                withdrawn: record.withdrawn,
                severity: record.severity.severity.as_str().to_owned(),
                severity_basis: record.severity.basis.as_str().to_owned(),
                score: record.severity.score,
                ssvc: record.ssvc,
                title: record.title,
                first_seen: old.map_or(self.now.as_micros(), |row| row.first_seen),
                sequence,
            });
        }
        let written: Vec<i64> = rows.iter().map(|row| row.no).chain(gone.iter().copied()).collect();
        if !gone.is_empty() {
            records::absent_put(&mut tx, &gone, self.now.as_micros(), last).await?;
        }
        records::records_put(&mut tx, rows).await?;
        records::mentions_put(&mut tx, &replaced, mentions).await?;
        threats::texts_put(&mut tx, &replaced, texts).await?;
        groups::pending_put(&mut tx, &written, last).await?;
        tx.commit().await?;
        Ok((added, changed))
    }
}

/// Which record of each id counts, of those that came and those that are known.
fn sort(prepared: Vec<Prepared>, known: &HashMap<String, records::KnownRecord>) -> Sorted {
    let mut sorted = Sorted { winners: HashMap::new(), open: HashSet::new(), counts: HashMap::new() };
    for record in prepared {
        *sorted.counts.entry(record.document).or_default() += 1;
        if let Some(row) = known.get(&record.id) {
            if row.hash == record.hash {
                if row.absent_since.is_some() {
                    sorted.open.insert(record.document);
                    sorted.winners.insert(record.id.clone(), record);
                }
                continue;
            }
            if precedence((record.modified, &record.hash), (row.modified, &row.hash)).is_lt() {
                continue;
            }
        }
        let is_beaten = sorted.winners.get(&record.id).is_some_and(|other| {
            precedence((record.modified, &record.hash), (other.modified, &other.hash)).is_le()
        });
        if !is_beaten {
            sorted.winners.insert(record.id.clone(), record);
        }
    }
    sorted
}

/// Of all documents that came, those to be kept: every one whose records were weighed, whether they count or not.
fn originals_of(
    packed: Packed,
    hashes: &[String],
    kept: &HashMap<String, i64>,
    sorted: &Sorted,
    told_new: &HashSet<usize>,
) -> Originals {
    let mut wanted: HashMap<&str, bool> = HashMap::new();
    let mut whole = HashMap::new();
    for (document, records) in &sorted.counts {
        let Some(hash) = hashes.get(*document) else { continue };
        let is_open = sorted.open.contains(document);
        let of_winner = || sorted.winners.values().any(|record| record.document == *document);
        match kept.get(hash) {
            Some(0) if !is_open => {
                whole.insert(hash.clone(), *records);
            }
            Some(_) => {}
            // What waits for somebody's decision is kept with it, and only there.
            None if !is_open || of_winner() => {
                wanted.insert(hash, is_open);
            }
            None => {}
        }
    }
    wanted.extend(told_new.iter().filter_map(|document| Some((hashes.get(*document)?.as_str(), true))));
    let (blocks, rows) = packed.only(|row| match wanted.get(row.hash.as_str()) {
        Some(is_open) => {
            if *is_open {
                row.records = 0;
            }
            true
        }
        None => false,
    });
    Originals { blocks, rows, whole: whole.into_iter().collect() }
}
