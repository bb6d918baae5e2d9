// SPDX-License-Identifier: Apache-2.0
//! How bad, how urgent, how mature: CVSS scores, severities, the ticket policy, the Maturity Monitor's formulas. Pure
//! arithmetic, no I/O, no clock.
//!
//! ```text
//! vectors and words of the records ─→ choice ─→ severity ─┐
//!        └─→ cvss: scores                                 ├─→ policy ─→ criticality, due date, reasons
//! system facts, known exploitation ───────────────────────┘
//! counted rows ─→ maturity: index and level of six axes
//! ```
//!
//! ```
//! use hinomi_score::Severity;
//! use hinomi_score::choice::{GivenSeverity, RecordSeverity, choose};
//!
//! let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
//! let record = RecordSeverity { id: "GO-2023-2102", given: vec![], word: None };
//! let alias = RecordSeverity {
//!     id: "CVE-2023-39325",
//!     given: vec![GivenSeverity { kind: "CVSS_V3", value: vector }],
//!     word: None,
//! };
//! let choice = choose(&record, &[alias]);
//! assert_eq!(choice.severity, Severity::High);
//! assert_eq!(choice.to_string(), "high: CVSS v3.1 score 7.5 of its alias CVE-2023-39325");
//! ```
pub mod choice;
pub mod cvss;
pub mod maturity;
pub mod policy;
mod severity;

pub use severity::{Severity, UnknownSeverity};
