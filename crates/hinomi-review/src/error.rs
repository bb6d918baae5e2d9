// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{DomainError, ErrorKind};

/// What every module of this crate may answer with. `code` is stable, kebab-case, for programs: `body-not-found`.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Org(#[from] hinomi_org::OrgError),
    #[error(transparent)]
    Advisories(#[from] hinomi_advisories::AdvisoryError),
    #[error(transparent)]
    Inventory(#[from] hinomi_inventory::model::InventoryError),
    #[error(transparent)]
    Tickets(#[from] hinomi_tickets::TicketError),
    #[error(transparent)]
    Maturity(#[from] hinomi_maturity::MaturityError),
    #[error(transparent)]
    Pdf(#[from] hinomi_pdf::PdfError),
    #[error(transparent)]
    Obligation(#[from] hinomi_obligations::ObligationError),
    #[error("no {what} {id}")]
    Unknown { what: &'static str, code: &'static str, id: String },
    #[error("{field} is invalid: {message}")]
    Invalid { field: &'static str, message: String },
    /// The state forbids it, or somebody was quicker.
    #[error("{message}")]
    Conflict { code: &'static str, message: String },
    #[error("{message}")]
    Forbidden { code: &'static str, message: String },
    #[error("{what} {id} as stored is damaged: {cause}")]
    Damaged { what: &'static str, id: String, cause: String },
}

impl DomainError for ReviewError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Org(error) => error.kind(),
            Self::Advisories(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Tickets(error) => error.kind(),
            Self::Maturity(error) => error.kind(),
            Self::Obligation(error) => error.kind(),
            // What a build lacks, no retry brings; the reader has the page all the same.
            Self::Pdf(hinomi_pdf::PdfError::Typeset(_)) => ErrorKind::Internal,
            Self::Pdf(_) => ErrorKind::Unavailable,
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::Damaged { .. } => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Org(error) => error.code(),
            Self::Advisories(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Tickets(error) => error.code(),
            Self::Maturity(error) => error.code(),
            Self::Obligation(error) => error.code(),
            Self::Unknown { code, .. } | Self::Conflict { code, .. } | Self::Forbidden { code, .. } => code,
            Self::Pdf(_) => "pdf-unavailable",
            Self::Invalid { .. } => "invalid-field",
            Self::Damaged { .. } => "rows-damaged",
        }
    }
}
