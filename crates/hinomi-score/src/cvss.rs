// SPDX-License-Identifier: Apache-2.0
//! CVSS v2.0, v3.0, v3.1 and v4.0: a vector string in, its scores out, rounded as each specification says.
//!
//! ```text
//! "CVSS:3.1/AV:N/…" ─→ Vector (version, metric values; strict) ─→ Scores
//!                                  v2, v3: equations in decimals      base, temporal, environmental
//!                                  v4: macro vector + interpolation   base, threat, environmental
//! ```
//!
//! ```
//! use hinomi_score::cvss::Vector;
//!
//! let scores = Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P")?.scores();
//! assert_eq!(scores.base.to_string(), "9.8");
//! assert_eq!(scores.score.to_string(), "9.3");
//! # Ok::<(), hinomi_score::cvss::CvssError>(())
//! ```
mod metrics;
mod v2;
mod v3;
mod v4;
mod v4_lookup;
mod vector;

pub use vector::{CvssError, Vector};

use crate::Severity;
use serde::{Serialize, Serializer};
use std::fmt;

/// The CVSS versions that have a vector string we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    V2,
    V30,
    V31,
    V40,
}

impl Version {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Version::V2 => "2.0",
            Version::V30 => "3.0",
            Version::V31 => "3.1",
            Version::V40 => "4.0",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A score from 0.0 to 10.0, kept in tenths so that equality and order are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// The lowest score.
    pub const ZERO: Score = Score(0);

    /// Anything outside 0 to 100 tenths is moved to the nearer end.
    pub(crate) fn from_tenths(tenths: i128) -> Score {
        Score(u8::try_from(tenths.clamp(0, 100)).unwrap_or(100))
    }

    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The score as the nearest floating-point number to its one decimal.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// All scores of one vector. What a version does not define is `None`.
///
/// v2 and v3 define temporal and environmental scores also for a vector without such metrics, which then count
/// as "not defined". In v3.1 such an environmental score may differ from the base score when the scope is
/// changed, because its equation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scores {
    pub version: Version,
    /// v4: the score of the base metrics alone (CVSS-B).
    pub base: Score,
    /// v2 and v3.
    pub temporal: Option<Score>,
    /// v2 and v3: the environmental score. v4: the score with environmental metrics (CVSS-BE or CVSS-BTE), if
    /// any is given.
    pub environmental: Option<Score>,
    /// v4: the score with the threat metric (CVSS-BT), if it is given.
    pub threat: Option<Score>,
    /// The overall score. v2 and v3: environmental if an environmental metric is defined, else temporal if a
    /// temporal metric is, else base. v4: the one score of the whole vector.
    pub score: Score,
    /// The rating of the overall score.
    pub severity: Severity,
    /// v4: `CVSS-B`, `CVSS-BT`, `CVSS-BE` or `CVSS-BTE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nomenclature: Option<&'static str>,
}

impl Vector {
    /// Computes every score that the vector's version defines.
    pub fn scores(&self) -> Scores {
        match self.version() {
            Version::V2 => v2::scores(self),
            Version::V30 | Version::V31 => v3::scores(self),
            Version::V40 => v4::scores(self),
        }
    }
}
