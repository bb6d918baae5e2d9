// SPDX-License-Identifier: Apache-2.0
//! Inventories that arrive over HTTP.

use axum::body::Body;
use axum::extract::State;
use hinomi_core::Time;
use hinomi_inventory::Session;
use hinomi_platform::jobs::NewJob;
use hinomi_web::{ApiError, ApiResult, App, Json, Query, Require, perm};
use serde::Deserialize;
use utoipa::IntoParams;

use super::act;
use super::upload::{document_of, kept};
use crate::import::{ImportRequest, Imported, inventory_import};

/// Kind and key of the job that matches what is new and settles tickets.
pub const RECONCILE_JOB: &str = "reconcile";

/// How the file is to be taken.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportParams {
    /// The file's name, for messages.
    #[param(required = false)]
    name: Option<String>,
    /// Name of the asset; what the file names when absent.
    asset: Option<String>,
    /// Code of the system that a new asset belongs to.
    system: Option<String>,
    /// Name of the source: a newer inventory replaces the last one of the same source.
    source: Option<String>,
    /// When it was observed; what the file says when absent.
    observed_at: Option<Time>,
    /// The file does not name everything: what is absent is not gone.
    #[serde(default)]
    partial: bool,
}

/// Takes an inventory in.
///
/// The body is a file in any format that is read, compressed or not. Matching and tickets follow in the background.
#[utoipa::path(post, path = "/inventory/imports", tag = "inventory", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Imported)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn inventory_import_create(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Query(params): Query<ImportParams>,
    body: Body,
) -> ApiResult<Imported> {
    let name = params.name.unwrap_or_else(|| "upload".to_owned());
    let document = document_of(&name, kept(body).await?).await?;
    let request = ImportRequest {
        asset_id: None,
        asset: params.asset,
        system: params.system,
        source: params.source,
        observed_at: params.observed_at,
        partial: params.partial,
        kind: None,
    };
    let imported =
        inventory_import(&mut Session::default(), &act(&app, &writer), &document, &request).await?;
    let mut tx = app.db.begin().await.map_err(ApiError::from)?;
    app.jobs.enqueue(&mut tx, &NewJob::new(RECONCILE_JOB).key(RECONCILE_JOB).priority(10)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(Json(imported))
}
