// SPDX-License-Identifier: Apache-2.0
//! Which ecosystems and releases the loaded advisories speak of.
//!
//! "No advisory names it" is only an answer where advisories are loaded. Coverage belongs to the whole set
//! of advisories: an index built from a few of them must be given the whole set's.

use std::collections::BTreeMap;

use hinomi_advisory_formats::Advisory;
use serde::{Deserialize, Serialize};

use crate::distro::{EcosystemParts, parse_ecosystem};

/// Number of affected entries by ecosystem and release (empty where an ecosystem has none).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    entries: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Coverage {
    /// Counts a record's packages; a withdrawn record says nothing.
    pub fn add(&mut self, advisory: &Advisory) {
        if advisory.withdrawn.is_some() {
            return;
        }
        for affected in &advisory.affected {
            if let Some(ecosystem) = &affected.package.ecosystem {
                self.add_parts(&parse_ecosystem(ecosystem));
            }
        }
        if !advisory.configurations.is_empty() {
            self.count(crate::cpe::ECOSYSTEM, None);
        }
    }

    /// Counts an entry; what is published for subscribers of an update line says nothing of the plain release.
    pub(crate) fn add_parts(&mut self, parts: &EcosystemParts) {
        let update_line = parts.base == "Red Hat" && parts.channel.is_some();
        self.count(&parts.base, parts.release.as_deref().filter(|_| !update_line));
    }

    /// Counts one entry.
    pub fn count(&mut self, ecosystem: &str, release: Option<&str>) {
        if !self.entries.contains_key(ecosystem) {
            self.entries.insert(ecosystem.to_owned(), BTreeMap::new());
        }
        if let Some(releases) = self.entries.get_mut(ecosystem) {
            *releases.entry(release.unwrap_or_default().to_owned()).or_default() += 1;
        }
    }

    /// True when any advisory speaks of the ecosystem.
    #[must_use]
    pub fn has_ecosystem(&self, ecosystem: &str) -> bool {
        self.entries.contains_key(ecosystem)
    }

    /// True when any advisory speaks of that release of it.
    #[must_use]
    pub fn has_release(&self, ecosystem: &str, release: &str) -> bool {
        self.entries.get(ecosystem).is_some_and(|releases| releases.contains_key(release))
    }

    /// Ecosystem, release and number of entries, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>, u64)> {
        self.entries.iter().flat_map(|(ecosystem, releases)| {
            releases.iter().map(move |(release, count)| {
                (ecosystem.as_str(), (!release.is_empty()).then_some(release.as_str()), *count)
            })
        })
    }
}
