// SPDX-License-Identifier: Apache-2.0
//! Use cases: taking records in, grouping them, reading them back.

pub(crate) mod group;
pub mod import;
pub mod prepare;
pub mod read;
