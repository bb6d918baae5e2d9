// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{DomainError, ErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum RiskError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Inventory(#[from] hinomi_inventory::model::InventoryError),
    #[error(transparent)]
    Advisories(#[from] hinomi_advisories::AdvisoryError),
    #[error(transparent)]
    Findings(#[from] hinomi_findings::FindingError),
    #[error(transparent)]
    Tickets(#[from] hinomi_tickets::TicketError),
    #[error(transparent)]
    Org(#[from] hinomi_org::OrgError),
    #[error("no unit {id}")]
    UnitUnknown { id: String },
    #[error("no asset {id}")]
    AssetUnknown { id: String },
    #[error("{field} is invalid: {message}")]
    Invalid { field: &'static str, message: String },
}

impl DomainError for RiskError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Advisories(error) => error.kind(),
            Self::Findings(error) => error.kind(),
            Self::Tickets(error) => error.kind(),
            Self::Org(error) => error.kind(),
            Self::UnitUnknown { .. } | Self::AssetUnknown { .. } => ErrorKind::NotFound,
            Self::Invalid { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Advisories(error) => error.code(),
            Self::Findings(error) => error.code(),
            Self::Tickets(error) => error.code(),
            Self::Org(error) => error.code(),
            Self::UnitUnknown { .. } => "unit-not-found",
            Self::AssetUnknown { .. } => "asset-not-found",
            Self::Invalid { .. } => "invalid-field",
        }
    }
}
