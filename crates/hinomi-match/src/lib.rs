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
//! - A component is looked up under each of its names; one that an ecosystem names is judged there, and CPE names are
//!   for what no ecosystem names. What only supplier and product name is a candidate, *unknown* and never affected.
//! - Nothing is silenced without a trace: what a statement, an owner or a higher authority closes is a match of
//!   state *not affected* with who says so.
//!
//! ```
//! use hinomi_match::{ComponentQuery, Host, Index, State};
//!
//! // Vulnerable below 2.0, but only on Windows.
//! let record = br#"{"vulnerabilities": [{"cve": {"id": "CVE-2026-0001", "configurations": [{"operator": "AND",
//!   "nodes": [
//!     {"operator": "OR", "cpeMatch": [{"vulnerable": true, "versionEndExcluding": "2.0",
//!       "criteria": "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*"}]},
//!     {"operator": "OR", "cpeMatch": [{"vulnerable": false,
//!       "criteria": "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"}]}]}]}}]}"#;
//! let mut builder = Index::builder();
//! for advisory in hinomi_advisory_formats::read(record, "nvd.json")? {
//!     let bad_bounds = builder.add(&advisory);
//!     assert!(bad_bounds.is_empty());
//! }
//! let index = builder.finish();
//!
//! let component =
//!     ComponentQuery { cpe: Some("cpe:2.3:a:acme:app:1.4:*:*:*:*:*:*:*"), name: "app", ..Default::default() };
//! let state = |host: &Host| index.match_on(host, &component, None).matches.first().map(|found| found.state);
//!
//! let mut windows = Host::default();
//! windows.set_system("windows", Some("10"), None);
//! assert_eq!(state(&windows), Some(State::Affected));
//! let mut debian = Host::default();
//! debian.set_system("debian", Some("12"), None);
//! assert_eq!(state(&debian), None);
//! assert_eq!(state(&Host::default()), Some(State::Unknown));
//!
//! // Every step of a decision can be read.
//! assert!(index.explain(&component, "CVE-2026-0001").iter().any(|step| step.subject == "verdict"));
//! # Ok::<(), hinomi_advisory_formats::ReadError>(())
//! ```
//!
//! Pure: data in, data out; no clock, no I/O, no panic. See [`Index::match_component`] for the first example.

pub mod alias;
mod arena;
mod by_package;
mod catalogue;
mod coverage;
mod cpe;
mod distro;
pub mod eol;
mod evidence;
mod further;
mod host;
mod index;
mod interval;
mod keys;
mod named;
mod origin;
mod placeholder;
mod query;
mod resolve;
mod roster;
mod section;
mod target;

pub use by_package::ByPackage;
pub use catalogue::{Catalogue, CatalogueBuilder, SeverityClaims};
pub use coverage::Coverage;
pub use evidence::{Answer, Evidence, Match, MatchSet, Rule, State, StatementEvidence};
pub use hinomi_version::Scheme;
pub use host::{Host, Said};
pub use index::{
    Asked, BadBound, Hit, Index, IndexBuilder, IndexFileError, Note, SectionInfo, Sizes, SourcePackages,
    Step, Told,
};
pub use keys::advisory_keys;
pub use named::NamedPackage;
pub use query::{ComponentQuery, PackageKey, RemediationUnit, Resolved, UnknownReason};
pub use resolve::resolve;
pub use roster::Roster;
pub use section::SharedBytes;
pub use target::target_version;
