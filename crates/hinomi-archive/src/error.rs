// SPDX-License-Identifier: Apache-2.0
//! Errors, each with the place it happened at.

use crate::Kind;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("{place}: cannot open: {cause}")]
    Open { place: String, cause: String },
    #[error("{place}: cannot read at byte {offset}: {cause}")]
    Read { place: String, offset: u64, cause: String },
    /// `offset` counts decoded bytes of this layer for compressions, bytes of the container for archives.
    #[error("{place}: {kind} data is damaged or cut off at byte {offset}: {cause}")]
    Corrupt { place: String, kind: Kind, offset: u64, cause: String },
    #[error("{place}: {kind} is not supported: {cause}")]
    Unsupported { place: String, kind: Kind, cause: String },
    #[error("{place}: {what} is over the limit of {limit}")]
    Limit { place: String, what: &'static str, limit: u64 },
}

impl ArchiveError {
    /// The path of the file or member that the error is about.
    pub fn place(&self) -> &str {
        match self {
            ArchiveError::Open { place, .. }
            | ArchiveError::Read { place, .. }
            | ArchiveError::Corrupt { place, .. }
            | ArchiveError::Unsupported { place, .. }
            | ArchiveError::Limit { place, .. } => place,
        }
    }
}

/// An [`ArchiveError`] on its way up through `io::Read`, with the layer whose stream is unusable from now on.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub(crate) struct Fault {
    pub(crate) error: ArchiveError,
    pub(crate) depth: usize,
}

impl Fault {
    pub(crate) fn into_io(self) -> std::io::Error {
        std::io::Error::other(self)
    }

    pub(crate) fn of(error: &std::io::Error) -> Option<&Fault> {
        error.get_ref()?.downcast_ref::<Fault>()
    }
}
