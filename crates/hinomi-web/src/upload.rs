// SPDX-License-Identifier: Apache-2.0
//! A large body, read only while there is room for it.
//!
//! ```text
//! head of the request ─ who is it? (extractors before this one) ─→ a place ─→ body ─→ handler ─→ the place is free
//!                       └─ 401, 403: not a byte is read            └─ none for a minute: 503
//! ```
//! A handler names [`Upload`] last, after what tells who asks: extractors run in their order, so that nobody unknown
//! makes the server hold more than the head of a request.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{StatusCode, header};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::ApiError;

/// Smaller bodies need no place.
const SMALL_BYTES: u64 = 1 << 20;
/// So many large bodies are held in memory at once.
const MOST_AT_ONCE: usize = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Who sends slower than this would keep a place from others.
const SLOWEST_BYTES_PER_SECOND: u64 = 128 << 10;
const GRACE: Duration = Duration::from_secs(60);
/// What may come without saying how long it is, for the time that it may take.
const UNSTATED_BYTES: u64 = 256 << 20;

static PLACES: Semaphore = Semaphore::const_new(MOST_AT_ONCE);

/// The whole body. Keep it until its bytes are done with: its place is free when it is dropped.
#[derive(Debug)]
pub struct Upload {
    pub bytes: Bytes,
    _place: Option<SemaphorePermit<'static>>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let stated = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let stated = stated.and_then(|text| text.parse::<u64>().ok()).unwrap_or(UNSTATED_BYTES);
        let place = match stated > SMALL_BYTES {
            true => Some(place().await?),
            false => None,
        };
        let most = GRACE + Duration::from_secs(stated.min(UNSTATED_BYTES) / SLOWEST_BYTES_PER_SECOND);
        let read = timeout(most, Bytes::from_request(request, state)).await;
        let bytes = read
            .map_err(|_| ApiError::of_status(StatusCode::REQUEST_TIMEOUT))?
            .map_err(|refused| ApiError::of_status(refused.into_response().status()))?;
        Ok(Self { bytes, _place: place })
    }
}

async fn place() -> Result<SemaphorePermit<'static>, ApiError> {
    match timeout(LONGEST_WAIT, PLACES.acquire()).await {
        Ok(Ok(place)) => Ok(place),
        _ => {
            let detail = "the server is busy with other large uploads";
            Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "uploads-busy", detail).retry_after(30))
        }
    }
}
