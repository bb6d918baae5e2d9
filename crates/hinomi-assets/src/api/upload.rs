// SPDX-License-Identifier: Apache-2.0
//! An upload goes to disk as it comes, so that its size is not the server's memory.

use std::fs::File;
use std::io::SeekFrom;
use std::time::Duration;

use axum::body::{Body, Bytes};
use hinomi_web::ApiError;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::documents::{Documents, Found, LARGEST_UPLOAD_BYTES};
use crate::import::{Document, ImportError, document_of_upload};

/// So many uploads are taken in at once.
const MOST_AT_ONCE: usize = 4;
static PLACES: Semaphore = Semaphore::const_new(MOST_AT_ONCE);

/// A place among those whose documents are in memory; an upload on disk can wait for one.
pub(super) async fn place() -> Result<SemaphorePermit<'static>, ApiError> {
    let busy = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "uploads-busy", "the server is going down");
    PLACES.acquire().await.map_err(busy)
}

/// Smaller bodies stay in memory: most of what hosts send.
const SMALL_BYTES: usize = 1 << 20;
/// Who sends nothing for so long has gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// A body as it was kept.
#[derive(Debug)]
pub(super) enum Kept {
    Memory(Vec<u8>),
    /// In a scratch file that nobody else can name, at its start.
    Disk(File),
}

/// The only document of an upload. Of a large one it waits for a place first, on disk.
pub(super) async fn document_of(name: &str, kept: Kept) -> Result<Document, ApiError> {
    let path = name.to_owned();
    match kept {
        Kept::Memory(bytes) => {
            let read = tokio::task::spawn_blocking(move || document_of_upload(&path, &bytes)).await;
            Ok(read.map_err(|_| broken(name))??)
        }
        Kept::Disk(file) => {
            let _place = place().await?;
            match Documents::of_upload(path, file).only(name).await? {
                Found::Whole(document) => Ok(*document),
                Found::Large(large) => {
                    let read = tokio::task::spawn_blocking(move || large.into_whole()).await;
                    Ok(read.map_err(|_| broken(name))??)
                }
            }
        }
    }
}

fn broken(name: &str) -> ImportError {
    ImportError::Unreadable(format!("{name}: could not be read"))
}

/// The body, in memory while it is small.
pub(super) async fn kept(mut body: Body) -> Result<Kept, ApiError> {
    let mut bytes = Vec::new();
    while let Some(part) = next(&mut body).await? {
        bytes.extend_from_slice(&part);
        if bytes.len() > SMALL_BYTES {
            return spool(&bytes, body).await.map(Kept::Disk);
        }
    }
    Ok(Kept::Memory(bytes))
}

/// The body in a scratch file that nobody else can name, at its start.
pub(super) async fn spooled(body: Body) -> Result<File, ApiError> {
    spool(&[], body).await
}

/// The next bytes of a body; nothing at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    loop {
        let frame = timeout(LONGEST_SILENCE, body.frame()).await;
        let frame = frame.map_err(|_| too_slow())?;
        let Some(frame) = frame else { return Ok(None) };
        let frame = frame.map_err(|_| ApiError::invalid("upload-broken-off", "the upload was broken off"))?;
        if let Ok(bytes) = frame.into_data() {
            return Ok(Some(bytes));
        }
    }
}

async fn spool(begun: &[u8], mut body: Body) -> Result<File, ApiError> {
    let file = tempfile::tempfile().map_err(|error| unavailable(&error))?;
    let mut file = tokio::fs::File::from_std(file);
    file.write_all(begun).await.map_err(|error| unavailable(&error))?;
    let mut size = begun.len() as u64;
    while let Some(bytes) = next(&mut body).await? {
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

fn too_slow() -> ApiError {
    let detail = format!("nothing of the upload came for {} s", LONGEST_SILENCE.as_secs());
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "upload-too-slow", detail)
}

fn unavailable(error: &std::io::Error) -> ApiError {
    let detail = format!("the upload cannot be kept while it is read: {error}");
    ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "upload-not-kept", detail)
        .hint("free space in the folder for temporary files (TMPDIR)")
}
