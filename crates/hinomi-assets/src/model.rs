// SPDX-License-Identifier: Apache-2.0
//! Types and rules of systems and assets, pure.
//!
//! ```text
//! unit ──owns (dated)──→ System ──has (dated)──→ Asset ── ordinal ─→ carrier of the inventory
//!                         C/I/A → overall          identifiers, os, first and last seen
//! ```

mod asset;
mod system;
mod words;

pub use asset::{AssetChange, AssetKind, AssetList, NewAsset, ObservedOs, clean_identifiers};
pub use system::{Impact, Importance, NewSystem, Reachability, SystemChange, SystemKind, UNASSIGNED_CODE};
pub(crate) use system::{customer_problem, kinds_problem};
pub use words::FieldProblem;
