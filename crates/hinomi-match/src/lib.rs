// SPDX-License-Identifier: Apache-2.0
//! Advisories × components, explained.
//!
//! ```text
//!   component ─ resolve ─► package keys, remediation unit, version, release ─┐
//!                                                                            ├─ Index ─► MatchSet
//!   advisory ─ advisory_keys ─► package keys ─ IndexBuilder ─► rows ─────────┘   matches with evidence,
//!                                                                                or unknown with its reason
//!   host     what is known of the machine: its system, its other products, what was said of it
//!   alias    which records are names of one vulnerability
//!   eol      until when a distribution release gets fixes
//! ```
//!
//! What must stay true:
//! - *affected*, *not affected* and *unknown* are told apart; nothing unknown is dropped.
//! - What an [`Index`] answers for a component follows from the records of the component's keys and from the
//!   [`Coverage`] alone, in whatever order the records came: incremental equals full.
//! - A bad bound costs its own interval, never the record.
//! - Distribution packages are compared within their release only.
//! - A component that an ecosystem names is judged there; CPE names are for what no ecosystem names.
//! - Nothing is silenced without a trace: what a statement, an owner or a higher authority closes is a match of
//!   state *not affected* with who says so.
//!
//! Pure: data in, data out; no clock, no I/O, no panic. See [`Index::match_component`] for the first example.

pub mod alias;
mod arena;
mod catalogue;
mod coverage;
mod cpe;
mod distro;
pub mod eol;
mod evidence;
mod host;
mod index;
mod interval;
mod keys;
mod origin;
mod query;
mod resolve;
mod section;
mod target;

pub use catalogue::{Catalogue, CatalogueBuilder, SeverityClaims};
pub use coverage::Coverage;
pub use evidence::{Evidence, Match, MatchSet, Rule, State, StatementEvidence};
pub use hinomi_version::Scheme;
pub use host::{Host, Said};
pub use index::{BadBound, Index, IndexBuilder, IndexFileError, Note, SectionInfo, Sizes, Step};
pub use keys::advisory_keys;
pub use query::{ComponentQuery, PackageKey, RemediationUnit, Resolved, UnknownReason};
pub use resolve::resolve;
pub use section::SharedBytes;
pub use target::target_version;
