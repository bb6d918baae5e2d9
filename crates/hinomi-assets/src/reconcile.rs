// SPDX-License-Identifier: Apache-2.0
//! Which records of many sources speak of one and the same thing; pure.
//!
//! ```text
//!  records of all sources ─→ keys (agent, cloud id, serial + vendor, UUID, MAC, FQDN, host name)
//!        │
//!        ├─ by hand:  "these are one", "these are two"            ── always wins
//!        ├─ rule 1 … 7, strongest first: who shares a value, and contradicts nobody who shares it, is one
//!        │      fits two that contradict each other  ──→ in question: a person decides
//!        │      shares a value but contradicts       ──→ in question, when the value should be unique
//!        └─→ clusters = assets, each with its values by precedence (source, then time)
//! ```
//!
//! What must stay true: the answer is a function of the *set* of records and decisions. Nothing depends on the order
//! in which they came; ties go by source precedence, then by the source's name and its own key.

mod cluster;
mod keys;
mod level;
mod record;
mod values;

#[cfg(test)]
mod tests;

pub use cluster::{Cluster, Outcome, Question, QuestionKind, identify};
pub use keys::{Key, Rule, found_by, keys_of, looked_for_by};
pub use record::{
    Origin, SourceIdentifiers, SourceOs, SourceRecord, SourceRelation, SourceValue, source_key,
};
pub use values::{Chosen, Spoken, choose, display_name};

use crate::model::AssetKind;

/// So many records may share a value before it identifies nobody: a cloned image's serial, a router's address.
pub const MOST_SHARERS: usize = 64;

/// A record as identification sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The record's number; says nothing about order.
    pub id: i64,
    /// Names source and record for ever, in whatever order they came.
    pub name: String,
    pub source: i64,
    /// Lower is trusted more.
    pub rank: i64,
    /// The source numbers its things itself, so two records of it are two things.
    pub numbered: bool,
    /// Its source saw several under this name at once: they are several things, and nobody is asked.
    pub beside: Option<String>,
    pub kind: Option<AssetKind>,
    /// The unit that its network or its source places it in.
    pub place: Option<String>,
    /// Sorted, each once.
    pub keys: Vec<Key>,
}

/// What a person has decided of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Same(i64, i64),
    Apart(i64, i64),
}
