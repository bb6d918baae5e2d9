// SPDX-License-Identifier: Apache-2.0
//! The outer loop over HTTP, with a clock to turn: directives, hazards, programmes.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod browser;
mod hazard;
mod meeting;
mod programme;
mod rights;
mod scene;
mod told;
mod two_months;
