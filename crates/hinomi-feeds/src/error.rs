// SPDX-License-Identifier: Apache-2.0
//! What can go wrong between a source and the database, each with its place.

use hinomi_advisories::AdvisoryError;
use hinomi_core::{DomainError, ErrorKind};

/// Of one request.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{url}: {cause}")]
    Address { url: String, cause: String },
    #[error("{url}: {cause}")]
    Broken { url: String, cause: String },
    /// The answer began well and its body did not end so.
    #[error("{url}: {cause}")]
    CutOff { url: String, cause: String },
    #[error("{url}: answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url}: asks to come back in {seconds} s (status {status})")]
    Later { url: String, status: u16, seconds: u64 },
    #[error("{url}: redirects: {cause}")]
    Redirect { url: String, cause: String },
    #[error("{url}: larger than the {most} bytes allowed")]
    TooLarge { url: String, most: u64 },
    #[error("{url}: {cause}")]
    Wrong { url: String, cause: String },
    #[error("{url}: stopped")]
    Stopped { url: String },
    #[error("{path}: {cause}")]
    File { path: String, cause: std::io::Error },
}

impl FetchError {
    pub(crate) fn wrong(url: &str, cause: impl Into<String>) -> Self {
        Self::Wrong { url: url.to_owned(), cause: cause.into() }
    }

    pub(crate) fn from_ureq(url: &str, error: ureq::Error) -> Self {
        let url = url.to_owned();
        match error {
            ureq::Error::Other(inner) if inner.is::<crate::address::Forbidden>() => {
                Self::Address { url, cause: inner.to_string() }
            }
            ureq::Error::Tls(cause) => Self::Address { url, cause: format!("TLS: {cause}") },
            ureq::Error::Rustls(cause) => Self::Address { url, cause: format!("TLS: {cause}") },
            ureq::Error::BadUri(cause) => Self::Address { url, cause },
            error => Self::Broken { url, cause: error.to_string() },
        }
    }

    /// Worth another try in the same run.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::CutOff { .. } | Self::Later { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 408 || *status == 429,
            _ => false,
        }
    }
}

/// Of one run of a feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Advisory(#[from] AdvisoryError),
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error("no feed {name}")]
    Unknown { name: String },
    #[error("feed {name}: {cause}")]
    Definition { name: String, cause: String },
    #[error("{source_name}: none of {refused} documents could be read; the first: {first}")]
    NothingReadable { source_name: String, refused: u64, first: String },
    #[error("{path}: {cause}")]
    Bundle { path: String, cause: String },
    #[error("feed {name}: interrupted")]
    Interrupted { name: String },
}

impl DomainError for FeedError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Advisory(error) => error.kind(),
            Self::Database(error) => error.kind(),
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Definition { .. } | Self::Bundle { .. } | Self::NothingReadable { .. } => {
                ErrorKind::Invalid
            }
            Self::Fetch(_) | Self::Interrupted { .. } => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "feed-fetch-failed",
            Self::Advisory(error) => error.code(),
            Self::Database(error) => error.code(),
            Self::Unknown { .. } => "feed-not-found",
            Self::Definition { .. } => "feed-definition-invalid",
            Self::NothingReadable { .. } => "feed-unreadable",
            Self::Bundle { .. } => "bundle-invalid",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}
