// SPDX-License-Identifier: Apache-2.0
//! One object of a bundle, with what of it matters to a report: it can be kept by itself and be put together with
//! others later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MARKINGS;
use crate::model::Micros;
use crate::time::micros;

/// A domain object, a relationship or a sighting of STIX 2.0 and 2.1, and what it names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StixObject {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) id: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) description: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) created: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) modified: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) published: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) valid_from: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) valid_until: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) revoked: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) confidence: Option<u8>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) created_by_ref: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) external_references: Vec<External>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) object_marking_refs: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) object_refs: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) labels: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) pattern: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) pattern_type: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) relationship_type: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) source_ref: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) target_ref: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) sighting_of_ref: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) where_sighted_refs: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) count: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) first_seen: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) last_seen: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) definition_type: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) definition: Option<Definition>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) x_mitre_deprecated: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) extensions: BTreeMap<String, Extension>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Definition {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) tlp: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Extension {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) tlp_2_0: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct External {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) source_name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) external_id: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) url: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// As what an object names another. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StixRole {
    /// The beginning of a relationship.
    Source = 0,
    /// The end of a relationship.
    Target = 1,
    /// What a report or a group is about.
    Member = 2,
    /// Who made it.
    Author = 3,
    /// How it is marked.
    Marking = 4,
    /// What was sighted.
    Sighted = 5,
    /// Who sighted it.
    Sighter = 6,
}

impl StixObject {
    /// Unique in the world.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Such as `campaign` or `relationship`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether it is a report by itself, and not only what reports are made of.
    #[must_use]
    pub fn is_threat(&self) -> bool {
        super::kind(&self.kind).is_some()
    }

    /// When it last changed.
    #[must_use]
    pub fn modified(&self) -> Option<Micros> {
        micros(&self.modified).or_else(|| micros(&self.created))
    }

    /// Whether it leads from its beginning to what that does or goes through.
    #[must_use]
    pub fn leads_on(&self) -> bool {
        super::graph::leads(self)
    }

    /// Everything that it names, each once; markings that everybody knows left out.
    #[must_use]
    pub fn ends(&self) -> Vec<(StixRole, &str)> {
        let mut ends: Vec<(StixRole, &str)> = vec![
            (StixRole::Source, &self.source_ref),
            (StixRole::Target, &self.target_ref),
            (StixRole::Sighted, &self.sighting_of_ref),
            (StixRole::Author, self.created_by_ref.as_deref().unwrap_or_default()),
        ];
        ends.extend(self.object_refs.iter().map(|id| (StixRole::Member, id.as_str())));
        ends.extend(self.where_sighted_refs.iter().map(|id| (StixRole::Sighter, id.as_str())));
        let is_known = |id: &&String| MARKINGS.iter().any(|(known, _)| known == id);
        let markings = self.object_marking_refs.iter().filter(|id| !is_known(id));
        ends.extend(markings.map(|id| (StixRole::Marking, id.as_str())));
        let mut seen = std::collections::HashSet::new();
        ends.retain(|end| !end.1.is_empty() && seen.insert(*end));
        ends
    }
}
