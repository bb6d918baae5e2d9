// SPDX-License-Identifier: Apache-2.0
//! How bad, how urgent: CVSS scores, severities and the ticket policy. Pure arithmetic, no I/O, no clock.
//!
//! ```text
//! vectors and words of the records ─→ choice ─→ severity ─┐
//!        └─→ cvss: scores                                 ├─→ policy ─→ criticality, due date, reasons
//! system facts, known exploitation ───────────────────────┘
//! ```
pub mod choice;
pub mod cvss;
pub mod policy;
mod severity;

pub use severity::{Severity, UnknownSeverity};
