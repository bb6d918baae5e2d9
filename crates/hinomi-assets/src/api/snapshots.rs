// SPDX-License-Identifier: Apache-2.0
//! What was observed on an asset, what changed, and held inventories that wait for a word.

use axum::extract::State;
use hinomi_core::{AssetId, Page, Scope, Time, UnitId};
use hinomi_db::values;
use hinomi_inventory::service::import::{confirm, reject};
use hinomi_inventory::service::read::{self, VersionChange};
use hinomi_inventory::{ComponentRow, model::SnapshotState};
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::jobs::NewJob;
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Require, perm};
use serde::Serialize;
use serde_json::json;

use super::RECONCILE_JOB;
use crate::AssetError;

/// One observation of one source.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SnapshotDto {
    id: i64,
    source: String,
    observed_at: Time,
    received_at: Time,
    complete: bool,
    format: String,
    components: i64,
    added: i64,
    removed: i64,
    state: SnapshotState,
    /// Of the file as it came.
    document_hash: Option<String>,
    warnings: Vec<String>,
}

/// What was observed on an asset, newest first.
#[utoipa::path(get, path = "/assets/{id}/snapshots", tag = "inventory", params(("id" = AssetId, Path), PageParams),
    responses((status = 200, body = Page<SnapshotDto>)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn asset_snapshots(
    State(app): State<App>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<AssetId>,
    Paging(page): Paging,
) -> ApiResult<Page<SnapshotDto>> {
    let found: Option<(i64, UnitId)> = app
        .db
        .optional("SELECT ordinal, unit_id FROM v_asset WHERE id = $1", values![id])
        .await
        .map_err(ApiError::from)?;
    let carrier = found
        .filter(|(_, unit)| reader.scope.contains(*unit))
        .map(|(ordinal, _)| ordinal)
        .ok_or(AssetError::AssetNotFound { id })?;
    let keys = page.after_keys("asset-snapshots", 2)?;
    let before = keys
        .and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_i64()?)))
        .unwrap_or((i64::MAX, i64::MAX));
    let rows = read::snapshots_of(&app.db, carrier, before, page.fetch_limit()).await?;
    let rows =
        Page::from_rows(rows, &page, "asset-snapshots", |row| vec![json!(row.observed_at), json!(row.id)]);
    Ok(Json(rows.map(|row| SnapshotDto {
        id: row.id,
        source: row.source,
        observed_at: Time::from_micros(row.observed_at),
        received_at: Time::from_micros(row.received_at),
        complete: row.complete,
        format: row.format,
        components: row.components,
        added: row.added,
        removed: row.removed,
        state: SnapshotState::from_stored(&row.state),
        document_hash: row.document_hash,
        warnings: row.warnings.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })))
}

/// A package that came or went.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChangedComponent {
    id: i64,
    name: String,
    version: Option<String>,
    purl: Option<String>,
}

impl From<ComponentRow> for ChangedComponent {
    fn from(row: ComponentRow) -> Self {
        Self { id: row.id, name: row.name, version: row.version, purl: row.purl }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DifferenceDto {
    added: Vec<ChangedComponent>,
    removed: Vec<ChangedComponent>,
    changed: Vec<VersionChange>,
}

/// What an observation changed on its asset.
#[utoipa::path(get, path = "/snapshots/{id}/difference", tag = "inventory", params(("id" = i64, Path)),
    responses((status = 200, body = DifferenceDto)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn snapshot_difference(
    State(app): State<App>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<i64>,
) -> ApiResult<DifferenceDto> {
    visible(&app, &reader.scope, id).await?;
    let difference = read::difference(&app.db, id).await?;
    Ok(Json(DifferenceDto {
        added: difference.added.into_iter().map(ChangedComponent::from).collect(),
        removed: difference.removed.into_iter().map(ChangedComponent::from).collect(),
        changed: difference.changed,
    }))
}

/// The asset's unit behind a snapshot, if the reader may see it; others are not told that it exists.
async fn visible(app: &App, scope: &Scope, id: i64) -> Result<UnitId, ApiError> {
    let snapshot = read::snapshot(&app.db, id).await?;
    let unit: Option<(UnitId,)> = app
        .db
        .optional("SELECT unit_id FROM v_asset WHERE ordinal = $1", values![snapshot.carrier_id])
        .await?;
    match unit {
        Some((unit,)) if scope.contains(unit) => Ok(unit),
        _ => Err(hinomi_inventory::model::InventoryError::SnapshotUnknown { id }.into()),
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct HeldOutcome {
    state: SnapshotState,
}

/// Makes a held inventory count after all.
#[utoipa::path(post, path = "/snapshots/{id}/confirm", tag = "inventory", params(("id" = i64, Path)),
    responses((status = 200, body = HeldOutcome), (status = 409, description = "not held, or overtaken")),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn snapshot_confirm(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(id): Path<i64>,
) -> ApiResult<HeldOutcome> {
    let unit = visible(&app, &writer.scope, id).await?;
    let applied = confirm(&app.db, app.now(), id).await?;
    record(&app, &writer, "snapshot.confirm", id, unit).await?;
    Ok(Json(HeldOutcome { state: applied.state }))
}

/// Refuses a held inventory; what was known before it stays.
#[utoipa::path(post, path = "/snapshots/{id}/reject", tag = "inventory", params(("id" = i64, Path)),
    responses((status = 200, body = HeldOutcome), (status = 409, description = "not held")),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn snapshot_reject(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(id): Path<i64>,
) -> ApiResult<HeldOutcome> {
    let unit = visible(&app, &writer.scope, id).await?;
    reject(&app.db, id).await?;
    record(&app, &writer, "snapshot.reject", id, unit).await?;
    Ok(Json(HeldOutcome { state: SnapshotState::Rejected }))
}

async fn record(
    app: &App,
    writer: &Require<perm::InventoryWrite>,
    action: &str,
    id: i64,
    unit: UnitId,
) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    let event = AuditEvent::new(&writer.principal.actor, action, "snapshot", id).unit(unit);
    audit::append(&mut tx, app, event).await?;
    app.jobs.enqueue(&mut tx, &NewJob::new(RECONCILE_JOB).key(RECONCILE_JOB).priority(10)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(())
}
