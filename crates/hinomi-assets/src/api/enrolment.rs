// SPDX-License-Identifier: Apache-2.0
//! Tokens of units, and what hosts send with them.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use hinomi_core::{SystemId, Time, UnitId};
use hinomi_inventory::model::SnapshotState;
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Query, Require, perm};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::act;
use super::questions::settle;
use super::upload::{Kept, document_of, kept};
use crate::enrolment::{
    self, EnrolledHost, EnrolmentError, EnrolmentToken, KnownHost, NewToken, host_enrol, host_known,
    host_push, is_unchanged,
};
use crate::import::Imported;

/// Carries the hash of the document that the host would send, or sends.
const DOCUMENT_HEADER: &str = "x-hinomi-document";

/// Enrolment tokens of the reader's units, newest first. Their secrets are shown only when they are made.
#[utoipa::path(get, path = "/enrolment-tokens", operation_id = "enrolment_tokens_list", tag = "inventory",
    responses((status = 200, body = Vec<EnrolmentToken>)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn tokens_list(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
) -> ApiResult<Vec<EnrolmentToken>> {
    Ok(Json(enrolment::tokens_list(&app, &writer.scope).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEnrolmentToken)]
pub(super) struct TokenBody {
    name: String,
    unit_id: UnitId,
    /// New hosts belong to it; without one, to the unit's own system of discovered assets.
    system_id: Option<SystemId>,
    expires_at: Option<Time>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnrolmentTokenMade {
    #[serde(flatten)]
    token: EnrolmentToken,
    /// Shown this once.
    secret: String,
}

/// Makes a token with which hosts of the unit make themselves known.
#[utoipa::path(post, path = "/enrolment-tokens", operation_id = "enrolment_token_create", tag = "inventory",
    request_body = TokenBody, responses((status = 201, body = EnrolmentTokenMade)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn token_create(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Json(body): Json<TokenBody>,
) -> Result<(StatusCode, Json<EnrolmentTokenMade>), ApiError> {
    let TokenBody { name, unit_id: unit, system_id: system, expires_at } = body;
    let new = NewToken { name, unit, system, expires_at };
    let (token, secret) = enrolment::token_create(&act(&app, &writer), new).await?;
    Ok((StatusCode::CREATED, Json(EnrolmentTokenMade { token, secret })))
}

/// How far it goes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeParams {
    /// The hosts that came by it may not write any more either; each must be enrolled anew on the machine.
    #[serde(default)]
    #[param(required = false)]
    hosts: bool,
}

/// Revokes a token: it makes no host known any more. The hosts that came by it go on, unless `hosts` is true.
#[utoipa::path(post, path = "/enrolment-tokens/{id}/revoke", operation_id = "enrolment_token_revoke", tag = "inventory",
    params(("id" = String, Path), RevokeParams), responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn token_revoke(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(id): Path<String>,
    Query(params): Query<RevokeParams>,
) -> Result<StatusCode, ApiError> {
    enrolment::token_revoke(&act(&app, &writer), &id, params.hosts).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The hosts that came by a token, newest first.
#[utoipa::path(get, path = "/enrolment-tokens/{id}/hosts", operation_id = "enrolled_hosts_list", tag = "inventory",
    params(("id" = String, Path)), responses((status = 200, body = Vec<EnrolledHost>)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn hosts_list(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(id): Path<String>,
) -> ApiResult<Vec<EnrolledHost>> {
    Ok(Json(enrolment::hosts_list(&app, &writer.scope, &id).await?))
}

/// Revokes one host; it may be enrolled anew.
#[utoipa::path(post, path = "/enrolled-hosts/{id}/revoke", operation_id = "enrolled_host_revoke", tag = "inventory",
    params(("id" = String, Path)), responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("InventoryWrite"))))]
pub(super) async fn host_revoke(
    State(app): State<App>,
    writer: Require<perm::InventoryWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    enrolment::host_revoke(&act(&app, &writer), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HostEnrol)]
pub(super) struct EnrolBody {
    /// What the host calls itself, such as its machine id.
    host: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HostEnrolled {
    /// What the host sends with its inventories from now on; shown this once.
    secret: String,
}

/// Makes a host known. `Authorization: Bearer` carries the unit's token.
#[utoipa::path(post, path = "/inventory/enrol", operation_id = "host_enrol", tag = "inventory", request_body = EnrolBody,
    responses((status = 200, body = HostEnrolled), (status = 401, description = "the token is not good")))]
pub(super) async fn enrol(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<EnrolBody>,
) -> ApiResult<HostEnrolled> {
    let secret = host_enrol(&app, bearer(&headers)?, &body.host).await?;
    Ok(Json(HostEnrolled { secret }))
}

fn bearer(headers: &HeaderMap) -> Result<&str, EnrolmentError> {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.strip_prefix("Bearer ")).ok_or(EnrolmentError::Refused)
}

/// Asked of the head of the request: of somebody unknown no body is read.
impl FromRequestParts<App> for KnownHost {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(host_known(app, bearer(&parts.headers)?).await?)
    }
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pushed {
    /// `unchanged`: the same as last time; `wanted`: send the document; `taken`; `held`: it lost so much that a person
    /// looks first.
    state: &'static str,
    imported: Option<Imported>,
}

/// Takes a host's own inventory in. `Authorization: Bearer` carries the host's secret.
///
/// Ask first: an empty body and the document's hash in `x-hinomi-document`. Only if the answer is `wanted`, send the
/// document, compressed or not, with the same header.
#[utoipa::path(post, path = "/inventory/push", operation_id = "host_push", tag = "inventory",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Pushed), (status = 401, description = "the host's secret is not good")))]
pub(super) async fn push(
    State(app): State<App>,
    host: KnownHost,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Pushed> {
    let document = headers.get(DOCUMENT_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let document: String = document.chars().take(128).collect();
    if is_unchanged(&app, &host, &document).await? {
        return Ok(Json(Pushed { state: "unchanged", imported: None }));
    }
    let body = kept(body).await?;
    if matches!(&body, Kept::Memory(bytes) if bytes.is_empty()) {
        return Ok(Json(Pushed { state: "wanted", imported: None }));
    }
    let found = document_of("push", body).await?;
    let imported = host_push(&app, &host, &found, &document).await?;
    settle(&app).await?;
    let state = if imported.state == SnapshotState::Held { "held" } else { "taken" };
    Ok(Json(Pushed { state, imported: Some(imported) }))
}
