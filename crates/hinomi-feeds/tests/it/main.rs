// SPDX-License-Identifier: Apache-2.0
//! Feeds against loopback upstreams, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundles;
mod fetching;
mod guard;
mod kinds;
mod month;
mod proxy;
mod scene;
mod world;
