// SPDX-License-Identifier: Apache-2.0
//! For those who watch the process: `/healthz` (it runs), `/readyz` (it can work), `/metrics` (Prometheus).

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hinomi_platform::App;
use http::{StatusCode, header};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const READY_WITHIN: Duration = Duration::from_secs(2);
/// The metrics recorder is one per process.
static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

pub(crate) fn start_metrics() {
    METRICS.get_or_init(|| {
        PrometheusBuilder::new()
            .install_recorder()
            .inspect_err(|error| tracing::warn!(%error, "metrics are not recorded"))
            .ok()
    });
}

pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let asked =
        tokio::time::timeout(READY_WITHIN, app.db.scalar::<i64>("SELECT COUNT(*) FROM schema_migration", ()));
    match asked.await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is too slow\n").into_response(),
    }
}

pub(crate) async fn metrics_text() -> Response {
    let text = METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
