// SPDX-License-Identifier: Apache-2.0
//! The one clock: by when something must be done, when to remind, whom to tell when it was not.
//!
//! ```text
//! start ── span on a calendar ── + approved pauses ──→ due ──→ reminders before, escalation after, up the tree
//!                 ▲                                     │
//!   unit's calendar, its own days          ledger: who owes what, done when, told when
//! ```
//! The arithmetic ([`due_at`], [`Plan`]) is pure: the caller brings the instant, the calendar and the pauses. The [`ledger`]
//! keeps what is owed: whoever has something to be done by a time (a self-check, a directive, an improvement) keeps its
//! own record and enters here, in the same transaction, that it is owed and that it was done. Tickets, of which there may be a
//! million, are not entered: their owner reckons them by the same arithmetic, and [`pauses`] and steps are kept of them as of
//! entries.
//!
//! **Owns** `obligation`, `obligation_pause`, `obligation_step`, `calendar_unit`, `calendar_day`.
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
mod calendars;
mod clock;
mod error;
mod holidays;
pub mod ledger;
pub mod pauses;
pub mod settings;
mod store;

use hinomi_db::Migration;

pub use calendar::{CALENDARS, Calendar, CalendarError};
pub use calendars::{Calendars, OwnDay, UnitCalendar, calendar_day_set, calendar_set};
pub use clock::{Escalation, Pause, Plan, Span, Step, due_at};
pub use error::ObligationError;

/// In order.
pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611231500_obligations"),
    hinomi_db::include_migration!("202611241500_pauses_of_all"),
    hinomi_db::include_migration!("202611241530_running_pauses"),
    hinomi_db::include_migration!("202611241605_proof"),
];
