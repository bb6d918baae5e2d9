// SPDX-License-Identifier: Apache-2.0
//! What can go wrong in the organisation.

use hinomi_core::{CursorError, DomainError, ErrorKind, FieldError, PersonId, SeatId, SeatKind, UnitId};
use hinomi_db::DbError;
use hinomi_platform::estate::{HandoverError, Holding};

use crate::model::RuleError;
use crate::model::plan::SeatStepError;
use crate::model::sheet::{RowError, SheetKind};

#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    #[error("unit {id} does not exist")]
    UnitNotFound { id: UnitId },
    #[error("unit {code} does not exist")]
    UnitCodeNotFound { code: String },
    #[error("person {id} does not exist")]
    PersonNotFound { id: PersonId },
    #[error("seat {id} does not exist")]
    SeatNotFound { id: SeatId },
    #[error("person {id} left and can fill no seat")]
    PersonLeft { id: PersonId },
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("seat {id}: {cause}")]
    Seat { id: SeatId, cause: SeatStepError },
    #[error("unit {id} has a {kind} seat already")]
    SeatTaken { kind: SeatKind, id: UnitId },
    #[error("{text:?} is not a day such as 2026-11-23")]
    Day { text: String },
    #[error("unit {code} still owns {}", told(holdings))]
    UnitOwns { code: String, holdings: Vec<Holding> },
    #[error("what unit {code} owns cannot pass on: {cause}")]
    Handover { code: String, cause: String },
    #[error("{field} {cause}")]
    Field { field: &'static str, cause: String },
    #[error("{field} {value} belongs to somebody else")]
    Taken { field: &'static str, value: String },
    #[error("only who may change the whole organisation can do this")]
    NeedsEverything,
    #[error("the {kind} file has {} wrong places; nothing was changed", errors.len())]
    Sheet { kind: SheetKind, errors: Vec<RowError> },
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl OrgError {
    pub(crate) fn handover(code: &str, error: HandoverError) -> Self {
        match error {
            HandoverError::Refused(cause) => Self::Handover { code: code.to_owned(), cause },
            HandoverError::Db(error) => error.into(),
        }
    }
}

/// `systems: 3, directives: 1`.
pub(crate) fn told(holdings: &[Holding]) -> String {
    let kinds = holdings.iter().map(|held| format!("{}: {}", held.kind.replace('-', " "), held.count));
    kinds.collect::<Vec<_>>().join(", ")
}

impl DomainError for OrgError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnitNotFound { .. } | Self::PersonNotFound { .. } | Self::SeatNotFound { .. } => {
                ErrorKind::NotFound
            }
            Self::UnitCodeNotFound { .. } => ErrorKind::NotFound,
            Self::Rule(RuleError::DuplicateCode { .. } | RuleError::Overlap { .. }) => ErrorKind::Conflict,
            Self::Rule(RuleError::Closed { .. } | RuleError::HasChildren { .. }) => ErrorKind::Conflict,
            Self::SeatTaken { .. } | Self::Seat { .. } | Self::Taken { .. } | Self::PersonLeft { .. } => {
                ErrorKind::Conflict
            }
            Self::UnitOwns { .. } | Self::Handover { .. } => ErrorKind::Conflict,
            Self::Rule(_) | Self::Day { .. } | Self::Field { .. } | Self::Sheet { .. } => ErrorKind::Invalid,
            Self::NeedsEverything => ErrorKind::Forbidden,
            Self::Cursor(cause) => cause.kind(),
            Self::Db(cause) => cause.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnitNotFound { .. } | Self::UnitCodeNotFound { .. } => "unit-not-found",
            Self::PersonNotFound { .. } => "person-not-found",
            Self::SeatNotFound { .. } => "seat-not-found",
            Self::PersonLeft { .. } => "person-left",
            Self::Rule(RuleError::DuplicateCode { .. }) => "unit-code-taken",
            Self::Rule(RuleError::Overlap { .. }) => "unit-dates-overlap",
            Self::Rule(RuleError::Closed { .. }) => "unit-closed",
            Self::Rule(RuleError::HasChildren { .. }) => "unit-has-children",
            Self::Rule(RuleError::Cycle { .. }) => "unit-below-itself",
            Self::Rule(_) => "unit-place-invalid",
            Self::Seat { .. } => "seat-dates-overlap",
            Self::SeatTaken { .. } => "seat-taken",
            Self::UnitOwns { .. } => "unit-owns",
            Self::Handover { .. } => "unit-handover-refused",
            Self::Day { .. } => "day-invalid",
            Self::Field { .. } => "field-invalid",
            Self::Taken { .. } => "person-taken",
            Self::NeedsEverything => "needs-whole-organisation",
            Self::Sheet { .. } => "sheet-invalid",
            Self::Cursor(cause) => cause.code(),
            Self::Db(cause) => cause.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Rule(RuleError::HasChildren { .. }) => {
                Some("move or close the units below it first".to_owned())
            }
            Self::UnitOwns { .. } => {
                Some("name the unit that takes it over, or move it to other units first".to_owned())
            }
            Self::Rule(RuleError::Overlap { since, .. }) => Some(format!("choose a date after {since}")),
            Self::Sheet { .. } => {
                Some("correct the rows that are named and import the file again".to_owned())
            }
            Self::Cursor(cause) => cause.hint(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Rule(cause) => {
                let field = match cause.field() {
                    "parent" => "parent_id",
                    field => field,
                };
                vec![FieldError::new(format!("/{field}"), cause.to_string())]
            }
            Self::Seat { cause, .. } => vec![FieldError::new("/from", cause.to_string())],
            Self::Day { .. } => vec![FieldError::new("?at", self.to_string())],
            Self::Field { field, cause } => vec![FieldError::new(format!("/{field}"), cause.clone())],
            Self::Taken { field, .. } => vec![FieldError::new(format!("/{field}"), self.to_string())],
            Self::Sheet { errors, .. } => {
                let field = |error: &RowError| {
                    FieldError::in_file(error.row, error.column.clone(), error.message.clone())
                };
                errors.iter().map(field).collect()
            }
            Self::Cursor(cause) => cause.fields(),
            _ => Vec::new(),
        }
    }
}
