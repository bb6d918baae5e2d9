// SPDX-License-Identifier: Apache-2.0
//! What must hold whatever happens: rights of every route, the heat map of every past day, one end state for any order
//! of input, nothing left behind by bad input.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is the test's failure")]

mod bad_input;
mod dump;
mod heat_map;
mod history;
mod open;
mod rights;
mod rights_scene;
mod rights_things;
mod same_end;
#[expect(dead_code, reason = "the loop's test uses the rest")]
#[path = "../support/scene.rs"]
mod support;
mod texts;
