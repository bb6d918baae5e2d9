// SPDX-License-Identifier: Apache-2.0
//! The Risk Monitor: where the open cases are, since when, and what is affected by what.
//!
//! ```text
//! case intervals ─→ heat map, trend, residual (any day)
//! matches × carriers ─→ "which systems are affected by …", pages of vulnerability, asset, component
//! ```
//! Owns no table. Reads the views and the query functions of the domains and joins what they must not join
//! themselves. Every number is within the reader's scope, and opens the records that made it.
//!
//! **Rules that must stay true**
//! - A heat map's cell is the count of case intervals of that unit's subtree that hold at the instant, under the
//!   organisation of that instant.
//! - The carrier index, the case intervals and the open tickets of [`state::RiskState`] are caches: they are refreshed before
//!   each use and losing them loses nothing.

pub mod api;
mod cases;
mod error;
pub mod service;
pub mod state;

pub use error::RiskError;
pub use state::RiskState;
