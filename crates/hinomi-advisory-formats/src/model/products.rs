// SPDX-License-Identifier: Apache-2.0
//! What a record says of products that no package ecosystem names, and what a source says of their state.
//!
//! ```text
//!   Configuration ─ operator, negate ─ nodes[] ─┬─ matches[]   CPE and version range: "this is vulnerable"
//!   (NVD, CVE 5 cpeApplicability)               └─ children[]  or "…when running on that"
//!
//!   Statement ─ vulnerability × status × products[] ─┬─ purl, cpe, version or range, hashes
//!   (OpenVEX, CSAF, CycloneDX VEX)                   ├─ subcomponents[]  the statement is on these
//!                                                    └─ platform         … when part of that product
//! ```
//!
//! A record with several configurations is affected when any of them holds.

use serde::{Deserialize, Serialize};

use super::Micros;

/// How the parts of a configuration are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operator {
    /// Every part holds.
    And,
    /// At least one part holds.
    #[default]
    Or,
}

/// One applicability statement: what must be installed together to be affected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Joins the nodes.
    pub operator: Operator,
    /// The whole is turned round.
    #[serde(default, skip_serializing_if = "is_false")]
    pub negate: bool,
    /// The parts.
    pub nodes: Vec<ConfigurationNode>,
}

/// A part of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationNode {
    /// Joins the matches and the children.
    pub operator: Operator,
    /// The node is turned round.
    #[serde(default, skip_serializing_if = "is_false")]
    pub negate: bool,
    /// Products of this node.
    pub matches: Vec<CpeMatch>,
    /// Deeper nodes (NVD 1.1 nests, the later forms do not).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ConfigurationNode>,
}

/// A product in a range of versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpeMatch {
    /// False: it only has to be there, as the platform of what is vulnerable.
    pub vulnerable: bool,
    /// A formatted string (2.3) or URI (2.2), as written.
    pub criteria: String,
    /// First version of the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_including: Option<String>,
    /// The version above which the range begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_excluding: Option<String>,
    /// Last version of the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_including: Option<String>,
    /// The version at which the range has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_excluding: Option<String>,
}

/// What a source says about products and one vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing has to be done.
    NotAffected,
    /// Something has to be done.
    Affected,
    /// These versions contain a fix.
    Fixed,
    /// Not yet known.
    UnderInvestigation,
}

/// One statement of a source on one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The vulnerability, by its CVE where the source knows one.
    pub vulnerability: String,
    /// Other names of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What holds.
    pub status: Status,
    /// Why a product is not affected: the source's label, such as `vulnerable_code_not_present`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The impact in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The products; a statement without any says nothing that can be matched.
    pub products: Vec<Product>,
    /// When the source said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Micros>,
}

/// A product as a source identifies it; at least one of the names is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A package URL; without a version it stands for every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// A CPE, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
    /// A part of another document: a CycloneDX BOM-Link without `urn:cdx:`, decoded, `SERIAL/VERSION#REF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The version, where the source gives it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// A range of versions: a `vers:` URI, or the source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Digests of the product's files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    /// The parts of the product that the statement is about; none: the product itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subcomponents: Vec<Product>,
    /// What the product is installed on or part of (CSAF "default component of", "installed on").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Box<Product>>,
}

impl Product {
    /// True when nothing identifies it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.purl.is_none() && self.cpe.is_none() && self.hashes.is_empty()
    }
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash {
    /// Lower case, such as `sha-256`, as the source spells it otherwise.
    pub algorithm: String,
    /// Hexadecimal.
    pub value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
