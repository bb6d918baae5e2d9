// SPDX-License-Identifier: Apache-2.0
//! What surrounds every request: its id, its line in the log, its count, security headers, and the promise that even a
//! panic or an unknown address is answered with a problem document.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hinomi_platform::App;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tracing::Instrument;

use crate::error::PROBLEM_JSON;
use crate::server::API_BASE;
use crate::{ApiError, Problem, ui};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn frame(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = app.ids.uuid7(app.now()).to_string();
    let method = request.method().clone();
    let is_api = request.uri().path().starts_with("/api/");
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| if is_api { "unknown" } else { "page" }.to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, %method, route);
    let started = Instant::now();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let response = answered.unwrap_or_else(|panic| {
        let cause =
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        span.in_scope(|| tracing::error!(cause = cause.unwrap_or("unknown"), "the handler panicked"));
        ApiError::internal().into_response()
    });
    let mut response = finish_problem(response, &id, is_api);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    secure(response.headers_mut(), is_api, app.config.secure_cookies());
    count(&method, &route, &response, started);
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), took_ms, "answered"));
    response
}

/// Gives a problem document its request id, and makes one of an error that has none.
fn finish_problem(response: Response, id: &str, is_api: bool) -> Response {
    let status = response.status();
    let known = response.extensions().get::<Problem>().cloned();
    let problem = match known {
        Some(problem) => problem,
        None if is_api && (status.is_client_error() || status.is_server_error()) => {
            ApiError::of_status(status).problem()
        }
        None => return response,
    };
    let body =
        serde_json::to_vec(&Problem { request_id: Some(id.to_owned()), ..problem }).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body.into())
}

/// OWASP Secure Headers Project, 2025.
fn secure(headers: &mut HeaderMap, is_api: bool, https: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
        set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    } else if let Ok(value) = HeaderValue::from_str(ui::content_security_policy()) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(value);
    }
}

fn count(method: &Method, route: &str, response: &Response, started: Instant) {
    // The route's pattern, never the address: ids would make a series each.
    let labels = [
        ("method", method.to_string()),
        ("route", route.strip_prefix(API_BASE).unwrap_or(route).to_owned()),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::counter!("hinomi_http_requests_total", &labels).increment(1);
    metrics::histogram!("hinomi_http_request_seconds", &labels).record(started.elapsed().as_secs_f64());
}
