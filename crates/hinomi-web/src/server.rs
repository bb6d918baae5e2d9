// SPDX-License-Identifier: Apache-2.0
//! Everything put together and served.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::get;
use hinomi_platform::App;
use http::{HeaderMap, header};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::{conditional, etag_of, frame, health, openapi, ui};

/// Where the API lives; domains write their paths relative to it.
pub const API_BASE: &str = "/api/v1";

/// The whole application as a router.
pub fn router(app: App, domains: Vec<OpenApiRouter<App>>) -> Router {
    health::start_metrics();
    let (api, document) = openapi::assemble(domains);
    let document: Arc<[u8]> = serde_json::to_vec(&document).unwrap_or_default().into();
    let tag: Arc<str> = etag_of(&document).into();
    let openapi_json = async move |headers: HeaderMap| {
        let answer = || ([(header::CONTENT_TYPE, "application/json")], document.to_vec()).into_response();
        conditional(&headers, &tag, answer)
    };
    api.route(&format!("{API_BASE}/openapi.json"), get(openapi_json))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics_text))
        .fallback(ui::page)
        .layer(DefaultBodyLimit::max(app.config.body_limit_bytes))
        .layer(axum::middleware::from_fn_with_state(app.clone(), frame::frame))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Serves until `shutdown` ends, then lets running requests finish.
pub async fn serve(
    app: App,
    domains: Vec<OpenApiRouter<App>>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(app, domains).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
