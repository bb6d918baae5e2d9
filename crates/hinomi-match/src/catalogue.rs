// SPDX-License-Identifier: Apache-2.0
//! What an answer needs to know of a record beside its ranges: its vulnerability, and how bad it says it is.

use std::collections::BTreeMap;

use hinomi_advisory_formats::Advisory;
use serde::{Deserialize, Serialize};

use crate::alias::{self, Groups};

/// A record's own words on how bad it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityClaims {
    /// Kind (`CVSS_V3`) and vector, the record's own first, then those of its packages.
    pub vectors: Vec<(String, String)>,
    /// The source's word.
    pub word: Option<String>,
}

impl SeverityClaims {
    fn of(advisory: &Advisory) -> Self {
        let mut vectors: Vec<(String, String)> = Vec::new();
        let packages = advisory.affected.iter().flat_map(|affected| &affected.severity);
        for severity in advisory.severity.iter().chain(packages) {
            let claim = (severity.kind.clone(), severity.score.clone());
            if severity.kind.starts_with("CVSS") && !vectors.contains(&claim) {
                vectors.push(claim);
            }
        }
        Self { vectors, word: advisory.source_severity.clone() }
    }

    /// True when the record says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty() && self.word.is_none()
    }
}

/// Every record's claims and alias group.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    claims: BTreeMap<String, SeverityClaims>,
    groups: Groups,
}

/// Collects records for a [`Catalogue`].
#[derive(Debug, Clone, Default)]
pub struct CatalogueBuilder {
    records: BTreeMap<String, (Option<i64>, Vec<String>, SeverityClaims)>,
    /// Vulnerabilities that statements name, and their other names.
    named: BTreeMap<String, Vec<String>>,
}

impl CatalogueBuilder {
    /// Adds a record; of several with one id, the one that changed last counts.
    pub fn add(&mut self, advisory: &Advisory) {
        for statement in &advisory.statements {
            // Some list web pages among the other names.
            let aliases = statement.aliases.iter().filter(|alias| !alias.contains('/')).cloned();
            self.named.entry(statement.vulnerability.clone()).or_default().extend(aliases);
        }
        let known = self.records.get(&advisory.id).map(|(modified, _, _)| *modified);
        if known.is_some_and(|known| known >= advisory.modified) {
            return;
        }
        let record = (advisory.modified, advisory.aliases.clone(), SeverityClaims::of(advisory));
        self.records.insert(advisory.id.clone(), record);
    }

    /// Groups the records by their aliases.
    #[must_use]
    pub fn finish(self) -> Catalogue {
        let records = self.records.iter().map(|(id, (_, aliases, _))| (id, aliases));
        let groups = alias::groups(records.chain(&self.named));
        let claims = self.records.into_iter().map(|(id, (_, _, claims))| (id, claims)).collect();
        Catalogue { claims, groups }
    }
}

impl Catalogue {
    /// The vulnerability of a record.
    #[must_use]
    pub fn vulnerability<'a>(&'a self, advisory: &'a str) -> &'a str {
        self.groups.canonical(advisory)
    }

    /// Every alias group.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What the record itself says.
    #[must_use]
    pub fn claims(&self, advisory: &str) -> Option<&SeverityClaims> {
        self.claims.get(advisory)
    }

    /// What the other records of its group say, by id.
    pub fn group_claims<'a>(
        &'a self,
        advisory: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a SeverityClaims)> {
        let members = self.groups.group(advisory).map_or(&[][..], |group| group.members.as_slice());
        let others = members.iter().map(String::as_str).filter(move |id| *id != advisory);
        others.filter_map(|id| Some((id, self.claims.get(id)?)))
    }

    /// Every record's identifier, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.claims.keys().map(String::as_str)
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// True without any record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }
}
