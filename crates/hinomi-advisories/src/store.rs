// SPDX-License-Identifier: Apache-2.0
//! SQL of this domain's own tables, nothing else.

pub(crate) mod epss;
pub(crate) mod export;
pub(crate) mod feeds;
pub(crate) mod groups;
pub(crate) mod held;
pub(crate) mod history;
pub(crate) mod originals;
pub(crate) mod records;
pub(crate) mod search;
pub mod spoken;
pub(crate) mod stix;
pub(crate) mod sync;
pub(crate) mod threat_words;
pub(crate) mod threats;
