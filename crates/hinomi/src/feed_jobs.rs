// SPDX-License-Identifier: Apache-2.0
//! Feeds that keep themselves fresh while the server runs: what is due every few minutes, and what somebody asked for.

use std::path::Path;
use std::sync::Arc;

use hinomi_db::DbError;
use hinomi_feeds::{FeedError, Registry, SYNC_JOB, SYNC_ONE_JOB, Syncer};
use hinomi_platform::App;
use hinomi_platform::jobs::{JobContext, JobFailure, JobRunner, NewJob};

const LOOK_EVERY_SECONDS: u32 = 120;
/// In the data folder.
const STAGING: &str = "feed-staging";

/// Runs the feeds of a registry; downloads lie in the data folder until they are imported.
pub(crate) fn syncer(registry: &Arc<Registry>, data: &Path) -> Syncer {
    Syncer::new(Arc::clone(registry), data.join(STAGING))
}

/// Lets the runner know both kinds of job.
pub(crate) fn register(runner: JobRunner, syncer: Syncer) -> JobRunner {
    let one = syncer.clone();
    runner
        .register(SYNC_JOB, move |context: JobContext| {
            let syncer = syncer.clone();
            async move { run_due(&context, &syncer).await }
        })
        .register(SYNC_ONE_JOB, move |context: JobContext| {
            let syncer = one.clone();
            async move { run_one(&context, &syncer).await }
        })
}

/// Tells the database which feeds there are and looks for due ones from now on.
pub(crate) async fn schedule(app: &App, syncer: &Syncer) -> Result<(), DbError> {
    syncer.register(&app.db, app.now()).await?;
    if syncer.registry().all().any(|feed| feed.enabled) {
        app.jobs.schedule(&app.db, SYNC_JOB, LOOK_EVERY_SECONDS, &serde_json::Value::Null).await?;
    }
    Ok(())
}

async fn run_due(context: &JobContext, syncer: &Syncer) -> Result<(), JobFailure> {
    let app = &context.app;
    let clock = AppClock(app.clone());
    let outcomes = syncer.run_due(&app.db, &clock).await.map_err(retry)?;
    let brought = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok());
    let changed: u64 = brought.map(|synced| synced.report.added + synced.report.changed).sum();
    if changed > 0 {
        reconcile(app).await?;
    }
    // A failed feed is told at the feed and asked again by its own schedule; the job itself has done its work.
    let failed = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    let text = format!("{} feeds, {failed} failed, {changed} records", outcomes.len());
    context.progress(1, Some(1), &text).await
}

async fn run_one(context: &JobContext, syncer: &Syncer) -> Result<(), JobFailure> {
    let name: String =
        context.payload::<serde_json::Value>()?["name"].as_str().unwrap_or_default().to_owned();
    let app = &context.app;
    // A source that cannot be reached is no reason to ask it again at once.
    let synced =
        syncer.run(&app.db, &name, app.now()).await.map_err(|error| JobFailure::Final(error.to_string()))?;
    if synced.report.added + synced.report.changed > 0 {
        reconcile(app).await?;
    }
    let text = serde_json::to_string(&synced).unwrap_or_default();
    context.progress(1, Some(1), &text).await
}

async fn reconcile(app: &App) -> Result<(), JobFailure> {
    let mut tx = app.db.begin().await?;
    app.jobs.enqueue(&mut tx, &NewJob::new("reconcile").key("reconcile").priority(10)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(())
}

fn retry(error: FeedError) -> JobFailure {
    JobFailure::Retry(error.to_string())
}

struct AppClock(App);

impl hinomi_core::Clock for AppClock {
    fn now(&self) -> hinomi_core::Time {
        self.0.now()
    }
}
