// SPDX-License-Identifier: Apache-2.0
//! The three CSV files of the organisation: units, people, seats.
//!
//! A file is read whole; every wrong cell becomes one [`RowError`] with the line it stands on, the column and what is
//! wrong, so that a person corrects the file once. Lines are counted as an editor counts them: the header is 1.

mod people;
mod reader;
mod seats;
mod units;

pub use people::PersonRow;
pub use reader::write_sheet;
pub use seats::{SeatHolder, SeatRow};
pub use units::UnitRow;

use std::fmt;
use std::str::FromStr;

use hinomi_core::{Time, UnknownName};
use serde::{Deserialize, Serialize};

/// Which of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    Units,
    People,
    Seats,
}

impl SheetKind {
    pub const ALL: &'static [Self] = &[Self::Units, Self::People, Self::Seats];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::People => "people",
            Self::Seats => "seats",
        }
    }

    /// The columns an export writes; an import takes them in any order and may leave out the optional ones.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Units => units::COLUMNS,
            Self::People => people::COLUMNS,
            Self::Seats => seats::COLUMNS,
        }
    }
}

impl fmt::Display for SheetKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for SheetKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.iter().copied().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownName { kind: "organisation sheet", text: text.to_owned() })
    }
}

/// One wrong cell, or one wrong line when `column` is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowError {
    /// Line of the file; the header is 1.
    pub row: u64,
    pub column: String,
    pub message: String,
}

impl RowError {
    pub fn new(row: u64, column: &str, message: impl Into<String>) -> Self {
        Self { row, column: column.to_owned(), message: message.into() }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, message } = self;
        if column.is_empty() {
            write!(formatter, "row {row}: {message}")
        } else {
            write!(formatter, "row {row}, column {column}: {message}")
        }
    }
}

/// A day (its first instant, UTC) or an RFC 3339 time.
pub fn parse_time(text: &str) -> Result<Time, String> {
    let day: Result<jiff::civil::Date, _> = text.parse();
    match day {
        Ok(day) if text.len() == 10 => Ok(Time::start_of_day(day)),
        _ => text.parse().map_err(|_| format!("{text:?} is neither a day (2026-11-23) nor an RFC 3339 time")),
    }
}

/// A time as a file shows it: the day alone when it is a day's first instant.
pub fn show_time(time: Time) -> String {
    let day = time.day();
    if Time::start_of_day(day) == time { day.to_string() } else { time.to_string() }
}

#[cfg(test)]
mod tests;
