// SPDX-License-Identifier: Apache-2.0
//! Why a host cannot be read.

use std::path::{Path, PathBuf};

use hinomi_inventory_formats::ReadError;

#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("{}: cannot read: {cause}", path.display())]
    Read { path: PathBuf, cause: String },
    #[error("{}: is no folder", path.display())]
    NoFolder { path: PathBuf },
    #[error("{}: cannot write: {cause}", path.display())]
    Write { path: PathBuf, cause: String },
    #[error("{what}")]
    Image { what: String },
    #[error(transparent)]
    Parse(#[from] ReadError),
    #[error(transparent)]
    Archive(#[from] hinomi_archive::ArchiveError),
}

impl CollectError {
    pub(crate) fn write(path: &Path, error: &std::io::Error) -> Self {
        CollectError::Write { path: path.to_owned(), cause: error.to_string() }
    }

    pub(crate) fn read(path: &Path, error: &std::io::Error) -> Self {
        CollectError::Read { path: path.to_owned(), cause: error.to_string() }
    }
}
