// SPDX-License-Identifier: Apache-2.0
//! Files of any kind, tables with a mapping of their columns, and their preview.

use std::fs::File;
use std::io::Read as _;

use axum::body::Body;
use axum::extract::State;
use hinomi_archive::Limits;
use hinomi_core::Time;
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Query, Require, Upload, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::act;
use super::questions::settle;
use super::upload::{place, spooled};
use crate::documents::Documents;
use crate::files::{FilesImported, files_import, mapped_document};
use crate::import::{Document, ImportError, ImportRequest};
use crate::reconcile::Origin;
use crate::store::mappings::{self, MappingRow};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FileParams {
    /// The file's name, for messages.
    #[param(required = false)]
    name: Option<String>,
    /// Name of the asset, for a file that does not say what it is about.
    #[param(required = false)]
    asset: Option<String>,
    /// Code of the system that new assets of single inventories belong to.
    #[param(required = false)]
    system: Option<String>,
    /// Name of the source; a list of assets without one is known by its format.
    #[param(required = false)]
    source: Option<String>,
    /// What sort of source a list of assets is; found out from the format when absent.
    #[param(required = false, inline)]
    kind: Option<Origin>,
    #[param(required = false)]
    observed_at: Option<Time>,
    /// The file does not name everything: what is absent is not gone.
    #[serde(default)]
    #[param(required = false)]
    partial: bool,
    /// Name of a saved mapping: the file is a table.
    #[param(required = false)]
    mapping: Option<String>,
}

/// Takes a file in, whatever it is: one inventory, a list of assets, or an archive of many.
///
/// Each document has its own result; what cannot be read costs the others nothing.
#[utoipa::path(post, path = "/inventory/files", operation_id = "inventory_files_import", tag = "inventory",
    params(FileParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = FilesImported)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn files_create(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Query(params): Query<FileParams>,
    body: Body,
) -> ApiResult<FilesImported> {
    let name = params.name.unwrap_or_else(|| "upload".to_owned());
    let file = spooled(body).await?;
    let _place = place().await?;
    let documents = match &params.mapping {
        Some(mapping) => {
            let mapping = saved(&app, mapping).await?;
            let path = name.clone();
            let read = tokio::task::spawn_blocking(move || mapped_file(&mapping, &name, file)).await;
            let read = read.map_err(|_| ImportError::Unreadable(format!("{path}: could not be read")))?;
            Documents::from(vec![read])
        }
        None if params.asset.is_some() => {
            let path = name.clone();
            match Documents::of_upload(name, file).only(&path).await {
                Err(error @ ImportError::ManyForOne { .. }) => return Err(error.into()),
                only => Documents::one(only),
            }
        }
        None => Documents::of_upload(name, file),
    };
    let request = ImportRequest {
        asset: params.asset.filter(|name| !name.trim().is_empty()),
        system: params.system,
        source: params.source,
        observed_at: params.observed_at,
        partial: params.partial,
        ..ImportRequest::default()
    };
    let done = files_import(&act(&app, &writer), documents, &request, params.kind).await?;
    if done.files.iter().any(|file| file.outcome != "failed") {
        settle(&app).await?;
    }
    Ok(Json(done))
}

/// A table is read whole: its rows are short.
fn mapped_file(mapping: &Mapping, name: &str, mut file: File) -> Result<Document, ImportError> {
    let broken = |error: std::io::Error| ImportError::Unreadable(format!("{name}: cannot be read: {error}"));
    let size = file.metadata().map_err(broken)?.len();
    let limit = Limits::strict().max_entry_bytes;
    if size > limit {
        return Err(ImportError::Unreadable(format!(
            "{name}: document size in bytes is over the limit of {limit}"
        )));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(broken)?;
    mapped_document(mapping, name, bytes)
}

async fn saved(app: &App, name: &str) -> Result<Mapping, ApiError> {
    let missing = || ApiError::not_found("mapping-not-found", format!("no mapping {name:?}"));
    let row = mappings::get(&app.db, name).await?.ok_or_else(missing)?;
    serde_json::from_str(&row.mapping).map_err(|_| missing())
}

/// The first rows of a table as a mapping reads them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TablePreview {
    /// `encoding`, `separator`, `columns`, `suggested` fields, `rows` as they stand there, `assets` as they are read,
    /// and `errors` by row and column.
    #[schema(value_type = Object)]
    preview: serde_json::Value,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewParams {
    /// The mapping to try, as JSON; without one, what the columns' names suggest.
    #[param(required = false)]
    mapping: Option<String>,
}

/// Shows how a table would be read; writes nothing.
#[utoipa::path(post, path = "/inventory/preview", operation_id = "inventory_preview", tag = "inventory",
    params(PreviewParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = TablePreview)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn preview(
    State(_app): State<App>,
    _writer: Require<perm::InventoryWrite>,
    Query(params): Query<PreviewParams>,
    upload: Upload,
) -> ApiResult<TablePreview> {
    let body = upload.bytes.clone();
    let mapping = read_mapping(params.mapping.as_deref().unwrap_or("{}"))?;
    let read = tokio::task::spawn_blocking(move || mapping.preview(&body, "upload", 20)).await;
    let preview = read
        .map_err(|_| ImportError::Unreadable("upload: could not be read".to_owned()))?
        .map_err(|error| ImportError::Unreadable(error.to_string()))?;
    Ok(Json(TablePreview { preview: serde_json::to_value(preview).unwrap_or_default() }))
}

fn read_mapping(text: &str) -> Result<Mapping, ApiError> {
    serde_json::from_str(text).map_err(|error| {
        ApiError::invalid("mapping-invalid", format!("the mapping: {error}"))
            .field("/mapping", error.to_string())
    })
}

/// A saved mapping of columns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportMapping {
    name: String,
    #[schema(value_type = Object)]
    mapping: serde_json::Value,
    changed_at: Time,
    changed_by: String,
}

/// Saved mappings by name.
#[utoipa::path(get, path = "/import-mappings", operation_id = "import_mappings", tag = "inventory",
    responses((status = 200, body = Vec<ImportMapping>)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn mappings_list(
    State(app): State<App>,
    _reader: Require<perm::InventoryRead>,
) -> ApiResult<Vec<ImportMapping>> {
    let rows = mappings::all(&app.db).await.map_err(ApiError::from)?;
    let shown = |row: MappingRow| ImportMapping {
        mapping: serde_json::from_str(&row.mapping).unwrap_or_default(),
        name: row.name,
        changed_at: row.changed_at,
        changed_by: row.changed_by,
    };
    Ok(Json(rows.into_iter().map(shown).collect()))
}

/// Saves a mapping under a name.
#[utoipa::path(put, path = "/import-mappings/{name}", operation_id = "import_mapping_put", tag = "inventory",
    params(("name" = String, Path)), request_body(content = Object, content_type = "application/json"),
    responses((status = 204)), extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn mapping_put(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(name): Path<String>,
    Json(body): Json<serde_json::Value>,
) -> Result<StatusCode, ApiError> {
    writer.everywhere()?;
    if name.trim().is_empty() || name.chars().count() > 100 {
        return Err(ApiError::invalid("mapping-invalid", "the name is empty or longer than 100 characters"));
    }
    let text = body.to_string();
    read_mapping(&text)?;
    let mut tx = app.db.begin().await?;
    let changed_by = writer.principal.actor.display_name().to_owned();
    mappings::put(&mut tx, &MappingRow { name, mapping: text, changed_at: app.now(), changed_by }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a mapping.
#[utoipa::path(delete, path = "/import-mappings/{name}", operation_id = "import_mapping_remove", tag = "inventory",
    params(("name" = String, Path)), responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn mapping_remove(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    writer.everywhere()?;
    let mut tx = app.db.begin().await?;
    if mappings::remove(&mut tx, &name).await? == 0 {
        return Err(ApiError::not_found("mapping-not-found", format!("no mapping {name:?}")));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
