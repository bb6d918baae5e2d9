// SPDX-License-Identifier: Apache-2.0
//! Use cases: transactions, rights, audit.

mod read;

pub use read::{tree_at, tree_at_tx, unit_names, unit_scope};
