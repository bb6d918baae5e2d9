// SPDX-License-Identifier: Apache-2.0
//! What must I do by when: one list over everything that is owed, the calendars it is reckoned by, and the mails of the clock.
//!
//! ```text
//! ledger (self-checks, improvements, directives, …) ─┐
//! tickets: one by one in lists, by unit and day ─────┴─→ list · pauses · one mail a day a person: near, late, brought up
//! ```
//! Owns no table: what is owed lies in the ledger of `hinomi-obligations`, tickets with the tickets. Dates, pauses, reminders and
//! escalation are of one code for both.
//!
//! **Rules that must stay true**
//! - A step is taken once towards a person, in the transaction of its mail: a crash repeats both or neither.
//! - One mail a day a person at most; what comes later that day waits for the next.
//! - What is paused reminds nobody.

mod api;
mod list;
mod remind;

pub(crate) use api::api;
pub(crate) use list::MANAGERS;
pub use list::{Duty, TicketDuty, duties_mine};
pub use remind::{DUTIES_JOB, Reminded, duties_remind};
