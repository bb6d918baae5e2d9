// SPDX-License-Identifier: Apache-2.0
//! What works in the background.

use axum::extract::State;
use hinomi_core::{JobId, Page, Time};
use hinomi_platform::App;
use hinomi_platform::jobs::{self, Job, JobFilter};
use serde::{Deserialize, Serialize};

use crate::{ApiError, ApiResult, Json, PageParams, Paging, Path, Query, Require, perm};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobParams {
    #[param(required = false)]
    kind: Option<String>,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[param(required = false)]
    state: Option<String>,
}

/// A job without its payload, which is the server's own business.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobEntry {
    id: JobId,
    kind: String,
    state: String,
    priority: i64,
    run_at: Time,
    attempt: i64,
    max_attempts: i64,
    cancel_asked: bool,
    progress: JobProgress,
    error: Option<String>,
    created_at: Time,
    started_at: Option<Time>,
    finished_at: Option<Time>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobProgress {
    done: i64,
    total: Option<i64>,
    text: Option<String>,
}

impl From<Job> for JobEntry {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state.name().to_owned(),
            priority: job.priority,
            run_at: job.run_at,
            attempt: job.attempt,
            max_attempts: job.max_attempts,
            cancel_asked: job.cancel_asked,
            progress: JobProgress {
                done: job.progress_done,
                total: job.progress_total,
                text: job.progress_text,
            },
            error: job.error,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
        }
    }
}

/// Jobs, the newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(PageParams, JobParams),
    responses((status = 200, body = Page<JobEntry>)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn job_list(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
    Paging(page): Paging,
    Query(params): Query<JobParams>,
) -> ApiResult<Page<JobEntry>> {
    let state = params.state.map(|text| text.parse()).transpose().map_err(|message: String| {
        ApiError::invalid("query-invalid", message.clone()).field("?state", message)
    })?;
    let filter = JobFilter { kind: params.kind, state };
    Ok(Json(jobs::list(&app.db, &filter, &page).await?.map(JobEntry::from)))
}

/// One job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, body = JobEntry)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn job_show(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
    Path(id): Path<JobId>,
) -> ApiResult<JobEntry> {
    Ok(Json(jobs::read(&app.db, id).await?.into()))
}

/// Cancel a waiting job, or ask a running one to stop.
#[utoipa::path(post, path = "/jobs/{id}/cancel", tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, body = JobEntry)),
    extensions(("x-hinomi-permission" = json!("SettingsWrite"))))]
pub(crate) async fn job_cancel(
    State(app): State<App>,
    writer: Require<perm::SettingsWrite>,
    Path(id): Path<JobId>,
) -> ApiResult<JobEntry> {
    writer.everywhere()?;
    jobs::cancel(&app, &writer.principal.actor, id).await?;
    Ok(Json(jobs::read(&app.db, id).await?.into()))
}
