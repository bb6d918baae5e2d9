// SPDX-License-Identifier: Apache-2.0
//! What every domain stands on: who is signed in, what was done, what still has to be done.
//!
//! ```text
//! sign_in ─→ sessions ─→ Principal (grants come from the organisation through GrantSource)
//! service ─ one Tx ─┬─ own tables
//!                   ├─ audit::append    ─→ sealer hash-chains within a second
//!                   ├─ jobs::enqueue    ─→ JobRunner (lease + attempt as fencing token)
//!                   └─ outbox::add      ─→ delivered later, at least once (mail::send ─→ SMTP)
//! ```
//!
//! Owns the tables `account`, `session`, `sign_in_link`, `sign_in_attempt`, `audit_event`, `audit_seal`, `job`,
//! `schedule`, `outbox`, `setting`, `setting_history`. Knows no domain; a domain registers its job handlers and
//! settings when the binary wires everything. [`days::GroupDays`] says in which day and month of the group an instant lies.

pub mod accounts;
mod app;
pub mod audit;
pub mod days;
pub mod estate;
pub mod jobs;
pub mod mail;
pub mod outbox;
mod secret;
pub mod sessions;
pub mod settings;
pub mod sign_in;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod throttle;
pub mod turn;
mod zones;

use hinomi_db::Migration;

pub use app::{App, BoxFuture, Config, GrantSource, NoGrants, Profile, SeatView};

pub const MIGRATIONS: &[Migration] = &[hinomi_db::include_migration!("202611230005_platform")];
