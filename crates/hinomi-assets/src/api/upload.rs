// SPDX-License-Identifier: Apache-2.0
//! An upload goes to disk as it comes, so that its size is not the server's memory.

use std::fs::File;
use std::io::SeekFrom;

use axum::body::Body;
use hinomi_web::ApiError;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::documents::LARGEST_UPLOAD_BYTES;

/// So many uploads are taken in at once.
const MOST_AT_ONCE: usize = 4;
static PLACES: Semaphore = Semaphore::const_new(MOST_AT_ONCE);

/// A place among those whose documents are in memory; an upload on disk can wait for one.
pub(super) async fn place() -> Result<SemaphorePermit<'static>, ApiError> {
    let busy = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "uploads-busy", "the server is going down");
    PLACES.acquire().await.map_err(busy)
}

/// The body in a scratch file that nobody else can name, at its start.
pub(super) async fn spooled(mut body: Body) -> Result<File, ApiError> {
    let file = tempfile::tempfile().map_err(|error| unavailable(&error))?;
    let mut file = tokio::fs::File::from_std(file);
    let mut size: u64 = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::invalid("upload-broken-off", "the upload was broken off"))?;
        let Ok(bytes) = frame.into_data() else { continue };
        size += bytes.len() as u64;
        if size > LARGEST_UPLOAD_BYTES {
            let detail = format!("the upload has more than {LARGEST_UPLOAD_BYTES} bytes");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail));
        }
        file.write_all(&bytes).await.map_err(|error| unavailable(&error))?;
    }
    file.flush().await.map_err(|error| unavailable(&error))?;
    file.seek(SeekFrom::Start(0)).await.map_err(|error| unavailable(&error))?;
    Ok(file.into_std().await)
}

fn unavailable(error: &std::io::Error) -> ApiError {
    let detail = format!("the upload cannot be kept while it is read: {error}");
    ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "upload-not-kept", detail)
        .hint("free space in the folder for temporary files (TMPDIR)")
}
