// SPDX-License-Identifier: Apache-2.0
//! One line of the answer, and how it is made.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::{PoisonError, RwLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use hinomi_inventory_formats::{Component, ComponentKind};
use hinomi_match::eol::{self, Day};
use hinomi_match::{Catalogue, ComponentQuery, Evidence, Host, Index, SeverityClaims, State, UnknownReason};
use hinomi_score::Severity;
use hinomi_score::choice::{GivenSeverity, RecordSeverity, choose};
use serde::Serialize;

/// One match, or one component of which nothing is known.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// The inventory's file name.
    pub(crate) inventory: String,
    /// The component's purl or CPE as given, or its name.
    pub(crate) component: String,
    pub(crate) advisory: Option<String>,
    /// Canonical id of the advisory's alias group.
    pub(crate) vulnerability: Option<String>,
    pub(crate) state: State,
    pub(crate) fixed: Option<String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) rule: String,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) reason: Option<String>,
}

/// Unknowns by reason.
pub(crate) type Unknowns = BTreeMap<String, u64>;

/// Asks the index about every component of an inventory.
pub(crate) struct Matcher<'a> {
    pub(crate) index: &'a Index,
    /// Empty when the index comes from a file, which has its own notes.
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) today: Day,
    /// Severities already worked out: one advisory matches many components.
    pub(crate) severities: RwLock<HashMap<String, Severity>>,
}

/// Where components were found.
pub(crate) struct On<'a> {
    /// As the inventory names its distribution.
    pub(crate) distro: Option<&'a str>,
    pub(crate) host: &'a Host,
}

impl Matcher<'_> {
    /// What is to be said of one component.
    pub(crate) fn rows(&self, file: &str, component: &Component, on: &On<'_>, rows: &mut Vec<Row>) {
        let query = query_of(component, on.distro);
        self.component_rows(file, component, &query, on, rows);
    }

    fn severity(&self, advisory: &str) -> Severity {
        let known = self.severities.read().unwrap_or_else(PoisonError::into_inner).get(advisory).copied();
        known.unwrap_or_else(|| {
            let severity = severity(self.catalogue, advisory);
            let mut severities = self.severities.write().unwrap_or_else(PoisonError::into_inner);
            *severities.entry(advisory.to_owned()).or_insert(severity)
        })
    }

    fn component_rows(
        &self,
        file: &str,
        component: &Component,
        query: &ComponentQuery<'_>,
        on: &On<'_>,
        rows: &mut Vec<Row>,
    ) {
        let found = self.index.match_on(on.host, query, component.id.as_deref());
        let shown = shown(component);
        for one in found.matches {
            // A document of statements speaks of several vulnerabilities; its rows name theirs.
            let named = one.vulnerability.as_deref().unwrap_or(&one.advisory);
            let note = self.index.note(named);
            let vulnerability = match &note {
                Some(note) => note.vulnerability,
                None => self.catalogue.vulnerability(named),
            };
            let noted = note.and_then(|note| note.severity.parse().ok());
            rows.push(Row {
                inventory: file.to_owned(),
                component: shown.to_owned(),
                severity: Some(noted.unwrap_or_else(|| self.severity(named))),
                vulnerability: Some(vulnerability.to_owned()),
                advisory: Some(one.advisory),
                state: one.state,
                fixed: one.fixed,
                rule: one.rule.as_str().to_owned(),
                evidence: Some(one.evidence),
                reason: one.reason,
            });
        }
        let unit = &found.resolved.unit;
        let past =
            unit.release.as_deref().and_then(|release| eol::past(&unit.ecosystem, release, self.today));
        let ended = past.map(|release| UnknownReason::EndOfLife {
            ecosystem: release.ecosystem.to_owned(),
            release: release.release.to_owned(),
            since: release.ends.to_string(),
        });
        for reason in found.unknown.into_iter().chain(ended) {
            rows.push(Row {
                inventory: file.to_owned(),
                component: shown.to_owned(),
                advisory: None,
                vulnerability: None,
                state: State::Unknown,
                fixed: None,
                severity: None,
                rule: reason.code().to_owned(),
                evidence: None,
                reason: Some(reason.to_string()),
            });
        }
    }
}

/// The components to ask about, in document order; one that stands there twice is asked about once.
pub(crate) fn to_ask<'c>(components: &'c [Component], host: Option<&str>) -> Vec<&'c Component> {
    let mut asked: Vec<&Component> = Vec::with_capacity(components.len());
    // Numbers into `asked` by the hash of the query: a query itself is long, and documents are large.
    let mut known: HashTable<u32> = HashTable::with_capacity(components.len());
    let hasher = DefaultHashBuilder::default();
    for component in components.iter().filter(|component| is_package(component)) {
        let query = query_of(component, host);
        let same = |number: &u32| {
            asked.get(*number as usize).is_some_and(|earlier| query_of(earlier, host) == query)
        };
        let hash = hasher.hash_one(query);
        if known.find(hash, same).is_none() {
            let number = u32::try_from(asked.len()).unwrap_or(u32::MAX);
            let hash_of = |number: &u32| {
                asked.get(*number as usize).map_or(0, |earlier| hasher.hash_one(query_of(earlier, host)))
            };
            known.insert_unique(hash, number, hash_of);
            asked.push(component);
        }
    }
    asked
}

/// Files, the operating system and the document's own subject are no packages, unless they say which one.
fn is_package(component: &Component) -> bool {
    use ComponentKind::{
        Container, CryptographicAsset, Data, File, MachineLearningModel, OperatingSystem, Platform,
    };
    let other = matches!(
        component.kind,
        Container | CryptographicAsset | Data | File | MachineLearningModel | OperatingSystem | Platform
    );
    component.purl.is_some() || component.cpe.is_some() || !other
}

pub(crate) fn query_of<'a>(component: &'a Component, host: Option<&'a str>) -> ComponentQuery<'a> {
    ComponentQuery {
        purl: component.purl.as_deref(),
        cpe: component.cpe.as_deref(),
        name: &component.name,
        version: component.version.as_deref(),
        source_name: component.source_name.as_deref(),
        source_version: component.source_version.as_deref(),
        distro: component.distro.as_deref().or(host),
        kernel_running: component.kernel_running,
        supplier: component.supplier.as_deref(),
    }
}

fn shown(component: &Component) -> &str {
    component.purl.as_deref().or(component.cpe.as_deref()).unwrap_or(&component.name)
}

/// The record's severity, else that of a record of its alias group, else a source's own word, else unrated.
pub(crate) fn severity(catalogue: &Catalogue, advisory: &str) -> Severity {
    let own = catalogue.claims(advisory).map(|claims| claim(advisory, claims)).unwrap_or_default();
    let group: Vec<RecordSeverity<'_>> =
        catalogue.group_claims(advisory).map(|(id, claims)| claim(id, claims)).collect();
    choose(&own, &group).severity
}

fn claim<'a>(id: &'a str, claims: &'a SeverityClaims) -> RecordSeverity<'a> {
    let given = claims.vectors.iter().map(|(kind, value)| GivenSeverity { kind, value }).collect();
    RecordSeverity { id, given, word: claims.word.as_deref() }
}
