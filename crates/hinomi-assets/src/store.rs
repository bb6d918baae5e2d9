// SPDX-License-Identifier: Apache-2.0
//! SQL of this crate's own tables, nothing else: no rules, no clock, no rights.

pub(crate) mod asset_lists;
pub(crate) mod assets;
pub(crate) mod bound;
pub(crate) mod changes;
pub(crate) mod decisions;
pub(crate) mod enrolment;
pub(crate) mod estate;
pub(crate) mod failures;
pub(crate) mod mappings;
pub(crate) mod pending;
pub(crate) mod quality;
pub(crate) mod questions;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod saved;
pub(crate) mod sources;
pub(crate) mod systems;
