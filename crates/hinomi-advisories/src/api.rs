// SPDX-License-Identifier: Apache-2.0
//! HTTP of feeds and records.

mod feeds;

use crate::model::AdvisoryError;
use crate::service::import::{ImportReport, Importer};
use crate::service::prepare::{Content, Document, prepare, take_apart};
use crate::service::read;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use hinomi_archive::Limits;
use hinomi_core::{Page, Time};
use hinomi_platform::jobs::NewJob;
use hinomi_web::{
    ApiError, ApiResult, App, Json, OpenApiRouter, PageParams, Paging, Path, Query, Require, perm, routes,
};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::ops::ControlFlow;
use std::time::Duration;

/// The largest upload of records; the command line takes more.
const LARGEST_UPLOAD_BYTES: usize = 128 << 20;
const BATCH_DOCUMENTS: usize = 1_000;
/// How long a request waits for a run of feeds.
const PATIENCE: Duration = Duration::from_secs(30);

/// This domain's routes, relative to the API's base.
pub fn api() -> OpenApiRouter<App> {
    let imports =
        OpenApiRouter::new().routes(routes!(feed_import)).layer(DefaultBodyLimit::max(LARGEST_UPLOAD_BYTES));
    OpenApiRouter::new()
        .routes(routes!(feeds::feed_list))
        .routes(routes!(feeds::feed_sync))
        .routes(routes!(feeds::feed_held))
        .routes(routes!(feeds::feed_held_decide))
        .routes(routes!(feed_refused))
        .routes(routes!(advisory_original))
        .merge(imports)
}

/// A document that could not be read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RefusalDto {
    feed: String,
    path: String,
    reason: String,
    at: Time,
}

/// What feeds brought and could not be read, with the reason.
#[utoipa::path(get, path = "/feeds/refused", tag = "feeds", params(feeds::OfFeed, PageParams),
    responses((status = 200, body = Page<RefusalDto>)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
async fn feed_refused(
    State(app): State<App>,
    _reader: Require<perm::VulnerabilityRead>,
    Query(of): Query<feeds::OfFeed>,
    Paging(page): Paging,
) -> ApiResult<Page<RefusalDto>> {
    let keys = page.after_keys("feeds-refused", 2)?;
    let after = keys
        .and_then(|keys| Some((keys.first()?.as_str()?.to_owned(), keys.get(1)?.as_str()?.to_owned())))
        .unwrap_or_default();
    let of = of.feed.as_deref();
    let rows = read::refusal_list(&app.db, of, (&after.0, &after.1), page.fetch_limit())
        .await
        .map_err(AdvisoryError::from)?;
    let rows = Page::from_rows(rows, &page, "feeds-refused", |row| vec![json!(row.feed), json!(row.path)]);
    Ok(Json(rows.map(|row| RefusalDto {
        feed: row.feed,
        path: row.path,
        reason: row.reason,
        at: Time::from_micros(row.at),
    })))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ImportParams {
    /// The feed that the records belong to; `upload` when absent.
    name: Option<String>,
}

/// Takes records in: one record, or an archive of them, in any format that is read.
///
/// Records are added or replaced by later ones; absence withdraws nothing. Matching and tickets follow in the
/// background. Imports run one at a time: while another one runs this one waits half a minute, then gives way.
#[utoipa::path(post, path = "/feeds/import", tag = "feeds", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportReport), (status = 503, description = "another import is running")),
    extensions(("x-hinomi-permission" = json!("FeedWrite"))))]
async fn feed_import(
    State(app): State<App>,
    writer: Require<perm::FeedWrite>,
    Query(params): Query<ImportParams>,
    body: Bytes,
) -> ApiResult<ImportReport> {
    // What is known to be wrong with a package is so for every unit.
    writer.everywhere()?;
    let name = params.name.unwrap_or_else(|| "upload".to_owned());
    let root = name.clone();
    let read = tokio::task::spawn_blocking(move || documents(&root, &body));
    let mut documents = read
        .await
        .map_err(|_| AdvisoryError::Interrupted { path: name.clone() })?
        .map_err(AdvisoryError::from)?;
    // Among others a broken file is listed as refused; alone it is the sender's mistake, and nothing is kept of it.
    if documents.is_empty() {
        return Err(AdvisoryError::Unreadable(format!("{name}: holds no record")).into());
    }
    if let [only] = documents.as_slice()
        && let Content::Refused(reason) = prepare(0, only, "")
    {
        return Err(AdvisoryError::Unreadable(reason).into());
    }
    let opened = tokio::time::timeout(PATIENCE, Importer::open(&app.db, app.now(), &name, "upload"));
    let mut importer = opened.await.map_err(|_| AdvisoryError::Busy)??;
    while !documents.is_empty() {
        let rest = documents.split_off(documents.len().min(BATCH_DOCUMENTS));
        importer.take(std::mem::replace(&mut documents, rest)).await?;
    }
    let report = importer.finish().await?;
    let mut tx = app.db.begin().await.map_err(ApiError::from)?;
    app.jobs.enqueue(&mut tx, &NewJob::new("reconcile").key("reconcile").priority(10)).await?;
    tx.commit().await.map_err(ApiError::from)?;
    app.jobs.wake();
    Ok(Json(report))
}

fn documents(name: &str, body: &[u8]) -> Result<Vec<Document>, hinomi_archive::ArchiveError> {
    let mut documents = Vec::new();
    hinomi_archive::walk_bytes(name, body, &Limits::strict(), &mut |entry| {
        let bytes = entry.bytes.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string());
        take_apart(entry.path, bytes, &mut |document| documents.push(document));
        ControlFlow::Continue(())
    })?;
    Ok(documents)
}

/// A record's original, byte for byte.
#[utoipa::path(get, path = "/advisories/{id}/original", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 200, description = "as its source has it", content_type = "text/plain")),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
async fn advisory_original(
    State(app): State<App>,
    _reader: Require<perm::VulnerabilityRead>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let bytes = read::original(&app.db, &id).await?;
    // Untrusted text: never shown as anything but text, whatever it claims to be.
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, bytes).into_response())
}
