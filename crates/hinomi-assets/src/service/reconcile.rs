// SPDX-License-Identifier: Apache-2.0
//! From what sources say to assets: take the records in, look at what changed, write what came of it.
//!
//! ```text
//! records_put ─→ asset_record (changed ones are *dirty*, their keys wait)
//! reconcile:  keys written in their order ─→ batches of dirty records:
//!             everything that shares a key, an asset or a decision ─→ identify ─→ assets, questions
//!             └────────── the next batch is read and thought out ──────────┘      └─ while one is written
//! ```
//! One record and a million go the same way. What belongs together is always in one batch, so batches do not touch.
//!
//! Anybody may run it at any time, also two at once: what another changed meanwhile stays dirty and is looked at again.
//! A run that breaks off loses nothing, since a record stays dirty until what came of it is written.

mod adopt;
mod closure;
mod homes;
mod inventories;
mod links;
mod place;
mod plan;
mod take;
mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hinomi_core::AssetId;
use hinomi_db::{Db, DbError};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::Act;
use super::record::audit_many;
use crate::error::AssetError;
use crate::store;

pub(crate) use adopt::{BY_HAND, adopt, words_by_hand};
use closure::Closure;
pub(crate) use homes::discovered_system;
use links::{Links, Marks};
pub(crate) use place::{Network, Places};
use plan::ClusterPlan;
pub(crate) use take::relation_target;
pub use take::{Incoming, SourceName, Taken, records_put};

/// Dirty records looked at together with all that may be one with them.
const AT_ONCE: usize = 2_000;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AssetsReconciled {
    /// Records looked at.
    pub records: usize,
    pub created: usize,
    pub changed: usize,
    /// Assets that became part of another.
    pub merged: usize,
    /// Assets in question, or no longer in use as their source says.
    pub retired: usize,
    /// Assets that came back.
    pub returned: usize,
    pub questions_opened: usize,
    pub questions_closed: usize,
    /// Records that could not be written: they are tried again, and listed with the quality of the data.
    pub failed: usize,
}

impl AssetsReconciled {
    pub(crate) fn add(&mut self, more: Self) {
        self.records += more.records;
        self.created += more.created;
        self.changed += more.changed;
        self.merged += more.merged;
        self.retired += more.retired;
        self.returned += more.returned;
        self.questions_opened += more.questions_opened;
        self.questions_closed += more.questions_closed;
        self.failed += more.failed;
    }

    fn did_something(self) -> bool {
        Self { records: 0, failed: 0, ..self } != Self::default()
    }
}

/// Where the time of a run went, by the wall. Reading and thinking go on while something is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReconcileTimes {
    /// Keys that waited, written; and all keys read, when that pays.
    pub keys: Duration,
    pub read: Duration,
    pub identify: Duration,
    pub write: Duration,
}

/// Looks at everything that changed since the last run.
pub async fn assets_reconcile(act: &Act<'_>) -> Result<AssetsReconciled, AssetError> {
    assets_reconcile_timed(act).await.map(|(done, _)| done)
}

/// The same, and says where the time went.
pub async fn assets_reconcile_timed(act: &Act<'_>) -> Result<(AssetsReconciled, ReconcileTimes), AssetError> {
    let db = &act.app.db;
    adopt(act).await?;
    let mut done = AssetsReconciled::default();
    let mut times = ReconcileTimes::default();
    let places = Arc::new(Places::read(db).await?);
    let mut last: Vec<i64> = Vec::new();
    loop {
        let dirty = store::records::dirty(db).await?;
        // Another process may be faster for ever, but not with the very same records.
        if dirty.is_empty() || dirty == last {
            break;
        }
        let started = Instant::now();
        let links = Links::of(db, &dirty).await?;
        times.keys += started.elapsed();
        // What failed stays dirty, and is tried a second time when everything else is there.
        done.failed = 0;
        done.add(reconcile_all(act, links, &dirty, &places, &mut times).await?);
        last = dirty;
    }
    if done.did_something() {
        let mut tx = db.begin().await?;
        audit_many(&mut tx, act, "asset.reconcile", &json!(done)).await?;
        tx.commit().await?;
    }
    Ok((done, times))
}

/// A batch: what hangs together with some records, and what is to be written of it.
struct Thought {
    closure: Closure,
    plans: Vec<ClusterPlan>,
    read: Duration,
    identify: Duration,
}

impl Thought {
    async fn of(
        db: &Db,
        links: &Links,
        records: &[i64],
        done: &Marks,
        places: &Arc<Places>,
    ) -> Result<Self, DbError> {
        let started = Instant::now();
        let closure = closure::read(db, links, records, done).await?;
        let read = started.elapsed();
        let places = Arc::clone(places);
        // What hangs together may be thousands: others are answered meanwhile.
        let thinking = tokio::task::spawn_blocking(move || (plan::make(&closure, &places), closure));
        let (plans, closure) = match thinking.await {
            Ok(thought) => thought,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The program ends.
            Err(_) => return Err(DbError::Sqlx(sqlx::Error::PoolClosed)),
        };
        Ok(Self { closure, plans, read, identify: started.elapsed().saturating_sub(read) })
    }
}

/// Batch by batch: one is written while the next is read and thought out on another thread.
async fn reconcile_all(
    act: &Act<'_>,
    links: Links,
    dirty: &[i64],
    places: &Arc<Places>,
    times: &mut ReconcileTimes,
) -> Result<AssetsReconciled, AssetError> {
    let (send, mut receive) = mpsc::channel(1);
    let (db, dirty, places) = (act.app.db.clone(), dirty.to_vec(), Arc::clone(places));
    let thinking = tokio::spawn(async move {
        let mut had = Marks::default();
        let mut rest = dirty.into_iter().peekable();
        while rest.peek().is_some() {
            let batch: Vec<i64> = rest.by_ref().filter(|id| !had.has(*id)).take(AT_ONCE).collect();
            if batch.is_empty() {
                break;
            }
            let thought = Thought::of(&db, &links, &batch, &had, &places).await;
            if let Ok(thought) = &thought {
                thought.closure.records.iter().for_each(|loaded| had.set(loaded.row.id));
            }
            let failed = thought.is_err();
            // Nobody listens any more: writing has failed.
            if send.send(thought).await.is_err() || failed {
                break;
            }
        }
    });
    let mut done = AssetsReconciled::default();
    while let Some(thought) = receive.recv().await {
        let thought = thought?;
        times.read += thought.read;
        times.identify += thought.identify;
        let started = Instant::now();
        done.add(write::write(act, &thought.closure, thought.plans).await?);
        times.write += started.elapsed();
    }
    if let Err(error) = thinking.await
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
    Ok(done)
}

/// Looks at these records now, and at all that may be one with them.
pub(crate) async fn reconcile_these(act: &Act<'_>, records: &[i64]) -> Result<AssetsReconciled, AssetError> {
    let db = &act.app.db;
    let places = Arc::new(Places::read(db).await?);
    links::settle(db, store::pending::of_records(db, records).await?).await?;
    let thought = Thought::of(db, &Links::Index, records, &Marks::default(), &places).await?;
    write::write(act, &thought.closure, thought.plans).await
}

/// Looks at the record that a source has under this key, and says which asset it is of now: none while it is in
/// question.
pub(crate) async fn look_at_records(
    act: &Act<'_>,
    source: &str,
    key: &str,
) -> Result<(Option<AssetId>, AssetsReconciled), AssetError> {
    let db = &act.app.db;
    let Some(source) = store::sources::all(db).await?.into_iter().find(|one| one.name == source) else {
        return Ok(Default::default());
    };
    let keys = [key.to_owned()];
    let record = async || -> Result<Option<store::records::RecordRow>, AssetError> {
        Ok(store::records::named(db, source.id, &keys).await?.pop())
    };
    let Some(row) = record().await? else { return Ok(Default::default()) };
    if !row.dirty && row.asset_id.is_some() {
        return Ok((row.asset_id, AssetsReconciled::default()));
    }
    adopt(act).await?;
    let mut done = AssetsReconciled::default();
    // Another process may have changed something that hangs together with it: then it is looked at once more.
    for _ in 0..4 {
        done.add(reconcile_these(act, &[row.id]).await?);
        if let Some(now) = record().await?.filter(|now| !now.dirty) {
            return Ok((now.asset_id, done));
        }
    }
    Ok((None, done))
}
