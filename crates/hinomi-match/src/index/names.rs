// SPDX-License-Identifier: Apache-2.0
//! Which vulnerabilities a record stands for, and how much its word weighs.
//!
//! ```text
//!   GHSA-a  aliases CVE-1           stands for CVE-1
//!   GHSA-c  aliases CVE-1, CVE-2    stands for both: a statement on one of them does not silence it
//!   USN-1   upstream CVE-1          is no name of CVE-1, but is about it
//!
//!   statement of a product's maker > distribution > ecosystem > issuer of the CVE > NVD
//! ```

use hinomi_advisory_formats::{Advisory, Format, Statement};

use super::RecordEntry;
use super::build::IndexBuilder;
use crate::alias::{self, Groups};
use crate::arena::NONE;
use crate::distro::{is_distribution, parse_ecosystem};

/// Ranks of sources; the numbers are part of the file format.
pub(crate) mod authority {
    pub(crate) const NVD: u16 = 0;
    pub(crate) const ISSUER: u16 = 1;
    pub(crate) const ECOSYSTEM: u16 = 2;
    pub(crate) const DISTRIBUTION: u16 = 3;
    pub(crate) const MAKER: u16 = 4;

    pub(crate) fn name(rank: u16) -> &'static str {
        match rank {
            NVD => "NVD",
            ISSUER => "issuer of the CVE",
            ECOSYSTEM => "ecosystem",
            DISTRIBUTION => "distribution",
            _ => "maker of the product",
        }
    }
}

/// What decides a record's names, before the alias groups are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    pub(super) source: u8,
    pub(super) is_configured: bool,
    authority: u16,
    leaves_open: bool,
    /// For a statement, the vulnerability that it names.
    vulnerability: Option<String>,
    aliases: Vec<String>,
    /// CVEs that it is about without being a name of them.
    about: Vec<String>,
}

impl Naming {
    pub(super) fn of(advisory: &Advisory) -> Self {
        let authority = authority_of(advisory);
        let is_cve = |name: &&String| name.starts_with("CVE-");
        let mut about: Vec<String> = advisory.upstream.iter().filter(is_cve).cloned().collect();
        if about.is_empty() && authority == authority::DISTRIBUTION {
            about = advisory.related.iter().filter(is_cve).cloned().collect();
        }
        Self {
            source: source_of(advisory.source),
            is_configured: advisory.withdrawn.is_none() && !advisory.configurations.is_empty(),
            authority,
            leaves_open: leaves_open(advisory),
            vulnerability: None,
            aliases: advisory.aliases.clone(),
            about,
        }
    }

    pub(super) fn of_statement(statement: &Statement) -> Self {
        // Some list web pages among the other names.
        let aliases = statement.aliases.iter().filter(|alias| !alias.contains('/')).cloned().collect();
        Self {
            authority: authority::MAKER,
            vulnerability: Some(statement.vulnerability.clone()),
            aliases,
            ..Self::default()
        }
    }
}

/// Sources that use the same identifiers for records of their own.
fn source_of(format: Format) -> u8 {
    match format {
        Format::Cve => 1,
        Format::Nvd | Format::NvdFeed => 2,
        Format::NvdOverride => 3,
        Format::Csaf => 4,
        Format::OpenVex => 5,
        Format::CycloneDxVex => 6,
        Format::DebianTracker | Format::DebianCveList => 7,
        _ => 0,
    }
}

/// Whether the record does not say of every version if it is affected: part of it could not be read, or the issuer of the CVE
/// says nothing of the versions that it does not name (`defaultStatus` absent or `unknown`, CVE record format 5.x).
fn leaves_open(advisory: &Advisory) -> bool {
    let says_nothing = |affected: &hinomi_advisory_formats::Affected| {
        let default = affected.database_specific.get("default_status").and_then(serde_json::Value::as_str);
        !matches!(default, Some("affected" | "unaffected"))
    };
    !advisory.warnings.is_empty()
        || (advisory.source == Format::Cve && advisory.affected.iter().any(says_nothing))
}

fn authority_of(advisory: &Advisory) -> u16 {
    match advisory.source {
        Format::Nvd | Format::NvdFeed | Format::NvdOverride => authority::NVD,
        Format::Cve => authority::ISSUER,
        Format::Csaf | Format::OpenVex | Format::CycloneDxVex => authority::MAKER,
        _ => {
            let of_distribution = advisory.affected.iter().any(|affected| {
                let ecosystem = affected.package.ecosystem.as_deref();
                ecosystem.is_some_and(|ecosystem| is_distribution(&parse_ecosystem(ecosystem).base))
            });
            if of_distribution { authority::DISTRIBUTION } else { authority::ECOSYSTEM }
        }
    }
}

impl IndexBuilder {
    /// The alias groups of the records that were added.
    pub(super) fn own_groups(&self) -> Groups {
        let alive = self.records.iter().filter(|record| record.alive);
        let named = alive.map(|record| {
            let naming = &record.naming;
            let id = naming.vulnerability.as_deref().unwrap_or_else(|| self.store.texts.text(record.id));
            (id, naming.aliases.iter())
        });
        alias::groups(named)
    }

    /// The records as they are stored, and the names that they refer to.
    pub(super) fn name_records(&mut self, groups: &Groups) -> (Vec<RecordEntry>, Vec<u32>) {
        let mut entries = Vec::with_capacity(self.records.len());
        let mut names = Vec::new();
        for record in &self.records {
            let texts = &mut self.store.texts;
            let naming = &record.naming;
            let start = names.len();
            let vulnerability = naming.vulnerability.as_deref().map(|name| groups.canonical(name).to_owned());
            if let Some(vulnerability) = &vulnerability {
                names.push(texts.intern(vulnerability.as_bytes()));
            } else {
                let id = texts.text(record.id).to_owned();
                for name in names_of(&id, naming, groups) {
                    names.push(texts.intern(name.as_bytes()));
                }
            }
            entries.push(RecordEntry {
                id: record.id,
                vulnerability: vulnerability.map_or(NONE, |name| texts.intern(name.as_bytes())),
                name_start: u32::try_from(start).unwrap_or(NONE),
                name_count: u32::try_from(names.len() - start).unwrap_or(0),
                authority: naming.authority,
                leaves_open: u16::from(naming.leaves_open),
            });
        }
        (entries, names)
    }
}

fn names_of<'a>(id: &'a str, naming: &'a Naming, groups: &'a Groups) -> Vec<&'a str> {
    let mut cves: Vec<&str> = std::iter::once(id)
        .chain(naming.aliases.iter().map(String::as_str))
        .filter(|name| name.starts_with("CVE-"))
        .collect();
    if cves.is_empty() {
        let canonical = groups.canonical(id);
        if canonical == id && !naming.about.is_empty() {
            cves = naming.about.iter().map(String::as_str).collect();
        } else {
            cves.push(canonical);
        }
    }
    cves.sort_unstable();
    cves.dedup();
    cves
}
