// SPDX-License-Identifier: Apache-2.0
//! What tests of the whole need: small invented documents, the real binary on a database of its own, and a client
//! that is signed in as somebody.
//!
//! ```text
//! fixtures ─→ Hinomi (a database and the binary) ── run ─→ Ended (status, output)
//!                      └─ serve ─→ Server ←── Client (session, CSRF)
//! ```
//!
//! Tests of one domain need less: `hinomi_web::testing` serves its routes in the test's own process, with a clock
//! that the test turns.
//!
//! Everything here panics when its server misbehaves: the test has failed then, and says where.
#![expect(clippy::panic, reason = "a test's helper fails the test")]

pub mod client;
pub mod fixtures;
pub mod process;
pub mod upstream;

pub use client::{Answer, Client};
pub use process::{Ended, Hinomi, Server};
pub use upstream::{Asked, Fault, Reply, Upstream};
