// SPDX-License-Identifier: Apache-2.0
//! See `run` in ../signatures.rs.
#![no_main]

#[path = "../signatures.rs"]
mod signatures;

libfuzzer_sys::fuzz_target!(|data: &[u8]| signatures::run("openpgp", data));
