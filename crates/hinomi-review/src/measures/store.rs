// SPDX-License-Identifier: Apache-2.0
//! Measurements as kept, and what they are counted from.

pub(super) mod facts;
pub(super) mod kept;
