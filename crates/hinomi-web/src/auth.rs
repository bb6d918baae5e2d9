// SPDX-License-Identifier: Apache-2.0
//! Rights as types: a handler that takes `Require<perm::TicketRead>` runs only for those who may.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use hinomi_core::{Permission, Principal, Scope};
use hinomi_platform::App;
use hinomi_platform::sessions::{self, SessionRow};
use http::request::Parts;
use http::{Method, StatusCode, header};

use crate::ApiError;

pub const SESSION_COOKIE: &str = "hinomi_session";
pub const CSRF_HEADER: &str = "x-csrf-token";

/// A permission as a type.
pub trait Needs: Send + Sync + 'static {
    const PERMISSION: Permission;
}

/// One marker type per permission.
pub mod perm {
    use super::Needs;
    use hinomi_core::Permission;

    macro_rules! markers {
        ($($name:ident)+) => {$(
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Needs for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )+};
    }

    markers! {
        OrgRead OrgWrite InventoryRead InventoryWrite AssetRead AssetWrite VulnerabilityRead FeedWrite FindingRead
        TicketRead TicketWrite TicketBulk PolicyRead PolicyWrite RiskRead ReviewRead ReviewWrite DepartmentWrite SettingsRead SettingsWrite AuditRead
        AdminUsers ProfileRead
    }
}

/// A signed-in reader who holds the permission, with the units it covers.
#[derive(Debug, Clone)]
pub struct Require<P> {
    pub principal: Principal,
    /// What this permission lets them see.
    pub scope: Scope,
    pub session: SessionRow,
    marker: PhantomData<P>,
}

impl<P: Needs> Require<P> {
    /// For what belongs to the whole instance: a seat of one unit is not enough.
    pub fn everywhere(&self) -> Result<(), ApiError> {
        if self.scope.is_all() {
            return Ok(());
        }
        let detail =
            format!("this needs {} over the whole organisation, not over single units", P::PERMISSION);
        Err(ApiError::forbidden(detail))
    }
}

impl<P: Needs> FromRequestParts<App> for Require<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = session_token(parts).ok_or_else(ApiError::unauthenticated)?;
        let signed_in = sessions::authenticate(app, &token).await?.ok_or_else(ApiError::unauthenticated)?;
        if changes_something(&parts.method) {
            let sent =
                parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !signed_in.csrf_fits(sent) {
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "csrf-token-wrong",
                    format!("the header {CSRF_HEADER} does not hold the session's token"),
                )
                .hint("load the session again and repeat the request"));
            }
        }
        let scope = signed_in.principal.scope(P::PERMISSION).ok_or_else(|| {
            ApiError::forbidden(format!("none of your seats carries the permission {}", P::PERMISSION))
        })?;
        Ok(Self { principal: signed_in.principal, scope, session: signed_in.session, marker: PhantomData })
    }
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn session_token(parts: &Parts) -> Option<String> {
    let headers = parts.headers.get_all(header::COOKIE).into_iter();
    headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| cookie::Cookie::split_parse(text.to_owned()).flatten())
        .find(|cookie| cookie.name() == SESSION_COOKIE)
        .map(|cookie| cookie.value().to_owned())
}
