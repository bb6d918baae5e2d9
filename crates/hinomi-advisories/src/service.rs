// SPDX-License-Identifier: Apache-2.0
//! Use cases: taking records in, grouping them, reading them back.

mod carried;
pub(crate) mod changes;
mod compact;
mod exploited;
pub mod export;
pub(crate) mod group;
pub mod guard;
pub mod held;
pub mod import;
pub(crate) mod likelihoods;
pub(crate) mod originals;
mod parts;
pub mod prepare;
pub mod read;
pub(crate) mod scores;
mod search;
mod stage;
mod stix;
pub mod sync;
pub mod threats;
mod told;
mod upstream;
mod walk;
mod write;
