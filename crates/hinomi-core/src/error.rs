// SPDX-License-Identifier: Apache-2.0
//! What a domain's error must say so that one place can turn it into a problem document.

use serde::Serialize;

/// What went wrong, in the few classes that a caller treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong: fields name where.
    Invalid,
    /// Nobody is signed in.
    Unauthenticated,
    /// Somebody is, but may not do this.
    Forbidden,
    NotFound,
    /// The state changed meanwhile, or forbids it.
    Conflict,
    TooLarge,
    /// Too many tries by this client: wait.
    Throttled,
    /// Try again later: overloaded.
    Unavailable,
    /// Our fault; details go to the log only.
    Internal,
}

/// One wrong field: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    pub pointer: String,
    pub message: String,
    /// Line of an imported file; its header is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Column of an imported file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), row: None, column: None }
    }

    /// A wrong cell of an imported file.
    pub fn in_file(row: u64, column: impl Into<String>, message: impl Into<String>) -> Self {
        let column = column.into();
        let pointer = format!("/{row}/{column}");
        Self { pointer, message: message.into(), row: Some(row), column: Some(column) }
    }
}

/// Implemented by each domain's error enum.
pub trait DomainError: std::error::Error + Send + Sync + 'static {
    fn kind(&self) -> ErrorKind;

    /// Stable, kebab-case, for programs: `ticket-not-found`.
    fn code(&self) -> &'static str;

    /// What the reader can do about it.
    fn hint(&self) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }
}
