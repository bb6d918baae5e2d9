// SPDX-License-Identifier: Apache-2.0
//! HTTP of feeds: how each fares, asking one now, deciding about what is held back.

use axum::extract::State;
use hinomi_core::{Page, Time};
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::jobs::NewJob;
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::AdvisoryError;
use crate::service::held::{self, Decision};
use crate::service::sync;
use crate::settings;

/// The job that asks one feed; `hinomi-feeds` runs it.
const SYNC_ONE_JOB: &str = "feed.sync-one";
const HELD: &str = "feeds-held";

/// A feed and its health.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FeedDto {
    name: String,
    kind: String,
    records: i64,
    refused: i64,
    /// Records that wait for somebody's decision.
    held: i64,
    last_attempt: Option<Time>,
    last_success: Option<Time>,
    error: Option<String>,
    /// Since the last success; none for what never succeeded and for what comes with the program (kind `built-in`).
    age_seconds: Option<i64>,
    /// Never succeeded, or longer ago than the setting `feed-old-hours` allows.
    old: bool,
    /// Kept fresh on a schedule.
    enabled: bool,
    /// Known to the configuration: it can be asked now.
    can_sync: bool,
    every_minutes: Option<i64>,
    next_run_at: Option<Time>,
    /// A run goes on since then.
    running_since: Option<Time>,
    /// The newest time that the source itself told.
    source_at: Option<Time>,
    /// How far behind that time the last success was.
    lag_seconds: Option<i64>,
    /// Signatures that were verified in the last run.
    signatures: i64,
    url: Option<String>,
    licence: Option<String>,
}

/// Every feed with its last run and its next.
#[utoipa::path(get, path = "/feeds", tag = "feeds", responses((status = 200, body = Page<FeedDto>)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn feed_list(
    State(app): State<App>,
    _reader: Require<perm::VulnerabilityRead>,
) -> ApiResult<Page<FeedDto>> {
    let now = app.now();
    let oldest_fine = settings::oldest_fine_seconds(&app.db).await.map_err(AdvisoryError::from)?;
    let rows = sync::feed_health(&app.db).await.map_err(AdvisoryError::from)?;
    let items = rows
        .into_iter()
        .map(|row| FeedDto {
            age_seconds: row.age_seconds(now),
            old: row.is_old(now, oldest_fine),
            lag_seconds: row.lag_seconds(),
            can_sync: row.url.is_some(),
            name: row.name,
            kind: row.kind,
            records: row.records,
            refused: row.refused,
            held: row.held,
            last_attempt: row.last_attempt.map(Time::from_micros),
            last_success: row.last_success.map(Time::from_micros),
            error: row.error,
            enabled: row.enabled,
            every_minutes: row.every_minutes,
            next_run_at: row.next_run_at.map(Time::from_micros),
            running_since: row.started_at.map(Time::from_micros),
            source_at: row.source_at.map(Time::from_micros),
            signatures: row.signatures,
            url: row.url,
            licence: row.licence,
        })
        .collect();
    Ok(Json(Page { items, next: None, total: None }))
}

/// Asks a feed's source now, in the background.
#[utoipa::path(post, path = "/feeds/{name}/sync", tag = "feeds", params(("name" = String, Path)),
    responses((status = 204)), extensions(("x-hinomi-permission" = json!("FeedWrite"))))]
pub(super) async fn feed_sync(
    State(app): State<App>,
    writer: Require<perm::FeedWrite>,
    Path(name): Path<String>,
) -> Result<http::StatusCode, ApiError> {
    writer.everywhere()?;
    let known = sync::sync_state(&app.db, &name).await.map_err(AdvisoryError::from)?;
    known.ok_or_else(|| AdvisoryError::FeedUnknown { name: name.clone() })?;
    let mut tx = app.db.begin().await.map_err(ApiError::from)?;
    let job =
        NewJob::new(SYNC_ONE_JOB).key(&name).payload(&json!({ "name": name })).max_attempts(1).priority(5);
    app.jobs.enqueue(&mut tx, &job).await?;
    audit::append(&mut tx, &app, AuditEvent::new(&writer.principal.actor, "feed.sync", "feed", &name))
        .await?;
    tx.commit().await.map_err(ApiError::from)?;
    app.jobs.wake();
    Ok(http::StatusCode::NO_CONTENT)
}

/// A record that the guard keeps from counting.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HeldDto {
    id: i64,
    feed: String,
    record: String,
    /// `future-date`, `everything`, `mass-withdrawal`, `mass-absence` or `unread-absence`.
    reason: String,
    detail: String,
    held_at: Time,
}

/// Of which feed a list is wanted.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct OfFeed {
    /// Only what this feed brought.
    pub(super) feed: Option<String>,
}

/// Records that wait for somebody's decision, the oldest first.
#[utoipa::path(get, path = "/feeds/held", tag = "feeds", params(OfFeed, PageParams),
    responses((status = 200, body = Page<HeldDto>)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn feed_held(
    State(app): State<App>,
    _reader: Require<perm::VulnerabilityRead>,
    Query(of): Query<OfFeed>,
    Paging(page): Paging,
) -> ApiResult<Page<HeldDto>> {
    let keys = page.after_keys(HELD, 1)?;
    let after = keys.and_then(|keys| keys.first()?.as_i64()).unwrap_or_default();
    let rows = held::held_list(&app.db, of.feed.as_deref(), after, page.fetch_limit()).await?;
    let rows = Page::from_rows(rows, &page, HELD, |row| vec![json!(row.id)]);
    Ok(Json(rows.map(|row| HeldDto {
        id: row.id,
        feed: row.feed,
        record: row.advisory_id,
        reason: row.reason,
        detail: row.detail,
        held_at: Time::from_micros(row.held_at),
    })))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideBody {
    decision: Decision,
    /// Everything of the same feed that is held for the same reason, too.
    #[serde(default)]
    alike: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DecidedDto {
    decided: u64,
}

/// Lets a held record count, or leaves it out for good.
#[utoipa::path(post, path = "/feeds/held/{id}/decide", tag = "feeds", params(("id" = i64, Path)),
    request_body = DecideBody, responses((status = 200, body = DecidedDto)),
    extensions(("x-hinomi-permission" = json!("FeedWrite"))))]
pub(super) async fn feed_held_decide(
    State(app): State<App>,
    writer: Require<perm::FeedWrite>,
    Path(id): Path<i64>,
    Json(body): Json<DecideBody>,
) -> ApiResult<DecidedDto> {
    // What is known to be wrong with a package is so for every unit.
    writer.everywhere()?;
    let what = (body.decision, body.alike);
    let decided = held::held_decide(&app, &writer.principal.actor, id, what, super::PATIENCE).await?;
    Ok(Json(DecidedDto { decided }))
}
