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

/// What is known about one vulnerability on one system. Times are UTC microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaseInputs {
    pub severity: Severity,
    /// `None`: not known to be exploited.
    pub known_exploited: Option<KnownExploited>,
    pub reachability: Reachability,
    pub importance: Importance,
    /// The system holds confidential or personal information.
    pub sensitive_data: bool,
    /// When the gap was first seen on this system.
    pub first_seen_at: i64,
    /// Since when a fixed version is known; `None`: waiting for fix.
    pub fix_known_at: Option<i64>,
}
