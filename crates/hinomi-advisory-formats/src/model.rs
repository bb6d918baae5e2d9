// SPDX-License-Identifier: Apache-2.0
//! One published record, in the words of the OSV schema 1.7.
//!
//! ```text
//!   Advisory ─┬─ aliases, upstream, related        which other records speak of the same thing
//!             ├─ severity, source_severity, cwes   how bad
//!             ├─ affected[] ─┬─ package            (ecosystem as given, name, purl)
//!             │              ├─ ranges[] ─ events  introduced / fixed / last_affected / limit, as listed
//!             │              └─ versions[]         enumerated versions
//!             ├─ configurations[]                  products by CPE (NVD, CVE 5)
//!             └─ statements[]                      affected, fixed, not affected (VEX)
//! ```

mod products;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use products::{Configuration, ConfigurationNode, CpeMatch, Hash, Operator, Product, Statement, Status};

/// Microseconds since 1970-01-01 UTC.
pub type Micros = i64;

/// The format a record was read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// OSV as JSON.
    #[default]
    OsvJson,
    /// OSV as YAML.
    OsvYaml,
    /// The Debian security tracker's list of advisories.
    DebianList,
    /// Alpine's security database.
    AlpineSecdb,
    /// FriendsOfPHP security advisories.
    FriendsOfPhp,
    /// The Ruby advisory database.
    RubyAdvisoryDb,
    /// The Node.js working group's npm advisories.
    NodeWorkingGroup,
    /// The Node.js working group's advisories on Node.js itself.
    NodeCore,
    /// The Haskell security advisories: TOML in Markdown.
    Haskell,
    /// The Debian security tracker's state of every package and CVE.
    DebianTracker,
    /// The Debian security tracker's list of CVEs.
    DebianCveList,
    /// A CVE record, JSON 5.
    Cve,
    /// The NVD's API 2.0 and its year files.
    Nvd,
    /// The NVD's older feeds, 1.1.
    NvdFeed,
    /// Configurations alone, in the NVD's form, from somebody else.
    NvdOverride,
    /// CSAF 2.0 or 2.1, any profile.
    Csaf,
    /// OpenVEX.
    #[serde(rename = "openvex")]
    OpenVex,
    /// Vulnerabilities with their analysis in a CycloneDX document.
    #[serde(rename = "cyclonedx-vex")]
    CycloneDxVex,
    /// CVRF 1.1, as Microsoft publishes it.
    MsrcCvrf,
    /// CVRF 1.1 or 1.2 of another maker.
    Cvrf,
    /// JVN iPedia, MyJVN's XML.
    Jvn,
}

impl Format {
    /// Its name in files and settings, such as `osv-json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OsvJson => "osv-json",
            Self::OsvYaml => "osv-yaml",
            Self::DebianList => "debian-list",
            Self::AlpineSecdb => "alpine-secdb",
            Self::FriendsOfPhp => "friends-of-php",
            Self::RubyAdvisoryDb => "ruby-advisory-db",
            Self::NodeWorkingGroup => "node-working-group",
            Self::NodeCore => "node-core",
            Self::Haskell => "haskell",
            Self::DebianTracker => "debian-tracker",
            Self::DebianCveList => "debian-cve-list",
            Self::Cve => "cve",
            Self::Nvd => "nvd",
            Self::NvdFeed => "nvd-feed",
            Self::NvdOverride => "nvd-override",
            Self::Csaf => "csaf",
            Self::OpenVex => "openvex",
            Self::CycloneDxVex => "cyclonedx-vex",
            Self::MsrcCvrf => "msrc-cvrf",
            Self::Cvrf => "cvrf",
            Self::Jvn => "jvn",
        }
    }

    /// What tells its records from those of other sources that use the same identifiers: the CVE record, the
    /// NVD's and a VEX document may all call themselves `CVE-2024-1`.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Nvd | Self::NvdFeed => "nvd",
            Self::NvdOverride => "nvd-override",
            Self::Csaf => "csaf",
            Self::OpenVex => "openvex",
            Self::CycloneDxVex => "cyclonedx-vex",
            Self::DebianTracker | Self::DebianCveList => "debian",
            Self::MsrcCvrf => "msrc",
            Self::Cvrf => "cvrf",
            _ => "",
        }
    }
}

/// One published record, as its source has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Advisory {
    /// The record's own identifier; unique together with the format's namespace (and a VEX document's author).
    pub id: String,
    /// The format it was read from.
    pub source: Format,
    /// The version of the schema that it claims.
    pub schema_version: Option<String>,
    /// When the record last changed.
    pub modified: Option<Micros>,
    /// When it first appeared.
    pub published: Option<Micros>,
    /// When its source took it back; such a record matches nothing.
    pub withdrawn: Option<Micros>,
    /// Other names of the same vulnerability.
    pub aliases: Vec<String>,
    /// Records that this one is derived from (directed, unlike `aliases`).
    pub upstream: Vec<String>,
    /// Records that have to do with this one; never a reason to merge.
    pub related: Vec<String>,
    /// One line.
    pub summary: Option<String>,
    /// Markdown.
    pub details: Option<String>,
    /// Scores of the whole record.
    pub severity: Vec<Severity>,
    /// Which versions of which packages.
    pub affected: Vec<Affected>,
    /// Which products, by CPE; affected when any of them holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configurations: Vec<Configuration>,
    /// What the source says of products and vulnerabilities, not affected included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// Links.
    pub references: Vec<Reference>,
    /// Who found, reported, fixed it.
    pub credits: Vec<Credit>,
    /// Weakness identifiers such as `CWE-79`, in order of appearance, each once.
    pub cwes: Vec<String>,
    /// The source's own word for how bad it is ("HIGH", "important", "medium"), as written.
    pub source_severity: Option<String>,
    /// What the source adds under this name.
    pub database_specific: Value,
    /// Every field that the model does not name.
    pub extra: Map<String, Value>,
    /// What was wrong in the record without making it unreadable.
    pub warnings: Vec<Warning>,
}

/// A score: its kind (`CVSS_V2`, `CVSS_V3`, `CVSS_V4`, `Ubuntu`, …) and the vector or word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Severity {
    /// As the record names it.
    pub kind: String,
    /// The vector, or the source's word.
    pub score: String,
    /// What the schema does not name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// A package and the versions of it that the record speaks of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    /// The package; its parts are empty in records that only give a repository.
    pub package: Package,
    /// Ranges; a version in any of them is affected.
    pub ranges: Vec<Range>,
    /// Enumerated versions; they add to the ranges.
    pub versions: Vec<String>,
    /// Scores for this package.
    pub severity: Vec<Severity>,
    /// What the ecosystem adds.
    pub ecosystem_specific: Value,
    /// What the database adds.
    pub database_specific: Value,
    /// Every field that the model does not name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// The package's coordinates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// As given, with its release (`Debian:12`).
    pub ecosystem: Option<String>,
    /// The name in that ecosystem.
    pub name: String,
    /// The package URL, when the record has one.
    pub purl: Option<String>,
    /// Every field that the model does not name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// What a range's versions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RangeKind {
    /// Semantic versions 2.0.
    Semver,
    /// Versions in the ecosystem's own order.
    Ecosystem,
    /// Commits; only a repository's graph orders them.
    Git,
    /// A kind that the schema does not know, or none at all.
    Other,
}

/// One range: a set of events on the line of versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// What its versions are.
    pub kind: RangeKind,
    /// The repository of a Git range.
    pub repo: Option<String>,
    /// In the order in which the record lists them, which need not be the order of versions.
    pub events: Vec<Event>,
    /// What the database adds.
    pub database_specific: Value,
    /// Every field that the model does not name; unknown events are kept under `events`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// A point on the line of versions where something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Affected from this version on; `0` is before every version.
    Introduced(String),
    /// No longer affected from this version on.
    Fixed(String),
    /// The last version that is affected.
    LastAffected(String),
    /// The range says nothing about this version and later ones.
    Limit(String),
}

impl Event {
    /// The version at which it happens.
    #[must_use]
    pub fn version(&self) -> &str {
        match self {
            Self::Introduced(version)
            | Self::Fixed(version)
            | Self::LastAffected(version)
            | Self::Limit(version) => version,
        }
    }
}

/// A link and what it leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// `ADVISORY`, `FIX`, `WEB`, …
    pub kind: String,
    /// The address.
    pub url: String,
    /// What the schema does not name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// A person or tool that helped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Credit {
    /// The name.
    pub name: String,
    /// `FINDER`, `REPORTER`, …
    pub kind: Option<String>,
    /// Addresses.
    pub contact: Vec<String>,
    /// What the schema does not name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// Something wrong in a record that could still be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Path to the value, such as `withdrawn`.
    pub place: String,
    /// What is wrong with it.
    pub cause: String,
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn a_formats_name_is_what_is_written() {
        use Format::*;
        let all = [
            OsvJson,
            OsvYaml,
            DebianList,
            AlpineSecdb,
            FriendsOfPhp,
            RubyAdvisoryDb,
            NodeWorkingGroup,
            NodeCore,
            Haskell,
            DebianTracker,
            DebianCveList,
            Cve,
            Nvd,
            NvdFeed,
            NvdOverride,
            Csaf,
            OpenVex,
            CycloneDxVex,
            MsrcCvrf,
            Jvn,
        ];
        for format in all {
            assert_eq!(serde_json::to_value(format).unwrap(), format.name());
        }
    }
}
