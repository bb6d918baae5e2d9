// SPDX-License-Identifier: Apache-2.0
//! SQL of this domain's own tables, nothing else.

pub(crate) mod components;
pub(crate) mod intervals;
pub(crate) mod scan_list;
pub(crate) mod scans;
pub(crate) mod search;
pub(crate) mod snapshots;
pub(crate) mod takeovers;
