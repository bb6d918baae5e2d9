// SPDX-License-Identifier: Apache-2.0
//! Where a request comes from: for the sign-in throttle and the list of sessions.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use hinomi_platform::App;
use hinomi_platform::sessions::Origin;
use http::header;
use http::request::Parts;

/// The client's address and program.
#[derive(Debug, Clone)]
pub struct Client(pub Origin);

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let text = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        // The last entry is the one that our own proxy wrote; those before it anybody can invent.
        let forwarded = text(header::HeaderName::from_static("x-forwarded-for"))
            .filter(|_| app.config.trust_proxy)
            .and_then(|list| list.rsplit(',').next())
            .map(|address| address.trim().chars().take(64).collect::<String>());
        let address = forwarded.or(connected).unwrap_or_else(|| "unknown".to_owned());
        let user_agent = text(header::USER_AGENT).unwrap_or_default().to_owned();
        Ok(Self(Origin { address, user_agent }))
    }
}
