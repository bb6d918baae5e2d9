// SPDX-License-Identifier: Apache-2.0
//! What the Risk Monitor computes.

pub mod affected;
pub mod changes;
pub mod digest;
pub mod heat;
pub mod past;
pub mod vulnerabilities;
