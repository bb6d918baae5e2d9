// SPDX-License-Identifier: Apache-2.0
//! SQL of this crate's own tables, nothing else: no rules, no clock, no rights.

pub(crate) mod asset_lists;
pub(crate) mod assets;
pub(crate) mod changes;
pub(crate) mod systems;
