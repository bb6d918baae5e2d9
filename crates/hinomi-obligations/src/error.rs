// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{DomainError, ErrorKind, FieldError};

use crate::CalendarError;

#[derive(Debug, thiserror::Error)]
pub enum ObligationError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error("no obligation {id}")]
    Unknown { id: String },
    #[error("no pause {id}")]
    PauseUnknown { id: String },
    #[error("obligation {id} is {state} and cannot be paused")]
    Over { id: String, state: &'static str },
    #[error("{who} asked for pause {id}; somebody else has to approve it")]
    OwnPause { id: String, who: String },
    #[error("obligation {id} is {who}'s own; somebody else has to withdraw it")]
    OwnObligation { id: String, who: String },
    #[error("pause {id} is {state}")]
    PauseState { id: String, state: &'static str },
    #[error("{field} is invalid: {message}")]
    Invalid { field: &'static str, message: String },
}

impl DomainError for ObligationError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Calendar(_) | Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Unknown { .. } | Self::PauseUnknown { .. } => ErrorKind::NotFound,
            Self::Over { .. } | Self::PauseState { .. } => ErrorKind::Conflict,
            Self::OwnPause { .. } | Self::OwnObligation { .. } => ErrorKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Calendar(_) => "calendar-unknown",
            Self::Unknown { .. } => "obligation-not-found",
            Self::PauseUnknown { .. } => "pause-not-found",
            Self::Over { .. } => "obligation-over",
            Self::PauseState { .. } => "pause-over",
            Self::OwnPause { .. } => "pause-own",
            Self::OwnObligation { .. } => "obligation-own",
            Self::Invalid { .. } => "invalid-field",
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Calendar(error) => vec![FieldError::new("/calendar", error.to_string())],
            Self::Invalid { field, message } => vec![FieldError::new(format!("/{field}"), message.clone())],
            _ => Vec::new(),
        }
    }
}
