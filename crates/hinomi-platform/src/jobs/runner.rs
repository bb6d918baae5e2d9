// SPDX-License-Identifier: Apache-2.0
//! The worker: claims due jobs, keeps their lease, ends them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hinomi_core::{JobId, Time};
use hinomi_db::DbError;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use super::Job;
use crate::outbox::{self, Deliverers};
use crate::store::job as store;
use crate::{App, BoxFuture, sign_in};

const LEASE: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Jobs of other processes are seen at the latest after this.
const POLL: Duration = Duration::from_secs(1);
const FIRST_RETRY: Duration = Duration::from_secs(10);
const LONGEST_RETRY: Duration = Duration::from_secs(3_600);
const LONGEST_ERROR: usize = 2_000;

const FORGET: &str = "platform.forget";
const DELIVER: &str = "platform.deliver";

/// Schedules the platform's own work; every start of the server may call it.
pub async fn schedule_own(app: &App) -> Result<(), DbError> {
    app.jobs.schedule(&app.db, FORGET, 86_400, &serde_json::Value::Null).await?;
    app.jobs.schedule(&app.db, DELIVER, 30, &serde_json::Value::Null).await
}

/// Why a try did not work.
#[derive(Debug, thiserror::Error)]
pub enum JobFailure {
    /// Worth another try.
    #[error("{0}")]
    Retry(String),
    /// Will fail the same way again.
    #[error("{0}")]
    Final(String),
    /// Stopped because somebody asked.
    #[error("cancelled")]
    Cancelled,
}

impl From<DbError> for JobFailure {
    fn from(error: DbError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// What a handler gets.
#[derive(Debug, Clone)]
pub struct JobContext {
    pub app: App,
    pub job: Job,
    stop: Arc<AtomicBool>,
}

impl JobContext {
    /// The payload as what the handler reads it as.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobFailure> {
        serde_json::from_str(&self.job.payload)
            .map_err(|error| JobFailure::Final(format!("payload of job {}: {error}", self.job.id)))
    }

    /// Shows how far it is; also the place to learn that it should stop.
    pub async fn progress(&self, done: i64, total: Option<i64>, text: &str) -> Result<(), JobFailure> {
        self.check()?;
        store::progress(&self.app.db, self.job.id, self.job.attempt, (done, total, text)).await?;
        Ok(())
    }

    /// An error when the job was cancelled or its lease was lost: leave with `?`.
    pub fn check(&self) -> Result<(), JobFailure> {
        if self.stop.load(Ordering::SeqCst) { Err(JobFailure::Cancelled) } else { Ok(()) }
    }
}

type Handler = Arc<dyn Fn(JobContext) -> BoxFuture<'static, Result<(), JobFailure>> + Send + Sync>;

/// Runs the jobs of the kinds it knows.
pub struct JobRunner {
    app: App,
    handlers: HashMap<String, Handler>,
    at_once: usize,
}

impl JobRunner {
    pub fn new(app: App) -> Self {
        Self { app, handlers: HashMap::new(), at_once: 2 }
    }

    /// How many jobs run at once in this process.
    #[must_use]
    pub fn at_once(mut self, jobs: usize) -> Self {
        self.at_once = jobs.max(1);
        self
    }

    #[must_use]
    pub fn register<F, Fut>(mut self, kind: impl Into<String>, handler: F) -> Self
    where
        F: Fn(JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobFailure>> + Send + 'static,
    {
        self.handlers.insert(kind.into(), Arc::new(move |context| Box::pin(handler(context))));
        self
    }

    /// The platform's own work: delivering the outbox and forgetting what is over. [`schedule_own`] starts it.
    #[must_use]
    pub fn with_own(self, deliverers: Deliverers) -> Self {
        self.register(FORGET, |context| async move { Ok(sign_in::forget_old(&context.app).await?) }).register(
            DELIVER,
            move |context| {
                let deliverers = deliverers.clone();
                async move {
                    outbox::deliver_due(&context.app, &deliverers).await?;
                    Ok(())
                }
            },
        )
    }

    /// Works until `shutdown` ends; running jobs are then given back to the queue.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut running = JoinSet::new();
        let mut claimed: HashMap<JobId, Job> = HashMap::new();
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = std::future::ready(()) => {}
            }
            let next = if running.len() < self.at_once { self.claim().await } else { None };
            if let Some(job) = next {
                claimed.insert(job.id, job.clone());
                let (id, work) = (job.id, run_one(self.app.clone(), job, &self.handlers));
                running.spawn(async move {
                    work.await;
                    id
                });
                continue;
            }
            tokio::select! {
                () = &mut shutdown => break,
                Some(ended) = running.join_next() => {
                    if let Ok(id) = ended {
                        claimed.remove(&id);
                    }
                }
                () = self.app.jobs.woken() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        // Dropping a job's future rolls its transaction back.
        running.shutdown().await;
        for job in claimed.values() {
            // What fails here is found when its lease runs out.
            let _ = store::give_back(&self.app.db, job.id, job.attempt, self.app.now()).await;
        }
    }

    /// Runs what is due now, one after the other, and returns how many ran: for tests and one-shot commands.
    pub async fn run_due(&self) -> Result<usize, DbError> {
        let mut count = 0;
        self.app.jobs.start_scheduled(&self.app.db).await?;
        while let Some(job) = self.try_claim().await? {
            run_one(self.app.clone(), job, &self.handlers).await;
            count += 1;
        }
        Ok(count)
    }

    async fn claim(&self) -> Option<Job> {
        let claimed = async {
            store::release_expired(&self.app.db, self.app.now()).await?;
            self.app.jobs.start_scheduled(&self.app.db).await?;
            self.try_claim().await
        };
        claimed.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the job queue cannot be read");
            None
        })
    }

    async fn try_claim(&self) -> Result<Option<Job>, DbError> {
        let mut kinds: Vec<&String> = self.handlers.keys().collect();
        kinds.sort();
        let kinds = serde_json::json!(kinds).to_string();
        let now = self.app.now();
        if !store::any_due(&self.app.db, &kinds, now).await? {
            return Ok(None);
        }
        store::claim(&self.app.db, &kinds, now, now.plus(LEASE)).await
    }
}

fn run_one(app: App, job: Job, handlers: &HashMap<String, Handler>) -> impl Future<Output = ()> + use<> {
    let handler = handlers.get(&job.kind).cloned();
    async move {
        let Some(handler) = handler else { return };
        let stop = Arc::new(AtomicBool::new(false));
        let context = JobContext { app: app.clone(), job: job.clone(), stop: stop.clone() };
        let mut work = tokio::spawn(handler(context));
        let abort = work.abort_handle();
        let _abort = AbortOnDrop(abort);
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = tokio::time::sleep(HEARTBEAT) => beat(&app, &job, &stop).await,
            }
        };
        let outcome =
            outcome.unwrap_or_else(|error| Err(JobFailure::Retry(format!("the handler failed: {error}"))));
        if let Err(error) = finish(&app, &job, outcome).await {
            tracing::error!(id = %job.id, kind = job.kind, %error, "the job's end was not noted");
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(app: &App, job: &Job, stop: &AtomicBool) {
    match store::heartbeat(&app.db, job.id, job.attempt, app.now().plus(LEASE)).await {
        Ok(Some(false)) => {}
        Ok(Some(true)) => stop.store(true, Ordering::SeqCst),
        Ok(None) => {
            tracing::warn!(id = %job.id, kind = job.kind, "another worker has the job");
            stop.store(true, Ordering::SeqCst);
        }
        Err(error) => tracing::warn!(id = %job.id, %error, "the job's lease was not extended"),
    }
}

async fn finish(app: &App, job: &Job, outcome: Result<(), JobFailure>) -> Result<(), DbError> {
    let now = app.now();
    let (state, error, run_at) = match &outcome {
        Ok(()) => ("done", None, None),
        Err(JobFailure::Cancelled) => ("cancelled", None, None),
        Err(JobFailure::Retry(cause)) if job.attempt < job.max_attempts => {
            ("waiting", Some(cause), Some(retry_at(now, job.attempt)))
        }
        Err(JobFailure::Retry(cause) | JobFailure::Final(cause)) => ("failed", Some(cause), None),
    };
    let error: Option<String> =
        error.map(|cause| cause.chars().filter(|c| *c != '\0').take(LONGEST_ERROR).collect());
    if let Some(error) = &error {
        tracing::warn!(id = %job.id, kind = job.kind, attempt = job.attempt, state, error, "job failed");
    }
    let noted = store::finish(&app.db, job.id, job.attempt, state, error.as_deref(), (now, run_at)).await;
    match noted {
        // A newer waiting job has the same key and does the work of this one.
        Err(clash) if clash.is_unique_violation() => {
            let ended = (now, None);
            store::finish(&app.db, job.id, job.attempt, "failed", error.as_deref(), ended).await.map(|_| ())
        }
        other => other.map(|_| ()),
    }
}

fn retry_at(now: Time, attempt: i64) -> Time {
    let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
    now.plus(FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY))
}
