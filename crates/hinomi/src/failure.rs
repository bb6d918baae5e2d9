// SPDX-License-Identifier: Apache-2.0
//! How a command fails: one line with the cause, a line for each wrong place, a hint where the user can act.

use std::process::ExitCode;

use hinomi_core::DomainError;

use crate::console::{note, visible};

/// A failure that knows what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    places: Vec<String>,
    hint: Option<String>,
    used_wrongly: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), places: Vec::new(), hint: None, used_wrongly: false }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Exit status 2: the command line was wrong, not the work.
    #[must_use]
    pub(crate) fn used_wrongly(mut self) -> Self {
        self.used_wrongly = true;
        self
    }

    pub(crate) fn of(error: &dyn DomainError) -> Self {
        let mut places = Vec::new();
        for field in error.fields() {
            places.push(match (field.row, &field.column) {
                (Some(row), Some(column)) if !column.is_empty() => {
                    format!("row {row}, column {column}: {}", field.message)
                }
                (Some(row), _) => format!("row {row}: {}", field.message),
                _ => continue,
            });
        }
        Self { message: error.to_string(), places, hint: error.hint(), used_wrongly: false }
    }
}

/// Keeps a domain error's hint and places on its way up.
pub(crate) trait Told<T> {
    fn told(self) -> anyhow::Result<T>;
}

impl<T, E: DomainError> Told<T> for Result<T, E> {
    fn told(self) -> anyhow::Result<T> {
        self.map_err(|error| anyhow::Error::new(Failure::of(&error)))
    }
}

/// Prints what went wrong and says with which status the process ends.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(cause) = error.downcast_ref::<std::io::Error>()
        && cause.kind() == std::io::ErrorKind::BrokenPipe
    {
        // Nobody reads any more, as in `… | head`.
        return ExitCode::SUCCESS;
    }
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    note(&format!("hinomi: {}", visible(&format!("{error:#}"))));
    for place in failure.iter().flat_map(|failure| &failure.places) {
        note(&format!("  {}", visible(place)));
    }
    if let Some(hint) = failure.and_then(|failure| failure.hint.as_deref()) {
        note(&format!("hint: {}", visible(hint)));
    }
    ExitCode::from(if failure.is_some_and(|failure| failure.used_wrongly) { 2 } else { 1 })
}
