// SPDX-License-Identifier: Apache-2.0
//! The one clock: by when something must be done, when to remind, whom to tell when it was not.
//!
//! ```text
//! start ── span on a calendar ── + approved pauses ──→ due ──→ reminders before, escalation after, up the tree
//! ```
//! Pure: the caller brings the instant, the calendar and the pauses. Whoever has something to be done by a time (a self-check, a
//! directive, a hazard report, a statutory notice) keeps its own rows and asks here.
//!
//! ```
//! use hinomi_obligations::{Calendar, Span, due_at};
//!
//! // Five business days from Thursday 30 April 2026 in Japan: the holidays of early May do not count.
//! let tokyo = Calendar::named("jp")?;
//! let due = due_at("2026-04-30T03:00:00Z".parse()?, Span::BusinessDays(5), &tokyo, &[]);
//! assert_eq!(due.to_string(), "2026-05-12T14:59:59.999999Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod clock;
mod holidays;

pub use calendar::{Calendar, CalendarError};
pub use clock::{Escalation, Pause, Plan, Span, Step, due_at};
