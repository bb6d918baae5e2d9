// SPDX-License-Identifier: Apache-2.0
//! Signing in and out, and who one is.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use hinomi_core::{Permission, PersonId, Principal, SeatKind, UnitId};
use hinomi_platform::App;
use hinomi_platform::sessions::{self, NewSession, SessionRow};
use hinomi_platform::sign_in::{self, SignInError};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::{ApiError, ApiResult, Client, Json, Require, SESSION_COOKIE, perm};

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Password {
    email: String,
    #[schema(format = Password)]
    password: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct LinkToken {
    token: String,
}

/// Who is signed in, what they may do, and where they are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    person: MePerson,
    seats: Vec<MeSeat>,
    permissions: Vec<Permission>,
    /// Sent back in `x-csrf-token` with every request that changes something.
    csrf_token: String,
    instance: Instance,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MePerson {
    id: PersonId,
    name: String,
    name_native: String,
    email: String,
    locale: String,
    theme: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MeSeat {
    unit_id: UnitId,
    unit_name: String,
    kind: SeatKind,
    /// What this seat allows in its unit and below.
    permissions: Vec<Permission>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Instance {
    name: String,
    demo: bool,
    version: String,
}

async fn me(app: &App, session: &SessionRow, principal: &Principal) -> Result<Me, ApiError> {
    let profile = app.grants.profile(session.person_id, app.now()).await?;
    let (name, name_native, seats) = match profile {
        Some(profile) => (profile.name, profile.name_native, profile.seats),
        None => (session.name.clone(), session.name.clone(), Vec::new()),
    };
    let seat = |seat: hinomi_platform::SeatView| MeSeat {
        unit_id: seat.unit_id,
        unit_name: seat.unit_name,
        kind: seat.kind,
        permissions: seat.kind.permissions().iter().collect(),
    };
    Ok(Me {
        person: MePerson {
            id: session.person_id,
            name,
            name_native,
            email: session.email.clone(),
            locale: session.locale.clone(),
            theme: session.theme.clone(),
        },
        seats: seats.into_iter().map(seat).collect(),
        permissions: principal.permissions().iter().collect(),
        csrf_token: session.csrf_token.clone(),
        instance: Instance {
            name: app.config.instance_name.clone(),
            demo: app.config.demo,
            version: app.config.version.clone(),
        },
    })
}

fn session_cookie(
    app: &App,
    token: String,
    max_age: cookie::time::Duration,
) -> Result<HeaderValue, ApiError> {
    let cookie = Cookie::build((SESSION_COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.secure_cookies())
        .max_age(max_age)
        .build();
    HeaderValue::from_str(&cookie.to_string()).map_err(|_| ApiError::internal())
}

async fn started(app: &App, new: NewSession) -> Result<Response, ApiError> {
    let signed_in = sessions::authenticate(app, &new.token).await?.ok_or_else(ApiError::unauthenticated)?;
    let body = me(app, &signed_in.session, &signed_in.principal).await?;
    let longest = new.session.expires_at.since(new.session.created_at);
    let seconds = i64::try_from(longest.as_secs()).unwrap_or(i64::MAX);
    let cookie = session_cookie(app, new.token, cookie::time::Duration::seconds(seconds))?;
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

fn refused(error: SignInError) -> ApiError {
    let wait = match &error {
        SignInError::Throttled(wait) => Some(wait.as_secs().max(1)),
        _ => None,
    };
    let api = ApiError::from(error);
    match wait {
        Some(seconds) => api.retry_after(seconds),
        None => api,
    }
}

/// Sign in with a password.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Password,
    responses((status = 200, description = "Signed in; the cookie is set", body = Me)))]
pub(crate) async fn session_start(
    State(app): State<App>,
    Client(origin): Client,
    Json(body): Json<Password>,
) -> Result<Response, ApiError> {
    let new = sign_in::with_password(&app, &body.email, body.password, &origin).await.map_err(refused)?;
    started(&app, new).await
}

/// Sign in with a one-time link.
#[utoipa::path(post, path = "/session/link", tag = "session", request_body = LinkToken,
    responses((status = 200, description = "Signed in; the cookie is set", body = Me)))]
pub(crate) async fn session_start_by_link(
    State(app): State<App>,
    Client(origin): Client,
    Json(body): Json<LinkToken>,
) -> Result<Response, ApiError> {
    let new = sign_in::with_link(&app, &body.token, &origin).await.map_err(refused)?;
    started(&app, new).await
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Me)),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn session_show(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
) -> ApiResult<Me> {
    Ok(Json(me(&app, &reader.session, &reader.principal).await?))
}

/// Sign out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204, description = "Signed out")),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(crate) async fn session_end(
    State(app): State<App>,
    reader: Require<perm::ProfileRead>,
) -> Result<Response, ApiError> {
    sessions::revoke(&app, &reader.principal.actor, reader.session.person_id, reader.session.id).await?;
    let cookie = session_cookie(&app, String::new(), cookie::time::Duration::ZERO)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
