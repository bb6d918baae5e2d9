// SPDX-License-Identifier: Apache-2.0
//! One's own sessions, preferences and password.

use axum::extract::State;
use hinomi_core::{SessionId, Time};
use hinomi_platform::{App, accounts, sessions};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Items;
use crate::{ApiError, ApiResult, Json, Path, Require, perm};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OwnSession {
    id: SessionId,
    /// The session of this very request.
    current: bool,
    method: String,
    user_agent: String,
    address: String,
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ended {
    ended: u64,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Preferences {
    locale: String,
    theme: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct PasswordChange {
    /// The present password; not needed where there is none yet.
    #[serde(default)]
    password: Option<String>,
    new_password: String,
}

/// One's own living sessions, the last used first.
#[utoipa::path(get, path = "/me/sessions", tag = "me", responses((status = 200, body = Items<OwnSession>)),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn own_session_list(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
) -> ApiResult<Items<OwnSession>> {
    let rows = sessions::of_person(&app, reader.session.person_id).await?;
    let items = rows.into_iter().map(|row| OwnSession {
        id: row.id,
        current: row.id == reader.session.id,
        method: row.method,
        user_agent: row.user_agent,
        address: row.address,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
    });
    Ok(Json(Items { items: items.collect() }))
}

/// End all own sessions but this one.
#[utoipa::path(delete, path = "/me/sessions", tag = "me", responses((status = 200, body = Ended)),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn own_session_end_others(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
) -> ApiResult<Ended> {
    let person = reader.session.person_id;
    let ended =
        sessions::revoke_others(&app, &reader.principal.actor, person, Some(reader.session.id)).await?;
    Ok(Json(Ended { ended }))
}

/// End one own session.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "me", params(("id" = SessionId, Path)),
    responses((status = 204, description = "Ended")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn own_session_end(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    sessions::revoke(&app, &reader.principal.actor, reader.session.person_id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Choose language and colours.
#[utoipa::path(put, path = "/me/preferences", tag = "me", request_body = Preferences,
    responses((status = 204, description = "Kept")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn preferences_change(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Json(body): Json<Preferences>,
) -> Result<StatusCode, ApiError> {
    accounts::set_preferences(&app, reader.session.person_id, &body.locale, &body.theme).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the own password; every other session ends.
#[utoipa::path(put, path = "/me/password", tag = "me", request_body = PasswordChange,
    responses((status = 204, description = "Changed")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn password_change(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let (actor, person) = (&reader.principal.actor, reader.session.person_id);
    accounts::change_own_password(&app, actor, person, body.password, body.new_password).await?;
    sessions::revoke_others(&app, actor, person, Some(reader.session.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
