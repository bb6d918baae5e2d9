// SPDX-License-Identifier: Apache-2.0
//! Background work: a table of jobs, claimed under a lease.
//!
//! ```text
//! enqueue(tx) ─→ waiting ─claim→ running ─┬─ done
//!                   ▲                     ├─ cancelled
//!                   └─ failed try, or the ┴─ failed (tries used up)
//!                      lease ran out
//! ```
//!
//! What must stay true: every start has a higher attempt number, and a worker writes only while its number is the
//! latest (fencing), so a worker that was thought dead can do no harm. Handlers may run twice and must be able to.

mod runner;

use std::sync::Arc;

use hinomi_core::{
    Clock, CursorError, DomainError, ErrorKind, FieldError, IdSource, JobId, Page, PageRequest, Time,
};
use hinomi_db::{Db, DbError, Tx};
use tokio::sync::Notify;

use crate::App;
use crate::audit::{self, AuditEvent};
use crate::store::job as store;

pub use runner::{JobContext, JobFailure, JobRunner, schedule_own};

const LIST: &str = "jobs";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for JobState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for JobState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| format!("unknown job state: {text:?}"))
    }
}

hinomi_db::text_columns!(JobState);

/// One job as stored.
#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub dedup_key: Option<String>,
    pub payload: String,
    pub state: JobState,
    pub priority: i64,
    pub run_at: Time,
    pub attempt: i64,
    pub max_attempts: i64,
    pub cancel_asked: bool,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub progress_text: Option<String>,
    pub error: Option<String>,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
}

/// A job to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub kind: String,
    /// While a job with this key waits, another one is not added.
    pub key: Option<String>,
    pub payload: String,
    /// Higher goes first.
    pub priority: i64,
    /// Not before; now when absent.
    pub run_at: Option<Time>,
    pub max_attempts: i64,
}

impl NewJob {
    pub fn new(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            key: None,
            payload: "null".to_owned(),
            priority: 0,
            run_at: None,
            max_attempts: 5,
        }
    }

    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    #[must_use]
    pub fn payload(mut self, payload: &serde_json::Value) -> Self {
        self.payload = payload.to_string();
        self
    }

    #[must_use]
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }

    #[must_use]
    pub fn run_at(mut self, run_at: Time) -> Self {
        self.run_at = Some(run_at);
        self
    }

    #[must_use]
    pub fn max_attempts(mut self, max_attempts: i64) -> Self {
        self.max_attempts = max_attempts.max(1);
        self
    }
}

#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("no job {0}")]
    NotFound(JobId),
    #[error("job {id} is {state} and cannot be cancelled")]
    Finished { id: JobId, state: String },
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for JobError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Finished { .. } => ErrorKind::Conflict,
            Self::Cursor(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "job-not-found",
            Self::Finished { .. } => "job-finished",
            Self::Cursor(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Cursor(error) => error.fields(),
            _ => Vec::new(),
        }
    }
}

/// The queue's near end: adding jobs and waking this process's runner.
#[derive(Clone)]
pub struct Jobs {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    wake: Arc<Notify>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Jobs")
    }
}

impl Jobs {
    pub(crate) fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { clock, ids, wake: Arc::new(Notify::new()) }
    }

    /// Adds a job in the caller's transaction. Returns the waiting job with the same key when there is one.
    pub async fn enqueue(&self, tx: &mut Tx, job: &NewJob) -> Result<JobId, DbError> {
        let now = self.clock.now();
        let id = JobId::new(self.ids.as_ref(), now);
        let added = store::insert(tx, id, job, now).await?;
        let same = match (added, &job.key) {
            (None, Some(key)) => store::waiting(tx, &job.kind, key).await?,
            _ => None,
        };
        self.wake.notify_one();
        Ok(added.or(same).unwrap_or(id))
    }

    /// Lets the runner look now instead of at its next turn; call it after the commit when it matters.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Adds `kind` to the queue every `every_seconds`; the first time now. Calling it again changes the interval.
    pub async fn schedule(
        &self,
        db: &Db,
        kind: &str,
        every_seconds: u32,
        payload: &serde_json::Value,
    ) -> Result<(), DbError> {
        let mut tx = db.begin().await?;
        let every = i64::from(every_seconds.max(1));
        store::set_schedule(&mut tx, kind, every, &payload.to_string(), self.clock.now()).await?;
        tx.commit().await
    }

    /// Turns due schedules into jobs; any process may, one does.
    pub(crate) async fn start_scheduled(&self, db: &Db) -> Result<(), DbError> {
        let now = self.clock.now();
        if !store::any_schedule_due(db, now).await? {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        for (kind, payload) in store::claim_schedules(&mut tx, now).await? {
            let job = NewJob { payload, ..NewJob::new(kind).key("scheduled") };
            self.enqueue(&mut tx, &job).await?;
        }
        tx.commit().await
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub kind: Option<String>,
    pub state: Option<JobState>,
}

/// The newest first.
pub async fn list(db: &Db, filter: &JobFilter, request: &PageRequest) -> Result<Page<Job>, JobError> {
    let rows = store::list(db, filter, request, LIST).await?;
    Ok(Page::from_rows(rows, request, LIST, |last| {
        vec![last.created_at.as_micros().into(), last.id.to_string().into()]
    }))
}

pub async fn read(db: &Db, id: JobId) -> Result<Job, JobError> {
    store::by_id(db, id).await?.ok_or(JobError::NotFound(id))
}

/// Cancels a waiting job; asks a running one to stop at its next look.
pub async fn cancel(app: &App, actor: &hinomi_core::Actor, id: JobId) -> Result<(), JobError> {
    let mut tx = app.db.begin().await?;
    let state = store::cancel(&mut tx, id, app.now()).await?.ok_or(JobError::NotFound(id))?;
    if !matches!(state.as_str(), "waiting" | "running") {
        return Err(JobError::Finished { id, state });
    }
    audit::append(&mut tx, app, AuditEvent::new(actor, "job.cancel", "job", id)).await?;
    tx.commit().await?;
    Ok(())
}
