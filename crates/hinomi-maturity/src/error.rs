// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{DomainError, ErrorKind};
use hinomi_score::maturity::FormulaError;

#[derive(Debug, thiserror::Error)]
pub enum MaturityError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Advisories(#[from] hinomi_advisories::AdvisoryError),
    #[error(transparent)]
    Inventory(#[from] hinomi_inventory::model::InventoryError),
    #[error(transparent)]
    Formula(#[from] FormulaError),
    #[error("no unit {id}")]
    UnitUnknown { id: String },
    #[error("month {month} has not been scored")]
    MonthUnknown { month: String },
    #[error("no indicator {code}")]
    IndicatorUnknown { code: String },
    #[error("no approval {id} that is in force")]
    ApprovalUnknown { id: String },
    #[error("no formula set {version}")]
    FormulaUnknown { version: String },
    #[error("formula set {version} is filed already")]
    FormulaFiled { version: String },
    #[error("ranks are switched off; the setting maturity-ranks switches them on")]
    RanksOff,
    #[error("month {month} is not over yet: it is closed three days after its end")]
    MonthRuns { month: String },
    #[error("month {month} is closed already; a correction evaluates it anew")]
    MonthClosed { month: String },
    #[error("nothing was registered before the end of month {month}")]
    MonthEmpty { month: String },
    #[error(
        "formula set {version} cannot count from {valid_from}: {why}; the first month from which it can count is {first}"
    )]
    FormulaTooSoon { version: String, valid_from: String, why: &'static str, first: String },
    #[error("month {month} was evaluated by somebody else meanwhile")]
    Overtaken { month: String },
    #[error("{field} is invalid: {message}")]
    Invalid { field: &'static str, message: String },
    #[error("line {line}: {column}: {message}")]
    Line { line: u64, column: &'static str, message: String },
    #[error("stored rows of close {close_id}, unit {unit_no}, indicator {indicator} are damaged: {cause}")]
    Damaged { close_id: i64, unit_no: i64, indicator: String, cause: String },
}

impl DomainError for MaturityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Advisories(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Formula(_) | Self::Invalid { .. } | Self::Line { .. } => ErrorKind::Invalid,
            Self::UnitUnknown { .. }
            | Self::MonthUnknown { .. }
            | Self::IndicatorUnknown { .. }
            | Self::ApprovalUnknown { .. }
            | Self::FormulaUnknown { .. }
            | Self::MonthEmpty { .. }
            | Self::RanksOff => ErrorKind::NotFound,
            Self::MonthRuns { .. }
            | Self::MonthClosed { .. }
            | Self::Overtaken { .. }
            | Self::FormulaTooSoon { .. }
            | Self::FormulaFiled { .. } => ErrorKind::Conflict,
            Self::Damaged { .. } => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Advisories(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Formula(_) => "formula-invalid",
            Self::UnitUnknown { .. } => "unit-not-found",
            Self::MonthUnknown { .. } => "month-not-found",
            Self::IndicatorUnknown { .. } => "indicator-not-found",
            Self::ApprovalUnknown { .. } => "approval-not-found",
            Self::FormulaUnknown { .. } => "formula-not-found",
            Self::FormulaFiled { .. } => "formula-filed",
            Self::RanksOff => "ranks-off",
            Self::MonthRuns { .. } => "month-runs",
            Self::MonthClosed { .. } => "month-closed",
            Self::MonthEmpty { .. } => "month-empty",
            Self::FormulaTooSoon { .. } => "formula-too-soon",
            Self::Overtaken { .. } => "month-overtaken",
            Self::Invalid { .. } => "invalid-field",
            Self::Line { .. } => "file-invalid",
            Self::Damaged { .. } => "rows-damaged",
        }
    }
}
