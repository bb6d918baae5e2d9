// SPDX-License-Identifier: Apache-2.0
//! Threat intelligence: who does what, with which techniques, through which vulnerabilities.
//!
//! ```text
//!   STIX 2.1   campaign ─uses─► attack-pattern      MISP   event ─ attributes (vulnerability, …)
//!              indicator ─indicates─► malware              ├─ galaxies (actors, techniques)
//!              intrusion-set ─targets─► vulnerability       └─ tags (TLP, confidence)
//!                          └──────────────► Threat ◄──────────────┘
//! ```
//!
//! A [`Threat`] is one reported thing with everything that is linked to it. The ends of a STIX relationship may come in
//! different documents: its objects are handed out one by one, and [`assemble`] puts together what is known of them.
//!
//! STIX 2.1 (OASIS Standard, 10 June 2021), envelopes of TAXII 2.1, MISP core format (draft-dulaunoy-misp-core-format).

mod misp;
mod stix;

use serde::{Deserialize, Serialize};

use crate::error::{Cause, ReadError};
use crate::json;
use crate::model::{Micros, Reference, Warning};

pub use stix::{MAX_STEPS, StixObject, StixRole, assemble};

/// Larger documents are refused: everything in one must be held at once to resolve its relationships.
pub const MAX_THREAT_BYTES: usize = 128 << 20;

/// Indicators that are kept of one report, in their order; each is also a report by itself.
const MAX_INDICATORS: usize = 10_000;

/// One reported thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Threat {
    /// The source's identifier, unique in the world: `campaign--…`, or the event's UUID.
    pub id: String,
    /// The format it was read from.
    pub source: ThreatFormat,
    /// What it is.
    pub kind: ThreatKind,
    /// For people.
    pub name: String,
    /// In words, as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it first was reported.
    pub created: Option<Micros>,
    /// When the report last changed.
    pub modified: Option<Micros>,
    /// From when on it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Micros>,
    /// Until when it holds; after that it is history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Micros>,
    /// The source took it back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub revoked: bool,
    /// 0 to 100, as the source says; none where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// With whom it may be shared; none where the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// Vulnerabilities that it exploits or targets, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<String>,
    /// Techniques of ATT&CK that it uses, sorted by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<Technique>,
    /// Who is behind it: groups and actors by name, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<String>,
    /// Campaigns that it belongs to or indicates, by name, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<String>,
    /// Those of its vulnerabilities and techniques that it is not linked with itself, and by way of what; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Reached>,
    /// Where and how often it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sightings: Vec<Sighting>,
    /// Malware and tools that it uses, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// How to recognise it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The source's own labels and tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// The format a threat was read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThreatFormat {
    /// STIX 2.0 or 2.1.
    #[default]
    Stix,
    /// A MISP event.
    Misp,
}

/// What a threat is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThreatKind {
    /// A series of attacks with an aim.
    Campaign,
    /// A group that is known by what it does.
    IntrusionSet,
    /// People or organisations.
    ThreatActor,
    /// Malicious software.
    Malware,
    /// Legitimate software that attackers use.
    Tool,
    /// A pattern by which it is recognised.
    Indicator,
    /// A report or a group of objects.
    #[default]
    Report,
}

impl ThreatKind {
    /// Its name in tables and texts, such as `intrusion-set`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::IntrusionSet => "intrusion-set",
            Self::ThreatActor => "threat-actor",
            Self::Malware => "malware",
            Self::Tool => "tool",
            Self::Indicator => "indicator",
            Self::Report => "report",
        }
    }
}

/// The Traffic Light Protocol 2.0, the most open first (FIRST, August 2022). `WHITE` of version 1 is `Clear`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tlp {
    /// Anybody.
    Clear,
    /// The community.
    Green,
    /// The organisation and its clients.
    Amber,
    /// The organisation.
    AmberStrict,
    /// The persons addressed.
    Red,
}

impl Tlp {
    /// Reads a label in any of its spellings: `TLP:AMBER+STRICT`, `tlp:white`, `amber`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let folded = text.trim().to_ascii_lowercase();
        let word = folded.strip_prefix("tlp:").or_else(|| folded.strip_prefix("tlp-")).unwrap_or(&folded);
        Some(match word {
            "white" | "clear" => Self::Clear,
            "green" => Self::Green,
            "amber" => Self::Amber,
            "amber+strict" | "amber-strict" => Self::AmberStrict,
            "red" | "ex:chr" => Self::Red,
            _ => return None,
        })
    }

    /// Its name in tables and texts, such as `amber-strict`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber-strict",
            Self::Red => "red",
        }
    }
}

/// A technique of ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Technique {
    /// Such as `T1190` or `T1566.001`.
    pub id: String,
    /// For people.
    pub name: String,
}

/// Something that a threat comes to by what it uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reached {
    /// A CVE or a technique.
    pub id: String,
    /// What lies between, in order, by name.
    pub way: Vec<String>,
}

/// That somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    /// Who, as far as told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// How often.
    pub count: u64,
    /// From when.
    pub first: Option<Micros>,
    /// Until when.
    pub last: Option<Micros>,
}

/// How a threat is recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Indicator {
    /// `stix`, `sigma`, `yara`, … for patterns; the attribute's type (`ip-dst`, `sha256`, …) for values.
    pub kind: String,
    /// The pattern or value, as written.
    pub value: String,
}

/// What a document holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Threats {
    /// Reports that stand for themselves (MISP), in the order of the document.
    pub threats: Vec<Threat>,
    /// What reports are assembled from (STIX), in the order of the document.
    pub objects: Vec<StixObject>,
    /// Objects that could not be read, and what was passed over.
    pub warnings: Vec<Warning>,
}

impl Threats {
    /// What the document tells by itself.
    #[must_use]
    pub fn alone(&self) -> Vec<Threat> {
        let assembled = assemble(&self.objects, |_| true);
        self.threats.iter().cloned().chain(assembled).collect()
    }
}

/// True when the text begins like a STIX bundle, a TAXII envelope or a MISP event.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    matches!(form(bytes), Some(ThreatFormat::Stix | ThreatFormat::Misp))
}

fn form(bytes: &[u8]) -> Option<ThreatFormat> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if *first == b'[' {
        let start = bytes.iter().position(|byte| *byte == b'{')?;
        // A list of events; whatever else is a list is read elsewhere.
        return (form_of_object(bytes.get(start..)?) == Some(ThreatFormat::Misp))
            .then_some(ThreatFormat::Misp);
    }
    form_of_object(bytes)
}

/// `[]`: the last page of a collection may be empty.
fn is_empty(list: &[u8]) -> bool {
    list.iter().skip(1).find(|byte| !byte.is_ascii_whitespace()) == Some(&b']')
}

fn form_of_object(bytes: &[u8]) -> Option<ThreatFormat> {
    let mut found = None;
    json::top_keys(bytes, |key, value| {
        let text = bytes.get(value..value.saturating_add(160).min(bytes.len())).unwrap_or_default();
        let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
        found = match key {
            b"type" if text.starts_with(b"bundle\"") => Some(ThreatFormat::Stix),
            b"objects"
                if text.starts_with(b"[") && (has(b"\"type\"") || has(b"\"id\"") || is_empty(text)) =>
            {
                Some(ThreatFormat::Stix)
            }
            b"Event" if text.starts_with(b"{") => Some(ThreatFormat::Misp),
            b"response" if has(b"\"Event\"") => Some(ThreatFormat::Misp),
            b"more" | b"next" | b"id" | b"spec_version" => return std::ops::ControlFlow::Continue(()),
            _ => None,
        };
        std::ops::ControlFlow::Break(())
    });
    found
}

/// Reads a document.
pub fn read(bytes: &[u8], path: &str) -> Result<Threats, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > MAX_THREAT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: MAX_THREAT_BYTES }));
    }
    match form(bytes) {
        Some(ThreatFormat::Stix) => stix::read(bytes, path),
        Some(ThreatFormat::Misp) => misp::read(bytes, path),
        None => Err(ReadError::new(path, Cause::Unrecognised("neither a STIX bundle nor a MISP event"))),
    }
}

/// Puts everything that is a set into its order, each once.
fn settle(threat: &mut Threat) {
    threat.cves.sort();
    threat.cves.dedup();
    threat.techniques.sort();
    threat.techniques.dedup_by(|left, right| left.id == right.id);
    for list in [&mut threat.actors, &mut threat.tools, &mut threat.labels, &mut threat.campaigns] {
        list.retain(|text| !text.trim().is_empty());
        list.sort();
        list.dedup();
    }
    threat.indicators.sort();
    threat.indicators.dedup();
    threat.indicators.truncate(MAX_INDICATORS);
    threat.reached.sort();
    let mut seen = std::collections::HashSet::new();
    threat.references.retain(|reference| !reference.url.is_empty() && seen.insert(reference.url.clone()));
}

/// `T1190`, `T1566.001`
fn is_technique_id(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('T') else { return false };
    let (main, sub) = digits.split_once('.').map_or((digits, None), |(main, sub)| (main, Some(sub)));
    let number =
        |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    number(main, 4) && sub.is_none_or(|sub| number(sub, 3))
}

/// A CVE in upper case, when the text is one.
fn cve(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    crate::nvd::is_cve_id(&text).then_some(text)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests;
