// SPDX-License-Identifier: Apache-2.0
//! Use cases: taking an inventory in, reading what a carrier had at any instant.

pub mod bulk;
pub mod import;
pub mod named;
pub mod past;
pub mod read;
pub mod scan;
pub mod takeover;
