// SPDX-License-Identifier: Apache-2.0
//! See `run` in ../targets.rs.
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("table", data));
