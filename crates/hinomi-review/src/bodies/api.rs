// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::Page;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Require, perm, routes};
use serde::Deserialize;

use super::model::{BodyView, NewBody};
use super::service;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(body_list, body_create))
        .routes(routes!(body_get, body_change))
        .routes(routes!(body_close))
}

/// The bodies that the reader may read, or sits in.
#[utoipa::path(get, path = "/bodies", tag = "review",
    responses((status = 200, body = Page<BodyView>)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn body_list(State(app): State<App>, reader: Require<perm::ProfileRead>) -> ApiResult<Page<BodyView>> {
    let items = service::body_list(&app, &reader.principal).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

/// A body with its places and whoever sits there today.
#[utoipa::path(get, path = "/bodies/{id}", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = BodyView)), extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
async fn body_get(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<String>,
) -> ApiResult<BodyView> {
    Ok(Json(service::body_get(&app, &reader.principal, &id).await?))
}

/// Makes a body of one's own.
#[utoipa::path(post, path = "/bodies", tag = "review", request_body = NewBody,
    responses((status = 200, body = BodyView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn body_create(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Json(new): Json<NewBody>,
) -> ApiResult<BodyView> {
    let id = service::body_create(&app, &reader.principal.actor, &reader.scope, &new).await?;
    Ok(Json(service::body_get(&app, &reader.principal, &id).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BodyChange {
    /// That the change was made from.
    version: i64,
    body: NewBody,
}

/// Changes what a body is called, when it meets, what it talks about and who sits in it.
#[utoipa::path(put, path = "/bodies/{id}", tag = "review", params(("id" = String, Path)), request_body = BodyChange,
    responses((status = 200, body = BodyView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn body_change(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
    Json(change): Json<BodyChange>,
) -> ApiResult<BodyView> {
    let actor = &reader.principal.actor;
    service::body_change(&app, actor, &reader.scope, &id, change.version, &change.body).await?;
    Ok(Json(service::body_get(&app, &reader.principal, &id).await?))
}

/// It meets no more. What it decided stays.
#[utoipa::path(post, path = "/bodies/{id}/close", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = BodyView)), extensions(("x-hinomi-permission" = json!("ReviewWrite"))))]
async fn body_close(
    State(app): State<App>,
    reader: Require<perm::ReviewWrite>,
    Path(id): Path<String>,
) -> ApiResult<BodyView> {
    service::body_close(&app, &reader.principal.actor, &reader.scope, &id).await?;
    Ok(Json(service::body_get(&app, &reader.principal, &id).await?))
}
