// SPDX-License-Identifier: Apache-2.0
//! Extractors whose refusals are problem documents that name the field and the cause.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hinomi_core::{Cursor, DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT, PageRequest};
use http::request::Parts;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A JSON body, in or out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" {
            let detail = format!("the body's content type is {kind:?}, wanted application/json");
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type-wrong", detail));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|refused| ApiError::of_status(refused.into_response().status()))?;
        read_json(&bytes).map(Self)
    }
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = json_pointer(error.path());
        let cause = error.into_inner();
        if cause.is_data() {
            let message = cause.to_string();
            ApiError::invalid("body-invalid", format!("the body is not as wanted: {message}"))
                .field(pointer, message)
        } else {
            ApiError::new(StatusCode::BAD_REQUEST, "body-not-json", format!("the body is not JSON: {cause}"))
        }
    })?;
    reader.end().map_err(|cause| {
        ApiError::new(StatusCode::BAD_REQUEST, "body-not-json", format!("the body is not JSON: {cause}"))
    })?;
    Ok(value)
}

/// RFC 6901.
fn json_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!("/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        Segment::Unknown => "/?".to_owned(),
    });
    segments.collect()
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "the answer cannot be written as JSON");
                ApiError::internal().into_response()
            }
        }
    }
}

/// The query string as a flat structure (texts, numbers, booleans; several values separated by commas).
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        read_query(parts).map(Self)
    }
}

fn read_query<T: DeserializeOwned>(parts: &Parts) -> Result<T, ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    // An empty value is one that was not given: forms send `?q=&unit=`.
    let given: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let text = serde_urlencoded::to_string(given).unwrap_or_default();
    let reader = serde_urlencoded::Deserializer::new(form_pairs(&text));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        let message = error.into_inner().to_string();
        let detail = if name == "." { message.clone() } else { format!("query parameter {name}: {message}") };
        ApiError::invalid("query-invalid", detail).field(format!("?{name}"), message)
    })
}

fn form_pairs(text: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(text.as_bytes())
}

/// The variable parts of the address; what does not fit is not found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let axum::extract::Path(value) = read.map_err(|refused| {
            ApiError::not_found("not-found", format!("no such address: {}", refused.body_text()))
        })?;
        Ok(Self(value))
    }
}

/// `?limit=&after=` for the OpenAPI document; [`Paging`] reads them.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many rows: 1 to 200, 50 when absent.
    #[param(minimum = 1, maximum = 200, required = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(required = false)]
    pub after: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Clone)]
pub struct Paging(pub PageRequest);

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let params: PageParams = read_query(parts)?;
        let limit = params.limit.unwrap_or(DEFAULT_PAGE_LIMIT);
        if !(1..=MAX_PAGE_LIMIT).contains(&limit) {
            let message = format!("limit is {limit}, wanted 1 to {MAX_PAGE_LIMIT}");
            return Err(ApiError::invalid("query-invalid", message.clone()).field("?limit", message));
        }
        let after: Option<Cursor> = params.after.map(|text| text.parse()).transpose()?;
        Ok(Self(PageRequest::new(limit, after)))
    }
}
