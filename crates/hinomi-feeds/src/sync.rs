// SPDX-License-Identifier: Apache-2.0
//! Running feeds: one visit at a time, from the source to the database.
//!
//! ```text
//! due ─→ begin (next run is set) ─→ collect (blocking, own thread) ─→ import ─→ done: cursor, next run
//!                                        └─ error ─→ told at the feed, asked again sooner
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hinomi_advisories::service::import::Progress;
use hinomi_advisories::sync::{self as state, SyncPlan};
use hinomi_advisories::{Guard, ImportReport, Importer};
use hinomi_core::{Clock, Time};
use hinomi_db::{Db, DbError};

use crate::client::Client;
use crate::definition::{Definition, Registry};
use crate::error::{FeedError, FetchError};
use crate::kinds;
use crate::run::{Cursor, Run, Visit};

/// The job that runs what is due.
pub const SYNC_JOB: &str = "feed.sync";
/// The job that runs one feed because somebody asked.
pub const SYNC_ONE_JOB: &str = "feed.sync-one";

/// A failed feed is asked again after this, or after its interval when that is shorter.
const AGAIN: Duration = Duration::from_secs(900);
/// However a source puts it: within a day it is asked again.
const LATEST: Duration = Duration::from_secs(86_400);

/// What a run brought.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Synced {
    pub name: String,
    #[serde(flatten)]
    pub report: ImportReport,
    /// Signatures that were verified.
    pub signatures: u64,
    /// The source had nothing new.
    pub is_unchanged: bool,
}

/// Runs feeds.
#[derive(Clone)]
pub struct Syncer {
    registry: Arc<Registry>,
    /// Where downloads lie until they are imported.
    staging: PathBuf,
    stop: Arc<AtomicBool>,
}

impl Syncer {
    pub fn new(registry: Arc<Registry>, staging: PathBuf) -> Self {
        Self { registry, staging, stop: Arc::default() }
    }

    /// Set to end a run early; what was fetched is kept for the next one.
    pub fn stop(&self) -> &Arc<AtomicBool> {
        &self.stop
    }

    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Keeps in the database what the configuration says, for pages and other processes.
    pub async fn register(&self, db: &Db, now: Time) -> Result<(), DbError> {
        let plans: Vec<SyncPlan> = self.registry.all().map(plan).collect();
        state::plans_put(db, &plans, now).await
    }

    /// Runs every enabled feed whose time has come, one after the other; the failed ones with their reasons.
    pub async fn run_due(
        &self,
        db: &Db,
        clock: &dyn Clock,
    ) -> Result<Vec<(String, Result<Synced, FeedError>)>, FeedError> {
        self.register(db, clock.now()).await?;
        let mut outcomes = Vec::new();
        for name in state::syncs_due(db, clock.now()).await? {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            // A feed that another process's configuration enabled is that process's to run.
            if self.registry.get(&name).is_ok_and(|feed| feed.enabled) {
                let outcome = self.run(db, &name, clock.now()).await;
                outcomes.push((name, outcome));
            }
        }
        Ok(outcomes)
    }

    /// Runs one feed now.
    pub async fn run(&self, db: &Db, name: &str, now: Time) -> Result<Synced, FeedError> {
        let feed = self.registry.get(name)?;
        state::plans_put(db, &[plan(feed)], now).await?;
        state::sync_begin(db, name, now, now.plus(feed.interval())).await?;
        let outcome = self.visit(db, feed, now).await;
        measure(name, now, &outcome);
        match outcome {
            Ok((synced, cursor, source_at)) => {
                let next = now.plus(feed.interval());
                state::sync_done(db, name, next, (cursor, source_at, synced.signatures)).await?;
                let _ = std::fs::remove_dir_all(self.folder(feed));
                Ok(synced)
            }
            Err(error) => {
                let next = now.plus(pause_after(feed, &error));
                state::sync_failed(db, (name, feed.kind.name()), now, next, &error.to_string()).await?;
                tracing::warn!(feed = name, %error, "a feed could not be read");
                Err(error)
            }
        }
    }

    fn folder(&self, feed: &Definition) -> PathBuf {
        self.staging.join(&feed.name)
    }

    async fn visit(
        &self,
        db: &Db,
        feed: &Definition,
        now: Time,
    ) -> Result<(Synced, String, Option<i64>), FeedError> {
        let stored = state::sync_state(db, &feed.name).await?.and_then(|row| row.cursor);
        let cursor = Cursor::read(stored.as_deref(), feed);
        let client = Client::new(&self.registry.allow, self.registry.retry)
            .through(self.registry.proxy.as_ref())
            .stopped_by(Arc::clone(&self.stop));
        let folder = self.folder(feed);
        let collecting = {
            let feed = feed.clone();
            tokio::task::spawn_blocking(move || collect(&client, &feed, cursor, &folder, now))
        };
        let visit = collecting.await.map_err(|_| FeedError::Interrupted { name: feed.name.clone() })??;
        let cursor = serde_json::to_string(&visit.cursor).unwrap_or_default();
        let (source_at, signatures) = (visit.source_at, visit.signatures);
        let is_unchanged = visit.staged.is_empty();
        let report = import(db, feed, now, visit).await?;
        Ok((Synced { name: feed.name.clone(), report, signatures, is_unchanged }, cursor, source_at))
    }
}

fn collect(
    client: &Client,
    feed: &Definition,
    cursor: Cursor,
    folder: &Path,
    now: Time,
) -> Result<Visit, FetchError> {
    let mut run = Run::new(client, feed, cursor, folder, now)?;
    kinds::collect(&mut run)?;
    Ok(run.done())
}

/// Takes in what a visit brought. A source none of whose documents can be read has failed: an error page is no feed.
async fn import(db: &Db, feed: &Definition, now: Time, visit: Visit) -> Result<ImportReport, FeedError> {
    let guard = Guard::read(db, now).await?;
    let is_complete = feed.complete && visit.is_complete;
    let mut importer = Importer::open(db, now, &feed.name, feed.kind.name()).await?;
    importer = importer.guarded(Some(guard)).complete(is_complete);
    importer.refuse(visit.refused).await?;
    let progress = Arc::new(Progress::default());
    for staged in &visit.staged {
        if let Err(error) = importer.import_as(&staged.path, Some(&staged.label), &progress).await {
            let message = format!("{}: {error}", staged.label);
            importer.fail(&message).await?;
            return Err(error.into());
        }
    }
    let so_far = importer.report();
    if so_far.read == 0 && so_far.held == 0 && so_far.refused > 0 && !visit.staged.is_empty() {
        let first = so_far.refusals.first().map(|(_, reason)| reason.clone()).unwrap_or_default();
        let error =
            FeedError::NothingReadable { source_name: feed.url.clone(), refused: so_far.refused, first };
        importer.fail(&error.to_string()).await?;
        return Err(error);
    }
    Ok(importer.finish().await?)
}

fn plan(feed: &Definition) -> SyncPlan {
    SyncPlan {
        name: feed.name.clone(),
        kind: feed.kind.name().to_owned(),
        url: feed.url.clone(),
        licence: feed.licence.clone(),
        enabled: feed.enabled,
        every_minutes: i64::from(feed.every_minutes),
    }
}

fn pause_after(feed: &Definition, error: &FeedError) -> Duration {
    match error {
        FeedError::Fetch(FetchError::Later { seconds, .. }) => Duration::from_secs(*seconds).min(LATEST),
        _ => AGAIN.min(feed.interval()),
    }
}

fn measure(name: &str, now: Time, outcome: &Result<(Synced, String, Option<i64>), FeedError>) {
    let feed = name.to_owned();
    match outcome {
        Ok((synced, _, source_at)) => {
            metrics::counter!("hinomi_feed_runs_total", "feed" => feed.clone(), "outcome" => "done")
                .increment(1);
            let records = synced.report.added + synced.report.changed;
            metrics::counter!("hinomi_feed_records_total", "feed" => feed.clone()).increment(records);
            metrics::gauge!("hinomi_feed_last_success_seconds", "feed" => feed.clone())
                .set(now.as_seconds() as f64);
            metrics::gauge!("hinomi_feed_held_records", "feed" => feed.clone())
                .set(synced.report.held as f64);
            if let Some(at) = source_at {
                let lag = Time::from_micros(*at);
                metrics::gauge!("hinomi_feed_lag_seconds", "feed" => feed).set(now.since(lag).as_secs_f64());
            }
        }
        Err(_) => {
            metrics::counter!("hinomi_feed_runs_total", "feed" => feed, "outcome" => "failed").increment(1);
        }
    }
}
