// SPDX-License-Identifier: Apache-2.0
//! Use cases: settling tickets, acting on them, the policy they are decided under.

pub mod act;
mod due;
pub mod policy;
mod proof;
pub mod read;
mod reconcile;
mod wanted;

pub use reconcile::{Outcome, Settler};
