// SPDX-License-Identifier: Apache-2.0
//! The mandatory tests of section 6.1 (OASIS CSAF 2.0; CSAF 2.1, which adds 6.1.34 and later), in their order.
//!
//! ```text
//!   fields ─► products (1–6, 13, 25, 31, 34, 42–44, 50, 57, 61) ─► scores (7–10, 46–51, 56)
//!          ─► tracking (12, 14–22, 26, 28, 30, 37–41, 54, 55)   ─► profiles (27.x)
//!          ─► vulnerabilities (11, 23, 24, 29, 32, 33, 35, 36, 45, 52, 53)
//! ```
//!
//! Not checked: names of weaknesses (6.1.11), the language subtag registry (6.1.12, form only), the registries of
//! SSVC decision points (6.1.48) and of licences (6.1.54, form only), and extensions (6.1.58 to 6.1.60).

mod fields;
mod products;
mod profiles;
mod scores;
mod tracking;
mod vulnerabilities;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{list, text};

/// A test that a document fails.
pub(super) struct Broken {
    pub(super) test: &'static str,
    /// JSON path.
    pub(super) place: String,
    pub(super) cause: String,
}

/// A rule's finding, shorter to write.
fn broken(test: &'static str, place: impl Into<String>, cause: impl Into<String>) -> Option<Broken> {
    Some(Broken { test, place: place.into(), cause: cause.into() })
}

/// What every rule looks at.
struct Scene<'a> {
    document: &'a Value,
    /// Version 2.1; else 2.0.
    newer: bool,
    /// Products of each group.
    groups: HashMap<&'a str, HashSet<&'a str>>,
}

impl<'a> Scene<'a> {
    fn head(&self) -> &'a Value {
        &self.document["document"]
    }

    fn tracking(&self) -> &'a Value {
        &self.document["document"]["tracking"]
    }

    fn vulnerabilities(&self) -> impl Iterator<Item = (String, &'a Value)> + use<'a> {
        let all = list(self.document, "vulnerabilities").iter().enumerate();
        all.map(|(index, raw)| (format!("vulnerabilities[{index}]"), raw))
    }

    /// Products that an entry with `product_ids` and `group_ids` speaks of.
    fn products(&self, entry: &'a Value) -> HashSet<&'a str> {
        let mut found: HashSet<&str> = strings(entry, "product_ids").collect();
        for group in strings(entry, "group_ids") {
            found.extend(self.groups.get(group).into_iter().flatten());
        }
        found
    }

    /// True when the document can be read by the public and is no draft, so that its dates must be past.
    fn is_final(&self) -> bool {
        matches!(text(self.tracking(), "status"), Some("final" | "interim"))
    }

    /// The time of the last revision.
    fn last_revision(&self) -> Option<i64> {
        list(self.tracking(), "revision_history")
            .iter()
            .filter_map(|revision| text(revision, "date").and_then(crate::time::micros))
            .max()
    }
}

fn strings<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    list(object, field).iter().filter_map(Value::as_str)
}

type Rule = fn(&Scene<'_>) -> Option<Broken>;

/// Every rule's first finding, in the order of the tests' groups.
pub(super) fn check(document: &Value) -> Vec<Broken> {
    let mut groups = HashMap::new();
    for group in list(&document["product_tree"], "product_groups") {
        groups.insert(text(group, "group_id").unwrap_or_default(), strings(group, "product_ids").collect());
    }
    let newer = text(&document["document"], "csaf_version") == Some("2.1");
    let scene = Scene { document, newer, groups };
    let rules: [&[Rule]; 6] = [
        fields::RULES,
        products::RULES,
        scores::RULES,
        tracking::RULES,
        profiles::RULES,
        vulnerabilities::RULES,
    ];
    rules.iter().flat_map(|rules| rules.iter()).filter_map(|rule| rule(&scene)).collect()
}
