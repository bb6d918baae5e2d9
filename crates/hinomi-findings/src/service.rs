// SPDX-License-Identifier: Apache-2.0
//! The matching reconciler.
//!
//! ```text
//! who is due?  new components · components of changed records · those that waited for data · ended lives
//!      few  ─→ a small index of the records of their keys ─┐
//!      many ─→ one index of all records ───────────────────┴─→ match ─→ short transactions
//! ```
//! Both ways give the same rows, because an answer follows from the records of a component's keys and from
//! the coverage of the whole set alone. Progress is written last: a run that breaks off is simply run again.

mod around;

use crate::lives::Lives;
use crate::model::{Changes, FindingError, RecordRef, Wanted, wanted};
use crate::scanner;
use crate::store;
use hinomi_advisories::StoredAdvisory;
use hinomi_advisories::read as advisories;
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_inventory::model::{DISTRIBUTION, SUBJECT};
use hinomi_inventory::scans::SCANNED;
use hinomi_inventory::surroundings::{self, Surroundings};
use hinomi_inventory::{ComponentRow, components_by_ids};
use hinomi_match::alias::Groups;
use hinomi_match::{Coverage, Host, Index, PackageKey, UnknownReason};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// From this many due components on, one index of everything costs less than many small ones.
const ALL_RECORDS_FROM: usize = 3_000;
const COMPONENT_CHUNK: usize = 1_000;
const RECORD_PAGE: i64 = 4_000;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// Components that met the advisories.
    pub components: usize,
    pub began: usize,
    pub ended: usize,
}

/// Two runs that overtake each other more often than this: one gives way.
const ATTEMPTS: usize = 5;

/// Brings the stored matches up to what inventory, advisories and scanners say. `full` matches everything again; the
/// end state is the same.
pub async fn reconcile(db: &Db, now: Time, full: bool) -> Result<Outcome, FindingError> {
    let mut outcome = reconcile_matches(db, now, full).await?;
    // What only a scanner sees follows from what was matched, and is matched itself.
    if scanner::settle(db, now, full).await? {
        let more = reconcile_matches(db, now, false).await?;
        outcome.components += more.components;
        outcome.began += more.began;
        outcome.ended += more.ended;
    }
    Ok(outcome)
}

/// Two processes may run it at once: each chunk that writes takes the next *generation*, and a run that finds one
/// that is not its own starts anew, with all that it has settled already, because its answers may be the older ones.
async fn reconcile_matches(db: &Db, now: Time, full: bool) -> Result<Outcome, FindingError> {
    advisories::group_pending(db, now).await?;
    let mut outcome = Outcome::default();
    let mut again = BTreeSet::new();
    for _ in 0..ATTEMPTS {
        let mut run = Run::open(db, now, full).await?;
        let mut due = run.due(full).await?;
        due.extend(&again);
        let due: Vec<u32> = due.into_iter().collect();
        let index = if due.len() >= ALL_RECORDS_FROM { Some(run.index_all().await?) } else { None };
        let mut is_overtaken = false;
        for chunk in due.chunks(COMPONENT_CHUNK) {
            let components = components_by_ids(db, chunk).await?;
            is_overtaken = match &index {
                Some(index) => !run.settle(index, components).await?,
                None => !run.settle(&run.index_for(&components).await?, components).await?,
            };
            if is_overtaken {
                break;
            }
            again.extend(chunk);
        }
        outcome.began += run.outcome.began;
        outcome.ended += run.outcome.ended;
        outcome.components = outcome.components.max(due.len());
        if !is_overtaken && run.close().await? {
            return Ok(outcome);
        }
    }
    Err(FindingError::Interrupted)
}

struct Run<'a> {
    db: &'a Db,
    now: Time,
    lives: Arc<Lives>,
    are_other_lives: bool,
    coverage: Arc<Coverage>,
    coverage_hash: i64,
    changed: Vec<i64>,
    read_up_to: i64,
    generation: i64,
    outcome: Outcome,
}

/// An index and who its records are.
struct Loaded {
    index: Index,
    records: HashMap<String, RecordRef>,
}

impl<'a> Run<'a> {
    async fn open(db: &'a Db, now: Time, full: bool) -> Result<Self, FindingError> {
        let lives = Lives::load(db, now).await?;
        let are_other_lives = store::progress(db, "lives").await? != lives.hash();
        lives.publish(db, now, are_other_lives).await?;
        // Before anything else is read: what another run writes from here on may be newer than what this one knows.
        let generation = store::progress(db, "generation").await?;
        let since = if full { 0 } else { store::progress(db, "advisories").await? };
        let (changed, read_up_to) = advisories::records_changed_since(db, since).await?;
        let coverage = advisories::coverage(db).await?;
        let coverage_hash = hash(&coverage);
        Ok(Self {
            db,
            now,
            lives: Arc::new(lives),
            are_other_lives,
            coverage: Arc::new(coverage),
            coverage_hash,
            changed,
            read_up_to,
            generation,
            outcome: Outcome::default(),
        })
    }

    async fn due(&self, full: bool) -> Result<BTreeSet<u32>, FindingError> {
        let highest = hinomi_inventory::component_highest(self.db).await?;
        if full {
            return Ok((1..=highest as u32).collect());
        }
        let mut due: BTreeSet<u32> = store::unmatched(self.db, highest).await?.into_iter().collect();
        if !self.changed.is_empty() {
            let keys = advisories::keys_of(self.db, &self.changed).await?;
            due.extend(hinomi_inventory::components_of_keys(self.db, &keys).await?);
            // A statement on a product is on what it is made of.
            due.extend(hinomi_inventory::components_within(self.db, &keys).await?);
            due.extend(store::components_of_advisories(self.db, &self.changed).await?);
        }
        if store::progress(self.db, "coverage").await? != self.coverage_hash {
            due.extend(store::components_without_data(self.db).await?);
            // A distribution of which nothing was known speaks from now on for what its packages brought along.
            due.extend(hinomi_inventory::components_owned(self.db).await?);
        }
        if self.are_other_lives {
            due.extend(self.ended_or_restored().await?);
        }
        Ok(due)
    }

    /// Components of releases whose life ended since they were last looked at, or did not end after all.
    async fn ended_or_restored(&self) -> Result<Vec<u32>, FindingError> {
        let known: BTreeSet<u32> =
            store::unknown_by_code(self.db, "end-of-life").await?.into_iter().collect();
        let mut due = Vec::new();
        for release in hinomi_inventory::distributions(self.db).await? {
            let version = release.version.as_deref().unwrap_or_default();
            let is_past = self.lives.past(&release.name, version).is_some();
            if is_past || !known.is_empty() {
                let of_release =
                    hinomi_inventory::components_of_release(self.db, &release.name, version).await?;
                due.extend(of_release.into_iter().filter(|id| known.contains(id) != is_past));
            }
            due.push(release.id as u32);
        }
        due.extend(self.lives.of_products(self.db).await?.iter().map(|component| component.id as u32));
        Ok(due)
    }

    async fn index_all(&self) -> Result<Loaded, FindingError> {
        let mut loaded = Builder::new(&self.coverage);
        let mut after = 0;
        loop {
            let page = advisories::records_page(self.db, after, RECORD_PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.no;
            loaded.add(&page);
        }
        Ok(loaded.finish(&advisories::groups_of(self.db, None).await?))
    }

    async fn index_for(&self, components: &[ComponentRow]) -> Result<Loaded, FindingError> {
        let keys: BTreeSet<PackageKey> = components
            .iter()
            .filter(|component| component.kind != DISTRIBUTION && component.kind != SCANNED)
            .flat_map(|component| {
                let resolved = hinomi_match::resolve(&component.query());
                let subject = component.host.as_deref().map(|text| Surroundings::read(text).subject_keys());
                resolved.every_key().cloned().chain(subject.unwrap_or_default()).collect::<Vec<_>>()
            })
            .chain(components.iter().filter(|component| component.kind == SCANNED).map(scanner::key_of))
            .chain(components.iter().filter(|component| component.kind == DISTRIBUTION).map(life_key))
            .chain(
                components
                    .iter()
                    .filter_map(|component| self.lives.product_past(component))
                    .map(|past| past.key()),
            )
            .collect();
        let keys: Vec<PackageKey> = keys.into_iter().collect();
        let mut loaded = Builder::new(&self.coverage);
        let records = advisories::records_of_keys(self.db, &keys).await?;
        loaded.add(&records);
        // Two of these records may be names of one vulnerability by the word of a record on another package.
        let numbers: Vec<i64> = records.iter().map(|record| record.no).collect();
        Ok(loaded.finish(&advisories::groups_of(self.db, Some(&numbers)).await?))
    }

    /// Matches the components and writes what differs; false when another run came in between. What is stored is
    /// read inside the transaction that changes it, so that no answer is ever open twice.
    async fn settle(&mut self, loaded: &Loaded, components: Vec<ComponentRow>) -> Result<bool, FindingError> {
        let now = self.now.as_micros();
        let ids: Vec<u32> = components.iter().map(|component| component.id as u32).collect();
        let mut wanted: Vec<(i64, Wanted)> = Vec::with_capacity(components.len());
        while let Some(left) = components.get(wanted.len()..).filter(|left| !left.is_empty()) {
            let around = around::first_of(self.db, left).await?;
            wanted.par_extend(around.components.par_iter().map(|(component, own)| {
                let host = own.as_ref().map(|own| around.host(own));
                (component.id, self.judge(loaded, component, host.as_ref(), now))
            }));
        }
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx).await?;
        if store::progress_in(&mut tx, "generation").await? != self.generation {
            return Ok(false);
        }
        let stored = store::open_of(&mut tx, &ids).await?;
        let unknowns = store::unknowns_open(&mut tx, &ids).await?;
        let mut changes = Changes::default();
        for (id, wanted) in wanted {
            let rows = stored.get(&id).map_or(&[][..], Vec::as_slice);
            changes.add(rows, unknowns.get(&id), wanted, id, now);
        }
        self.outcome.began += changes.begun.len();
        self.outcome.ended += changes.ended.len();
        if !changes.is_empty() {
            self.generation += 1;
            store::progress_put(&mut tx, "generation", self.generation).await?;
        }
        store::write(&mut tx, changes, now).await?;
        store::matched_put(&mut tx, &ids).await?;
        tx.commit().await?;
        Ok(true)
    }

    fn judge(&self, loaded: &Loaded, component: &ComponentRow, host: Option<&Host>, now: i64) -> Wanted {
        if component.kind == DISTRIBUTION {
            return self.lives.judge(component, &loaded.records, now);
        }
        if component.kind == SCANNED {
            return scanner::judge(component, &loaded.records, now);
        }
        let set = match host {
            None => loaded.index.match_component(&component.query()),
            Some(host) => loaded.index.match_on(host, &component.query(), Some(surroundings::SELF)),
        };
        let past =
            component.release.as_deref().and_then(|release| self.lives.past(&component.ecosystem, release));
        let mut wanted = wanted(component.id, &set, past.as_ref(), &loaded.records, now);
        wanted.matches.extend(self.lives.product_finding(component, &loaded.records, now));
        if component.kind == SUBJECT {
            // A host or an image that only its name describes is what the others are parts of: they are judged, it is not.
            wanted.unknown.take_if(|(code, _)| code == UnknownReason::NoIdentity.code());
        }
        wanted
    }

    /// Remembers how far was read; false when another run came in between.
    async fn close(&self) -> Result<bool, FindingError> {
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx).await?;
        if store::progress_in(&mut tx, "generation").await? != self.generation {
            return Ok(false);
        }
        store::progress_put(&mut tx, "advisories", self.read_up_to).await?;
        store::progress_put(&mut tx, "coverage", self.coverage_hash).await?;
        store::progress_put(&mut tx, "lives", self.lives.hash()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

struct Builder {
    index: hinomi_match::IndexBuilder,
    records: HashMap<String, RecordRef>,
}

impl Builder {
    fn new(coverage: &Coverage) -> Self {
        Self { index: Index::builder().with_coverage(coverage.clone()), records: HashMap::new() }
    }

    fn add(&mut self, page: &[StoredAdvisory]) {
        for record in page {
            for bad in self.index.add(&record.advisory) {
                tracing::debug!(advisory = %record.advisory.id, bound = ?bad, "a bound of a record cannot be read");
            }
            let reference = RecordRef { no: record.no, vulnerability_id: record.vulnerability_id };
            self.records.insert(record.advisory.id.clone(), reference);
        }
    }

    fn finish(self, groups: &Groups) -> Loaded {
        Loaded { index: self.index.finish_with(groups), records: self.records }
    }
}

fn hash(coverage: &Coverage) -> i64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for (ecosystem, release, _) in coverage.iter() {
        (ecosystem, release).hash(&mut hasher);
    }
    hasher.finish() as i64
}

fn life_key(component: &ComponentRow) -> PackageKey {
    PackageKey { ecosystem: component.name.clone(), name: crate::lives::RULE.to_owned() }
}
