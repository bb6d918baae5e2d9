// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::{Page, Scope, SystemId, Time, UnitId};
use hinomi_org::model::sheet::parse_time;
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::act;
use crate::model::{self, Impact, Reachability, SystemKind};
use crate::service::{self, SystemView};
use crate::store::systems::{SystemFilter, SystemSort};

/// FIPS 199 impact levels; `overall` is the highest of the three.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Importance {
    confidentiality: Impact,
    integrity: Impact,
    availability: Impact,
    overall: Impact,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct System {
    id: SystemId,
    code: String,
    name: String,
    /// Empty when it has none.
    name_ja: String,
    /// The unit that owns it now.
    unit_id: UnitId,
    unit_name: String,
    kind: SystemKind,
    /// Empty for internal systems.
    customer: String,
    importance: Importance,
    reachability: Reachability,
    sensitive_data: bool,
    sensitive_kinds: Vec<String>,
    description: String,
    /// Assets in use.
    asset_count: i64,
    /// The one system that holds assets without a system.
    unassigned: bool,
    created_at: Time,
    retired_at: Option<Time>,
}

impl From<SystemView> for System {
    fn from(view: SystemView) -> Self {
        let SystemView { system, unit_name, asset_count } = view;
        let levels = system.importance();
        Self {
            id: system.id,
            importance: Importance {
                confidentiality: levels.confidentiality,
                integrity: levels.integrity,
                availability: levels.availability,
                overall: levels.overall(),
            },
            sensitive_kinds: system.sensitive_kinds(),
            code: system.code,
            name: system.name,
            name_ja: system.name_ja,
            unit_id: system.unit_id,
            unit_name,
            kind: system.kind,
            customer: system.customer,
            reachability: system.reachability,
            sensitive_data: system.sensitive_data,
            description: system.description,
            asset_count,
            unassigned: system.unassigned,
            created_at: system.created_at,
            retired_at: system.retired_at,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SystemSort)]
pub(super) enum Sort {
    Name,
    /// Most important first.
    Importance,
    /// Internet first.
    Reachability,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SystemParams {
    /// Part of the code, a name or the customer.
    #[param(required = false)]
    q: Option<String>,
    /// This unit and everything below it.
    #[param(required = false)]
    unit: Option<UnitId>,
    #[param(required = false)]
    reachability: Option<Reachability>,
    /// The overall importance.
    #[param(required = false)]
    importance: Option<Impact>,
    #[param(required = false)]
    sensitive: Option<bool>,
    #[param(inline, required = false)]
    sort: Option<Sort>,
}

/// Systems in use.
#[utoipa::path(get, path = "/systems", operation_id = "systems_list", tag = "systems",
    params(PageParams, SystemParams), responses((status = 200, body = Page<System>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn systems_list(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Paging(request): Paging,
    Query(params): Query<SystemParams>,
) -> ApiResult<Page<System>> {
    let filter = SystemFilter {
        query: params.q.unwrap_or_default(),
        reachability: params.reachability,
        importance: params.importance,
        sensitive: params.sensitive,
        sort: match params.sort.unwrap_or(Sort::Name) {
            Sort::Name => SystemSort::Name,
            Sort::Importance => SystemSort::Importance,
            Sort::Reachability => SystemSort::Reachability,
        },
    };
    let page =
        service::systems_list(&app.db, &reader.scope, &filter, params.unit, &request, app.now()).await?;
    Ok(Json(page.map(System::from)))
}

/// One system; retired ones too.
#[utoipa::path(get, path = "/systems/{id}", operation_id = "system_get", tag = "systems",
    params(("id" = SystemId, Path)), responses((status = 200, body = System)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn system_get(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<SystemId>,
) -> ApiResult<System> {
    Ok(Json(one(&app, &reader.scope, id).await?))
}

async fn one(app: &App, scope: &Scope, id: SystemId) -> Result<System, ApiError> {
    Ok(service::system_get(&app.db, scope, id, app.now()).await?.into())
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(super) struct ImportanceInput {
    confidentiality: Impact,
    integrity: Impact,
    availability: Impact,
    /// Ignored: the server computes it. Taken so that what was read can be sent back.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted and ignored")]
    overall: Option<Impact>,
}

impl From<ImportanceInput> for model::Importance {
    fn from(input: ImportanceInput) -> Self {
        let ImportanceInput { confidentiality, integrity, availability, .. } = input;
        Self { confidentiality, integrity, availability }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSystem {
    code: String,
    name: String,
    #[serde(default)]
    name_ja: String,
    unit_id: UnitId,
    /// Internal when absent.
    kind: Option<SystemKind>,
    #[serde(default)]
    customer: String,
    /// Low in everything when absent.
    importance: Option<ImportanceInput>,
    /// Internal when absent.
    reachability: Option<Reachability>,
    #[serde(default)]
    sensitive_data: bool,
    #[serde(default)]
    sensitive_kinds: Vec<String>,
    #[serde(default)]
    description: String,
    /// A day or a time: owned since. Now when absent.
    valid_from: Option<String>,
}

/// Adds a system to a unit.
#[utoipa::path(post, path = "/systems", operation_id = "system_create", tag = "systems", request_body = NewSystem,
    responses((status = 201, body = System)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn system_create(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Json(new): Json<NewSystem>,
) -> Result<(StatusCode, Json<System>), ApiError> {
    let new = model::NewSystem {
        valid_from: moment(new.valid_from.as_deref())?,
        code: new.code,
        name: new.name,
        name_ja: new.name_ja,
        unit_id: new.unit_id,
        kind: new.kind.unwrap_or(SystemKind::Internal),
        customer: new.customer,
        importance: new.importance.map_or(model::Importance::LOW, Into::into),
        reachability: new.reachability.unwrap_or(Reachability::Internal),
        sensitive_data: new.sensitive_data,
        sensitive_kinds: new.sensitive_kinds,
        description: new.description,
    };
    let mut tx = app.db.begin().await?;
    let system = service::system_create(&mut tx, &act(&app, &writer), new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(one(&app, &writer.scope, system.id).await?)))
}

fn moment(text: Option<&str>) -> Result<Option<Time>, ApiError> {
    let parse = |text: &str| {
        parse_time(text)
            .map_err(|cause| ApiError::invalid("time-invalid", cause.clone()).field("/valid_from", cause))
    };
    text.map(parse).transpose()
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SystemChange {
    name: Option<String>,
    name_ja: Option<String>,
    /// The new owner.
    unit_id: Option<UnitId>,
    /// A day or a time: from when the new owner owns. Now when absent.
    valid_from: Option<String>,
    kind: Option<SystemKind>,
    customer: Option<String>,
    importance: Option<ImportanceInput>,
    reachability: Option<Reachability>,
    sensitive_data: Option<bool>,
    sensitive_kinds: Option<Vec<String>>,
    description: Option<String>,
    /// Why, for the history.
    #[serde(default)]
    reason: String,
}

/// Changes a system; past days keep the owner they had.
#[utoipa::path(patch, path = "/systems/{id}", operation_id = "system_change", tag = "systems",
    params(("id" = SystemId, Path)), request_body = SystemChange, responses((status = 200, body = System)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn system_change(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<SystemId>,
    Json(change): Json<SystemChange>,
) -> ApiResult<System> {
    let wanted = model::SystemChange {
        valid_from: moment(change.valid_from.as_deref())?,
        name: change.name,
        name_ja: change.name_ja,
        unit_id: change.unit_id,
        kind: change.kind,
        customer: change.customer,
        importance: change.importance.map(Into::into),
        reachability: change.reachability,
        sensitive_data: change.sensitive_data,
        sensitive_kinds: change.sensitive_kinds,
        description: change.description,
    };
    let mut tx = app.db.begin().await?;
    service::system_change(&mut tx, &act(&app, &writer).because(change.reason), id, wanted).await?;
    tx.commit().await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetireReason)]
pub(super) struct Retire {
    /// Why, for the history.
    #[serde(default)]
    pub(super) reason: String,
}

/// Takes a retired system into use again.
#[utoipa::path(post, path = "/systems/{id}/restore", operation_id = "system_restore", tag = "systems",
    params(("id" = SystemId, Path)), request_body = Retire,
    responses((status = 200, body = System), (status = 409, description = "in use")),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn system_restore(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<SystemId>,
    Json(restore): Json<Retire>,
) -> ApiResult<System> {
    let mut tx = app.db.begin().await?;
    service::system_restore(&mut tx, &act(&app, &writer).because(restore.reason), id).await?;
    tx.commit().await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}

/// Takes a system without assets out of use.
#[utoipa::path(post, path = "/systems/{id}/retire", operation_id = "system_retire", tag = "systems",
    params(("id" = SystemId, Path)), request_body = Retire, responses((status = 200, body = System)),
    extensions(("x-hinomi-permission" = json!("AssetWrite"))))]
pub(super) async fn system_retire(
    State(app): State<App>,
    writer: Require<perm::AssetWrite>,
    Path(id): Path<SystemId>,
    Json(retire): Json<Retire>,
) -> ApiResult<System> {
    let mut tx = app.db.begin().await?;
    service::system_retire(&mut tx, &act(&app, &writer).because(retire.reason), id).await?;
    tx.commit().await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}
