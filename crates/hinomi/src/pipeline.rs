// SPDX-License-Identifier: Apache-2.0
//! From new facts to tickets: match what changed, then settle the tickets of the systems it touches.
//!
//! ```text
//! CLI after an import ─┐
//! HTTP import ─→ job ──┼─→ reconcile: findings ─→ tickets
//! every ten minutes ───┘
//! ```
//!
//! It takes no input and may run at any time; one run at a time, so that two do not
//! write the same rows.

use std::sync::Arc;

use hinomi_assets::{ASSET_JOB, RECONCILE_JOB};
use hinomi_core::Time;
use hinomi_db::{Db, DbError};
use hinomi_feeds::Syncer;
use hinomi_platform::jobs::{self, JobContext, JobFailure, JobRunner};
use hinomi_platform::mail::{self, MailServer, Mailer};
use hinomi_platform::outbox::Deliverers;
use hinomi_platform::turn::{self, Work};
use hinomi_platform::{App, sign_in};
use hinomi_review::department::{DEPARTMENTS_JOB, departments_keep};
use hinomi_review::duties::{DUTIES_JOB, duties_remind};
use hinomi_risk::RiskState;
use hinomi_risk::service::digest::{DIGEST_JOB, digests_write};
use hinomi_tickets::service::Settler;
use serde::Serialize;
use tokio::sync::Mutex;

use crate::failure::Told;
use crate::feed_jobs;

const RECONCILE_EVERY_SECONDS: u32 = 600;
const ASSETS_EVERY_SECONDS: u32 = 3_600;
const MATURITY_EVERY_SECONDS: u32 = 3_600;
const DIGEST_EVERY_SECONDS: u32 = 86_400;
const DEPARTMENTS_EVERY_SECONDS: u32 = 3_600;
/// A mail a day at most; looking every hour finds the day on which one is due.
const DUTIES_EVERY_SECONDS: u32 = 3_600;
/// The hazard rule, and what directives and programmes measure.
const OUTER_EVERY_SECONDS: u32 = 3_600;
const HOUSEKEEPING: &str = "housekeeping";
const HOUSEKEEPING_EVERY_SECONDS: u32 = 86_400;

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Reconciled {
    /// Components that met the advisories.
    pub(crate) components: usize,
    pub(crate) matches_began: usize,
    pub(crate) matches_ended: usize,
    pub(crate) tickets_opened: usize,
    pub(crate) tickets_closed: usize,
    pub(crate) tickets_reopened: usize,
}

/// The reconcilers with what they remember between runs.
#[derive(Clone, Default)]
pub(crate) struct Pipeline {
    settler: Arc<Mutex<Settler>>,
    /// Runs feeds, where this process does.
    feeds: Option<Syncer>,
    /// Delivers what the outbox holds, where a mail server is configured.
    mail: Option<Deliverers>,
    risk: RiskState,
}

impl Pipeline {
    /// One that keeps feeds fresh, too.
    pub(crate) fn with_feeds(feeds: Syncer) -> Self {
        Self { feeds: Some(feeds), ..Self::default() }
    }

    /// One that sends mail, too, when there is a server for it.
    pub(crate) fn with_mail(mut self, server: Option<&MailServer>) -> anyhow::Result<Self> {
        if let Some(server) = server {
            self.mail = Some(Deliverers::default().with(mail::KIND, Mailer::new(server)?));
        }
        Ok(self)
    }

    /// What the jobs and the pages of this process count in memory.
    pub(crate) fn risk(&self) -> &RiskState {
        &self.risk
    }

    /// What runs again and again in a served instance.
    pub(crate) async fn schedule(&self, app: &App) -> Result<(), DbError> {
        schedule(app).await?;
        if self.mail.is_some() {
            jobs::schedule_own(app).await?;
            let nothing = serde_json::Value::Null;
            app.jobs.schedule(&app.db, DIGEST_JOB, DIGEST_EVERY_SECONDS, &nothing).await?;
            app.jobs.schedule(&app.db, DUTIES_JOB, DUTIES_EVERY_SECONDS, &nothing).await?;
        }
        Ok(())
    }

    /// `full` does everything again; the end state is the same.
    pub(crate) async fn reconcile(&self, db: &Db, now: Time, full: bool) -> anyhow::Result<Reconciled> {
        let mut settler = self.settler.lock().await;
        let _turn = turn::take(db, Work::Reconcile).await.told()?;
        let matched = hinomi_findings::reconcile(db, now, full).await.told()?;
        let settled = settler.settle(db, now, full).await.told()?;
        Ok(Reconciled {
            components: matched.components,
            matches_began: matched.began,
            matches_ended: matched.ended,
            tickets_opened: settled.opened,
            tickets_closed: settled.closed,
            tickets_reopened: settled.reopened,
        })
    }

    /// A runner that knows every kind of job.
    pub(crate) fn runner(&self, app: &App) -> JobRunner {
        let pipeline = self.clone();
        let mut runner = JobRunner::new(app.clone());
        if let Some(feeds) = &self.feeds {
            runner = feed_jobs::register(runner, feeds.clone());
        }
        if let Some(mail) = &self.mail {
            let risk = self.risk.clone();
            runner = runner.with_own(mail.clone()).register(DIGEST_JOB, move |context: JobContext| {
                let risk = risk.clone();
                async move {
                    let written = digests_write(&context.app, &risk).await;
                    let written = written.map_err(|error| JobFailure::Retry(error.to_string()))?;
                    context.progress(1, Some(1), &format!("{written} mails")).await
                }
            });
            runner = runner.register(DUTIES_JOB, |context: JobContext| async move {
                let reminded = duties_remind(&context.app).await;
                let reminded = reminded.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&reminded).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            });
        }
        runner
            .register(RECONCILE_JOB, move |context: JobContext| {
                let pipeline = pipeline.clone();
                async move {
                    let app = &context.app;
                    let outcome = pipeline.reconcile(&app.db, app.now(), false).await;
                    let outcome = outcome.map_err(|error| JobFailure::Retry(format!("{error:#}")))?;
                    let text = serde_json::to_string(&outcome).unwrap_or_default();
                    context.progress(1, Some(1), &text).await
                }
            })
            .register(ASSET_JOB, |context: JobContext| async move {
                let kept = hinomi_assets::jobs::assets_keep(&context.app).await;
                let kept = kept.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&kept).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            })
            .register(hinomi_maturity::MATURITY_JOB, |context: JobContext| async move {
                let kept = hinomi_maturity::maturity_keep(&context.app.db, context.app.now()).await;
                let kept = kept.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&kept).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            })
            .register(DEPARTMENTS_JOB, |context: JobContext| async move {
                let kept = departments_keep(&context.app).await;
                let kept = kept.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&kept).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            })
            .register(hinomi_review::pack::PACK_JOB, |context: JobContext| async move {
                let kept = hinomi_review::pack::packs_keep(&context.app).await;
                let kept = kept.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&kept).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            })
            .register(hinomi_review::OUTER_JOB, |context: JobContext| async move {
                let kept = hinomi_review::outer_keep(&context.app).await;
                let kept = kept.map_err(|error| JobFailure::Retry(error.to_string()))?;
                let text = serde_json::to_string(&kept).unwrap_or_default();
                context.progress(1, Some(1), &text).await
            })
            .register(HOUSEKEEPING, |context: JobContext| async move {
                Ok(sign_in::forget_old(&context.app).await?)
            })
    }
}

/// What runs again and again in a served instance.
async fn schedule(app: &App) -> Result<(), DbError> {
    let nothing = serde_json::Value::Null;
    app.jobs.schedule(&app.db, RECONCILE_JOB, RECONCILE_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, ASSET_JOB, ASSETS_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, hinomi_maturity::MATURITY_JOB, MATURITY_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, hinomi_review::pack::PACK_JOB, MATURITY_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, DEPARTMENTS_JOB, DEPARTMENTS_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, hinomi_review::OUTER_JOB, OUTER_EVERY_SECONDS, &nothing).await?;
    app.jobs.schedule(&app.db, HOUSEKEEPING, HOUSEKEEPING_EVERY_SECONDS, &nothing).await
}
