// SPDX-License-Identifier: Apache-2.0
//! Use cases: transactions, rights, audit.

mod act;
mod observe;

pub use act::Act;
pub use observe::{Observed, asset_seen, asset_upsert_by_name, unassigned_system};
