// SPDX-License-Identifier: Apache-2.0
//! How bad a vulnerability is, in six words, and where each source's own word lands.
//!
//! ```text
//! CVSS score ──┐
//!              ├─→ Severity ─→ policy row
//! source word ─┘        └─ Unrated: nobody said; its own level, never a low one
//! ```
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The severity of one vulnerability.
///
/// Not ordered by derive on purpose: [`Severity::Unrated`] is beside the scale, not on it. Lists sort by
/// [`Severity::list_rank`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A CVSS score of 0.0, or a source that says "none".
    None,
    Low,
    Medium,
    High,
    Critical,
    /// No vector and no word that we know.
    Unrated,
}

impl Severity {
    /// Every level, mildest first, `Unrated` last.
    pub const ALL: [Severity; 6] = [
        Severity::None,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
        Severity::Unrated,
    ];

    /// The lower-case word used in JSON, policies and the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::None => "none",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
            Severity::Unrated => "unrated",
        }
    }

    /// Order for lists, worst is highest. Unrated stands between high and medium (our own choice): what nobody
    /// rated is looked at before what somebody rated as medium.
    pub const fn list_rank(self) -> u8 {
        match self {
            Severity::None => 0,
            Severity::Low => 1,
            Severity::Medium => 2,
            Severity::Unrated => 3,
            Severity::High => 4,
            Severity::Critical => 5,
        }
    }

    /// The CVSS qualitative rating of a score (v3.0, v3.1 section 5; v4.0 section 6).
    pub fn from_cvss_score(score: f64) -> Severity {
        if score >= 9.0 {
            Severity::Critical
        } else if score >= 7.0 {
            Severity::High
        } else if score >= 4.0 {
            Severity::Medium
        } else if score > 0.0 {
            Severity::Low
        } else {
            Severity::None
        }
    }

    /// The rating of a CVSS v2 score. The v2 specification has no words; these are the NVD's: low below 4.0,
    /// medium below 7.0, high above. A score of 0.0 is no severity, as in v3.
    pub fn from_cvss_v2_score(score: f64) -> Severity {
        if score >= 7.0 {
            Severity::High
        } else if score >= 4.0 {
            Severity::Medium
        } else if score > 0.0 {
            Severity::Low
        } else {
            Severity::None
        }
    }

    /// Maps a source's own word. `None` means that the word is not known to carry a severity.
    ///
    /// | source | words, worst first |
    /// | --- | --- |
    /// | GitHub advisories | critical high moderate low |
    /// | Red Hat, AlmaLinux, Rocky, Oracle, SUSE, Microsoft | critical important moderate low |
    /// | Ubuntu priority | critical high medium low negligible |
    /// | Debian urgency | high medium low unimportant (`**` marks a guess), "not yet assigned", end-of-life |
    /// | Chromium, npm, Amazon, Arch, others | critical/severe/urgent, high, medium, low, info |
    pub fn from_word(word: &str) -> Option<Severity> {
        let word = word.trim().trim_matches('*').trim();
        let is =
            |candidates: &[&str]| candidates.iter().any(|candidate| word.eq_ignore_ascii_case(candidate));
        if is(&["critical", "severe", "urgent", "emergency"]) {
            Some(Severity::Critical)
        } else if is(&["high", "important", "major"]) {
            Some(Severity::High)
        } else if is(&["medium", "moderate", "med"]) {
            Some(Severity::Medium)
        } else if is(&["low", "minor", "negligible", "unimportant"]) {
            Some(Severity::Low)
        } else if is(&["none", "info", "informational", "information"]) {
            Some(Severity::None)
        } else {
            None
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A word that is none of the six levels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity \"{word}\", expected none, low, medium, high, critical or unrated")]
pub struct UnknownSeverity {
    pub word: String,
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Severity, UnknownSeverity> {
        Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or_else(|| UnknownSeverity { word: word.to_owned() })
    }
}
