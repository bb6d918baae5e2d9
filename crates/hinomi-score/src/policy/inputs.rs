// SPDX-License-Identifier: Apache-2.0
//! What a decision is made from, and the words it uses.
use crate::Severity;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every value, mildest first.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The lower-case word used in JSON, policies and the database.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value of a word, exactly as [`Self::as_str`] writes it.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}

words! {
    /// How urgent a case is; heat maps count open cases by it.
    Criticality { Low = "low", Medium = "medium", High = "high", Critical = "critical" }
}

words! {
    /// From where a system can be reached directly.
    Reachability { Internal = "internal", Partner = "partner", Internet = "internet" }
}

words! {
    /// Potential impact on one security objective (FIPS 199).
    Level { Low = "low", Moderate = "moderate", High = "high" }
}

/// A system's importance: potential impact on confidentiality, integrity and availability (FIPS 199).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Importance {
    pub confidentiality: Level,
    pub integrity: Level,
    pub availability: Level,
}

impl Importance {
    /// The same level for all three objectives.
    pub const fn uniform(level: Level) -> Importance {
        Importance { confidentiality: level, integrity: level, availability: level }
    }

    /// The system's one level: the highest of its three (FIPS 200, high-water mark).
    pub fn high_water_mark(self) -> Level {
        self.confidentiality.max(self.integrity).max(self.availability)
    }
}

/// That a vulnerability is known to be exploited, as a catalogue says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KnownExploited {
    /// When the catalogue listed it, UTC microseconds; 0 when the source gives no date.
    pub listed_at: i64,
    /// The catalogue's own due date (end of that day), UTC microseconds.
    pub catalogue_due_at: Option<i64>,
}

words! {
    /// How far exploitation has come (SSVC decision point "Exploitation" 1.1.0).
    Exploitation { None = "none", Poc = "poc", Active = "active" }
}

words! {
    /// How much of the vulnerable component falls to an attacker (SSVC decision point "Technical Impact" 1.0.0).
    TechnicalImpact { Partial = "partial", Total = "total" }
}

/// What a coordinator decided about a vulnerability by SSVC; a point that nobody decided is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ssvc {
    pub exploitation: Option<Exploitation>,
    /// Whether an attacker can automate the first steps.
    pub automatable: Option<bool>,
    pub technical_impact: Option<TechnicalImpact>,
}

impl Ssvc {
    /// As it is stored: `active/yes/total`, `-` for a point that nobody decided; empty when no point is.
    pub fn to_stored(self) -> String {
        if self == Self::default() {
            return String::new();
        }
        let automatable = self.automatable.map(|yes| if yes { "yes" } else { "no" });
        let points = [
            self.exploitation.map(Exploitation::as_str),
            automatable,
            self.technical_impact.map(TechnicalImpact::as_str),
        ];
        points.map(|point| point.unwrap_or("-")).join("/")
    }

    /// What [`Self::to_stored`] wrote; a word that means nothing is no point.
    pub fn from_stored(text: &str) -> Self {
        let mut points = text.split('/');
        let mut next = || points.next().unwrap_or_default();
        Self {
            exploitation: Exploitation::from_word(next()),
            automatable: yes_or_no(next()),
            technical_impact: TechnicalImpact::from_word(next()),
        }
    }

    /// From the words of a published record, in any case: `active`, `public poc`; `yes`; `total`.
    pub fn from_published(exploitation: &str, automatable: &str, technical_impact: &str) -> Self {
        let exploitation = match exploitation.trim().to_ascii_lowercase().as_str() {
            "public poc" | "proof of concept" => Some(Exploitation::Poc),
            word => Exploitation::from_word(word),
        };
        Self {
            exploitation,
            automatable: yes_or_no(&automatable.trim().to_ascii_lowercase()),
            technical_impact: TechnicalImpact::from_word(&technical_impact.trim().to_ascii_lowercase()),
        }
    }
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// A share from 0 to 1 in millionths, cut and not rounded: what is below a bound stays below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(u32);

impl Share {
    const WHOLE: f64 = 1e6;

    /// From a number of 0 to 1; what lies outside counts as the nearer end.
    pub fn new(share: f64) -> Share {
        // A decimal such as 0.29 is a little less in binary: the slack is far below a millionth.
        Share((share.clamp(0.0, 1.0) * Self::WHOLE + 1e-4) as u32)
    }

    pub fn value(self) -> f64 {
        f64::from(self.0) / Self::WHOLE
    }
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        let holds = (0.0..=1.0).contains(&share);
        holds.then(|| Share::new(share)).ok_or_else(|| format!("{share} is no share from 0 to 1"))
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.value()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.value())
    }
}

/// How likely exploitation is within 30 days (EPSS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Likelihood {
    pub score: Share,
    /// Share of all scored vulnerabilities that are not likelier.
    pub percentile: Share,
}

/// What is known about one vulnerability on one system. Times are UTC microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaseInputs {
    pub severity: Severity,
    /// `None`: not known to be exploited.
    pub known_exploited: Option<KnownExploited>,
    /// `None`: nobody has scored it.
    pub likelihood: Option<Likelihood>,
    pub ssvc: Ssvc,
    pub reachability: Reachability,
    pub importance: Importance,
    /// The system holds confidential or personal information.
    pub sensitive_data: bool,
    /// When the gap was first seen on this system.
    pub first_seen_at: i64,
    /// Since when a fixed version is known; `None`: waiting for fix.
    pub fix_known_at: Option<i64>,
    /// What became worse after the gap was first seen, and when.
    #[serde(default, skip_serializing_if = "Rises::is_none")]
    pub rises: Rises,
}

/// When a case became as urgent as it is, where that was after its first sight: nobody can keep a date that had passed
/// before there was a reason for it. Times are UTC microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Rises {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_priority: Option<i64>,
}

impl Rises {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Since when the case is at least so critical; `None`: since its first sight.
    pub const fn of(&self, criticality: Criticality) -> Option<i64> {
        match criticality {
            Criticality::Low => None,
            Criticality::Medium => self.medium,
            Criticality::High => self.high,
            Criticality::Critical => self.critical,
        }
    }

    /// After a decision: `before` is the criticality that held until now. What rose keeps its moment until it falls.
    pub fn after(mut self, now: i64, before: Option<Criticality>, is: Criticality) -> Self {
        let steps = [
            (Criticality::Medium, &mut self.medium),
            (Criticality::High, &mut self.high),
            (Criticality::Critical, &mut self.critical),
        ];
        for (step, at) in steps {
            if step > is {
                *at = None;
            } else if before.is_some_and(|before| step > before) {
                at.get_or_insert(now);
            }
        }
        self
    }
}
