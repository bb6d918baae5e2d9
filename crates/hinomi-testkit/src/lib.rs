// SPDX-License-Identifier: Apache-2.0
//! What tests of the whole need: small invented documents and a client that is signed in as somebody.
//!
//! ```text
//! fixtures ─→ a running Hinomi ←── Client (session, CSRF)
//! ```
//!
//! Everything here panics when its server misbehaves: the test has failed then, and says where.
#![expect(clippy::panic, reason = "a test's helper fails the test")]

pub mod client;
pub mod fixtures;

pub use client::{Answer, Client};
pub use hinomi_core::ManualClock;
