// SPDX-License-Identifier: Apache-2.0
//! The ticket policy: from what is known about a gap to how urgent its case is and when it is due.
//!
//! ```text
//! severity ───────┐
//! known exploited ┤
//! EPSS, SSVC ─────┤
//! reachability ───┼─→ rows, first match wins ─→ criticality ─→ days ─┐
//! importance ─────┤                                                  ├─→ earliest ─→ due_at
//! sensitive data ─┴─→ high-priority rule ─→ lifts, own days ─────────┤
//!                     known-exploited rule ─→ own days, KEV date ────┘
//! no fixed version yet ─→ no due date, unless known exploited or high priority
//! ```
//!
//! A [`Policy`] is a TOML document read by [`Policy::parse`]; a document that leaves a combination without a row,
//! or has a row that can never match, is refused. [`Policy::decide`] is a pure function: the same inputs give
//! the same [`Decision`], which carries everything it was made from. A policy knows no calendar: [`Policy::decide_by`] asks the
//! caller when so many days or business days end.
//!
//! ```
//! use hinomi_score::policy::{CaseInputs, Importance, Level, Policy, Reachability, Rises, Ssvc};
//! use hinomi_score::Severity;
//!
//! let policy = Policy::shipped()?;
//! let first_seen_at = 1_700_000_000_000_000;
//! let decision = policy.decide(&CaseInputs {
//!     severity: Severity::High,
//!     known_exploited: None,
//!     likelihood: None,
//!     ssvc: Ssvc::default(),
//!     reachability: Reachability::Internet,
//!     importance: Importance::uniform(Level::Moderate),
//!     sensitive_data: true,
//!     first_seen_at,
//!     fix_known_at: Some(first_seen_at),
//!     rises: Rises::default(),
//! });
//! assert!(decision.high_priority);
//! assert_eq!(decision.due_at, Some(first_seen_at + 7 * 86_400_000_000));
//! # Ok::<(), hinomi_score::policy::PolicyError>(())
//! ```
mod cells;
mod decide;
mod document;
mod inputs;

pub use decide::{Condition, Decision, DueRule, Reason, Reckon};
pub use document::{
    Count, DueDays, HighPriorityRule, KevDate, KnownExploitedRule, Policy, PolicyError, Row, Term,
};
pub use inputs::{
    CaseInputs, Criticality, Exploitation, Importance, KnownExploited, Level, Likelihood, Reachability,
    Rises, Share, Ssvc, TechnicalImpact,
};

/// The policy that Hinomi starts with, with the origin of each rule in its comments.
pub const SHIPPED_POLICY: &str = include_str!("../policy/default.toml");
