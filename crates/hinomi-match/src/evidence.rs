// SPDX-License-Identifier: Apache-2.0
//! The answer: which advisories speak of a component, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::query::{PackageKey, Resolved, UnknownReason};

/// Three-valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The advisory applies.
    Affected,
    /// It would, but something says that it does not.
    NotAffected,
    /// It may.
    Unknown,
}

impl State {
    /// As in files: `affected`, `not_affected`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NotAffected => "not_affected",
            Self::Unknown => "unknown",
        }
    }
}

/// The rule that decided. The names are stable: people filter by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// The version lies in a range in the ecosystem's order.
    #[serde(rename = "osv-ecosystem-range")]
    EcosystemRange,
    /// The version lies in a range of semantic versions.
    #[serde(rename = "osv-semver-range")]
    SemverRange,
    /// The record enumerates the version, in this or an equal spelling.
    #[serde(rename = "osv-versions-list")]
    VersionsList,
    /// The record enumerates the version in the same spelling; it has no place in the order.
    #[serde(rename = "osv-versions-text")]
    VersionsText,
    /// The record's range cannot be evaluated: its ecosystem has no order.
    #[serde(rename = "range-not-comparable")]
    RangeNotComparable,
    /// The record names the distribution, but no release of it.
    #[serde(rename = "record-without-release")]
    RecordWithoutRelease,
    /// A modular package whose stream the inventory does not say.
    #[serde(rename = "module-stream-unknown")]
    ModuleStreamUnknown,
    /// A kernel that is installed but does not run.
    #[serde(rename = "kernel-not-running")]
    KernelNotRunning,
    /// The component's CPE name is in what a record's configuration calls vulnerable.
    #[serde(rename = "cpe-match")]
    CpeMatch,
    /// … and the rest of the configuration holds on this host.
    #[serde(rename = "cpe-configuration")]
    CpeConfiguration,
    /// … and whether the rest of the configuration holds is not known.
    #[serde(rename = "cpe-host-unknown")]
    CpeHostUnknown,
    /// The record names one edition or variant, and the component does not say which it is.
    #[serde(rename = "cpe-variant-unknown")]
    CpeVariantUnknown,
    /// The issuer names vendor and product as the component's CPE name does, and neither a CPE nor a package.
    #[serde(rename = "product-name-only")]
    ProductName,
    /// A statement on the product says that it is affected.
    #[serde(rename = "vex-affected")]
    VexAffected,
    /// A statement on the product says that it is not.
    #[serde(rename = "vex-not-affected")]
    VexNotAffected,
    /// A statement on the product says that this version holds the fix.
    #[serde(rename = "vex-fixed")]
    VexFixed,
    /// A statement on the product says that this is being looked into.
    #[serde(rename = "vex-under-investigation")]
    VexUnderInvestigation,
    /// The distribution says that its package never was affected.
    #[serde(rename = "distribution-not-affected")]
    DistributionNotAffected,
    /// The fix of the host's own update line is installed.
    #[serde(rename = "fixed-in-update-line")]
    FixedInUpdateLine,
    /// The files belong to a package of the distribution, whose advisories judge it.
    #[serde(rename = "owned-by-distribution-package")]
    OwnedByDistribution,
    /// A source of higher authority speaks of the same package and leaves this version out.
    #[serde(rename = "higher-authority")]
    HigherAuthority,
}

impl Rule {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcosystemRange => "osv-ecosystem-range",
            Self::SemverRange => "osv-semver-range",
            Self::VersionsList => "osv-versions-list",
            Self::VersionsText => "osv-versions-text",
            Self::RangeNotComparable => "range-not-comparable",
            Self::RecordWithoutRelease => "record-without-release",
            Self::ModuleStreamUnknown => "module-stream-unknown",
            Self::KernelNotRunning => "kernel-not-running",
            Self::CpeMatch => "cpe-match",
            Self::CpeConfiguration => "cpe-configuration",
            Self::CpeHostUnknown => "cpe-host-unknown",
            Self::CpeVariantUnknown => "cpe-variant-unknown",
            Self::ProductName => "product-name-only",
            Self::VexAffected => "vex-affected",
            Self::VexNotAffected => "vex-not-affected",
            Self::VexFixed => "vex-fixed",
            Self::VexUnderInvestigation => "vex-under-investigation",
            Self::DistributionNotAffected => "distribution-not-affected",
            Self::FixedInUpdateLine => "fixed-in-update-line",
            Self::OwnedByDistribution => "owned-by-distribution-package",
            Self::HigherAuthority => "higher-authority",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What the decision rests on; enough to check it by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The package under which both sides met.
    pub package: PackageKey,
    /// The distribution release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// A product line of it (`Pro`, `rhel_eus:8.6`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The module stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The version that was compared.
    pub installed: String,
    /// True when that is the source package's version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_source: bool,
    /// The order in which it was compared; absent when texts were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Lower bound as the record writes it; absent: before every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lo: Option<String>,
    /// Upper bound; absent: no end. For an enumerated version, that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hi: Option<String>,
    /// True when the upper bound itself is affected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hi_inclusive: bool,
    /// Index of the entry in the record's `affected`.
    pub affected: u32,
    /// Index of the range in it; absent for an enumerated version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<u32>,
    /// The CPE name of the record that was met, as it writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// What was known, or not, of the host that the record asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host: Vec<String>,
    /// Statements that decided, or that disagree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<StatementEvidence>,
}

/// What a source said of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementEvidence {
    /// The record or document.
    pub advisory: String,
    /// What it says: `not_affected`, `fixed`, `affected`, `under_investigation`.
    pub status: String,
    /// The source's label for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One advisory that speaks of the component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The record's id.
    pub advisory: String,
    /// The vulnerability, where the record makes statements on several; its id and aliases say it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<String>,
    /// What it means for the component.
    pub state: State,
    /// The smallest version that closes it; `None` while there is none.
    pub fixed: Option<String>,
    /// What decided.
    pub rule: Rule,
    /// What that rests on; apart, because matches are moved about more often than their evidence is read.
    pub evidence: Box<Evidence>,
    /// For people: why the state is not simply *affected*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The text that names the record in the index that answered.
    #[serde(skip)]
    pub(crate) id: TextNumber,
}

/// Where an index keeps a text: no part of what a match says, so any two are equal.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextNumber(pub(crate) Option<u32>);

impl PartialEq for TextNumber {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TextNumber {}

/// What the index says of a component that the asker knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// By id; one for each advisory, or for each vulnerability of a document that makes statements on several.
    pub matches: Vec<Match>,
    /// Why the answer may be incomplete; the matches there are still hold.
    pub unknown: Option<UnknownReason>,
    /// Advisories that name the package and could not be decided for that reason.
    pub undecided: u32,
}

impl Answer {
    pub(crate) fn on(self, resolved: Resolved) -> MatchSet {
        MatchSet { resolved, matches: self.matches, unknown: self.unknown, undecided: self.undecided }
    }
}

/// Everything that the index says about one component.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatchSet {
    /// Who the component is.
    pub resolved: Resolved,
    /// By id; one for each advisory, or for each vulnerability of a document that makes statements on several.
    pub matches: Vec<Match>,
    /// Why the answer may be incomplete; the matches there are still hold.
    pub unknown: Option<UnknownReason>,
    /// Advisories that name the package and could not be decided for that reason.
    pub undecided: u32,
}

impl MatchSet {
    /// The matches that count: the component is affected.
    pub fn affected(&self) -> impl Iterator<Item = &Match> {
        self.matches.iter().filter(|found| found.state == State::Affected)
    }
}
