// SPDX-License-Identifier: Apache-2.0
//! One line of the answer, and how it is made.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::{PoisonError, RwLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use hinomi_inventory_formats::{Component, ComponentKind, Inventory};
use hinomi_match::eol::{self, Day};
use hinomi_match::{
    Answer, Catalogue, ComponentQuery, Evidence, Host, Index, MatchSet, RemediationUnit, SeverityClaims,
    State, UnknownReason,
};
use hinomi_score::Severity;
use hinomi_score::choice::{GivenSeverity, RecordSeverity, choose};
use serde::Serialize;

/// One match, or one component of which nothing is known.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row<'a> {
    /// The inventory's file name.
    pub(crate) inventory: Cow<'a, str>,
    /// The component's purl or CPE as given, or its name.
    pub(crate) component: Cow<'a, str>,
    pub(crate) advisory: Option<Cow<'a, str>>,
    /// Canonical id of the advisory's alias group.
    pub(crate) vulnerability: Option<Cow<'a, str>>,
    pub(crate) state: State,
    pub(crate) fixed: Option<Cow<'a, str>>,
    pub(crate) severity: Option<Severity>,
    pub(crate) rule: &'static str,
    pub(crate) evidence: Option<Box<Evidence>>,
    pub(crate) reason: Option<String>,
}

impl Row<'_> {
    /// To be kept when the document is gone.
    pub(crate) fn into_owned(self) -> Row<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Row {
            inventory: owned(self.inventory),
            component: owned(self.component),
            advisory: self.advisory.map(owned),
            vulnerability: self.vulnerability.map(owned),
            fixed: self.fixed.map(owned),
            ..self
        }
    }
}

/// Unknowns by reason.
pub(crate) type Unknowns = BTreeMap<&'static str, u64>;

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
    /// Whether unknown components are shown, and not only counted.
    pub(crate) listed: bool,
}

impl Matcher<'_> {
    fn severity(&self, advisory: &str) -> Severity {
        let known = self.severities.read().unwrap_or_else(PoisonError::into_inner).get(advisory).copied();
        known.unwrap_or_else(|| {
            let severity = severity(self.catalogue, advisory);
            let mut severities = self.severities.write().unwrap_or_else(PoisonError::into_inner);
            *severities.entry(advisory.to_owned()).or_insert(severity)
        })
    }

    /// Tells what is to be said of one component; `reference` is its own in the inventory.
    pub(crate) fn rows<'a>(
        &'a self,
        file: &'a str,
        query: &ComponentQuery<'a>,
        reference: Option<&str>,
        on: &On<'_>,
        tell: &mut dyn FnMut(Row<'a>),
    ) {
        let MatchSet { resolved, matches, unknown, undecided } =
            self.index.match_on(on.host, query, reference);
        self.told(file, shown(query), Answer { matches, unknown, undecided }, &resolved.unit, on, tell);
    }

    /// As [`Matcher::rows`], of a component that was asked about, and of what its update would replace.
    pub(crate) fn told<'a>(
        &'a self,
        file: &'a str,
        shown: &'a str,
        answer: Answer,
        unit: &RemediationUnit,
        on: &On<'_>,
        tell: &mut dyn FnMut(Row<'a>),
    ) {
        for one in answer.matches {
            // A document of statements speaks of several vulnerabilities; its rows name theirs.
            let named = one.vulnerability.as_deref().unwrap_or(&one.advisory);
            let note = self.index.note_of(&one);
            let vulnerability = match &note {
                Some(note) => Cow::Borrowed(note.vulnerability),
                None => Cow::Owned(self.catalogue.vulnerability(named).to_owned()),
            };
            let noted = note.and_then(|note| note.severity.parse().ok());
            tell(Row {
                inventory: Cow::Borrowed(file),
                component: Cow::Borrowed(shown),
                severity: Some(noted.unwrap_or_else(|| self.severity(named))),
                vulnerability: Some(vulnerability),
                advisory: Some(Cow::Owned(one.advisory)),
                state: one.state,
                fixed: one.fixed.map(Cow::Owned),
                rule: one.rule.as_str(),
                evidence: Some(one.evidence),
                reason: one.reason,
            });
        }
        let mut unknown = |reason: &UnknownReason, words: Option<String>| {
            tell(Row {
                inventory: Cow::Borrowed(file),
                component: Cow::Borrowed(shown),
                advisory: None,
                vulnerability: None,
                state: State::Unknown,
                fixed: None,
                severity: None,
                rule: reason.code(),
                evidence: None,
                reason: words,
            });
        };
        if let Some(reason) = &answer.unknown {
            unknown(reason, on.listed.then(|| reason.to_string()));
        }
        let past =
            unit.release.as_deref().and_then(|release| eol::past(&unit.ecosystem, release, self.today));
        if let Some(release) = past {
            // What is only counted needs no words: a whole distribution may be past its end.
            let said = |text: &dyn std::fmt::Display| match on.listed {
                true => text.to_string(),
                false => String::new(),
            };
            let reason = UnknownReason::EndOfLife {
                ecosystem: said(&release.ecosystem),
                release: said(&release.release),
                since: said(&release.ends),
            };
            unknown(&reason, on.listed.then(|| reason.to_string()));
        }
    }
}

/// The components to ask about, in document order; one that stands there twice is asked about once, unless something is
/// said of it in one place only.
pub(crate) fn to_ask<'c>(
    inventory: &'c Inventory,
    host: Option<&str>,
    is_apart: impl Fn(&str) -> bool,
) -> Vec<&'c Component> {
    let most = inventory.components.len();
    let mut asked: Vec<&Component> = Vec::with_capacity(most);
    // Numbers into `asked` by the hash of the query: a query itself is long, and documents are large.
    let mut known: HashTable<u32> = HashTable::with_capacity(most);
    let hasher = DefaultHashBuilder::default();
    let is_package = |one: &&Component| is_package(one.kind, one.purl.is_some() || one.cpe.is_some());
    for component in inventory.present().filter(is_package) {
        if component.id.as_deref().is_some_and(&is_apart) {
            asked.push(component);
            continue;
        }
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
pub(crate) fn is_package(kind: ComponentKind, says_which: bool) -> bool {
    use ComponentKind::{
        Container, CryptographicAsset, Data, File, MachineLearningModel, OperatingSystem, Platform,
    };
    let other = matches!(
        kind,
        Container | CryptographicAsset | Data | File | MachineLearningModel | OperatingSystem | Platform
    );
    says_which || !other
}

pub(crate) fn query_of<'a>(component: &'a Component, host: Option<&'a str>) -> ComponentQuery<'a> {
    ComponentQuery {
        purl: component.purl.as_deref(),
        cpe: component.cpe.as_deref(),
        more: &component.more_identities,
        name: &component.name,
        version: component.version.as_deref(),
        source_name: component.source_name.as_deref(),
        source_version: component.source_version.as_deref(),
        distro: distro_of(component.distro.as_deref(), component.purl.as_deref(), host),
        kernel_running: component.kernel_running,
        supplier: component.supplier.as_deref(),
    }
}

/// The component's, else the host's for a package of its system; an application that only its name names is none.
pub(crate) fn distro_of<'a>(
    own: Option<&'a str>,
    purl: Option<&str>,
    host: Option<&'a str>,
) -> Option<&'a str> {
    own.or_else(|| host.filter(|_| purl.is_some_and(is_distribution_purl)))
}

pub(super) fn is_distribution_purl(purl: &str) -> bool {
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"].iter().any(|start| purl.starts_with(start))
}

fn shown<'a>(query: &ComponentQuery<'a>) -> &'a str {
    query.purl.or(query.cpe).unwrap_or(query.name)
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
