// SPDX-License-Identifier: Apache-2.0
//! Every published vector of `vectors.tar.zst` that concerns versions, ranges, package URLs and CPE names.
//!
//! The archive is streamed from `HINOMI_DATA_DIR` (by default `../shared/data` beside the workspace). A vector may
//! differ from our answer only if `vectors/exceptions.tsv` says why, and an exception that no longer differs fails too.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests: a vector that cannot be read fails the test, a missing archive is said"
)]

#[path = "vectors/archive.rs"]
mod archive;
#[path = "vectors/compare.rs"]
mod compare;
#[path = "vectors/cpe.rs"]
mod cpe;
#[path = "vectors/exceptions.rs"]
mod exceptions;
#[path = "vectors/purl.rs"]
mod purl;
#[path = "vectors/range.rs"]
mod range;
