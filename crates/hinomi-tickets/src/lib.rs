// SPDX-License-Identifier: Apache-2.0
//! Remediation tickets: what one system must do about one remediation unit, until evidence closes it.
//!
//! ```text
//! carriers of a system ─→ affected components ─→ by unit and vulnerability ─→ compare with what is stored
//!                                                      │ policy                 │
//!                                                      ▼                        ▼
//!                                      criticality, due date         open · add · close on evidence · reopen
//! ```
//! **Owns** `ticket`, `ticket_item`, `ticket_event`, `ticket_policy`, `case_interval`, `ticket_system`,
//! `ticket_progress`, `ticket_facts`.
//!
//! **Rules that must stay true**
//! - Only evidence closes an item: *fixed* (another version was seen outside the range), *gone* (absent from a
//!   newer, complete inventory of the same source, or its carrier retired), *retracted* (the match no longer holds
//!   for the very component that is still there). A person's word never does, nor does silence.
//! - A ticket's due date is its earliest open item's; waiting for a fix has none, unless known exploited or of
//!   high priority.
//! - Work that has started has a fixed target version; what that does not close opens the next ticket.
//! - By when is reckoned by the one clock, `hinomi-obligations`: terms of the policy on the unit's calendar, moved on by pauses
//!   that somebody else than who asked has approved. Nothing else moves a due date.
//! - The heat map of any instant is a count of `case_interval`.
//! - What is open, as [`OpenTickets`] keeps it in memory, is what the tables say: whoever changes a ticket or its items gives the
//!   ticket the next `sequence`, under the reconciler's lock. Losing it loses nothing.
//! - [`service::reconcile`] takes no input and may run at any time, any number of times.
//!
//! Rooms: [`model`] and [`plan`] (pure), `store`, `open`, [`service`], [`api`].

pub mod api;
pub mod model;
mod open;
pub mod plan;
pub mod service;
mod store;

pub use model::TicketError;
pub use open::{Open, OpenTickets, Owed};

use hinomi_db::migrate::Migration;

/// This domain's migrations, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        id: "202611230600_tickets",
        sqlite: include_str!("../migrations/202611230600_tickets/sqlite.sql"),
        postgres: include_str!("../migrations/202611230600_tickets/postgres.sql"),
    },
    Migration {
        id: "202611230610_case_sequence",
        sqlite: include_str!("../migrations/202611230610_case_sequence/sqlite.sql"),
        postgres: include_str!("../migrations/202611230610_case_sequence/postgres.sql"),
    },
    Migration {
        id: "202611240910_ticket_facts",
        sqlite: include_str!("../migrations/202611240910_ticket_facts/sqlite.sql"),
        postgres: include_str!("../migrations/202611240910_ticket_facts/postgres.sql"),
    },
    Migration {
        id: "202611241510_ticket_pauses",
        sqlite: include_str!("../migrations/202611241510_ticket_pauses/sqlite.sql"),
        postgres: include_str!("../migrations/202611241510_ticket_pauses/postgres.sql"),
    },
    Migration {
        id: "202611241600_item_standing",
        sqlite: include_str!("../migrations/202611241600_item_standing/sqlite.sql"),
        postgres: include_str!("../migrations/202611241600_item_standing/postgres.sql"),
    },
    Migration {
        id: "202611241610_case_unit",
        sqlite: include_str!("../migrations/202611241610_case_unit/sqlite.sql"),
        postgres: include_str!("../migrations/202611241610_case_unit/postgres.sql"),
    },
    hinomi_db::include_migration!("202611251000_item_times"),
    hinomi_db::include_migration!("202611270400_ticket_sequence"),
];

/// No due date, or the end of what has not ended.
pub const NEVER: i64 = i64::MAX;
